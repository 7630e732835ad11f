/* SPDX-License-Identifier: MIT */
#include "../wind-park/controller.h"
#include "../wind-park/wecs-agent.h"
#include "grid-agent.h"

FOLIOT_MODULE (controller_get_type, wecs_agent_get_type, grid_agent_get_type)

/* SPDX-License-Identifier: MIT */
#include "controller.h"
#include "wecs-agent.h"

FOLIOT_MODULE (controller_get_type, wecs_agent_get_type)

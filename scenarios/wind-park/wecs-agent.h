/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

GType wecs_agent_get_type (void);

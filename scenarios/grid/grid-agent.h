/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

GType grid_agent_get_type (void);

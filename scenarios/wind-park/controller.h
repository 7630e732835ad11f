/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

GType controller_get_type (void);

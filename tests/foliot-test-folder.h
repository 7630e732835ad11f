/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Removes @folder, if it is there, and all that is in it. */
void foliot_test_remove_folder (const char *folder);

G_END_DECLS

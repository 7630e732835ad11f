/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

G_BEGIN_DECLS

/* A table's rows as text: cells by blanks, rows by `; `. Null is -. */
char *kit_print_table (FoliotWorld *world, const char *name);

G_END_DECLS

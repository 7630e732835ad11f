/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * FoliotTail:
 *
 * The last lines of a stream of bytes, of bounded length: what is kept of a program's output for the day it fails.
 */
typedef struct _FoliotTail FoliotTail;

#define FOLIOT_TAIL_MAX_LINE 1024 /* bytes; the rest of a longer line is dropped */

typedef void (*FoliotTailFunc) (const char *line, gpointer user_data);

FoliotTail *_foliot_tail_new (guint n_lines);
void _foliot_tail_free (FoliotTail *tail);
/* Adds @length bytes. @func: (nullable): told of each line that is complete. */
void _foliot_tail_feed (FoliotTail *tail, const char *data, gsize length, FoliotTailFunc func,
                        gpointer user_data);
/* The stream has ended: what has no line end yet is a line too. */
void _foliot_tail_end (FoliotTail *tail, FoliotTailFunc func, gpointer user_data);
/* Appends the kept lines to @out, oldest first, each indented by two blanks behind a line break. */
void _foliot_tail_append_to (FoliotTail *tail, GString *out);
guint _foliot_tail_get_n_lines (FoliotTail *tail);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotTail, _foliot_tail_free)

G_END_DECLS

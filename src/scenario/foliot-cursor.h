/* SPDX-License-Identifier: MIT */
#pragma once

#include "scenario/foliot-json-file.h"

/* A place in a scenario: a value, and how one got there. Cursors live on the stack and point at their parents; the JSON
 * pointer and the line are only worked out when something is wrong. */
typedef struct _FoliotCursor FoliotCursor;
struct _FoliotCursor
{
  const FoliotCursor *parent;
  const char *key; /* NULL: an element of a list */
  gsize index;
  FoliotValue *value; /* borrowed */
  GPtrArray *files;   /* of FoliotJsonFile, the one that wins last; borrowed */
};

FoliotCursor foliot_cursor_member (const FoliotCursor *cursor, const char *name);
FoliotCursor foliot_cursor_element (const FoliotCursor *cursor, gsize index);
/* The same place, another value: what a template was expanded to. */
FoliotCursor foliot_cursor_with (const FoliotCursor *cursor, FoliotValue *value);

char *foliot_cursor_dup_pointer (const FoliotCursor *cursor);
/* The file in which the value stands: paths in it are relative to that file's folder. NULL: in none. */
const FoliotJsonFile *foliot_cursor_find_file (const FoliotCursor *cursor);
/* `<file>:<line>: <pointer>: `, as every message begins. Walks the text of the file: for messages alone. */
char *foliot_cursor_dup_place (const FoliotCursor *cursor);
void foliot_cursor_fail (const FoliotCursor *cursor, FoliotScenarioError code, GError **error,
                         const char *format, ...) G_GNUC_PRINTF (4, 5);
/* UNKNOWN: `unknown <what> "<name>", did you mean "<nearest>"?` */
void foliot_cursor_fail_unknown (const FoliotCursor *cursor, const char *what, const char *name,
                                 const char *const *candidates, GError **error);

/* TYPE unless the value is a map all of whose keys are in @names (NULL: any). */
gboolean foliot_cursor_expect_map (const FoliotCursor *cursor, const char *const *names, GError **error);
/* The same; UNKNOWN calls a key that is not in @names an unknown @what. */
gboolean foliot_cursor_expect_names (const FoliotCursor *cursor, const char *what, const char *const *names,
                                     GError **error);
gboolean foliot_cursor_expect_list (const FoliotCursor *cursor, GError **error);

/* Readers of members; a missing one leaves *@out as it was, unless @required (MISSING). */
gboolean foliot_cursor_get_string (const FoliotCursor *cursor, const char *name, gboolean required,
                                   const char **out, GError **error);
gboolean foliot_cursor_get_time (const FoliotCursor *cursor, const char *name, gboolean required,
                                 FoliotTime *out, GError **error);
gboolean foliot_cursor_get_double (const FoliotCursor *cursor, const char *name, gboolean required,
                                   double *out, GError **error);
gboolean foliot_cursor_get_int (const FoliotCursor *cursor, const char *name, gboolean required, gint64 min,
                                gint64 max, gint64 *out, GError **error);
gboolean foliot_cursor_get_bool (const FoliotCursor *cursor, const char *name, gboolean *out, GError **error);
/* Time of a value: a number of seconds, or text with a unit. */
gboolean foliot_cursor_to_time (const FoliotCursor *cursor, FoliotTime *out, GError **error);
gboolean foliot_cursor_to_string (const FoliotCursor *cursor, const char **out, GError **error);
const char *foliot_cursor_kind_name (const FoliotCursor *cursor);

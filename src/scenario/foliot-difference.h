/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-kernel.h>

/*
 * Two records of one place in two runs, told apart: what `foliot run --check` and `foliot diff` have in common.
 */

/* A record and the names that its numbers mean in its own run. */
typedef struct
{
  FoliotRecord record;
  const char *node; /* of the world's own: NULL */
  const char *link; /* nullable */
} FoliotNamedRecord;

typedef enum
{
  FOLIOT_FIELD_DRAWS,
  FOLIOT_FIELD_TIME,
  FOLIOT_FIELD_NODE,
  FOLIOT_FIELD_KIND,
  FOLIOT_FIELD_CAUSE,
  FOLIOT_FIELD_MESSAGE,
  FOLIOT_FIELD_PAYLOAD,
  FOLIOT_N_FIELDS,
} FoliotField;

/* `callback`, `wake`, … */
const char *foliot_event_kind_name (guint32 kind);
/* Whether that field says the same in both. */
gboolean foliot_field_equal (FoliotField field, const FoliotNamedRecord *a, const FoliotNamedRecord *b);
/* Returns: the first field that differs, by what explains what: draws before time before order before payload;
 * FOLIOT_N_FIELDS: none does. */
FoliotField foliot_difference_find (const FoliotNamedRecord *a, const FoliotNamedRecord *b);
/* `draws`, `time`, `order` or `payload`; of FOLIOT_N_FIELDS `state`. */
const char *foliot_field_get_class (FoliotField field);
/* What people call it: `random draws`, `time in s`, … */
const char *foliot_field_get_name (FoliotField field);
/* Returns: (transfer full) */
char *foliot_field_format (FoliotField field, const FoliotNamedRecord *of);
/* `event 12 at 3.5 s, frame of Controller, message 3 of a → b` */
void foliot_named_record_append (GString *text, const FoliotNamedRecord *of);

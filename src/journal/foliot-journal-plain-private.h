/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-value.h>

/* Plain data in records, as JSON: a person who looks at a journal reads it. */

/* Returns: (transfer full) (nullable): no JSON can be made of it. */
char *_foliot_journal_value_to_text (FoliotValue *value);
/* Returns: (transfer full) (nullable): @text is none of ours. @text: (nullable). */
FoliotValue *_foliot_journal_value_from_text (const char *text, gsize length);
/* What the outside answered, or why it did not. Returns: (transfer full) */
GBytes *_foliot_journal_answer_to_bytes (FoliotValue *value, const GError *error);
/* Returns: FALSE: with @error, which was the answer, or, with no error, that @bytes are none of ours. */
gboolean _foliot_journal_answer_from_bytes (GBytes *bytes, FoliotValue **out_value, GError **error);
/* Returns: (transfer full): an error of a journal, of a domain that the process may not have used yet. */
GError *_foliot_journal_new_error (const char *domain, int code, const char *message);

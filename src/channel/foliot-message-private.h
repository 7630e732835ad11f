/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

/*
 * A message `[type, id, content]`, out of its bytes or its frame. Types and ids are compared by value, as the wire's
 * first implementation does: 1.0 and true are RESULT, false and 0.0 are id 0.
 */

typedef enum
{
  FOLIOT_MESSAGE_REQUEST,
  FOLIOT_MESSAGE_RESULT,
  FOLIOT_MESSAGE_FAILURE,
} FoliotMessageType;

/* `request`, `result` or `failure`. */
const char *_foliot_message_type_name (guint8 type);

typedef struct
{
  guint8 type;          /* FoliotMessageType */
  guint64 id;           /* if it is a natural number … */
  FoliotValue *wire_id; /* … that came as an INT; else what came, (nullable) owned */
  gboolean has_id;      /* whether @id holds */
  FoliotValue *plain;   /* content: plain data, owned */
} FoliotMessage;

/*
 * @error: what the codec says; FOLIOT_ERROR_VALUE: no triple; FOLIOT_ERROR_TYPE: the type is no number;
 *   FOLIOT_ERROR_RUNTIME: `Invalid message type <k>`
 */
gboolean _foliot_message_read (FoliotCodec *codec, const guint8 *data, gsize length,
                               FoliotMessage *out_message, GError **error);
/* @id: (transfer none). @content: any value. Appends to @out; @out is unchanged on failure. */
gboolean _foliot_message_write (FoliotCodec *codec, guint8 type, FoliotValue *id, FoliotValue *content,
                                GByteArray *out, GError **error);
/* The hash that records cover, of the plain content's: the same for a frame by reference and for its bytes. */
guint64 _foliot_message_hash (const FoliotMessage *message, guint64 content_hash);
/* Of the content alone. Failures count by the name of the error, not by its text. */
guint64 _foliot_message_hash_content (guint8 type, FoliotValue *content);
/* Returns: (transfer full): the text of a failure that a peer sent, be it aiomas' text or mosaik's list of texts. */
char *_foliot_message_format_failure (FoliotValue *content);
/* Returns: (transfer full): the id as errors name it. */
char *_foliot_message_print_id (const FoliotMessage *message);

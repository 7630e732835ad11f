/* SPDX-License-Identifier: MIT */
#include "journal/foliot-journal-plain-private.h"

#include <foliot/foliot-codec.h>
#include <string.h>

/* An answer is a list of one item, an error a map: so null is an answer, too. */

char *
_foliot_journal_value_to_text (FoliotValue *value)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GByteArray) text = g_byte_array_new ();

  return foliot_codec_encode (codec, value, text, NULL) ? g_strndup ((const char *) text->data, text->len)
                                                        : NULL;
}

FoliotValue *
_foliot_journal_value_from_text (const char *text, gsize length)
{
  g_autoptr (FoliotCodec) codec = NULL;

  if (text == NULL)
    return NULL;
  codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  return foliot_codec_decode (codec, (const guint8 *) text, length, NULL);
}

GBytes *
_foliot_journal_answer_to_bytes (FoliotValue *value, const GError *error)
{
  g_autoptr (FoliotValue) answer = NULL;
  char *text;

  if (error == NULL)
    answer
        = foliot_value_build_list (value != NULL ? foliot_value_ref (value) : foliot_value_new_null (), NULL);
  else
    answer = foliot_value_build_map ("domain", foliot_value_new_string (g_quark_to_string (error->domain)),
                                     "code", foliot_value_new_int (error->code), "message",
                                     foliot_value_new_string (error->message), NULL);
  text = _foliot_journal_value_to_text (answer);
  return text != NULL ? g_bytes_new_take (text, strlen (text)) : g_bytes_new (NULL, 0);
}

static const char *
get_text (FoliotValue *map, const char *key)
{
  FoliotValue *value = foliot_value_lookup (map, key);

  return value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_STRING
             ? foliot_value_get_string (value, NULL)
             : NULL;
}

gboolean
_foliot_journal_answer_from_bytes (GBytes *bytes, FoliotValue **out_value, GError **error)
{
  gsize length = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  g_autoptr (FoliotValue) answer = _foliot_journal_value_from_text (text, length);
  FoliotValue *code;

  if (answer != NULL && foliot_value_get_kind (answer) == FOLIOT_VALUE_LIST
      && foliot_value_get_length (answer) == 1)
    {
      *out_value = foliot_value_ref (foliot_value_get_item (answer, 0));
      return TRUE;
    }
  if (answer == NULL || foliot_value_get_kind (answer) != FOLIOT_VALUE_MAP
      || get_text (answer, "domain") == NULL || get_text (answer, "message") == NULL)
    return FALSE;
  code = foliot_value_lookup (answer, "code");
  g_propagate_error (
      error, _foliot_journal_new_error (get_text (answer, "domain"),
                                        code != NULL && foliot_value_get_kind (code) == FOLIOT_VALUE_INT
                                            ? (int) foliot_value_get_int (code)
                                            : 0,
                                        get_text (answer, "message")));
  return FALSE;
}

/* One made before its domain is known would lack the room for more than a message, which everybody looks for afterwards. */
GError *
_foliot_journal_new_error (const char *domain, int code, const char *message)
{
  foliot_error_quark ();
  return g_error_new_literal (g_quark_from_string (domain), code, message);
}

/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-statement.h"

#include <foliot/foliot-codec.h>
#include <string.h>

/* Typed notation keeps every value as it is: a number stays the kind of number that it was, a key what it was, bytes are bytes. */

static const char *const words[] = {
  [FOLIOT_STATEMENT_WORLD] = "world",       [FOLIOT_STATEMENT_ADMIT] = "admit",
  [FOLIOT_STATEMENT_CHANNEL] = "channel",   [FOLIOT_STATEMENT_OVER] = "over",
  [FOLIOT_STATEMENT_MADE] = "made",         [FOLIOT_STATEMENT_END] = "end",
  [FOLIOT_STATEMENT_START] = "start",       [FOLIOT_STATEMENT_HEARD] = "heard",
  [FOLIOT_STATEMENT_INPUT] = "input",       [FOLIOT_STATEMENT_CONNECTED] = "connected",
  [FOLIOT_STATEMENT_ENDED] = "ended",       [FOLIOT_STATEMENT_ECHO] = "echo",
  [FOLIOT_STATEMENT_SAID] = "said",         [FOLIOT_STATEMENT_CONNECT] = "connect",
  [FOLIOT_STATEMENT_OBSERVED] = "observed",
};

char *
_foliot_statement_format (FoliotStatementKind kind, FoliotValue *body)
{
  g_autofree char *typed = foliot_typed_format (body);

  return g_strconcat (words[kind], " ", typed, NULL);
}

FoliotStatement *
_foliot_statement_parse (const FoliotJournalRecord *record)
{
  const char *blank
      = record->kind == FOLIOT_JOURNAL_NOTE && record->text != NULL ? strchr (record->text, ' ') : NULL;
  FoliotStatement *statement;
  FoliotValue *body;
  gsize kind = 0, length = blank != NULL ? (gsize) (blank - record->text) : 0;

  while (kind < G_N_ELEMENTS (words)
         && (strncmp (words[kind], record->text != NULL ? record->text : "", length) != 0
             || words[kind][length] != '\0'))
    kind++;
  if (blank == NULL || kind == G_N_ELEMENTS (words))
    return NULL;
  body = foliot_typed_parse (blank + 1, NULL);
  if (body == NULL || foliot_value_get_kind (body) != FOLIOT_VALUE_MAP)
    {
      g_clear_pointer (&body, foliot_value_unref);
      return NULL;
    }
  statement = g_new (FoliotStatement, 1);
  *statement = (FoliotStatement){ .kind = (FoliotStatementKind) kind, .time = record->time_ns, .body = body };
  statement->k = _foliot_statement_get_uint (statement, "k");
  return statement;
}

void
_foliot_statement_free (FoliotStatement *statement)
{
  foliot_value_unref (statement->body);
  g_free (statement);
}

FoliotValue *
_foliot_statement_get_value (const FoliotStatement *statement, const char *name)
{
  return foliot_value_lookup (statement->body, name);
}

gint64
_foliot_statement_get_int (const FoliotStatement *statement, const char *name)
{
  FoliotValue *value = _foliot_statement_get_value (statement, name);

  return value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_INT ? foliot_value_get_int (value)
                                                                            : 0;
}

guint64
_foliot_statement_get_uint (const FoliotStatement *statement, const char *name)
{
  FoliotValue *value = _foliot_statement_get_value (statement, name);

  return value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_INT ? foliot_value_get_uint (value)
                                                                            : 0;
}

static const char *
get_text (FoliotValue *map, const char *name)
{
  FoliotValue *value = foliot_value_lookup (map, name);

  return value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_STRING
             ? foliot_value_get_string (value, NULL)
             : "";
}

const char *
_foliot_statement_get_text (const FoliotStatement *statement, const char *name)
{
  return get_text (statement->body, name);
}

GError *
_foliot_statement_dup_error (const FoliotStatement *statement, const char *name)
{
  FoliotValue *value = _foliot_statement_get_value (statement, name);
  FoliotValue *code;

  if (value == NULL || foliot_value_get_kind (value) != FOLIOT_VALUE_MAP)
    return NULL;
  code = foliot_value_lookup (value, "code");
  return g_error_new_literal (g_quark_from_string (get_text (value, "domain")),
                              code != NULL && foliot_value_get_kind (code) == FOLIOT_VALUE_INT
                                  ? (int) foliot_value_get_int (code)
                                  : 0,
                              get_text (value, "message"));
}

FoliotValue *
_foliot_statement_new_error (const GError *error)
{
  if (error == NULL)
    return foliot_value_new_null ();
  return foliot_value_build_map ("domain", foliot_value_new_string (g_quark_to_string (error->domain)),
                                 "code", foliot_value_new_int (error->code), "message",
                                 foliot_value_new_string (error->message), NULL);
}

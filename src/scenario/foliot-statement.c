/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-statement.h"

#include <foliot/foliot-codec.h>
#include <string.h>

/*
 * Typed notation keeps every value as it is: a number stays the kind of number that it was, a key what it was, bytes are bytes.
 *
 * A recording is a file, and files are altered. What a statement of each kind must have is checked once, when it is read, so that whoever
 * plays it asks for members without a doubt.
 */

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

#define KIND(kind) (1u << FOLIOT_VALUE_##kind)
#define NATURAL    (1u << 30) /* an INT that is not negative; any other INT fits 64 bits with its sign */
#define TEXTS      (1u << 29) /* a LIST of nothing but STRING */
#define ANYTHING   (~(NATURAL | TEXTS))

static const struct
{
  FoliotStatementKind of;
  const char *name;
  guint kinds;
} members[] = {
  { FOLIOT_STATEMENT_WORLD, "scenario", KIND (MAP) },
  { FOLIOT_STATEMENT_WORLD, "hash", NATURAL },
  { FOLIOT_STATEMENT_WORLD, "build", KIND (STRING) },
  { FOLIOT_STATEMENT_WORLD, "seed", NATURAL },
  { FOLIOT_STATEMENT_WORLD, "coupled", KIND (BOOL) },
  { FOLIOT_STATEMENT_WORLD, "later", KIND (BOOL) },
  { FOLIOT_STATEMENT_WORLD, "containers", TEXTS },
  { FOLIOT_STATEMENT_ADMIT, "model", KIND (STRING) },
  { FOLIOT_STATEMENT_ADMIT, "params", KIND (MAP) | KIND (NULL) },
  { FOLIOT_STATEMENT_CHANNEL, "n", NATURAL },
  { FOLIOT_STATEMENT_CHANNEL, "near", KIND (INT) },
  { FOLIOT_STATEMENT_CHANNEL, "far", KIND (INT) },
  { FOLIOT_STATEMENT_OVER, "until", KIND (INT) },
  { FOLIOT_STATEMENT_MADE, "container", KIND (STRING) },
  { FOLIOT_STATEMENT_MADE, "aid", KIND (STRING) },
  { FOLIOT_STATEMENT_MADE, "by", KIND (STRING) },
  { FOLIOT_STATEMENT_MADE, "late", KIND (BOOL) },
  { FOLIOT_STATEMENT_END, "k", NATURAL },
  { FOLIOT_STATEMENT_END, "digest", NATURAL },
  { FOLIOT_STATEMENT_START, "k", NATURAL },
  { FOLIOT_STATEMENT_HEARD, "k", NATURAL },
  { FOLIOT_STATEMENT_HEARD, "s", NATURAL },
  { FOLIOT_STATEMENT_HEARD, "channel", KIND (INT) },
  { FOLIOT_STATEMENT_HEARD, "type", KIND (INT) },
  { FOLIOT_STATEMENT_HEARD, "id", NATURAL },
  { FOLIOT_STATEMENT_HEARD, "content", ANYTHING },
  { FOLIOT_STATEMENT_HEARD, "cause", NATURAL },
  { FOLIOT_STATEMENT_INPUT, "k", NATURAL },
  { FOLIOT_STATEMENT_INPUT, "s", NATURAL },
  { FOLIOT_STATEMENT_INPUT, "name", KIND (STRING) },
  { FOLIOT_STATEMENT_INPUT, "method", KIND (BOOL) },
  { FOLIOT_STATEMENT_INPUT, "value", ANYTHING },
  { FOLIOT_STATEMENT_INPUT, "cause", NATURAL },
  { FOLIOT_STATEMENT_CONNECTED, "k", NATURAL },
  { FOLIOT_STATEMENT_CONNECTED, "s", NATURAL },
  { FOLIOT_STATEMENT_CONNECTED, "n", KIND (INT) },
  { FOLIOT_STATEMENT_CONNECTED, "at_once", KIND (BOOL) },
  { FOLIOT_STATEMENT_ENDED, "k", NATURAL },
  { FOLIOT_STATEMENT_ENDED, "s", NATURAL },
  { FOLIOT_STATEMENT_ENDED, "channel", KIND (INT) },
  { FOLIOT_STATEMENT_ECHO, "k", NATURAL },
  { FOLIOT_STATEMENT_ECHO, "s", NATURAL },
  { FOLIOT_STATEMENT_ECHO, "kind", KIND (INT) },
  { FOLIOT_STATEMENT_ECHO, "view", NATURAL },
  { FOLIOT_STATEMENT_ECHO, "cause", NATURAL },
  { FOLIOT_STATEMENT_ECHO, "draws", KIND (INT) },
  { FOLIOT_STATEMENT_SAID, "k", NATURAL },
  { FOLIOT_STATEMENT_SAID, "channel", KIND (INT) },
  { FOLIOT_STATEMENT_SAID, "type", KIND (INT) },
  { FOLIOT_STATEMENT_SAID, "id", NATURAL },
  { FOLIOT_STATEMENT_SAID, "content", ANYTHING },
  { FOLIOT_STATEMENT_SAID, "draws", KIND (INT) },
  { FOLIOT_STATEMENT_CONNECT, "k", NATURAL },
  { FOLIOT_STATEMENT_CONNECT, "n", KIND (INT) },
  { FOLIOT_STATEMENT_CONNECT, "url", KIND (STRING) },
  { FOLIOT_STATEMENT_CONNECT, "draws", KIND (INT) },
  { FOLIOT_STATEMENT_OBSERVED, "k", NATURAL },
  { FOLIOT_STATEMENT_OBSERVED, "name", KIND (STRING) },
};

char *
_foliot_statement_format (FoliotStatementKind kind, FoliotValue *body)
{
  g_autofree char *typed = foliot_typed_format (body);

  return g_strconcat (words[kind], " ", typed, NULL);
}

static gboolean
is_natural (const FoliotValue *value)
{
  return foliot_value_get_kind (value) == FOLIOT_VALUE_INT
         && (!foliot_value_fits_int64 (value) || foliot_value_get_int (value) >= 0);
}

static gboolean
are_texts (const FoliotValue *list)
{
  gsize i = 0;

  if (foliot_value_get_kind (list) != FOLIOT_VALUE_LIST)
    return FALSE;
  while (i < foliot_value_get_length (list)
         && foliot_value_get_kind (foliot_value_get_item (list, i)) == FOLIOT_VALUE_STRING)
    i++;
  return i == foliot_value_get_length (list);
}

static gboolean
is_of_kinds (const FoliotValue *value, guint kinds)
{
  if (kinds == NATURAL)
    return is_natural (value);
  if (kinds == TEXTS)
    return are_texts (value);
  if (kinds == KIND (INT) && !foliot_value_fits_int64 (value))
    return FALSE;
  return (kinds & 1u << foliot_value_get_kind (value)) != 0;
}

/* Returns: (nullable): the first member that is not there, or not as it must be; NULL: all are. */
static const char *
find_fault (FoliotStatementKind kind, const FoliotValue *body)
{
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    if (members[i].of == kind)
      {
        const FoliotValue *value = foliot_value_lookup (body, members[i].name);

        if (value == NULL || !is_of_kinds (value, members[i].kinds))
          return members[i].name;
      }
  return NULL;
}

FoliotStatement *
_foliot_statement_parse (const FoliotJournalRecord *record, GError **error)
{
  const char *blank
      = record->kind == FOLIOT_JOURNAL_NOTE && record->text != NULL ? strchr (record->text, ' ') : NULL;
  FoliotStatement *statement;
  FoliotValue *body;
  const char *fault;
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
  fault = find_fault ((FoliotStatementKind) kind, body);
  if (fault != NULL)
    {
      g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_DAMAGED,
                   "\"%s\" of %s has no good \"%s\": somebody has altered the recording; take an intact copy",
                   words[kind], record->name != NULL && record->name[0] != '\0' ? record->name : "the world",
                   fault);
      foliot_value_unref (body);
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

  return value != NULL && foliot_value_fits_int64 (value) ? foliot_value_get_int (value) : 0;
}

guint64
_foliot_statement_get_uint (const FoliotStatement *statement, const char *name)
{
  FoliotValue *value = _foliot_statement_get_value (statement, name);

  return value != NULL && is_natural (value) ? foliot_value_get_uint (value) : 0;
}

gboolean
_foliot_statement_get_flag (const FoliotStatement *statement, const char *name)
{
  FoliotValue *value = _foliot_statement_get_value (statement, name);

  return value != NULL && foliot_value_get_kind (value) == FOLIOT_VALUE_BOOL && foliot_value_get_bool (value);
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
  return g_error_new_literal (
      g_quark_from_string (get_text (value, "domain")),
      code != NULL && foliot_value_fits_int64 (code) ? (int) foliot_value_get_int (code) : 0,
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

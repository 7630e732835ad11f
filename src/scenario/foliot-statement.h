/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-journal.h>
#include <foliot/foliot-value.h>

/*
 * What a witness writes down, and a stage plays: one statement each, a NOTE of a journal. Its name is that of the agent, or empty for
 * what concerns the world; its text is a word, which says what it is, and a map in typed notation.
 */

typedef enum
{
  /* Of the world. */
  FOLIOT_STATEMENT_WORLD, /* scenario (a pack), hash, build, seed, coupled, later, containers (their URLs) */
  FOLIOT_STATEMENT_ADMIT, /* the master has made an agent: model, params */
  FOLIOT_STATEMENT_CHANNEL, /* a connection: n; near, far (containers; −1: none of ours); peername, sockname, name, peer */
  FOLIOT_STATEMENT_OVER, /* the run has ended: failure, until */
  /* Of an agent. All but MADE have k: behind how many of its events; what it is told has s: behind how much that it said. */
  FOLIOT_STATEMENT_MADE, /* there is one: container, aid, by (whose agent it is; empty: the scenario's), late (made in the run) */
  FOLIOT_STATEMENT_END, /* the run has ended: digest, heard, said */
  /* That it is told. */
  FOLIOT_STATEMENT_START,
  FOLIOT_STATEMENT_HEARD,     /* channel, type, id, content, cause */
  FOLIOT_STATEMENT_INPUT,     /* name, method, value, cause */
  FOLIOT_STATEMENT_CONNECTED, /* n, at_once; channel, path, text, or error */
  FOLIOT_STATEMENT_ENDED,     /* channel, error */
  FOLIOT_STATEMENT_ECHO,      /* an event of its node in which it is told nothing: kind, view, cause, draws */
  /* That it says. */
  FOLIOT_STATEMENT_SAID,     /* channel, type, id, content, draws (of the network) */
  FOLIOT_STATEMENT_CONNECT,  /* n, url, draws (of the network) */
  FOLIOT_STATEMENT_OBSERVED, /* name; value or error: what it was answered */
} FoliotStatementKind;

typedef struct
{
  FoliotStatementKind kind;
  FoliotTime time;
  guint64 k;
  FoliotValue *body; /* a map */
} FoliotStatement;

/* Returns: (transfer full) */
char *_foliot_statement_format (FoliotStatementKind kind, FoliotValue *body);
/*
 * @error: FOLIOT_JOURNAL_ERROR_DAMAGED: it lacks a member that no witness leaves out, or has another kind of value there
 *
 * Returns: (transfer full) (nullable): NULL without an error: @record is none.
 */
FoliotStatement *_foliot_statement_parse (const FoliotJournalRecord *record, GError **error);
void _foliot_statement_free (FoliotStatement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotStatement, _foliot_statement_free)

static inline gboolean
_foliot_statement_is_said (const FoliotStatement *statement)
{
  return statement->kind >= FOLIOT_STATEMENT_SAID;
}

/* Members of the body; what is not there is 0, empty, FALSE or NULL. */
gint64 _foliot_statement_get_int (const FoliotStatement *statement, const char *name);
guint64 _foliot_statement_get_uint (const FoliotStatement *statement, const char *name);
gboolean _foliot_statement_get_flag (const FoliotStatement *statement, const char *name);
const char *_foliot_statement_get_text (const FoliotStatement *statement, const char *name);
FoliotValue *_foliot_statement_get_value (const FoliotStatement *statement, const char *name);
/* Returns: (transfer full) (nullable) */
GError *_foliot_statement_dup_error (const FoliotStatement *statement, const char *name);
/* Returns: (transfer full): for a body. @error: (nullable) */
FoliotValue *_foliot_statement_new_error (const GError *error);

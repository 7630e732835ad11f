/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-tape.h>

#include <sys/auxv.h>

#include "base/foliot-build-id-private.h"

/*
 * A program is the scenario of its own recording: what else would make the same world? So the header holds which program it was, which
 * build of it, and what it has kept of its command line; and it is the program that plays it back.
 *
 * When it is another build, what was recorded enters behind what it answers, as in `foliot replay`.
 */

#define VERB    "program"
#define PROGRAM "program"

enum
{
  EXIT_USAGE = 2,
  EXIT_DIFFERS = 3,
  EXIT_WRITE = 4,
  EXIT_MISSING = 6,
  EXIT_JOURNAL = 7,
};

struct _FoliotTape
{
  char *path;                  /* (nullable) of what is recorded or played back */
  FoliotJournalHeader *header; /* (nullable) of what is to be recorded */
  FoliotRecorder *recorder;    /* (nullable) */
  FoliotReplay *replay;        /* (nullable) */
  gboolean is_other_build;
};

/* ---- what is asked for ----------------------------------------------------------------------------------------- */

void
foliot_tape_options_add (FoliotTapeOptions *options, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &options->record,
      "Write down all that comes from outside, for --replay", "FILE" },
    { "replay", 0, 0, G_OPTION_ARG_FILENAME, &options->replay,
      "Play a recording back: the same run, with nothing outside of it", "FILE" },
    { "lenient", 0, 0, G_OPTION_ARG_NONE, &options->lenient, "With --replay: tell differences, and go on",
      NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

void
foliot_tape_options_clear (FoliotTapeOptions *options)
{
  g_clear_pointer (&options->record, g_free);
  g_clear_pointer (&options->replay, g_free);
}

/* ---- which program it is --------------------------------------------------------------------------------------- */

/* Of the library, and of the program that runs, wherever it lies by now. */
static char *
dup_build_id (void)
{
  g_autofree char *library = _foliot_build_id_of ((gconstpointer) foliot_tape_new);
  g_autofree char *program = _foliot_build_id_of ((gconstpointer) getauxval (AT_ENTRY));

  return g_strconcat (library, "+", program, NULL);
}

static gboolean
open_replay (FoliotTape *tape, const char *program, const FoliotTapeOptions *options, GError **error)
{
  const FoliotReplayOptions how = { .lenient = options->lenient, .until = FOLIOT_TIME_NEVER };
  g_autofree char *build = dup_build_id ();
  const FoliotJournalHeader *header;

  tape->replay = foliot_replay_new (tape->path, &how, error);
  if (tape->replay == NULL)
    return FALSE;
  header = foliot_replay_get_header (tape->replay);
  if (g_strcmp0 (header->verb, VERB) != 0)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "%s was recorded by `foliot %s`, not by a program: play it back with `foliot replay %s`",
                   tape->path, header->verb, tape->path);
      return FALSE;
    }
  tape->is_other_build = g_strcmp0 (header->build_id, build) != 0
                         || g_strcmp0 (foliot_journal_header_get (header, PROGRAM), program) != 0;
  if (tape->is_other_build)
    foliot_replay_set_causal (tape->replay);
  return TRUE;
}

FoliotTape *
foliot_tape_new (const char *program, const FoliotTapeOptions *options, GError **error)
{
  g_autoptr (FoliotTape) tape = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (program != NULL && options != NULL, NULL);
  if (options->record != NULL && options->replay != NULL)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                           "--record and --replay: choose one; a replay is as it was recorded");
      return NULL;
    }
  name = g_path_get_basename (program);
  tape = g_new0 (FoliotTape, 1);
  tape->path = g_strdup (options->record != NULL ? options->record : options->replay);
  if (options->replay != NULL && !open_replay (tape, name, options, error))
    return NULL;
  if (options->record != NULL)
    {
      tape->header = foliot_journal_header_new (VERB);
      tape->header->build_id = dup_build_id ();
      foliot_journal_header_set (tape->header, PROGRAM, name);
    }
  return g_steal_pointer (&tape);
}

void
foliot_tape_free (FoliotTape *tape)
{
  g_clear_pointer (&tape->recorder, foliot_recorder_free);
  g_clear_pointer (&tape->replay, foliot_replay_free);
  g_clear_pointer (&tape->header, foliot_journal_header_free);
  g_free (tape->path);
  g_free (tape);
}

/* ---- what it was started with ---------------------------------------------------------------------------------- */

const char *
foliot_tape_keep (FoliotTape *tape, const char *name, const char *value)
{
  g_return_val_if_fail (tape != NULL && name != NULL && !g_str_equal (name, PROGRAM), NULL);
  g_return_val_if_fail (tape->recorder == NULL, NULL);
  if (tape->replay != NULL)
    return foliot_journal_header_get (foliot_replay_get_header (tape->replay), name);
  if (tape->header != NULL && value != NULL)
    foliot_journal_header_set (tape->header, name, value);
  return value;
}

gint64
foliot_tape_keep_int (FoliotTape *tape, const char *name, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);
  const char *kept = foliot_tape_keep (tape, name, text);
  gint64 number = 0;

  if (kept != NULL)
    g_ascii_string_to_signed (kept, 10, G_MININT64, G_MAXINT64, &number, NULL);
  return number;
}

/* ---- the run --------------------------------------------------------------------------------------------------- */

static gboolean
attach_replay (FoliotTape *tape, FoliotKernel *kernel, GError **error)
{
  const FoliotJournalHeader *header = foliot_replay_get_header (tape->replay);

  if (header->seed != foliot_kernel_get_seed (kernel))
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "%s was recorded with the seed %" G_GUINT64_FORMAT
                   ", and the program has %" G_GUINT64_FORMAT,
                   tape->path, header->seed, foliot_kernel_get_seed (kernel));
      return FALSE;
    }
  foliot_replay_attach (tape->replay, kernel);
  return TRUE;
}

gboolean
foliot_tape_attach (FoliotTape *tape, FoliotKernel *kernel, GError **error)
{
  g_return_val_if_fail (tape != NULL && tape->recorder == NULL, FALSE);
  g_return_val_if_fail (FOLIOT_IS_KERNEL (kernel), FALSE);
  if (tape->replay != NULL)
    return attach_replay (tape, kernel, error);
  if (tape->header == NULL)
    return TRUE;
  tape->header->seed = foliot_kernel_get_seed (kernel);
  tape->recorder = foliot_recorder_new (kernel, tape->path, tape->header, TRUE, error);
  return tape->recorder != NULL;
}

gboolean
foliot_tape_is_used (FoliotTape *tape)
{
  g_return_val_if_fail (tape != NULL, FALSE);
  return tape->path != NULL;
}

gboolean
foliot_tape_is_replay (FoliotTape *tape)
{
  g_return_val_if_fail (tape != NULL, FALSE);
  return tape->replay != NULL;
}

int
foliot_tape_end (FoliotTape *tape, int code, const GError *failure, GError **error)
{
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (tape != NULL, code);
  if (tape->recorder != NULL)
    foliot_recorder_end (tape->recorder, code, failure, &local);
  if (tape->replay != NULL)
    foliot_replay_end (tape->replay, &local);
  if (local == NULL)
    return code;
  code = foliot_tape_get_exit_code (local);
  g_propagate_error (error, g_steal_pointer (&local));
  return code;
}

char *
foliot_tape_dup_report (FoliotTape *tape)
{
  g_autofree char *report = NULL;

  g_return_val_if_fail (tape != NULL, NULL);
  if (tape->replay == NULL)
    return NULL;
  report = foliot_replay_dup_report (tape->replay);
  return g_strconcat (
      tape->is_other_build
          ? "the program, or Foliot itself, is another build than was recorded: what was recorded "
            "entered behind what it answers\n"
          : "",
      report, NULL);
}

static int
get_journal_code (int code)
{
  switch (code)
    {
    case FOLIOT_JOURNAL_ERROR_WRITE:
    case FOLIOT_JOURNAL_ERROR_LIMIT:
      return EXIT_WRITE;
    case FOLIOT_JOURNAL_ERROR_OPEN:
    case FOLIOT_JOURNAL_ERROR_REFUSED:
      return EXIT_USAGE;
    default:
      return EXIT_JOURNAL;
    }
}

int
foliot_tape_get_exit_code (const GError *error)
{
  g_return_val_if_fail (error != NULL, EXIT_USAGE);
  if (error->domain == FOLIOT_JOURNAL_ERROR)
    return get_journal_code (error->code);
  if (g_error_matches (error, FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_MISSING))
    return EXIT_MISSING;
  return error->domain == FOLIOT_REPLAY_ERROR ? EXIT_DIFFERS : EXIT_USAGE;
}

/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-mosaik-private.h"

#include <foliot/foliot-tape.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/foliot-text-private.h"

/*
 * The program of a simulator, for those who write nothing but a model: mosaik's command line, a kernel, the signals, and what a person
 * is told. Levels and options are those of mosaik's own simulators, so that a line of a SIM_CONFIG fits both.
 *
 * It can be recorded, and plays its recording back by itself; then there is no mosaik, and nobody to be told of an address or a signal.
 */

enum
{
  EXIT_OK = 0,
  EXIT_MODEL = 1,
  EXIT_USAGE = 2,
  EXIT_PEER = 5,
};

#define DEFAULT_TIMEOUT_S 60

static const struct
{
  const char *name;
  GLogLevelFlags levels;
} levels[] = {
  { "debug", G_LOG_LEVEL_MASK },
  { "info", G_LOG_LEVEL_INFO | G_LOG_LEVEL_WARNING },
  { "warning", G_LOG_LEVEL_WARNING },
  { "error", 0 },
  { "critical", 0 },
};

typedef struct
{
  char *level_name;
  gboolean remote;
  gint timeout_s;
  GLogLevelFlags levels;
  FoliotTapeOptions tape;
  const char *address; /* (nullable): that of the recording */
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_free (arguments->level_name);
  foliot_tape_options_clear (&arguments->tape);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

gboolean
foliot_mosaik_parse_log_level (const char *name, GLogLevelFlags *out_levels, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    if (g_ascii_strcasecmp (levels[i].name, name) == 0)
      {
        *out_levels = levels[i].levels;
        return TRUE;
      }
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "log level %s: expected debug, info, warning, error or critical", name);
  return FALSE;
}

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "log-level", 'l', 0, G_OPTION_ARG_STRING, &arguments->level_name,
      "debug, info, warning (the default), error or critical", "LEVEL" },
    { "remote", 'r', 0, G_OPTION_ARG_NONE, &arguments->remote,
      "Listen at HOST:PORT for mosaik to connect, instead of connecting to it", NULL },
    { "timeout", 't', 0, G_OPTION_ARG_INT, &arguments->timeout_s, "For the first call of mosaik; 60",
      "SECONDS" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("[HOST:PORT]");
  int n_expected;

  g_option_context_set_summary (
      context, "A simulator for mosaik. With --replay it needs neither mosaik nor HOST:PORT.");
  g_option_context_add_main_entries (context, entries, NULL);
  foliot_tape_options_add (&arguments->tape, context);
  if (!g_option_context_parse (context, &argc, &argv, error)
      || !foliot_mosaik_parse_log_level (arguments->level_name != NULL ? arguments->level_name : "warning",
                                         &arguments->levels, error))
    return FALSE;
  n_expected = arguments->tape.replay != NULL ? 1 : 2;
  arguments->address = argc == 2 ? argv[1] : NULL;
  if (argc == n_expected && arguments->timeout_s >= 0 && arguments->timeout_s <= G_MAXINT / 1000)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                       n_expected == 2 ? "expected HOST:PORT; see --help"
                                       : "--replay takes no HOST:PORT: nobody is connected to; see --help");
  return FALSE;
}

static void
print (GLogLevelFlags level, const char *text, gpointer user_data)
{
  const Arguments *arguments = user_data;

  if (level & arguments->levels)
    {
      g_autofree char *shown = _foliot_text_dup_valid (text);

      fprintf (stderr, "%s\n", shown);
    }
}

/* A handler gets no argument. */
static FoliotMosaik *volatile running;

static void
on_signal (int number)
{
  foliot_mosaik_stop (running);
}

/* @mosaik: NULL when it has ended. mosaik ends a program with a signal right behind `stop`, which may come as late as it likes. */
static void
catch_signals (FoliotMosaik *mosaik)
{
  struct sigaction action = { .sa_handler = mosaik != NULL ? on_signal : SIG_IGN, .sa_flags = SA_RESTART };

  sigemptyset (&action.sa_mask);
  if (mosaik != NULL)
    running = mosaik;
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGINT, &action, NULL);
  if (mosaik == NULL)
    running = NULL;
}

static int
complain (const char *program, const GError *error, int code)
{
  fprintf (stderr, "%s: %s\n", program, error->message);
  return code;
}

/* Of a run that is not as it should be. */
static int
get_exit_code (const GError *error)
{
  if (g_error_matches (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_UNREACHABLE)
      || g_error_matches (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL))
    return EXIT_PEER;
  return EXIT_MODEL;
}

/* What decides how the run goes: a replay has it from the recording. */
static void
keep (Arguments *arguments, FoliotTape *tape)
{
  arguments->address = foliot_tape_keep (tape, "address", arguments->address);
  arguments->remote = foliot_tape_keep_int (tape, "remote", arguments->remote) != 0;
  arguments->timeout_s = (gint) foliot_tape_keep_int (tape, "timeout", arguments->timeout_s);
}

static gboolean
attach (FoliotMosaik *mosaik, const Arguments *arguments, GError **error)
{
  if (!arguments->remote)
    return foliot_mosaik_connect (mosaik, arguments->address, error);
  if (!foliot_mosaik_listen (mosaik, arguments->address, error))
    return FALSE;
  if (arguments->tape.replay == NULL)
    fprintf (stderr, "listening at port %" G_GINT64_FORMAT "\n",
             foliot_address_get_port (foliot_mosaik_get_address (mosaik)));
  return TRUE;
}

/* Returns: whether the simulation ended well; @out_code: the exit code if the tape has nothing to say. */
static gboolean
run (FoliotMosaik *mosaik, Arguments *arguments, int *out_code, GError **error)
{
  GError *failure = NULL;
  gboolean ok = attach (mosaik, arguments, &failure);

  if (!ok)
    *out_code = g_error_matches (failure, FOLIOT_ERROR, FOLIOT_ERROR_VALUE) ? EXIT_USAGE : EXIT_PEER;
  else
    {
      if (arguments->tape.replay == NULL)
        catch_signals (mosaik);
      ok = foliot_mosaik_run (mosaik, (guint) arguments->timeout_s * 1000, &failure);
      *out_code = ok ? EXIT_OK : get_exit_code (failure);
    }
  if (failure != NULL)
    g_propagate_error (error, failure);
  return ok;
}

/* What was played back, for whoever looks at it. @problem: (nullable): it was not that. */
static void
print_replay (FoliotTape *tape, FoliotKernel *kernel, const GError *problem)
{
  g_autofree char *report = foliot_tape_dup_report (tape);
  g_autofree char *digest = foliot_kernel_dup_digest (kernel);

  if (report != NULL)
    fprintf (stderr, "%s\n", report);
  if (report != NULL && problem == NULL)
    printf ("digest %s\n", digest);
}

int
foliot_mosaik_main (int argc, char **argv, const FoliotMosaikModel *model, gpointer self)
{
  g_auto (Arguments) arguments = { .timeout_s = DEFAULT_TIMEOUT_S };
  g_autoptr (FoliotTape) tape = NULL;
  g_autoptr (FoliotKernel) kernel = NULL;
  g_autoptr (FoliotMosaik) mosaik = NULL;
  g_autoptr (GError) failure = NULL, error = NULL;
  int code;

  g_return_val_if_fail (argc > 0 && argv != NULL && model != NULL, EXIT_USAGE);
  if (!parse (argc, argv, &arguments, &error))
    return complain (argv[0], error, EXIT_USAGE);
  tape = foliot_tape_new (argv[0], &arguments.tape, &error);
  if (tape == NULL)
    return complain (argv[0], error, foliot_tape_get_exit_code (error));
  keep (&arguments, tape);
  kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  foliot_kernel_set_digest (kernel, foliot_tape_is_used (tape));
  foliot_fiber_catch_overflow (kernel);
  if (!foliot_tape_attach (tape, kernel, &error))
    return complain (argv[0], error, foliot_tape_get_exit_code (error));
  mosaik = foliot_mosaik_new (kernel, model, self, NULL, NULL);
  foliot_mosaik_set_log_func (mosaik, print, &arguments);
  run (mosaik, &arguments, &code, &failure);
  code = foliot_tape_end (tape, code, failure, &error);
  print_replay (tape, kernel, error);
  foliot_kernel_close (kernel);
  catch_signals (NULL);
  if (error != NULL || failure != NULL)
    complain (argv[0], error != NULL ? error : failure, code);
  return code;
}

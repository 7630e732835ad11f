/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-mosaik-private.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/foliot-text-private.h"

/*
 * The program of a simulator, for those who write nothing but a model: mosaik's command line, a kernel, the signals, and what a person
 * is told. Levels and options are those of mosaik's own simulators, so that a line of a SIM_CONFIG fits both.
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
} Arguments;

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

/* Returns: (nullable) (transfer none): HOST:PORT, out of @argv. */
static const char *
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
  g_autoptr (GOptionContext) context = g_option_context_new ("HOST:PORT");

  g_option_context_set_summary (context, "A simulator for mosaik.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error)
      || !foliot_mosaik_parse_log_level (arguments->level_name != NULL ? arguments->level_name : "warning",
                                         &arguments->levels, error))
    return NULL;
  if (argc == 2 && arguments->timeout_s >= 0 && arguments->timeout_s <= G_MAXINT / 1000)
    return argv[1];
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "expected HOST:PORT; see --help");
  return NULL;
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
complain (const char *program, const GError *error)
{
  fprintf (stderr, "%s: %s\n", program, error->message);
  if (g_error_matches (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_UNREACHABLE)
      || g_error_matches (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL))
    return EXIT_PEER;
  return EXIT_MODEL;
}

static gboolean
attach (FoliotMosaik *mosaik, const Arguments *arguments, const char *address, GError **error)
{
  if (!arguments->remote)
    return foliot_mosaik_connect (mosaik, address, error);
  if (!foliot_mosaik_listen (mosaik, address, error))
    return FALSE;
  fprintf (stderr, "listening at port %" G_GINT64_FORMAT "\n",
           foliot_address_get_port (foliot_mosaik_get_address (mosaik)));
  return TRUE;
}

int
foliot_mosaik_main (int argc, char **argv, const FoliotMosaikModel *model, gpointer self)
{
  Arguments arguments = { .timeout_s = DEFAULT_TIMEOUT_S };
  g_autoptr (FoliotKernel) kernel = NULL;
  g_autoptr (FoliotMosaik) mosaik = NULL;
  g_autoptr (GError) error = NULL;
  const char *address;
  gboolean ok;

  g_return_val_if_fail (argc > 0 && argv != NULL && model != NULL, EXIT_USAGE);
  address = parse (argc, argv, &arguments, &error);
  g_free (arguments.level_name);
  if (address == NULL)
    {
      complain (argv[0], error);
      return EXIT_USAGE;
    }
  kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  foliot_kernel_set_digest (kernel, FALSE);
  foliot_fiber_catch_overflow (kernel);
  mosaik = foliot_mosaik_new (kernel, model, self, NULL, NULL);
  foliot_mosaik_set_log_func (mosaik, print, &arguments);
  if (!attach (mosaik, &arguments, address, &error))
    {
      complain (argv[0], error);
      return error->domain == FOLIOT_ERROR && error->code == FOLIOT_ERROR_VALUE ? EXIT_USAGE : EXIT_PEER;
    }
  catch_signals (mosaik);
  ok = foliot_mosaik_run (mosaik, (guint) arguments.timeout_s * 1000, &error);
  foliot_kernel_close (kernel);
  catch_signals (NULL);
  return ok ? EXIT_OK : complain (argv[0], error);
}

/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <stdio.h>
#include <unistd.h>

#include <foliot/foliot-journal.h>

#include "tools/foliot-diff.h"
#include "tools/foliot-drive.h"
#include "tools/foliot-options.h"

/* `foliot diff A B`: the first event in which two runs differ. */

typedef struct
{
  char **paths;
  FoliotDiffRemake how[2];
  gboolean json;
  gboolean quiet;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_strfreev (arguments->paths);
  g_free ((char *) arguments->how[0].scenario);
  for (guint i = 0; i < 2; i++)
    g_free ((char *) arguments->how[i].modules);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "scenario", 0, 0, G_OPTION_ARG_FILENAME, &arguments->how[0].scenario,
      "What was run, if it is not found by its name", "SCENARIO" },
    { "modules-a", 0, 0, G_OPTION_ARG_FILENAME, &arguments->how[0].modules,
      "Folder with the module that A ran, if it was built anew since", "DIR" },
    { "modules-b", 0, 0, G_OPTION_ARG_FILENAME, &arguments->how[1].modules, "Likewise of B", "DIR" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &arguments->json, "Print JSON instead of text", NULL },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &arguments->quiet, "Print nothing: the exit code says it", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->paths, NULL, "A B" },
    { NULL },
  };
  guint n;

  if (!foliot_options_parse ("diff", entries, &argc, &argv, error))
    return FALSE;
  arguments->how[1].scenario = arguments->how[0].scenario;
  n = arguments->paths != NULL ? g_strv_length (arguments->paths) : 0;
  if (n != 2)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 "expected the results folders or recordings of two runs, found %u (foliot help diff)", n);
  return n == 2 && foliot_options_expect_folder ("--modules-a", arguments->how[0].modules, error)
         && foliot_options_expect_folder ("--modules-b", arguments->how[1].modules, error);
}

static int
complain (const GError *error)
{
  foliot_drive_say (error->message);
  return error->domain == FOLIOT_JOURNAL_ERROR && error->code != FOLIOT_JOURNAL_ERROR_OPEN
             ? FOLIOT_EXIT_JOURNAL
             : FOLIOT_EXIT_USAGE;
}

/* Wires have messages alone, whose order in time is the machine's; nothing else has the same to say. */
static gboolean
can_compare (const FoliotDiffSide *a, const FoliotDiffSide *b, GError **error)
{
  if (a->is_wire == b->is_wire)
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "%s is the recording of a wire, %s is a run: a wire is compared with a wire",
               a->is_wire ? a->path : b->path, a->is_wire ? b->path : a->path);
  return FALSE;
}

/* Of wires, when no message differs. */
static gboolean
is_same (const FoliotDiffSide *a, const FoliotDiffSide *b, const FoliotDiff *diff)
{
  return foliot_diff_is_same (a, b) || (a->is_wire && diff != NULL && diff->messages == NULL);
}

int
foliot_verb_diff (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_autoptr (FoliotDiffSide) a = NULL, b = NULL;
  g_autoptr (FoliotDiff) diff = NULL;
  g_autoptr (GError) error = NULL;
  FoliotDiffSide *sides[2];
  gboolean same;

  if (!parse (argc, argv, &arguments, &error)
      || (a = foliot_diff_side_open ('A', arguments.paths[0], &error)) == NULL
      || (b = foliot_diff_side_open ('B', arguments.paths[1], &error)) == NULL)
    return complain (error);
  if (!can_compare (a, b, &error))
    return complain (error);
  sides[0] = a;
  sides[1] = b;
  if (!foliot_diff_is_same (a, b) && (a->is_wire || a->has_good_bye != b->has_good_bye || !arguments.quiet))
    {
      diff = foliot_diff_new (sides, arguments.how, &error);
      if (diff == NULL)
        return complain (error);
    }
  same = is_same (a, b, diff);
  if (arguments.json)
    foliot_diff_print_json (sides, diff, same);
  else if (same && !arguments.quiet)
    foliot_diff_print_same (sides);
  else if (!arguments.quiet)
    foliot_diff_print (diff, isatty (STDOUT_FILENO) && g_getenv ("NO_COLOR") == NULL);
  return same ? FOLIOT_EXIT_OK : FOLIOT_EXIT_DIFFERS;
}

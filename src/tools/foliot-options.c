/* SPDX-License-Identifier: MIT */
#include "tools/foliot-options.h"

#include <string.h>

#include "scenario/foliot-nearest.h"

/*
 * GOption parses, and has a help of its own, which nobody needs beside the pages of `foliot help`: `--help` prints those. What it says
 * of a misspelled option is made more of here. The locale is "C" (foliot-main.c), so its texts are what they are in its source.
 */

#define UNKNOWN "Unknown option "

/* @given: as it was typed. Returns: (transfer full): a hint, or an empty text. */
static char *
dup_hint (const char *given, const GOptionEntry *entries)
{
  g_autofree char *typed = g_strndup (given, strcspn (given, "="));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (!g_str_has_prefix (typed, "--"))
    return g_strdup ("");
  for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++)
    if (entry->long_name[0] != '\0' && (entry->flags & G_OPTION_FLAG_HIDDEN) == 0)
      g_ptr_array_add (names, g_strconcat ("--", entry->long_name, NULL));
  g_ptr_array_add (names, NULL);
  return foliot_nearest_hint (typed, (const char *const *) names->pdata);
}

gboolean
foliot_options_parse (const char *verb, const GOptionEntry *entries, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) local = NULL;
  g_autofree char *hint = NULL;

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &local))
    return TRUE;
  hint = g_str_has_prefix (local->message, UNKNOWN) ? dup_hint (local->message + strlen (UNKNOWN), entries)
                                                    : g_strdup ("");
  g_set_error (error, local->domain, local->code, "%s%s (foliot help %s)", local->message, hint, verb);
  return FALSE;
}

gboolean
foliot_options_ask_for_help (int argc, char **argv)
{
  for (int i = 1; i < argc && !g_str_equal (argv[i], "--"); i++)
    if (g_str_equal (argv[i], "--help") || g_str_equal (argv[i], "-h"))
      return TRUE;
  return FALSE;
}

gboolean
foliot_options_expect_folder (const char *option, const char *folder, GError **error)
{
  if (folder == NULL || g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s %s: there is no such folder", option,
               folder);
  return FALSE;
}

gboolean
foliot_options_expect_record (const char *option, gboolean given, const char *record, GError **error)
{
  if (!given || record != NULL)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "%s: nothing is recorded; say where, with --record FILE", option);
  return FALSE;
}

/* SPDX-License-Identifier: MIT */
#include "tools/foliot-kept.h"

static gboolean
parse_window (const char *text, FoliotKept *out_kept)
{
  g_auto (GStrv) ends = g_strsplit (text, ":", 2);

  return ends[0] != NULL && ends[1] != NULL
         && g_ascii_string_to_unsigned (ends[0], 10, 1, G_MAXINT64, &out_kept->from, NULL)
         && g_ascii_string_to_unsigned (ends[1], 10, out_kept->from, G_MAXINT64, &out_kept->to, NULL);
}

gboolean
foliot_kept_parse (const char *text, FoliotKept *out_kept, GError **error)
{
  *out_kept = (FoliotKept){ .keep = FOLIOT_KEEP_FIRST };
  if (text == NULL || g_str_equal (text, "first"))
    return TRUE;
  if (g_str_equal (text, "none"))
    {
      out_kept->keep = FOLIOT_KEEP_NONE;
      return TRUE;
    }
  out_kept->keep = FOLIOT_KEEP_ALL;
  if (g_str_equal (text, "all") || parse_window (text, out_kept))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
               "--events %s: expected first, all, none, or the numbers of two events as FROM:TO", text);
  return FALSE;
}

void
foliot_kept_apply (const FoliotKept *kept, FoliotWorldOptions *options)
{
  options->keep = kept->keep;
  options->keep_from = kept->from;
  options->keep_to = kept->to;
}

/* SPDX-License-Identifier: MIT */
#include "agent/foliot-tail-private.h"

#include <string.h>

/* A queue of finished lines and one that is being collected. A line is made valid UTF-8 when it is finished: it ends up in
 * error messages. */

struct _FoliotTail
{
  GQueue lines;
  guint max_lines;
  GString *open; /* the line without an end, cut */
};

FoliotTail *
_foliot_tail_new (guint n_lines)
{
  FoliotTail *tail = g_new0 (FoliotTail, 1);
  g_queue_init (&tail->lines);
  tail->max_lines = n_lines;
  tail->open = g_string_new (NULL);
  return tail;
}

void
_foliot_tail_free (FoliotTail *tail)
{
  g_queue_clear_full (&tail->lines, g_free);
  g_string_free (tail->open, TRUE);
  g_free (tail);
}

static void
finish_line (FoliotTail *tail, FoliotTailFunc func, gpointer user_data)
{
  if (tail->open->len > 0 && tail->open->str[tail->open->len - 1] == '\r')
    g_string_truncate (tail->open, tail->open->len - 1);
  char *line = g_utf8_make_valid (tail->open->str, (gssize) tail->open->len);
  g_string_truncate (tail->open, 0);
  if (func != NULL)
    func (line, user_data);
  g_queue_push_tail (&tail->lines, line);
  if (tail->lines.length > tail->max_lines)
    g_free (g_queue_pop_head (&tail->lines));
}

void
_foliot_tail_feed (FoliotTail *tail, const char *data, gsize length, FoliotTailFunc func, gpointer user_data)
{
  while (length > 0)
    {
      const char *end = memchr (data, '\n', length);
      gsize taken = end != NULL ? (gsize) (end - data) : length;
      gsize room = FOLIOT_TAIL_MAX_LINE - tail->open->len;
      g_string_append_len (tail->open, data, (gssize) MIN (taken, room));
      if (end == NULL)
        return;
      finish_line (tail, func, user_data);
      data += taken + 1;
      length -= taken + 1;
    }
}

void
_foliot_tail_end (FoliotTail *tail, FoliotTailFunc func, gpointer user_data)
{
  if (tail->open->len > 0)
    finish_line (tail, func, user_data);
}

void
_foliot_tail_append_to (FoliotTail *tail, GString *out)
{
  for (GList *link = tail->lines.head; link != NULL; link = link->next)
    g_string_append_printf (out, "\n  %s", (const char *) link->data);
}

guint
_foliot_tail_get_n_lines (FoliotTail *tail)
{
  return tail->lines.length;
}

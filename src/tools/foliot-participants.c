/* SPDX-License-Identifier: MIT */
#include "tools/foliot-participants.h"

#include <string.h>

#include "tools/foliot-print.h"

/*
 * A link's port is named after both of its ends, `far → near`; any other one, after what is at the far end, and at the near one is
 * the run. On a wire each port is one of two programs, and the other one, the port beside it, hears it. A child process has two ports,
 * what it writes and its end; children are numbered as they were started, as their own recordings are.
 */

#define ARROW " → "

void
foliot_participants_init (FoliotParticipants *participants)
{
  participants->names = g_ptr_array_new_with_free_func (g_free);
  participants->ends = g_array_new (FALSE, FALSE, sizeof (FoliotEnds));
}

void
foliot_participants_clear (FoliotParticipants *participants)
{
  g_clear_pointer (&participants->names, g_ptr_array_unref);
  g_clear_pointer (&participants->ends, g_array_unref);
}

static int
add_name (FoliotParticipants *participants, const char *text)
{
  char *name = foliot_print_dup_line (text);

  for (guint i = 0; i < participants->names->len; i++)
    if (g_str_equal (g_ptr_array_index (participants->names, i), name))
      {
        g_free (name);
        return (int) i;
      }
  g_ptr_array_add (participants->names, name);
  return (int) participants->names->len - 1;
}

/* `foliot mosaik` has one link, to mosaik; the other port of a simulator tells that somebody ends it. */
static gboolean
is_of_mosaik (const FoliotJournalHeader *header)
{
  return g_str_equal (header->verb, "mosaik");
}

static gboolean
is_mute (const FoliotJournalPort *port)
{
  static const char *const mute[] = { "listen", "connect", "pause", NULL };

  return g_strv_contains (mute, port->kind)
         || (g_str_equal (port->name, "stop") && g_str_equal (port->kind, "port"));
}

const char *
foliot_participants_get_program (const FoliotJournalHeader *header)
{
  return g_str_equal (header->verb, "program") ? foliot_journal_header_get (header, "program") : NULL;
}

/* Its own end of a link has the name of an agent or container; that of all agents behind mosaik is the scenario's, and a program is one. */
static const char *
get_near_name (const FoliotJournalHeader *header, const char *arrow)
{
  const char *program = foliot_participants_get_program (header);

  if (arrow != NULL && program == NULL && !is_of_mosaik (header))
    return arrow + strlen (ARROW);
  if (header->scenario_name != NULL)
    return header->scenario_name;
  return program != NULL ? program : header->verb;
}

/* Of a wire. Returns: (nullable): it is not known yet, or its name is lost. */
static const FoliotJournalPort *
find_opposite (const FoliotJournalHeader *header, const FoliotJournalPort *port)
{
  guint32 number = port->number % 2 == 1 ? port->number + 1 : port->number - 1;

  for (guint i = 0; i < header->ports->len; i++)
    if (((const FoliotJournalPort *) g_ptr_array_index (header->ports, i))->number == number)
      return g_ptr_array_index (header->ports, i);
  return NULL;
}

static gboolean
is_of_kind (const FoliotJournalHeader *header, guint index, const char *kind)
{
  return g_str_equal (((const FoliotJournalPort *) g_ptr_array_index (header->ports, index))->kind, kind);
}

/* Returns: (transfer full) (nullable): @index is not the port of a child process. */
static char *
dup_child_name (const FoliotJournalHeader *header, guint index)
{
  const FoliotJournalPort *port = g_ptr_array_index (header->ports, index);
  guint n = 0;

  if (!is_of_kind (header, index, "output") && !is_of_kind (header, index, "end"))
    return NULL;
  for (guint i = 0; i <= index; i++)
    n += is_of_kind (header, i, "output");
  return g_strdup_printf ("%s %u", port->name, n);
}

static FoliotEnds
name_ends (FoliotParticipants *participants, const FoliotJournalHeader *header, guint index)
{
  const FoliotJournalPort *port = g_ptr_array_index (header->ports, index);
  const FoliotJournalPort *opposite;
  const char *arrow = strstr (port->name, ARROW);
  FoliotEnds ends = { .port = port->number, .far = -1, .near = -1 };
  g_autofree char *far = dup_child_name (header, index);

  if (is_mute (port))
    return ends;
  if (far == NULL && arrow != NULL && is_of_mosaik (header))
    far = g_strdup ("mosaik");
  else if (far == NULL)
    far = arrow != NULL ? g_strndup (port->name, (gsize) (arrow - port->name)) : g_strdup (port->name);
  if (g_str_equal (header->verb, "wire"))
    {
      opposite = find_opposite (header, port);
      ends.far = add_name (participants, port->name);
      ends.near = add_name (participants, opposite != NULL ? opposite->name : port->name);
      return ends;
    }
  ends.near = add_name (participants, get_near_name (header, arrow));
  ends.far = add_name (participants, far);
  return ends;
}

void
foliot_participants_update (FoliotParticipants *participants, const FoliotJournalHeader *header)
{
  for (guint i = participants->ends->len; i < header->ports->len; i++)
    {
      const FoliotJournalPort *port = g_ptr_array_index (header->ports, i);
      FoliotEnds ends;

      if (g_str_equal (header->verb, "wire") && i == header->ports->len - 1 && port->number % 2 == 1)
        break; /* whom it speaks to is named next */
      ends = name_ends (participants, header, i);
      g_array_append_val (participants->ends, ends);
    }
}

const FoliotEnds *
foliot_participants_find (const FoliotParticipants *participants, guint32 port)
{
  for (guint i = 0; i < participants->ends->len; i++)
    {
      const FoliotEnds *ends = &g_array_index (participants->ends, FoliotEnds, i);

      if (ends->port == port)
        return ends;
    }
  return NULL;
}

/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-difference.h"

/* Numbers of nodes and links are given in the order in which a world meets their names, so another agent shifts them: only
 * names are compared. */

const char *
foliot_event_kind_name (guint32 kind)
{
  static const char *const names[]
      = { "callback", "wake", "notify", "timer", "frame", "link", "input", "sample", "gate" };

  return kind < G_N_ELEMENTS (names) ? names[kind] : "unknown";
}

gboolean
foliot_field_equal (FoliotField field, const FoliotNamedRecord *a, const FoliotNamedRecord *b)
{
  switch (field)
    {
    case FOLIOT_FIELD_DRAWS:
      return a->record.draws == b->record.draws;
    case FOLIOT_FIELD_TIME:
      return a->record.time_ns == b->record.time_ns;
    case FOLIOT_FIELD_NODE:
      return g_strcmp0 (a->node, b->node) == 0;
    case FOLIOT_FIELD_KIND:
      return a->record.kind == b->record.kind;
    case FOLIOT_FIELD_CAUSE:
      return a->record.cause == b->record.cause;
    case FOLIOT_FIELD_MESSAGE:
      return a->record.link_sequence == b->record.link_sequence && g_strcmp0 (a->link, b->link) == 0;
    case FOLIOT_FIELD_PAYLOAD:
      return a->record.payload_hash == b->record.payload_hash;
    default:
      return TRUE;
    }
}

FoliotField
foliot_difference_find (const FoliotNamedRecord *a, const FoliotNamedRecord *b)
{
  FoliotField field = 0;

  while (field < FOLIOT_N_FIELDS && foliot_field_equal (field, a, b))
    field++;
  return field;
}

const char *
foliot_field_get_class (FoliotField field)
{
  static const char *const classes[FOLIOT_N_FIELDS + 1]
      = { "draws", "time", "order", "order", "order", "order", "payload", "state" };

  return classes[field];
}

const char *
foliot_field_get_name (FoliotField field)
{
  static const char *const names[FOLIOT_N_FIELDS + 1] = {
    "random draws", "time in s", "node", "kind", "cause", "message", "hash of what it carried", "state"
  };

  return names[field];
}

char *
foliot_field_format (FoliotField field, const FoliotNamedRecord *of)
{
  switch (field)
    {
    case FOLIOT_FIELD_DRAWS:
      return g_strdup_printf ("%u", of->record.draws);
    case FOLIOT_FIELD_TIME:
      return foliot_time_format (of->record.time_ns);
    case FOLIOT_FIELD_NODE:
      return g_strdup (of->node != NULL ? of->node : "the world");
    case FOLIOT_FIELD_KIND:
      return g_strdup (foliot_event_kind_name (of->record.kind));
    case FOLIOT_FIELD_CAUSE:
      return g_strdup_printf ("event %" G_GUINT64_FORMAT, of->record.cause);
    case FOLIOT_FIELD_MESSAGE:
      if (of->link == NULL)
        return g_strdup ("no message");
      return g_strdup_printf ("%" G_GUINT64_FORMAT " of %s", of->record.link_sequence, of->link);
    case FOLIOT_FIELD_PAYLOAD:
      return of->record.payload_hash == 0
                 ? g_strdup ("nothing")
                 : g_strdup_printf ("%016" G_GINT64_MODIFIER "x", of->record.payload_hash);
    default:
      return g_strdup ("equal");
    }
}

void
foliot_named_record_append (GString *text, const FoliotNamedRecord *of)
{
  g_autofree char *time = foliot_time_format (of->record.time_ns);

  g_string_append_printf (text, "event %" G_GUINT64_FORMAT " at %s s, %s of %s", of->record.sequence, time,
                          foliot_event_kind_name (of->record.kind),
                          of->node != NULL ? of->node : "the world");
  if (of->link != NULL)
    g_string_append_printf (text, ", message %" G_GUINT64_FORMAT " of %s", of->record.link_sequence,
                            of->link);
}

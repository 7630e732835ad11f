/* SPDX-License-Identifier: MIT */
#include "journal/foliot-causes-private.h"

#include "base/foliot-hash-private.h"

/*
 * An entry waits at one departure at a time: when that is sent, the next that it still waits for is looked up, or it is lined up among
 * what may enter. Nothing is ever searched for from the beginning.
 */

/* What one port recorded, or what was observed by one name, in its order. */
struct _FoliotCausesLane
{
  guint64 entry;                 /* the first that is not done */
  guint64 departure;             /* before the first that is not sent, or that itself */
  guint64 last;                  /* departure */
  guint64 sent;                  /* the last departure that is sent */
  FoliotCausesLane *next_waiter; /* at the same departure */
};

struct _FoliotCauses
{
  GArray *entries;    /* of FoliotCausesEntry, in the order of the recording */
  GArray *departures; /* of FoliotCausesDeparture, likewise */
  guint64 first;      /* entry that is not done, nor observed, or before it */
  guint64 next;       /* departure that is not sent, or before it */
  guint64 settled;    /* up to here all departures are sent, or passed by a later one of their port */
  FoliotTime begun_ns;
  gboolean all_of_it;
  GHashTable *ports; /* number → lane; this and the next two are looked up alone */
  GHashTable *names; /* of what was observed → lane */
  GHashTable
      *alike;   /* what is_alike() compares, hashed → the first departure that is not sent, or before it */
  GTree *ready; /* of FoliotCausesEntry: the first of their ports that may enter, as they are due */
};

static void
clear_entry (gpointer data)
{
  FoliotCausesEntry *entry = data;

  g_free (entry->text);
  g_clear_pointer (&entry->bytes, g_bytes_unref);
  g_clear_error (&entry->error);
}

static void
clear_departure (gpointer data)
{
  g_clear_pointer (&((FoliotCausesDeparture *) data)->bytes, g_bytes_unref);
}

/* As they are due; ties in the order of the recording. */
static int
compare_due (gconstpointer a, gconstpointer b)
{
  const FoliotCausesEntry *one = a, *other = b;

  if (one->due_ns != other->due_ns)
    return one->due_ns < other->due_ns ? -1 : 1;
  return (one > other) - (one < other);
}

FoliotCauses *
_foliot_causes_new (FoliotTime begun_ns, gboolean all_of_it)
{
  FoliotCauses *self = g_new0 (FoliotCauses, 1);

  self->begun_ns = begun_ns;
  self->all_of_it = all_of_it;
  self->first = self->next = 1;
  self->entries = g_array_new (FALSE, FALSE, sizeof (FoliotCausesEntry));
  g_array_set_clear_func (self->entries, clear_entry);
  self->departures = g_array_new (FALSE, FALSE, sizeof (FoliotCausesDeparture));
  g_array_set_clear_func (self->departures, clear_departure);
  self->ports = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->alike = g_hash_table_new (NULL, NULL);
  self->ready = g_tree_new (compare_due);
  return self;
}

void
_foliot_causes_free (FoliotCauses *self)
{
  g_tree_unref (self->ready);
  g_hash_table_unref (self->ports);
  g_hash_table_unref (self->names);
  g_hash_table_unref (self->alike);
  g_array_unref (self->entries);
  g_array_unref (self->departures);
  g_free (self);
}

/* Returns: (nullable) */
static FoliotCausesDeparture *
get_departure (const FoliotCauses *self, guint64 place)
{
  return place > 0 && place <= self->departures->len
             ? &g_array_index (self->departures, FoliotCausesDeparture, place - 1)
             : NULL;
}

/* Returns: (nullable) */
static FoliotCausesEntry *
get_entry (const FoliotCauses *self, guint64 place)
{
  return place > 0 && place <= self->entries->len
             ? &g_array_index (self->entries, FoliotCausesEntry, place - 1)
             : NULL;
}

static FoliotCausesLane *
get_lane (const FoliotCauses *self, guint32 port)
{
  FoliotCausesLane *lane = g_hash_table_lookup (self->ports, GUINT_TO_POINTER (port));

  if (lane == NULL)
    {
      lane = g_new0 (FoliotCausesLane, 1);
      g_hash_table_insert (self->ports, GUINT_TO_POINTER (port), lane);
    }
  return lane;
}

/* A mark may have no name. */
static const char *
get_name (const char *name)
{
  return name != NULL ? name : "";
}

static FoliotCausesLane *
get_lane_of_name (const FoliotCauses *self, const char *name)
{
  FoliotCausesLane *lane = g_hash_table_lookup (self->names, get_name (name));

  if (lane == NULL)
    {
      lane = g_new0 (FoliotCausesLane, 1);
      g_hash_table_insert (self->names, g_strdup (get_name (name)), lane);
    }
  return lane;
}

/* ---- what there is --------------------------------------------------------------------------------------------- */

static FoliotTime
get_delay (FoliotTime since, FoliotTime time)
{
  guint64 delay = (guint64) time - (guint64) since;

  return time > since ? (FoliotTime) MIN (delay, (guint64) FOLIOT_TIME_NEVER) : 0;
}

void
_foliot_causes_add_entry (FoliotCauses *self, const FoliotJournalRecord *record, FoliotEventKind event)
{
  gboolean is_observed = record->kind == FOLIOT_JOURNAL_OBSERVED;
  FoliotCausesLane *port = get_lane (self, record->port);
  guint64 after = port->last > 0 && !self->all_of_it ? port->last : self->departures->len;
  FoliotTime since = after > 0 ? get_departure (self, after)->recorded_ns : self->begun_ns;
  FoliotCausesEntry entry = {
    .kind = is_observed ? FOLIOT_JOURNAL_OBSERVED : FOLIOT_JOURNAL_IN,
    .event = event,
    .port = record->port,
    .question = port->last,
    .after = after,
    .behind = record->event,
    .delay_ns = get_delay (since, record->time_ns),
    .text = g_strdup (record->text),
    .bytes = record->bytes != NULL ? g_bytes_ref (record->bytes) : NULL,
    .error = record->error != NULL ? g_error_copy (record->error) : NULL,
    .lane = is_observed ? get_lane_of_name (self, record->name) : port,
  };

  g_array_append_val (self->entries, entry);
}

void
_foliot_causes_add_departure (FoliotCauses *self, const FoliotJournalRecord *record)
{
  FoliotCausesDeparture departure = {
    .port = record->port,
    .sequence = record->sequence,
    .hash = record->hash,
    .length = record->length,
    .bytes = record->bytes != NULL ? g_bytes_ref (record->bytes) : NULL,
    .recorded_ns = record->time_ns,
    .lane = get_lane (self, record->port),
  };

  g_array_append_val (self->departures, departure);
  departure.lane->last = self->departures->len;
}

static gboolean
is_alike (const FoliotCausesDeparture *departure, guint32 port, guint64 hash, guint64 length)
{
  return departure->port == port && departure->hash == hash && departure->length == length;
}

static gpointer
hash_alike (guint32 port, guint64 hash, guint64 length)
{
  return GSIZE_TO_POINTER (foliot_hash_mix (hash, foliot_hash_mix (port, length)));
}

/* From the end, so that each comes before those that follow it. */
static void
thread_lanes (FoliotCauses *self)
{
  for (guint64 place = self->departures->len; place > 0; place--)
    {
      FoliotCausesDeparture *departure = get_departure (self, place);
      gpointer key = hash_alike (departure->port, departure->hash, departure->length);

      departure->next = departure->lane->departure;
      departure->lane->departure = place;
      departure->next_alike = GPOINTER_TO_SIZE (g_hash_table_lookup (self->alike, key));
      g_hash_table_insert (self->alike, key, GSIZE_TO_POINTER (place));
    }
  for (guint64 place = self->entries->len; place > 0; place--)
    {
      FoliotCausesEntry *entry = get_entry (self, place);

      entry->next = entry->lane->entry;
      entry->lane->entry = place;
    }
}

/* ---- what may enter -------------------------------------------------------------------------------------------- */

/* Returns: the message that @entry still waits for; 0: none. */
static guint64
get_cause (const FoliotCauses *self, const FoliotCausesEntry *entry)
{
  if (entry->after > 0 && !get_departure (self, entry->after)->is_sent)
    return entry->after;
  if (entry->question > 0 && !get_departure (self, entry->question)->is_sent)
    return entry->question;
  return self->all_of_it && self->settled < entry->after ? self->settled + 1 : 0;
}

static FoliotTime
get_due (const FoliotCauses *self, const FoliotCausesEntry *entry)
{
  FoliotTime since = entry->after > 0 ? get_departure (self, entry->after)->sent_ns : self->begun_ns;
  FoliotTime due = foliot_time_add (since, entry->delay_ns);

  return entry->question > 0 ? MAX (due, get_departure (self, entry->question)->sent_ns) : due;
}

/* What is next in @lane, of a port, waits or may enter. */
static void
line_up (FoliotCauses *self, FoliotCausesLane *lane)
{
  FoliotCausesEntry *entry = get_entry (self, lane->entry);
  FoliotCausesDeparture *cause;

  if (entry == NULL)
    return;
  cause = get_departure (self, get_cause (self, entry));
  if (cause != NULL)
    {
      lane->next_waiter = cause->waiters;
      cause->waiters = lane;
      return;
    }
  entry->due_ns = get_due (self, entry);
  entry->is_ready = TRUE;
  g_tree_insert (self->ready, entry, entry);
}

static void
wake_waiters (FoliotCauses *self, FoliotCausesDeparture *departure)
{
  FoliotCausesLane *lane = g_steal_pointer (&departure->waiters);

  while (lane != NULL)
    {
      FoliotCausesLane *next = g_steal_pointer (&lane->next_waiter);

      line_up (self, lane);
      lane = next;
    }
}

void
_foliot_causes_begin (FoliotCauses *self)
{
  thread_lanes (self);
  for (guint64 place = 1; place <= self->entries->len; place++)
    {
      const FoliotCausesEntry *entry = get_entry (self, place);

      if (entry->kind == FOLIOT_JOURNAL_IN && entry->lane->entry == place)
        line_up (self, entry->lane);
    }
}

FoliotCausesEntry *
_foliot_causes_find_ready (FoliotCauses *self, gboolean (*has_port) (gpointer, guint32), gpointer user_data)
{
  for (GTreeNode *node = g_tree_node_first (self->ready); node != NULL; node = g_tree_node_next (node))
    {
      FoliotCausesEntry *entry = g_tree_node_value (node);

      if (has_port (user_data, entry->port))
        return entry;
    }
  return NULL;
}

FoliotCausesEntry *
_foliot_causes_find_first (FoliotCauses *self)
{
  FoliotCausesEntry *entry;

  while ((entry = get_entry (self, self->first)) != NULL
         && (entry->is_done || entry->kind != FOLIOT_JOURNAL_IN))
    self->first++;
  return entry;
}

void
_foliot_causes_finish (FoliotCauses *self, FoliotCausesEntry *entry)
{
  g_tree_remove (self->ready, entry);
  entry->is_done = TRUE;
  entry->lane->entry = entry->next;
  line_up (self, entry->lane);
}

const FoliotCausesEntry *
_foliot_causes_take_observed (FoliotCauses *self, const char *name)
{
  FoliotCausesLane *lane = g_hash_table_lookup (self->names, get_name (name));
  const FoliotCausesEntry *entry = lane != NULL ? get_entry (self, lane->entry) : NULL;

  if (entry != NULL)
    lane->entry = entry->next;
  return entry;
}

/* ---- what leaves ----------------------------------------------------------------------------------------------- */

guint64
_foliot_causes_get_n_departures (FoliotCauses *self)
{
  return self->departures->len;
}

guint64
_foliot_causes_count_unsent (FoliotCauses *self)
{
  guint64 n = 0;

  for (guint64 place = self->next; place <= self->departures->len; place++)
    n += !get_departure (self, place)->is_sent;
  return n;
}

gboolean
_foliot_causes_is_last_sent (FoliotCauses *self, guint32 port)
{
  const FoliotCausesDeparture *last = get_departure (self, get_lane (self, port)->last);

  return last != NULL && last->is_sent;
}

FoliotCausesDeparture *
_foliot_causes_find_same (FoliotCauses *self, guint32 port, guint64 hash, guint64 length)
{
  gpointer key = hash_alike (port, hash, length);
  guint64 first = GPOINTER_TO_SIZE (g_hash_table_lookup (self->alike, key));
  FoliotCausesDeparture *departure;

  while ((departure = get_departure (self, first)) != NULL && departure->is_sent)
    first = departure->next_alike;
  if (departure != NULL)
    g_hash_table_insert (self->alike, key, GSIZE_TO_POINTER (first));
  else
    g_hash_table_remove (self->alike, key);
  while (departure != NULL && (departure->is_sent || !is_alike (departure, port, hash, length)))
    departure = get_departure (self, departure->next_alike);
  return departure;
}

FoliotCausesDeparture *
_foliot_causes_get_next_of_port (FoliotCauses *self, guint32 port)
{
  FoliotCausesLane *lane = get_lane (self, port);
  FoliotCausesDeparture *departure;

  while ((departure = get_departure (self, lane->departure)) != NULL && departure->is_sent)
    lane->departure = departure->next;
  return departure;
}

FoliotCausesDeparture *
_foliot_causes_get_next (FoliotCauses *self)
{
  FoliotCausesDeparture *departure;

  while ((departure = get_departure (self, self->next)) != NULL && departure->is_sent)
    self->next++;
  return departure;
}

/* What its port has not sent by now, if ever, comes behind it. */
void
_foliot_causes_note_sent (FoliotCauses *self, FoliotCausesDeparture *sent, FoliotTime now)
{
  guint64 place = (guint64) (sent - (FoliotCausesDeparture *) self->departures->data) + 1;
  FoliotCausesDeparture *departure;

  sent->is_sent = TRUE;
  sent->sent_ns = now;
  sent->lane->sent = MAX (sent->lane->sent, place);
  wake_waiters (self, sent);
  while ((departure = get_departure (self, self->settled + 1)) != NULL
         && (departure->is_sent || departure->lane->sent > self->settled))
    {
      self->settled++;
      wake_waiters (self, departure);
    }
}

/* SPDX-License-Identifier: MIT */
#include "channel/foliot-pending-private.h"

/*
 * Open addressing with linear probing; taking an entry out closes the gap behind it, so there are no tombstones and a
 * look-up ends at the first free place. At most half of the places are taken. Ids count up, so usually every entry
 * stands at home, however many stand side by side; then there is no gap to close.
 */

#define FIRST_CAPACITY 8

static inline guint
home_of (const FoliotPendingTable *table, guint64 id)
{
  return (guint) id & (table->capacity - 1);
}

static inline guint
after (const FoliotPendingTable *table, guint place)
{
  return (place + 1) & (table->capacity - 1);
}

static void
insert (FoliotPendingTable *table, const FoliotPending *pending)
{
  guint place = home_of (table, pending->id);

  while (table->entries[place].future != NULL)
    place = after (table, place);
  table->entries[place] = *pending;
  table->n_entries++;
  table->n_displaced += place != home_of (table, pending->id);
}

static void
grow (FoliotPendingTable *table)
{
  FoliotPendingTable larger = { 0 };

  larger.capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
  larger.entries = g_new0 (FoliotPending, larger.capacity);
  for (guint i = 0; i < table->capacity; i++)
    if (table->entries[i].future != NULL)
      insert (&larger, &table->entries[i]);
  g_free (table->entries);
  *table = larger;
}

void
_foliot_pending_add (FoliotPendingTable *table, guint64 id, FoliotFuture *future, FoliotValue *content,
                     guint32 node)
{
  const FoliotPending pending = { .id = id, .future = future, .content = content, .node = node };

  if (G_UNLIKELY (2 * table->n_entries >= table->capacity))
    grow (table);
  insert (table, &pending);
}

/* Whether an entry whose home is @home and that stands at @place would no longer be found over a gap at @gap. */
static inline gboolean
is_cut_off (guint home, guint gap, guint place)
{
  return gap <= place ? home <= gap || home > place : home <= gap && home > place;
}

/* Moves what would no longer be found over the gap at @gap into it, and so on with the gap that this leaves. */
static void
close_gap (FoliotPendingTable *table, guint gap)
{
  for (guint place = after (table, gap); table->entries[place].future != NULL; place = after (table, place))
    {
      guint home = home_of (table, table->entries[place].id);

      if (!is_cut_off (home, gap, place))
        continue;
      table->entries[gap] = table->entries[place];
      table->entries[place].future = NULL;
      table->n_displaced -= gap == home;
      gap = place;
    }
}

const FoliotPending *
_foliot_pending_peek (const FoliotPendingTable *table, guint64 id)
{
  if (table->n_entries == 0)
    return NULL;
  for (guint place = home_of (table, id); table->entries[place].future != NULL; place = after (table, place))
    if (table->entries[place].id == id)
      return &table->entries[place];
  return NULL;
}

gboolean
_foliot_pending_take (FoliotPendingTable *table, guint64 id, FoliotPending *out_pending)
{
  const FoliotPending *found = _foliot_pending_peek (table, id);
  guint place;

  if (found == NULL)
    return FALSE;
  *out_pending = *found;
  place = (guint) (found - table->entries);
  table->entries[place].future = NULL;
  table->n_entries--;
  table->n_displaced -= place != home_of (table, id);
  if (G_UNLIKELY (table->n_displaced > 0))
    close_gap (table, place);
  return TRUE;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  guint64 left = ((const FoliotPending *) a)->id, right = ((const FoliotPending *) b)->id;

  return left < right ? -1 : left > right;
}

FoliotPending *
_foliot_pending_take_all (FoliotPendingTable *table, guint *out_n)
{
  FoliotPending *entries = table->entries;
  guint n = 0;

  for (guint i = 0; i < table->capacity; i++)
    if (entries[i].future != NULL)
      entries[n++] = entries[i];
  *table = (FoliotPendingTable){ 0 };
  if (n > 1)
    qsort (entries, n, sizeof *entries, compare_ids);
  *out_n = n;
  return entries;
}

void
_foliot_pending_clear (FoliotPending *pending)
{
  g_clear_pointer (&pending->future, foliot_future_unref);
  g_clear_pointer (&pending->content, foliot_value_unref);
}

/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-part-private.h"

#include "agent/foliot-timer-private.h"
#include "channel/foliot-channel-cork-private.h"
#include "channel/foliot-channel-count-private.h"
#include "foliot/foliot-subproc.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-pause-private.h"
#include "kernel/foliot-poll-private.h"

/*
 * What agents of the other processes recorded is brought here when the run is over; rows of one time are in the order of the agents then. A
 * run that is cut asks all processes at once, each on a fiber of its own, and has not much patience: one that has ended, or
 * works at something, keeps back what it has, and nobody else's.
 */

#define BRING_LIMIT_MS 3000
#define BRING_PAUSE_MS 10

typedef struct
{
  double time_s;
  guint agent;
  gsize place; /* in what was collected: rows of one agent keep their order */
  FoliotValue *row;
} Recorded;

static int
compare_recorded (gconstpointer a, gconstpointer b)
{
  const Recorded *x = a, *y = b;

  if (x->time_s != y->time_s)
    return x->time_s < y->time_s ? -1 : 1;
  if (x->agent != y->agent)
    return x->agent < y->agent ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

static void
clear_recorded (gpointer data)
{
  foliot_value_unref (((Recorded *) data)->row);
}

static gboolean
add_recorded (FoliotWorld *world, FoliotTable *table, GArray *found, FoliotValue *row, GError **error)
{
  FoliotValue *time = NULL, *name = NULL;
  guint agent = 0;

  if (foliot_value_get_kind (row) == FOLIOT_VALUE_LIST && foliot_value_get_length (row) == table->n_columns)
    {
      time = foliot_value_get_item (row, 0);
      name = foliot_value_get_item (row, 1);
    }
  if (name != NULL && foliot_value_get_kind (name) == FOLIOT_VALUE_STRING && foliot_value_is_number (time))
    agent = GPOINTER_TO_UINT (
        g_hash_table_lookup (world->scenario->agent_index, foliot_value_get_string (name, NULL)));
  if (agent == 0)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "table %s: a process has recorded what is no row of it", table->name);
      return FALSE;
    }
  const Recorded recorded = { foliot_value_get_double (time), agent, found->len, foliot_value_ref (row) };
  g_array_append_val (found, recorded);
  return TRUE;
}

static gboolean
collect_from (FoliotWorld *world, guint child, guint output, GArray *found, GError **error)
{
  FoliotProxy *keeper = foliot_child_get_manager (world->children->pdata[child]);
  gsize first = 0, n;

  do
    {
      g_autoptr (FoliotValue) rows
          = foliot_await_take (foliot_proxy_call (keeper, "get_rows", foliot_value_new_uint (output),
                                                  foliot_value_new_uint (first), NULL),
                               error);

      if (rows == NULL)
        return FALSE;
      n = foliot_value_get_kind (rows) == FOLIOT_VALUE_LIST ? foliot_value_get_length (rows) : 0;
      for (gsize i = 0; i < n; i++)
        if (!add_recorded (world, g_ptr_array_index (world->tables, output), found,
                           foliot_value_get_item (rows, i), error))
          return FALSE;
      first += n;
    }
  while (n > 0);
  return TRUE;
}

static void
refill (FoliotTable *table, GArray *found)
{
  g_autofree FoliotValue **cells = g_new (FoliotValue *, table->n_columns);

  g_ptr_array_set_size (table->cells, 0);
  for (guint i = 0; i < found->len; i++)
    {
      for (guint k = 0; k < table->n_columns; k++)
        cells[k] = foliot_value_ref (foliot_value_get_item (g_array_index (found, Recorded, i).row, k));
      foliot_table_add_row (table, cells);
    }
}

/* Rows of all tables that agents fill, while they are being brought together; shared by the fibers that bring them. */
typedef struct
{
  FoliotWorld *world;
  GPtrArray *found; /* GArray of Recorded, or NULL, for each output */
} Harvest;

static void
array_free (gpointer array)
{
  if (array != NULL)
    g_array_unref (array);
}

static void
harvest_clear (gpointer data)
{
  g_ptr_array_unref (((Harvest *) data)->found);
}

static void
harvest_unref (gpointer harvest)
{
  g_rc_box_release_full (harvest, harvest_clear);
}

/* Returns: (nullable): with the rows that are here already. */
static Harvest *
harvest_new (FoliotWorld *world, GError **error)
{
  Harvest *harvest = g_rc_box_new (Harvest);

  *harvest = (Harvest){ world, g_ptr_array_new_with_free_func (array_free) };
  for (guint i = 0; i < world->scenario->outputs->len; i++)
    {
      FoliotTable *table = g_ptr_array_index (world->tables, i);
      GArray *found = NULL;

      if (g_array_index (world->scenario->outputs, FoliotOutputSpec, i).every == 0)
        {
          found = g_array_new (FALSE, FALSE, sizeof (Recorded));
          g_array_set_clear_func (found, clear_recorded);
        }
      g_ptr_array_add (harvest->found, found);
      for (gsize row = 0; found != NULL && row < foliot_table_get_n_rows (table); row++)
        {
          g_autoptr (FoliotValue) own = _foliot_world_dup_row (table, row);

          if (!add_recorded (world, table, found, own, error))
            {
              harvest_unref (harvest);
              return NULL;
            }
        }
    }
  return harvest;
}

static gboolean
harvest_from (Harvest *harvest, guint child, GError **error)
{
  for (guint i = 0; i < harvest->found->len; i++)
    if (harvest->found->pdata[i] != NULL
        && !collect_from (harvest->world, child, i, harvest->found->pdata[i], error))
      return FALSE;
  return TRUE;
}

static void
harvest_store (Harvest *harvest)
{
  for (guint i = 0; i < harvest->found->len; i++)
    if (harvest->found->pdata[i] != NULL)
      {
        g_array_sort (harvest->found->pdata[i], compare_recorded);
        refill (harvest->world->tables->pdata[i], harvest->found->pdata[i]);
      }
}

gboolean
_foliot_world_collect (FoliotWorld *world, GError **error)
{
  Harvest *harvest = harvest_new (world, error);
  gboolean all = harvest != NULL;

  for (guint i = 0; all && i < world->children->len; i++)
    all = harvest_from (harvest, i, error);
  if (all)
    harvest_store (harvest);
  if (harvest != NULL)
    harvest_unref (harvest);
  return all;
}

/* ---- when the run is cut ---- */

typedef struct
{
  Harvest *harvest;
  guint child;
} Bringer;

static void
bringer_free (gpointer data)
{
  harvest_unref (((Bringer *) data)->harvest);
  g_free (data);
}

/* Asked for its stock alone, a world draws its cork, behind which its answers would stay. */
static FoliotValue *
bring (gpointer user_data, GError **error)
{
  Bringer *self = user_data;
  FoliotProxy *keeper = foliot_child_get_manager (self->harvest->world->children->pdata[self->child]);
  g_autoptr (FoliotProxy) root = foliot_rpc_client_get_remote (foliot_proxy_get_client (keeper));
  g_autoptr (FoliotValue) stock
      = foliot_await_take (foliot_proxy_call (root, FOLIOT_SETTLE_PATH, NULL), error);

  return stock != NULL && harvest_from (self->harvest, self->child, error) ? foliot_value_new_null () : NULL;
}

/* Returns: (transfer full): settled when everybody who can has brought his rows, or failed to. */
static GPtrArray *
send_bringers (Harvest *harvest)
{
  FoliotWorld *world = harvest->world;
  GPtrArray *sent = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);

  for (guint i = 0; i < world->children->len; i++)
    {
      Bringer *bringer;

      if (foliot_future_is_settled (foliot_child_get_ended (world->children->pdata[i])))
        continue;
      bringer = g_new (Bringer, 1);
      *bringer = (Bringer){ g_rc_box_acquire (harvest), i };
      g_ptr_array_add (
          sent, foliot_fiber_spawn (world->kernel, NULL, "bringing back", bring, bringer, bringer_free));
    }
  return sent;
}

static gboolean
are_settled (GPtrArray *futures)
{
  for (guint i = 0; i < futures->len; i++)
    if (!foliot_future_is_settled (futures->pdata[i]))
      return FALSE;
  return TRUE;
}

static void
on_waited_enough (gpointer waited)
{
  *(gboolean *) waited = TRUE;
}

/* The director has failed, or stopped where he was: what comes from the others now is only what they have. */
typedef struct
{
  Harvest *harvest;
  GPtrArray *sent;
} Recall;

static gboolean
is_wanted (FoliotWorld *world)
{
  return world->children != NULL && world->children->len > 0 && !world->collected && !world->closed;
}

/* Returns: whether there is anybody to be asked. */
static gboolean
recall_begin (Recall *recall, FoliotWorld *world)
{
  recall->harvest = harvest_new (world, NULL);
  if (recall->harvest == NULL)
    return FALSE;
  world->collected = TRUE;
  foliot_future_cancel (world->directed);
  _foliot_channels_uncork (world->kernel);
  recall->sent = send_bringers (recall->harvest);
  return TRUE;
}

static void
recall_end (Recall *recall)
{
  harvest_store (recall->harvest);
  harvest_unref (recall->harvest);
  g_ptr_array_unref (recall->sent);
}

void
_foliot_world_bring_back (FoliotWorld *world)
{
  gboolean waited = FALSE;
  g_autoptr (FoliotPause) pause = NULL;
  Recall recall;

  if (!is_wanted (world))
    return;
  _foliot_kernel_take_interrupt (world->kernel);
  if (!_foliot_gate_mark (world->kernel, FOLIOT_GATE_CUT) || !recall_begin (&recall, world))
    return;
  pause = _foliot_pause_new (world->kernel, NULL, BRING_LIMIT_MS, on_waited_enough, &waited);
  while (pause != NULL && !waited && !are_settled (recall.sent) && _foliot_world_step_patiently (world))
    ;
  recall_end (&recall);
}

void
_foliot_world_bring_back_on_fiber (FoliotWorld *world)
{
  Recall recall;

  if (!is_wanted (world) || !recall_begin (&recall, world))
    return;
  for (guint ms = 0; ms < BRING_LIMIT_MS && !are_settled (recall.sent); ms += BRING_PAUSE_MS)
    if (!_foliot_timer_sleep (world->kernel, BRING_PAUSE_MS, NULL))
      break;
  recall_end (&recall);
}

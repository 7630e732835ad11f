/* SPDX-License-Identifier: MIT */
#include "agent/foliot-settle-private.h"

#include "agent/foliot-container-private.h"
#include "agent/foliot-reserved-private.h"
#include "agent/foliot-timer-private.h"
#include "channel/foliot-channel-cork-private.h"
#include "channel/foliot-channel-count-private.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-pause-private.h"

/*
 * One wave, as one world sees it. It takes stock when all else that is to be done now is done; then it asks on every other
 * connection, all at the same time, and answers with its own stock and all that it was told. A wave that comes a second
 * time, over another connection, gets nothing but the name of the end: so it ends, and each world is in it once.
 *
 * Whether a peer takes part is found out by asking it. aiomas answers that it knows no such name; a client without services
 * answers nothing, and is given up on when the limit is over. Both are remembered as plain, and not asked again.
 *
 * While it waits for answers time is held, since they would be about another time than the one that was asked about.
 */

#define N_REMEMBERED 64 /* waves */

/* Of a kernel. */
typedef struct
{
  FoliotKernel *kernel;
  char *name; /* of this world, in all waves: of the container that was asked first */
  guint64 n_ends;
  GQueue waves; /* that were here, the newest last */
} Settler;

/* Of a channel. */
typedef struct
{
  char *name;
  char *peer;     /* (nullable) */
  gboolean plain; /* does not settle */
} End;

/* A connection, as it was when stock was taken. */
typedef struct
{
  FoliotChannel *channel;
  FoliotChannelCounts counts;
} Stock;

static void
settler_free (Settler *self)
{
  g_queue_clear_full (&self->waves, g_free);
  g_free (self->name);
  g_free (self);
}

static Settler *
settler_get (FoliotContainer *container)
{
  FoliotKernel *kernel = foliot_container_get_kernel (container);
  GQuark key = g_quark_from_static_string ("foliot-settler");
  Settler *self = foliot_kernel_get_data (kernel, key);
  if (self == NULL)
    {
      self = g_new0 (Settler, 1);
      self->kernel = kernel;
      self->name = g_strdup (foliot_container_get_base_url (container));
      g_queue_init (&self->waves);
      foliot_kernel_set_data (kernel, key, self, (GDestroyNotify) settler_free);
    }
  return self;
}

/* Whether @wave comes for the first time. */
static gboolean
settler_meet (Settler *self, const char *wave)
{
  if (g_queue_find_custom (&self->waves, wave, (GCompareFunc) g_strcmp0) != NULL)
    return FALSE;
  g_queue_push_tail (&self->waves, g_strdup (wave));
  if (self->waves.length > N_REMEMBERED)
    g_free (g_queue_pop_head (&self->waves));
  return TRUE;
}

static void
end_free (End *end)
{
  g_free (end->name);
  g_free (end->peer);
  g_free (end);
}

static End *
end_get (Settler *self, FoliotChannel *channel)
{
  GQuark key = g_quark_from_static_string ("foliot-settle-end");
  End *end = g_object_get_qdata (G_OBJECT (channel), key);
  if (end == NULL)
    {
      end = g_new0 (End, 1);
      end->name = g_strdup_printf ("%s#%" G_GUINT64_FORMAT, self->name, ++self->n_ends);
      g_object_set_qdata_full (G_OBJECT (channel), key, end, (GDestroyNotify) end_free);
    }
  return end;
}

/* ---- stock ---- */

static void
stock_clear (gpointer data)
{
  g_object_unref (((Stock *) data)->channel);
}

static GArray *
take_stock (FoliotKernel *kernel)
{
  g_autoptr (GPtrArray) channels = g_ptr_array_new ();
  GArray *stocks = g_array_new (FALSE, FALSE, sizeof (Stock));
  g_array_set_clear_func (stocks, stock_clear);
  _foliot_kernel_collect_channels (kernel, channels);
  for (guint i = 0; i < channels->len; i++)
    {
      Stock stock = { .channel = channels->pdata[i] };
      if (!_foliot_channel_get_counts (stock.channel, &stock.counts))
        continue;
      g_object_ref (stock.channel);
      g_array_append_val (stocks, stock);
    }
  return stocks;
}

static FoliotValue *
text_or_null (const char *text)
{
  return text != NULL ? foliot_value_new_string (text) : foliot_value_new_null ();
}

static FoliotValue *
time_or_null (FoliotTime time)
{
  return time != FOLIOT_TIME_NEVER ? foliot_value_new_int (time) : foliot_value_new_null ();
}

static FoliotValue *
describe_links (Settler *self, GArray *stocks)
{
  g_autoptr (GPtrArray) links = g_ptr_array_new ();
  for (guint i = 0; i < stocks->len; i++)
    {
      const Stock *stock = &g_array_index (stocks, Stock, i);
      const End *end = end_get (self, stock->channel);
      FoliotValue *fields[FOLIOT_LINK_N_FIELDS] = {
        [FOLIOT_LINK_END] = foliot_value_new_string (end->name),
        [FOLIOT_LINK_PEER] = text_or_null (end->peer),
        [FOLIOT_LINK_ORIGIN] = foliot_value_new_string (foliot_channel_get_origin (stock->channel)),
        [FOLIOT_LINK_SENT] = foliot_value_new_uint (stock->counts.n_sent),
        [FOLIOT_LINK_RECEIVED] = foliot_value_new_uint (stock->counts.n_received),
        [FOLIOT_LINK_OWED] = foliot_value_new_uint (stock->counts.n_owed),
        [FOLIOT_LINK_PLAIN] = foliot_value_new_bool (end->plain),
      };
      g_ptr_array_add (links, foliot_value_new_list (fields, G_N_ELEMENTS (fields)));
    }
  return foliot_value_new_list ((FoliotValue **) links->pdata, links->len);
}

/* ---- the world ---- */

static char *
report_waits (FoliotKernel *kernel)
{
  g_autofree char *holds = _foliot_kernel_report_holds (kernel);
  g_autofree char *fibers = foliot_fiber_report_waits (kernel);
  return g_strconcat (holds, fibers, NULL);
}

/* A visit, from taking stock to the answer. */
typedef struct
{
  Settler *settler;
  const FoliotWave *wave;
  FoliotSettled settled;
  FoliotTime now, next_due; /* on the clock of the container */
  char *report;             /* (nullable) */
  GArray *stocks;
  GPtrArray *calls;  /* FoliotFuture, one for each stock; NULL where nobody is asked */
  GPtrArray *worlds; /* that were found */
} Visit;

static void
drop_call (gpointer call)
{
  if (call != NULL)
    foliot_future_unref (call);
}

static void
visit_init (Visit *self, FoliotContainer *container, const FoliotWave *wave)
{
  FoliotKernel *kernel = foliot_container_get_kernel (container);
  *self = (Visit){ .settler = settler_get (container), .wave = wave };
  foliot_kernel_peek_settled (kernel, &self->settled);
  self->now = self->next_due = foliot_clock_time (foliot_container_get_clock (container));
  if (self->settled.next_due == FOLIOT_TIME_NEVER)
    self->next_due = FOLIOT_TIME_NEVER;
  else
    self->next_due = foliot_time_add (self->now, self->settled.next_due - foliot_kernel_now (kernel));
  self->report = wave->report ? report_waits (kernel) : NULL;
  self->stocks = take_stock (kernel);
  self->calls = g_ptr_array_new_with_free_func (drop_call);
  self->worlds = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_value_unref);
}

static void
visit_clear (Visit *self)
{
  if (self->settler == NULL)
    return;
  g_free (self->report);
  g_array_unref (self->stocks);
  g_ptr_array_unref (self->calls);
  g_ptr_array_unref (self->worlds);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Visit, visit_clear)

static FoliotValue *
visit_describe_world (Visit *self)
{
  FoliotKernel *kernel = self->settler->kernel;
  return foliot_value_build_map (
      "name", foliot_value_new_string (self->settler->name), "drive",
      foliot_value_new_string (_foliot_reserved_get_drive_name (foliot_kernel_get_drive (kernel))), "quiet",
      foliot_value_new_bool (self->settled.quiet), "now_ns", foliot_value_new_int (self->now), "next_due_ns",
      time_or_null (self->next_due), "holds", foliot_value_new_uint (self->settled.n_holds), "waits",
      foliot_value_new_uint (self->settled.n_waits), "links", describe_links (self->settler, self->stocks),
      "report", text_or_null (self->report), NULL);
}

/* ---- asking the others ---- */

/* `_foliot/settle(wave, end, report, limit_ms)`; each world leaves its askers time to be answered themselves. */
static FoliotValue *
make_question (const FoliotWave *wave, const End *end)
{
  return foliot_value_build_list (
      foliot_value_new_string (FOLIOT_SETTLE_PATH),
      foliot_value_build_list (foliot_value_new_string (wave->id), foliot_value_new_string (end->name),
                               foliot_value_new_bool (wave->report),
                               foliot_value_new_uint (wave->limit_ms / 4 * 3), NULL),
      foliot_value_new_map (NULL, 0), NULL);
}

static void
visit_ask (Visit *self)
{
  for (guint i = 0; i < self->stocks->len; i++)
    {
      FoliotChannel *channel = g_array_index (self->stocks, Stock, i).channel;
      const End *end = end_get (self->settler, channel);
      if (end->plain || channel == self->wave->from)
        {
          g_ptr_array_add (self->calls, NULL);
          continue;
        }
      g_autoptr (FoliotValue) question = make_question (self->wave, end);
      FoliotFuture *call = foliot_channel_send (channel, question, NULL);
      if (call != NULL)
        foliot_future_set_label (call, "settling");
      g_ptr_array_add (self->calls, call);
    }
}

static void
give_up (gpointer calls)
{
  for (guint i = 0; i < ((GPtrArray *) calls)->len; i++)
    if (((GPtrArray *) calls)->pdata[i] != NULL)
      foliot_future_cancel (((GPtrArray *) calls)->pdata[i]);
}

/* Whatever a peer answers: it is believed as far as it has the right form. */
static void
visit_hear (Visit *self, End *end, FoliotValue *answer)
{
  gboolean is_map = foliot_value_get_kind (answer) == FOLIOT_VALUE_MAP;
  FoliotValue *name = is_map ? foliot_value_lookup (answer, "end") : NULL;
  FoliotValue *worlds = is_map ? foliot_value_lookup (answer, "worlds") : NULL;
  if (name == NULL || foliot_value_get_kind (name) != FOLIOT_VALUE_STRING || worlds == NULL
      || foliot_value_get_kind (worlds) != FOLIOT_VALUE_LIST)
    {
      end->plain = TRUE;
      return;
    }
  g_free (end->peer);
  end->peer = g_strdup (foliot_value_get_string (name, NULL));
  for (gsize i = 0; i < foliot_value_get_length (worlds); i++)
    g_ptr_array_add (self->worlds, foliot_value_ref (foliot_value_get_item (worlds, i)));
}

/* Who fails to answer does not settle, but one who has answered before is late: the next wave asks him again. A connection that was lost is for the next wave to miss. */
static gboolean
visit_await (Visit *self, guint index, GError **error)
{
  FoliotChannel *channel = g_array_index (self->stocks, Stock, index).channel;
  End *end = end_get (self->settler, channel);
  g_autoptr (GError) why = NULL;
  g_autoptr (FoliotValue) answer = foliot_await (self->calls->pdata[index], FOLIOT_TIME_NEVER, &why);
  if (answer != NULL)
    visit_hear (self, end, answer);
  else if (!foliot_future_is_settled (self->calls->pdata[index]))
    {
      g_propagate_error (error, g_steal_pointer (&why)); /* we are cancelled */
      return FALSE;
    }
  else if (foliot_channel_get_error (channel) == NULL && end->peer == NULL)
    end->plain = TRUE;
  return TRUE;
}

static gboolean
visit_others (Visit *self, GError **error)
{
  FoliotKernel *kernel = self->settler->kernel;
  FoliotHold *hold = _foliot_kernel_hold_to_settle (kernel);
  g_autoptr (FoliotPause) pause = NULL;
  gboolean alive = TRUE;
  visit_ask (self);
  pause = _foliot_pause_new (kernel, NULL, self->wave->limit_ms, give_up, self->calls);
  for (guint i = 0; alive && i < self->calls->len; i++)
    if (self->calls->pdata[i] != NULL)
      alive = visit_await (self, i, error);
  foliot_hold_release (hold);
  return alive;
}

static FoliotValue *
make_answer (Settler *settler, const FoliotWave *wave, gboolean seen, FoliotValue *worlds)
{
  const End *end = wave->from != NULL ? end_get (settler, wave->from) : NULL;
  return foliot_value_build_map ("end", text_or_null (end != NULL ? end->name : NULL), "seen",
                                 foliot_value_new_bool (seen), "worlds", worlds, NULL);
}

FoliotValue *
_foliot_settle_visit (FoliotContainer *container, const FoliotWave *wave, GError **error)
{
  Settler *settler = settler_get (container);
  g_auto (Visit) visit = { NULL };
  if (wave->from != NULL && wave->from_end != NULL)
    {
      End *end = end_get (settler, wave->from);
      g_free (end->peer);
      end->peer = g_strdup (wave->from_end);
      end->plain = FALSE;
    }
  if (wave->id != NULL && !settler_meet (settler, wave->id))
    return make_answer (settler, wave, TRUE, foliot_value_new_list (NULL, 0));
  _foliot_channels_uncork (settler->kernel);
  /* First whatever else came in the same turn. */
  if (!_foliot_timer_await_arrival (settler->kernel, foliot_kernel_now (settler->kernel), error))
    return NULL;
  visit_init (&visit, container, wave);
  if (wave->id != NULL && !visit_others (&visit, error))
    return NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_ptr_array_add (found, visit_describe_world (&visit));
  for (guint i = 0; i < visit.worlds->len; i++)
    g_ptr_array_add (found, foliot_value_ref (visit.worlds->pdata[i]));
  return make_answer (settler, wave, FALSE,
                      foliot_value_new_list ((FoliotValue **) found->pdata, found->len));
}

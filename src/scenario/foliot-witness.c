/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-witness.h"

#include "agent/foliot-container-private.h"
#include "channel/foliot-message-private.h"
#include "journal/foliot-replay-private.h"
#include "kernel/foliot-hearing-private.h"
#include "rpc/foliot-rpc-client-private.h"
#include "scenario/foliot-statement.h"

/*
 * Writes down what some agents of a world are told and what they say, so that one of them can be run alone later.
 *
 * Each agent is a node of the kernel, and has a numbering of its own events. That is the anchor: something is told behind so many of
 * its own events, and at a time. So it does not matter what else there was in the world, and each agent stands for itself, also
 * when several are heard.
 *
 * An event of an agent is either caused by itself (a timer, a fiber that goes on), and will come by itself again; or it is told
 * something in it: a message, an input. Which of them it was shows when the event has ended, because a message arrives as
 * nobody's, and only its path says whose it is. What comes to an agent without being an event of its own is a future that is
 * settled elsewhere: the end of a connect, or of a connection.
 *
 * Nothing is changed by this: no reference is taken to anything that ends by its last one, but to futures that nobody else can lose.
 */

typedef struct
{
  guint32 node;
  char *name;
  guint64 n_heard;
  guint64 n_said;
} Part;

typedef struct
{
  Part *part;
  guint64 n;
} Connect;

struct _FoliotWitness
{
  char *only; /* nullable: all */
  char *path; /* nullable: into the recording of the run */
  FoliotWorld *world;
  FoliotJournalWriter *writer; /* nullable */
  FoliotRecorder *recorder;    /* nullable: borrowed */
  GError *error;
  GPtrArray *parts;     /* of Part, in the order in which they were made */
  GPtrArray *by_node;   /* of Part, borrowed; NULL: somebody else */
  GHashTable *connects; /* FoliotFuture → Connect; looked up, never walked */
  guint64 n_connects;
  guint n_channels;
  gboolean is_admitting; /* agents that are made now are the scenario's */
  gboolean ended;

  /* The event that runs. */
  FoliotChannel *channel; /* borrowed */
  FoliotValue *plain;     /* nullable: no message */
  FoliotValue *value;     /* nullable: no input */
  char *input;
  gboolean is_method;
  gboolean is_called;
  guint8 type;
  guint64 id;
  guint64 n_said;  /* in it */
  guint32 n_draws; /* for the answer to what is for nobody */
};

/* ---- writing --------------------------------------------------------------------------------------------------- */

/* @name: of an agent; empty: the world. Takes @body. */
static void
put_as (FoliotWitness *self, const char *name, FoliotStatementKind kind, FoliotValue *body)
{
  g_autoptr (FoliotValue) owned = body;
  g_autofree char *text = _foliot_statement_format (kind, body);
  const FoliotJournalRecord record = {
    .kind = FOLIOT_JOURNAL_NOTE,
    .time_ns = foliot_kernel_now (self->world->kernel),
    .event = _foliot_gate_get_point (self->world->kernel).dispatched,
    .name = name,
    .text = text,
  };

  if (self->recorder != NULL)
    _foliot_recorder_note (self->recorder, &record);
  else if (self->error == NULL)
    foliot_journal_writer_add (self->writer, &record, &self->error);
}

/* @part: (nullable): the world. Takes @body. */
static void
put (FoliotWitness *self, const Part *part, FoliotStatementKind kind, FoliotValue *body)
{
  put_as (self, part != NULL ? part->name : "", kind, body);
}

static guint64
get_k (FoliotWitness *self, const Part *part)
{
  return _foliot_kernel_get_n_node_events (self->world->kernel, part->node);
}

static FoliotValue *
new_k (FoliotWitness *self, const Part *part)
{
  return foliot_value_new_uint (get_k (self, part));
}

/* What it was told in the event that has just ended came before what it said there. */
static FoliotValue *
new_k_before (FoliotWitness *self, const Part *part)
{
  return foliot_value_new_uint (get_k (self, part) - 1);
}

static FoliotValue *
new_s_before (FoliotWitness *self, const Part *part)
{
  return foliot_value_new_uint (part->n_said - self->n_said);
}

static void
count_said (FoliotWitness *self, Part *part)
{
  part->n_said++;
  self->n_said++;
}

/* ---- whom it hears --------------------------------------------------------------------------------------------- */

static Part *
find_part (FoliotWitness *self, guint32 node)
{
  return node < self->by_node->len ? self->by_node->pdata[node] : NULL;
}

static Part *
get_current (FoliotWitness *self)
{
  return self->ended ? NULL : find_part (self, _foliot_kernel_get_node (self->world->kernel));
}

static void
part_free (gpointer data)
{
  Part *part = data;

  g_free (part->name);
  g_free (part);
}

static void
add_part (FoliotWitness *self, FoliotAgent *agent)
{
  Part *part = g_new0 (Part, 1);

  part->node = foliot_agent_get_node (agent);
  part->name = g_strdup (foliot_agent_get_name (agent));
  g_ptr_array_add (self->parts, part);
  if (self->by_node->len <= part->node)
    g_ptr_array_set_size (self->by_node, (int) part->node + 1);
  self->by_node->pdata[part->node] = part;
}

static gboolean
is_wanted (FoliotWitness *self, const char *name, const char *container)
{
  return self->only == NULL || g_str_equal (self->only, name) || g_str_equal (self->only, container);
}

/* Of each it is told that it is there; agents that an agent makes are its own. */
static void
on_made (gpointer data, gpointer agent, const char *container)
{
  FoliotWitness *self = data;
  FoliotKernel *kernel = self->world->kernel;
  gboolean is_late = _foliot_kernel_get_current_sequence (kernel) != 0 && !self->is_admitting;
  const Part *by = is_late ? get_current (self) : NULL;

  if (by != NULL || is_wanted (self, foliot_agent_get_name (agent), container))
    add_part (self, agent);
  put_as (self, foliot_agent_get_name (agent), FOLIOT_STATEMENT_MADE,
          foliot_value_build_map ("container", foliot_value_new_string (container), "aid",
                                  foliot_value_new_string (foliot_agent_get_aid (agent)), "by",
                                  foliot_value_new_string (by != NULL ? by->name : ""), "late",
                                  foliot_value_new_bool (is_late), NULL));
}

/* ---- connections ----------------------------------------------------------------------------------------------- */

static GQuark
number_quark (void)
{
  return g_quark_from_static_string ("foliot-witness-channel");
}

/* Whose end it is: the number of a container of the world; −1: of none. */
static gint64
find_container (FoliotWitness *self, FoliotChannel *channel)
{
  FoliotRpcClient *client = channel != NULL ? _foliot_rpc_client_of_channel (channel) : NULL;
  guint index;

  if (client == NULL || client->service == NULL
      || !g_ptr_array_find (self->world->containers, client->service, &index))
    return -1;
  return index;
}

static FoliotValue *
dup_info (FoliotChannel *channel, const char *name)
{
  g_autoptr (FoliotValue) nothing = foliot_value_new_null ();

  return foliot_channel_dup_info (channel, name, nothing);
}

static FoliotValue *
new_number (FoliotWitness *self, FoliotChannel *channel)
{
  guint n = GPOINTER_TO_UINT (g_object_get_qdata (G_OBJECT (channel), number_quark ()));

  if (n == 0)
    {
      n = ++self->n_channels;
      g_object_set_qdata (G_OBJECT (channel), number_quark (), GUINT_TO_POINTER (n));
      put (self, NULL, FOLIOT_STATEMENT_CHANNEL,
           foliot_value_build_map (
               "n", foliot_value_new_int (n), "near", foliot_value_new_int (find_container (self, channel)),
               "far", foliot_value_new_int (find_container (self, foliot_channel_get_peer (channel))),
               "peername", dup_info (channel, "peername"), "sockname", dup_info (channel, "sockname"), "name",
               dup_info (channel, "name"), "peer", dup_info (channel, "peer"), NULL));
    }
  return foliot_value_new_int (n);
}

static FoliotValue *
new_connected (FoliotWitness *self, const Connect *connect, gboolean at_once, FoliotValue *proxy_value,
               const GError *why)
{
  FoliotProxy *proxy = proxy_value != NULL ? foliot_value_get_proxy (proxy_value) : NULL;
  g_autofree char *text = proxy != NULL ? foliot_proxy_to_string (proxy) : NULL;
  FoliotValue *k = new_k (self, connect->part), *n = foliot_value_new_uint (connect->n);
  FoliotValue *once = foliot_value_new_bool (at_once), *s = foliot_value_new_uint (connect->part->n_said);

  if (proxy == NULL)
    return foliot_value_build_map ("k", k, "s", s, "n", n, "at_once", once, "error",
                                   _foliot_statement_new_error (why), NULL);
  return foliot_value_build_map (
      "k", k, "s", s, "n", n, "at_once", once, "channel",
      new_number (self, foliot_rpc_client_get_channel (foliot_proxy_get_client (proxy))), "path",
      foliot_value_new_string (foliot_proxy_get_path (proxy)), "text", foliot_value_new_string (text), NULL);
}

static void
on_connecting (gpointer data, gpointer future, const char *url, guint32 n_draws)
{
  FoliotWitness *self = data;
  Part *part = get_current (self);
  Connect connect;

  if (part == NULL)
    return;
  connect = (Connect){ part, ++self->n_connects };
  count_said (self, part);
  put (self, part, FOLIOT_STATEMENT_CONNECT,
       foliot_value_build_map ("k", new_k (self, part), "n", foliot_value_new_uint (connect.n), "url",
                               foliot_value_new_string (url), "draws", foliot_value_new_int (n_draws), NULL));
  if (foliot_future_is_settled (future))
    put (self, part, FOLIOT_STATEMENT_CONNECTED,
         new_connected (self, &connect, TRUE, foliot_future_get_value (future),
                        foliot_future_get_error (future)));
  else
    g_hash_table_insert (self->connects, foliot_future_ref (future), g_memdup2 (&connect, sizeof connect));
}

static void
on_connected (gpointer data, gpointer future, FoliotValue *proxy, const GError *why)
{
  FoliotWitness *self = data;
  Connect *connect = self->ended ? NULL : g_hash_table_lookup (self->connects, future);

  if (connect == NULL)
    return;
  connect->part->n_heard++;
  put (self, connect->part, FOLIOT_STATEMENT_CONNECTED, new_connected (self, connect, FALSE, proxy, why));
  g_hash_table_remove (self->connects, future);
}

/* Told to the agent that used it first; what it means to the others in its container is the same. */
static void
on_ended (gpointer data, gpointer channel, const GError *why)
{
  FoliotWitness *self = data;
  Part *part = g_object_get_data (channel, "foliot-witness-part");

  if (part == NULL || self->ended)
    return;
  part->n_heard++;
  put (self, part, FOLIOT_STATEMENT_ENDED,
       foliot_value_build_map ("k", new_k (self, part), "s", foliot_value_new_uint (part->n_said), "channel",
                               new_number (self, channel), "error", _foliot_statement_new_error (why), NULL));
}

/* ---- what is said ---------------------------------------------------------------------------------------------- */

static void
use_channel (FoliotChannel *channel, Part *part)
{
  if (g_object_get_data (G_OBJECT (channel), "foliot-witness-part") == NULL)
    g_object_set_data (G_OBJECT (channel), "foliot-witness-part", part);
}

/* What is for nobody is refused in the event, and under the name, of who has called: but he does not say that. */
static gboolean
is_refusal (FoliotWitness *self, FoliotChannel *channel, guint8 type)
{
  return self->plain != NULL && self->channel == channel && self->type == FOLIOT_MESSAGE_REQUEST
         && !self->is_called && type == FOLIOT_MESSAGE_FAILURE;
}

static void
on_said (gpointer data, gpointer channel, guint8 type, guint64 id, FoliotValue *plain, guint32 n_draws)
{
  FoliotWitness *self = data;
  Part *part = get_current (self);

  if (part == NULL)
    return;
  if (is_refusal (self, channel, type))
    {
      self->n_draws += n_draws;
      return;
    }
  use_channel (channel, part);
  count_said (self, part);
  put (self, part, FOLIOT_STATEMENT_SAID,
       foliot_value_build_map ("k", new_k (self, part), "channel", new_number (self, channel), "type",
                               foliot_value_new_int (type), "id", foliot_value_new_uint (id), "content",
                               foliot_value_ref (plain), "draws", foliot_value_new_int (n_draws), NULL));
}

static void
on_noted (gpointer data, const char *name, FoliotValue *value, const GError *why)
{
  FoliotWitness *self = data;
  Part *part = get_current (self);

  if (part == NULL)
    return;
  count_said (self, part);
  put (self, part, FOLIOT_STATEMENT_OBSERVED,
       foliot_value_build_map ("k", new_k (self, part), "name", foliot_value_new_string (name),
                               why != NULL ? "error" : "value",
                               why != NULL     ? _foliot_statement_new_error (why)
                               : value != NULL ? foliot_value_ref (value)
                                               : foliot_value_new_null (),
                               NULL));
}

/* ---- what is heard --------------------------------------------------------------------------------------------- */

static void
on_heard (gpointer data, gpointer channel, guint8 type, guint64 id, FoliotValue *plain)
{
  FoliotWitness *self = data;

  if (self->ended)
    return;
  g_clear_pointer (&self->plain, foliot_value_unref);
  self->plain = foliot_value_ref (plain);
  self->channel = channel;
  self->type = type;
  self->id = id;
  self->is_called = FALSE;
}

static void
on_called (gpointer data)
{
  ((FoliotWitness *) data)->is_called = TRUE;
}

static void
on_input (gpointer data, const char *name, gboolean is_method, FoliotValue *value)
{
  FoliotWitness *self = data;

  g_free (self->input);
  self->input = g_strdup (name);
  self->is_method = is_method;
  g_clear_pointer (&self->value, foliot_value_unref);
  self->value = foliot_value_ref (value);
}

/* The event has ended, and belongs to @part. */
static void
tell_message (FoliotWitness *self, Part *part, guint64 cause)
{
  use_channel (self->channel, part);
  put (self, part, FOLIOT_STATEMENT_HEARD,
       foliot_value_build_map ("k", new_k_before (self, part), "s", new_s_before (self, part), "channel",
                               new_number (self, self->channel), "type", foliot_value_new_int (self->type),
                               "id", foliot_value_new_uint (self->id), "content",
                               foliot_value_ref (self->plain), "cause", foliot_value_new_uint (cause), NULL));
}

static void
tell_input (FoliotWitness *self, Part *part, guint64 cause)
{
  put (self, part, FOLIOT_STATEMENT_INPUT,
       foliot_value_build_map ("k", new_k_before (self, part), "s", new_s_before (self, part), "name",
                               foliot_value_new_string (self->input), "method",
                               foliot_value_new_bool (self->is_method), "value",
                               foliot_value_ref (self->value), "cause", foliot_value_new_uint (cause), NULL));
}

/* A message of its own that nobody was there to take, for instance. */
static void
tell_echo (FoliotWitness *self, Part *part, const FoliotRecord *record, guint64 cause)
{
  put (self, part, FOLIOT_STATEMENT_ECHO,
       foliot_value_build_map (
           "k", new_k_before (self, part), "s", new_s_before (self, part), "kind",
           foliot_value_new_int (record->kind), "view", foliot_value_new_uint (record->view_hash), "cause",
           foliot_value_new_uint (cause), "draws", foliot_value_new_int (self->n_draws), NULL));
}

static gboolean
comes_by_itself (guint32 kind)
{
  return kind == FOLIOT_EVENT_CALLBACK || kind == FOLIOT_EVENT_WAKE || kind == FOLIOT_EVENT_NOTIFY
         || kind == FOLIOT_EVENT_TIMER;
}

static void
on_ran (gpointer data, const FoliotRecord *record, guint64 cause)
{
  FoliotWitness *self = data;
  Part *part = self->ended ? NULL : find_part (self, record->node);

  if (part != NULL)
    {
      if (self->plain != NULL && (self->type != FOLIOT_MESSAGE_REQUEST || self->is_called))
        tell_message (self, part, cause);
      else if (self->value != NULL)
        tell_input (self, part, cause);
      else if (!comes_by_itself (record->kind))
        tell_echo (self, part, record, cause);
      part->n_heard += !comes_by_itself (record->kind);
    }
  g_clear_pointer (&self->plain, foliot_value_unref);
  g_clear_pointer (&self->value, foliot_value_unref);
  self->n_said = 0;
  self->n_draws = 0;
}

/* ---- the world ------------------------------------------------------------------------------------------------- */

static const FoliotHearing hearing = {
  .ran = on_ran,
  .made = on_made,
  .heard = on_heard,
  .called = on_called,
  .said = on_said,
  .ended = on_ended,
  .connecting = on_connecting,
  .connected = on_connected,
  .input = on_input,
  .noted = on_noted,
};

/* Its own events are no anchor where an agent is in several processes, nor where its timers come when the machine lets them. */
static gboolean
can_hear (FoliotWorld *world, GError **error)
{
  if (world->divided)
    g_set_error (
        error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
        "%s: agents cannot be heard in a run in several processes, nor one of them be run alone: set "
        "\"processes\" to false (--set processes=false) and record it anew",
        world->scenario->name);
  else if (foliot_kernel_get_drive (world->kernel) == FOLIOT_DRIVE_REALTIME)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_TYPE,
                 "%s: agents cannot be heard in a run in real time, nor one of them be run alone: when their "
                 "timers come "
                 "is the machine's to say",
                 world->scenario->name);
  else
    return TRUE;
  return FALSE;
}

gboolean
_foliot_witness_attach (FoliotWitness *self, FoliotWorld *world, FoliotRecorder *recorder, GError **error)
{
  g_autoptr (FoliotJournalHeader) header = NULL;

  if (self == NULL)
    return TRUE;
  if (!can_hear (world, error))
    return FALSE;
  self->world = world;
  self->recorder = recorder;
  if (self->path != NULL)
    {
      header = foliot_journal_header_new ("replay");
      self->writer = foliot_journal_writer_new (self->path, header, error);
      if (self->writer == NULL)
        return FALSE;
    }
  _foliot_kernel_set_hearing (world->kernel, &hearing, self);
  return TRUE;
}

void
_foliot_witness_see_world (FoliotWitness *self)
{
  g_autoptr (GPtrArray) urls = g_ptr_array_new ();
  g_autofree char *build = self != NULL ? _foliot_scenario_dup_build_id (self->world->scenario) : NULL;
  FoliotValue *pack;

  if (self == NULL)
    return;
  self->is_admitting = TRUE;
  pack = foliot_scenario_pack (self->world->scenario, &self->error);
  for (guint i = 0; i < self->world->containers->len; i++)
    g_ptr_array_add (
        urls, foliot_value_new_string (foliot_container_get_base_url (self->world->containers->pdata[i])));
  put (self, NULL, FOLIOT_STATEMENT_WORLD,
       foliot_value_build_map ("scenario", pack != NULL ? pack : foliot_value_new_null (), "hash",
                               foliot_value_new_uint (self->world->scenario->hash), "build",
                               foliot_value_new_string (build), "seed",
                               foliot_value_new_uint (foliot_kernel_get_seed (self->world->kernel)),
                               "coupled", foliot_value_new_bool (self->world->coupled), "later",
                               foliot_value_new_bool (self->world->entities_later), "containers",
                               foliot_value_new_list ((FoliotValue **) urls->pdata, urls->len), NULL));
}

void
_foliot_witness_see_admission (FoliotWitness *self, const char *model, FoliotValue *params)
{
  if (self == NULL)
    return;
  self->is_admitting = TRUE;
  put (self, NULL, FOLIOT_STATEMENT_ADMIT,
       foliot_value_build_map ("model", foliot_value_new_string (model), "params",
                               params != NULL ? foliot_value_ref (params) : foliot_value_new_null (), NULL));
}

void
_foliot_witness_see_admitted (FoliotWitness *self)
{
  if (self != NULL)
    self->is_admitting = FALSE;
}

/* Those that are started before the first event are started so again. */
void
_foliot_witness_see_start (FoliotWitness *self, FoliotAgent *agent)
{
  Part *part = self != NULL ? find_part (self, foliot_agent_get_node (agent)) : NULL;

  if (part != NULL && _foliot_kernel_get_current_sequence (self->world->kernel) != 0)
    put (self, part, FOLIOT_STATEMENT_START, foliot_value_build_map ("k", new_k (self, part), NULL));
}

/* Up to when an agent could have done something. */
static FoliotTime
get_until (FoliotWorld *world)
{
  FoliotTime now = foliot_kernel_now (world->kernel);

  if (world->coupled || world->failure != NULL || world->until == FOLIOT_TIME_NEVER
      || !foliot_world_is_done (world))
    return foliot_time_add (now, 1);
  return MAX (world->until, foliot_time_add (now, 1));
}

static void
tell_end (FoliotWitness *self, const Part *part)
{
  guint64 digest = foliot_kernel_get_node_digest (self->world->kernel, part->node);

  put (self, part, FOLIOT_STATEMENT_END,
       foliot_value_build_map ("k", new_k (self, part), "digest", foliot_value_new_uint (digest), "heard",
                               foliot_value_new_uint (part->n_heard), "said",
                               foliot_value_new_uint (part->n_said), NULL));
}

gboolean
_foliot_witness_end (FoliotWitness *self, GError **error)
{
  const GError *failure;

  if (self == NULL || self->world == NULL)
    return TRUE;
  if (!self->ended)
    {
      failure = self->world->failure;
      for (guint i = 0; i < self->parts->len; i++)
        tell_end (self, self->parts->pdata[i]);
      put (self, NULL, FOLIOT_STATEMENT_OVER,
           foliot_value_build_map ("failure", _foliot_statement_new_error (failure), "until",
                                   foliot_value_new_int (get_until (self->world)), NULL));
      self->ended = TRUE;
      _foliot_kernel_set_hearing (self->world->kernel, NULL, NULL);
      if (self->writer != NULL)
        foliot_journal_writer_close (self->writer, self->error == NULL ? &self->error : NULL);
    }
  if (self->error != NULL)
    g_propagate_error (error, g_error_copy (self->error));
  return self->error == NULL;
}

/* ---- life ------------------------------------------------------------------------------------------------------ */

FoliotWitness *
_foliot_witness_new_for_all (void)
{
  FoliotWitness *self = g_new0 (FoliotWitness, 1);

  self->parts = g_ptr_array_new_with_free_func (part_free);
  self->by_node = g_ptr_array_new ();
  self->connects = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) foliot_future_unref, g_free);
  return self;
}

FoliotWitness *
foliot_witness_new (const char *only, const char *path)
{
  FoliotWitness *self;

  g_return_val_if_fail (path != NULL, NULL);
  self = _foliot_witness_new_for_all ();
  self->only = g_strdup (only);
  self->path = g_strdup (path);
  return self;
}

void
foliot_witness_free (FoliotWitness *self)
{
  g_clear_pointer (&self->writer, foliot_journal_writer_free);
  g_hash_table_unref (self->connects);
  g_ptr_array_unref (self->parts);
  g_ptr_array_unref (self->by_node);
  g_clear_pointer (&self->plain, foliot_value_unref);
  g_clear_pointer (&self->value, foliot_value_unref);
  g_clear_error (&self->error);
  g_free (self->input);
  g_free (self->only);
  g_free (self->path);
  g_free (self);
}

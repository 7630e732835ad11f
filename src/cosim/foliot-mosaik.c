/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-mosaik-private.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "kernel/foliot-kernel-private.h"

/*
 * A simulator's life: somebody connects, requests come, one fiber serves them one after the other, and then it ends.
 *
 * The end has many causes and one course. Whichever comes first marks it; the fiber that serves is cancelled and waited for; finalize runs;
 * `stop`, if that was it, is answered, since mosaik may kill the process a moment after the answer and must not before; the
 * connection is closed, and whoever waits is told. A signal is one of the causes: its handler writes to a descriptor
 * that the kernel polls with its sockets, so that it enters through the gate like all else from outside.
 */

#define NODE        "mosaik"
#define FOR_EVER_MS G_MAXUINT /* mosaik itself limits no answer */

G_DEFINE_FINAL_TYPE (FoliotMosaik, foliot_mosaik, G_TYPE_OBJECT)

void
_foliot_mosaik_log (FoliotMosaik *mosaik, GLogLevelFlags level, const char *format, ...)
{
  va_list args;

  if (mosaik->log == NULL)
    return;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  mosaik->log (level, text, mosaik->log_data);
}

/* ---- the end ---- */

static void
call_free (FoliotMosaikCall *call)
{
  foliot_request_unref (call->request);
  g_clear_error (&call->refusal);
  g_free (call);
}

static void
drop_calls (FoliotMosaik *mosaik)
{
  FoliotMosaikCall *call;

  while ((call = g_queue_pop_head (&mosaik->calls)) != NULL)
    call_free (call);
}

/* What comes first is what the end was about. @error: (transfer full) (nullable). */
static void
add_reason (FoliotMosaik *mosaik, GError *error)
{
  if (mosaik->why == NULL)
    mosaik->why = error;
  else
    g_clear_error (&error);
}

static void
finalize_model (FoliotMosaik *mosaik)
{
  GError *error = NULL;

  if (!mosaik->has_begun || mosaik->model->finalize == NULL)
    return;
  if (!mosaik->model->finalize (mosaik->self, mosaik, &error))
    add_reason (mosaik, error);
}

static void
hang_up (FoliotMosaik *mosaik)
{
  if (mosaik->stop != NULL)
    foliot_request_reply (mosaik->stop, NULL, NULL);
  g_clear_pointer (&mosaik->stop, foliot_request_unref);
  if (mosaik->channel != NULL)
    {
      g_autoptr (FoliotValue) closed = foliot_await_take (foliot_channel_close (mosaik->channel), NULL);
    }
}

static FoliotValue *
run_end (gpointer user_data, GError **error)
{
  FoliotMosaik *mosaik = user_data;
  g_autoptr (FoliotValue) joined = foliot_await_take (foliot_scope_join (mosaik->scope), NULL);

  finalize_model (mosaik);
  hang_up (mosaik);
  mosaik->state = FOLIOT_MOSAIK_OVER;
  _foliot_mosaik_log (mosaik, G_LOG_LEVEL_INFO, "%s has ended", mosaik->id);
  if (mosaik->why == NULL)
    foliot_future_resolve (mosaik->ended, NULL);
  else
    foliot_future_reject (mosaik->ended, g_error_copy (mosaik->why));
  return NULL;
}

/* @why: (transfer full) (nullable): NULL: as it should. Only the first end counts. */
static void
end (FoliotMosaik *mosaik, GError *why)
{
  guint32 outer;
  g_autoptr (FoliotFuture) done = NULL;

  if (mosaik->state != FOLIOT_MOSAIK_OPEN)
    {
      g_clear_error (&why);
      return;
    }
  mosaik->state = FOLIOT_MOSAIK_ENDING;
  mosaik->why = why;
  g_clear_pointer (&mosaik->patience, _foliot_pause_free);
  if (mosaik->listener != NULL)
    foliot_listener_close (mosaik->listener);
  if (mosaik->opening != NULL)
    foliot_future_cancel (mosaik->opening);
  drop_calls (mosaik);
  foliot_scope_cancel (mosaik->scope);
  outer = foliot_kernel_enter_node (mosaik->kernel, mosaik->node);
  done = foliot_fiber_spawn_full (mosaik->kernel, NULL, "end of mosaik", FOLIOT_STACK_LARGE, run_end,
                                  g_object_ref (mosaik), g_object_unref);
  foliot_kernel_enter_node (mosaik->kernel, outer);
}

static void
on_impatient (gpointer user_data)
{
  FoliotMosaik *mosaik = user_data;

  end (mosaik, g_error_new (FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_UNREACHABLE,
                            mosaik->channel != NULL
                                ? "mosaik at %s did not call init in time; --timeout gives it more"
                                : "No mosaik connected to %s in time; --timeout gives it more",
                            mosaik->where));
}

/* ---- serving ---- */

/* A failure of init is the last thing that mosaik hears. */
static void
answer (FoliotMosaik *mosaik, FoliotMosaikCall *call, FoliotValue *result, GError *error)
{
  if (error == NULL)
    {
      foliot_request_reply (call->request, result, NULL);
      return;
    }
  foliot_request_fail (call->request, error, NULL);
  if (mosaik->has_begun && !mosaik->is_ready)
    end (mosaik, g_error_copy (error));
}

static void
serve_call (FoliotMosaik *mosaik, FoliotMosaikCall *call)
{
  GError *error = g_steal_pointer (&call->refusal);
  g_autoptr (FoliotValue) result = NULL;

  if (error == NULL)
    result = _foliot_mosaik_serve (mosaik, foliot_request_get_content (call->request), &error);
  if (result == NULL && error == NULL)
    error = g_error_new_literal (FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_MODEL,
                                 "the model failed, and does not say why");
  if (mosaik->state == FOLIOT_MOSAIK_OPEN)
    answer (mosaik, call, result, error);
  g_clear_error (&error);
}

static FoliotValue *
serve_calls (gpointer user_data, GError **error)
{
  FoliotMosaik *mosaik = user_data;
  FoliotMosaikCall *call;

  while ((call = g_queue_pop_head (&mosaik->calls)) != NULL)
    {
      serve_call (mosaik, call);
      mosaik->n_steps -= call->is_step;
      call_free (call);
    }
  mosaik->is_serving = FALSE;
  return NULL;
}

/* A model is anybody's code, and may need more stack than agents do. */
static void
start_serving (FoliotMosaik *mosaik)
{
  g_autoptr (FoliotFuture) done = NULL;

  mosaik->is_serving = TRUE;
  done = foliot_fiber_spawn_full (mosaik->kernel, mosaik->scope, "mosaik", FOLIOT_STACK_LARGE, serve_calls,
                                  g_object_ref (mosaik), g_object_unref);
  if (foliot_future_get_error (done) != NULL)
    end (mosaik, g_error_copy (foliot_future_get_error (done)));
}

/* mosaik waits for the answer of a step before it sends the next; only who is not mosaik does not. */
static FoliotMosaikCall *
call_new (FoliotMosaik *mosaik, FoliotRequest *request)
{
  FoliotMosaikCall *call = g_new0 (FoliotMosaikCall, 1);

  call->request = request;
  if (!_foliot_mosaik_is_call (foliot_request_get_content (request), "step"))
    return call;
  if (mosaik->n_steps > 0)
    call->refusal = g_error_new (FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_STATE,
                                 "two steps at once: the one before has no answer yet");
  else
    {
      call->is_step = TRUE;
      mosaik->n_steps++;
    }
  return call;
}

static void
on_request (FoliotChannel *channel, FoliotRequest *request, gpointer user_data)
{
  FoliotMosaik *mosaik = user_data;
  FoliotValue *content = foliot_request_get_content (request);
  guint64 hash = _foliot_kernel_is_recording (mosaik->kernel) ? _foliot_mosaik_hash_request (content) : 0;

  foliot_kernel_note_payload (mosaik->kernel, mosaik->node, hash, hash);
  if (mosaik->log != NULL)
    {
      g_autofree char *text = foliot_value_print (content);

      _foliot_mosaik_log (mosaik, G_LOG_LEVEL_DEBUG, "mosaik calls %s", text);
    }
  if (mosaik->state != FOLIOT_MOSAIK_OPEN)
    {
      foliot_request_unref (request);
      return;
    }
  if (_foliot_mosaik_is_call (content, "stop"))
    {
      mosaik->stop = request;
      mosaik->was_stopped = mosaik->state == FOLIOT_MOSAIK_OPEN;
      end (mosaik, NULL);
      return;
    }
  g_queue_push_tail (&mosaik->calls, call_new (mosaik, request));
  if (!mosaik->is_serving)
    start_serving (mosaik);
}

/* A peer that is gone has ended the simulation; one that talks nonsense has broken it. */
static void
on_end (FoliotChannel *channel, const GError *why, gboolean protocol, gpointer user_data)
{
  FoliotMosaik *mosaik = user_data;

  if (why == NULL || (!protocol && g_error_matches (why, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET)))
    end (mosaik, NULL);
  else
    end (mosaik, g_error_new (FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
                              "What came from %s is not mosaik's protocol: %s", mosaik->where, why->message));
}

/* ---- the dialect ---- */

static gboolean
is_step (FoliotValue *content)
{
  FoliotValue *function
      = foliot_value_get_kind (content) == FOLIOT_VALUE_LIST && foliot_value_get_length (content) > 0
            ? foliot_value_get_item (content, 0)
            : NULL;

  return function != NULL && foliot_value_get_kind (function) == FOLIOT_VALUE_STRING
         && g_str_equal (foliot_value_get_string (function, NULL), "step");
}

static FoliotValue *
write_failure (FoliotRequest *request, const GError *why)
{
  FoliotMosaik *mosaik = foliot_channel_get_user_data (foliot_request_get_channel (request));
  g_autofree char *where = _foliot_mosaik_describe_call (mosaik, foliot_request_get_content (request));
  gboolean is_told = mosaik->tells_steps && is_step (foliot_request_get_content (request));

  _foliot_mosaik_log (mosaik, is_told ? G_LOG_LEVEL_INFO : G_LOG_LEVEL_WARNING, "%s failed: %s", where,
                      why->message);
  return _foliot_mosaik_error_to_wire (why, where);
}

static GError *
read_failure (FoliotChannel *channel, FoliotValue *request, FoliotValue *content)
{
  const char *function
      = request != NULL ? foliot_value_get_string (foliot_value_get_item (request, 0), NULL) : "";

  return _foliot_mosaik_error_new_remote (function, content);
}

/* The text has names of the run in it, and the trace has lines of a release. */
static guint64
hash_failure (FoliotValue *content)
{
  g_autoptr (GError) error = _foliot_mosaik_error_new_remote ("", content);

  return (guint64) error->code + 1;
}

static const FoliotChannelDialect dialect = {
  .write_failure = write_failure,
  .read_failure = read_failure,
  .hash_failure = hash_failure,
};

/* ---- connecting ---- */

static const FoliotChannelOptions *
get_channel_options (void)
{
  static const FoliotChannelOptions options = { .hold_limit_ms = FOR_EVER_MS, .name = NODE };

  return &options;
}

/* One is enough; a second one that came in the same moment is hung up on. */
static void
on_connected (FoliotChannel *channel, gpointer user_data)
{
  FoliotMosaik *mosaik = user_data;

  if (mosaik->channel != NULL || mosaik->state != FOLIOT_MOSAIK_OPEN)
    {
      foliot_future_unref (foliot_channel_close (channel));
      return;
    }
  mosaik->channel = g_object_ref (channel);
  _foliot_channel_set_dialect (channel, &dialect);
  foliot_channel_set_handlers (channel, on_request, on_end, mosaik);
  if (mosaik->listener != NULL)
    foliot_listener_close (mosaik->listener);
  _foliot_mosaik_log (mosaik, G_LOG_LEVEL_INFO, "connected to mosaik at %s",
                      foliot_channel_get_origin (channel));
}

static void
on_opened (FoliotFuture *future, FoliotValue *value, const GError *error, gpointer user_data)
{
  FoliotMosaik *mosaik = user_data;

  if (error != NULL)
    end (mosaik, g_error_new (FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_UNREACHABLE, "No mosaik at %s: %s",
                              mosaik->where, error->message));
}

/* Returns: (transfer full) (nullable): host and port, a host of IPv6 in brackets or not. */
static FoliotAddress *
parse_address (const char *text, GError **error)
{
  const char *colon = strrchr (text, ':');
  guint64 port;
  g_autofree char *host = NULL;

  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "%s: expected HOST:PORT, as in localhost:5678",
                   text);
      return NULL;
    }
  host = text[0] == '[' && colon > text + 1 && colon[-1] == ']'
             ? g_strndup (text + 1, (gsize) (colon - text) - 2)
             : g_strndup (text, (gsize) (colon - text));
  return foliot_address_new_tcp (host, (gint64) port);
}

gboolean
foliot_mosaik_connect (FoliotMosaik *mosaik, const char *address, GError **error)
{
  g_autoptr (FoliotAddress) to = NULL;

  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik) && address != NULL, FALSE);
  g_return_val_if_fail (mosaik->where == NULL, FALSE);
  to = parse_address (address, error);
  if (to == NULL)
    return FALSE;
  mosaik->where = g_strdup (address);
  mosaik->opening = _foliot_channel_open_with (mosaik->transport, to, 0, get_channel_options (), on_connected,
                                               g_object_ref (mosaik), g_object_unref);
  foliot_future_then (mosaik->opening, on_opened, g_object_ref (mosaik), g_object_unref);
  return TRUE;
}

gboolean
foliot_mosaik_listen (FoliotMosaik *mosaik, const char *address, GError **error)
{
  g_autoptr (FoliotAddress) at = NULL;

  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik) && address != NULL, FALSE);
  g_return_val_if_fail (mosaik->where == NULL, FALSE);
  at = parse_address (address, error);
  if (at == NULL)
    return FALSE;
  mosaik->listener = foliot_channel_serve (mosaik->transport, at, get_channel_options (), on_connected,
                                           mosaik, NULL, error);
  if (mosaik->listener == NULL)
    return FALSE;
  mosaik->where = g_strdup (address);
  return TRUE;
}

FoliotAddress *
foliot_mosaik_get_address (FoliotMosaik *mosaik)
{
  gboolean listens;

  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), NULL);
  listens = mosaik->listener != NULL && mosaik->channel == NULL && mosaik->state == FOLIOT_MOSAIK_OPEN;
  return listens ? foliot_listener_get_address (mosaik->listener) : NULL;
}

/* ---- running and stopping ---- */

gboolean
foliot_mosaik_run (FoliotMosaik *mosaik, guint timeout_ms, GError **error)
{
  g_autoptr (FoliotValue) done = NULL;

  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), FALSE);
  g_return_val_if_fail (mosaik->where != NULL, FALSE);
  g_object_ref (mosaik);
  if (timeout_ms > 0 && !mosaik->has_begun && mosaik->state == FOLIOT_MOSAIK_OPEN && mosaik->patience == NULL)
    mosaik->patience = _foliot_pause_new (mosaik->kernel, NULL, timeout_ms, on_impatient, mosaik);
  done = foliot_run (mosaik->kernel, mosaik->ended, error);
  g_object_unref (mosaik);
  return done != NULL;
}

FoliotFuture *
foliot_mosaik_dup_ended (FoliotMosaik *mosaik)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), NULL);
  return foliot_future_ref (mosaik->ended);
}

void
foliot_mosaik_stop (FoliotMosaik *mosaik)
{
  int code = errno;
  const guint64 one = 1;
  gssize n = write (mosaik->bell_fd, &one, sizeof one);

  (void) n; /* it is rung already */
  errno = code;
}

static FoliotMosaik *
get_owner_of_bell (FoliotPollEntry *bell)
{
  return (FoliotMosaik *) ((char *) bell - G_STRUCT_OFFSET (FoliotMosaik, bell));
}

static void
bell_ready (FoliotPollEntry *entry, guint32 events)
{
  FoliotMosaik *mosaik = get_owner_of_bell (entry);
  guint64 n;

  if (read (entry->fd, &n, sizeof n) == (gssize) sizeof n && mosaik->bell_event == 0)
    _foliot_gate_bring (mosaik->kernel, &mosaik->bell_port, FOLIOT_EVENT_GATE, NULL, NULL, NULL);
}

static void
bell_expired (FoliotPollEntry *entry)
{
}

static void
bell_closed (FoliotPollEntry *entry, gboolean at_last)
{
  _foliot_poll_remove (entry);
}

static const FoliotPollClass bell_class = { bell_ready, bell_expired, NULL, bell_closed };

static void
on_bell (gpointer target, gpointer payload)
{
  FoliotMosaik *mosaik = target;

  mosaik->bell_event = 0;
  mosaik->was_stopped = mosaik->was_stopped || mosaik->state == FOLIOT_MOSAIK_OPEN;
  _foliot_mosaik_log (mosaik, G_LOG_LEVEL_INFO, "%s is told to stop", mosaik->id);
  end (mosaik, NULL);
}

static void
bell_admit (FoliotPort *port, FoliotArrival *arrival)
{
  FoliotMosaik *mosaik = (FoliotMosaik *) ((char *) port - G_STRUCT_OFFSET (FoliotMosaik, bell_port));

  if (mosaik->bell_event == 0)
    mosaik->bell_event = foliot_kernel_post (mosaik->kernel, arrival->time_ns, FOLIOT_PRIORITY_DEFAULT,
                                             arrival->kind, on_bell, mosaik, NULL);
}

gboolean
foliot_mosaik_was_stopped (FoliotMosaik *mosaik)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), FALSE);
  return mosaik->was_stopped;
}

/* ---- what it is ---- */

FoliotMosaik *
foliot_mosaik_new (FoliotKernel *kernel, const FoliotMosaikModel *model, gpointer self,
                   GDestroyNotify destroy, const FoliotMosaikOptions *options)
{
  static const FoliotMosaikOptions defaults = { NULL };
  FoliotMosaik *mosaik;

  g_return_val_if_fail (FOLIOT_IS_KERNEL (kernel), NULL);
  g_return_val_if_fail (foliot_kernel_get_drive (kernel) == FOLIOT_DRIVE_EXTERNAL, NULL);
  g_return_val_if_fail (model != NULL && model->init != NULL && model->create != NULL && model->step != NULL,
                        NULL);
  if (options == NULL)
    options = &defaults;
  mosaik = g_object_new (FOLIOT_TYPE_MOSAIK, NULL);
  mosaik->kernel = kernel;
  mosaik->model = model;
  mosaik->self = self;
  mosaik->destroy = destroy;
  mosaik->node = foliot_kernel_add_node (kernel, options->name != NULL ? options->name : NODE);
  mosaik->moves_time = options->moves_time;
  mosaik->tells_steps = options->tells_steps;
  mosaik->transport = options->transport != NULL ? g_object_ref (options->transport)
                                                 : foliot_stream_transport_new (kernel, NULL);
  mosaik->scope = foliot_scope_new (kernel, NULL);
  mosaik->ended = foliot_future_new (kernel);
  foliot_future_set_label (mosaik->ended, "the end of the co-simulation");
  _foliot_gate_add_port (kernel, &mosaik->bell_port, "stop", bell_admit);
  mosaik->bell_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (mosaik->bell_fd >= 0) /* in a replay nothing is polled */
    _foliot_poll_add (kernel, &mosaik->bell, &bell_class, mosaik->bell_fd, EPOLLIN);
  return mosaik;
}

static void
foliot_mosaik_dispose (GObject *object)
{
  FoliotMosaik *mosaik = FOLIOT_MOSAIK (object);

  g_clear_pointer (&mosaik->patience, _foliot_pause_free);
  if (mosaik->channel != NULL)
    foliot_channel_set_handlers (mosaik->channel, NULL, NULL, NULL);
  g_clear_object (&mosaik->channel);
  g_clear_object (&mosaik->listener);
  drop_calls (mosaik);
  g_clear_pointer (&mosaik->stop, foliot_request_unref);
  g_clear_pointer (&mosaik->opening, foliot_future_unref);
  g_clear_object (&mosaik->transport);
  _foliot_poll_remove (&mosaik->bell);
  if (mosaik->bell_event != 0)
    foliot_kernel_cancel (mosaik->kernel, mosaik->bell_event);
  mosaik->bell_event = 0;
  _foliot_gate_remove_port (mosaik->kernel, &mosaik->bell_port);
  G_OBJECT_CLASS (foliot_mosaik_parent_class)->dispose (object);
}

static void
foliot_mosaik_finalize (GObject *object)
{
  FoliotMosaik *mosaik = FOLIOT_MOSAIK (object);

  if (mosaik->bell_fd >= 0)
    close (mosaik->bell_fd);
  _foliot_mosaik_entities_clear (&mosaik->entities);
  foliot_mosaik_meta_free (mosaik->meta);
  foliot_scope_unref (mosaik->scope);
  foliot_future_unref (mosaik->ended);
  g_clear_error (&mosaik->why);
  if (mosaik->destroy != NULL)
    mosaik->destroy (mosaik->self);
  g_free (mosaik->where);
  g_free (mosaik->id);
  G_OBJECT_CLASS (foliot_mosaik_parent_class)->finalize (object);
}

static void
foliot_mosaik_class_init (FoliotMosaikClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = foliot_mosaik_dispose;
  G_OBJECT_CLASS (klass)->finalize = foliot_mosaik_finalize;
}

static void
foliot_mosaik_init (FoliotMosaik *mosaik)
{
  mosaik->meta = foliot_mosaik_meta_new ();
  _foliot_mosaik_entities_init (&mosaik->entities);
  g_queue_init (&mosaik->calls);
  mosaik->id = g_strdup ("");
  mosaik->tick = FOLIOT_SECOND;
}

FoliotKernel *
foliot_mosaik_get_kernel (FoliotMosaik *mosaik)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), NULL);
  return mosaik->kernel;
}

gpointer
foliot_mosaik_get_self (FoliotMosaik *mosaik)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), NULL);
  return mosaik->self;
}

const char *
foliot_mosaik_get_id (FoliotMosaik *mosaik)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), NULL);
  return mosaik->id;
}

FoliotTime
foliot_mosaik_get_tick (FoliotMosaik *mosaik)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), 0);
  return mosaik->tick;
}

void
foliot_mosaik_set_output_time (FoliotMosaik *mosaik, gint64 time)
{
  g_return_if_fail (FOLIOT_IS_MOSAIK (mosaik));
  mosaik->output_time = time;
}

void
foliot_mosaik_set_log_func (FoliotMosaik *mosaik, FoliotMosaikLogFunc func, gpointer user_data)
{
  g_return_if_fail (FOLIOT_IS_MOSAIK (mosaik));
  mosaik->log = func;
  mosaik->log_data = user_data;
}

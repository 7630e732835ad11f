/* SPDX-License-Identifier: MIT */
#include "foliot/foliot-subproc.h"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>

#include "agent/foliot-container-private.h"
#include "agent/foliot-process-private.h"
#include "agent/foliot-timer-private.h"
#include "kernel/foliot-gate-private.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-pause-private.h"
#include "kernel/foliot-poll-private.h"

/*
 * A process in a world. Its output and its end are two descriptors that the kernel polls with its sockets. What they bring enters through
 * the gate: a turn of service reads it, and the event that follows hears it. Until it has, the descriptor is not looked at again.
 * Whether it could be started at all is an answer of the outside. So in a replay there is no process: the record says what it
 * wrote and how it ended, and what is told of it is told from that alone.
 *
 * To start one is a fiber that reads like the story: start, wait for the address, connect, try again. Waiting is by the wall
 * clock, since a program that starts takes no simulated time. Whatever goes wrong on the way, the process is killed,
 * and the report of what it was and said is the error.
 */

#define READY          "READY "
#define DEFAULT_LINES  20
#define START_LIMIT_MS 30000
#define STOP_LIMIT_MS  10000
#define RETRY_MS       20
#define CAUSE_LIMIT_MS 300

/* One of the two descriptors. */
typedef struct
{
  FoliotPollEntry entry;
  FoliotPort port;
  FoliotChild *child;
  gboolean (*read) (FoliotProcess *process, GBytes **out_bytes); /* NULL: there will be no more */
  void (*hear) (FoliotChild *child, GByteArray *bytes, gboolean is_last);
  GByteArray *bytes; /* read, and not heard */
  gboolean is_last;
  guint64 event; /* that will hear; 0: none */
} Ear;

struct _FoliotChild
{
  guint n_refs;
  FoliotKernel *kernel;
  gboolean is_closed;          /* the kernel, which may have gone */
  FoliotProcess *process;      /* (nullable): NULL in a replay */
  FoliotProcessReport *report; /* (nullable) until it has started */
  int end_status;              /* how it ended; known to others when they hear of it */
  Ear output, end;
  FoliotFuture *ready; /* resolves with the URL */
  FoliotFuture *ended;
  char *url;
  FoliotProxy *manager; /* (nullable) until it is connected to */
};

G_DEFINE_BOXED_TYPE (FoliotChild, foliot_child, foliot_child_ref, foliot_child_unref)

static void
kill_process (FoliotChild *child)
{
  if (child->process != NULL)
    _foliot_process_signal (child->process, SIGKILL);
}

/* ---- listening to the process ---- */

static void
ear_ready (FoliotPollEntry *entry, guint32 events)
{
  Ear *ear = (Ear *) entry;
  FoliotChild *child = ear->child;
  GBytes *bytes = NULL;
  if (!ear->read (child->process, &bytes))
    return;
  _foliot_poll_set_events (entry, 0);
  if (bytes == NULL || ear == &child->end)
    _foliot_poll_remove (entry);
  if (ear == &child->end) /* has read the rest of it */
    _foliot_poll_remove (&child->output.entry);
  _foliot_gate_bring (child->kernel, &ear->port, FOLIOT_EVENT_GATE, bytes, NULL, NULL);
}

static void
ear_expired (FoliotPollEntry *entry)
{
}

static void
ear_closed (FoliotPollEntry *entry, gboolean at_last)
{
  Ear *ear = (Ear *) entry;
  _foliot_poll_remove (entry);
  ear->child->is_closed = TRUE;
  kill_process (ear->child);
}

static const FoliotPollClass ear_class = { ear_ready, ear_expired, NULL, ear_closed };

static void
on_heard (gpointer target, gpointer payload)
{
  Ear *ear = target;
  FoliotChild *child = foliot_child_ref (ear->child);
  g_autoptr (GByteArray) bytes = g_steal_pointer (&ear->bytes);
  ear->event = 0;
  ear->bytes = g_byte_array_new ();
  if (child->process != NULL)
    _foliot_poll_set_events (&ear->entry, EPOLLIN);
  ear->hear (child, bytes, ear->is_last);
  foliot_child_unref (child);
}

static void
drop_heard (gpointer target, gpointer payload)
{
  Ear *ear = target;
  ear->event = 0;
  ear->child->is_closed = TRUE;
}

static void
ear_admit (FoliotPort *port, FoliotArrival *arrival)
{
  Ear *ear = (Ear *) ((char *) port - G_STRUCT_OFFSET (Ear, port));
  gsize length = 0;
  gconstpointer data = arrival->bytes != NULL ? g_bytes_get_data (arrival->bytes, &length) : NULL;
  ear->is_last = arrival->bytes == NULL;
  g_byte_array_append (ear->bytes, data, (guint) length);
  if (ear->event == 0)
    ear->event = foliot_kernel_post (ear->child->kernel, arrival->time_ns, FOLIOT_PRIORITY_DEFAULT,
                                     arrival->kind, on_heard, ear, NULL);
}

static const FoliotPortReplay output_replay = { .kind = "output" };

static FoliotChild *
get_child_of_end (FoliotPort *port)
{
  return ((Ear *) ((char *) port - G_STRUCT_OFFSET (Ear, port)))->child;
}

static FoliotValue *
describe_end (FoliotPort *port, const FoliotArrival *arrival)
{
  int status = _foliot_process_get_status (get_child_of_end (port)->process);
  return status != FOLIOT_PROCESS_UNKNOWN ? foliot_value_new_int (status) : NULL;
}

static void
restore_end (FoliotPort *port, FoliotArrival *arrival, FoliotValue *description)
{
  if (description != NULL && foliot_value_fits_int64 (description))
    get_child_of_end (port)->end_status = (int) foliot_value_get_int (description);
}

static const FoliotPortReplay end_replay
    = { .kind = "end", .describe = describe_end, .restore = restore_end };

static void
ear_init (Ear *ear, FoliotChild *child)
{
  gboolean is_end = ear == &child->end;
  ear->bytes = g_byte_array_new ();
  _foliot_gate_add_port_with (child->kernel, &ear->port, "child", ear_admit,
                              is_end ? &end_replay : &output_replay);
}

static void
ear_close (Ear *ear)
{
  FoliotChild *child = ear->child;
  _foliot_poll_remove (&ear->entry);
  if (!child->is_closed && ear->event != 0)
    foliot_kernel_cancel (child->kernel, ear->event);
  if (!child->is_closed)
    _foliot_gate_remove_port (child->kernel, &ear->port);
  ear->event = ear->port.number = 0;
}

static void
on_line (const char *line, gpointer user_data)
{
  FoliotChild *child = user_data;
  if (g_str_has_prefix (line, READY) && !foliot_future_is_settled (child->ready))
    foliot_future_resolve (child->ready, foliot_value_new_string (line + strlen (READY)));
}

static void
hear_output (FoliotChild *child, GByteArray *bytes, gboolean is_last)
{
  _foliot_process_report_add (child->report, (const char *) bytes->data, bytes->len, on_line, child);
  if (is_last)
    _foliot_process_report_end_output (child->report, on_line, child);
}

static GError *
new_report_error (FoliotChild *child, FoliotChildError code, const char *what)
{
  g_autofree char *report = foliot_child_dup_report (child);
  return g_error_new (FOLIOT_CHILD_ERROR, (gint) code, "%s%s", what, report);
}

static void
hear_end (FoliotChild *child, GByteArray *rest, gboolean is_last)
{
  ear_close (&child->output);
  ear_close (&child->end);
  hear_output (child, rest, TRUE);
  if (child->process != NULL)
    child->end_status = _foliot_process_get_status (child->process);
  _foliot_process_report_end (child->report, child->end_status);
  if (child->end_status == 0)
    foliot_future_resolve (child->ended, NULL);
  else
    foliot_future_reject (child->ended, new_report_error (child, FOLIOT_CHILD_ERROR_ENDED, ""));
  if (!foliot_future_is_settled (child->ready))
    foliot_future_reject (child->ready, new_report_error (child, FOLIOT_CHILD_ERROR_ENDED, "never ready: "));
}

/* ---- birth and death ---- */

FoliotChild *
foliot_child_ref (FoliotChild *child)
{
  child->n_refs++;
  return child;
}

void
foliot_child_unref (FoliotChild *child)
{
  if (--child->n_refs > 0)
    return;
  ear_close (&child->output);
  ear_close (&child->end);
  g_clear_pointer (&child->output.bytes, g_byte_array_unref);
  g_clear_pointer (&child->end.bytes, g_byte_array_unref);
  g_clear_pointer (&child->process, _foliot_process_free);
  g_clear_pointer (&child->report, _foliot_process_report_free);
  g_clear_pointer (&child->manager, foliot_proxy_unref);
  foliot_future_unref (child->ready);
  foliot_future_unref (child->ended);
  g_free (child->url);
  g_free (child);
}

static FoliotChild *
child_new (FoliotKernel *kernel)
{
  FoliotChild *child = g_new0 (FoliotChild, 1);
  child->n_refs = 1;
  child->kernel = kernel;
  child->end_status = FOLIOT_PROCESS_UNKNOWN;
  child->output.child = child->end.child = child;
  child->output.read = _foliot_process_read;
  child->output.hear = hear_output;
  child->end.read = _foliot_process_reap;
  child->end.hear = hear_end;
  child->ready = foliot_future_new (kernel);
  child->ended = foliot_future_new (kernel);
  foliot_future_set_label (child->ready, "a child's READY");
  foliot_future_set_label (child->ended, "the end of a child");
  return child;
}

/* What is to become a process. */
typedef struct
{
  FoliotChild *child;
  const char *const *argv;
  const FoliotChildOptions *options;
} Birth;

/* @process: (nullable): NULL: that of a record, of which no descriptor is polled. */
static gboolean
begin_to_listen (FoliotChild *child, FoliotProcess *process, GError **error)
{
  int output_fd = process != NULL ? _foliot_process_get_output_fd (process) : -1;
  int end_fd = process != NULL ? _foliot_process_get_end_fd (process) : -1;
  guint32 events = process != NULL ? EPOLLIN : 0;
  if (_foliot_poll_add (child->kernel, &child->output.entry, &ear_class, output_fd, events)
      && _foliot_poll_add (child->kernel, &child->end.entry, &ear_class, end_fd, events))
    return TRUE;
  g_set_error_literal (error, FOLIOT_CHILD_ERROR, FOLIOT_CHILD_ERROR_START,
                       "the world is closed, or the system has no room for another descriptor");
  return FALSE;
}

/* Returns: (transfer full): what the report needs to know. */
static FoliotValue *
start_process (gpointer user_data, GError **error)
{
  const Birth *birth = user_data;
  FoliotChild *child = birth->child;
  g_autofree char *command = g_strjoinv (" ", (char **) birth->argv);
  g_autofree char *text = g_utf8_make_valid (command, -1);
  child->process
      = _foliot_process_start (birth->argv, birth->options->environment, birth->options->folder, error);
  if (child->process == NULL || !begin_to_listen (child, child->process, error))
    return NULL;
  return foliot_value_build_map ("pid", foliot_value_new_int (_foliot_process_get_pid (child->process)),
                                 "command", foliot_value_new_string (text), NULL);
}

/* What a recording says of it was written by nobody knows whom. */
static gboolean
take_report (FoliotChild *child, FoliotValue *started, guint n_lines, GError **error)
{
  gboolean is_map = foliot_value_get_kind (started) == FOLIOT_VALUE_MAP;
  FoliotValue *pid = is_map ? foliot_value_lookup (started, "pid") : NULL;
  FoliotValue *command = is_map ? foliot_value_lookup (started, "command") : NULL;

  if (pid == NULL || !foliot_value_fits_int64 (pid) || command == NULL
      || foliot_value_get_kind (command) != FOLIOT_VALUE_STRING)
    {
      g_set_error_literal (error, FOLIOT_CHILD_ERROR, FOLIOT_CHILD_ERROR_START,
                           "what the recording says of a child process is none: somebody has altered it");
      return FALSE;
    }
  child->report = _foliot_process_report_new (foliot_value_get_string (command, NULL),
                                              (GPid) foliot_value_get_int (pid), n_lines);
  return TRUE;
}

static gboolean
give_birth (Birth *birth, GError **error)
{
  guint n_lines = birth->options->n_lines != 0 ? birth->options->n_lines : DEFAULT_LINES;
  FoliotChild *child = birth->child;
  g_autofree char *name = g_path_get_basename (birth->argv[0]), *what = g_strconcat ("start ", name, NULL);
  g_autoptr (FoliotValue) started = foliot_kernel_observe (child->kernel, what, start_process, birth, error);
  if (started == NULL || !take_report (child, started, n_lines, error)
      || (child->process == NULL && !begin_to_listen (child, NULL, error)))
    return FALSE;
  _foliot_kernel_set_drop_func (child->kernel, on_heard, drop_heard);
  ear_init (&child->output, child);
  ear_init (&child->end, child);
  return TRUE;
}

/* ---- starting ---- */

typedef struct
{
  FoliotContainer *container;
  FoliotChild *child; /* once the process runs */
  char *url;          /* (nullable): given by the caller */
  guint limit_ms;
  gboolean is_late;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;
  g_clear_pointer (&start->child, foliot_child_unref);
  g_object_unref (start->container);
  g_free (start->url);
  g_free (start);
}

static void
on_late (gpointer data)
{
  Start *start = data;
  start->is_late = TRUE;
  foliot_future_cancel (start->child->ready);
}

/* What the caller is told: of the process, rather than of what came of it. */
static void
fail_start (Start *start, const GError *why, GError **error)
{
  FoliotChild *child = start->child;
  if (start->is_late)
    {
      g_propagate_error (error, new_report_error (child, FOLIOT_CHILD_ERROR_HANGS,
                                                  "not ready within its limit, and killed: "));
      kill_process (child);
    }
  else if (foliot_future_get_error (child->ended) != NULL || foliot_future_is_settled (child->ended))
    g_propagate_error (error, new_report_error (child, FOLIOT_CHILD_ERROR_ENDED, "never ready: "));
  else
    g_propagate_error (error, g_error_copy (why));
}

static gboolean
may_come_yet (const GError *why)
{
  return g_error_matches (why, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_REFUSED)
         || g_error_matches (why, FOLIOT_ERROR, FOLIOT_ERROR_FILE_NOT_FOUND)
         || g_error_matches (why, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION);
}

/* Who hangs up on us may be about to end, which the system tells later: then that is the reason. */
static void
await_cause (Start *start, const GError *why)
{
  FoliotChild *child = start->child;
  if (!g_error_matches (why, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET))
    return;
  for (guint ms = 0; ms < CAUSE_LIMIT_MS && !start->is_late && !foliot_future_is_settled (child->ended);
       ms += RETRY_MS)
    if (!_foliot_timer_sleep (child->kernel, RETRY_MS, NULL))
      return;
}

static FoliotValue *
connect_once (Start *start, const char *url, GError **error)
{
  return foliot_await_take (foliot_container_connect (start->container, url, 0), error);
}

static FoliotValue *
connect_until_there (Start *start, const char *url, GError **error)
{
  FoliotKernel *kernel = start->child->kernel;
  for (;;)
    {
      g_autoptr (GError) why = NULL;
      FoliotValue *proxy = connect_once (start, url, &why);
      if (proxy != NULL)
        return proxy;
      await_cause (start, why);
      if (start->is_late || foliot_future_is_settled (start->child->ended) || !may_come_yet (why))
        {
          fail_start (start, why, error);
          return NULL;
        }
      if (!_foliot_timer_sleep (kernel, RETRY_MS, error))
        return NULL;
    }
}

static char *
await_url (Start *start, GError **error)
{
  if (start->url != NULL)
    return g_strdup (start->url);
  g_autoptr (GError) why = NULL;
  g_autoptr (FoliotValue) url = foliot_await (start->child->ready, FOLIOT_TIME_NEVER, &why);
  if (url != NULL)
    return g_strdup (foliot_value_get_string (url, NULL));
  fail_start (start, why, error);
  return NULL;
}

static FoliotValue *
start_held (Start *start, GError **error)
{
  FoliotChild *child = start->child;
  g_autoptr (FoliotPause) pause G_GNUC_UNUSED
      = _foliot_pause_new (child->kernel, NULL, start->limit_ms, on_late, start);
  child->url = await_url (start, error);
  g_autoptr (FoliotValue) proxy = child->url != NULL ? connect_until_there (start, child->url, error) : NULL;
  if (proxy == NULL)
    return NULL;
  child->manager = foliot_proxy_ref (foliot_value_get_proxy (proxy));
  return foliot_value_new_object (FOLIOT_TYPE_CHILD, child);
}

static FoliotValue *
run_start (gpointer user_data, GError **error)
{
  Start *start = user_data;
  FoliotHold *hold = foliot_kernel_hold (start->child->kernel, "the start of a child process", 0);
  FoliotValue *child = start_held (start, error);
  foliot_hold_release (hold);
  return child;
}

FoliotFuture *
foliot_child_start (FoliotContainer *container, const char *const *argv, const FoliotChildOptions *options)
{
  static const FoliotChildOptions defaults = { NULL };
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  g_return_val_if_fail (argv != NULL && argv[0] != NULL, NULL);
  FoliotKernel *kernel = foliot_container_get_kernel (container);
  GError *error = NULL;
  if (options == NULL)
    options = &defaults;
  Birth birth = { .child = child_new (kernel), .argv = argv, .options = options };
  if (!give_birth (&birth, &error))
    {
      foliot_child_unref (birth.child);
      return foliot_future_new_rejected (kernel, error);
    }
  Start *start = g_new (Start, 1);
  *start = (Start){ .container = g_object_ref (container),
                    .child = birth.child,
                    .url = g_strdup (options->url),
                    .limit_ms = options->start_limit_ms != 0 ? options->start_limit_ms : START_LIMIT_MS };
  return foliot_fiber_spawn (kernel, _foliot_container_get_scope (container), "start a child", run_start,
                             start, start_free);
}

/* ---- what it is ---- */

FoliotProxy *
foliot_child_get_manager (FoliotChild *child)
{
  g_return_val_if_fail (child != NULL, NULL);
  return child->manager;
}

const char *
foliot_child_get_url (FoliotChild *child)
{
  g_return_val_if_fail (child != NULL, NULL);
  return child->url;
}

GPid
foliot_child_get_pid (FoliotChild *child)
{
  g_return_val_if_fail (child != NULL, 0);
  return _foliot_process_report_get_pid (child->report);
}

FoliotFuture *
foliot_child_get_ended (FoliotChild *child)
{
  g_return_val_if_fail (child != NULL, NULL);
  return child->ended;
}

int
foliot_child_get_status (FoliotChild *child)
{
  g_return_val_if_fail (child != NULL, FOLIOT_PROCESS_UNKNOWN);
  return _foliot_process_report_get_status (child->report);
}

char *
foliot_child_dup_report (FoliotChild *child)
{
  g_return_val_if_fail (child != NULL, NULL);
  return _foliot_process_report_dup_text (child->report);
}

/* ---- stopping ---- */

typedef struct
{
  FoliotChild *child;
  guint limit_ms;
  gboolean is_late;
} Stop;

static void
stop_free (gpointer stop)
{
  foliot_child_unref (((Stop *) stop)->child);
  g_free (stop);
}

static void
on_stop_late (gpointer data)
{
  Stop *stop = data;
  stop->is_late = TRUE;
  kill_process (stop->child);
}

/* How the call ends does not matter: the process does, or is made to. */
static FoliotValue *
run_stop (gpointer user_data, GError **error)
{
  Stop *stop = user_data;
  FoliotChild *child = stop->child;
  FoliotHold *hold = foliot_kernel_hold (child->kernel, "the end of a child process", 0);
  g_autoptr (FoliotPause) pause G_GNUC_UNUSED
      = _foliot_pause_new (child->kernel, NULL, stop->limit_ms, on_stop_late, stop);
  g_autoptr (FoliotFuture) call = foliot_proxy_call (child->manager, "stop", NULL);
  g_autoptr (FoliotValue) ended = foliot_await (child->ended, FOLIOT_TIME_NEVER, error);
  foliot_hold_release (hold);
  if (stop->is_late && error != NULL
      && g_error_matches (*error, FOLIOT_CHILD_ERROR, FOLIOT_CHILD_ERROR_ENDED))
    {
      g_clear_error (error);
      *error = new_report_error (child, FOLIOT_CHILD_ERROR_HANGS,
                                 "did not stop within its limit, and was killed: ");
    }
  return g_steal_pointer (&ended);
}

FoliotFuture *
foliot_child_stop (FoliotChild *child, guint limit_ms)
{
  g_return_val_if_fail (child != NULL && child->manager != NULL, NULL);
  Stop *stop = g_new (Stop, 1);
  *stop = (Stop){ .child = foliot_child_ref (child), .limit_ms = limit_ms != 0 ? limit_ms : STOP_LIMIT_MS };
  return foliot_fiber_spawn (child->kernel, NULL, "stop a child", run_stop, stop, stop_free);
}

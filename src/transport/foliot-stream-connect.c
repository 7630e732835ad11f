/* SPDX-License-Identifier: MIT */
#include "transport/foliot-stream-private.h"

#include <errno.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kernel/foliot-fault-private.h"

/*
 * One attempt to connect: look up the host, try its addresses one after the other, shake hands. All of it happens in
 * turns of service, under a hold and a limit in wall-clock time; how it ended enters through the gate, and the event of
 * that makes the link. An attempt owns itself until then.
 */

#define BUSY_PAUSE_MS 5 /* a Unix socket's queue is full: the system does not say when it is not */

typedef struct
{
  FoliotPollEntry entry; /* waits for the look-up, then for the socket */
  FoliotPollEntry limit;
  FoliotPort port;
  FoliotStreamShared *shared;
  FoliotAddress *address;
  char *name;
  FoliotFuture *future;
  FoliotHold *hold;
  FoliotStreamLookup *lookup;
  struct addrinfo *list, *next; /* addresses of a host */
  FoliotSocketAddress path;     /* or that of a socket file */
  socklen_t n_path;
  int fd;
  FoliotStreamPair *pair; /* (nullable) of the socket */
  FoliotStreamWire *wire;
  GError *error; /* (nullable) of the first address that failed */
  gboolean is_over;
} Attempt;

static void try_next (Attempt *attempt);

/* ---- the end ------------------------------------------------------------------------------------------------- */

static void
stop_waiting (Attempt *attempt)
{
  _foliot_poll_remove (&attempt->entry);
  g_clear_pointer (&attempt->lookup, _foliot_stream_lookup_free);
}

static void
attempt_free (Attempt *attempt)
{
  stop_waiting (attempt);
  _foliot_poll_remove (&attempt->limit);
  if (attempt->fd >= 0)
    close (attempt->fd);
  if (attempt->wire != NULL)
    _foliot_stream_wire_close (attempt->wire, TRUE);
  g_clear_pointer (&attempt->pair, _foliot_stream_pair_unref);
  if (attempt->list != NULL)
    freeaddrinfo (attempt->list);
  _foliot_gate_remove_port (attempt->shared->kernel, &attempt->port);
  foliot_hold_release (attempt->hold);
  foliot_future_unref (attempt->future);
  foliot_address_unref (attempt->address);
  g_clear_error (&attempt->error);
  g_free (attempt->name);
  _foliot_stream_shared_unref (attempt->shared);
  g_free (attempt);
}

/* The outside is done; what is left is an event. @error: (transfer full) (nullable). */
static void
bring (Attempt *attempt, GError *error)
{
  if (attempt->is_over)
    {
      g_clear_error (&error);
      return;
    }
  attempt->is_over = TRUE;
  stop_waiting (attempt);
  _foliot_poll_remove (&attempt->limit);
  _foliot_gate_bring (attempt->shared->kernel, &attempt->port, FOLIOT_EVENT_LINK, NULL, error, attempt->wire);
}

static void
drop (gpointer target, gpointer payload)
{
  attempt_free (target);
}

static char *
name_server (FoliotStreamShared *shared, FoliotAddress *address)
{
  const char *text = foliot_address_get_repr (address);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (shared->servers, text));

  if (number == 0)
    {
      number = g_hash_table_size (shared->servers) + 1;
      g_hash_table_insert (shared->servers, g_strdup (text), GUINT_TO_POINTER (number));
    }
  return g_strdup_printf ("server %u", number);
}

static void
arrive (gpointer target, gpointer payload)
{
  Attempt *attempt = target;
  g_autoptr (FoliotStreamLink) link = NULL;
  g_autofree char *server = NULL;

  if (foliot_future_is_settled (attempt->future))
    ;
  else if (attempt->error != NULL)
    foliot_future_reject (attempt->future, g_steal_pointer (&attempt->error));
  else
    {
      server = name_server (attempt->shared, attempt->address);
      link = _foliot_stream_link_new (attempt->shared, g_steal_pointer (&attempt->wire), attempt->name,
                                      server);
      _foliot_stream_link_set_pair (link, g_steal_pointer (&attempt->pair), FOLIOT_STREAM_CLIENT);
      foliot_future_resolve (attempt->future, foliot_value_new_object (FOLIOT_TYPE_STREAM_LINK, link));
    }
  attempt_free (attempt);
}

static Attempt *
get_attempt (FoliotPort *port)
{
  return (Attempt *) ((guint8 *) port - G_STRUCT_OFFSET (Attempt, port));
}

static FoliotValue *
describe (FoliotPort *port, const FoliotArrival *arrival)
{
  Attempt *attempt = get_attempt (port);

  return arrival->error == NULL ? _foliot_stream_wire_describe (attempt->wire, attempt->pair) : NULL;
}

static void
restore (FoliotPort *port, FoliotArrival *arrival, FoliotValue *description)
{
  Attempt *attempt = get_attempt (port);

  attempt->is_over = TRUE;
  if (arrival->error != NULL)
    return;
  attempt->wire = _foliot_stream_wire_new_replayed (attempt->shared, description, FALSE);
  attempt->pair = _foliot_stream_pair_recall (attempt->shared, description);
  arrival->object = attempt->wire;
}

static const FoliotPortReplay port_replay = { "connect", describe, restore };

static void
admit (FoliotPort *port, FoliotArrival *arrival)
{
  Attempt *attempt = get_attempt (port);

  g_clear_error (&attempt->error);
  attempt->error = g_steal_pointer (&arrival->error);
  if (foliot_kernel_post (attempt->shared->kernel, arrival->time_ns, FOLIOT_PRIORITY_DEFAULT, arrival->kind,
                          arrive, attempt, NULL)
      == 0)
    attempt_free (attempt);
}

/* ---- shaking hands ------------------------------------------------------------------------------------------- */

static void
on_wire_opened (gpointer owner)
{
  bring (owner, NULL);
}

static void
on_wire_ended (gpointer owner, GError *error)
{
  Attempt *attempt = owner;

  bring (attempt, error != NULL ? error
                                : g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET,
                                               "%s closed the connection while it was being opened",
                                               foliot_address_get_repr (attempt->address)));
}

static const FoliotStreamWireSink wire_sink = { .opened = on_wire_opened, .ended = on_wire_ended };

/* Whose certificate the server must have: whoever listens on a socket file is of this machine. */
static const char *
get_host (Attempt *attempt)
{
  return foliot_address_get_kind (attempt->address) == FOLIOT_ADDRESS_TCP
             ? foliot_address_get_host (attempt->address)
             : "localhost";
}

static void
shake_hands (Attempt *attempt)
{
  FoliotFilter *filter = NULL;
  GError *error = NULL;

  stop_waiting (attempt);
  if (!_foliot_stream_make_filter (attempt->shared, FALSE, get_host (attempt), &filter, &error))
    {
      bring (attempt, error);
      return;
    }
  attempt->wire = _foliot_stream_wire_new (attempt->shared, attempt->fd, filter, FALSE);
  attempt->fd = -1;
  if (!_foliot_stream_wire_open (attempt->wire, &wire_sink, attempt))
    bring (attempt, _foliot_stream_error_new (errno, "watch a connection to %s",
                                              foliot_address_get_repr (attempt->address)));
  else if (filter == NULL)
    bring (attempt, NULL);
}

/* ---- connecting ---------------------------------------------------------------------------------------------- */

/* One address failed: the next one is tried in the next turn, for no call of ours must reach up from here. */
static void
fail_address (Attempt *attempt, int code)
{
  GError *error
      = _foliot_stream_error_new (code, "connect to %s", foliot_address_get_repr (attempt->address));

  _foliot_poll_remove (&attempt->entry);
  g_clear_pointer (&attempt->pair, _foliot_stream_pair_unref);
  if (attempt->fd >= 0)
    close (attempt->fd);
  attempt->fd = -1;
  if (attempt->error == NULL)
    attempt->error = error;
  else
    g_error_free (error);
  _foliot_poll_poke (&attempt->limit);
}

static void
socket_ready (FoliotPollEntry *entry, guint32 events)
{
  Attempt *attempt = (Attempt *) entry;
  int code = 0;
  socklen_t length = sizeof code;

  if (getsockopt (attempt->fd, SOL_SOCKET, SO_ERROR, &code, &length) < 0)
    code = errno;
  if (code != 0)
    fail_address (attempt, code);
  else
    shake_hands (attempt);
}

static void
entry_closed (FoliotPollEntry *entry, gboolean at_last)
{
  _foliot_poll_remove (entry);
}

static void
pause_over (FoliotPollEntry *entry)
{
  stop_waiting ((Attempt *) entry);
  try_next ((Attempt *) entry);
}

static void
ignore (FoliotPollEntry *entry, guint32 events)
{
}

static const FoliotPollClass pause_class = { .ready = ignore, .expired = pause_over, .closed = entry_closed };

/* The queue of a Unix socket is full. */
static gboolean
wait_for_room (Attempt *attempt, socklen_t length)
{
  if (!_foliot_poll_add (attempt->shared->kernel, &attempt->entry, &pause_class, -1, 0))
    return FALSE;
  _foliot_poll_set_limit (&attempt->entry, BUSY_PAUSE_MS);
  close (attempt->fd);
  attempt->fd = -1;
  attempt->n_path = length;
  return TRUE;
}

static const FoliotPollClass socket_class = { .ready = socket_ready, .closed = entry_closed };

static void
connect_to (Attempt *attempt, const struct sockaddr *address, socklen_t length)
{
  FoliotKernel *kernel = attempt->shared->kernel;

  attempt->fd = _foliot_kernel_fault (kernel)
                    ? (errno = EMFILE, -1)
                    : socket (address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (attempt->fd < 0)
    {
      fail_address (attempt, errno);
      return;
    }
  if (address->sa_family != AF_UNIX)
    _foliot_stream_set_socket_options (attempt->fd);
  if (connect (attempt->fd, address, length) < 0 && errno != EINPROGRESS && errno != EINTR)
    {
      if (errno != EAGAIN || !wait_for_room (attempt, length))
        fail_address (attempt, errno);
      return;
    }
  attempt->pair
      = _foliot_stream_pair_new (attempt->shared, attempt->port.number, attempt->fd, address, length);
  if (!_foliot_poll_add (kernel, &attempt->entry, &socket_class, attempt->fd, EPOLLOUT))
    fail_address (attempt, errno);
}

static void
try_next (Attempt *attempt)
{
  const struct addrinfo *next = attempt->next;

  if (attempt->n_path > 0)
    {
      socklen_t length = attempt->n_path;

      attempt->n_path = 0;
      connect_to (attempt, &attempt->path.any, length);
      return;
    }
  if (next == NULL)
    {
      bring (attempt, g_steal_pointer (&attempt->error));
      return;
    }
  attempt->next = next->ai_next;
  connect_to (attempt, next->ai_addr, next->ai_addrlen);
}

/* ---- beginning ----------------------------------------------------------------------------------------------- */

static void
lookup_ready (FoliotPollEntry *entry, guint32 events)
{
  Attempt *attempt = (Attempt *) entry;
  GError *error = NULL;
  gboolean found = _foliot_stream_lookup_finish (attempt->lookup, &attempt->list, &error);

  stop_waiting (attempt);
  if (!found)
    {
      bring (attempt, error);
      return;
    }
  attempt->next = attempt->list;
  try_next (attempt);
}

static const FoliotPollClass lookup_class = { .ready = lookup_ready, .closed = entry_closed };

/* Poked: the first step, and each next address. */
static void
limit_ready (FoliotPollEntry *entry, guint32 events)
{
  Attempt *attempt = (Attempt *) ((guint8 *) entry - G_STRUCT_OFFSET (Attempt, limit));

  if (!attempt->is_over)
    try_next (attempt);
}

static void
limit_expired (FoliotPollEntry *entry)
{
  Attempt *attempt = (Attempt *) ((guint8 *) entry - G_STRUCT_OFFSET (Attempt, limit));

  if (attempt->wire != NULL)
    {
      _foliot_stream_wire_expire (attempt->wire);
      return;
    }
  bring (attempt,
         g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT, "Cannot connect to %s within %u ms",
                      foliot_address_get_repr (attempt->address), attempt->shared->options.connect_limit_ms));
}

/* An attempt that is not over has no event that would free it; one that a replay has restored has. */
static void
limit_closed (FoliotPollEntry *entry, gboolean at_last)
{
  Attempt *attempt = (Attempt *) ((guint8 *) entry - G_STRUCT_OFFSET (Attempt, limit));

  if (attempt->is_over)
    _foliot_poll_remove (entry);
  else
    attempt_free (attempt);
}

static const FoliotPollClass limit_class
    = { .ready = limit_ready, .expired = limit_expired, .closed = limit_closed };

static gboolean
begin (Attempt *attempt, GError **error)
{
  FoliotKernel *kernel = attempt->shared->kernel;

  if (!_foliot_poll_add (kernel, &attempt->limit, &limit_class, -1, 0))
    {
      g_propagate_error (error, _foliot_stream_error_new (errno, "connect to %s",
                                                          foliot_address_get_repr (attempt->address)));
      return FALSE;
    }
  _foliot_poll_set_limit (&attempt->limit, attempt->shared->options.connect_limit_ms);
  if (foliot_address_get_kind (attempt->address) == FOLIOT_ADDRESS_UNIX)
    {
      if (!_foliot_stream_address_from_path (foliot_address_get_host (attempt->address), &attempt->path,
                                             &attempt->n_path, error))
        return FALSE;
    }
  else if (_foliot_stream_resolve (attempt->address, FALSE, TRUE, &attempt->list, NULL))
    attempt->next = attempt->list;
  else
    {
      attempt->lookup = _foliot_stream_lookup_new (kernel, attempt->address, error);
      if (attempt->lookup == NULL)
        return FALSE;
      if (_foliot_poll_add (kernel, &attempt->entry, &lookup_class,
                            _foliot_stream_lookup_get_fd (attempt->lookup), EPOLLIN))
        return TRUE;
      g_propagate_error (error, _foliot_stream_error_new (errno, "look up the host of %s",
                                                          foliot_address_get_repr (attempt->address)));
      return FALSE;
    }
  _foliot_poll_poke (&attempt->limit);
  return TRUE;
}

/* An attempt that cannot even begin is an answer of the outside, too. */
static gboolean
begin_or_recall (Attempt *attempt, GError **error)
{
  FoliotKernel *kernel = attempt->shared->kernel;
  g_autofree char *what = g_strconcat ("connect ", foliot_address_get_repr (attempt->address), NULL);
  g_autoptr (FoliotValue) begun = NULL;
  g_autoptr (GError) local = NULL;

  if (_foliot_gate_is_replayed (kernel))
    return _foliot_poll_add (kernel, &attempt->limit, &limit_class, -1, 0)
           && _foliot_gate_recall (kernel, what, &begun, error);
  if (begin (attempt, &local))
    begun = foliot_value_new_bool (TRUE);
  _foliot_gate_note (kernel, what, begun, local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return begun != NULL;
}

FoliotFuture *
_foliot_stream_connect (FoliotStreamShared *shared, FoliotAddress *to, const char *name)
{
  g_autofree char *why = g_strdup_printf ("connecting to %s", foliot_address_get_repr (to));
  Attempt *attempt = g_new0 (Attempt, 1);
  FoliotFuture *future;
  GError *error = NULL;

  attempt->shared = _foliot_stream_shared_ref (shared);
  attempt->address = foliot_address_ref (to);
  attempt->name = g_strdup (name != NULL ? name : "anonymous");
  attempt->future = foliot_future_new (shared->kernel);
  attempt->hold = foliot_kernel_hold (shared->kernel, why, 0);
  attempt->fd = -1;
  foliot_future_set_label (attempt->future, why);
  _foliot_gate_add_port_with (shared->kernel, &attempt->port, attempt->name, admit, &port_replay);
  _foliot_kernel_set_drop_func (shared->kernel, arrive, drop);
  future = foliot_future_ref (attempt->future);
  if (begin_or_recall (attempt, &error))
    return future;
  foliot_future_reject (attempt->future, error);
  attempt_free (attempt);
  return future;
}

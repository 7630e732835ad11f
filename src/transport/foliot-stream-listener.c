/* SPDX-License-Identifier: MIT */
#include "transport/foliot-stream-private.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/foliot-fault-private.h"
#include "transport/foliot-listener-private.h"

/*
 * What listens at an address: one socket, or one for each kind of address when that is all interfaces. A connection is
 * accepted in a turn of service; when it has shaken hands it enters through the listener's port, and the event of that
 * makes the link. Until then it is a guest. One that is not let in enters all the same, so that the program hears of
 * it in an event; its socket is gone by then.
 *
 * Without a free descriptor nothing can be accepted, and nothing can be said to who waits: the sockets rest for a
 * moment instead of being ready again at once, until there is one.
 */

#define MAX_DOORS      2
#define ACCEPTS_A_TURN 64
#define REST_MS        100

typedef struct
{
  FoliotPollEntry entry;
  FoliotStreamListener *listener;
  int fd;
  gboolean is_resting; /* or was, and nobody was accepted since */
} Door;

/* Who shakes hands; then, on its way to the event, who is let in or refused. */
typedef struct
{
  FoliotStreamListener *listener; /* owned */
  FoliotStreamPair *pair;         /* (nullable) when its client is of this kernel */
  FoliotStreamWire *wire;         /* NULL: it is hung up on */
  FoliotValue *peername;          /* (nullable) of one that is refused */
  GError *why;                    /* (nullable) it is refused */
} Guest;

struct _FoliotStreamListener
{
  FoliotListener parent_instance;
  FoliotStreamShared *shared;
  FoliotAddress *address;
  char *name;
  FoliotPort port;
  Door doors[MAX_DOORS];
  guint n_doors;
  gboolean is_listening; /* without doors, too, in a replay */
  FoliotAcceptFunc accept;
  gpointer user_data;
  GDestroyNotify destroy;
  GPtrArray *guests; /* shaking hands */
};

G_DEFINE_FINAL_TYPE (FoliotStreamListener, foliot_stream_listener, FOLIOT_TYPE_LISTENER)

/* ---- guests -------------------------------------------------------------------------------------------------- */

static Guest *
guest_new (FoliotStreamListener *listener)
{
  Guest *guest = g_new0 (Guest, 1);

  guest->listener = g_object_ref (listener);
  return guest;
}

static void
guest_free (Guest *guest)
{
  if (guest->wire != NULL)
    _foliot_stream_wire_close (guest->wire, TRUE);
  g_clear_pointer (&guest->pair, _foliot_stream_pair_unref);
  g_clear_pointer (&guest->peername, foliot_value_unref);
  g_clear_error (&guest->why);
  g_object_unref (guest->listener);
  g_free (guest);
}

static void
drop_guest (gpointer target, gpointer payload)
{
  guest_free (target);
}

static void
let_in (Guest *guest)
{
  FoliotStreamListener *listener = guest->listener;
  g_autofree char *client = g_strdup_printf ("client %u", ++listener->shared->n_clients);
  FoliotStreamLink *link
      = _foliot_stream_link_new (listener->shared, g_steal_pointer (&guest->wire), listener->name, client);

  _foliot_stream_link_set_pair (link, g_steal_pointer (&guest->pair), FOLIOT_STREAM_SERVER);
  _foliot_stream_link_set_listener (link, listener);
  listener->accept (FOLIOT_LINK (link), listener->user_data);
}

static void
enter (gpointer target, gpointer payload)
{
  Guest *guest = target;

  if (guest->why != NULL)
    _foliot_listener_refuse (FOLIOT_LISTENER (guest->listener), guest->why, guest->peername);
  else if (guest->listener->is_listening)
    let_in (guest);
  guest_free (guest);
}

static FoliotStreamListener *
get_listener (FoliotPort *port)
{
  return (FoliotStreamListener *) ((guint8 *) port - G_STRUCT_OFFSET (FoliotStreamListener, port));
}

static FoliotValue *
describe (FoliotPort *port, const FoliotArrival *arrival)
{
  const Guest *guest = arrival->object;

  if (guest->wire != NULL)
    return _foliot_stream_wire_describe (guest->wire, guest->pair);
  return foliot_value_build_map (
      "peername", guest->peername != NULL ? foliot_value_ref (guest->peername) : foliot_value_new_null (),
      NULL);
}

static void
restore (FoliotPort *port, FoliotArrival *arrival, FoliotValue *description)
{
  FoliotStreamListener *listener = get_listener (port);
  FoliotValue *peername = description != NULL ? foliot_value_lookup (description, "peername") : NULL;
  Guest *guest = guest_new (listener);

  arrival->object = guest;
  if (arrival->error == NULL)
    {
      guest->wire = _foliot_stream_wire_new_replayed (listener->shared, description, TRUE);
      guest->pair = _foliot_stream_pair_recall (listener->shared, description);
    }
  else if (peername != NULL && !foliot_value_is_null (peername))
    guest->peername = foliot_value_ref (peername);
}

static const FoliotPortReplay port_replay = { "listen", describe, restore };

static void
admit (FoliotPort *port, FoliotArrival *arrival)
{
  FoliotStreamListener *listener = get_listener (port);
  Guest *guest = arrival->object;

  guest->why = g_steal_pointer (&arrival->error);
  if (foliot_kernel_post (listener->shared->kernel, arrival->time_ns, FOLIOT_PRIORITY_DEFAULT, arrival->kind,
                          enter, guest, NULL)
      == 0)
    guest_free (guest);
}

/* @why: (transfer full) (nullable): it is refused. */
static void
bring (Guest *guest, GError *why)
{
  FoliotStreamListener *listener = guest->listener;

  _foliot_gate_bring (listener->shared->kernel, &listener->port, FOLIOT_EVENT_LINK, NULL, why, guest);
}

/* Whatever the peer says until it has a link is kept. */
static void
on_wire_opened (gpointer owner)
{
  static const FoliotStreamWireSink patient_sink = { 0 };
  Guest *guest = owner;

  g_ptr_array_remove_fast (guest->listener->guests, guest);
  _foliot_stream_wire_set_limit (guest->wire, 0);
  _foliot_stream_wire_set_sink (guest->wire, &patient_sink, guest);
  bring (guest, NULL);
}

static void
on_wire_ended (gpointer owner, GError *error)
{
  Guest *guest = owner;

  g_ptr_array_remove_fast (guest->listener->guests, guest);
  guest->peername = _foliot_stream_wire_dup_name (guest->wire, TRUE);
  _foliot_stream_wire_close (g_steal_pointer (&guest->wire), TRUE);
  bring (guest, error != NULL ? error
                              : g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET,
                                                     "A client has gone while it was shaking hands"));
}

static const FoliotStreamWireSink guest_sink = { .opened = on_wire_opened, .ended = on_wire_ended };

static void
receive (FoliotStreamListener *listener, int fd, FoliotFilter *filter)
{
  FoliotStreamShared *shared = listener->shared;
  Guest *guest = guest_new (listener);

  guest->pair = _foliot_stream_pair_find (shared, fd);
  guest->wire = _foliot_stream_wire_new (shared, fd, filter, TRUE);
  if (!_foliot_stream_wire_open (guest->wire, &guest_sink, guest))
    {
      int code = errno;

      _foliot_stream_wire_close (g_steal_pointer (&guest->wire), FALSE);
      bring (guest, _foliot_stream_error_new (code, "watch a connection at %s",
                                              foliot_address_get_repr (listener->address)));
      return;
    }
  g_ptr_array_add (listener->guests, guest);
  if (filter == NULL)
    {
      on_wire_opened (guest);
      return;
    }
  _foliot_stream_wire_set_limit (guest->wire, shared->options.handshake_limit_ms);
}

/* ---- doors --------------------------------------------------------------------------------------------------- */

/* @peer: (nullable): unknown. @why: (transfer full). */
static void
refuse (FoliotStreamListener *listener, const FoliotSocketAddress *peer, socklen_t length, GError *why)
{
  Guest *guest = guest_new (listener);

  if (peer != NULL)
    guest->peername = _foliot_stream_address_to_value (peer, length);
  bring (guest, why);
}

static gboolean
is_out_of_room (int code)
{
  return code == EMFILE || code == ENFILE || code == ENOMEM || code == ENOBUFS;
}

/* Said once, and again only when there was room meanwhile. */
static void
rest (Door *door, int code)
{
  FoliotStreamListener *listener = door->listener;

  _foliot_poll_set_events (&door->entry, 0);
  _foliot_poll_set_limit (&door->entry, REST_MS);
  if (!door->is_resting)
    refuse (listener, NULL, 0,
            _foliot_stream_error_new (code, "accept a connection at %s",
                                      foliot_address_get_repr (listener->address)));
  door->is_resting = TRUE;
}

static gboolean
check_room (FoliotStreamListener *listener, GError **error)
{
  const FoliotStreamShared *shared = listener->shared;

  if (shared->n_accepted < shared->options.max_connections)
    return TRUE;
  g_set_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES,
               "%u connections are open at %s, and that is the limit: close some or raise it",
               shared->n_accepted, foliot_address_get_repr (listener->address));
  return FALSE;
}

/* @is_awaited: somebody is at the door, for sure. Returns: whether there may be more. */
static gboolean
accept_one (Door *door, gboolean is_awaited)
{
  FoliotStreamListener *listener = door->listener;
  FoliotStreamShared *shared = listener->shared;
  FoliotSocketAddress peer = { 0 };
  socklen_t length = sizeof peer;
  g_autofree char *text = NULL;
  FoliotFilter *filter = NULL;
  GError *error = NULL;
  int fd = _foliot_kernel_fault (shared->kernel)
               ? (errno = EMFILE, -1)
               : accept4 (door->fd, &peer.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

  if (fd < 0)
    {
      int code = errno;

      if (is_out_of_room (code) && is_awaited)
        rest (door, code);
      return code == ECONNABORTED || code == EINTR;
    }
  door->is_resting = FALSE;
  text = _foliot_stream_address_to_text (&peer);
  if (!check_room (listener, &error) || !_foliot_stream_make_filter (shared, TRUE, text, &filter, &error))
    {
      close (fd);
      refuse (listener, &peer, length, error);
      return TRUE;
    }
  if (foliot_address_get_kind (listener->address) == FOLIOT_ADDRESS_TCP)
    _foliot_stream_set_socket_options (fd);
  receive (listener, fd, filter);
  return TRUE;
}

static void
door_ready (FoliotPollEntry *entry, guint32 events)
{
  for (guint i = 0; i < ACCEPTS_A_TURN; i++)
    if (!accept_one ((Door *) entry, i == 0))
      return;
}

static void
door_expired (FoliotPollEntry *entry)
{
  _foliot_poll_set_events (entry, EPOLLIN);
}

static void
door_closed (FoliotPollEntry *entry, gboolean at_last)
{
  foliot_listener_close (FOLIOT_LISTENER (((Door *) entry)->listener));
}

static const FoliotPollClass door_class
    = { .ready = door_ready, .expired = door_expired, .closed = door_closed };

/* To listen makes a socket file, so what there is none of is its folder. */
static GError *
new_listen_error (FoliotStreamListener *listener, int code)
{
  const char *where = foliot_address_get_repr (listener->address);

  if (code != ENOENT)
    return _foliot_stream_error_new (code, "listen at %s", where);
  return g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_FILE_NOT_FOUND,
                      "Cannot listen at %s: there is no such folder; make it, or choose another path", where);
}

/* @fd: (transfer full), listening. */
static gboolean
add_door (FoliotStreamListener *listener, int fd, GError **error)
{
  Door *door = &listener->doors[listener->n_doors];

  door->listener = listener;
  door->fd = fd;
  if (!_foliot_poll_add (listener->shared->kernel, &door->entry, &door_class, fd, EPOLLIN))
    {
      g_propagate_error (error, new_listen_error (listener, errno));
      close (fd);
      return FALSE;
    }
  listener->n_doors++;
  return TRUE;
}

static gboolean
open_door (FoliotStreamListener *listener, const struct sockaddr *address, socklen_t length, GError **error)
{
  static const int yes = 1;
  FoliotStreamShared *shared = listener->shared;
  int fd = _foliot_kernel_fault (shared->kernel)
               ? (errno = EMFILE, -1)
               : socket (address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  if (fd >= 0 && address->sa_family != AF_UNIX)
    setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (fd >= 0 && address->sa_family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
  if (fd < 0 || bind (fd, address, length) < 0 || listen (fd, (int) shared->options.backlog) < 0)
    {
      g_propagate_error (error, new_listen_error (listener, errno));
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  return add_door (listener, fd, error);
}

/* ---- opening ------------------------------------------------------------------------------------------------- */

static guint16
get_port (const Door *door)
{
  FoliotSocketAddress address = { 0 };
  socklen_t length = sizeof address;

  getsockname (door->fd, &address.any, &length);
  return address.any.sa_family == AF_INET6 ? ((struct sockaddr_in6 *) &address)->sin6_port
                                           : ((struct sockaddr_in *) &address)->sin_port;
}

static void
set_port (struct sockaddr *address, guint16 port)
{
  if (address->sa_family == AF_INET6)
    ((struct sockaddr_in6 *) address)->sin6_port = port;
  else
    ((struct sockaddr_in *) address)->sin_port = port;
}

/* The first address of a host; of all interfaces, one of each family the machine has. */
static gboolean
open_tcp (FoliotStreamListener *listener, FoliotAddress *at, GError **error)
{
  const char *host = foliot_address_get_host (at);
  guint n_wanted = host == NULL || *host == '\0' ? MAX_DOORS : 1;
  struct addrinfo *list;
  g_autoptr (GError) problem = NULL;

  if (!_foliot_stream_resolve (at, TRUE, FALSE, &list, error))
    return FALSE;
  for (const struct addrinfo *next = list; next != NULL && listener->n_doors < n_wanted; next = next->ai_next)
    {
      if (listener->n_doors > 0)
        set_port (next->ai_addr, get_port (&listener->doors[0]));
      g_clear_error (&problem);
      open_door (listener, next->ai_addr, next->ai_addrlen, &problem);
    }
  freeaddrinfo (list);
  if (listener->n_doors == 0)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  foliot_address_unref (listener->address);
  listener->address = foliot_address_new_tcp (host, g_ntohs (get_port (&listener->doors[0])));
  return TRUE;
}

/* A socket file that nobody listens on is a left-over. */
static gboolean
remove_stale (const char *path, const FoliotSocketAddress *address, socklen_t length, GError **error)
{
  struct stat info;
  int fd, code;

  if (lstat (path, &info) < 0)
    return TRUE;
  if (!S_ISSOCK (info.st_mode))
    {
      g_set_error (
          error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION,
          "Cannot listen at “%s”: a file that is no socket is there; remove it or choose another path", path);
      return FALSE;
    }
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  code = fd < 0 || connect (fd, &address->any, length) < 0 ? errno : 0;
  if (fd >= 0)
    close (fd);
  if (code == ECONNREFUSED)
    {
      unlink (path);
      return TRUE;
    }
  if (code == ENOENT)
    return TRUE;
  g_propagate_error (error, _foliot_stream_error_new (code == 0 || code == EAGAIN ? EADDRINUSE : code,
                                                      "listen at “%s”", path));
  return FALSE;
}

static gboolean
open_unix (FoliotStreamListener *listener, FoliotAddress *at, GError **error)
{
  const char *path = foliot_address_get_host (at);
  FoliotSocketAddress address;
  socklen_t length;

  return _foliot_stream_address_from_path (path, &address, &length, error)
         && remove_stale (path, &address, length, error) && open_door (listener, &address.any, length, error);
}

/* Where it listens, with the port that the system chose, is an answer of the outside. */
static gboolean
open_or_recall (FoliotStreamListener *listener, FoliotAddress *at, GError **error)
{
  FoliotKernel *kernel = listener->shared->kernel;
  gboolean is_tcp = foliot_address_get_kind (at) == FOLIOT_ADDRESS_TCP;
  g_autofree char *what = g_strconcat ("listen ", foliot_address_get_repr (at), NULL);
  g_autoptr (FoliotValue) port = NULL;
  g_autoptr (GError) local = NULL;

  if (_foliot_gate_is_replayed (kernel))
    {
      if (!_foliot_gate_recall (kernel, what, &port, error))
        return FALSE;
      foliot_address_unref (listener->address);
      listener->address = is_tcp ? foliot_address_new_tcp (foliot_address_get_host (at),
                                                           (guint16) foliot_value_get_int (port))
                                 : foliot_address_ref (at);
      return TRUE;
    }
  if (is_tcp ? open_tcp (listener, at, &local) : open_unix (listener, at, &local))
    port = foliot_value_new_int (is_tcp ? foliot_address_get_port (listener->address) : 0);
  _foliot_gate_note (kernel, what, port, local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return port != NULL;
}

/* ---- listener ------------------------------------------------------------------------------------------------ */

static FoliotAddress *
foliot_stream_listener_get_address (FoliotListener *base)
{
  return FOLIOT_STREAM_LISTENER (base)->address;
}

static void
foliot_stream_listener_close (FoliotListener *base)
{
  FoliotStreamListener *listener = FOLIOT_STREAM_LISTENER (base);
  g_autoptr (GPtrArray) guests = g_ptr_array_ref (listener->guests);

  listener->is_listening = FALSE;
  while (listener->n_doors > 0)
    {
      Door *door = &listener->doors[--listener->n_doors];

      _foliot_poll_remove (&door->entry);
      close (door->fd);
    }
  while (guests->len > 0) /* the last of them may take the listener along */
    guest_free (g_ptr_array_steal_index_fast (guests, 0));
}

static FoliotFuture *
foliot_stream_listener_wait_closed (FoliotListener *base)
{
  FoliotStreamListener *listener = FOLIOT_STREAM_LISTENER (base);

  return _foliot_listener_wait_for_links (base, listener->shared->kernel);
}

static void
foliot_stream_listener_finalize (GObject *object)
{
  FoliotStreamListener *listener = FOLIOT_STREAM_LISTENER (object);

  foliot_stream_listener_close (FOLIOT_LISTENER (listener));
  if (listener->shared->exchange->kernel != NULL)
    _foliot_gate_remove_port (listener->shared->kernel, &listener->port);
  g_ptr_array_unref (listener->guests);
  foliot_address_unref (listener->address);
  g_free (listener->name);
  if (listener->destroy != NULL)
    listener->destroy (listener->user_data);
  _foliot_stream_shared_unref (listener->shared);
  G_OBJECT_CLASS (foliot_stream_listener_parent_class)->finalize (object);
}

static void
foliot_stream_listener_class_init (FoliotStreamListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_stream_listener_finalize;
  klass->parent_class.get_address = foliot_stream_listener_get_address;
  klass->parent_class.close = foliot_stream_listener_close;
  klass->parent_class.wait_closed = foliot_stream_listener_wait_closed;
}

static void
foliot_stream_listener_init (FoliotStreamListener *listener)
{
  listener->guests = g_ptr_array_new ();
}

FoliotListener *
_foliot_stream_listener_new (FoliotStreamShared *shared, FoliotAddress *at, const char *name,
                             FoliotAcceptFunc accept, gpointer user_data, GDestroyNotify destroy,
                             GError **error)
{
  g_autoptr (FoliotStreamListener) listener = g_object_new (FOLIOT_TYPE_STREAM_LISTENER, NULL);

  listener->shared = _foliot_stream_shared_ref (shared);
  listener->address = foliot_address_ref (at);
  listener->name = g_strdup (name != NULL ? name : "server");
  _foliot_gate_add_port_with (shared->kernel, &listener->port, listener->name, admit, &port_replay);
  _foliot_kernel_set_drop_func (shared->kernel, enter, drop_guest);
  if (!open_or_recall (listener, at, error))
    return NULL;
  listener->is_listening = TRUE;
  listener->accept = accept;
  listener->user_data = user_data;
  listener->destroy = destroy;
  return FOLIOT_LISTENER (g_steal_pointer (&listener));
}

/* SPDX-License-Identifier: MIT */
#include "transport/foliot-stream-private.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "kernel/foliot-fault-private.h"
#include "transport/foliot-framer-private.h"

/*
 * A connected socket.
 *
 * What is sent is collected and written once, when the batch of events is over or the queue is large; a socket that
 * takes no more is watched until it does. What is read goes through the filter, if there is one, and is cut into
 * frames. A wire ends once: by the peer, by an error, or by its owner; an end is told in a turn of service and never
 * from inside of a call.
 *
 * After its owner has closed it, it writes what is left, says so to the peer, and throws away what still comes until the
 * peer's own end: a socket that is closed with something unread resets the connection, and what was just written would
 * be lost with it.
 */

#define WRITE_AT_BYTES 262144 /* no need to collect more than this */
#define FILTER_BYTES                                                                                         \
  61440 /* of a large message at a time: it leaves, and the peer reads, while the next is encrypted */

struct _FoliotStreamWire
{
  FoliotPollEntry entry;
  FoliotStreamShared *shared;
  int fd;
  FoliotFilter *filter;
  FoliotFramer *framer;
  FoliotStreamOutput output;
  const FoliotStreamWireSink *sink; /* NULL: lingers */
  gpointer owner;
  GError *broken;                        /* found while writing; told in the next turn */
  GError *why;                           /* (nullable) of the end, until it is told */
  guint8 head[FOLIOT_STREAM_HEAD_BYTES]; /* of a plain peer */
  guint8 n_head;
  gboolean is_accepted; /* counts as a connection of the transport */
  gboolean is_open;
  gboolean is_over; /* and told, if there was somebody to be told */
  gboolean told;
  gboolean saw_eof;
  gboolean said_end;
  gboolean paused;
  gboolean wants_drained; /* to be told so */
  FoliotValue *identity;  /* (nullable) of a wire of a recording: who the peer has proven to be */
  FoliotValue *names[2];  /* (nullable) of a wire of a recording: our own, the peer's */
};

static void wire_free (FoliotStreamWire *wire);

/* ---- ending -------------------------------------------------------------------------------------------------- */

static guint32
get_wanted (FoliotStreamWire *wire)
{
  gboolean has_reader = wire->sink == NULL || !wire->is_over;

  return (has_reader && !wire->saw_eof && !wire->paused ? EPOLLIN : 0)
         | (wire->output.n_bytes > 0 ? EPOLLOUT : 0);
}

/* An owner that does not listen for the end may give the wire to one that does. */
static void
tell_end (FoliotStreamWire *wire)
{
  if (!wire->is_over || wire->told || wire->sink->ended == NULL)
    return;
  wire->told = TRUE;
  wire->sink->ended (wire->owner, g_steal_pointer (&wire->why));
}

/* Tells the owner that it is over, who then closes; or frees a wire that lingers. @error: (transfer full) (nullable). */
static void
end (FoliotStreamWire *wire, GError *error)
{
  if (wire->sink == NULL)
    {
      g_clear_error (&error);
      wire_free (wire);
      return;
    }
  if (wire->is_over)
    g_clear_error (&error);
  else
    {
      wire->is_over = TRUE;
      wire->why = error;
    }
  _foliot_poll_set_events (&wire->entry, get_wanted (wire));
  tell_end (wire);
}

/* The socket is of no use any more. */
static void
end_broken (FoliotStreamWire *wire, GError *error)
{
  wire->saw_eof = TRUE;
  wire->wants_drained = FALSE;
  _foliot_stream_output_clear (&wire->output);
  end (wire, error);
}

static GError *
new_reset (int code)
{
  if (code == ECONNRESET || code == EPIPE)
    return g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection reset by peer");
  return _foliot_stream_error_new (code, "go on with a connection");
}

/* ---- writing ------------------------------------------------------------------------------------------------- */

static void
break_off (FoliotStreamWire *wire, GError *error)
{
  _foliot_stream_output_clear (&wire->output);
  wire->wants_drained = FALSE;
  if (wire->broken == NULL)
    wire->broken = error;
  else
    g_error_free (error);
  _foliot_poll_poke (&wire->entry);
}

/* A lingering wire has written all: it ends with the peer, or at once if that has ended. */
static void
say_end (FoliotStreamWire *wire)
{
  if (wire->sink != NULL || wire->output.n_bytes > 0 || wire->said_end)
    return;
  wire->said_end = TRUE;
  wire->saw_eof |= shutdown (wire->fd, SHUT_WR) < 0;
  if (wire->saw_eof)
    _foliot_poll_poke (&wire->entry);
}

/* Whether there is somebody to be told so. */
static gboolean
is_drained (FoliotStreamWire *wire)
{
  return wire->wants_drained && wire->output.n_bytes <= wire->shared->options.low_water_bytes;
}

static void
write_output (FoliotStreamWire *wire)
{
  if (wire->broken != NULL)
    return;
  if (!_foliot_stream_output_write (&wire->output, wire->fd))
    {
      break_off (wire, new_reset (errno));
      return;
    }
  _foliot_poll_set_events (&wire->entry, get_wanted (wire));
  if (is_drained (wire))
    _foliot_poll_poke (&wire->entry);
  say_end (wire);
}

static void
wire_flush (FoliotPollEntry *entry)
{
  write_output ((FoliotStreamWire *) entry);
}

/* What a filter wants to say goes behind what is there. */
static void
take_from_filter (FoliotStreamWire *wire)
{
  GByteArray *said = wire->shared->wire;

  if (said->len == 0)
    return;
  if (!_foliot_stream_output_append (&wire->output, said->data, said->len))
    break_off (wire, _foliot_stream_error_new (ENOMEM, "answer on a connection"));
  g_byte_array_set_size (said, 0);
  _foliot_poll_want_flush (&wire->entry);
}

static gboolean
filter_some (FoliotStreamWire *wire, const guint8 *data, gsize length, GError **error)
{
  gboolean ok = wire->filter->klass->write (wire->filter, data, length, wire->shared->wire, error);

  take_from_filter (wire);
  return ok;
}

/* The header goes with the beginning; what is behind that needs no copy. */
static gboolean
append_filtered (FoliotStreamWire *wire, GBytes *payload, GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (payload, &length);
  guint32 header = GUINT32_TO_BE ((guint32) length);
  gsize n = MIN (length, FILTER_BYTES - sizeof header);
  GByteArray *plain = wire->shared->plain;
  gboolean ok;

  g_byte_array_set_size (plain, 0);
  g_byte_array_append (plain, (const guint8 *) &header, sizeof header);
  g_byte_array_append (plain, data, (guint) n);
  ok = filter_some (wire, plain->data, plain->len, error);
  g_byte_array_set_size (plain, 0);
  for (gsize at = n; ok && at < length && wire->broken == NULL; at += n)
    {
      if (!(wire->entry.events & EPOLLOUT))
        write_output (wire);
      n = MIN (length - at, FILTER_BYTES);
      ok = filter_some (wire, data + at, n, error);
    }
  return ok;
}

gboolean
_foliot_stream_wire_send (FoliotStreamWire *wire, GBytes *payload, GError **error)
{
  const FoliotStreamOptions *options = &wire->shared->options;

  /* Lost, as if sent a moment earlier: until the event of the end nobody above may see when the system has told us. */
  if (wire->is_over || wire->broken != NULL)
    return TRUE;
  if (wire->output.n_bytes + g_bytes_get_size (payload) > options->max_queued_bytes
      || _foliot_kernel_fault (wire->shared->kernel))
    {
      g_set_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES,
                   "The peer does not read: %" G_GSIZE_FORMAT
                   " bytes wait for it, the limit is %" G_GSIZE_FORMAT
                   "; send less at a time or raise the limit",
                   wire->output.n_bytes, options->max_queued_bytes);
      return FALSE;
    }
  if (wire->filter != NULL && wire->told)
    return TRUE; /* the peer has said good-bye; whoever sends is about to hear of it */
  if (wire->filter != NULL)
    {
      if (!append_filtered (wire, payload, error))
        return FALSE;
    }
  else if (!_foliot_stream_output_append_frame (&wire->output, payload))
    {
      g_propagate_error (error,
                         _foliot_stream_error_new (ENOMEM, "keep a message of %" G_GSIZE_FORMAT " bytes",
                                                   g_bytes_get_size (payload)));
      return FALSE;
    }
  if (wire->output.n_bytes > WRITE_AT_BYTES && !(wire->entry.events & EPOLLOUT))
    write_output (wire);
  else if (!(wire->entry.events & EPOLLOUT))
    _foliot_poll_want_flush (&wire->entry);
  return TRUE;
}

gsize
_foliot_stream_wire_get_queued_bytes (FoliotStreamWire *wire)
{
  return wire->output.n_bytes;
}

static void
tell_drained (FoliotStreamWire *wire)
{
  if (!is_drained (wire) || wire->sink == NULL)
    return;
  wire->wants_drained = FALSE;
  if (wire->sink->drained != NULL)
    wire->sink->drained (wire->owner);
}

void
_foliot_stream_wire_want_drained (FoliotStreamWire *wire)
{
  wire->wants_drained = TRUE;
  if (is_drained (wire))
    _foliot_poll_poke (&wire->entry);
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static void
tell_frames (FoliotStreamWire *wire)
{
  GBytes *payload;

  if (wire->sink == NULL || wire->sink->frame == NULL)
    return;
  while ((payload = foliot_framer_next (wire->framer)) != NULL)
    wire->sink->frame (wire->owner, payload);
}

static gboolean
feed_filter (FoliotStreamWire *wire, const guint8 *data, gsize length, GError **error)
{
  GByteArray *plain = wire->shared->plain;
  gboolean ok;

  g_byte_array_set_size (plain, 0);
  ok = wire->filter->klass->feed (wire->filter, data, length, plain, wire->shared->wire, error);
  take_from_filter (wire);
  if (plain->len > 0 && !foliot_framer_feed (wire->framer, plain->data, plain->len, ok ? error : NULL))
    ok = FALSE;
  g_byte_array_set_size (plain, 0);
  return ok;
}

/* What reads as a message without measure may be the first word of another protocol. */
static void
look_at_head (FoliotStreamWire *wire, GError **error)
{
  GError *better;

  if (!g_error_matches (*error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG))
    return;
  better = _foliot_stream_foreign_new_error (wire->head, &wire->output);
  if (better == NULL)
    return;
  g_error_free (*error);
  *error = better;
  _foliot_poll_want_flush (&wire->entry);
}

static gboolean
feed_framer (FoliotStreamWire *wire, const guint8 *data, gsize length, GError **error)
{
  for (gsize i = 0; i < length && wire->n_head < FOLIOT_STREAM_HEAD_BYTES; i++)
    wire->head[wire->n_head++] = data[i];
  if (foliot_framer_feed (wire->framer, data, length, error))
    return TRUE;
  look_at_head (wire, error);
  return FALSE;
}

static void
take_bytes (FoliotStreamWire *wire, const guint8 *data, gsize length)
{
  GError *error = NULL;
  gboolean ok;

  if (wire->sink == NULL)
    return;
  ok = wire->filter != NULL ? feed_filter (wire, data, length, &error)
                            : feed_framer (wire, data, length, &error);
  if (!wire->is_open && wire->filter->klass->is_open (wire->filter))
    {
      wire->is_open = TRUE;
      wire->sink->opened (wire->owner);
    }
  tell_frames (wire);
  if (!ok)
    end (wire, error);
}

static void
take_eof (FoliotStreamWire *wire)
{
  GError *error = NULL;

  wire->saw_eof = TRUE;
  if (wire->filter != NULL && wire->sink != NULL && !wire->filter->klass->eof (wire->filter, &error))
    end (wire, error);
  else if (wire->sink == NULL && !wire->said_end) /* the peer may still read what is left */
    _foliot_poll_set_events (&wire->entry, get_wanted (wire));
  else
    end (wire, NULL);
}

static void
read_input (FoliotStreamWire *wire)
{
  gssize n = recv (wire->fd, wire->shared->buffer, FOLIOT_STREAM_BUFFER_BYTES, 0);

  if (n > 0)
    take_bytes (wire, wire->shared->buffer, (gsize) n);
  else if (n == 0)
    take_eof (wire);
  else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
    end_broken (wire, new_reset (errno));
}

/* An error of the socket is found by reading it; a reader that is paused or done would not notice. */
static void
take_failure (FoliotStreamWire *wire)
{
  int code = 0;
  socklen_t length = sizeof code;

  getsockopt (wire->fd, SOL_SOCKET, SO_ERROR, &code, &length);
  end_broken (wire, new_reset (code != 0 ? code : ECONNRESET));
}

static void
wire_ready (FoliotPollEntry *entry, guint32 events)
{
  FoliotStreamWire *wire = (FoliotStreamWire *) entry;

  if (wire->broken != NULL || (wire->sink == NULL && wire->said_end && wire->saw_eof))
    {
      end_broken (wire, g_steal_pointer (&wire->broken));
      return;
    }
  if (events == 0)
    {
      tell_drained (wire);
      tell_frames (wire);
      tell_end (wire);
      return;
    }
  if (events & EPOLLOUT)
    {
      write_output (wire);
      tell_drained (wire);
    }
  if ((events & EPOLLIN) && !wire->saw_eof && !wire->paused)
    read_input (wire);
  else if ((events & (EPOLLERR | EPOLLHUP)) && wire->entry.events != 0)
    take_failure (wire);
}

void
_foliot_stream_wire_set_reading (FoliotStreamWire *wire, gboolean reading)
{
  wire->paused = !reading;
  _foliot_poll_set_events (&wire->entry, get_wanted (wire));
}

/* ---- making and unmaking ------------------------------------------------------------------------------------- */

void
_foliot_stream_wire_expire (FoliotStreamWire *wire)
{
  GError *error = NULL;

  if (wire->sink != NULL && wire->filter != NULL)
    {
      error = wire->filter->klass->expire (wire->filter, wire->shared->wire);
      take_from_filter (wire);
    }
  end (wire, error);
}

/* The limit of lingering, or of a handshake. */
static void
wire_expired (FoliotPollEntry *entry)
{
  _foliot_stream_wire_expire ((FoliotStreamWire *) entry);
}

/* A link that is still there keeps its wire, which says no more. */
static void
wire_closed (FoliotPollEntry *entry, gboolean at_last)
{
  FoliotStreamWire *wire = (FoliotStreamWire *) entry;

  if (wire->output.n_bytes > 0 && !at_last)
    write_output (wire);
  if (wire->output.n_bytes > 0 && wire->broken == NULL && !at_last)
    return;
  if (wire->sink == NULL)
    wire_free (wire);
  else
    _foliot_poll_remove (entry);
}

static const FoliotPollClass wire_class = {
  .ready = wire_ready,
  .expired = wire_expired,
  .flush = wire_flush,
  .closed = wire_closed,
};

FoliotStreamWire *
_foliot_stream_wire_new (FoliotStreamShared *shared, int fd, FoliotFilter *filter, gboolean is_accepted)
{
  FoliotStreamWire *wire = g_new0 (FoliotStreamWire, 1);

  wire->is_accepted = is_accepted;
  if (is_accepted)
    shared->n_accepted++;
  wire->shared = _foliot_stream_shared_ref (shared);
  wire->fd = fd;
  wire->filter = filter;
  wire->framer = foliot_framer_new (shared->options.max_frame_bytes);
  _foliot_framer_set_kernel (wire->framer, shared->kernel);
  wire->is_open = filter == NULL;
  return wire;
}

/* Returns: (transfer full) (nullable): what the description says. */
static FoliotValue *
dup_described (FoliotValue *description, const char *key)
{
  FoliotValue *value = description != NULL ? foliot_value_lookup (description, key) : NULL;

  return value != NULL && !foliot_value_is_null (value) ? foliot_value_ref (value) : NULL;
}

FoliotStreamWire *
_foliot_stream_wire_new_replayed (FoliotStreamShared *shared, FoliotValue *description, gboolean is_accepted)
{
  FoliotStreamWire *wire = _foliot_stream_wire_new (shared, -1, NULL, is_accepted);

  wire->names[FALSE] = dup_described (description, "sockname");
  wire->names[TRUE] = dup_described (description, "peername");
  wire->identity = dup_described (description, "identity");
  return wire;
}

/* Takes @value. */
static FoliotValue *
or_null (FoliotValue *value)
{
  return value != NULL ? value : foliot_value_new_null ();
}

FoliotValue *
_foliot_stream_wire_describe (FoliotStreamWire *wire, FoliotStreamPair *pair)
{
  guint32 number = pair != NULL ? _foliot_stream_pair_get_number (pair) : 0;

  return foliot_value_build_map ("sockname", or_null (_foliot_stream_wire_dup_name (wire, FALSE)), "peername",
                                 or_null (_foliot_stream_wire_dup_name (wire, TRUE)), "identity",
                                 or_null (_foliot_stream_wire_dup_identity (wire)), "pair",
                                 foliot_value_new_int (number), NULL);
}

static void
wire_free (FoliotStreamWire *wire)
{
  _foliot_poll_remove (&wire->entry);
  if (wire->fd >= 0)
    close (wire->fd);
  for (guint i = 0; i < G_N_ELEMENTS (wire->names); i++)
    g_clear_pointer (&wire->names[i], foliot_value_unref);
  g_clear_pointer (&wire->identity, foliot_value_unref);
  if (wire->is_accepted)
    wire->shared->n_accepted--;
  _foliot_stream_output_clear (&wire->output);
  if (wire->filter != NULL)
    wire->filter->klass->free (wire->filter);
  foliot_framer_free (wire->framer);
  g_clear_error (&wire->broken);
  g_clear_error (&wire->why);
  _foliot_stream_shared_unref (wire->shared);
  g_free (wire);
}

gboolean
_foliot_stream_wire_open (FoliotStreamWire *wire, const FoliotStreamWireSink *sink, gpointer owner)
{
  GError *error = NULL;

  wire->sink = sink;
  wire->owner = owner;
  if (!_foliot_poll_add (wire->shared->kernel, &wire->entry, &wire_class, wire->fd, EPOLLIN))
    return FALSE;
  if (wire->filter == NULL)
    return TRUE;
  wire->filter->klass->start (wire->filter, wire->shared->wire, &error);
  take_from_filter (wire);
  if (error != NULL)
    break_off (wire, error);
  return TRUE;
}

void
_foliot_stream_wire_set_sink (FoliotStreamWire *wire, const FoliotStreamWireSink *sink, gpointer owner)
{
  wire->sink = sink;
  wire->owner = owner;
  _foliot_poll_poke (&wire->entry);
}

void
_foliot_stream_wire_set_limit (FoliotStreamWire *wire, guint limit_ms)
{
  _foliot_poll_set_limit (&wire->entry, limit_ms);
}

FoliotValue *
_foliot_stream_wire_dup_name (FoliotStreamWire *wire, gboolean peer)
{
  FoliotSocketAddress address = { 0 };
  socklen_t length = sizeof address;

  if (wire->fd < 0)
    return wire->names[peer] != NULL ? foliot_value_ref (wire->names[peer]) : NULL;
  if ((peer ? getpeername (wire->fd, &address.any, &length) : getsockname (wire->fd, &address.any, &length))
      < 0)
    return NULL;
  return _foliot_stream_address_to_value (&address, length);
}

FoliotValue *
_foliot_stream_wire_dup_identity (FoliotStreamWire *wire)
{
  g_autofree char *identity = NULL;

  if (wire->identity != NULL)
    return foliot_value_ref (wire->identity);
  if (wire->filter != NULL && wire->filter->klass->dup_identity != NULL)
    identity = wire->filter->klass->dup_identity (wire->filter);
  return identity != NULL ? foliot_value_new_string (identity) : NULL;
}

void
_foliot_stream_wire_close (FoliotStreamWire *wire, gboolean gently)
{
  wire->sink = NULL;
  wire->wants_drained = FALSE;
  if (!gently || wire->entry.kernel == NULL || wire->broken != NULL)
    {
      wire_free (wire);
      return;
    }
  if (wire->filter != NULL)
    {
      wire->filter->klass->end (wire->filter, wire->shared->wire);
      take_from_filter (wire);
    }
  wire->paused = FALSE;
  _foliot_poll_set_events (&wire->entry, get_wanted (wire));
  _foliot_poll_set_limit (&wire->entry, wire->shared->options.linger_limit_ms);
  _foliot_poll_want_flush (&wire->entry);
}

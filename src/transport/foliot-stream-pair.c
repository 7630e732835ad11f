/* SPDX-License-Identifier: MIT */
#include "transport/foliot-stream-private.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * Two ends of one connection in one kernel: a container that connects to itself, or to another one of its world.
 *
 * Who asks somebody outside holds time until the answer is there. Between two ends of one world that would be wrong: the
 * one who is asked may have to sleep first. Here time stands still only while something is on the way from one end to
 * the other, through the system, which takes none of the world's time. So what is under way is counted: messages, and
 * the end of a stream, which comes behind them. What waits because the receiver does not read now is not on its way.
 *
 * The two ends find each other by the client's name, which no two connections of a machine have at a time. It is noted
 * when the client connects, and that is before anybody can accept it. The client of a Unix socket has no name; it takes
 * one of those that the system gives away, but only when the process that listens is this one. Peers in other processes
 * see no difference.
 *
 * A record holds what arrived, and not what was sent from here to here. So in a replay what arrives is compared with what was sent.
 */

#define HOLD_LIMIT_MS 60000

struct _FoliotStreamPair
{
  guint ref_count;
  guint32 number;
  FoliotExchange *exchange;
  GBytes *key;               /* of the client; NULL when it is no longer looked for */
  FoliotStreamLink *ends[2]; /* not owned; NULL: not there yet, or gone */
  gboolean is_inside;        /* the server's end is in this kernel, too */
  gboolean is_deaf[2];       /* nothing arrives at that end any more */
  gboolean is_paused[2];     /* that end does not read now */
  guint64 n_under_way[2];    /* towards that end */
  GQueue recalled[2]; /* of GBytes: what of it was sent in a replay, where nothing is given to a wire */
  FoliotHold *hold;
};

/* ---- names --------------------------------------------------------------------------------------------------- */

/* What is the same at both ends: the padding and scopes of an address are not. */
static void
append_name (GByteArray *key, const FoliotSocketAddress *address, socklen_t length)
{
  const struct sockaddr_in *v4 = (const struct sockaddr_in *) address;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;

  if (address->any.sa_family == AF_INET)
    {
      g_byte_array_append (key, (const guint8 *) &v4->sin_addr, sizeof v4->sin_addr);
      g_byte_array_append (key, (const guint8 *) &v4->sin_port, sizeof v4->sin_port);
    }
  else if (address->any.sa_family == AF_INET6)
    {
      g_byte_array_append (key, (const guint8 *) &v6->sin6_addr, sizeof v6->sin6_addr);
      g_byte_array_append (key, (const guint8 *) &v6->sin6_port, sizeof v6->sin6_port);
    }
  else if (length > G_STRUCT_OFFSET (struct sockaddr_un, sun_path))
    g_byte_array_append (key, (const guint8 *) ((const struct sockaddr_un *) address)->sun_path,
                         length - (guint) G_STRUCT_OFFSET (struct sockaddr_un, sun_path));
}

/*
 * The client's name, with TCP also the server's: a local port can be used towards two servers at a time. Returns:
 * (transfer full) (nullable): none for a client without a name.
 */
static GBytes *
make_key (const FoliotSocketAddress *client, socklen_t n_client, const FoliotSocketAddress *server,
          socklen_t n_server)
{
  g_autoptr (GByteArray) key = g_byte_array_new ();

  append_name (key, client, n_client);
  if (key->len > 0 && client->any.sa_family != AF_UNIX)
    append_name (key, server, n_server);
  return key->len > 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&key)) : NULL;
}

/* A name of the system's choice, if whoever listens lives in this process. */
static void
name_unix_client (int fd)
{
  const struct sockaddr_un nameless = { .sun_family = AF_UNIX };
  struct ucred who = { 0 };
  socklen_t length = sizeof who;

  if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 && who.pid == getpid ())
    bind (fd, (const struct sockaddr *) &nameless, sizeof nameless.sun_family);
}

/* ---- the hold ------------------------------------------------------------------------------------------------ */

static char *
describe_hold (gpointer user_data)
{
  FoliotStreamPair *pair = user_data;

  return g_strdup_printf ("%" G_GUINT64_FORMAT " messages on their way between two ends in this world",
                          pair->n_under_way[0] + pair->n_under_way[1]);
}

static gboolean
is_awaited (FoliotStreamPair *pair, FoliotStreamSide side)
{
  return pair->n_under_way[side] > 0 && !pair->is_paused[side];
}

static void
update_hold (FoliotStreamPair *pair)
{
  gboolean holds = pair->is_inside && pair->exchange->kernel != NULL
                   && (is_awaited (pair, FOLIOT_STREAM_CLIENT) || is_awaited (pair, FOLIOT_STREAM_SERVER));

  if (!holds)
    g_clear_pointer (&pair->hold, foliot_hold_release);
  else if (pair->hold == NULL)
    pair->hold = _foliot_kernel_hold_described (pair->exchange->kernel, describe_hold, pair, HOLD_LIMIT_MS);
}

static void
set_deaf (FoliotStreamPair *pair, FoliotStreamSide side)
{
  pair->is_deaf[side] = TRUE;
  pair->n_under_way[side] = 0;
  g_queue_clear_full (&pair->recalled[side], (GDestroyNotify) g_bytes_unref);
}

static gboolean
is_replayed (const FoliotStreamPair *pair)
{
  return pair->exchange->kernel != NULL && _foliot_gate_is_replayed (pair->exchange->kernel);
}

/* In a replay: @bytes arrived when it was recorded. */
static void
compare_recalled (FoliotStreamPair *pair, FoliotStreamSide side, FoliotPort *port, GBytes *bytes)
{
  g_autoptr (GBytes) sent = g_queue_pop_head (&pair->recalled[side]);

  if (pair->is_inside && (sent == NULL || !g_bytes_equal (sent, bytes)))
    _foliot_gate_tell_other (pair->exchange->kernel, port, bytes, sent);
}

void
_foliot_stream_pair_sent (FoliotStreamPair *pair, FoliotStreamSide side, GBytes *bytes)
{
  if (pair->is_deaf[!side])
    return;
  pair->n_under_way[!side]++;
  if (bytes != NULL && is_replayed (pair))
    g_queue_push_tail (&pair->recalled[!side], g_bytes_ref (bytes));
  update_hold (pair);
}

void
_foliot_stream_pair_received (FoliotStreamPair *pair, FoliotStreamSide side, FoliotPort *port, GBytes *bytes)
{
  if (bytes != NULL && is_replayed (pair))
    compare_recalled (pair, side, port, bytes);
  if (bytes == NULL)
    set_deaf (pair, side);
  else if (pair->n_under_way[side] > 0)
    pair->n_under_way[side]--;
  update_hold (pair);
}

void
_foliot_stream_pair_set_reading (FoliotStreamPair *pair, FoliotStreamSide side, gboolean reading)
{
  pair->is_paused[side] = !reading;
  update_hold (pair);
}

/* ---- the ends ------------------------------------------------------------------------------------------------ */

static void
forget (FoliotStreamPair *pair)
{
  if (pair->key != NULL)
    g_hash_table_remove (pair->exchange->clients, pair->key);
  g_clear_pointer (&pair->key, g_bytes_unref);
}

/* @key: (transfer full). */
static FoliotStreamPair *
pair_new (FoliotStreamShared *shared, guint32 number, GBytes *key)
{
  FoliotStreamPair *pair = g_new0 (FoliotStreamPair, 1);

  pair->ref_count = 1;
  pair->number = number;
  pair->exchange = _foliot_exchange_ref (shared->exchange);
  pair->key = key;
  g_hash_table_replace (pair->exchange->clients, key, pair);
  return pair;
}

/* Whoever comes second finds what the first one made. */
FoliotStreamPair *
_foliot_stream_pair_recall (FoliotStreamShared *shared, FoliotValue *description)
{
  FoliotValue *text = description != NULL ? foliot_value_lookup (description, "pair") : NULL;
  guint32 number = text != NULL ? (guint32) foliot_value_get_int (text) : 0;
  g_autoptr (GBytes) key = g_bytes_new (&number, sizeof number);
  FoliotStreamPair *pair;

  if (number == 0)
    return NULL;
  pair = g_hash_table_lookup (shared->exchange->clients, key);
  if (pair == NULL)
    return pair_new (shared, number, g_steal_pointer (&key));
  forget (pair);
  pair->ref_count++;
  return pair;
}

guint32
_foliot_stream_pair_get_number (FoliotStreamPair *pair)
{
  return pair->number;
}

FoliotStreamPair *
_foliot_stream_pair_new (FoliotStreamShared *shared, guint32 number, int fd, const struct sockaddr *server,
                         socklen_t n_server)
{
  FoliotSocketAddress client = { 0 }, whom = { 0 };
  socklen_t n_client = sizeof client;
  GBytes *key;

  if (server->sa_family == AF_UNIX)
    name_unix_client (fd);
  memcpy (&whom, server, MIN (n_server, sizeof whom));
  if (getsockname (fd, &client.any, &n_client) < 0
      || (key = make_key (&client, n_client, &whom, n_server)) == NULL)
    return NULL;
  return pair_new (shared, number, key);
}

FoliotStreamPair *
_foliot_stream_pair_find (FoliotStreamShared *shared, int fd)
{
  FoliotSocketAddress client = { 0 }, server = { 0 };
  socklen_t n_client = sizeof client, n_server = sizeof server;
  g_autoptr (GBytes) key = NULL;
  FoliotStreamPair *pair;

  if (g_hash_table_size (shared->exchange->clients) == 0 || getpeername (fd, &client.any, &n_client) < 0
      || getsockname (fd, &server.any, &n_server) < 0)
    return NULL;
  key = make_key (&client, n_client, &server, n_server);
  pair = key != NULL ? g_hash_table_lookup (shared->exchange->clients, key) : NULL;
  if (pair == NULL)
    return NULL;
  forget (pair);
  pair->ref_count++;
  return pair;
}

void
_foliot_stream_pair_unref (FoliotStreamPair *pair)
{
  if (--pair->ref_count > 0)
    return;
  for (guint side = 0; side < G_N_ELEMENTS (pair->recalled); side++)
    g_queue_clear_full (&pair->recalled[side], (GDestroyNotify) g_bytes_unref);
  forget (pair);
  g_clear_pointer (&pair->hold, foliot_hold_release);
  _foliot_exchange_unref (pair->exchange);
  g_free (pair);
}

void
_foliot_stream_pair_join (FoliotStreamPair *pair, FoliotStreamSide side, FoliotStreamLink *link)
{
  pair->ends[side] = link;
  if (side == FOLIOT_STREAM_SERVER)
    pair->is_inside = TRUE;
  update_hold (pair);
  if (side == FOLIOT_STREAM_SERVER && pair->ends[FOLIOT_STREAM_CLIENT] != NULL)
    _foliot_stream_link_joined (pair->ends[FOLIOT_STREAM_CLIENT]);
}

void
_foliot_stream_pair_leave (FoliotStreamPair *pair, FoliotStreamSide side)
{
  pair->ends[side] = NULL;
  set_deaf (pair, side);
  _foliot_stream_pair_sent (pair, side, NULL);
  update_hold (pair);
}

gboolean
_foliot_stream_pair_is_inside (FoliotStreamPair *pair)
{
  return pair->is_inside;
}

FoliotStreamLink *
_foliot_stream_pair_get_peer (FoliotStreamPair *pair, FoliotStreamSide side)
{
  return pair->ends[!side];
}

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-stream.h>

#include <sys/socket.h>

#include "kernel/foliot-gate-private.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-poll-private.h"
#include "transport/foliot-exchange-private.h"
#include "transport/foliot-filter-private.h"

/* How the files of the stream transport know one another. */

/* ---- what the links of one transport share ------------------------------------------------------------------- */

typedef struct
{
  guint ref_count;
  FoliotKernel *kernel;
  FoliotExchange *exchange;
  FoliotStreamOptions options; /* without zeros */
  GByteArray *plain, *wire;    /* scratch of filters */
  GHashTable *servers;         /* text of an address → number; looked up, never iterated */
  guint n_clients;             /* numbers given */
  guint n_accepted;            /* connections open now, also those that only hand over what is left */
  guint8 *buffer;              /* that everything is read into */
} FoliotStreamShared;

FoliotStreamShared *_foliot_stream_shared_ref (FoliotStreamShared *shared);
void _foliot_stream_shared_unref (FoliotStreamShared *shared);

#define FOLIOT_STREAM_BUFFER_BYTES 65536
#define FOLIOT_STREAM_HEAD_BYTES   4 /* of a peer, that show which protocol it speaks */

/* ---- foliot-stream-error.c ----------------------------------------------------------------------------------- */

/* Returns: (transfer full): the error of @code (an errno) while doing @what, "connect to tcp://…". */
GError *_foliot_stream_error_new (int code, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* ---- foliot-stream-address.c --------------------------------------------------------------------------------- */

typedef union
{
  struct sockaddr any;
  struct sockaddr_storage storage;
} FoliotSocketAddress;

/* Returns: (transfer full): as Python has it: a list, or a path. */
FoliotValue *_foliot_stream_address_to_value (const FoliotSocketAddress *address, socklen_t length);
/* Returns: (transfer full) (nullable): host and port as people write them; none of a Unix socket. */
char *_foliot_stream_address_to_text (const FoliotSocketAddress *address);
/* Fills @out_address with that of a Unix socket. */
gboolean _foliot_stream_address_from_path (const char *path, FoliotSocketAddress *out_address,
                                           socklen_t *out_length, GError **error);
struct addrinfo;
/* Blocks. @out_list: (transfer full): freeaddrinfo. */
gboolean _foliot_stream_resolve (FoliotAddress *address, gboolean passive, gboolean numeric,
                                 struct addrinfo **out_list, GError **error);

/* A look-up on a thread of its own. */
typedef struct _FoliotStreamLookup FoliotStreamLookup;
/* Returns: (nullable): none, when the system has no thread for it. Its descriptor becomes readable when it is done. */
FoliotStreamLookup *_foliot_stream_lookup_new (FoliotKernel *kernel, FoliotAddress *address, GError **error);
int _foliot_stream_lookup_get_fd (FoliotStreamLookup *lookup);
gboolean _foliot_stream_lookup_finish (FoliotStreamLookup *lookup, struct addrinfo **out_list,
                                       GError **error);
/* Does not wait for the thread. */
void _foliot_stream_lookup_free (FoliotStreamLookup *lookup);

/* ---- foliot-stream-output.c ---------------------------------------------------------------------------------- */

/* What is still to be written: blocks of collected small messages, and large ones as they are. */
typedef struct _FoliotStreamBlock FoliotStreamBlock;
typedef struct
{
  FoliotStreamBlock *first, *last;
  gsize n_bytes;
} FoliotStreamOutput;

/* Returns: whether there was memory. */
gboolean _foliot_stream_output_append (FoliotStreamOutput *output, const void *data, gsize length);
gboolean _foliot_stream_output_append_frame (FoliotStreamOutput *output, GBytes *payload);
/* Returns: FALSE when the connection is broken; errno says how. */
gboolean _foliot_stream_output_write (FoliotStreamOutput *output, int fd);
void _foliot_stream_output_clear (FoliotStreamOutput *output);

/* ---- foliot-stream-foreign.c --------------------------------------------------------------------------------- */

/*
 * @head: FOLIOT_STREAM_HEAD_BYTES that a plain peer began with. Returns: (transfer full) (nullable): which other protocol it
 * speaks; @answer then has what it understands.
 */
GError *_foliot_stream_foreign_new_error (const guint8 *head, FoliotStreamOutput *answer);

typedef struct _FoliotStreamPair FoliotStreamPair;

/* ---- foliot-stream-wire.c ------------------------------------------------------------------------------------ */

/*
 * FoliotStreamWire:
 *
 * A connected socket with what is to be written to it. It outlives its link: what was sent before a close is handed over
 * behind it. It owns itself from then on, and ends by itself.
 */
typedef struct _FoliotStreamWire FoliotStreamWire;

/* Who is told, in turns of service. */
typedef struct
{
  void (*opened) (gpointer owner);                 /* the handshake is done; at most once */
  void (*frame) (gpointer owner, GBytes *payload); /* (transfer full); NULL: they are kept */
  void (*ended) (gpointer owner,
                 GError *error);    /* (transfer full) (nullable): once, last; NULL: it is kept */
  void (*drained) (gpointer owner); /* no more than the low mark is left */
} FoliotStreamWireSink;

/*
 * @fd: (transfer full). @filter: (transfer full) (nullable). @is_accepted: counts as a connection until the descriptor is
 * closed. Nothing is polled yet.
 */
FoliotStreamWire *_foliot_stream_wire_new (FoliotStreamShared *shared, int fd, FoliotFilter *filter,
                                           gboolean is_accepted);
/* Polls from here on. FALSE: the system has no room; errno. */
/*
 * The wire of a recording: it has no socket, and says nothing. @description: what _foliot_stream_wire_describe() said of the
 * one that is played back.
 */
FoliotStreamWire *_foliot_stream_wire_new_replayed (FoliotStreamShared *shared, FoliotValue *description,
                                                    gboolean is_accepted);
/* Returns: (transfer full): its names, and which pair it is of. @pair: (nullable). */
FoliotValue *_foliot_stream_wire_describe (FoliotStreamWire *wire, FoliotStreamPair *pair);
gboolean _foliot_stream_wire_open (FoliotStreamWire *wire, const FoliotStreamWireSink *sink, gpointer owner);
/* Another owner; frames that came meanwhile, and the end, are told in the next turn. */
void _foliot_stream_wire_set_sink (FoliotStreamWire *wire, const FoliotStreamWireSink *sink, gpointer owner);
/* Ends with HANDSHAKE_TIMEOUT when the limit is over; 0: no more. */
void _foliot_stream_wire_set_limit (FoliotStreamWire *wire, guint limit_ms);
/* Ends so now. */
void _foliot_stream_wire_expire (FoliotStreamWire *wire);
gboolean _foliot_stream_wire_send (FoliotStreamWire *wire, GBytes *payload, GError **error);
gsize _foliot_stream_wire_get_queued_bytes (FoliotStreamWire *wire);
/* The owner is told once, in a turn of service, as soon as no more than the low mark is left. */
void _foliot_stream_wire_want_drained (FoliotStreamWire *wire);
void _foliot_stream_wire_set_reading (FoliotStreamWire *wire, gboolean reading);
FoliotValue *_foliot_stream_wire_dup_name (FoliotStreamWire *wire, gboolean peer);
/* Returns: (transfer full) (nullable): who the peer is, as its certificate says; NULL: nobody has asked for one. */
FoliotValue *_foliot_stream_wire_dup_identity (FoliotStreamWire *wire);
/* @gently: (transfer full): what was sent is handed over first. */
void _foliot_stream_wire_close (FoliotStreamWire *wire, gboolean gently);

/* ---- links and listeners ------------------------------------------------------------------------------------- */

#define FOLIOT_TYPE_STREAM_LINK (foliot_stream_link_get_type ())
G_DECLARE_FINAL_TYPE (FoliotStreamLink, foliot_stream_link, FOLIOT, STREAM_LINK, GObject)
#define FOLIOT_TYPE_STREAM_LISTENER (foliot_stream_listener_get_type ())
G_DECLARE_FINAL_TYPE (FoliotStreamListener, foliot_stream_listener, FOLIOT, STREAM_LISTENER, FoliotListener)

/* @wire: (transfer full). */
FoliotStreamLink *_foliot_stream_link_new (FoliotStreamShared *shared, FoliotStreamWire *wire,
                                           const char *name, const char *peer_name);
/* It tells @listener, once, that it has ended. */
void _foliot_stream_link_set_listener (FoliotStreamLink *link, FoliotStreamListener *listener);

/* The other end turned out to live in this kernel. */
void _foliot_stream_link_joined (FoliotStreamLink *link);

/* ---- foliot-stream-pair.c ------------------------------------------------------------------------------------ */

typedef enum
{
  FOLIOT_STREAM_CLIENT,
  FOLIOT_STREAM_SERVER,
} FoliotStreamSide;

/*
 * FoliotStreamPair:
 *
 * A connection of which the client's end is in this kernel, and perhaps the server's, too. Its number is that of the port of who
 * connects: a recording knows it by that.
 */

/* @fd: a socket that connect has just been called on. Returns: (transfer full) (nullable). */
FoliotStreamPair *_foliot_stream_pair_new (FoliotStreamShared *shared, guint32 number, int fd,
                                           const struct sockaddr *server, socklen_t n_server);
guint32 _foliot_stream_pair_get_number (FoliotStreamPair *pair);
/* In a replay, for each of its ends. Returns: (transfer full) (nullable): the pair of @description, if it tells of one. */
FoliotStreamPair *_foliot_stream_pair_recall (FoliotStreamShared *shared, FoliotValue *description);
/* @fd: a socket that was accepted. Returns: (transfer full) (nullable): NULL: its client is not of this kernel. */
FoliotStreamPair *_foliot_stream_pair_find (FoliotStreamShared *shared, int fd);
void _foliot_stream_pair_unref (FoliotStreamPair *pair);
/* A link is that end of it from now on, until it leaves. */
void _foliot_stream_pair_join (FoliotStreamPair *pair, FoliotStreamSide side, FoliotStreamLink *link);
/* It sends nothing more but the end of its stream, and hears nothing. Once. */
void _foliot_stream_pair_leave (FoliotStreamPair *pair, FoliotStreamSide side);
/* That end has sent a message: @bytes, or (nullable) the end of its stream. */
void _foliot_stream_pair_sent (FoliotStreamPair *pair, FoliotStreamSide side, GBytes *bytes);
/* A message, or (@bytes: nullable) the end, has been admitted to that end, by @port. */
void _foliot_stream_pair_received (FoliotStreamPair *pair, FoliotStreamSide side, FoliotPort *port,
                                   GBytes *bytes);
/* That end reads, or lets the other one wait. */
void _foliot_stream_pair_set_reading (FoliotStreamPair *pair, FoliotStreamSide side, gboolean reading);
/* Whether both ends are in this kernel. */
gboolean _foliot_stream_pair_is_inside (FoliotStreamPair *pair);
/* Returns: (transfer none) (nullable): the end other than @side. */
FoliotStreamLink *_foliot_stream_pair_get_peer (FoliotStreamPair *pair, FoliotStreamSide side);

/* Makes @link that end of @pair (transfer full) (nullable). */
void _foliot_stream_link_set_pair (FoliotStreamLink *link, FoliotStreamPair *pair, FoliotStreamSide side);

/* ---- making and connecting ----------------------------------------------------------------------------------- */

FoliotListener *_foliot_stream_listener_new (FoliotStreamShared *shared, FoliotAddress *at, const char *name,
                                             FoliotAcceptFunc accept, gpointer user_data,
                                             GDestroyNotify destroy, GError **error);
FoliotFuture *_foliot_stream_connect (FoliotStreamShared *shared, FoliotAddress *to, const char *name);
/*
 * The filter of a link, if it has one. @peer: the host that we connect to; or, if we are the server, how messages call
 * the client (nullable).
 */
gboolean _foliot_stream_make_filter (FoliotStreamShared *shared, gboolean is_server, const char *peer,
                                     FoliotFilter **out_filter, GError **error);
/* Of a fresh TCP socket: small messages leave at once. */
void _foliot_stream_set_socket_options (int fd);

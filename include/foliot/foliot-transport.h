/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-address.h>
#include <foliot/foliot-async.h>
#include <foliot/foliot-random.h>

G_BEGIN_DECLS

/**
 * FOLIOT_TRANSPORT_ERROR:
 *
 * What a transport refuses. Refused and lost connections are %FOLIOT_ERROR_CONNECTION_REFUSED, _RESET,
 * %FOLIOT_ERROR_FILE_NOT_FOUND.
 */
#define FOLIOT_TRANSPORT_ERROR (foliot_transport_error_quark ())
FOLIOT_API GQuark foliot_transport_error_quark (void);

/**
 * FoliotTransportError:
 * @FOLIOT_TRANSPORT_ERROR_ADDRESS: this transport cannot reach that kind of address
 * @FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG: a frame announces or has more bytes than the limit
 * @FOLIOT_TRANSPORT_ERROR_RESOURCES: the system (or a test) refused memory or descriptors, or a limit is reached
 * @FOLIOT_TRANSPORT_ERROR_PROTOCOL: the peer speaks another protocol; the message names it
 */
typedef enum
{
  FOLIOT_TRANSPORT_ERROR_ADDRESS,
  FOLIOT_TRANSPORT_ERROR_FRAME_TOO_LONG,
  FOLIOT_TRANSPORT_ERROR_RESOURCES,
  FOLIOT_TRANSPORT_ERROR_PROTOCOL,
} FoliotTransportError;

/**
 * FoliotFrame: (skip)
 * @bytes: one encoded message, without the length in front; %NULL on links that carry values
 * @value: content of the message, plain data; %NULL on links that carry bytes
 * @id: number of the request; links that carry bytes leave it alone (it is inside the bytes, too)
 * @type: 0 request, 1 result, 2 failure; likewise
 * @express: TRUE: about the world's time and not in it: has no latency and is never lost, and may overtake what has one
 *
 * What travels on a link: a value or bytes, the link says which. A plain struct; who holds it owns both pointers.
 */
typedef struct
{
  GBytes *bytes;
  FoliotValue *value;
  guint64 id;
  guint8 type;
  gboolean express;
} FoliotFrame;

FOLIOT_API void foliot_frame_clear (FoliotFrame *frame);

/**
 * FoliotLinkFlags:
 * @FOLIOT_LINK_VALUES: frames carry values by reference
 * @FOLIOT_LINK_EXTERNAL: the other end is outside the kernel's world, as far as is known: requests hold simulated time
 */
typedef enum
{
  FOLIOT_LINK_VALUES = 1 << 0,
  FOLIOT_LINK_EXTERNAL = 1 << 1,
} FoliotLinkFlags;

/**
 * FoliotLinkSink: (skip)
 * @frame: one frame arrived; takes what it wants out of it (steals pointers)
 * @writable: (nullable): the queue has drained below the low mark
 * @joined: (nullable): the other end turned out to live in this world: the link is no longer %FOLIOT_LINK_EXTERNAL
 * @closed: once, last: the link ended: @why %NULL for an end of stream by the peer
 * @departed: (nullable): a frame that the link kept inside (see get_n_inside) has left the world now
 *
 * The one way up. Called inside kernel events only, on the main stack, never from inside a call that came down
 * (except @closed with the own close, which is announced by an event too).
 */
typedef struct
{
  void (*frame) (gpointer owner, FoliotFrame *frame);
  void (*writable) (gpointer owner);
  void (*closed) (gpointer owner, const GError *why);
  void (*joined) (gpointer owner);
  void (*departed) (gpointer owner, guint8 type, guint64 id);
} FoliotLinkSink;

/**
 * FoliotLink:
 *
 * One end of a two-way pipe of frames. Frames of one direction arrive in the order sent.
 */
#define FOLIOT_TYPE_LINK (foliot_link_get_type ())
FOLIOT_API G_DECLARE_INTERFACE (FoliotLink, foliot_link, FOLIOT, LINK, GObject);

/**
 * FoliotLinkInterface:
 * @get_kernel: the world it belongs to
 * @start: sets the sink (a constant table); frames that arrived before are delivered by events. A @sink of %NULL takes
 *   it away again: nothing is called any more, not even closed; who drops a link without closing it does this first
 * @send: takes the frame's contents in every case; never waits. @error: %FOLIOT_ERROR_CONNECTION_RESET, FRAME_TOO_LONG,
 *   RESOURCES
 * @send_at: (nullable): as @send, but the frame arrives at @due at the earliest, and in the order of sending all the
 *   same; only links inside one process have it
 * @get_queued_bytes: bytes accepted and not yet handed over
 * @close: idempotent. What was sent before still arrives. The sink's closed is called by an event. Dropping the last
 *   reference closes too
 * @dup_info: "peername", "sockname", …; "name" and "peer" are the stable names of the two ends; "identity" who the peer is,
 *   as its certificate says ("CN=turbine"); %NULL if unknown
 * @get_peer: (nullable): the other end, when it lives in this process
 * @get_owner: (nullable): the owner given to start, if it was given together with @sink
 * @is_writable: (nullable): FALSE: more was sent than should wait, and the sink's writable will be called; %NULL: always
 *   TRUE. Changes with a send, and by an event that comes through the gate, so that it is the same in a repeated run
 * @set_reading: (nullable): whether frames are handed to the sink. Those that are not stay in the link, which reads no more
 *   when it has enough of them, so that the peer has to wait; its end is told all the same, and then they are dropped.
 *   %NULL: they are always handed over
 * @get_n_inside: (nullable): how many of the frames that were sent have not left the world: they wait for their latency, or
 *   the model has lost them; %NULL: none
 */
#ifndef __GI_SCANNER__ /* its frames and sinks are for C alone, and the compiler of type libraries trips over them */
struct _FoliotLinkInterface
{
  GTypeInterface parent;
  FoliotKernel *(*get_kernel) (FoliotLink *link);
  FoliotLinkFlags (*get_flags) (FoliotLink *link);
  void (*start) (FoliotLink *link, const FoliotLinkSink *sink, gpointer owner);
  gboolean (*send) (FoliotLink *link, FoliotFrame *frame, GError **error);
  gboolean (*send_at) (FoliotLink *link, FoliotFrame *frame, FoliotTime due, GError **error);
  gsize (*get_queued_bytes) (FoliotLink *link);
  void (*close) (FoliotLink *link);
  FoliotValue *(*dup_info) (FoliotLink *link, const char *name);
  FoliotLink *(*get_peer) (FoliotLink *link);
  gpointer (*get_owner) (FoliotLink *link, const FoliotLinkSink *sink);
  gboolean (*is_writable) (FoliotLink *link);
  void (*set_reading) (FoliotLink *link, gboolean reading);
  guint64 (*get_n_inside) (FoliotLink *link);
};
#endif

/**
 * foliot_link_get_kernel:
 *
 * Returns: (transfer none): the world that the link belongs to
 */
FOLIOT_API FoliotKernel *foliot_link_get_kernel (FoliotLink *link);
FOLIOT_API FoliotLinkFlags foliot_link_get_flags (FoliotLink *link);
FOLIOT_API void foliot_link_start (FoliotLink *link, const FoliotLinkSink *sink, gpointer owner);
FOLIOT_API gboolean foliot_link_send (FoliotLink *link, FoliotFrame *frame, GError **error);
FOLIOT_API gsize foliot_link_get_queued_bytes (FoliotLink *link);
FOLIOT_API void foliot_link_close (FoliotLink *link);
FOLIOT_API FoliotValue *foliot_link_dup_info (FoliotLink *link, const char *name) FOLIOT_WARN_UNUSED;
/**
 * foliot_link_get_peer:
 *
 * Returns: (transfer none) (nullable): the other end, while it is open and lives in this process; %NULL otherwise
 */
FOLIOT_API FoliotLink *foliot_link_get_peer (FoliotLink *link);
/**
 * foliot_link_get_owner: (skip)
 *
 * Returns: (nullable): the owner given to start together with @sink.
 */
FOLIOT_API gpointer foliot_link_get_owner (FoliotLink *link, const FoliotLinkSink *sink);

/**
 * FoliotAcceptFunc:
 * @link: (transfer full): called in a kernel event, before the peer's connect ends.
 *
 * A peer connected.
 */
typedef void (*FoliotAcceptFunc) (FoliotLink *link, gpointer user_data);

/**
 * FoliotListener:
 *
 * What listens at an address. Closing it leaves accepted links alone.
 */
#define FOLIOT_TYPE_LISTENER (foliot_listener_get_type ())
FOLIOT_API G_DECLARE_DERIVABLE_TYPE (FoliotListener, foliot_listener, FOLIOT, LISTENER, GObject);

/**
 * FoliotListenerClass:
 * @get_address: the address with what the system chose (port 0)
 * @close: no new connections; idempotent
 * @wait_closed: resolves when every accepted link has ended
 */
struct _FoliotListenerClass
{
  GObjectClass parent_class;
  FoliotAddress *(*get_address) (FoliotListener *listener);
  void (*close) (FoliotListener *listener);
  FoliotFuture *(*wait_closed) (FoliotListener *listener);
};
/**
 * FoliotListener::refused:
 * @listener: who listens
 * @error: why, of %FOLIOT_TLS_ERROR, or RESOURCES
 * @peername: (nullable): who it was, as the "peername" of a link; %NULL: unknown
 *
 * Somebody came and was not let in: by its handshake, or by a limit. In a kernel event, after it was hung up on. Without
 * a free descriptor nobody can be accepted: this is told once (then without a @peername), and who waits is accepted
 * as soon as there is one.
 */
/**
 * foliot_listener_get_address:
 *
 * Returns: (transfer none): where it really listens: with the port that the system chose for port 0; lives as long as the
 *   listener
 */
FOLIOT_API FoliotAddress *foliot_listener_get_address (FoliotListener *listener);
FOLIOT_API void foliot_listener_close (FoliotListener *listener);
FOLIOT_API FoliotFuture *foliot_listener_wait_closed (FoliotListener *listener) FOLIOT_WARN_UNUSED;

/**
 * FoliotTransport:
 *
 * A way to reach others: connects to an address, or listens at one, and makes a link of each connection.
 */
#define FOLIOT_TYPE_TRANSPORT (foliot_transport_get_type ())
FOLIOT_API G_DECLARE_INTERFACE (FoliotTransport, foliot_transport, FOLIOT, TRANSPORT, GObject);

/**
 * FoliotTransportInterface:
 * @connect: one attempt. @name: stable name of who connects, for link names in records. Resolves with an OBJECT of
 *   #FoliotLink; rejects with CONNECTION_REFUSED, FILE_NOT_FOUND, ADDRESS, OTHER_KERNEL
 * @listen: @name: stable name of who listens. Listens at once; @error: %FOLIOT_ERROR_RUNTIME `Server is already set.`, ADDRESS, …
 */
struct _FoliotTransportInterface
{
  GTypeInterface parent;
  FoliotKernel *(*get_kernel) (FoliotTransport *transport);
  FoliotFuture *(*connect) (FoliotTransport *transport, FoliotAddress *to, const char *name);
  FoliotListener *(*listen) (FoliotTransport *transport, FoliotAddress *at, const char *name,
                             FoliotAcceptFunc accept, gpointer user_data, GDestroyNotify destroy,
                             GError **error);
};
/**
 * foliot_transport_get_kernel:
 *
 * Returns: (transfer none): the world whose events deliver what its links receive
 */
FOLIOT_API FoliotKernel *foliot_transport_get_kernel (FoliotTransport *transport);
FOLIOT_API FoliotFuture *foliot_transport_connect (FoliotTransport *transport, FoliotAddress *to,
                                                   const char *name) FOLIOT_WARN_UNUSED;
/**
 * foliot_transport_listen:
 *
 * Returns: (transfer full): a listener that listens already, until it is closed or dropped
 */
FOLIOT_API FoliotListener *foliot_transport_listen (FoliotTransport *transport, FoliotAddress *at,
                                                    const char *name, FoliotAcceptFunc accept,
                                                    gpointer user_data, GDestroyNotify destroy,
                                                    GError **error) FOLIOT_WARN_UNUSED;

/**
 * FoliotLocalQueue:
 *
 * An address inside a kernel, as aiomas' LocalQueue: at most one server; `LocalQueue('id')`.
 */
#define FOLIOT_TYPE_LOCAL_QUEUE (foliot_local_queue_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotLocalQueue, foliot_local_queue, FOLIOT, LOCAL_QUEUE, GObject);
/**
 * foliot_local_queue_get:
 * @error: %FOLIOT_ERROR_VALUE `"/" not allowed in queue ID ('<id>')`
 *
 * Returns: (transfer none) (nullable): the same object for the same id, until the cache is cleared
 */
FOLIOT_API FoliotLocalQueue *foliot_local_queue_get (FoliotKernel *kernel, const char *id, GError **error);
/**
 * foliot_local_queue_clear_cache:
 *
 * Forgets all queues; links and servers on them live on.
 */
FOLIOT_API void foliot_local_queue_clear_cache (FoliotKernel *kernel);
FOLIOT_API const char *foliot_local_queue_get_id (FoliotLocalQueue *queue);
/**
 * foliot_local_queue_has_server:
 *
 * Returns: whether somebody listens there now, so that a connect will succeed
 */
FOLIOT_API gboolean foliot_local_queue_has_server (FoliotLocalQueue *queue);
/**
 * foliot_local_queue_to_string:
 *
 * Returns: (transfer full): `LocalQueue('id')`.
 */
FOLIOT_API char *foliot_local_queue_to_string (FoliotLocalQueue *queue) FOLIOT_WARN_UNUSED;

/**
 * foliot_local_transport_new:
 * @kernel: the world; links never leave it
 * @carry_bytes: TRUE: links carry encoded messages (`--through-codec`), FALSE: values by reference
 *
 * In-process links. One kernel event delivers one frame; across links frames arrive in the order sent. The server side
 * is set up first. peername on both ends is the text `LocalQueue('<id>')`; sockname is unknown. A connect without a server is refused at once with
 * CONNECTION_REFUSED `No server started for this local queue instance.`
 *
 * Returns: (transfer full): a transport; all local transports of a kernel share their queues
 */
FOLIOT_API FoliotTransport *foliot_local_transport_new (FoliotKernel *kernel,
                                                        gboolean carry_bytes) FOLIOT_WARN_UNUSED;

/**
 * FoliotLatency:
 *
 * Delay of messages: @base, plus a draw: nothing, uniform in [0, @spread], exponential with mean @spread, or normal
 * with sigma @spread (the sum cut at 0).
 */
typedef enum
{
  FOLIOT_LATENCY_CONSTANT,
  FOLIOT_LATENCY_UNIFORM,
  FOLIOT_LATENCY_EXPONENTIAL,
  FOLIOT_LATENCY_NORMAL,
} FoliotLatencyKind;
typedef struct
{
  FoliotLatencyKind kind;
  FoliotTime base;
  FoliotTime spread;
} FoliotLatency;

/**
 * FoliotNetwork:
 *
 * A decorator over any transport: latency, loss and partition of links, drawn from one keyed stream per directed pair
 * of names, so that rules of one link shift nobody else's numbers. A message never overtakes another on its link.
 *
 * Over sockets a message waits for its latency before it enters the system. So when both ends are in this world it arrives
 * exactly then. A peer outside has a clock of its own: under a FREE or EXTERNAL drive a request to it holds time from the
 * moment in which it leaves, and one that is lost holds nothing. A message that the link below refuses when its time has come (FRAME_TOO_LONG, RESOURCES) ends the link with that error.
 */
#define FOLIOT_TYPE_NETWORK (foliot_network_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotNetwork, foliot_network, FOLIOT, NETWORK, GObject);
FOLIOT_API FoliotNetwork *foliot_network_new (FoliotTransport *inner) FOLIOT_WARN_UNUSED;
/**
 * foliot_network_add_rule:
 * @from, @to: names of containers, or "*"; the first rule that matches a direction holds, also for links made before
 * @loss_ppm: lost messages per million, 0 … 1 000 000
 */
FOLIOT_API void foliot_network_add_rule (FoliotNetwork *network, const char *from, const char *to,
                                         const FoliotLatency *latency, guint loss_ppm);
/**
 * foliot_network_set_partition:
 *
 * While cut, every message of the direction is lost. "*" allowed.
 */
FOLIOT_API void foliot_network_set_partition (FoliotNetwork *network, const char *from, const char *to,
                                              gboolean cut);
/**
 * foliot_network_get_n_lost:
 *
 * Returns: messages lost so far, by rules and partitions, over all links of the network
 */
FOLIOT_API guint64 foliot_network_get_n_lost (FoliotNetwork *network);

/**
 * FoliotFramer: (skip)
 *
 * Frames on a stream of bytes, as aiomas and mosaik have them: 4 bytes big-endian length, then the payload. Cut and
 * coalesced input in any way yields the same frames in order.
 */
typedef struct _FoliotFramer FoliotFramer;
/**
 * foliot_framer_new:
 * @max_bytes: of one payload; a larger announcement is refused before memory is taken.
 */
FOLIOT_API FoliotFramer *foliot_framer_new (gsize max_bytes) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_framer_free (FoliotFramer *framer);
/**
 * foliot_framer_feed:
 * @data: (array length=length): the next bytes of the stream, cut anywhere
 * @error: FRAME_TOO_LONG, RESOURCES; for good: all later calls say it again
 *
 * Returns: whether all could be taken; frames that were complete before are still given out
 */
FOLIOT_API gboolean foliot_framer_feed (FoliotFramer *framer, const guint8 *data, gsize length,
                                        GError **error);
/**
 * foliot_framer_next:
 *
 * Returns: (transfer full) (nullable): the next complete payload.
 */
FOLIOT_API GBytes *foliot_framer_next (FoliotFramer *framer) FOLIOT_WARN_UNUSED;
/**
 * foliot_framer_append:
 * @length: at most 2^32 − 1
 *
 * Appends the header of four bytes and the payload to @out.
 */
FOLIOT_API void foliot_framer_append (GByteArray *out, const guint8 *payload, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotFramer, foliot_framer_free)

G_END_DECLS

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>
#include <foliot/foliot-transport.h>

G_BEGIN_DECLS

/**
 * FoliotChannel:
 *
 * Requests and replies over a link; aiomas' `Channel`. Never waits: keeps a table of pending futures.
 *
 * Message: `[type, id, content]`; type 0 request, 1 result, 2 failure. Request ids count from 0 in each direction.
 * Any input that breaks the rules ends the channel with an error that names the defect, never the process.
 */
#define FOLIOT_TYPE_CHANNEL (foliot_channel_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotChannel, foliot_channel, FOLIOT, CHANNEL, GObject);

/**
 * FoliotRequest:
 *
 * A request of the peer that wants exactly one reply. Reference-counted.
 */
typedef struct _FoliotRequest FoliotRequest;
#define FOLIOT_TYPE_REQUEST (foliot_request_get_type ())
FOLIOT_API GType foliot_request_get_type (void);

/**
 * FoliotChannelOptions:
 * @codec_type: a codec class; %G_TYPE_INVALID (0) is JSON
 * @serializers: (array length=n_serializers): get the type ids 0, 1, 2 …
 * @limits: (nullable): of the codec
 * @max_message_bytes: of one encoded message; 0 is 2^32 − 1, the format's own limit. A limit of one's own holds on links
 *   that carry values too, at the cost of encoding each message to measure it
 * @name: (nullable): stable name of this end, for link names in records
 * @debug: aiomas' debug mode: a late reply ends the connection with %FOLIOT_ERROR_RUNTIME `Request was cancelled.` or
 *   `Request reply already set.`, and ` Request: <content>; Reply: <content>` (row 117)
 * @hold_limit_ms: on a link that leads outside of the kernel's world: for how long, by the wall clock, simulated time stands
 *   still for one answer; 0 is 60 000. Then [method@Kernel.run_until] ends with %FOLIOT_KERNEL_ERROR_HELD, which names
 *   the peer and the oldest call without an answer. A REALTIME kernel, which nothing holds, waits for as long as it takes
 * @max_requests_in_flight: on a link that leads outside: how many requests of the peer may be without an answer; 0 is
 *   65 536. Then, and as long as the peer does not read its answers, nothing more is read from it, so that it has to wait
 *   and memory stays bounded. Only while an answer of the peer itself is awaited reading goes on, or two that call each
 *   other could wait for ever; what is asked beyond the limit then fails with %FOLIOT_TRANSPORT_ERROR_RESOURCES
 * @max_pending: how many requests of our own may be without an answer, on any link; further ones are refused with
 *   %FOLIOT_TRANSPORT_ERROR_RESOURCES; 0: any number
 *
 * How both ends of a channel are set up. A codec instance is made per channel.
 */
typedef struct
{
  GType codec_type;
  const FoliotSerializer *serializers;
  gsize n_serializers;
  const FoliotLimits *limits;
  gsize max_message_bytes;
  const char *name;
  gboolean debug;
  guint hold_limit_ms;
  guint max_requests_in_flight;
  guint max_pending;
} FoliotChannelOptions;

/**
 * FoliotChannelConnectedFunc:
 * @channel: a peer connected; reference it to keep it. Runs once per connection in a kernel event, before the client has
 *   its channel; spawn a fiber for more than a moment's work.
 */
typedef void (*FoliotChannelConnectedFunc) (FoliotChannel *channel, gpointer user_data);

/**
 * foliot_channel_open:
 * @timeout: 0 or less: one attempt; `FOLIOT_TIME_NEVER`: for ever; else aiomas' retry rule: attempts at 0, 0.5, 1.25,
 *   2.375 s … (sleeps × 1.5, at most 30 s), until one fails @timeout or more after the first. Over sockets, when simulated time
 *   does not follow real time, these are seconds of the wall clock, and simulated time is held meanwhile
 * @options: (nullable)
 *
 * Returns: (transfer full): resolves with an OBJECT of #FoliotChannel; rejects with the transport's error of the last attempt;
 *   for an address the transport does not know FOLIOT_ERROR_VALUE `Unknown address type: <address>`
 */
FOLIOT_API FoliotFuture *foliot_channel_open (FoliotTransport *transport, FoliotAddress *to,
                                              FoliotTime timeout,
                                              const FoliotChannelOptions *options) FOLIOT_WARN_UNUSED;

/**
 * foliot_channel_serve:
 * @connected: called once per connection
 *
 * Returns: (transfer full) (nullable): the listener; closing it leaves accepted channels alone
 */
FOLIOT_API FoliotListener *foliot_channel_serve (FoliotTransport *transport, FoliotAddress *at,
                                                 const FoliotChannelOptions *options,
                                                 FoliotChannelConnectedFunc connected, gpointer user_data,
                                                 GDestroyNotify destroy, GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_channel_new:
 * @link: (transfer none): referenced, and started with the channel's own sink: nobody else starts it
 * @options: (nullable): of which the codec and the limits count here
 * @error: when the codec cannot be made
 *
 * For those who have a link: foliot_channel_open() and foliot_channel_serve() make theirs themselves.
 *
 * Returns: (transfer full): a channel that is open
 */
FOLIOT_API FoliotChannel *foliot_channel_new (FoliotKernel *kernel, FoliotLink *link,
                                              const FoliotChannelOptions *options,
                                              GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_channel_get_kernel:
 *
 * Returns: (transfer none): the world of the channel's link
 */
FOLIOT_API FoliotKernel *foliot_channel_get_kernel (FoliotChannel *channel);
/**
 * foliot_channel_get_codec:
 *
 * Returns: (transfer none): what the channel's messages are written in, with the serializers of its options; lives as long as the
 *   channel, also after its end
 */
FOLIOT_API FoliotCodec *foliot_channel_get_codec (FoliotChannel *channel);
/**
 * foliot_channel_dup_info:
 *
 * Returns: (transfer full): link info, or a reference to @fallback. Works after close too.
 */
FOLIOT_API FoliotValue *foliot_channel_dup_info (FoliotChannel *channel, const char *name,
                                                 FoliotValue *fallback) FOLIOT_WARN_UNUSED;
/**
 * foliot_channel_get_origin:
 *
 * Returns: the peer as failures name it.
 */
FOLIOT_API const char *foliot_channel_get_origin (FoliotChannel *channel);
/**
 * foliot_channel_get_peer: (skip)
 *
 * Returns: (nullable) (transfer none): the channel at the other end, while that is open and lives in this process; %NULL
 *   otherwise
 */
FOLIOT_API FoliotChannel *foliot_channel_get_peer (FoliotChannel *channel);

/**
 * foliot_channel_send:
 * @content: (transfer none)
 * @error: the recorded error of an ended channel; what the codec refuses; RESOURCES (see #FoliotChannelOptions);
 *   %FOLIOT_ERROR_VALUE
 *   `Serialized message is too long (<len>).  Maximum length is 4294967296.` (or one's own limit); the channel goes on
 *
 * Returns: (transfer full) (nullable): the reply: resolves with the result; rejects with %FOLIOT_ERROR_REMOTE
 *   (the peer failed), or the error that ended the connection. Settling it oneself, or dropping every reference but ours, makes a late
 *   reply ignored (aiomas ends the connection there: see docs/differences.md). On a link that leads outside simulated time
 *   is held until the answer is there
 */
FOLIOT_API FoliotFuture *foliot_channel_send (FoliotChannel *channel, FoliotValue *content,
                                              GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_channel_flush:
 *
 * Neither a send nor a reply ever waits for a peer that does not read; who sends much awaits this in between, as agents
 * do before each of their calls. While somebody waits for a peer outside, simulated time is held.
 *
 * Returns: (transfer full): resolves with null when the link is writable: when no more than its high mark was sent since
 *   it was last, or the system has taken all of it but the low mark; at once where nothing can pile up, as inside one
 *   process. Rejects with the channel's error
 */
FOLIOT_API FoliotFuture *foliot_channel_flush (FoliotChannel *channel) FOLIOT_WARN_UNUSED;

/**
 * foliot_channel_recv:
 *
 * Returns: (transfer full): resolves with an OBJECT of #FoliotRequest; rejects with the channel's error (even if requests
 *   are still queued), or %FOLIOT_ERROR_RUNTIME `recv() called while another coroutine is already waiting for incoming data.`
 *   Cancel the future to give up waiting; a time-out of await leaves it in force
 */
FOLIOT_API FoliotFuture *foliot_channel_recv (FoliotChannel *channel) FOLIOT_WARN_UNUSED;

/**
 * FoliotRequestFunc: (skip)
 * @request: (transfer full)
 *
 * What the rpc floor uses instead of recv: called in the event that delivered the request.
 */
typedef void (*FoliotRequestFunc) (FoliotChannel *channel, FoliotRequest *request, gpointer user_data);
/**
 * FoliotChannelEndFunc: (skip)
 * @why: (nullable): what the pending calls got; %NULL for an end of stream by the peer
 * @protocol: whether the peer has broken the rules of the protocol
 *
 * The channel has ended, and this is its last word. Called in a kernel event.
 */
typedef void (*FoliotChannelEndFunc) (FoliotChannel *channel, const GError *why, gboolean protocol,
                                      gpointer user_data);
FOLIOT_API void foliot_channel_set_handlers (FoliotChannel *channel, FoliotRequestFunc request,
                                             FoliotChannelEndFunc ended, gpointer user_data);
/**
 * foliot_channel_get_user_data: (skip)
 *
 * Of set_handlers.
 */
FOLIOT_API gpointer foliot_channel_get_user_data (FoliotChannel *channel);

/**
 * foliot_channel_get_error:
 *
 * Returns: (nullable): the recorded error, once the channel has ended.
 */
FOLIOT_API const GError *foliot_channel_get_error (FoliotChannel *channel);
FOLIOT_API guint foliot_channel_get_n_pending (FoliotChannel *channel);
/**
 * foliot_channel_get_n_in_flight:
 *
 * Returns: how many requests of the peer are without an answer; 0 on links inside one process, where nobody counts them.
 */
FOLIOT_API guint foliot_channel_get_n_in_flight (FoliotChannel *channel);
/**
 * foliot_channel_close:
 *
 * Pending sends and recv end with CONNECTION_RESET `Connection closed`. Idempotent.
 *
 * Returns: (transfer full): resolves when done.
 */
FOLIOT_API FoliotFuture *foliot_channel_close (FoliotChannel *channel) FOLIOT_WARN_UNUSED;

FOLIOT_API FoliotRequest *foliot_request_ref (FoliotRequest *request) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_request_unref (FoliotRequest *request);
FOLIOT_API FoliotValue *foliot_request_get_content (FoliotRequest *request);
/**
 * foliot_request_get_channel:
 *
 * Returns: (transfer none) (nullable): %NULL once the channel was dropped.
 */
FOLIOT_API FoliotChannel *foliot_request_get_channel (FoliotRequest *request);
/**
 * foliot_request_reply:
 * @result: (transfer none) (nullable): %NULL is null
 * @error: the connection's error when it is lost; %FOLIOT_ERROR_RUNTIME for a second answer
 *
 * A result that cannot be encoded becomes a failure reply with the reason.
 */
FOLIOT_API gboolean foliot_request_reply (FoliotRequest *request, FoliotValue *result, GError **error);
/**
 * foliot_request_fail:
 *
 * Sends [func@error_to_wire] of @why.
 */
FOLIOT_API gboolean foliot_request_fail (FoliotRequest *request, const GError *why, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotRequest, foliot_request_unref)

G_END_DECLS

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-tls.h>
#include <foliot/foliot-transport.h>

G_BEGIN_DECLS

/**
 * FoliotStreamOptions: (skip)
 * @max_frame_bytes: of one message, header not counted; a longer one announced by the peer ends the link, one sent is
 *   refused, both with FRAME_TOO_LONG; 0: 64 MiB
 * @high_water_bytes: a link that was sent more than this since it was last known to be writable is not writable, and
 *   tells its sink when it is again; 0: 64 KiB
 * @low_water_bytes: … which is when no more than this was not handed to the system; 0: 16 KiB
 * @max_queued_bytes: a link that would have to keep more than this refuses to send, with RESOURCES; 0: 256 MiB
 * @max_read_ahead_bytes: as long as more than this has arrived on a link and was not taken by its sink, nothing is read
 *   from it, so that the peer has to wait; one read more may be kept; 0: 1 MiB
 * @max_read_ahead_frames: the same as a number of messages; 0: 4 096
 * @max_connections: accepted connections open at a time, over all listeners of the transport; whoever comes beyond is
 *   hung up on, which [signal@Listener::refused] tells with RESOURCES; 0: 65 536
 * @connect_limit_ms: wall-clock limit of one attempt to connect, with looking up the name and with the handshake, after
 *   which it is rejected with %FOLIOT_ERROR_TIMED_OUT, or in the handshake with %FOLIOT_TLS_ERROR_HANDSHAKE_TIMEOUT;
 *   0: 20 000
 * @handshake_limit_ms: the same for the handshake of an accepted connection, which is then hung up; 0: 10 000
 * @linger_limit_ms: wall-clock limit for handing over what was sent before a close; 0: 2 000
 * @backlog: connections that the system keeps until they are accepted; 0: 1 024
 * @tls: (nullable): encrypts every link, both sides with certificates; the transport keeps a reference. Over a Unix
 *   socket the server's certificate must be for `localhost`
 *
 * Limits of a stream transport; 0 is always the default. A plain struct, copied.
 */
typedef struct
{
  gsize max_frame_bytes;
  gsize high_water_bytes;
  gsize low_water_bytes;
  gsize max_queued_bytes;
  gsize max_read_ahead_bytes;
  guint max_read_ahead_frames;
  guint max_connections;
  guint connect_limit_ms;
  guint handshake_limit_ms;
  guint linger_limit_ms;
  guint backlog;
  FoliotTlsCredentials *tls;
} FoliotStreamOptions;

/**
 * foliot_stream_transport_new: (skip)
 * @kernel: the world; what arrives enters it through its gate
 * @options: (nullable): limits; %NULL: the defaults
 *
 * Links over real sockets: TCP or Unix, by the kind of the address. They carry bytes, in frames of four bytes of length
 * (big-endian) and the payload, and are %FOLIOT_LINK_EXTERNAL, unless both ends are in @kernel: then each has the other as
 * its peer, and simulated time stands still only while something is on its way between them. All sockets of a kernel are behind one descriptor, which
 * is served between batches of events and before time moves.
 *
 * connect: looks up the name of a host without blocking, tries its addresses in their order, and holds simulated time
 * meanwhile. Rejects with %FOLIOT_ERROR_CONNECTION_REFUSED, %FOLIOT_ERROR_FILE_NOT_FOUND (no socket file),
 * %FOLIOT_ERROR_TIMED_OUT, %FOLIOT_ERROR_CONNECTION (no such host, and the rest), RESOURCES, ADDRESS, %FOLIOT_TLS_ERROR.
 *
 * listen: an empty host is all interfaces, IPv4 and IPv6; port 0 lets the system choose. The name of a host is looked up
 * at once and may block. A socket file that nobody listens on is replaced; one where somebody does, or a file of
 * another kind, is refused with %FOLIOT_ERROR_CONNECTION. Closing leaves the socket file.
 *
 * close of a link: `closed` comes at the present time; what was sent before is handed over behind that, if the peer
 * reads it within the limit. A peer's end of stream is `closed` without a reason, and what it had not read is lost.
 * A peer of another protocol ends the link with PROTOCOL, one that speaks TLS to a plain link with
 * %FOLIOT_TLS_ERROR_PLAIN_PEER; both are answered in their own words.
 *
 * Stable names: an end without a name of its own is called after the order: `server 1` is the first address connected to,
 * `client 1` the first connection accepted. "peername" and "sockname" are a list of host and port (four items for
 * IPv6), or the path.
 *
 * Returns: (transfer full): a transport, which holds a reference on the credentials, none on @kernel
 */
FOLIOT_API FoliotTransport *
foliot_stream_transport_new (FoliotKernel *kernel, const FoliotStreamOptions *options) FOLIOT_WARN_UNUSED;

/**
 * foliot_stream_transport_get_tls: (skip)
 *
 * Returns: (transfer none) (nullable): what encrypts its links; %NULL for one that does not, or is no stream transport
 */
FOLIOT_API FoliotTlsCredentials *foliot_stream_transport_get_tls (FoliotTransport *transport);

G_END_DECLS

/* SPDX-License-Identifier: MIT */
#include "transport/foliot-stream-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "kernel/foliot-fault-private.h"
#include "transport/foliot-tls-private.h"

/*
 * The transport over sockets. It has nothing to do itself: attempts, listeners and links share its options and scratch
 * memory, and hold on to them as long as they need.
 */

#define FOLIOT_TYPE_STREAM_TRANSPORT (foliot_stream_transport_get_type ())
G_DECLARE_FINAL_TYPE (FoliotStreamTransport, foliot_stream_transport, FOLIOT, STREAM_TRANSPORT, GObject)

struct _FoliotStreamTransport
{
  GObject parent_instance;
  FoliotStreamShared *shared;
};

static void foliot_stream_transport_iface_init (FoliotTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FoliotStreamTransport, foliot_stream_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_TRANSPORT,
                                                      foliot_stream_transport_iface_init))

static const FoliotStreamOptions defaults = {
  .max_frame_bytes = 64 << 20,
  .high_water_bytes = 64 << 10,
  .low_water_bytes = 16 << 10,
  .max_queued_bytes = 256 << 20,
  .max_read_ahead_bytes = 1 << 20,
  .max_read_ahead_frames = 4096,
  .max_connections = 65536,
  .connect_limit_ms = 20000,
  .handshake_limit_ms = 10000,
  .linger_limit_ms = 2000,
  .backlog = 1024,
};

static FoliotStreamOptions
fill_options (const FoliotStreamOptions *given)
{
  FoliotStreamOptions options = given != NULL ? *given : defaults;

#define FILL(field) options.field = options.field != 0 ? options.field : defaults.field
  FILL (max_frame_bytes);
  FILL (high_water_bytes);
  FILL (low_water_bytes);
  FILL (max_queued_bytes);
  FILL (max_read_ahead_bytes);
  FILL (max_read_ahead_frames);
  FILL (max_connections);
  FILL (connect_limit_ms);
  FILL (handshake_limit_ms);
  FILL (linger_limit_ms);
  FILL (backlog);
#undef FILL
  options.low_water_bytes = MIN (options.low_water_bytes, options.high_water_bytes);
  return options;
}

/* ---- shared -------------------------------------------------------------------------------------------------- */

static FoliotStreamShared *
shared_new (FoliotKernel *kernel, const FoliotStreamOptions *options)
{
  FoliotStreamShared *shared = g_new0 (FoliotStreamShared, 1);

  shared->ref_count = 1;
  shared->kernel = kernel;
  shared->exchange = _foliot_exchange_ref (_foliot_exchange_get (kernel));
  shared->options = fill_options (options);
  if (shared->options.tls != NULL)
    foliot_tls_credentials_ref (shared->options.tls);
  shared->plain = g_byte_array_new ();
  shared->wire = g_byte_array_new ();
  shared->servers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  shared->buffer = g_malloc (FOLIOT_STREAM_BUFFER_BYTES);
  return shared;
}

FoliotStreamShared *
_foliot_stream_shared_ref (FoliotStreamShared *shared)
{
  shared->ref_count++;
  return shared;
}

void
_foliot_stream_shared_unref (FoliotStreamShared *shared)
{
  if (--shared->ref_count > 0)
    return;
  _foliot_exchange_unref (shared->exchange);
  g_byte_array_unref (shared->plain);
  g_byte_array_unref (shared->wire);
  g_hash_table_unref (shared->servers);
  g_clear_pointer (&shared->options.tls, foliot_tls_credentials_unref);
  g_free (shared->buffer);
  g_free (shared);
}

gboolean
_foliot_stream_make_filter (FoliotStreamShared *shared, gboolean is_server, const char *peer,
                            FoliotFilter **out_filter, GError **error)
{
  *out_filter = NULL;
  if (shared->options.tls == NULL)
    return TRUE;
  if (_foliot_kernel_fault (shared->kernel))
    {
      g_propagate_error (error, _foliot_stream_error_new (ENOMEM, "encrypt a connection"));
      return FALSE;
    }
  *out_filter = _foliot_tls_filter_new (shared->options.tls, is_server, peer);
  return TRUE;
}

void
_foliot_stream_set_socket_options (int fd)
{
  static const int yes = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

/* ---- transport ----------------------------------------------------------------------------------------------- */

static gboolean
check_address (FoliotAddress *address, GError **error)
{
  if (foliot_address_get_kind (address) != FOLIOT_ADDRESS_LOCAL)
    return TRUE;
  g_set_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS,
               "Sockets cannot reach %s: they know tcp:// and ipc:// addresses only",
               foliot_address_get_repr (address));
  return FALSE;
}

static FoliotKernel *
foliot_stream_transport_get_kernel (FoliotTransport *base)
{
  return FOLIOT_STREAM_TRANSPORT (base)->shared->kernel;
}

static FoliotFuture *
foliot_stream_transport_connect (FoliotTransport *base, FoliotAddress *to, const char *name)
{
  FoliotStreamTransport *transport = FOLIOT_STREAM_TRANSPORT (base);
  GError *error = NULL;

  if (!check_address (to, &error))
    return foliot_future_new_rejected (transport->shared->kernel, error);
  return _foliot_stream_connect (transport->shared, to, name);
}

static FoliotListener *
foliot_stream_transport_listen (FoliotTransport *base, FoliotAddress *at, const char *name,
                                FoliotAcceptFunc accept, gpointer user_data, GDestroyNotify destroy,
                                GError **error)
{
  FoliotStreamTransport *transport = FOLIOT_STREAM_TRANSPORT (base);

  if (!check_address (at, error))
    return NULL;
  return _foliot_stream_listener_new (transport->shared, at, name, accept, user_data, destroy, error);
}

static void
foliot_stream_transport_iface_init (FoliotTransportInterface *iface)
{
  iface->get_kernel = foliot_stream_transport_get_kernel;
  iface->connect = foliot_stream_transport_connect;
  iface->listen = foliot_stream_transport_listen;
}

static void
foliot_stream_transport_finalize (GObject *object)
{
  _foliot_stream_shared_unref (FOLIOT_STREAM_TRANSPORT (object)->shared);
  G_OBJECT_CLASS (foliot_stream_transport_parent_class)->finalize (object);
}

static void
foliot_stream_transport_class_init (FoliotStreamTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_stream_transport_finalize;
}

static void
foliot_stream_transport_init (FoliotStreamTransport *transport)
{
}

FoliotTransport *
foliot_stream_transport_new (FoliotKernel *kernel, const FoliotStreamOptions *options)
{
  FoliotStreamTransport *transport;

  g_return_val_if_fail (FOLIOT_IS_KERNEL (kernel), NULL);
  transport = g_object_new (FOLIOT_TYPE_STREAM_TRANSPORT, NULL);
  transport->shared = shared_new (kernel, options);
  return FOLIOT_TRANSPORT (transport);
}

FoliotTlsCredentials *
foliot_stream_transport_get_tls (FoliotTransport *transport)
{
  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport), NULL);
  return FOLIOT_IS_STREAM_TRANSPORT (transport) ? FOLIOT_STREAM_TRANSPORT (transport)->shared->options.tls
                                                : NULL;
}

/* SPDX-License-Identifier: MIT */
#include "foliot-transport-suite.h"

#include <foliot/foliot-stream.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "test-certificate.h"
#include "test-plain-transport.h"

/*
 * The transports, and which of them the running test is about: its path says so.
 *
 * A TCP address is a port that the system chose, and that a socket which never listens keeps for this program until it
 * ends: so it can be named before anybody listens there, listened at again and again, and nobody else gets it.
 */

typedef struct
{
  const char *name;
  FoliotTransport *(*make) (FoliotKernel *kernel);
  FoliotAddressKind kind;
  gboolean has_latency; /* a hold of time would hold what is sent */
} Transport;

static FoliotTransport *
make_local (FoliotKernel *kernel)
{
  return foliot_local_transport_new (kernel, FALSE);
}

static FoliotTransport *
make_local_bytes (FoliotKernel *kernel)
{
  return foliot_local_transport_new (kernel, TRUE);
}

/* With a latency that is not nothing, so that all goes through the queue of delayed messages. */
static FoliotTransport *
make_delayed (FoliotTransport *inner)
{
  static const FoliotLatency latency = { FOLIOT_LATENCY_UNIFORM, FOLIOT_MILLISECOND, FOLIOT_MILLISECOND };
  FoliotNetwork *network = foliot_network_new (inner);

  foliot_network_add_rule (network, "*", "*", &latency, 0);
  g_object_unref (inner);
  return FOLIOT_TRANSPORT (network);
}

static FoliotTransport *
make_network (FoliotKernel *kernel)
{
  return make_delayed (foliot_local_transport_new (kernel, FALSE));
}

/* Over links that cannot send later. */
static FoliotTransport *
make_network_plain (FoliotKernel *kernel)
{
  return make_delayed (test_plain_transport_new (kernel));
}

static FoliotTransport *
make_stream (FoliotKernel *kernel)
{
  return foliot_stream_transport_new (kernel, NULL);
}

static FoliotTransport *
make_network_stream (FoliotKernel *kernel)
{
  return make_delayed (make_stream (kernel));
}

static FoliotTransport *
make_tls (FoliotKernel *kernel)
{
  g_autoptr (FoliotTlsCredentials) credentials
      = test_certificate_load (TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT);
  const FoliotStreamOptions options = { .tls = credentials };

  return foliot_stream_transport_new (kernel, &options);
}

static const Transport transports[] = {
  { "local", make_local, FOLIOT_ADDRESS_LOCAL },
  { "local-bytes", make_local_bytes, FOLIOT_ADDRESS_LOCAL },
  { "network", make_network, FOLIOT_ADDRESS_LOCAL },
  { "network-plain", make_network_plain, FOLIOT_ADDRESS_LOCAL },
  { "network-tcp", make_network_stream, FOLIOT_ADDRESS_TCP, TRUE },
  { "tcp", make_stream, FOLIOT_ADDRESS_TCP },
  { "unix", make_stream, FOLIOT_ADDRESS_UNIX },
  { "tls", make_tls, FOLIOT_ADDRESS_TCP },
};

/* ---- addresses ----------------------------------------------------------------------------------------------- */

static char *folder; /* of the socket files of this program */

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (folder);
  g_free (folder);
}

static const char *
get_folder (void)
{
  if (folder == NULL)
    {
      folder = g_dir_make_tmp ("foliot-XXXXXX", NULL);
      atexit (remove_folder);
    }
  return folder;
}

static guint16
choose_port (void)
{
  static const int yes = 1;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), ==, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &length), ==, 0);
  return ntohs (address.sin_port);
}

static guint16
get_port (const char *id)
{
  static GHashTable *ports;
  gpointer port;

  if (ports == NULL)
    ports = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  port = g_hash_table_lookup (ports, id);
  if (port == NULL)
    {
      port = GUINT_TO_POINTER (choose_port ());
      g_hash_table_insert (ports, g_strdup (id), port);
    }
  return (guint16) GPOINTER_TO_UINT (port);
}

static FoliotAddress *
new_address (const Transport *transport, const char *id)
{
  g_autofree char *path = NULL;

  switch (transport->kind)
    {
    case FOLIOT_ADDRESS_TCP:
      return foliot_address_new_tcp ("127.0.0.1", get_port (id));
    case FOLIOT_ADDRESS_UNIX:
      path = g_build_filename (get_folder (), id, NULL);
      return foliot_address_new_unix (path);
    case FOLIOT_ADDRESS_LOCAL:
    default:
      return foliot_address_new_local (id, NULL);
    }
}

/* ---- by name ------------------------------------------------------------------------------------------------- */

static const Transport *
find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (transports); i++)
    if (g_str_equal (name, transports[i].name))
      return &transports[i];
  g_error ("there is no transport “%s”", name);
}

FoliotTransport *
foliot_transport_suite_new_by_name (const char *transport, FoliotKernel *kernel)
{
  return find (transport)->make (kernel);
}

FoliotAddress *
foliot_transport_suite_new_address_by_name (const char *transport, const char *id)
{
  return new_address (find (transport), id);
}

gboolean
foliot_transport_suite_is_external_by_name (const char *transport)
{
  return find (transport)->kind != FOLIOT_ADDRESS_LOCAL;
}

/* ---- by the path of the test --------------------------------------------------------------------------------- */

static const Transport *
get_current (void)
{
  g_auto (GStrv) parts = g_strsplit (g_test_get_path (), "/", 4);

  return find (parts[2]);
}

static void
add (const char *suite, const char *name, FoliotTestBody body,
     gboolean (*applies) (const Transport *transport))
{
  for (gsize i = 0; i < G_N_ELEMENTS (transports); i++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/%s/%s", suite, transports[i].name, name);

      if (applies (&transports[i]))
        foliot_test_add (path, body);
    }
}

static gboolean
is_inside (const Transport *transport)
{
  return transport->kind == FOLIOT_ADDRESS_LOCAL;
}

static gboolean
is_any (const Transport *transport)
{
  return TRUE;
}

static gboolean
carries_bytes (const Transport *transport)
{
  return transport->kind != FOLIOT_ADDRESS_LOCAL || transport->make == make_local_bytes;
}

void
foliot_transport_suite_add (const char *suite, const char *name, FoliotTestBody body)
{
  add (suite, name, body, is_inside);
}

void
foliot_transport_suite_add_all (const char *suite, const char *name, FoliotTestBody body)
{
  add (suite, name, body, is_any);
}

void
foliot_transport_suite_add_bytes (const char *suite, const char *name, FoliotTestBody body)
{
  add (suite, name, body, carries_bytes);
}

FoliotTransport *
foliot_transport_suite_new (FoliotKernel *kernel)
{
  return get_current ()->make (kernel);
}

FoliotAddress *
foliot_transport_suite_new_address (guint n)
{
  g_autofree char *id = g_strdup_printf ("server-%u", n);

  return new_address (get_current (), id);
}

FoliotAddressKind
foliot_transport_suite_get_kind (void)
{
  return get_current ()->kind;
}

gboolean
foliot_transport_suite_has_eof (void)
{
  return get_current ()->kind != FOLIOT_ADDRESS_LOCAL;
}

gboolean
foliot_transport_suite_is_external (void)
{
  return get_current ()->kind != FOLIOT_ADDRESS_LOCAL && !get_current ()->has_latency;
}

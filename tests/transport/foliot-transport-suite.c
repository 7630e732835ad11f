/* SPDX-License-Identifier: MIT */
#include "foliot-transport-suite.h"

#include <foliot/foliot-stream.h>
#include <glib/gstdio.h>
#include <stdlib.h>

#include "test-certificate.h"

/* The transports, and which of them the running test is about: its path says so. */

typedef struct
{
  const char *name;
  FoliotTransport *(*make) (FoliotKernel *kernel);
  gboolean is_external;
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
make_network (FoliotKernel *kernel)
{
  static const FoliotLatency latency = { FOLIOT_LATENCY_UNIFORM, FOLIOT_MILLISECOND, FOLIOT_MILLISECOND };
  g_autoptr (FoliotTransport) inner = foliot_local_transport_new (kernel, FALSE);
  FoliotNetwork *network = foliot_network_new (inner);

  foliot_network_add_rule (network, "*", "*", &latency, 0);
  return FOLIOT_TRANSPORT (network);
}

static FoliotTransport *
make_stream (FoliotKernel *kernel)
{
  return foliot_stream_transport_new (kernel, NULL);
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
  { "local", make_local, FALSE },     { "local-bytes", make_local_bytes, FALSE },
  { "network", make_network, FALSE }, { "tcp", make_stream, TRUE },
  { "unix", make_stream, TRUE },      { "tls", make_tls, TRUE },
};

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

static const Transport *
get_current (void)
{
  g_auto (GStrv) parts = g_strsplit (g_test_get_path (), "/", 4);

  for (gsize i = 0; i < G_N_ELEMENTS (transports); i++)
    if (g_str_equal (parts[2], transports[i].name))
      return &transports[i];
  g_assert_not_reached ();
}

static void
add (const char *suite, const char *name, FoliotTestBody body, gboolean with_sockets)
{
  for (gsize i = 0; i < G_N_ELEMENTS (transports); i++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/%s/%s", suite, transports[i].name, name);

      if (with_sockets || !transports[i].is_external)
        foliot_test_add (path, body);
    }
}

void
foliot_transport_suite_add (const char *suite, const char *name, FoliotTestBody body)
{
  add (suite, name, body, FALSE);
}

void
foliot_transport_suite_add_all (const char *suite, const char *name, FoliotTestBody body)
{
  add (suite, name, body, TRUE);
}

FoliotTransport *
foliot_transport_suite_new (FoliotKernel *kernel)
{
  return get_current ()->make (kernel);
}

FoliotAddress *
foliot_transport_suite_new_address (guint n)
{
  const Transport *transport = get_current ();
  g_autofree char *name = g_strdup_printf ("server-%u", n);
  g_autofree char *path = NULL, *url = NULL;

  if (g_str_equal (transport->name, "tcp") || g_str_equal (transport->name, "tls"))
    return foliot_address_new_tcp ("127.0.0.1", 0);
  if (g_str_equal (transport->name, "unix"))
    {
      path = g_build_filename (get_folder (), name, NULL);
      return foliot_address_new_unix (path);
    }
  url = g_strdup_printf ("local://%s", name);
  return foliot_address_parse (url, NULL);
}

gboolean
foliot_transport_suite_has_eof (void)
{
  return get_current ()->is_external;
}

gboolean
foliot_transport_suite_is_external (void)
{
  return get_current ()->is_external;
}

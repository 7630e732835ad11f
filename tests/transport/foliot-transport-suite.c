/* SPDX-License-Identifier: MIT */
#include "foliot-transport-suite.h"

/* The transports, and which of them the running test is about: its path says so. */

typedef struct
{
  const char *name;
  FoliotTransport *(*make) (FoliotKernel *kernel);
  const char *url; /* without the number of the address, which ends it */
  gboolean has_eof;
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

static const Transport transports[] = {
  { "local", make_local, "local://server-", FALSE },
  { "local-bytes", make_local_bytes, "local://server-", FALSE },
  { "network", make_network, "local://server-", FALSE },
};

static const Transport *
get_current (void)
{
  g_auto (GStrv) parts = g_strsplit (g_test_get_path (), "/", 4);

  for (gsize i = 0; i < G_N_ELEMENTS (transports); i++)
    if (g_str_equal (parts[2], transports[i].name))
      return &transports[i];
  g_assert_not_reached ();
}

void
foliot_transport_suite_add (const char *suite, const char *name, FoliotTestBody body)
{
  for (gsize i = 0; i < G_N_ELEMENTS (transports); i++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/%s/%s", suite, transports[i].name, name);

      foliot_test_add (path, body);
    }
}

FoliotTransport *
foliot_transport_suite_new (FoliotKernel *kernel)
{
  return get_current ()->make (kernel);
}

FoliotAddress *
foliot_transport_suite_new_address (guint n)
{
  g_autofree char *url = g_strdup_printf ("%s%u", get_current ()->url, n);
  g_autoptr (GError) error = NULL;
  FoliotAddress *address = foliot_address_parse (url, &error);

  g_assert_no_error (error);
  return address;
}

gboolean
foliot_transport_suite_has_eof (void)
{
  return get_current ()->has_eof;
}

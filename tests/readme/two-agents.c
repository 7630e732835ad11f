/* SPDX-License-Identifier: MIT */
/* Two containers with an agent each: one asks, the other answers. */
#include <foliot/foliot.h>

FOLIOT_DEFINE_AGENT (Adder, adder, )
FOLIOT_DEFINE_AGENT (Asker, asker, )

static FoliotValue *
adder_add (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (foliot_args_get_int (args, "a") + foliot_args_get_int (args, "b"));
}

static const FoliotMethod adder_methods[] = { { "add", adder_add, "a:int, b:int", "Their sum." }, { NULL } };
static const FoliotAgentInfo adder_info = { .help = "Adds.", .methods = adder_methods };

static gboolean
asker_run (gpointer self, GError **error) /* a fiber of its own: reads from top to bottom */
{
  g_autoptr (FoliotProxy) adder = foliot_agent_connect (self, "local://there/0", 0, error);

  for (gint64 i = 1; adder != NULL && foliot_agent_sleep (self, 15 * FOLIOT_MINUTE, error); i++)
    {
      g_autoptr (FoliotValue) sum = foliot_agent_call (self, adder, error, "add", foliot_value_new_int (i),
                                                       foliot_value_new_int (i), NULL);
      if (sum == NULL)
        return FALSE;
      g_print ("%" G_GINT64_FORMAT " + %" G_GINT64_FORMAT " = %" G_GINT64_FORMAT "\n", i, i,
               foliot_value_get_int (sum));
    }
  return FALSE;
}

static const FoliotAgentInfo asker_info = { .help = "Asks every quarter of an hour.", .run = asker_run };

int
main (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) local = foliot_local_transport_new (kernel, FALSE);
  g_autoptr (FoliotAddress) here_address = foliot_address_parse ("local://here", NULL);
  g_autoptr (FoliotAddress) there_address = foliot_address_parse ("local://there", NULL);
  g_autoptr (FoliotContainer) here = foliot_container_new (local, here_address, NULL, NULL);
  g_autoptr (FoliotContainer) there = foliot_container_new (local, there_address, NULL, NULL);
  g_autoptr (FoliotFuture) adder = foliot_agent_new (there, adder_get_type (), "adder", NULL);
  g_autoptr (FoliotFuture) asker = foliot_agent_new (here, asker_get_type (), "asker", NULL);

  foliot_kernel_run_until (kernel, FOLIOT_HOUR, NULL);
  g_autofree char *digest = foliot_kernel_dup_digest (kernel);
  g_print ("digest %s\n", digest);
  foliot_container_shutdown_sync (here);
  foliot_container_shutdown_sync (there);
  return 0;
}

/* SPDX-License-Identifier: MIT */
#include "transport/foliot-exchange-private.h"

/* The transports' data in a kernel. Made when first asked for; the kernel's reference goes when the kernel goes. */

static G_DEFINE_QUARK (foliot-exchange, exchange_key);

static void
orphan (gpointer data)
{
  FoliotExchange *exchange = data;

  exchange->kernel = NULL;
  g_hash_table_remove_all (exchange->queues);
  _foliot_exchange_unref (exchange);
}

FoliotExchange *
_foliot_exchange_get (FoliotKernel *kernel)
{
  FoliotExchange *exchange = foliot_kernel_get_data (kernel, exchange_key_quark ());

  if (exchange == NULL)
    {
      exchange = g_new0 (FoliotExchange, 1);
      exchange->ref_count = 1;
      exchange->kernel = kernel;
      exchange->queues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
      exchange->counters = g_hash_table_new_full (NULL, NULL, NULL, g_free);
      exchange->clients = g_hash_table_new (g_bytes_hash, g_bytes_equal);
      foliot_kernel_set_data (kernel, exchange_key_quark (), exchange, orphan);
    }
  return exchange;
}

FoliotExchange *
_foliot_exchange_ref (FoliotExchange *exchange)
{
  exchange->ref_count++;
  return exchange;
}

void
_foliot_exchange_unref (FoliotExchange *exchange)
{
  if (--exchange->ref_count > 0)
    return;
  g_hash_table_unref (exchange->queues);
  g_hash_table_unref (exchange->counters);
  g_hash_table_unref (exchange->clients);
  g_free (exchange);
}

guint64 *
_foliot_exchange_get_counter (FoliotExchange *exchange, guint32 link)
{
  guint64 *counter = g_hash_table_lookup (exchange->counters, GUINT_TO_POINTER (link));

  if (counter == NULL)
    {
      counter = g_new0 (guint64, 1);
      g_hash_table_insert (exchange->counters, GUINT_TO_POINTER (link), counter);
    }
  return counter;
}

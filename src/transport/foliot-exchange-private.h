/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

/*
 * FoliotExchange:
 *
 * What the transports of one kernel share: the local queues by name, the number of the last message on each link, and
 * the names of the sockets that connect.
 * Links and queues hold references, so it may outlive its kernel; then @kernel is %NULL and nothing may be posted.
 */
typedef struct
{
  guint ref_count;
  FoliotKernel *kernel;
  GHashTable *queues;   /* id → FoliotLocalQueue; looked up, never iterated for effect */
  GHashTable *counters; /* link id → guint64 */
  GHashTable *clients;  /* name of a socket → FoliotStreamPair, neither owned; looked up, never iterated */
} FoliotExchange;

/* Returns: (transfer none): the one of @kernel. */
FoliotExchange *_foliot_exchange_get (FoliotKernel *kernel);
FoliotExchange *_foliot_exchange_ref (FoliotExchange *exchange);
void _foliot_exchange_unref (FoliotExchange *exchange);

/* Returns: where the messages of @link are counted; lives as long as @exchange. */
guint64 *_foliot_exchange_get_counter (FoliotExchange *exchange, guint32 link);

/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <foliot/foliot-channel.h>

/*
 * What a peer may send: a stream of bytes, cut at the place that its first byte says, through the framer into a channel
 * with a request under way. Nothing may crash or hang, and whatever ends the channel must have a name.
 */

static void
keep_link (FoliotLink *link, gpointer user_data)
{
  *(FoliotLink **) user_data = link;
}

static void
feed (FoliotFramer *framer, const uint8_t *data, size_t size, FoliotLink *link)
{
  gboolean good = foliot_framer_feed (framer, data, size, NULL);
  GBytes *payload;

  while ((payload = foliot_framer_next (framer)) != NULL)
    {
      FoliotFrame frame = { .bytes = payload };

      foliot_link_send (link, &frame, NULL);
    }
  if (!good)
    foliot_link_close (link);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, TRUE);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("q", NULL);
  g_autoptr (FoliotLink) server = NULL;
  g_autoptr (FoliotListener) listener
      = foliot_transport_listen (transport, address, NULL, keep_link, &server, NULL, NULL);
  g_autoptr (FoliotFuture) attempt = foliot_transport_connect (transport, address, NULL);
  g_autoptr (FoliotFramer) framer = foliot_framer_new (1 << 16);
  g_autoptr (FoliotChannel) channel = NULL;
  g_autoptr (FoliotValue) content = foliot_value_new_null ();
  g_autoptr (FoliotFuture) reply = NULL;
  g_autoptr (FoliotFuture) request = NULL;
  size_t cut = size > 0 ? MIN (data[0], size - 1) : 0;
  FoliotLink *client;

  foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL);
  client = foliot_value_get_object (foliot_future_get_value (attempt), FOLIOT_TYPE_LINK);
  channel = foliot_channel_new (kernel, server, NULL, NULL);
  reply = foliot_channel_send (channel, content, NULL);
  request = foliot_channel_recv (channel);
  if (size > 0)
    {
      feed (framer, data + 1, cut, client);
      feed (framer, data + 1 + cut, size - 1 - cut, client);
    }
  foliot_link_close (client);
  foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL);
  g_assert_nonnull (foliot_channel_get_error (channel));
  g_assert_true (foliot_future_is_settled (reply));
  g_assert_true (foliot_future_is_settled (request));
  return 0;
}

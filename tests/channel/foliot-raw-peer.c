/* SPDX-License-Identifier: MIT */
#include "foliot-raw-peer.h"

#include <string.h>

struct _FoliotRawPeer
{
  FoliotLink *link;
  FoliotStore *payloads;   /* as BYTES; closed with the link */
  FoliotRawSocket *socket; /* instead of both */
};

static void
on_frame (gpointer owner, FoliotFrame *frame)
{
  FoliotRawPeer *peer = owner;
  gsize length;
  gconstpointer data = g_bytes_get_data (frame->bytes, &length);

  g_assert_true (foliot_store_try_put (peer->payloads, foliot_value_new_bytes (data, length)));
}

static void
on_closed (gpointer owner, const GError *why)
{
  FoliotRawPeer *peer = owner;

  foliot_store_close (peer->payloads);
}

static const FoliotLinkSink raw_sink = { .frame = on_frame, .closed = on_closed };

FoliotRawPeer *
foliot_raw_peer_new (FoliotLink *link)
{
  FoliotRawPeer *peer = g_new0 (FoliotRawPeer, 1);

  g_assert_cmpint (foliot_link_get_flags (link) & FOLIOT_LINK_VALUES, ==, 0);
  peer->link = link;
  peer->payloads = foliot_store_new (foliot_link_get_kernel (link), "payloads", 0);
  foliot_link_start (link, &raw_sink, peer);
  return peer;
}

FoliotRawPeer *
foliot_raw_peer_new_connected (FoliotTransport *transport, FoliotAddress *address)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value
      = foliot_await_take (foliot_transport_connect (transport, address, "raw"), &error);

  g_assert_no_error (error);
  return foliot_raw_peer_new (g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK)));
}

FoliotRawPeer *
foliot_raw_peer_new_socket (FoliotRawSocket *socket)
{
  FoliotRawPeer *peer = g_new0 (FoliotRawPeer, 1);

  peer->socket = socket;
  return peer;
}

void
foliot_raw_peer_free (FoliotRawPeer *peer)
{
  if (peer->socket != NULL)
    {
      foliot_raw_socket_free (peer->socket);
      g_free (peer);
      return;
    }
  foliot_link_start (peer->link, NULL, NULL);
  g_object_unref (peer->link);
  foliot_store_free (peer->payloads);
  g_free (peer);
}

/* A turn of service after each byte, so that they arrive one by one. */
static void
send_bytes (FoliotRawSocket *socket, gconstpointer payload, gsize length)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  foliot_framer_append (frame, payload, length);
  for (guint i = 0; i < frame->len; i++)
    {
      g_assert_true (foliot_raw_socket_send (socket, &frame->data[i], 1));
      foliot_raw_socket_await_turn (socket);
    }
}

void
foliot_raw_peer_send (FoliotRawPeer *peer, gconstpointer payload, gsize length)
{
  FoliotFrame frame = { 0 };
  g_autoptr (GError) error = NULL;

  if (peer->socket != NULL)
    {
      send_bytes (peer->socket, payload, length);
      return;
    }
  frame.bytes = g_bytes_new (payload, length);
  g_assert_true (foliot_link_send (peer->link, &frame, &error));
  g_assert_no_error (error);
}

void
foliot_raw_peer_send_text (FoliotRawPeer *peer, const char *text)
{
  foliot_raw_peer_send (peer, text, strlen (text));
}

GBytes *
foliot_raw_peer_recv (FoliotRawPeer *peer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = NULL;
  gconstpointer data;
  gsize length;

  if (peer->socket != NULL)
    return foliot_raw_socket_recv (peer->socket);
  value = foliot_store_get (peer->payloads, FOLIOT_TIME_NEVER, &error);
  if (value == NULL)
    {
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CLOSED);
      return NULL;
    }
  data = foliot_value_get_bytes (value, &length);
  return g_bytes_new (data, length);
}

void
foliot_raw_peer_assert_text (FoliotRawPeer *peer, const char *text)
{
  g_autoptr (GBytes) payload = foliot_raw_peer_recv (peer);
  g_autofree char *seen = NULL;

  g_assert_nonnull (payload);
  seen = g_strndup (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload));
  g_assert_cmpstr (seen, ==, text);
}

void
foliot_raw_peer_assert_end (FoliotRawPeer *peer)
{
  g_autoptr (GBytes) payload = foliot_raw_peer_recv (peer);

  g_assert_null (payload);
}

void
foliot_raw_peer_close (FoliotRawPeer *peer)
{
  if (peer->socket != NULL)
    foliot_raw_socket_end (peer->socket);
  else
    foliot_link_close (peer->link);
}

/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-channel.h>
#include <foliot/foliot-stream.h>

#include "foliot-counted-transport.h"
#include "foliot-transport-suite.h"

/*
 * Opening channels over sockets: to whom, and how often it is tried. Simulated time must not move while somebody tries:
 * the pauses are the wall clock's, so these tests take a few seconds, and what they assert is the number of tries.
 */

static void
keep_channel (FoliotChannel *channel, gpointer user_data)
{
  g_ptr_array_add (user_data, g_object_ref (channel));
}

static FoliotListener *
serve (FoliotTransport *transport, FoliotAddress *at, GPtrArray *channels)
{
  g_autoptr (GError) error = NULL;
  FoliotListener *listener = foliot_channel_serve (transport, at, NULL, keep_channel, channels, NULL, &error);

  g_assert_no_error (error);
  return listener;
}

static FoliotChannel *
open_ok (FoliotTransport *transport, FoliotAddress *to, FoliotTime timeout)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value
      = foliot_await_take (foliot_channel_open (transport, to, timeout, NULL), &error);

  g_assert_no_error (error);
  return g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_CHANNEL));
}

/* A request and its reply, through both ends. */
static void
talk (FoliotChannel *client, FoliotChannel *server)
{
  g_autoptr (FoliotValue) ohai = foliot_value_new_string ("ohai");
  g_autoptr (FoliotFuture) reply = foliot_channel_send (client, ohai, NULL);
  g_autoptr (FoliotValue) request = foliot_await_take (foliot_channel_recv (server), NULL);
  g_autoptr (FoliotValue) cya = foliot_value_new_string ("cya");
  g_autoptr (FoliotValue) value = NULL;

  g_assert_nonnull (request);
  g_assert_true (foliot_request_reply (foliot_value_get_object (request, FOLIOT_TYPE_REQUEST), cya, NULL));
  value = foliot_await (reply, FOLIOT_TIME_NEVER, NULL);
  g_assert_nonnull (value);
  g_assert_cmpstr (foliot_value_get_string (value, NULL), ==, "cya");
}

/* ---- to whom ------------------------------------------------------------------------------------------------- */

static void
check_dialogue (FoliotKernel *kernel, FoliotAddress *at)
{
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (GPtrArray) channels = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (FoliotListener) listener = serve (transport, at, channels);
  g_autoptr (FoliotChannel) client = open_ok (transport, foliot_listener_get_address (listener), 0);

  g_assert_cmpuint (channels->len, ==, 1);
  talk (client, channels->pdata[0]);
  talk (channels->pdata[0], client);
}

static void
test_v4 (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) at = foliot_address_new_tcp ("127.0.0.1", 0);

  check_dialogue (kernel, at);
}

static void
test_v6 (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) at = foliot_address_new_tcp ("::1", 0);
  g_autoptr (GPtrArray) channels = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (FoliotListener) listener
      = foliot_channel_serve (transport, at, NULL, keep_channel, channels, NULL, NULL);

  if (listener == NULL)
    g_test_skip ("this machine has no IPv6 loopback");
  else
    check_dialogue (kernel, at);
}

static void
test_name (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) at = foliot_address_new_tcp ("localhost", 0);

  check_dialogue (kernel, at);
}

/* The file that the first server left is replaced. */
static void
test_path (FoliotKernel *kernel)
{
  g_autoptr (FoliotAddress) at = foliot_transport_suite_new_address_by_name ("unix", "path");

  check_dialogue (kernel, at);
  g_assert_true (g_file_test (foliot_address_get_host (at), G_FILE_TEST_EXISTS));
  check_dialogue (kernel, at);
}

/* ---- how often ----------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  FoliotError refusal; /* when nobody was there yet */
} Place;

typedef struct
{
  const Place *place;
  FoliotAddress *address;
  FoliotTransport *inner;
  FoliotCountedTransport *transport;
  GPtrArray *channels;
  FoliotListener *listener;
  guint serve_after; /* as many tries */
} Late;

static void
on_failed (guint n, gpointer user_data)
{
  Late *late = user_data;

  if (n == late->serve_after)
    late->listener = serve (late->inner, late->address, late->channels);
}

static Late *
late_new (FoliotKernel *kernel, const Place *place, const char *id)
{
  Late *late = g_new0 (Late, 1);

  late->place = place;
  late->address = foliot_transport_suite_new_address_by_name (place->name, id);
  late->inner = foliot_transport_suite_new_by_name (place->name, kernel);
  late->transport = foliot_counted_transport_new (g_object_ref (late->inner), on_failed, late);
  late->channels = g_ptr_array_new_with_free_func (g_object_unref);
  return late;
}

static void
late_free (Late *late)
{
  g_ptr_array_unref (late->channels);
  g_clear_object (&late->listener);
  g_object_unref (late->transport);
  g_object_unref (late->inner);
  foliot_address_unref (late->address);
  g_free (late);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Late, late_free)

static FoliotFuture *
late_open (Late *late, FoliotTime timeout)
{
  return foliot_channel_open (FOLIOT_TRANSPORT (late->transport), late->address, timeout, NULL);
}

/* Awaits @opening (transfer full), which must fail after @n_tries. */
static void
assert_gives_up (Late *late, FoliotFuture *opening, FoliotError code, guint n_tries)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (opening, &error);

  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, (gint) code);
  g_assert_cmpuint (foliot_counted_transport_get_n_tries (late->transport), ==, n_tries);
}

static void
assert_time_stood_still (FoliotKernel *kernel)
{
  g_assert_cmpint (foliot_kernel_now (kernel), ==, 0);
}

static void
refused (FoliotKernel *kernel, const Place *place)
{
  g_autoptr (Late) late = late_new (kernel, place, "refused");

  assert_gives_up (late, late_open (late, 0), place->refusal, 1);
  assert_gives_up (late, late_open (late, -1), place->refusal, 2);
  assert_time_stood_still (kernel);
}

/* All of them at the same time. */
static void
connect_timeout (FoliotKernel *kernel, const Place *place)
{
  static const FoliotTime timeouts[] = { FOLIOT_MILLISECOND, 500 * FOLIOT_MILLISECOND, FOLIOT_SECOND };
  static const guint n_tries[] = { 2, 2, 3 };
  FoliotFuture *openings[3], *found;
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;
  Late *lates[3];
  g_autoptr (Late) later = late_new (kernel, place, "later");

  for (guint i = 0; i < 3; i++)
    {
      lates[i] = late_new (kernel, place, "nobody");
      openings[i] = late_open (lates[i], timeouts[i]);
    }
  later->serve_after = 1;
  found = late_open (later, FOLIOT_SECOND);
  for (guint i = 0; i < 3; i++)
    {
      assert_gives_up (lates[i], openings[i], place->refusal, n_tries[i]);
      late_free (lates[i]);
    }
  value = foliot_await_take (found, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (foliot_counted_transport_get_n_tries (later->transport), ==, 2);
  talk (foliot_value_get_object (value, FOLIOT_TYPE_CHANNEL), later->channels->pdata[0]);
  assert_time_stood_still (kernel);
}

static void
endless_timeout (FoliotKernel *kernel, const Place *place)
{
  g_autoptr (Late) late = late_new (kernel, place, "endless");
  g_autoptr (FoliotChannel) channel = NULL;

  late->serve_after = 3;
  channel = open_ok (FOLIOT_TRANSPORT (late->transport), late->address, FOLIOT_TIME_NEVER);
  g_assert_cmpuint (foliot_counted_transport_get_n_tries (late->transport), ==, 4);
  talk (channel, late->channels->pdata[0]);
  assert_time_stood_still (kernel);
}

/* Somebody has listened there, and does not any longer: on TCP one tries again, on Unix that is the end. */
static void
stale_file (FoliotKernel *kernel, const Place *place)
{
  g_autoptr (Late) late = late_new (kernel, place, "stale");

  late->listener = serve (late->inner, late->address, late->channels);
  foliot_listener_close (late->listener);
  g_clear_object (&late->listener);
  assert_gives_up (late, late_open (late, FOLIOT_MILLISECOND), FOLIOT_ERROR_CONNECTION_REFUSED,
                   place->refusal == FOLIOT_ERROR_FILE_NOT_FOUND ? 1 : 2);
}

static void
on_failed_cancel (guint n, gpointer user_data)
{
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (foliot_future_cancel (user_data));
}

static FoliotValue *
cancel_later (gpointer opening, GError **error)
{
  foliot_future_cancel (opening);
  return foliot_value_new_null ();
}

/* Who gives up in a pause lets time go on at once. */
static void
giving_up (FoliotKernel *kernel, const Place *place)
{
  g_autoptr (Late) late = late_new (kernel, place, "given-up");
  g_autoptr (FoliotFuture) opening = NULL;
  g_autoptr (FoliotFuture) canceller = NULL;

  opening = late_open (late, FOLIOT_TIME_NEVER);
  canceller = foliot_fiber_spawn (kernel, NULL, "canceller", cancel_later, opening, NULL);
  foliot_test_sleep (kernel, FOLIOT_MILLISECOND);
  g_assert_true (foliot_future_is_settled (opening));
  g_assert_cmpuint (foliot_counted_transport_get_n_tries (late->transport), ==, 1);
}

static void
giving_up_in_a_pause (FoliotKernel *kernel, const Place *place)
{
  g_autoptr (FoliotAddress) address = foliot_transport_suite_new_address_by_name (place->name, "given-up");
  g_autoptr (FoliotTransport) inner = foliot_transport_suite_new_by_name (place->name, kernel);
  g_autoptr (FoliotCountedTransport) quiet = foliot_counted_transport_new (g_object_ref (inner), NULL, NULL);
  g_autoptr (FoliotCountedTransport) probe = NULL;
  g_autoptr (FoliotFuture) opening
      = foliot_channel_open (FOLIOT_TRANSPORT (quiet), address, FOLIOT_TIME_NEVER, NULL);
  g_autoptr (FoliotFuture) attempt = NULL;

  /* The probe begins later and fails later, when the first one is in its pause. */
  probe = foliot_counted_transport_new (g_object_ref (inner), on_failed_cancel, opening);
  attempt = foliot_transport_connect (FOLIOT_TRANSPORT (probe), address, NULL);
  foliot_test_sleep (kernel, FOLIOT_MILLISECOND);
  g_assert_error (foliot_future_get_error (opening), FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED);
  g_assert_cmpuint (foliot_counted_transport_get_n_tries (quiet), ==, 1);
}

/* A world may end in a pause. */
static void
world_ends (FoliotKernel *kernel, const Place *place)
{
  g_autoptr (FoliotKernel) other = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (Late) late = late_new (other, place, "world-ends");
  g_autoptr (FoliotFuture) opening = late_open (late, FOLIOT_TIME_NEVER);
  FoliotSettled settled;

  late->serve_after = 1;
  while (late->listener == NULL)
    foliot_kernel_step (other, 1);
  foliot_kernel_step (other, 10);
  foliot_kernel_peek_settled (other, &settled);
  g_assert_cmpuint (settled.n_holds, ==, 1);
  g_assert_false (foliot_future_is_settled (opening));
  foliot_kernel_close (other);
  g_assert_true (foliot_future_is_settled (opening));
}

/* Where simulated time is real time nothing is held, and the pauses are the world's own. */
static void
realtime (FoliotKernel *kernel, const Place *place)
{
  g_autoptr (FoliotKernel) other = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 1, 0);
  g_autoptr (Late) late = late_new (other, place, "realtime");
  g_autoptr (FoliotFuture) opening = late_open (late, FOLIOT_MILLISECOND);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_run (other, opening, &error);

  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, (gint) place->refusal);
  g_assert_cmpuint (foliot_counted_transport_get_n_tries (late->transport), ==, 2);
}

/* ---- info ---------------------------------------------------------------------------------------------------- */

static void
assert_host_and_port (FoliotValue *name, const char *host, gint64 port)
{
  g_assert_cmpint (foliot_value_get_kind (name), ==, FOLIOT_VALUE_LIST);
  g_assert_cmpuint (foliot_value_get_length (name), ==, 2);
  g_assert_cmpstr (foliot_value_get_string (foliot_value_get_item (name, 0), NULL), ==, host);
  if (port != 0)
    g_assert_cmpint (foliot_value_get_int (foliot_value_get_item (name, 1)), ==, port);
}

static void
test_info_tcp (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) at = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GPtrArray) channels = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (FoliotListener) listener = serve (transport, at, channels);
  gint64 port = foliot_address_get_port (foliot_listener_get_address (listener));
  g_autoptr (FoliotChannel) client = open_ok (transport, foliot_listener_get_address (listener), 0);
  g_autoptr (FoliotValue) server_name = foliot_channel_dup_info (client, "peername", NULL);
  g_autoptr (FoliotValue) own_name = foliot_channel_dup_info (client, "sockname", NULL);
  g_autoptr (FoliotValue) client_name = foliot_channel_dup_info (channels->pdata[0], "peername", NULL);
  g_autoptr (FoliotValue) fallback = foliot_value_new_int (42);
  g_autoptr (FoliotValue) unknown = foliot_channel_dup_info (client, "no such thing", fallback);
  g_autofree char *origin = g_strdup_printf ("('127.0.0.1', %" G_GINT64_FORMAT ")", port);

  assert_host_and_port (server_name, "127.0.0.1", port);
  assert_host_and_port (own_name, "127.0.0.1", 0);
  g_assert_true (foliot_value_equal (own_name, client_name));
  g_assert_true (foliot_value_equal (unknown, fallback));
  g_assert_cmpstr (foliot_channel_get_origin (client), ==, origin);
}

static void
test_info_unix (FoliotKernel *kernel)
{
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) at = foliot_transport_suite_new_address_by_name ("unix", "info");
  g_autoptr (GPtrArray) channels = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (FoliotListener) listener = serve (transport, at, channels);
  g_autoptr (FoliotChannel) client = open_ok (transport, at, 0);
  g_autoptr (FoliotValue) server_name = foliot_channel_dup_info (client, "peername", NULL);
  g_autoptr (FoliotValue) client_name = foliot_channel_dup_info (channels->pdata[0], "peername", NULL);
  g_autofree char *origin = g_strconcat ("a client of ", foliot_address_get_host (at), NULL);

  g_assert_cmpstr (foliot_value_get_string (server_name, NULL), ==, foliot_address_get_host (at));
  g_assert_cmpstr (foliot_value_get_string (client_name, NULL), ==, "");
  g_assert_cmpstr (foliot_channel_get_origin (channels->pdata[0]), ==, origin);
}

/* ---- the table ----------------------------------------------------------------------------------------------- */

static const Place places[] = {
  { "tcp", FOLIOT_ERROR_CONNECTION_REFUSED },
  { "unix", FOLIOT_ERROR_FILE_NOT_FOUND },
  { "tls", FOLIOT_ERROR_CONNECTION_REFUSED },
};

typedef struct
{
  const Place *place;
  void (*body) (FoliotKernel *kernel, const Place *place);
} Case;

static void
run_case (FoliotKernel *kernel, gconstpointer data)
{
  const Case *self = data;

  self->body (kernel, self->place);
}

static void
add (const char *name, void (*body) (FoliotKernel *kernel, const Place *place))
{
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      const Case one = { &places[i], body };
      g_autofree char *path = g_strdup_printf ("/channel-open/%s/%s", places[i].name, name);

      foliot_test_add_data (path, run_case, &one, sizeof one);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/channel-open/row-010-tcp-v4", test_v4);
  foliot_test_add ("/channel-open/row-010-tcp-v6", test_v6);
  foliot_test_add ("/channel-open/row-010-tcp-name", test_name);
  foliot_test_add ("/channel-open/row-011-unix", test_path);
  foliot_test_add ("/channel-open/row-031-info-tcp", test_info_tcp);
  foliot_test_add ("/channel-open/row-031-info-unix", test_info_unix);
  add ("row-014-refused", refused);
  add ("row-015-connect-timeout", connect_timeout);
  add ("row-016-endless-timeout", endless_timeout);
  add ("row-017-stale-file", stale_file);
  add ("giving-up", giving_up);
  add ("giving-up-in-a-pause", giving_up_in_a_pause);
  add ("world-ends", world_ends);
  add ("realtime", realtime);
  return g_test_run ();
}

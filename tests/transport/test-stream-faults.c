/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "foliot-test.h"
#include "foliot-transport-suite.h"
#include "kernel/foliot-fault-private.h"

#include <foliot/foliot-stream.h>

/*
 * A client and a server talk over sockets while the first acquisition fails, then the second, and so on, until one run
 * gets through without: descriptors, places behind the one epoll descriptor, buffers of a size that the peer chose,
 * messages to be kept. Each run ends, with a named error, and leaves no descriptor behind.
 *
 * Accepting may fail unheard: a connection that cannot be accepted now is accepted a moment later. The listener accepts
 * once for the client, and once more to see that there is nobody else.
 */

#define MESSAGE_BYTES 100000 /* grows the peer's buffer more than once */
#define N_ROUNDS      3
#define PATIENCE_MS   20000

typedef struct
{
  const char *transport;
  FoliotKernel *kernel;
  FoliotAddress *address;
  FoliotLink *client;
  FoliotLink *server;
  FoliotFuture *answer;
  GError *error; /* the first one that either end was told */
} Talk;

static void
note_error (Talk *talk, const GError *error)
{
  if (talk->error == NULL)
    talk->error = error != NULL ? g_error_copy (error)
                                : g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET,
                                                       "The peer ended the connection");
  if (talk->answer != NULL && !foliot_future_is_settled (talk->answer))
    foliot_future_reject (talk->answer, g_error_copy (talk->error));
}

static gboolean
say (Talk *talk, FoliotLink *link)
{
  FoliotFrame frame = { .bytes = g_bytes_new_take (g_strnfill (MESSAGE_BYTES, 'x'), MESSAGE_BYTES) };
  g_autoptr (GError) error = NULL;

  if (foliot_link_send (link, &frame, &error))
    return TRUE;
  note_error (talk, error);
  return FALSE;
}

static void
on_request (gpointer owner, FoliotFrame *frame)
{
  Talk *talk = owner;

  g_assert_cmpuint (g_bytes_get_size (frame->bytes), ==, MESSAGE_BYTES);
  if (!say (talk, talk->server))
    foliot_link_close (talk->server);
}

static void
on_answer (gpointer owner, FoliotFrame *frame)
{
  Talk *talk = owner;

  g_assert_cmpuint (g_bytes_get_size (frame->bytes), ==, MESSAGE_BYTES);
  foliot_future_resolve (talk->answer, NULL);
}

static void
on_closed (gpointer owner, const GError *why)
{
  note_error (owner, why);
}

static void
on_accepted (FoliotLink *link, gpointer user_data)
{
  static const FoliotLinkSink sink = { .frame = on_request, .closed = on_closed };
  Talk *talk = user_data;

  g_clear_object (&talk->server);
  talk->server = link;
  foliot_link_start (link, &sink, talk);
}

static gboolean
ask (Talk *talk)
{
  g_autoptr (FoliotFuture) answer = foliot_future_new (talk->kernel);
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  talk->answer = answer;
  if (say (talk, talk->client))
    value = foliot_await (answer, FOLIOT_TIME_NEVER, &error);
  talk->answer = NULL;
  return value != NULL;
}

static FoliotValue *
talk_on_fiber (gpointer user_data, GError **error)
{
  static const FoliotLinkSink sink = { .frame = on_answer, .closed = on_closed };
  Talk *talk = user_data;
  g_autoptr (FoliotTransport) transport = foliot_transport_suite_new_by_name (talk->transport, talk->kernel);
  g_autoptr (FoliotListener) listener
      = foliot_transport_listen (transport, talk->address, "server", on_accepted, talk, NULL, error);
  g_autoptr (FoliotValue) value = NULL;

  if (listener == NULL)
    return NULL;
  value = foliot_await_take (
      foliot_transport_connect (transport, foliot_listener_get_address (listener), "client"), error);
  if (value == NULL)
    return NULL;
  talk->client = g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_LINK));
  foliot_link_start (talk->client, &sink, talk);
  for (guint i = 0; i < N_ROUNDS; i++)
    if (!ask (talk))
      {
        g_propagate_error (error, g_error_copy (talk->error));
        return NULL;
      }
  return foliot_value_new_null ();
}

/* Returns: how it ended; *@out_struck: whether the @n-th acquisition was reached. */
static GError *
talk_with_fault (const char *transport, FoliotAddress *address, guint32 n, gboolean *out_struck)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  Talk talk = { .transport = transport, .kernel = kernel, .address = address };
  FoliotHold *hold = foliot_kernel_hold (kernel, "a test", PATIENCE_MS);
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (FoliotValue) value = NULL;
  GError *error = NULL;

  _foliot_kernel_set_fault (kernel, n);
  done = foliot_fiber_spawn (kernel, NULL, "talk", talk_on_fiber, &talk, NULL);
  value = foliot_run (kernel, done, &error);
  *out_struck = !_foliot_kernel_fault_is_left (kernel);
  foliot_hold_release (hold);
  if (talk.client != NULL)
    foliot_link_start (talk.client, NULL, NULL);
  if (talk.server != NULL)
    foliot_link_start (talk.server, NULL, NULL);
  g_clear_object (&talk.client);
  g_clear_object (&talk.server);
  g_clear_error (&talk.error);
  foliot_kernel_close (kernel);
  return error;
}

static gboolean
is_named (const GError *error)
{
  return g_error_matches (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES)
         || g_error_matches (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_MEMORY)
         || g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET)
         || g_error_matches (error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_TRUNCATED);
}

static void
test_faults (gconstpointer data)
{
  const char *transport = data;
  g_autofree char *id = g_strconcat ("faults-", transport, NULL);
  g_autoptr (FoliotAddress) address = foliot_transport_suite_new_address_by_name (transport, id);
  gboolean before[FOLIOT_TEST_MAX_DESCRIPTORS], after[FOLIOT_TEST_MAX_DESCRIPTORS];
  guint n_unheard = 0, n_resources = 0;
  gboolean struck = TRUE;
  guint32 n = 0;

  /* What libraries open once and keep is open after a first run. */
  g_assert_no_error (talk_with_fault (transport, address, 0, &struck));
  foliot_test_list_descriptors (before);
  while (struck)
    {
      g_autoptr (GError) error = talk_with_fault (transport, address, ++n, &struck);

      g_test_message ("%u: %s", n, error != NULL ? error->message : "through");
      foliot_test_list_descriptors (after);
      g_assert_cmpmem (before, sizeof before, after, sizeof after);
      if (!struck)
        g_assert_no_error (error);
      else if (error == NULL)
        n_unheard++;
      else
        g_assert_true (is_named (error));
      n_resources += g_error_matches (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES);
    }
  g_assert_cmpuint (n_unheard, <=, 2);
  /* Listening, connecting, and in each round a message to keep and buffers to grow, both ways. */
  g_assert_cmpuint (n_resources, >=, 4 + 4 * N_ROUNDS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/stream-faults/tcp", "tcp", test_faults);
  g_test_add_data_func ("/stream-faults/unix", "unix", test_faults);
  g_test_add_data_func ("/stream-faults/tls", "tls", test_faults);
  return g_test_run ();
}

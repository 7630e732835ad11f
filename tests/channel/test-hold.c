/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-channel.h>
#include <foliot/foliot-stream.h>

#include <unistd.h>

#include "foliot-raw-socket.h"
#include "foliot-test.h"

/*
 * Simulated time stands still while a peer outside owes an answer. The outside is a link that keeps what was sent to
 * it, and answers when the main context has nothing better to do: which is what a socket does, without a socket.
 */

#define OUTSIDE_TYPE_LINK (outside_link_get_type ())
G_DECLARE_FINAL_TYPE (OutsideLink, outside_link, OUTSIDE, LINK, GObject)

struct _OutsideLink
{
  GObject parent_instance;
  FoliotKernel *kernel;
  const FoliotLinkSink *sink;
  gpointer owner;
  GArray *sent; /* ids of requests without an answer */
};

static FoliotKernel *
get_kernel (FoliotLink *link)
{
  return OUTSIDE_LINK (link)->kernel;
}

static FoliotLinkFlags
get_flags (FoliotLink *link)
{
  return FOLIOT_LINK_VALUES | FOLIOT_LINK_EXTERNAL;
}

static void
start (FoliotLink *link, const FoliotLinkSink *sink, gpointer owner)
{
  OUTSIDE_LINK (link)->sink = sink;
  OUTSIDE_LINK (link)->owner = owner;
}

static gboolean
send_frame (FoliotLink *link, FoliotFrame *frame, GError **error)
{
  g_array_append_val (OUTSIDE_LINK (link)->sent, frame->id);
  foliot_frame_clear (frame);
  return TRUE;
}

static gsize
get_queued_bytes (FoliotLink *link)
{
  return 0;
}

static void
end_link (gpointer target, gpointer payload)
{
  OutsideLink *self = target;
  const FoliotLinkSink *sink = g_steal_pointer (&self->sink);

  if (sink != NULL)
    sink->closed (self->owner, NULL);
}

static void
close_link (FoliotLink *link)
{
  OutsideLink *self = OUTSIDE_LINK (link);

  if (self->sink != NULL)
    foliot_kernel_post (self->kernel, 0, 0, FOLIOT_EVENT_LINK, end_link, self, NULL);
}

static FoliotValue *
dup_info (FoliotLink *link, const char *name)
{
  return g_str_equal (name, "peername") ? foliot_value_new_string ("outside") : NULL;
}

static FoliotLink *
get_peer (FoliotLink *link)
{
  return NULL;
}

static gpointer
get_owner (FoliotLink *link, const FoliotLinkSink *sink)
{
  return NULL;
}

static void
outside_link_iface_init (FoliotLinkInterface *iface)
{
  iface->get_kernel = get_kernel;
  iface->get_flags = get_flags;
  iface->start = start;
  iface->send = send_frame;
  iface->get_queued_bytes = get_queued_bytes;
  iface->close = close_link;
  iface->dup_info = dup_info;
  iface->get_peer = get_peer;
  iface->get_owner = get_owner;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (OutsideLink, outside_link, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_LINK, outside_link_iface_init))

static void
outside_link_finalize (GObject *object)
{
  g_array_unref (OUTSIDE_LINK (object)->sent);
  G_OBJECT_CLASS (outside_link_parent_class)->finalize (object);
}

static void
outside_link_class_init (OutsideLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = outside_link_finalize;
}

static void
outside_link_init (OutsideLink *self)
{
  self->sent = g_array_new (FALSE, FALSE, sizeof (guint64));
}

/* Answers the request that was sent first, in an event. */
static void
deliver_answer (gpointer target, gpointer payload)
{
  OutsideLink *self = target;
  FoliotFrame frame = { .type = 1, .id = g_array_index (self->sent, guint64, 0) };

  frame.value = foliot_value_new_int ((gint64) frame.id);
  g_array_remove_index (self->sent, 0);
  self->sink->frame (self->owner, &frame);
  foliot_frame_clear (&frame);
}

/* ---- worlds -------------------------------------------------------------------------------------------------- */

typedef struct
{
  GMainContext *context;
  FoliotKernel *kernel;
  OutsideLink *link;
  FoliotChannel *channel;
  guint n_turns; /* before the outside answers */
} World;

static void
world_open_driven (World *world, FoliotDrive drive, guint limit_ms)
{
  const FoliotChannelOptions options = { .hold_limit_ms = limit_ms };
  g_autoptr (GError) error = NULL;

  *world = (World){ .context = g_main_context_new () };
  world->kernel = foliot_kernel_new (world->context, drive, 1, 0);
  world->link = g_object_new (OUTSIDE_TYPE_LINK, NULL);
  world->link->kernel = world->kernel;
  world->channel = foliot_channel_new (world->kernel, FOLIOT_LINK (world->link), &options, &error);
  g_assert_no_error (error);
}

static void
world_open (World *world, guint limit_ms)
{
  world_open_driven (world, FOLIOT_DRIVE_FREE, limit_ms);
}

static void
world_close (World *world)
{
  g_object_unref (world->channel);
  g_object_unref (world->link);
  g_object_unref (world->kernel);
  g_main_context_unref (world->context);
}

static guint
count_holds (World *world)
{
  FoliotSettled settled;

  foliot_kernel_peek_settled (world->kernel, &settled);
  return settled.n_holds;
}

static FoliotFuture *
ask (World *world, const char *path)
{
  g_autoptr (FoliotValue) content = foliot_value_build_list (
      foliot_value_new_string (path), foliot_value_new_list (NULL, 0), foliot_value_new_map (NULL, 0), NULL);
  g_autoptr (GError) error = NULL;
  FoliotFuture *answer = foliot_channel_send (world->channel, content, &error);

  g_assert_no_error (error);
  return answer;
}

static gboolean
on_idle (gpointer user_data)
{
  World *world = user_data;

  if (world->link->sent->len == 0 || --world->n_turns > 0)
    return G_SOURCE_CONTINUE;
  foliot_kernel_post (world->kernel, 0, 0, FOLIOT_EVENT_GATE, deliver_answer, world->link, NULL);
  return G_SOURCE_REMOVE;
}

/* The outside answers once, after @n_turns of the main context. */
static void
answer_later (World *world, guint n_turns)
{
  g_autoptr (GSource) idle = g_idle_source_new ();

  world->n_turns = n_turns;
  g_source_set_callback (idle, on_idle, world, NULL);
  g_source_attach (idle, world->context);
}

/* ---- tests --------------------------------------------------------------------------------------------------- */

static FoliotValue *
ask_within_a_second (gpointer user_data, GError **error)
{
  World *world = user_data;
  g_autoptr (FoliotFuture) answer = ask (world, "slow");

  return foliot_await (answer, FOLIOT_SECOND, error);
}

static FoliotValue *
ask_for_ever (gpointer user_data, GError **error)
{
  return foliot_await_take (ask (user_data, "slow"), error);
}

static void
test_time_waits (void)
{
  g_autoptr (GError) error = NULL;
  World world;

  world_open (&world, 0);
  answer_later (&world, 20);
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn (world.kernel, NULL, "asker", ask_within_a_second, &world, NULL);
  g_autoptr (FoliotValue) value = foliot_run (world.kernel, done, &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (value), ==, 0);
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 0);
  g_assert_cmpuint (count_holds (&world), ==, 0);
  g_clear_pointer (&done, foliot_future_unref);
  world_close (&world);
}

static void
assert_held_by (World *world, FoliotFuture *future, const char *request, const char *count)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_run (world->kernel, future, &error);

  g_assert_null (value);
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_HELD);
  g_assert_nonnull (strstr (error->message, "the answer of outside to "));
  g_assert_nonnull (strstr (error->message, request));
  g_assert_nonnull (strstr (error->message, count));
  g_assert_nonnull (strstr (error->message, "limit of 10 ms"));
}

/* The error names whom is waited for, and the oldest call that has no answer. */
static void
test_limit (void)
{
  World world;

  world_open (&world, 10);
  g_autoptr (FoliotFuture) first = ask (&world, "agents/0/first");
  g_autoptr (FoliotFuture) second = ask (&world, "agents/0/second");
  g_assert_cmpuint (count_holds (&world), ==, 1);
  assert_held_by (&world, first, " agents/0/first,", "(2 without");
  answer_later (&world, 1);
  while (!foliot_future_is_settled (first))
    g_main_context_iteration (world.context, FALSE);
  assert_held_by (&world, second, " agents/0/second,", "(1 without");
  g_clear_pointer (&first, foliot_future_unref);
  g_clear_pointer (&second, foliot_future_unref);
  world_close (&world);
}

static gboolean
on_timeout (gpointer user_data)
{
  World *world = user_data;

  foliot_kernel_post (world->kernel, 0, 0, FOLIOT_EVENT_GATE, deliver_answer, world->link, NULL);
  return G_SOURCE_REMOVE;
}

/* A server lives on, however long one of those takes whom it asks. */
static void
test_no_limit_in_real_time (void)
{
  g_autoptr (GSource) timeout = g_timeout_source_new (20);
  g_autoptr (GError) error = NULL;
  World world;

  world_open_driven (&world, FOLIOT_DRIVE_REALTIME, 1);
  g_source_set_callback (timeout, on_timeout, &world, NULL);
  g_source_attach (timeout, world.context);
  g_autoptr (FoliotFuture) answer = ask (&world, "slow");
  g_autoptr (FoliotValue) value = foliot_run (world.kernel, answer, &error);
  g_assert_no_error (error);
  g_assert_nonnull (value);
  g_clear_pointer (&answer, foliot_future_unref);
  world_close (&world);
}

/* With it comes the report of who waits. */
static void
test_report (void)
{
  g_autoptr (GError) error = NULL;
  World world;

  world_open (&world, 10);
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn (world.kernel, NULL, "asker", ask_for_ever, &world, NULL);
  g_assert_null (foliot_run (world.kernel, done, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_HELD);
  g_assert_nonnull (strstr (error->message, ":\n"));
  g_assert_nonnull (strstr (error->message, "asker"));
  foliot_kernel_close (world.kernel);
  g_clear_pointer (&done, foliot_future_unref);
  world_close (&world);
}

static void
test_end_releases (void)
{
  g_autoptr (GError) error = NULL;
  World world;

  world_open (&world, 0);
  g_autoptr (FoliotFuture) answer = ask (&world, "never");
  g_assert_cmpuint (count_holds (&world), ==, 1);
  end_link (world.link, NULL);
  g_assert_cmpuint (count_holds (&world), ==, 0);
  g_assert_error (foliot_future_get_error (answer), FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET);
  g_clear_pointer (&answer, foliot_future_unref);
  world_close (&world);
}

/* ---- a modelled network on the way outside ------------------------------------------------------------------- */

typedef struct
{
  FoliotKernel *kernel;
  int listener;
  guint n_answers;
  FoliotTime asked_at; /* of the last request */
} Outside;

/* Answers as many requests as it is to. */
static FoliotValue *
be_outside (gpointer user_data, GError **error)
{
  Outside *outside = user_data;
  g_autoptr (FoliotRawSocket) peer = foliot_raw_socket_new_accepted (outside->kernel, outside->listener);

  for (guint i = 0; i < outside->n_answers; i++)
    {
      g_autoptr (GBytes) request = foliot_raw_socket_recv (peer);
      g_autofree char *answer = NULL;

      g_assert_nonnull (request);
      outside->asked_at = foliot_kernel_now (outside->kernel);
      answer = g_strdup_printf ("[1, %c, null]", ((const char *) g_bytes_get_data (request, NULL))[4]);
      g_assert_true (foliot_raw_socket_send_text (peer, answer));
    }
  return NULL;
}

/* A request holds time from its departure on, and not while it is on its way in the model; one that is lost never does. */
static void
test_departure (FoliotKernel *kernel)
{
  static const FoliotLatency ten_ms = { FOLIOT_LATENCY_CONSTANT, 10 * FOLIOT_MILLISECOND, 0 };
  const FoliotChannelOptions options = { .hold_limit_ms = FOLIOT_TEST_PATIENCE_MS };
  g_autoptr (FoliotAddress) address = NULL;
  Outside outside = { .kernel = kernel, .listener = foliot_raw_socket_listen (&address), .n_answers = 2 };
  g_autoptr (FoliotTransport) sockets = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotNetwork) network = foliot_network_new (sockets);
  g_autoptr (FoliotFuture) played = foliot_fiber_spawn (kernel, NULL, "outside", be_outside, &outside, NULL);
  g_autoptr (FoliotValue) link
      = foliot_await_take (foliot_transport_connect (FOLIOT_TRANSPORT (network), address, "client"), NULL);
  g_autoptr (FoliotChannel) channel
      = foliot_channel_new (kernel, foliot_value_get_object (link, FOLIOT_TYPE_LINK), &options, NULL);
  World world = { .kernel = kernel, .channel = channel };
  g_autoptr (FoliotFuture) lost = NULL, first = NULL, second = NULL, closed = NULL;
  g_autoptr (FoliotValue) none = NULL, one = NULL, two = NULL, end = NULL, gone = NULL;
  g_autoptr (GError) error = NULL;

  foliot_network_set_partition (network, "*", "*", TRUE);
  lost = ask (&world, "lost");
  g_assert_cmpuint (count_holds (&world), ==, 0);
  none = foliot_await (lost, foliot_kernel_now (kernel) + FOLIOT_SECOND, &error);
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT);
  g_clear_error (&error);
  foliot_network_set_partition (network, "*", "*", FALSE);
  foliot_network_add_rule (network, "*", "*", &ten_ms, 0);
  first = ask (&world, "first");
  foliot_test_sleep (kernel, 4 * FOLIOT_MILLISECOND);
  second = ask (&world, "second");
  one = foliot_await (first, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  foliot_test_assert_now (kernel, FOLIOT_SECOND + 10 * FOLIOT_MILLISECOND);
  two = foliot_await (second, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  foliot_test_assert_now (kernel, FOLIOT_SECOND + 14 * FOLIOT_MILLISECOND);
  g_assert_cmpint (outside.asked_at, ==, foliot_kernel_now (kernel));
  gone = foliot_await (played, FOLIOT_TIME_NEVER, NULL);
  closed = foliot_channel_close (channel);
  end = foliot_await (closed, FOLIOT_TIME_NEVER, NULL);
  close (outside.listener);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/channel/hold/time-waits", test_time_waits);
  g_test_add_func ("/channel/hold/limit", test_limit);
  g_test_add_func ("/channel/hold/no-limit-in-real-time", test_no_limit_in_real_time);
  g_test_add_func ("/channel/hold/report", test_report);
  g_test_add_func ("/channel/hold/end-releases", test_end_releases);
  foliot_test_add ("/channel/hold/departure", test_departure);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-channel.h>

#include "foliot-transport-suite.h"

/* A dialogue over a queue by its name, and objects that arrive as what they were sent as. */

static void
on_connected (FoliotChannel *channel, gpointer user_data)
{
  g_set_object ((FoliotChannel **) user_data, channel);
}

static FoliotChannel *
open_channel (FoliotTransport *transport, FoliotAddress *address, const FoliotChannelOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value
      = foliot_await_take (foliot_channel_open (transport, address, 0, options), &error);

  g_assert_no_error (error);
  return g_object_ref (foliot_value_get_object (value, FOLIOT_TYPE_CHANNEL));
}

/* Sends @content from one end to the other and back. Returns: (transfer full): what came back. */
static FoliotValue *
echo (FoliotChannel *from, FoliotChannel *to, FoliotValue *content, FoliotValue **out_arrived)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotFuture) reply = foliot_channel_send (from, content, &error);
  g_autoptr (FoliotValue) value = NULL;
  FoliotRequest *request;
  FoliotValue *back;

  g_assert_no_error (error);
  value = foliot_await_take (foliot_channel_recv (to), &error);
  g_assert_no_error (error);
  request = foliot_value_get_object (value, FOLIOT_TYPE_REQUEST);
  *out_arrived = foliot_value_ref (foliot_request_get_content (request));
  g_assert_true (foliot_request_reply (request, *out_arrived, &error));
  back = foliot_await (reply, FOLIOT_TIME_NEVER, &error);
  g_assert_no_error (error);
  return back;
}

static void
play_local_dialogue (FoliotKernel *kernel, gboolean carry_bytes)
{
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, carry_bytes);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("stage", NULL);
  g_autoptr (FoliotChannel) server = NULL;
  g_autoptr (FoliotChannel) client = NULL;
  g_autoptr (FoliotListener) listener
      = foliot_channel_serve (transport, address, NULL, on_connected, &server, NULL, NULL);
  g_autoptr (FoliotValue) content = foliot_value_new_string ("ohai");
  g_autoptr (FoliotValue) arrived = NULL;
  g_autoptr (FoliotValue) back = NULL;

  g_assert_true (foliot_local_queue_has_server (foliot_local_queue_get (kernel, "stage", NULL)));
  client = open_channel (transport, address, NULL);
  back = echo (client, server, content, &arrived);
  g_assert_true (foliot_value_equal (arrived, content));
  g_assert_true (foliot_value_equal (back, content));
  g_assert_cmpstr (foliot_channel_get_origin (client), ==, "LocalQueue('stage')");
}

static void
test_local_dialogue (FoliotKernel *kernel)
{
  play_local_dialogue (kernel, FALSE);
  play_local_dialogue (kernel, TRUE);
}

/* ---- limits ---- */

static FoliotValue *
new_numbers (guint n)
{
  g_autofree FoliotValue **items = g_new (FoliotValue *, n);

  for (guint i = 0; i < n; i++)
    items[i] = foliot_value_new_int (0);
  return foliot_value_new_list (items, n);
}

/* Returns: (transfer full): how a message with @content is refused. */
static GError *
get_refusal (FoliotKernel *kernel, const FoliotLimits *limits, FoliotValue *content, gboolean carry_bytes)
{
  const FoliotChannelOptions options = { .limits = limits };
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, carry_bytes);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("narrow", NULL);
  g_autoptr (FoliotChannel) server = NULL;
  g_autoptr (FoliotListener) listener
      = foliot_channel_serve (transport, address, &options, on_connected, &server, NULL, NULL);
  g_autoptr (FoliotChannel) client = open_channel (transport, address, &options);
  g_autoptr (FoliotValue) small = foliot_value_new_string ("small");
  g_autoptr (FoliotValue) arrived = NULL;
  GError *refusal = NULL;

  g_assert_null (foliot_channel_send (client, content, &refusal));
  g_assert_nonnull (refusal);
  foliot_value_unref (echo (client, server, small, &arrived));
  return refusal;
}

/* A queue that hands values over refuses what it would refuse to write: the same content, in the same words. */
static void
test_limits_by_reference (FoliotKernel *kernel)
{
  const FoliotLimits few_items = { 1 << 20, 100, 1000 }, few_bytes = { 3000, 100, 1 << 20 },
                     flat = { 1 << 20, 3, 1 << 20 };
  g_autoptr (FoliotValue) numbers = new_numbers (1000);
  FoliotValue *nested[] = { foliot_value_ref (numbers) };
  g_autoptr (FoliotValue) nest = foliot_value_build_list (foliot_value_new_list (nested, 1), NULL);
  const struct
  {
    const FoliotLimits *limits;
    FoliotValue *content;
    const char *limit;
  } cases[] = { { &few_items, numbers, "max_items (1000)" },
                { &few_bytes, numbers, "max_bytes (3000)" },
                { &flat, nest, "max_depth (3)" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) by_value = get_refusal (kernel, cases[i].limits, cases[i].content, FALSE);
      g_autoptr (GError) as_bytes = get_refusal (kernel, cases[i].limits, cases[i].content, TRUE);

      g_assert_error (by_value, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT);
      g_assert_nonnull (strstr (by_value->message, cases[i].limit));
      g_assert_true (as_bytes->domain == by_value->domain);
      g_assert_cmpint (as_bytes->code, ==, by_value->code);
      g_assert_cmpstr (as_bytes->message, ==, by_value->message);
    }
}

/* ---- serializers --------------------------------------------------------------------------------------------- */

/* A class that holds its representation. */
static GType
get_class (guint n)
{
  static GType types[2];

  if (types[n] == 0)
    {
      g_autofree char *name = g_strdup_printf ("Extra%u", n);

      types[n] = g_boxed_type_register_static (name, (GBoxedCopyFunc) foliot_value_ref,
                                               (GBoxedFreeFunc) foliot_value_unref);
    }
  return types[n];
}

static FoliotValue *
serialize (FoliotValue *object, gpointer user_data, GError **error)
{
  return foliot_value_ref (foliot_value_get_object (object, get_class (GPOINTER_TO_UINT (user_data))));
}

static FoliotValue *
deserialize (FoliotValue *representation, gpointer user_data, GError **error)
{
  return foliot_value_new_object (get_class (GPOINTER_TO_UINT (user_data)), representation);
}

/* Both ends list the same classes in the same order; each object arrives, and comes back, as one of its class. */
static void
test_extra_serializers (FoliotKernel *kernel)
{
  const FoliotSerializer serializers[] = { { get_class (0), serialize, deserialize, GUINT_TO_POINTER (0) },
                                           { get_class (1), serialize, deserialize, GUINT_TO_POINTER (1) } };
  const FoliotChannelOptions options = { .serializers = serializers, .n_serializers = 2 };
  g_autoptr (FoliotTransport) transport = foliot_transport_suite_new (kernel);
  g_autoptr (FoliotAddress) address = foliot_transport_suite_new_address (0);
  g_autoptr (FoliotChannel) server = NULL;
  g_autoptr (FoliotListener) listener
      = foliot_channel_serve (transport, address, &options, on_connected, &server, NULL, NULL);
  g_autoptr (FoliotChannel) client
      = open_channel (transport, foliot_listener_get_address (listener), &options);
  g_autofree char *codec = foliot_codec_to_string (foliot_channel_get_codec (server));

  g_assert_cmpstr (codec, ==, "JSON[Extra0, Extra1]");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (FoliotValue) representation = foliot_value_new_int (40 + i);
      g_autoptr (FoliotValue) object = foliot_value_new_object (get_class (i), representation);
      g_autoptr (FoliotValue) arrived = NULL;
      g_autoptr (FoliotValue) back = echo (client, server, object, &arrived);
      FoliotValue *ends[] = { arrived, back };

      for (guint k = 0; k < G_N_ELEMENTS (ends); k++)
        {
          g_assert_cmpint (foliot_value_get_kind (ends[k]), ==, FOLIOT_VALUE_OBJECT);
          g_assert_true (foliot_value_get_object_type (ends[k]) == get_class (i));
          g_assert_cmpint (foliot_value_get_int (foliot_value_get_object (ends[k], get_class (i))), ==,
                           40 + i);
        }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/channel/row-012-local-dialogue", test_local_dialogue);
  foliot_test_add ("/channel/limits-by-reference", test_limits_by_reference);
  foliot_transport_suite_add_all ("channel", "row-047-extra-serializers", test_extra_serializers);
  return g_test_run ();
}

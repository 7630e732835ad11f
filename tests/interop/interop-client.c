/* SPDX-License-Identifier: MIT */
#include "interop-cases.h"

#include <stdio.h>

/*
 * Tries every method of an interop agent over real sockets, and prints a line a case, as tests/peers/interop_client.py does:
 *
 *     interop-client URL HERE [--codec json|msgpack|blosc] [--tls DIR]
 *
 * HERE is where its own container listens, for calls back.
 */

#define PATIENCE (5 * FOLIOT_SECOND)
#define A_CASE   (60 * FOLIOT_SECOND)

typedef struct
{
  char *codec;
  char *tls;
  char **places; /* URL, HERE */
} Arguments;

typedef struct
{
  InteropStage stage;
  const InteropCase *which;
  guint n_bad;
} Client;

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "codec", 0, 0, G_OPTION_ARG_STRING, &arguments->codec, "", NULL },
    { "tls", 0, 0, G_OPTION_ARG_FILENAME, &arguments->tls, "", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments->places, "", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("URL HERE");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (arguments->places != NULL && g_strv_length (arguments->places) == 2)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "expected URL and HERE");
  return FALSE;
}

static FoliotValue *
run_case (gpointer user_data, GError **error)
{
  Client *client = user_data;

  client->which->run (&client->stage);
  return foliot_value_new_null ();
}

static void
try_case (Client *client)
{
  FoliotKernel *kernel = foliot_container_get_kernel (client->stage.container);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (FoliotValue) result = NULL;
  const char *name = client->which->name;

  g_string_truncate (client->stage.failure, 0);
  done = foliot_fiber_spawn_full (kernel, NULL, name, FOLIOT_STACK_LARGE, run_case, client, NULL);
  result = foliot_await (done, foliot_kernel_now (kernel) + A_CASE, &error);
  if (error == NULL && client->stage.failure->len == 0)
    printf ("ok %s\n", name);
  else
    {
      g_autofree char *why
          = g_strescape (error != NULL ? error->message : client->stage.failure->str, "\"“”’'ß");

      printf ("not ok %s: %s\n", name, why);
      client->n_bad++;
    }
  fflush (stdout);
}

static FoliotValue *
try_all (gpointer user_data, GError **error)
{
  Client *client = user_data;
  InteropStage *stage = &client->stage;
  g_autoptr (FoliotValue) peer
      = foliot_await_take (foliot_container_connect (stage->container, stage->url, PATIENCE), error);

  if (peer == NULL)
    return NULL;
  stage->peer = foliot_value_get_proxy (peer);
  for (client->which = interop_cases; client->which->name != NULL; client->which++)
    try_case (client);
  return foliot_value_new_null ();
}

/* An agent of the shipped scenario, in a container of our own. */
static FoliotAgent *
make_own (FoliotContainer *container, GError **error)
{
  const char *const module_dirs[] = { INTEROP_MODULES, NULL };
  GType type = foliot_module_find_type ("interop:InteropAgent", module_dirs, error);
  FoliotAgent *agent
      = type != G_TYPE_INVALID ? foliot_agent_new_detached (container, type, NULL, error) : NULL;

  if (agent != NULL)
    foliot_future_unref (foliot_agent_start (agent, NULL));
  return agent;
}

static FoliotContainer *
make_container (FoliotKernel *kernel, const Arguments *arguments, GError **error)
{
  g_autoptr (FoliotAddress) here = foliot_address_parse (arguments->places[1], error);
  g_autoptr (FoliotTlsCredentials) tls = NULL;
  FoliotStreamOptions stream = { 0 };
  FoliotContainerOptions options = { 0 };
  g_autoptr (FoliotTransport) transport = NULL;

  if (here == NULL)
    return NULL;
  if (arguments->tls != NULL)
    {
      tls = foliot_tls_credentials_new_from_folder (arguments->tls, error);
      if (tls == NULL)
        return NULL;
      stream.tls = tls;
    }
  options.codec_type
      = foliot_codec_type_from_name (arguments->codec != NULL ? arguments->codec : "json", error);
  if (options.codec_type == G_TYPE_INVALID)
    return NULL;
  transport = foliot_stream_transport_new (kernel, &stream);
  return foliot_container_new (transport, here, &options, error);
}

static guint
play (FoliotKernel *kernel, const Arguments *arguments, GError **error)
{
  g_autoptr (FoliotContainer) container = make_container (kernel, arguments, error);
  g_autoptr (FoliotAgent) own = container != NULL ? make_own (container, error) : NULL;
  g_autoptr (GString) failure = g_string_new (NULL);
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (FoliotValue) result = NULL;
  Client client = { 0 };

  if (own == NULL)
    return 0;
  client.stage
      = (InteropStage){ .container = container,
                        .own = own,
                        .url = arguments->places[0],
                        .has_bytes = arguments->codec != NULL && !g_str_equal (arguments->codec, "json"),
                        .failure = failure };
  done = foliot_fiber_spawn_full (kernel, NULL, "client", FOLIOT_STACK_LARGE, try_all, &client, NULL);
  result = foliot_run (kernel, done, error);
  foliot_container_shutdown_sync (container);
  return client.n_bad;
}

int
main (int argc, char **argv)
{
  Arguments arguments = { NULL };
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 1, 0);
  g_autoptr (GError) error = NULL;
  guint n_bad = 0;

  if (parse (argc, argv, &arguments, &error))
    n_bad = play (kernel, &arguments, &error);
  g_free (arguments.codec);
  g_free (arguments.tls);
  g_strfreev (arguments.places);
  if (error == NULL)
    return n_bad > 0;
  fprintf (stderr, "interop-client: %s\n", error->message);
  return 2;
}

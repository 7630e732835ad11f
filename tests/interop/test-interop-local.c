/* SPDX-License-Identifier: MIT */
#include "interop-cases.h"

/*
 * The shipped scenario against a client in the same kernel, values by reference and in each codec: what a real peer will be
 * told, before there is a socket.
 */

typedef struct
{
  const char *name;
  gboolean through_codec;
} Way;

static const Way ways[] = { { "values", FALSE }, { "json", TRUE }, { "msgpack", TRUE }, { "blosc", TRUE } };

typedef struct
{
  const Way *way;
  const InteropCase *which;
} Line;

static FoliotWorld *
new_world (const Way *way)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "scenarios", "interop", NULL);
  g_autofree char *modules = g_test_build_filename (G_TEST_BUILT, "..", "scenarios", NULL);
  g_autofree char *codec
      = g_strconcat ("containers.0.codec=\"", way->through_codec ? way->name : "json", "\"", NULL);
  const char *const module_dirs[] = { modules, NULL }, *const settings[] = { codec, NULL };
  const FoliotWorldOptions options = { .until = FOLIOT_TIME_NEVER, .through_codec = way->through_codec };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario = foliot_scenario_load (path, settings, NULL, module_dirs, &error);
  FoliotWorld *world;

  g_assert_no_error (error);
  world = foliot_world_new (scenario, &options, &error);
  g_assert_no_error (error);
  return world;
}

typedef struct
{
  InteropStage stage;
  const InteropCase *which;
} Play;

static FoliotValue *
play (gpointer user_data, GError **error)
{
  Play *self = user_data;
  InteropStage *stage = &self->stage;
  g_autoptr (FoliotValue) peer
      = foliot_await_take (foliot_container_connect (stage->container, stage->url, 0), error);

  if (peer == NULL)
    return NULL;
  stage->peer = foliot_value_get_proxy (peer);
  self->which->run (stage);
  return foliot_value_new_null ();
}

static void
test_line (gconstpointer data)
{
  const Line *line = data;
  g_autoptr (FoliotWorld) world = new_world (line->way);
  FoliotKernel *kernel = foliot_world_get_kernel (world);
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, line->way->through_codec);
  g_autoptr (FoliotAddress) address = foliot_address_new_local ("client", NULL);
  const FoliotContainerOptions options = { .codec_type = foliot_codec_type_from_name (
                                               line->way->through_codec ? line->way->name : "json", NULL) };
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, address, &options, &error);
  GType type = G_OBJECT_TYPE (foliot_world_get_agent (world, "Interop_0"));
  g_autoptr (FoliotAgent) own = foliot_agent_new_detached (container, type, NULL, &error);
  Play self = { { .container = container,
                  .own = own,
                  .url = "local://interop/0",
                  .has_bytes = options.codec_type != FOLIOT_TYPE_CODEC_JSON,
                  .failure = g_string_new (NULL) },
                line->which };
  g_autoptr (FoliotFuture) started = foliot_agent_start (own, NULL), done = NULL;
  g_autoptr (FoliotValue) result = NULL;

  done = foliot_fiber_spawn_full (kernel, NULL, "client", FOLIOT_STACK_LARGE, play, &self, NULL);
  result = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (self.stage.failure->str, ==, "");
  foliot_container_shutdown_sync (container);
  g_string_free (self.stage.failure, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    for (const InteropCase *which = interop_cases; which->name != NULL; which++)
      {
        g_autofree char *path = g_strdup_printf ("/interop/local/%s/%s", ways[i].name, which->name);
        Line *line = g_new (Line, 1);

        *line = (Line){ &ways[i], which };
        g_test_add_data_func_full (path, line, test_line, g_free);
      }
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <stdio.h>
#include <string.h>

/*
 * A scenario in other company than the command gives it. What it writes must be what the command writes.
 *
 *   host after OTHER SCENARIO MODULES UNTIL OUT    after OTHER has run to its end in this process
 *   host beside OTHER SCENARIO MODULES UNTIL OUT   in turns with OTHER, in this thread
 *   host loop OTHER SCENARIO MODULES UNTIL OUT     from a main loop with other sources; OTHER is not used
 *
 * UNTIL is as in `--until`, or "end".
 */

#define STEP_EVENTS 7

typedef struct
{
  const char *how;
  const char *other;
  const char *scenario;
  const char *modules[2];
  FoliotTime until;
} Arguments;

typedef struct
{
  GMainLoop *loop;
  FoliotWorld *world;
  guint n_timeouts;
} Host;

static FoliotWorld *
open_world (const Arguments *arguments, const char *path, GMainContext *context)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario = foliot_scenario_load (path, NULL, NULL, arguments->modules, &error);
  FoliotWorldOptions options = { .until = arguments->until, .context = context, .keep = FOLIOT_KEEP_FIRST };
  FoliotWorld *world = scenario != NULL ? foliot_world_new (scenario, &options, &error) : NULL;

  if (world == NULL)
    g_error ("%s: %s", path, error->message);
  return world;
}

static gboolean
step (FoliotWorld *world)
{
  g_autoptr (GError) error = NULL;
  guint64 n_events = foliot_world_step (world, STEP_EVENTS, &error);

  g_assert_no_error (error);
  return n_events > 0;
}

static FoliotWorld *
run_after (const Arguments *arguments)
{
  FoliotWorld *other = open_world (arguments, arguments->other, NULL);
  FoliotWorld *world;

  while (step (other))
    ;
  foliot_world_close (other);
  g_object_unref (other);
  world = open_world (arguments, arguments->scenario, NULL);
  while (step (world))
    ;
  return world;
}

static FoliotWorld *
run_beside (const Arguments *arguments)
{
  g_autoptr (FoliotWorld) other = open_world (arguments, arguments->other, NULL);
  FoliotWorld *world = open_world (arguments, arguments->scenario, NULL);

  while (step (world))
    step (other);
  foliot_world_close (other);
  return world;
}

static gboolean
on_timeout (gpointer user_data)
{
  Host *host = user_data;

  host->n_timeouts++;
  if (!foliot_world_is_done (host->world))
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (host->loop);
  return G_SOURCE_REMOVE;
}

/* Nobody steps the world: the host's loop runs it, beside a source of its own. */
static FoliotWorld *
run_in_loop (const Arguments *arguments)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Host host = { loop, open_world (arguments, arguments->scenario, g_main_context_default ()), 0 };

  g_timeout_add (1, on_timeout, &host);
  g_main_loop_run (loop);
  return host.world;
}

int
main (int argc, char **argv)
{
  g_autoptr (FoliotWorld) world = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *digest = NULL;
  Arguments arguments;

  if (argc != 7)
    {
      fprintf (stderr, "usage: host after|beside|loop OTHER SCENARIO MODULES UNTIL OUT\n");
      return 2;
    }
  arguments = (Arguments){ argv[1], argv[2], argv[3], { argv[4], NULL }, FOLIOT_TIME_NEVER };
  if (strcmp (argv[5], "end") != 0 && !foliot_time_parse (argv[5], &arguments.until, &error))
    g_error ("%s", error->message);
  if (strcmp (arguments.how, "after") == 0)
    world = run_after (&arguments);
  else
    world = strcmp (arguments.how, "beside") == 0 ? run_beside (&arguments) : run_in_loop (&arguments);
  if (!foliot_world_write_results (world, argv[6], &error))
    g_error ("%s", error->message);
  digest = foliot_kernel_dup_digest (foliot_world_get_kernel (world));
  printf ("digest %s\n", digest);
  foliot_world_close (world);
  return 0;
}

/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <stdio.h>
#include <sys/resource.h>

#include "tools/foliot-build.h"
#include "tools/foliot-drive.h"
#include "tools/foliot-options.h"
#include "tools/foliot-places.h"
#include "tools/foliot-watch.h"
#include "tools/foliot-wire.h"

/*
 * `foliot serve ADDRESS --scenario SCENARIO`: a scenario whose agents are called from outside. Its time is that of the
 * machine, from the scenario's start date on, and it goes on until somebody ends it: a duration, tables and expectations belong to
 * a run. Recorded, it is played back as a run is. The line READY is for who started it, be that a person or a program: it comes when others may connect.
 */

typedef struct
{
  FoliotWireOptions wire;
  char *scenario;
  char **settings;
  char *record;
  gboolean record_bytes;
  char **rest; /* ADDRESS */
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  foliot_wire_options_clear (&arguments->wire);
  g_free (arguments->scenario);
  g_strfreev (arguments->settings);
  g_free (arguments->record);
  g_strfreev (arguments->rest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "scenario", 0, 0, G_OPTION_ARG_FILENAME, &arguments->scenario,
      "Whose agents: a file, or a folder that holds scenario.json", "SCENARIO" },
    { "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->settings,
      "Change a parameter or member; VALUE is JSON", "PATH=VALUE" },
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &arguments->record,
      "Write down all that comes from outside; foliot replay plays it back", "FILE" },
    { "record-bytes", 0, 0, G_OPTION_ARG_NONE, &arguments->record_bytes,
      "With --record: keep what is sent, too, and not its hash alone", NULL },
    FOLIOT_WIRE_ENTRIES (&arguments->wire),
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->rest, NULL, "ADDRESS" },
    { NULL },
  };

  if (!foliot_options_parse ("serve", entries, &argc, &argv, error))
    return FALSE;
  if (!foliot_options_expect_record ("--record-bytes", arguments->record_bytes, arguments->record, error))
    return FALSE;
  if (arguments->scenario != NULL && arguments->rest != NULL && g_strv_length (arguments->rest) == 1)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                       "expected ADDRESS --scenario SCENARIO (foliot help serve)");
  return FALSE;
}

static FoliotAddress *
parse_address (const char *text, GError **error)
{
  g_autoptr (FoliotAddress) address = foliot_address_parse (text, NULL);

  if (address != NULL && foliot_address_get_kind (address) == FOLIOT_ADDRESS_UNIX)
    return g_steal_pointer (&address);
  if (address != NULL && foliot_address_get_kind (address) == FOLIOT_ADDRESS_TCP
      && foliot_address_get_port (address) == CLAMP (foliot_address_get_port (address), 0, G_MAXUINT16))
    return g_steal_pointer (&address);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "%s: expected tcp://HOST:PORT (0 to 65535; 0: a free one) or ipc://[/PATH]", text);
  return NULL;
}

static FoliotScenario *
load (Arguments *arguments, GError **error)
{
  g_auto (GStrv) module_dirs = foliot_places_dup_module_dirs (NULL);
  g_autofree char *path = foliot_places_find_scenario (arguments->scenario);

  if (!foliot_build_if_needed (path, TRUE, error))
    return NULL;
  return foliot_places_load_scenario (path, arguments->settings, module_dirs, error);
}

static int
complain (const GError *error)
{
  int code;

  if (error->domain == FOLIOT_JOURNAL_ERROR)
    return foliot_drive_complain (error, foliot_drive_get_exit_code (error));
  code = foliot_wire_complain (error);
  return error->domain == FOLIOT_SCENARIO_ERROR && error->code == FOLIOT_SCENARIO_ERROR_AGENT
             ? FOLIOT_EXIT_MODEL
             : code;
}

/* Whoever looks after the server sees who does not get in, and why. */
static void
on_refusal (FoliotContainer *container, const char *peer, const GError *why, gpointer user_data)
{
  fprintf (stderr, "foliot: hung up on %s: %s%s\n", peer, why->message,
           why->domain == FOLIOT_CODEC_ERROR ? "; has it another codec than this end (--codec)?" : "");
}

/* Where the further containers listen was the system's choice; the one line of standard output is for the first agent. */
static void
print_container (FoliotContainer *container)
{
  fprintf (stderr, "foliot: container %s listens at %s\n", foliot_container_get_name (container),
           foliot_container_get_base_url (container));
}

/* Every connection is a descriptor, and the limit that a shell hands on is meant for programs that have few. */
static void
allow_many_connections (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0)
    {
      limit.rlim_cur = limit.rlim_max;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
}

/* That somebody ends it is its end: exit code 0. */
static gboolean
end_recording (FoliotWorld *world, const GError *failure, GError **error)
{
  g_autoptr (GError) interrupted = NULL;

  if (foliot_watch_was_interrupted ())
    failure = interrupted
        = g_error_new_literal (FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED, "interrupted");
  return foliot_world_end_recording (
      world, failure != NULL && failure != interrupted ? FOLIOT_EXIT_MODEL : FOLIOT_EXIT_OK, failure, error);
}

/* Behind the end of the recording, of whose run it is. */
static void
print_recorded (FoliotWorld *world, const char *record)
{
  g_autofree char *digest = foliot_world_dup_digest (world);
  g_autofree char *now = foliot_time_format (foliot_kernel_now (foliot_world_get_kernel (world)));

  fprintf (stderr, "foliot: recorded in %s, %s s; digest %s\n", record, now, digest);
}

static int
serve (FoliotScenario *scenario, FoliotAddress *address, const FoliotWire *wire, const Arguments *arguments)
{
  const FoliotWorldOptions options = { .until = FOLIOT_TIME_NEVER,
                                       .digest_off = arguments->record == NULL,
                                       .realtime = TRUE,
                                       .listen = address,
                                       .tls = wire->tls,
                                       .codec_type = wire->codec,
                                       .record = arguments->record,
                                       .record_verb = "serve",
                                       .record_sent = arguments->record_bytes };
  g_autoptr (GError) error = NULL, problem = NULL;
  g_autoptr (FoliotWorld) world = foliot_world_new (scenario, &options, &error);
  FoliotAgent *first = world != NULL ? foliot_world_get_first_agent (world) : NULL;

  if (world != NULL && first == NULL)
    g_set_error (&error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                 "scenario %s has no agents: nobody could be called", foliot_scenario_get_name (scenario));
  if (error != NULL)
    return complain (error);
  allow_many_connections ();
  for (guint i = 1; foliot_world_get_container (world, i) != NULL; i++)
    print_container (foliot_world_get_container (world, i));
  foliot_world_set_refusal_func (world, on_refusal, NULL);
  foliot_watch_begin (foliot_world_get_kernel (world));
  printf ("READY %s\n", foliot_agent_get_address (first));
  fflush (stdout);
  foliot_world_serve (world, &error);
  if (end_recording (world, error, &problem) && arguments->record != NULL)
    print_recorded (world, arguments->record);
  foliot_world_close (world);
  foliot_watch_end ();
  if (problem != NULL)
    return foliot_drive_complain (problem, foliot_drive_get_exit_code (problem));
  return foliot_watch_was_interrupted () ? FOLIOT_EXIT_OK : complain (error);
}

int
foliot_verb_serve (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (FoliotWire) wire = { 0 };
  g_autoptr (FoliotAddress) address = NULL;
  g_autoptr (FoliotScenario) scenario = NULL;
  g_autoptr (GError) error = NULL;

  if (parse (argc, argv, &arguments, &error) && foliot_watch_configure (&error)
      && foliot_wire_read (&arguments.wire, &wire, &error))
    address = parse_address (arguments.rest[0], &error);
  if (address != NULL)
    scenario = load (&arguments, &error);
  return scenario != NULL ? serve (scenario, address, &wire, &arguments) : complain (error);
}

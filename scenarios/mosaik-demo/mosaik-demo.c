/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-mosaik.h>
#include <foliot/foliot-subproc.h>
#include <foliot/foliot-tape.h>

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>

#include "agents.h"

/*
 * aiomas' demo for mosaik, process by process: a program that mosaik starts, with a gateway agent and a controller; and below it one
 * process per container, whose manager makes the turbine agents. JSON goes to mosaik, MsgPackBlosc between our own processes.
 *
 *   mosaik-demo [--children N] [--tls DIR] [--record FILE] [--table FILE] [--remote] HOST:PORT
 *   mosaik-demo --replay FILE [--table FILE]
 *
 * A step is: tell the agents what is new, move time in all processes, wait until all is settled, hand the limits back with set_data.
 * `foliot mosaik` does all of this from a scenario file; this is how one does it by hand.
 *
 * Each process has a recording of its own: this one FILE, its children FILE.child-1 and so on. Any of them is played back alone:
 * a recording knows what it is of.
 */

#define MODULE        "demo"
#define BEFORE_BEGIN  (-FOLIOT_SECOND)
#define DEFAULT_START "1970-01-01T00:00:00+00:00"

typedef struct
{
  /* the command line */
  int n_children;
  char *tls, *child_of_date, *table_path;
  gboolean remote;
  const char *program;
  FoliotTapeOptions tape_options;

  FoliotTape *tape;

  FoliotKernel *kernel;
  FoliotTransport *transport;
  FoliotRegistry *registry;
  FoliotClock *clock;
  FoliotContainer *root;
  FoliotAgent *gateway, *controller;
  GPtrArray *children; /* of FoliotChild */
  GPtrArray *entities; /* of FoliotMosaikEntity; their data is the full id of their unit */
  char *start_date;
  GString *table; /* of what mosaik was told */
} Demo;

static void
demo_clear (Demo *demo)
{
  g_clear_pointer (&demo->entities, g_ptr_array_unref);
  g_clear_pointer (&demo->children, g_ptr_array_unref);
  g_clear_object (&demo->gateway);
  g_clear_object (&demo->controller);
  g_clear_object (&demo->root);
  g_clear_object (&demo->clock);
  g_clear_object (&demo->transport);
  g_clear_pointer (&demo->registry, foliot_registry_free);
  g_clear_pointer (&demo->start_date, g_free);
}

static void
demo_free_all (Demo *demo)
{
  demo_clear (demo);
  g_clear_pointer (&demo->tape, foliot_tape_free);
  foliot_tape_options_clear (&demo->tape_options);
  g_string_free (demo->table, TRUE);
  g_free (demo->child_of_date);
  g_free (demo->tls);
  g_free (demo->table_path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Demo, demo_free_all)

/* ---- what parent and child have in common ------------------------------------------------------------------------ */

static gboolean
begin (Demo *demo, FoliotKernel *kernel, const char *start_date, GError **error)
{
  g_autoptr (FoliotTlsCredentials) tls = NULL;
  FoliotStreamOptions options = { 0 };

  if (demo->tls != NULL && !foliot_tape_is_replay (demo->tape))
    {
      tls = foliot_tls_credentials_new_from_folder (demo->tls, error);
      if (tls == NULL)
        return FALSE;
      options.tls = tls;
    }
  demo->kernel = kernel;
  demo->transport = foliot_stream_transport_new (kernel, &options);
  demo->registry = foliot_registry_new ();
  foliot_registry_add (demo->registry, MODULE, demo_wecs_get_type ());
  demo->clock = foliot_external_clock_new (kernel, start_date, BEFORE_BEGIN, error);
  return demo->clock != NULL;
}

static FoliotContainerOptions
container_options (Demo *demo, const char *name)
{
  return (
      FoliotContainerOptions){ .name = name, .clock = demo->clock, .codec_type = FOLIOT_TYPE_CODEC_BLOSC };
}

/* The run is over. What its recording has to say is more to the point than @error, which may come of it. */
static int
end_tape (Demo *demo, FoliotKernel *kernel, int code, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *report = NULL, *digest = NULL;

  code = foliot_tape_end (demo->tape, code, *error, &problem);
  report = foliot_tape_dup_report (demo->tape);
  digest = foliot_kernel_dup_digest (kernel);
  if (report != NULL)
    fprintf (stderr, "%s\n", report);
  if (report != NULL && problem == NULL)
    printf ("digest %s\n", digest);
  if (problem != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, g_steal_pointer (&problem));
    }
  return code;
}

static int
run_child (Demo *demo, const char *date, GError **error)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, BEFORE_BEGIN);
  g_autoptr (FoliotAddress) address = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (FoliotFuture) served = NULL;
  g_autoptr (FoliotValue) ended = NULL;
  FoliotContainerOptions options;
  FoliotManager *manager = NULL;
  int code;

  if (!foliot_tape_attach (demo->tape, kernel, error))
    return foliot_tape_get_exit_code (*error);
  if (!begin (demo, kernel, date, error))
    return end_tape (demo, kernel, 1, error);
  options = container_options (demo, NULL);
  served = foliot_subproc_start (demo->transport, address, &options, demo->registry, &manager);
  if (manager != NULL && !foliot_tape_is_replay (demo->tape))
    printf ("READY %s\n", foliot_agent_get_address (manager));
  fflush (stdout);
  ended = foliot_run (kernel, served, error);
  code = end_tape (demo, kernel, ended != NULL ? 0 : 1, error);
  foliot_kernel_close (kernel);
  demo_clear (demo);
  return code;
}

/* ---- init ------------------------------------------------------------------------------------------------------- */

/* Awaits an object out of a future; one that awaits a list of them keeps the list. */
static gpointer
await_object (FoliotFuture *future, GType type, GError **error)
{
  g_autoptr (FoliotValue) value = foliot_await_take (future, error);

  return value != NULL ? foliot_value_get_object (value, type) : NULL;
}

static FoliotAgent *
make_agent (Demo *demo, GType type, const char *name, FoliotValue *args, GError **error)
{
  FoliotAgent *agent = await_object (foliot_agent_new (demo->root, type, name, args), type, error);

  return agent != NULL ? g_object_ref (agent) : NULL;
}

/* @number: from 1 */
static char *
make_child_path (Demo *demo, int number)
{
  return g_strdup_printf ("%s.child-%d", demo->tape_options.record, number);
}

/* Those of an earlier recording, which had more children than this one. */
static void
remove_stale (Demo *demo)
{
  for (int number = demo->n_children + 1;; number++)
    {
      g_autofree char *path = make_child_path (demo, number);
      g_autoptr (FoliotJournalReader) journal = foliot_journal_reader_new (path, NULL);

      if (journal == NULL || g_unlink (path) != 0)
        return;
    }
}

static FoliotFuture *
start_child (Demo *demo, int number)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *record = demo->tape_options.record != NULL ? make_child_path (demo, number) : NULL;

  g_ptr_array_add (argv, (gpointer) demo->program);
  g_ptr_array_add (argv, (gpointer) "--child-of-date");
  g_ptr_array_add (argv, demo->start_date);
  if (demo->tls != NULL)
    {
      g_ptr_array_add (argv, (gpointer) "--tls");
      g_ptr_array_add (argv, demo->tls);
    }
  if (record != NULL)
    {
      g_ptr_array_add (argv, (gpointer) "--record");
      g_ptr_array_add (argv, record);
    }
  g_ptr_array_add (argv, NULL);
  return foliot_child_start (demo->root, (const char *const *) argv->pdata, NULL);
}

static gboolean
start_children (Demo *demo, GError **error)
{
  g_autoptr (GPtrArray) started = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);

  for (int i = 0; i < demo->n_children; i++)
    g_ptr_array_add (started, start_child (demo, i + 1));
  for (guint i = 0; i < started->len; i++)
    {
      FoliotChild *child = await_object (foliot_future_ref (started->pdata[i]), FOLIOT_TYPE_CHILD, error);

      if (child == NULL)
        return FALSE;
      g_ptr_array_add (demo->children, foliot_child_ref (child));
    }
  return TRUE;
}

static gboolean
demo_init (gpointer self, FoliotMosaik *mosaik, FoliotValue *keywords, FoliotMosaikMeta *meta, GError **error)
{
  Demo *demo = self;
  FoliotValue *date = foliot_value_lookup (keywords, "start_date");
  FoliotValue *config = foliot_value_lookup (keywords, "controller_config");
  g_autoptr (FoliotAddress) address = foliot_address_new_tcp ("127.0.0.1", 0);
  FoliotContainerOptions options;

  demo->start_date = g_strdup (date != NULL ? foliot_value_get_string (date, NULL) : DEFAULT_START);
  if (!begin (demo, foliot_mosaik_get_kernel (mosaik), demo->start_date, error))
    return FALSE;
  options = container_options (demo, "root");
  demo->root = foliot_container_new (demo->transport, address, &options, error);
  if (demo->root == NULL)
    return FALSE;
  demo->gateway = make_agent (demo, mosaik_agent_get_type (), "MosaikAgent", NULL, error);
  if (demo->gateway == NULL)
    return FALSE;
  demo->controller = make_agent (demo, demo_controller_get_type (), "Controller", config, error);
  if (demo->controller == NULL || !start_children (demo, error))
    return FALSE;
  foliot_mosaik_meta_add_model (meta, "WecsAgent", FOLIOT_MOSAIK_PUBLIC);
  foliot_mosaik_meta_add_parameter (meta, "WecsAgent", "P_rated");
  foliot_mosaik_meta_add_attribute (meta, "WecsAgent", "P", FOLIOT_MOSAIK_MEASUREMENT);
  return TRUE;
}

/* ---- create and setup_done -------------------------------------------------------------------------------------- */

/* The manager of the child whose turn it is makes the agent; without children it lives beside the controller. */
static FoliotProxy *
spawn (Demo *demo, FoliotProxy *manager, double rated_kw, GError **error)
{
  g_autoptr (FoliotValue) made = foliot_agent_call (
      demo->gateway, manager, error, "spawn", foliot_value_new_string (MODULE ":DemoWecs"),
      foliot_agent_as_value (demo->controller), foliot_value_new_double (rated_kw), NULL);

  return made != NULL ? foliot_proxy_ref (foliot_value_get_proxy (foliot_value_get_item (made, 0))) : NULL;
}

static FoliotProxy *
make_here (Demo *demo, double rated_kw, GError **error)
{
  g_autoptr (FoliotProxy) controller
      = foliot_agent_connect (demo->gateway, foliot_agent_get_address (demo->controller), 0, error);
  g_autoptr (FoliotValue) args = NULL;
  g_autoptr (FoliotAgent) agent = NULL;

  if (controller == NULL)
    return NULL;
  args = foliot_value_build_map ("controller", foliot_value_new_proxy (controller), "P_rated",
                                 foliot_value_new_double (rated_kw), NULL);
  agent = make_agent (demo, demo_wecs_get_type (), NULL, args, error);
  return agent != NULL ? foliot_agent_connect (demo->gateway, foliot_agent_get_address (agent), 0, error)
                       : NULL;
}

static gboolean
demo_create (gpointer self, FoliotMosaikEntity *entity, FoliotValue *params, GError **error)
{
  Demo *demo = self;
  guint number = foliot_mosaik_entity_get_index (entity);
  FoliotValue *rated = foliot_value_lookup (params, "P_rated");
  double rated_kw = rated != NULL && foliot_value_is_number (rated) ? foliot_value_get_double (rated) : 0.0;
  g_autofree char *id = g_strdup_printf ("Agent_%u", number);
  FoliotProxy *proxy;

  if (demo->children->len > 0)
    proxy = spawn (demo, foliot_child_get_manager (demo->children->pdata[number % demo->children->len]),
                   rated_kw, error);
  else
    proxy = make_here (demo, rated_kw, error);
  if (proxy == NULL)
    return FALSE;
  foliot_mosaik_entity_set_id (entity, id);
  mosaik_agent_add (demo->gateway, id, proxy);
  g_ptr_array_add (demo->entities, entity);
  return TRUE;
}

static FoliotValue *
make_full_ids (Demo *demo, FoliotMosaik *mosaik)
{
  g_autofree FoliotValue **ids = g_new (FoliotValue *, demo->entities->len + 1);

  for (guint i = 0; i < demo->entities->len; i++)
    ids[i] = foliot_value_new_string_printf ("%s.%s", foliot_mosaik_get_id (mosaik),
                                             foliot_mosaik_entity_get_id (demo->entities->pdata[i]));
  return foliot_value_new_list (ids, demo->entities->len);
}

/* Each agent controls one unit of the simulated world: the one that it is connected to. */
static gboolean
demo_setup_done (gpointer self, FoliotMosaik *mosaik, GError **error)
{
  Demo *demo = self;
  g_autoptr (FoliotValue) ids = make_full_ids (demo, mosaik);
  g_autoptr (FoliotValue) related = foliot_mosaik_get_related_entities (mosaik, ids, error);

  for (guint i = 0; related != NULL && i < demo->entities->len; i++)
    {
      const char *id = foliot_value_get_string (foliot_value_get_item (ids, i), NULL);
      FoliotValue *units = foliot_value_lookup (related, id);

      if (units == NULL || foliot_value_get_length (units) != 1)
        {
          g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                       "%s is connected to %u units: connect it to exactly one", id,
                       units != NULL ? (guint) foliot_value_get_length (units) : 0);
          return FALSE;
        }
      foliot_mosaik_entity_set_user_data (
          demo->entities->pdata[i],
          g_strdup (foliot_value_get_string (foliot_value_get_key (units, 0), NULL)), g_free);
    }
  return related != NULL;
}

/* ---- step ------------------------------------------------------------------------------------------------------- */

/* In the children first, so that they are there when our agents, whose time it becomes then, call them. */
static gboolean
move_time (Demo *demo, FoliotTime to, GError **error)
{
  g_autoptr (GPtrArray) managers = g_ptr_array_new ();
  g_autoptr (FoliotValue) done = NULL;

  for (guint i = 0; i < demo->children->len; i++)
    g_ptr_array_add (managers, foliot_child_get_manager (demo->children->pdata[i]));
  done = foliot_agent_call_all (demo->gateway, managers, error, "set_time",
                                foliot_value_new_int (to / FOLIOT_SECOND), NULL);
  return done != NULL && foliot_external_clock_advance_to (FOLIOT_EXTERNAL_CLOCK (demo->clock), to, error)
         && foliot_sleep_until (demo->kernel, foliot_clock_to_kernel (demo->clock, to), error);
}

/* What mosaik is told of an entity, for --table. */
static void
add_row (Demo *demo, gint64 time, FoliotMosaikEntity *entity, FoliotValue *limit)
{
  char number[32] = "";

  if (!foliot_value_is_null (limit))
    foliot_double_format (foliot_value_get_double (limit), number);
  g_string_append_printf (demo->table, "%" G_GINT64_FORMAT ",%s,%s,%s\n", time,
                          foliot_mosaik_entity_get_id (entity),
                          (const char *) foliot_mosaik_entity_get_user_data (entity), number);
}

static gboolean
send_limits (Demo *demo, FoliotMosaik *mosaik, gint64 time, GError **error)
{
  g_autoptr (FoliotValue) limits = mosaik_agent_get_limits (demo->gateway, error);
  guint n = demo->entities->len;
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * n + 1);
  g_autoptr (FoliotValue) inputs = NULL;

  if (limits == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      FoliotMosaikEntity *entity = demo->entities->pdata[i];
      FoliotValue *limit
          = foliot_value_build_map ("P_max", foliot_value_ref (foliot_value_get_item (limits, i)), NULL);

      add_row (demo, time, entity, foliot_value_get_item (limits, i));
      pairs[2 * i] = foliot_value_new_string (foliot_mosaik_entity_get_id (entity));
      pairs[2 * i + 1] = foliot_value_build_map (foliot_mosaik_entity_get_user_data (entity), limit, NULL);
    }
  inputs = foliot_value_new_map (pairs, n);
  return foliot_mosaik_set_data (mosaik, inputs, error);
}

static gboolean
demo_step (gpointer self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  Demo *demo = self;
  g_autoptr (FoliotValue) settled = NULL;

  if (!mosaik_agent_update (demo->gateway, step->inputs, error)
      || !move_time (demo, step->time * foliot_mosaik_get_tick (mosaik), error))
    return FALSE;
  settled = foliot_await_take (foliot_container_settle (demo->root, 0), error);
  if (settled == NULL || !send_limits (demo, mosaik, step->time, error))
    return FALSE;
  step->next = step->time + 900;
  return TRUE;
}

static gboolean
demo_finalize (gpointer self, FoliotMosaik *mosaik, GError **error)
{
  Demo *demo = self;
  gboolean ok = TRUE;

  for (guint i = 0; i < demo->children->len; i++)
    {
      g_autoptr (FoliotValue) ended
          = foliot_await_take (foliot_child_stop (demo->children->pdata[i], 0), ok ? error : NULL);

      ok &= ended != NULL;
    }
  if (demo->root != NULL)
    {
      g_autoptr (FoliotValue) closed
          = foliot_await_take (foliot_container_shutdown (demo->root), ok ? error : NULL);

      ok &= closed != NULL;
    }
  return ok;
}

/* ---- the program ------------------------------------------------------------------------------------------------ */

/* A handler gets no argument. */
static FoliotMosaik *volatile running;

static void
on_term (int number)
{
  foliot_mosaik_stop (running);
}

static void
catch_term (FoliotMosaik *mosaik)
{
  struct sigaction action = { .sa_handler = mosaik != NULL ? on_term : SIG_DFL, .sa_flags = SA_RESTART };

  running = mosaik;
  sigaction (SIGTERM, &action, NULL);
}

static gboolean
run_mosaik (Demo *demo, FoliotMosaik *mosaik, const char *address, int *out_code, GError **error)
{
  *out_code = 5;
  if (!(demo->remote ? foliot_mosaik_listen (mosaik, address, error)
                     : foliot_mosaik_connect (mosaik, address, error)))
    return FALSE;
  *out_code = 1;
  if (!foliot_mosaik_run (mosaik, 60000, error))
    return FALSE;
  *out_code = 0;
  return demo->table_path == NULL
         || g_file_set_contents (demo->table_path, demo->table->str, (gssize) demo->table->len, error);
}

static int
run_parent (Demo *demo, const char *address, GError **error)
{
  static const FoliotMosaikModel model
      = { demo_init, demo_create, demo_setup_done, demo_step, NULL, demo_finalize };
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, BEFORE_BEGIN);
  FoliotMosaikOptions options = { .moves_time = TRUE };
  g_autoptr (FoliotMosaik) mosaik = NULL;
  int code;

  if (!foliot_tape_attach (demo->tape, kernel, error))
    return foliot_tape_get_exit_code (*error);
  if (demo->tape_options.record != NULL)
    remove_stale (demo);
  mosaik = foliot_mosaik_new (kernel, &model, demo, NULL, &options);
  if (!foliot_tape_is_replay (demo->tape))
    catch_term (mosaik);
  if (!run_mosaik (demo, mosaik, address, &code, error) && code == 0)
    code = 4;
  code = end_tape (demo, kernel, code, error);
  foliot_kernel_close (kernel);
  catch_term (NULL);
  demo_clear (demo);
  return code;
}

/* The recording says whose it is, and how it was started. */
static int
run (Demo *demo, const char *address, GError **error)
{
  const char *date;

  demo->tape = foliot_tape_new (demo->program, &demo->tape_options, error);
  if (demo->tape == NULL)
    return foliot_tape_get_exit_code (*error);
  date = foliot_tape_keep (demo->tape, "child-of-date", demo->child_of_date);
  if (date != NULL)
    return run_child (demo, date, error);
  address = foliot_tape_keep (demo->tape, "address", address);
  demo->remote = foliot_tape_keep_int (demo->tape, "remote", demo->remote) != 0;
  demo->n_children = (int) foliot_tape_keep_int (demo->tape, "children", demo->n_children);
  return run_parent (demo, address, error);
}

int
main (int argc, char **argv)
{
  g_auto (Demo) demo = { .n_children = 4, .program = argv[0] };
  const GOptionEntry entries[] = {
    { "children", 0, 0, G_OPTION_ARG_INT, &demo.n_children,
      "How many processes the turbines' agents are spread over; 0: they are in this one", "N" },
    { "tls", 0, 0, G_OPTION_ARG_FILENAME, &demo.tls,
      "Between our processes: certificates of foliot certs new", "DIR" },
    { "table", 0, 0, G_OPTION_ARG_FILENAME, &demo.table_path, "Write what mosaik was told, as CSV", "FILE" },
    { "remote", 'r', 0, G_OPTION_ARG_NONE, &demo.remote, "Listen at HOST:PORT for mosaik", NULL },
    { "child-of-date", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &demo.child_of_date, "", "DATE" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("[HOST:PORT]");
  g_autoptr (GError) error = NULL;
  int code = 2;

  demo.children = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_child_unref);
  demo.entities = g_ptr_array_new ();
  demo.table = g_string_new ("time,agent,unit,P_max\n");
  g_option_context_add_main_entries (context, entries, NULL);
  foliot_tape_options_add (&demo.tape_options, context);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    ;
  else if (argc == (demo.child_of_date != NULL || demo.tape_options.replay != NULL ? 1 : 2))
    code = run (&demo, argv[1], &error);
  else
    g_set_error_literal (&error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "expected HOST:PORT; see --help");
  if (error != NULL)
    fprintf (stderr, "%s: %s\n", argv[0], error->message);
  return code;
}

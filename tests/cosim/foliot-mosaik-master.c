/* SPDX-License-Identifier: MIT */
#include "foliot-mosaik-master.h"

#include <string.h>
#include <unistd.h>

#include "foliot-test.h"

/* A scripted master and a scripted simulator, in one world, over a real socket. */

struct _FoliotMaster
{
  FoliotKernel *kernel;
  Probe *probe;
  FoliotMosaik *mosaik;
  FoliotFuture *ended;
  FoliotRawSocket *socket;
};

/* ---- the probe ---- */

static void note (Probe *probe, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
note (Probe *probe, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (probe->calls, format, args);
  va_end (args);
  g_string_append_c (probe->calls, '\n');
}

static gboolean
act (Probe *probe, ProbeFunc func, GError **error)
{
  g_assert_true (foliot_fiber_is_running (probe->kernel));
  g_assert_cmpstr (
      foliot_kernel_get_node_name (probe->kernel, foliot_kernel_get_current_node (probe->kernel)), ==,
      "mosaik");
  return func == NULL || func (probe, error);
}

static gboolean
probe_init (gpointer self, FoliotMosaik *mosaik, FoliotValue *keywords, FoliotMosaikMeta *meta,
            GError **error)
{
  Probe *probe = self;
  g_autofree char *text = foliot_value_print (keywords);

  note (probe, "init %s %s", foliot_mosaik_get_id (mosaik), text);
  g_assert_true (foliot_mosaik_get_self (mosaik) == probe);
  if (!probe->without_meta)
    {
      foliot_mosaik_meta_add_model (meta, "M", FOLIOT_MOSAIK_PUBLIC);
      foliot_mosaik_meta_add_attribute (meta, "M", "x", FOLIOT_MOSAIK_MEASUREMENT);
      foliot_mosaik_meta_add_attribute (meta, "M", "y", FOLIOT_MOSAIK_MEASUREMENT);
    }
  for (const FoliotMethod *method = probe->methods; method != NULL && method->name != NULL; method++)
    foliot_mosaik_meta_add_method (meta, method);
  probe->meta = meta;
  return act (probe, probe->on_init, error);
}

static void
on_entity_gone (gpointer data)
{
  ((Probe *) data)->n_destroyed_entities++;
}

static gboolean
probe_create (gpointer self, FoliotMosaikEntity *entity, FoliotValue *params, GError **error)
{
  Probe *probe = self;
  g_autofree char *text = foliot_value_print (params), *id = NULL;

  id = g_strdup_printf ("e%u", foliot_mosaik_entity_get_index (entity));
  foliot_mosaik_entity_set_id (entity, id);
  foliot_mosaik_entity_set_user_data (entity, probe, on_entity_gone);
  note (probe, "create %s %s %s", foliot_mosaik_entity_get_model (entity), id, text);
  probe->entity = entity;
  return act (probe, probe->on_create, error);
}

static gboolean
probe_setup_done (gpointer self, FoliotMosaik *mosaik, GError **error)
{
  note (self, "setup_done");
  return act (self, ((Probe *) self)->on_setup_done, error);
}

static gboolean
probe_step (gpointer self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error)
{
  Probe *probe = self;
  g_autofree char *inputs = foliot_value_print (step->inputs);

  if (step->max_advance == FOLIOT_MOSAIK_NEVER)
    note (probe, "step %" G_GINT64_FORMAT " %s", step->time, inputs);
  else
    note (probe, "step %" G_GINT64_FORMAT " %s max %" G_GINT64_FORMAT, step->time, inputs, step->max_advance);
  g_assert_cmpint (foliot_kernel_now (probe->kernel), ==, step->time * foliot_mosaik_get_tick (mosaik));
  g_assert_cmpint (step->next, ==, FOLIOT_MOSAIK_NEVER);
  probe->step_now = step;
  probe->time = step->time;
  if (probe->period > 0)
    step->next = step->time + probe->period;
  return act (probe, probe->on_step, error);
}

static FoliotValue *
probe_get_data (gpointer self, FoliotMosaikEntity *entity, const char *attribute, GError **error)
{
  Probe *probe = self;

  note (probe, "get_data %s %s", foliot_mosaik_entity_get_id (entity), attribute);
  probe->entity = entity;
  probe->attribute = attribute;
  if (!act (probe, probe->on_get_data, error))
    return NULL;
  return probe->output != NULL ? foliot_value_ref (probe->output) : foliot_value_new_int (probe->time);
}

static gboolean
probe_finalize (gpointer self, FoliotMosaik *mosaik, GError **error)
{
  Probe *probe = self;

  note (probe, "finalize");
  probe->n_finalized++;
  return act (probe, probe->on_finalize, error);
}

static const FoliotMosaikModel probe_model = {
  probe_init, probe_create, probe_setup_done, probe_step, probe_get_data, probe_finalize,
};

static void
probe_prepare (Probe *probe, FoliotKernel *kernel)
{
  *probe = (Probe){ .kernel = kernel, .calls = g_string_new (NULL), .period = 1 };
}

void
probe_make (Probe *probe, FoliotKernel *kernel)
{
  if (probe->calls == NULL)
    probe_prepare (probe, kernel);
  probe->mosaik = foliot_mosaik_new (kernel, &probe_model, probe, NULL, NULL);
}

void
probe_clear (Probe *probe)
{
  g_clear_pointer (&probe->output, foliot_value_unref);
  if (probe->calls != NULL)
    g_string_free (probe->calls, TRUE);
  probe->calls = NULL;
}

/* ---- the master ---- */

static FoliotMaster *
master_new (FoliotKernel *kernel, Probe *probe)
{
  FoliotMaster *master = g_new0 (FoliotMaster, 1);

  probe_make (probe, kernel);
  master->kernel = kernel;
  master->probe = probe;
  master->mosaik = probe->mosaik;
  master->ended = foliot_mosaik_dup_ended (master->mosaik);
  return master;
}

FoliotMaster *
foliot_master_new (FoliotKernel *kernel, Probe *probe)
{
  FoliotMaster *master = master_new (kernel, probe);
  g_autoptr (FoliotAddress) address = NULL;
  int listener = foliot_raw_socket_listen (&address);
  g_autofree char *text = g_strdup_printf ("127.0.0.1:%" G_GINT64_FORMAT, foliot_address_get_port (address));
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_mosaik_connect (master->mosaik, text, &error));
  g_assert_no_error (error);
  g_assert_null (foliot_mosaik_get_address (master->mosaik));
  master->socket = foliot_raw_socket_new_accepted (kernel, listener);
  close (listener);
  return master;
}

FoliotMaster *
foliot_master_new_remote (FoliotKernel *kernel, Probe *probe)
{
  FoliotMaster *master = master_new (kernel, probe);
  g_autoptr (GError) error = NULL;

  g_assert_true (foliot_mosaik_listen (master->mosaik, "127.0.0.1:0", &error));
  g_assert_no_error (error);
  master->socket = foliot_raw_socket_new_connected (kernel, foliot_mosaik_get_address (master->mosaik), 0);
  return master;
}

void
foliot_master_free (FoliotMaster *master)
{
  foliot_raw_socket_free (master->socket);
  g_object_unref (master->mosaik);
  foliot_future_unref (master->ended);
  g_free (master);
}

FoliotRawSocket *
foliot_master_get_socket (FoliotMaster *master)
{
  return master->socket;
}

void
foliot_master_say (FoliotMaster *master, const char *text)
{
  g_assert_true (foliot_raw_socket_send_text (master->socket, text));
}

char *
foliot_master_hear (FoliotMaster *master)
{
  g_autoptr (GBytes) payload = foliot_raw_socket_recv (master->socket);

  return payload != NULL ? g_strndup (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload)) : NULL;
}

void
foliot_master_begin (FoliotMaster *master)
{
  g_autofree char *meta = NULL, *entities = NULL, *ready = NULL;

  foliot_master_say (master, "[0, 0, [\"init\", [\"S-0\"], {\"time_resolution\": 1.0}]]");
  meta = foliot_master_hear (master);
  g_assert_true (g_str_has_prefix (meta, "[1, 0, {\"api_version\""));
  foliot_master_say (master, "[0, 1, [\"create\", [1, \"M\"], {}]]");
  entities = foliot_master_hear (master);
  g_assert_true (g_str_has_prefix (entities, "[1, 1, [{\"eid\": \"e0\""));
  foliot_master_say (master, "[0, 2, [\"setup_done\", [], {}]]");
  ready = foliot_master_hear (master);
  g_assert_cmpstr (ready, ==, "[1, 2, null]");
  g_string_truncate (master->probe->calls, 0);
}

GError *
foliot_master_await_end (FoliotMaster *master)
{
  GError *error = NULL;
  g_autoptr (FoliotValue) value = foliot_await (master->ended, FOLIOT_TIME_NEVER, &error);

  return error;
}

void
foliot_master_stop (FoliotMaster *master)
{
  g_autoptr (GError) error = NULL;

  foliot_master_assert_answer (master, "[0, 99, [\"stop\", [], {}]]", "[1, 99, null]");
  foliot_master_assert_hear (master, NULL);
  error = foliot_master_await_end (master);
  g_assert_no_error (error);
  g_assert_cmpuint (master->probe->n_finalized, ==, 1);
}

/* ---- tests ---- */

typedef struct
{
  FoliotKernel *kernel;
  void (*prepare) (Probe *probe);
  FoliotMasterBody body;
  void (*bare) (FoliotKernel *kernel);
} Test;

static FoliotValue *
run_body (gpointer user_data, GError **error)
{
  Test *test = user_data;

  if (test->bare != NULL)
    test->bare (test->kernel);
  else
    {
      g_auto (Probe) probe = { NULL };
      g_autoptr (FoliotMaster) master = NULL;

      probe_prepare (&probe, test->kernel);
      if (test->prepare != NULL)
        test->prepare (&probe);
      master = foliot_master_new (test->kernel, &probe);
      test->body (master, &probe);
    }
  return NULL;
}

/* The accepting socket of the test is in the record, too, and comes when it likes: only what links brought counts. */
static void
on_record (FoliotKernel *kernel, const FoliotRecord *record, gpointer user_data)
{
  guint64 *sum = user_data;

  if (record->kind == FOLIOT_EVENT_FRAME)
    *sum = *sum * 31 + record->payload_hash;
}

static char *
run (Test *test)
{
  guint64 sum = 0;
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autoptr (GError) error = NULL;

  test->kernel = kernel;
  foliot_kernel_set_record_func (kernel, on_record, &sum);
  done = foliot_fiber_spawn_full (kernel, NULL, "test", FOLIOT_STACK_LARGE, run_body, test, NULL);
  value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  g_assert_nonnull (value);
  g_assert_true (foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_no_error (error);
  foliot_test_assert_idle (kernel);
  foliot_kernel_close (kernel);
  return g_strdup_printf ("%016" G_GINT64_MODIFIER "x %016" G_GINT64_MODIFIER "x",
                          foliot_kernel_get_node_digest (kernel, foliot_kernel_add_node (kernel, "mosaik")),
                          sum);
}

static void
run_test (gconstpointer data)
{
  Test test = *(const Test *) data;
  g_autofree char *digest = run (&test);
}

static void
add (const char *path, const Test *test)
{
  g_test_add_data_func_full (path, g_memdup2 (test, sizeof *test), run_test, g_free);
}

void
foliot_master_test_add (const char *path, FoliotMasterBody body)
{
  add (path, &(Test){ .body = body });
}

void
foliot_master_test_add_prepared (const char *path, void (*prepare) (Probe *probe), FoliotMasterBody body)
{
  add (path, &(Test){ .prepare = prepare, .body = body });
}

void
foliot_master_test_add_bare (const char *path, void (*body) (FoliotKernel *kernel))
{
  add (path, &(Test){ .bare = body });
}

char *
foliot_master_run (void (*prepare) (Probe *probe), FoliotMasterBody body)
{
  return run (&(Test){ .prepare = prepare, .body = body });
}

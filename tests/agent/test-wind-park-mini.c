/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/*
 * A controller and three turbines, as small as it can be, in one container and in four, with values by reference and
 * with encoded messages. What is one world must have one digest; what is one agent must see the same.
 */

/* ---- the turbine ---- */

FOLIOT_DEFINE_AGENT (Turbine, turbine, char *controller; double limit_kw; double power_kw;)

static gboolean
turbine_init (gpointer data, FoliotArgs *args, GError **error)
{
  Turbine *self = data;
  self->controller = g_strdup (foliot_args_get_string (args, "controller"));
  self->limit_kw = 1000.0;
  return TRUE;
}

static gboolean
turbine_run (gpointer data, GError **error)
{
  Turbine *self = data;
  FoliotRandom *wind = foliot_agent_get_random (self, "wind");
  g_autoptr (FoliotProxy) controller = foliot_agent_connect (self, self->controller, 0, error);
  if (controller == NULL)
    return FALSE;
  g_autoptr (FoliotValue) done
      = foliot_agent_call (self, controller, error, "register", foliot_agent_as_value (self), NULL);
  if (done == NULL)
    return FALSE;
  do
    self->power_kw = MIN (self->limit_kw, foliot_random_uniform_range (wind, 0.0, 1500.0));
  while (foliot_agent_sleep (self, FOLIOT_MINUTE, error));
  return FALSE;
}

static FoliotValue *
turbine_get_power (gpointer data, FoliotArgs *args, GError **error)
{
  return foliot_value_new_double (((Turbine *) data)->power_kw);
}

static FoliotValue *
turbine_set_limit (gpointer data, FoliotArgs *args, GError **error)
{
  ((Turbine *) data)->limit_kw = foliot_args_get_double (args, "kw");
  return NULL;
}

static void
turbine_dispose (gpointer data)
{
  g_free (((Turbine *) data)->controller);
}

static const FoliotMethod turbine_methods[] = {
  { "get_power", turbine_get_power, "", "Feed-in, in kW." },
  { "set_limit", turbine_set_limit, "kw:number", "Sets the most it may feed in." },
  { NULL },
};

static const FoliotAgentInfo turbine_info = {
  .help = "Turns wind into power.",
  .args = "controller:string",
  .init = turbine_init,
  .run = turbine_run,
  .dispose = turbine_dispose,
  .methods = turbine_methods,
};

/* ---- the controller ---- */

FOLIOT_DEFINE_AGENT (Controller, controller, GPtrArray *turbines; double total_kw; guint n_rounds;)

static gboolean
controller_init (gpointer data, FoliotArgs *args, GError **error)
{
  ((Controller *) data)->turbines = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_proxy_unref);
  return TRUE;
}

/* The same share for each, of two thirds of what there was. */
static FoliotValue *
share_out (Controller *self, FoliotValue *powers)
{
  g_autofree FoliotValue **limits = g_new (FoliotValue *, self->turbines->len);
  self->total_kw = 0;
  for (guint i = 0; i < self->turbines->len; i++)
    self->total_kw += foliot_value_get_double (foliot_value_get_item (powers, i));
  for (guint i = 0; i < self->turbines->len; i++)
    limits[i] = foliot_value_new_double (self->total_kw * 2 / 3 / self->turbines->len);
  return foliot_value_new_list (limits, self->turbines->len);
}

static gboolean
controller_run (gpointer data, GError **error)
{
  Controller *self = data;
  while (foliot_agent_sleep (self, 15 * FOLIOT_MINUTE, error))
    {
      g_autoptr (FoliotValue) powers = foliot_agent_call_all (self, self->turbines, error, "get_power", NULL);
      g_autoptr (FoliotValue) done
          = powers != NULL
                ? foliot_agent_call_each (self, self->turbines, error, "set_limit", share_out (self, powers))
                : NULL;
      if (done == NULL)
        return FALSE;
      self->n_rounds++;
    }
  return FALSE;
}

static FoliotValue *
controller_register (gpointer data, FoliotArgs *args, GError **error)
{
  g_ptr_array_add (((Controller *) data)->turbines, foliot_args_dup_proxy (args, "turbine"));
  return NULL;
}

static void
controller_dispose (gpointer data)
{
  g_clear_pointer (&((Controller *) data)->turbines, g_ptr_array_unref);
}

static const FoliotMethod controller_methods[] = {
  { "register", controller_register, "turbine:proxy", "Adds a turbine." },
  { NULL },
};

static const FoliotAgentInfo controller_info = {
  .help = "Keeps the park below what it fed in before.",
  .init = controller_init,
  .run = controller_run,
  .dispose = controller_dispose,
  .methods = controller_methods,
};

/* ---- the worlds ---- */

#define N_AGENTS 4

typedef struct
{
  char *digest;
  guint64 views[N_AGENTS];
  double total_kw;
} Outcome;

static FoliotContainer *
new_container (FoliotTransport *transport, GType codec, guint number)
{
  g_autofree char *id = g_strdup_printf ("c%u", number);
  g_autoptr (FoliotAddress) address = foliot_address_new_local (id, NULL);
  FoliotContainerOptions options = { .codec_type = codec };
  g_autoptr (GError) error = NULL;
  FoliotContainer *container = foliot_container_new (transport, address, &options, &error);
  g_assert_no_error (error);
  return container;
}

static Controller *
populate (FoliotContainer **containers, guint n_containers)
{
  g_autoptr (FoliotAgent) controller
      = foliot_agent_new_detached (containers[0], controller_get_type (), "controller", NULL);
  foliot_future_unref (foliot_agent_start (controller, NULL));
  for (guint i = 1; i < N_AGENTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("turbine-%u", i);
      g_autoptr (FoliotValue) args = foliot_value_build_map (
          "controller", foliot_value_new_string (foliot_agent_get_address (controller)), NULL);
      foliot_future_unref (foliot_agent_new (containers[i % n_containers], turbine_get_type (), name, args));
    }
  return (Controller *) controller;
}

static void
on_failure (FoliotAgent *agent, const GError *why, gpointer user_data)
{
  g_error ("%s: %s", foliot_agent_get_name (agent), why->message);
}

static Outcome
run_park (guint n_containers, gboolean carry_bytes, GType codec)
{
  static const char *const names[N_AGENTS] = { "controller", "turbine-1", "turbine-2", "turbine-3" };
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_local_transport_new (kernel, carry_bytes);
  FoliotContainer *containers[N_AGENTS];
  for (guint i = 0; i < n_containers; i++)
    {
      containers[i] = new_container (transport, codec, i);
      foliot_container_set_failure_func (containers[i], on_failure, NULL);
    }
  Controller *controller = populate (containers, n_containers);
  g_autoptr (GError) error = NULL;
  g_assert_true (foliot_kernel_run_until (kernel, FOLIOT_DAY, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (controller->n_rounds, ==, 96);

  Outcome outcome = { .digest = foliot_kernel_dup_digest (kernel), .total_kw = controller->total_kw };
  for (guint32 node = 1; node <= foliot_kernel_get_n_nodes (kernel); node++)
    for (guint i = 0; i < N_AGENTS; i++)
      if (g_str_equal (foliot_kernel_get_node_name (kernel, node), names[i]))
        outcome.views[i] = foliot_kernel_get_node_digest (kernel, node);
  for (guint i = 0; i < n_containers; i++)
    {
      foliot_container_shutdown_sync (containers[i]);
      g_object_unref (containers[i]);
    }
  return outcome;
}

static void
assert_same_views (const Outcome *a, const Outcome *b)
{
  g_assert_cmpfloat (a->total_kw, ==, b->total_kw);
  for (guint i = 0; i < N_AGENTS; i++)
    {
      g_assert_cmphex (a->views[i], !=, 0);
      g_assert_cmphex (a->views[i], ==, b->views[i]);
    }
}

static void
outcome_clear (Outcome *outcome)
{
  g_free (outcome->digest);
}

static void
test_through_codec (gconstpointer n_containers)
{
  GType codecs[] = { FOLIOT_TYPE_CODEC_JSON, FOLIOT_TYPE_CODEC_MSGPACK, FOLIOT_TYPE_CODEC_BLOSC };
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    {
      Outcome values = run_park (GPOINTER_TO_UINT (n_containers), FALSE, codecs[i]);
      Outcome bytes = run_park (GPOINTER_TO_UINT (n_containers), TRUE, codecs[i]);
      g_assert_cmpstr (values.digest, ==, bytes.digest);
      assert_same_views (&values, &bytes);
      outcome_clear (&values);
      outcome_clear (&bytes);
    }
}

static void
test_one_or_four (void)
{
  Outcome one = run_park (1, FALSE, FOLIOT_TYPE_CODEC_BLOSC);
  Outcome two = run_park (2, FALSE, FOLIOT_TYPE_CODEC_BLOSC);
  Outcome four = run_park (4, FALSE, FOLIOT_TYPE_CODEC_BLOSC);
  g_assert_cmpstr (one.digest, !=, four.digest); /* their links differ */
  assert_same_views (&one, &two);
  assert_same_views (&one, &four);
  outcome_clear (&one);
  outcome_clear (&two);
  outcome_clear (&four);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/agent/wind-park/through-codec/one-container", GUINT_TO_POINTER (1),
                        test_through_codec);
  g_test_add_data_func ("/agent/wind-park/through-codec/four-containers", GUINT_TO_POINTER (4),
                        test_through_codec);
  g_test_add_func ("/agent/wind-park/one-container-or-four", test_one_or_four);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT */
#include "grid-agent.h"

#include "load-flow.h"

/* The power grid, as one agent: a moment after each step it asks the turbines what they feed in, solves the load flow, and tells each the
 * voltage at its bus, which the controller sees in the next step. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (GridAgent, grid_agent,
  GPtrArray *turbines;   /* of FoliotProxy */
  double *feeds_w;
  double *voltages_pu;
  LoadFlow *flow;        /* NULL: it is not solved, all voltages are 1 */
  FoliotTime interval, delay;
)
/* clang-format on */

static gint32 *
dup_ids (FoliotArgs *args, const char *name, guint n, GError **error)
{
  FoliotValue *list = foliot_args_get_value (args, name);
  gint32 *ids = g_new0 (gint32, n + 1);

  for (guint i = 0; foliot_value_get_length (list) == n && i < n; i++)
    ids[i] = (gint32) foliot_value_get_int (foliot_value_get_item (list, i));
  if (foliot_value_get_length (list) == n)
    return ids;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "expected as many %s as turbines, %u", name, n);
  g_free (ids);
  return NULL;
}

/* The network is power-grid-model's own JSON, inside of the scenario. */
static gboolean
make_flow (GridAgent *grid, FoliotArgs *args, guint n, GError **error)
{
  g_autoptr (FoliotCodec) json = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GByteArray) network = g_byte_array_new ();
  g_autofree gint32 *generators = dup_ids (args, "generators", n, error);
  g_autofree gint32 *nodes = generators != NULL ? dup_ids (args, "nodes", n, error) : NULL;

  if (nodes == NULL || !foliot_codec_encode (json, foliot_args_get_value (args, "network"), network, error))
    return FALSE;
  g_byte_array_append (network, (const guint8 *) "", 1);
  if (foliot_args_get_bool (args, "solve"))
    grid->flow = load_flow_new ((const char *) network->data, generators, n, nodes, n, error);
  return grid->flow != NULL || !foliot_args_get_bool (args, "solve");
}

static gboolean
grid_agent_init (gpointer self, FoliotArgs *args, GError **error)
{
  GridAgent *grid = self;
  FoliotValue *turbines = foliot_args_get_value (args, "turbines");
  guint n = (guint) foliot_value_get_length (turbines);

  grid->turbines = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_proxy_unref);
  grid->feeds_w = g_new0 (double, n + 1);
  grid->voltages_pu = g_new0 (double, n + 1);
  for (guint i = 0; i < n; i++)
    {
      const char *url = foliot_value_get_string (foliot_value_get_item (turbines, i), NULL);
      FoliotProxy *turbine = foliot_agent_connect (grid, url, 0, error);

      if (turbine == NULL)
        return FALSE;
      g_ptr_array_add (grid->turbines, turbine);
      grid->voltages_pu[i] = 1.0;
    }
  return foliot_time_from_seconds (foliot_args_get_double (args, "interval"), &grid->interval, error)
         && foliot_time_from_seconds (foliot_args_get_double (args, "delay"), &grid->delay, error)
         && make_flow (grid, args, n, error);
}

static void
grid_agent_dispose (gpointer self)
{
  GridAgent *grid = self;

  g_clear_pointer (&grid->turbines, g_ptr_array_unref);
  g_clear_pointer (&grid->feeds_w, g_free);
  g_clear_pointer (&grid->voltages_pu, g_free);
  g_clear_pointer (&grid->flow, load_flow_free);
}

static gboolean
grid_agent_step (GridAgent *grid, GError **error)
{
  guint n = grid->turbines->len;
  g_autoptr (FoliotValue) feeds = foliot_agent_call_all (grid, grid->turbines, error, "get_feed", NULL);
  g_autofree FoliotValue **voltages = g_new (FoliotValue *, n + 1);
  g_autoptr (FoliotValue) told = NULL;

  if (feeds == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    grid->feeds_w[i] = 1000.0 * foliot_value_get_double (foliot_value_get_item (feeds, i));
  if (grid->flow != NULL && !load_flow_solve (grid->flow, grid->feeds_w, grid->voltages_pu, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    voltages[i] = foliot_value_new_double (grid->voltages_pu[i]);
  told = foliot_agent_call_each (grid, grid->turbines, error, "set_voltage",
                                 foliot_value_new_list (voltages, n));
  return told != NULL;
}

static gboolean
grid_agent_run (gpointer self, GError **error)
{
  GridAgent *grid = self;
  FoliotTime next = grid->delay;

  while (foliot_agent_sleep_until (grid, next, error) && grid_agent_step (grid, error))
    next += grid->interval;
  return FALSE;
}

static const FoliotAgentInfo grid_agent_info = {
  .help = "A power grid: tells turbines the voltages that what they feed in makes at their buses.",
  .args = "network:map, turbines:list, generators:list, nodes:list, interval:number=900, delay:number=1, "
          "solve:bool=true",
  .init = grid_agent_init,
  .run = grid_agent_run,
  .dispose = grid_agent_dispose,
};

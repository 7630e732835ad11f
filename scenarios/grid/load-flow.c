/* SPDX-License-Identifier: MIT */
#include "load-flow.h"

#include <foliot/foliot.h>
#include <gmodule.h>

/* The library reads its network from JSON into buffers of its own, and keeps the model. A step is then one update of the generators, one
 * solution, and the voltages of all nodes. */

#define LIBRARY  "libpower_grid_model_c.so"
#define VARIABLE "POWER_GRID_MODEL_LIBRARY"

#define FREQUENCY_HZ   50.0
#define FORMAT_JSON    0
#define ERROR_MARGIN   1e-10
#define MAX_ITERATIONS 20

/* What a row says: what it returns, the name without PGM_, the parameters. Handles are pointers, indices are 64 bits wide. */
#define FUNCTIONS(X)                                                                                         \
  X (void *, create_handle, (void) )                                                                         \
  X (void, destroy_handle, (void *handle))                                                                   \
  X (gint64, error_code, (const void *handle))                                                               \
  X (const char *, error_message, (const void *handle))                                                      \
  X (void, clear_error, (void *handle))                                                                      \
  X (void *, create_deserializer_from_null_terminated_string,                                                \
     (void *handle, const char *text, gint64 format))                                                        \
  X (void *, deserializer_get_dataset, (void *handle, void *deserializer))                                   \
  X (void, deserializer_parse_to_buffer, (void *handle, void *deserializer))                                 \
  X (void, destroy_deserializer, (void *deserializer))                                                       \
  X (const void *, dataset_writable_get_info, (void *handle, const void *dataset))                           \
  X (gint64, dataset_info_n_components, (void *handle, const void *info))                                    \
  X (const char *, dataset_info_component_name, (void *handle, const void *info, gint64 component))          \
  X (gint64, dataset_info_total_elements, (void *handle, const void *info, gint64 component))                \
  X (void, dataset_writable_set_buffer,                                                                      \
     (void *handle, void *dataset, const char *component, gint64 *starts, void *data))                       \
  X (const void *, meta_get_component_by_name, (void *handle, const char *dataset, const char *component))   \
  X (const void *, meta_get_attribute_by_name,                                                               \
     (void *handle, const char *dataset, const char *component, const char *attribute))                      \
  X (void *, create_buffer, (void *handle, const void *component, gint64 size))                              \
  X (void, destroy_buffer, (void *buffer))                                                                   \
  X (void, buffer_get_value,                                                                                 \
     (void *handle, const void *attribute, const void *buffer, void *out, gint64 offset, gint64 size,        \
      gint64 stride))                                                                                        \
  X (void *, create_dataset_const_from_writable, (void *handle, const void *writable))                       \
  X (void *, create_dataset_const, (void *handle, const char *dataset, gint64 is_batch, gint64 size))        \
  X (void, dataset_const_add_buffer,                                                                         \
     (void *handle, void *dataset, const char *component, gint64 per_scenario, gint64 total,                 \
      const gint64 *starts, const void *data))                                                               \
  X (void, dataset_const_add_attribute_buffer,                                                               \
     (void *handle, void *dataset, const char *component, const char *attribute, const void *data))          \
  X (void, destroy_dataset_const, (void *dataset))                                                           \
  X (void *, create_dataset_mutable, (void *handle, const char *dataset, gint64 is_batch, gint64 size))      \
  X (void, dataset_mutable_add_buffer,                                                                       \
     (void *handle, void *dataset, const char *component, gint64 per_scenario, gint64 total,                 \
      const gint64 *starts, void *data))                                                                     \
  X (void, destroy_dataset_mutable, (void *dataset))                                                         \
  X (void *, create_model, (void *handle, double frequency_hz, const void *dataset))                         \
  X (void, update_model, (void *handle, void *model, const void *dataset))                                   \
  X (void, calculate,                                                                                        \
     (void *handle, void *model, const void *options, const void *output, const void *batch))                \
  X (void, destroy_model, (void *model))                                                                     \
  X (void *, create_options, (void *handle))                                                                 \
  X (void, set_err_tol, (void *handle, void *options, double margin))                                        \
  X (void, set_max_iter, (void *handle, void *options, gint64 n))                                            \
  X (void, set_threading, (void *handle, void *options, gint64 n))                                           \
  X (void, destroy_options, (void *options))

#define DECLARE(returns, name, parameters) returns (*name) parameters;
typedef struct
{
  FUNCTIONS (DECLARE)
} Library;
#undef DECLARE

struct _LoadFlow
{
  Library library;
  void *handle, *model, *options;
  gint32 *generators;
  double *feeds_w;
  void *update; /* over the two arrays */
  void *voltages, *output;
  const void *voltage;
  gint64 *places; /* of the nodes that are asked for, among all */
  guint n_generators, n_nodes;
  gint64 n_all_nodes;
  double *all_voltages_pu;
};

static gboolean
load (Library *library, GError **error)
{
#define ROW(returns, name, parameters) { "PGM_" #name, G_STRUCT_OFFSET (Library, name) },
  static const struct
  {
    const char *symbol;
    gsize offset;
  } rows[] = { FUNCTIONS (ROW) };
#undef ROW
  const char *path = g_getenv (VARIABLE);
  GModule *module = g_module_open (path != NULL ? path : LIBRARY, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);

  if (module == NULL)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_IMPORT,
                   "power-grid-model cannot be loaded (%s): it is in the Python package power-grid-model, as "
                   "power_grid_model/_core/power_grid_model_c/lib64/" LIBRARY "; give its path in " VARIABLE,
                   g_module_error ());
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!g_module_symbol (module, rows[i].symbol, G_STRUCT_MEMBER_P (library, rows[i].offset)))
      {
        g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_IMPORT,
                     "power-grid-model has no function %s: version 1.12 is needed", rows[i].symbol);
        g_module_close (module);
        return FALSE;
      }
  g_module_make_resident (module);
  return TRUE;
}

static gboolean
is_fine (LoadFlow *flow, const char *doing, GError **error)
{
  if (flow->library.error_code (flow->handle) == 0)
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "load flow: %s: %s", doing,
               flow->library.error_message (flow->handle));
  flow->library.clear_error (flow->handle);
  return FALSE;
}

static gboolean
find_nodes (LoadFlow *flow, const void *buffer, const gint32 *nodes, GError **error)
{
  const void *id = flow->library.meta_get_attribute_by_name (flow->handle, "input", "node", "id");
  g_autofree gint32 *ids = g_new0 (gint32, flow->n_all_nodes + 1);

  flow->library.buffer_get_value (flow->handle, id, buffer, ids, 0, flow->n_all_nodes, -1);
  flow->places = g_new0 (gint64, flow->n_nodes + 1);
  for (guint i = 0; i < flow->n_nodes; i++)
    {
      while (flow->places[i] < flow->n_all_nodes && ids[flow->places[i]] != nodes[i])
        flow->places[i]++;
      if (flow->places[i] < flow->n_all_nodes)
        continue;
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "load flow: the network has no node %d",
                   nodes[i]);
      return FALSE;
    }
  return is_fine (flow, "nodes", error);
}

/* The network's data lies in buffers that the model copies. */
static gboolean
make_model (LoadFlow *flow, void *deserializer, const gint32 *nodes, GError **error)
{
  const Library *library = &flow->library;
  void *dataset = library->deserializer_get_dataset (flow->handle, deserializer), *input = NULL;
  const void *info = library->dataset_writable_get_info (flow->handle, dataset), *node_buffer = NULL;
  g_autoptr (GPtrArray) buffers = g_ptr_array_new_with_free_func (library->destroy_buffer);

  for (gint64 i = 0; i < library->dataset_info_n_components (flow->handle, info); i++)
    {
      const char *name = library->dataset_info_component_name (flow->handle, info, i);
      gint64 n = library->dataset_info_total_elements (flow->handle, info, i);
      void *buffer = library->create_buffer (
          flow->handle, library->meta_get_component_by_name (flow->handle, "input", name), n);

      g_ptr_array_add (buffers, buffer);
      library->dataset_writable_set_buffer (flow->handle, dataset, name, NULL, buffer);
      if (g_str_equal (name, "node"))
        {
          node_buffer = buffer;
          flow->n_all_nodes = n;
        }
    }
  library->deserializer_parse_to_buffer (flow->handle, deserializer);
  if (!is_fine (flow, "network", error) || !find_nodes (flow, node_buffer, nodes, error))
    return FALSE;
  input = library->create_dataset_const_from_writable (flow->handle, dataset);
  flow->model = library->create_model (flow->handle, FREQUENCY_HZ, input);
  library->destroy_dataset_const (input);
  return is_fine (flow, "model", error);
}

static gboolean
make_step (LoadFlow *flow, GError **error)
{
  const Library *library = &flow->library;

  flow->options = library->create_options (flow->handle);
  library->set_err_tol (flow->handle, flow->options, ERROR_MARGIN);
  library->set_max_iter (flow->handle, flow->options, MAX_ITERATIONS);
  library->set_threading (flow->handle, flow->options, -1); /* none */
  flow->update = library->create_dataset_const (flow->handle, "update", 0, 1);
  library->dataset_const_add_buffer (flow->handle, flow->update, "sym_gen", flow->n_generators,
                                     flow->n_generators, NULL, NULL);
  library->dataset_const_add_attribute_buffer (flow->handle, flow->update, "sym_gen", "id", flow->generators);
  library->dataset_const_add_attribute_buffer (flow->handle, flow->update, "sym_gen", "p_specified",
                                               flow->feeds_w);
  flow->voltages = library->create_buffer (
      flow->handle, library->meta_get_component_by_name (flow->handle, "sym_output", "node"),
      flow->n_all_nodes);
  flow->all_voltages_pu = g_new0 (double, flow->n_all_nodes + 1);
  flow->voltage = library->meta_get_attribute_by_name (flow->handle, "sym_output", "node", "u_pu");
  flow->output = library->create_dataset_mutable (flow->handle, "sym_output", 0, 1);
  library->dataset_mutable_add_buffer (flow->handle, flow->output, "node", flow->n_all_nodes,
                                       flow->n_all_nodes, NULL, flow->voltages);
  return is_fine (flow, "generators", error);
}

LoadFlow *
load_flow_new (const char *network, const gint32 *generators, guint n_generators, const gint32 *nodes,
               guint n_nodes, GError **error)
{
  LoadFlow *flow = g_new0 (LoadFlow, 1);
  void *deserializer = NULL;
  gboolean made = FALSE;

  flow->n_generators = n_generators;
  flow->n_nodes = n_nodes;
  flow->generators = g_memdup2 (generators, n_generators * sizeof *generators);
  flow->feeds_w = g_new0 (double, n_generators + 1);
  if (load (&flow->library, error))
    {
      flow->handle = flow->library.create_handle ();
      deserializer = flow->library.create_deserializer_from_null_terminated_string (flow->handle, network,
                                                                                    FORMAT_JSON);
      made = is_fine (flow, "network", error) && make_model (flow, deserializer, nodes, error)
             && make_step (flow, error);
    }
  if (deserializer != NULL)
    flow->library.destroy_deserializer (deserializer);
  if (made)
    return flow;
  load_flow_free (flow);
  return NULL;
}

void
load_flow_free (LoadFlow *flow)
{
  const Library *library = &flow->library;

  g_clear_pointer (&flow->update, library->destroy_dataset_const);
  g_clear_pointer (&flow->output, library->destroy_dataset_mutable);
  g_clear_pointer (&flow->voltages, library->destroy_buffer);
  g_clear_pointer (&flow->options, library->destroy_options);
  g_clear_pointer (&flow->model, library->destroy_model);
  g_clear_pointer (&flow->handle, library->destroy_handle);
  g_free (flow->generators);
  g_free (flow->feeds_w);
  g_free (flow->places);
  g_free (flow->all_voltages_pu);
  g_free (flow);
}

gboolean
load_flow_solve (LoadFlow *flow, const double *feeds_w, double *out_voltages_pu, GError **error)
{
  const Library *library = &flow->library;

  for (guint i = 0; i < flow->n_generators; i++)
    flow->feeds_w[i] = feeds_w[i];
  library->update_model (flow->handle, flow->model, flow->update);
  library->calculate (flow->handle, flow->model, flow->options, flow->output, NULL);
  if (!is_fine (flow, "no solution", error))
    return FALSE;
  library->buffer_get_value (flow->handle, flow->voltage, flow->voltages, flow->all_voltages_pu, 0,
                             flow->n_all_nodes, -1);
  for (guint i = 0; i < flow->n_nodes; i++)
    out_voltages_pu[i] = flow->all_voltages_pu[flow->places[i]];
  return is_fine (flow, "voltages", error);
}

/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * A load flow by the C library of power-grid-model, which is loaded at run time: from the path in POWER_GRID_MODEL_LIBRARY, or where
 * the system's loader finds libpower_grid_model_c.so. The same machine gives the same bits; another one, or another
 * build of the library, may give others in the last places.
 */

typedef struct _LoadFlow LoadFlow;

/*
 * @network: power-grid-model's input data, as its own JSON
 * @generators: ids of its sym_gen, the feeds of load_flow_solve()
 * @nodes: ids of its nodes, the voltages
 */
LoadFlow *load_flow_new (const char *network, const gint32 *generators, guint n_generators,
                         const gint32 *nodes, guint n_nodes, GError **error);
void load_flow_free (LoadFlow *flow);
/* @feeds_w: of the generators, in W. @out_voltages_pu: of the nodes. */
gboolean load_flow_solve (LoadFlow *flow, const double *feeds_w, double *out_voltages_pu, GError **error);

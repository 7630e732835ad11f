/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

/* How the two files of the network decorator know one another. */

/* What holds for one direction now. */
typedef struct
{
  gboolean has_rule;
  gboolean cut;
  FoliotLatency latency;
  guint loss_ppm;
} FoliotNetworkRule;

/* Changes whenever a rule or a partition does. */
guint _foliot_network_get_version (FoliotNetwork *network);
void _foliot_network_find_rule (FoliotNetwork *network, const char *from, const char *to,
                                FoliotNetworkRule *out_rule);
void _foliot_network_count_lost (FoliotNetwork *network);

/* @inner: (transfer full). Returns: (transfer full) (nullable): @inner, as @network has it. */
FoliotLink *_foliot_network_link_new (FoliotNetwork *network, FoliotLink *inner, GError **error);

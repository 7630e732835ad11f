/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

/* How the files of the network decorator know one another. */

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

/*
 * @inner: (transfer full)
 * @to: (nullable): the name of the other end, if @network knows better than @inner
 *
 * Returns: (transfer full): @inner, as @network has it.
 */
FoliotLink *_foliot_network_link_new (FoliotNetwork *network, FoliotLink *inner, const char *to);
/* @inner: (transfer full), one that cannot send later. Returns: (transfer full): one that can. */
FoliotLink *_foliot_network_delay_new (FoliotLink *inner);

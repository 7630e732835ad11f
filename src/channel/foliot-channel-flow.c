/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-private.h"

/*
 * Who has to wait when one side does not read, or does not answer.
 *
 * We wait for the peer: sending never does, but there is a future for when the link is writable again.
 *
 * The peer waits for us: from a peer with too many requests without an answer, or one that does not read its answers,
 * nothing is read. But as long as we wait for an answer ourselves, we must read: the handlers that would answer the peer may
 * wait for just that one, and with a peer that does as we do both would have stopped for good. So then reading goes on, and
 * requests beyond the limit are refused; the refusals of a peer that does not read them are what its link's own limit is
 * for. A peer that has stopped reading us awaits nothing of us: what it has not read are requests, and it goes on as soon
 * as its handlers have ended. So of two that are like this one, at least one always reads.
 */

#define DEFAULT_MAX_IN_FLIGHT 65536

void
_foliot_channel_flow_init (FoliotChannel *channel, const FoliotChannelOptions *options)
{
  FoliotChannelFlow *flow = &channel->flow;

  flow->max_pending = options->max_pending != 0 ? options->max_pending : G_MAXUINT;
  if (channel->link_iface->set_reading != NULL)
    flow->max_in_flight
        = options->max_requests_in_flight != 0 ? options->max_requests_in_flight : DEFAULT_MAX_IN_FLIGHT;
}

gboolean
_foliot_channel_is_writable (FoliotChannel *channel)
{
  return channel->link_iface->is_writable == NULL || channel->link_iface->is_writable (channel->link);
}

/* ---- the peer waits ------------------------------------------------------------------------------------------ */

void
_foliot_channel_flow_update (FoliotChannel *channel)
{
  FoliotChannelFlow *flow = &channel->flow;
  gboolean stop = FALSE;

  if (flow->max_in_flight == 0 || channel->error != NULL)
    return;
  if (channel->pending.n_entries == 0)
    stop = flow->n_in_flight >= flow->max_in_flight || !_foliot_channel_is_writable (channel);
  if (stop == flow->is_stopped)
    return;
  flow->is_stopped = stop;
  channel->link_iface->set_reading (channel->link, !stop);
}

gboolean
_foliot_channel_flow_enter (FoliotChannel *channel, FoliotRequest *request)
{
  FoliotChannelFlow *flow = &channel->flow;
  g_autoptr (GError) why = NULL;

  if (flow->n_in_flight < flow->max_in_flight)
    {
      request->is_counted = TRUE;
      flow->n_in_flight++;
      _foliot_channel_flow_update (channel);
      return TRUE;
    }
  why = g_error_new (
      FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES,
      "%u requests of this connection are without an answer, which is the limit: ask less at a "
      "time, or raise max_requests_in_flight",
      flow->n_in_flight);
  foliot_request_fail (request, why, NULL);
  foliot_request_unref (request);
  return FALSE;
}

void
_foliot_channel_flow_leave (FoliotRequest *request)
{
  request->is_counted = FALSE;
  request->channel->flow.n_in_flight--;
  _foliot_channel_flow_update (request->channel);
}

guint
foliot_channel_get_n_in_flight (FoliotChannel *channel)
{
  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), 0);
  return channel->flow.n_in_flight;
}

/* ---- we wait ------------------------------------------------------------------------------------------------- */

gboolean
_foliot_channel_flow_refuse (FoliotChannel *channel, GError **error)
{
  g_set_error (
      error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES,
      "%u requests to %s are without an answer, which is the limit: await some of them first, or raise "
      "max_pending",
      channel->pending.n_entries, channel->origin);
  return FALSE;
}

FoliotFuture *
foliot_channel_flush (FoliotChannel *channel)
{
  FoliotChannelFlow *flow;
  FoliotFuture *future;
  g_autofree char *reason = NULL;

  g_return_val_if_fail (FOLIOT_IS_CHANNEL (channel), NULL);

  if (channel->error != NULL)
    return foliot_future_new_rejected (channel->kernel, g_error_copy (channel->error));
  if (_foliot_channel_is_writable (channel))
    return foliot_future_new_resolved (channel->kernel, NULL);
  flow = &channel->flow;
  reason = g_strdup_printf ("%s to read what was sent to it", channel->origin);
  future = foliot_future_new (channel->kernel);
  foliot_future_set_label (future, reason);
  if (flow->flushes == NULL)
    flow->flushes = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);
  g_ptr_array_add (flow->flushes, foliot_future_ref (future));
  if (flow->hold == NULL && !channel->hold.is_inside)
    flow->hold = foliot_kernel_hold (channel->kernel, reason, channel->hold.limit_ms);
  return future;
}

/* Settles those who wait; @why: (nullable). */
static void
end_flushes (FoliotChannelFlow *flow, const GError *why)
{
  g_autoptr (GPtrArray) flushes = g_steal_pointer (&flow->flushes);

  g_clear_pointer (&flow->hold, foliot_hold_release);
  for (guint i = 0; flushes != NULL && i < flushes->len; i++)
    {
      if (why != NULL)
        foliot_future_reject (flushes->pdata[i], g_error_copy (why));
      else
        foliot_future_resolve (flushes->pdata[i], NULL);
    }
}

void
_foliot_channel_flow_writable (gpointer owner)
{
  FoliotChannel *channel = owner;

  end_flushes (&channel->flow, NULL);
  _foliot_channel_flow_update (channel);
}

void
_foliot_channel_flow_end (FoliotChannel *channel, const GError *why)
{
  end_flushes (&channel->flow, why);
}

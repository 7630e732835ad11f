/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-open-private.h"
#include "channel/foliot-channel-private.h"
#include "kernel/foliot-pause-private.h"

#include <errno.h>

/*
 * How channels come about: opened by a client that is patient, or served to whoever connects.
 *
 * The retry rule is aiomas' own: the first pause is half a second, each is one and a half times the one before, none is
 * longer than 30 s or cut short by the time-out. A try there always takes a little time, so one at exactly the
 * time-out is its last. Here the pauses alone are counted, and the tries that took long: so how often it is tried to reach
 * somebody who refuses is always the same.
 *
 * A server inside of the world comes up in simulated time, and that is what is waited for. One behind a socket does
 * not: there the pauses are wall-clock time, and simulated time is held until it is there or given up; unless simulated
 * time is the wall clock's anyway.
 */

#define FIRST_PAUSE   (500 * FOLIOT_MILLISECOND)
#define LONGEST_PAUSE (30 * FOLIOT_SECOND)
#define LONG_TRY      FOLIOT_SECOND

/* ---- options ------------------------------------------------------------------------------------------------- */

FoliotChannelSetup *
_foliot_channel_setup_new (const FoliotChannelOptions *options)
{
  FoliotChannelSetup *setup = g_new0 (FoliotChannelSetup, 1);

  setup->ref_count = 1;
  if (options == NULL)
    return setup;
  setup->options = *options;
  setup->options.name = g_strdup (options->name);
  setup->options.serializers
      = g_memdup2 (options->serializers, options->n_serializers * sizeof *options->serializers);
  if (options->limits != NULL)
    {
      setup->limits = *options->limits;
      setup->options.limits = &setup->limits;
    }
  return setup;
}

void
_foliot_channel_setup_unref (FoliotChannelSetup *setup)
{
  if (--setup->ref_count > 0)
    return;
  g_free ((char *) setup->options.name);
  g_free ((FoliotSerializer *) setup->options.serializers);
  g_free (setup);
}

FoliotCodec *
_foliot_channel_options_make_codec (const FoliotChannelOptions *options, GError **error)
{
  GType type = options->codec_type != G_TYPE_INVALID ? options->codec_type : FOLIOT_TYPE_CODEC_JSON;
  g_autoptr (FoliotCodec) codec = foliot_codec_new (type);

  if (options->limits != NULL)
    foliot_codec_set_limits (codec, options->limits);
  for (gsize i = 0; i < options->n_serializers; i++)
    if (!foliot_codec_add_serializer (codec, &options->serializers[i], error))
      return NULL;
  return g_steal_pointer (&codec);
}

/* Replaces a transport's refusal of an address by aiomas' own. @error: (transfer full). */
static GError *
name_address_error (GError *error, FoliotAddress *address)
{
  if (!g_error_matches (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS))
    return error;
  g_error_free (error);
  return g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Unknown address type: %s",
                      foliot_address_get_repr (address));
}

gboolean
_foliot_channel_leads_outside (FoliotChannel *channel)
{
  return channel->flow.max_in_flight != 0;
}

/* ---- opening ------------------------------------------------------------------------------------------------- */

typedef struct
{
  guint ref_count;
  FoliotFuture *future;
  FoliotTransport *transport;
  FoliotAddress *address;
  FoliotChannelSetup *setup;
  FoliotTime tried_at;
  FoliotTime elapsed;
  FoliotTime timeout;
  FoliotTime next_pause;
  gboolean by_wall_clock;               /* the pauses are, and all these times with them */
  gboolean is_followed;                 /* @future tells us when it is settled by somebody else */
  FoliotPause *pause;                   /* (nullable) the last one of such */
  FoliotChannelConnectedFunc connected; /* (nullable) */
  gpointer user_data;
  GDestroyNotify destroy;
} Opening;

static void try_once (Opening *opening);

static void
opening_unref (gpointer data)
{
  Opening *opening = data;

  if (--opening->ref_count > 0)
    return;
  if (opening->destroy != NULL)
    opening->destroy (opening->user_data);
  g_clear_pointer (&opening->pause, _foliot_pause_free);
  foliot_future_unref (opening->future);
  g_object_unref (opening->transport);
  foliot_address_unref (opening->address);
  _foliot_channel_setup_unref (opening->setup);
  g_free (opening);
}

static Opening *
opening_ref (Opening *opening)
{
  opening->ref_count++;
  return opening;
}

/* aiomas: any OSError on TCP, only a missing socket file on Unix, only a missing server on a local queue. */
static gboolean
is_worth_a_retry (const GError *error, FoliotAddressKind kind)
{
  switch (kind)
    {
    case FOLIOT_ADDRESS_LOCAL:
      return g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_REFUSED);
    case FOLIOT_ADDRESS_UNIX:
      return g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_FILE_NOT_FOUND);
    case FOLIOT_ADDRESS_TCP:
    default:
      return error->domain != FOLIOT_TRANSPORT_ERROR && error->domain != FOLIOT_KERNEL_ERROR;
    }
}

static FoliotKernel *
get_kernel (Opening *opening)
{
  return foliot_transport_get_kernel (opening->transport);
}

static gboolean
waits_by_wall_clock (FoliotKernel *kernel, FoliotAddress *address)
{
  FoliotDrive drive = foliot_kernel_get_drive (kernel);

  return foliot_address_get_kind (address) != FOLIOT_ADDRESS_LOCAL
         && (drive == FOLIOT_DRIVE_EXTERNAL || drive == FOLIOT_DRIVE_FREE);
}

static FoliotTime
get_now (Opening *opening)
{
  return opening->by_wall_clock ? _foliot_pause_get_clock_us (get_kernel (opening)) * FOLIOT_MICROSECOND
                                : foliot_kernel_now (get_kernel (opening));
}

static gboolean
is_over (Opening *opening)
{
  return opening->timeout != FOLIOT_TIME_NEVER && opening->elapsed >= opening->timeout;
}

static void
try_again (gpointer user_data)
{
  try_once (user_data);
}

/* Nobody waits any more, so time need not be held. */
static void
on_settled (FoliotFuture *future, FoliotValue *value, const GError *error, gpointer user_data)
{
  g_clear_pointer (&((Opening *) user_data)->pause, _foliot_pause_free);
}

static void
pause_by_wall_clock (Opening *opening)
{
  g_autofree char *why
      = g_strdup_printf ("trying again to connect to %s", foliot_address_get_repr (opening->address));

  if (!opening->is_followed)
    foliot_future_then (opening->future, on_settled, opening_ref (opening), opening_unref);
  opening->is_followed = TRUE;
  g_clear_pointer (&opening->pause, _foliot_pause_free);
  opening->pause = _foliot_pause_new (
      get_kernel (opening), why,
      (guint) ((opening->next_pause + FOLIOT_MILLISECOND - 1) / FOLIOT_MILLISECOND), try_again, opening);
  if (opening->pause == NULL)
    foliot_future_reject (opening->future,
                          g_error_new (FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES,
                                       "Cannot wait for %s: %s", foliot_address_get_repr (opening->address),
                                       g_strerror (errno)));
}

static void
fail (Opening *opening, const GError *error)
{
  FoliotTime took = get_now (opening) - opening->tried_at;

  if (took >= LONG_TRY)
    opening->elapsed = foliot_time_add (opening->elapsed, took);
  if (!is_worth_a_retry (error, foliot_address_get_kind (opening->address)) || is_over (opening))
    {
      foliot_future_reject (opening->future, name_address_error (g_error_copy (error), opening->address));
      return;
    }
  if (opening->by_wall_clock)
    pause_by_wall_clock (opening);
  else
    foliot_kernel_call_in (get_kernel (opening), opening->next_pause, G_CALLBACK (try_again),
                           opening_ref (opening), opening_unref);
  opening->elapsed = foliot_time_add (opening->elapsed, opening->next_pause);
  opening->next_pause = MIN (opening->next_pause + opening->next_pause / 2, LONGEST_PAUSE);
}

static void
on_connected (FoliotFuture *future, FoliotValue *value, const GError *error, gpointer user_data)
{
  Opening *opening = user_data;
  g_autoptr (FoliotChannel) channel = NULL;
  GError *problem = NULL;

  if (foliot_future_is_settled (opening->future))
    return;
  if (error != NULL)
    {
      fail (opening, error);
      return;
    }
  channel = foliot_channel_new (get_kernel (opening), foliot_value_get_object (value, FOLIOT_TYPE_LINK),
                                &opening->setup->options, &problem);
  if (channel == NULL)
    {
      foliot_future_reject (opening->future, problem);
      return;
    }
  if (opening->connected != NULL)
    opening->connected (channel, opening->user_data);
  foliot_future_resolve (opening->future, foliot_value_new_object (FOLIOT_TYPE_CHANNEL, channel));
}

static void
try_once (Opening *opening)
{
  g_autoptr (FoliotFuture) attempt = NULL;

  if (foliot_future_is_settled (opening->future))
    return;
  opening->tried_at = get_now (opening);
  attempt = foliot_transport_connect (opening->transport, opening->address, opening->setup->options.name);
  foliot_future_then (attempt, on_connected, opening_ref (opening), opening_unref);
}

FoliotFuture *
foliot_channel_open (FoliotTransport *transport, FoliotAddress *to, FoliotTime timeout,
                     const FoliotChannelOptions *options)
{
  return _foliot_channel_open_with (transport, to, timeout, options, NULL, NULL, NULL);
}

FoliotFuture *
_foliot_channel_open_with (FoliotTransport *transport, FoliotAddress *to, FoliotTime timeout,
                           const FoliotChannelOptions *options, FoliotChannelConnectedFunc connected,
                           gpointer user_data, GDestroyNotify destroy)
{
  FoliotKernel *kernel;
  g_autoptr (FoliotChannelSetup) setup = NULL;
  g_autoptr (FoliotCodec) codec = NULL;
  FoliotFuture *future;
  Opening *opening;
  GError *error = NULL;

  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport), NULL);
  g_return_val_if_fail (to != NULL, NULL);

  kernel = foliot_transport_get_kernel (transport);
  setup = _foliot_channel_setup_new (options);
  codec = _foliot_channel_options_make_codec (&setup->options, &error);
  if (codec == NULL)
    {
      if (destroy != NULL)
        destroy (user_data);
      return foliot_future_new_rejected (kernel, error);
    }

  future = foliot_future_new (kernel);
  opening = g_new0 (Opening, 1);
  opening->ref_count = 1;
  opening->future = foliot_future_ref (future);
  opening->transport = g_object_ref (transport);
  opening->address = foliot_address_ref (to);
  opening->setup = g_steal_pointer (&setup);
  opening->by_wall_clock = waits_by_wall_clock (kernel, to);
  opening->timeout = timeout;
  opening->next_pause = FIRST_PAUSE;
  opening->connected = connected;
  opening->user_data = user_data;
  opening->destroy = destroy;
  try_once (opening);
  opening_unref (opening);
  return future;
}

/* ---- serving ------------------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotKernel *kernel;
  FoliotChannelSetup *setup;
  FoliotChannelConnectedFunc connected;
  gpointer user_data;
  GDestroyNotify destroy;
} Service;

static void
service_free (gpointer data)
{
  Service *service = data;

  if (service->destroy != NULL)
    service->destroy (service->user_data);
  _foliot_channel_setup_unref (service->setup);
  g_free (service);
}

/* A channel that cannot be made closes its link by dropping it: the client is told. */
static void
on_accepted (FoliotLink *accepted, gpointer user_data)
{
  Service *service = user_data;
  g_autoptr (FoliotLink) link = accepted;
  g_autoptr (FoliotChannel) channel
      = foliot_channel_new (service->kernel, link, &service->setup->options, NULL);

  if (channel != NULL)
    service->connected (channel, service->user_data);
}

FoliotListener *
foliot_channel_serve (FoliotTransport *transport, FoliotAddress *at, const FoliotChannelOptions *options,
                      FoliotChannelConnectedFunc connected, gpointer user_data, GDestroyNotify destroy,
                      GError **error)
{
  g_autoptr (FoliotChannelSetup) setup = NULL;
  g_autoptr (FoliotCodec) codec = NULL;
  FoliotListener *listener;
  Service *service;
  GError *problem = NULL;

  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport), NULL);
  g_return_val_if_fail (at != NULL && connected != NULL, NULL);

  setup = _foliot_channel_setup_new (options);
  codec = _foliot_channel_options_make_codec (&setup->options, error);
  if (codec == NULL)
    return NULL;
  service = g_new0 (Service, 1);
  service->kernel = foliot_transport_get_kernel (transport);
  service->setup = g_steal_pointer (&setup);
  service->connected = connected;
  service->user_data = user_data;
  service->destroy = destroy;
  listener = foliot_transport_listen (transport, at, service->setup->options.name, on_accepted, service,
                                      service_free, &problem);
  if (listener != NULL)
    return listener;
  service->destroy = NULL;
  service_free (service);
  g_propagate_error (error, name_address_error (problem, at));
  return NULL;
}

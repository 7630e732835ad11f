/* SPDX-License-Identifier: MIT */
#include "transport/foliot-listener-private.h"

/*
 * What listens. A link knows its place in the list of its listener, so that it leaves at once however many there are; the
 * last one moves into the gap.
 */

typedef struct
{
  GPtrArray *links;   /* of FoliotAccepted; not owned */
  GPtrArray *waiters; /* (nullable): futures of wait_closed */
} FoliotListenerPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (FoliotListener, foliot_listener, G_TYPE_OBJECT)

static guint refused_signal;

static FoliotListenerPrivate *
get_private (FoliotListener *listener)
{
  return foliot_listener_get_instance_private (listener);
}

/* ---- accepted links ------------------------------------------------------------------------------------------ */

static void
wake_waiters (FoliotListenerPrivate *private)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&private->waiters);

  for (guint i = 0; waiters != NULL && i < waiters->len; i++)
    foliot_future_resolve (g_ptr_array_index (waiters, i), NULL);
}

void
_foliot_listener_add_link (FoliotListener *listener, FoliotAccepted *accepted)
{
  GPtrArray *links = get_private (listener)->links;

  *accepted = (FoliotAccepted){ .listener = listener, .index = links->len };
  g_ptr_array_add (links, accepted);
}

void
_foliot_listener_remove_link (FoliotAccepted *accepted)
{
  FoliotListenerPrivate *private;

  if (accepted->listener == NULL)
    return;
  private = get_private (g_steal_pointer (&accepted->listener));
  g_ptr_array_remove_index_fast (private->links, accepted->index);
  if (accepted->index < private->links->len)
    ((FoliotAccepted *) g_ptr_array_index (private->links, accepted->index))->index = accepted->index;
  if (private->links->len == 0)
    wake_waiters (private);
}

FoliotFuture *
_foliot_listener_wait_for_links (FoliotListener *listener, FoliotKernel *kernel)
{
  FoliotListenerPrivate *private = get_private (listener);
  FoliotFuture *future = foliot_future_new (kernel);

  if (private->links->len == 0)
    {
      foliot_future_resolve (future, NULL);
      return future;
    }
  if (private->waiters == NULL)
  private->waiters = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);
  g_ptr_array_add (private->waiters, foliot_future_ref (future));
  return future;
}

void
_foliot_listener_refuse (FoliotListener *listener, const GError *why, FoliotValue *peername)
{
  g_signal_emit (listener, refused_signal, 0, why, peername);
}

/* ---- the class ----------------------------------------------------------------------------------------------- */

static void
foliot_listener_finalize (GObject *object)
{
  FoliotListenerPrivate *private = get_private (FOLIOT_LISTENER (object));

  for (guint i = 0; i < private->links->len; i++)
    ((FoliotAccepted *) g_ptr_array_index (private->links, i))->listener = NULL;
  wake_waiters (private);
  g_ptr_array_unref (private->links);
  G_OBJECT_CLASS (foliot_listener_parent_class)->finalize (object);
}

static void
foliot_listener_class_init (FoliotListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_listener_finalize;
  refused_signal = g_signal_new ("refused", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_ERROR, FOLIOT_TYPE_VALUE);
}

static void
foliot_listener_init (FoliotListener *listener)
{
  get_private (listener)->links = g_ptr_array_new ();
}

FoliotAddress *
foliot_listener_get_address (FoliotListener *listener)
{
  g_return_val_if_fail (FOLIOT_IS_LISTENER (listener), NULL);
  return FOLIOT_LISTENER_GET_CLASS (listener)->get_address (listener);
}

void
foliot_listener_close (FoliotListener *listener)
{
  g_return_if_fail (FOLIOT_IS_LISTENER (listener));
  FOLIOT_LISTENER_GET_CLASS (listener)->close (listener);
}

FoliotFuture *
foliot_listener_wait_closed (FoliotListener *listener)
{
  g_return_val_if_fail (FOLIOT_IS_LISTENER (listener), NULL);
  return FOLIOT_LISTENER_GET_CLASS (listener)->wait_closed (listener);
}

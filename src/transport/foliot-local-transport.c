/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-transport.h>

#include "kernel/foliot-fault-private.h"
#include "transport/foliot-listener-private.h"
#include "transport/foliot-local-private.h"

/*
 * The transport that never leaves the kernel: it finds the queue an address names, and makes a pair of links in an event
 * in which the server's side is handed out first. An attempt under way belongs to its event.
 */

struct _FoliotLocalListener
{
  FoliotListener parent_instance;
  FoliotKernel *kernel;
  FoliotLocalQueue *queue; /* owned; NULL once closed */
  FoliotAddress *address;
  char *name;
  FoliotAcceptFunc accept;
  gpointer user_data;
  GDestroyNotify destroy;
};

G_DEFINE_FINAL_TYPE (FoliotLocalListener, foliot_local_listener, FOLIOT_TYPE_LISTENER)

#define FOLIOT_TYPE_LOCAL_TRANSPORT (foliot_local_transport_get_type ())
G_DECLARE_FINAL_TYPE (FoliotLocalTransport, foliot_local_transport, FOLIOT, LOCAL_TRANSPORT, GObject)

struct _FoliotLocalTransport
{
  GObject parent_instance;
  FoliotKernel *kernel;
  gboolean carry_bytes;
};

static void foliot_local_transport_iface_init (FoliotTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FoliotLocalTransport, foliot_local_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_TRANSPORT,
                                                      foliot_local_transport_iface_init))

typedef struct
{
  FoliotFuture *future;
  FoliotLocalListener *listener;
  char *name;
  gboolean carry_bytes;
} Attempt;

/* ---- listener ------------------------------------------------------------------------------------------------ */

static FoliotAddress *
foliot_local_listener_get_address (FoliotListener *base)
{
  return FOLIOT_LOCAL_LISTENER (base)->address;
}

static void
foliot_local_listener_close (FoliotListener *base)
{
  FoliotLocalListener *listener = FOLIOT_LOCAL_LISTENER (base);

  if (listener->queue == NULL)
    return;
  _foliot_local_queue_set_server (listener->queue, NULL);
  g_clear_object (&listener->queue);
}

static FoliotFuture *
foliot_local_listener_wait_closed (FoliotListener *base)
{
  FoliotLocalListener *listener = FOLIOT_LOCAL_LISTENER (base);

  return _foliot_listener_wait_for_links (base, listener->kernel);
}

static void
foliot_local_listener_finalize (GObject *object)
{
  FoliotLocalListener *listener = FOLIOT_LOCAL_LISTENER (object);

  foliot_local_listener_close (FOLIOT_LISTENER (listener));
  foliot_address_unref (listener->address);
  g_free (listener->name);
  if (listener->destroy != NULL)
    listener->destroy (listener->user_data);
  G_OBJECT_CLASS (foliot_local_listener_parent_class)->finalize (object);
}

static void
foliot_local_listener_class_init (FoliotLocalListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_local_listener_finalize;
  klass->parent_class.get_address = foliot_local_listener_get_address;
  klass->parent_class.close = foliot_local_listener_close;
  klass->parent_class.wait_closed = foliot_local_listener_wait_closed;
}

static void
foliot_local_listener_init (FoliotLocalListener *listener)
{
}

/* ---- connecting ---------------------------------------------------------------------------------------------- */

static void
attempt_free (Attempt *attempt)
{
  foliot_future_unref (attempt->future);
  g_object_unref (attempt->listener);
  g_free (attempt->name);
  g_free (attempt);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

static GError *
new_refused (void)
{
  return g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_REFUSED,
                              "No server started for this local queue instance.");
}

/* The event of a connection: the server's side is set up, then the client learns of its own. */
static void
arrive (gpointer target, gpointer payload)
{
  g_autoptr (Attempt) attempt = target;
  FoliotLocalListener *listener = attempt->listener;
  g_autoptr (FoliotLocalLink) client = NULL;
  FoliotLocalLink *server;

  if (foliot_future_is_settled (attempt->future))
    return;
  if (listener->queue == NULL)
    {
      foliot_future_reject (attempt->future, new_refused ());
      return;
    }
  client = _foliot_local_link_new_pair (_foliot_exchange_get (listener->kernel), attempt->carry_bytes,
                                        _foliot_local_queue_get_peername (listener->queue), attempt->name,
                                        listener->name, &server);
  _foliot_local_link_set_listener (server, listener);
  listener->accept (FOLIOT_LINK (server), listener->user_data);
  foliot_future_resolve (attempt->future, foliot_value_new_object (FOLIOT_TYPE_LOCAL_LINK, client));
}

static void
drop_attempt (gpointer target, gpointer payload)
{
  attempt_free (target);
}

static GError *
check_address (FoliotAddress *address)
{
  if (foliot_address_get_kind (address) == FOLIOT_ADDRESS_LOCAL)
    return NULL;
  return g_error_new (FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS,
                      "The local transport cannot reach %s: it knows local:// addresses only",
                      foliot_address_get_repr (address));
}

static GError *
check_resources (FoliotKernel *kernel, FoliotAddress *address)
{
  if (!_foliot_kernel_fault (kernel))
    return NULL;
  return g_error_new (FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES,
                      "No memory for a link at %s: free some and try again",
                      foliot_address_get_repr (address));
}

static FoliotFuture *
foliot_local_transport_connect (FoliotTransport *base, FoliotAddress *to, const char *name)
{
  FoliotLocalTransport *transport = FOLIOT_LOCAL_TRANSPORT (base);
  FoliotKernel *kernel = transport->kernel;
  GError *error = check_address (to);
  FoliotLocalQueue *queue = NULL;
  FoliotLocalListener *listener;
  Attempt *attempt;

  if (error == NULL)
    error = check_resources (kernel, to);
  if (error == NULL)
    queue = foliot_local_queue_get (kernel, foliot_address_get_host (to), &error);
  listener = queue != NULL ? _foliot_local_queue_get_server (queue) : NULL;
  if (error == NULL && listener == NULL)
    error = new_refused ();
  if (error != NULL)
    return foliot_future_new_rejected (kernel, error);

  attempt = g_new0 (Attempt, 1);
  attempt->future = foliot_future_new (kernel);
  attempt->listener = g_object_ref (listener);
  attempt->name = g_strdup (name != NULL ? name : "anonymous");
  attempt->carry_bytes = transport->carry_bytes;
  foliot_kernel_post (kernel, foliot_kernel_now (kernel), FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_LINK, arrive,
                      attempt, NULL);
  return foliot_future_ref (attempt->future);
}

static FoliotListener *
foliot_local_transport_listen (FoliotTransport *base, FoliotAddress *at, const char *name,
                               FoliotAcceptFunc accept, gpointer user_data, GDestroyNotify destroy,
                               GError **error)
{
  FoliotLocalTransport *transport = FOLIOT_LOCAL_TRANSPORT (base);
  GError *problem = check_address (at);
  FoliotLocalQueue *queue = NULL;
  FoliotLocalListener *listener;

  if (problem == NULL)
    problem = check_resources (transport->kernel, at);
  if (problem == NULL)
    queue = foliot_local_queue_get (transport->kernel, foliot_address_get_host (at), &problem);
  if (problem == NULL && foliot_local_queue_has_server (queue))
    problem = g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_RUNTIME, "Server is already set.");
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return NULL;
    }
  listener = g_object_new (FOLIOT_TYPE_LOCAL_LISTENER, NULL);
  listener->kernel = transport->kernel;
  listener->queue = g_object_ref (queue);
  listener->address = foliot_address_ref (at);
  listener->name = g_strdup (name != NULL ? name : foliot_address_get_base_url (at));
  listener->accept = accept;
  listener->user_data = user_data;
  listener->destroy = destroy;
  _foliot_local_queue_set_server (queue, listener);
  return FOLIOT_LISTENER (listener);
}

/* ---- transport ----------------------------------------------------------------------------------------------- */

static FoliotKernel *
foliot_local_transport_get_kernel (FoliotTransport *base)
{
  return FOLIOT_LOCAL_TRANSPORT (base)->kernel;
}

static void
foliot_local_transport_iface_init (FoliotTransportInterface *iface)
{
  iface->get_kernel = foliot_local_transport_get_kernel;
  iface->connect = foliot_local_transport_connect;
  iface->listen = foliot_local_transport_listen;
}

static void
foliot_local_transport_class_init (FoliotLocalTransportClass *klass)
{
}

static void
foliot_local_transport_init (FoliotLocalTransport *transport)
{
}

FoliotTransport *
foliot_local_transport_new (FoliotKernel *kernel, gboolean carry_bytes)
{
  FoliotLocalTransport *transport;

  g_return_val_if_fail (FOLIOT_IS_KERNEL (kernel), NULL);
  transport = g_object_new (FOLIOT_TYPE_LOCAL_TRANSPORT, NULL);
  transport->kernel = kernel;
  transport->carry_bytes = carry_bytes;
  _foliot_kernel_set_drop_func (kernel, arrive, drop_attempt);
  return FOLIOT_TRANSPORT (transport);
}

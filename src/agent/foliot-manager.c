/* SPDX-License-Identifier: MIT */
#include "foliot/foliot-subproc.h"

#include "agent/foliot-container-private.h"

/*
 * The manager is an agent like any other; only its class is made by hand, because peers know it as "Manager". What the
 * method table offers, and how it fails, is aiomas' to say: programs of its users talk to it.
 *
 * `stop` only settles a future. The reply leaves in the same event, and what follows the future runs in a later one, so the
 * caller has its null before the connection ends.
 */

struct _FoliotManager
{
  FoliotAgent parent;
  FoliotRegistry *registry;
  FoliotFuture *stop_received;
};

static FoliotValue *
manager_spawn (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotManager *manager = self;
  GType type = foliot_registry_lookup (manager->registry, foliot_args_get_string (args, "qualname"), error);
  if (type == G_TYPE_INVALID)
    return NULL;
  g_autoptr (FoliotAgent) agent
      = foliot_agent_new_detached (foliot_agent_get_container (manager), type, NULL, error);
  if (agent == NULL)
    return NULL;
  g_autoptr (FoliotValue) ready
      = foliot_await_take (_foliot_agent_start_called (agent, foliot_args_get_value (args, "args"),
                                                       foliot_args_get_value (args, "kwargs")),
                           error);
  if (ready == NULL)
    return NULL;
  return foliot_value_build_list (foliot_agent_as_value (agent),
                                  foliot_value_new_string (foliot_agent_get_address (agent)), NULL);
}

static FoliotValue *
manager_set_time (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotClock *clock = foliot_agent_get_clock (self);
  FoliotTime time;
  if (!FOLIOT_IS_EXTERNAL_CLOCK (clock))
    g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_ATTRIBUTE,
                         "'AsyncioClock' object has no attribute 'set_time'");
  else if (foliot_time_from_seconds (foliot_args_get_double (args, "t"), &time, error))
    foliot_external_clock_set_time (FOLIOT_EXTERNAL_CLOCK (clock), time, error);
  return NULL;
}

static FoliotValue *
manager_stop (gpointer self, FoliotArgs *args, GError **error)
{
  if (!foliot_future_resolve (((FoliotManager *) self)->stop_received, NULL))
    g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_INVALID_STATE, "invalid state");
  return NULL;
}

static void
manager_dispose (gpointer self)
{
  g_clear_pointer (&((FoliotManager *) self)->stop_received, foliot_future_unref);
}

static const FoliotMethod manager_methods[] = {
  { "spawn", manager_spawn, "qualname:string *args **kwargs",
    "Makes an agent of a registered type; returns it and its address." },
  { "set_time", manager_set_time, "t:number", "Sets the clock, in seconds." },
  { "stop", manager_stop, "", "Ends the container, and with it the process." },
  { NULL },
};

static const FoliotAgentInfo manager_info = {
  .help = "Directs the agents of a process.",
  .methods = manager_methods,
  .dispose = manager_dispose,
};

GType
foliot_manager_get_type (void)
{
  static gsize type = 0;
  if (g_once_init_enter (&type))
    g_once_init_leave (&type, foliot_agent_register_type ("Manager", sizeof (FoliotManager), &manager_info));
  return type;
}

FoliotManager *
foliot_manager_new (FoliotContainer *container, FoliotRegistry *registry, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container) && registry != NULL, NULL);
  FoliotAgent *agent = foliot_agent_new_detached (container, FOLIOT_TYPE_MANAGER, NULL, error);
  if (agent == NULL)
    return NULL;
  FoliotManager *self = FOLIOT_MANAGER (agent);
  self->registry = registry;
  self->stop_received = foliot_future_new (foliot_container_get_kernel (container));
  foliot_future_set_label (self->stop_received, "stop of the manager");
  foliot_future_unref (foliot_agent_start (agent, NULL));
  return self;
}

FoliotFuture *
foliot_manager_get_stop_received (FoliotManager *self)
{
  g_return_val_if_fail (FOLIOT_IS_MANAGER (self), NULL);
  return self->stop_received;
}

/* ---- aiomas' subproc.start ---- */

static FoliotValue *
serve_until_stop (gpointer user_data, GError **error)
{
  FoliotManager *manager = user_data;
  g_autoptr (FoliotValue) stopped = foliot_await (manager->stop_received, FOLIOT_TIME_NEVER, error);
  if (stopped == NULL)
    return NULL;
  return foliot_await_take (foliot_container_shutdown (foliot_agent_get_container (manager)), error);
}

FoliotFuture *
foliot_subproc_start (FoliotTransport *transport, FoliotAddress *at, const FoliotContainerOptions *options,
                      FoliotRegistry *registry, FoliotManager **out_manager)
{
  g_return_val_if_fail (FOLIOT_IS_TRANSPORT (transport) && at != NULL && registry != NULL, NULL);
  FoliotKernel *kernel = foliot_transport_get_kernel (transport);
  GError *error = NULL;
  g_autoptr (FoliotManager) manager = NULL;
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, at, options, &error);
  if (container != NULL)
    manager = foliot_manager_new (container, registry, &error);
  if (out_manager != NULL)
    *out_manager = manager;
  if (manager == NULL)
    return foliot_future_new_rejected (kernel, error);
  return foliot_fiber_spawn (kernel, NULL, "manager", serve_until_stop, g_steal_pointer (&manager),
                             g_object_unref);
}

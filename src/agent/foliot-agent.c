/* SPDX-License-Identifier: MIT */
#include "agent/foliot-container-private.h"

#include "kernel/foliot-hearing-private.h"
#include "rpc/foliot-handler-private.h"

/*
 * There may be a million agents, and most of them are idle. So an agent is one object and one router; its address and its
 * scope are made when somebody asks for them, its name is the kernel's copy, and its id is kept inline. An agent type
 * costs nothing per agent: the tables are static, and the signatures in them, that of init too, are parsed once.
 *
 * An agent does not reference its container. A fiber of the agent references the agent; the container closes the scope
 * of its agents before it goes.
 */

typedef struct
{
  FoliotContainer *container; /* NULL once it was freed */
  FoliotRouter *router;
  FoliotScope *scope;
  char *address;
  GError *failure;
  guint32 node;
  guint32 id;
  char aid[11]; /* of a 32-bit number */
  gboolean started : 1;
} FoliotAgentPrivate;

/* What the class of a registered type is made from. */
typedef struct
{
  const char *name;
  const FoliotAgentInfo *info;
  FoliotMethod init[2]; /* a table of one */
} AgentType;

/* What the first fiber of an agent needs. */
typedef struct
{
  FoliotAgent *agent;
  FoliotArgs *args;
  FoliotFuture *ready;
} Start;

static FoliotRouter *agent_get_router (FoliotService *service);

static void
service_init (FoliotServiceInterface *iface)
{
  iface->get_router = agent_get_router;
}

G_DEFINE_TYPE_WITH_CODE (FoliotAgent, foliot_agent, G_TYPE_OBJECT,
                         G_ADD_PRIVATE (FoliotAgent)
                             G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_SERVICE, service_init))

#define PRIVATE(agent) ((FoliotAgentPrivate *) foliot_agent_get_instance_private ((FoliotAgent *) (agent)))

/* A subclass that somebody made by hand goes by its GType's name. */
static const char *
class_get_name (FoliotAgentClass *klass)
{
  return klass->name != NULL ? klass->name : G_OBJECT_CLASS_NAME (klass);
}

static FoliotRouter *
agent_get_router (FoliotService *service)
{
  FoliotAgentPrivate *priv = PRIVATE (service);
  FoliotAgentClass *klass = FOLIOT_AGENT_GET_CLASS (service);
  if (priv->router == NULL)
    priv->router = foliot_router_new (G_OBJECT (service), class_get_name (klass),
                                      klass->info != NULL ? klass->info->methods : NULL);
  return priv->router;
}

static void
foliot_agent_init (FoliotAgent *self)
{
}

static void
foliot_agent_finalize (GObject *object)
{
  FoliotAgentPrivate *priv = PRIVATE (object);
  const FoliotAgentInfo *info = FOLIOT_AGENT_GET_CLASS (object)->info;
  if (info != NULL && info->dispose != NULL)
    info->dispose (object);
  g_clear_object (&priv->router);
  g_clear_pointer (&priv->scope, foliot_scope_unref);
  g_clear_error (&priv->failure);
  g_free (priv->address);
  G_OBJECT_CLASS (foliot_agent_parent_class)->finalize (object);
}

static void
foliot_agent_class_init (FoliotAgentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_agent_finalize;
}

static void
agent_type_class_init (gpointer g_class, gpointer class_data)
{
  FoliotAgentClass *klass = g_class;
  const AgentType *type = class_data;
  klass->info = type->info;
  klass->name = type->name;
  klass->init = type->init;
}

GType
foliot_agent_register_type (const char *name, gsize instance_size, const FoliotAgentInfo *info)
{
  AgentType *type = g_new (AgentType, 1);
  *type = (AgentType){ g_intern_string (name),
                       info,
                       { { g_intern_string (name), NULL, info->args, info->help } } };
  GTypeInfo type_info = {
    .class_size = sizeof (FoliotAgentClass),
    .class_init = agent_type_class_init,
    .class_data = type,
    .instance_size = instance_size,
  };
  g_autofree char *unique = g_strdup (name);
  for (guint n = 2; strlen (unique) < 3 || g_type_from_name (unique) != G_TYPE_INVALID; n++)
    {
      g_free (unique);
      unique = g_strdup_printf ("%s-%u", name, n);
    }
  return g_type_register_static (FOLIOT_TYPE_AGENT, unique, &type_info, 0);
}

/* Classes of agent types are static: once made they stay. */
static FoliotAgentClass *
agent_type_get_class (GType type)
{
  g_return_val_if_fail (g_type_is_a (type, FOLIOT_TYPE_AGENT), NULL);
  gpointer klass = g_type_class_ref (type);
  g_type_class_unref (klass);
  return klass;
}

const char *
foliot_agent_type_get_name (GType type)
{
  FoliotAgentClass *klass = agent_type_get_class (type);
  return klass != NULL ? class_get_name (klass) : NULL;
}

const FoliotAgentInfo *
foliot_agent_type_get_info (GType type)
{
  FoliotAgentClass *klass = agent_type_get_class (type);
  return klass != NULL ? klass->info : NULL;
}

void
_foliot_agent_attach (FoliotAgent *agent, FoliotContainer *container, guint id)
{
  FoliotAgentPrivate *priv = PRIVATE (agent);
  priv->container = container;
  priv->id = id;
  g_snprintf (priv->aid, sizeof priv->aid, "%u", id);
}

guint
_foliot_agent_get_id (FoliotAgent *agent)
{
  return PRIVATE (agent)->id;
}

void
_foliot_agent_detach (FoliotAgent *agent)
{
  PRIVATE (agent)->container = NULL;
}

/* The default is the address, unless the container has a name of its own. */
static char *
default_name (FoliotContainer *container, const char *aid)
{
  const char *name = foliot_container_get_name (container);
  return g_strconcat (name, g_str_has_suffix (name, "/") ? "" : "/", aid, NULL);
}

static void
agent_set_node (FoliotAgent *self, const char *name)
{
  FoliotAgentPrivate *priv = PRIVATE (self);
  g_autofree char *made = name == NULL ? default_name (priv->container, priv->aid) : NULL;
  priv->node
      = foliot_kernel_add_node (foliot_container_get_kernel (priv->container), name != NULL ? name : made);
  foliot_router_set_node (agent_get_router (FOLIOT_SERVICE (self)), priv->node);
  _foliot_kernel_hear (foliot_container_get_kernel (priv->container), made, self,
                       foliot_container_get_name (priv->container));
}

/* What Python would print in the place of @container. */
static char *
print_no_container (gpointer container)
{
  if (container == NULL)
    return g_strdup ("None");
  return g_strdup_printf ("<%s object>",
                          G_IS_OBJECT (container) ? G_OBJECT_TYPE_NAME (container) : "foreign");
}

FoliotAgent *
foliot_agent_new_detached (gpointer container, GType type, const char *name, GError **error)
{
  g_return_val_if_fail (g_type_is_a (type, FOLIOT_TYPE_AGENT) && !G_TYPE_IS_ABSTRACT (type), NULL);
  if (!FOLIOT_IS_CONTAINER (container))
    {
      g_autofree char *printed = print_no_container (container);
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
                   "\"container\" must be a \"Container\" instance but is %s", printed);
      return NULL;
    }
  g_autoptr (FoliotAgent) self = g_object_new (type, NULL);
  if (!_foliot_container_add_agent (container, self, error))
    return NULL;
  agent_set_node (self, name);
  return g_steal_pointer (&self);
}

static void
start_free (Start *start)
{
  g_object_unref (start->agent);
  g_clear_pointer (&start->args, foliot_args_free);
  foliot_future_unref (start->ready);
  g_free (start);
}

static gboolean
start_init (Start *start)
{
  FoliotAgent *self = start->agent;
  const FoliotAgentInfo *info = FOLIOT_AGENT_GET_CLASS (self)->info;
  GError *error = NULL;
  if (info == NULL || info->init == NULL || info->init (self, start->args, &error))
    {
      g_clear_error (&error);
      g_clear_pointer (&start->args, foliot_args_free);
      foliot_future_resolve (start->ready, foliot_value_new_object (G_OBJECT_TYPE (self), self));
      return TRUE;
    }
  if (error == NULL)
    g_set_error (&error, FOLIOT_ERROR, FOLIOT_ERROR_FAILED, "init of %s failed without saying why",
                 foliot_agent_get_name (self));
  if (PRIVATE (self)->container != NULL)
    _foliot_container_remove_agent (PRIVATE (self)->container, self);
  foliot_future_reject (start->ready, error);
  return FALSE;
}

static void
agent_set_failure (FoliotAgent *self, GError *why)
{
  FoliotAgentPrivate *priv = PRIVATE (self);
  if (why == NULL)
    g_set_error (&why, FOLIOT_ERROR, FOLIOT_ERROR_FAILED, "run of %s failed without saying why",
                 foliot_agent_get_name (self));
  priv->failure = why;
  if (priv->container != NULL)
    _foliot_container_report_failure (priv->container, self, why);
}

/* The first fiber of an agent: init, then run. Between the two those who waited for the agent go on. */
static FoliotValue *
agent_live (gpointer user_data, GError **error)
{
  Start *start = user_data;
  FoliotAgent *self = start->agent;
  const FoliotAgentInfo *info = FOLIOT_AGENT_GET_CLASS (self)->info;
  g_autoptr (GError) why = NULL;
  if (!start_init (start) || info == NULL || info->run == NULL
      || !foliot_sleep (foliot_agent_get_kernel (self), 0, NULL))
    return NULL;
  gboolean well = info->run (self, &why);
  if (!well && !g_error_matches (why, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED))
    agent_set_failure (self, g_steal_pointer (&why));
  return NULL;
}

/* For fibers that never came to run, for want of a stack or because the world ended. */
static void
on_life_ended (FoliotFuture *life, FoliotValue *value, const GError *error, gpointer user_data)
{
  if (error != NULL)
    foliot_future_reject (user_data, g_error_copy (error));
}

static void
agent_spawn_life (FoliotAgent *self, FoliotArgs *args, FoliotFuture *ready)
{
  Start *start = g_new (Start, 1);
  *start = (Start){ g_object_ref (self), args, foliot_future_ref (ready) };
  g_autoptr (FoliotFuture) life = foliot_agent_spawn (self, foliot_agent_get_name (self), agent_live, start,
                                                      (GDestroyNotify) start_free);
  foliot_future_then (life, on_life_ended, foliot_future_ref (ready), (GDestroyNotify) foliot_future_unref);
}

static FoliotArgs *
agent_bind_args (FoliotAgent *self, FoliotValue *positional, FoliotValue *keywords, GError **error)
{
  static const FoliotMethod no_args[] = { { "Agent", NULL, "", NULL }, { NULL } };
  FoliotAgentClass *klass = FOLIOT_AGENT_GET_CLASS (self);
  GPtrArray *init = _foliot_handlers_of_table (klass->init != NULL ? klass->init : no_args);
  if (init->len > 0)
    return foliot_signature_bind (((FoliotHandler *) init->pdata[0])->signature, class_get_name (klass),
                                  positional, keywords, error);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "The arguments of %s are declared wrongly: \"%s\"",
               class_get_name (klass), klass->info->args);
  return NULL;
}

FoliotFuture *
_foliot_agent_start_called (FoliotAgent *agent, FoliotValue *positional, FoliotValue *keywords)
{
  FoliotAgentPrivate *priv = PRIVATE (agent);
  g_return_val_if_fail (priv->container != NULL && !priv->started, NULL);
  const FoliotAgentInfo *info = FOLIOT_AGENT_GET_CLASS (agent)->info;
  FoliotKernel *kernel = foliot_container_get_kernel (priv->container);
  GError *error = NULL;
  priv->started = TRUE;
  g_autoptr (FoliotArgs) bound = agent_bind_args (agent, positional, keywords, &error);
  if (bound == NULL)
    {
      _foliot_container_remove_agent (priv->container, agent);
      return foliot_future_new_rejected (kernel, error);
    }
  if (info == NULL || (info->init == NULL && info->run == NULL))
    return foliot_future_new_resolved (kernel, foliot_value_new_object (G_OBJECT_TYPE (agent), agent));
  FoliotFuture *ready = foliot_future_new (kernel);
  g_autofree char *label = g_strdup_printf ("init of %s", foliot_agent_get_name (agent));
  foliot_future_set_label (ready, label);
  agent_spawn_life (agent, g_steal_pointer (&bound), ready);
  return ready;
}

FoliotFuture *
foliot_agent_start (FoliotAgent *agent, FoliotValue *args)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  return _foliot_agent_start_called (agent, NULL, args);
}

FoliotFuture *
foliot_agent_new (FoliotContainer *container, GType type, const char *name, FoliotValue *args)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  GError *error = NULL;
  g_autoptr (FoliotAgent) agent = foliot_agent_new_detached (container, type, name, &error);
  if (agent == NULL)
    return foliot_future_new_rejected (foliot_container_get_kernel (container), error);
  return foliot_agent_start (agent, args);
}

FoliotContainer *
foliot_agent_get_container (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  return PRIVATE (agent)->container;
}

FoliotKernel *
foliot_agent_get_kernel (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent) && PRIVATE (agent)->container != NULL, NULL);
  return foliot_container_get_kernel (PRIVATE (agent)->container);
}

FoliotClock *
foliot_agent_get_clock (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent) && PRIVATE (agent)->container != NULL, NULL);
  return foliot_container_get_clock (PRIVATE (agent)->container);
}

const char *
foliot_agent_get_aid (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  return PRIVATE (agent)->aid;
}

const char *
foliot_agent_get_name (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent) && PRIVATE (agent)->container != NULL, NULL);
  return foliot_kernel_get_node_name (foliot_agent_get_kernel (agent), PRIVATE (agent)->node);
}

const char *
foliot_agent_get_address (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent) && PRIVATE (agent)->container != NULL, NULL);
  FoliotAgentPrivate *priv = PRIVATE (agent);
  if (priv->address == NULL)
    priv->address = g_strconcat (foliot_container_get_base_url (priv->container), priv->aid, NULL);
  return priv->address;
}

char *
foliot_agent_to_string (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  return g_strdup_printf ("%s('%s')", class_get_name (FOLIOT_AGENT_GET_CLASS (agent)),
                          foliot_agent_get_address (agent));
}

guint32
foliot_agent_get_node (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), 0);
  return PRIVATE (agent)->node;
}

FoliotScope *
foliot_agent_get_scope (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent) && PRIVATE (agent)->container != NULL, NULL);
  FoliotAgentPrivate *priv = PRIVATE (agent);
  if (priv->scope == NULL)
    priv->scope
        = foliot_scope_new (foliot_agent_get_kernel (agent), _foliot_container_get_scope (priv->container));
  return priv->scope;
}

gboolean
foliot_agent_add_service (gpointer agent, const char *name, GObject *service, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), FALSE);
  return foliot_router_set_sub_router (agent_get_router (agent), service, name, error);
}

FoliotValue *
foliot_agent_as_value (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  return foliot_value_new_service (agent);
}

FoliotRandom *
foliot_agent_get_random (gpointer agent, const char *purpose)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent) && purpose != NULL, NULL);
  return foliot_kernel_get_random (foliot_agent_get_kernel (agent), foliot_agent_get_name (agent), purpose);
}

const GError *
foliot_agent_get_failure (gpointer agent)
{
  g_return_val_if_fail (FOLIOT_IS_AGENT (agent), NULL);
  return PRIVATE (agent)->failure;
}

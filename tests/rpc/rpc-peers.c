/* SPDX-License-Identifier: MIT */
#include "rpc-peers.h"

#include "codec/foliot-codec-private.h"

#include <string.h>

/* ---- sub ---- */

struct _RpcSub
{
  GObject parent_instance;
  FoliotRouter *router;
  char *name;
};

static FoliotValue *
sub_name (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_string (RPC_SUB (self)->name);
}

static FoliotValue *
sub_mul (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (foliot_args_get_int (args, "a") * foliot_args_get_int (args, "b"));
}

static const FoliotMethod sub_methods[] = {
  { "name", sub_name, "", "Its name." },
  { "mul", sub_mul, "a:int b:int=2", "The product." },
  { "hidden", NULL, NULL, NULL },
  { NULL },
};

static FoliotRouter *
sub_get_router (FoliotService *service)
{
  return RPC_SUB (service)->router;
}

static void
sub_service_init (FoliotServiceInterface *iface)
{
  iface->get_router = sub_get_router;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RpcSub, rpc_sub, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_SERVICE, sub_service_init))

static void
rpc_sub_finalize (GObject *object)
{
  RpcSub *self = RPC_SUB (object);

  g_clear_object (&self->router);
  g_free (self->name);
  G_OBJECT_CLASS (rpc_sub_parent_class)->finalize (object);
}

static void
rpc_sub_class_init (RpcSubClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rpc_sub_finalize;
}

static void
rpc_sub_init (RpcSub *self)
{
  self->router = foliot_router_new (G_OBJECT (self), "__main__.Sub", sub_methods);
}

RpcSub *
rpc_sub_new (const char *name)
{
  RpcSub *self = g_object_new (RPC_TYPE_SUB, NULL);

  self->name = g_strdup (name);
  return self;
}

/* ---- server ---- */

struct _RpcServer
{
  GObject parent_instance;
  FoliotRouter *router;
  FoliotKernel *kernel;
  RpcSub *sub;
  RpcSub *deep;
  FoliotServiceDict *dict;
};

enum
{
  PROPERTY_PRIVATE = 1,
};

static FoliotValue *
server_add (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *a = foliot_args_get_value (args, "a"), *b = foliot_args_get_value (args, "b");

  if (foliot_value_get_kind (a) == FOLIOT_VALUE_STRING && foliot_value_get_kind (b) == FOLIOT_VALUE_STRING)
    return foliot_value_new_string_printf ("%s%s", foliot_value_get_string (a, NULL),
                                           foliot_value_get_string (b, NULL));
  if (foliot_value_fits_int64 (a) && foliot_value_fits_int64 (b))
    return foliot_value_new_int (foliot_value_get_int (a) + foliot_value_get_int (b));
  return foliot_value_new_double (foliot_value_get_double (a) + foliot_value_get_double (b));
}

static FoliotValue *
server_nothing (gpointer self, FoliotArgs *args, GError **error)
{
  return NULL;
}

static FoliotValue *
server_slow (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotTime duration;

  if (!foliot_time_from_seconds (foliot_args_get_double (args, "t"), &duration, error)
      || !foliot_sleep (RPC_SERVER (self)->kernel, duration, error))
    return NULL;
  return foliot_value_ref (foliot_args_get_value (args, "x"));
}

static FoliotValue *
server_err (gpointer self, FoliotArgs *args, GError **error)
{
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, foliot_args_get_string (args, "t"));
  return NULL;
}

static gpointer
copy_set (gpointer set)
{
  return g_string_new (((GString *) set)->str);
}

static void
free_set (gpointer set)
{
  g_string_free (set, TRUE);
}

static char *
format_set (gpointer set)
{
  return g_strdup (((GString *) set)->str);
}

/* What Python's set is there: of a class that nobody can send. */
static GType
get_set_type (void)
{
  static gsize set_type;

  if (g_once_init_enter (&set_type))
    {
      GType type = g_boxed_type_register_static ("RpcSet", copy_set, free_set);

      _foliot_codec_set_class_name (type, "set");
      foliot_value_set_object_funcs (type, NULL, NULL, format_set);
      g_once_init_leave (&set_type, type);
    }
  return set_type;
}

static FoliotValue *
server_unser (gpointer self, FoliotArgs *args, GError **error)
{
  GType type = get_set_type ();
  g_autoptr (GString) set = g_string_new ("{1}");

  return foliot_value_new_object (type, set);
}

static FoliotValue *
server_greet (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotProxy *client = foliot_value_get_proxy (foliot_args_get_value (args, "client"));
  g_autoptr (FoliotValue) name = NULL;

  if (client == NULL)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_ATTRIBUTE,
                           "'str' object has no attribute 'name'");
      return NULL;
    }
  name = foliot_await_take (foliot_proxy_call (client, "name", NULL), error);
  if (name == NULL)
    return NULL;
  return foliot_value_new_string_printf ("Client name is \"%s\"", foliot_value_get_string (name, NULL));
}

static FoliotValue *
server_get_sub (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_service (G_OBJECT (RPC_SERVER (self)->sub));
}

static FoliotValue *
server_get_all (gpointer service, FoliotArgs *args, GError **error)
{
  RpcServer *self = service;
  FoliotValue *subs = foliot_value_build_list (foliot_value_new_service (G_OBJECT (self->sub)),
                                               foliot_value_new_service (G_OBJECT (self->deep)), NULL);

  return foliot_value_build_map ("root", foliot_value_new_service (service), "subs", subs, NULL);
}

static FoliotValue *
server_twice (gpointer self, FoliotArgs *args, GError **error)
{
  g_autoptr (FoliotProxy) sub = foliot_proxy_get (foliot_args_get_proxy (args, "client"), "sub");
  g_autoptr (FoliotValue) once = NULL;
  g_autoptr (FoliotValue) twice = NULL;

  once = foliot_await_take (
      foliot_proxy_call (sub, "mul", foliot_value_ref (foliot_args_get_value (args, "f")), NULL), error);
  if (once == NULL)
    return NULL;
  twice = foliot_await_take (
      foliot_proxy_callv (sub, "mul", foliot_value_build_list (foliot_value_ref (once), NULL),
                          foliot_value_build_map ("b", foliot_value_new_int (3), NULL)),
      error);
  if (twice == NULL)
    return NULL;
  return foliot_value_build_list (g_steal_pointer (&once), g_steal_pointer (&twice), NULL);
}

static const FoliotMethod server_methods[] = {
  { "add", server_add, "a b", "The sum." },
  { "nothing", server_nothing, "", "Returns null." },
  { "slow", server_slow, "t:number x", "Returns @x after @t seconds." },
  { "err", server_err, "t:string", "Fails." },
  { "unser", server_unser, "", "Returns what cannot be sent." },
  { "greet", server_greet, "client", "Asks the client for its name." },
  { "get_sub", server_get_sub, "", "Returns a service." },
  { "get_all", server_get_all, "", "Returns services inside of maps and lists." },
  { "twice", server_twice, "client:proxy f:int", "Calls the client twice." },
  { "hidden", NULL, NULL, NULL },
  { NULL },
};

static FoliotValue *
dict_f (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_ref (foliot_args_get_value (args, "args"));
}

static FoliotRouter *
server_get_router (FoliotService *service)
{
  return RPC_SERVER (service)->router;
}

static void
server_service_init (FoliotServiceInterface *iface)
{
  iface->get_router = server_get_router;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RpcServer, rpc_server, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_SERVICE, server_service_init))

static void
rpc_server_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, "nobody's business");
}

static void
rpc_server_finalize (GObject *object)
{
  RpcServer *self = RPC_SERVER (object);

  g_clear_object (&self->router);
  g_clear_object (&self->sub);
  g_clear_object (&self->deep);
  g_clear_object (&self->dict);
  G_OBJECT_CLASS (rpc_server_parent_class)->finalize (object);
}

static void
rpc_server_class_init (RpcServerClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->finalize = rpc_server_finalize;
  object_class->get_property = rpc_server_get_property;
  g_object_class_install_property (
      object_class, PROPERTY_PRIVATE,
      g_param_spec_string ("private", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
rpc_server_init (RpcServer *self)
{
  static const FoliotMethod f = { "f", dict_f, "*args", "Returns its arguments." };
  static const FoliotMethod plain = { "plain", NULL, NULL, NULL };
  g_autoptr (FoliotServiceDict) deep_dict = foliot_service_dict_new ();

  self->router = foliot_router_new (G_OBJECT (self), "__main__.Server", server_methods);
  self->sub = rpc_sub_new ("sub");
  self->deep = rpc_sub_new ("deep");
  self->dict = foliot_service_dict_new ();
  foliot_router_set_sub_router (self->router, G_OBJECT (self->sub), "sub", NULL);
  foliot_router_set_sub_router (self->router, G_OBJECT (self->dict), "d", NULL);
  foliot_service_dict_add (self->dict, &f, NULL, NULL);
  foliot_service_dict_add (self->dict, &plain, NULL, NULL);
  foliot_service_dict_add_service (self->dict, "deep", G_OBJECT (deep_dict), NULL);
  foliot_service_dict_add_service (deep_dict, "s", G_OBJECT (self->deep), NULL);
}

RpcServer *
rpc_server_new (FoliotKernel *kernel)
{
  RpcServer *self = g_object_new (RPC_TYPE_SERVER, NULL);

  self->kernel = kernel;
  return self;
}

RpcSub *
rpc_server_get_sub (RpcServer *server)
{
  return server->sub;
}

FoliotServiceDict *
rpc_server_get_dict (RpcServer *server)
{
  return server->dict;
}

/* ---- caller ---- */

struct _RpcCaller
{
  GObject parent_instance;
  FoliotRouter *router;
  RpcSub *sub;
  char *name;
};

static FoliotValue *
caller_name (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_string (RPC_CALLER (self)->name);
}

static const FoliotMethod caller_methods[] = {
  { "name", caller_name, "", "Its name." },
  { NULL },
};

static FoliotRouter *
caller_get_router (FoliotService *service)
{
  return RPC_CALLER (service)->router;
}

static void
caller_service_init (FoliotServiceInterface *iface)
{
  iface->get_router = caller_get_router;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RpcCaller, rpc_caller, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_SERVICE, caller_service_init))

static void
rpc_caller_finalize (GObject *object)
{
  RpcCaller *self = RPC_CALLER (object);

  g_clear_object (&self->router);
  g_clear_object (&self->sub);
  g_free (self->name);
  G_OBJECT_CLASS (rpc_caller_parent_class)->finalize (object);
}

static void
rpc_caller_class_init (RpcCallerClass *class)
{
  G_OBJECT_CLASS (class)->finalize = rpc_caller_finalize;
}

static void
rpc_caller_init (RpcCaller *self)
{
  self->router = foliot_router_new (G_OBJECT (self), "__main__.Client", caller_methods);
  self->sub = rpc_sub_new ("client sub");
  foliot_router_set_sub_router (self->router, G_OBJECT (self->sub), "sub", NULL);
}

RpcCaller *
rpc_caller_new (const char *name)
{
  RpcCaller *self = g_object_new (RPC_TYPE_CALLER, NULL);

  self->name = g_strdup (name);
  return self;
}

RpcSub *
rpc_caller_get_sub (RpcCaller *caller)
{
  return caller->sub;
}

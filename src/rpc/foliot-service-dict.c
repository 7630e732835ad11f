/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-router-private.h"

/*
 * The dictionary itself is its router's: only what was added has a name here, and it goes by aiomas' own class name in
 * failure texts.
 */

struct _FoliotServiceDict
{
  GObject parent_instance;
  FoliotRouter *router;
};

static FoliotRouter *
service_dict_get_router (FoliotService *service)
{
  return FOLIOT_SERVICE_DICT (service)->router;
}

static void
service_iface_init (FoliotServiceInterface *iface)
{
  iface->get_router = service_dict_get_router;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FoliotServiceDict, foliot_service_dict, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_SERVICE, service_iface_init))

static void
foliot_service_dict_finalize (GObject *object)
{
  FoliotServiceDict *self = FOLIOT_SERVICE_DICT (object);

  g_clear_object (&self->router);
  G_OBJECT_CLASS (foliot_service_dict_parent_class)->finalize (object);
}

static void
foliot_service_dict_class_init (FoliotServiceDictClass *class)
{
  G_OBJECT_CLASS (class)->finalize = foliot_service_dict_finalize;
}

static void
foliot_service_dict_init (FoliotServiceDict *self)
{
  self->router = foliot_router_new (G_OBJECT (self), "aiomas.rpc.ServiceDict", NULL);
  _foliot_router_set_dictionary (self->router);
}

FoliotServiceDict *
foliot_service_dict_new (void)
{
  return g_object_new (FOLIOT_TYPE_SERVICE_DICT, NULL);
}

gboolean
foliot_service_dict_add (FoliotServiceDict *dict, const FoliotMethod *method, gpointer self, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_SERVICE_DICT (dict), FALSE);
  g_return_val_if_fail (method != NULL && method->name != NULL, FALSE);
  return _foliot_router_add_handler (dict->router, method, self, error);
}

gboolean
foliot_service_dict_add_service (FoliotServiceDict *dict, const char *name, GObject *service, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_SERVICE_DICT (dict), FALSE);
  return foliot_router_set_sub_router (dict->router, service, name, error);
}

GObject *
foliot_service_dict_lookup (FoliotServiceDict *dict, const char *name)
{
  g_return_val_if_fail (FOLIOT_IS_SERVICE_DICT (dict), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  return _foliot_router_lookup_service (dict->router, name);
}

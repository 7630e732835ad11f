/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-rpc.h>

/*
 * Being callable is one question: which router? Everything else about a service is its router's business.
 */

G_DEFINE_INTERFACE (FoliotService, foliot_service, G_TYPE_OBJECT)

static void
foliot_service_default_init (FoliotServiceInterface *iface)
{
}

FoliotRouter *
foliot_service_get_router (FoliotService *service)
{
  g_return_val_if_fail (FOLIOT_IS_SERVICE (service), NULL);
  return FOLIOT_SERVICE_GET_IFACE (service)->get_router (service);
}

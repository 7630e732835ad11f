/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/foliot-handler-private.h"

/*
 * FoliotRoute:
 * @router: where the path led
 * @handler: (nullable): the method there; %NULL when the path ends at the service itself
 * @self: (nullable): what the handler is called with
 *
 * What a path names. Borrowed: valid until the tree changes.
 */
typedef struct
{
  FoliotRouter *router;
  FoliotHandler *handler;
  gpointer self;
} FoliotRoute;

/* Returns: (transfer none) (nullable): what @path, a text, names; remembered at the root. */
const FoliotRoute *_foliot_router_resolve (FoliotRouter *root, FoliotValue *path, GError **error);

/* foliot_router_get_node() for the serving path. */
guint32 _foliot_router_get_node (const FoliotRouter *router);

/* Between enter and leave a handler of @router runs: what it belongs to is not freed, even if it is unmounted. */
void _foliot_router_enter (FoliotRouter *router);
void _foliot_router_leave (FoliotRouter *router);

/* Only what was added has a name here: the owner is no object with attributes, but a dictionary. */
void _foliot_router_set_dictionary (FoliotRouter *router);
/* As foliot_router_add_method(), but takes a method without function: known, and not exposed. */
gboolean _foliot_router_add_handler (FoliotRouter *router, const FoliotMethod *method, gpointer self,
                                     GError **error);

GObject *_foliot_router_lookup_service (FoliotRouter *router, const char *name);
/* Returns: the class name without its module. */
const char *_foliot_router_get_short_class_name (FoliotRouter *router);
/* Returns: (transfer none) (nullable): the router of the service at @path below @root. */
FoliotRouter *_foliot_router_find (FoliotRouter *root, const char *path);

/* Returns: (transfer full): how failure texts print @object. */
char *_foliot_router_print_object (GObject *object);

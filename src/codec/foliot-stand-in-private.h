/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

G_BEGIN_DECLS

/*
 * The objects of the typed notation, which exist without an agent or a connection: a service, a proxy, a set (which no
 * codec can carry), and the serializable classes V (x, y) and W (name, items) of the recorded wire data. Boxed types.
 */
typedef enum
{
  FOLIOT_STAND_IN_SERVICE,
  FOLIOT_STAND_IN_PROXY,
  FOLIOT_STAND_IN_SET,
  FOLIOT_STAND_IN_V,
  FOLIOT_STAND_IN_W,
} FoliotStandInKind;

GType _foliot_stand_in_get_type (FoliotStandInKind kind);

#define FOLIOT_TYPE_STAND_IN_SERVICE (_foliot_stand_in_get_type (FOLIOT_STAND_IN_SERVICE))
#define FOLIOT_TYPE_STAND_IN_PROXY   (_foliot_stand_in_get_type (FOLIOT_STAND_IN_PROXY))
#define FOLIOT_TYPE_STAND_IN_SET     (_foliot_stand_in_get_type (FOLIOT_STAND_IN_SET))

/* "V" or "W"; %G_TYPE_INVALID for anything else. */
GType _foliot_stand_in_type_from_name (const char *class_name);
/* The parameters of a class's constructor. */
const char *const *_foliot_stand_in_get_names (GType type, gsize *out_n_names);
/* @text: the path of a service or proxy. */
FoliotValue *_foliot_stand_in_new_text (GType type, const char *text);
/* @fields: (transfer full): one for each name; the array stays the caller's. */
FoliotValue *_foliot_stand_in_new_fields (GType type, FoliotValue **fields);
/* Returns: (nullable): the path; NULL if @object is no stand-in. */
const char *_foliot_stand_in_get_text (FoliotValue *object);
/* Returns: (nullable): the fields of a V or W, else NULL. */
FoliotValue *const *_foliot_stand_in_get_fields (FoliotValue *object, gsize *out_n_fields);
const char *_foliot_stand_in_get_class (FoliotValue *object);

/* What [func@typed_parse] does once the JSON around the notation is read. */
FoliotValue *_foliot_typed_from_notation (FoliotValue *notation, GError **error);

G_END_DECLS

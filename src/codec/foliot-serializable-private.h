/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

G_BEGIN_DECLS

/*
 * Finds the values of a constructor's parameters in the map that a peer sent, with Python's errors when one is missing
 * or too many. @out_values: (out) (array length=n_names) (transfer none)
 */
gboolean _foliot_serializable_bind (const char *const *names, gsize n_names, FoliotValue *fields,
                                    FoliotValue **out_values, GError **error);
/* `A(x=1, y=2)` */
char *_foliot_serializable_repr (const char *class_name, const char *const *names, FoliotValue *const *values,
                                 gsize n_names);

G_END_DECLS

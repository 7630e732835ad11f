/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Declared arguments and the arguments of one call, for the serving path: a call's arguments lie on the stack of its
 * handler, so that a call with a few of them allocates nothing.
 */

#include <foliot/foliot-rpc.h>

#include "base/foliot-value-private.h"

typedef enum
{
  FOLIOT_ARG_ANY,
  FOLIOT_ARG_BOOL,
  FOLIOT_ARG_INT,
  FOLIOT_ARG_NUMBER,
  FOLIOT_ARG_STRING,
  FOLIOT_ARG_BYTES,
  FOLIOT_ARG_LIST,
  FOLIOT_ARG_MAP,
  FOLIOT_ARG_DATE,
  FOLIOT_ARG_PROXY,
} FoliotArgType;

typedef struct
{
  char *name;
  FoliotArgType type;
  gboolean nullable;
  guint32 kinds;         /* one bit for each kind of value that may be taken, see _foliot_signature_takes() */
  FoliotValue *fallback; /* (nullable): the default */
  char *fallback_text;   /* as it was declared */
} FoliotParameter;

/* The named ones come first; then, if they are declared, `*rest` and `**more`. */
struct _FoliotSignature
{
  guint n_parameters;
  guint n_named;
  guint n_required;
  gboolean has_rest;
  gboolean has_more;
  FoliotParameter *parameters;
};

#define FOLIOT_ARGS_N_FEW 6

struct _FoliotArgs
{
  const FoliotSignature *signature;
  FoliotValue **values;    /* one for each parameter, borrowed from the four below and from the defaults */
  FoliotValue *positional; /* (nullable) */
  FoliotValue *keywords;   /* (nullable) */
  FoliotValue *rest;       /* (nullable) */
  FoliotValue *more;       /* (nullable) */
  FoliotRpcClient *client; /* (nullable): over whose connection the call came */
  FoliotValue *few[FOLIOT_ARGS_N_FEW];
};

/* Empty: may be bound, once, and must be cleared. */
void _foliot_args_init (FoliotArgs *args);
/*
 * _foliot_args_bind:
 * @n_implied: how many arguments the function's own counts hold beside those declared: 1 for a method (`self`)
 */
gboolean _foliot_args_bind (FoliotArgs *args, const FoliotSignature *signature, const char *function,
                            guint n_implied, FoliotValue *positional, FoliotValue *keywords, GError **error);
void _foliot_args_clear (FoliotArgs *args);

/* Returns: what Python calls the class of @value: "int", "NoneType", "dict". */
const char *_foliot_args_python_type (const FoliotValue *value);

/* Returns: how signatures call the type of a value: "number", "null", "proxy". */
const char *_foliot_signature_type_of (const FoliotValue *value);
gboolean _foliot_signature_is_proxy (const FoliotValue *value);

static inline gboolean
_foliot_signature_takes (const FoliotParameter *parameter, const FoliotValue *value)
{
  if ((parameter->kinds >> value->kind & 1) == 0)
    return FALSE;
  if (parameter->type == FOLIOT_ARG_INT)
    return value->detail == 0; /* it fits 64 bits */
  return parameter->type != FOLIOT_ARG_PROXY || value->kind == FOLIOT_VALUE_NULL
         || _foliot_signature_is_proxy (value);
}

const char *_foliot_signature_type_name (FoliotArgType type);

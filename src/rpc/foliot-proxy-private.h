/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-rpc.h>

#define FOLIOT_PROXY_N_METHODS 4

struct _FoliotProxy
{
  guint ref_count;
  guint next_method; /* the slot to be filled next */
  FoliotRpcClient *client;
  FoliotProxy *origin;  /* (nullable): what it was made below; owned */
  GHashTable *children; /* (nullable): of an origin: path → proxy, not owned */
  FoliotValue *path;
  FoliotValue *methods[FOLIOT_PROXY_N_METHODS]; /* (nullable): full paths of methods called last */
  char *text;                                   /* (nullable): preset */
  guint64 view_hash;                            /* 0: not yet known */
};

/* @path: (transfer full): a text. */
FoliotProxy *_foliot_proxy_new (FoliotRpcClient *client, FoliotValue *path) FOLIOT_WARN_UNUSED;

/* Adds the serializer of services and proxies to the codec of @channel. */
gboolean _foliot_proxy_add_serializer (FoliotChannel *channel, GError **error);

/*
 * _foliot_proxy_view_hash:
 *
 * Returns: foliot_value_hash() of @value as an agent sees it: what lives in this process counts by the name of its
 * node, wherever it lives and whatever path leads there
 */
guint64 _foliot_proxy_view_hash (FoliotValue *value);

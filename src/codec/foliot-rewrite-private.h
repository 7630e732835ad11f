/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

G_BEGIN_DECLS

/*
 * What becomes of a value that a rewriter meets:
 * FAIL: @error was set; the whole rewriting ends
 * KEEP: it stays as it is and is not entered
 * ENTER: its children are rewritten, then it is built anew (lists and maps only)
 * REPLACE: @out takes its place as it is
 * EXPAND: the list or map @out takes its place, after its children were rewritten
 */
typedef enum
{
  FOLIOT_REWRITE_FAIL,
  FOLIOT_REWRITE_KEEP,
  FOLIOT_REWRITE_ENTER,
  FOLIOT_REWRITE_REPLACE,
  FOLIOT_REWRITE_EXPAND,
} FoliotRewriteVerdict;

/*
 * FoliotRewriter:
 * @meet: called for each value on the way down, parents first, in the order of the wire. @out: (transfer full)
 * @leave: (nullable): called with a list or map that was built anew, children first; takes it, returns what takes its
 *   place, or NULL with an error
 * @max_depth: how deep the result may be
 */
typedef struct
{
  FoliotRewriteVerdict (*meet) (FoliotValue *value, gboolean is_key, gpointer user_data, FoliotValue **out,
                                GError **error);
  FoliotValue *(*leave) (FoliotValue *container, gpointer user_data, GError **error);
  gpointer user_data;
  guint max_depth;
} FoliotRewriter;

/* Returns: (transfer full) (nullable): @root with its parts replaced; untouched parts are shared. */
FoliotValue *_foliot_rewrite (FoliotValue *root, const FoliotRewriter *rewriter, GError **error);

G_END_DECLS

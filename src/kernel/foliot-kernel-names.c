/* SPDX-License-Identifier: MIT */
#include "foliot-kernel-struct.h"

/*
 * Nodes and links: small numbers in records, names for people. Id 0 is the world itself, or no link.
 */

static void
add_name (FoliotKernel *self, GPtrArray *names, GHashTable *ids, char *name)
{
  __atomic_store_n (&self->naming, 1, __ATOMIC_RELAXED);
  __atomic_signal_fence (__ATOMIC_SEQ_CST);
  g_hash_table_insert (ids, name, GUINT_TO_POINTER (names->len));
  g_ptr_array_add (names, name);
  __atomic_signal_fence (__ATOMIC_SEQ_CST);
  __atomic_store_n (&self->naming, 0, __ATOMIC_RELAXED);
}

void
foliot_kernel_names_init (FoliotKernel *self)
{
  self->node_names = g_ptr_array_new_with_free_func (g_free);
  self->link_names = g_ptr_array_new_with_free_func (g_free);
  self->node_ids = g_hash_table_new (g_str_hash, g_str_equal);
  self->link_ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_ptr_array_add (self->node_names, g_strdup ("world"));
  g_ptr_array_add (self->link_names, g_strdup ("none"));
}

void
foliot_kernel_names_clear (FoliotKernel *self)
{
  g_hash_table_unref (self->node_ids);
  g_hash_table_unref (self->link_ids);
  g_ptr_array_unref (self->node_names);
  g_ptr_array_unref (self->link_names);
}

guint32
foliot_kernel_add_node (FoliotKernel *self, const char *name)
{
  guint32 node;

  g_return_val_if_fail (IS_KERNEL (self), 0);
  g_return_val_if_fail (name != NULL, 0);
  node = GPOINTER_TO_UINT (g_hash_table_lookup (self->node_ids, name));
  if (node == 0)
    {
      node = self->node_names->len;
      add_name (self, self->node_names, self->node_ids, g_strdup (name));
      foliot_digest_add_node (&self->digest, node, name);
    }
  return node;
}

const char *
foliot_kernel_get_node_name (FoliotKernel *self, guint32 node)
{
  g_return_val_if_fail (IS_KERNEL (self), NULL);
  g_return_val_if_fail (node < self->node_names->len, NULL);
  return g_ptr_array_index (self->node_names, node);
}

guint32
foliot_kernel_get_n_nodes (FoliotKernel *self)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  return self->node_names->len - 1;
}

guint32
foliot_kernel_add_link (FoliotKernel *self, const char *from, const char *to)
{
  g_autofree char *name = NULL;
  guint32 link;

  g_return_val_if_fail (IS_KERNEL (self), 0);
  g_return_val_if_fail (from != NULL && to != NULL, 0);
  name = g_strconcat (from, " → ", to, NULL);
  link = GPOINTER_TO_UINT (g_hash_table_lookup (self->link_ids, name));
  if (link == 0)
    {
      link = self->link_names->len;
      foliot_digest_add_link (&self->digest, link, name);
      add_name (self, self->link_names, self->link_ids, g_steal_pointer (&name));
    }
  return link;
}

const char *
foliot_kernel_get_link_name (FoliotKernel *self, guint32 link)
{
  g_return_val_if_fail (IS_KERNEL (self), NULL);
  g_return_val_if_fail (link < self->link_names->len, NULL);
  return g_ptr_array_index (self->link_names, link);
}

guint32
foliot_kernel_get_n_links (FoliotKernel *self)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  return self->link_names->len - 1;
}

/* SPDX-License-Identifier: MIT */
#include "async/foliot-fiber-private.h"

/*
 * Scopes form a tree under the kernel's root. Each knows its own fibers and its children, and whether anything lives in
 * it: itself a fiber, or a child in which something lives. That count changes upwards only when a scope becomes busy or
 * idle, so spawning into a deep nest costs nothing extra; whoever joins a scope is told when it becomes idle.
 *
 * A child does not keep its parent: a scope that goes away hands its children to its own parent. A fiber keeps its scope.
 */

struct _FoliotScope
{
  guint ref_count;
  FoliotAsync *async; /* NULL once the world is gone */
  FoliotScope *parent;
  FoliotPlace in_parent;
  FoliotQueue children;
  FoliotQueue fibers;
  guint n_busy; /* own fibers, and children in which fibers live */
  gboolean cancelled;
  GPtrArray *joins; /* futures of those who want to know when it is idle */
};

G_DEFINE_BOXED_TYPE (FoliotScope, foliot_scope, foliot_scope_ref, foliot_scope_unref)

static FoliotScope *
child_at (FoliotPlace *place)
{
  return place != NULL ? (FoliotScope *) ((char *) place - G_STRUCT_OFFSET (FoliotScope, in_parent)) : NULL;
}

static FoliotFiber *
fiber_at (FoliotPlace *place)
{
  return place != NULL ? (FoliotFiber *) ((char *) place - G_STRUCT_OFFSET (FoliotFiber, in_scope)) : NULL;
}

/* The scope after @scope in the tree under @top, parents first; without recursion, nests may be deep. */
static FoliotScope *
next_inside (FoliotScope *scope, FoliotScope *top)
{
  if (scope->children.first != NULL)
    return child_at (scope->children.first);
  while (scope != top && scope->in_parent.next == NULL)
    scope = scope->parent;
  return scope != top ? child_at (scope->in_parent.next) : NULL;
}

static FoliotScope *
scope_new (FoliotAsync *async, FoliotScope *parent)
{
  FoliotScope *scope = g_new0 (FoliotScope, 1);

  scope->ref_count = 1;
  scope->async = async;
  scope->parent = parent;
  if (parent != NULL)
    {
      scope->cancelled = parent->cancelled;
      _foliot_queue_insert (&parent->children, &scope->in_parent, NULL);
    }
  return scope;
}

FoliotScope *
_foliot_scope_new_root (FoliotAsync *async)
{
  FoliotScope *root = scope_new (async, NULL);

  root->cancelled = async->closing;
  return root;
}

void
_foliot_scope_free_root (FoliotScope *root)
{
  for (FoliotScope *scope = root; scope != NULL; scope = next_inside (scope, root))
    scope->async = NULL;
  foliot_scope_unref (root);
}

FoliotScope *
foliot_scope_new (FoliotKernel *kernel, FoliotScope *parent)
{
  FoliotAsync *async = _foliot_async_get (kernel);

  g_return_val_if_fail (parent == NULL || parent->async == async, NULL);

  return scope_new (async, parent != NULL ? parent : async->root);
}

static void
become_busy (FoliotScope *scope)
{
  for (; scope != NULL && scope->n_busy++ == 0; scope = scope->parent)
    ;
}

/* Those who join keep the scope until here. */
static void
tell_joins (FoliotScope *scope)
{
  g_autoptr (GPtrArray) joins = g_steal_pointer (&scope->joins);

  for (guint i = 0; i < joins->len; i++)
    foliot_future_resolve (g_ptr_array_index (joins, i), NULL);
  foliot_scope_unref (scope);
}

static void
become_less_busy (FoliotScope *scope)
{
  FoliotScope *parent;

  for (; scope != NULL && --scope->n_busy == 0; scope = parent)
    {
      parent = scope->parent;
      if (scope->joins != NULL)
        tell_joins (scope);
    }
}

FoliotScope *
foliot_scope_ref (FoliotScope *scope)
{
  scope->ref_count++;
  return scope;
}

void
foliot_scope_unref (FoliotScope *scope)
{
  FoliotPlace *place;

  if (--scope->ref_count > 0)
    return;
  while ((place = scope->children.first) != NULL)
    {
      FoliotScope *child = child_at (place);

      _foliot_queue_remove (place);
      child->parent = scope->parent;
      if (scope->parent == NULL)
        continue;
      _foliot_queue_insert (&scope->parent->children, place, NULL);
      if (child->n_busy > 0)
        {
          become_busy (scope->parent);
          become_less_busy (scope);
        }
    }
  _foliot_queue_remove (&scope->in_parent);
  g_free (scope);
}

void
_foliot_scope_admit (FoliotScope *scope, FoliotFiber *fiber)
{
  fiber->scope = foliot_scope_ref (scope);
  _foliot_queue_insert (&scope->fibers, &fiber->in_scope, NULL);
  become_busy (scope);
}

void
_foliot_scope_dismiss (FoliotFiber *fiber)
{
  FoliotScope *scope = g_steal_pointer (&fiber->scope);

  _foliot_queue_remove (&fiber->in_scope);
  become_less_busy (scope);
  foliot_scope_unref (scope);
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  const FoliotFiber *left = *(FoliotFiber *const *) a;
  const FoliotFiber *right = *(FoliotFiber *const *) b;

  return left->id < right->id ? -1 : left->id > right->id;
}

GPtrArray *
_foliot_scope_list_fibers (FoliotScope *top)
{
  GPtrArray *fibers = g_ptr_array_new ();

  for (FoliotScope *scope = top; scope != NULL; scope = next_inside (scope, top))
    for (FoliotPlace *place = scope->fibers.first; place != NULL; place = place->next)
      g_ptr_array_add (fibers, fiber_at (place));
  g_ptr_array_sort (fibers, compare_ids);
  return fibers;
}

void
foliot_scope_cancel (FoliotScope *scope)
{
  g_autoptr (GPtrArray) fibers = NULL;

  if (scope->cancelled || scope->async == NULL)
    return;
  for (FoliotScope *inner = scope; inner != NULL; inner = next_inside (inner, scope))
    inner->cancelled = TRUE;
  fibers = _foliot_scope_list_fibers (scope);
  for (guint i = 0; i < fibers->len; i++)
    {
      FoliotFiber *fiber = g_ptr_array_index (fibers, i);

      fiber->refusal |= FOLIOT_FIBER_CANCELLED;
      if (fiber->wait != NULL && fiber->shield == 0)
        _foliot_wait_decide (fiber->wait, FOLIOT_WAIT_CANCELLED);
    }
}

gboolean
foliot_scope_is_cancelled (FoliotScope *scope)
{
  return scope->cancelled;
}

FoliotFuture *
foliot_scope_join (FoliotScope *scope)
{
  FoliotFuture *future;

  g_return_val_if_fail (scope->async != NULL, NULL);

  if (scope->n_busy == 0)
    return foliot_future_new_resolved (scope->async->kernel, NULL);
  future = foliot_future_new (scope->async->kernel);
  foliot_future_set_label (future, "the end of all fibers of a scope");
  if (scope->joins == NULL)
    {
      scope->joins = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_future_unref);
      scope->ref_count++;
    }
  g_ptr_array_add (scope->joins, foliot_future_ref (future));
  return future;
}

FoliotFuture *
foliot_scope_close (FoliotScope *scope)
{
  foliot_scope_cancel (scope);
  return foliot_scope_join (scope);
}

guint
foliot_scope_get_n_fibers (FoliotScope *top)
{
  guint n = 0;

  for (FoliotScope *scope = top; scope != NULL; scope = next_inside (scope, top))
    n += scope->fibers.length;
  return n;
}

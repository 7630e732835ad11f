/* SPDX-License-Identifier: MIT */
#include "async/foliot-fiber-private.h"

#include <fenv.h>
#include <string.h>

#include "kernel/foliot-kernel-private.h"

/*
 * A fiber is a stack, and a control block at the top of it. It is resumed inside a kernel event and runs until it waits
 * or ends; then the event goes on. So fibers never run beside each other, and whoever resumes one gets control back.
 *
 * When the world is closed no wait suspends any more: each returns an error at once, so a fiber comes to its end in one
 * go. One that begins a wait again and again is given up: its stack is left as it is, and its name is kept.
 */

#define MAX_CLOSE_AWAITS 1000
#define MAX_NAME_BYTES   255

static void on_close (FoliotKernel *kernel, gpointer user_data);

static guint
count_endless (FoliotKernel *kernel)
{
  return _foliot_async_get (kernel)->n_endless;
}

/* Fibers that were given up: what they keep of the world goes, their frames stay unfinished. */
static void
forget_abandoned (FoliotAsync *async)
{
  g_autoptr (GPtrArray) fibers = _foliot_scope_list_fibers (async->root);

  for (guint i = 0; i < fibers->len; i++)
    {
      FoliotFiber *fiber = g_ptr_array_index (fibers, i);

      if (fiber->owns_name)
        g_free (fiber->name);
      g_clear_pointer (&fiber->future, foliot_future_unref);
      _foliot_scope_dismiss (fiber);
    }
}

static void
async_free (gpointer data)
{
  FoliotAsync *async = data;

  forget_abandoned (async);
  ((FoliotKernelHead *) async->kernel)->async = NULL;
  _foliot_overflow_forget (async);
  _foliot_scope_free_root (async->root);
  _foliot_stack_pool_free (async->stacks);
  g_string_free (async->abandoned, TRUE);
  g_free (async);
}

FoliotAsync *
_foliot_async_new (FoliotKernel *kernel)
{
  FoliotAsync *async = g_new0 (FoliotAsync, 1);

  async->kernel = kernel;
  async->stacks = _foliot_stack_pool_new (kernel, sizeof (FoliotFiber));
  async->abandoned = g_string_new (NULL);
  async->closing = _foliot_kernel_is_closed (kernel);
  async->root = _foliot_scope_new_root (async);
  foliot_kernel_set_data (kernel, g_quark_from_static_string ("foliot-async"), async, async_free);
  ((FoliotKernelHead *) kernel)->async = async;
  if (!async->closing)
    _foliot_kernel_add_close_hook (kernel, on_close, async);
  _foliot_kernel_set_waits_func (kernel, count_endless);
  return async;
}

static void
settle_result (FoliotFiber *fiber)
{
  FoliotFuture *future = g_steal_pointer (&fiber->future);

  if (fiber->error != NULL)
    {
      g_clear_pointer (&fiber->result, foliot_value_unref);
      foliot_future_reject (future, g_steal_pointer (&fiber->error));
    }
  else
    foliot_future_resolve (future, g_steal_pointer (&fiber->result));
  foliot_future_unref (future);
}

/* Everything that outlives the body: result, user data, membership; then the stack is free for the next. */
static void
finish (FoliotFiber *fiber)
{
  FoliotAsync *async = fiber->async;

  if (fiber->future != NULL)
    settle_result (fiber);
  if (fiber->destroy != NULL)
    fiber->destroy (fiber->user_data);
  if (fiber->grants.first != NULL)
    _foliot_resource_forget_holder (fiber);
  if (fiber->owns_name)
    g_free (fiber->name);
  sanitizer_end (&fiber->sanitizer);
  if (fiber->scope != NULL)
    _foliot_scope_dismiss (fiber);
  async->n_alive--;
  _foliot_stack_pool_give (async->stacks, &fiber->stack);
}

static void
report_overflow (FoliotContext *context)
{
  FoliotFiber *fiber = (FoliotFiber *) context;

  g_error ("fiber %" G_GUINT64_FORMAT " “%s” used more than its %" G_GSIZE_FORMAT
           " KiB of stack; spawn it with a larger one",
           fiber->id, fiber->name, _foliot_stack_size_bytes (fiber->stack.size_class) / 1024);
}

void
_foliot_fiber_check_stack (FoliotFiber *fiber)
{
  if (!_foliot_stack_is_sound (&fiber->stack))
    foliot_context_end (&fiber->context, report_overflow);
}

/* The body is done; we are on the stack of the one who resumed the fiber. */
static void
on_end (FoliotContext *context)
{
  FoliotFiber *fiber = (FoliotFiber *) context;

  sanitizer_arrive (_foliot_fiber_get_other_stack (fiber), NULL);
  finish (fiber);
}

static void
entry (FoliotContext *context)
{
  FoliotFiber *fiber = (FoliotFiber *) context;

  sanitizer_arrive (&fiber->sanitizer, _foliot_fiber_get_other_stack (fiber));
  if (fiber->func != NULL)
    fiber->result = fiber->func (fiber->user_data, &fiber->error);
  else
    fiber->body (fiber->user_data);
  fiber->ended = TRUE;
  if (G_UNLIKELY (fiber->has_canary))
    _foliot_fiber_check_stack (fiber);
  fiber->async->current = fiber->resumer;
  sanitizer_leave (NULL, _foliot_fiber_get_other_stack (fiber));
  foliot_context_end (context, on_end);
}

/* Ends in a jump where there is no sanitizer: the fiber then comes back to our caller at once. */
void
_foliot_fiber_resume (FoliotFiber *fiber)
{
  FoliotAsync *async = fiber->async;

  fiber->resumer = async->current;
  async->current = fiber;
  if (!FOLIOT_ASAN && !FOLIOT_TSAN)
    {
      foliot_context_run (&fiber->context);
      return;
    }
  if (fiber->resumer == NULL)
    sanitizer_note_current (&async->sanitizer);
  sanitizer_leave (_foliot_fiber_get_other_stack (fiber), &fiber->sanitizer);
  foliot_context_run (&fiber->context);
  if (!fiber->ended)
    sanitizer_arrive (_foliot_fiber_get_other_stack (fiber), NULL);
}

#ifndef __OPTIMIZE__
void
_foliot_fiber_assert_own_frame (FoliotFiber *fiber)
{
  g_assert_cmpint (fiber->main_depth, ==, g_main_depth ());
  g_assert_true (fiber->thread_default == g_main_context_get_thread_default ());
  g_assert_cmpint (fegetround (), ==, FE_TONEAREST);
}
#endif

void
_foliot_fiber_spend_close_await (FoliotFiber *fiber)
{
  if (++fiber->close_awaits <= MAX_CLOSE_AWAITS)
    return;
  g_string_append_printf (fiber->async->abandoned,
                          "fiber %" G_GUINT64_FORMAT " “%s” did not end when its world was closed\n",
                          fiber->id, fiber->name);
  _foliot_fiber_suspend (fiber);
  g_assert_not_reached ();
}

void
_foliot_fiber_list (FoliotFiber *fiber)
{
  FoliotAsync *async = fiber->async;

  fiber->refusal &= (guint16) ~FOLIOT_FIBER_UNLISTED;
  if (async->closing)
    fiber->refusal |= FOLIOT_FIBER_CANCELLED | FOLIOT_FIBER_CLOSING;
  _foliot_scope_admit (async->root, fiber);
}

/* In no scope yet. */
static FoliotFiber *
fiber_new (FoliotAsync *async, FoliotStackSize size, GError **error)
{
  FoliotStack *stack = _foliot_stack_pool_take (async->stacks, size, error);
  FoliotFiber *fiber;

  if (stack == NULL)
    return NULL;
  fiber = _foliot_fiber_of_stack (stack);
  memset (fiber, 0, G_STRUCT_OFFSET (FoliotFiber, stack));
  fiber->async = async;
  fiber->id = ++async->last_fiber;
  fiber->node = _foliot_kernel_get_node (async->kernel);
  fiber->has_canary = stack->guard == FOLIOT_STACK_GUARD_CANARY;
  foliot_context_init (&fiber->context, fiber, (gsize) ((char *) fiber - stack->bottom), entry);
  sanitizer_begin (&fiber->sanitizer, stack->bottom, (char *) fiber);
#ifndef __OPTIMIZE__
  fiber->main_depth = g_main_depth ();
  fiber->thread_default = g_main_context_get_thread_default ();
#endif
  async->n_alive++;
  return fiber;
}

static gboolean
may_start (FoliotAsync *async, FoliotScope *scope, const char *name, GError **error)
{
  if (async->closing)
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CLOSED, "fiber “%s” cannot start: its world is closed",
                 name);
  else if (scope != NULL && foliot_scope_is_cancelled (scope))
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED,
                 "fiber “%s” cannot start: its scope is cancelled", name);
  else
    return TRUE;
  return FALSE;
}

/* The first step of a spawned fiber. One that was cancelled before it does not run its body at all. */
static void
on_start (gpointer target, gpointer payload)
{
  FoliotFiber *fiber = target;

#ifndef __OPTIMIZE__
  fiber->main_depth = g_main_depth ();
  fiber->thread_default = g_main_context_get_thread_default ();
#endif
  fiber->fresh = FALSE;
  if (fiber->refusal != 0)
    {
      g_set_error (&fiber->error, FOLIOT_ERROR, FOLIOT_ERROR_CANCELLED,
                   "fiber “%s” was cancelled before it started", fiber->name);
      finish (fiber);
    }
  else
    _foliot_fiber_resume (fiber);
}

FoliotFuture *
foliot_fiber_spawn_full (FoliotKernel *kernel, FoliotScope *scope, const char *name, FoliotStackSize stack,
                         FoliotFiberFunc body, gpointer user_data, GDestroyNotify destroy)
{
  FoliotAsync *async = _foliot_async_get (kernel);
  GError *error = NULL;
  FoliotFiber *fiber = NULL;

  g_return_val_if_fail (body != NULL, NULL);

  if (may_start (async, scope, name != NULL ? name : "", &error))
    fiber = fiber_new (async, stack, &error);
  if (fiber == NULL)
    {
      if (destroy != NULL)
        destroy (user_data);
      return foliot_future_new_rejected (kernel, error);
    }
  _foliot_scope_admit (scope != NULL ? scope : async->root, fiber);
  fiber->name = name != NULL ? g_strdup (name) : (char *) "";
  fiber->owns_name = name != NULL;
  fiber->func = body;
  fiber->user_data = user_data;
  fiber->destroy = destroy;
  fiber->future = foliot_future_new (kernel);
  fiber->fresh = TRUE;
  foliot_kernel_post (kernel, foliot_kernel_now (kernel), FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_WAKE,
                      on_start, fiber, NULL);
  return foliot_future_ref (fiber->future);
}

FoliotFuture *
foliot_fiber_spawn (FoliotKernel *kernel, FoliotScope *scope, const char *name, FoliotFiberFunc body,
                    gpointer user_data, GDestroyNotify destroy)
{
  return foliot_fiber_spawn_full (kernel, scope, name, FOLIOT_STACK_DEFAULT, body, user_data, destroy);
}

gboolean
foliot_fiber_run_now (FoliotKernel *kernel, FoliotScope *scope, const char *static_name,
                      void (*body) (gpointer user_data), gpointer user_data, GError **error)
{
  FoliotAsync *async = _foliot_async_get (kernel);
  FoliotFiber *fiber;
  guint32 node;

  g_return_val_if_fail (body != NULL && async->current == NULL, FALSE);

  if (!may_start (async, scope, static_name != NULL ? static_name : "", error))
    return FALSE;
  fiber = fiber_new (async, FOLIOT_STACK_DEFAULT, error);
  if (fiber == NULL)
    return FALSE;
  if (scope != NULL)
    _foliot_scope_admit (scope, fiber);
  else
    fiber->refusal = FOLIOT_FIBER_UNLISTED;
  fiber->name = (char *) (static_name != NULL ? static_name : "");
  fiber->body = body;
  fiber->user_data = user_data;
  node = fiber->node;
  _foliot_fiber_resume (fiber);
  if (_foliot_kernel_get_node (kernel) != node)
    foliot_kernel_enter_node (kernel, node);
  return TRUE;
}

gboolean
foliot_fiber_is_running (FoliotKernel *kernel)
{
  return _foliot_async_get (kernel)->current != NULL;
}

const char *
foliot_fiber_get_name (FoliotKernel *kernel)
{
  FoliotFiber *fiber = _foliot_async_get (kernel)->current;

  return fiber != NULL ? fiber->name : NULL;
}

gsize
foliot_fiber_get_n_alive (FoliotKernel *kernel)
{
  return _foliot_async_get (kernel)->n_alive;
}

void
foliot_shield_enter (FoliotKernel *kernel)
{
  FoliotFiber *fiber = _foliot_async_get (kernel)->current;

  g_return_if_fail (fiber != NULL);

  fiber->shield++;
}

void
foliot_shield_leave (FoliotKernel *kernel)
{
  FoliotFiber *fiber = _foliot_async_get (kernel)->current;

  g_return_if_fail (fiber != NULL && fiber->shield > 0);

  fiber->shield--;
}

static void
append_wait (GString *report, FoliotFiber *fiber)
{
  FoliotKernel *kernel = fiber->async->kernel;

  g_string_append_printf (report, "fiber %" G_GUINT64_FORMAT " “%s”", fiber->id, fiber->name);
  if (fiber->node != 0)
    g_string_append_printf (report, " of %s", foliot_kernel_get_node_name (kernel, fiber->node));
  if (fiber->wait != NULL)
    {
      g_autofree char *what = fiber->wait->kind->describe (fiber->wait);
      g_autofree char *since = foliot_time_format (fiber->wait->since);

      g_string_append_printf (report, " waits for %s since %s s\n", what, since);
    }
  else
    g_string_append (report, " has not started yet\n");
}

char *
foliot_fiber_report_waits (FoliotKernel *kernel)
{
  FoliotAsync *async = _foliot_async_get (kernel);
  g_autoptr (GPtrArray) fibers = _foliot_scope_list_fibers (async->root);
  GString *report = g_string_new (NULL);

  for (guint i = 0; i < fibers->len; i++)
    {
      FoliotFiber *fiber = g_ptr_array_index (fibers, i);

      if (fiber->fresh || (fiber->wait != NULL && fiber->wait->timer == 0))
        append_wait (report, fiber);
    }
  return g_string_free (report, FALSE);
}

char *
_foliot_fiber_report_abandoned (FoliotKernel *kernel)
{
  return g_strdup (_foliot_async_get (kernel)->abandoned->str);
}

/* Brings a fiber of a closing world to its end: from its wait, or without having run. */
static void
run_out (FoliotFiber *fiber)
{
  if (fiber->fresh)
    on_start (fiber, NULL);
  else if (fiber->wait != NULL)
    {
      foliot_kernel_enter_node (fiber->async->kernel, fiber->node);
      if (fiber->wait->end == FOLIOT_WAIT_PENDING)
        _foliot_wait_decide (fiber->wait, fiber->shield == 0 ? FOLIOT_WAIT_CANCELLED : FOLIOT_WAIT_CLOSED);
      _foliot_fiber_resume (fiber);
    }
}

static void
on_close (FoliotKernel *kernel, gpointer user_data)
{
  FoliotAsync *async = user_data;
  g_autoptr (GPtrArray) fibers = NULL;
  guint32 node = _foliot_kernel_get_node (kernel);

  async->closing = TRUE;
  foliot_scope_cancel (async->root);
  fibers = _foliot_scope_list_fibers (async->root);
  for (guint i = 0; i < fibers->len; i++)
    ((FoliotFiber *) g_ptr_array_index (fibers, i))->refusal |= FOLIOT_FIBER_CLOSING;
  for (guint i = 0; i < fibers->len; i++)
    run_out (g_ptr_array_index (fibers, i));
  foliot_kernel_enter_node (kernel, node);
  _foliot_future_close_all (async);
}

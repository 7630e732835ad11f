/* SPDX-License-Identifier: MIT */
#include "foliot-kernel-struct.h"

/*
 * Holds. There are few at a time (questions to the outside that were not answered yet), so they are a plain list in the
 * order of asking. A hold belongs to whoever asked for it and may outlive the kernel's close.
 */

void
_foliot_hold_renew (FoliotHold *hold)
{
  hold->was_over = FALSE;
  if (hold->limit_ms > 0)
    hold->end_us = foliot_realtime_now_us () + (gint64) hold->limit_ms * 1000;
}

/* Takes @why. */
static FoliotHold *
add_hold (FoliotKernel *self, char *why, FoliotDescribeFunc describe, gpointer user_data, guint limit_ms)
{
  FoliotHold *hold = g_new (FoliotHold, 1), **end;

  *hold = (FoliotHold){
    .why = why, .describe = describe, .user_data = user_data, .limit_ms = limit_ms, .end_us = G_MAXINT64
  };
  _foliot_hold_renew (hold);
  if (self->closed)
    return hold;
  hold->kernel = self;
  for (end = &self->holds; *end != NULL; end = &(*end)->next)
    ;
  *end = hold;
  self->n_holds++;
  return hold;
}

FoliotHold *
foliot_kernel_hold (FoliotKernel *self, const char *why, guint limit_ms)
{
  g_return_val_if_fail (IS_KERNEL (self), NULL);
  g_return_val_if_fail (why != NULL, NULL);
  return add_hold (self, g_strdup (why), NULL, NULL, limit_ms);
}

FoliotHold *
_foliot_kernel_hold_described (FoliotKernel *self, FoliotDescribeFunc describe, gpointer user_data,
                               guint limit_ms)
{
  return add_hold (self, NULL, describe, user_data, limit_ms);
}

char *
foliot_hold_dup_why (const FoliotHold *hold)
{
  return hold->why != NULL ? g_strdup (hold->why) : hold->describe (hold->user_data);
}

FoliotHold *
_foliot_kernel_hold_to_settle (FoliotKernel *self)
{
  FoliotHold *hold = add_hold (self, g_strdup ("settling"), NULL, NULL, 0);

  hold->settles = TRUE;
  if (hold->kernel != NULL)
    self->n_settle_holds++;
  return hold;
}

char *
_foliot_kernel_report_holds (FoliotKernel *self)
{
  GString *text = g_string_new (NULL);

  for (const FoliotHold *hold = self->holds; hold != NULL; hold = hold->next)
    {
      g_autofree char *why = !hold->settles ? foliot_hold_dup_why (hold) : NULL;
      if (why != NULL)
        g_string_append_printf (text, "%s\n", why);
    }
  return g_string_free (text, FALSE);
}

gboolean
_foliot_kernel_set_released_func (FoliotKernel *self, FoliotEventFunc func, gpointer target)
{
  gboolean was_set = self->released_func != NULL;

  g_assert (func == NULL || !was_set);
  self->released_func = func;
  self->released_target = target;
  return was_set;
}

static void
tell_released (FoliotKernel *self)
{
  FoliotEventFunc func = g_steal_pointer (&self->released_func);

  _foliot_kernel_post_to (self, 0, self->head.now, G_MAXINT8, FOLIOT_EVENT_NOTIFY, func,
                          self->released_target, NULL);
}

void
foliot_hold_release (FoliotHold *hold)
{
  g_return_if_fail (hold != NULL);
  if (hold->kernel != NULL)
    {
      FoliotHold **link;
      for (link = &hold->kernel->holds; *link != hold; link = &(*link)->next)
        ;
      *link = hold->next;
      hold->kernel->n_settle_holds -= hold->settles;
      if (--hold->kernel->n_holds == 0 && hold->kernel->drive == FOLIOT_DRIVE_PACED)
        hold->kernel->pace.started = FALSE;
      if (hold->kernel->released_func != NULL && hold->kernel->n_holds == hold->kernel->n_settle_holds)
        tell_released (hold->kernel);
    }
  g_free (hold->why);
  g_free (hold);
}

FoliotHold *
foliot_kernel_get_first_hold (FoliotKernel *self)
{
  FoliotHold *first = self->holds;

  for (FoliotHold *hold = first; hold != NULL; hold = hold->next)
    if (hold->end_us < first->end_us)
      first = hold;
  return first;
}

void
foliot_kernel_orphan_holds (FoliotKernel *self)
{
  while (self->holds != NULL)
    {
      FoliotHold *hold = self->holds;
      self->holds = g_steal_pointer (&hold->next);
      hold->kernel = NULL;
    }
  self->n_holds = self->n_settle_holds = 0;
}

/* SPDX-License-Identifier: MIT */
#include "foliot-kernel-struct.h"

#include "foliot-hearing-private.h"

#include <string.h>

/*
 * What one may ask a kernel about its run: digests, checkpoints, counts, and, from a signal handler, what it is doing.
 */

void
foliot_kernel_set_digest (FoliotKernel *self, gboolean on)
{
  g_return_if_fail (IS_KERNEL (self));
  g_return_if_fail (self->counts.dispatched == 0);
  self->digest_on = on;
  self->head.recording = on || self->record_func != NULL;
}

void
foliot_kernel_set_record_func (FoliotKernel *self, FoliotRecordFunc func, gpointer user_data)
{
  g_return_if_fail (IS_KERNEL (self));
  g_return_if_fail (func == NULL || !self->dispatching || self->head.recording);
  self->record_func = func;
  self->record_data = user_data;
  self->head.recording = self->digest_on || func != NULL;
}

void
_foliot_kernel_set_content_func (FoliotKernel *self, FoliotContentFunc func, gpointer user_data)
{
  self->content_func = func;
  self->content_data = user_data;
  self->head.showing = func != NULL;
}

void
_foliot_kernel_set_hearing (FoliotKernel *self, const FoliotHearing *hearing, gpointer data)
{
  self->head.hearing = hearing;
  self->head.hearing_data = data;
}

void
_foliot_kernel_set_node_cause (FoliotKernel *self, guint64 node_cause)
{
  self->record_node_cause = node_cause;
}

guint64
_foliot_kernel_get_n_node_events (FoliotKernel *self, guint32 node)
{
  return self->digest.nodes[node].count;
}

void
_foliot_kernel_show_content (FoliotKernel *self, const char *what, FoliotValue *content)
{
  if (self->content_func != NULL)
    self->content_func (self, what, content, self->content_data);
}

char *
foliot_kernel_dup_digest (FoliotKernel *self)
{
  g_return_val_if_fail (IS_KERNEL (self), NULL);
  return foliot_digest_dup_run (&self->digest);
}

guint64
foliot_kernel_get_node_digest (FoliotKernel *self, guint32 node)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  g_return_val_if_fail (node < self->digest.n_nodes, 0);
  return self->digest.nodes[node].chain;
}

guint64
foliot_kernel_get_link_digest (FoliotKernel *self, guint32 link)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  g_return_val_if_fail (link < self->digest.n_links, 0);
  return self->digest.links[link].chain;
}

guint64
foliot_kernel_get_outside_digest (FoliotKernel *self, guint64 *out_n)
{
  g_return_val_if_fail (IS_KERNEL (self), 0);
  if (out_n != NULL)
    *out_n = self->digest.outside.count;
  return self->digest.outside.chain;
}

const FoliotCheckpoint *
foliot_kernel_get_checkpoints (FoliotKernel *self, gsize *out_n)
{
  g_return_val_if_fail (IS_KERNEL (self), NULL);
  *out_n = self->digest.n_checkpoints;
  return self->digest.checkpoints;
}

void
foliot_kernel_get_counts (FoliotKernel *self, FoliotCounts *out_counts)
{
  g_return_if_fail (IS_KERNEL (self));
  *out_counts = self->counts;
  out_counts->stale = self->head.n_stale;
}

/* A bounded text that a signal handler may write. */
typedef struct
{
  char *at;
  char *end; /* where the NUL goes at the latest */
} Text;

static void
put (Text *text, const char *string)
{
  while (*string != '\0' && text->at < text->end)
    *text->at++ = *string++;
  *text->at = '\0';
}

static void
put_integer (Text *text, gint64 number)
{
  char digits[24];
  char *first = digits + sizeof digits - 1;
  guint64 left = number < 0 ? -(guint64) number : (guint64) number;

  *first = '\0';
  do
    *--first = (char) ('0' + left % 10);
  while ((left /= 10) > 0);
  if (number < 0)
    *--first = '-';
  put (text, first);
}

void
foliot_kernel_describe_current (FoliotKernel *self, char *buffer, gsize size)
{
  static const char *const kinds[]
      = { "callback", "wake", "notify", "timer", "frame", "link", "input", "sample", "gate" };
  Text text = { buffer, buffer + size - 1 };

  *buffer = '\0';
  if (self->rests)
    return;
  if (self->head.sequence == 0)
    {
      put (&text, "no event is running, at ");
      put_integer (&text, self->head.now);
      put (&text, " ns");
      return;
    }
  put (&text, "event ");
  put_integer (&text, (gint64) self->head.sequence);
  put (&text, " (");
  put (&text, self->kind < G_N_ELEMENTS (kinds) ? kinds[self->kind] : "unknown");
  put (&text, ") at ");
  put_integer (&text, self->head.now);
  put (&text, " ns of ");
  if (__atomic_load_n (&self->naming, __ATOMIC_RELAXED) == 0 && self->head.node < self->node_names->len)
    put (&text, g_ptr_array_index (self->node_names, self->head.node));
  else
    {
      put (&text, "node ");
      put_integer (&text, self->head.node);
    }
}

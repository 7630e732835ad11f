/* SPDX-License-Identifier: MIT */
#include "codec/foliot-stack-private.h"

#include "codec/foliot-codec-private.h"

/*
 * Growth doubles, so what is reserved stays within a small factor of what was read. A failed allocation is an error of
 * the message and not the end of the process: how deep and how long it is was the peer's choice.
 */

void
_foliot_stack_clear (FoliotStack *stack)
{
  for (gsize i = 0; i < stack->n_values; i++)
    foliot_value_unref (stack->values[i]);
  for (gsize i = 0; i < stack->n_frames; i++)
    g_clear_pointer (&stack->frames[i].value, foliot_value_unref);
  if (stack->values != stack->first_values)
    g_free (stack->values);
  if (stack->frames != stack->first_frames)
    g_free (stack->frames);
}

gpointer
_foliot_stack_grow (gpointer memory, gpointer first, gsize *capacity, gsize item_size, GError **error)
{
  gsize size = *capacity * item_size;
  gpointer grown = memory == first ? g_try_malloc (2 * size) : g_try_realloc (memory, 2 * size);

  if (grown == NULL)
    {
      _foliot_codec_set_memory_error (error, 2 * size);
      return NULL;
    }
  if (memory == first)
    memcpy (grown, first, size);
  *capacity *= 2;
  return grown;
}

gboolean
_foliot_stack_grow_values (FoliotStack *stack, GError **error)
{
  gpointer grown = _foliot_stack_grow (stack->values, stack->first_values, &stack->values_capacity,
                                       sizeof (FoliotValue *), error);

  if (grown == NULL)
    return FALSE;
  stack->values = grown;
  return TRUE;
}

gboolean
_foliot_stack_grow_frames (FoliotStack *stack, GError **error)
{
  gpointer grown = _foliot_stack_grow (stack->frames, stack->first_frames, &stack->frames_capacity,
                                       sizeof (FoliotFrame), error);

  if (grown == NULL)
    return FALSE;
  stack->frames = grown;
  return TRUE;
}

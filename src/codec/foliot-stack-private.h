/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

G_BEGIN_DECLS

/*
 * The two stacks of everything here that walks a value or builds one: what is still open (frames), and what is already
 * built (values). They stand in for recursion, because a peer chooses the depth and a fiber has 64 KiB: the first levels
 * lie inside the structure, the rest grows on the heap in step with the data that arrives.
 */

/*
 * FoliotFrame:
 * @value: (nullable): the container that is walked; a reference of the frame. NULL while reading
 * @base: where its finished children begin among the values
 * @index: the child to do next; of a map the keys are even, the values odd
 * @length: children in all, of a map twice the pairs
 * @kind: LIST or MAP
 */
typedef struct
{
  FoliotValue *value;
  gsize base;
  gsize index;
  gsize length;
  FoliotValueKind kind;
} FoliotFrame;

typedef struct
{
  FoliotValue **values;
  gsize n_values;
  gsize values_capacity;
  FoliotFrame *frames;
  gsize n_frames;
  gsize frames_capacity;
  FoliotValue *first_values[48];
  FoliotFrame first_frames[12];
} FoliotStack;

void _foliot_stack_clear (FoliotStack *stack);
/* Returns: (nullable): twice the @capacity, with what was in it; @first is memory that is not of the heap. */
gpointer _foliot_stack_grow (gpointer memory, gpointer first, gsize *capacity, gsize item_size,
                             GError **error);
gboolean _foliot_stack_grow_values (FoliotStack *stack, GError **error);
gboolean _foliot_stack_grow_frames (FoliotStack *stack, GError **error);

static inline void
_foliot_stack_init (FoliotStack *stack)
{
  stack->values = stack->first_values;
  stack->n_values = 0;
  stack->values_capacity = G_N_ELEMENTS (stack->first_values);
  stack->frames = stack->first_frames;
  stack->n_frames = 0;
  stack->frames_capacity = G_N_ELEMENTS (stack->first_frames);
}

/* Takes @value, also when it fails. */
static inline gboolean
_foliot_stack_push_value (FoliotStack *stack, FoliotValue *value, GError **error)
{
  if (G_UNLIKELY (stack->n_values == stack->values_capacity) && !_foliot_stack_grow_values (stack, error))
    {
      foliot_value_unref (value);
      return FALSE;
    }
  stack->values[stack->n_values++] = value;
  return TRUE;
}

/* The frame's base is the present top of the values. @value: (transfer full) (nullable). */
static inline gboolean
_foliot_stack_push_frame (FoliotStack *stack, FoliotValue *value, FoliotValueKind kind, gsize length,
                          GError **error)
{
  if (G_UNLIKELY (stack->n_frames == stack->frames_capacity) && !_foliot_stack_grow_frames (stack, error))
    {
      if (value != NULL)
        foliot_value_unref (value);
      return FALSE;
    }
  stack->frames[stack->n_frames++] = (FoliotFrame){ value, stack->n_values, 0, length, kind };
  return TRUE;
}

static inline FoliotFrame *
_foliot_stack_top (FoliotStack *stack)
{
  return &stack->frames[stack->n_frames - 1];
}

/* Ends the top frame: its children become one list or map. */
static inline FoliotValue *
_foliot_stack_pop_container (FoliotStack *stack)
{
  FoliotFrame *frame = &stack->frames[--stack->n_frames];
  FoliotValue **children = stack->values + frame->base;
  gsize n_children = stack->n_values - frame->base;

  stack->n_values = frame->base;
  if (frame->value != NULL)
    foliot_value_unref (frame->value);
  return frame->kind == FOLIOT_VALUE_LIST ? foliot_value_new_list (children, n_children)
                                          : foliot_value_new_map (children, n_children / 2);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FoliotStack, _foliot_stack_clear)

G_END_DECLS

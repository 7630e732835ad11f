/* SPDX-License-Identifier: MIT */
#include "codec/foliot-rewrite-private.h"

#include "codec/foliot-codec-private.h"
#include "codec/foliot-stack-private.h"

/*
 * Lower, raise and normalize are the same walk with other verdicts: values are immutable, so a change anywhere means new
 * containers on the way up to the root, and everything beside that way is shared with the original.
 */

static FoliotValue *
get_child (const FoliotFrame *frame)
{
  if (frame->kind == FOLIOT_VALUE_LIST)
    return foliot_value_get_item (frame->value, frame->index);
  return (frame->index & 1) ? foliot_value_get_pair_value (frame->value, frame->index / 2)
                            : foliot_value_get_key (frame->value, frame->index / 2);
}

/* @container: (transfer full) */
static gboolean
open_container (FoliotStack *stack, FoliotValue *container, guint max_depth, GError **error)
{
  FoliotValueKind kind = foliot_value_get_kind (container);
  gsize length = foliot_value_get_length (container);

  if (stack->n_frames >= max_depth)
    {
      _foliot_codec_set_depth_error (error, max_depth);
      foliot_value_unref (container);
      return FALSE;
    }
  return _foliot_stack_push_frame (stack, container, kind, kind == FOLIOT_VALUE_MAP ? 2 * length : length,
                                   error);
}

static gboolean
meet_value (FoliotStack *stack, const FoliotRewriter *rewriter, FoliotValue *value, gboolean is_key,
            GError **error)
{
  FoliotValue *out = NULL;

  switch (rewriter->meet (value, is_key, rewriter->user_data, &out, error))
    {
    case FOLIOT_REWRITE_KEEP:
      return _foliot_stack_push_value (stack, foliot_value_ref (value), error);
    case FOLIOT_REWRITE_REPLACE:
      return _foliot_stack_push_value (stack, out, error);
    case FOLIOT_REWRITE_ENTER:
      return open_container (stack, foliot_value_ref (value), rewriter->max_depth, error);
    case FOLIOT_REWRITE_EXPAND:
      return open_container (stack, out, rewriter->max_depth, error);
    case FOLIOT_REWRITE_FAIL:
    default:
      return FALSE;
    }
}

FoliotValue *
_foliot_rewrite (FoliotValue *root, const FoliotRewriter *rewriter, GError **error)
{
  g_auto (FoliotStack) stack;

  _foliot_stack_init (&stack);
  if (!meet_value (&stack, rewriter, root, FALSE, error))
    return NULL;
  while (stack.n_frames > 0)
    {
      FoliotFrame *frame = _foliot_stack_top (&stack);

      if (frame->index < frame->length)
        {
          gboolean is_key = frame->kind == FOLIOT_VALUE_MAP && (frame->index & 1) == 0;
          FoliotValue *child = get_child (frame);

          frame->index++;
          if (!meet_value (&stack, rewriter, child, is_key, error))
            return NULL;
        }
      else
        {
          FoliotValue *built = _foliot_stack_pop_container (&stack);

          if (rewriter->leave != NULL)
            built = rewriter->leave (built, rewriter->user_data, error);
          if (built == NULL || !_foliot_stack_push_value (&stack, built, error))
            return NULL;
        }
    }
  return stack.values[--stack.n_values];
}

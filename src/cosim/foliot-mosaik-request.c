/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-mosaik-private.h"

/*
 * What a simulator asks of mosaik, while its own answer is still owed. A function that mosaik does not know would be answered by nobody, so
 * only those that it has can be called.
 */

/* @argument: (nullable). Awaits. Returns: (transfer full) (nullable): the answer. */
static FoliotValue *
ask (FoliotMosaik *mosaik, const char *function, FoliotValue *argument, GError **error)
{
  FoliotValue *reference = argument != NULL ? foliot_value_ref (argument) : NULL;
  FoliotValue *args = foliot_value_new_list (&reference, reference != NULL ? 1 : 0);
  g_autoptr (FoliotValue) content = foliot_value_build_list (foliot_value_new_string (function), args,
                                                             foliot_value_new_map (NULL, 0), NULL);
  FoliotFuture *answer;

  if (mosaik->channel == NULL)
    {
      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_STATE, "%s: mosaik is not connected",
                   function);
      return NULL;
    }
  _foliot_mosaik_log (mosaik, G_LOG_LEVEL_DEBUG, "asks %s", function);
  answer = foliot_channel_send (mosaik->channel, content, error);
  return answer != NULL ? foliot_await_take (answer, error) : NULL;
}

gboolean
foliot_mosaik_get_progress (FoliotMosaik *mosaik, double *out_percent, GError **error)
{
  g_autoptr (FoliotValue) answer = NULL;

  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik) && out_percent != NULL, FALSE);
  answer = ask (mosaik, "get_progress", NULL, error);
  if (answer == NULL)
    return FALSE;
  if (!foliot_value_is_number (answer))
    {
      g_autofree char *text = foliot_value_print (answer);

      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
                   "get_progress: mosaik answered %s", text);
      return FALSE;
    }
  *out_percent = foliot_value_get_double (answer);
  return TRUE;
}

FoliotValue *
foliot_mosaik_get_related_entities (FoliotMosaik *mosaik, FoliotValue *entities, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), NULL);
  return ask (mosaik, "get_related_entities", entities, error);
}

FoliotValue *
foliot_mosaik_get_data (FoliotMosaik *mosaik, FoliotValue *outputs, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik) && outputs != NULL, NULL);
  return ask (mosaik, "get_data", outputs, error);
}

gboolean
foliot_mosaik_set_data (FoliotMosaik *mosaik, FoliotValue *inputs, GError **error)
{
  g_autoptr (FoliotValue) answer = NULL;

  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik) && inputs != NULL, FALSE);
  answer = ask (mosaik, "set_data", inputs, error);
  return answer != NULL;
}

gboolean
foliot_mosaik_set_event (FoliotMosaik *mosaik, gint64 time, GError **error)
{
  g_autoptr (FoliotValue) argument = foliot_value_new_int (time);
  g_autoptr (FoliotValue) answer = NULL;

  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), FALSE);
  answer = ask (mosaik, "set_event", argument, error);
  return answer != NULL;
}

static void
on_waited (gpointer user_data)
{
  foliot_future_resolve (user_data, NULL);
}

gboolean
foliot_mosaik_wait_real (FoliotMosaik *mosaik, guint delay_ms, GError **error)
{
  g_autoptr (FoliotFuture) over = NULL;
  g_autoptr (FoliotPause) pause = NULL;
  g_autoptr (FoliotValue) value = NULL;

  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), FALSE);
  over = foliot_future_new (mosaik->kernel);
  foliot_future_set_label (over, "the wall clock");
  pause = _foliot_pause_new (mosaik->kernel, NULL, delay_ms, on_waited, over);
  if (pause == NULL)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_CLOSED, "The world is closed");
      return FALSE;
    }
  value = foliot_await (over, FOLIOT_TIME_NEVER, error);
  return value != NULL;
}

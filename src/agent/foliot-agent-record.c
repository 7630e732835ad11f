/* SPDX-License-Identifier: MIT */
#include "foliot/foliot-agent.h"

/*
 * An agent says what is worth a row; who keeps rows is for the floor above to say, once per kernel. Without a recorder a
 * row costs a look-up and the values.
 */

typedef struct
{
  FoliotRecorderFunc func;
  gpointer user_data;
} Recorder;

static GQuark
recorder_quark (void)
{
  return g_quark_from_static_string ("foliot-recorder");
}

void
foliot_kernel_set_recorder (FoliotKernel *kernel, FoliotRecorderFunc func, gpointer user_data)
{
  g_return_if_fail (FOLIOT_IS_KERNEL (kernel));
  Recorder *recorder = g_new (Recorder, 1);
  *recorder = (Recorder){ func, user_data };
  foliot_kernel_set_data (kernel, recorder_quark (), recorder, g_free);
}

/* A map of the columns, from text key, value, text key, … up to the NULL. */
static FoliotValue *
collect_row (const char *first_column, va_list rest)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();
  for (const char *column = first_column; column != NULL; column = va_arg (rest, const char *))
    {
      g_ptr_array_add (pairs, foliot_value_new_string (column));
      g_ptr_array_add (pairs, va_arg (rest, FoliotValue *));
    }
  return foliot_value_new_map ((FoliotValue **) pairs->pdata, pairs->len / 2);
}

void
foliot_agent_record (gpointer agent, const char *table, const char *first_column, ...)
{
  g_return_if_fail (FOLIOT_IS_AGENT (agent) && table != NULL);
  va_list rest;
  va_start (rest, first_column);
  g_autoptr (FoliotValue) row = collect_row (first_column, rest);
  va_end (rest);
  Recorder *recorder = foliot_kernel_get_data (foliot_agent_get_kernel (agent), recorder_quark ());
  if (recorder != NULL && recorder->func != NULL)
    recorder->func (agent, table, row, recorder->user_data);
}

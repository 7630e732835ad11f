/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-agent.h>

/* Rows that agents add to the tables of the results. Agents do not know who records: whoever runs the world says so once per
 * kernel; without anybody the rows are dropped. */

typedef struct
{
  FoliotRecorderFunc func;
  gpointer user_data;
} Recorder;

static GQuark
recorder_quark (void)
{
  return g_quark_from_static_string ("foliot-agent-recorder");
}

void
foliot_kernel_set_recorder (FoliotKernel *kernel, FoliotRecorderFunc func, gpointer user_data)
{
  Recorder *recorder = g_new (Recorder, 1);

  *recorder = (Recorder){ func, user_data };
  foliot_kernel_set_data (kernel, recorder_quark (), recorder, g_free);
}

static FoliotValue *
collect_row (const char *first_column, va_list args)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();

  for (const char *column = first_column; column != NULL; column = va_arg (args, const char *))
    {
      g_ptr_array_add (pairs, foliot_value_new_string (column));
      g_ptr_array_add (pairs, va_arg (args, FoliotValue *));
    }
  return foliot_value_new_map ((FoliotValue **) pairs->pdata, pairs->len / 2);
}

void
foliot_agent_record (gpointer agent, const char *table, const char *first_column, ...)
{
  const Recorder *recorder;
  g_autoptr (FoliotValue) row = NULL;
  va_list args;

  g_return_if_fail (FOLIOT_IS_AGENT (agent));
  va_start (args, first_column);
  row = collect_row (first_column, args);
  va_end (args);
  recorder = foliot_kernel_get_data (foliot_agent_get_kernel (agent), recorder_quark ());
  if (recorder != NULL && recorder->func != NULL)
    recorder->func (agent, table, row, recorder->user_data);
}

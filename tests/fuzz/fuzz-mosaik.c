/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <string.h>

#include "foliot-mosaik-master.h"
#include "foliot-test.h"

/*
 * What a broken mosaik may say to a live simulator: each line is a message, or, behind a `!`, bytes as they are; then the
 * end of the stream. A simulator that asks mosaik in each step and echoes what comes in must answer each call once or end; finalize
 * runs once if init began, and nothing is left behind.
 */

typedef struct
{
  FoliotKernel *kernel;
  const char *data;
  size_t size;
} Input;

static gboolean
ask_and_echo (Probe *probe, GError **error)
{
  FoliotValue *sources = foliot_mosaik_step_get_sources (probe->step_now, "e0", "x");
  g_autoptr (FoliotValue) related = NULL;
  double percent, sum;

  foliot_mosaik_step_get_sum (probe->step_now, "e0", "x", &sum);
  g_clear_pointer (&probe->output, foliot_value_unref);
  if (sources != NULL && foliot_value_get_length (sources) > 0)
    probe->output = foliot_value_ref (foliot_value_get_pair_value (sources, 0));
  if (probe->step_now->time % 2 == 0)
    return TRUE;
  related = foliot_mosaik_get_related_entities (probe->mosaik, NULL, error);
  return related != NULL && foliot_mosaik_get_progress (probe->mosaik, &percent, error);
}

static FoliotValue *
count (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_uint (foliot_value_get_length (foliot_args_get_value (args, "rest")));
}

static const FoliotMethod methods[] = { { "count", count, "*rest, **more", "How many." }, { NULL } };

static void
say_line (FoliotRawSocket *socket, const char *line, size_t length)
{
  g_autoptr (GByteArray) frame = NULL;

  if (length > 0 && line[0] == '!')
    {
      foliot_raw_socket_send (socket, line + 1, length - 1);
      return;
    }
  frame = g_byte_array_new ();
  foliot_framer_append (frame, (const guint8 *) line, length);
  foliot_raw_socket_send (socket, frame->data, frame->len);
}

/* What it answers is read to its end, and of no interest. */
static void
talk (FoliotRawSocket *socket, const Input *input)
{
  const char *at = input->data, *end = input->data + input->size;
  GBytes *answer;

  while (at < end)
    {
      const char *line_end = memchr (at, '\n', (size_t) (end - at));

      if (line_end == NULL)
        line_end = end;
      say_line (socket, at, (size_t) (line_end - at));
      foliot_raw_socket_await_turn (socket);
      at = line_end + 1;
    }
  foliot_raw_socket_end (socket);
  while ((answer = foliot_raw_socket_recv (socket)) != NULL)
    g_bytes_unref (answer);
}

static FoliotValue *
run_dialogue (gpointer user_data, GError **error)
{
  const Input *input = user_data;
  g_auto (Probe) probe
      = { .on_step = ask_and_echo, .methods = methods, .period = 1, .kernel = input->kernel };
  g_autoptr (FoliotMaster) master = NULL;
  g_autoptr (GError) why = NULL;

  probe.calls = g_string_new (NULL);
  master = foliot_master_new (input->kernel, &probe);
  talk (foliot_master_get_socket (master), input);
  why = foliot_master_await_end (master);
  g_assert_cmpuint (probe.n_finalized, ==, strstr (probe.calls->str, "finalize\n") != NULL);
  if (strstr (probe.calls->str, "init ") != NULL)
    g_assert_cmpuint (probe.n_finalized, ==, 1);
  return NULL;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Input input = { NULL, (const char *) data, size };
  g_autoptr (GError) error = NULL;

  input.kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (FoliotFuture) done = foliot_fiber_spawn_full (input.kernel, NULL, "mosaik", FOLIOT_STACK_LARGE,
                                                           run_dialogue, &input, NULL);
  g_autoptr (FoliotValue) value = foliot_run (input.kernel, done, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_kernel_run_until (input.kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_no_error (error);
  foliot_test_assert_idle (input.kernel);
  g_object_unref (input.kernel);
  return 0;
}

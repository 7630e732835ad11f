/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench-rpc.h"

/*
 * The hot paths with a fixed, small number of turns, for tools/check-counts: what is counted is instructions, which are
 * the same from run to run, where times are not. It counts inside count_NAME alone, which therefore must stay a function;
 * what the process costs before and after, mostly the loading of libraries, is the count of "start".
 */

#define N_CALLS  2000
#define N_HOLDS  20000
#define N_ACTORS 1000
#define N_TRIPS  5000

typedef struct
{
  FoliotKernel *kernel;
  guint left;
} Model;

static void
hold (gpointer target, gpointer payload)
{
  Model *model = target;
  guint64 number = GPOINTER_TO_SIZE (payload);

  if (model->left == 0)
    return;
  model->left--;
  number = number * 6364136223846793005u + 1442695040888963407u;
  foliot_kernel_post (model->kernel, foliot_kernel_now (model->kernel) + (FoliotTime) (number >> 40) + 1,
                      FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK, hold, model, GSIZE_TO_POINTER (number));
}

static G_NO_INLINE void
count_start (void)
{
}

static G_NO_INLINE void
count_kernel (void)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  Model model = { kernel, N_HOLDS };

  for (guint i = 1; i <= N_ACTORS; i++)
    foliot_kernel_post (kernel, i, FOLIOT_PRIORITY_DEFAULT, FOLIOT_EVENT_CALLBACK, hold, &model,
                        GUINT_TO_POINTER (i));
  g_assert_true (foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, NULL));
  foliot_kernel_close (kernel);
}

static G_NO_INLINE void
count_rpc (void)
{
  foliot_bench_rpc_by_reference (N_CALLS);
}

static G_NO_INLINE void
count_codec (void)
{
  static const char text[] = "[0, 17, [\"agents/0/set_limit\", [3, 4.25, true], {\"unit\": \"kW\"}]]";
  g_autoptr (FoliotCodec) codec = g_object_new (FOLIOT_TYPE_CODEC_JSON, NULL);
  g_autoptr (GByteArray) out = g_byte_array_new ();

  for (guint i = 0; i < N_TRIPS; i++)
    {
      g_autoptr (FoliotValue) value
          = foliot_codec_decode (codec, (const guint8 *) text, sizeof text - 1, NULL);

      g_byte_array_set_size (out, 0);
      g_assert_true (foliot_codec_encode (codec, value, out, NULL));
      g_assert_cmpmem (out->data, out->len, text, sizeof text - 1);
    }
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*run) (void);
  } all[] = {
    { "start", count_start }, { "rpc", count_rpc }, { "kernel", count_kernel }, { "codec", count_codec }
  };

  for (guint i = 0; argc == 2 && i < G_N_ELEMENTS (all); i++)
    if (strcmp (argv[1], all[i].name) == 0)
      {
        all[i].run ();
        return EXIT_SUCCESS;
      }
  fprintf (stderr, "usage: count start|rpc|kernel|codec\n");
  return 2;
}

/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-kernel.h>

#include "kernel/foliot-fault-private.h"
#include "kernel/foliot-kernel-private.h"

#include <string.h>

/*
 * What the kernel promises about order and time. Events write a letter and the time they see into a log; a test is the
 * text that the log must hold.
 */

typedef struct
{
  FoliotKernel *kernel;
  GString *log;
} World;

static World
world_new (FoliotDrive drive, FoliotTime start)
{
  return (World){ foliot_kernel_new (NULL, drive, 1, start), g_string_new (NULL) };
}

static void
world_clear (World *world)
{
  g_object_unref (world->kernel);
  g_string_free (world->log, TRUE);
}

/* The log since the last look. */
static char *
world_take_log (World *world)
{
  char *text = g_strdup (world->log->str);
  g_string_truncate (world->log, 0);
  return text;
}

#define assert_log(world, expected)                                                                          \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autofree char *log_ = world_take_log (world);                                                          \
    g_assert_cmpstr (log_, ==, expected);                                                                    \
  }                                                                                                          \
  G_STMT_END

static void
write_letter (gpointer target, gpointer payload)
{
  World *world = target;

  g_string_append_printf (world->log, "%s%c%" G_GINT64_FORMAT, world->log->len > 0 ? " " : "",
                          (char) GPOINTER_TO_INT (payload), foliot_kernel_now (world->kernel));
}

static guint64
post (World *world, FoliotTime at, gint8 priority, char letter)
{
  return foliot_kernel_post (world->kernel, at, priority, FOLIOT_EVENT_CALLBACK, write_letter, world,
                             GINT_TO_POINTER (letter));
}

static void
run (World *world, FoliotTime until)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = foliot_kernel_run_until (world->kernel, until, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
}

static void
test_order (void)
{
  World world = world_new (FOLIOT_DRIVE_FREE, 0);

  post (&world, 20, 0, 'e');
  post (&world, 10, 0, 'b');
  post (&world, 10, FOLIOT_PRIORITY_SAMPLE, 'd');
  post (&world, 10, 0, 'c');
  post (&world, 10, FOLIOT_PRIORITY_INPUT, 'a');
  run (&world, FOLIOT_TIME_NEVER);
  assert_log (&world, "a10 b10 c10 d10 e20");
  g_assert_cmpint (foliot_kernel_now (world.kernel), ==, 20);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernel/order", test_order);
  return g_test_run ();
}

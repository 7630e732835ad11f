/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

/* Fibers that ask for units, hold them for a while, and note when they got them and how it ended. */

typedef struct
{
  FoliotKernel *kernel;
  FoliotResource *resource;
  GString *log;
} World;

typedef struct
{
  World *world;
  char name;
  FoliotTime at;
  guint units;
  gint priority;
  gboolean preempt;
  FoliotTime hold;
  FoliotTime deadline;
} User;

static FoliotValue *
use (gpointer user_data, GError **error)
{
  User *self = user_data;
  FoliotKernel *kernel = self->world->kernel;
  g_autoptr (FoliotGrant) grant = NULL;

  if (!foliot_sleep_until (kernel, self->at, error))
    return NULL;
  grant = foliot_resource_acquire (self->world->resource, self->units, self->priority, self->preempt,
                                   self->deadline != 0 ? self->deadline : FOLIOT_TIME_NEVER, error);
  if (grant == NULL)
    return NULL;
  g_string_append_printf (self->world->log, "%c%d ", self->name, (int) foliot_kernel_now (kernel));
  if (!foliot_sleep (kernel, self->hold, error))
    g_string_append_printf (self->world->log, "%c!%d ", self->name, (int) foliot_kernel_now (kernel));
  return NULL;
}

static void
run_users (FoliotKernel *kernel, guint capacity, User *users, gsize n, const char *expected)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (FoliotResource) resource = foliot_resource_new (kernel, "desk", capacity);
  World world = { kernel, resource, log };

  for (gsize i = 0; i < n; i++)
    {
      users[i].world = &world;
      foliot_future_unref (foliot_fiber_spawn (kernel, NULL, "user", use, &users[i], NULL));
    }
  foliot_test_sleep (kernel, 1000);
  g_assert_cmpstr (log->str, ==, expected);
  g_assert_cmpuint (foliot_resource_get_in_use (resource), ==, 0);
  g_assert_cmpuint (foliot_resource_get_n_waiting (resource), ==, 0);
}

static void
test_first_come (FoliotKernel *kernel)
{
  User users[] = { { .name = 'a', .units = 1, .hold = 10 },
                   { .name = 'b', .units = 1, .hold = 10 },
                   { .name = 'c', .units = 1, .hold = 10 } };

  run_users (kernel, 2, users, G_N_ELEMENTS (users), "a0 b0 c10 ");
}

static void
test_priority (FoliotKernel *kernel)
{
  User users[] = { { .name = 'a', .units = 1, .hold = 10 },
                   { .name = 'b', .at = 1, .units = 1, .priority = 5, .hold = 10 },
                   { .name = 'c', .at = 2, .units = 1, .priority = -1, .hold = 10 },
                   { .name = 'd', .at = 3, .units = 1, .priority = 5, .hold = 10 } };

  run_users (kernel, 1, users, G_N_ELEMENTS (users), "a0 c10 b20 d30 ");
}

static void
test_large_is_not_overtaken (FoliotKernel *kernel)
{
  User users[] = { { .name = 'a', .units = 1, .hold = 10 },
                   { .name = 'b', .at = 1, .units = 2, .hold = 10 },
                   { .name = 'c', .at = 2, .units = 1, .hold = 10 } };

  run_users (kernel, 2, users, G_N_ELEMENTS (users), "a0 b10 c20 ");
}

/* When the large one in front gives up, the small one behind it need not wait for anybody. */
static void
test_head_gives_up (FoliotKernel *kernel)
{
  User users[] = { { .name = 'a', .units = 1, .hold = 10 },
                   { .name = 'b', .at = 1, .units = 2, .hold = 10, .deadline = 5 },
                   { .name = 'c', .at = 2, .units = 1, .hold = 10 } };

  run_users (kernel, 2, users, G_N_ELEMENTS (users), "a0 c5 ");
}

/* The lowest rank loses, of equal ones the latest; only as many as it takes, and only when it suffices. */
static void
test_preempt (FoliotKernel *kernel)
{
  User users[] = { { .name = 'a', .units = 1, .priority = 2, .hold = 10 },
                   { .name = 'b', .units = 1, .priority = 3, .hold = 10 },
                   { .name = 'c', .units = 1, .priority = 3, .hold = 10 },
                   { .name = 'd', .at = 4, .units = 1, .priority = 1, .preempt = TRUE, .hold = 10 },
                   { .name = 'e', .at = 5, .units = 3, .priority = 2, .preempt = TRUE, .hold = 10 } };

  run_users (kernel, 3, users, G_N_ELEMENTS (users), "a0 b0 c0 d4 c!4 e14 ");
}

typedef struct
{
  FoliotKernel *kernel;
  FoliotResource *resource;
  gboolean lost;
} Greedy;

static FoliotValue *
ask_for_more (gpointer user_data, GError **error)
{
  Greedy *self = user_data;
  g_autoptr (FoliotGrant) first
      = foliot_resource_acquire (self->resource, 1, 5, FALSE, FOLIOT_TIME_NEVER, error);
  g_autoptr (GError) lost = NULL;
  g_autoptr (GError) still = NULL;

  g_assert_null (foliot_resource_acquire (self->resource, 2, 5, FALSE, FOLIOT_TIME_NEVER, &lost));
  g_assert_error (lost, FOLIOT_ERROR, FOLIOT_ERROR_PREEMPTED);
  foliot_test_assert_now (self->kernel, 3);
  g_assert_true (foliot_grant_is_lost (first));
  g_assert_false (foliot_sleep (self->kernel, 1, &still));
  g_assert_error (still, FOLIOT_ERROR, FOLIOT_ERROR_PREEMPTED);
  g_clear_pointer (&first, foliot_grant_release);
  foliot_test_sleep (self->kernel, 1);
  self->lost = TRUE;
  return NULL;
}

/* The one who loses its units stands in the same queue; the one who takes them gets all of them. */
static void
test_preempt_while_asking_for_more (FoliotKernel *kernel)
{
  g_autoptr (FoliotResource) resource = foliot_resource_new (kernel, "desk", 2);
  Greedy greedy = { kernel, resource, FALSE };
  g_autoptr (FoliotFuture) fiber = foliot_fiber_spawn (kernel, NULL, "greedy", ask_for_more, &greedy, NULL);
  g_autoptr (FoliotGrant) grant = NULL;

  foliot_test_sleep (kernel, 3);
  grant = foliot_resource_acquire (resource, 2, 1, TRUE, 3, NULL);
  g_assert_nonnull (grant);
  g_assert_cmpuint (foliot_resource_get_in_use (resource), ==, 2);
  foliot_test_sleep (kernel, 2);
  g_assert_true (greedy.lost);
}

static void
test_range (FoliotKernel *kernel)
{
  g_autoptr (FoliotResource) resource = foliot_resource_new (kernel, "desk", 2);
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) many = NULL;

  g_assert_null (foliot_resource_acquire (resource, 0, 0, FALSE, FOLIOT_TIME_NEVER, &none));
  g_assert_error (none, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
  g_assert_null (foliot_resource_acquire (resource, 3, 0, FALSE, FOLIOT_TIME_NEVER, &many));
  g_assert_error (many, FOLIOT_ERROR, FOLIOT_ERROR_VALUE);
}

static void
test_grant_outlives_resource (FoliotKernel *kernel)
{
  FoliotResource *resource = foliot_resource_new (kernel, "desk", 1);
  g_autoptr (FoliotGrant) grant = foliot_resource_acquire (resource, 1, 0, FALSE, FOLIOT_TIME_NEVER, NULL);

  foliot_resource_free (resource);
  g_assert_true (foliot_grant_is_lost (grant));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/resource/first-come", test_first_come);
  foliot_test_add ("/resource/priority", test_priority);
  foliot_test_add ("/resource/large-is-not-overtaken", test_large_is_not_overtaken);
  foliot_test_add ("/resource/head-gives-up", test_head_gives_up);
  foliot_test_add ("/resource/preempt", test_preempt);
  foliot_test_add ("/resource/preempt-while-asking-for-more", test_preempt_while_asking_for_more);
  foliot_test_add ("/resource/range", test_range);
  foliot_test_add ("/resource/grant-outlives-resource", test_grant_outlives_resource);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT */
#include "foliot-test.h"

/*
 * Every kind of wait × every pair of things that can end it, at the same instant, in both orders of posting.
 *
 * The one posted first decides what the wait returns, at exactly that instant. Then the fiber waits once more, for a
 * second: it must get all of it (nothing left over from the tie wakes it), or see the cancellation that came second.
 * What was given is neither lost nor kept from those who wait behind.
 */

#define INSTANT (10 * FOLIOT_SECOND)

typedef enum
{
  DONE,
  TIME_OUT,
  CANCEL,
  CLOSE,
  N_CAUSES,
} Cause;

static const char *const cause_names[N_CAUSES] = { "done", "time-out", "cancel", "close" };

typedef struct _Case Case;

/*
 * @give: makes what is waited for happen; or @arm: posts it for the instant; neither: it comes with the wait
 * @close: (nullable): ends the thing waited at
 * @check: nothing lost, nobody left
 */
typedef struct
{
  const char *name;
  void (*prepare) (Case *c);
  gboolean (*wait) (Case *c, FoliotTime deadline, GError **error);
  void (*give) (Case *c);
  void (*arm) (Case *c);
  void (*close) (Case *c);
  void (*check) (Case *c);
  void (*clear) (Case *c);
} Kind;

struct _Case
{
  const Kind *kind;
  Cause first;
  Cause second;
  FoliotKernel *kernel;
  FoliotScope *scope;
  FoliotFuture *future;
  FoliotFuture *other;
  FoliotFuture *whole;
  FoliotCondition *condition;
  FoliotResource *resource;
  FoliotGrant *holder;
  FoliotStore *store;
  FoliotScope *inner;
  gboolean given; /* the wait was DONE */
  gboolean open;  /* give happened while the thing was open */
  gboolean closed;
  guint n_behind; /* fibers behind that got something */
  gboolean ended;
};

static FoliotValue *
number (gint64 n)
{
  return foliot_value_new_int (n);
}

/* A future: closing it is rejecting it with CLOSED. */

static void
future_prepare (Case *c)
{
  c->future = foliot_future_new (c->kernel);
}

static gboolean
future_wait (Case *c, FoliotTime deadline, GError **error)
{
  g_autoptr (FoliotValue) value = foliot_await (c->future, deadline, error);

  if (value != NULL)
    g_assert_cmpint (foliot_value_get_int (value), ==, 7);
  return value != NULL;
}

static void
future_give (Case *c)
{
  foliot_future_resolve (c->future, number (7));
}

static void
future_close (Case *c)
{
  foliot_future_reject (c->future, g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CLOSED, "closed"));
}

static void
future_check (Case *c)
{
  gboolean touched = c->first == DONE || c->second == DONE || c->first == CLOSE || c->second == CLOSE;

  g_assert_cmpint (foliot_future_is_settled (c->future), ==, touched);
  if (c->open)
    g_assert_cmpint (foliot_value_get_int (foliot_future_get_value (c->future)), ==, 7);
  foliot_future_cancel (c->future);
}

static void
future_clear (Case *c)
{
  g_clear_pointer (&c->future, foliot_future_unref);
}

/* all() and any(): over two futures, one of which is settled already, or never. */

static void
all_prepare (Case *c)
{
  FoliotFuture *parts[2];

  future_prepare (c);
  c->other = foliot_future_new_resolved (c->kernel, number (1));
  parts[0] = c->other;
  parts[1] = c->future;
  c->whole = foliot_future_all (c->kernel, parts, 2);
}

static void
any_prepare (Case *c)
{
  FoliotFuture *parts[2];

  future_prepare (c);
  c->other = foliot_future_new (c->kernel);
  parts[0] = c->other;
  parts[1] = c->future;
  c->whole = foliot_future_any (c->kernel, parts, 2);
}

static gboolean
whole_wait (Case *c, FoliotTime deadline, GError **error)
{
  g_autoptr (FoliotValue) value = foliot_await (c->whole, deadline, error);

  if (value == NULL)
    return FALSE;
  g_assert_cmpuint (foliot_value_get_length (value), ==, 2);
  g_assert_cmpint (foliot_value_get_int (foliot_value_get_item (value, 0)), ==, 1);
  g_assert_cmpint (foliot_value_get_int (foliot_value_get_item (value, 1)), ==, 7);
  return TRUE;
}

static void
whole_check (Case *c)
{
  future_check (c);
  foliot_future_cancel (c->other);
  g_assert_true (foliot_future_is_settled (c->whole));
}

static void
whole_clear (Case *c)
{
  g_clear_pointer (&c->whole, foliot_future_unref);
  g_clear_pointer (&c->other, foliot_future_unref);
  future_clear (c);
}

/* A sleep: its success is its time. */

static void
nothing (Case *c)
{
}

static gboolean
sleep_wait (Case *c, FoliotTime deadline, GError **error)
{
  return foliot_sleep_until (c->kernel, INSTANT, error);
}

/* A condition; a notification that comes too late wakes nobody. */

static void
condition_prepare (Case *c)
{
  c->condition = foliot_condition_new (c->kernel);
}

static gboolean
condition_wait (Case *c, FoliotTime deadline, GError **error)
{
  return foliot_condition_wait (c->condition, deadline, error);
}

static void
condition_give (Case *c)
{
  if (c->condition != NULL)
    foliot_condition_notify (c->condition, 1);
}

static void
condition_close (Case *c)
{
  g_clear_pointer (&c->condition, foliot_condition_free);
}

static void
condition_check (Case *c)
{
  if (c->condition != NULL)
    g_assert_cmpuint (foliot_condition_get_n_waiting (c->condition), ==, 0);
}

/* A resource of one unit, held by somebody until given; one more waits behind. */

static FoliotValue *
acquire_behind (gpointer user_data, GError **error)
{
  Case *c = user_data;
  g_autoptr (FoliotGrant) grant
      = foliot_resource_acquire (c->resource, 1, 1, FALSE, FOLIOT_TIME_NEVER, error);

  if (grant == NULL)
    return NULL;
  foliot_test_assert_now (c->kernel, INSTANT + (c->open && !c->given ? 0 : 2 * FOLIOT_SECOND));
  c->n_behind++;
  return NULL;
}

/* Ends with the unit in hand: it is nobody's who could be told of its loss. */
static FoliotValue *
acquire_first (gpointer user_data, GError **error)
{
  Case *c = user_data;

  c->holder = foliot_resource_acquire (c->resource, 1, 0, FALSE, FOLIOT_TIME_NEVER, error);
  return NULL;
}

static void
resource_prepare (Case *c)
{
  c->resource = foliot_resource_new (c->kernel, "desk", 1);
  c->future = foliot_fiber_spawn (c->kernel, NULL, "first", acquire_first, c, NULL);
  c->other = foliot_fiber_spawn (c->kernel, NULL, "behind", acquire_behind, c, NULL);
}

/* Holds what it got while the test waits once more. */
static gboolean
resource_wait (Case *c, FoliotTime deadline, GError **error)
{
  FoliotGrant *grant = foliot_resource_acquire (c->resource, 1, 0, FALSE, deadline, error);

  if (grant == NULL)
    return FALSE;
  c->given = TRUE;
  g_assert_null (c->holder);
  c->holder = grant;
  return TRUE;
}

static void
resource_give (Case *c)
{
  g_clear_pointer (&c->holder, foliot_grant_release);
}

static void
resource_close (Case *c)
{
  g_clear_pointer (&c->resource, foliot_resource_free);
}

static void
resource_check (Case *c)
{
  g_clear_pointer (&c->holder, foliot_grant_release);
  foliot_test_sleep (c->kernel, 0);
  g_assert_true (foliot_future_is_settled (c->other));
  if (c->resource == NULL)
    return;
  g_assert_cmpuint (c->n_behind, ==, 1);
  g_assert_cmpuint (foliot_resource_get_n_waiting (c->resource), ==, 0);
  g_assert_cmpuint (foliot_resource_get_in_use (c->resource), ==, 0);
}

static void
resource_clear (Case *c)
{
  g_clear_pointer (&c->resource, foliot_resource_free);
  g_clear_pointer (&c->other, foliot_future_unref);
  future_clear (c);
}

/* A store: getting from an empty one. */

static void
get_prepare (Case *c)
{
  c->store = foliot_store_new (c->kernel, "shelf", 1);
}

static gboolean
get_wait (Case *c, FoliotTime deadline, GError **error)
{
  g_autoptr (FoliotValue) value = foliot_store_get (c->store, deadline, error);

  if (value != NULL)
    g_assert_cmpint (foliot_value_get_int (value), ==, 7);
  c->given = value != NULL;
  return c->given;
}

static void
get_give (Case *c)
{
  g_assert_cmpint (foliot_store_try_put (c->store, number (7)), ==, !c->closed);
}

static void
store_close (Case *c)
{
  foliot_store_close (c->store);
}

/* The value is in exactly one place: with the one who waited, or in the store. */
static void
get_check (Case *c)
{
  g_assert_cmpuint (foliot_store_get_length (c->store), ==, c->open && !c->given);
}

static void
store_clear (Case *c)
{
  g_clear_pointer (&c->store, foliot_store_free);
}

/* A store: putting into a full one. */

static void
put_prepare (Case *c)
{
  get_prepare (c);
  g_assert_true (foliot_store_try_put (c->store, number (1)));
}

static gboolean
put_wait (Case *c, FoliotTime deadline, GError **error)
{
  c->given = foliot_store_put (c->store, number (7), deadline, error);
  return c->given;
}

static void
put_give (Case *c)
{
  g_autoptr (FoliotValue) value = foliot_store_try_get (c->store);

  g_assert_cmpint (foliot_value_get_int (value), ==, 1);
}

static void
put_check (Case *c)
{
  g_autoptr (FoliotValue) value = foliot_store_try_get (c->store);
  gboolean taken = c->first == DONE || c->second == DONE;

  if (c->given)
    g_assert_cmpint (foliot_value_get_int (value), ==, 7);
  else if (taken)
    g_assert_null (value);
  else
    g_assert_cmpint (foliot_value_get_int (value), ==, 1);
}

/* Joining a scope: given when its fiber ends, after a sleep that begins on a word. */

static FoliotValue *
sleep_on_word (gpointer user_data, GError **error)
{
  Case *c = user_data;
  g_autoptr (FoliotValue) word = foliot_await (c->other, FOLIOT_TIME_NEVER, error);

  if (word != NULL)
    foliot_sleep_until (c->kernel, INSTANT, error);
  return NULL;
}

static void
join_prepare (Case *c)
{
  c->other = foliot_future_new (c->kernel);
  c->inner = foliot_scope_new (c->kernel, NULL);
  c->future = foliot_fiber_spawn (c->kernel, c->inner, "joined", sleep_on_word, c, NULL);
}

static gboolean
join_wait (Case *c, FoliotTime deadline, GError **error)
{
  g_autoptr (FoliotFuture) end = foliot_scope_join (c->inner);
  g_autoptr (FoliotValue) value = foliot_await (end, deadline, error);

  return value != NULL;
}

static void
join_arm (Case *c)
{
  foliot_test_sleep (c->kernel, 0);
  foliot_future_resolve (c->other, NULL);
  foliot_test_sleep (c->kernel, 0);
}

static void
join_check (Case *c)
{
  foliot_scope_cancel (c->inner);
  foliot_test_sleep (c->kernel, 0);
  g_assert_cmpuint (foliot_scope_get_n_fibers (c->inner), ==, 0);
  foliot_future_cancel (c->other);
}

static void
join_clear (Case *c)
{
  g_clear_pointer (&c->inner, foliot_scope_unref);
  g_clear_pointer (&c->other, foliot_future_unref);
  g_clear_pointer (&c->future, foliot_future_unref);
}

static const Kind kinds[] = {
  { "future", future_prepare, future_wait, future_give, NULL, future_close, future_check, future_clear },
  { "all", all_prepare, whole_wait, future_give, NULL, future_close, whole_check, whole_clear },
  { "any", any_prepare, whole_wait, future_give, NULL, future_close, whole_check, whole_clear },
  { "sleep", nothing, sleep_wait, NULL, NULL, NULL, nothing, nothing },
  { "condition", condition_prepare, condition_wait, condition_give, NULL, condition_close, condition_check,
    condition_close },
  { "resource", resource_prepare, resource_wait, resource_give, NULL, resource_close, resource_check,
    resource_clear },
  { "store-get", get_prepare, get_wait, get_give, NULL, store_close, get_check, store_clear },
  { "store-put", put_prepare, put_wait, put_give, NULL, store_close, put_check, store_clear },
  { "scope-join", join_prepare, join_wait, NULL, join_arm, NULL, join_check, join_clear },
};

/* The causes, as plain events at the instant. */

static void
on_done (gpointer user_data)
{
  Case *c = user_data;

  c->open = !c->closed;
  c->kind->give (c);
}

static void
on_cancel (gpointer user_data)
{
  foliot_scope_cancel (((Case *) user_data)->scope);
}

static void
on_close (gpointer user_data)
{
  Case *c = user_data;

  c->kind->close (c);
  c->closed = TRUE;
}

static void
post_cause (Case *c, Cause cause)
{
  static void (*const callbacks[N_CAUSES]) (gpointer) = { on_done, NULL, on_cancel, on_close };

  if (cause == DONE && c->kind->arm != NULL)
    c->kind->arm (c);
  else
    foliot_kernel_call_at (c->kernel, INSTANT, G_CALLBACK (callbacks[cause]), c, NULL);
}

/* Whether the wait itself brings the cause: its deadline, or the time a sleep waits for. */
static gboolean
comes_with_wait (Case *c, Cause cause)
{
  return cause == TIME_OUT || (cause == DONE && c->kind->give == NULL && c->kind->arm == NULL);
}

static void
assert_end (Case *c, gboolean done, const GError *error)
{
  static const gint codes[N_CAUSES]
      = { 0, FOLIOT_ERROR_TIMED_OUT, FOLIOT_ERROR_CANCELLED, FOLIOT_ERROR_CLOSED };

  foliot_test_assert_now (c->kernel, INSTANT);
  g_assert_cmpint (done, ==, c->first == DONE);
  if (done)
    g_assert_no_error (error);
  else
    g_assert_error (error, FOLIOT_ERROR, codes[c->first]);
}

static FoliotValue *
wait_twice (gpointer user_data, GError **error)
{
  Case *c = user_data;
  gboolean deadline = c->first == TIME_OUT || c->second == TIME_OUT;
  gboolean cancelled = c->first == CANCEL || c->second == CANCEL;
  gboolean lost;
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;
  gboolean done = c->kind->wait (c, deadline ? INSTANT : FOLIOT_TIME_NEVER, &first);

  assert_end (c, done, first);
  lost = c->given && c->holder != NULL && foliot_grant_is_lost (c->holder);
  g_assert_cmpint (foliot_sleep (c->kernel, FOLIOT_SECOND, &second), ==, !cancelled && !lost);
  foliot_test_assert_now (c->kernel, INSTANT + (second == NULL ? FOLIOT_SECOND : 0));
  if (second != NULL)
    g_assert_true (
        g_error_matches (second, FOLIOT_ERROR, cancelled ? FOLIOT_ERROR_CANCELLED : FOLIOT_ERROR_PREEMPTED));
  c->ended = TRUE;
  return NULL;
}

typedef struct
{
  const Kind *kind;
  Cause first;
  Cause second;
} Key;

/* Posts in the order asked for: what comes with the wait is posted when the waiter starts. */
static FoliotFuture *
post_all (Case *c)
{
  gboolean second_before_wait = !comes_with_wait (c, c->first) && !comes_with_wait (c, c->second);
  FoliotFuture *waiter;

  if (!comes_with_wait (c, c->first))
    post_cause (c, c->first);
  if (second_before_wait)
    post_cause (c, c->second);
  waiter = foliot_fiber_spawn (c->kernel, c->scope, "waiter", wait_twice, c, NULL);
  foliot_test_sleep (c->kernel, 0);
  if (!second_before_wait && !comes_with_wait (c, c->second))
    post_cause (c, c->second);
  return waiter;
}

static void
run_case (FoliotKernel *kernel, gconstpointer data)
{
  const Key *key = data;
  Case c = { .kind = key->kind, .first = key->first, .second = key->second, .kernel = kernel };
  g_autoptr (FoliotFuture) waiter = NULL;

  c.scope = foliot_scope_new (kernel, NULL);
  c.kind->prepare (&c);
  waiter = post_all (&c);
  foliot_test_sleep (kernel, INSTANT + 2 * FOLIOT_SECOND);
  g_assert_true (c.ended);
  c.kind->check (&c);
  c.kind->clear (&c);
  foliot_scope_unref (c.scope);
}

static gboolean
applies (const Kind *kind, Cause cause)
{
  if (cause == CLOSE)
    return kind->close != NULL;
  return cause != TIME_OUT || kind->wait != sleep_wait;
}

static void
add_case (const Kind *kind, Cause first, Cause second)
{
  const Key key = { kind, first, second };
  g_autofree char *path
      = g_strdup_printf ("/tie-matrix/%s/%s-before-%s", kind->name, cause_names[first], cause_names[second]);

  if (first != second && applies (kind, first) && applies (kind, second))
    foliot_test_add_data (path, run_case, &key, sizeof key);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    for (Cause first = 0; first < N_CAUSES; first++)
      for (Cause second = 0; second < N_CAUSES; second++)
        add_case (&kinds[i], first, second);
  return g_test_run ();
}

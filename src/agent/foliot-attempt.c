/* SPDX-License-Identifier: MIT */
#include "agent/foliot-attempt-private.h"

/*
 * How a call of connect ends.
 *
 * What an agent sees must not depend on who shares a container with it: neither a shared connection nor a cached proxy
 * may let one agent overtake another. So the end of an attempt waits for the others: all attempts of a world that end at
 * the same instant are settled together, behind everything else of that instant, in the order in which they were begun.
 */

#include "kernel/foliot-hearing-private.h"

#define PRIORITY_OF_ROUNDS (FOLIOT_PRIORITY_DEFAULT + 50)

/* The attempts of a world that have come to their end at this instant. */
typedef struct
{
  FoliotKernel *kernel;
  guint64 n_begun;
  GPtrArray *ended; /* FoliotAttempt */
} Round;

/* @proxy, @why: (transfer full) (nullable): one of them. */
static void
settle (FoliotAttempt *attempt, FoliotValue *proxy, GError *why)
{
  if (!foliot_future_is_settled (attempt->result))
    _foliot_kernel_hear (foliot_future_get_kernel (attempt->result), connected, attempt->result, proxy, why);
  if (proxy != NULL)
    foliot_future_resolve (attempt->result, proxy);
  else
    foliot_future_reject (attempt->result, why);
}

void
_foliot_attempt_free (FoliotAttempt *attempt)
{
  if (!foliot_future_is_settled (attempt->result))
    settle (attempt, NULL,
            g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET, "Connection closed"));
  foliot_future_unref (attempt->result);
  g_clear_pointer (&attempt->proxy, foliot_value_unref);
  g_clear_error (&attempt->why);
  g_free (attempt->url);
  g_free (attempt->aid);
  g_free (attempt);
}

GPtrArray *
_foliot_attempts_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) _foliot_attempt_free);
}

static void
round_free (Round *round)
{
  g_ptr_array_unref (round->ended);
  g_free (round);
}

static void
round_drop (FoliotKernel *kernel, gpointer round)
{
  g_ptr_array_set_size (((Round *) round)->ended, 0);
}

static Round *
round_get (FoliotKernel *kernel)
{
  GQuark key = g_quark_from_static_string ("foliot-connect-round");
  Round *round = foliot_kernel_get_data (kernel, key);
  if (round == NULL)
    {
      round = g_new0 (Round, 1);
      round->kernel = kernel;
      round->ended = _foliot_attempts_new ();
      foliot_kernel_set_data (kernel, key, round, (GDestroyNotify) round_free);
      _foliot_kernel_add_close_hook (kernel, round_drop, round);
    }
  return round;
}

static gint
compare_attempts (gconstpointer a, gconstpointer b)
{
  const FoliotAttempt *one = *(FoliotAttempt *const *) a, *other = *(FoliotAttempt *const *) b;
  return one->number < other->number ? -1 : one->number > other->number;
}

static void
on_round (gpointer target, gpointer payload)
{
  Round *round = target;
  g_autoptr (GPtrArray) ended = g_steal_pointer (&round->ended);
  round->ended = _foliot_attempts_new ();
  g_ptr_array_sort (ended, compare_attempts);
  for (guint i = 0; i < ended->len; i++)
    {
      FoliotAttempt *attempt = ended->pdata[i];
      settle (attempt, g_steal_pointer (&attempt->proxy), g_steal_pointer (&attempt->why));
    }
}

void
_foliot_attempt_end (FoliotAttempt *attempt, FoliotValue *proxy, const GError *why)
{
  FoliotKernel *kernel = foliot_future_get_kernel (attempt->result);
  Round *round = round_get (kernel);
  attempt->proxy = proxy != NULL ? foliot_value_ref (proxy) : NULL;
  attempt->why = why != NULL ? g_error_copy (why) : NULL;
  g_ptr_array_add (round->ended, attempt);
  if (round->ended->len > 1)
    return;
  guint32 before = foliot_kernel_enter_node (kernel, 0);
  foliot_kernel_post (kernel, foliot_kernel_now (kernel), PRIORITY_OF_ROUNDS, FOLIOT_EVENT_NOTIFY, on_round,
                      round, NULL);
  foliot_kernel_enter_node (kernel, before);
}

void
_foliot_attempts_end (GPtrArray *attempts, FoliotValue *proxy, const GError *why)
{
  g_ptr_array_set_free_func (attempts, NULL);
  for (guint i = 0; i < attempts->len; i++)
    _foliot_attempt_end (attempts->pdata[i], proxy, why);
}

FoliotAttempt *
_foliot_attempt_new (FoliotKernel *kernel, const char *url, const char *aid)
{
  FoliotAttempt *attempt = g_new0 (FoliotAttempt, 1);
  attempt->number = round_get (kernel)->n_begun++;
  attempt->result = foliot_future_new (kernel);
  attempt->url = g_strdup (url);
  attempt->aid = g_strdup (aid);
  g_autofree char *label = g_strconcat ("connection to ", url, NULL);
  foliot_future_set_label (attempt->result, label);
  return attempt;
}

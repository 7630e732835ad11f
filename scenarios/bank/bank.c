/* SPDX-License-Identifier: MIT */
#include "bank.h"

#include <math.h>

/* A bank: a plain discrete-event model, in which nobody sends messages. Customers arrive at random and queue for tellers;
 * each is a fiber that reads like a customer's day. When the last one has left, the bank reports means with 99 % confidence
 * intervals, beside what theory says where it has a formula. */

#define URGENT 0
#define OTHER  1

/* clang-format off */
FOLIOT_DEFINE_AGENT (Bank, bank,
  double mean_gap_s;
  double mean_service_s;
  guint n_tellers;
  double urgent_share;
  gint64 n_customers;
  FoliotTime interval;            /* of which the number of customers is averaged */
  FoliotResource *tellers;
  FoliotRandom *gaps;
  FoliotRandom *services;
  FoliotRandom *urgency;
  FoliotCondition *all_left;
  gint64 n_left;
  FoliotTimeAverage present;      /* customers in the bank, in this interval */
  FoliotBatchMeans n_in_system;   /* of the intervals */
  FoliotBatchMeans in_system_s[2];
  FoliotBatchMeans all_in_system_s;
  FoliotBatchMeans waiting_s;
)
/* clang-format on */

/* -- customers ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  Bank *bank;
  int priority;
  double service_s;
} Customer;

static FoliotTime
get_now (Bank *bank)
{
  return foliot_kernel_now (foliot_agent_get_kernel (bank));
}

/* Is served for @left; who is pre-empted queues again and goes on where the teller stopped. */
static gboolean
customer_be_served (Customer *customer, FoliotTime left, FoliotTime *out_waited, GError **error)
{
  Bank *bank = customer->bank;
  FoliotKernel *kernel = foliot_agent_get_kernel (bank);

  while (left > 0)
    {
      FoliotTime asked = get_now (bank), begun;
      g_autoptr (FoliotGrant) teller = foliot_resource_acquire (
          bank->tellers, 1, customer->priority, customer->priority == URGENT, FOLIOT_TIME_NEVER, error);
      g_autoptr (GError) local = NULL;

      if (teller == NULL)
        return FALSE;
      begun = get_now (bank);
      *out_waited += begun - asked;
      if (!foliot_sleep (kernel, left, &local)
          && !g_error_matches (local, FOLIOT_ERROR, FOLIOT_ERROR_PREEMPTED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      left -= get_now (bank) - begun;
    }
  return TRUE;
}

static FoliotValue *
customer_visit (gpointer user_data, GError **error)
{
  Customer *customer = user_data;
  Bank *bank = customer->bank;
  FoliotTime arrived = get_now (bank), service, waited = 0;
  double in_system_s;

  if (!foliot_time_from_seconds (customer->service_s, &service, error))
    return NULL;
  foliot_time_average_add (&bank->present, arrived, 1);
  if (!customer_be_served (customer, service, &waited, error))
    return NULL;
  foliot_time_average_add (&bank->present, get_now (bank), -1);
  in_system_s = foliot_time_to_seconds (get_now (bank) - arrived);
  foliot_batch_means_add (&bank->all_in_system_s, in_system_s);
  foliot_batch_means_add (&bank->in_system_s[customer->priority], in_system_s);
  foliot_batch_means_add (&bank->waiting_s, foliot_time_to_seconds (waited));
  if (++bank->n_left == bank->n_customers)
    foliot_condition_notify (bank->all_left, 1);
  return NULL;
}

static void
bank_let_in (Bank *bank)
{
  Customer *customer = g_new (Customer, 1);
  gboolean urgent = foliot_random_chance (bank->urgency, bank->urgent_share);

  *customer = (Customer){ bank, urgent ? URGENT : OTHER,
                          foliot_random_exponential (bank->services, bank->mean_service_s) };
  foliot_future_unref (foliot_agent_spawn (bank, "customer", customer_visit, customer, g_free));
}

/* -- the bank ------------------------------------------------------------------------------------------------------ */

static gboolean
bank_init (gpointer self, FoliotArgs *args, GError **error)
{
  Bank *bank = self;
  FoliotKernel *kernel = foliot_agent_get_kernel (bank);

  bank->mean_gap_s = foliot_args_get_double (args, "mean_gap_s");
  bank->mean_service_s = foliot_args_get_double (args, "mean_service_s");
  bank->urgent_share = foliot_args_get_double (args, "urgent_share");
  bank->n_customers = foliot_args_get_int (args, "customers");
  bank->n_tellers = (guint) foliot_args_get_int (args, "tellers");
  if (!(bank->mean_gap_s > 0 && bank->mean_service_s > 0 && bank->n_tellers > 0 && bank->n_customers > 0
        && bank->urgent_share >= 0 && bank->urgent_share <= 1))
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "expected means, customers and tellers > 0, and an urgent_share from 0 to 1");
      return FALSE;
    }
  bank->interval = FOLIOT_HOUR;
  bank->tellers = foliot_resource_new (kernel, "tellers", bank->n_tellers);
  bank->all_left = foliot_condition_new (kernel);
  bank->gaps = foliot_agent_get_random (bank, "gaps");
  bank->services = foliot_agent_get_random (bank, "services");
  bank->urgency = foliot_agent_get_random (bank, "urgency");
  return TRUE;
}

static void
bank_dispose (gpointer self)
{
  Bank *bank = self;

  g_clear_pointer (&bank->tellers, foliot_resource_free);
  g_clear_pointer (&bank->all_left, foliot_condition_free);
}

/* The number of customers, averaged over one interval after the other while customers arrive. */
static void
bank_close_interval (gpointer user_data)
{
  Bank *bank = user_data;

  foliot_batch_means_add (&bank->n_in_system, foliot_time_average_get_mean (&bank->present, get_now (bank)));
  foliot_time_average_restart (&bank->present, get_now (bank));
}

/* A row: the estimate, its interval, and how far from theory it is, in half widths of that interval. */
static void
report (Bank *bank, const char *quantity, const FoliotBatchMeans *batches, double theory)
{
  double mean = foliot_batch_means_get_mean (batches);
  double half_width = foliot_batch_means_get_half_width (batches, FOLIOT_CONFIDENCE_99);
  gboolean known = !isnan (theory), sure = !isinf (half_width);

  if (batches->n == 0)
    return;
  foliot_agent_record (
      bank, "report", "quantity", foliot_value_new_string (quantity), "n",
      foliot_value_new_int ((gint64) batches->n), "mean", foliot_value_new_double (mean), "half_width",
      sure ? foliot_value_new_double (half_width) : foliot_value_new_null (), "theory",
      known ? foliot_value_new_double (theory) : foliot_value_new_null (), "half_widths_off",
      known && sure ? foliot_value_new_double (fabs (mean - theory) / half_width) : foliot_value_new_null (),
      NULL);
}

static void
bank_report (Bank *bank)
{
  BankTheory theory;

  bank_theory_compute (&theory, bank->mean_gap_s, bank->mean_service_s, bank->n_tellers, bank->urgent_share);
  report (bank, "in system, s", &bank->all_in_system_s, theory.in_system_s);
  report (bank, "waiting, s", &bank->waiting_s, theory.waiting_s);
  report (bank, "in system, customers", &bank->n_in_system, theory.n_in_system);
  if (bank->urgent_share <= 0)
    return;
  report (bank, "urgent in system, s", &bank->in_system_s[URGENT], theory.urgent_in_system_s);
  report (bank, "others in system, s", &bank->in_system_s[OTHER], theory.other_in_system_s);
}

static gboolean
bank_run (gpointer self, GError **error)
{
  Bank *bank = self;
  FoliotKernel *kernel = foliot_agent_get_kernel (bank);
  FoliotTime next = 0, gap;
  guint64 intervals;

  if (!foliot_agent_sleep_until (bank, next, error))
    return FALSE;
  foliot_time_average_set (&bank->present, next, 0);
  intervals = foliot_kernel_call_every (kernel, next + bank->interval, bank->interval,
                                        G_CALLBACK (bank_close_interval), bank, NULL);
  for (gint64 i = 0; i < bank->n_customers; i++)
    {
      if (!foliot_time_from_seconds (foliot_random_exponential (bank->gaps, bank->mean_gap_s), &gap, error)
          || !foliot_sleep (kernel, gap, error))
        return FALSE;
      bank_let_in (bank);
    }
  foliot_kernel_uncall (kernel, intervals);
  if (bank->n_left < bank->n_customers && !foliot_condition_wait (bank->all_left, FOLIOT_TIME_NEVER, error))
    return FALSE;
  bank_report (bank);
  return TRUE;
}

static FoliotValue *
bank_output_waiting (gpointer self)
{
  return foliot_value_new_int (foliot_resource_get_n_waiting (((Bank *) self)->tellers));
}

static FoliotValue *
bank_output_busy (gpointer self)
{
  return foliot_value_new_int (foliot_resource_get_in_use (((Bank *) self)->tellers));
}

static FoliotValue *
bank_output_served (gpointer self)
{
  return foliot_value_new_int (((Bank *) self)->n_left);
}

static const FoliotOutput bank_outputs[]
    = { { "waiting", "1", bank_output_waiting, "Customers in the queue." },
        { "busy", "1", bank_output_busy, "Tellers at work." },
        { "served", "1", bank_output_served, "Customers who have left." },
        { NULL } };

static const FoliotAgentInfo bank_info = {
  .help = "A bank with customers who arrive at random and tellers who serve them.",
  .args = "mean_gap_s:number=60, mean_service_s:number=150, tellers:int=3, customers:int=1000, "
          "urgent_share:number=0",
  .init = bank_init,
  .run = bank_run,
  .dispose = bank_dispose,
  .outputs = bank_outputs,
};

FOLIOT_MODULE (bank_get_type)

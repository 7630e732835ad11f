/* SPDX-License-Identifier: MIT */
#include "bank.h"

#include <math.h>

/* M/M/c by Erlang's C formula, for c = 1: W = 1 / (mu − lambda). With two classes, one of which pre-empts the other and
 * whose victims go on where they were stopped: for one teller only (Gross & Harris, Fundamentals of Queueing Theory, on
 * preemptive priorities). As work is neither lost nor added and all service times are of one kind, the number of customers
 * is that of the queue without classes, whatever their order. */

/* The probability that all of @tellers are busy, from Erlang's B formula, which is a recursion. */
static double
compute_erlang_c (double load, guint tellers)
{
  double blocked = 1.0;

  for (guint i = 1; i <= tellers; i++)
    blocked = load * blocked / (i + load * blocked);
  return blocked / (1.0 - load / tellers * (1.0 - blocked));
}

void
bank_theory_compute (BankTheory *theory, double mean_gap_s, double mean_service_s, guint tellers,
                     double urgent_share)
{
  double load = mean_service_s / mean_gap_s, urgent_load = load * urgent_share;

  *theory = (BankTheory){ NAN, NAN, NAN, NAN, NAN };
  if (load >= tellers)
    return;
  theory->waiting_s = compute_erlang_c (load, tellers) * mean_service_s / (tellers - load);
  theory->in_system_s = theory->waiting_s + mean_service_s;
  theory->n_in_system = theory->in_system_s / mean_gap_s;
  if (tellers > 1 || urgent_share <= 0.0)
    return;
  theory->urgent_in_system_s = mean_service_s / (1.0 - urgent_load);
  theory->other_in_system_s = mean_service_s / ((1.0 - urgent_load) * (1.0 - load));
}

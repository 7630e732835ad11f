/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* What theory says of a queue with exponential arrivals and service, per second and in seconds. A quantity without a closed
 * formula is NaN. */
typedef struct
{
  double in_system_s;
  double waiting_s;
  double n_in_system;
  double urgent_in_system_s;
  double other_in_system_s;
} BankTheory;

/* bank_theory_compute: for @tellers tellers; @urgent_share of the customers, if any, come before and pre-empt the others. */
void bank_theory_compute (BankTheory *theory, double mean_gap_s, double mean_service_s, guint tellers,
                          double urgent_share);

GType bank_get_type (void);

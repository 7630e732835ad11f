/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * The wind park behind a master that speaks mosaik's wire and does next to nothing itself, over TCP. Compares plain, recorded (also with
 * all that was sent) and replayed runs of @n_days days: processor time of the participant, and the time that passed.
 */
void foliot_bench_cosim (guint n_days);
/* @n_participants processes under one master: how long each takes to answer its first request, and the memory that is its own. */
void foliot_bench_participants (guint n_participants);

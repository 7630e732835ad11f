/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * Comparisons on a machine that others use, too: the ways run by turns, A B C A B C …, and what counts is the median of the ratios of
 * each round. What slows the machine down for a while slows all of a round down, and a round that was hit in its middle is one of many.
 */

typedef struct
{
  double cpu_s; /* user and system time of who is measured */
  double wall_s;
} BenchTimes;

typedef struct
{
  const char *name;
  BenchTimes (*run) (gpointer user_data);
  gpointer user_data;
} BenchSide;

/* Of this process, so far. */
BenchTimes bench_times_now (void);
BenchTimes bench_times_since (BenchTimes begin);

/*
 * Prints a line `name <TAB> figure <TAB> unit <TAB> ratio <TAB> reference` for each of @sides but the first, which is the reference:
 * its median processor time, the median of the ratios, and between which two the middle half of them lies. With @wall another line says
 * the same of the time that passed.
 */
void bench_pairs (const BenchSide *sides, guint n_sides, guint n_rounds, gboolean wall);

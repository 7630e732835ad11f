/* SPDX-License-Identifier: MIT */
#include "bench-rpc.h"

#include <stdlib.h>

int
main (int argc, char **argv)
{
  guint64 n_calls = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 2000000;

  foliot_bench_rpc_by_reference (n_calls);
  if (argc < 3)
    foliot_bench_rpc_through_codecs (n_calls / 10);
  return EXIT_SUCCESS;
}

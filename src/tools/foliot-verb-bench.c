/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/foliot-places.h"

/* The benchmarks are a program of their own, so that the command stays small and starts fast. */

int
foliot_verb_bench (int argc, char **argv)
{
  g_autofree char *program = foliot_places_find_program ("foliot-bench");

  if (program == NULL)
    {
      fprintf (
          stderr,
          "foliot: the program foliot-bench is not beside this one; build all of Foliot (ninja -C build)\n");
      return FOLIOT_EXIT_USAGE;
    }
  execv (program, argv);
  fprintf (stderr, "foliot: %s cannot be started: %s\n", program, g_strerror (errno));
  return FOLIOT_EXIT_USAGE;
}

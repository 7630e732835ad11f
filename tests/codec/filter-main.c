/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <string.h>

/* The two verbs of the command as a program of their own, for the test: `filter encode …`, `filter decode …`. */
int
main (int argc, char **argv)
{
  if (argc < 2)
    return 2;
  return strcmp (argv[1], "encode") == 0 ? foliot_verb_encode (argc - 1, argv + 1)
                                         : foliot_verb_decode (argc - 1, argv + 1);
}

/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scenario/foliot-nearest.h"
#include "tools/foliot-options.h"

/* The command: a table of verbs. The locale stays "C": nothing that Foliot prints or reads depends on it. */

static const struct
{
  const char *name;
  int (*func) (int argc, char **argv);
} verbs[] = {
  { "run", foliot_verb_run },       { "replay", foliot_verb_replay }, { "describe", foliot_verb_describe },
  { "serve", foliot_verb_serve },   { "child", foliot_verb_child },   { "call", foliot_verb_call },
  { "new", foliot_verb_new },       { "certs", foliot_verb_certs },   { "bench", foliot_verb_bench },
  { "encode", foliot_verb_encode }, { "decode", foliot_verb_decode }, { "diff", foliot_verb_diff },
  { "help", foliot_verb_help },     { "fmu", foliot_verb_fmu },       { "wire", foliot_verb_wire },
  { "show", foliot_verb_show },     { "mosaik", foliot_verb_mosaik }, { "helics", foliot_verb_helics },
};

/* What a verb printed may still lie in a buffer, and a full disk shows only now. */
static int
finish (int code)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return code;
  fprintf (stderr, "foliot: standard output cannot be written; is its disk full?\n");
  return code != FOLIOT_EXIT_OK ? code : FOLIOT_EXIT_RESULTS;
}

/* A foreign library has threads, and things to do at exit that may never end: it is not asked. */
static int
leave (int code, int (*func) (int argc, char **argv))
{
  if (func == foliot_verb_helics)
    _exit (code);
  return code;
}

static int
complain_of_verb (const char *verb)
{
  const char *names[G_N_ELEMENTS (verbs) + 1] = { NULL };
  g_autofree char *hint = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    names[i] = verbs[i].name;
  hint = foliot_nearest_hint (verb, names);
  fprintf (stderr, "foliot: unknown verb \"%s\"%s foliot help lists the verbs\n", verb,
           hint[0] != '\0' ? hint : ";");
  return FOLIOT_EXIT_USAGE;
}

int
main (int argc, char **argv)
{
  const char *verb = argc > 1 ? argv[1] : "help";

  if (g_str_equal (verb, "--version"))
    {
      printf ("foliot %s\n", FOLIOT_VERSION);
      return finish (FOLIOT_EXIT_OK);
    }
  if (g_str_equal (verb, "--help") || g_str_equal (verb, "-h"))
    verb = "help";
  g_set_prgname ("foliot");
  signal (SIGXFSZ, SIG_IGN); /* a file beyond the user's limit is an error of that file */
  if (argc > 2 && foliot_options_ask_for_help (argc - 1, argv + 1))
    return finish (foliot_verb_help (2, argv));
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].name, verb))
      return leave (finish (verbs[i].func (MAX (argc - 1, 1), argv + (argc > 1))), verbs[i].func);
  return complain_of_verb (verb);
}

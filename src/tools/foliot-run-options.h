/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* The arguments of all verbs that run a scenario: `run`, `mosaik`, `helics`. */
typedef struct
{
  char *seed_text;
  char **settings;
  char *record;
  gboolean record_bytes;
  gboolean record_agents;
  char *out;
  char *modules;
  gboolean quiet;
  char **rest; /* SCENARIO, and what the verb has behind it */

  /* By foliot_run_options_read(): */
  char *scenario;
  gint64 seed;
  gboolean has_seed;
  GStrv module_dirs;
  char *program; /* nullable: the command itself */
} FoliotRunOptions;

void foliot_run_options_clear (FoliotRunOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FoliotRunOptions, foliot_run_options_clear)

#define FOLIOT_RUN_ENTRIES(options, what)                                                                     \
  { "seed",                                                                                                   \
    0,                                                                                                        \
    0,                                                                                                        \
    G_OPTION_ARG_STRING,                                                                                      \
    &(options)->seed_text,                                                                                    \
    "Seed of all random streams, instead of the scenario's",                                                  \
    "N" },                                                                                                    \
      { "set",                                                                                                \
        0,                                                                                                    \
        0,                                                                                                    \
        G_OPTION_ARG_FILENAME_ARRAY,                                                                          \
        &(options)->settings,                                                                                 \
        "Change a parameter or member; VALUE is JSON",                                                        \
        "PATH=VALUE" },                                                                                       \
      { "record",                                                                                             \
        0,                                                                                                    \
        0,                                                                                                    \
        G_OPTION_ARG_FILENAME,                                                                                \
        &(options)->record,                                                                                   \
        "Write down all that comes from outside; foliot replay plays it back",                                \
        "FILE" },                                                                                             \
      { "record-bytes",                                                                                       \
        0,                                                                                                    \
        0,                                                                                                    \
        G_OPTION_ARG_NONE,                                                                                    \
        &(options)->record_bytes,                                                                             \
        "With --record: keep what is sent, too, and not its hash alone",                                      \
        NULL },                                                                                               \
      { "record-agents",                                                                                      \
        0,                                                                                                    \
        0,                                                                                                    \
        G_OPTION_ARG_NONE,                                                                                    \
        &(options)->record_agents,                                                                            \
        "With --record: keep what each agent hears and says, for foliot replay --only",                       \
        NULL },                                                                                               \
      { "out", 0, 0, G_OPTION_ARG_FILENAME, &(options)->out, "Results folder; default results/<scenario>",    \
        "DIR" },                                                                                              \
      { "modules", 0, 0, G_OPTION_ARG_FILENAME, &(options)->modules, "Look for modules in this folder first", \
        "DIR" },                                                                                              \
      { "quiet", 0, 0, G_OPTION_ARG_NONE, &(options)->quiet, "Print nothing but the digest", NULL },          \
  {                                                                                                           \
    G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &(options)->rest, NULL, what                       \
  }

/*
 * foliot_run_options_read:
 * @verb: for the message
 * @n_rest: how many arguments there must be; @what names them
 *
 * Understands what was parsed. Error: of GOption.
 */
gboolean foliot_run_options_read (FoliotRunOptions *options, const char *verb, guint n_rest, const char *what,
                                  GError **error);
/* Builds the scenario's folder first, unless @as_built. Error: as the build and foliot_scenario_load() say. */
FoliotScenario *foliot_run_options_load (FoliotRunOptions *options, gboolean as_built, gboolean quiet,
                                         GError **error);
/* What a world needs of them; they must outlive it. */
FoliotWorldOptions foliot_run_options_get_world_options (const FoliotRunOptions *options);

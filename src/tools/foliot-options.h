/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * foliot_options_parse:
 *
 * Parses the options of a verb. What is wrong with them is said with the option that was likely meant, and with where to read on.
 * Error: of GOption.
 */
gboolean foliot_options_parse (const char *verb, const GOptionEntry *entries, int *argc, char ***argv,
                               GError **error);
/* Whether `--help` or `-h` is among the arguments of a verb, of which argv[0] is the name. */
gboolean foliot_options_ask_for_help (int argc, char **argv);
/* A folder that an option names is there. Error: of GOption. */
gboolean foliot_options_expect_folder (const char *option, const char *folder, GError **error);
/* What @option says is for a recording, and there is one. Error: of GOption. */
gboolean foliot_options_expect_record (const char *option, gboolean given, const char *record,
                                       GError **error);

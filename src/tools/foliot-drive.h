/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* Brings a world to its end whose time somebody else sets; calls @look whenever it has settled. Returns: whether it got there. */
typedef gboolean (*FoliotDriveFunc) (FoliotWorld *world, FoliotWorldStepFunc look, gpointer look_data,
                                     gconstpointer user_data, GError **error);

typedef struct
{
  const char *out;     /* (nullable) results/<scenario> */
  gboolean json;       /* run.json instead of text */
  gboolean quiet;      /* the digest alone */
  gboolean keeps_pace; /* of real time: each event is progress */
  gboolean is_endless; /* somebody ends it, as a rule */
  gboolean dry;        /* nothing is written, and nothing printed */
  FoliotDriveFunc run; /* (nullable): the world moves its own time */
  gconstpointer run_data;
} FoliotDriveOptions;

/* Makes the world, runs it to its end, writes its results and prints what came out. Returns: exit code. */
int foliot_drive_run (FoliotScenario *scenario, const FoliotWorldOptions *world_options,
                      const FoliotDriveOptions *options);
/* Returns: (transfer full): the results folder: @given (nullable), or results/<scenario>. */
char *foliot_drive_dup_out (FoliotScenario *scenario, const char *given);
/* A line on standard error. */
void foliot_drive_say (const char *text);
/* Prints @error. Returns: @code */
int foliot_drive_complain (const GError *error, int code);
/* Returns: of docs/exit-codes.md */
int foliot_drive_get_exit_code (const GError *error);
/* What came out: @how_long is "96 steps of mosaik". The digest is not in it. */
void foliot_drive_print_summary (FoliotWorld *world, const char *out, const char *how_long);

/* SPDX-License-Identifier: MIT */
#pragma once

#include "tools/foliot-drive.h"
#include "tools/foliot-kept.h"

/*
 * Who makes the world of a recording again: one function for each verb that records, in the table of foliot-verb-replay.c.
 */

typedef struct
{
  const char *path; /* of the recording */
  FoliotDriveOptions drive;
  char *drive_out;
  char *modules;   /* (nullable) a folder in which modules are looked for first */
  char **settings; /* (nullable) */
  FoliotKept kept;
  gboolean lenient;
  FoliotTime until;       /* NEVER: as recorded */
  double speed;           /* of real time; 0: as fast as it can */
  guint64 break_event;    /* 0: none */
  char *only;             /* (nullable) an agent or a container, which runs alone */
  char *hear;             /* (nullable) where what it hears is to be written, instead */
  FoliotWitness *witness; /* (nullable) by whom */
} FoliotReplayArguments;

typedef struct
{
  const char *name;
  /*
   * Makes of the header of @replay what the verb made of its arguments, with @replay in the place of all that is outside
   * (foliot_replay_attach(), or FoliotWorldOptions.replay), runs it and reports. Returns: exit code.
   */
  int (*run) (FoliotReplay *replay, const FoliotReplayArguments *arguments);
} FoliotReplayVerb;

int foliot_replay_child (FoliotReplay *replay, const FoliotReplayArguments *arguments);
int foliot_replay_run (FoliotReplay *replay, const FoliotReplayArguments *arguments);
int foliot_replay_helics (FoliotReplay *replay, const FoliotReplayArguments *arguments);
int foliot_replay_mosaik (FoliotReplay *replay, const FoliotReplayArguments *arguments);
int foliot_replay_serve (FoliotReplay *replay, const FoliotReplayArguments *arguments);
/* foliot-replay-alone.c: runs one participant alone. Returns: exit code. */
int foliot_replay_alone (FoliotReplay *replay, const FoliotReplayArguments *arguments);
/* Makes the world of the recording again, and drives it, by @run (nullable), as in FoliotDriveOptions. */
int foliot_replay_drive (FoliotReplay *replay, const FoliotReplayArguments *arguments, FoliotDriveFunc run,
                         gconstpointer run_data);
/*
 * foliot_replay_parts:
 * @code: exit code of the replay of what @header is of
 *
 * The recordings of the other processes of the run, one after the other, each with a line of report. Returns: exit code of all.
 */
int foliot_replay_parts (const FoliotJournalHeader *header, const FoliotReplayArguments *arguments, int code);
/* What was recorded of another scenario or build is anchored by its causes, which is said on standard error. */
void foliot_replay_mind_changes (FoliotReplay *replay, FoliotScenario *scenario, gboolean quiet);

/* SPDX-License-Identifier: MIT */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "tools/foliot-event-reader.h"

/*
 * One of the two runs that `foliot diff` compares: what it left in its results folder, and, where that is not enough, the part of
 * it that is needed, made again.
 */

typedef struct
{
  char name; /* 'A' or 'B' */
  char *path;
  char *scenario; /* its name */
  char *digest;
  char *hash; /* of the scenario */
  char *until_s, *ended_at_s;
  char *fidelity;
  char *build, *module, *module_build; /* nullable */
  guint64 seed;
  guint64 n_events;
  gboolean complete;
  gboolean is_journal; /* a recording, else a results folder */
  gboolean is_wire;    /* of a wire between two other programs */
  gboolean
      has_good_bye; /* a recording of mosaik: its digest covers what mosaik and the run said when that was over */
  gboolean plays_other; /* played back, it is another run than was recorded */
  GStrv settings;
  JsonParser *
      run; /* run.json, which holds the digests of nodes and links; of a recording, once it was played back */
  GArray *checkpoints;       /* of FoliotCheckpoint */
  FoliotEventReader *events; /* nullable */
  char *again;               /* nullable: the results folder of what was made again */
  GSubprocess *child;        /* nullable: which is being run for that */
  char *why_not;             /* nullable: why its events cannot be looked at */
} FoliotDiffSide;

/* How a run is made again. */
typedef struct
{
  const char *scenario; /* nullable: where it is, instead of where `foliot run` finds its name */
  const char *modules;  /* nullable: a folder to look for its module first */
} FoliotDiffRemake;

/* @path: of a results folder, or of a recording. @error: what is wrong with it. */
FoliotDiffSide *foliot_diff_side_open (char name, const char *path, GError **error);
void foliot_diff_side_free (FoliotDiffSide *side);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotDiffSide, foliot_diff_side_free)

/* Whether the event is among those that can be read now. */
gboolean foliot_diff_side_has (FoliotDiffSide *side, guint64 sequence);
/* Begins to run it again, in a process of its own, up to event @last, to have the events from @first on. */
void foliot_diff_side_start (FoliotDiffSide *side, const FoliotDiffRemake *how, guint64 first, guint64 last);
/* Waits for that, if it was begun; FALSE: @side->why_not says why it cannot be, or why what came out was another run. */
gboolean foliot_diff_side_finish (FoliotDiffSide *side);
/* Plays a recording back, to have its events and nodes; FALSE: @side->why_not. A results folder has them. */
gboolean foliot_diff_side_play (FoliotDiffSide *side, const FoliotDiffRemake *how);
/* The members of `nodes` in run.json; (nullable): of a recording that was not played back */
JsonObject *foliot_diff_side_get_nodes (FoliotDiffSide *side);

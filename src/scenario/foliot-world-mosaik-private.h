/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-world-mosaik.h>

#include "scenario/foliot-world-part-private.h"

/*
 * A world behind mosaik: what the parts of its translation share. All functions of the model run on fibers, and wait there.
 */

struct _FoliotWorldMosaik
{
  FoliotScenario *scenario; /* before the keywords */
  FoliotWorldOptions world_options;
  FoliotWorldMosaikOptions options;
  FoliotRecorder *recorder; /* nullable */
  char *recording;          /* nullable: its name */
  FoliotKernel *kernel;
  FoliotMosaik *mosaik;
  FoliotWorld *world; /* nullable: before init */
  FoliotWorldMosaikFunc ended;
  gpointer user_data;
  GPtrArray *extras;    /* extra methods, and whose they are */
  FoliotValue *related; /* nullable; with feedback "set_data": {full id: {related: {…}}} */
  FoliotTime tick;
  gint64 step;    /* in ticks; 0: not in fixed steps */
  gint64 time;    /* of the last step */
  gboolean cut;   /* in the middle of a step */
  GError *broken; /* nullable: by what that step failed */
  guint64 n_steps;
};

/* ---- foliot-world-mosaik-init.c ---- */

/* Of FoliotMosaikModel: keywords become settings, of which the world is made; mosaik is told what it may see of it. */
gboolean _foliot_world_mosaik_init (gpointer data, FoliotMosaik *mosaik, FoliotValue *keywords,
                                    FoliotMosaikMeta *meta, GError **error);

/* ---- foliot-world-mosaik-step.c ---- */

/* Of FoliotMosaikModel: inputs are told, time moves, all settles, and what came of it is handed back. */
gboolean _foliot_world_mosaik_step (gpointer data, FoliotMosaik *mosaik, FoliotMosaikStep *step,
                                    GError **error);
FoliotValue *_foliot_world_mosaik_get_data (gpointer data, FoliotMosaikEntity *entity, const char *attribute,
                                            GError **error);
/* As mosaik calls it in its whole: "MAS-0.Agent_0". */
char *_foliot_world_mosaik_dup_full_id (FoliotWorldMosaik *self, FoliotMosaikEntity *entity);

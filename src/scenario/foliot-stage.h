/* SPDX-License-Identifier: MIT */
#pragma once

#include "rpc/foliot-rpc-client-private.h"
#include "scenario/foliot-stage-link.h"
#include "scenario/foliot-statement.h"
#include "scenario/foliot-world-private.h"

/* What a world that is played asks of its stage. */

/* The kernel is there, and nothing else. */
void _foliot_stage_attach (FoliotStage *stage, FoliotWorld *world);
FoliotAddress *_foliot_stage_make_address (FoliotStage *stage, guint container, GError **error);
/* Whether the agent is one of those that run; the others are there and do nothing. */
gboolean _foliot_stage_plays (FoliotStage *stage, const char *name);
/* The kernel is closed, and about to go. */
void _foliot_stage_detach (FoliotStage *stage);
/* All agents of the file are there: makes those that the master made, and starts those that run. */
gboolean _foliot_stage_begin (FoliotStage *stage, GError **error);

/* ---- how its own files know one another ---- */

/* One agent that runs. */
typedef struct
{
  FoliotStage *stage;
  char *name;
  char *container;
  FoliotAgent *agent; /* nullable: not made yet; borrowed */
  guint32 node;
  FoliotStatement *made;
  FoliotStatement *end; /* nullable: the recording has been cut off */
  GPtrArray *told;      /* of FoliotStatement */
  GPtrArray *said;      /* of FoliotStatement */
  guint next_told;
  guint next_said;
  GHashTable *ids;      /* of a request that was recorded → of the same one now; looked up, never walked */
  GHashTable *asked;    /* of a request that it was told → its method; likewise */
  GHashTable *connects; /* number → FoliotFuture; likewise */
  GHashTable *places;   /* nullable: hash of what it said → where in said; likewise */
  gboolean is_posted;   /* the next that it is told */
  gboolean is_causal;   /* the numbers of its events are no anchors any more */
  char *unanswered;     /* nullable: what it asked first that nobody had asked then */
} FoliotStagePart;

/* One end of a connection, once somebody has used it. */
typedef struct
{
  FoliotStatement *what;
  FoliotStageLink *link;   /* nullable */
  FoliotRpcClient *client; /* nullable */
  FoliotProxy *root;       /* nullable: keeps the cache of proxies */
  FoliotRpcClient *far;    /* nullable: of the container at the other end */
} FoliotStageChannel;

struct _FoliotStage
{
  char *path;
  char *only;
  FoliotStageOptions options;
  FoliotWorld *world;       /* nullable; borrowed */
  FoliotStatement *setting; /* WORLD */
  FoliotStatement *over;    /* nullable: the recording has been cut off */
  FoliotTime until;         /* of the last statement */
  GPtrArray *extras;        /* of FoliotStatement: agents that were made later: ADMIT, MADE with a name */
  GPtrArray *channels;      /* of FoliotStageChannel, by number − 1 */
  GPtrArray *parts;         /* of FoliotStagePart */
  GHashTable *by_name;      /* borrowed; looked up, never walked */
  GPtrArray *by_node;       /* borrowed; NULL: somebody else */
  gboolean is_over;
  gboolean is_changed; /* the program or the scenario */
  guint64 n_said;      /* as recorded */
  guint64 n_told;      /* that was told */
  guint64 n_different; /* differences */
  GString *report;     /* of those that did not end it */
  GError *error;       /* nullable: what ended it */
  GError *trouble;     /* nullable: of the recording */
};

/* foliot-stage-read.c. Error: of the journal; UNKNOWN: nobody of that name. */
gboolean _foliot_stage_read (FoliotStage *stage, GError **error);
FoliotStagePart *_foliot_stage_find_part (FoliotStage *stage, guint32 node);
/* Returns: (transfer full): one key for a message of a connection. */
char *_foliot_stage_dup_key (gint64 channel, guint64 id);

/* foliot-stage-check.c: what is said. */
/* An agent calls or answers. */
void _foliot_stage_check_said (FoliotStagePart *part, guint channel, guint8 type, guint64 id,
                               FoliotValue *content);
/* Returns: (nullable): the one that was recorded. */
const FoliotStatement *_foliot_stage_check_connect (FoliotStagePart *part, const char *url);
const FoliotStatement *_foliot_stage_check_observed (FoliotStagePart *part, const char *name);
/* It is about to be told the next thing: whether it may be, though it has not said what was said before. */
gboolean _foliot_stage_check_asked (FoliotStagePart *part);
/* What was recorded and not said; digests. */
void _foliot_stage_check_end (FoliotStagePart *part);

/* foliot-stage-tell.c: what is told. */
/* Tells @part the next thing, if it is time. */
void _foliot_stage_go_on (FoliotStagePart *part);
/* The same, whatever time it is. There is one. */
void _foliot_stage_tell_next (FoliotStagePart *part);
/* How its connection number @n came out, if that was known when it was asked for. */
void _foliot_stage_tell_at_once (FoliotStagePart *part, gint64 n);

/* foliot-stage.c */
FoliotStageChannel *_foliot_stage_get_channel (FoliotStage *stage, gint64 number);
/* Returns: (transfer full): who is called by @path over the connection. */
char *_foliot_stage_dup_callee (FoliotStage *stage, gint64 channel, const char *path);

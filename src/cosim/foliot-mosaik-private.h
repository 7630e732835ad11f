/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-mosaik.h>

#include "channel/foliot-channel-dialect-private.h"
#include "channel/foliot-channel-open-private.h"
#include "kernel/foliot-gate-private.h"
#include "kernel/foliot-pause-private.h"
#include "kernel/foliot-poll-private.h"

G_BEGIN_DECLS

/* How the files of a mosaik simulator know one another. */

/* ---- failures: foliot-mosaik-error.c ---- */

/*
 * Failures on mosaik's wire: a list of texts, of which the first is the class, the second the message, and the rest
 * lines of a trace. Its receiver hangs for ever on anything else.
 */

/* @where: what failed, "step at 900 of MAS-0". Returns: (transfer full): what a failure reply carries. */
FoliotValue *_foliot_mosaik_error_to_wire (const GError *error, const char *where);
/* @request: what was asked. @content: what came, in whatever form. Returns: (transfer full): FOLIOT_MOSAIK_ERROR. */
GError *_foliot_mosaik_error_new_remote (const char *request, FoliotValue *content);

/* ---- what a model says of itself: foliot-mosaik-meta.c ---- */

typedef struct
{
  char *name;
  FoliotMosaikAttributeFlags flags;
} FoliotMosaikAttribute;

typedef struct
{
  char *name;
  FoliotMosaikModelFlags flags;
  GPtrArray *parameters; /* of char *, in order */
  GArray *attributes;    /* of FoliotMosaikAttribute, in order */
  GHashTable *ranks;     /* attribute → its place in the array, from 1 */
  guint n_entities;
} FoliotMosaikKind;

typedef struct
{
  const FoliotMethod *method;
  gpointer self;              /* (nullable): NULL: the model's */
  FoliotSignature *signature; /* (nullable): NULL: it has none that can be read, which is refused */
} FoliotMosaikMethod;

struct _FoliotMosaikMeta
{
  char *version;
  FoliotMosaikType type;
  gboolean sets_events;
  GPtrArray *kinds;   /* of FoliotMosaikKind, in order */
  GPtrArray *methods; /* of FoliotMosaikMethod, in order */
  GError *error;      /* (nullable): the first thing that was wrong */
};

/* Returns: (transfer none) (nullable) */
FoliotMosaikKind *_foliot_mosaik_meta_get_kind (FoliotMosaikMeta *meta, const char *model);
FoliotMosaikMethod *_foliot_mosaik_meta_get_method (FoliotMosaikMeta *meta, const char *name);
/* Returns: the place of @attribute among those of @kind, from 0; G_MAXUINT: it has none of this name. */
guint _foliot_mosaik_kind_get_rank (const FoliotMosaikKind *kind, FoliotValue *attribute);

/* ---- entities: foliot-mosaik-entity.c ---- */

struct _FoliotMosaikEntity
{
  FoliotMosaik *mosaik; /* not owned */
  FoliotMosaikKind *kind;
  char *id;
  guint index;             /* among those of its model */
  guint rank;              /* among all */
  gboolean is_new;         /* create has not returned */
  GPtrArray *children;     /* (nullable), not owned */
  GPtrArray *relations;    /* (nullable) of char * */
  FoliotValue *extra_info; /* (nullable) */
  gpointer data;
  GDestroyNotify destroy;
};

/* In the order of creation, and by id. */
typedef struct
{
  GPtrArray *all;
  GHashTable *by_id;
} FoliotMosaikEntities;

void _foliot_mosaik_entities_init (FoliotMosaikEntities *entities);
void _foliot_mosaik_entities_clear (FoliotMosaikEntities *entities);
/* Returns: (transfer none): one with its default id, which is in no table yet. */
FoliotMosaikEntity *_foliot_mosaik_entities_add (FoliotMosaikEntities *entities, FoliotMosaik *mosaik,
                                                 FoliotMosaikKind *kind);
/* create has returned, from entity @first on: their ids are final. @error: MODEL: two of one name. */
gboolean _foliot_mosaik_entities_settle (FoliotMosaikEntities *entities, guint first, GError **error);
/* create has failed: as if they had never been. */
void _foliot_mosaik_entities_drop_from (FoliotMosaikEntities *entities, guint first);
/* @id: a text. Returns: (transfer none) (nullable) */
FoliotMosaikEntity *_foliot_mosaik_entities_find (FoliotMosaikEntities *entities, FoliotValue *id);
/* Returns: (transfer full): as create answers, with its children. */
FoliotValue *_foliot_mosaik_entity_to_value (FoliotMosaikEntity *entity);

/* ---- what came in whatever order: foliot-mosaik-order.c ---- */

/* Of a request, for the record: the same however the maps in it are ordered, and whatever max_advance says. */
guint64 _foliot_mosaik_hash_request (FoliotValue *content);
/* Returns: (transfer full) (nullable): @inputs in order. @error: PROTOCOL: they have another form. */
FoliotValue *_foliot_mosaik_order_inputs (FoliotMosaikEntities *entities, FoliotValue *inputs,
                                          GError **error) FOLIOT_WARN_UNUSED;

/* The attributes of one entity that are asked for. */
typedef struct
{
  FoliotMosaikEntity *entity;
  FoliotValue *id; /* of it */
  GArray *ranks;   /* of guint: attributes of its kind, ascending, each once */
} FoliotMosaikWish;

/* Returns: (transfer full) (element-type FoliotMosaikWish) (nullable): in order. @error: PROTOCOL, of what is not there too. */
GArray *_foliot_mosaik_read_outputs (FoliotMosaikEntities *entities, FoliotValue *outputs, GError **error);

/* ---- the simulator: foliot-mosaik.c ---- */

/* A request of mosaik that waits for its turn. */
typedef struct
{
  FoliotRequest *request; /* owned */
  gboolean is_step;
  GError *refusal; /* (nullable): what was wrong when it came */
} FoliotMosaikCall;

typedef enum
{
  FOLIOT_MOSAIK_OPEN,
  FOLIOT_MOSAIK_ENDING, /* whoever runs is cancelled, then finalize */
  FOLIOT_MOSAIK_OVER,
} FoliotMosaikState;

struct _FoliotMosaik
{
  GObject parent_instance;
  FoliotKernel *kernel;
  const FoliotMosaikModel *model;
  gpointer self;
  GDestroyNotify destroy;
  guint32 node;
  gboolean moves_time;
  gboolean tells_steps;

  FoliotTransport *transport;
  char *where;              /* (nullable): HOST:PORT, as it was given */
  FoliotFuture *opening;    /* (nullable) */
  FoliotListener *listener; /* (nullable): until somebody came */
  FoliotChannel *channel;   /* (nullable): until then */
  FoliotPause *patience;    /* (nullable): until init */

  FoliotMosaikState state;
  GQueue calls;        /* of FoliotMosaikCall */
  guint n_steps;       /* among them, with the one that runs */
  gboolean is_serving; /* a fiber does */
  FoliotScope *scope;  /* of that */
  gboolean was_stopped;
  FoliotRequest *stop; /* (nullable): to be answered in the end */
  FoliotFuture *ended;
  GError *why; /* (nullable): that it did not end well */

  FoliotPollEntry bell; /* rung by foliot_mosaik_stop() */
  int bell_fd;
  FoliotPort bell_port;
  guint64 bell_event;

  gboolean has_begun; /* init was called */
  gboolean is_ready;  /* and returned */
  char *id;
  FoliotTime tick;
  FoliotMosaikMeta *meta;
  FoliotMosaikEntities entities;
  gboolean was_stepped;
  gint64 time;        /* of the last step */
  gint64 output_time; /* of its outputs */
  FoliotMosaikLogFunc log;
  gpointer log_data;
};

/* On its fiber: does what is asked. Returns: (transfer full) (nullable): the result, NULL without an error is null. */
FoliotValue *_foliot_mosaik_serve (FoliotMosaik *mosaik, FoliotValue *content, GError **error);
/* Whether @content has the form of a request, of this function. */
gboolean _foliot_mosaik_is_call (FoliotValue *content, const char *name);
/* The function that @content names, as messages name it. */
char *_foliot_mosaik_describe_call (FoliotMosaik *mosaik, FoliotValue *content);
void _foliot_mosaik_log (FoliotMosaik *mosaik, GLogLevelFlags level, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

G_END_DECLS

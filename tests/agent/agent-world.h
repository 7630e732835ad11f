/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

G_BEGIN_DECLS

/*
 * Worlds for tests of containers: a kernel, a transport, a codec, and a class of agents that does what the agents of
 * tests/data/aiomas-wire.json do.
 */

typedef struct
{
  FoliotKernel *kernel;
  const char *wire; /* the transport's name in the suite of transports */
  FoliotTransport *transport;
  GType codec;
  FoliotCompat compat;   /* of the containers that are made from now on */
  GPtrArray *containers; /* those made by world_container */
  guint n_frames;        /* delivered so far */
  GStringChunk *texts;   /* of world_text */
} World;

/* A body runs on a fiber. */
typedef void (*WorldBody) (World *world);

/* Runs @body once for each transport and codec: one line of a table each. Afterwards the containers are shut down, and it
 * fails unless nothing is left: no container, no agent, no fiber, no event. */
void world_test_add (const char *path, WorldBody body);
/* The same for what stays inside of the process, or for what goes through sockets. */
void world_test_add_local (const char *path, WorldBody body);
void world_test_add_sockets (const char *path, WorldBody body);
/* The same for values by reference only. */
void world_test_add_once (const char *path, WorldBody body);

/* Where the containers called @id are, whether there is one or not. */
FoliotAddress *world_address (World *world, const char *id);
/* The URL of `<id>/<agent>`. Owned by the world. */
const char *world_url (World *world, const char *place);
/* @pattern with the URL of each `{<id>/<agent>}`, and each `<id>` in angle brackets as Python prints that address. */
const char *world_text (World *world, const char *pattern);
gboolean world_is_local (World *world);

/* A container at the place @id, with the world's codec and the serializer of V. */
FoliotContainer *world_container (World *world, const char *id);
/* The same; owned by the caller, and @options may be %NULL. */
FoliotContainer *world_container_full (World *world, const char *id, const FoliotContainerOptions *options,
                                       GError **error);
/* Returns: (transfer none): an agent whose init is done. */
gpointer world_agent (FoliotContainer *container, GType type, const char *name);
/* Awaits, and fails when it fails. */
FoliotProxy *world_connect (FoliotContainer *from, const char *url);
/* Awaits, and fails unless it fails with @code and the world_text of @pattern, which is nullable. */
void world_connect_fails (World *world, FoliotContainer *from, const char *url, FoliotTime timeout,
                          FoliotError code, const char *pattern);
/* The error of a connect to where nobody has ever been. */
FoliotError world_get_refusal (World *world);
/* Awaits that all has arrived that is on its way. */
void world_settle (World *world);
void world_shutdown (FoliotContainer *container);
/* Calls @method and awaits; fails when it fails. */
FoliotValue *world_call (FoliotProxy *proxy, const char *method, FoliotValue *argument);
/* A Callee that can be reached: 3 and 4 are 7. */
void world_assert_adds (FoliotProxy *proxy);

/* add(a, b), echo(x), fail(text), date(), me(), ask(agent, a, b), make(x, y), wait(seconds). */
typedef struct
{
  FoliotAgent parent;
  guint n_waiting; /* calls of wait that have not ended */
} Callee;
#define TYPE_CALLEE (callee_get_type ())
GType callee_get_type (void);

/* The serializable V(x, y) of the golden data. */
GType v_get_type (void);
FoliotValue *v_new (FoliotValue *x, FoliotValue *y);
const FoliotSerializer *v_serializer (void);

G_END_DECLS

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-mosaik.h>

#include "foliot-raw-socket.h"

G_BEGIN_DECLS

/*
 * FoliotMaster:
 *
 * mosaik as a test plays it by hand: it says what it likes, and wants to hear what the test says, byte for byte. And Probe: a simulator
 * whose functions do what the test says, and that writes down how they were called.
 */
typedef struct _FoliotMaster FoliotMaster;
typedef struct _Probe Probe;

/* Fills in what of a call of the model differs from the default; NULL: nothing does. Runs in the model's fiber. */
typedef gboolean (*ProbeFunc) (Probe *probe, GError **error);

struct _Probe
{
  FoliotKernel *kernel;
  FoliotMosaik *mosaik;
  GString *calls; /* a line a call */
  guint n_finalized;
  guint n_destroyed_entities;
  gboolean without_meta;      /* init adds no model */
  gint64 period;              /* of steps; 0: names none */
  FoliotMosaikEntity *entity; /* of the present create or get_data */
  FoliotMosaikStep *step_now; /* of the present step */
  FoliotMosaikMeta *meta;     /* of the present init */
  const char *attribute;      /* of the present get_data */
  FoliotValue *output;        /* (nullable) owned: what get_data gives; NULL: the time of the step */
  gint64 time;
  ProbeFunc on_init, on_create, on_setup_done, on_step, on_get_data, on_finalize;
  const FoliotMethod *methods; /* (nullable), ends with a NULL name */
  gpointer data;               /* the test's */
};

/* In @kernel, which is EXTERNAL; awaits the connection of a simulator with @probe. */
FoliotMaster *foliot_master_new (FoliotKernel *kernel, Probe *probe);
/* The same with a simulator that listens. */
FoliotMaster *foliot_master_new_remote (FoliotKernel *kernel, Probe *probe);
/* The connection is closed, and the simulator dropped. */
void foliot_master_free (FoliotMaster *master);
FoliotRawSocket *foliot_master_get_socket (FoliotMaster *master);

void foliot_master_say (FoliotMaster *master, const char *text);
/* Awaits the next message. Returns: (transfer full) (nullable): NULL at the end. */
char *foliot_master_hear (FoliotMaster *master);
#define foliot_master_assert_hear(master, text)                                                              \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_autofree char *heard_ = foliot_master_hear (master);                                                   \
    g_assert_cmpstr (heard_, ==, text);                                                                      \
  }                                                                                                          \
  G_STMT_END
#define foliot_master_assert_answer(master, request, text)                                                   \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    foliot_master_say (master, request);                                                                     \
    foliot_master_assert_hear (master, text);                                                                \
  }                                                                                                          \
  G_STMT_END
/* init as `S-0` with id 0, create of one entity with id 1, setup_done with id 2. */
void foliot_master_begin (FoliotMaster *master);
/* Awaits the end of the simulator. Returns: (transfer full) (nullable): why it did not end well. */
GError *foliot_master_await_end (FoliotMaster *master);
/* `stop`, the answer, the end of the stream; finalized once, without an error. */
void foliot_master_stop (FoliotMaster *master);

/* Sets up @probe, unless it is already, and its simulator, which is the caller's to drop. */
void probe_make (Probe *probe, FoliotKernel *kernel);
void probe_clear (Probe *probe);
/* Fails unless the calls since the last time were @lines. */
#define probe_assert_calls(probe, lines)                                                                     \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    g_assert_cmpstr ((probe)->calls->str, ==, lines);                                                        \
    g_string_truncate ((probe)->calls, 0);                                                                   \
  }                                                                                                          \
  G_STMT_END

/* A test whose body is a fiber of an EXTERNAL kernel, with a probe in it. All must be left tidy. */
typedef void (*FoliotMasterBody) (FoliotMaster *master, Probe *probe);
void foliot_master_test_add (const char *path, FoliotMasterBody body);
/* The same, with a probe that @prepare has changed before it is connected. */
void foliot_master_test_add_prepared (const char *path, void (*prepare) (Probe *probe),
                                      FoliotMasterBody body);
/* Without a master: the body makes its own. */
void foliot_master_test_add_bare (const char *path, void (*body) (FoliotKernel *kernel));
/* Runs @body as such a test does. Returns: (transfer full): what the record has of the simulator: its node, and what came in. */
char *foliot_master_run (void (*prepare) (Probe *probe), FoliotMasterBody body);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotMaster, foliot_master_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Probe, probe_clear)

G_END_DECLS

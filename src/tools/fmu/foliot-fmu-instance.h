/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-fmu.h>

/*
 * What the binary in an FMU keeps of one instance, whichever version of FMI asks. The standard's own types are plain C types, so
 * that its headers are not needed: https://fmi-standard.org/docs/2.0.4/, https://fmi-standard.org/docs/3.0/.
 */

#define EXPORT __attribute__ ((visibility ("default")))

typedef enum
{
  STATUS_OK,
  STATUS_WARNING,
  STATUS_DISCARD,
  STATUS_ERROR,
  STATUS_FATAL,
} Status; /* equal in both versions */

typedef enum
{
  PHASE_NEW,         /* instantiated, or reset */
  PHASE_INITIALIZED, /* the initialization mode is entered */
  PHASE_STEPS,       /* and left again */
  PHASE_OVER,        /* terminated */
} Phase;

typedef struct _Instance Instance;
struct _Instance
{
  FoliotFmu *fmu;
  Phase phase;
  char *name;
  double start;     /* seconds; of fmi2SetupExperiment */
  GPtrArray *texts; /* of FoliotValue: what the last call for texts handed out */
  void (*log) (Instance *instance, Status status, const char *message);
  void *logger; /* the master's function, and what it wants to see with it */
  void *environment;
};

/* @instance: (transfer full): its log is set. Returns: (nullable): it, opened; else it was told why not, and is gone. */
Instance *instance_open (Instance *instance, const char *name, const char *token, const char *resources);
/* The same, of what this FMU is not for. Returns: NULL. */
Instance *instance_reject (Instance *instance, const char *name, const char *message);
void instance_free (Instance *instance);
/* Tells the master. Returns: ERROR. */
Status instance_fail (Instance *instance, GError *error);
Status instance_refuse (Instance *instance, const char *message);
/* Where an instance is in its life; each says what comes at the wrong moment. */
Status instance_enter (Instance *instance, double start);
Status instance_leave_initialization (Instance *instance);
Status instance_step (Instance *instance, double time, double step);
Status instance_terminate (Instance *instance);
Status instance_reset (Instance *instance);

/* One variable of a kind. Returns: (transfer full) (nullable): its value; else the master was told why not. */
FoliotValue *instance_get (Instance *instance, guint32 reference, FoliotValueKind kind);
/* @value: (transfer full). */
Status instance_set (Instance *instance, guint32 reference, FoliotValue *value);
/* All of them at once. */
Status instance_get_doubles (Instance *instance, const guint32 *references, gsize n, double *values);
Status instance_set_doubles (Instance *instance, const guint32 *references, gsize n, const double *values);
/* The texts are good until the next call. */
Status instance_get_texts (Instance *instance, const guint32 *references, gsize n, const char **values);
Status instance_set_texts (Instance *instance, const guint32 *references, gsize n, const char *const *values);

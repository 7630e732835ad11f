/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-mosaik.h>

#include "scenario/foliot-cursor.h"
#include "scenario/foliot-module.h"
#include "scenario/foliot-series.h"

/* What a scenario says, checked: names are resolved to indexes and types, templates are expanded. All of it is owned by the
 * scenario and never changes. */

typedef struct
{
  char *name;
  GType codec_type;
} FoliotContainerSpec;

typedef struct
{
  char *name;
  guint entry; /* of "agents" in the file, for what only shows when it starts; G_MAXUINT: it is in none */
  GType type;
  guint container;
  FoliotValue *args; /* a map; may hold {"agent": NAME} */
} FoliotAgentSpec;

typedef struct
{
  char *from;
  char *to;
  FoliotLatency latency;
  guint loss_ppm;
} FoliotLinkSpec;

typedef struct
{
  guint column; /* of the series */
  guint agent;
  const FoliotInput *input;
  double scale;
  gboolean scaled;
} FoliotDelivery;

typedef struct
{
  FoliotSeries *series;
  GArray *deliveries; /* of FoliotDelivery */
  FoliotTime repeat;  /* after which it begins again; 0: it does not */
} FoliotInputSpec;

typedef struct
{
  char *table;
  char *label;      /* name of the column with the agent's name */
  GStrv columns;    /* behind time_s and label */
  char *pattern;    /* of the names of its agents; sampled tables only */
  FoliotTime every; /* 0: rows come from foliot_agent_record */
  FoliotTime from;
  GArray *agents;     /* of guint, in the order of creation; sampled tables only */
  GPtrArray *outputs; /* of FoliotOutput: agents × columns; sampled tables only */
} FoliotOutputSpec;

typedef enum
{
  FOLIOT_FOLD_NONE, /* each row on its own */
  FOLIOT_FOLD_SUM,
  FOLIOT_FOLD_MIN,
  FOLIOT_FOLD_MAX,
  FOLIOT_FOLD_MEAN,
  FOLIOT_FOLD_LAST,
  FOLIOT_FOLD_COUNT,
} FoliotFold;

typedef struct
{
  guint entry; /* of "expect" in the file */
  guint table; /* index of the output */
  int column;  /* index in the table, −1 for a count of rows */
  int by;      /* index in the table, −1: all rows are one group */
  FoliotFold fold;
  gboolean unless_cut; /* holds for a run to the scenario's own end alone */
  gboolean has_at_most, has_at_least, has_equals;
  double at_most, at_least, equals, relative_tolerance;
} FoliotExpectSpec;

/* ---- the section "cosim" ---- */

typedef struct _FoliotHelicsPlan FoliotHelicsPlan; /* foliot-scenario-helics.h */

typedef struct
{
  char *name; /* as masters know it */
  /* Exactly one of the first two for what comes in, the last for what goes out. */
  const FoliotInput *input;
  const FoliotMethod *method;
  const FoliotOutput *output;
  gboolean is_event;    /* under mosaik: in: a trigger; out: not persistent */
  gboolean is_no_event; /* the scenario says so, which not all types of simulators allow */
  gboolean sums;        /* in: what several say is added */
} FoliotModelPort;

typedef struct
{
  char *name; /* as masters know it */
  char *argument;
} FoliotModelParam;

typedef struct
{
  char *name;
  char *pattern;  /* of the names of its agents */
  GType type;     /* of all its agents */
  GArray *agents; /* of guint, in the order of the file */
  GArray *params; /* of FoliotModelParam */
  GArray *ports;  /* of FoliotModelPort: what comes in, then what goes out */
  guint n_inputs; /* of the ports */
} FoliotModelSpec;

typedef struct
{
  char *name;
  guint agent;
  char *method;
} FoliotExtraMethod;

typedef struct
{
  FoliotTime step;       /* 0: none */
  FoliotValue *resolved; /* the section with its parameters; NULL: the scenario has none */
  GArray *models;        /* of FoliotModelSpec */
  GArray *variables;     /* of FoliotCosimVariable */
  GHashTable *by_agent;  /* index of an agent + 1 → index of its model + 1; looked up, never walked */
  char *master;          /* nullable: name of the agent through which the others ask the master */
  FoliotMosaikType mosaik_type;
  FoliotValue *mosaik_init;    /* a map: keyword → setting */
  gboolean mosaik_sets_data;   /* feedback "set_data"; else "output" */
  gboolean mosaik_sets_events; /* announces set_event */
  char *mosaik_feedback_to;    /* nullable: type of the entities that get it */
  GArray *mosaik_methods;      /* of FoliotExtraMethod */
  FoliotHelicsPlan *helics;    /* nullable: without the section */
} FoliotCosimSpec;

struct _FoliotScenario
{
  GObject parent_instance;
  FoliotScenario *base; /* nullable: of which it is a copy; owns the module */
  char *path;
  char *folder;
  char *name;
  char *description;
  GPtrArray *files;      /* of FoliotJsonFile, the one that wins last */
  FoliotValue *resolved; /* the whole merged tree, settings applied */
  FoliotValue *parameters;
  FoliotValue *packed_inputs; /* nullable: the bytes of its input files, if it was unpacked */
  FoliotLoadedModule *module; /* nullable */
  FoliotRegistry *registry;   /* borrowed, nullable */
  guint32
      fault_countdown; /* of its files, and what is left is its worlds'; see kernel/foliot-fault-private.h */
  guint64 seed;
  guint64 hash;
  char *start_date;
  char *transport;
  gboolean processes; /* each further container is in a process of its own */
  GStrv settings;     /* that it was loaded with */
  FoliotTime init_time;
  FoliotTime duration;
  GArray *containers;          /* of FoliotContainerSpec */
  GHashTable *container_index; /* name → index + 1; looked up, never walked */
  GArray *agents;              /* of FoliotAgentSpec */
  GHashTable *agent_index;     /* likewise */
  GArray *links;               /* of FoliotLinkSpec */
  GArray *inputs;              /* of FoliotInputSpec */
  GArray *outputs;             /* of FoliotOutputSpec */
  GArray *expects;             /* of FoliotExpectSpec */
  FoliotCosimSpec cosim;
};

/* The type of the agent that asks the master; foliot-world-master.c. */
GType _foliot_master_get_type (void);

/* foliot-scenario-cosim.c */
void _foliot_scenario_init_cosim (FoliotScenario *scenario);
void _foliot_scenario_clear_cosim (FoliotScenario *scenario);
/* Returns: (nullable): the model of an agent, by its index. */
const FoliotModelSpec *_foliot_scenario_get_model_of (FoliotScenario *scenario, guint agent);
/* Returns: (nullable): @name as a master says it, of @agent: the agent's model decides, else its type. @storage: for the
 * latter. Error: UNKNOWN. */
const FoliotModelPort *_foliot_scenario_find_port (FoliotScenario *scenario, guint agent, const char *name,
                                                   gboolean is_output, FoliotModelPort *storage,
                                                   GError **error);

/* As foliot_scenario_load(), with the acquisition that fails; 0: none. */
FoliotScenario *_foliot_scenario_load (const char *path, const char *const *settings,
                                       FoliotRegistry *registry, const char *const *module_dirs,
                                       guint32 fault, GError **error);
/* Of one @file (transfer full) that includes nothing more: settings are laid over it, and it is read. @path: of messages; its
 * folder is looked in for the module. @packed_inputs: a list of bytes. */
FoliotScenario *_foliot_scenario_new (const char *path, FoliotJsonFile *file, FoliotValue *packed_inputs,
                                      const char *const *settings, FoliotRegistry *registry,
                                      const char *const *module_dirs, GError **error);
/* The next input of a scenario that was unpacked; foliot-scenario-pack.c. */
FoliotSeries *_foliot_scenario_unpack_series (FoliotScenario *scenario, const FoliotCursor *at,
                                              const char *time_column, GError **error);
/* Returns: (transfer full): the same, of which a world may make more agents than the file has. */
FoliotScenario *_foliot_scenario_copy (FoliotScenario *scenario);
/* Adds the agent that comes behind the last one of @model; *@out_agent is its index. @params: (nullable): of whose arguments it
 * does not matter what the file says. Only to a copy. Error: UNKNOWN, TYPE. */
gboolean _foliot_scenario_add_agent (FoliotScenario *scenario, const FoliotModelSpec *model,
                                     FoliotValue *params, guint *out_agent, GError **error);
/* Returns: (transfer full): @args, and over them what @params (nullable) says. Error: UNKNOWN. */
FoliotValue *_foliot_scenario_lay_params (const FoliotModelSpec *model, FoliotValue *args,
                                          FoliotValue *params, GError **error);
/* Whether init of the agent's type takes @args. Error: UNKNOWN, MISSING, TYPE. */
gboolean _foliot_scenario_check_args (const FoliotAgentSpec *spec, FoliotValue *args, GError **error);
/* Of items of @size bytes, zeroed; @clear: (nullable). */
GArray *_foliot_scenario_new_specs (gsize size, GDestroyNotify clear);
/* Reads the sections of the merged tree into the scenario. */
gboolean _foliot_scenario_read (FoliotScenario *scenario, const char *const *module_dirs, GError **error);
/* Whether its containers talk over real sockets. */
gboolean _foliot_scenario_has_sockets (FoliotScenario *scenario);
/* `<file>:<line>: <pointer>: ` of an entry of a section. Walks the text of the files: for messages alone. */
char *_foliot_scenario_dup_place (FoliotScenario *scenario, const char *section, guint entry);
/* NAME of the argument {"agent": NAME}; NULL for every other value. */
const char *_foliot_scenario_get_agent_name (FoliotValue *value);
/* Of the library and the scenario's module; foliot-world-journal.c. */
char *_foliot_scenario_dup_build_id (FoliotScenario *scenario);
/* The names of all agents, for hints. */
char **_foliot_scenario_dup_agent_names (FoliotScenario *scenario);

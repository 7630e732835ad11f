/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-agent.h>
#include <foliot/foliot-helics.h>
#include <foliot/foliot-replay.h>
#include <foliot/foliot-stream.h>

G_BEGIN_DECLS

/**
 * FOLIOT_SCENARIO_ERROR:
 *
 * What is wrong with a scenario, its files or its run. Messages name file, line, JSON pointer, what was expected, and the
 * nearest name where a name is unknown.
 */
#define FOLIOT_SCENARIO_ERROR (foliot_scenario_error_quark ())
FOLIOT_API GQuark foliot_scenario_error_quark (void);

/**
 * FoliotScenarioError:
 * @FOLIOT_SCENARIO_ERROR_SYNTAX: the file is not JSON
 * @FOLIOT_SCENARIO_ERROR_TYPE: a member has the wrong type or a value out of range
 * @FOLIOT_SCENARIO_ERROR_UNKNOWN: an unknown member, agent type, argument, container, input, output, parameter
 * @FOLIOT_SCENARIO_ERROR_MISSING: a required member or file is missing
 * @FOLIOT_SCENARIO_ERROR_CYCLE: files include each other
 * @FOLIOT_SCENARIO_ERROR_CSV: a broken line of an input file
 * @FOLIOT_SCENARIO_ERROR_MODULE: a module that cannot be loaded, or of another version
 * @FOLIOT_SCENARIO_ERROR_AGENT: an agent failed
 * @FOLIOT_SCENARIO_ERROR_EXPECTATION: an expectation of the scenario does not hold
 * @FOLIOT_SCENARIO_ERROR_RESULTS: results could not be written
 * @FOLIOT_SCENARIO_ERROR_DIFFERS: `--check`: two runs of the same world differ
 */
typedef enum
{
  FOLIOT_SCENARIO_ERROR_SYNTAX,
  FOLIOT_SCENARIO_ERROR_TYPE,
  FOLIOT_SCENARIO_ERROR_UNKNOWN,
  FOLIOT_SCENARIO_ERROR_MISSING,
  FOLIOT_SCENARIO_ERROR_CYCLE,
  FOLIOT_SCENARIO_ERROR_CSV,
  FOLIOT_SCENARIO_ERROR_MODULE,
  FOLIOT_SCENARIO_ERROR_AGENT,
  FOLIOT_SCENARIO_ERROR_EXPECTATION,
  FOLIOT_SCENARIO_ERROR_RESULTS,
  FOLIOT_SCENARIO_ERROR_DIFFERS,
} FoliotScenarioError;

/**
 * FoliotScenario:
 *
 * A scenario file, read and checked: names agents, links, inputs, outputs, seed, duration. Immutable once made. Format:
 * docs/scenario.md; schema: `foliot describe --schema`.
 */
#define FOLIOT_TYPE_SCENARIO (foliot_scenario_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotScenario, foliot_scenario, FOLIOT, SCENARIO, GObject);

/**
 * foliot_scenario_load:
 * @path: a file, or a folder that holds `scenario.json`
 * @settings: (array zero-terminated=1) (nullable): `path=value` texts, value in JSON; the path is a parameter's dotted name, or else the dotted
 *   name of a member of the file ("transport", "links.0.loss")
 * @registry: (nullable): agent types at hand; %NULL: only those of the scenario's module
 * @module_dirs: (array zero-terminated=1) (nullable): where modules are looked for, in order, before the scenario's own folder
 */
FOLIOT_API FoliotScenario *foliot_scenario_load (const char *path, const char *const *settings,
                                                 FoliotRegistry *registry, const char *const *module_dirs,
                                                 GError **error) FOLIOT_WARN_UNUSED;
FOLIOT_API const char *foliot_scenario_get_name (FoliotScenario *scenario);
FOLIOT_API const char *foliot_scenario_get_folder (FoliotScenario *scenario);
FOLIOT_API guint64 foliot_scenario_get_seed (FoliotScenario *scenario);
/**
 * foliot_scenario_get_until:
 *
 * Returns: the kernel time at which a run ends, unless the options of its world say otherwise; no event at or after it runs
 */
FOLIOT_API FoliotTime foliot_scenario_get_until (FoliotScenario *scenario);
/**
 * foliot_scenario_get_hash:
 *
 * Over the resolved scenario and its input files' bytes; no path enters.
 */
FOLIOT_API guint64 foliot_scenario_get_hash (FoliotScenario *scenario);
/**
 * foliot_scenario_pack:
 * @error: MISSING: a file of the scenario has gone, or is another one now
 *
 * All that a run depends on but the module: a map of "scenario" (the scenario with all that it includes, settings applied, as a map)
 * and "inputs" (a list with the bytes of each input file, in the order in which the scenario names them). Plain data, which any
 * codec but JSON can write; no path of this machine is in it.
 *
 * Returns: (transfer full): what [func@Scenario.unpack] makes the same scenario of, with the same hash
 */
FOLIOT_API FoliotValue *foliot_scenario_pack (FoliotScenario *scenario, GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_scenario_unpack:
 * @pack: of [method@Scenario.pack]; nothing in it is believed
 * @path: for messages, such as that of the file the pack came in; its folder is looked in for the module
 * @settings: (array zero-terminated=1) (nullable): as for foliot_scenario_load(), on top of those in the pack
 * @registry: (nullable): as there
 * @module_dirs: (array zero-terminated=1) (nullable): as there
 */
FOLIOT_API FoliotScenario *foliot_scenario_unpack (FoliotValue *pack, const char *path,
                                                   const char *const *settings, FoliotRegistry *registry,
                                                   const char *const *module_dirs,
                                                   GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_scenario_describe:
 *
 * Returns: (transfer full): agents with methods, arguments, help; links, inputs, outputs: a map.
 */
FOLIOT_API FoliotValue *foliot_scenario_describe (FoliotScenario *scenario) FOLIOT_WARN_UNUSED;
/**
 * foliot_scenario_describe_type:
 *
 * Returns: (transfer full): what an agent type exposes: a map.
 */
FOLIOT_API FoliotValue *foliot_scenario_describe_type (GType type) FOLIOT_WARN_UNUSED;
/**
 * foliot_module_find_type:
 * @name: "module:Type"
 * @module_dirs: (array zero-terminated=1) (nullable): as for foliot_scenario_load()
 * @error: FOLIOT_ERROR_VALUE for another form; MODULE; UNKNOWN lists the module's types
 *
 * Returns: an agent type of a module, or %G_TYPE_INVALID
 */
FOLIOT_API GType foliot_module_find_type (const char *name, const char *const *module_dirs, GError **error);
/**
 * foliot_scenario_get_schema:
 *
 * Returns: the JSON schema of scenario files, as text; static
 */
FOLIOT_API const char *foliot_scenario_get_schema (void);

/**
 * FoliotCosimVariable:
 * @model: as the section `cosim` names it
 * @agent: its name
 * @name: as masters know it: `P`
 * @unit: (nullable): "kW", "1" for per unit
 * @help: (nullable): a sentence
 * @is_output: whether the agent says it, else it is told
 *
 * What a master that sets the time exchanges with one agent.
 */
typedef struct
{
  const char *model;
  const char *agent;
  const char *name;
  const char *unit;
  const char *help;
  gboolean is_output;
} FoliotCosimVariable;
/**
 * foliot_scenario_get_cosim_variables: (skip)
 * @out_n: (out): how many
 *
 * Returns: (array length=out_n) (transfer none): for each model of the section `cosim` and each of its agents, in the order of the
 *   file, what goes in, then what goes out; empty without the section
 */
FOLIOT_API const FoliotCosimVariable *foliot_scenario_get_cosim_variables (FoliotScenario *scenario,
                                                                           gsize *out_n);
/**
 * foliot_scenario_get_cosim_step:
 *
 * Returns: in which steps a master that steps is to go; 0: the section `cosim` says none
 */
FOLIOT_API FoliotTime foliot_scenario_get_cosim_step (FoliotScenario *scenario);
/**
 * foliot_scenario_get_cosim:
 * @master: `mosaik`, `helics` or `fmi`
 *
 * Returns: (transfer none) (nullable): what the section `cosim` says for this master alone, a map, parameters filled in
 */
FOLIOT_API FoliotValue *foliot_scenario_get_cosim (FoliotScenario *scenario, const char *master);

/**
 * FoliotTable:
 *
 * One recorded table: named columns, rows in the order of recording. Cells are null, bool, int, double or string.
 */
typedef struct _FoliotTable FoliotTable;
FOLIOT_API const char *foliot_table_get_name (FoliotTable *table);
FOLIOT_API guint foliot_table_get_n_columns (FoliotTable *table);
FOLIOT_API const char *foliot_table_get_column (FoliotTable *table, guint column);
FOLIOT_API gsize foliot_table_get_n_rows (FoliotTable *table);
/**
 * foliot_table_get_cell:
 * @row: from 0, in the order of recording
 * @column: from 0: time_s, the agent's name, then the columns of the scenario
 *
 * Returns: (transfer none): null, bool, int, double or string; lives as long as the table
 */
FOLIOT_API FoliotValue *foliot_table_get_cell (FoliotTable *table, gsize row, guint column);

/**
 * FoliotKeep:
 * @FOLIOT_KEEP_NONE: no events
 * @FOLIOT_KEEP_FIRST: the first 4 MB of them, some ten thousands to some hundred thousands; costs a few milliseconds at most
 * @FOLIOT_KEEP_ALL: all, some tens of bytes each; those that do not fit into a few megabytes of memory wait in a temporary file
 *
 * What a world keeps of its events, and of what they carried, for its results folder; `foliot diff` reads it.
 */
typedef enum
{
  FOLIOT_KEEP_NONE,
  FOLIOT_KEEP_FIRST,
  FOLIOT_KEEP_ALL,
} FoliotKeep;

/**
 * FoliotWitness: (skip)
 *
 * Writes down what agents of a world hear from all others, and what they say.
 */
typedef struct _FoliotWitness FoliotWitness;
/**
 * FoliotStage: (skip)
 *
 * What a witness has written down, in the place of all agents but some, which run alone.
 */
typedef struct _FoliotStage FoliotStage;

/**
 * FoliotWorldOptions:
 * @seed: used if @has_seed, instead of the scenario's
 * @until: kernel time at which to end, if earlier or later than the scenario's; `FOLIOT_TIME_NEVER`: the scenario's own
 * @through_codec: links carry bytes
 * @context: (nullable): a main context to live in: whoever iterates it runs the world, up to its end
 * @digest_off: no records and digests
 * @shuffle_ties: 0 is off
 * @realtime: time is that of the machine, counted from the scenario's start, see foliot_world_serve(); there is no end, unless @until
 *   gives one, and without an end no table is filled
 * @listen: (nullable): real sockets instead of local queues: where the first container listens. Each further one has a free
 *   port of the same host, or the path with `.` and its name behind it
 * @tls: (nullable): with @listen: encrypts all links
 * @codec_type: of all containers; 0: what the scenario says
 * @program: (nullable): the command `foliot`, which is started as `PROGRAM child …` for each further container of a scenario with
 *   `processes`; without it such a scenario is refused
 * @part: (nullable): of a scenario with `processes`, this container alone: the world is directed by the process that started this one
 * @folder: (nullable): with @part: where that process has the sockets and certificates of the run
 * @keep: which events go into the results folder; none of a world in several processes
 * @keep_from: with @keep, the number of the first event that is kept; 0: the first one of the run
 * @keep_to: with @keep, of the last one; 0: of the run
 * @coupled: a master sets the time: it moves by [method@World.advance_to] alone and has no end of its own. What a model of the
 *   section `cosim` names as input is the master's to set: no series feeds it
 * @entities_later: with @coupled: the agents of the models are not there before [method@World.add_agent] makes them
 * @kernel: (nullable): with @coupled: a kernel of EXTERNAL drive that stands at the scenario's `init_time`, for a master that lives in the
 *   same one. The world lives in it, and closes it when it closes. Seed, digest and the shuffling of ties are then the kernel's
 * @record: (nullable): a journal is written there, from which the run can be made again; a journal that is there is replaced
 * @record_verb: (nullable): with @record, who makes the world, as `foliot replay` knows it; %NULL: "run"
 * @record_sent: with @record: messages that leave are kept, too, and not their hashes alone
 * @record_beside: (nullable): with @kernel, of a scenario with `processes`: the recording of the kernel; each process writes its own
 *   beside that, see foliot_recording_dup_part_path()
 * @recording: (nullable): a name that the recordings of all processes have; %NULL: one is made
 * @is_recorded: whoever gave the kernel records it, or plays a recording back to it
 * @replay: (nullable): that recording instead of all that is outside: nothing is opened, and time does not wait; see
 *   foliot_scenario_new_from_journal()
 * @record_agents: with @record: what each agent hears and says is recorded, too, so that one can be run alone also when the program
 *   has been changed
 * @recorder: (nullable): with @record_agents and @kernel: of whoever gave the kernel
 * @witness: (nullable): hears; must outlive the world
 * @stage: (nullable): some agents run alone; see foliot_world_options_set_from_stage()
 */
typedef struct
{
  gboolean has_seed;
  guint64 seed;
  FoliotTime until;
  gboolean through_codec;
  GMainContext *context;
  gboolean digest_off;
  guint64 shuffle_ties;
  gboolean realtime;
  FoliotAddress *listen;
  FoliotTlsCredentials *tls;
  GType codec_type;
  const char *program;
  const char *part;
  const char *folder;
  FoliotKeep keep;
  guint64 keep_from;
  guint64 keep_to;
  gboolean coupled;
  gboolean entities_later;
  FoliotKernel *kernel;
  const char *record;
  const char *record_verb;
  gboolean record_sent;
  const char *record_beside;
  const char *recording;
  gboolean is_recorded;
  FoliotReplay *replay;
  gboolean record_agents;
  FoliotRecorder *recorder;
  FoliotWitness *witness;
  FoliotStage *stage;
} FoliotWorldOptions;

/**
 * foliot_scenario_new_journal_header: (skip)
 * @verb: who makes the world: "run", "mosaik", …
 * @options: (nullable): of the world; those that a replay needs are kept
 *
 * Returns: (transfer full) (nullable): what a recording of a run of @scenario is made from
 */
FOLIOT_API FoliotJournalHeader *foliot_scenario_new_journal_header (FoliotScenario *scenario,
                                                                    const char *verb,
                                                                    const FoliotWorldOptions *options,
                                                                    GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_scenario_new_from_journal: (skip)
 * @path: of the recording, for messages; its folder is looked in for the module
 * @settings: (array zero-terminated=1) (nullable): as for foliot_scenario_load(), on top of those that were recorded
 *
 * Returns: (transfer full) (nullable): the scenario that was recorded
 */
FOLIOT_API FoliotScenario *foliot_scenario_new_from_journal (const FoliotJournalHeader *header,
                                                             const char *path, const char *const *settings,
                                                             FoliotRegistry *registry,
                                                             const char *const *module_dirs,
                                                             GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_scenario_is_of_journal: (skip)
 * @out_how: (out) (optional) (nullable) (transfer full): what is another
 *
 * Returns: whether scenario, library and module are those that were recorded
 */
FOLIOT_API gboolean foliot_scenario_is_of_journal (FoliotScenario *scenario,
                                                   const FoliotJournalHeader *header, char **out_how);
/**
 * foliot_world_options_set_from_journal: (skip)
 * @options: is filled; its listen is (transfer full), and its texts belong to @header
 */
FOLIOT_API gboolean foliot_world_options_set_from_journal (FoliotWorldOptions *options,
                                                           const FoliotJournalHeader *header, GError **error);

/**
 * foliot_recording_dup_part_path: (skip)
 * @path: where the first process of a run with `processes` is recorded
 * @container: of another one
 *
 * Returns: (transfer full): where that one is: @path with `.` and the name of the container behind it, in which what cannot stand in a
 *   path is written as in a URI
 */
FOLIOT_API char *foliot_recording_dup_part_path (const char *path, const char *container);
/**
 * foliot_recording_dup_parts: (skip)
 *
 * Returns: (transfer full): the containers of whose processes there are recordings beside that of @header, in the scenario's order
 */
FOLIOT_API GStrv foliot_recording_dup_parts (const FoliotJournalHeader *header);
/**
 * foliot_recording_get_part: (skip)
 *
 * Returns: (transfer none) (nullable): the container of which @header alone is; %NULL: it is of the first process, or the only one
 */
FOLIOT_API const char *foliot_recording_get_part (const FoliotJournalHeader *header);
/**
 * foliot_recording_is_divided: (skip)
 *
 * Returns: whether @header is of one of several processes of a run
 */
FOLIOT_API gboolean foliot_recording_is_divided (const FoliotJournalHeader *header);
/**
 * foliot_recording_has_part: (skip)
 *
 * Returns: whether @header and @part were recorded in the same run
 */
FOLIOT_API gboolean foliot_recording_has_part (const FoliotJournalHeader *header,
                                               const FoliotJournalHeader *part);

/**
 * FoliotWorld:
 *
 * A scenario brought to life: a kernel, containers, agents, inputs, recorded tables.
 */
#define FOLIOT_TYPE_WORLD (foliot_world_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotWorld, foliot_world, FOLIOT, WORLD, GObject);
/**
 * foliot_world_new:
 * @options: (nullable): how to run it; %NULL: as the scenario says
 * @error: what a container or an agent type says
 *
 * Builds containers and agents (in the order of the file) at the start time; runs no event.
 *
 * Returns: (transfer full): a world at its beginning
 */
FOLIOT_API FoliotWorld *foliot_world_new (FoliotScenario *scenario, const FoliotWorldOptions *options,
                                          GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_world_get_kernel:
 *
 * Returns: (transfer none): the kernel, whose only world this is; lives as long as the world, also when it is closed
 */
FOLIOT_API FoliotKernel *foliot_world_get_kernel (FoliotWorld *world);
/**
 * foliot_world_get_scenario:
 *
 * Returns: (transfer none): what the world was made from, unchanged; the world keeps it alive
 */
FOLIOT_API FoliotScenario *foliot_world_get_scenario (FoliotWorld *world);
FOLIOT_API FoliotTime foliot_world_get_until (FoliotWorld *world);
/**
 * foliot_world_get_agent:
 * @name: its stable name
 *
 * Returns: (transfer none) (nullable): the agent, until the world is closed; %NULL if there is none of this name
 */
FOLIOT_API FoliotAgent *foliot_world_get_agent (FoliotWorld *world, const char *name);
/**
 * foliot_world_set_refusal_func: (skip)
 *
 * As [method@Container.set_refusal_func], for all its containers.
 */
FOLIOT_API void foliot_world_set_refusal_func (FoliotWorld *world, FoliotRefusalFunc func,
                                               gpointer user_data);
/**
 * foliot_world_get_container:
 *
 * Returns: (transfer none) (nullable): by its number in the scenario, from 0; %NULL behind the last one.
 */
FOLIOT_API FoliotContainer *foliot_world_get_container (FoliotWorld *world, guint index);
/**
 * foliot_world_get_first_agent:
 *
 * Returns: (transfer none) (nullable): the one that the scenario names first; %NULL if it has none.
 */
FOLIOT_API FoliotAgent *foliot_world_get_first_agent (FoliotWorld *world);
/**
 * foliot_world_step:
 *
 * Runs at most @max_events.
 *
 * Returns: how many ran; 0: the run has come to its end, or @error is set (%FOLIOT_SCENARIO_ERROR_AGENT, kernel
 *   errors).
 */
FOLIOT_API guint64 foliot_world_step (FoliotWorld *world, guint64 max_events, GError **error);
/**
 * foliot_world_is_done:
 *
 * Returns: whether nothing is left to run before the end, or an agent failed; for worlds in a main loop.
 */
FOLIOT_API gboolean foliot_world_is_done (FoliotWorld *world);
/**
 * foliot_world_run:
 * @error: %FOLIOT_SCENARIO_ERROR_AGENT: an agent has failed, which ends the run; kernel errors
 *
 * Runs all events up to the end of the run. Main stack only.
 *
 * Returns: whether no agent has failed
 */
FOLIOT_API gboolean foliot_world_run (FoliotWorld *world, GError **error);
/**
 * foliot_world_serve:
 * @error: %FOLIOT_KERNEL_ERROR_INTERRUPTED: by [method@Kernel.interrupt]; %FOLIOT_SCENARIO_ERROR_AGENT; kernel errors
 *
 * For a world that others call: runs it and waits for what comes from outside, for as long as it is left to: to its end, if it has
 * one. That an agent is done, or all of them, is no end. Once for a world. Main stack only.
 */
FOLIOT_API void foliot_world_serve (FoliotWorld *world, GError **error);
/*
 * A world whose time somebody else sets (`coupled`), for all masters alike. Its loop is
 *
 *   foliot_world_set_input (world, …, at = t, …);        for all that the master brings for t
 *   next = foliot_world_advance_to (world, t);           all up to and at t is done, in all processes of the run
 *   foliot_world_get_output (world, …);                  as it is at t
 */
/**
 * foliot_world_set_input:
 * @agent: its name
 * @input: as the section `cosim` names it, or of the type of an agent that belongs to no model
 * @at: when it comes: not before now; before whatever else happens at that time
 * @value: what comes
 * @error: UNKNOWN: no such agent or input; %FOLIOT_KERNEL_ERROR_PAST
 *
 * An event of the agent, the same one as a series of the scenario makes: so the agent's own view is equal under all masters.
 */
FOLIOT_API gboolean foliot_world_set_input (FoliotWorld *world, const char *agent, const char *input,
                                            FoliotTime at, FoliotValue *value, GError **error);
/**
 * foliot_world_get_output:
 * @output: as the section `cosim` names it, or of the type of an agent that belongs to no model
 * @error: UNKNOWN
 *
 * Returns: (transfer full): as it was when the last [method@World.advance_to] had settled; null where the agent says nothing
 */
FOLIOT_API FoliotValue *foliot_world_get_output (FoliotWorld *world, const char *agent, const char *output,
                                                 GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_world_advance_to:
 * @to: kernel time; not before now. Now is allowed: what was set for now is done
 *
 * Goes through every due time up to @to, and waits until nothing of @to is left to do, in no container and no process of the run. One at
 * a time.
 *
 * Returns: (transfer full): resolves with the time in ns at which the next thing is due, null: nothing is. Rejects with
 *   %FOLIOT_KERNEL_ERROR_PAST, %FOLIOT_KERNEL_ERROR_BUSY, %FOLIOT_SCENARIO_ERROR_AGENT
 */
FOLIOT_API FoliotFuture *foliot_world_advance_to (FoliotWorld *world, FoliotTime to) FOLIOT_WARN_UNUSED;
/**
 * foliot_world_run_to:
 * @out_next_due: (out) (optional): when the next thing is due; `FOLIOT_TIME_NEVER`: nothing is
 * @error: as advance_to, %FOLIOT_KERNEL_ERROR_INTERRUPTED, %FOLIOT_CHILD_ERROR_ENDED
 *
 * As advance_to, for the main stack: drives the kernel until it is done.
 */
FOLIOT_API gboolean foliot_world_run_to (FoliotWorld *world, FoliotTime to, FoliotTime *out_next_due,
                                         GError **error);
/**
 * FoliotWorldStepFunc:
 *
 * Looks on while somebody else's time moves: called whenever the world has settled.
 */
typedef void (*FoliotWorldStepFunc) (FoliotWorld *world, gpointer user_data);
/**
 * foliot_world_run_helics:
 * @options: what it leaves open the scenario says, and then HELICS
 * @func: (scope call) (nullable) (closure user_data): looks on
 * @error: %FOLIOT_HELICS_ERROR; UNKNOWN: the scenario has no section `cosim`; as advance_to, %FOLIOT_KERNEL_ERROR_INTERRUPTED
 *
 * Takes part in a federation of HELICS, with the variables of the section `cosim`, up to the end of the scenario; leaves the
 * federation however it ends. Main stack only.
 */
FOLIOT_API gboolean foliot_world_run_helics (FoliotWorld *world, const FoliotHelicsOptions *options,
                                             FoliotWorldStepFunc func, gpointer user_data, GError **error);
/**
 * foliot_world_add_agent:
 * @model: of the section `cosim`
 * @params: (nullable) (transfer none): a map of the model's parameters; what it does not have keeps the value of the file
 *
 * For a master that makes entities (`entities_later`): the next agent of the model, as the file describes it. Beyond the count of the
 * file's last entry `{index}` goes on, and the containers of that entry's agents are taken in turn.
 *
 * Returns: (transfer full): resolves with the agent's name when its init is done. Rejects with UNKNOWN, TYPE, AGENT
 */
FOLIOT_API FoliotFuture *foliot_world_add_agent (FoliotWorld *world, const char *model,
                                                 FoliotValue *params) FOLIOT_WARN_UNUSED;
/**
 * foliot_world_finish:
 * @until: the run covers the times up to, and not including, this one; `FOLIOT_TIME_NEVER`: up to now
 *
 * The master has come to its end: what is left before @until runs, what agents in other processes recorded is collected, these
 * processes end, and the results can be written. Expectations marked `unless_cut` are checked when @until is the scenario's own end.
 *
 * Returns: (transfer full): resolves with null. Rejects as advance_to
 */
FOLIOT_API FoliotFuture *foliot_world_finish (FoliotWorld *world, FoliotTime until) FOLIOT_WARN_UNUSED;
/**
 * foliot_witness_new: (skip)
 * @only: (nullable): an agent, or a container with all its agents; %NULL: all agents
 * @path: where to write; see foliot_journal_writer_new()
 *
 * Agents that an agent makes belong to it. To be given to a world by its options; foliot_world_end_recording() ends it.
 *
 * Returns: (transfer full): a witness
 */
FOLIOT_API FoliotWitness *foliot_witness_new (const char *only, const char *path) FOLIOT_WARN_UNUSED;
/**
 * foliot_witness_free: (skip)
 */
FOLIOT_API void foliot_witness_free (FoliotWitness *witness);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotWitness, foliot_witness_free)
/**
 * FoliotStageOptions: (skip)
 * @lenient: differences are counted and told, and the play goes on
 * @until: to this time, and no further; `FOLIOT_TIME_NEVER`: to the end
 */
typedef struct
{
  gboolean lenient;
  FoliotTime until;
} FoliotStageOptions;
/**
 * foliot_stage_new: (skip)
 * @path: what a witness has written, or a recording made with `record_agents`
 * @only: as for foliot_witness_new()
 * @error: UNKNOWN: there was nobody of that name; MISSING: @path does not hold what agents heard; %FOLIOT_JOURNAL_ERROR
 *
 * Returns: (transfer full) (nullable): a stage on which nobody is yet
 */
FOLIOT_API FoliotStage *foliot_stage_new (const char *path, const char *only,
                                          const FoliotStageOptions *options,
                                          GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_stage_make_scenario: (skip)
 * @path: for messages; its folder is looked in for the module
 * @settings: (array zero-terminated=1) (nullable): as for foliot_scenario_load(), on top of those that were recorded
 *
 * Returns: (transfer full) (nullable): the scenario as it was when its world was made
 */
FOLIOT_API FoliotScenario *foliot_stage_make_scenario (FoliotStage *stage, const char *path,
                                                       const char *const *settings,
                                                       const char *const *module_dirs,
                                                       GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_stage_is_changed: (skip)
 *
 * Returns: whether the last scenario that was made, or its program, is another one than was recorded. Then something is told when as
 *   much has been said as had been then, and not behind as many events of the agent
 */
FOLIOT_API gboolean foliot_stage_is_changed (FoliotStage *stage);
/**
 * foliot_world_options_set_from_stage: (skip)
 *
 * The world that is to be made for it, with that scenario. The stage must outlive it.
 */
FOLIOT_API void foliot_world_options_set_from_stage (FoliotWorldOptions *options, FoliotStage *stage);
/**
 * foliot_world_run_alone: (skip)
 * @error: %FOLIOT_REPLAY_ERROR_DIFFERS: names agent, time, and what was said then and now; %FOLIOT_REPLAY_ERROR_MISSING: an agent
 *   needs something that was not there then; %FOLIOT_JOURNAL_ERROR: the recording ends here; AGENT; INTERRUPTED
 *
 * Runs the agents of its stage to the end of the recorded run. Main stack only.
 *
 * Returns: whether all was as recorded, and no agent has failed
 */
FOLIOT_API gboolean foliot_world_run_alone (FoliotWorld *world, GError **error);
/**
 * foliot_stage_get_n_agents: (skip)
 *
 * Returns: how many run
 */
FOLIOT_API guint foliot_stage_get_n_agents (FoliotStage *stage);
/**
 * foliot_stage_get_agent: (skip)
 * @out_events: (out) (optional): how many events it had
 * @out_digest: (out) (optional): its own view of the run
 *
 * While its world is there.
 *
 * Returns: (transfer none): its name
 */
FOLIOT_API const char *foliot_stage_get_agent (FoliotStage *stage, guint index, guint64 *out_events,
                                               guint64 *out_digest);
/**
 * foliot_stage_dup_report: (skip)
 *
 * Returns: (transfer full): the differences that did not end it, a line each, and one line that sums it up
 */
FOLIOT_API char *foliot_stage_dup_report (FoliotStage *stage) FOLIOT_WARN_UNUSED;
/**
 * foliot_stage_free: (skip)
 */
FOLIOT_API void foliot_stage_free (FoliotStage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotStage, foliot_stage_free)
/**
 * foliot_world_get_keeper_url:
 *
 * Returns: (transfer none) (nullable): of a world that is a part (see [struct@WorldOptions]) the agent that directs it; else %NULL.
 */
FOLIOT_API const char *foliot_world_get_keeper_url (FoliotWorld *world);
/**
 * foliot_world_dup_digest:
 *
 * Returns: (transfer full): of the kernel; `none` when the containers are in several processes, whose events have no common order.
 */
FOLIOT_API char *foliot_world_dup_digest (FoliotWorld *world) FOLIOT_WARN_UNUSED;
/**
 * foliot_world_dup_wait_report:
 *
 * Returns: (transfer full): a line per fiber that still waits: who, what for, since when; '' if none.
 */
FOLIOT_API char *foliot_world_dup_wait_report (FoliotWorld *world) FOLIOT_WARN_UNUSED;
/**
 * foliot_world_check_expectations:
 * @error: EXPECTATION, with the first row that breaks it.
 *
 * What is marked `unless_cut` is skipped when the options of the world gave it another end than the scenario's.
 *
 * Returns: whether all that was checked holds.
 */
FOLIOT_API gboolean foliot_world_check_expectations (FoliotWorld *world, GError **error);
/**
 * foliot_world_dup_skipped_expectations:
 *
 * Returns: (transfer full): a line per expectation that foliot_world_check_expectations() skips: where it stands; '' if none.
 */
FOLIOT_API char *foliot_world_dup_skipped_expectations (FoliotWorld *world) FOLIOT_WARN_UNUSED;
FOLIOT_API guint foliot_world_get_n_tables (FoliotWorld *world);
/**
 * foliot_world_get_table: (skip)
 */
FOLIOT_API FoliotTable *foliot_world_get_table (FoliotWorld *world, guint index);
/**
 * foliot_results_check_folder:
 *
 * Whether foliot_world_write_results() would take @out: it is not there yet, is empty, or holds what a run of ours left. For who wants
 * to know that before a long run; makes nothing. Error: FOLIOT_SCENARIO_ERROR_RESULTS.
 */
FOLIOT_API gboolean foliot_results_check_folder (const char *out, GError **error);
/**
 * foliot_world_write_results:
 *
 * Writes the results folder @out (made when missing; what an earlier run of ours left there is replaced, anything
 * else is refused).
 */
FOLIOT_API gboolean foliot_world_write_results (FoliotWorld *world, const char *out, GError **error);
/**
 * foliot_world_end_recording: (skip)
 * @code: exit code of the run
 * @verdict: (nullable): how it failed
 * @error: %FOLIOT_JOURNAL_ERROR: the recording is not whole
 *
 * The run is over, as far as it is recorded; closing the world ends it too.
 */
FOLIOT_API gboolean foliot_world_end_recording (FoliotWorld *world, int code, const GError *verdict,
                                                GError **error);
/**
 * FoliotFidelity:
 * @FOLIOT_FIDELITY_CLOSED: nothing came from outside: the scenario and the seed make the same run again
 * @FOLIOT_FIDELITY_RECORDED: something did, and is recorded: the recording makes the same run again
 * @FOLIOT_FIDELITY_OPEN: something did, and is lost
 *
 * What it takes to have the same run again.
 */
typedef enum
{
  FOLIOT_FIDELITY_CLOSED,
  FOLIOT_FIDELITY_RECORDED,
  FOLIOT_FIDELITY_OPEN,
} FoliotFidelity;
FOLIOT_API FoliotFidelity foliot_world_get_fidelity (FoliotWorld *world);
/**
 * foliot_fidelity_get_name:
 *
 * Returns: "closed", "recorded" or "open"
 */
FOLIOT_API const char *foliot_fidelity_get_name (FoliotFidelity fidelity);
/**
 * foliot_world_close:
 *
 * Shuts containers down and closes the kernel. Idempotent.
 */
FOLIOT_API void foliot_world_close (FoliotWorld *world);
/**
 * FoliotTwinsFunc:
 * @next: (nullable): the kernel of the world whose events run next; %NULL: both worlds are about to go
 *
 * Called by foliot_world_check_twins() before each batch of events, and after the last one. It may not run the kernel; to
 * interrupt it ([method@Kernel.interrupt], also from a signal) ends the batch.
 *
 * Returns: whether to go on.
 */
typedef gboolean (*FoliotTwinsFunc) (FoliotKernel *next, gpointer user_data);
/**
 * foliot_world_check_twins:
 * @options: (nullable): of both worlds; %NULL: the scenario's own
 * @func: (scope call) (nullable) (closure user_data): looks on
 * @error: DIFFERS names time, node, event, class of the first difference; %FOLIOT_KERNEL_ERROR_INTERRUPTED: @func ended it
 *
 * Runs the same world twice, in lock-step, and compares them event by event, then their tables.
 *
 * Returns: whether they are equal to their ends.
 */
FOLIOT_API gboolean foliot_world_check_twins (FoliotScenario *scenario, const FoliotWorldOptions *options,
                                              FoliotTwinsFunc func, gpointer user_data, GError **error);

G_END_DECLS

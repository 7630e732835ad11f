/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-rpc.h>
#include <foliot/foliot-stream.h>

G_BEGIN_DECLS

/**
 * FOLIOT_MOSAIK_ERROR:
 *
 * What mosaik refused, and what a simulator may not do.
 *
 * mosaik's own failures are told apart by their text, because the names of its classes change from release to release;
 * [func@mosaik_error_get_class_name] and [func@mosaik_error_get_trace] have what it sent.
 */
#define FOLIOT_MOSAIK_ERROR (foliot_mosaik_error_quark ())
FOLIOT_API GQuark foliot_mosaik_error_quark (void);

/**
 * FoliotMosaikError:
 * @FOLIOT_MOSAIK_ERROR_FAILED: mosaik failed, for a reason without a name of its own here
 * @FOLIOT_MOSAIK_ERROR_NOT_CONNECTED: `No connection from … to …`: the two simulators are not connected
 * @FOLIOT_MOSAIK_ERROR_NOT_ENABLED: `Async. requests not enabled …`: they are, but without `async_requests=True`
 * @FOLIOT_MOSAIK_ERROR_NOT_IN_STEP: `get_data must happen in step`
 * @FOLIOT_MOSAIK_ERROR_NOT_REAL_TIME: set_event without a real-time factor
 * @FOLIOT_MOSAIK_ERROR_UNKNOWN: mosaik knows no such simulator or entity
 * @FOLIOT_MOSAIK_ERROR_META: what the model says of itself contradicts itself, or mosaik's rules
 * @FOLIOT_MOSAIK_ERROR_STATE: a call at the wrong moment: before init, two steps at once, a step back in time
 * @FOLIOT_MOSAIK_ERROR_PROTOCOL: mosaik broke the rules of its own protocol: a call whose arguments have not their form, bytes
 *   that are no message
 * @FOLIOT_MOSAIK_ERROR_MODEL: the model returned what mosaik would not survive: a next step that is not later, an output
 *   time before the step, two entities of one name
 * @FOLIOT_MOSAIK_ERROR_UNREACHABLE: mosaik cannot be connected to, or nobody came or called init in time
 */
typedef enum
{
  FOLIOT_MOSAIK_ERROR_FAILED,
  FOLIOT_MOSAIK_ERROR_NOT_CONNECTED,
  FOLIOT_MOSAIK_ERROR_NOT_ENABLED,
  FOLIOT_MOSAIK_ERROR_NOT_IN_STEP,
  FOLIOT_MOSAIK_ERROR_NOT_REAL_TIME,
  FOLIOT_MOSAIK_ERROR_UNKNOWN,
  FOLIOT_MOSAIK_ERROR_META,
  FOLIOT_MOSAIK_ERROR_STATE,
  FOLIOT_MOSAIK_ERROR_PROTOCOL,
  FOLIOT_MOSAIK_ERROR_MODEL,
  FOLIOT_MOSAIK_ERROR_UNREACHABLE,
} FoliotMosaikError;

/**
 * foliot_mosaik_error_get_class_name:
 *
 * Returns: (nullable): the name of the Python class that mosaik sent, "ScenarioError"; %NULL for errors of our own
 */
FOLIOT_API const char *foliot_mosaik_error_get_class_name (const GError *error);
/**
 * foliot_mosaik_error_get_text:
 *
 * Returns: (nullable): mosaik's own text, without what our message says around it; %NULL for errors of our own
 */
FOLIOT_API const char *foliot_mosaik_error_get_text (const GError *error);
/**
 * foliot_mosaik_error_get_trace:
 *
 * Returns: (nullable): where in mosaik, lines of Python's traceback; %NULL for errors of our own
 */
FOLIOT_API const char *foliot_mosaik_error_get_trace (const GError *error);

/**
 * FOLIOT_MOSAIK_NEVER: (skip)
 *
 * No further step; no promise how far one may advance.
 */
#define FOLIOT_MOSAIK_NEVER G_MAXINT64

/**
 * FoliotMosaik:
 *
 * A simulator of mosaik (https://mosaik.offis.de): one connection to it, over which it calls a [struct@MosaikModel].
 *
 * It speaks mosaik's API 3.0, and 2.2 if the model says so. Lives in a kernel of drive EXTERNAL, whose time mosaik sets. What mosaik
 * asks is done one after the other, in the order of asking; each on a fiber, so that any function of the model may
 * await, and ask mosaik in between. A function that fails costs its caller a failure and nothing else, but for init, after
 * which the connection is closed.
 *
 * The end is the first of: `stop`, the end of the connection, [method@Mosaik.stop]. A function that still runs is cancelled,
 * finalize runs to its end, once, and only then `stop` is answered.
 *
 * What order mosaik happens to send things in depends on hashes of Python that differ from run to run. So inputs and requested outputs are
 * put in order before the model sees them: entities as they were created, attributes as they were declared, sources by
 * their id; the record of the run covers them so. `max_advance` is handed on, is in no record, and is no promise: mosaik breaks it.
 */
#define FOLIOT_TYPE_MOSAIK (foliot_mosaik_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotMosaik, foliot_mosaik, FOLIOT, MOSAIK, GObject);

/* ---- what a model says of itself ------------------------------------------------------------------------------- */

/**
 * FoliotMosaikType:
 * @FOLIOT_MOSAIK_TIME_BASED: every step names the next one; the first is at 0
 * @FOLIOT_MOSAIK_EVENT_BASED: stepped when an input arrives, and when it asked for it
 * @FOLIOT_MOSAIK_HYBRID: both, attribute by attribute
 */
typedef enum
{
  FOLIOT_MOSAIK_TIME_BASED,
  FOLIOT_MOSAIK_EVENT_BASED,
  FOLIOT_MOSAIK_HYBRID,
} FoliotMosaikType;

/**
 * FoliotMosaikModelFlags:
 * @FOLIOT_MOSAIK_PRIVATE: mosaik may not create it, only find it among the children of others
 * @FOLIOT_MOSAIK_ANY_INPUTS: takes inputs of any name
 */
typedef enum
{
  FOLIOT_MOSAIK_PUBLIC = 0,
  FOLIOT_MOSAIK_PRIVATE = 1 << 0,
  FOLIOT_MOSAIK_ANY_INPUTS = 1 << 1,
} FoliotMosaikModelFlags;

/**
 * FoliotMosaikAttributeFlags:
 * @FOLIOT_MOSAIK_TRIGGER: as an input it is an event: it causes a step. Only HYBRID; for EVENT_BASED always
 * @FOLIOT_MOSAIK_NON_PERSISTENT: as an output it is an event: it holds for its own time only. Only HYBRID; for EVENT_BASED always
 */
typedef enum
{
  FOLIOT_MOSAIK_MEASUREMENT = 0,
  FOLIOT_MOSAIK_TRIGGER = 1 << 0,
  FOLIOT_MOSAIK_NON_PERSISTENT = 1 << 1,
} FoliotMosaikAttributeFlags;

/**
 * FoliotMosaikMeta: (skip)
 *
 * What a simulator tells mosaik of itself: handed to init to be filled in. What contradicts mosaik's rules is refused when init
 * has returned, with %FOLIOT_MOSAIK_ERROR_META, which names it.
 */
typedef struct _FoliotMosaikMeta FoliotMosaikMeta;

/**
 * foliot_mosaik_meta_new: (skip)
 *
 * For tests of a model; FoliotMosaik makes its own.
 *
 * Returns: (transfer full): time-based, API 3.0, no models
 */
FOLIOT_API FoliotMosaikMeta *foliot_mosaik_meta_new (void) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_mosaik_meta_free (FoliotMosaikMeta *meta);
/**
 * foliot_mosaik_meta_set_api_version: (skip)
 * @version: "3.0" (the default), "3.0.13", "2.2", …: numbers with dots, 2 or 3 the first. Copied
 *
 * With 2.x the type must be time-based, and is not sent; steps come without max_advance; before 2.2 nobody calls setup_done.
 */
FOLIOT_API void foliot_mosaik_meta_set_api_version (FoliotMosaikMeta *meta, const char *version);
FOLIOT_API void foliot_mosaik_meta_set_type (FoliotMosaikMeta *meta, FoliotMosaikType type);
/**
 * foliot_mosaik_meta_set_events: (skip)
 *
 * Announces that foliot_mosaik_set_event() is used.
 */
FOLIOT_API void foliot_mosaik_meta_set_events (FoliotMosaikMeta *meta);
/**
 * foliot_mosaik_meta_add_model: (skip)
 * @model: copied, as all names are; not the name of one of mosaik's calls
 */
FOLIOT_API void foliot_mosaik_meta_add_model (FoliotMosaikMeta *meta, const char *model,
                                              FoliotMosaikModelFlags flags);
/**
 * foliot_mosaik_meta_add_parameter: (skip)
 * @model: added before
 * @parameter: a keyword of create. Others are dropped before create sees them
 */
FOLIOT_API void foliot_mosaik_meta_add_parameter (FoliotMosaikMeta *meta, const char *model,
                                                  const char *parameter);
/**
 * foliot_mosaik_meta_add_attribute: (skip)
 * @model: added before
 * @attribute: an input, an output, or both
 */
FOLIOT_API void foliot_mosaik_meta_add_attribute (FoliotMosaikMeta *meta, const char *model,
                                                  const char *attribute, FoliotMosaikAttributeFlags flags);
/**
 * foliot_mosaik_meta_add_method: (skip)
 * @method: not copied: a static one. Its @func gets what foliot_mosaik_new() got as `self`
 *
 * An extra method, which the script of the co-simulation may call before the run.
 */
FOLIOT_API void foliot_mosaik_meta_add_method (FoliotMosaikMeta *meta, const FoliotMethod *method);
/**
 * foliot_mosaik_meta_add_method_of: (skip)
 * @self: what its @func gets
 *
 * As add_method, for a method of something else than the model.
 */
FOLIOT_API void foliot_mosaik_meta_add_method_of (FoliotMosaikMeta *meta, const FoliotMethod *method,
                                                  gpointer self);
/**
 * foliot_mosaik_meta_to_value: (skip)
 * @error: %FOLIOT_MOSAIK_ERROR_META
 *
 * Returns: (transfer full) (nullable): what mosaik is sent
 */
FOLIOT_API FoliotValue *foliot_mosaik_meta_to_value (FoliotMosaikMeta *meta,
                                                     GError **error) FOLIOT_WARN_UNUSED;

/* ---- entities -------------------------------------------------------------------------------------------------- */

/**
 * FoliotMosaikEntity: (skip)
 *
 * One instance of a model, or a child of one; lives as long as its FoliotMosaik.
 */
typedef struct _FoliotMosaikEntity FoliotMosaikEntity;

FOLIOT_API FoliotMosaik *foliot_mosaik_entity_get_mosaik (FoliotMosaikEntity *entity);
/**
 * foliot_mosaik_entity_get_id: (skip)
 *
 * Returns: until it is set: `<model>_<n>`, n counted from 0 for each model
 */
FOLIOT_API const char *foliot_mosaik_entity_get_id (FoliotMosaikEntity *entity);
FOLIOT_API const char *foliot_mosaik_entity_get_model (FoliotMosaikEntity *entity);
/**
 * foliot_mosaik_entity_get_index: (skip)
 *
 * Returns: how many entities of its model were there before it
 */
FOLIOT_API guint foliot_mosaik_entity_get_index (FoliotMosaikEntity *entity);
/**
 * foliot_mosaik_entity_set_id: (skip)
 * @id: copied; its own in this simulator, not empty, not `time`. Only while it is created
 */
FOLIOT_API void foliot_mosaik_entity_set_id (FoliotMosaikEntity *entity, const char *id);
/**
 * foliot_mosaik_entity_add_child: (skip)
 * @model: any model of the meta
 *
 * Only while @entity is created.
 *
 * Returns: (transfer none): an entity of its own, with @entity as its parent
 */
FOLIOT_API FoliotMosaikEntity *foliot_mosaik_entity_add_child (FoliotMosaikEntity *entity, const char *model);
/**
 * foliot_mosaik_entity_add_relation: (skip)
 * @id: of another entity of this simulator, whether it is there already or not: an edge of mosaik's graph of entities
 */
FOLIOT_API void foliot_mosaik_entity_add_relation (FoliotMosaikEntity *entity, const char *id);
/**
 * foliot_mosaik_entity_set_extra_info: (skip)
 * @info: (transfer full): is handed to the script of the co-simulation
 */
FOLIOT_API void foliot_mosaik_entity_set_extra_info (FoliotMosaikEntity *entity, FoliotValue *info);
FOLIOT_API void foliot_mosaik_entity_set_user_data (FoliotMosaikEntity *entity, gpointer data,
                                                    GDestroyNotify destroy);
FOLIOT_API gpointer foliot_mosaik_entity_get_user_data (FoliotMosaikEntity *entity);

/* ---- what a user fills in -------------------------------------------------------------------------------------- */

/**
 * FoliotMosaikStep: (skip)
 * @time: mosaik's, in ticks; it may repeat, and never goes back
 * @inputs: (transfer none): {entity: {attribute: {source: value}}}, in order; what is to be kept is referenced
 * @max_advance: no input will come up to and at this time, says mosaik, and is wrong now and then: may be below @time, even −1;
 *   %FOLIOT_MOSAIK_NEVER with API 2
 * @next: for the model to set: the next step, later than @time; %FOLIOT_MOSAIK_NEVER, which it is at first, for none: not
 *   with time-based simulators
 *
 * One step.
 */
typedef struct
{
  gint64 time;
  FoliotValue *inputs;
  gint64 max_advance;
  gint64 next;
} FoliotMosaikStep;

/**
 * foliot_mosaik_step_get_sources: (skip)
 *
 * Returns: (transfer none) (nullable): the map source → value of one input; %NULL if it has none in this step
 */
FOLIOT_API FoliotValue *foliot_mosaik_step_get_sources (const FoliotMosaikStep *step, const char *entity,
                                                        const char *attribute);
/**
 * foliot_mosaik_step_get_sum: (skip)
 * @out_sum: (out): the sum of the numbers among the values, from left to right in the order of the sources: the same bits
 *   in every run
 *
 * Returns: how many were added; 0: @out_sum is 0
 */
FOLIOT_API guint foliot_mosaik_step_get_sum (const FoliotMosaikStep *step, const char *entity,
                                             const char *attribute, double *out_sum);

/**
 * FoliotMosaikModel: (skip)
 * @init: the first call. @keywords: a map of all that the script gave, and `time_resolution`. Fills in @meta
 * @create: for each instance that the script wants. @params: a map, with declared parameters only
 * @setup_done: (nullable): all simulators are there and connected, nothing has been stepped
 * @step: inputs are there, and time is @step->time; computes, and says when it wants to be called next
 * @get_data: (nullable): after a step. Returns: (transfer full) (nullable): the value of an output; %NULL without an error:
 *   none now, as events may have
 * @finalize: (nullable): the end of everything that began with init, even if that failed. An error ends the run with it
 *
 * The functions that make a simulator. Each is called with the `self` of foliot_mosaik_new(), on a fiber that belongs to the simulator's
 * node, and may await; its stack has 512 KiB: what is larger belongs on the heap. An error is told to mosaik as its class, its
 * message and where it was.
 */
typedef struct
{
  gboolean (*init) (gpointer self, FoliotMosaik *mosaik, FoliotValue *keywords, FoliotMosaikMeta *meta,
                    GError **error);
  gboolean (*create) (gpointer self, FoliotMosaikEntity *entity, FoliotValue *params, GError **error);
  gboolean (*setup_done) (gpointer self, FoliotMosaik *mosaik, GError **error);
  gboolean (*step) (gpointer self, FoliotMosaik *mosaik, FoliotMosaikStep *step, GError **error);
  FoliotValue *(*get_data) (gpointer self, FoliotMosaikEntity *entity, const char *attribute, GError **error);
  gboolean (*finalize) (gpointer self, FoliotMosaik *mosaik, GError **error);
} FoliotMosaikModel;

/**
 * FoliotMosaikOptions: (skip)
 * @transport: (nullable): how mosaik is reached; %NULL: a stream transport without TLS, which mosaik does not have
 * @name: (nullable): of the node to which the model's fibers belong; %NULL: "mosaik"
 * @moves_time: the model advances the kernel itself; else its time is that of the step when step is called
 * @tells_steps: whoever runs it tells how a step failed, when all has ended; else the log does so, as a warning
 *
 * How a simulator lives in its world.
 */
typedef struct
{
  FoliotTransport *transport;
  const char *name;
  gboolean moves_time;
  gboolean tells_steps;
} FoliotMosaikOptions;

/**
 * foliot_mosaik_new: (skip)
 * @kernel: of drive EXTERNAL; not referenced, must outlive it
 * @model: not copied: a static one
 * @self: (nullable): what the model's functions get
 * @destroy: (nullable): for @self
 * @options: (nullable)
 *
 * Returns: (transfer full): a simulator that is not connected to anybody
 */
FOLIOT_API FoliotMosaik *foliot_mosaik_new (FoliotKernel *kernel, const FoliotMosaikModel *model,
                                            gpointer self, GDestroyNotify destroy,
                                            const FoliotMosaikOptions *options) FOLIOT_WARN_UNUSED;
/**
 * foliot_mosaik_connect:
 * @address: `HOST:PORT` of a mosaik that waits, as in `cmd` of its SIM_CONFIG
 * @error: %FOLIOT_ERROR_VALUE for another form
 *
 * Starts to connect; what comes of it, [method@Mosaik.run] says. Once, and not together with [method@Mosaik.listen].
 */
FOLIOT_API gboolean foliot_mosaik_connect (FoliotMosaik *mosaik, const char *address, GError **error);
/**
 * foliot_mosaik_listen:
 * @address: `HOST:PORT` where mosaik will connect, as in `connect` of its SIM_CONFIG; port 0: the system chooses
 * @error: %FOLIOT_ERROR_VALUE for another form; what the transport says
 *
 * Listens for exactly one connection.
 */
FOLIOT_API gboolean foliot_mosaik_listen (FoliotMosaik *mosaik, const char *address, GError **error);
/**
 * foliot_mosaik_get_address:
 *
 * Returns: (nullable) (transfer none): where it listens; %NULL if it does not, or no longer
 */
FOLIOT_API FoliotAddress *foliot_mosaik_get_address (FoliotMosaik *mosaik);
/**
 * foliot_mosaik_run:
 * @timeout_ms: by the wall clock, how long mosaik may take until it calls init; 0: for ever
 * @error: %FOLIOT_MOSAIK_ERROR_UNREACHABLE; %FOLIOT_MOSAIK_ERROR_PROTOCOL; what init or finalize failed with; those of
 *   [method@Kernel.run_until]
 *
 * Runs the kernel and its sockets up to the end of the simulation. Main stack only. A simulation that mosaik broke
 * off, by closing the connection in the middle of a step, has ended as well as any other.
 *
 * Returns: whether it ended well
 */
FOLIOT_API gboolean foliot_mosaik_run (FoliotMosaik *mosaik, guint timeout_ms, GError **error);
/**
 * foliot_mosaik_dup_ended:
 *
 * Returns: (transfer full): resolves with null when finalize is done and the connection closed, rejects as [method@Mosaik.run]:
 *   for who drives the kernel otherwise
 */
FOLIOT_API FoliotFuture *foliot_mosaik_dup_ended (FoliotMosaik *mosaik) FOLIOT_WARN_UNUSED;
/**
 * foliot_mosaik_stop:
 *
 * Async-signal-safe: for SIGTERM, which mosaik sends right behind `stop`. Ends the simulation as `stop` does; of no effect
 * when it is ending already.
 */
FOLIOT_API void foliot_mosaik_stop (FoliotMosaik *mosaik);
/**
 * foliot_mosaik_was_stopped:
 *
 * Returns: in finalize, and afterwards: whether mosaik called `stop`, or [method@Mosaik.stop] was called; else the connection ended
 */
FOLIOT_API gboolean foliot_mosaik_was_stopped (FoliotMosaik *mosaik);

/**
 * FoliotMosaikLogFunc: (skip)
 * @level: DEBUG: each message; INFO: the stages of the simulation; WARNING: what mosaik is told to have failed
 */
typedef void (*FoliotMosaikLogFunc) (GLogLevelFlags level, const char *text, gpointer user_data);
/**
 * foliot_mosaik_set_log_func: (skip)
 * @func: (nullable): is told what happens; %NULL: nobody is
 */
FOLIOT_API void foliot_mosaik_set_log_func (FoliotMosaik *mosaik, FoliotMosaikLogFunc func,
                                            gpointer user_data);

/**
 * foliot_mosaik_parse_log_level: (skip)
 * @name: as on the command line of mosaik's own simulators: `debug`, `info`, `warning`, `error`, `critical`
 * @out_levels: (out): what is to be shown of that which a #FoliotMosaikLogFunc is told
 * @error: %FOLIOT_ERROR_VALUE
 */
FOLIOT_API gboolean foliot_mosaik_parse_log_level (const char *name, GLogLevelFlags *out_levels,
                                                   GError **error);

/* ---- what a model may ask -------------------------------------------------------------------------------------- */

/**
 * foliot_mosaik_get_kernel:
 *
 * Returns: (transfer none): the world in which it lives, and which must outlive it
 */
FOLIOT_API FoliotKernel *foliot_mosaik_get_kernel (FoliotMosaik *mosaik);
/**
 * foliot_mosaik_get_self: (skip)
 *
 * Returns: (nullable): what foliot_mosaik_new() was given
 */
FOLIOT_API gpointer foliot_mosaik_get_self (FoliotMosaik *mosaik);
/**
 * foliot_mosaik_get_id:
 *
 * Returns: what mosaik calls this simulator, "MAS-0"; '' before init
 */
FOLIOT_API const char *foliot_mosaik_get_id (FoliotMosaik *mosaik);
/**
 * foliot_mosaik_get_tick:
 *
 * Returns: the simulated time of one of mosaik's units: its `time_resolution`; a second when it names none
 */
FOLIOT_API FoliotTime foliot_mosaik_get_tick (FoliotMosaik *mosaik);
/**
 * foliot_mosaik_get_entity: (skip)
 * @id: without the simulator's name
 *
 * Returns: (transfer none) (nullable): the entity, children among them
 */
FOLIOT_API FoliotMosaikEntity *foliot_mosaik_get_entity (FoliotMosaik *mosaik, const char *id);
FOLIOT_API guint foliot_mosaik_get_n_entities (FoliotMosaik *mosaik);
/**
 * foliot_mosaik_get_entity_at: (skip)
 *
 * Returns: (transfer none): by the order of creation, a parent before its children
 */
FOLIOT_API FoliotMosaikEntity *foliot_mosaik_get_entity_at (FoliotMosaik *mosaik, guint index);
/**
 * foliot_mosaik_set_output_time:
 * @time: not before the step's
 *
 * In step or get_data: when the outputs of this step hold from. mosaik takes it for all of them.
 */
FOLIOT_API void foliot_mosaik_set_output_time (FoliotMosaik *mosaik, gint64 time);

/*
 * Requests to mosaik, from any fiber of the kernel, also while it waits for our answer. Each awaits the answer, and
 * simulated time is held meanwhile. @error: %FOLIOT_MOSAIK_ERROR; that of the connection when it is lost; CANCELLED.
 */

/**
 * foliot_mosaik_get_progress:
 * @out_percent: (out): how much of the co-simulation is done, over all simulators
 */
FOLIOT_API gboolean foliot_mosaik_get_progress (FoliotMosaik *mosaik, double *out_percent, GError **error);
/**
 * foliot_mosaik_get_related_entities:
 * @entities: (transfer none) (nullable): a full id "MAS-0.Agent_0", a list of them, or %NULL for all of the co-simulation
 *
 * Returns: (transfer full) (nullable): {related: {"sid": …, "type": …}} of one; {entity: {related: …}} of a list; for all
 *   {"nodes": {…}, "edges": [[a, b, {}], …]}
 */
FOLIOT_API FoliotValue *foliot_mosaik_get_related_entities (FoliotMosaik *mosaik, FoliotValue *entities,
                                                            GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_mosaik_get_data:
 * @outputs: (transfer none): {full id: [attribute, …]} of simulators that are connected to this one with `async_requests`
 * @error: NOT_CONNECTED, NOT_ENABLED, NOT_IN_STEP, UNKNOWN
 *
 * Returns: (transfer full) (nullable): {full id: {attribute: value}}
 */
FOLIOT_API FoliotValue *foliot_mosaik_get_data (FoliotMosaik *mosaik, FoliotValue *outputs,
                                                GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_mosaik_set_data:
 * @inputs: (transfer none): {source: {full id of the destination: {attribute: value}}}
 * @error: NOT_CONNECTED, NOT_ENABLED
 *
 * Inputs of the destination's next step. Of two for the same source and attribute the last one counts. mosaik checks no names.
 */
FOLIOT_API gboolean foliot_mosaik_set_data (FoliotMosaik *mosaik, FoliotValue *inputs, GError **error);
/**
 * foliot_mosaik_set_event:
 * @time: of a step of this simulator, in ticks; later than the present one: a past time ends mosaik's run
 * @error: NOT_REAL_TIME
 *
 * Needs foliot_mosaik_meta_set_events().
 */
FOLIOT_API gboolean foliot_mosaik_set_event (FoliotMosaik *mosaik, gint64 time, GError **error);

/**
 * foliot_mosaik_wait_real:
 * @delay_ms: by the wall clock; simulated time is not held meanwhile
 * @error: CANCELLED
 *
 * For simulators that run in real time and set events of their own: awaits the wall clock. The end of the wait enters as all that the
 * outside does, so that a run with it can be recorded and replayed.
 */
FOLIOT_API gboolean foliot_mosaik_wait_real (FoliotMosaik *mosaik, guint delay_ms, GError **error);

/**
 * foliot_mosaik_main: (skip)
 * @argv: of main: `PROGRAM [options] HOST:PORT`, with mosaik's own options: `-l`/`--log-level` LEVEL (debug, info, warning, error,
 *   critical), `-r`/`--remote` (listens there instead of connecting), `-t`/`--timeout` SECONDS (60), `-h`/`--help`
 * @model: not copied: a static one
 * @self: (nullable): what the model's functions get
 *
 * The whole program of a simulator. Catches SIGTERM and SIGINT, and ignores them when it has ended; prints what went wrong to
 * standard error.
 *
 * Returns: the exit code: 0 the simulation ended; 1 the model failed in init or finalize; 2 the command line is wrong; 5 mosaik cannot be
 *   reached, or talked to
 */
FOLIOT_API int foliot_mosaik_main (int argc, char **argv, const FoliotMosaikModel *model, gpointer self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotMosaikMeta, foliot_mosaik_meta_free)

G_END_DECLS

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-clock.h>
#include <foliot/foliot-rpc.h>

G_BEGIN_DECLS

#define FOLIOT_TYPE_CONTAINER (foliot_container_get_type ())
/**
 * FoliotContainer:
 *
 * Where agents live: one listening address, one clock, one codec, one connection per peer. Its root service (offered on every connection, in
 * both directions) exposes `validate_aid(aid)`, the sub-service `agents`, and, for Foliot's own tools and masters, `_foliot`:
 *
 * - `describe(aid = null, first = 0, limit = 1000)`: a map of "foliot" (the version), "url", "name", "n_agents" and "agents": of one
 *   agent, or of those with ids from @first on, their "id", "url", "class", "help" and "methods" as [method@Router.describe] gives them
 * - `advance_to(seconds = null, ns = null, cork = false)`: moves the container's ExternalClock by the discrete-event rule, see
 *   [method@ExternalClock.advance_to], and answers with its time in nanoseconds when it has arrived and what was due by then is done.
 *   Fails with %FOLIOT_KERNEL_ERROR_DRIVE, which names the drive, where time is not set from outside. With cork, what this world
 *   says to others from now on leaves it with the next `settle`, when all others have arrived too (docs/settle.md)
 * - `settle()`: {"end", "seen", "worlds"}: a list with one map for this world: "name", "drive", "quiet" (nothing is left at or before
 *   now), "now_ns", "next_due_ns", "holds", "waits", "links": [end, peer's end, peer, messages sent, received, answers owed by
 *   the peer, whether the peer cannot settle], "report". Its arguments belong to foliot_container_settle()
 *
 * A container implements #FoliotService and owns its agents until it is freed. What listens keeps it alive: it ends by its shutdown, or
 * with its world ([method@Kernel.close]). It holds no reference on its kernel, which must outlive it. In the records it is a node of its own: connecting and
 * validating are its events, so that the view of an agent does not depend on who shares a container with it.
 */
FOLIOT_API G_DECLARE_DERIVABLE_TYPE (FoliotContainer, foliot_container, FOLIOT, CONTAINER, GObject);
struct _FoliotContainerClass
{
  GObjectClass parent_class;
  gpointer padding[4];
};

#define FOLIOT_TYPE_AGENT (foliot_agent_get_type ())
/**
 * FoliotAgent:
 *
 * Who acts. Has an address, methods that others call, and one fiber of its own that runs `run`.
 * Agents are defined with FOLIOT_DEFINE_AGENT() and made with foliot_agent_new().
 */
FOLIOT_API G_DECLARE_DERIVABLE_TYPE (FoliotAgent, foliot_agent, FOLIOT, AGENT, GObject);

/**
 * FoliotCompat:
 * @FOLIOT_COMPAT_FOLIOT: TLS 1.3 preferred and 1.2 accepted; a peer that was lost is connected to again
 * @FOLIOT_COMPAT_AIOMAS: TLS 1.2 with ECDHE and AES-GCM only; a connection that was lost stays lost
 *
 * How a container behaves where Foliot goes beyond aiomas. Either understands peers of both kinds.
 */
typedef enum
{
  FOLIOT_COMPAT_FOLIOT,
  FOLIOT_COMPAT_AIOMAS,
} FoliotCompat;

/**
 * FoliotContainerOptions:
 * @name: (nullable): stable name in records; default: the base URL as it was asked for, so that a port which the system
 *   chose is `0` in it, and the second container at a port 0 is `tcp://127.0.0.1:0#2/`
 * @clock: (nullable): default: a RealtimeClock for REALTIME kernels, else an ExternalClock that starts at 1970 and shows the kernel's time
 * @codec_type: 0 is JSON
 * @serializers: get the type ids 1, 2 … (0 is the date serializer; the proxy serializer comes last)
 * @max_requests_in_flight: as in #FoliotChannelOptions, of each connection
 * @debug: aiomas' debug mode
 * @hold_limit_ms: as in #FoliotChannelOptions
 * @compat: over TLS, %FOLIOT_COMPAT_AIOMAS becomes that of the transport's credentials, too
 *   ([method@TlsCredentials.set_compat]): all containers on one transport speak the same TLS
 */
typedef struct
{
  const char *name;
  FoliotClock *clock;
  GType codec_type;
  const FoliotSerializer *serializers;
  gsize n_serializers;
  const FoliotLimits *limits;
  guint max_requests_in_flight;
  gboolean debug;
  guint hold_limit_ms;
  FoliotCompat compat;
} FoliotContainerOptions;

/**
 * foliot_container_new:
 * @transport: how it listens and connects
 * @at: its address
 * @options: (nullable)
 * @error: what listening says; `"ssl" must contain …` does not exist: TLS belongs to the transport
 *
 * Listens before it returns.
 */
FOLIOT_API FoliotContainer *foliot_container_new (FoliotTransport *transport, FoliotAddress *at,
                                                  const FoliotContainerOptions *options,
                                                  GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_container_new_async: (skip)
 *
 * Returns: (transfer full): resolves with an OBJECT of the listening container.
 */
#ifndef __GI_SCANNER__ /* no constructor: a future of one */
FOLIOT_API FoliotFuture *
foliot_container_new_async (FoliotTransport *transport, FoliotAddress *at,
                            const FoliotContainerOptions *options) FOLIOT_WARN_UNUSED;
#endif
/**
 * foliot_container_get_kernel:
 *
 * Returns: (transfer none): the world that the container lives in, and all its agents with it; it outlives them
 */
FOLIOT_API FoliotKernel *foliot_container_get_kernel (FoliotContainer *container);
/**
 * foliot_container_get_clock:
 *
 * Returns: (transfer none): the clock of the options, or the one that the container made for itself; it lives as long as the
 *   container
 */
FOLIOT_API FoliotClock *foliot_container_get_clock (FoliotContainer *container);
FOLIOT_API const char *foliot_container_get_name (FoliotContainer *container);
FOLIOT_API FoliotCompat foliot_container_get_compat (FoliotContainer *container);
/**
 * foliot_container_get_base_url:
 *
 * Returns: what stands before an agent's id in its address: `tcp://localhost:5555/`, `local://id/`; lives as long as the
 *   container
 */
FOLIOT_API const char *foliot_container_get_base_url (FoliotContainer *container);
/**
 * foliot_container_to_string:
 *
 * Returns: (transfer full): `Container('tcp://localhost:5555/')`.
 */
FOLIOT_API char *foliot_container_to_string (FoliotContainer *container) FOLIOT_WARN_UNUSED;
FOLIOT_API guint foliot_container_get_n_agents (FoliotContainer *container);
/**
 * foliot_container_get_agent:
 *
 * Returns: (transfer none) (nullable): by its id.
 */
FOLIOT_API FoliotAgent *foliot_container_get_agent (FoliotContainer *container, const char *aid);

/**
 * foliot_container_connect:
 * @url: `<base url>/<agent id>`
 * @timeout: as foliot_channel_open
 *
 * Connections are shared per textual address, also while they are being made (@timeout is then that of the first who asked); a proxy
 * that somebody still holds is returned without traffic. A lost connection is forgotten, and the next connect makes a new one
 * (aiomas keeps it for ever: docs/differences.md).
 *
 * A peer outside of the kernel's world comes back: the next call of one of its proxies, or the next connect, makes
 * the connection again (for at least two seconds, unless that was in vain the last time), and its proxies stay good. What was
 * under way ends with %FOLIOT_ERROR_CONNECTION_RESET, which names peer and method, or is sent again if it was called by
 * foliot_proxy_call_repeatable(). Calls of an agent that is no more where it was end with %FOLIOT_ERROR_LOOKUP.
 *
 * Over a network that loses messages the question whether the agent exists may
 * be lost: who gives up waiting settles the future ([method@Future.cancel]), and once nobody waits for the answer, the next
 * connect asks again.
 *
 * Returns: (transfer full): resolves with an OBJECT of #FoliotProxy whose text is `<RemoteClass>Proxy('<url>')`. Rejects with %FOLIOT_ERROR_VALUE
 *   `Cannot parse agent URL "<url>": <reason>`, the transport's error, or %FOLIOT_ERROR_CONNECTION `Agent "<aid>" does not exist in
 *   Container(<addr repr>)`, %FOLIOT_ERROR_CLOSED after the shutdown. Unless refused at the door (URL, shutdown) it is never settled
 *   on return, so that whoever awaits it suspends exactly once, whatever is cached; all connects of a world that end at one instant
 *   are settled behind everything else of that instant, in the order in which they were asked for
 */
FOLIOT_API FoliotFuture *foliot_container_connect (FoliotContainer *container, const char *url,
                                                   FoliotTime timeout) FOLIOT_WARN_UNUSED;
/**
 * foliot_container_shutdown:
 *
 * Closes outgoing connections, the listener, then services and incoming connections; cancels the agents' fibers.
 * Pending calls end with CONNECTION_RESET. Cannot fail; idempotent.
 *
 * Returns: (transfer full): resolves with null when done
 */
FOLIOT_API FoliotFuture *foliot_container_shutdown (FoliotContainer *container) FOLIOT_WARN_UNUSED;
/**
 * foliot_container_shutdown_sync:
 *
 * The blocking form, for the main stack: drives the kernel until the shutdown is done.
 */
FOLIOT_API void foliot_container_shutdown_sync (FoliotContainer *container);
/**
 * foliot_container_get_n_connections:
 *
 * Outgoing ones that are alive, shared by all agents.
 */
FOLIOT_API guint foliot_container_get_n_connections (FoliotContainer *container);
/**
 * foliot_container_get_n_reconnects:
 *
 * Returns: how often a lost peer came back.
 */
FOLIOT_API guint64 foliot_container_get_n_reconnects (FoliotContainer *container);
/**
 * foliot_container_get_n_repeated:
 *
 * Returns: how often a call was sent once more, see foliot_proxy_call_repeatable().
 */
FOLIOT_API guint64 foliot_container_get_n_repeated (FoliotContainer *container);

/**
 * foliot_container_settle:
 * @limit_ms: for how long, by the wall clock; 0: 60 000
 *
 * Is anything left to do at or before now, here or in any container that can be reached over connections from here, and when is the
 * next thing due? Waits until nothing is: asks all of them on `_foliot/settle`, in waves, until two successive waves agree
 * (docs/settle.md). Time is held meanwhile. A peer that does not know how to settle counts as settled when it owes no answer.
 *
 * Only what containers open and accept is looked at, not what was opened beside them, and nobody else may move time meanwhile.
 *
 * Returns: (transfer full): resolves with a map: "now_ns" and "next_due_ns" (null: nothing) on the container's clock, "assumed" (a
 *   plain peer was taken as settled), "worlds" and "links", how many were asked. Rejects with %FOLIOT_ERROR_TIMED_OUT and the
 *   report of foliot_container_report_waits(), with %FOLIOT_ERROR_CANCELLED when the container is shut down
 */
FOLIOT_API FoliotFuture *foliot_container_settle (FoliotContainer *container,
                                                  guint limit_ms) FOLIOT_WARN_UNUSED;
/**
 * foliot_container_report_waits:
 * @limit_ms: for one answer, by the wall clock; 0: 5 000
 *
 * Who waits for whom, since when, in all containers that foliot_container_settle() would ask.
 *
 * Returns: (transfer full): resolves with a text: a line for each world, below it, indented, what is on its way, the holds and
 *   the waits
 */
FOLIOT_API FoliotFuture *foliot_container_report_waits (FoliotContainer *container,
                                                        guint limit_ms) FOLIOT_WARN_UNUSED;

/**
 * FoliotAgentFailureFunc:
 * @agent: whose run ended
 * @why: the error that ended it
 */
typedef void (*FoliotAgentFailureFunc) (FoliotAgent *agent, const GError *why, gpointer user_data);
/**
 * foliot_container_set_failure_func: (skip)
 * @func: (nullable): told when the run of an agent of @container fails, in the event in which it failed, on the agent's fiber: it must not
 *   wait. Not told of cancellations, nor of what fails because the container is being shut down
 */
FOLIOT_API void foliot_container_set_failure_func (FoliotContainer *container, FoliotAgentFailureFunc func,
                                                   gpointer user_data);

/**
 * FoliotRefusalFunc:
 * @peer: who it was: `127.0.0.1:40404`, or "a client"
 * @why: what was wrong with it
 */
typedef void (*FoliotRefusalFunc) (FoliotContainer *container, const char *peer, const GError *why,
                                   gpointer user_data);
/**
 * foliot_container_set_refusal_func: (skip)
 * @func: (nullable): told when somebody who connected to @container was hung up on, in a kernel event: by his handshake, by a limit,
 *   or by what he sent, as with another codec or another protocol. Not told of connections that end as they should, or are lost
 */
FOLIOT_API void foliot_container_set_refusal_func (FoliotContainer *container, FoliotRefusalFunc func,
                                                   gpointer user_data);

/**
 * FoliotAgentInitFunc:
 *
 * On a fiber; may connect and call; an error means there is no agent.
 */
typedef gboolean (*FoliotAgentInitFunc) (gpointer self, FoliotArgs *args, GError **error);
/**
 * FoliotAgentRunFunc:
 *
 * The agent's own fiber.
 *
 * Returns: TRUE when it ended well; FALSE with the error that ended it (CANCELLED is well).
 */
typedef gboolean (*FoliotAgentRunFunc) (gpointer self, GError **error);
typedef void (*FoliotAgentDisposeFunc) (gpointer self);
/**
 * FoliotInputFunc:
 *
 * An input arrives at its time, in an event of the agent, on a fiber.
 */
typedef gboolean (*FoliotInputFunc) (gpointer self, FoliotValue *value, GError **error);
/**
 * FoliotOutputFunc:
 *
 * Returns: (transfer full) (nullable): the present value of an output; must not wait.
 */
typedef FoliotValue *(*FoliotOutputFunc) (gpointer self);

/**
 * FoliotInput:
 * @unit: "kW", "1" for per unit. The table ends with a %NULL name.
 */
typedef struct
{
  const char *name;
  const char *unit;
  FoliotInputFunc func;
  const char *help;
} FoliotInput;

typedef struct
{
  const char *name;
  const char *unit;
  FoliotOutputFunc func;
  const char *help;
} FoliotOutput;

/**
 * FoliotAgentInfo:
 * @help: one sentence
 * @args: signature of @init, see #FoliotSignature: what a scenario may give
 * @methods, @inputs, @outputs: (nullable): tables ended by a %NULL name
 * @dispose: (nullable): frees what the agent's own fields own
 *
 * What an agent type is, beside its fields.
 */
typedef struct
{
  const char *help;
  const char *args;
  FoliotAgentInitFunc init;
  FoliotAgentRunFunc run;
  FoliotAgentDisposeFunc dispose;
  const FoliotMethod *methods;
  const FoliotInput *inputs;
  const FoliotOutput *outputs;
} FoliotAgentInfo;

/**
 * FoliotAgentClass:
 * @info: (nullable): what FOLIOT_DEFINE_AGENT registered
 * @name: (nullable): the class name that peers see
 * @init: (nullable): init as a method, for its signature
 */
struct _FoliotAgentClass
{
  GObjectClass parent_class;
  const FoliotAgentInfo *info;
  const char *name;
  const FoliotMethod *init;
  gpointer padding[2];
};

/**
 * foliot_agent_register_type: (skip)
 * @name: the class name that peers see. When it cannot be a GType's (another type has it: two modules with a `Node` each; it is
 *   too short), the GType gets another one; peers do not see that
 * @info: (transfer none): must stay for the life of the process: a module that defines agents is never unloaded
 *
 * What FOLIOT_DEFINE_AGENT calls.
 */
FOLIOT_API GType foliot_agent_register_type (const char *name, gsize instance_size,
                                             const FoliotAgentInfo *info);

/**
 * FOLIOT_DEFINE_AGENT:
 * @Type: the struct's name, which is also the class name peers see
 * @prefix: of the functions and tables
 * @...: fields of an agent, each ended by a semicolon; zero at the start
 *
 * Defines the struct and `GType prefix_get_type (void)`. The file then defines `static const FoliotAgentInfo prefix_info`.
 */
#define FOLIOT_DEFINE_AGENT(Type, prefix, ...)                                                               \
  typedef struct                                                                                             \
  {                                                                                                          \
    FoliotAgent parent;                                                                                      \
    __VA_ARGS__                                                                                              \
  } Type;                                                                                                    \
  static const FoliotAgentInfo prefix##_info;                                                                \
  GType prefix##_get_type (void);                                                                            \
  GType prefix##_get_type (void)                                                                             \
  {                                                                                                          \
    static gsize type = 0;                                                                                   \
    if (g_once_init_enter (&type))                                                                           \
      g_once_init_leave (&type, foliot_agent_register_type (#Type, sizeof (Type), &prefix##_info));          \
    return type;                                                                                             \
  }

/**
 * foliot_agent_new: (skip)
 * @container: where it lives
 * @type: a type made by FOLIOT_DEFINE_AGENT
 * @name: (nullable): stable name in records; default `<container name>/<id>`
 * @args: (nullable) (transfer none): a map of named arguments for init
 *
 * Makes and registers the agent at once (ids are '0', '1', … in this order, never reused), then runs init on a fiber and, when that
 * succeeds, spawns run.
 *
 * Returns: (transfer full): resolves with an OBJECT of the agent when init is done (run begins behind those who awaited it); rejects with
 *   init's error or the signature's TYPE error, and then there is no agent, and with %FOLIOT_ERROR_CLOSED after the container's shutdown
 */
#ifndef __GI_SCANNER__ /* no constructor: a future of one */
FOLIOT_API FoliotFuture *foliot_agent_new (FoliotContainer *container, GType type, const char *name,
                                           FoliotValue *args) FOLIOT_WARN_UNUSED;
#endif
/**
 * foliot_agent_new_detached:
 * @container: (type GObject): where it lives; anything but a container is refused
 * @error: %FOLIOT_ERROR_TYPE `"container" must be a "Container" instance but is <x>`; %FOLIOT_ERROR_CLOSED after its shutdown
 *
 * As foliot_agent_new, in two steps: makes and registers at once and returns the agent; init and run start with [method@Agent.start].
 *
 * Returns: (transfer full) (nullable): the agent, of which the container keeps a reference
 */
FOLIOT_API FoliotAgent *foliot_agent_new_detached (gpointer container, GType type, const char *name,
                                                   GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_agent_start:
 *
 * Once per agent.
 *
 * Returns: (transfer full): as foliot_agent_new.
 */
FOLIOT_API FoliotFuture *foliot_agent_start (FoliotAgent *agent, FoliotValue *args) FOLIOT_WARN_UNUSED;

/**
 * foliot_agent_type_get_name:
 *
 * Returns: the class name that peers see, such as `Controller`; for the life of the process
 */
FOLIOT_API const char *foliot_agent_type_get_name (GType type);
/**
 * foliot_agent_type_get_info:
 *
 * Returns: (nullable): what was declared with the type, for the life of the process; %NULL for a type that is no agent's
 */
FOLIOT_API const FoliotAgentInfo *foliot_agent_type_get_info (GType type);
/**
 * foliot_agent_get_container:
 *
 * Returns: (transfer none): where the agent lives, from its creation to its end; the container owns the agent, not the
 *   other way round
 */
FOLIOT_API FoliotContainer *foliot_agent_get_container (gpointer agent);
/**
 * foliot_agent_get_kernel:
 *
 * Returns: (transfer none): the world of the agent's container: what tells the time in events and takes callbacks
 */
FOLIOT_API FoliotKernel *foliot_agent_get_kernel (gpointer agent);
/**
 * foliot_agent_get_clock:
 *
 * Returns: (transfer none): the clock of the agent's container: what tells it the date
 */
FOLIOT_API FoliotClock *foliot_agent_get_clock (gpointer agent);
FOLIOT_API const char *foliot_agent_get_aid (gpointer agent);
/**
 * foliot_agent_get_name:
 *
 * Returns: the stable name, of records, random streams and results: the same in every run; lives as long as the agent
 */
FOLIOT_API const char *foliot_agent_get_name (gpointer agent);
/**
 * foliot_agent_get_address:
 *
 * Returns: base URL + id. Builds the text at the first call.
 */
FOLIOT_API const char *foliot_agent_get_address (gpointer agent);
/**
 * foliot_agent_to_string:
 *
 * Returns: (transfer full): `Callee('tcp://localhost:5555/0')`.
 */
FOLIOT_API char *foliot_agent_to_string (gpointer agent) FOLIOT_WARN_UNUSED;
FOLIOT_API guint32 foliot_agent_get_node (gpointer agent);
/**
 * foliot_agent_get_scope:
 *
 * Returns: (transfer none): what owns the agent's fibers: they are cancelled when the agent ends
 */
FOLIOT_API FoliotScope *foliot_agent_get_scope (gpointer agent);
/**
 * foliot_agent_add_service:
 *
 * Mounts a sub-service: `agents/<id>/<name>/…`.
 */
FOLIOT_API gboolean foliot_agent_add_service (gpointer agent, const char *name, GObject *service,
                                              GError **error);
/**
 * foliot_agent_as_value:
 *
 * Returns: (transfer full): the agent as an argument or result; arrives as a proxy.
 */
FOLIOT_API FoliotValue *foliot_agent_as_value (gpointer agent) FOLIOT_WARN_UNUSED;
/**
 * foliot_agent_get_random:
 *
 * Returns: (transfer none): the stream of (seed, the agent's name, @purpose).
 */
FOLIOT_API FoliotRandom *foliot_agent_get_random (gpointer agent, const char *purpose);

/* What agents do; all of these await. */
/**
 * foliot_agent_sleep:
 * @duration: > 0.
 *
 * Returns: FALSE when cancelled.
 */
FOLIOT_API gboolean foliot_agent_sleep (gpointer agent, FoliotTime duration, GError **error);
/**
 * foliot_agent_sleep_until:
 * @time: clock time; %FOLIOT_ERROR_VALUE `Date "<t>" is in the past`.
 */
FOLIOT_API gboolean foliot_agent_sleep_until (gpointer agent, FoliotTime time, GError **error);
/**
 * foliot_agent_connect:
 *
 * Returns: (transfer full): see foliot_container_connect.
 */
FOLIOT_API FoliotProxy *foliot_agent_connect (gpointer agent, const char *url, FoliotTime timeout,
                                              GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_agent_call:
 *
 * Calls @method of @proxy and awaits the result. @...: (transfer full): arguments (#FoliotValue), then %NULL.
 */
FOLIOT_API FoliotValue *foliot_agent_call (gpointer agent, FoliotProxy *proxy, GError **error,
                                           const char *method, ...) G_GNUC_NULL_TERMINATED FOLIOT_WARN_UNUSED;
/**
 * foliot_agent_call_within:
 *
 * As call, with a time-out: %FOLIOT_ERROR_TIMED_OUT.
 */
FOLIOT_API FoliotValue *foliot_agent_call_within (gpointer agent, FoliotTime timeout, FoliotProxy *proxy,
                                                  GError **error, const char *method,
                                                  ...) G_GNUC_NULL_TERMINATED FOLIOT_WARN_UNUSED;
/**
 * foliot_agent_call_all:
 * @proxies: (element-type FoliotProxy)
 * @...: (transfer full): arguments (#FoliotValue), then %NULL
 *
 * Calls @method of each proxy with the same arguments, all at once, and awaits all.
 *
 * Returns: (transfer full): the list of results, in the order of @proxies; the first error ends it
 */
FOLIOT_API FoliotValue *foliot_agent_call_all (gpointer agent, GPtrArray *proxies, GError **error,
                                               const char *method,
                                               ...) G_GNUC_NULL_TERMINATED FOLIOT_WARN_UNUSED;
/**
 * foliot_agent_call_each:
 * @proxies: (element-type FoliotProxy): of whom it is called
 *
 * As call_all, with the @i-th of the list @args (transfer full) as only argument of the @i-th call.
 */
FOLIOT_API FoliotValue *foliot_agent_call_each (gpointer agent, GPtrArray *proxies, GError **error,
                                                const char *method, FoliotValue *args) FOLIOT_WARN_UNUSED;
/**
 * foliot_agent_spawn:
 *
 * Another fiber of the agent, in its scope.
 */
FOLIOT_API FoliotFuture *foliot_agent_spawn (gpointer agent, const char *name, FoliotFiberFunc body,
                                             gpointer user_data, GDestroyNotify destroy) FOLIOT_WARN_UNUSED;
/**
 * foliot_agent_get_failure:
 *
 * Returns: (nullable): the error that ended run, unless it was a cancellation.
 */
FOLIOT_API const GError *foliot_agent_get_failure (gpointer agent);

/**
 * foliot_agent_record:
 * @table: a table that the scenario declares
 * @first_column: column, value (transfer full), column, value …, then %NULL; missing columns are null
 *
 * Adds a row to a table of the results, if somebody records (see foliot_kernel_set_recorder); else the values are dropped. `time_s` and `agent` are filled in.
 */
FOLIOT_API void foliot_agent_record (gpointer agent, const char *table, const char *first_column,
                                     ...) G_GNUC_NULL_TERMINATED;
/**
 * FoliotRecorderFunc: (skip)
 * @row: (transfer none): a map from column to cell.
 */
typedef void (*FoliotRecorderFunc) (FoliotAgent *agent, const char *table, FoliotValue *row,
                                    gpointer user_data);
/**
 * foliot_kernel_set_recorder: (skip)
 *
 * Who gets the rows of foliot_agent_record; the scenario floor.
 */
FOLIOT_API void foliot_kernel_set_recorder (FoliotKernel *kernel, FoliotRecorderFunc func,
                                            gpointer user_data);

/**
 * FoliotRegistry: (skip)
 *
 * Agent types by name, for scenarios and `spawn`: aiomas' `obj_from_str` on a table instead of an importer.
 */
typedef struct _FoliotRegistry FoliotRegistry;
FOLIOT_API FoliotRegistry *foliot_registry_new (void) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_registry_free (FoliotRegistry *registry);
/**
 * foliot_registry_add:
 * @module: "demo". The class name is the type's name.
 */
FOLIOT_API void foliot_registry_add (FoliotRegistry *registry, const char *module, GType type);
/**
 * foliot_registry_lookup:
 * @qualified: "module:Type"
 * @error: FOLIOT_ERROR_VALUE `Malformed object name "<x>": Expected "module:object"`, `Empty module name`; FOLIOT_ERROR_IMPORT `No module named '<m>'`;
 *   FOLIOT_ERROR_ATTRIBUTE `module '<m>' has no attribute '<o>'`
 *
 * Returns: the type, or %G_TYPE_INVALID
 */
FOLIOT_API GType foliot_registry_lookup (FoliotRegistry *registry, const char *qualified, GError **error);

/**
 * foliot_registry_find:
 *
 * Returns: the first type added with that class name, of any module, or %G_TYPE_INVALID.
 */
FOLIOT_API GType foliot_registry_find (FoliotRegistry *registry, const char *class_name);
/**
 * foliot_registry_dup_names:
 *
 * Returns: (transfer full) (array zero-terminated=1): the class names, in the order added.
 */
FOLIOT_API char **foliot_registry_dup_names (FoliotRegistry *registry) FOLIOT_WARN_UNUSED;

/* A scenario's module: a shared object that exports `foliot_module`. */
#define FOLIOT_MODULE_ABI 1
/**
 * FoliotModule:
 * @abi: FOLIOT_MODULE_ABI; another one is refused
 * @version: (nullable): of Foliot at build time, for messages
 * @types: (array zero-terminated=1): get-type functions of the agent types
 */
typedef struct
{
  guint32 abi;
  const char *version;
  GType (*const *types) (void);
} FoliotModule;
/**
 * FOLIOT_MODULE:
 *
 * The get_type functions of the module's agents.
 */
#define FOLIOT_MODULE(...)                                                                                   \
  static GType (*const foliot_module_types[]) (void) = { __VA_ARGS__, NULL };                                \
  extern const FoliotModule foliot_module;                                                                   \
  __attribute__ ((visibility ("default"))) const FoliotModule foliot_module                                  \
      = { FOLIOT_MODULE_ABI, NULL, foliot_module_types };

G_END_DECLS

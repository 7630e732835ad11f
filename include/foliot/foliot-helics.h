/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-async.h>

G_BEGIN_DECLS

/**
 * FOLIOT_HELICS_ERROR:
 *
 * What can go wrong between a world and a HELICS federation.
 */
#define FOLIOT_HELICS_ERROR (foliot_helics_error_quark ())
FOLIOT_API GQuark foliot_helics_error_quark (void);

/**
 * FoliotHelicsError:
 * @FOLIOT_HELICS_ERROR_LIBRARY: the library is not there, or lacks a function; the message says where it was looked for
 * @FOLIOT_HELICS_ERROR_PEER: the broker cannot be reached or has gone, or the federation was ended; the message has the library's words
 * @FOLIOT_HELICS_ERROR_REFUSED: the library does not take an option, a unit, a name or a value; likewise
 */
typedef enum
{
  FOLIOT_HELICS_ERROR_LIBRARY,
  FOLIOT_HELICS_ERROR_PEER,
  FOLIOT_HELICS_ERROR_REFUSED,
} FoliotHelicsError;

/**
 * FoliotHelicsType:
 *
 * What a publication or an input carries, and as what value the world sees it.
 */
typedef enum
{
  FOLIOT_HELICS_DOUBLE,  /* double; null is published as NaN */
  FOLIOT_HELICS_INT,     /* int, 64 bits */
  FOLIOT_HELICS_BOOLEAN, /* bool */
  FOLIOT_HELICS_STRING,  /* string; of bytes that are no UTF-8: a map {"base64": text} */
  FOLIOT_HELICS_COMPLEX, /* list of two doubles */
  FOLIOT_HELICS_VECTOR,  /* list of doubles */
} FoliotHelicsType;

/**
 * foliot_helics_type_from_name:
 * @name: "double", "int", "boolean", "string", "complex" or "vector"
 * @error: %FOLIOT_ERROR_VALUE lists the names
 *
 * Returns: whether @out_type was set
 */
FOLIOT_API gboolean foliot_helics_type_from_name (const char *name, FoliotHelicsType *out_type,
                                                  GError **error);

/**
 * FoliotHelicsOptions:
 * @library: (nullable): path of the shared library; %NULL: `libhelics.so`, wherever the system's loader finds it
 * @name: of the federate
 * @core: (nullable): core type, "zmq", "tcp", "inproc" …; %NULL: zmq
 * @broker: (nullable): its address, `tcp://HOST:PORT` or `HOST:PORT`; %NULL: HELICS' own default, this machine
 * @core_init: (nullable): further words for the core, as HELICS takes them
 *
 * How to take part in a federation.
 */
typedef struct
{
  const char *library;
  const char *name;
  const char *core;
  const char *broker;
  const char *core_init;
} FoliotHelicsOptions;

/**
 * FoliotHelics:
 *
 * A federate of a HELICS co-simulation. The library is loaded at run time; nothing of it is needed to build.
 *
 * The loop is `next = settle (); grant = request (next); advance_to (grant.time)`. What a grant brings, its time, the inputs
 * that were updated and the messages that came, enters the kernel at the gate, as one arrival of the port `helics`; what is published
 * and sent goes out as one departure of it, with the next request. So a recorded federate is replayed without the library.
 *
 * Simulated time is held from a request to its grant. The library works in a thread of its own, which knows nothing of the kernel.
 */
#define FOLIOT_TYPE_HELICS (foliot_helics_get_type ())
FOLIOT_API G_DECLARE_FINAL_TYPE (FoliotHelics, foliot_helics, FOLIOT, HELICS, GObject);

/**
 * foliot_helics_new:
 * @kernel: is kept alive
 * @options: are copied
 * @error: LIBRARY
 *
 * Loads the library; talks to nobody yet. In a replay no library is needed, and none is loaded.
 */
FOLIOT_API FoliotHelics *foliot_helics_new (FoliotKernel *kernel, const FoliotHelicsOptions *options,
                                            GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_helics_set_flag:
 * @flag: as HELICS names it: "uninterruptible", "wait_for_current_time_update" …
 *
 * Before foliot_helics_enter(), as all that adds; a name that HELICS does not know is an error of that.
 */
FOLIOT_API void foliot_helics_set_flag (FoliotHelics *helics, const char *flag, gboolean on);
/**
 * foliot_helics_set_property:
 * @property: as HELICS names it: "period", "offset", "time_delta" (in seconds), "log_level" …
 */
FOLIOT_API void foliot_helics_set_property (FoliotHelics *helics, const char *property, double value);
/**
 * foliot_helics_add_input:
 * @key: its name in the federation, unique among the inputs
 * @unit: (nullable): what values are converted to; %NULL: none, they are as they come
 *
 * Returns: its number, from 0: inputs of a grant are in this order
 */
FOLIOT_API guint foliot_helics_add_input (FoliotHelics *helics, const char *key, FoliotHelicsType type,
                                          const char *unit);
/**
 * foliot_helics_add_target:
 * @publication: whose values the input gets; it may be registered later, by anybody
 */
FOLIOT_API void foliot_helics_add_target (FoliotHelics *helics, guint input, const char *publication);
/**
 * foliot_helics_add_publication:
 * @unit: (nullable): what values are in
 *
 * Returns: its number, from 0
 */
FOLIOT_API guint foliot_helics_add_publication (FoliotHelics *helics, const char *key, FoliotHelicsType type,
                                                const char *unit);
/**
 * foliot_helics_add_endpoint:
 *
 * Returns: its number, from 0
 */
FOLIOT_API guint foliot_helics_add_endpoint (FoliotHelics *helics, const char *name);

/**
 * foliot_helics_publish:
 * @value: (transfer none): of the publication's type
 * @error: REFUSED: it is of another type
 *
 * Goes out with the next request; a later value for the same publication replaces it.
 */
FOLIOT_API gboolean foliot_helics_publish (FoliotHelics *helics, guint publication, FoliotValue *value,
                                           GError **error);
/**
 * foliot_helics_send:
 * @to: name of an endpoint
 *
 * Goes out with the next request, in the order of the calls. Of no effect once it is closed.
 */
FOLIOT_API void foliot_helics_send (FoliotHelics *helics, guint endpoint, const char *to, const char *text);

/**
 * foliot_helics_enter:
 *
 * Connects, registers, and enters the executing mode; waits for all federates of the federation.
 *
 * A grant is a map `{"time": ns, "inputs": {key: value}, "messages": [[endpoint, from, text]]}`: the inputs are those that were
 * updated, in the order of their registration; messages are in the order of the endpoints, and of arrival there. A time of
 * `FOLIOT_TIME_NEVER` says that nothing will come any more.
 *
 * Returns: (transfer full): the grant of time 0; rejected with REFUSED or PEER
 */
FOLIOT_API FoliotFuture *foliot_helics_enter (FoliotHelics *helics) FOLIOT_WARN_UNUSED;
/**
 * foliot_helics_request:
 * @time: later than the last grant; `FOLIOT_TIME_NEVER`: when something comes
 *
 * Publishes, sends, and asks for @time. One request at a time.
 *
 * Returns: (transfer full): the grant, of @time or earlier; rejected with PEER when the federation was ended before
 */
FOLIOT_API FoliotFuture *foliot_helics_request (FoliotHelics *helics, FoliotTime time) FOLIOT_WARN_UNUSED;
/**
 * foliot_helics_close:
 *
 * Publishes what is left and leaves the federation, also in the middle of a request, which is rejected then. Waits for the library, but no longer than
 * a few seconds: one that looks for a broker cannot be stopped. Idempotent; done at the latest when the object goes.
 *
 * Returns: whether the library has come to its end. If not, it still runs in its thread, and the process should end by _exit().
 */
FOLIOT_API gboolean foliot_helics_close (FoliotHelics *helics);

G_END_DECLS

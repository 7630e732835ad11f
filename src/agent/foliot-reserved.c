/* SPDX-License-Identifier: MIT */
#include "agent/foliot-reserved-private.h"

#include "agent/foliot-container-private.h"
#include "agent/foliot-settle-private.h"
#include "agent/foliot-timer-private.h"
#include "channel/foliot-channel-cork-private.h"
#include "rpc/foliot-args-private.h"

/*
 * What a container answers beyond aiomas, all of it below one name, so that a plain peer sees nothing of it: what is there,
 * for people and tools, and time by the discrete-event rule, for masters.
 *
 * `advance_to` answers when the clock has arrived, behind all that was due by then: whoever directs several processes knows
 * from the answers that nobody is still on the way. The answer is an event of the new time with the lowest priority.
 */

#define SETTLE_LIMIT_MS 5000
#define MAX_DESCRIBED   1000 /* agents in one answer, unless the caller wants another number */

/* ---- describe ---- */

static FoliotValue *
text_or_empty (const char *text)
{
  return foliot_value_new_string (text != NULL ? text : "");
}

static FoliotValue *
describe_agent (FoliotAgent *agent)
{
  GType type = G_OBJECT_TYPE (agent);
  return foliot_value_build_map ("id", foliot_value_new_string (foliot_agent_get_aid (agent)), "url",
                                 foliot_value_new_string (foliot_agent_get_address (agent)), "class",
                                 foliot_value_new_string (foliot_agent_type_get_name (type)), "help",
                                 text_or_empty (foliot_agent_type_get_info (type)->help), "methods",
                                 foliot_router_describe (foliot_service_get_router (FOLIOT_SERVICE (agent))),
                                 NULL);
}

/* The agents with ids from @first, at most @limit of them. */
static FoliotValue *
describe_agents (FoliotContainer *container, gint64 first, gint64 limit)
{
  g_autoptr (GPtrArray) agents = g_ptr_array_new ();
  guint n_ids = _foliot_container_get_n_ids (container);
  for (gint64 id = first; id < n_ids && agents->len < limit; id++)
    {
      g_autofree char *aid = g_strdup_printf ("%" G_GINT64_FORMAT, id);
      FoliotAgent *agent = foliot_container_get_agent (container, aid);
      if (agent != NULL)
        g_ptr_array_add (agents, describe_agent (agent));
    }
  return foliot_value_new_list ((FoliotValue **) agents->pdata, agents->len);
}

static FoliotValue *
describe_one (FoliotContainer *container, const char *aid, GError **error)
{
  FoliotAgent *agent = foliot_container_get_agent (container, aid);
  if (agent != NULL)
    return foliot_value_build_list (describe_agent (agent), NULL);
  g_autofree char *text = foliot_container_to_string (container);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP, "Agent \"%s\" does not exist in %s", aid, text);
  return NULL;
}

static FoliotValue *
describe (gpointer self, FoliotArgs *args, GError **error)
{
  const char *aid = foliot_args_get_string (args, "aid");
  gint64 first = foliot_args_get_int (args, "first"), limit = foliot_args_get_int (args, "limit");
  FoliotValue *agents = aid != NULL ? describe_one (self, aid, error)
                                    : describe_agents (self, MAX (first, 0), MAX (limit, 0));
  if (agents == NULL)
    return NULL;
  return foliot_value_build_map ("foliot", foliot_value_new_string (FOLIOT_VERSION), "url",
                                 foliot_value_new_string (foliot_container_get_base_url (self)), "name",
                                 foliot_value_new_string (foliot_container_get_name (self)), "n_agents",
                                 foliot_value_new_uint (foliot_container_get_n_agents (self)), "agents",
                                 agents, NULL);
}

/* ---- advance_to ---- */

const char *
_foliot_reserved_get_drive_name (FoliotDrive drive)
{
  static const char *const names[] = {
    [FOLIOT_DRIVE_EXTERNAL] = "external",
    [FOLIOT_DRIVE_FREE] = "free",
    [FOLIOT_DRIVE_PACED] = "paced",
    [FOLIOT_DRIVE_REALTIME] = "realtime",
  };
  return names[drive];
}

/* Exactly one of the two arguments says when. */
static gboolean
read_time (FoliotArgs *args, FoliotTime *out_time, GError **error)
{
  gboolean has_seconds = !foliot_args_is_null (args, "seconds"), has_ns = !foliot_args_is_null (args, "ns");
  if (has_seconds == has_ns)
    {
      g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
                           "advance_to() takes either \"seconds\" or \"ns\"");
      return FALSE;
    }
  if (has_seconds)
    return foliot_time_from_seconds (foliot_args_get_double (args, "seconds"), out_time, error);
  *out_time = foliot_args_get_int (args, "ns");
  return TRUE;
}

static gboolean
check_drive (FoliotContainer *container, GError **error)
{
  FoliotClock *clock = foliot_container_get_clock (container);
  FoliotDrive drive = foliot_kernel_get_drive (foliot_container_get_kernel (container));
  if (drive == FOLIOT_DRIVE_EXTERNAL && FOLIOT_IS_EXTERNAL_CLOCK (clock))
    return TRUE;
  if (drive == FOLIOT_DRIVE_EXTERNAL)
    g_set_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_DRIVE,
                 "advance_to() needs an ExternalClock, but this container has a %s",
                 G_OBJECT_TYPE_NAME (clock));
  else
    g_set_error (
        error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_DRIVE,
        "advance_to() needs a kernel of \"external\" drive, but this one is \"%s\": it moves its own time",
        _foliot_reserved_get_drive_name (drive));
  return FALSE;
}

/* Corked, a world that stops on its way for the answer to a call would never arrive. */
static gboolean
check_cork (FoliotKernel *kernel, FoliotTime at, GError **error)
{
  FoliotSettled settled;
  foliot_kernel_peek_settled (kernel, &settled);
  if (settled.next_due >= at && settled.n_holds == 0)
    return TRUE;
  g_set_error_literal (
      error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
      "advance_to() with cork goes no further than to what is due next, from a world that has settled");
  return FALSE;
}

static gboolean
cork (FoliotKernel *kernel, FoliotTime at, GError **error)
{
  if (!check_cork (kernel, at, error))
    return FALSE;
  _foliot_channels_cork (kernel);
  return TRUE;
}

static FoliotValue *
advance_to (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotClock *clock = foliot_container_get_clock (self);
  FoliotTime time;
  if (!read_time (args, &time, error) || !check_drive (self, error)
      || (foliot_args_get_bool (args, "cork")
          && !cork (foliot_container_get_kernel (self), foliot_clock_to_kernel (clock, time), error))
      || !foliot_external_clock_advance_to (FOLIOT_EXTERNAL_CLOCK (clock), time, error)
      || !_foliot_timer_await_arrival (foliot_container_get_kernel (self),
                                       foliot_clock_to_kernel (clock, time), error))
    return NULL;
  return foliot_value_new_int (foliot_clock_time (clock));
}

/* ---- settle ---- */

/* Asked by a person, without a wave, it tells of this world alone. */
static FoliotValue *
settle (gpointer self, FoliotArgs *args, GError **error)
{
  gint64 limit_ms = foliot_args_get_int (args, "limit_ms");
  const FoliotWave wave = {
    .id = foliot_args_get_string (args, "wave"),
    .from = args->client != NULL ? foliot_rpc_client_get_channel (args->client) : NULL,
    .from_end = foliot_args_get_string (args, "end"),
    .report = foliot_args_get_bool (args, "report"),
    .limit_ms = (guint) CLAMP (limit_ms, 1, G_MAXINT),
  };
  return _foliot_settle_visit (self, &wave, error);
}

/* ---- the service ---- */

static const FoliotMethod methods[] = {
  { "describe", describe, "aid: string? = null, first: int = 0, limit: int = " G_STRINGIFY (MAX_DESCRIBED),
    "The agents of this container and their methods: one, or those from an id on." },
  { "advance_to", advance_to, "seconds: number? = null, ns: int? = null, cork: bool = false",
    "Goes through every due time up to this clock time; answers with the time in ns when it is reached." },
  { "settle", settle,
    "wave: string? = null, end: string? = null, report: bool = false, limit_ms: int = " G_STRINGIFY (
        SETTLE_LIMIT_MS),
    "What is left to do here at or before now, when the next thing is due, and what went over which link." },
};

FoliotServiceDict *
_foliot_reserved_new (FoliotContainer *container)
{
  FoliotServiceDict *reserved = foliot_service_dict_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      gboolean added = foliot_service_dict_add (reserved, &methods[i], container, NULL);
      g_assert (added);
    }
  return reserved;
}

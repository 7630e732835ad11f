/* SPDX-License-Identifier: MIT */
#include "agent/foliot-settle-private.h"

#include "agent/foliot-container-private.h"
#include "agent/foliot-timer-private.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-pause-private.h"

/*
 * Is anything left to do, anywhere? Two waves in succession are compared: when every world was quiet in both, no count has
 * changed from one to the other, and the two ends of each link agree, then at the end of the first wave nobody worked and
 * nothing was on its way (docs/settle.md has the proof). Otherwise another wave is compared with the last one, at once at first and then
 * after pauses of the wall clock that become longer, so that waiting for a slow world costs it nothing.
 *
 * What comes back from a wave was written by other processes. It is read by functions that take a wrong form for "not
 * settled", so that no answer of a peer can do more than delay us.
 */

#define DEFAULT_LIMIT_MS 60000
#define ANSWER_LIMIT_MS                                                                                      \
  5000 /* for one answer, but no more than a quarter of the whole: then the peer is plain */
#define N_AT_ONCE        4 /* waves without a pause */
#define LONGEST_PAUSE_MS 64

/* ---- reading what was found ---- */

/* An integer must fit into 64 bits: times and counts of ours do. */
static gboolean
is_of_kind (FoliotValue *value, FoliotValueKind kind)
{
  return foliot_value_get_kind (value) == kind
         && (kind != FOLIOT_VALUE_INT || foliot_value_fits_int64 (value));
}

static FoliotValue *
get_member (FoliotValue *map, const char *key, FoliotValueKind kind)
{
  FoliotValue *value
      = foliot_value_get_kind (map) == FOLIOT_VALUE_MAP ? foliot_value_lookup (map, key) : NULL;
  return value != NULL && is_of_kind (value, kind) ? value : NULL;
}

static const char *
get_text (FoliotValue *map, const char *key)
{
  FoliotValue *value = get_member (map, key, FOLIOT_VALUE_STRING);
  return value != NULL ? foliot_value_get_string (value, NULL) : NULL;
}

static gboolean
is_true (FoliotValue *map, const char *key)
{
  FoliotValue *value = get_member (map, key, FOLIOT_VALUE_BOOL);
  return value != NULL && foliot_value_get_bool (value);
}

/* Returns: (nullable): the links of @world, NULL unless all have their form. */
static FoliotValue *
get_links (FoliotValue *world)
{
  static const FoliotValueKind kinds[FOLIOT_LINK_N_FIELDS] = {
    [FOLIOT_LINK_END] = FOLIOT_VALUE_STRING,    [FOLIOT_LINK_PEER] = FOLIOT_VALUE_STRING,
    [FOLIOT_LINK_ORIGIN] = FOLIOT_VALUE_STRING, [FOLIOT_LINK_SENT] = FOLIOT_VALUE_INT,
    [FOLIOT_LINK_RECEIVED] = FOLIOT_VALUE_INT,  [FOLIOT_LINK_OWED] = FOLIOT_VALUE_INT,
    [FOLIOT_LINK_PLAIN] = FOLIOT_VALUE_BOOL,
  };
  FoliotValue *links = get_member (world, "links", FOLIOT_VALUE_LIST);
  for (gsize i = 0; links != NULL && i < foliot_value_get_length (links); i++)
    {
      FoliotValue *link = foliot_value_get_item (links, i);
      if (foliot_value_get_kind (link) != FOLIOT_VALUE_LIST
          || foliot_value_get_length (link) != FOLIOT_LINK_N_FIELDS)
        return NULL;
      for (gsize k = 0; k < FOLIOT_LINK_N_FIELDS; k++)
        {
          FoliotValue *field = foliot_value_get_item (link, k);
          if (!is_of_kind (field, kinds[k]) && !(k == FOLIOT_LINK_PEER && foliot_value_is_null (field)))
            return NULL;
        }
    }
  return links;
}

static const char *
get_link_text (FoliotValue *link, guint field)
{
  FoliotValue *value = foliot_value_get_item (link, field);
  return foliot_value_is_null (value) ? NULL : foliot_value_get_string (value, NULL);
}

static gint64
get_link_count (FoliotValue *link, guint field)
{
  return foliot_value_get_int (foliot_value_get_item (link, field));
}

static gboolean
is_plain (FoliotValue *link)
{
  return foliot_value_get_bool (foliot_value_get_item (link, FOLIOT_LINK_PLAIN));
}

/* ---- judging ---- */

/* Returns: (transfer full) (element-type FoliotValue): worlds by their name, of equal ones the first; borrowed from @worlds. */
static GHashTable *
index_worlds (FoliotValue *worlds)
{
  GHashTable *by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = foliot_value_get_length (worlds); i > 0; i--)
    {
      FoliotValue *world = foliot_value_get_item (worlds, i - 1);
      const char *name = get_text (world, "name");
      if (name != NULL)
        g_hash_table_replace (by_name, (char *) name, world);
    }
  return by_name;
}

/* Quiet in both waves, and no message went or came in between. */
static gboolean
stood_still (GHashTable *before, FoliotValue *world)
{
  const char *name = get_text (world, "name");
  FoliotValue *earlier = name != NULL ? g_hash_table_lookup (before, name) : NULL;
  FoliotValue *links = get_links (world), *earlier_links = earlier != NULL ? get_links (earlier) : NULL;
  return is_true (world, "quiet") && earlier != NULL && is_true (earlier, "quiet") && links != NULL
         && earlier_links != NULL && foliot_value_equal (links, earlier_links);
}

/* Returns: (transfer full) (element-type FoliotValue): links by the name of their end; borrowed from @worlds. */
static GHashTable *
index_links (FoliotValue *worlds)
{
  GHashTable *by_end = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < foliot_value_get_length (worlds); i++)
    {
      FoliotValue *links = get_links (foliot_value_get_item (worlds, i));
      for (gsize k = 0; links != NULL && k < foliot_value_get_length (links); k++)
        {
          FoliotValue *link = foliot_value_get_item (links, k);
          g_hash_table_insert (by_end, (char *) get_link_text (link, FOLIOT_LINK_END), link);
        }
    }
  return by_end;
}

/* Nothing is on its way on the link, in either direction; of a plain peer only what it owes is known. */
static gboolean
is_empty (FoliotValue *link, GHashTable *by_end)
{
  if (is_plain (link))
    return get_link_count (link, FOLIOT_LINK_OWED) == 0;
  const char *peer = get_link_text (link, FOLIOT_LINK_PEER);
  FoliotValue *other = peer != NULL ? g_hash_table_lookup (by_end, peer) : NULL;
  return other != NULL
         && get_link_count (link, FOLIOT_LINK_SENT) == get_link_count (other, FOLIOT_LINK_RECEIVED)
         && get_link_count (link, FOLIOT_LINK_RECEIVED) == get_link_count (other, FOLIOT_LINK_SENT);
}

typedef struct
{
  gboolean settled, assumed;
  guint64 n_links;
  FoliotTime next_due;
} Verdict;

static void
judge_world (Verdict *verdict, FoliotValue *world, GHashTable *by_end)
{
  FoliotValue *links = get_links (world), *due = get_member (world, "next_due_ns", FOLIOT_VALUE_INT);
  for (gsize i = 0; i < foliot_value_get_length (links); i++)
    {
      FoliotValue *link = foliot_value_get_item (links, i);
      verdict->settled = verdict->settled && is_empty (link, by_end);
      verdict->assumed = verdict->assumed || is_plain (link);
    }
  verdict->n_links += foliot_value_get_length (links);
  if (due != NULL)
    verdict->next_due = MIN (verdict->next_due, foliot_value_get_int (due));
}

FoliotValue *
_foliot_settle_judge (FoliotValue *before, FoliotValue *after)
{
  gsize n = foliot_value_get_length (after);
  Verdict verdict = { .settled = TRUE, .next_due = FOLIOT_TIME_NEVER };
  if (n == 0 || n != foliot_value_get_length (before))
    return NULL;
  g_autoptr (GHashTable) by_name = index_worlds (before);
  for (gsize i = 0; i < n; i++)
    if (!stood_still (by_name, foliot_value_get_item (after, i)))
      return NULL;
  g_autoptr (GHashTable) by_end = index_links (after);
  for (gsize i = 0; i < n; i++)
    judge_world (&verdict, foliot_value_get_item (after, i), by_end);
  if (!verdict.settled)
    return NULL;
  FoliotValue *now = get_member (foliot_value_get_item (after, 0), "now_ns", FOLIOT_VALUE_INT);
  return foliot_value_build_map (
      "assumed", foliot_value_new_bool (verdict.assumed), "now_ns",
      now != NULL ? foliot_value_ref (now) : foliot_value_new_null (), "next_due_ns",
      verdict.next_due != FOLIOT_TIME_NEVER ? foliot_value_new_int (verdict.next_due)
                                            : foliot_value_new_null (),
      "worlds", foliot_value_new_uint (n), "links", foliot_value_new_uint (verdict.n_links), NULL);
}

/* ---- reporting ---- */

static void
report_link (GString *out, FoliotValue *link, GHashTable *by_end)
{
  const char *origin = get_link_text (link, FOLIOT_LINK_ORIGIN),
             *peer = get_link_text (link, FOLIOT_LINK_PEER);
  FoliotValue *other = peer != NULL ? g_hash_table_lookup (by_end, peer) : NULL;
  gint64 n_sent = get_link_count (link, FOLIOT_LINK_SENT), n_owed = get_link_count (link, FOLIOT_LINK_OWED);
  if (other != NULL && n_sent != get_link_count (other, FOLIOT_LINK_RECEIVED))
    g_string_append_printf (out, "  of %" G_GINT64_FORMAT " messages to %s it has %" G_GINT64_FORMAT "\n",
                            n_sent, origin, get_link_count (other, FOLIOT_LINK_RECEIVED));
  if (n_owed > 0)
    g_string_append_printf (out, "  waits for %" G_GINT64_FORMAT " answers of %s%s\n", n_owed, origin,
                            is_plain (link) ? ", which does not settle" : "");
}

static void
report_world (GString *out, FoliotValue *world, GHashTable *by_end)
{
  FoliotValue *links = get_links (world), *now = get_member (world, "now_ns", FOLIOT_VALUE_INT);
  g_autofree char *time = foliot_time_format (now != NULL ? foliot_value_get_int (now) : 0);
  const char *name = get_text (world, "name"), *waits = get_text (world, "report");
  g_string_append_printf (out, "%s at %s s is %s\n", name != NULL ? name : "a world without a name", time,
                          is_true (world, "quiet") ? "quiet" : "busy");
  for (gsize i = 0; links != NULL && i < foliot_value_get_length (links); i++)
    report_link (out, foliot_value_get_item (links, i), by_end);
  g_auto (GStrv) lines = g_strsplit (waits != NULL ? waits : "", "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_string_append_printf (out, "  %s\n", lines[i]);
}

char *
_foliot_settle_report (FoliotValue *worlds)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GHashTable) by_end = index_links (worlds);
  for (gsize i = 0; i < foliot_value_get_length (worlds); i++)
    report_world (out, foliot_value_get_item (worlds, i), by_end);
  return g_string_free (out, FALSE);
}

/* ---- the one who asks ---- */

typedef struct
{
  FoliotContainer *container;
  guint limit_ms;
  gboolean is_patient;
  gboolean is_late;
} Settling;

static guint64
count_wave (FoliotKernel *kernel)
{
  GQuark key = g_quark_from_static_string ("foliot-settle-waves");
  gsize n = GPOINTER_TO_SIZE (foliot_kernel_get_data (kernel, key)) + 1;
  foliot_kernel_set_data (kernel, key, GSIZE_TO_POINTER (n), NULL);
  return n;
}

/* Returns: (transfer full) (nullable): the worlds. */
static FoliotValue *
send_wave (Settling *self, gboolean report, GError **error)
{
  guint64 n = count_wave (foliot_container_get_kernel (self->container));
  g_autofree char *id
      = g_strdup_printf ("%s!%" G_GUINT64_FORMAT, foliot_container_get_base_url (self->container), n);
  guint quarter_ms = self->limit_ms / 4;
  const FoliotWave wave = { .id = id,
                            .report = report,
                            .limit_ms = self->is_patient ? quarter_ms : MIN (quarter_ms, ANSWER_LIMIT_MS) };
  g_autoptr (FoliotValue) answer = _foliot_settle_visit (self->container, &wave, error);
  return answer != NULL ? foliot_value_ref (foliot_value_lookup (answer, "worlds")) : NULL;
}

static gboolean
pause_before (Settling *self, guint n_waves, GError **error)
{
  guint n = n_waves > N_AT_ONCE ? MIN (n_waves - N_AT_ONCE, 7) : 0;
  return n == 0
         || _foliot_timer_sleep (foliot_container_get_kernel (self->container),
                                 MIN (1u << (n - 1), LONGEST_PAUSE_MS), error);
}

static FoliotValue *
fail_late (Settling *self, GError **error)
{
  g_autoptr (FoliotValue) worlds = send_wave (self, TRUE, error);
  if (worlds == NULL)
    return NULL;
  g_autofree char *report = _foliot_settle_report (worlds);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TIMED_OUT, "not settled after %u ms:\n%s", self->limit_ms,
               report);
  return NULL;
}

static void
on_late (gpointer settling)
{
  ((Settling *) settling)->is_late = TRUE;
}

static FoliotValue *
settle_held (Settling *self, GError **error)
{
  g_autoptr (FoliotPause) pause G_GNUC_UNUSED = _foliot_pause_new (
      foliot_container_get_kernel (self->container), NULL, self->limit_ms, on_late, self);
  g_autoptr (FoliotValue) before = NULL, verdict = NULL;
  for (guint n = 0; verdict == NULL && !self->is_late; n++)
    {
      if (!pause_before (self, n, error))
        return NULL;
      g_autoptr (FoliotValue) after = send_wave (self, FALSE, error);
      if (after == NULL)
        return NULL;
      verdict = before != NULL ? _foliot_settle_judge (before, after) : NULL;
      g_clear_pointer (&before, foliot_value_unref);
      before = g_steal_pointer (&after);
    }
  return verdict != NULL ? g_steal_pointer (&verdict) : fail_late (self, error);
}

static FoliotValue *
settle (gpointer user_data, GError **error)
{
  Settling *self = user_data;
  FoliotHold *hold = _foliot_kernel_hold_to_settle (foliot_container_get_kernel (self->container));
  FoliotValue *verdict = settle_held (self, error);
  foliot_hold_release (hold);
  return verdict;
}

static FoliotValue *
report (gpointer user_data, GError **error)
{
  g_autoptr (FoliotValue) worlds = send_wave (user_data, TRUE, error);
  if (worlds == NULL)
    return NULL;
  g_autofree char *text = _foliot_settle_report (worlds);
  return foliot_value_new_string (text);
}

static void
settling_free (gpointer settling)
{
  g_object_unref (((Settling *) settling)->container);
  g_free (settling);
}

static FoliotFuture *
spawn (FoliotContainer *container, guint limit_ms, gboolean is_patient, const char *name,
       FoliotFiberFunc body)
{
  Settling *self = g_new0 (Settling, 1);
  self->container = g_object_ref (container);
  self->limit_ms = limit_ms != 0 ? limit_ms : DEFAULT_LIMIT_MS;
  self->is_patient = is_patient;
  return foliot_fiber_spawn (foliot_container_get_kernel (container), _foliot_container_get_scope (container),
                             name, body, self, settling_free);
}

FoliotFuture *
foliot_container_settle (FoliotContainer *container, guint limit_ms)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  return spawn (container, limit_ms, FALSE, "settle", settle);
}

FoliotFuture *
_foliot_container_settle_patiently (FoliotContainer *container, guint limit_ms)
{
  return spawn (container, limit_ms, TRUE, "settle", settle);
}

FoliotFuture *
foliot_container_report_waits (FoliotContainer *container, guint limit_ms)
{
  g_return_val_if_fail (FOLIOT_IS_CONTAINER (container), NULL);
  return spawn (container, limit_ms, FALSE, "wait report", report);
}

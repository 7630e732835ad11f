/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-stage.h"

#include <string.h>

#include "base/foliot-hash-private.h"
#include "channel/foliot-message-private.h"
#include "kernel/foliot-kernel-private.h"

/*
 * What an agent says is compared with what it said then, in order: a call with its method and arguments, an answer, a connect, a look
 * at the outside, each at its time. The first that is another one ends the play, unless it is lenient. Then what was recorded later is looked
 * for: a call is the same when its bytes would be, an answer when it answers the same call. All of it is indexed then, since an agent
 * that differs once may differ in all that it says.
 */

#define MAX_SHOWN 300
#define CUT       " …"

/* What is said now, as a statement would hold it. */
typedef struct
{
  FoliotStatementKind kind;
  gint64 channel;
  guint8 type;
  guint64 id;
  FoliotValue *content; /* nullable: it is no message */
  const char *text;     /* URL or name */
} Saying;

static Saying
read_saying (const FoliotStatement *statement)
{
  return (Saying){
    .kind = statement->kind,
    .channel = _foliot_statement_get_int (statement, "channel"),
    .type = (guint8) _foliot_statement_get_int (statement, "type"),
    .id = _foliot_statement_get_uint (statement, "id"),
    .content = _foliot_statement_get_value (statement, "content"),
    .text
    = _foliot_statement_get_text (statement, statement->kind == FOLIOT_STATEMENT_CONNECT ? "url" : "name"),
  };
}

/* ---- in words -------------------------------------------------------------------------------------------------- */

static char *
print_short (FoliotValue *value)
{
  char *text = foliot_value_print (value);

  if (strlen (text) > MAX_SHOWN)
    {
      char *end = text + MAX_SHOWN - strlen (CUT);

      while ((*end & 0xC0) == 0x80) /* inside of a character */
        end--;
      strcpy (end, CUT);
    }
  return text;
}

static void
append_arguments (GString *text, FoliotValue *positional, FoliotValue *keywords)
{
  gboolean is_first = TRUE;

  for (gsize i = 0;
       foliot_value_get_kind (positional) == FOLIOT_VALUE_LIST && i < foliot_value_get_length (positional);
       i++, is_first = FALSE)
    {
      g_autofree char *argument = print_short (foliot_value_get_item (positional, i));

      g_string_append_printf (text, "%s%s", is_first ? "" : ", ", argument);
    }
  for (gsize i = 0;
       foliot_value_get_kind (keywords) == FOLIOT_VALUE_MAP && i < foliot_value_get_length (keywords);
       i++, is_first = FALSE)
    {
      g_autofree char *name = foliot_value_print (foliot_value_get_key (keywords, i));
      g_autofree char *argument = print_short (foliot_value_get_pair_value (keywords, i));

      g_string_append_printf (text, "%s%s=%s", is_first ? "" : ", ", name, argument);
    }
}

static char *
describe_call (FoliotStage *stage, const Saying *saying)
{
  FoliotValue *path = foliot_value_get_kind (saying->content) == FOLIOT_VALUE_LIST
                              && foliot_value_get_length (saying->content) == 3
                          ? foliot_value_get_item (saying->content, 0)
                          : NULL;
  g_autofree char *callee = NULL;
  GString *text;

  if (path == NULL || foliot_value_get_kind (path) != FOLIOT_VALUE_STRING)
    return g_strdup ("sends a request");
  callee = _foliot_stage_dup_callee (stage, saying->channel, foliot_value_get_string (path, NULL));
  text = g_string_new (NULL);
  g_string_append_printf (text, "calls %s(", callee);
  append_arguments (text, foliot_value_get_item (saying->content, 1),
                    foliot_value_get_item (saying->content, 2));
  g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

static char *
describe_answer (FoliotStagePart *part, const Saying *saying)
{
  g_autofree char *key = _foliot_stage_dup_key (saying->channel, saying->id);
  g_autofree char *content = print_short (saying->content);
  const char *method = g_hash_table_lookup (part->asked, key);

  return g_strdup_printf ("%s %s with %s", saying->type == FOLIOT_MESSAGE_FAILURE ? "refuses" : "answers",
                          method != NULL ? method : "a call", content);
}

static char *
describe (FoliotStagePart *part, const Saying *saying)
{
  if (saying->kind == FOLIOT_STATEMENT_CONNECT)
    return g_strdup_printf ("connects to %s", saying->text);
  if (saying->kind == FOLIOT_STATEMENT_OBSERVED)
    return g_strdup_printf ("looks outside: “%s”", saying->text);
  return saying->type == FOLIOT_MESSAGE_REQUEST ? describe_call (part->stage, saying)
                                                : describe_answer (part, saying);
}

static char *
describe_recorded (FoliotStagePart *part, const FoliotStatement *statement)
{
  const Saying saying = read_saying (statement);
  g_autofree char *what = describe (part, &saying);
  g_autofree char *time = foliot_time_format (statement->time);

  return g_strdup_printf ("%s at %s s", what, time);
}

/* ---- differences ----------------------------------------------------------------------------------------------- */

static FoliotTime
get_now (FoliotStagePart *part)
{
  return foliot_kernel_now (part->stage->world->kernel);
}

/* Takes @error. */
static void
differ (FoliotStagePart *part, GError *error)
{
  FoliotStage *stage = part->stage;

  stage->n_different++;
  if (stage->options.lenient)
    {
      g_string_append_printf (stage->report, "%s\n", error->message);
      g_error_free (error);
      part->is_causal = TRUE;
      return;
    }
  stage->is_over = TRUE;
  if (stage->error == NULL)
    stage->error = error;
  else
    g_error_free (error);
  foliot_kernel_interrupt (stage->world->kernel);
}

static void
differ_from (FoliotStagePart *part, const FoliotStatement *expected, const Saying *saying)
{
  g_autofree char *recorded
      = expected != NULL ? describe_recorded (part, expected) : g_strdup ("nothing more");
  g_autofree char *what = describe (part, saying);
  g_autofree char *now = foliot_time_format (get_now (part));

  differ (part, g_error_new (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS,
                             "agent %s differs from its recording at %s s, in what it says (number %u)\n"
                             "  recorded: %s\n"
                             "  now:      %s at %s s",
                             part->name, now, part->next_said + 1, recorded, what, now));
}

static void
tell_not_said (FoliotStagePart *part, const FoliotStatement *expected)
{
  g_autofree char *recorded = describe_recorded (part, expected);
  g_autofree char *now = foliot_time_format (get_now (part));

  differ (part,
          g_error_new (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS,
                       "agent %s differs from its recording: up to %s s it does not say\n  recorded: %s",
                       part->name, now, recorded));
}

/* ---- comparing ------------------------------------------------------------------------------------------------- */

/* How a saying is looked for. */
typedef struct
{
  guint64 (*hash) (const Saying *saying);
  gboolean (*fits) (const Saying *recorded, const Saying *now);
} Likeness;

static guint64
hash_answer (const Saying *saying)
{
  return foliot_hash_mix (saying->kind, foliot_hash_mix ((guint64) saying->channel, saying->id));
}

static gboolean
is_same_answer (const Saying *one, const Saying *other)
{
  return one->kind == FOLIOT_STATEMENT_SAID && other->kind == one->kind && one->channel == other->channel
         && one->type != FOLIOT_MESSAGE_REQUEST && other->type != FOLIOT_MESSAGE_REQUEST
         && one->id == other->id;
}

static guint64
hash_saying (const Saying *saying)
{
  guint64 hash = foliot_hash_mix (saying->kind, saying->type);

  if (saying->kind != FOLIOT_STATEMENT_SAID)
    return foliot_hash_mix (hash, foliot_hash_bytes (saying->text, strlen (saying->text)));
  hash = foliot_hash_mix (hash, (guint64) saying->channel);
  if (saying->type != FOLIOT_MESSAGE_REQUEST)
    hash = foliot_hash_mix (hash, saying->id);
  return foliot_hash_mix (hash, foliot_value_hash (saying->content));
}

static gboolean
is_same (const Saying *recorded, const Saying *now)
{
  if (recorded->kind != now->kind)
    return FALSE;
  if (now->kind != FOLIOT_STATEMENT_SAID)
    return g_str_equal (recorded->text, now->text);
  return recorded->channel == now->channel && recorded->type == now->type
         && (now->type == FOLIOT_MESSAGE_REQUEST || recorded->id == now->id)
         && foliot_value_equal (recorded->content, now->content);
}

static const Likeness same_saying = { hash_saying, is_same }, same_answer = { hash_answer, is_same_answer };

static void
add_place (GHashTable *places, guint64 hash, guint place)
{
  GArray *found = g_hash_table_lookup (places, &hash);

  if (found == NULL)
    {
      found = g_array_new (FALSE, FALSE, sizeof (guint));
      g_hash_table_insert (places, g_memdup2 (&hash, sizeof hash), found);
    }
  g_array_append_val (found, place);
}

static GHashTable *
index_said (FoliotStagePart *part)
{
  GHashTable *places
      = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);

  for (guint i = 0; i < part->said->len; i++)
    {
      const Saying recorded = read_saying (part->said->pdata[i]);

      add_place (places, same_saying.hash (&recorded), i);
      add_place (places, same_answer.hash (&recorded), i);
    }
  return places;
}

/* The first of @places that is not before @least. */
static guint
find_place (const GArray *places, guint least)
{
  guint low = 0, high = places->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (places, guint, middle) < least)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* The one that is alike, at any time; of several the next. Returns: its index, or the number of all. */
static guint
search (FoliotStagePart *part, const Saying *saying, const Likeness *like)
{
  guint64 hash = like->hash (saying);
  const GArray *places;

  if (part->places == NULL)
    part->places = index_said (part);
  places = g_hash_table_lookup (part->places, &hash);
  for (guint i = places != NULL ? find_place (places, part->next_said) : 0; places != NULL && i < places->len;
       i++)
    {
      guint place = g_array_index (places, guint, i);
      const Saying recorded = read_saying (part->said->pdata[place]);

      if (like->fits (&recorded, saying))
        return place;
    }
  return part->said->len;
}

/* A difference was told, and the play goes on. Returns: (nullable): what it goes on behind. */
static const FoliotStatement *
find_again (FoliotStagePart *part, const Saying *saying)
{
  guint i = search (part, saying, &same_saying);

  if (i == part->said->len)
    i = search (part, saying, &same_answer);
  if (i == part->said->len)
    {
      gboolean waits = saying->kind == FOLIOT_STATEMENT_CONNECT
                       || (saying->kind == FOLIOT_STATEMENT_SAID && saying->type == FOLIOT_MESSAGE_REQUEST);

      if (waits && part->unanswered == NULL)
        part->unanswered = describe (part, saying);
      return NULL;
    }
  part->next_said = i + 1;
  return part->said->pdata[i];
}

/* What the network has drawn for it counts as drawn by the event in which it was said. */
static void
add_draws (FoliotStage *stage, const FoliotStatement *recorded)
{
  *_foliot_kernel_get_draws (stage->world->kernel) += (guint32) _foliot_statement_get_int (recorded, "draws");
}

/* Returns: (nullable): what was recorded. */
static const FoliotStatement *
check (FoliotStagePart *part, const Saying *saying)
{
  FoliotStage *stage = part->stage;
  const FoliotStatement *expected
      = part->next_said < part->said->len ? part->said->pdata[part->next_said] : NULL;
  Saying recorded;

  if (stage->is_over || (expected == NULL && stage->trouble != NULL)) /* it was cut off: nobody knows */
    return NULL;
  if (expected != NULL)
    {
      recorded = read_saying (expected);
      if (is_same (&recorded, saying) && expected->time == get_now (part))
        {
          part->next_said++;
          stage->n_said++;
          add_draws (stage, expected);
          return expected;
        }
    }
  differ_from (part, expected, saying);
  return stage->options.lenient ? find_again (part, saying) : NULL;
}

void
_foliot_stage_check_said (FoliotStagePart *part, guint channel, guint8 type, guint64 id, FoliotValue *content)
{
  const Saying saying
      = { .kind = FOLIOT_STATEMENT_SAID, .channel = channel, .type = type, .id = id, .content = content };
  const FoliotStatement *recorded = check (part, &saying);

  if (recorded != NULL && type == FOLIOT_MESSAGE_REQUEST)
    g_hash_table_insert (part->ids,
                         _foliot_stage_dup_key (channel, _foliot_statement_get_uint (recorded, "id")),
                         g_memdup2 (&id, sizeof id));
  _foliot_stage_go_on (part);
}

const FoliotStatement *
_foliot_stage_check_connect (FoliotStagePart *part, const char *url)
{
  const Saying saying = { .kind = FOLIOT_STATEMENT_CONNECT, .text = url };

  return check (part, &saying);
}

const FoliotStatement *
_foliot_stage_check_observed (FoliotStagePart *part, const char *name)
{
  const Saying saying = { .kind = FOLIOT_STATEMENT_OBSERVED, .text = name };

  return check (part, &saying);
}

gboolean
_foliot_stage_check_asked (FoliotStagePart *part)
{
  guint64 s = _foliot_statement_get_uint (part->told->pdata[part->next_told], "s");

  if (part->next_said < s && part->next_said < part->said->len && !part->stage->options.lenient)
    tell_not_said (part, part->said->pdata[part->next_said]);
  return part->stage->error == NULL;
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

/* All that it said is the same, and yet it went another way inside. */
static void
check_digest (FoliotStagePart *part)
{
  guint64 recorded = _foliot_statement_get_uint (part->end, "digest");
  guint64 now = foliot_kernel_get_node_digest (part->stage->world->kernel, part->node);

  if (recorded != now)
    differ (part,
            g_error_new (
                FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_DIFFERS,
                "agent %s differs from its recording: all that it says is as recorded, but its digest is "
                "%016" G_GINT64_MODIFIER "x, and was %016" G_GINT64_MODIFIER
                "x: its events have other times or draws of random numbers, or it keeps other rows",
                part->name, now, recorded));
}

void
_foliot_stage_check_end (FoliotStagePart *part)
{
  FoliotStage *stage = part->stage;

  if (stage->error == NULL && part->unanswered != NULL)
    stage->error
        = g_error_new (FOLIOT_REPLAY_ERROR, FOLIOT_REPLAY_ERROR_MISSING,
                       "agent %s %s, which it did not do when it was recorded: the recording does not "
                       "hold an answer",
                       part->name, part->unanswered);
  if (stage->error != NULL || stage->is_over || stage->options.until != FOLIOT_TIME_NEVER)
    return;
  if (part->next_said < part->said->len)
    tell_not_said (part, part->said->pdata[part->next_said]);
  else if (part->end != NULL && part->agent != NULL && !stage->is_changed && stage->n_different == 0)
    check_digest (part);
}

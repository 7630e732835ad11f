/* SPDX-License-Identifier: MIT */
#include "tools/foliot-diff.h"

#include <stdio.h>
#include <string.h>

#include "tools/foliot-diff-value.h"
#include "tools/foliot-message.h"

/* What a tired person needs, from top to bottom: which two runs, what was changed between them, the event, what each had, why it
 * came to it, and who else is concerned. Nothing is wider than 80 columns. */

#define COLUMNS   80
#define MAX_NAMES 12

typedef struct
{
  const char *strong, *sides[2], *dim, *plain;
} Colours;

static const Colours with_colour = { "\033[1m", { "\033[31m", "\033[32m" }, "\033[2m", "\033[0m" };
static const Colours without_colour = { "", { "", "" }, "", "" };

/* Prints @text behind @indent columns, in lines that break at blanks; what has none is broken anywhere. */
static void
print_wrapped (guint indent, guint first, const char *colour, const char *plain, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const char *rest = valid;
  guint at = first;

  while (*rest != '\0')
    {
      const char *end = rest, *blank = NULL;

      for (guint n = at; *end != '\0' && *end != '\n' && n < COLUMNS; n++, end = g_utf8_next_char (end))
        if (*end == ' ' && end > rest)
          blank = end;
      if (*end != '\0' && *end != '\n' && *end != ' ' && blank != NULL)
        end = blank;
      printf ("%*s%s%.*s%s\n", at == first ? 0 : (int) indent, "", colour, (int) (end - rest), rest, plain);
      rest = end + (*end == ' ' || *end == '\n');
      at = indent;
      first = G_MAXUINT;
    }
}

/* -- the two runs --------------------------------------------------------------------------------------------------- */

static void
print_side (const FoliotDiffSide *side, const Colours *colours, guint which)
{
  g_autofree char *settings = g_strjoinv (" ", side->settings);
  g_autofree char *text = g_strdup_printf (
      "%s: %s, seed %" G_GUINT64_FORMAT "%s%s, %" G_GUINT64_FORMAT " events, ended at %s s%s", side->path,
      side->scenario, side->seed, settings[0] != '\0' ? ", " : "", settings, side->n_events, side->ended_at_s,
      side->complete ? "" : " before its time");

  printf ("%s%c%s  ", colours->sides[which], side->name, colours->plain);
  print_wrapped (3, 3, "", "", text);
}

/* Only what is known of both. */
static gboolean
differ (const char *a, const char *b)
{
  return a != NULL && b != NULL && !g_str_equal (a, b);
}

static void
print_changes (FoliotDiffSide *const sides[2])
{
  const FoliotDiffSide *a = sides[0], *b = sides[1];

  if (differ (a->scenario, b->scenario))
    printf ("\nThey are runs of two scenarios.\n");
  else if (differ (a->hash, b->hash))
    printf ("\nThe scenario %s, a setting or a file of it is not the same in both.\n", a->scenario);
  if (differ (a->module, b->module))
    printf ("\nThey ran two modules, %s and %s.\n", a->module, b->module);
  else if (differ (a->module_build, b->module_build))
    printf ("\nThe module %s was built anew between them.\n", a->module);
  if (differ (a->build, b->build))
    printf ("\nThey were made by two builds of Foliot.\n");
}

/* -- what an event is ------------------------------------------------------------------------------------------------ */

static char *
describe_event (const FoliotNamedRecord *of)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s of %s", foliot_event_kind_name (of->record.kind),
                          of->node != NULL ? of->node : "the world");
  if (of->link != NULL)
    g_string_append_printf (text, ", message %" G_GUINT64_FORMAT " of %s", of->record.link_sequence,
                            of->link);
  return g_string_free (text, FALSE);
}

/* `request agents/0/set_max (3400.0)`; '' if nothing was kept. */
static char *
describe_contents (const FoliotDiffEvent *event)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < event->contents->len; i++)
    {
      g_autofree char *one = foliot_diff_content_print (g_ptr_array_index (event->contents, i));

      g_string_append_printf (text, "%s%s", i > 0 ? "; " : "", one);
    }
  return g_string_free (text, FALSE);
}

static void
print_field (const FoliotDiff *diff, const Colours *colours, const char *name, const char *a, const char *b)
{
  const char *texts[2] = { a, b };

  printf ("  %s%s%s\n", colours->strong, name, colours->plain);
  for (guint i = 0; i < 2; i++)
    {
      printf ("    %s%c%s  ", colours->sides[i], diff->sides[i]->name, colours->plain);
      print_wrapped (7, 7, "", "", texts[i]);
    }
}

/* Where the contents part: `args[0]`. */
static void
print_content (const FoliotDiff *diff, const Colours *colours)
{
  g_autofree char *a = describe_contents (diff->events[0]), *b = describe_contents (diff->events[1]);
  g_autofree char *first = NULL, *second = NULL, *place = NULL;

  if (a[0] == '\0' && b[0] == '\0')
    return;
  print_field (diff, colours, "carried", a[0] != '\0' ? a : "(not kept: foliot run --events all)",
               b[0] != '\0' ? b : "(not kept: foliot run --events all)");
  place = foliot_diff_contents_find (diff->events[0]->contents, diff->events[1]->contents, &first, &second);
  if (place != NULL && place[0] != '\0')
    print_field (diff, colours, place, first, second);
}

static const char *
get_sentence (const FoliotDiff *diff)
{
  static const char *const sentences[FOLIOT_N_FIELDS] = {
    [FOLIOT_FIELD_DRAWS] = "it drew another number of random numbers",
    [FOLIOT_FIELD_TIME] = "it came at another time",
    [FOLIOT_FIELD_NODE] = "another event came in its place",
    [FOLIOT_FIELD_KIND] = "another event came in its place",
    [FOLIOT_FIELD_CAUSE] = "it was caused by another event",
    [FOLIOT_FIELD_MESSAGE] = "another message came in its place",
    [FOLIOT_FIELD_PAYLOAD] = "it carried something else",
  };

  if (diff->events[0] == NULL || diff->events[1] == NULL)
    return "one run has come to its end, the other goes on";
  return sentences[diff->field];
}

static void
print_one_sided (const FoliotDiff *diff, const Colours *colours)
{
  const FoliotDiffEvent *event = diff->events[0] != NULL ? diff->events[0] : diff->events[1];
  g_autofree char *what = describe_event (&event->named);
  const char *nothing = "has come to its end";

  print_field (diff, colours, "event", diff->events[0] != NULL ? what : nothing,
               diff->events[1] != NULL ? what : nothing);
}

static void
print_both (const FoliotDiff *diff, const Colours *colours)
{
  const FoliotNamedRecord *a = &diff->events[0]->named, *b = &diff->events[1]->named;
  g_autofree char *first = describe_event (a), *second = describe_event (b);

  if (g_str_equal (first, second))
    {
      printf ("  %s%s%s\n    ", colours->strong, "event", colours->plain);
      print_wrapped (4, 4, "", "", first);
    }
  else
    print_field (diff, colours, "event", first, second);
  for (FoliotField field = 0; field < FOLIOT_FIELD_PAYLOAD; field++)
    if (!foliot_field_equal (field, a, b) && field != FOLIOT_FIELD_NODE && field != FOLIOT_FIELD_KIND
        && field != FOLIOT_FIELD_MESSAGE)
      {
        g_autofree char *x = foliot_field_format (field, a), *y = foliot_field_format (field, b);

        print_field (diff, colours, foliot_field_get_name (field), x, y);
      }
  if (foliot_field_equal (FOLIOT_FIELD_PAYLOAD, a, b))
    return;
  if (diff->events[0]->contents->len + diff->events[1]->contents->len > 0)
    print_content (diff, colours);
  else
    {
      g_autofree char *x = foliot_field_format (FOLIOT_FIELD_PAYLOAD, a);
      g_autofree char *y = foliot_field_format (FOLIOT_FIELD_PAYLOAD, b);

      print_field (diff, colours, foliot_field_get_name (FOLIOT_FIELD_PAYLOAD), x, y);
    }
}

static void
print_causes (const FoliotDiff *diff, guint which, const Colours *colours)
{
  GPtrArray *causes = diff->causes[which];

  if (causes->len == 0)
    return;
  printf ("\n%sCaused by%s, the latest first%s\n", colours->strong,
          diff->causes[1]->len == 0 ? ""
          : which == 0              ? ", in A"
                                    : ", in B",
          colours->plain);
  for (guint i = 0; i < causes->len; i++)
    {
      const FoliotDiffEvent *event = g_ptr_array_index (causes, i);
      g_autofree char *time = foliot_time_format (event->named.record.time_ns);
      g_autofree char *what = describe_event (&event->named), *carried = describe_contents (event);
      g_autofree char *line
          = g_strdup_printf ("at %s s, %s%s%s", time, what, carried[0] != '\0' ? ": " : "", carried);

      printf ("%9" G_GUINT64_FORMAT "  ", event->named.record.sequence);
      print_wrapped (11, 11, "", "", line);
    }
}

/* -- who else -------------------------------------------------------------------------------------------------------- */

static void
print_names (const char *what, GPtrArray *names, const Colours *colours)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (names->len == 0)
    return;
  for (guint i = 0; i < MIN (names->len, MAX_NAMES); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", (const char *) g_ptr_array_index (names, i));
  if (names->len > MAX_NAMES)
    g_string_append_printf (text, " and %u more", names->len - MAX_NAMES);
  printf ("%s%s%s ", colours->strong, what, colours->plain);
  print_wrapped (2, (guint) strlen (what) + 1, "", "", text->str);
}

static void
print_nodes (const FoliotDiff *diff, const Colours *colours)
{
  if (diff->differing->len + diff->n_same + diff->only[0]->len + diff->only[1]->len == 0)
    return;
  printf ("\n");
  if (diff->tie)
    {
      print_wrapped (
          0, 0, "", "",
          "Every node saw the same: only the order of events that have nothing to do with each other "
          "differs (a tie).");
      return;
    }
  print_names ("Nodes that saw another run:", diff->differing, colours);
  print_names ("Only in A:", diff->only[0], colours);
  print_names ("Only in B:", diff->only[1], colours);
  if (diff->n_same > 0)
    printf ("The other %u saw the same run.\n", diff->n_same);
}

/* -- messages of two recordings ----------------------------------------------------------------------------------------- */

static char *
describe_message (const FoliotDiffMessage *message)
{
  g_autofree char *time = NULL, *text = NULL;

  if (message == NULL)
    return g_strdup ("has no more");
  time = foliot_time_format (message->time_ns);
  text = message->bytes != NULL
             ? foliot_message_describe (message->bytes)
             : g_strdup_printf ("(not kept) hash %016" G_GINT64_MODIFIER "x", message->hash);
  return g_strdup_printf ("message %" G_GUINT64_FORMAT " %s %s, at %s s: %s", message->sequence,
                          message->left ? "to" : "from", message->port, time, text);
}

static void
print_messages (const FoliotDiff *diff, const Colours *colours)
{
  const FoliotDiffMessages *pair = diff->messages;
  g_autofree char *a = describe_message (pair->messages[0]), *b = describe_message (pair->messages[1]);
  g_autofree char *place = pair->where != NULL && pair->where[0] != '\0'
                               ? g_strconcat ("message, at ", pair->where, NULL)
                               : g_strdup ("message");

  printf ("%sThe first different message, in or out%s\n", colours->strong, colours->plain);
  print_field (diff, colours, place, a, b);
  if (!diff->sides[0]->is_wire)
    printf ("\n");
}

static void
print_unfound (const FoliotDiff *diff, const Colours *colours)
{
  g_autofree char *from = diff->from_ns != FOLIOT_TIME_NEVER ? foliot_time_format (diff->from_ns) : NULL;
  g_autofree char *to = diff->to_ns != FOLIOT_TIME_NEVER ? foliot_time_format (diff->to_ns) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "The first different event is one of %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                   diff->from, diff->to);
  if (from != NULL)
    g_string_append_printf (text, ", from %s s", from);
  if (to != NULL)
    g_string_append_printf (text, "%s to %s s", from != NULL ? "" : ", up", to);
  g_string_append (text, ".");
  print_wrapped (0, 0, colours->strong, colours->plain, text->str);
  for (guint i = 0; i < 2; i++)
    if (diff->sides[i]->why_not != NULL)
      {
        printf ("%s%c%s  ", colours->sides[i], diff->sides[i]->name, colours->plain);
        print_wrapped (3, 3, "", "", diff->sides[i]->why_not);
      }
  print_wrapped (0, 0, "", "", "With `foliot run --events all` a run keeps all events for such a question.");
}

void
foliot_diff_print (const FoliotDiff *diff, gboolean colour)
{
  const Colours *colours = colour ? &with_colour : &without_colour;
  const FoliotDiffEvent *event = diff->events[0] != NULL ? diff->events[0] : diff->events[1];

  for (guint i = 0; i < 2; i++)
    print_side (diff->sides[i], colours, i);
  print_changes (diff->sides);
  printf ("\n");
  if (diff->messages != NULL)
    print_messages (diff, colours);
  if (diff->sides[0]->is_wire)
    return;
  if (event != NULL)
    {
      g_autofree char *time = foliot_time_format (event->named.record.time_ns);

      printf ("%sThe first different event is number %" G_GUINT64_FORMAT ", at %s s.%s\n", colours->strong,
              event->named.record.sequence, time, colours->plain);
      printf ("Class %s: %s.\n\n", foliot_field_get_class (diff->field), get_sentence (diff));
      if (diff->events[0] != NULL && diff->events[1] != NULL)
        print_both (diff, colours);
      else
        print_one_sided (diff, colours);
      if (event->named.record.cause == 0)
        printf ("\nNo event of the run caused it: it came from outside.\n");
      print_causes (diff, 0, colours);
      print_causes (diff, 1, colours);
    }
  else if (diff->found)
    print_wrapped (0, 0, colours->strong, colours->plain,
                   "Class state: all their events are equal; they know other names of agents or links.");
  else
    print_unfound (diff, colours);
  print_nodes (diff, colours);
}

void
foliot_diff_print_same (FoliotDiffSide *sides[2])
{
  if (sides[0]->is_wire)
    {
      printf ("the same messages\n");
      return;
    }
  printf ("the same run: %" G_GUINT64_FORMAT " events, digest %s\n", sides[0]->n_events, sides[0]->digest);
}

/* -- JSON -------------------------------------------------------------------------------------------------------------- */

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) number);
}

static void
add_flag (JsonBuilder *builder, const char *name, gboolean flag)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, flag);
}

static void
add_names (JsonBuilder *builder, const char *name, GPtrArray *names)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < names->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (names, i));
  json_builder_end_array (builder);
}

static void
add_side (JsonBuilder *builder, const char *name, const FoliotDiffSide *side)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  add_text (builder, "path", side->path);
  add_text (builder, "scenario", side->scenario);
  add_text (builder, "scenario_hash", side->hash);
  add_text (builder, "module_build", side->module_build);
  add_text (builder, "build", side->build);
  add_text (builder, "digest", side->digest);
  add_number (builder, "seed", side->seed);
  add_number (builder, "events", side->n_events);
  if (side->why_not != NULL)
    add_text (builder, "why_not", side->why_not);
  json_builder_end_object (builder);
}

static void
add_event (JsonBuilder *builder, const FoliotDiffEvent *event)
{
  g_autofree char *time = NULL, *carried = NULL;

  if (event == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }
  time = foliot_time_format (event->named.record.time_ns);
  carried = describe_contents (event);
  json_builder_begin_object (builder);
  add_number (builder, "event", event->named.record.sequence);
  add_text (builder, "time_s", time);
  add_text (builder, "node", event->node != NULL ? event->node : "world");
  add_text (builder, "kind", foliot_event_kind_name (event->named.record.kind));
  add_number (builder, "cause", event->named.record.cause);
  add_number (builder, "draws", event->named.record.draws);
  if (event->link != NULL)
    {
      add_text (builder, "link", event->link);
      add_number (builder, "message", event->named.record.link_sequence);
    }
  if (event->named.record.payload_hash != 0)
    {
      g_autofree char *hash = foliot_field_format (FOLIOT_FIELD_PAYLOAD, &event->named);

      add_text (builder, "payload_hash", hash);
    }
  if (carried[0] != '\0')
    add_text (builder, "carried", carried);
  json_builder_end_object (builder);
}

static void
add_first (JsonBuilder *builder, const FoliotDiff *diff)
{
  static const char *const names[2] = { "a", "b" };

  json_builder_set_member_name (builder, "first");
  json_builder_begin_object (builder);
  add_text (builder, "class", foliot_field_get_class (diff->field));
  add_text (builder, "field", foliot_field_get_name (diff->field));
  for (guint i = 0; i < 2; i++)
    {
      json_builder_set_member_name (builder, names[i]);
      add_event (builder, diff->events[i]);
    }
  for (guint i = 0; i < 2; i++)
    {
      json_builder_set_member_name (builder, i == 0 ? "causes" : "causes_of_b");
      json_builder_begin_array (builder);
      for (guint k = 0; k < diff->causes[i]->len; k++)
        add_event (builder, g_ptr_array_index (diff->causes[i], k));
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
}

static void
add_message (JsonBuilder *builder, const FoliotDiffMessage *message)
{
  g_autofree char *time = NULL, *text = NULL;

  if (message == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }
  time = foliot_time_format (message->time_ns);
  text = message->bytes != NULL ? foliot_message_describe (message->bytes) : NULL;
  json_builder_begin_object (builder);
  add_text (builder, "way", message->left ? "out" : "in");
  add_text (builder, "port", message->port);
  add_number (builder, "message", message->sequence);
  add_text (builder, "time_s", time);
  add_text (builder, "text", text);
  json_builder_end_object (builder);
}

static void
add_messages (JsonBuilder *builder, const FoliotDiffMessages *messages)
{
  static const char *const names[2] = { "a", "b" };

  json_builder_set_member_name (builder, "first_message");
  json_builder_begin_object (builder);
  add_text (builder, "where", messages->where);
  for (guint i = 0; i < 2; i++)
    {
      json_builder_set_member_name (builder, names[i]);
      add_message (builder, messages->messages[i]);
    }
  json_builder_end_object (builder);
}

static void
add_diff (JsonBuilder *builder, const FoliotDiff *diff)
{
  add_flag (builder, "tie", diff->tie);
  add_names (builder, "differing", diff->differing);
  add_names (builder, "only_a", diff->only[0]);
  add_names (builder, "only_b", diff->only[1]);
  add_number (builder, "from", diff->from);
  add_number (builder, "to", diff->to);
  if (diff->messages != NULL)
    add_messages (builder, diff->messages);
  if (diff->events[0] != NULL || diff->events[1] != NULL)
    add_first (builder, diff);
}

void
foliot_diff_print_json (FoliotDiffSide *sides[2], const FoliotDiff *diff, gboolean same)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  add_flag (builder, "same", same);
  add_side (builder, "a", sides[0]);
  add_side (builder, "b", sides[1]);
  if (diff != NULL)
    add_diff (builder, diff);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  printf ("%s\n", text);
}

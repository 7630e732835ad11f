/* SPDX-License-Identifier: MIT */
#include "tools/foliot-show.h"

#include <stdio.h>
#include <string.h>

#include "tools/foliot-message.h"
#include "tools/foliot-print.h"

/*
 * A line a message, a column a participant: an arrow goes from who says it to who hears it, and the message stands behind, in the
 * rest of the line. Whoever turns up later gets a column then, and the names are printed anew. Where there are more than fit, the
 * two names stand in place of the arrow.
 */

#define TIME_WIDTH        14
#define NAME_WIDTH        14
#define MAX_COLUMNS_WIDTH 64
#define MIN_TEXT_WIDTH    20

void
foliot_show_init (FoliotShow *show, FoliotJournalReader *reader, guint width)
{
  show->reader = reader;
  show->width = width;
  foliot_participants_init (&show->participants);
}

void
foliot_show_clear (FoliotShow *show)
{
  foliot_participants_clear (&show->participants);
  g_clear_pointer (&show->reader, foliot_journal_reader_free);
  g_clear_pointer (&show->columns, g_free);
}

/* Returns: (transfer full): @text in at most @width characters; 0: no limit. */
static char *
shorten (const char *text, glong width)
{
  g_autofree char *begin = NULL;

  if (width <= 0 || g_utf8_strlen (text, -1) <= width)
    return g_strdup (text);
  begin = g_utf8_substring (text, 0, width - 1);
  return g_strconcat (begin, "…", NULL);
}

static void
append_repeated (GString *line, const char *text, glong n)
{
  for (glong i = 0; i < n; i++)
    g_string_append (line, text);
}

/* ---- columns ---- */

static const FoliotJournalHeader *
get_header (FoliotShow *show)
{
  return foliot_journal_reader_get_header (show->reader);
}

static guint
count_columns (FoliotShow *show)
{
  return show->participants.names->len;
}

static char *
dup_name (FoliotShow *show, guint index)
{
  return shorten (g_ptr_array_index (show->participants.names, index), NAME_WIDTH);
}

static glong
get_column_width (FoliotShow *show, guint index)
{
  g_autofree char *name = dup_name (show, index);

  return MAX (g_utf8_strlen (name, -1) + 2, 8);
}

/* Whether all have a column. */
static gboolean
has_columns (FoliotShow *show)
{
  guint n = count_columns (show);
  glong width = 0;

  for (guint i = 0; i < n && n <= MAX_COLUMNS_WIDTH / 8; i++)
    width += get_column_width (show, i);
  return n <= MAX_COLUMNS_WIDTH / 8 && width <= MAX_COLUMNS_WIDTH;
}

/* ---- lines ---- */

static GString *
begin_line (const char *time)
{
  GString *line = g_string_new (NULL);

  append_repeated (line, " ", TIME_WIDTH - (glong) strlen (time));
  g_string_append (line, time);
  g_string_append (line, "  ");
  return line;
}

static void
print_line (FoliotShow *show, GString *line, const char *text)
{
  glong begun = g_utf8_strlen (line->str, -1);
  g_autofree char *rest
      = shorten (text, show->width > 0 ? MAX ((glong) show->width - begun, MIN_TEXT_WIDTH) : 0);

  printf ("%s%s\n", line->str, rest);
}

/* The names above the columns, if they are not those that were printed last. */
static void
print_names (FoliotShow *show)
{
  g_autoptr (GString) line = begin_line ("time");

  for (guint i = 0; has_columns (show) && i < count_columns (show); i++)
    {
      g_autofree char *name = dup_name (show, i);

      g_string_append (line, name);
      append_repeated (line, " ", get_column_width (show, i) - g_utf8_strlen (name, -1));
    }
  g_strchomp (line->str);
  if (show->columns != NULL && g_str_equal (line->str, show->columns))
    return;
  g_free (show->columns);
  show->columns = g_strdup (line->str);
  printf ("\n%s\n", line->str);
}

/* An arrow; @from == @to: a mark; −1: only the lines of all. */
static void
append_arrow (FoliotShow *show, GString *line, int from, int to)
{
  int left = MIN (from, to), right = MAX (from, to);

  for (int i = 0; i < (int) count_columns (show); i++)
    {
      glong rest = get_column_width (show, (guint) i) - 1;

      g_string_append (line, i == to && i == from                 ? "◆"
                             : i == from                          ? "●"
                             : i == to                            ? from < to ? "▶" : "◀"
                             : left >= 0 && i > left && i < right ? "─"
                                                                  : "│");
      append_repeated (line, left >= 0 && i >= left && i < right ? "─" : " ", rest);
    }
}

static void
append_pair (FoliotShow *show, GString *line, int from, int to)
{
  const GPtrArray *names = show->participants.names;

  if (from >= 0)
    g_string_append (line, g_ptr_array_index (names, from));
  if (from >= 0 && to >= 0 && to != from)
    g_string_append_printf (line, " → %s", (const char *) g_ptr_array_index (names, to));
  if (from >= 0)
    g_string_append (line, ": ");
}

static gboolean
is_wire (FoliotShow *show)
{
  return g_str_equal (get_header (show)->verb, "wire");
}

/* On a wire time is that of the machine, and all lines have as many digits. */
static char *
format_time (FoliotShow *show, FoliotTime time)
{
  if (is_wire (show) && time >= 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT, time / FOLIOT_SECOND,
                            time % FOLIOT_SECOND / FOLIOT_MICROSECOND);
  return foliot_time_format (time);
}

static void
print_event (FoliotShow *show, FoliotTime time, int from, int to, const char *text)
{
  g_autofree char *seconds = format_time (show, time);
  g_autoptr (GString) line = NULL;

  print_names (show);
  line = begin_line (seconds);
  if (has_columns (show))
    append_arrow (show, line, from, to);
  else
    append_pair (show, line, from, to);
  print_line (show, line, text);
}

/* ---- records ---- */

static char *
describe_sent (const FoliotJournalRecord *record)
{
  if (record->bytes != NULL)
    return foliot_message_describe (record->bytes);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " bytes, hash %016" G_GINT64_MODIFIER "x", record->length,
                          record->hash);
}

static char *
describe_received (const FoliotJournalRecord *record)
{
  if (record->error != NULL)
    return g_strdup_printf ("failed: %s", record->error->message);
  if (record->bytes != NULL)
    return foliot_message_describe (record->bytes);
  if (record->text != NULL && *record->text != '\0')
    return g_strdup (record->text);
  if (record->what == FOLIOT_EVENT_GATE)
    return NULL; /* it can take more: of no interest to people */
  return g_strdup (record->what == FOLIOT_EVENT_LINK ? "the connection opens or ends" : "something happened");
}

static gboolean
is_of_kind (FoliotShow *show, const FoliotJournalRecord *record, const char *kind)
{
  const FoliotJournalPort *port = foliot_journal_reader_get_port (show->reader, record->port);

  return port != NULL && g_str_equal (port->kind, kind);
}

static char *
dup_text (GBytes *bytes)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  return g_utf8_make_valid (text, (gssize) length);
}

/* What a child process writes is no message, but text. Returns: (transfer full) (nullable): it is none of a child. */
static char *
describe_child (FoliotShow *show, const FoliotJournalRecord *record)
{
  g_autofree char *text = record->bytes != NULL ? dup_text (record->bytes) : NULL;

  if (is_of_kind (show, record, "output"))
    return text != NULL ? g_strconcat ("writes: ", text, NULL) : g_strdup ("writes no more");
  if (!is_of_kind (show, record, "end"))
    return NULL;
  return g_strdup_printf ("ends: %s%s%s", record->text != NULL ? record->text : "nobody knows how",
                          text != NULL ? ", and has written: " : "", text != NULL ? text : "");
}

static char *
describe_arrival (FoliotShow *show, const FoliotJournalRecord *record)
{
  char *child = describe_child (show, record);

  return child != NULL ? child : describe_received (record);
}

static void
print_message (FoliotShow *show, const FoliotJournalRecord *record)
{
  const FoliotEnds *ends = foliot_participants_find (&show->participants, record->port);
  gboolean is_in = record->kind == FOLIOT_JOURNAL_IN;
  g_autofree char *content = is_in ? describe_arrival (show, record) : describe_sent (record), *line = NULL;
  int far = ends != NULL ? ends->far : -1, near = ends != NULL ? ends->near : -1;

  if (content == NULL)
    return;
  line = foliot_print_dup_line (content);
  print_event (show, record->time_ns, is_in ? far : near, is_in ? near : far, line);
}

/* A new port is seen by its column. */
static void
print_control (FoliotShow *show, const FoliotJournalRecord *record)
{
  const FoliotEnds *ends = foliot_participants_find (&show->participants, record->port);
  int participant = ends != NULL ? ends->far : -1;
  const FoliotJournalPort *port = foliot_journal_reader_get_port (show->reader, record->port);
  const char *what = foliot_journal_control_get_name (record->what);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *line = NULL;

  if (record->what == FOLIOT_JOURNAL_CONTROL_PORT)
    return;
  if (participant < 0 && port != NULL)
    g_string_append_printf (text, "%s: ", port->name);
  g_string_append (text, what != NULL ? what : "control");
  if (record->text != NULL && *record->text != '\0')
    g_string_append_printf (text, ": %s", record->text);
  if (record->error != NULL)
    g_string_append_printf (text, ": %s", record->error->message);
  line = foliot_print_dup_line (text->str);
  print_event (show, record->time_ns, participant, participant, line);
}

static void
print_remark (FoliotShow *show, const FoliotJournalRecord *record, const char *format, const char *rest)
{
  g_autofree char *text
      = g_strdup_printf ("%s %s%s%s", format, record->name != NULL ? record->name : "somebody",
                         rest != NULL ? ": " : "", rest != NULL ? rest : "");
  g_autofree char *line = foliot_print_dup_line (text);

  print_event (show, record->time_ns, -1, -1, line);
}

static void
print_end (FoliotShow *show, const FoliotJournalRecord *record)
{
  g_autofree char *seconds = format_time (show, record->time_ns);
  g_autofree char *verdict = foliot_print_dup_line (record->text != NULL ? record->text : "ended");

  printf ("\nends at %s s, complete, after %" G_GUINT64_FORMAT " records, at byte %" G_GUINT64_FORMAT ": %s",
          seconds, record->number, foliot_journal_reader_get_place (show->reader, NULL), verdict);
  if (record->what != 0)
    printf (" (exit code %u)", record->what);
  if (record->name != NULL)
    printf ("\ndigest %s%s", record->name,
            g_str_equal (get_header (show)->verb, "mosaik") ? ", with the good-bye behind the run" : "");
  putchar ('\n');
}

void
foliot_show_text_record (FoliotShow *show, const FoliotJournalRecord *record)
{
  g_autofree char *step = NULL, *observed = NULL;

  foliot_participants_update (&show->participants, get_header (show));
  switch (record->kind)
    {
    case FOLIOT_JOURNAL_IN:
    case FOLIOT_JOURNAL_OUT:
      print_message (show, record);
      break;
    case FOLIOT_JOURNAL_CONTROL:
      print_control (show, record);
      break;
    case FOLIOT_JOURNAL_STEP:
      if (g_strcmp0 (record->name, "clock") == 0)
        break; /* the other lines say what time it is */
      step = g_strdup_printf ("%" G_GUINT64_FORMAT, record->sequence);
      print_remark (show, record, "time granted by", step);
      break;
    case FOLIOT_JOURNAL_OBSERVED:
      observed = record->bytes != NULL ? foliot_message_describe (record->bytes) : NULL;
      print_remark (show, record, "looked outside:", observed);
      break;
    case FOLIOT_JOURNAL_NOTE:
      if (foliot_journal_header_get (get_header (show), "record_agents") == NULL) /* what agents heard */
        print_remark (show, record, "note by", record->text);
      break;
    case FOLIOT_JOURNAL_END:
      print_end (show, record);
      break;
    case FOLIOT_JOURNAL_HEADER:
    case FOLIOT_JOURNAL_DIGEST: /* for programs */
    default:
      break;
    }
}

void
foliot_show_text_header (FoliotShow *show)
{
  const FoliotJournalHeader *header = get_header (show);
  const char *program = foliot_participants_get_program (header);

  printf ("%s: recorded by %s", foliot_journal_reader_get_path (show->reader),
          program != NULL ? program : "foliot ");
  if (program == NULL)
    fputs (header->verb, stdout);
  if (header->scenario_name != NULL)
    printf (", scenario %s, seed %" G_GUINT64_FORMAT, header->scenario_name, header->seed);
  putchar ('\n');
  for (guint i = 0; i < header->settings->len; i++)
    {
      const FoliotJournalSetting *setting = g_ptr_array_index (header->settings, i);
      g_autofree char *text = g_strdup_printf ("  %s = %s", setting->name, setting->value);
      g_autofree char *line = foliot_print_dup_line (text), *shown = shorten (line, show->width);

      puts (shown);
    }
}

void
foliot_show_text_error (FoliotShow *show, const GError *error)
{
  printf ("\n%s\n", error->message);
}

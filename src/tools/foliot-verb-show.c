/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tools/foliot-drive.h"
#include "tools/foliot-options.h"
#include "tools/foliot-show.h"

/*
 * `foliot show FILE`: what a journal holds. Reads leniently: what is damaged is named in its place, and the rest is shown. Follows a
 * journal that is being written by waiting for the system's word that it has grown, or that its writer has gone.
 */

typedef struct
{
  gboolean json;
  gboolean follow;
  char *port;
  char **rest; /* FILE */
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_free (arguments->port);
  g_strfreev (arguments->rest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &arguments->json, "One JSON object a line", NULL },
    { "follow", 0, 0, G_OPTION_ARG_NONE, &arguments->follow, "Go on as long as it is being written", NULL },
    { "port", 0, 0, G_OPTION_ARG_FILENAME, &arguments->port, "Only what goes through this port", "NAME" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->rest, NULL, "FILE" },
    { NULL },
  };

  if (!foliot_options_parse ("show", entries, &argc, &argv, error))
    return FALSE;
  if (arguments->rest != NULL && g_strv_length (arguments->rest) == 1)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "expected one FILE (foliot help show)");
  return FALSE;
}

/* How long lines may be; 0: as long as they are, for those who read them are no people. */
static guint
get_width (void)
{
  const char *columns = g_getenv ("COLUMNS");
  struct winsize size;
  guint64 width;

  if (isatty (STDOUT_FILENO) && ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  if (columns != NULL && g_ascii_string_to_unsigned (columns, 10, 1, 10000, &width, NULL))
    return (guint) width;
  return 0;
}

/* ---- records ---- */

static gboolean
is_wanted (const Arguments *arguments, FoliotShow *show, const FoliotJournalRecord *record)
{
  const FoliotJournalPort *port;

  if (arguments->port == NULL || record->port == 0)
    return TRUE;
  port = foliot_journal_reader_get_port (show->reader, record->port);
  return port != NULL && g_str_equal (port->name, arguments->port);
}

static void
print_record (const Arguments *arguments, FoliotShow *show, const FoliotJournalRecord *record)
{
  if (!is_wanted (arguments, show, record))
    return;
  if (arguments->json)
    foliot_show_json_record (show, record);
  else
    foliot_show_text_record (show, record);
}

static void
print_error (const Arguments *arguments, FoliotShow *show, const GError *error)
{
  if (arguments->json)
    foliot_show_json_error (show, error);
  else
    foliot_show_text_error (show, error);
}

/* Up to the end of what there is. Returns: (nullable): how it ends: NULL: completely; else TRUNCATED, or that it cannot be read. */
static GError *
print_records (const Arguments *arguments, FoliotShow *show, gboolean *damaged)
{
  const FoliotJournalRecord *record;
  GError *error = NULL;

  while ((record = foliot_journal_reader_next (show->reader, &error)) != NULL || error != NULL)
    {
      if (record != NULL)
        print_record (arguments, show, record);
      else if (error->code != FOLIOT_JOURNAL_ERROR_DAMAGED)
        return error;
      else
        {
          *damaged = TRUE;
          print_error (arguments, show, error);
          g_clear_error (&error);
        }
    }
  return NULL;
}

/* ---- following ---- */

#define LOOK_AGAIN_MS 500

/* Until something was written, or for a moment: a writer that is killed lets go of its lock a little later than of its file. */
static void
await_growth (int watch)
{
  struct pollfd fd = { .fd = watch, .events = POLLIN };
  char events[4096];

  if (poll (&fd, 1, LOOK_AGAIN_MS) > 0)
    {
      G_GNUC_UNUSED ssize_t n = read (watch, events, sizeof events);
    }
}

static GError *
follow (const Arguments *arguments, FoliotShow *show, gboolean *damaged)
{
  int watch = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  gboolean is_live = TRUE;
  GError *end = NULL;

  inotify_add_watch (watch, foliot_journal_reader_get_path (show->reader), IN_MODIFY | IN_CLOSE_WRITE);
  while ((end = print_records (arguments, show, damaged)) != NULL
         && end->code == FOLIOT_JOURNAL_ERROR_TRUNCATED && is_live && fflush (stdout) == 0)
    {
      is_live = foliot_journal_reader_is_live (show->reader);
      if (is_live)
        await_growth (watch);
      g_clear_error (&end); /* what was written before its writer went is read by the last turn */
    }
  close (watch);
  return end;
}

/* Ports come as the run goes on: only behind the last record it is clear that there is no such one. */
static gboolean
has_port (const Arguments *arguments, FoliotShow *show)
{
  const FoliotJournalHeader *header = foliot_journal_reader_get_header (show->reader);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < header->ports->len; i++)
    {
      const FoliotJournalPort *port = g_ptr_array_index (header->ports, i);

      if (arguments->port == NULL || g_str_equal (port->name, arguments->port))
        return TRUE;
      g_string_append_printf (text, "%s\"%s\"", i > 0 ? ", " : "", port->name);
    }
  if (arguments->port == NULL)
    return TRUE;
  g_string_prepend (text, header->ports->len > 0 ? "; there are: " : "; it has none");
  g_string_prepend (text, "\": the recording has no such port");
  g_string_prepend (text, arguments->port);
  g_string_prepend (text, "--port \"");
  foliot_drive_say (text->str);
  return FALSE;
}

static int
show_all (const Arguments *arguments, FoliotShow *show)
{
  g_autoptr (GError) end = NULL;
  gboolean damaged = FALSE;

  if (arguments->json)
    foliot_show_json_header (show);
  else
    foliot_show_text_header (show);
  end = arguments->follow ? follow (arguments, show, &damaged) : print_records (arguments, show, &damaged);
  if (end != NULL)
    print_error (arguments, show, end);
  if (damaged || (end != NULL && !foliot_journal_reader_is_live (show->reader)))
    return FOLIOT_EXIT_JOURNAL;
  fflush (stdout);
  return has_port (arguments, show) ? FOLIOT_EXIT_OK : FOLIOT_EXIT_USAGE;
}

int
foliot_verb_show (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (FoliotShow) show = { 0 };
  g_autoptr (GError) error = NULL;
  FoliotJournalReader *reader = NULL;

  if (parse (argc, argv, &arguments, &error))
    reader = foliot_journal_reader_new (arguments.rest[0], &error);
  if (reader != NULL)
    {
      foliot_show_init (&show, reader, get_width ());
      return show_all (&arguments, &show);
    }
  foliot_drive_say (error->message);
  return error->domain == FOLIOT_JOURNAL_ERROR && error->code != FOLIOT_JOURNAL_ERROR_OPEN
             ? FOLIOT_EXIT_JOURNAL
             : FOLIOT_EXIT_USAGE;
}

/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include "tools/foliot-part.h"
#include "tools/foliot-tap.h"
#include "tools/foliot-watch.h"
#include "tools/foliot-wire.h"

/*
 * `foliot wire LISTEN CONNECT --record FILE`: listens in on two programs. `foliot wire --replay FILE --as NAME`: takes the place of one
 * of them, which is the only kind of replay that opens a socket.
 */

typedef struct
{
  FoliotWireOptions wire; /* whose codec is not asked for: nobody here needs it */
  char *record;
  char *names[2];
  char *replay;
  char *as;
  char *listen;
  char *connect;
  gboolean lenient;
  char **rest; /* LISTEN, CONNECT */
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  foliot_wire_options_clear (&arguments->wire);
  g_free (arguments->record);
  g_free (arguments->names[0]);
  g_free (arguments->names[1]);
  g_free (arguments->replay);
  g_free (arguments->as);
  g_free (arguments->listen);
  g_free (arguments->connect);
  g_strfreev (arguments->rest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean
check (const Arguments *arguments, GError **error)
{
  guint n = arguments->rest != NULL ? g_strv_length (arguments->rest) : 0;
  gboolean records = arguments->record != NULL && n == 2 && arguments->replay == NULL && arguments->as == NULL
                     && arguments->listen == NULL && arguments->connect == NULL && !arguments->lenient;
  gboolean plays = arguments->replay != NULL && arguments->as != NULL && n == 0 && arguments->record == NULL
                   && arguments->names[0] == NULL && arguments->names[1] == NULL
                   && (arguments->listen != NULL) != (arguments->connect != NULL);

  if (records && g_strcmp0 (arguments->names[0], arguments->names[1]) == 0 && arguments->names[0] != NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 "--name-listen and --name-connect are both “%s”: the two sides need names that differ",
                 arguments->names[0]);
  else if (records || plays)
    return TRUE;
  else
    g_set_error_literal (
        error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
        "expected LISTEN CONNECT --record FILE, or --replay FILE --as NAME with --listen or --connect "
        "HOST:PORT (foliot help wire)");
  return FALSE;
}

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &arguments->record, "Where to record what is said", "FILE" },
    { "name-listen", 0, 0, G_OPTION_ARG_FILENAME, &arguments->names[0], "Name of who connects to LISTEN",
      "NAME" },
    { "name-connect", 0, 0, G_OPTION_ARG_FILENAME, &arguments->names[1], "Name of who listens at CONNECT",
      "NAME" },
    { "replay", 0, 0, G_OPTION_ARG_FILENAME, &arguments->replay, "Play one side of a recording", "FILE" },
    { "as", 0, 0, G_OPTION_ARG_FILENAME, &arguments->as, "Whose side is played", "NAME" },
    { "listen", 0, 0, G_OPTION_ARG_FILENAME, &arguments->listen, "Where the live side connects to",
      "HOST:PORT" },
    { "connect", 0, 0, G_OPTION_ARG_FILENAME, &arguments->connect, "Where the live side listens",
      "HOST:PORT" },
    { "lenient", 0, 0, G_OPTION_ARG_NONE, &arguments->lenient, "Go on behind a difference", NULL },
    { "tls", 0, 0, G_OPTION_ARG_FILENAME, &arguments->wire.tls,
      "Encrypt: folder with ca.pem, cert.pem and key.pem (foliot certs new)", "DIR" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->rest, NULL, "[LISTEN CONNECT]" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
                                "Records what two programs say to each other, or plays one of them.");
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, &argc, &argv, error) && check (arguments, error);
}

/* @text: (nullable). */
static gboolean
read_place (const char *text, FoliotAddress **out_address, GError **error)
{
  *out_address = text != NULL ? foliot_wire_parse_place (text, error) : NULL;
  return text == NULL || *out_address != NULL;
}

int
foliot_verb_wire (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (FoliotWire) wire = { 0 };
  g_autoptr (FoliotAddress) listen = NULL, connect = NULL;
  g_autoptr (GError) error = NULL;
  gboolean records;

  if (!parse (argc, argv, &arguments, &error))
    return foliot_wire_complain (error);
  records = arguments.record != NULL;
  if (!foliot_watch_configure (&error) || !foliot_wire_read (&arguments.wire, &wire, &error)
      || !read_place (records ? arguments.rest[0] : arguments.listen, &listen, &error)
      || !read_place (records ? arguments.rest[1] : arguments.connect, &connect, &error))
    return foliot_wire_complain (error);
  if (records)
    {
      const FoliotTapOptions options
          = { .listen = listen,
              .connect = connect,
              .names = { arguments.names[0] != NULL ? arguments.names[0] : "left",
                         arguments.names[1] != NULL ? arguments.names[1] : "right" },
              .record = arguments.record,
              .tls = wire.tls };

      return foliot_tap_run (&options);
    }
  else
    {
      const FoliotPartOptions options = { .replay = arguments.replay,
                                          .as = arguments.as,
                                          .listen = listen,
                                          .connect = connect,
                                          .tls = wire.tls,
                                          .lenient = arguments.lenient };

      return foliot_part_run (&options);
    }
}

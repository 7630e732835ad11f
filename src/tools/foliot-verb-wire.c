/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include "tools/foliot-options.h"
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
  char **listen_names;  /* nullable */
  char **connect_names; /* nullable */
  char *connections;
  gboolean keep;
  char *replay;
  char *as;
  char *conversation;
  char *listen;
  char *connect;
  gboolean lenient;
  char **rest; /* LISTEN, CONNECT, … */
  guint64 n_connections;
  guint64 number;
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  foliot_wire_options_clear (&arguments->wire);
  g_free (arguments->record);
  g_strfreev (arguments->listen_names);
  g_strfreev (arguments->connect_names);
  g_free (arguments->connections);
  g_free (arguments->replay);
  g_free (arguments->as);
  g_free (arguments->conversation);
  g_free (arguments->listen);
  g_free (arguments->connect);
  g_strfreev (arguments->rest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static guint
count (char **texts)
{
  return texts != NULL ? g_strv_length (texts) : 0;
}

/* Of all places together: a name is one of those who connect to us, or one of those to whom we do. */
static gboolean
check_names (const Arguments *arguments, GError **error)
{
  guint n_pairs = count (arguments->rest) / 2, n_listen = count (arguments->listen_names),
        n_connect = count (arguments->connect_names);

  for (guint i = 0; i < n_connect; i++)
    {
      const char *name = arguments->connect_names[i];

      if (n_listen > 0 && g_strv_contains ((const char *const *) arguments->listen_names, name))
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                       "--name-listen and --name-connect are both “%s”: the two sides need names that differ",
                       name);
          return FALSE;
        }
      if (g_strv_contains ((const char *const *) arguments->connect_names + i + 1, name))
        {
          g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                       "--name-connect is “%s” twice: each program needs a name of its own", name);
          return FALSE;
        }
    }
  if (n_listen <= n_pairs && n_connect <= n_pairs)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
               "there are more names than places: one for each of %u, in their order", n_pairs);
  return FALSE;
}

static gboolean
parse_number (const char *option, const char *text, guint64 otherwise, guint64 *out_number, GError **error)
{
  *out_number = otherwise;
  if (text == NULL || g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT32, out_number, NULL))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s %s: expected a whole number, from 1",
               option, text);
  return FALSE;
}

static gboolean
records (const Arguments *arguments)
{
  return arguments->record != NULL && count (arguments->rest) > 0 && count (arguments->rest) % 2 == 0
         && arguments->replay == NULL && arguments->as == NULL && arguments->conversation == NULL
         && arguments->listen == NULL && arguments->connect == NULL && !arguments->lenient
         && (arguments->connections == NULL || !arguments->keep);
}

static gboolean
plays (const Arguments *arguments)
{
  return arguments->replay != NULL && arguments->as != NULL && arguments->rest == NULL
         && arguments->record == NULL && arguments->listen_names == NULL && arguments->connect_names == NULL
         && arguments->connections == NULL && !arguments->keep
         && (arguments->listen != NULL) != (arguments->connect != NULL);
}

static gboolean
check (Arguments *arguments, GError **error)
{
  if (records (arguments) || plays (arguments))
    return check_names (arguments, error)
           && parse_number ("--connections", arguments->connections, arguments->keep ? 0 : 1,
                            &arguments->n_connections, error)
           && parse_number ("--conversation", arguments->conversation, 0, &arguments->number, error);
  g_set_error_literal (
      error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
      arguments->connections != NULL && arguments->keep
          ? "--connections and --keep: so many conversations, or as many as there are until somebody ends it"
          : "expected LISTEN CONNECT --record FILE, or --replay FILE --as NAME with --listen or --connect "
            "HOST:PORT (foliot help wire)");
  return FALSE;
}

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "record", 0, 0, G_OPTION_ARG_FILENAME, &arguments->record, "Where to record what is said", "FILE" },
    { "name-listen", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->listen_names,
      "Name of who connects to LISTEN", "NAME" },
    { "name-connect", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->connect_names,
      "Name of who listens at CONNECT", "NAME" },
    { "connections", 0, 0, G_OPTION_ARG_STRING, &arguments->connections,
      "How many conversations are taken at each LISTEN; 1", "N" },
    { "keep", 0, 0, G_OPTION_ARG_NONE, &arguments->keep, "Take as many as there are, until Ctrl-C", NULL },
    { "replay", 0, 0, G_OPTION_ARG_FILENAME, &arguments->replay, "Play one side of a recording", "FILE" },
    { "as", 0, 0, G_OPTION_ARG_FILENAME, &arguments->as, "Whose side is played", "NAME" },
    { "conversation", 0, 0, G_OPTION_ARG_STRING, &arguments->conversation, "In which conversation, from 1",
      "K" },
    { "listen", 0, 0, G_OPTION_ARG_FILENAME, &arguments->listen, "Where the live side connects to",
      "HOST:PORT" },
    { "connect", 0, 0, G_OPTION_ARG_FILENAME, &arguments->connect, "Where the live side listens",
      "HOST:PORT" },
    { "lenient", 0, 0, G_OPTION_ARG_NONE, &arguments->lenient, "Go on behind a difference", NULL },
    { "tls", 0, 0, G_OPTION_ARG_FILENAME, &arguments->wire.tls,
      "Encrypt: folder with ca.pem, cert.pem and key.pem (foliot certs new)", "DIR" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->rest, NULL, "[LISTEN CONNECT …]" },
    { NULL },
  };

  return foliot_options_parse ("wire", entries, &argc, &argv, error) && check (arguments, error);
}

/* ---- recording ---- */

/* @index: of the pair. Whoever connects is the same at all places, unless he has a name for each. */
static char *
dup_listen_name (const Arguments *arguments, guint index)
{
  guint n = count (arguments->listen_names);

  return g_strdup (n > 0 ? arguments->listen_names[MIN (index, n - 1)] : "left");
}

static char *
dup_connect_name (const Arguments *arguments, guint index)
{
  if (index < count (arguments->connect_names))
    return g_strdup (arguments->connect_names[index]);
  return count (arguments->rest) == 2 ? g_strdup ("right") : g_strdup_printf ("right %u", index + 1);
}

static void
clear_pair (gpointer pair)
{
  foliot_tap_pair_clear (pair);
}

static int
record (const Arguments *arguments, const FoliotWire *wire)
{
  g_autoptr (GArray) pairs = g_array_new (FALSE, TRUE, sizeof (FoliotTapPair));
  const FoliotTapOptions options = { .pairs = pairs,
                                     .n_connections = (guint) arguments->n_connections,
                                     .record = arguments->record,
                                     .tls = wire->tls };
  g_autoptr (GError) error = NULL;

  g_array_set_clear_func (pairs, clear_pair);
  g_array_set_size (pairs, count (arguments->rest) / 2);
  for (guint i = 0; i < pairs->len; i++)
    {
      FoliotTapPair *pair = &g_array_index (pairs, FoliotTapPair, i);

      pair->names[0] = dup_listen_name (arguments, i);
      pair->names[1] = dup_connect_name (arguments, i);
      pair->listen = foliot_wire_parse_place (arguments->rest[2 * i], &error);
      if (pair->listen != NULL)
        pair->connect = foliot_wire_parse_place (arguments->rest[2 * i + 1], &error);
      if (error != NULL)
        return foliot_wire_complain (error);
    }
  return foliot_tap_run (&options);
}

/* ---- playing ---- */

static int
play (const Arguments *arguments, const FoliotWire *wire)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotAddress) address
      = foliot_wire_parse_place (arguments->listen != NULL ? arguments->listen : arguments->connect, &error);
  const FoliotPartOptions options = { .replay = arguments->replay,
                                      .as = arguments->as,
                                      .conversation = (guint) arguments->number,
                                      .listen = arguments->listen != NULL ? address : NULL,
                                      .connect = arguments->connect != NULL ? address : NULL,
                                      .tls = wire->tls,
                                      .lenient = arguments->lenient };

  return address != NULL ? foliot_part_run (&options) : foliot_wire_complain (error);
}

int
foliot_verb_wire (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  g_auto (FoliotWire) wire = { 0 };
  g_autoptr (GError) error = NULL;

  if (!parse (argc, argv, &arguments, &error) || !foliot_watch_configure (&error)
      || !foliot_wire_read (&arguments.wire, &wire, &error))
    return foliot_wire_complain (error);
  return arguments.record != NULL ? record (&arguments, &wire) : play (&arguments, &wire);
}

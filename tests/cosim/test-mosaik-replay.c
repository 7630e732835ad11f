/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "foliot-mosaik-master.h"

/*
 * A simulator that was recorded, played back with nobody there: the same calls of the model, the same digest, and no
 * descriptor but those of the recording. mosaik is a thread with a socket, in no world.
 */

typedef struct
{
  const char *const *lines; /* `>` says, `<` hears, `.` hangs up */
  GSocket *listener;        /* (nullable): it is connected to, or */
  guint16 port;             /* connects there */
} Script;

/* ---- mosaik ---- */

static void
say (GSocket *socket, const char *text)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  foliot_framer_append (frame, (const guint8 *) text, strlen (text));
  g_assert_cmpint (g_socket_send (socket, (const char *) frame->data, frame->len, NULL, NULL), ==,
                   frame->len);
}

static gboolean
take (GSocket *socket, char *out, gsize length)
{
  for (gsize n = 0; n < length;)
    {
      gssize got = g_socket_receive (socket, out + n, length - n, NULL, NULL);

      if (got <= 0)
        return FALSE;
      n += (gsize) got;
    }
  return TRUE;
}

static char *
hear (GSocket *socket)
{
  guint32 length;
  char *text;

  if (!take (socket, (char *) &length, sizeof length))
    return NULL;
  text = g_malloc0 (GUINT32_FROM_BE (length) + 1);
  g_assert_true (take (socket, text, GUINT32_FROM_BE (length)));
  return text;
}

static GSocket *
new_socket (void)
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  g_socket_set_timeout (socket, 20);
  return socket;
}

static GSocket *
meet (const Script *script)
{
  g_autoptr (GSocketAddress) address = NULL;
  GSocket *socket;

  if (script->listener != NULL)
    return g_socket_accept (script->listener, NULL, NULL);
  address = g_inet_socket_address_new_from_string ("127.0.0.1", script->port);
  socket = new_socket ();
  g_assert_true (g_socket_connect (socket, address, NULL, NULL));
  return socket;
}

static gpointer
run_script (gpointer data)
{
  const Script *script = data;
  g_autoptr (GSocket) socket = meet (script);
  g_autofree char *rest = NULL;

  for (gsize i = 0; script->lines[i] != NULL; i++)
    {
      const char *line = script->lines[i];
      g_autofree char *heard = *line == '<' ? hear (socket) : NULL;

      if (*line == '<')
        g_assert_cmpstr (heard, ==, line + 1);
      else if (*line == '>')
        say (socket, line + 1);
      else
        g_socket_shutdown (socket, FALSE, TRUE, NULL);
    }
  rest = hear (socket);
  g_assert_null (rest);
  return NULL;
}

/* ---- the simulator ---- */

static gboolean
ask_in_step (Probe *probe, GError **error)
{
  double percent;
  g_autoptr (GError) local = NULL;

  if (probe->step_now->time == 2)
    foliot_mosaik_stop (probe->mosaik);
  if (!foliot_mosaik_wait_real (probe->mosaik, 1, &local)
      || !foliot_mosaik_get_progress (probe->mosaik, &percent, &local))
    g_string_append_printf (probe->calls, "%s %d\n", g_quark_to_string (local->domain), local->code);
  return TRUE;
}

/* Returns: (transfer full): what its model was called for, and the digest of its world. */
static char *
run (FoliotKernel *kernel, const char *address, Script *script)
{
  g_auto (Probe) probe = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GThread) mosaik = NULL;
  g_autofree char *digest = NULL;
  gboolean listens = g_str_has_suffix (address, ":0");

  probe_make (&probe, kernel);
  probe.on_step = ask_in_step;
  g_assert_true (listens ? foliot_mosaik_listen (probe.mosaik, address, &error)
                         : foliot_mosaik_connect (probe.mosaik, address, &error));
  g_assert_no_error (error);
  if (script != NULL && listens)
    script->port = (guint16) foliot_address_get_port (foliot_mosaik_get_address (probe.mosaik));
  if (script != NULL)
    mosaik = g_thread_new ("mosaik", run_script, script);
  g_assert_true (foliot_mosaik_run (probe.mosaik, 20000, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (probe.n_finalized, ==, 1);
  digest = foliot_kernel_dup_digest (kernel);
  g_object_unref (probe.mosaik);
  return g_strconcat (probe.calls->str, digest, NULL);
}

static char *
record (const char *path, const char *address, Script *script)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("mosaik");
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotRecorder) recorder = foliot_recorder_new (kernel, path, header, TRUE, &error);
  char *live;

  g_assert_no_error (error);
  live = run (kernel, address, script);
  g_assert_true (foliot_recorder_end (recorder, 0, NULL, &error));
  g_assert_no_error (error);
  foliot_kernel_close (kernel);
  return live;
}

static char *
play (const char *path, const char *address)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotReplay) replay = foliot_replay_new (path, NULL, &error);
  char *again;

  g_assert_no_error (error);
  foliot_replay_attach (replay, kernel);
  again = run (kernel, address, NULL);
  g_assert_true (foliot_replay_end (replay, &error));
  g_assert_no_error (error);
  foliot_kernel_close (kernel);
  return again;
}

static void
assert_replays (const char *const *lines, gboolean listens)
{
  Script script = { .lines = lines };
  g_autofree char *folder = g_dir_make_tmp ("foliot-mosaik-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "run.flj", NULL);
  g_autofree char *address = g_strdup ("127.0.0.1:0"), *live = NULL, *again = NULL;
  g_autoptr (GSocket) listener = NULL;

  if (!listens)
    {
      g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0), at = NULL;

      listener = script.listener = new_socket ();
      g_assert_true (g_socket_bind (listener, any, FALSE, NULL));
      g_assert_true (g_socket_listen (listener, NULL));
      at = g_socket_get_local_address (listener, NULL);
      g_free (address);
      address = g_strdup_printf ("127.0.0.1:%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (at)));
    }
  live = record (path, address, &script);
  g_clear_object (&listener);
  again = play (path, address);
  g_assert_cmpstr (live, ==, again);
  g_unlink (path);
  g_rmdir (folder);
}

#define BEGIN                                                                                                \
  ">[0, 0, [\"init\", [\"S-0\"], {\"time_resolution\": 1.0}]]",                                              \
      "<[1, 0, {\"api_version\": \"3.0\", \"type\": \"time-based\", \"models\": {\"M\": {\"public\": true, " \
      "\"params\": [], \"attrs\": [\"x\", \"y\"]}}}]",                                                       \
      ">[0, 1, [\"create\", [1, \"M\"], {}]]", "<[1, 1, [{\"eid\": \"e0\", \"type\": \"M\"}]]",              \
      ">[0, 2, [\"step\", [0, {\"e0\": {\"x\": {\"B\": NaN, \"A\": 0.1}}}, 9], {}]]",                        \
      "<[0, 0, [\"get_progress\", [], {}]]", ">[1, 0, 12.5]", "<[1, 2, 1]"

static const char *const to_the_end[] = {
  BEGIN,
  ">[0, 3, [\"get_data\", [{\"e0\": [\"y\", \"x\"]}], {}]]",
  "<[1, 3, {\"e0\": {\"x\": 0, \"y\": 0}}]",
  ">[0, 4, [\"step\", [1, {}, -1], {}]]",
  "<[0, 1, [\"get_progress\", [], {}]]",
  ">[2, 1, [\"ScenarioError\", \"No connection from A to B\", \"line 1\\n\"]]",
  "<[1, 4, 2]",
  ">[0, 5, [\"stop\", [], {}]]",
  "<[1, 5, null]",
  NULL,
};

static void
test_connected (void)
{
  assert_replays (to_the_end, FALSE);
}

static void
test_listening (void)
{
  assert_replays (to_the_end, TRUE);
}

static const char *const lost[] = {
  BEGIN, ">[0, 3, [\"step\", [1, {}, 9], {}]]", "<[0, 1, [\"get_progress\", [], {}]]", ".", NULL,
};

static void
test_lost (void)
{
  assert_replays (lost, FALSE);
}

/* The model rings its own bell: in the recording the signal is an arrival as any other. */
static const char *const signalled[] = { BEGIN, ">[0, 3, [\"step\", [2, {}, 9], {}]]", NULL };

static void
test_signalled (void)
{
  assert_replays (signalled, FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mosaik/replay/connected", test_connected);
  g_test_add_func ("/mosaik/replay/listening", test_listening);
  g_test_add_func ("/mosaik/replay/lost-in-step", test_lost);
  g_test_add_func ("/mosaik/replay/signalled", test_signalled);
  return g_test_run ();
}

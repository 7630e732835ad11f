/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "foliot-test.h"

/*
 * A parent that was recorded, played back with its children gone: the program that they were is removed. It hears the same of
 * them, good or bad, to the word. Children are test-child --child.
 */

typedef struct Stage Stage;
struct Stage
{
  FoliotContainer *container;
  const char *program; /* of the children */
  GString *heard;
  void (*body) (Stage *stage);
};

/* ---- what the parent hears ---- */

static void
hear_error (Stage *stage, const GError *error)
{
  g_string_append_printf (stage->heard, "%s %d: %s\n", g_quark_to_string (error->domain), error->code,
                          error->message);
}

/* Returns: (transfer full) (nullable) */
static FoliotValue *
await_and_hear (Stage *stage, FoliotFuture *future)
{
  g_autoptr (GError) error = NULL;
  FoliotValue *value = foliot_await_take (future, &error);
  if (value == NULL)
    hear_error (stage, error);
  return value;
}

static void
hear_int (Stage *stage, FoliotFuture *future)
{
  g_autoptr (FoliotValue) value = await_and_hear (stage, future);
  if (value != NULL)
    g_string_append_printf (stage->heard, "%" G_GINT64_FORMAT "\n", foliot_value_get_int (value));
}

static void
hear_report (Stage *stage, FoliotChild *child)
{
  g_autofree char *report = foliot_child_dup_report (child);
  g_string_append_printf (stage->heard, "%d %d %s %s\n", foliot_child_get_pid (child),
                          foliot_child_get_status (child), foliot_child_get_url (child), report);
}

/* Returns: (transfer full) */
static FoliotChild *
start (Stage *stage, const char *how)
{
  const char *const argv[] = { stage->program, "--child", "tcp", how, NULL };
  g_autoptr (FoliotValue) child = await_and_hear (stage, foliot_child_start (stage->container, argv, NULL));
  g_assert_nonnull (child);
  return foliot_child_ref (foliot_value_get_object (child, FOLIOT_TYPE_CHILD));
}

/* Returns: (transfer full) */
static FoliotProxy *
spawn (Stage *stage, FoliotChild *child, int offset)
{
  g_autoptr (FoliotValue) pair
      = await_and_hear (stage, foliot_proxy_call (foliot_child_get_manager (child), "spawn",
                                                  foliot_value_new_string ("demo:Callee"),
                                                  foliot_value_new_int (offset), NULL));
  g_assert_nonnull (pair);
  return foliot_proxy_ref (foliot_value_get_proxy (foliot_value_get_item (pair, 0)));
}

/* ---- stories ---- */

static void
use_two (Stage *stage)
{
  g_autoptr (FoliotChild) one = start (stage, ""), other = start (stage, "");
  g_autoptr (FoliotProxy) first = spawn (stage, one, 1), second = spawn (stage, other, 2);
  for (int i = 0; i < 5; i++)
    {
      hear_int (stage,
                foliot_proxy_call (first, "add", foliot_value_new_int (i), foliot_value_new_int (4), NULL));
      hear_int (stage,
                foliot_proxy_call (second, "add", foliot_value_new_int (i), foliot_value_new_int (4), NULL));
    }
  hear_report (stage, one);
  g_autoptr (FoliotValue) stopped = await_and_hear (stage, foliot_child_stop (one, 0));
  g_autoptr (FoliotValue) stopped_too = await_and_hear (stage, foliot_child_stop (other, 0));
  hear_report (stage, one);
  hear_report (stage, other);
}

static void
lose_one (Stage *stage)
{
  g_autoptr (FoliotChild) child = start (stage, "");
  g_autoptr (FoliotProxy) agent = spawn (stage, child, 0);
  hear_int (stage, foliot_proxy_call (agent, "die", foliot_value_new_string ("I am tired"),
                                      foliot_value_new_int (7), NULL));
  g_autoptr (FoliotValue) ended = await_and_hear (stage, foliot_future_ref (foliot_child_get_ended (child)));
  hear_report (stage, child);
}

/* Killed in the end, by the recording, too. */
static void
stop_hanging (Stage *stage)
{
  g_autoptr (FoliotChild) child = start (stage, "hang");
  g_autoptr (FoliotValue) stopped = await_and_hear (stage, foliot_child_stop (child, 200));
  hear_report (stage, child);
}

static void
start_badly (Stage *stage)
{
  static const char *const nowhere[] = { "/nonexistent/child", NULL },
                           *const dead[] = { "sh", "-c", "echo no licence >&2; exit 3", NULL },
                           *const silent[] = { "sh", "-c", "printf starting; exec sleep 1000", NULL };
  /* A socket that is not there is tried again and again, with pauses. */
  const FoliotChildOptions soon = { .start_limit_ms = 200 },
                           nobody = { .start_limit_ms = 200, .url = "ipc://[/nonexistent/socket]/0" };
  hear_int (stage, foliot_child_start (stage->container, nowhere, NULL));
  hear_int (stage, foliot_child_start (stage->container, dead, NULL));
  hear_int (stage, foliot_child_start (stage->container, silent, &soon));
  hear_int (stage, foliot_child_start (stage->container, silent, &nobody));
}

/* It cannot say where it listens, and is asked for until it does. */
static void
start_late (Stage *stage)
{
  g_autofree char *folder = g_path_get_dirname (stage->program);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autofree char *url = g_strdup_printf ("ipc://[%s]/0", path);
  const char *const argv[] = { stage->program, "--child", path, "", NULL };
  const FoliotChildOptions options = { .url = url };
  g_autoptr (FoliotValue) started
      = await_and_hear (stage, foliot_child_start (stage->container, argv, &options));
  g_assert_nonnull (started);
  FoliotChild *child = foliot_value_get_object (started, FOLIOT_TYPE_CHILD);
  g_autoptr (FoliotValue) stopped = await_and_hear (stage, foliot_child_stop (child, 0));
  hear_report (stage, child);
  g_unlink (path);
}

/* What nobody waits for any more, and what was never waited for. */
static void
drop_one (Stage *stage)
{
  g_autoptr (FoliotChild) other = start (stage, "");
  FoliotChild *child = start (stage, "");
  hear_report (stage, child);
  foliot_child_unref (child);
  g_autoptr (FoliotProxy) agent = spawn (stage, other, 0);
  hear_int (stage,
            foliot_proxy_call (agent, "add", foliot_value_new_int (1), foliot_value_new_int (1), NULL));
}

typedef struct
{
  const char *name;
  void (*body) (Stage *stage);
  const char *words; /* that are heard */
} Story;

static const Story stories[] = {
  { "two", use_two, " ended with exit status 0" },
  { "dies", lose_one, " ended with exit status 7; its last lines:\n" },
  { "hangs", stop_hanging, "did not stop within its limit, and was killed: process " },
  { "never-starts", start_badly, "cannot start \"/nonexistent/child\"" },
  { "late", start_late, "/socket]/0 process " },
  { "dropped", drop_one, " is running" },
};

/* ---- recorded and replayed ---- */

static FoliotValue *
run_stage (gpointer user_data, GError **error)
{
  Stage *stage = user_data;
  stage->body (stage);
  g_autoptr (FoliotValue) nothing = foliot_await_take (foliot_container_shutdown (stage->container), NULL);
  return foliot_value_new_null ();
}

/* Returns: (transfer full): what was heard, and the digest. */
static char *
run (FoliotKernel *kernel, const Story *story, const char *program)
{
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) at = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, at, NULL, &error);
  g_autoptr (GString) heard = g_string_new (NULL);
  g_assert_no_error (error);
  Stage stage = { .container = container, .program = program, .heard = heard, .body = story->body };
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn_full (kernel, NULL, "test", FOLIOT_STACK_LARGE, run_stage, &stage, NULL);
  g_autoptr (FoliotValue) value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  g_autofree char *digest = foliot_kernel_dup_digest (kernel);
  return g_strconcat (heard->str, digest, "\n", NULL);
}

static char *
record (const Story *story, const char *path, const char *program)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new ("test");
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotRecorder) recorder = foliot_recorder_new (kernel, path, header, TRUE, &error);
  g_assert_no_error (error);
  char *heard = run (kernel, story, program);
  g_assert_true (foliot_recorder_end (recorder, 0, NULL, &error));
  g_assert_no_error (error);
  foliot_kernel_close (kernel);
  return heard;
}

static char *
play (const Story *story, const char *path, const char *program)
{
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotReplay) replay = foliot_replay_new (path, NULL, &error);
  g_assert_no_error (error);
  foliot_replay_attach (replay, kernel);
  char *heard = run (kernel, story, program);
  g_assert_true (foliot_replay_end (replay, &error));
  g_assert_no_error (error);
  foliot_kernel_close (kernel);
  return heard;
}

typedef struct
{
  char *folder, *path, *program, *live;
} Recording;

/* The program is where only the live run finds it. */
static void
recording_make (Recording *recording, const Story *story)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL), *place = g_path_get_dirname (self);
  g_autofree char *target = g_build_filename (place, "test-child", NULL);
  recording->folder = g_dir_make_tmp ("foliot-child-XXXXXX", NULL);
  recording->path = g_build_filename (recording->folder, "run.flj", NULL);
  recording->program = g_build_filename (recording->folder, "child", NULL);
  g_assert_cmpint (symlink (target, recording->program), ==, 0);
  recording->live = record (story, recording->path, recording->program);
  g_assert_nonnull (strstr (recording->live, story->words));
  g_assert_cmpint (g_unlink (recording->program), ==, 0);
}

static void
recording_clear (Recording *recording)
{
  g_unlink (recording->path);
  g_assert_cmpint (g_rmdir (recording->folder), ==, 0);
  g_free (recording->folder);
  g_free (recording->path);
  g_free (recording->program);
  g_free (recording->live);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Recording, recording_clear)

static void
test_story (gconstpointer story)
{
  g_auto (Recording) recording = { NULL };
  recording_make (&recording, story);
  g_autofree char *again = play (story, recording.path, recording.program);
  g_assert_cmpstr (recording.live, ==, again);
}

/* ---- from outside ---- */

/* --replay STORY PATH PROGRAM */
static int
be_replay (char **argv)
{
  for (gsize i = 0; i < G_N_ELEMENTS (stories); i++)
    if (g_str_equal (argv[0], stories[i].name))
      {
        g_autofree char *heard = play (&stories[i], argv[1], argv[2]);
        fputs (heard, stdout);
        return 0;
      }
  return 1;
}

static void
skip (const char *why)
{
  if (g_strcmp0 (g_getenv ("CI"), "true") == 0)
    g_error ("%s", why);
  g_test_skip (why);
}

static char *
trace (const Story *story, const Recording *recording)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *log = g_build_filename (recording->folder, "trace", NULL), *heard = NULL, *calls = NULL;
  const char *argv[] = { "strace",
                         "-E",
                         "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0",
                         "-f",
                         "-qq",
                         "-e",
                         "trace=clone,clone3,fork,vfork,kill,wait4,waitid,pidfd_open,epoll_ctl,%network",
                         "-e",
                         "signal=none",
                         "-o",
                         log,
                         self,
                         "--replay",
                         story->name,
                         recording->path,
                         recording->program,
                         NULL };
  g_autoptr (GError) error = NULL;
  int status = 1;
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &heard, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (heard, ==, recording->live);
  g_assert_true (g_file_get_contents (log, &calls, NULL, NULL));
  g_unlink (log);
  return g_steal_pointer (&calls);
}

/* Neither a process nor a socket, no signal, and nobody is waited for. */
static void
test_traced (gconstpointer story)
{
  g_autofree char *strace = g_find_program_in_path ("strace");
  if (strace == NULL)
    {
      skip ("strace is not installed");
      return;
    }
  g_auto (Recording) recording = { NULL };
  recording_make (&recording, story);
  g_autofree char *calls = trace (story, &recording);
  g_assert_cmpstr (calls, ==, "");
}

int
main (int argc, char **argv)
{
  if (argc > 4 && g_str_equal (argv[1], "--replay"))
    return be_replay (argv + 2);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strconcat ("/child/replay/", stories[i].name, NULL);
      g_autofree char *traced = g_strconcat ("/child/replay/traced/", stories[i].name, NULL);
      g_test_add_data_func (path, &stories[i], test_story);
      g_test_add_data_func (traced, &stories[i], test_traced);
    }
  return g_test_run ();
}

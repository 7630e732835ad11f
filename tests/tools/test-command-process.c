/* SPDX-License-Identifier: MIT */
#include "test-command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Output is taken by poll(), from both pipes at once, so that neither can fill up while the other is waited for. */

#define DEADLINE_MS 90000

char *test_folder;

void
test_scenario_write (const char *what)
{
  g_autofree char *path = g_build_filename (test_folder, "scenario.json", NULL);
  g_autofree char *json = g_strdup_printf (
      "{\"foliot\": 1, \"name\": \"t\", \"duration\": 5, \"module\": \"good\", \"agents\": "
      "[{\"name\": \"w\", \"type\": \"Worker\", \"args\": {\"what\": \"%s\"}}], \"outputs\": "
      "[{\"table\": \"seconds\", \"columns\": [\"i\", \"draw\"]}], \"expect\": [{\"table\": "
      "\"seconds\", \"fold\": \"count\", \"at_least\": 4}]}",
      what);

  g_assert_true (g_file_set_contents (path, json, -1, NULL));
}

/* Between fork and exec: no core files, no child that outlives the test, and a limit that shows as an error of write(). */
static void
set_up_child (gpointer data)
{
  const TestSetting *setting = data;
  const struct rlimit no_core = { 0, 0 };
  const struct rlimit file = { setting->max_file_bytes, setting->max_file_bytes };

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setrlimit (RLIMIT_CORE, &no_core);
  if (setting->max_file_bytes == 0)
    return;
  signal (SIGXFSZ, SIG_IGN);
  setrlimit (RLIMIT_FSIZE, &file);
}

static char **
dup_argv (const char *arguments)
{
  g_autofree char *line = g_strconcat (FOLIOT_COMMAND " ", arguments, NULL);
  char **argv = NULL;

  g_assert_true (g_shell_parse_argv (line, NULL, &argv, NULL));
  return argv;
}

static int
open_input (const TestSetting *setting)
{
  g_autofree char *path = NULL;
  int fd;

  if (setting->input == NULL)
    return -1;
  path = g_build_filename (test_folder, setting->input, NULL);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
close_fd (int fd)
{
  if (fd >= 0)
    close (fd);
}

TestProcess *
test_process_start (const char *arguments, const TestSetting *setting)
{
  static const TestSetting plain = { 0 };
  const TestSetting *how = setting != NULL ? setting : &plain;
  TestProcess *process = g_new0 (TestProcess, 1);
  g_auto (GStrv) argv = dup_argv (arguments), environment = g_get_environ ();
  g_autoptr (GError) error = NULL;
  int input = open_input (how), output = how->full_output ? open ("/dev/full", O_WRONLY | O_CLOEXEC) : -1;
  int master = -1, terminal = -1;

  if (how->watch != NULL)
    environment = g_environ_setenv (environment, "FOLIOT_WATCH_SECONDS", how->watch, TRUE);
  if (how->terminal)
    g_assert_cmpint (openpty (&master, &terminal, NULL, NULL, NULL), ==, 0);
  process->out = g_string_new (NULL);
  process->err = g_string_new (NULL);
  process->out_fd = -1;
  process->err_fd = master;
  g_spawn_async_with_pipes_and_fds (
      test_folder, (const char *const *) argv, (const char *const *) environment, G_SPAWN_DO_NOT_REAP_CHILD,
      set_up_child, (gpointer) how, input, output, terminal, NULL, NULL, 0, &process->pid, NULL,
      output < 0 ? &process->out_fd : NULL, terminal < 0 ? &process->err_fd : NULL, &error);
  g_assert_no_error (error);
  close_fd (input);
  close_fd (output);
  close_fd (terminal);
  return process;
}

/* A terminal that nobody holds any more ends by EIO. */
static void
take (int *fd, GString *text)
{
  char buffer[4096];
  ssize_t n = read (*fd, buffer, sizeof buffer);

  if (n > 0)
    {
      g_string_append_len (text, buffer, n);
      return;
    }
  g_assert_true (n == 0 || errno == EIO);
  close (*fd);
  *fd = -1;
}

/* Takes what comes next; FALSE when both have ended. */
static gboolean
read_more (TestProcess *process)
{
  struct pollfd fds[] = { { process->out_fd, POLLIN, 0 }, { process->err_fd, POLLIN, 0 } };

  if (process->out_fd < 0 && process->err_fd < 0)
    return FALSE;
  g_assert_cmpint (poll (fds, G_N_ELEMENTS (fds), DEADLINE_MS), >, 0);
  if (fds[0].revents != 0)
    take (&process->out_fd, process->out);
  if (fds[1].revents != 0)
    take (&process->err_fd, process->err);
  return TRUE;
}

void
test_process_await_error (TestProcess *process, const char *text)
{
  while (strstr (process->err->str, text) == NULL)
    if (!read_more (process))
      g_error ("ended without “%s”, but with “%s”", text, process->err->str);
}

char *
test_process_await_line (TestProcess *process)
{
  const char *end;

  while ((end = strchr (process->out->str, '\n')) == NULL)
    if (!read_more (process))
      g_error ("ended without a line, but with “%s”", process->err->str);
  return g_strndup (process->out->str, (gsize) (end - process->out->str));
}

int
test_process_join (TestProcess *process)
{
  int status;

  while (read_more (process))
    ;
  g_assert_cmpint (waitpid (process->pid, &status, 0), ==, process->pid);
  return status;
}

void
test_process_free (TestProcess *process)
{
  g_string_free (process->out, TRUE);
  g_string_free (process->err, TRUE);
  g_free (process);
}

TestProcess *
test_command_run (const char *arguments, const TestSetting *setting, int code)
{
  TestProcess *process = test_process_start (arguments, setting);
  int status = test_process_join (process);

  if (!WIFEXITED (status) || WEXITSTATUS (status) != code)
    g_error ("foliot %s: status %#x instead of exit code %d: %s", arguments, (guint) status, code,
             process->err->str);
  return process;
}

char *
test_file_read (const char *name)
{
  g_autofree char *path = g_build_filename (test_folder, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

int
test_folder_watch (const char *folder)
{
  int watch = inotify_init1 (IN_CLOEXEC);

  g_assert_cmpint (inotify_add_watch (watch, folder, IN_CREATE), >=, 0);
  return watch;
}

void
test_folder_await (int watch)
{
  struct pollfd events = { watch, POLLIN, 0 };

  g_assert_cmpint (poll (&events, 1, DEADLINE_MS), ==, 1);
  close (watch);
}

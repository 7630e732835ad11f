/* SPDX-License-Identifier: MIT */
#include "agent/foliot-process-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foliot/foliot-subproc.h"

/*
 * Starting a program without copying the memory of this one: clone(2) with CLONE_VM and CLONE_VFORK on a small stack of its
 * own, which is what posix_spawn does, and for its reasons: a fork with a million fiber stacks takes half a second, and must
 * not happen on a fiber at all. posix_spawn itself has no place for the one call that matters here, PR_SET_PDEATHSIG,
 * which ends the child with its parent, also when the parent is killed, and also when the child is a program that knows nothing
 * of us. Until the exec the child shares our memory and we stand still: it calls nothing but system calls.
 *
 * Nobody asks what the child starts in its turn. All of that is in one process group, and a guard leads it: a shell that reads a pipe of which
 * nobody but us has the other end, and kills its group when that ends. So what a child leaves behind goes with us, however
 * we go. The guard is there before the child and until after it, so the number of the group is never somebody else's.
 *
 * The end of a process is a readable descriptor (pidfd), so nobody needs SIGCHLD, and a pid is never signalled that
 * belongs to somebody else by now: it stays ours until we reap it.
 */

G_DEFINE_QUARK (foliot - child - error - quark, foliot_child_error)

#define STACK_BYTES (64 * 1024)
#define READ_BYTES  4096
#define READS       16 /* at most, in one go */

struct _FoliotProcess
{
  GPid pid;
  int end_fd;
  int output_fd;
  int life_fd;  /* our end of its standard input */
  int guard_fd; /* our end of the guard's */
  pid_t guard;  /* whose number is that of the group */
  int status;
  gboolean reaped;
};

/* What the child needs up to its exec, and what it tells us. */
typedef struct
{
  const char *path;
  char *const *argv;
  char *const *environment;
  const char *folder;
  int input, output;
  pid_t group; /* to join; 0: one of its own, which it guards */
  pid_t parent;
  int error; /* errno of the child, if it could not become the program */
} Exec;

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/* Between clone and exec. Returns −1 with errno, or not at all. */
__attribute__ ((no_sanitize_address, no_sanitize_thread)) static int
exec_prepare (const Exec *exec)
{
  struct sigaction by_default = { .sa_handler = SIG_DFL };
  sigset_t mask;
  for (int signal = 1; signal < NSIG; signal++)
    sigaction (signal, &by_default, NULL); /* refused for SIGKILL and SIGSTOP */
  if (exec->group == 0)
    sigfillset (&mask); /* a guard hears nothing but SIGKILL */
  else
    sigemptyset (&mask);
  if ((exec->group != 0 && prctl (PR_SET_PDEATHSIG, SIGKILL) != 0) || setpgid (0, exec->group) != 0
      || (exec->folder != NULL && chdir (exec->folder) != 0) || dup2 (exec->input, STDIN_FILENO) < 0
      || dup2 (exec->output, STDOUT_FILENO) < 0 || dup2 (exec->output, STDERR_FILENO) < 0)
    return -1;
  if (getppid () != exec->parent) /* it died before prctl */
    _exit (127);
  close_range (STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
  sigprocmask (SIG_SETMASK, &mask, NULL);
  return execve (exec->path, exec->argv, exec->environment);
}

__attribute__ ((no_sanitize_address, no_sanitize_thread)) static int
exec_child (void *data)
{
  Exec *exec = data;
  exec_prepare (exec);
  exec->error = errno;
  _exit (127);
}

/* Returns: the pid, or −1 with errno. No handler of ours may run in the child, so signals wait. */
static pid_t
clone_and_exec (Exec *exec)
{
  sigset_t all, before;
  void *stack
      = mmap (NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED)
    return -1;
  exec->parent = getpid ();
  sigfillset (&all);
  pthread_sigmask (SIG_BLOCK, &all, &before);
  pid_t pid = clone (exec_child, (char *) stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, exec);
  int error = errno;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  munmap (stack, STACK_BYTES);
  errno = error;
  if (pid > 0 && exec->error != 0)
    {
      waitpid (pid, NULL, 0);
      errno = exec->error;
      return -1;
    }
  return pid;
}

/* A pipe whose ends are no standard descriptors, so that the child can put them there. */
static gboolean
open_pipe (int ends[2])
{
  int low[2];
  ends[0] = ends[1] = -1;
  if (pipe2 (low, O_CLOEXEC) != 0)
    return FALSE;
  for (int i = 0; i < 2; i++)
    ends[i] = fcntl (low[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  int error = errno;
  close (low[0]);
  close (low[1]);
  if (ends[0] < 0 || ends[1] < 0)
    {
      close_fd (&ends[0]);
      close_fd (&ends[1]);
    }
  errno = error;
  return ends[0] >= 0;
}

static gboolean
start_guard (FoliotProcess *process)
{
  static const char *const argv[] = { "sh", "-c", "read _; kill -KILL 0", NULL };
  static const char *const environment[] = { NULL };
  Exec exec = { .path = "/bin/sh", .argv = (char *const *) argv, .environment = (char *const *) environment };
  int life[2];
  if (!open_pipe (life))
    return FALSE;
  exec.input = exec.output = life[0];
  process->guard_fd = life[1];
  process->guard = clone_and_exec (&exec);
  int error = errno;
  close (life[0]);
  errno = error;
  return process->guard > 0;
}

/* Kills all that is left in the group. */
static void
end_guard (FoliotProcess *process)
{
  if (process->guard > 0)
    {
      kill (-process->guard, SIGKILL);
      while (waitpid (process->guard, NULL, 0) < 0 && errno == EINTR)
        ;
    }
  process->guard = 0;
  close_fd (&process->guard_fd);
}

static gboolean
process_open (FoliotProcess *process, Exec *exec)
{
  int input[2] = { -1, -1 }, output[2] = { -1, -1 };
  gboolean opened = start_guard (process) && open_pipe (input) && open_pipe (output)
                    && fcntl (output[0], F_SETFL, O_NONBLOCK) == 0;
  exec->group = process->guard;
  exec->input = input[0];
  exec->output = output[1];
  if (opened)
    process->pid = clone_and_exec (exec);
  if (opened && process->pid > 0)
    process->end_fd = pidfd_open (process->pid, 0);
  int error = errno;
  process->life_fd = input[1];
  process->output_fd = output[0];
  close_fd (&input[0]);
  close_fd (&output[1]);
  errno = error;
  return opened && process->pid > 0 && process->end_fd >= 0;
}

FoliotProcess *
_foliot_process_start (const char *const *argv, const char *const *environment, const char *folder,
                       GError **error)
{
  g_return_val_if_fail (argv != NULL && argv[0] != NULL, NULL);
  g_autofree char *path = g_find_program_in_path (argv[0]);
  g_autofree char *command = g_strjoinv (" ", (char **) argv);
  g_autoptr (FoliotProcess) process = g_new (FoliotProcess, 1);
  *process = (FoliotProcess){
    .end_fd = -1, .output_fd = -1, .life_fd = -1, .guard_fd = -1, .status = FOLIOT_PROCESS_UNKNOWN
  };
  Exec exec = { .path = path,
                .argv = (char *const *) argv,
                .environment = environment != NULL ? (char *const *) environment : environ,
                .folder = folder };
  if (path == NULL)
    g_set_error (error, FOLIOT_CHILD_ERROR, FOLIOT_CHILD_ERROR_START,
                 "cannot start \"%s\": there is no such program, or it is not executable", command);
  else if (!process_open (process, &exec))
    g_set_error (error, FOLIOT_CHILD_ERROR, FOLIOT_CHILD_ERROR_START, "cannot start \"%s\"%s%s: %s", command,
                 folder != NULL ? " in " : "", folder != NULL ? folder : "", g_strerror (errno));
  else
    return g_steal_pointer (&process);
  return NULL;
}

void
_foliot_process_free (FoliotProcess *process)
{
  if (process->pid > 0 && !process->reaped)
    {
      _foliot_process_signal (process, SIGKILL);
      while (waitpid (process->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    }
  end_guard (process);
  close_fd (&process->end_fd);
  close_fd (&process->output_fd);
  close_fd (&process->life_fd);
  g_free (process);
}

GPid
_foliot_process_get_pid (FoliotProcess *process)
{
  return process->pid;
}

int
_foliot_process_get_output_fd (FoliotProcess *process)
{
  return process->output_fd;
}

int
_foliot_process_get_end_fd (FoliotProcess *process)
{
  return process->end_fd;
}

/* Returns: whether its output may go on. */
static gboolean
read_into (FoliotProcess *process, GByteArray *bytes)
{
  guint8 buffer[READ_BYTES];
  for (guint i = 0; i < READS; i++)
    {
      gssize n = read (process->output_fd, buffer, sizeof buffer);
      if (n > 0)
        g_byte_array_append (bytes, buffer, (guint) n);
      else if (n == 0)
        return FALSE;
      else if (errno != EINTR)
        return errno == EAGAIN;
    }
  return TRUE;
}

static GBytes *
take_bytes (GByteArray **bytes)
{
  return (*bytes)->len > 0 ? g_byte_array_free_to_bytes (g_steal_pointer (bytes)) : NULL;
}

gboolean
_foliot_process_read (FoliotProcess *process, GBytes **out_bytes)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gboolean goes_on = read_into (process, bytes);
  *out_bytes = take_bytes (&bytes);
  return *out_bytes != NULL || !goes_on;
}

gboolean
_foliot_process_reap (FoliotProcess *process, GBytes **out_rest)
{
  siginfo_t info = { 0 };
  *out_rest = NULL;
  if (process->reaped)
    return TRUE;
  int result = waitid (P_PID, (id_t) process->pid, &info, WEXITED | WNOHANG);
  if (result == 0 && info.si_pid == 0)
    return FALSE;
  process->reaped = TRUE;
  if (result == 0)
    process->status = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  end_guard (process); /* and what it left behind */
  /* At most what the pipe holds; a descendant that left the group may keep it open for ever. */
  g_autoptr (GByteArray) rest = g_byte_array_new ();
  for (guint i = 0, before = 1; i < READS && rest->len != before; i++)
    {
      before = rest->len;
      read_into (process, rest);
    }
  *out_rest = take_bytes (&rest);
  return TRUE;
}

int
_foliot_process_get_status (FoliotProcess *process)
{
  return process->status;
}

void
_foliot_process_signal (FoliotProcess *process, int signal)
{
  if (!process->reaped && process->guard > 0)
    kill (-process->guard, signal);
}

void
_foliot_process_let_go (FoliotProcess *process)
{
  close_fd (&process->life_fd);
}

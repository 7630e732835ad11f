/* SPDX-License-Identifier: MIT */
#include "tools/foliot-watch.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "tools/foliot-verbs.h"

/* A command has one world, and signal handlers have no user data: this is the one place with state of the process. The
 * handlers only call what may be called from a signal. */

static FoliotKernel *volatile watched;
static volatile sig_atomic_t patient; /* the first signal is only remembered */
static volatile sig_atomic_t interrupted;
static void (*volatile stop_func) (gpointer user_data); /* nullable: asked to end, instead of the kernel */
static gpointer volatile stop_data;
static char last_event[256];
static volatile sig_atomic_t n_same;    /* seconds for which it has been the last one */
static volatile sig_atomic_t next_word; /* how many of them until it is said again */
static int patience_s = FOLIOT_WATCH_SECONDS;

static void
on_interrupt (int signal_number)
{
  FoliotKernel *kernel = watched;

  if (stop_func != NULL && (signal_number == SIGTERM || !interrupted))
    {
      interrupted = interrupted || signal_number == SIGINT;
      stop_func (stop_data);
      return;
    }
  if (interrupted || !patient)
    _exit (FOLIOT_EXIT_INTERRUPTED);
  interrupted = 1;
  if (kernel != NULL)
    foliot_kernel_interrupt (kernel);
}

static void
write_text (const char *text)
{
  G_GNUC_UNUSED ssize_t written = write (STDERR_FILENO, text, strlen (text));
}

static void
on_tick (int signal_number)
{
  char event[sizeof last_event];

  if (watched == NULL)
    return;
  event[0] = '\0';
  foliot_kernel_describe_current (watched, event, sizeof event);
  if (event[0] == '\0' || strcmp (event, last_event) != 0)
    {
      strcpy (last_event, event);
      n_same = 0;
      next_word = patience_s;
      return;
    }
  if (++n_same >= next_word)
    {
      next_word = 2 * n_same; /* a run of hours is no log of hours */
      gboolean is_idle = strncmp (event, "no event", 8) == 0;

      write_text (is_idle ? "\nfoliot: waits for another process, or for a peer"
                          : "\nfoliot: does not yield: ");
      write_text (is_idle ? strchr (event, ',') : event); /* of "no event is running, at …" the time */
      write_text (is_idle ? ". Ctrl-C " : "; it computes, or waits outside of Foliot. Ctrl-C ");
      write_text (interrupted                    ? "once more ends it.\n"
                  : is_idle && stop_func != NULL ? "ends it.\n"
                                                 : "twice ends it.\n");
    }
}

static void
set_handler (int signal_number, void (*handler) (int))
{
  struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART | SA_ONSTACK };

  sigemptyset (&action.sa_mask);
  sigaction (signal_number, &action, NULL);
}

static void
set_timer (int period_s)
{
  const struct itimerval timer = { { period_s, 0 }, { period_s, 0 } };

  setitimer (ITIMER_REAL, &timer, NULL);
}

gboolean
foliot_watch_configure (GError **error)
{
  const char *text = g_getenv ("FOLIOT_WATCH_SECONDS");
  guint64 seconds = FOLIOT_WATCH_SECONDS;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, FOLIOT_WATCH_SECONDS_MAX, &seconds, NULL))
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "FOLIOT_WATCH_SECONDS=%s: expected a whole number of seconds from 1 to %d", text,
                   FOLIOT_WATCH_SECONDS_MAX);
      return FALSE;
    }
  patience_s = (int) seconds;
  return TRUE;
}

void
foliot_watch_turn_to (FoliotKernel *kernel)
{
  if (watched == kernel)
    return;
  if (kernel != NULL)
    foliot_fiber_catch_overflow (kernel);
  watched = kernel;
}

void
foliot_watch_begin (FoliotKernel *kernel)
{
  static char stack[64 * 1024] __attribute__ ((aligned (16)));
  const stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack };

  sigaltstack (&alternate, NULL);
  foliot_watch_turn_to (kernel);
  patient = 1;
  set_handler (SIGINT, on_interrupt);
  set_handler (SIGTERM, on_interrupt);
  set_handler (SIGALRM, on_tick);
  set_timer (1);
}

void
foliot_watch_stop_by (void (*stop) (gpointer user_data), gpointer user_data)
{
  stop_data = user_data;
  stop_func = stop;
}

void
foliot_watch_end (void)
{
  stop_func = NULL;
  set_timer (0);
  patient = 0;
  watched = NULL;
}

gboolean
foliot_watch_was_interrupted (void)
{
  return interrupted != 0;
}

/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <foliot/foliot.h>

/* The module of the tests that need a real one: it does what its argument says. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Worker, worker,
  char *what;
  FoliotHold *hold;
)
/* clang-format on */

static gboolean
fail (GError **error)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_FAILED, "as planned");
  return FALSE;
}

static gboolean
worker_init (gpointer self, FoliotArgs *args, GError **error)
{
  Worker *worker = self;

  worker->what = g_strdup (foliot_args_get_string (args, "what"));
  return g_str_equal (worker->what, "fail in init") ? fail (error) : TRUE;
}

static void
worker_dispose (gpointer self)
{
  g_clear_pointer (&((Worker *) self)->what, g_free);
  g_clear_pointer (&((Worker *) self)->hold, foliot_hold_release);
}

/* Never comes back, and never waits; whoever wants to know when it begins gives it a FIFO. */
static void
spin (void)
{
  const char *sign = g_getenv ("FOLIOT_TEST_SPINS");

  if (sign != NULL)
    close (open (sign, O_WRONLY | O_CLOEXEC));
  for (volatile guint64 i = 0;; i++)
    ;
}

static void
go (void)
{
  fprintf (stderr, "about to go\n");
  raise (SIGKILL);
}

static guint
sink (const volatile guchar *bytes, guint depth)
{
  volatile guchar more[512];

  memset ((guchar *) more, (int) depth, sizeof more);
  return depth == 0 ? bytes[0] : sink (more, depth - 1) + more[depth % sizeof more];
}

static gboolean
worker_run (gpointer self, GError **error)
{
  Worker *worker = self;
  volatile guchar first = 0;

  for (gint64 i = 1; foliot_agent_sleep_until (worker, i * FOLIOT_SECOND, error); i++)
    {
      foliot_agent_record (
          worker, "seconds", "i", foliot_value_new_int (i), "draw",
          foliot_value_new_double (foliot_random_uniform (foliot_agent_get_random (worker, "draw"))), NULL);
      for (gint64 k = 0; g_str_equal (worker->what, "many rows") && i == 1 && k < 300000; k++)
        foliot_agent_record (worker, "seconds", "i", foliot_value_new_int (k), NULL);
      if (g_str_equal (worker->what, "fail in run") && i == 3)
        return fail (error);
      if (g_str_equal (worker->what, "kill") && i == 2)
        go ();
      if (g_str_equal (worker->what, "spin") && i == 2)
        spin ();
      if (g_str_equal (worker->what, "overflow") && i == 2)
        sink (&first, 1000000);
      if (g_str_equal (worker->what, "hold") && i == 2)
        worker->hold = foliot_kernel_hold (foliot_agent_get_kernel (self), "somebody who never lets go", 300);
      if (g_str_equal (worker->what, "differ"))
        foliot_agent_sleep (worker, 1 + g_random_int_range (0, 1000000000), NULL);
    }
  return FALSE;
}

static gboolean
worker_take (gpointer self, FoliotValue *value, GError **error)
{
  return g_str_equal (((Worker *) self)->what, "fail in input") ? fail (error) : TRUE;
}

static FoliotValue *
worker_add (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_double (foliot_args_get_double (args, "a") + foliot_args_get_double (args, "b"));
}

static const FoliotMethod worker_methods[]
    = { { "add", worker_add, "a:number, b:number=1", "Adds two numbers." }, { NULL } };
static const FoliotInput worker_inputs[] = { { "P", "kW", worker_take, "Power." }, { NULL } };
static const FoliotAgentInfo worker_info = { .help = "Does what it is told to.",
                                             .args = "what:string=\"work\"",
                                             .init = worker_init,
                                             .run = worker_run,
                                             .dispose = worker_dispose,
                                             .methods = worker_methods,
                                             .inputs = worker_inputs };

/* A name that is too short for GObject, which knows it by another. */
FOLIOT_DEFINE_AGENT (Ox, ox, )

static const FoliotAgentInfo ox_info = { .help = "Does nothing." };

FOLIOT_MODULE (worker_get_type, ox_get_type)

/* SPDX-License-Identifier: MIT */
/* A GLib program with a main loop of its own, in which a simulated world runs beside everything else. */
#include <foliot/foliot.h>

FOLIOT_DEFINE_AGENT (Clock, clock, guint n_hours;)

static gboolean
clock_run (gpointer data, GError **error)
{
  Clock *self = data;

  while (foliot_agent_sleep (self, FOLIOT_HOUR, error))
    self->n_hours++;
  return FALSE; /* cancelled */
}

static const FoliotAgentInfo clock_info = { .help = "Counts the hours.", .run = clock_run };

typedef struct
{
  GMainLoop *loop;
  Clock *clock;
  guint n_hours;
} Day;

/* A loop that is late takes what is due since then in one turn, also behind this. */
static void
end_day (Day *day)
{
  day->n_hours = day->clock->n_hours;
  g_main_loop_quit (day->loop);
}

static gboolean
on_timeout (gpointer user_data)
{
  guint *n_timeouts = user_data;

  ++*n_timeouts;
  return G_SOURCE_CONTINUE;
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (g_main_context_default (), FOLIOT_DRIVE_PACED, 1, 0);
  g_autoptr (FoliotTransport) local = foliot_local_transport_new (kernel, FALSE);
  g_autoptr (FoliotAddress) address = foliot_address_parse ("local://world", NULL);
  g_autoptr (FoliotContainer) container = foliot_container_new (local, address, NULL, NULL);
  g_autoptr (FoliotAgent) agent = foliot_agent_new_detached (container, clock_get_type (), "clock", NULL);
  g_autoptr (FoliotFuture) ready = foliot_agent_start (agent, NULL);
  Day day = { loop, (Clock *) agent, 0 };
  guint n_timeouts = 0;
  guint timeout = g_timeout_add (5, on_timeout, &n_timeouts); /* the program's own business */

  foliot_kernel_set_pace (kernel, 86400 * 4); /* a day passes in a quarter of a second */
  foliot_kernel_call_at (kernel, FOLIOT_DAY + FOLIOT_MINUTE, G_CALLBACK (end_day), &day, NULL);
  g_main_loop_run (loop);

  g_print ("%u hours passed in the world, %s outside\n", day.n_hours,
           n_timeouts > 0 ? "timers fired" : "nothing happened");
  g_source_remove (timeout);
  foliot_container_shutdown_sync (container);
  return 0;
}

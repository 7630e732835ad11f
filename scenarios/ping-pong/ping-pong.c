/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

/* The smallest thing that works: one agent plays a ball to another, which plays it back. */

/* clang-format off */
FOLIOT_DEFINE_AGENT (Ping, ping,
  FoliotProxy *pong;
  gint64 n_rallies;
)
FOLIOT_DEFINE_AGENT (Pong, pong,
)
/* clang-format on */

static gboolean
ping_init (gpointer self, FoliotArgs *args, GError **error)
{
  Ping *ping = self;

  ping->pong = foliot_args_dup_proxy (args, "pong");
  ping->n_rallies = foliot_args_get_int (args, "rallies");
  return TRUE;
}

static void
ping_dispose (gpointer self)
{
  g_clear_pointer (&((Ping *) self)->pong, foliot_proxy_unref);
}

static gboolean
ping_run (gpointer self, GError **error)
{
  Ping *ping = self;
  FoliotKernel *kernel = foliot_agent_get_kernel (ping);

  for (gint64 i = 1; i <= ping->n_rallies; i++)
    {
      FoliotTime played = foliot_kernel_now (kernel);
      g_autoptr (FoliotValue) ball
          = foliot_agent_call (ping, ping->pong, error, "play", foliot_value_new_int (i), NULL);

      if (ball == NULL)
        return FALSE;
      foliot_agent_record (
          ping, "rallies", "ball", foliot_value_ref (ball), "round_trip_s",
          foliot_value_new_double (foliot_time_to_seconds (foliot_kernel_now (kernel) - played)), NULL);
    }
  return TRUE;
}

static FoliotValue *
pong_play (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_new_int (foliot_args_get_int (args, "ball"));
}

static const FoliotMethod pong_methods[]
    = { { "play", pong_play, "ball:int", "Plays the ball back." }, { NULL } };

static const FoliotAgentInfo ping_info = {
  .help = "Plays balls, one after the other.",
  .args = "pong:proxy, rallies:int=10",
  .init = ping_init,
  .run = ping_run,
  .dispose = ping_dispose,
};

static const FoliotAgentInfo pong_info = {
  .help = "Plays every ball back.",
  .methods = pong_methods,
};

FOLIOT_MODULE (ping_get_type, pong_get_type)

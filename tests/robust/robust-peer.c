/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "agent-world.h"

/* A process with a container and one callee, until it is killed; says where it is. It does not outlive who started it. */
int
main (int argc, char *argv[])
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, NULL);
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotContainer) container = foliot_container_new (transport, any, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (FoliotFuture) callee = foliot_agent_new (container, TYPE_CALLEE, NULL, NULL);
  g_autoptr (FoliotValue) agent = foliot_run (kernel, callee, &error);
  g_assert_no_error (error);
  g_print ("%s0\n", foliot_container_get_base_url (container));
  fflush (stdout);
  g_autoptr (FoliotFuture) never = foliot_future_new (kernel);
  g_autoptr (FoliotValue) nothing = foliot_run (kernel, never, &error);
  g_assert_no_error (error);
  return 0;
}

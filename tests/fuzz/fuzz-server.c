/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <foliot/foliot-stream.h>
#include <foliot/foliot.h>

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent-world.h"
#include "foliot-raw-socket.h"
#include "foliot-test.h"

/*
 * What a stranger may send to a whole server: a container with agents behind a real socket, in its own codec (the first
 * byte), to which the rest is given in two pieces (cut at the second byte), and then the end. It must take it or hang
 * up, answer or not, and be as it was before: the next one who connects is served, and nothing is left behind.
 */

#define HOLD_LIMIT_MS 5000

typedef struct
{
  FoliotKernel *kernel;
  const uint8_t *data;
  size_t size;
} Input;

static char *folder;

static void
remove_folder (void)
{
  g_autofree char *path = g_build_filename (folder, "socket", NULL);

  g_unlink (path);
  g_rmdir (folder);
  g_free (folder);
}

static FoliotAddress *
make_address (void)
{
  g_autofree char *path = NULL;

  if (folder == NULL)
    {
      folder = g_dir_make_tmp ("foliot-fuzz-XXXXXX", NULL);
      atexit (remove_folder);
    }
  path = g_build_filename (folder, "socket", NULL);
  return foliot_address_new_unix (path);
}

/* What the server says is read to its end, and of no interest. */
static void
be_stranger (const Input *input, FoliotAddress *address)
{
  g_autoptr (FoliotRawSocket) stranger = foliot_raw_socket_new_connected (input->kernel, address, 0);
  gsize rest = input->size - 2, cut = MIN (input->data[1], rest);
  GBytes *answer;

  if (foliot_raw_socket_send (stranger, input->data + 2, cut))
    {
      foliot_raw_socket_await_turn (stranger);
      foliot_raw_socket_send (stranger, input->data + 2 + cut, rest - cut);
    }
  foliot_raw_socket_end (stranger);
  while ((answer = foliot_raw_socket_recv (stranger)) != NULL)
    g_bytes_unref (answer);
}

/* By a container, which here is the server itself. */
static void
be_served (FoliotContainer *client, FoliotAddress *address)
{
  g_autofree char *url = g_strconcat (foliot_address_get_base_url (address), "1", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) proxy = foliot_await_take (foliot_container_connect (client, url, 0), &error);

  g_assert_no_error (error);
}

static FoliotValue *
run_server (gpointer user_data, GError **error)
{
  const Input *input = user_data;
  const GType codecs[] = { FOLIOT_TYPE_CODEC_JSON, FOLIOT_TYPE_CODEC_MSGPACK, FOLIOT_TYPE_CODEC_BLOSC };
  FoliotContainerOptions options = { .codec_type = codecs[input->data[0] % G_N_ELEMENTS (codecs)],
                                     .serializers = v_serializer (),
                                     .n_serializers = 1,
                                     .hold_limit_ms = HOLD_LIMIT_MS };
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (input->kernel, NULL);
  g_autoptr (FoliotAddress) address = make_address ();
  g_autoptr (FoliotContainer) server = foliot_container_new (transport, address, &options, NULL);

  world_agent (server, TYPE_CALLEE, NULL);
  world_agent (server, TYPE_CALLEE, NULL);
  be_stranger (input, address);
  be_served (server, address);
  world_shutdown (server);
  return NULL;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Input input = { NULL, data, size };

  if (size < 2)
    return 0;
  input.kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn_full (input.kernel, NULL, "server", FOLIOT_STACK_LARGE, run_server, &input, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_run (input.kernel, done, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_kernel_run_until (input.kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_no_error (error);
  foliot_test_assert_idle (input.kernel);
  foliot_kernel_close (input.kernel);
  g_object_unref (input.kernel);
  return 0;
}

/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-private.h"

#include <glib/gstdio.h>

#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-poll-private.h"
#include "kernel/foliot-realtime-private.h"
#include "scenario/foliot-stage.h"
#include "scenario/foliot-world-part-private.h"
#include "transport/foliot-certificate-private.h"

/*
 * One word of the scenario decides what its containers are connected by. Whatever the sockets need is made for this world and goes
 * with it: ports that the system chooses, a private folder for the files of Unix sockets, a CA of which nobody but this
 * process has the key.
 *
 * All containers are in one kernel here, and each has a listener of its own; a message takes its way through the system all
 * the same. Who serves a scenario to others (the options' listen) says where himself.
 */

#define HOST              "127.0.0.1"
#define CERTIFICATE_SLACK (24 * 3600)            /* s; for clocks that go wrong a little */
#define CERTIFICATE_LIFE  (10 * 365 * 24 * 3600) /* s; no run is longer */

static gboolean
is_transport (FoliotScenario *scenario, const char *name)
{
  return g_str_equal (scenario->transport, name);
}

gboolean
_foliot_scenario_has_sockets (FoliotScenario *scenario)
{
  return !is_transport (scenario, "local");
}

/* ---- TLS ---- */

/* For the other processes; in a folder that is ours alone. The CA's key stays here. */
static gboolean
write_credentials (FoliotWorld *world, const char *ca_cert, const char *cert, const char *key, GError **error)
{
  const char *const files[][2] = { { "ca.pem", ca_cert }, { "cert.pem", cert }, { "key.pem", key } };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (world->socket_folder, files[i][0], NULL);

      if (!g_file_set_contents_full (path, files[i][1], -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
        return FALSE;
    }
  return TRUE;
}

/* A CA and one certificate for all containers, which know one another by the host. */
static FoliotTlsCredentials *
make_credentials (FoliotWorld *world, GError **error)
{
  static const char *const hosts[] = { HOST, NULL };
  gint64 now_s = foliot_realtime_utc_us () / G_USEC_PER_SEC;
  FoliotCertificateSpec ca = { .name = "Foliot run",
                               .use = FOLIOT_CERTIFICATE_CA,
                               .not_before = now_s - CERTIFICATE_SLACK,
                               .not_after = now_s + CERTIFICATE_LIFE };
  FoliotCertificateSpec leaf = ca;
  g_autofree char *ca_cert = NULL, *ca_key = NULL, *cert = NULL, *key = NULL;

  leaf.name = "Foliot container";
  leaf.hosts = hosts;
  leaf.use = FOLIOT_CERTIFICATE_SERVER | FOLIOT_CERTIFICATE_CLIENT;
  if (!_foliot_certificate_make (&ca, NULL, NULL, NULL, &ca_cert, &ca_key, error)
      || !_foliot_certificate_make (&leaf, ca_cert, ca_key, NULL, &cert, &key, error))
    return NULL;
  if (world->divided && !write_credentials (world, ca_cert, cert, key, error))
    return NULL;
  return foliot_tls_credentials_new (ca_cert, cert, key, error);
}

void
_foliot_world_forget_key (FoliotWorld *world)
{
  g_autofree char *path
      = world->owns_folder ? g_build_filename (world->socket_folder, "key.pem", NULL) : NULL;

  if (path != NULL)
    g_unlink (path);
}

static FoliotTlsCredentials *
get_credentials (FoliotWorld *world, GError **error)
{
  return world->socket_folder != NULL && !world->owns_folder
             ? foliot_tls_credentials_new_from_folder (world->socket_folder, error)
             : make_credentials (world, error);
}

/* ---- a private folder ---- */

static FoliotValue *
make_private_folder (gpointer user_data, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("foliot-XXXXXX", error);

  return folder != NULL ? foliot_value_new_string (folder) : NULL;
}

/* Of Unix sockets, and of what processes need for TLS. Who is directed by another process uses that one's. */
static gboolean
make_folder (FoliotWorld *world, const FoliotWorldOptions *options, GError **error)
{
  g_autoptr (FoliotValue) made = NULL;

  if (!is_transport (world->scenario, "unix") && !(is_transport (world->scenario, "tls") && world->divided))
    return TRUE;
  if (options->folder != NULL)
    {
      world->socket_folder = g_strdup (options->folder);
      return TRUE;
    }
  made = foliot_kernel_observe (world->kernel, "folder of the sockets", make_private_folder, NULL, error);
  if (made == NULL)
    return FALSE;
  world->owns_folder = !_foliot_gate_is_replayed (world->kernel);
  world->socket_folder = g_strdup (foliot_value_get_string (made, NULL));
  return TRUE;
}

/* ---- the transport ---- */

static FoliotTransport *
make_sockets (FoliotWorld *world, const FoliotWorldOptions *options, GError **error)
{
  gboolean encrypts = is_transport (world->scenario, "tls") && !_foliot_gate_is_replayed (world->kernel);
  gboolean has_folder = make_folder (world, options, error);
  g_autoptr (FoliotTlsCredentials) tls = has_folder && encrypts ? get_credentials (world, error) : NULL;
  const FoliotStreamOptions stream = { .tls = tls };

  if (!has_folder || (encrypts && tls == NULL))
    return NULL;
  world->has_sockets = TRUE;
  return foliot_stream_transport_new (world->kernel, &stream);
}

static FoliotTransport *
make_network (FoliotWorld *world, FoliotTransport *inner)
{
  const GArray *links = world->scenario->links;

  world->network = foliot_network_new (inner);
  for (guint i = 0; i < links->len; i++)
    {
      const FoliotLinkSpec *link = &g_array_index (links, FoliotLinkSpec, i);

      foliot_network_add_rule (world->network, link->from, link->to, &link->latency, link->loss_ppm);
    }
  return FOLIOT_TRANSPORT (g_object_ref (world->network));
}

FoliotTransport *
_foliot_world_make_transport (FoliotWorld *world, const FoliotWorldOptions *options, GError **error)
{
  const FoliotStreamOptions stream = { .tls = options->tls };
  g_autoptr (FoliotTransport) inner = NULL;

  if (world->stage != NULL)
    return foliot_stage_transport_new (world->kernel);
  if (options->listen != NULL)
    inner = foliot_stream_transport_new (world->kernel, &stream);
  else if (_foliot_scenario_has_sockets (world->scenario))
    inner = make_sockets (world, options, error);
  else
    inner = foliot_local_transport_new (world->kernel, world->through_codec);
  return inner != NULL && world->scenario->links->len > 0 ? make_network (world, inner)
                                                          : g_steal_pointer (&inner);
}

/* Each further one has a free port of the same host, or the path with `.` and its name behind it. */
static FoliotAddress *
make_address_beside (FoliotAddress *listen, const char *name)
{
  g_autofree char *path = NULL;

  if (foliot_address_get_kind (listen) == FOLIOT_ADDRESS_TCP)
    return foliot_address_new_tcp (foliot_address_get_host (listen), 0);
  path = g_strconcat (foliot_address_get_host (listen), ".", name, NULL);
  return foliot_address_new_unix (path);
}

static char *
make_socket_path (FoliotWorld *world, guint container)
{
  g_autofree char *name = g_strdup_printf ("%u", container);

  return g_build_filename (world->socket_folder, name, NULL);
}

FoliotAddress *
_foliot_world_make_address (FoliotWorld *world, const FoliotWorldOptions *options, guint container,
                            GError **error)
{
  const char *name = g_array_index (world->scenario->containers, FoliotContainerSpec, container).name;
  g_autofree char *path = is_transport (world->scenario, "unix") && world->has_sockets
                              ? make_socket_path (world, container)
                              : NULL;

  if (world->stage != NULL)
    return _foliot_stage_make_address (world->stage, container, error);
  if (options->listen != NULL)
    return container == 0 ? foliot_address_ref (options->listen)
                          : make_address_beside (options->listen, name);
  if (!world->has_sockets)
    return foliot_address_new_local (name, error);
  return path != NULL ? foliot_address_new_unix (path) : foliot_address_new_tcp (HOST, 0);
}

FoliotAddress *
_foliot_world_make_control_address (FoliotWorld *world)
{
  g_autofree char *name = g_strdup_printf ("control-%u", world->own);
  g_autofree char *path = NULL;

  if (!is_transport (world->scenario, "unix"))
    return foliot_address_new_tcp (HOST, 0);
  path = g_build_filename (world->socket_folder, name, NULL);
  return foliot_address_new_unix (path);
}

/* Whatever is left in it: also the sockets of a process that was killed. */
void
_foliot_world_remove_sockets (FoliotWorld *world)
{
  g_autoptr (GDir) dir = world->owns_folder ? g_dir_open (world->socket_folder, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (world->socket_folder, name, NULL);

      g_unlink (path);
    }
  if (world->owns_folder)
    g_rmdir (world->socket_folder);
  g_clear_pointer (&world->socket_folder, g_free);
}

/* ---- waiting ---- */

/* Held by anything but the samples themselves, which hold as one who settles does. */
gboolean
_foliot_world_is_waiting (FoliotWorld *world)
{
  FoliotSettled settled;

  if (!world->has_sockets || foliot_kernel_get_drive (world->kernel) == FOLIOT_DRIVE_REALTIME)
    return FALSE;
  foliot_kernel_peek_settled (world->kernel, &settled);
  return settled.n_holds > 0;
}

gboolean
_foliot_world_wait_a_while (FoliotWorld *world)
{
  if (!_foliot_kernel_is_open_to_outside (world->kernel))
    return FALSE;
  _foliot_kernel_wait_for_outside (world->kernel);
  return TRUE;
}

gboolean
_foliot_world_wait_for_sockets (FoliotWorld *world, GError **error)
{
  if (!world->has_sockets)
    return FALSE;
  if (world->directed != NULL)
    return _foliot_world_wait_for_processes (world, error);
  if (_foliot_world_is_waiting (world))
    return _foliot_kernel_wait_while_held (world->kernel, error);
  if (world->late_hold == NULL)
    return FALSE;
  _foliot_world_resume_samples (world);
  return TRUE;
}

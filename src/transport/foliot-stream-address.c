/* SPDX-License-Identifier: MIT */
#include "transport/foliot-stream-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "kernel/foliot-fault-private.h"

/*
 * Addresses of sockets, and the names of hosts.
 *
 * The resolver of the C library only knows how to block, so a name is looked up on a thread of its own, which writes to
 * an eventfd when it is done. The thread and whoever asked share one small record; who is last frees it, so nobody ever
 * waits for a resolver that hangs. Numbers need no thread.
 */

struct _FoliotStreamLookup
{
  gatomicrefcount ref_count;
  FoliotAddress *address;
  int fd;
  struct addrinfo *list;
  GError *error;
};

/* ---- addresses ----------------------------------------------------------------------------------------------- */

static FoliotValue *
new_host_and_port (const void *binary, int family, guint16 port, const struct sockaddr_in6 *v6)
{
  char text[INET6_ADDRSTRLEN];
  FoliotValue *items[4];

  items[0] = foliot_value_new_string (inet_ntop (family, binary, text, sizeof text));
  items[1] = foliot_value_new_int (g_ntohs (port));
  if (v6 != NULL)
    {
      items[2] = foliot_value_new_int (g_ntohl (v6->sin6_flowinfo));
      items[3] = foliot_value_new_int (v6->sin6_scope_id);
    }
  return foliot_value_new_list (items, v6 != NULL ? 4 : 2);
}

FoliotValue *
_foliot_stream_address_to_value (const FoliotSocketAddress *address, socklen_t length)
{
  const struct sockaddr_in *v4 = (const struct sockaddr_in *) address;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;
  const struct sockaddr_un *local = (const struct sockaddr_un *) address;
  gsize n_path;
  g_autofree char *path = NULL;

  if (address->any.sa_family == AF_INET)
    return new_host_and_port (&v4->sin_addr, AF_INET, v4->sin_port, NULL);
  if (address->any.sa_family == AF_INET6)
    return new_host_and_port (&v6->sin6_addr, AF_INET6, v6->sin6_port, v6);
  n_path = length > G_STRUCT_OFFSET (struct sockaddr_un, sun_path)
               ? length - G_STRUCT_OFFSET (struct sockaddr_un, sun_path)
               : 0;
  path = g_strndup (local->sun_path, n_path);
  return foliot_value_new_string (path);
}

char *
_foliot_stream_address_to_text (const FoliotSocketAddress *address)
{
  const struct sockaddr_in *v4 = (const struct sockaddr_in *) address;
  const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *) address;
  char text[INET6_ADDRSTRLEN];

  if (address->any.sa_family == AF_INET)
    return g_strdup_printf ("%s:%u", inet_ntop (AF_INET, &v4->sin_addr, text, sizeof text),
                            g_ntohs (v4->sin_port));
  if (address->any.sa_family == AF_INET6)
    return g_strdup_printf ("[%s]:%u", inet_ntop (AF_INET6, &v6->sin6_addr, text, sizeof text),
                            g_ntohs (v6->sin6_port));
  return NULL;
}

gboolean
_foliot_stream_address_from_path (const char *path, FoliotSocketAddress *out_address, socklen_t *out_length,
                                  GError **error)
{
  struct sockaddr_un *local = (struct sockaddr_un *) out_address;
  gsize length = strlen (path);

  if (length == 0 || length >= sizeof local->sun_path)
    {
      g_set_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS,
                   "The path of a Unix socket has 1 to %u bytes, “%s” has %" G_GSIZE_FORMAT
                   ": choose a shorter one",
                   (guint) sizeof local->sun_path - 1, path, length);
      return FALSE;
    }
  memset (out_address, 0, sizeof *out_address);
  local->sun_family = AF_UNIX;
  memcpy (local->sun_path, path, length + 1);
  *out_length = (socklen_t) (G_STRUCT_OFFSET (struct sockaddr_un, sun_path) + length + 1);
  return TRUE;
}

/* ---- names --------------------------------------------------------------------------------------------------- */

gboolean
_foliot_stream_resolve (FoliotAddress *address, gboolean passive, gboolean numeric,
                        struct addrinfo **out_list, GError **error)
{
  const char *host = foliot_address_get_host (address);
  gint64 port = foliot_address_get_port (address);
  struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
  char service[8];
  int code;

  if (port < 0 || port > G_MAXUINT16)
    {
      g_set_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS,
                   "Port %" G_GINT64_FORMAT " of %s is not between 0 and 65535", port,
                   foliot_address_get_repr (address));
      return FALSE;
    }
  g_snprintf (service, sizeof service, "%u", (guint) port);
  hints.ai_flags |= (passive ? AI_PASSIVE : 0) | (numeric ? AI_NUMERICHOST : 0);
  code = getaddrinfo (host != NULL && *host != '\0' ? host : NULL, service, &hints, out_list);
  if (code == 0)
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION,
               "Cannot find host “%s” (%s): see whether it is spelt right, or give its address in figures",
               host != NULL ? host : "", code == EAI_SYSTEM ? g_strerror (errno) : gai_strerror (code));
  return FALSE;
}

void
_foliot_stream_lookup_free (FoliotStreamLookup *lookup)
{
  if (!g_atomic_ref_count_dec (&lookup->ref_count))
    return;
  if (lookup->list != NULL)
    freeaddrinfo (lookup->list);
  g_clear_error (&lookup->error);
  foliot_address_unref (lookup->address);
  if (lookup->fd >= 0)
    close (lookup->fd);
  g_free (lookup);
}

static gpointer
look_up (gpointer data)
{
  FoliotStreamLookup *lookup = data;

  _foliot_stream_resolve (lookup->address, FALSE, FALSE, &lookup->list, &lookup->error);
  eventfd_write (lookup->fd, 1);
  _foliot_stream_lookup_free (lookup);
  return NULL;
}

FoliotStreamLookup *
_foliot_stream_lookup_new (FoliotKernel *kernel, FoliotAddress *address, GError **error)
{
  FoliotStreamLookup *lookup = g_new0 (FoliotStreamLookup, 1);
  GThread *thread = NULL;

  g_atomic_ref_count_init (&lookup->ref_count);
  g_atomic_ref_count_inc (&lookup->ref_count);
  lookup->address = foliot_address_ref (address);
  lookup->fd = _foliot_kernel_fault (kernel) ? -1 : eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (lookup->fd >= 0)
    thread = g_thread_try_new ("foliot resolver", look_up, lookup, NULL);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return lookup;
    }
  _foliot_stream_lookup_free (lookup);
  _foliot_stream_lookup_free (lookup);
  g_set_error (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_RESOURCES,
               "No descriptor or thread for looking up the host of %s: free some and try again",
               foliot_address_get_repr (address));
  return NULL;
}

int
_foliot_stream_lookup_get_fd (FoliotStreamLookup *lookup)
{
  return lookup->fd;
}

gboolean
_foliot_stream_lookup_finish (FoliotStreamLookup *lookup, struct addrinfo **out_list, GError **error)
{
  *out_list = g_steal_pointer (&lookup->list);
  if (*out_list == NULL)
    g_propagate_error (error, g_steal_pointer (&lookup->error));
  return *out_list != NULL;
}

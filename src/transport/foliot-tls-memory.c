/* SPDX-License-Identifier: MIT */
#include "transport/foliot-tls-private.h"

#include <errno.h>
#include <string.h>

/* gnutls' idea of a socket, without one: when the input is used up it is told to come again. */

static ssize_t
pull (gnutls_transport_ptr_t data, void *buffer, size_t size)
{
  FoliotTlsMemory *memory = data;
  gsize n = MIN (size, memory->n_input);

  if (n == 0)
    {
      gnutls_transport_set_errno (memory->session, EAGAIN);
      return -1;
    }
  memcpy (buffer, memory->input, n);
  memory->input += n;
  memory->n_input -= n;
  return (ssize_t) n;
}

static int
pull_timeout (gnutls_transport_ptr_t data, unsigned int ms)
{
  return ((FoliotTlsMemory *) data)->n_input > 0;
}

static ssize_t
push (gnutls_transport_ptr_t data, const void *bytes, size_t size)
{
  g_byte_array_append (((FoliotTlsMemory *) data)->wire, bytes, (guint) size);
  return (ssize_t) size;
}

void
_foliot_tls_memory_attach (FoliotTlsMemory *memory, gnutls_session_t session)
{
  memory->session = session;
  gnutls_transport_set_ptr (session, memory);
  gnutls_transport_set_pull_function (session, pull);
  gnutls_transport_set_pull_timeout_function (session, pull_timeout);
  gnutls_transport_set_push_function (session, push);
}

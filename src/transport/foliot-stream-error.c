/* SPDX-License-Identifier: MIT */
#include "transport/foliot-stream-private.h"

#include <errno.h>

/* The system's error numbers in the words of the house: a code that a program can act on, a text that a person can. */

typedef struct
{
  int number;
  gboolean ours; /* of the transport's domain */
  gint code;
  const char *advice;
} Meaning;

static const Meaning meanings[] = {
  { ECONNREFUSED, FALSE, FOLIOT_ERROR_CONNECTION_REFUSED, "nobody listens there" },
  { ENOENT, FALSE, FOLIOT_ERROR_FILE_NOT_FOUND, "there is no such socket file" },
  { ECONNRESET, FALSE, FOLIOT_ERROR_CONNECTION_RESET, "the peer broke the connection" },
  { EPIPE, FALSE, FOLIOT_ERROR_CONNECTION_RESET, "the peer has closed the connection" },
  { ECONNABORTED, FALSE, FOLIOT_ERROR_CONNECTION_RESET, "the connection was given up" },
  { ETIMEDOUT, FALSE, FOLIOT_ERROR_TIMED_OUT, "nobody answered in time" },
  { EADDRINUSE, FALSE, FOLIOT_ERROR_CONNECTION, "the address is in use: choose another, or port 0" },
  { EADDRNOTAVAIL, FALSE, FOLIOT_ERROR_CONNECTION, "this machine has no such address" },
  { EACCES, FALSE, FOLIOT_ERROR_CONNECTION,
    "not permitted: choose a port above 1023 or a folder of your own" },
  { EHOSTUNREACH, FALSE, FOLIOT_ERROR_CONNECTION, "no way leads to the host" },
  { ENETUNREACH, FALSE, FOLIOT_ERROR_CONNECTION, "no way leads to the network" },
  { EMFILE, TRUE, FOLIOT_TRANSPORT_ERROR_RESOURCES, "too many open files: raise the limit (ulimit -n)" },
  { ENFILE, TRUE, FOLIOT_TRANSPORT_ERROR_RESOURCES, "the machine has too many open files" },
  { ENOMEM, TRUE, FOLIOT_TRANSPORT_ERROR_RESOURCES, "no memory: free some and try again" },
  { ENOBUFS, TRUE, FOLIOT_TRANSPORT_ERROR_RESOURCES, "no memory: free some and try again" },
  { ENOSPC, TRUE, FOLIOT_TRANSPORT_ERROR_RESOURCES, "too many watched descriptors: raise the user's limit" },
};

GError *
_foliot_stream_error_new (int number, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (meanings[i].number == number)
      return g_error_new (meanings[i].ours ? FOLIOT_TRANSPORT_ERROR : FOLIOT_ERROR, meanings[i].code,
                          "Cannot %s: %s", what, meanings[i].advice);
  return g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION, "Cannot %s: %s", what, g_strerror (number));
}

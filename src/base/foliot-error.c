/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-error.h>

/*
 * The failures that cross a wire. A peer is told a class name it knows and a message; what a peer told us is kept with
 * the error (GLib's extended errors), so a handler may pass it on or look at both halves of the message.
 */

#include "base/foliot-text-private.h"

typedef struct
{
  char *origin; /* of FOLIOT_ERROR_REMOTE only */
  char *remote_traceback;
} FoliotErrorPrivate;

static void
foliot_error_private_init (FoliotErrorPrivate *private)
{
}

static void
foliot_error_private_copy (const FoliotErrorPrivate *from, FoliotErrorPrivate *to)
{
  to->origin = g_strdup (from->origin);
  to->remote_traceback = g_strdup (from->remote_traceback);
}

static void
foliot_error_private_clear (FoliotErrorPrivate *private)
{
  g_free (private->origin);
  g_free (private->remote_traceback);
}

G_DEFINE_EXTENDED_ERROR (FoliotError, foliot_error)

gboolean
foliot_error_is_aiomas (const GError *error)
{
  return g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
}

const char *
foliot_error_get_wire_name (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);
  if (error->domain != FOLIOT_ERROR)
    return "RuntimeError";
  switch ((FoliotError) error->code)
    {
    case FOLIOT_ERROR_FAILED:
      return "Exception";
    case FOLIOT_ERROR_CANCELLED:
      return "asyncio.exceptions.CancelledError";
    case FOLIOT_ERROR_TIMED_OUT:
      return "TimeoutError";
    case FOLIOT_ERROR_VALUE:
      return "ValueError";
    case FOLIOT_ERROR_TYPE:
      return "TypeError";
    case FOLIOT_ERROR_LOOKUP:
      return "LookupError";
    case FOLIOT_ERROR_ATTRIBUTE:
      return "AttributeError";
    case FOLIOT_ERROR_IMPORT:
      return "ModuleNotFoundError";
    case FOLIOT_ERROR_CLOSED:
    case FOLIOT_ERROR_PREEMPTED:
    case FOLIOT_ERROR_RUNTIME:
      return "RuntimeError";
    case FOLIOT_ERROR_CONNECTION:
      return "ConnectionError";
    case FOLIOT_ERROR_CONNECTION_REFUSED:
      return "ConnectionRefusedError";
    case FOLIOT_ERROR_CONNECTION_RESET:
      return "ConnectionResetError";
    case FOLIOT_ERROR_FILE_NOT_FOUND:
      return "FileNotFoundError";
    case FOLIOT_ERROR_SERIALIZATION:
      return "aiomas.exceptions.SerializationError";
    case FOLIOT_ERROR_REMOTE:
      return "aiomas.exceptions.RemoteException";
    case FOLIOT_ERROR_INVALID_STATE:
      return "asyncio.exceptions.InvalidStateError";
    }
  return "Exception";
}

char *
foliot_error_to_wire (const GError *error)
{
  g_autofree char *message = NULL;
  const char *name;

  g_return_val_if_fail (error != NULL, NULL);
  name = foliot_error_get_wire_name (error);
  message = _foliot_text_dup_valid (error->message);
  return *message != '\0' ? g_strconcat (name, ": ", message, "\n", NULL) : g_strconcat (name, "\n", NULL);
}

GError *
foliot_error_new_remote (const char *origin, const char *text)
{
  GError *error;
  FoliotErrorPrivate *private;

  g_return_val_if_fail (origin != NULL && text != NULL, NULL);
  error = g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_REMOTE, "Origin: %s\n%s", origin, text);
  private = foliot_error_get_private (error);
  private->origin = g_strdup (origin);
  private->remote_traceback = g_strdup (text);
  return error;
}

const char *
foliot_error_get_origin (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);
  return error->domain == FOLIOT_ERROR ? foliot_error_get_private (error)->origin : NULL;
}

const char *
foliot_error_get_remote_traceback (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);
  return error->domain == FOLIOT_ERROR ? foliot_error_get_private (error)->remote_traceback : NULL;
}

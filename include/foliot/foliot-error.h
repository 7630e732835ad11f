/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-macros.h>

G_BEGIN_DECLS

/**
 * FOLIOT_ERROR:
 *
 * The domain of the failures that agents see and that cross the wire. A failure of this domain is written to a peer
 * as `<Name>: <message>\n`, where Name is what a Python peer would print (see [func@error_get_wire_name]).
 */
#define FOLIOT_ERROR (foliot_error_quark ())
FOLIOT_API GQuark foliot_error_quark (void);

/**
 * FoliotError:
 * @FOLIOT_ERROR_FAILED: `Exception`, anything without a better name
 * @FOLIOT_ERROR_CANCELLED: `asyncio.exceptions.CancelledError`, the scope of the waiting fiber was cancelled; every further await of it returns this too
 * @FOLIOT_ERROR_TIMED_OUT: `TimeoutError`, the deadline of a wait came first
 * @FOLIOT_ERROR_CLOSED: the thing waited for (store, resource, condition, world) was closed
 * @FOLIOT_ERROR_PREEMPTED: a granted resource was taken away; until it is released every await returns this
 * @FOLIOT_ERROR_VALUE: `ValueError`
 * @FOLIOT_ERROR_TYPE: `TypeError`
 * @FOLIOT_ERROR_LOOKUP: `LookupError`
 * @FOLIOT_ERROR_ATTRIBUTE: `AttributeError`
 * @FOLIOT_ERROR_IMPORT: `ModuleNotFoundError`
 * @FOLIOT_ERROR_RUNTIME: `RuntimeError`
 * @FOLIOT_ERROR_CONNECTION: `ConnectionError`
 * @FOLIOT_ERROR_CONNECTION_REFUSED: `ConnectionRefusedError`
 * @FOLIOT_ERROR_CONNECTION_RESET: `ConnectionResetError`
 * @FOLIOT_ERROR_FILE_NOT_FOUND: `FileNotFoundError`
 * @FOLIOT_ERROR_SERIALIZATION: `aiomas.exceptions.SerializationError`
 * @FOLIOT_ERROR_REMOTE: `aiomas.exceptions.RemoteException`: the peer's handler failed
 * @FOLIOT_ERROR_INVALID_STATE: `asyncio.exceptions.InvalidStateError`, it was settled already
 */
typedef enum
{
  FOLIOT_ERROR_FAILED,
  FOLIOT_ERROR_CANCELLED,
  FOLIOT_ERROR_TIMED_OUT,
  FOLIOT_ERROR_CLOSED,
  FOLIOT_ERROR_PREEMPTED,
  FOLIOT_ERROR_VALUE,
  FOLIOT_ERROR_TYPE,
  FOLIOT_ERROR_LOOKUP,
  FOLIOT_ERROR_ATTRIBUTE,
  FOLIOT_ERROR_IMPORT,
  FOLIOT_ERROR_RUNTIME,
  FOLIOT_ERROR_CONNECTION,
  FOLIOT_ERROR_CONNECTION_REFUSED,
  FOLIOT_ERROR_CONNECTION_RESET,
  FOLIOT_ERROR_FILE_NOT_FOUND,
  FOLIOT_ERROR_SERIALIZATION,
  FOLIOT_ERROR_REMOTE,
  FOLIOT_ERROR_INVALID_STATE,
} FoliotError;

/**
 * foliot_error_is_aiomas:
 * @error: an error
 *
 * aiomas' hierarchy: RemoteException is an AiomasError, SerializationError is not.
 *
 * Returns: whether aiomas' `AiomasError` would catch it
 */
FOLIOT_API gboolean foliot_error_is_aiomas (const GError *error);

/**
 * foliot_error_get_wire_name:
 * @error: an error of any domain
 *
 * Returns: (transfer none): the class name a Python peer prints for it; a foreign domain gives "RuntimeError", and so
 *   do %FOLIOT_ERROR_CLOSED and %FOLIOT_ERROR_PREEMPTED
 */
FOLIOT_API const char *foliot_error_get_wire_name (const GError *error);

/**
 * foliot_error_to_wire:
 * @error: an error
 *
 * The text of a failure message (aiomas 2.0.1, channel layer): `<Name>: <message>\n`, or `<Name>\n` when the message is
 * empty; a %FOLIOT_ERROR_REMOTE error ends in the peer's own text. Always ends in a newline, always valid UTF-8: what
 * is not (lone surrogates too) becomes U+FFFD.
 *
 * Returns: (transfer full): the text
 */
FOLIOT_API char *foliot_error_to_wire (const GError *error) FOLIOT_WARN_UNUSED;

/**
 * foliot_error_new_remote:
 * @origin: address of the peer as we see it
 * @text: what the peer sent
 *
 * Returns: (transfer full): a %FOLIOT_ERROR_REMOTE whose message is `Origin: <origin>\n<text>`
 */
FOLIOT_API GError *foliot_error_new_remote (const char *origin, const char *text) FOLIOT_WARN_UNUSED;

/**
 * foliot_error_get_origin:
 *
 * Returns: (nullable): the peer a %FOLIOT_ERROR_REMOTE came from.
 */
FOLIOT_API const char *foliot_error_get_origin (const GError *error);

/**
 * foliot_error_get_remote_traceback:
 *
 * Returns: (nullable): the peer's own text of a %FOLIOT_ERROR_REMOTE.
 */
FOLIOT_API const char *foliot_error_get_remote_traceback (const GError *error);

G_END_DECLS

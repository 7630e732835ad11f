/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-error.h>

G_BEGIN_DECLS

/**
 * FoliotAddress:
 *
 * Where a container listens: TCP host and port, a Unix socket path, or the id of a local queue. Immutable,
 * reference-counted. Two addresses are equal when their texts are (`localhost` is not `127.0.0.1`).
 */
typedef struct _FoliotAddress FoliotAddress;

typedef enum
{
  FOLIOT_ADDRESS_TCP,
  FOLIOT_ADDRESS_UNIX,
  FOLIOT_ADDRESS_LOCAL,
} FoliotAddressKind;

#define FOLIOT_TYPE_ADDRESS (foliot_address_get_type ())
FOLIOT_API GType foliot_address_get_type (void);

/**
 * foliot_address_new_tcp:
 * @host: (nullable): a name or an IP address; %NULL is the empty host: all interfaces, for who listens
 * @port: 0–65535 for real sockets (0: the system chooses); kept as given
 *
 * Returns: (transfer full): the address; nothing is looked up
 */
FOLIOT_API FoliotAddress *foliot_address_new_tcp (const char *host, gint64 port) FOLIOT_WARN_UNUSED;
FOLIOT_API FoliotAddress *foliot_address_new_unix (const char *path) FOLIOT_WARN_UNUSED;
/**
 * foliot_address_new_local:
 * @queue_id: UTF-8
 * @error: %FOLIOT_ERROR_VALUE `"/" not allowed in queue ID ('<id>')`
 */
FOLIOT_API FoliotAddress *foliot_address_new_local (const char *queue_id, GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_address_parse:
 * @url: `tcp://host:port`, `ipc://[path]`, `local://id`; a trailing slash is allowed
 * @error: %FOLIOT_ERROR_VALUE `Unknown address type: <url>` for anything else
 */
FOLIOT_API FoliotAddress *foliot_address_parse (const char *url, GError **error) FOLIOT_WARN_UNUSED;

/**
 * foliot_address_parse_agent:
 * @url: `<base url>/<agent id>`, the grammar of aiomas 2.0.1 (spec of `Container.connect`)
 * @out_agent_id: (out) (transfer full): the id, which may contain slashes
 * @error: %FOLIOT_ERROR_VALUE `Cannot parse agent URL "<url>": <reason>`, reasons as aiomas prints them
 */
FOLIOT_API FoliotAddress *foliot_address_parse_agent (const char *url, char **out_agent_id,
                                                      GError **error) FOLIOT_WARN_UNUSED;

FOLIOT_API FoliotAddress *foliot_address_ref (FoliotAddress *address) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_address_unref (FoliotAddress *address);
FOLIOT_API FoliotAddressKind foliot_address_get_kind (const FoliotAddress *address);
/**
 * foliot_address_get_host:
 *
 * Returns: host of TCP, path of UNIX, id of LOCAL.
 */
FOLIOT_API const char *foliot_address_get_host (const FoliotAddress *address);
FOLIOT_API gint64 foliot_address_get_port (const FoliotAddress *address);
/**
 * foliot_address_get_base_url:
 *
 * The first call for a wildcard host asks the system's resolver for the machine's name and may block on it.
 *
 * Returns: (transfer none): with a final slash: `tcp://host:port/`, `ipc://[path]/`, `local://id/`. A wildcard host
 *   (empty, `::`, `0.0.0.0`) gives the machine's name. IPv6 hosts are not bracketed (as aiomas).
 */
FOLIOT_API const char *foliot_address_get_base_url (const FoliotAddress *address);
/**
 * foliot_address_get_repr:
 *
 * Returns: as Python prints it: `('localhost', 5555)`, `'/path'`, `LocalQueue('id')`.
 */
FOLIOT_API const char *foliot_address_get_repr (const FoliotAddress *address);
FOLIOT_API gboolean foliot_address_equal (gconstpointer a, gconstpointer b);
FOLIOT_API guint foliot_address_hash (gconstpointer address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotAddress, foliot_address_unref)

G_END_DECLS

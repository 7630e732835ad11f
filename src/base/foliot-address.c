/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-address.h>

/*
 * Addresses and the two urls that hold them: the base url of a container and, with an id behind it, the url of an
 * agent. Agents compare and print these texts, so reading them is aiomas' own sequence of splits, and where a split of
 * Python's fails the reason is the one that Python gives.
 *
 * The name of a machine that listens everywhere may take a while to find out, so it is looked up when first asked for.
 */

#include "base/foliot-hash-private.h"
#include "base/foliot-text-private.h"

#include <netdb.h>
#include <string.h>
#include <unistd.h>

struct _FoliotAddress
{
  gatomicrefcount ref_count;
  FoliotAddressKind kind;
  gint64 port;
  char *host;
  char *repr;
  char *base_url; /* set once; read through g_once_init_enter() */
};

G_DEFINE_BOXED_TYPE (FoliotAddress, foliot_address, foliot_address_ref, foliot_address_unref)

#define NOT_ENOUGH_VALUES "not enough values to unpack (expected 2, got 1)"

/* ---- texts ---- */

static char *
make_repr (FoliotAddressKind kind, const char *host, gint64 port)
{
  GString *repr = g_string_new (kind == FOLIOT_ADDRESS_TCP     ? "("
                                : kind == FOLIOT_ADDRESS_LOCAL ? "LocalQueue("
                                                               : "");

  _foliot_text_append_repr (repr, host, strlen (host), G_MAXSIZE);
  if (kind == FOLIOT_ADDRESS_TCP)
    g_string_append_printf (repr, ", %" G_GINT64_FORMAT, port);
  if (kind != FOLIOT_ADDRESS_UNIX)
    g_string_append_c (repr, ')');
  return g_string_free (repr, FALSE);
}

static gboolean
is_wildcard (const char *host)
{
  return *host == '\0' || strcmp (host, "::") == 0 || strcmp (host, "0.0.0.0") == 0;
}

/* The machine's full name if it has one, else the short one. */
static char *
dup_machine_name (void)
{
  char name[256] = "localhost";
  struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM }, *found = NULL;
  char *full = NULL;

  if (gethostname (name, sizeof name - 1) == 0 && getaddrinfo (name, NULL, &hints, &found) == 0)
    {
      if (found->ai_canonname != NULL && strchr (found->ai_canonname, '.') != NULL)
        full = g_strdup (found->ai_canonname);
      freeaddrinfo (found);
    }
  return full != NULL ? full : g_strdup (name);
}

static char *
make_base_url (const FoliotAddress *address)
{
  g_autofree char *machine = NULL;

  switch (address->kind)
    {
    case FOLIOT_ADDRESS_TCP:
      machine = is_wildcard (address->host) ? dup_machine_name () : g_strdup (address->host);
      return g_strdup_printf ("tcp://%s:%" G_GINT64_FORMAT "/", machine, address->port);
    case FOLIOT_ADDRESS_UNIX:
      return g_strdup_printf ("ipc://[%s]/", address->host);
    case FOLIOT_ADDRESS_LOCAL:
      return g_strdup_printf ("local://%s/", address->host);
    }
  g_assert_not_reached ();
}

/* ---- the type ---- */

static FoliotAddress *
new_address (FoliotAddressKind kind, const char *host, gint64 port)
{
  FoliotAddress *address = g_new0 (FoliotAddress, 1);

  g_atomic_ref_count_init (&address->ref_count);
  address->kind = kind;
  address->port = port;
  address->host = g_strdup (host);
  address->repr = make_repr (kind, host, port);
  return address;
}

FoliotAddress *
foliot_address_new_tcp (const char *host, gint64 port)
{
  return new_address (FOLIOT_ADDRESS_TCP, host != NULL ? host : "", port);
}

FoliotAddress *
foliot_address_new_unix (const char *path)
{
  g_return_val_if_fail (path != NULL, NULL);
  return new_address (FOLIOT_ADDRESS_UNIX, path, 0);
}

FoliotAddress *
foliot_address_new_local (const char *queue_id, GError **error)
{
  g_return_val_if_fail (queue_id != NULL, NULL);
  if (strchr (queue_id, '/') != NULL)
    {
      g_autofree char *quoted = _foliot_text_dup_valid (queue_id);
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "\"/\" not allowed in queue ID ('%s')", quoted);
      return NULL;
    }
  return new_address (FOLIOT_ADDRESS_LOCAL, queue_id, 0);
}

FoliotAddress *
foliot_address_ref (FoliotAddress *address)
{
  g_return_val_if_fail (address != NULL, NULL);
  g_atomic_ref_count_inc (&address->ref_count);
  return address;
}

void
foliot_address_unref (FoliotAddress *address)
{
  g_return_if_fail (address != NULL);
  if (!g_atomic_ref_count_dec (&address->ref_count))
    return;
  g_free (address->host);
  g_free (address->repr);
  g_free (address->base_url);
  g_free (address);
}

/* ---- reading urls ---- */

/* The parts of `<scheme>://<address>/<agent id>`; NULL until found. */
typedef struct
{
  FoliotAddressKind kind;
  char *host;
  gint64 port;
  char *agent_id;
} Url;

static void
url_clear (Url *url)
{
  g_free (url->host);
  g_free (url->agent_id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Url, url_clear)

/* Python's int (): blanks around, a sign, digits with single underscores between. */
static gboolean
parse_int (const char *text, gint64 *out_number)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  const char *at = stripped;
  gboolean negative = *at == '-';
  gint64 number = 0;

  at += negative || *at == '+';
  do
    {
      if (!g_ascii_isdigit (*at) || __builtin_mul_overflow (number, 10, &number)
          || __builtin_sub_overflow (number, *at - '0', &number)) /* downwards: −2^63 has no counterpart */
        return FALSE;
      at++;
      at += *at == '_' && g_ascii_isdigit (at[1]);
    }
  while (*at != '\0');
  if (!negative && __builtin_sub_overflow ((gint64) 0, number, &number))
    return FALSE;
  *out_number = number;
  return TRUE;
}

static char *
port_reason (const char *port)
{
  GString *reason = g_string_new ("invalid literal for int() with base 10: ");

  _foliot_text_append_repr (reason, port, strlen (port), G_MAXSIZE);
  return g_string_free (reason, FALSE);
}

/* host:port, split at the last colon; brackets around the host are dropped. Returns the reason if it cannot be. */
static char *
split_host_port (const char *text, Url *url)
{
  const char *colon = strrchr (text, ':');
  gsize length;

  if (colon == NULL)
    return g_strdup (NOT_ENOUGH_VALUES);
  length = (gsize) (colon - text);
  if (length == 0)
    return g_strdup ("string index out of range");
  if (text[0] == '[' && text[length - 1] == ']')
    url->host = g_strndup (text + 1, length - 2);
  else
    url->host = g_strndup (text, length);
  return parse_int (colon + 1, &url->port) ? NULL : port_reason (colon + 1);
}

static char *
split_tcp (const char *rest, Url *url)
{
  const char *slash = strchr (rest, '/');
  g_autofree char *host_port = NULL;

  if (slash == NULL)
    return g_strdup (NOT_ENOUGH_VALUES);
  url->kind = FOLIOT_ADDRESS_TCP;
  url->agent_id = g_strdup (slash + 1);
  host_port = g_strndup (rest, (gsize) (slash - rest));
  return split_host_port (host_port, url);
}

static char *
split_ipc (const char *rest, Url *url)
{
  const char *end;

  if (*rest == '\0')
    return g_strdup ("string index out of range");
  if (*rest != '[')
    return g_strdup ("");
  end = strstr (rest + 1, "]/");
  if (end == NULL)
    return g_strdup (NOT_ENOUGH_VALUES);
  url->kind = FOLIOT_ADDRESS_UNIX;
  url->host = g_strndup (rest + 1, (gsize) (end - (rest + 1)));
  url->agent_id = g_strdup (end + 2);
  return NULL;
}

static char *
split_local (const char *rest, Url *url)
{
  const char *slash = strchr (rest, '/');

  if (slash == NULL)
    return g_strdup (NOT_ENOUGH_VALUES);
  url->kind = FOLIOT_ADDRESS_LOCAL;
  url->host = g_strndup (rest, (gsize) (slash - rest));
  url->agent_id = g_strdup (slash + 1);
  return NULL;
}

static char *
split_url (const char *text, Url *url)
{
  const char *after = strstr (text, "://");
  g_autofree char *scheme = NULL;

  if (after == NULL)
    return g_strdup (NOT_ENOUGH_VALUES);
  scheme = g_strndup (text, (gsize) (after - text));
  after += strlen ("://");
  if (strcmp (scheme, "tcp") == 0)
    return split_tcp (after, url);
  if (strcmp (scheme, "ipc") == 0)
    return split_ipc (after, url);
  if (strcmp (scheme, "local") == 0)
    return split_local (after, url);
  return g_strdup_printf ("%s not in {'tcp', 'ipc', 'local'}", scheme);
}

FoliotAddress *
foliot_address_parse (const char *url, GError **error)
{
  g_auto (Url) parts = { 0 };
  g_autofree char *with_slash = NULL, *reason = NULL, *quoted = NULL;

  g_return_val_if_fail (url != NULL, NULL);
  with_slash = g_str_has_suffix (url, "/") ? g_strdup (url) : g_strconcat (url, "/", NULL);
  reason = split_url (with_slash, &parts);
  if (reason == NULL && *parts.agent_id == '\0')
    return new_address (parts.kind, parts.host, parts.port);
  quoted = _foliot_text_dup_valid (url);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Unknown address type: %s", quoted);
  return NULL;
}

FoliotAddress *
foliot_address_parse_agent (const char *url, char **out_agent_id, GError **error)
{
  g_auto (Url) parts = { 0 };
  g_autofree char *reason = NULL, *message = NULL, *quoted = NULL;

  g_return_val_if_fail (url != NULL && out_agent_id != NULL, NULL);
  reason = split_url (url, &parts);
  if (reason == NULL && *parts.agent_id == '\0')
    reason = g_strdup ("No agent ID specified.");
  if (reason == NULL)
    {
      *out_agent_id = g_steal_pointer (&parts.agent_id);
      return new_address (parts.kind, parts.host, parts.port);
    }
  message = g_strdup_printf ("Cannot parse agent URL \"%s\": %s", url, reason);
  quoted = _foliot_text_dup_valid (message);
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, quoted);
  return NULL;
}

/* ---- readers ---- */

FoliotAddressKind
foliot_address_get_kind (const FoliotAddress *address)
{
  g_return_val_if_fail (address != NULL, FOLIOT_ADDRESS_LOCAL);
  return address->kind;
}

const char *
foliot_address_get_host (const FoliotAddress *address)
{
  g_return_val_if_fail (address != NULL, NULL);
  return address->host;
}

gint64
foliot_address_get_port (const FoliotAddress *address)
{
  g_return_val_if_fail (address != NULL, 0);
  return address->port;
}

const char *
foliot_address_get_base_url (const FoliotAddress *address)
{
  char **base_url;

  g_return_val_if_fail (address != NULL, NULL);
  base_url = &((FoliotAddress *) address)->base_url;
  if (g_once_init_enter (base_url))
    g_once_init_leave (base_url, make_base_url (address));
  return *base_url;
}

const char *
foliot_address_get_repr (const FoliotAddress *address)
{
  g_return_val_if_fail (address != NULL, NULL);
  return address->repr;
}

gboolean
foliot_address_equal (gconstpointer a, gconstpointer b)
{
  const FoliotAddress *one = a, *other = b;

  g_return_val_if_fail (one != NULL && other != NULL, FALSE);
  return one->kind == other->kind && one->port == other->port && strcmp (one->host, other->host) == 0;
}

guint
foliot_address_hash (gconstpointer key)
{
  const FoliotAddress *address = key;
  guint64 hash;

  g_return_val_if_fail (address != NULL, 0);
  hash = foliot_hash_mix (foliot_hash_bytes (address->host, strlen (address->host)), (guint64) address->port);
  return (guint) foliot_hash_mix (hash, address->kind);
}

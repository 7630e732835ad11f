/* SPDX-License-Identifier: MIT */
#include "tools/foliot-wire.h"

#include <stdio.h>
#include <string.h>

#include "tools/foliot-verbs.h"

/*
 * A caller is a kernel that lives in real time, one connection, one or two calls. It has no container: nobody can call it back, so it
 * needs no address of its own.
 *
 * A peer that reads another codec, or wants TLS, or speaks something else altogether, hangs up, and that is all there is to
 * see. So an end of the connection before any answer is told with its usual reasons.
 */

void
foliot_wire_options_clear (FoliotWireOptions *options)
{
  g_free (options->codec);
  g_free (options->tls);
}

void
foliot_wire_clear (FoliotWire *wire)
{
  g_clear_pointer (&wire->tls, foliot_tls_credentials_unref);
}

gboolean
foliot_wire_read (const FoliotWireOptions *options, FoliotWire *out_wire, GError **error)
{
  out_wire->codec = foliot_codec_type_from_name (options->codec != NULL ? options->codec : "json", error);
  if (out_wire->codec == G_TYPE_INVALID)
    {
      g_prefix_error (error, "--codec: ");
      return FALSE;
    }
  if (options->tls == NULL)
    return TRUE;
  out_wire->tls = foliot_tls_credentials_new_from_folder (options->tls, error);
  if (out_wire->tls == NULL)
    g_prefix_error (error, "--tls %s: ", options->tls);
  return out_wire->tls != NULL;
}

static FoliotAddress *
parse_host_and_port (const char *text)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = NULL;
  guint64 port;

  if (colon == NULL || strstr (text, "//") != NULL
      || !g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, &port, NULL))
    return NULL;
  host = g_strndup (text, (gsize) (colon - text));
  return foliot_address_new_tcp (host, (gint64) port);
}

FoliotAddress *
foliot_wire_parse_place (const char *text, GError **error)
{
  FoliotAddress *address = parse_host_and_port (text);

  if (address == NULL)
    address = foliot_address_parse (text, NULL);
  if (address != NULL && foliot_address_get_kind (address) != FOLIOT_ADDRESS_LOCAL
      && foliot_address_get_port (address) == CLAMP (foliot_address_get_port (address), 0, G_MAXUINT16))
    return address;
  g_clear_pointer (&address, foliot_address_unref);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "%s: expected HOST:PORT (0 to 65535), or ipc://[/PATH]", text);
  return NULL;
}

char *
foliot_wire_dup_place (const FoliotAddress *address)
{
  if (foliot_address_get_kind (address) == FOLIOT_ADDRESS_UNIX)
    return g_strdup_printf ("ipc://[%s]", foliot_address_get_host (address));
  return g_strdup_printf ("%s:%" G_GINT64_FORMAT, foliot_address_get_host (address),
                          foliot_address_get_port (address));
}

void
foliot_wire_print_ready (FoliotListener *listener)
{
  g_autofree char *place = foliot_wire_dup_place (foliot_listener_get_address (listener));

  printf ("READY %s\n", place);
  fflush (stdout);
}

FoliotAddress *
foliot_wire_parse_url (const char *url, char **out_aid, GError **error)
{
  g_autoptr (FoliotAddress) address = foliot_address_parse (url, NULL);

  *out_aid = NULL;
  if (address == NULL)
    address = foliot_address_parse_agent (url, out_aid, NULL);
  if (address != NULL && foliot_address_get_kind (address) != FOLIOT_ADDRESS_LOCAL)
    return g_steal_pointer (&address);
  g_clear_pointer (out_aid, g_free);
  if (address != NULL)
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                 "%s: a local queue is inside of a process; from outside an agent has tcp:// or ipc://", url);
  else
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                 "%s: expected the url of an agent, tcp://HOST:PORT/ID or ipc://[/PATH]/ID", url);
  return NULL;
}

/* ---- a call ---- */

typedef struct
{
  const FoliotWire *wire;
  FoliotTransport *transport;
  FoliotAddress *address;
  const char *aid;  /* nullable: the container itself */
  const char *path; /* of the method, below the agent */
  FoliotValue *args;
  gboolean connected;
  gboolean answered;
} Call;

static FoliotValue *
call_path (Call *call, FoliotProxy *root, const char *path, FoliotValue *positional, FoliotValue *keywords,
           GError **error)
{
  FoliotValue *answer = foliot_await_take (foliot_proxy_callv (root, path, positional, keywords), error);

  call->answered |= answer != NULL || g_error_matches (*error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE);
  return answer;
}

/* As a container does before it gives out a proxy. */
static gboolean
validate (Call *call, FoliotProxy *root, GError **error)
{
  g_autoptr (FoliotValue) name
      = call_path (call, root, "validate_aid",
                   foliot_value_build_list (foliot_value_new_string (call->aid), NULL), NULL, error);

  if (name == NULL)
    return FALSE;
  if (!foliot_value_is_null (name))
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION, "there is no agent “%s” in that container",
               call->aid);
  return FALSE;
}

static FoliotValue *
do_call (gpointer user_data, GError **error)
{
  Call *call = user_data;
  const FoliotChannelOptions options = { .codec_type = call->wire->codec,
                                         .serializers = foliot_codec_get_date_serializer (),
                                         .n_serializers = 1 };
  g_autoptr (FoliotValue) opened
      = foliot_await_take (foliot_rpc_open (call->transport, call->address, NULL, 0, &options), error);
  gboolean by_name = call->args != NULL && foliot_value_get_kind (call->args) == FOLIOT_VALUE_MAP;
  FoliotValue *args = call->args != NULL ? foliot_value_ref (call->args) : NULL, *answer = NULL;
  g_autoptr (FoliotProxy) root = NULL;
  g_autofree char *path = NULL;

  if (opened != NULL)
    {
      call->connected = TRUE;
      root = foliot_rpc_client_get_remote (foliot_value_get_object (opened, FOLIOT_TYPE_RPC_CLIENT));
    }
  if (root != NULL && (call->aid == NULL || validate (call, root, error)))
    {
      path = call->aid != NULL ? g_strdup_printf ("agents/%s/%s", call->aid, call->path)
                               : g_strdup (call->path);
      answer = call_path (call, root, path, by_name ? NULL : g_steal_pointer (&args),
                          by_name ? g_steal_pointer (&args) : NULL, error);
    }
  g_clear_pointer (&args, foliot_value_unref);
  return answer;
}

/* What hung up without a word. */
static void
explain (const Call *call, const char *url, GError **error)
{
  if (g_error_matches (*error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE))
    return;
  if (call->connected && !call->answered
      && g_error_matches (*error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET))
    {
      g_clear_error (error);
      g_set_error (
          error, FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET,
          "%s: the peer hung up without an answer: does it speak aiomas (a mosaik simulator does not), with "
          "this codec (--codec), and %s?",
          url, call->wire->tls != NULL ? "TLS with this CA (--tls)" : "without TLS (--tls)");
      return;
    }
  g_prefix_error (error, "%s: ", url);
}

FoliotValue *
foliot_wire_call (const FoliotWire *wire, const char *url, const char *path, FoliotValue *args,
                  GError **error)
{
  g_autofree char *aid = NULL;
  g_autoptr (FoliotAddress) address = foliot_wire_parse_url (url, &aid, error);
  Call call = { .wire = wire, .address = address, .aid = aid, .path = path, .args = args };
  const FoliotStreamOptions stream = { .tls = wire->tls };
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_REALTIME, 0, 0);
  g_autoptr (FoliotTransport) transport = foliot_stream_transport_new (kernel, &stream);
  g_autoptr (FoliotFuture) done = NULL;
  g_autoptr (GError) local = NULL;
  FoliotValue *answer = NULL;

  if (address == NULL)
    return NULL;
  foliot_kernel_set_digest (kernel, FALSE);
  call.transport = transport;
  done = foliot_fiber_spawn (kernel, NULL, "call", do_call, &call, NULL);
  answer = foliot_run (kernel, done, &local);
  if (answer == NULL)
    {
      explain (&call, url, &local);
      g_propagate_error (error, g_steal_pointer (&local));
    }
  foliot_kernel_close (kernel);
  return answer;
}

/* ---- failures ---- */

static int
get_exit_code (const GError *error)
{
  if (error->domain == FOLIOT_ERROR)
    switch (error->code)
      {
      case FOLIOT_ERROR_REMOTE:
        return FOLIOT_EXIT_MODEL;
      case FOLIOT_ERROR_CONNECTION:
      case FOLIOT_ERROR_CONNECTION_REFUSED:
      case FOLIOT_ERROR_CONNECTION_RESET:
      case FOLIOT_ERROR_FILE_NOT_FOUND:
      case FOLIOT_ERROR_TIMED_OUT:
        return FOLIOT_EXIT_PEER;
      default:
        return FOLIOT_EXIT_USAGE;
      }
  if (error->domain == FOLIOT_TLS_ERROR)
    return error->code == FOLIOT_TLS_ERROR_CERTIFICATE || error->code == FOLIOT_TLS_ERROR_KEY
               ? FOLIOT_EXIT_USAGE
               : FOLIOT_EXIT_PEER;
  if (g_error_matches (error, FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_ADDRESS))
    return FOLIOT_EXIT_USAGE;
  return error->domain == FOLIOT_TRANSPORT_ERROR || error->domain == FOLIOT_CODEC_ERROR ? FOLIOT_EXIT_PEER
                                                                                        : FOLIOT_EXIT_USAGE;
}

int
foliot_wire_complain (const GError *error)
{
  const char *text = error->message;
  g_autofree char *stripped = NULL;

  if (g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_REMOTE))
    text = foliot_error_get_remote_traceback (error);
  stripped = g_strchomp (g_strdup (text));
  fprintf (stderr, strchr (stripped, '\n') != NULL ? "foliot: the peer says:\n%s\n" : "foliot: %s\n",
           stripped);
  return get_exit_code (error);
}

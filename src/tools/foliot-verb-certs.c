/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "tools/foliot-certs.h"
#include "tools/foliot-drive.h"
#include "tools/foliot-options.h"

/*
 * `foliot certs new DIR` makes a folder for --tls, and a CA beside it (DIR-ca) when there is none; `foliot certs renew DIR`
 * gives it a new certificate for the same key. --ca names the CA of another folder, so that both believe each other.
 */

#define DEFAULT_DAYS 365
#define MAX_DAYS     36500

typedef struct
{
  char **hosts;
  char *name;
  char *use;
  char *days;
  char *authority;
  char **rest; /* the verb of certs, and the folder */
} Arguments;

static void
arguments_clear (Arguments *arguments)
{
  g_strfreev (arguments->hosts);
  g_free (arguments->name);
  g_free (arguments->use);
  g_free (arguments->days);
  g_free (arguments->authority);
  g_strfreev (arguments->rest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, arguments_clear)

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  *error = g_error_new_valist (G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, arguments);
  va_end (arguments);
  return FALSE;
}

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "host", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments->hosts,
      "A name or address by which others connect to it; may be repeated; default localhost, 127.0.0.1, ::1",
      "NAME" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &arguments->name,
      "Whose certificate it is; default: the folder's name", "NAME" },
    { "for", 0, 0, G_OPTION_ARG_STRING, &arguments->use, "server, client, or both (default)", "USE" },
    { "days", 0, 0, G_OPTION_ARG_STRING, &arguments->days, "How long it is good; default 365", "N" },
    { "ca", 0, 0, G_OPTION_ARG_FILENAME, &arguments->authority, "Folder of the CA; default DIR-ca",
      "FOLDER" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->rest, NULL, "new|renew DIR" },
    { NULL },
  };

  if (!foliot_options_parse ("certs", entries, &argc, &argv, error))
    return FALSE;
  if (arguments->rest == NULL || g_strv_length (arguments->rest) != 2 || arguments->rest[1][0] == '\0'
      || (!g_str_equal (arguments->rest[0], "new") && !g_str_equal (arguments->rest[0], "renew")))
    return fail (error, "expected new DIR or renew DIR (foliot help certs)");
  return TRUE;
}

/* An address in figures, or a name as DNS has them; the first label may be a star. */
static gboolean
is_host (const char *host)
{
  const char *rest = g_str_has_prefix (host, "*.") ? host + 2 : host;

  if (g_hostname_is_ip_address (host))
    return TRUE;
  if (*rest == '\0' || strlen (host) > 253)
    return FALSE;
  for (const char *p = rest; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-_.", *p) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
parse_use (const char *text, FoliotCertificateUse *use, GError **error)
{
  *use = 0;
  if (text == NULL)
    return TRUE;
  if (g_str_equal (text, "server") || g_str_equal (text, "both"))
    *use |= FOLIOT_CERTIFICATE_SERVER;
  if (g_str_equal (text, "client") || g_str_equal (text, "both"))
    *use |= FOLIOT_CERTIFICATE_CLIENT;
  return *use != 0 || fail (error, "--for %s: expected server, client or both", text);
}

static gboolean
make_request (const Arguments *arguments, FoliotCertsRequest *request, GError **error)
{
  guint64 days = DEFAULT_DAYS;

  for (gsize i = 0; arguments->hosts != NULL && arguments->hosts[i] != NULL; i++)
    if (!is_host (arguments->hosts[i]))
      return fail (error, "--host %s: expected a host's name or address, without a port",
                   arguments->hosts[i]);
  if (arguments->name != NULL && (arguments->name[0] == '\0' || strlen (arguments->name) > 64))
    return fail (error, "--name %s: expected 1 to 64 bytes", arguments->name);
  if (arguments->days != NULL && !g_ascii_string_to_unsigned (arguments->days, 10, 1, MAX_DAYS, &days, NULL))
    return fail (error, "--days %s: expected a whole number from 1 to 36500", arguments->days);
  request->folder = arguments->rest[1];
  request->authority = arguments->authority;
  request->name = arguments->name;
  request->hosts = (const char *const *) arguments->hosts;
  request->days = (guint) days;
  return parse_use (arguments->use, &request->use, error);
}

static void
print_result (const FoliotCertsRequest *request, const FoliotCertificateInfo *info)
{
  g_autoptr (GDateTime) end = g_date_time_new_from_unix_utc (info->not_after);
  g_autofree char *hosts = g_strjoinv (", ", info->hosts);
  int year, month, day;

  g_date_time_get_ymd (end, &year, &month, &day);
  printf ("%s: \"%s\", a %s%s%s, for %s, until %04d-%02d-%02d\n", request->folder, info->name,
          info->use & FOLIOT_CERTIFICATE_SERVER ? "server" : "",
          info->use == (FOLIOT_CERTIFICATE_SERVER | FOLIOT_CERTIFICATE_CLIENT) ? " and " : "",
          info->use & FOLIOT_CERTIFICATE_CLIENT ? "client" : "", hosts, year, month, day);
  printf ("%s: its CA; whoever reads ca-key.pem there can let anybody in\n", request->authority);
}

/* DIR-ca, whatever way DIR was given: "." and "park/" too. */
static char *
make_authority_name (const char *folder)
{
  g_autofree char *given = g_path_get_basename (folder);
  g_autofree char *path = g_canonicalize_filename (folder, NULL);

  return g_str_has_suffix (folder, given) && given[0] != '.' ? g_strconcat (folder, "-ca", NULL)
                                                             : g_strconcat (path, "-ca", NULL);
}

static int
complain (const GError *error)
{
  gboolean is_usage = error->domain == G_OPTION_ERROR
                      || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_EXIST)
                      || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_INVAL)
                      || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);

  foliot_drive_say (error->message);
  return is_usage ? FOLIOT_EXIT_USAGE : FOLIOT_EXIT_RESULTS;
}

int
foliot_verb_certs (int argc, char **argv)
{
  g_auto (Arguments) arguments = { 0 };
  FoliotCertsRequest request = { 0 };
  g_autoptr (FoliotCertificateInfo) info = NULL;
  g_autofree char *authority = NULL;
  g_autoptr (GError) error = NULL;

  if (!parse (argc, argv, &arguments, &error) || !make_request (&arguments, &request, &error))
    return complain (error);
  authority = make_authority_name (request.folder);
  if (request.authority == NULL)
    request.authority = authority;
  if (g_str_equal (arguments.rest[0], "new"))
    info = foliot_certs_new (&request, &error);
  else
    info = foliot_certs_renew (&request, &error);
  if (info == NULL)
    return complain (error);
  print_result (&request, info);
  return FOLIOT_EXIT_OK;
}

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

/* What `serve`, `call` and `describe` have in common: how one speaks to others, and how a call looks from the command line. */

/* --codec NAME and --tls DIR; both may be NULL. */
typedef struct
{
  char *codec;
  char *tls;
} FoliotWireOptions;

void foliot_wire_options_clear (FoliotWireOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FoliotWireOptions, foliot_wire_options_clear)

/* The same, read. */
typedef struct
{
  GType codec;
  FoliotTlsCredentials *tls; /* nullable */
} FoliotWire;

void foliot_wire_clear (FoliotWire *wire);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FoliotWire, foliot_wire_clear)

#define FOLIOT_WIRE_ENTRIES(options)                                                                         \
  { "codec", 0, 0, G_OPTION_ARG_STRING, &(options)->codec, "json (default), msgpack or blosc", "NAME" },     \
  {                                                                                                          \
    "tls", 0, 0, G_OPTION_ARG_FILENAME, &(options)->tls,                                                     \
        "Encrypt: folder with ca.pem, cert.pem and key.pem (foliot certs new)", "DIR"                        \
  }

/* Error: FOLIOT_ERROR_VALUE for a codec of another name, FOLIOT_TLS_ERROR for files that cannot be used. */
gboolean foliot_wire_read (const FoliotWireOptions *options, FoliotWire *out_wire, GError **error);

/* Where one listens or connects to: HOST:PORT, tcp://HOST:PORT or ipc://[/PATH]. Error: FOLIOT_ERROR_VALUE. */
FoliotAddress *foliot_wire_parse_place (const char *text, GError **error);
/* Returns: (transfer full): the same as text: HOST:PORT, or ipc://[/PATH]. */
char *foliot_wire_dup_place (const FoliotAddress *address);
/* Prints `READY PLACE`, for whoever waits until it may connect. */
void foliot_wire_print_ready (FoliotListener *listener);

/* What @url names: a container, and one of its agents unless *@out_aid is NULL. Error: FOLIOT_ERROR_VALUE. */
FoliotAddress *foliot_wire_parse_url (const char *url, char **out_aid, GError **error);

/*
 * Connects to the container of @url, of which it must have the agent if @url names one, calls @path (from the container's root on,
 * or from the agent on) and waits for the answer, for as long as it takes.
 *
 * @args: (transfer none) (nullable): a list, or a map of keyword arguments
 * @error: one sentence that begins with the url; FOLIOT_ERROR_REMOTE: what the peer says, which may have more lines
 */
FoliotValue *foliot_wire_call (const FoliotWire *wire, const char *url, const char *path, FoliotValue *args,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Prints `foliot: …` and returns the exit code that belongs to it. */
int foliot_wire_complain (const GError *error);

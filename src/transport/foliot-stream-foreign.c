/* SPDX-License-Identifier: MIT */
#include "transport/foliot-stream-private.h"

#include <string.h>

#include "transport/foliot-tls-private.h"

/*
 * Peers of other protocols, known by their first word. Where one of ours announces the length of a message theirs reads as
 * a number beyond any limit, so nobody looks here before a length is refused. Who asks gets an answer in its own
 * words, so that its user, too, learns what is wrong; who answers (an alert, the banner of a server) has said all.
 */

#define TEXT "Agents talk here, not browsers: see foliot call."
#define HTTP_ANSWER                                                                                          \
  "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: " G_STRINGIFY (                   \
      HTTP_TEXT_BYTES) "\r\nConnection: close\r\n\r\n" TEXT "\n"
#define HTTP_TEXT_BYTES 49

G_STATIC_ASSERT (sizeof TEXT == HTTP_TEXT_BYTES);

/* Five bytes at least, which is what others read before they judge. To ours it is plain at the first. */
#define TLS_ANSWER "\0\0\0\x15No TLS is spoken here"

typedef struct
{
  const char *word; /* what it begins with */
  const char *name;
  const char *answer; /* (nullable) */
} Foreign;

static const Foreign foreigners[] = {
  { "GET ", "HTTP", HTTP_ANSWER },   { "HEAD", "HTTP", HTTP_ANSWER }, { "POST", "HTTP", HTTP_ANSWER },
  { "PUT ", "HTTP", HTTP_ANSWER },   { "DELE", "HTTP", HTTP_ANSWER }, { "OPTI", "HTTP", HTTP_ANSWER },
  { "CONN", "HTTP", HTTP_ANSWER },   { "TRAC", "HTTP", HTTP_ANSWER }, { "PATC", "HTTP", HTTP_ANSWER },
  { "PRI ", "HTTP/2", HTTP_ANSWER }, { "HTTP", "HTTP", NULL },        { "SSH-", "SSH", NULL },
};

static GError *
new_tls_error (const guint8 *head, FoliotStreamOutput *answer)
{
  if (_foliot_tls_is_greeting (head, FOLIOT_STREAM_HEAD_BYTES))
    _foliot_stream_output_append (answer, TLS_ANSWER, sizeof TLS_ANSWER - 1);
  return g_error_new_literal (FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_PLAIN_PEER,
                              "The peer speaks TLS, and this end does not; give both ends certificates, or "
                              "neither");
}

GError *
_foliot_stream_foreign_new_error (const guint8 *head, FoliotStreamOutput *answer)
{
  if (_foliot_tls_is_record (head, FOLIOT_STREAM_HEAD_BYTES))
    return new_tls_error (head, answer);
  for (gsize i = 0; i < G_N_ELEMENTS (foreigners); i++)
    {
      const Foreign *foreign = &foreigners[i];

      if (memcmp (head, foreign->word, FOLIOT_STREAM_HEAD_BYTES) != 0)
        continue;
      if (foreign->answer != NULL)
        _foliot_stream_output_append (answer, foreign->answer, strlen (foreign->answer));
      return g_error_new (FOLIOT_TRANSPORT_ERROR, FOLIOT_TRANSPORT_ERROR_PROTOCOL,
                          "The peer speaks %s, not the protocol of agents; see whether the address is right",
                          foreign->name);
    }
  return NULL;
}

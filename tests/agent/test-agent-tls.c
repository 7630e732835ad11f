/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-stream.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent-world.h"
#include "foliot-test.h"
#include "test-certificate.h"

/*
 * Containers over TLS, and who may talk to them. The strangers are gnutls on a blocking socket, with settings that
 * Foliot never has. One of both sides is on a thread of its own, and no thread waits for anything but its socket.
 */

#define INT(i)   foliot_value_new_int (i)
#define ONLY_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define ONLY_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

static FoliotTransport *
new_transport (FoliotKernel *kernel, FoliotTlsCredentials *tls)
{
  const FoliotStreamOptions options = { .tls = tls };
  return foliot_stream_transport_new (kernel, &options);
}

static FoliotContainer *
new_container (FoliotTransport *transport, FoliotCompat compat)
{
  g_autoptr (FoliotAddress) any = foliot_address_new_tcp ("127.0.0.1", 0);
  const FoliotContainerOptions options = { .compat = compat };
  g_autoptr (GError) error = NULL;
  FoliotContainer *container = foliot_container_new (transport, any, &options, &error);
  g_assert_no_error (error);
  return container;
}

static void
assert_adds (FoliotContainer *from, FoliotAgent *agent)
{
  g_autoptr (FoliotProxy) proxy = world_connect (from, foliot_agent_get_address (agent));
  world_assert_adds (proxy);
}

/* ---- a stranger ---- */

typedef struct
{
  gboolean well;  /* both ends were content, and a message came back */
  guint alert;    /* that it was told, or 256 */
  char suite[64]; /* that was agreed on */
} Talk;

static const char request[] = "[0, 0, [\"validate_aid\", [\"0\"], {}]]";
static const char reply[] = "[1, 0, \"Callee\"]";

static gboolean
say (gnutls_session_t session, const char *text)
{
  guint8 frame[64] = { 0, 0, 0, (guint8) strlen (text) };
  memcpy (frame + 4, text, strlen (text));
  return gnutls_record_send (session, frame, 4 + strlen (text)) > 0;
}

/* A server waits for a request and answers it; a client asks, and waits for the answer. */
static gboolean
converse (gnutls_session_t session, gboolean server, Talk *talk)
{
  char buffer[256];
  gssize n;
  char *suite = gnutls_session_get_desc (session);
  g_strlcpy (talk->suite, suite, sizeof talk->suite);
  gnutls_free (suite);
  if (!server && !say (session, request))
    return FALSE;
  do
    n = gnutls_record_recv (session, buffer, sizeof buffer);
  while (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
  if (n <= 0)
    {
      talk->alert = n == GNUTLS_E_FATAL_ALERT_RECEIVED ? gnutls_alert_get (session) : 256;
      return FALSE;
    }
  return !server || say (session, reply);
}

static void
talk_over (int fd, gboolean server, const TestPem *pem, const char *priority, Talk *talk)
{
  gnutls_certificate_credentials_t credentials;
  gnutls_datum_t ticket_key = { NULL, 0 };
  gnutls_session_t session;
  int code;
  gnutls_certificate_allocate_credentials (&credentials);
  if (pem != NULL)
    {
      gnutls_datum_t cert = { (guchar *) pem->cert, (guint) strlen (pem->cert) };
      gnutls_datum_t key = { (guchar *) pem->key, (guint) strlen (pem->key) };
      g_assert_cmpint (gnutls_certificate_set_x509_key_mem (credentials, &cert, &key, GNUTLS_X509_FMT_PEM),
                       >=, 0);
    }
  gnutls_init (&session, (server ? GNUTLS_SERVER : GNUTLS_CLIENT) | GNUTLS_NO_SIGNAL);
  g_assert_cmpint (gnutls_priority_set_direct (session, priority, NULL), ==, 0);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  if (server)
    {
      gnutls_certificate_server_set_request (session, GNUTLS_CERT_REQUEST);
      g_assert_cmpint (gnutls_session_ticket_key_generate (&ticket_key), ==, 0);
      gnutls_session_ticket_enable_server (session, &ticket_key); /* what a server of TLS 1.3 says first */
    }
  gnutls_transport_set_int (session, fd);
  do
    code = gnutls_handshake (session);
  while (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED);
  *talk = (Talk){ .alert = 256 };
  if (code == 0)
    talk->well = converse (session, server, talk);
  else if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
    talk->alert = gnutls_alert_get (session);
  else
    gnutls_alert_send_appropriate (session, code);
  gnutls_deinit (session);
  gnutls_free (ticket_key.data);
  gnutls_certificate_free_credentials (credentials);
}

static struct sockaddr_in
loopback (gint64 port)
{
  return (struct sockaddr_in){ .sin_family = AF_INET,
                               .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
                               .sin_port = htons ((guint16) port) };
}

/* ---- a container that strangers knock at: on a thread ---- */

typedef struct
{
  GThread *thread;
  FoliotTlsCredentials *tls;
  FoliotCompat compat;
  GAsyncQueue *said;
  FoliotKernel *kernel;
  gint64 port;
} House;

static gpointer
live (gpointer data)
{
  House *house = data;
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  g_autoptr (FoliotTransport) transport = new_transport (kernel, house->tls);
  g_autoptr (FoliotContainer) container = new_container (transport, house->compat);
  g_autoptr (FoliotFuture) agent = foliot_agent_new (container, TYPE_CALLEE, NULL, NULL);
  g_autoptr (FoliotFuture) never = foliot_future_new (kernel);
  g_autoptr (FoliotAddress) address = foliot_address_parse (foliot_container_get_base_url (container), NULL);
  g_autoptr (GError) error = NULL;
  house->kernel = kernel;
  house->port = foliot_address_get_port (address);
  g_async_queue_push (house->said, house);
  g_assert_null (foliot_run (kernel, never, &error));
  g_assert_error (error, FOLIOT_KERNEL_ERROR, FOLIOT_KERNEL_ERROR_INTERRUPTED);
  g_clear_pointer (&agent, foliot_future_unref);
  foliot_kernel_close (kernel);
  return NULL;
}

static void
house_open (House *house, FoliotCompat compat)
{
  *house = (House){ .compat = compat, .said = g_async_queue_new () };
  house->tls = test_certificate_load (TEST_CERTIFICATE_RSA, FOLIOT_TLS_COMPAT_FOLIOT);
  house->thread = g_thread_new ("house", live, house);
  g_async_queue_pop (house->said);
}

static void
house_close (House *house)
{
  foliot_kernel_interrupt (house->kernel);
  g_thread_join (house->thread);
  g_async_queue_unref (house->said);
  foliot_tls_credentials_unref (house->tls);
}

static Talk
knock (House *house, const TestPem *pem, const char *priority)
{
  struct sockaddr_in address = loopback (house->port);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Talk talk;
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  talk_over (fd, FALSE, pem, priority, &talk);
  close (fd);
  return talk;
}

static void
assert_let_in (Talk talk, const char *suite)
{
  g_assert_true (talk.well);
  if (strstr (talk.suite, suite) == NULL)
    g_error ("%s was agreed on, not %s", talk.suite, suite);
}

/* Row 109: what aiomas' server context lets in, and nothing else. */
static void
test_server_context (void)
{
  const TestPem *good = test_certificate_get (TEST_CERTIFICATE_GOOD);
  House house;
  house_open (&house, FOLIOT_COMPAT_AIOMAS);
  assert_let_in (knock (&house, good, ONLY_1_2), "TLS1.2");
  assert_let_in (knock (&house, good, ONLY_1_2 ":-CIPHER-ALL:+AES-128-GCM"), "AES-128-GCM");
  g_assert_false (knock (&house, good, ONLY_1_3).well);
  g_assert_false (knock (&house, good, "NORMAL:-VERS-ALL:+VERS-TLS1.1").well);
  g_assert_false (knock (&house, good, ONLY_1_2 ":-KX-ALL:+RSA").well);
  g_assert_false (knock (&house, good, ONLY_1_2 ":-CIPHER-ALL:+CHACHA20-POLY1305").well);
  g_assert_false (knock (&house, good, ONLY_1_2 ":-CIPHER-ALL:+AES-128-CBC:-MAC-ALL:+SHA1").well);
  g_assert_false (knock (&house, NULL, ONLY_1_2).well);
  g_assert_false (knock (&house, test_certificate_get (TEST_CERTIFICATE_OTHER_CA), ONLY_1_2).well);
  house_close (&house);
}

/* Row 92: nobody comes in without a certificate, however new his TLS. */
static void
test_no_certificate (void)
{
  const TestPem *good = test_certificate_get (TEST_CERTIFICATE_GOOD);
  House house;
  house_open (&house, FOLIOT_COMPAT_FOLIOT);
  assert_let_in (knock (&house, good, ONLY_1_3), "TLS1.3");
  assert_let_in (knock (&house, good, ONLY_1_2), "TLS1.2");
  g_assert_false (knock (&house, NULL, ONLY_1_3).well);
  g_assert_false (knock (&house, NULL, ONLY_1_2).well);
  g_assert_false (knock (&house, test_certificate_get (TEST_CERTIFICATE_OTHER_CA), "NORMAL").well);
  assert_let_in (knock (&house, good, "NORMAL"), "TLS1.3");
  house_close (&house);
}

/* ---- a stranger that containers knock at: on a thread ---- */

typedef struct
{
  GThread *thread;
  int fd;
  const TestPem *pem;
  const char *priority;
  Talk talk;
  char *url;
} Den;

static gpointer
lurk (gpointer data)
{
  Den *den = data;
  int fd = accept4 (den->fd, NULL, NULL, SOCK_CLOEXEC);
  talk_over (fd, TRUE, den->pem, den->priority, &den->talk);
  close (fd);
  return NULL;
}

static void
den_open (Den *den, TestCertificate kind, const char *priority)
{
  struct sockaddr_in address = loopback (0);
  socklen_t length = sizeof address;
  *den = (Den){ .pem = test_certificate_get (kind), .priority = priority };
  den->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (den->fd, (struct sockaddr *) &address, length), ==, 0);
  g_assert_cmpint (listen (den->fd, 1), ==, 0);
  g_assert_cmpint (getsockname (den->fd, (struct sockaddr *) &address, &length), ==, 0);
  den->url = g_strdup_printf ("tcp://127.0.0.1:%u/0", ntohs (address.sin_port));
  den->thread = g_thread_new ("den", lurk, den);
}

/* A container of @compat connects to a stranger. Returns: (transfer full) (nullable): why it does not. */
static GError *
visit (FoliotKernel *kernel, FoliotCompat compat, TestCertificate kind, const char *priority)
{
  g_autoptr (FoliotTlsCredentials) tls
      = test_certificate_load (TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT);
  g_autoptr (FoliotTransport) transport = new_transport (kernel, tls);
  g_autoptr (FoliotContainer) container = new_container (transport, compat);
  GError *error = NULL;
  Den den;
  den_open (&den, kind, priority);
  g_autoptr (FoliotValue) proxy
      = foliot_await_take (foliot_container_connect (container, den.url, 0), &error);
  g_thread_join (den.thread);
  g_assert_true ((proxy != NULL) == den.talk.well);
  world_shutdown (container);
  close (den.fd);
  g_free (den.url);
  return error;
}

static void
assert_shuns (FoliotKernel *kernel, FoliotCompat compat, TestCertificate kind, const char *priority,
              FoliotTlsError code)
{
  g_autoptr (GError) error = visit (kernel, compat, kind, priority);
  g_assert_error (error, FOLIOT_TLS_ERROR, (gint) code);
}

/* Row 110: whom aiomas' client context believes. */
static void
test_client_context (FoliotKernel *kernel)
{
  g_autoptr (GError) error = visit (kernel, FOLIOT_COMPAT_AIOMAS, TEST_CERTIFICATE_GOOD, ONLY_1_2);
  g_assert_no_error (error);
  error = visit (kernel, FOLIOT_COMPAT_FOLIOT, TEST_CERTIFICATE_GOOD, ONLY_1_3);
  g_assert_no_error (error);
  assert_shuns (kernel, FOLIOT_COMPAT_AIOMAS, TEST_CERTIFICATE_GOOD, ONLY_1_3, FOLIOT_TLS_ERROR_WEAK);
  assert_shuns (kernel, FOLIOT_COMPAT_AIOMAS, TEST_CERTIFICATE_GOOD,
                ONLY_1_2 ":-CIPHER-ALL:+CHACHA20-POLY1305", FOLIOT_TLS_ERROR_WEAK);
  assert_shuns (kernel, FOLIOT_COMPAT_AIOMAS, TEST_CERTIFICATE_OTHER_CA, ONLY_1_2, FOLIOT_TLS_ERROR_WRONG_CA);
  assert_shuns (kernel, FOLIOT_COMPAT_AIOMAS, TEST_CERTIFICATE_OTHER_HOST, ONLY_1_2,
                FOLIOT_TLS_ERROR_WRONG_HOST);
}

/* ---- containers among themselves ---- */

/* Row 92: one certificate for the server's side and another one for the client's. */
static void
test_two_contexts (FoliotKernel *kernel)
{
  g_autoptr (FoliotTlsCredentials) server
      = test_certificate_load (TEST_CERTIFICATE_SERVER_ONLY, FOLIOT_TLS_COMPAT_FOLIOT);
  g_autoptr (FoliotTlsCredentials) client
      = test_certificate_load (TEST_CERTIFICATE_CLIENT_ONLY, FOLIOT_TLS_COMPAT_FOLIOT);
  g_autoptr (FoliotTlsCredentials) both = foliot_tls_credentials_new_pair (server, client, NULL);
  g_autoptr (FoliotTransport) transport = new_transport (kernel, both);
  g_autoptr (FoliotContainer) a = new_container (transport, FOLIOT_COMPAT_FOLIOT);
  g_autoptr (FoliotContainer) b = new_container (transport, FOLIOT_COMPAT_FOLIOT);
  assert_adds (a, world_agent (b, TYPE_CALLEE, NULL));
  assert_adds (b, world_agent (a, TYPE_CALLEE, NULL));
  world_shutdown (a);
  world_shutdown (b);
}

/* The setting of a container is that of its transport's credentials; either understands the other. */
static void
test_compat (FoliotKernel *kernel)
{
  g_autoptr (FoliotTlsCredentials) old
      = test_certificate_load (TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT);
  g_autoptr (FoliotTlsCredentials) new
      = test_certificate_load (TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT);
  g_autoptr (FoliotTransport) one = new_transport (kernel, old);
  g_autoptr (FoliotTransport) other = new_transport (kernel, new);
  g_autoptr (FoliotContainer) a = new_container (one, FOLIOT_COMPAT_AIOMAS);
  g_autoptr (FoliotContainer) b = new_container (other, FOLIOT_COMPAT_FOLIOT);
  g_assert_cmpint (foliot_tls_credentials_get_compat (old), ==, FOLIOT_TLS_COMPAT_AIOMAS);
  g_assert_cmpint (foliot_tls_credentials_get_compat (new), ==, FOLIOT_TLS_COMPAT_FOLIOT);
  g_assert_cmpint (foliot_container_get_compat (a), ==, FOLIOT_COMPAT_AIOMAS);
  assert_adds (a, world_agent (b, TYPE_CALLEE, NULL));
  assert_adds (b, world_agent (a, TYPE_CALLEE, NULL));
  world_shutdown (a);
  world_shutdown (b);
}

/* Row 92: a client without TLS has a connection, and not even one call. It is told why. */
static void
test_plain_client (FoliotKernel *kernel)
{
  g_autoptr (FoliotTlsCredentials) tls
      = test_certificate_load (TEST_CERTIFICATE_GOOD, FOLIOT_TLS_COMPAT_FOLIOT);
  g_autoptr (FoliotTransport) secret = new_transport (kernel, tls);
  g_autoptr (FoliotTransport) plain = new_transport (kernel, NULL);
  g_autoptr (FoliotContainer) a = new_container (secret, FOLIOT_COMPAT_FOLIOT);
  g_autoptr (FoliotContainer) b = new_container (plain, FOLIOT_COMPAT_AIOMAS);
  g_autoptr (FoliotAddress) address = foliot_address_parse (foliot_container_get_base_url (a), NULL);
  FoliotAgent *agent = world_agent (a, TYPE_CALLEE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) opened = foliot_await_take (foliot_channel_open (plain, address, 0, NULL), &error);
  g_assert_no_error (error);
  FoliotChannel *channel = foliot_value_get_object (opened, FOLIOT_TYPE_CHANNEL);
  g_autoptr (FoliotValue) content = INT (1);
  g_autoptr (FoliotFuture) answer = foliot_channel_send (channel, content, &error);
  g_assert_no_error (error);
  g_assert_null (foliot_await (answer, FOLIOT_TIME_NEVER, &error));
  g_assert_error (error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_PLAIN_PEER); /* aiomas: ConnectionResetError */
  g_clear_error (&error);
  g_assert_null (
      foliot_await_take (foliot_container_connect (b, foliot_agent_get_address (agent), 0), &error));
  g_assert_error (error, FOLIOT_TLS_ERROR, FOLIOT_TLS_ERROR_PLAIN_PEER); /* aiomas: ConnectionResetError */
  world_shutdown (a);
  world_shutdown (b);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  foliot_test_add ("/agent-tls/row-092-two-contexts", test_two_contexts);
  foliot_test_add ("/agent-tls/row-092-plain-client", test_plain_client);
  g_test_add_func ("/agent-tls/row-092-no-certificate", test_no_certificate);
  g_test_add_func ("/agent-tls/row-109-server-tls-context", test_server_context);
  foliot_test_add ("/agent-tls/row-110-client-tls-context", test_client_context);
  foliot_test_add ("/agent-tls/compat", test_compat);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT */
#include "agent/foliot-peers-private.h"

#include "agent/foliot-attempt-private.h"

#include "channel/foliot-channel-open-private.h"
#include "kernel/foliot-kernel-private.h"
#include "rpc/foliot-reconnect-private.h"

/*
 * To connect to an agent is a chain of three steps: open a connection to its container, or share the one that is there
 * or being made; ask that container whether it has the agent, or share the question that is under way; hand out the
 * proxy. Each step is a follower of a future, so nothing here waits, and every branch of the chain ends in exactly one
 * settling of the asker's future.
 *
 * What differs from aiomas is what happens when a step fails: it forgets the step. A connection that could not be made,
 * that was lost, or that ended by a protocol error is no longer in the table, so the next one to ask starts anew.
 *
 * What an agent sees must not depend on who shares a container with it, so the chain belongs to the container's node
 * (followers run under the node that was current when they began to follow), and how it ends is foliot-attempt.c's affair.
 *
 * A peer outside that is lost is not forgotten: when it is needed again, by a call or by a connect, another channel is
 * opened and put under the same client, so that all proxies stay good. Then it is asked once more for each agent that
 * was found there, before anything else is sent: it may be another process by now.
 *
 * The cache of proxies is the weak one that a connection keeps below its root proxy. A proxy of it that still bears the
 * text which it was given here has been held by somebody ever since its agent was validated.
 */

/* Who was lost needs a moment to come back, however impatient the first connect was. */
#define LEAST_PATIENCE (2 * FOLIOT_SECOND)

struct _FoliotPeers
{
  FoliotContainer *container;
  FoliotKernel *kernel;
  FoliotTransport *transport;
  const FoliotChannelOptions *options;
  guint32 node;
  GHashTable *by_address; /* Peer, borrowed from the queue */
  GQueue peers;           /* in the order in which they were first asked for: the order of closing */
  gboolean reconnects;
  guint64 n_reconnects;
  guint64 n_repeated; /* calls sent once more */
};

/* A container elsewhere, from the first connect to it until its connection is lost. */
typedef struct
{
  guint n_refs;
  FoliotPeers *owner; /* NULL when forgotten */
  FoliotAddress *address;
  FoliotFuture *opening;   /* while the connection is being made */
  GPtrArray *waiting;      /* FoliotAttempt: who waits for it, first come, first served */
  FoliotRpcClient *client; /* when it is made */
  FoliotProxy *root;       /* keeps the cache of proxies */
  GHashTable *targets;     /* Target, by agent id */
  GList link;
  FoliotTime timeout;     /* of who connected first */
  FoliotFuture *reopened; /* while a lost peer is being brought back */
  guint n_asking;         /* questions of that which have no answer yet */
  gboolean was_in_vain;   /* the last time that was tried */
} Peer;

/* An agent at a peer. */
typedef struct
{
  Peer *peer;
  char *aid;
  char *text;         /* of its proxy, once it was validated */
  char *class_name;   /* likewise */
  GPtrArray *waiting; /* FoliotAttempt, while it is being validated */
  gboolean forgotten; /* no longer in the table: its question lives on alone */
} Target;

/* ---- peers ---- */

static void
target_free (Target *target)
{
  g_clear_pointer (&target->waiting, g_ptr_array_unref);
  g_free (target->aid);
  g_free (target->text);
  g_free (target->class_name);
  g_free (target);
}

static Peer *
peer_ref (Peer *peer)
{
  peer->n_refs++;
  return peer;
}

static void
peer_unref (Peer *peer)
{
  if (--peer->n_refs > 0)
    return;
  g_ptr_array_unref (peer->waiting);
  g_hash_table_unref (peer->targets);
  g_clear_pointer (&peer->root, foliot_proxy_unref);
  g_clear_object (&peer->client);
  g_clear_pointer (&peer->opening, foliot_future_unref);
  g_clear_pointer (&peer->reopened, foliot_future_unref);
  foliot_address_unref (peer->address);
  g_free (peer);
}

static Peer *
peer_new (FoliotPeers *peers, FoliotAddress *address)
{
  Peer *peer = g_new0 (Peer, 1);
  peer->n_refs = 1;
  peer->owner = peers;
  peer->address = foliot_address_ref (address);
  peer->waiting = _foliot_attempts_new ();
  peer->targets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) target_free);
  peer->link.data = peer;
  g_hash_table_insert (peers->by_address, peer->address, peer);
  g_queue_push_tail_link (&peers->peers, &peer->link);
  return peer;
}

static void
peer_forget (Peer *peer)
{
  FoliotPeers *peers = g_steal_pointer (&peer->owner);
  if (peers == NULL)
    return;
  g_hash_table_remove (peers->by_address, peer->address);
  g_queue_unlink (&peers->peers, &peer->link);
  if (peer->client != NULL)
    {
      foliot_rpc_client_on_connection_reset (peer->client, NULL, NULL, NULL, NULL);
      _foliot_rpc_client_set_reconnect (peer->client, NULL, NULL);
    }
  if (peer->reopened != NULL)
    foliot_future_reject (peer->reopened, g_error_new_literal (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION_RESET,
                                                               "Connection closed"));
  peer_unref (peer);
}

static gboolean
peer_is_connected (Peer *peer)
{
  return peer->client != NULL
         && foliot_channel_get_error (foliot_rpc_client_get_channel (peer->client)) == NULL;
}

static void
on_connection_reset (FoliotRpcClient *client, const GError *why, gpointer user_data)
{
  peer_forget (user_data);
}

/* Returns: (transfer full) (nullable): the proxy that was given out before, if somebody still has it. */
static FoliotProxy *
target_dup_proxy (Target *target)
{
  if (target->text == NULL)
    return NULL;
  g_autofree char *path = g_strconcat ("agents/", target->aid, NULL);
  g_autoptr (FoliotProxy) proxy = foliot_proxy_get (target->peer->root, path);
  g_autofree char *text = foliot_proxy_to_string (proxy);
  return g_str_equal (text, target->text) ? g_steal_pointer (&proxy) : NULL;
}

static FoliotValue *
target_make_proxy (Target *target, const char *class_name, const char *url)
{
  g_autofree char *path = g_strconcat ("agents/", target->aid, NULL);
  g_autoptr (FoliotProxy) proxy = foliot_proxy_get (target->peer->root, path);
  g_free (target->text);
  g_free (target->class_name);
  target->class_name = g_strdup (class_name);
  target->text = g_strdup_printf ("%sProxy('%s')", class_name, url);
  _foliot_rpc_client_set_gone (target->peer->client, path, NULL);
  foliot_proxy_set_string (proxy, target->text);
  return foliot_value_new_proxy (proxy);
}

/* What a reply to validate_aid means. */
static GError *
reply_check (Target *target, FoliotValue *reply)
{
  if (foliot_value_get_kind (reply) == FOLIOT_VALUE_STRING)
    return NULL;
  const char *where = foliot_address_get_repr (target->peer->address);
  if (foliot_value_is_null (reply))
    return g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION, "Agent \"%s\" does not exist in Container(%s)",
                        target->aid, where);
  g_autofree char *printed = foliot_value_print (reply);
  return g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_CONNECTION,
                      "Container(%s) answered validate_aid(\"%s\") with %s; expected a class name or null",
                      where, target->aid, printed);
}

static void
on_validated (FoliotFuture *call, FoliotValue *reply, const GError *error, gpointer user_data)
{
  Target *target = user_data;
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&target->waiting);
  g_autoptr (GError) why = error != NULL ? g_error_copy (error) : reply_check (target, reply);
  g_autoptr (FoliotValue) proxy = NULL;
  if (why == NULL)
    proxy = target_make_proxy (target, foliot_value_get_string (reply, NULL),
                               ((FoliotAttempt *) waiting->pdata[0])->url);
  _foliot_attempts_end (waiting, proxy, why);
}

/* The question is answered, or will never be. A target that is not there is not remembered. */
static void
target_done (Target *target)
{
  Peer *peer = target->peer;
  if (target->forgotten)
    target_free (target);
  else if (target->text == NULL)
    g_hash_table_remove (peer->targets, target->aid);
  peer_unref (peer);
}

/* Whether a question is under way whose answer nobody awaits any longer: who gives up settles the future that he got. */
static gboolean
target_is_given_up (Target *target)
{
  gboolean given_up = target->waiting != NULL;
  for (guint i = 0; given_up && i < target->waiting->len; i++)
    given_up = foliot_future_is_settled (((FoliotAttempt *) target->waiting->pdata[i])->result);
  return given_up;
}

static Target *
peer_get_target (Peer *peer, const char *aid)
{
  Target *target = g_hash_table_lookup (peer->targets, aid);
  if (target != NULL && target_is_given_up (target))
    {
      g_hash_table_steal (peer->targets, aid);
      target->forgotten = TRUE;
      target = NULL;
    }
  if (target != NULL)
    return target;
  target = g_new0 (Target, 1);
  target->peer = peer;
  target->aid = g_strdup (aid);
  g_hash_table_insert (peer->targets, target->aid, target);
  return target;
}

/* Second step, on a connection. Takes @attempt. */
static void
peer_validate (Peer *peer, FoliotAttempt *attempt)
{
  Target *target = peer_get_target (peer, attempt->aid);
  if (target->waiting != NULL)
    {
      g_ptr_array_add (target->waiting, attempt);
      return;
    }
  g_autoptr (FoliotProxy) proxy = target_dup_proxy (target);
  if (proxy != NULL)
    {
      g_autoptr (FoliotValue) value = foliot_value_new_proxy (proxy);
      _foliot_attempt_end (attempt, value, NULL);
      return;
    }
  g_clear_pointer (&target->text, g_free);
  target->waiting = _foliot_attempts_new ();
  g_ptr_array_add (target->waiting, attempt);
  peer_ref (peer);
  g_autoptr (FoliotFuture) call
      = foliot_proxy_call (peer->root, "validate_aid", foliot_value_new_string (attempt->aid), NULL);
  foliot_future_then (call, on_validated, target, (GDestroyNotify) target_done);
}

/* All that waited for a connection ask for their agents. */
static void
peer_validate_all (Peer *peer)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&peer->waiting);
  peer->waiting = _foliot_attempts_new ();
  g_ptr_array_set_free_func (waiting, NULL);
  for (guint i = 0; i < waiting->len; i++)
    peer_validate (peer, waiting->pdata[i]);
}

static void
peer_fail_all (Peer *peer, const GError *why)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&peer->waiting);
  peer->waiting = _foliot_attempts_new ();
  _foliot_attempts_end (waiting, NULL, why);
}

/* ---- a lost peer comes back ---- */

static void
peer_end_reopening (Peer *peer, const GError *why)
{
  g_autoptr (FoliotFuture) reopened = g_steal_pointer (&peer->reopened);
  peer->was_in_vain = why != NULL;
  if (why != NULL)
    {
      foliot_future_reject (reopened, g_error_copy (why));
      peer_fail_all (peer, why);
      return;
    }
  foliot_future_resolve (reopened, NULL);
  peer_validate_all (peer);
}

/* The agent that was there is not, or another one has its id. */
static void
target_lose (Target *target, FoliotValue *reply)
{
  g_autofree char *path = g_strconcat ("agents/", target->aid, NULL);
  const char *where = foliot_address_get_repr (target->peer->address);
  g_autofree char *now = foliot_value_is_null (reply) ? g_strdup ("nobody there has its id") : NULL;
  if (now == NULL)
    {
      g_autofree char *printed = foliot_value_print (reply);
      now = g_strdup_printf ("its id there is that of a %s", printed);
    }
  _foliot_rpc_client_set_gone (
      target->peer->client, path,
      g_error_new (
          FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP,
          "%s \"%s\" of Container(%s) is gone: since the connection to it was lost and made again, %s",
          target->class_name, target->aid, where, now));
  g_clear_pointer (&target->text, g_free);
}

static gboolean
is_same (Target *target, FoliotValue *reply)
{
  return foliot_value_get_kind (reply) == FOLIOT_VALUE_STRING
         && g_str_equal (foliot_value_get_string (reply, NULL), target->class_name);
}

/* An agent that a lost peer is asked for again. */
typedef struct
{
  Peer *peer;
  char *aid;
} Question;

static void
question_free (Question *question)
{
  peer_unref (question->peer);
  g_free (question->aid);
  g_free (question);
}

static void
on_asked_again (FoliotFuture *call, FoliotValue *reply, const GError *error, gpointer user_data)
{
  Question *question = user_data;
  Peer *peer = question->peer;
  Target *target = g_hash_table_lookup (peer->targets, question->aid);
  if (target != NULL && reply != NULL && !is_same (target, reply))
    target_lose (target, reply);
  if (--peer->n_asking == 0 && peer->reopened != NULL)
    peer_end_reopening (peer, foliot_channel_get_error (foliot_rpc_client_get_channel (peer->client)));
}

static gint
compare_aids (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* In the order of the ids, which does not depend on a table's. */
static void
peer_ask_again (Peer *peer)
{
  g_autoptr (GPtrArray) aids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer aid, target;
  g_hash_table_iter_init (&iter, peer->targets); /* any order: sorted below */
  while (g_hash_table_iter_next (&iter, &aid, &target))
    if (((Target *) target)->text != NULL)
      g_ptr_array_add (aids, g_strdup (aid));
  g_ptr_array_sort (aids, compare_aids);
  peer->n_asking = aids->len;
  for (guint i = 0; i < aids->len; i++)
    {
      Question *question = g_new (Question, 1);
      *question = (Question){ peer_ref (peer), g_strdup (aids->pdata[i]) };
      g_autoptr (FoliotFuture) call
          = foliot_proxy_call (peer->root, "validate_aid", foliot_value_new_string (question->aid), NULL);
      foliot_future_then (call, on_asked_again, question, (GDestroyNotify) question_free);
    }
  if (aids->len == 0)
    peer_end_reopening (peer, NULL);
}

static FoliotFuture *peer_reopen (gpointer owner);

static void
count_repeated (gpointer owner)
{
  ((Peer *) owner)->owner->n_repeated++;
}

static const FoliotReconnectFuncs reconnect_funcs = { .reopen = peer_reopen, .repeated = count_repeated };

/* Before anything of the peer is delivered. */
static void
on_channel (FoliotChannel *channel, gpointer user_data)
{
  Peer *peer = user_data;
  if (peer->owner != NULL
      && _foliot_rpc_client_attach (peer->client, channel, G_OBJECT (peer->owner->container), NULL))
    _foliot_rpc_client_set_reconnect (peer->client, &reconnect_funcs, peer);
  else
    foliot_future_unref (foliot_channel_close (channel));
}

static void
on_channel_opened (FoliotFuture *opening, FoliotValue *value, const GError *error, gpointer user_data)
{
  Peer *peer = user_data;
  g_clear_pointer (&peer->opening, foliot_future_unref);
  if (peer->owner == NULL)
    return;
  if (error != NULL)
    {
      peer_end_reopening (peer, error);
      return;
    }
  peer->owner->n_reconnects++;
  peer_ask_again (peer);
}

static FoliotFuture *
peer_reopen (gpointer owner)
{
  Peer *peer = owner;
  FoliotPeers *peers = peer->owner;
  if (peer->reopened != NULL)
    return foliot_future_ref (peer->reopened);
  FoliotTime timeout = peer->timeout;
  if (timeout != FOLIOT_TIME_NEVER && !peer->was_in_vain)
    timeout = MAX (timeout, LEAST_PATIENCE);
  guint32 before = foliot_kernel_enter_node (peers->kernel, peers->node);
  peer->reopened = foliot_future_new (peers->kernel);
  peer->opening = _foliot_channel_open_with (peers->transport, peer->address, timeout, peers->options,
                                             on_channel, peer_ref (peer), (GDestroyNotify) peer_unref);
  foliot_future_then (peer->opening, on_channel_opened, peer_ref (peer), (GDestroyNotify) peer_unref);
  foliot_kernel_enter_node (peers->kernel, before);
  return foliot_future_ref (peer->reopened);
}

/* ---- first step ---- */

static gboolean
leads_outside (FoliotRpcClient *client)
{
  return _foliot_channel_leads_outside (foliot_rpc_client_get_channel (client));
}

static void
peer_set_client (Peer *peer, FoliotRpcClient *client)
{
  peer->client = g_object_ref (client);
  peer->root = foliot_rpc_client_get_remote (client);
  if (peer->owner->reconnects && leads_outside (client))
    _foliot_rpc_client_set_reconnect (client, &reconnect_funcs, peer);
  else
    foliot_rpc_client_on_connection_reset (client, on_connection_reset, peer, NULL, NULL);
  peer_validate_all (peer);
}

static void
on_opened (FoliotFuture *opening, FoliotValue *value, const GError *error, gpointer user_data)
{
  Peer *peer = user_data;
  g_clear_pointer (&peer->opening, foliot_future_unref);
  FoliotRpcClient *client = value != NULL ? foliot_value_get_object (value, FOLIOT_TYPE_RPC_CLIENT) : NULL;
  if (client != NULL && peer->owner != NULL)
    peer_set_client (peer, client);
  else if (client != NULL) /* too late: the container was shut down meanwhile */
    foliot_future_unref (foliot_rpc_client_close (client));
  else
    {
      peer_fail_all (peer, error);
      peer_forget (peer);
    }
}

static void
peer_open (Peer *peer, FoliotTime timeout)
{
  FoliotPeers *peers = peer->owner;
  peer->timeout = timeout;
  peer->opening = foliot_rpc_open (peers->transport, peer->address, G_OBJECT (peers->container), timeout,
                                   peers->options);
  foliot_future_then (peer->opening, on_opened, peer_ref (peer), (GDestroyNotify) peer_unref);
}

/* Whether it is of no use any more. */
static gboolean
peer_is_dead (Peer *peer)
{
  if (peer->client == NULL || peer_is_connected (peer))
    return FALSE;
  return !peer->owner->reconnects || !leads_outside (peer->client);
}

/* The connection at @address that is alive, being made or made again, else a new one. */
static Peer *
peers_get (FoliotPeers *peers, FoliotAddress *address)
{
  Peer *peer = g_hash_table_lookup (peers->by_address, address);
  if (peer != NULL && peer_is_dead (peer))
    {
      peer_forget (peer);
      peer = NULL;
    }
  return peer != NULL ? peer : peer_new (peers, address);
}

/* ---- the table ---- */

FoliotPeers *
_foliot_peers_new (FoliotContainer *container, FoliotTransport *transport,
                   const FoliotChannelOptions *options, guint32 node)
{
  FoliotPeers *peers = g_new0 (FoliotPeers, 1);
  peers->container = container;
  peers->kernel = foliot_transport_get_kernel (transport);
  peers->transport = g_object_ref (transport);
  peers->options = options;
  peers->node = node;
  peers->reconnects = TRUE;
  peers->by_address = g_hash_table_new (foliot_address_hash, foliot_address_equal);
  g_queue_init (&peers->peers);
  return peers;
}

void
_foliot_peers_free (FoliotPeers *peers)
{
  while (peers->peers.head != NULL)
    peer_forget (peers->peers.head->data);
  g_hash_table_unref (peers->by_address);
  g_object_unref (peers->transport);
  g_free (peers);
}

FoliotFuture *
_foliot_peers_connect (FoliotPeers *peers, const char *url, FoliotTime timeout)
{
  g_autofree char *aid = NULL;
  GError *error = NULL;
  g_autoptr (FoliotAddress) address = foliot_address_parse_agent (url, &aid, &error);
  if (address == NULL)
    return foliot_future_new_rejected (peers->kernel, error);
  guint32 before = foliot_kernel_enter_node (peers->kernel, peers->node);
  FoliotAttempt *attempt = _foliot_attempt_new (peers->kernel, url, aid);
  FoliotFuture *result = foliot_future_ref (attempt->result);
  Peer *peer = peers_get (peers, address);
  if (peer->client != NULL && peer->reopened == NULL && peer_is_connected (peer))
    peer_validate (peer, attempt);
  else
    {
      g_ptr_array_add (peer->waiting, attempt);
      if (peer->client != NULL)
        foliot_future_unref (peer_reopen (peer));
      else if (peer->opening == NULL)
        peer_open (peer, timeout);
    }
  foliot_kernel_enter_node (peers->kernel, before);
  return result;
}

guint
_foliot_peers_count (FoliotPeers *peers)
{
  guint n = 0;
  for (GList *link = peers->peers.head; link != NULL; link = link->next)
    n += peer_is_connected (link->data);
  return n;
}

void
_foliot_peers_collect_channels (FoliotPeers *peers, GPtrArray *channels)
{
  for (GList *link = peers->peers.head; link != NULL; link = link->next)
    if (peer_is_connected (link->data))
      g_ptr_array_add (channels, foliot_rpc_client_get_channel (((Peer *) link->data)->client));
}

void
_foliot_peers_close (FoliotPeers *peers, GPtrArray *closings)
{
  while (peers->peers.head != NULL)
    {
      Peer *peer = peer_ref (peers->peers.head->data);
      peer_forget (peer);
      g_ptr_array_set_size (peer->waiting, 0);
      if (peer->client != NULL)
        g_ptr_array_add (closings, foliot_rpc_client_close (peer->client));
      if (peer->opening != NULL)
        foliot_future_cancel (peer->opening);
      peer_unref (peer);
    }
}

void
_foliot_peers_set_reconnects (FoliotPeers *peers, gboolean reconnects)
{
  peers->reconnects = reconnects;
}

guint64
_foliot_peers_get_n_reconnects (FoliotPeers *peers)
{
  return peers->n_reconnects;
}

guint64
_foliot_peers_get_n_repeated (FoliotPeers *peers)
{
  return peers->n_repeated;
}

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-channel.h>

#include "channel/foliot-channel-count-private.h"
#include "channel/foliot-channel-dialect-private.h"
#include "channel/foliot-message-private.h"
#include "channel/foliot-pending-private.h"
#include "codec/foliot-codec-private.h"

/* How the files of this floor know one another. */

/*
 * Requests that the application still holds stand in a list of their channel, which tells them when it goes: so they
 * need no reference on it. Their memory is used again, so that a call costs no allocation for its request.
 */
struct _FoliotRequest
{
  guint ref_count;
  FoliotChannel *channel;  /* NULL once that is gone */
  FoliotRequest *previous; /* in the channel's list of live ones; */
  FoliotRequest *next;     /* or among the free ones */
  FoliotRequest *behind;   /* in the queue for recv */
  FoliotValue *content;
  FoliotValue *wire_id; /* (nullable): see FoliotMessage */
  guint64 id;
  gboolean answered;
  gboolean is_counted; /* among those in flight */
};

typedef struct
{
  FoliotRequest *live;
  FoliotRequest *free;
  guint n_free;
} FoliotRequestPool;

/* Returns: (transfer full): a request; takes @content and what @message holds as id. */
FoliotRequest *_foliot_request_new (FoliotChannel *channel, FoliotRequestPool *pool, FoliotMessage *message,
                                    FoliotValue *content);
/* The channel goes: live requests forget it. */
void _foliot_request_pool_clear (FoliotRequestPool *pool);

/* Why simulated time stands still while a peer outside of this world owes an answer; see foliot-channel-hold.c. */
typedef struct
{
  gboolean is_inside; /* the peer is in this world: it takes simulated time to answer */
  guint limit_ms;
  guint64 oldest;     /* id of the request whose answer is waited for longest */
  FoliotHold *hold;   /* (nullable) while requests are pending outside */
  gboolean stays;     /* what was sent last has not left this world */
  GHashTable *inside; /* (nullable) ids of pending requests that have not; looked up, never iterated */
} FoliotChannelHold;

/* A request has just been added to the pending ones. */
void _foliot_channel_hold_request (FoliotChannel *channel);
/* The sink's departed. */
void _foliot_channel_hold_departed (gpointer channel, guint8 type, guint64 id);
/* Of the frames that were sent, how many have not left this world. */
guint64 _foliot_channel_get_n_inside (FoliotChannel *channel);
/* A request has just been taken out of the pending ones. */
void _foliot_channel_hold_answer (FoliotChannel *channel);
/* The sink's joined. */
void _foliot_channel_hold_joined (gpointer channel);
/* Nothing is pending any more. */
void _foliot_channel_hold_end (FoliotChannel *channel);
/* Returns: (transfer full): the name of what @content (nullable) asks for; of an rpc call its path. */
char *_foliot_channel_describe_request (FoliotValue *content);

/* Who has to wait when one side does not read; see foliot-channel-flow.c. */
typedef struct
{
  guint max_in_flight; /* requests of the peer; 0: nobody can be made to wait on this link */
  guint n_in_flight;
  guint max_pending;   /* requests of our own */
  gboolean is_stopped; /* nothing is read */
  GPtrArray *flushes;  /* (nullable) futures of those who wait for the link */
  FoliotHold *hold;    /* (nullable) while somebody does */
} FoliotChannelFlow;

void _foliot_channel_flow_init (FoliotChannel *channel, const FoliotChannelOptions *options);
/* A request came in. Returns: FALSE: there are too many, and it has been refused. */
gboolean _foliot_channel_flow_enter (FoliotChannel *channel, FoliotRequest *request);
/* A request that was counted has its answer, or will never get one. */
void _foliot_channel_flow_leave (FoliotRequest *request);
/* Something else changed: what is pending, or the link. */
void _foliot_channel_flow_update (FoliotChannel *channel);
/* The sink's writable. */
void _foliot_channel_flow_writable (gpointer channel);
void _foliot_channel_flow_end (FoliotChannel *channel, const GError *why);
/* Why a request of our own is one too many. Returns: FALSE. */
gboolean _foliot_channel_flow_refuse (FoliotChannel *channel, GError **error);
/* Whether nobody has to wait. */
gboolean _foliot_channel_is_writable (FoliotChannel *channel);

/* See foliot-channel-cork.c. */
typedef struct _FoliotCork FoliotCork;

/* Returns: (transfer none): the kernel's. */
FoliotCork *_foliot_cork_get (FoliotKernel *kernel);
/* Whether @frame (taken then) stays in the world for now. */
gboolean _foliot_channel_keep (FoliotChannel *channel, FoliotFrame *frame);

/* On links through the system; see foliot-channel-count.c. */
typedef struct
{
  guint64 n_sent;
  guint64 n_received;
  GArray *settling; /* (nullable) ids of the requests that settle and have no answer yet */
} FoliotChannelCount;

/* Returns: whether it is one that counts, and holds time. */
gboolean _foliot_channel_count_request_out (FoliotChannel *channel, guint64 id, FoliotValue *content);
gboolean _foliot_channel_count_answer_in (FoliotChannel *channel, guint64 id);
/* @content: of the request. */
void _foliot_channel_count_request_in (FoliotChannel *channel, FoliotValue *content);
void _foliot_channel_count_answer_out (FoliotChannel *channel, FoliotValue *content);
/* Whether the request is for the world itself, below `_foliot`. */
gboolean _foliot_channel_is_reserved (FoliotValue *content);
gboolean _foliot_channel_is_settling (FoliotChannel *channel, guint64 id);

/* Only foliot-channel.c, -send.c and -receive.c write to it, but for the pool of requests, the hold, the flow and the count. */
struct _FoliotChannel
{
  GObject parent_instance;
  FoliotKernel *kernel;
  FoliotCodec *codec;
  FoliotLink *link;
  FoliotLinkInterface *link_iface; /* looked up once */
  gboolean by_value;
  gboolean through_system; /* hold and flow want to know of each request */
  gboolean is_modelled;    /* … and frames may stay in this world for a while */
  gboolean debug;
  const FoliotChannelDialect *dialect; /* (nullable): aiomas' own */
  gsize max_bytes;                     /* 0: the format's own limit */
  const FoliotCodecBounds *bounds;     /* of the codec */
  FoliotValueTraits touched;           /* what the codec must see of a value before it goes */

  guint64 next_id;
  FoliotChannelHold hold;
  FoliotChannelFlow flow;
  FoliotPendingTable pending;
  FoliotChannelCount count;
  FoliotCork *cork; /* (nullable) of links through the system */
  gboolean passes;  /* the next message is not corked */
  FoliotRequestPool requests;
  FoliotRequest *first_request; /* came in, wait for recv; owned */
  FoliotRequest *last_request;
  FoliotFuture *receiver; /* (nullable) the recv under way */
  FoliotRequestFunc on_request;
  FoliotChannelEndFunc on_end;
  gpointer user_data;

  GError *error; /* recorded; NULL while open */
  GError *why;   /* what pending calls got */
  gboolean by_protocol;
  gboolean names_calls;   /* in the error of each that the peer's loss leaves without an answer */
  gboolean replace_error; /* by `Connection closed`, once the link has ended */
  FoliotFuture *closed;   /* (nullable) of close */
  gboolean link_ended;

  GByteArray *scratch;
  char *origin;
};

static inline guint
_foliot_channel_n_settling (const FoliotChannel *channel)
{
  return channel->count.settling != NULL ? channel->count.settling->len : 0;
}

/*
 * foliot-channel.c: the end. @why: (transfer full). @recorded: (transfer full) (nullable): %NULL: as @why. Only the first one counts.
 */
void _foliot_channel_end (FoliotChannel *channel, GError *why, GError *recorded);
/* The peer broke the rules. @why: (transfer full). @replace: whether aiomas records `Connection closed` in the end. */
void _foliot_channel_end_by_protocol (FoliotChannel *channel, GError *why, gboolean replace);

/* foliot-channel-receive.c */
/* The sink's frame. */
void _foliot_channel_receive_frame (gpointer channel, FoliotFrame *frame);
/* Nobody will take what waits for recv. */
void _foliot_channel_drop_requests (FoliotChannel *channel);

/* foliot-channel-send.c */
/* Takes @frame; notes whether it stays in this world. */
gboolean _foliot_channel_send_frame (FoliotChannel *channel, FoliotFrame *frame, GError **error);

/*
 * _foliot_channel_send_message:
 * @wire_id: (nullable): the id as the peer wrote it
 * @out_encoding: whether an error is about the content (and the channel goes on) or about the link
 *
 * Sends any message.
 */
gboolean _foliot_channel_send_message (FoliotChannel *channel, FoliotMessageType type, guint64 id,
                                       FoliotValue *wire_id, FoliotValue *content, gboolean *out_encoding,
                                       GError **error);

/* FoliotChannelOptions that live as long as somebody needs them. */
typedef struct
{
  guint ref_count;
  FoliotChannelOptions options; /* what it points at is owned */
  FoliotLimits limits;
} FoliotChannelSetup;

FoliotChannelSetup *_foliot_channel_setup_new (const FoliotChannelOptions *options);
void _foliot_channel_setup_unref (FoliotChannelSetup *setup);
/* Returns: (transfer full) (nullable): a codec as the options want it. */
FoliotCodec *_foliot_channel_options_make_codec (const FoliotChannelOptions *options, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotChannelSetup, _foliot_channel_setup_unref)

/* SPDX-License-Identifier: MIT */
#include "transport/foliot-network-private.h"

#include "kernel/foliot-kernel-private.h"

#include <math.h>

/*
 * One end of a link that a network lies in between.
 *
 * Only sending is different: a message is lost, or goes on with the time at which it is due. All else is the inner
 * link's own doing, which also keeps the order, so the sink is given to it directly and what arrives costs nothing more.
 *
 * Every message of a direction that has a rule makes the same three draws, whatever becomes of it: one for loss, two
 * for latency. So changing a rule's loss does not change its latencies, and the other way round.
 *
 * What flow control asks a link for is there if the inner link has it, and only then: a class of its own.
 */

#define FOLIOT_TYPE_NETWORK_LINK (foliot_network_link_get_type ())
G_DECLARE_FINAL_TYPE (FoliotNetworkLink, foliot_network_link, FOLIOT, NETWORK_LINK, GObject)

struct _FoliotNetworkLink
{
  GObject parent_instance;
  FoliotNetwork *network;
  FoliotLink *inner;
  FoliotLinkInterface *inner_iface;
  FoliotKernel *kernel;
  FoliotRandom *random; /* of the direction in which we send; the kernel's; NULL until something is sent */
  char *from;           /* likewise */
  char *to;             /* likewise, unless the network knows it */
  guint64 n_lost;
  guint version; /* of the network's rules, when @rule was looked up */
  FoliotNetworkRule rule;
};

static void foliot_network_link_iface_init (FoliotLinkInterface *iface);

G_DEFINE_TYPE_WITH_CODE (FoliotNetworkLink, foliot_network_link, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_LINK, foliot_network_link_iface_init))

/* Nanoseconds from a number of them; latencies are far below the 2^53 up to which doubles are exact. */
static FoliotTime
round_time (double ns)
{
  return ns <= 0 ? 0 : ns >= 0x1p62 ? G_GINT64_CONSTANT (1) << 62 : (FoliotTime) rint (ns);
}

/* By inversion and by Box and Muller's method: both take a fixed number of draws. @u is above 0, at most 1. */
static FoliotTime
draw_latency (const FoliotLatency *latency, double u, double v)
{
  double spread = (double) latency->spread;

  switch (latency->kind)
    {
    case FOLIOT_LATENCY_UNIFORM:
      return foliot_time_add (latency->base, round_time (spread * v));
    case FOLIOT_LATENCY_EXPONENTIAL:
      return foliot_time_add (latency->base, round_time (-spread * foliot_math_log (u)));
    case FOLIOT_LATENCY_NORMAL:
      return round_time ((double) latency->base
                         + spread * sqrt (-2 * foliot_math_log (u)) * foliot_math_cos (2 * G_PI * v));
    case FOLIOT_LATENCY_CONSTANT:
    default:
      return latency->base;
    }
}

/* Returns: whether the message is lost; else @out_latency is set. */
static gboolean
draw_fate (FoliotNetworkLink *link, FoliotTime *out_latency)
{
  double loss, u, v;

  *out_latency = 0;
  if (!link->rule.has_rule)
    return link->rule.cut;
  loss = foliot_random_uniform (link->random);
  u = 1 - foliot_random_uniform (link->random);
  v = foliot_random_uniform (link->random);
  *out_latency = MAX (draw_latency (&link->rule.latency, u, v), 0);
  return link->rule.cut || loss * 1e6 < link->rule.loss_ppm;
}

static char *
dup_name (FoliotLink *inner, const char *which)
{
  g_autoptr (FoliotValue) name = foliot_link_dup_info (inner, which);

  return g_strdup (name != NULL ? foliot_value_get_string (name, NULL) : "unknown");
}

/* Who the two ends are. A link through a socket knows the other one by its own name once both are there. */
static void
learn_names (FoliotNetworkLink *link)
{
  FoliotLink *peer = foliot_link_get_peer (link->inner);
  g_autofree char *stream = NULL;

  link->from = dup_name (link->inner, "name");
  if (link->to == NULL)
    link->to = peer != NULL ? dup_name (peer, "name") : dup_name (link->inner, "peer");
  stream = g_strdup_printf ("%s→%s", link->from, link->to);
  link->random = foliot_kernel_get_random (link->kernel, stream, "network");
}

static void
look_up_rule (FoliotNetworkLink *link)
{
  if (link->random == NULL)
    learn_names (link);
  _foliot_network_find_rule (link->network, link->from, link->to, &link->rule);
  link->version = _foliot_network_get_version (link->network);
}

static gboolean
foliot_network_link_send_at (FoliotLink *base, FoliotFrame *frame, FoliotTime due, GError **error)
{
  FoliotNetworkLink *link = (FoliotNetworkLink *) base;
  FoliotTime latency;

  if (G_UNLIKELY (frame->express))
    return link->inner_iface->send_at (link->inner, frame, due, error);
  if (G_UNLIKELY (link->version != _foliot_network_get_version (link->network)))
    look_up_rule (link);
  if (draw_fate (link, &latency))
    {
      link->n_lost++;
      _foliot_network_count_lost (link->network);
      foliot_frame_clear (frame);
      return TRUE;
    }
  return link->inner_iface->send_at (link->inner, frame, foliot_time_add (due, latency), error);
}

static gboolean
foliot_network_link_send (FoliotLink *base, FoliotFrame *frame, GError **error)
{
  FoliotNetworkLink *link = (FoliotNetworkLink *) base;

  return foliot_network_link_send_at (base, frame, _foliot_kernel_now (link->kernel), error);
}

/* ---- the inner link's own ------------------------------------------------------------------------------------ */

static FoliotKernel *
foliot_network_link_get_kernel (FoliotLink *base)
{
  return FOLIOT_NETWORK_LINK (base)->kernel;
}

static FoliotLinkFlags
foliot_network_link_get_flags (FoliotLink *base)
{
  return foliot_link_get_flags (FOLIOT_NETWORK_LINK (base)->inner);
}

static void
foliot_network_link_start (FoliotLink *base, const FoliotLinkSink *sink, gpointer owner)
{
  foliot_link_start (FOLIOT_NETWORK_LINK (base)->inner, sink, owner);
}

static gsize
foliot_network_link_get_queued_bytes (FoliotLink *base)
{
  return foliot_link_get_queued_bytes (FOLIOT_NETWORK_LINK (base)->inner);
}

static void
foliot_network_link_close (FoliotLink *base)
{
  foliot_link_close (FOLIOT_NETWORK_LINK (base)->inner);
}

static FoliotValue *
foliot_network_link_dup_info (FoliotLink *base, const char *name)
{
  return foliot_link_dup_info (FOLIOT_NETWORK_LINK (base)->inner, name);
}

static FoliotLink *
foliot_network_link_get_peer (FoliotLink *base)
{
  return foliot_link_get_peer (FOLIOT_NETWORK_LINK (base)->inner);
}

static gpointer
foliot_network_link_get_owner (FoliotLink *base, const FoliotLinkSink *sink)
{
  return foliot_link_get_owner (FOLIOT_NETWORK_LINK (base)->inner, sink);
}

static guint64
foliot_network_link_get_n_inside (FoliotLink *base)
{
  FoliotNetworkLink *link = FOLIOT_NETWORK_LINK (base);

  return link->n_lost
         + (link->inner_iface->get_n_inside != NULL ? link->inner_iface->get_n_inside (link->inner) : 0);
}

static void
foliot_network_link_iface_init (FoliotLinkInterface *iface)
{
  iface->get_kernel = foliot_network_link_get_kernel;
  iface->get_flags = foliot_network_link_get_flags;
  iface->start = foliot_network_link_start;
  iface->send = foliot_network_link_send;
  iface->send_at = foliot_network_link_send_at;
  iface->get_queued_bytes = foliot_network_link_get_queued_bytes;
  iface->close = foliot_network_link_close;
  iface->dup_info = foliot_network_link_dup_info;
  iface->get_peer = foliot_network_link_get_peer;
  iface->get_owner = foliot_network_link_get_owner;
  iface->get_n_inside = foliot_network_link_get_n_inside;
}

static void
foliot_network_link_finalize (GObject *object)
{
  FoliotNetworkLink *link = FOLIOT_NETWORK_LINK (object);

  g_clear_object (&link->inner);
  g_clear_object (&link->network);
  g_free (link->from);
  g_free (link->to);
  G_OBJECT_CLASS (foliot_network_link_parent_class)->finalize (object);
}

static void
foliot_network_link_class_init (FoliotNetworkLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = foliot_network_link_finalize;
}

static void
foliot_network_link_init (FoliotNetworkLink *link)
{
}

/* ---- over links with flow control ---------------------------------------------------------------------------- */

typedef FoliotNetworkLink FoliotFlowLink;
typedef FoliotNetworkLinkClass FoliotFlowLinkClass;

static void foliot_flow_link_iface_init (FoliotLinkInterface *iface);
GType foliot_flow_link_get_type (void);

G_DEFINE_TYPE_WITH_CODE (FoliotFlowLink, foliot_flow_link, FOLIOT_TYPE_NETWORK_LINK,
                         G_IMPLEMENT_INTERFACE (FOLIOT_TYPE_LINK, foliot_flow_link_iface_init))

static gboolean
foliot_flow_link_is_writable (FoliotLink *base)
{
  FoliotNetworkLink *link = FOLIOT_NETWORK_LINK (base);

  return link->inner_iface->is_writable (link->inner);
}

static void
foliot_flow_link_set_reading (FoliotLink *base, gboolean reading)
{
  FoliotNetworkLink *link = FOLIOT_NETWORK_LINK (base);

  link->inner_iface->set_reading (link->inner, reading);
}

/* All else is inherited. */
static void
foliot_flow_link_iface_init (FoliotLinkInterface *iface)
{
  iface->is_writable = foliot_flow_link_is_writable;
  iface->set_reading = foliot_flow_link_set_reading;
}

static void
foliot_flow_link_class_init (FoliotFlowLinkClass *klass)
{
}

static void
foliot_flow_link_init (FoliotFlowLink *link)
{
}

/* ---- making -------------------------------------------------------------------------------------------------- */

FoliotLink *
_foliot_network_link_new (FoliotNetwork *network, FoliotLink *inner, const char *to)
{
  gboolean has_flow = FOLIOT_LINK_GET_IFACE (inner)->set_reading != NULL;
  FoliotNetworkLink *link
      = g_object_new (has_flow ? foliot_flow_link_get_type () : FOLIOT_TYPE_NETWORK_LINK, NULL);

  if (FOLIOT_LINK_GET_IFACE (inner)->send_at == NULL)
    inner = _foliot_network_delay_new (inner);
  link->network = g_object_ref (network);
  link->inner = inner;
  link->inner_iface = FOLIOT_LINK_GET_IFACE (inner);
  link->kernel = foliot_link_get_kernel (inner);
  link->to = g_strdup (to);
  return FOLIOT_LINK (link);
}

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-address.h>
#include <foliot/foliot-kernel.h>

G_BEGIN_DECLS

/*
 * RobustProxy:
 *
 * Lies between a client and a server and passes on what they say: late, in pieces, several pieces at once; and, on the
 * first few connections, only up to some byte. What it does is drawn from the kernel's random numbers, so a seed names it.
 * It knows nothing of frames.
 */
typedef struct _RobustProxy RobustProxy;

/* How a connection ends at the byte that the plan names. */
typedef enum
{
  ROBUST_RESET, /* both sides see a reset */
  ROBUST_END,   /* both see an end */
  ROBUST_HALF,  /* who would have got the byte sees an end; the other way goes on */
  ROBUST_N_KINDS,
} RobustKind;

typedef struct
{
  guint n_cut;          /* connections that are; the others live as long as both sides want */
  RobustKind kind;      /* of the cut */
  gboolean from_server; /* the direction whose bytes count */
  guint64 at;           /* passed on before */
  gboolean at_random;   /* all of it is drawn, per connection, but for @n_cut */
  gboolean hurry;       /* no delays, no pieces */
} RobustPlan;

RobustProxy *robust_proxy_new (FoliotKernel *kernel, FoliotAddress *server, const RobustPlan *plan);
/* Ends all of it; awaits. */
void robust_proxy_free (RobustProxy *proxy);
/* Returns: (transfer none): where clients connect to. */
FoliotAddress *robust_proxy_get_address (RobustProxy *proxy);
/* Connections that were cut. */
guint robust_proxy_get_n_cut (RobustProxy *proxy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RobustProxy, robust_proxy_free)

G_END_DECLS

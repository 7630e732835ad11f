/* SPDX-License-Identifier: MIT */
#pragma once

#include "foliot-kernel-private.h"

G_BEGIN_DECLS

/*
 * Hearing: what passes between the agents of a kernel and the rest of its world.
 *
 * The gate shows what a world has from outside; this is the same for one agent, to which all others are outside. Whoever hears is shown
 * what an agent is told and what it says, on whatever floor that is, and one who plays the world for an agent that is alone
 * answers in its place. There is one at a time, set before the first container is made, and nothing is done for nobody.
 *
 * Channels, containers and futures belong to floors above: here they are what they are there.
 */
struct _FoliotHearing
{
  /* An event has run. @node_cause: its cause in the numbering of its node. */
  void (*ran) (gpointer data, const FoliotRecord *record, guint64 node_cause);
  /* There is an agent (gpointer) now. */
  void (*made) (gpointer data, gpointer agent, const char *container);
  /* A message has arrived, as plain data, and nobody has seen it yet. */
  void (*heard) (gpointer data, gpointer channel, guint8 type, guint64 id, FoliotValue *plain);
  /* The request that has arrived is for somebody. */
  void (*called) (gpointer data);
  /* @n_draws: random numbers that the network has drawn for it. */
  void (*said) (gpointer data, gpointer channel, guint8 type, guint64 id, FoliotValue *plain,
                guint32 n_draws);
  /* The other end, or what is between, has ended a channel. @why: (nullable). */
  void (*ended) (gpointer data, gpointer channel, const GError *why);
  /* Somebody wants to connect. Returns: (transfer full) (nullable): the future that he gets; %NULL: what is usual. */
  gpointer (*connect) (gpointer data, gpointer container, const char *url);
  /* What is usual has begun, and may be settled already. */
  void (*connecting) (gpointer data, gpointer future, const char *url, guint32 n_draws);
  /* @proxy, @why: one of them. */
  void (*connected) (gpointer data, gpointer future, FoliotValue *proxy, const GError *why);
  /* @is_method: of a method, else of an input. */
  void (*input) (gpointer data, const char *name, gboolean is_method, FoliotValue *value);
  /* What the outside answered at once. */
  void (*noted) (gpointer data, const char *name, FoliotValue *value, const GError *why);
};

/* @hearing: (nullable): nobody hears any more. Each of its functions is (nullable). */
void _foliot_kernel_set_hearing (FoliotKernel *kernel, const FoliotHearing *hearing, gpointer data);

static inline gboolean
_foliot_kernel_is_heard (FoliotKernel *kernel)
{
  return G_UNLIKELY (((FoliotKernelHead *) kernel)->hearing != NULL);
}

/* Calls the function @name, if somebody hears and has one, with his data and what follows. */
#define _foliot_kernel_hear(kernel, name, ...)                                                               \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    const FoliotKernelHead *head_ = (const FoliotKernelHead *) (kernel);                                     \
    if (G_UNLIKELY (head_->hearing != NULL) && head_->hearing->name != NULL)                                 \
      head_->hearing->name (head_->hearing_data, ##__VA_ARGS__);                                             \
  }                                                                                                          \
  G_STMT_END

/* The present event is caused by that event of its own node; 0: by another node. */
void _foliot_kernel_set_node_cause (FoliotKernel *kernel, guint64 node_cause);
/* Returns: how many events of @node have ended. */
guint64 _foliot_kernel_get_n_node_events (FoliotKernel *kernel, guint32 node);

G_END_DECLS

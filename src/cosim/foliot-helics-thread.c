/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-helics-thread-private.h"

#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "kernel/foliot-realtime-private.h"

#define LEAVE_LIMIT_US 3000000

struct _FoliotHelicsThread
{
  FoliotHelicsSetup *setup;
  FoliotHelicsFederate *federate;
  GThread *thread;
  int fd;
  GMutex mutex;
  GCond changed;
  /* Under the mutex: */
  GBytes *question; /* nullable: not yet taken */
  GBytes *answer;   /* nullable */
  GError *error;    /* nullable */
  gboolean busy;    /* with a question */
  gboolean leaving; /* no further question comes */
  gboolean gone;    /* the federate has left */
};

static void
answer_one (FoliotHelicsThread *self)
{
  g_autoptr (GBytes) question = g_steal_pointer (&self->question);
  g_autoptr (GError) error = NULL;
  GBytes *answer;
  const guint64 one = 1;

  g_mutex_unlock (&self->mutex);
  answer = _foliot_helics_federate_answer (self->federate, question, &error);
  g_mutex_lock (&self->mutex);
  self->answer = answer;
  self->error = g_steal_pointer (&error);
  self->busy = FALSE;
  if (write (self->fd, &one, sizeof one) < 0)
    g_assert (errno == EAGAIN); /* it is readable already */
}

static gpointer
run (gpointer user_data)
{
  FoliotHelicsThread *self = user_data;

  g_mutex_lock (&self->mutex);
  while (self->question != NULL || !self->leaving)
    if (self->question != NULL)
      answer_one (self);
    else
      g_cond_wait (&self->changed, &self->mutex);
  g_mutex_unlock (&self->mutex);
  _foliot_helics_federate_free (self->federate);
  g_mutex_lock (&self->mutex);
  self->gone = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* Signals are for the thread that runs the world; a thread begins with the mask of whoever made it. */
static GThread *
start_without_signals (FoliotHelicsThread *self)
{
  g_autoptr (GError) error = NULL;
  sigset_t all, before;
  GThread *thread;

  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  thread = g_thread_try_new ("helics", run, self, &error);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  if (thread == NULL)
    errno = EAGAIN;
  return thread;
}

static void
thread_free (FoliotHelicsThread *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->question, g_bytes_unref);
  g_clear_pointer (&self->answer, g_bytes_unref);
  g_clear_error (&self->error);
  g_clear_pointer (&self->setup, _foliot_helics_setup_free);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}

FoliotHelicsThread *
_foliot_helics_thread_new (FoliotHelicsSetup *setup)
{
  FoliotHelicsThread *self = g_new0 (FoliotHelicsThread, 1);

  self->setup = setup;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->federate = _foliot_helics_federate_new (setup);
  self->thread = self->fd >= 0 ? start_without_signals (self) : NULL;
  if (self->thread != NULL)
    return self;
  _foliot_helics_federate_free (self->federate);
  self->setup = NULL;
  thread_free (self);
  return NULL;
}

int
_foliot_helics_thread_get_fd (FoliotHelicsThread *self)
{
  return self->fd;
}

static void
ask_locked (FoliotHelicsThread *self, GBytes *question)
{
  self->question = question;
  self->busy = TRUE;
  g_cond_broadcast (&self->changed);
}

void
_foliot_helics_thread_ask (FoliotHelicsThread *self, GBytes *question)
{
  g_mutex_lock (&self->mutex);
  g_assert (!self->busy);
  ask_locked (self, question);
  g_mutex_unlock (&self->mutex);
}

gboolean
_foliot_helics_thread_take (FoliotHelicsThread *self, GBytes **out_answer, GError **error)
{
  guint64 n;
  gboolean is_there;

  g_mutex_lock (&self->mutex);
  is_there = self->answer != NULL || self->error != NULL;
  if (read (self->fd, &n, sizeof n) < 0)
    g_assert (errno == EAGAIN);
  *out_answer = g_steal_pointer (&self->answer);
  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));
  g_mutex_unlock (&self->mutex);
  return is_there;
}

/* Returns: whether it is over. */
static gboolean
wait_until_gone (FoliotHelicsThread *self)
{
  gint64 until_us = foliot_realtime_now_us () + LEAVE_LIMIT_US;

  while (!self->gone && g_cond_wait_until (&self->changed, &self->mutex, until_us))
    ;
  return self->gone;
}

gboolean
_foliot_helics_thread_leave (FoliotHelicsThread *self, GBytes *question)
{
  gboolean was_busy, gone;

  g_mutex_lock (&self->mutex);
  was_busy = self->busy;
  self->leaving = TRUE;
  if (!was_busy)
    ask_locked (self, g_bytes_ref (question));
  g_mutex_unlock (&self->mutex);
  g_bytes_unref (question);
  if (was_busy)
    _foliot_helics_federate_break_off (self->federate);
  g_mutex_lock (&self->mutex);
  gone = wait_until_gone (self);
  g_mutex_unlock (&self->mutex);
  if (!gone)
    return FALSE;
  g_thread_join (self->thread);
  thread_free (self);
  return TRUE;
}

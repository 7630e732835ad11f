/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-helics-thread-private.h"

#include <math.h>
#include <sys/epoll.h>

#include "kernel/foliot-gate-private.h"
#include "kernel/foliot-kernel-private.h"
#include "kernel/foliot-poll-private.h"

/*
 * The world's side of the conversation: a port at the gate. A question goes to the thread of the library, and simulated time is held;
 * the answer comes in a turn of service, passes the gate, and an event resolves the future.
 */

struct _FoliotHelics
{
  GObject parent_instance;
  FoliotPollEntry entry;
  FoliotPort port;
  FoliotKernel *kernel;
  FoliotHelicsSetup *setup;   /* the thread's own, once there is one */
  FoliotHelicsThread *thread; /* nullable */
  FoliotCodec *codec;
  GPtrArray *published; /* of FoliotValue, by number of the publication; NULL: nothing new */
  GPtrArray *sent;      /* of FoliotValue */
  FoliotFuture *asked;  /* nullable: the request that is under way */
  FoliotHold *hold;     /* likewise */
  gboolean entered, closed, stuck;
};

G_DEFINE_FINAL_TYPE (FoliotHelics, foliot_helics, G_TYPE_OBJECT)
G_DEFINE_QUARK (foliot - helics - error - quark, foliot_helics_error)

static const char *const type_names[] = { "double", "int", "boolean", "string", "complex", "vector", NULL };

gboolean
foliot_helics_type_from_name (const char *name, FoliotHelicsType *out_type, GError **error)
{
  g_autofree char *all = NULL;

  for (guint i = 0; type_names[i] != NULL; i++)
    if (g_str_equal (type_names[i], name))
      {
        *out_type = (FoliotHelicsType) i;
        return TRUE;
      }
  all = g_strjoinv (", ", (char **) type_names);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "unknown HELICS type \"%s\"; there are %s", name,
               all);
  return FALSE;
}

/* -- what comes in --------------------------------------------------------------------------------------------------- */

typedef struct
{
  FoliotHelics *helics;
  GBytes *bytes; /* nullable */
  GError *error; /* nullable */
} Answer;

static void
answer_free (Answer *answer)
{
  g_object_unref (answer->helics);
  g_clear_pointer (&answer->bytes, g_bytes_unref);
  g_clear_error (&answer->error);
  g_free (answer);
}

static void
drop_answer (gpointer target, gpointer payload)
{
  answer_free (payload);
}

static void
take_answer (gpointer target, gpointer payload)
{
  Answer *answer = payload;
  FoliotHelics *self = answer->helics;
  g_autoptr (FoliotFuture) asked = g_steal_pointer (&self->asked);
  g_autoptr (FoliotValue) grant = NULL;
  gsize length = 0;
  const guint8 *data = answer->bytes != NULL ? g_bytes_get_data (answer->bytes, &length) : NULL;

  g_clear_pointer (&self->hold, foliot_hold_release);
  if (data != NULL)
    grant = foliot_codec_decode (self->codec, data, length, &answer->error);
  if (grant != NULL)
    {
      guint64 hash = foliot_value_hash (grant);

      foliot_kernel_note_payload (self->kernel, 0, hash, hash);
    }
  if (asked != NULL && grant != NULL)
    foliot_future_resolve (asked, g_steal_pointer (&grant));
  else if (asked != NULL)
    foliot_future_reject (asked, g_steal_pointer (&answer->error));
  answer_free (answer);
}

static void
admit (FoliotPort *port, FoliotArrival *arrival)
{
  FoliotHelics *self = (FoliotHelics *) ((char *) port - G_STRUCT_OFFSET (FoliotHelics, port));
  Answer *answer = g_new0 (Answer, 1);

  answer->helics = g_object_ref (self);
  answer->bytes = g_steal_pointer (&arrival->bytes);
  answer->error = g_steal_pointer (&arrival->error);
  _foliot_kernel_post_to (self->kernel, 0, arrival->time_ns, FOLIOT_PRIORITY_DEFAULT, arrival->kind,
                          take_answer, self, answer);
}

static void
on_ready (FoliotPollEntry *entry, guint32 events)
{
  FoliotHelics *self = (FoliotHelics *) ((char *) entry - G_STRUCT_OFFSET (FoliotHelics, entry));
  g_autoptr (GError) error = NULL;
  GBytes *answer = NULL;

  if (_foliot_helics_thread_take (self->thread, &answer, &error))
    _foliot_gate_bring (self->kernel, &self->port, FOLIOT_EVENT_GATE, answer, g_steal_pointer (&error), NULL);
}

static void
on_closed (FoliotPollEntry *entry, gboolean at_last)
{
  _foliot_poll_remove (entry);
}

static const FoliotPortReplay port_replay = { .kind = "helics" };
static const FoliotPollClass entry_class = { .ready = on_ready, .closed = on_closed };

/* -- what goes out --------------------------------------------------------------------------------------------------- */

static FoliotValue *
take_published (FoliotHelics *self)
{
  g_autofree FoliotValue **pairs = g_new (FoliotValue *, 2 * self->published->len + 1);
  gsize n = 0;

  for (guint i = 0; i < self->published->len; i++)
    {
      const FoliotHelicsInterface *to = g_ptr_array_index (self->setup->publications, i);

      if (self->published->pdata[i] == NULL)
        continue;
      pairs[2 * n] = foliot_value_new_string (to->key);
      pairs[2 * n + 1] = g_steal_pointer (&self->published->pdata[i]);
      n++;
    }
  return foliot_value_new_map (pairs, n);
}

static FoliotValue *
take_sent (FoliotHelics *self)
{
  gsize n;
  g_autofree gpointer *messages = g_ptr_array_steal (self->sent, &n);

  return foliot_value_new_list ((FoliotValue **) messages, n);
}

/* @question: transfer full. Nothing in it can fail to be encoded: texts and numbers that were checked. */
static GBytes *
encode (FoliotHelics *self, FoliotValue *question)
{
  g_autoptr (FoliotValue) owned = question;
  g_autoptr (GError) error = NULL;
  GByteArray *out = g_byte_array_new ();

  if (!foliot_codec_encode (self->codec, owned, out, &error))
    g_error ("a question to HELICS cannot be encoded: %s", error->message);
  return g_byte_array_free_to_bytes (out);
}

/* Shows what goes out. @question: transfer full. Returns: (nullable): NULL, with @error: a record does not know it. */
static GBytes *
show (FoliotHelics *self, FoliotValue *question, GError **error)
{
  g_autoptr (GBytes) bytes = encode (self, question);

  if (!_foliot_gate_is_replayed (self->kernel))
    _foliot_gate_depart (self->kernel, &self->port, bytes, NULL);
  else if (!_foliot_gate_recall_departure (self->kernel, &self->port, bytes, error))
    return NULL;
  return g_steal_pointer (&bytes);
}

static FoliotFuture *
ask (FoliotHelics *self, FoliotValue *question)
{
  GError *error = NULL;
  g_autoptr (GBytes) bytes = show (self, question, &error);

  if (bytes == NULL)
    return foliot_future_new_rejected (self->kernel, error);
  self->asked = foliot_future_new (self->kernel);
  foliot_future_set_label (self->asked, "the answer of HELICS");
  self->hold = foliot_kernel_hold (self->kernel, "the answer of HELICS", 0);
  if (self->thread != NULL)
    _foliot_helics_thread_ask (self->thread, g_steal_pointer (&bytes));
  return foliot_future_ref (self->asked);
}

static FoliotFuture *
reject (FoliotHelics *self, const char *why)
{
  return foliot_future_new_rejected (
      self->kernel, g_error_new (FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_REFUSED, "HELICS: %s", why));
}

static gboolean
start_thread (FoliotHelics *self)
{
  self->thread = _foliot_helics_thread_new (self->setup);
  return self->thread != NULL
         && _foliot_poll_add (self->kernel, &self->entry, &entry_class,
                              _foliot_helics_thread_get_fd (self->thread), EPOLLIN);
}

FoliotFuture *
foliot_helics_enter (FoliotHelics *self)
{
  g_return_val_if_fail (FOLIOT_IS_HELICS (self), NULL);
  g_return_val_if_fail (!self->entered && !self->closed, NULL);
  self->entered = TRUE;
  if (!_foliot_gate_is_replayed (self->kernel) && !start_thread (self))
    return reject (self, "the system has no room for the library's thread");
  return ask (self, foliot_value_build_map ("enter", foliot_value_new_bool (TRUE), NULL));
}

FoliotFuture *
foliot_helics_request (FoliotHelics *self, FoliotTime time)
{
  FoliotValue *published, *sent;

  g_return_val_if_fail (FOLIOT_IS_HELICS (self), NULL);
  g_return_val_if_fail (self->entered && !self->closed && self->asked == NULL, NULL);
  published = take_published (self);
  sent = take_sent (self);
  return ask (self, foliot_value_build_map ("publish", published, "send", sent, "request",
                                            foliot_value_new_int (time), NULL));
}

static gboolean
is_list_of_numbers (FoliotValue *value, gssize length)
{
  if (foliot_value_get_kind (value) != FOLIOT_VALUE_LIST
      || (length >= 0 && foliot_value_get_length (value) != (gsize) length))
    return FALSE;
  for (gsize i = 0; i < foliot_value_get_length (value); i++)
    if (!foliot_value_is_number (foliot_value_get_item (value, i)))
      return FALSE;
  return TRUE;
}

static gboolean
fits (FoliotValue *value, FoliotHelicsType type)
{
  FoliotValueKind kind = foliot_value_get_kind (value);

  switch (type)
    {
    case FOLIOT_HELICS_DOUBLE:
      return foliot_value_is_number (value) || kind == FOLIOT_VALUE_NULL;
    case FOLIOT_HELICS_INT:
      return kind == FOLIOT_VALUE_INT && foliot_value_fits_int64 (value);
    case FOLIOT_HELICS_BOOLEAN:
      return kind == FOLIOT_VALUE_BOOL;
    case FOLIOT_HELICS_STRING:
      return kind == FOLIOT_VALUE_STRING;
    case FOLIOT_HELICS_COMPLEX:
      return is_list_of_numbers (value, 2);
    case FOLIOT_HELICS_VECTOR:
    default:
      return is_list_of_numbers (value, -1);
    }
}

gboolean
foliot_helics_publish (FoliotHelics *self, guint publication, FoliotValue *value, GError **error)
{
  const FoliotHelicsInterface *to;
  gpointer *slot;

  g_return_val_if_fail (FOLIOT_IS_HELICS (self) && publication < self->published->len, FALSE);
  to = g_ptr_array_index (self->setup->publications, publication);
  if (!fits (value, to->type))
    {
      g_autofree char *text = foliot_value_print (value);

      g_set_error (error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_REFUSED,
                   "HELICS: publication %s is of type %s, which %s is not", to->key, type_names[to->type],
                   text);
      return FALSE;
    }
  slot = &self->published->pdata[publication];
  g_clear_pointer (slot, foliot_value_unref);
  if (foliot_value_is_null (value))
    *slot = foliot_value_new_double (NAN);
  else
    *slot = foliot_value_ref (value);
  return TRUE;
}

void
foliot_helics_send (FoliotHelics *self, guint endpoint, const char *to, const char *text)
{
  const FoliotHelicsInterface *from;

  g_return_if_fail (FOLIOT_IS_HELICS (self));
  if (self->closed)
    return;
  g_return_if_fail (endpoint < self->setup->endpoints->len);
  from = g_ptr_array_index (self->setup->endpoints, endpoint);
  g_ptr_array_add (self->sent,
                   foliot_value_build_list (foliot_value_new_string (from->key), foliot_value_new_string (to),
                                            foliot_value_new_string (text), NULL));
}

/* -- life ------------------------------------------------------------------------------------------------------------- */

/* Says goodbye, unless it is still waiting for an answer. */
static void
leave (FoliotHelics *self)
{
  FoliotValue *published = take_published (self), *sent = take_sent (self);
  FoliotValue *question = foliot_value_build_map ("publish", published, "send", sent, "leave",
                                                  foliot_value_new_bool (TRUE), NULL);
  g_autoptr (GBytes) bytes = self->asked == NULL ? show (self, question, NULL) : encode (self, question);

  if (self->thread == NULL)
    return;
  self->stuck = !_foliot_helics_thread_leave (self->thread, g_steal_pointer (&bytes));
  self->thread = NULL;
  self->setup = NULL;
}

gboolean
foliot_helics_close (FoliotHelics *self)
{
  g_return_val_if_fail (FOLIOT_IS_HELICS (self), TRUE);
  if (self->closed)
    return !self->stuck;
  self->closed = TRUE;
  _foliot_poll_remove (&self->entry);
  if (self->entered)
    leave (self);
  _foliot_gate_remove_port (self->kernel, &self->port);
  g_clear_pointer (&self->hold, foliot_hold_release);
  if (self->asked != NULL)
    {
      g_autoptr (FoliotFuture) asked = g_steal_pointer (&self->asked);

      foliot_future_reject (asked, g_error_new (FOLIOT_ERROR, FOLIOT_ERROR_CLOSED,
                                                "HELICS: the federate left while it waited for its time"));
    }
  return !self->stuck;
}

FoliotHelics *
foliot_helics_new (FoliotKernel *kernel, const FoliotHelicsOptions *options, GError **error)
{
  g_autoptr (FoliotHelics) self = NULL;

  g_return_val_if_fail (FOLIOT_IS_KERNEL (kernel) && options->name != NULL, NULL);
  self = g_object_new (FOLIOT_TYPE_HELICS, NULL);
  self->kernel = g_object_ref (kernel);
  self->setup = _foliot_helics_setup_new (options);
  if (!_foliot_gate_is_replayed (kernel)
      && !_foliot_helics_library_load (options->library, &self->setup->library, error))
    return NULL;
  _foliot_gate_add_port_with (kernel, &self->port, "helics", admit, &port_replay);
  _foliot_kernel_set_drop_func (kernel, take_answer, drop_answer);
  return g_steal_pointer (&self);
}

static void
add_setting (GArray *settings, const char *name, double value)
{
  const FoliotHelicsSetting setting = { g_strdup (name), value };

  g_array_append_val (settings, setting);
}

void
foliot_helics_set_flag (FoliotHelics *self, const char *flag, gboolean on)
{
  g_return_if_fail (FOLIOT_IS_HELICS (self) && !self->entered);
  add_setting (self->setup->flags, flag, on ? 1.0 : 0.0);
}

void
foliot_helics_set_property (FoliotHelics *self, const char *property, double value)
{
  g_return_if_fail (FOLIOT_IS_HELICS (self) && !self->entered);
  add_setting (self->setup->properties, property, value);
}

guint
foliot_helics_add_input (FoliotHelics *self, const char *key, FoliotHelicsType type, const char *unit)
{
  g_return_val_if_fail (FOLIOT_IS_HELICS (self) && !self->entered, 0);
  return _foliot_helics_setup_add (self->setup->inputs, key, type, unit);
}

void
foliot_helics_add_target (FoliotHelics *self, guint input, const char *publication)
{
  FoliotHelicsInterface *interface;

  g_return_if_fail (FOLIOT_IS_HELICS (self) && !self->entered && input < self->setup->inputs->len);
  interface = g_ptr_array_index (self->setup->inputs, input);
  g_ptr_array_add (interface->targets, g_strdup (publication));
}

guint
foliot_helics_add_publication (FoliotHelics *self, const char *key, FoliotHelicsType type, const char *unit)
{
  g_return_val_if_fail (FOLIOT_IS_HELICS (self) && !self->entered, 0);
  g_ptr_array_add (self->published, NULL);
  return _foliot_helics_setup_add (self->setup->publications, key, type, unit);
}

guint
foliot_helics_add_endpoint (FoliotHelics *self, const char *name)
{
  g_return_val_if_fail (FOLIOT_IS_HELICS (self) && !self->entered, 0);
  return _foliot_helics_setup_add (self->setup->endpoints, name, FOLIOT_HELICS_STRING, NULL);
}

static void
foliot_helics_dispose (GObject *object)
{
  FoliotHelics *self = FOLIOT_HELICS (object);

  if (self->kernel != NULL)
    foliot_helics_close (self);
  g_clear_object (&self->kernel);
  G_OBJECT_CLASS (foliot_helics_parent_class)->dispose (object);
}

static void
clear_value (gpointer value)
{
  g_clear_pointer (&value, foliot_value_unref);
}

static void
foliot_helics_finalize (GObject *object)
{
  FoliotHelics *self = FOLIOT_HELICS (object);

  g_clear_pointer (&self->setup, _foliot_helics_setup_free);
  g_object_unref (self->codec);
  g_ptr_array_unref (self->published);
  g_ptr_array_unref (self->sent);
  G_OBJECT_CLASS (foliot_helics_parent_class)->finalize (object);
}

static void
foliot_helics_class_init (FoliotHelicsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = foliot_helics_dispose;
  G_OBJECT_CLASS (class)->finalize = foliot_helics_finalize;
}

static void
foliot_helics_init (FoliotHelics *self)
{
  self->codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  self->published = g_ptr_array_new_with_free_func (clear_value);
  self->sent = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_value_unref);
}

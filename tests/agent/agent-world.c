/* SPDX-License-Identifier: MIT */
#include "agent-world.h"

#include <string.h>

#include "foliot-transport-suite.h"

/*
 * The table of wires is the conformance matrix: what holds for a container must hold for each line of it. A line that is
 * added here runs all of it.
 */

typedef struct
{
  const char *name;
  const char *transport;
  const char *codec;
} Wire;

static const Wire wires[] = {
  { "local-values", "local", "json" },
  { "local-json", "local-bytes", "json" },
  { "local-msgpack", "local-bytes", "msgpack" },
  { "local-blosc", "local-bytes", "blosc" },
  { "tcp", "tcp", "json" },
  { "unix", "unix", "msgpack" },
  { "tls", "tls", "blosc" },
};

typedef struct
{
  const Wire *wire;
  WorldBody body;
} Case;

/* ---- the serializable class ---- */

typedef struct
{
  GObject parent;
  FoliotValue *x, *y;
} ClassV;
typedef GObjectClass ClassVClass;

G_DEFINE_TYPE (ClassV, v, G_TYPE_OBJECT)

static void
v_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ClassV *self = (ClassV *) object;
  g_value_set_boxed (value, id == 1 ? self->x : self->y);
}

static void
v_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ClassV *self = (ClassV *) object;
  FoliotValue **field = id == 1 ? &self->x : &self->y;
  g_clear_pointer (field, foliot_value_unref);
  *field = g_value_dup_boxed (value);
}

static void
v_finalize (GObject *object)
{
  ClassV *self = (ClassV *) object;
  g_clear_pointer (&self->x, foliot_value_unref);
  g_clear_pointer (&self->y, foliot_value_unref);
  G_OBJECT_CLASS (v_parent_class)->finalize (object);
}

static void
v_class_init (ClassVClass *klass)
{
  klass->get_property = v_get_property;
  klass->set_property = v_set_property;
  klass->finalize = v_finalize;
  g_object_class_install_property (
      klass, 1, g_param_spec_boxed ("x", NULL, NULL, FOLIOT_TYPE_VALUE, G_PARAM_READWRITE));
  g_object_class_install_property (
      klass, 2, g_param_spec_boxed ("y", NULL, NULL, FOLIOT_TYPE_VALUE, G_PARAM_READWRITE));
}

static void
v_init (ClassV *self)
{
}

FoliotValue *
v_new (FoliotValue *x, FoliotValue *y)
{
  g_autoptr (GObject) object = g_object_new (v_get_type (), "x", x, "y", y, NULL);
  foliot_value_unref (x);
  foliot_value_unref (y);
  return foliot_value_new_object (v_get_type (), object);
}

const FoliotSerializer *
v_serializer (void)
{
  static const char *const names[] = { "x", "y", NULL };
  return foliot_serializable_new (v_get_type (), names, TRUE);
}

/* ---- the agents ---- */

/* Python's +, as far as the golden data needs it. */
static FoliotValue *
callee_add (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotValue *a = foliot_args_get_value (args, "a"), *b = foliot_args_get_value (args, "b");
  if (foliot_value_get_kind (a) == FOLIOT_VALUE_INT && foliot_value_get_kind (b) == FOLIOT_VALUE_INT)
    return foliot_value_new_int (foliot_value_get_int (a) + foliot_value_get_int (b));
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE,
                       "can only concatenate str (not \"NoneType\") to str");
  return NULL;
}

static FoliotValue *
callee_echo (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_value_ref (foliot_args_get_value (args, "x"));
}

static FoliotValue *
callee_fail (gpointer self, FoliotArgs *args, GError **error)
{
  g_set_error_literal (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, foliot_args_get_string (args, "text"));
  return NULL;
}

static FoliotValue *
callee_date (gpointer self, FoliotArgs *args, GError **error)
{
  FoliotDate date;
  g_assert_true (foliot_date_parse ("2016-01-01", &date, NULL));
  return foliot_value_new_date (&date);
}

static FoliotValue *
callee_me (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_agent_as_value (self);
}

static FoliotValue *
callee_ask (gpointer self, FoliotArgs *args, GError **error)
{
  return foliot_agent_call (self, foliot_args_get_proxy (args, "agent"), error, "add",
                            foliot_value_ref (foliot_args_get_value (args, "a")),
                            foliot_value_ref (foliot_args_get_value (args, "b")), NULL);
}

static FoliotValue *
callee_make (gpointer self, FoliotArgs *args, GError **error)
{
  return v_new (foliot_value_ref (foliot_args_get_value (args, "x")),
                foliot_value_ref (foliot_args_get_value (args, "y")));
}

static FoliotValue *
callee_wait (gpointer data, FoliotArgs *args, GError **error)
{
  Callee *self = data;
  gint64 seconds = foliot_args_get_int (args, "seconds");
  self->n_waiting++;
  gboolean well = foliot_agent_sleep (self, seconds * FOLIOT_SECOND, error);
  self->n_waiting--;
  return well ? foliot_value_new_int (seconds) : NULL;
}

static const FoliotMethod callee_methods[] = {
  { "add", callee_add, "a b", "Their sum." },
  { "echo", callee_echo, "x", "The same." },
  { "fail", callee_fail, "text:string", "Fails." },
  { "date", callee_date, "", "The first of January 2016." },
  { "me", callee_me, "", "Itself." },
  { "ask", callee_ask, "agent:proxy a b", "What the agent's add returns." },
  { "make", callee_make, "x y", "A V." },
  { "wait", callee_wait, "seconds:int", "Comes back later." },
  { NULL },
};

static const FoliotAgentInfo callee_info = { .help = "Answers.", .methods = callee_methods };

GType
callee_get_type (void)
{
  static gsize type = 0;
  if (g_once_init_enter (&type))
    g_once_init_leave (&type, foliot_agent_register_type ("Callee", sizeof (Callee), &callee_info));
  return type;
}

/* ---- worlds ---- */

static void
on_record (FoliotKernel *kernel, const FoliotRecord *record, gpointer user_data)
{
  World *world = user_data;
  if (record->kind == FOLIOT_EVENT_FRAME)
    world->n_frames++;
}

static FoliotValue *
run_body (gpointer user_data, GError **error)
{
  gpointer *pair = user_data;
  World *world = pair[1];
  ((Case *) pair[0])->body (world);
  for (guint i = 0; i < world->containers->len; i++)
    world_shutdown (world->containers->pdata[i]);
  return NULL;
}

/* Nothing may hold a container or an agent that was shut down. */
static void
assert_freed (World *world)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  g_ptr_array_set_size (left, (gint) world->containers->len);
  for (guint i = 0; i < left->len; i++)
    {
      left->pdata[i] = world->containers->pdata[i];
      g_object_add_weak_pointer (left->pdata[i], &left->pdata[i]);
    }
  g_ptr_array_unref (world->containers);
  for (guint i = 0; i < left->len; i++)
    g_assert_null (left->pdata[i]);
}

static void
run_case (gconstpointer user_data)
{
  const Case *self = user_data;
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);
  World world = {
    .kernel = kernel,
    .wire = self->wire->transport,
    .transport = foliot_transport_suite_new_by_name (self->wire->transport, kernel),
    .codec = foliot_codec_type_from_name (self->wire->codec, NULL),
    .containers = g_ptr_array_new_with_free_func (g_object_unref),
    .texts = g_string_chunk_new (256),
  };
  gpointer pair[] = { (gpointer) self, &world };
  g_autoptr (GError) error = NULL;
  foliot_kernel_set_record_func (kernel, on_record, &world);
  g_autoptr (FoliotFuture) done
      = foliot_fiber_spawn_full (kernel, NULL, "test", FOLIOT_STACK_LARGE, run_body, pair, NULL);
  g_autoptr (FoliotValue) value = foliot_run (kernel, done, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_kernel_run_until (kernel, FOLIOT_TIME_NEVER, &error));
  g_assert_no_error (error);
  foliot_test_assert_idle (kernel);
  assert_freed (&world);
  g_object_unref (world.transport);
  g_string_chunk_free (world.texts);
}

static void
add_case (const char *path, const Wire *wire, WorldBody body)
{
  Case *self = g_new (Case, 1);
  *self = (Case){ wire, body };
  g_autofree char *full = g_strconcat (path, "/", wire->name, NULL);
  g_test_add_data_func_full (full, self, run_case, g_free);
}

static void
add_cases (const char *path, WorldBody body, gboolean with_local, gboolean with_sockets)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wires); i++)
    if (foliot_transport_suite_is_external_by_name (wires[i].transport) ? with_sockets : with_local)
      add_case (path, &wires[i], body);
}

void
world_test_add (const char *path, WorldBody body)
{
  add_cases (path, body, TRUE, TRUE);
}

void
world_test_add_local (const char *path, WorldBody body)
{
  add_cases (path, body, TRUE, FALSE);
}

void
world_test_add_sockets (const char *path, WorldBody body)
{
  add_cases (path, body, FALSE, TRUE);
}

void
world_test_add_once (const char *path, WorldBody body)
{
  add_case (path, &wires[0], body);
}

/* ---- places ---- */

FoliotAddress *
world_address (World *world, const char *id)
{
  return foliot_transport_suite_new_address_by_name (world->wire, id);
}

/* Appends what @name, which stood between @open and its closing bracket, is in this world. */
static void
append_place (World *world, GString *text, char open, const char *name)
{
  const char *slash = strchr (name, '/');
  g_autofree char *id = slash != NULL ? g_strndup (name, (gsize) (slash - name)) : g_strdup (name);
  g_autoptr (FoliotAddress) address = world_address (world, id);
  if (open == '<')
    g_string_append (text, foliot_address_get_repr (address));
  else
    g_string_append_printf (text, "%s%s", foliot_address_get_base_url (address), slash + 1);
}

const char *
world_text (World *world, const char *pattern)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize length;
  while ((length = strcspn (pattern, "{<")) < strlen (pattern))
    {
      g_string_append_len (text, pattern, (gssize) length);
      char open = pattern[length];
      const char *name = pattern + length + 1;
      gsize n = strcspn (name, open == '<' ? ">" : "}");
      g_autofree char *copy = g_strndup (name, n);
      append_place (world, text, open, copy);
      pattern = name + n + 1;
    }
  g_string_append (text, pattern);
  return g_string_chunk_insert (world->texts, text->str);
}

const char *
world_url (World *world, const char *place)
{
  g_autofree char *pattern = g_strconcat ("{", place, "}", NULL);
  return world_text (world, pattern);
}

FoliotError
world_get_refusal (World *world)
{
  return g_str_equal (world->wire, "unix") ? FOLIOT_ERROR_FILE_NOT_FOUND : FOLIOT_ERROR_CONNECTION_REFUSED;
}

void
world_settle (World *world)
{
  g_assert_true (foliot_sleep (world->kernel, 1, NULL));
}

gboolean
world_is_local (World *world)
{
  return !foliot_transport_suite_is_external_by_name (world->wire);
}

FoliotContainer *
world_container_full (World *world, const char *id, const FoliotContainerOptions *options, GError **error)
{
  g_autoptr (FoliotAddress) address = world_address (world, id);
  FoliotContainerOptions defaults = {
    .codec_type = world->codec, .serializers = v_serializer (), .n_serializers = 1, .compat = world->compat
  };
  return foliot_container_new (world->transport, address, options != NULL ? options : &defaults, error);
}

FoliotContainer *
world_container (World *world, const char *id)
{
  g_autoptr (GError) error = NULL;
  FoliotContainer *container = world_container_full (world, id, NULL, &error);
  g_assert_no_error (error);
  g_ptr_array_add (world->containers, container);
  return container;
}

gpointer
world_agent (FoliotContainer *container, GType type, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_agent_new (container, type, name, NULL), &error);
  g_assert_no_error (error);
  return foliot_value_get_object (value, type);
}

FoliotProxy *
world_connect (FoliotContainer *from, const char *url)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_container_connect (from, url, 0), &error);
  g_assert_no_error (error);
  return foliot_proxy_ref (foliot_value_get_proxy (value));
}

void
world_connect_fails (World *world, FoliotContainer *from, const char *url, FoliotTime timeout,
                     FoliotError code, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_container_connect (from, url, timeout), &error);
  g_assert_null (value);
  g_assert_error (error, FOLIOT_ERROR, (gint) code);
  if (pattern != NULL)
    g_assert_cmpstr (error->message, ==, world_text (world, pattern));
}

void
world_shutdown (FoliotContainer *container)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_await_take (foliot_container_shutdown (container), &error);
  g_assert_no_error (error);
  g_assert_true (foliot_value_is_null (value));
}

FoliotValue *
world_call (FoliotProxy *proxy, const char *method, FoliotValue *argument)
{
  g_autoptr (GError) error = NULL;
  FoliotValue *result = foliot_await_take (foliot_proxy_call (proxy, method, argument, NULL), &error);
  g_assert_no_error (error);
  g_assert_nonnull (result);
  return result;
}

void
world_assert_adds (FoliotProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) sum = foliot_await_take (
      foliot_proxy_call (proxy, "add", foliot_value_new_int (3), foliot_value_new_int (4), NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_int (sum), ==, 7);
}

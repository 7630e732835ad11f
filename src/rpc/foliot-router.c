/* SPDX-License-Identifier: MIT */
#include "rpc/foliot-router-private.h"

/*
 * A router knows the methods of its class (a parsed table that all instances share) and what was added to it by name:
 * methods and sub-services, in a list for their order and a hash table for finding them; an idle agent has neither.
 *
 * References go down only: the owner holds its router, an entry holds the service mounted there, nobody holds a
 * parent. Paths that were found are remembered in the root of the tree. Mounting cannot change what a remembered path
 * names, because a name that is taken is refused; removing can, and forgets them all.
 */

#include "base/foliot-value-private.h"

#include <string.h>

/*
 * The paths that were found: by their text, and in front of that by the value itself, because a proxy in this process
 * sends the same value again and again. A place is given by the hash, which a text remembers.
 */
#define N_RECENT 16

typedef struct
{
  GHashTable *all; /* path → FoliotRoute */
  struct
  {
    const FoliotValue *path; /* (nullable): a key of the table */
    const FoliotRoute *route;
  } recent[N_RECENT];
} Routes;

typedef struct
{
  GList link; /* in entries; data is the entry */
  char *name;
  FoliotHandler *handler; /* a method … */
  FoliotRouter *child;    /* … or a sub-service */
  GObject *service;
} Entry;

struct _FoliotRouter
{
  GObject parent_instance;
  GObject *owner; /* owns us */
  const char *class_name;
  GPtrArray *table; /* (nullable): of FoliotHandler; shared */
  FoliotRouter *parent;
  const char *name;  /* of our entry in the parent; "" without */
  GHashTable *names; /* (nullable): name → Entry */
  GQueue entries;
  Routes *routes; /* (nullable): of a root */
  guint32 node;
  guint32 n_running; /* handlers of ours that have not ended */
  gboolean is_dictionary;
  gboolean is_held; /* unmounted while handlers ran: the last one drops owner and us */
};

G_DEFINE_FINAL_TYPE (FoliotRouter, foliot_router, G_TYPE_OBJECT)

static void
routes_free (Routes *routes)
{
  g_hash_table_unref (routes->all);
  g_free (routes);
}

/* ---- entries ---- */

static void
release_child (Entry *entry)
{
  FoliotRouter *child = entry->child;

  child->parent = NULL;
  child->name = "";
  if (child->n_running > 0 && !child->is_held)
    {
      child->is_held = TRUE; /* our references become those of its handlers */
      return;
    }
  g_object_unref (entry->service);
  g_object_unref (child);
}

static void
entry_free (Entry *entry)
{
  if (entry->child != NULL)
    release_child (entry);
  g_clear_pointer (&entry->handler, _foliot_handler_unref);
  g_free (entry->name);
  g_free (entry);
}

static void
foliot_router_finalize (GObject *object)
{
  FoliotRouter *self = FOLIOT_ROUTER (object);
  GList *link;

  g_clear_pointer (&self->routes, routes_free);
  g_clear_pointer (&self->names, g_hash_table_unref);
  while ((link = g_queue_pop_head_link (&self->entries)) != NULL)
    entry_free (link->data);
  G_OBJECT_CLASS (foliot_router_parent_class)->finalize (object);
}

static void
foliot_router_class_init (FoliotRouterClass *class)
{
  G_OBJECT_CLASS (class)->finalize = foliot_router_finalize;
}

static void
foliot_router_init (FoliotRouter *self)
{
  self->name = "";
}

FoliotRouter *
foliot_router_new (GObject *owner, const char *class_name, const FoliotMethod *methods)
{
  FoliotRouter *self;

  g_return_val_if_fail (G_IS_OBJECT (owner), NULL);
  g_return_val_if_fail (class_name != NULL, NULL);
  self = g_object_new (FOLIOT_TYPE_ROUTER, NULL);
  self->owner = owner;
  self->class_name = g_intern_string (class_name);
  self->table = _foliot_handlers_of_table (methods);
  return self;
}

void
_foliot_router_set_dictionary (FoliotRouter *router)
{
  router->is_dictionary = TRUE;
}

void
_foliot_router_enter (FoliotRouter *router)
{
  router->n_running++;
}

void
_foliot_router_leave (FoliotRouter *router)
{
  if (--router->n_running > 0 || !router->is_held)
    return;
  router->is_held = FALSE;
  g_object_unref (router->owner);
  g_object_unref (router);
}

/* ---- what a router is ---- */

gpointer
foliot_router_get_owner (FoliotRouter *router)
{
  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), NULL);
  return router->owner;
}

const char *
foliot_router_get_name (FoliotRouter *router)
{
  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), NULL);
  return router->name;
}

FoliotRouter *
foliot_router_get_parent (FoliotRouter *router)
{
  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), NULL);
  return router->parent;
}

FoliotRouter *
foliot_router_get_root (FoliotRouter *router)
{
  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), NULL);
  while (router->parent != NULL)
    router = router->parent;
  return router;
}

char *
foliot_router_dup_path (FoliotRouter *router)
{
  g_autoptr (GString) path = g_string_new (NULL);

  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), NULL);
  for (; router->parent != NULL; router = router->parent)
    {
      if (path->len > 0)
        g_string_prepend_c (path, '/');
      g_string_prepend (path, router->name);
    }
  return g_strdup (path->str);
}

void
foliot_router_set_node (FoliotRouter *router, guint32 node)
{
  g_return_if_fail (FOLIOT_IS_ROUTER (router));
  router->node = node;
}

guint32
_foliot_router_get_node (const FoliotRouter *router)
{
  while (router->node == 0 && router->parent != NULL)
    router = router->parent;
  return router->node;
}

guint32
foliot_router_get_node (FoliotRouter *router)
{
  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), 0);
  return _foliot_router_get_node (router);
}

const char *
_foliot_router_get_short_class_name (FoliotRouter *router)
{
  const char *dot = strrchr (router->class_name, '.');
  return dot != NULL ? dot + 1 : router->class_name;
}

GObject *
_foliot_router_lookup_service (FoliotRouter *router, const char *name)
{
  Entry *entry = router->names != NULL ? g_hash_table_lookup (router->names, name) : NULL;
  return entry != NULL ? entry->service : NULL;
}

/* ---- adding and removing ---- */

static FoliotHandler *
find_in_table (FoliotRouter *router, const char *name)
{
  for (guint i = 0; router->table != NULL && i < router->table->len; i++)
    {
      FoliotHandler *handler = g_ptr_array_index (router->table, i);
      if (strcmp (handler->name, name) == 0)
        return handler;
    }
  return NULL;
}

static gboolean
check_new_name (FoliotRouter *router, const char *name, GError **error)
{
  g_autofree char *path = NULL;

  if (*name == '\0' || strchr (name, '/') != NULL)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                   "\"%s\" cannot be a name below a router: it is empty or has a slash", name);
      return FALSE;
    }
  if ((router->names == NULL || !g_hash_table_contains (router->names, name))
      && find_in_table (router, name) == NULL)
    return TRUE;
  path = foliot_router_dup_path (router);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Name \"%s\" is taken in \"%s\"", name, path);
  return FALSE;
}

static Entry *
add_entry (FoliotRouter *router, const char *name)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->link.data = entry;
  entry->name = g_strdup (name);
  if (router->names == NULL)
    router->names = g_hash_table_new (g_str_hash, g_str_equal);
  g_hash_table_insert (router->names, entry->name, entry);
  g_queue_push_tail_link (&router->entries, &entry->link);
  return entry;
}

gboolean
_foliot_router_add_handler (FoliotRouter *router, const FoliotMethod *method, gpointer self, GError **error)
{
  FoliotHandler *handler;

  if (!check_new_name (router, method->name, error))
    return FALSE;
  handler = _foliot_handler_new (method, self, router->is_dictionary ? 0 : 1, error);
  if (handler == NULL)
    return FALSE;
  add_entry (router, method->name)->handler = handler;
  return TRUE;
}

gboolean
foliot_router_add_method (FoliotRouter *router, const FoliotMethod *method, gpointer self, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), FALSE);
  g_return_val_if_fail (method != NULL && method->name != NULL, FALSE);
  if (method->func == NULL)
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "\"%s\" is not callable.", method->name);
      return FALSE;
    }
  return _foliot_router_add_handler (router, method, self, error);
}

char *
_foliot_router_print_object (GObject *object)
{
  g_autoptr (FoliotValue) value = NULL;

  if (object == NULL)
    return g_strdup ("None");
  value = foliot_value_new_object (G_OBJECT_TYPE (object), object);
  return foliot_value_print (value);
}

static gboolean
check_mountable (FoliotRouter *router, GObject *service, GError **error)
{
  g_autofree char *text = _foliot_router_print_object (service);
  g_autofree char *parent_text = NULL;
  FoliotRouter *child;

  if (!FOLIOT_IS_SERVICE (service))
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "\"%s\" is not a valid router.", text);
      return FALSE;
    }
  child = foliot_service_get_router (FOLIOT_SERVICE (service));
  if (child->parent == NULL && child != foliot_router_get_root (router))
    return TRUE;
  parent_text = _foliot_router_print_object (child->parent != NULL ? child->parent->owner : router->owner);
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               child->parent != NULL ? "\"%s\" is already a sub service of \"%s\""
                                     : "\"%s\" cannot be a sub service of \"%s\", which is below it",
               text, parent_text);
  return FALSE;
}

gboolean
foliot_router_set_sub_router (FoliotRouter *router, GObject *service, const char *name, GError **error)
{
  Entry *entry;

  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  if (!check_mountable (router, service, error) || !check_new_name (router, name, error))
    return FALSE;
  entry = add_entry (router, name);
  entry->service = g_object_ref (service);
  entry->child = g_object_ref (foliot_service_get_router (FOLIOT_SERVICE (service)));
  entry->child->parent = router;
  entry->child->name = entry->name;
  g_clear_pointer (&entry->child->routes, routes_free); /* a root no more */
  return TRUE;
}

gboolean
foliot_router_remove (FoliotRouter *router, const char *name)
{
  FoliotRouter *root;
  Entry *entry;

  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), FALSE);
  entry = router->names != NULL ? g_hash_table_lookup (router->names, name) : NULL;
  if (entry == NULL)
    return FALSE;
  root = foliot_router_get_root (router);
  g_clear_pointer (&root->routes, routes_free);
  g_hash_table_remove (router->names, name);
  g_queue_unlink (&router->entries, &entry->link);
  entry_free (entry);
  return TRUE;
}

/* ---- finding ---- */

static gboolean
fail_not_found (GError **error, const char *name, const char *path_so_far)
{
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP, "Name \"%s\" not found in \"%s\"", name,
               path_so_far);
  return FALSE;
}

/* A property of the owner is to callers what an attribute that nobody exposed is in Python. */
static gboolean
has_attribute (FoliotRouter *router, const char *name)
{
  if (router->is_dictionary)
    return FALSE;
  return strcmp (name, "router") == 0
         || g_object_class_find_property (G_OBJECT_GET_CLASS (router->owner), name) != NULL;
}

/* One step below @router: sets @route to what @name is there. */
static gboolean
step (FoliotRouter *router, const char *name, const char *path_so_far, FoliotRoute *route, GError **error)
{
  Entry *entry = router->names != NULL ? g_hash_table_lookup (router->names, name) : NULL;
  FoliotHandler *handler = entry != NULL ? entry->handler : find_in_table (router, name);

  if (entry != NULL && entry->child != NULL)
    {
      route->router = entry->child;
      return TRUE;
    }
  if (handler != NULL && handler->func != NULL)
    {
      route->handler = handler;
      return TRUE;
    }
  if (handler != NULL || has_attribute (router, name))
    {
      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP, "\"%s.%s\" is not exposed", router->class_name,
                   name);
      return FALSE;
    }
  return fail_not_found (error, name, path_so_far);
}

/* Walks the components of @path, which is cut up for it. */
static gboolean
walk (FoliotRouter *root, char *path, gsize length, FoliotRoute *out_route, GError **error)
{
  FoliotRoute route = { .router = root };
  g_autofree char *so_far = g_strndup (path, length);
  char *end = path + length;

  so_far[0] = '\0';
  for (char *name = path;;)
    {
      char *slash = memchr (name, '/', (gsize) (end - name));
      char *behind = slash != NULL ? slash : end;

      *behind = '\0';
      if (memchr (name, '\0', (gsize) (behind - name)) != NULL || route.handler != NULL)
        return fail_not_found (error, name, so_far);
      if (!step (route.router, name, so_far, &route, error))
        return FALSE;
      if (slash == NULL)
        break;
      if (name > path)
        so_far[name - path - 1] = '/';
      memcpy (so_far + (name - path), name, (gsize) (behind - name) + 1);
      name = slash + 1;
    }
  if (route.handler != NULL)
    route.self = route.handler->self != NULL ? route.handler->self : route.router->owner;
  *out_route = route;
  return TRUE;
}

static guint
hash_path (gconstpointer path)
{
  return (guint) foliot_value_hash (path);
}

static gboolean
equal_paths (gconstpointer a, gconstpointer b)
{
  return foliot_value_equal (a, b);
}

static Routes *
routes_new (void)
{
  Routes *routes = g_new0 (Routes, 1);

  routes->all = g_hash_table_new_full (hash_path, equal_paths, (GDestroyNotify) foliot_value_unref, g_free);
  return routes;
}

static const FoliotRoute *
remember (FoliotRouter *root, FoliotValue *path, const FoliotRoute *route)
{
  FoliotRoute *copy = g_memdup2 (route, sizeof *route);
  guint place = hash_path (path) % N_RECENT;

  if (root->routes == NULL)
    root->routes = routes_new ();
  g_hash_table_insert (root->routes->all, foliot_value_ref (path), copy);
  root->routes->recent[place].path = path;
  root->routes->recent[place].route = copy;
  return copy;
}

static const FoliotRoute *
recall (const Routes *routes, const FoliotValue *path)
{
  guint place = path->hash % N_RECENT;

  if (G_LIKELY (routes->recent[place].path == path))
    return routes->recent[place].route;
  return g_hash_table_lookup (routes->all, path);
}

const FoliotRoute *
_foliot_router_resolve (FoliotRouter *root, FoliotValue *path, GError **error)
{
  const FoliotRoute *known = root->routes != NULL ? recall (root->routes, path) : NULL;
  g_autofree char *copy = NULL;
  FoliotRoute route;
  const char *text;
  gsize length;

  if (G_LIKELY (known != NULL))
    return known;
  text = foliot_value_get_string (path, &length);
  copy = g_memdup2 (text, length + 1);
  if (!walk (root, copy, length, &route, error))
    return NULL;
  return remember (root, path, &route);
}

FoliotRouter *
_foliot_router_find (FoliotRouter *root, const char *path)
{
  g_autofree char *copy = g_strdup (path);
  FoliotRoute route;

  if (!walk (root, copy, strlen (path), &route, NULL))
    return NULL;
  return route.router;
}

gboolean
foliot_router_check (FoliotRouter *router, const char *path, GError **error)
{
  g_autofree char *copy = NULL;
  FoliotRoute route;

  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  copy = g_strdup (path);
  return walk (router, copy, strlen (path), &route, error);
}

/* ---- describing ---- */

static FoliotValue *
describe_arguments (const FoliotSignature *signature)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (guint i = 0; i < foliot_signature_get_n_args (signature); i++)
    g_ptr_array_add (list, foliot_value_build_map (
                               "name", foliot_value_new_string (foliot_signature_get_arg_name (signature, i)),
                               "type", foliot_value_new_string (foliot_signature_get_arg_type (signature, i)),
                               NULL));
  return foliot_value_new_list ((FoliotValue **) list->pdata, list->len);
}

static void
describe_handler (GPtrArray *list, const char *prefix, const FoliotHandler *handler)
{
  g_autofree char *signature = NULL;

  if (handler->func == NULL)
    return;
  signature = foliot_signature_to_string (handler->signature);
  g_ptr_array_add (list, foliot_value_build_map (
                             "path", foliot_value_new_string_printf ("%s%s", prefix, handler->name),
                             "signature", foliot_value_new_string (signature), "arguments",
                             describe_arguments (handler->signature), "help",
                             foliot_value_new_string (handler->help != NULL ? handler->help : ""), NULL));
}

static void
describe_router (GPtrArray *list, const char *prefix, FoliotRouter *router)
{
  for (guint i = 0; router->table != NULL && i < router->table->len; i++)
    describe_handler (list, prefix, g_ptr_array_index (router->table, i));
  for (GList *link = router->entries.head; link != NULL; link = link->next)
    {
      Entry *entry = link->data;
      g_autofree char *below = NULL;

      if (entry->handler != NULL)
        {
          describe_handler (list, prefix, entry->handler);
          continue;
        }
      below = g_strconcat (prefix, entry->name, "/", NULL);
      describe_router (list, below, entry->child);
    }
}

FoliotValue *
foliot_router_describe (FoliotRouter *router)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  g_return_val_if_fail (FOLIOT_IS_ROUTER (router), NULL);
  describe_router (list, "", router);
  return foliot_value_new_list ((FoliotValue **) list->pdata, list->len);
}

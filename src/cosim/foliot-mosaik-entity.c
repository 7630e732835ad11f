/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-mosaik-private.h"

#include <string.h>

/*
 * The entities of a simulator, in the order in which they were made, which is the order of everything that is later asked of them or
 * given to them. While create runs, their ids may still change: they enter the table when it has returned.
 */

static void
entity_free (gpointer data)
{
  FoliotMosaikEntity *entity = data;

  if (entity->destroy != NULL)
    entity->destroy (entity->data);
  g_clear_pointer (&entity->children, g_ptr_array_unref);
  g_clear_pointer (&entity->relations, g_ptr_array_unref);
  g_clear_pointer (&entity->extra_info, foliot_value_unref);
  g_free (entity->id);
  g_free (entity);
}

void
_foliot_mosaik_entities_init (FoliotMosaikEntities *entities)
{
  entities->all = g_ptr_array_new_with_free_func (entity_free);
  entities->by_id = g_hash_table_new (g_str_hash, g_str_equal);
}

void
_foliot_mosaik_entities_clear (FoliotMosaikEntities *entities)
{
  g_clear_pointer (&entities->by_id, g_hash_table_unref);
  g_clear_pointer (&entities->all, g_ptr_array_unref);
}

FoliotMosaikEntity *
_foliot_mosaik_entities_add (FoliotMosaikEntities *entities, FoliotMosaik *mosaik, FoliotMosaikKind *kind)
{
  FoliotMosaikEntity *entity = g_new0 (FoliotMosaikEntity, 1);

  entity->mosaik = mosaik;
  entity->kind = kind;
  entity->index = kind->n_entities++;
  entity->rank = entities->all->len;
  entity->id = g_strdup_printf ("%s_%u", kind->name, entity->index);
  entity->is_new = TRUE;
  g_ptr_array_add (entities->all, entity);
  return entity;
}

/* A reply of get_data has its time beside the entities. */
static gboolean
check_id (FoliotMosaikEntities *entities, const char *id, GError **error)
{
  const char *what = NULL;

  if (*id == '\0' || !g_utf8_validate (id, -1, NULL))
    what = "is no text in UTF-8";
  else if (g_str_equal (id, "time"))
    what = "would be the time of the outputs";
  else if (g_hash_table_contains (entities->by_id, id))
    what = "has another entity";
  if (what == NULL)
    return TRUE;
  g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_MODEL, "The entity id “%s” %s", id, what);
  return FALSE;
}

gboolean
_foliot_mosaik_entities_settle (FoliotMosaikEntities *entities, guint first, GError **error)
{
  for (guint i = first; i < entities->all->len; i++)
    {
      FoliotMosaikEntity *entity = g_ptr_array_index (entities->all, i);

      if (!check_id (entities, entity->id, error))
        return FALSE;
      g_hash_table_insert (entities->by_id, entity->id, entity);
      entity->is_new = FALSE;
    }
  return TRUE;
}

void
_foliot_mosaik_entities_drop_from (FoliotMosaikEntities *entities, guint first)
{
  for (guint i = first; i < entities->all->len; i++)
    {
      FoliotMosaikEntity *entity = g_ptr_array_index (entities->all, i);

      entity->kind->n_entities--;
      if (!entity->is_new)
        g_hash_table_remove (entities->by_id, entity->id);
    }
  g_ptr_array_set_size (entities->all, (gint) first);
}

FoliotMosaikEntity *
_foliot_mosaik_entities_find (FoliotMosaikEntities *entities, FoliotValue *id)
{
  gsize length;
  const char *text = foliot_value_get_string (id, &length);

  return strlen (text) == length ? g_hash_table_lookup (entities->by_id, text) : NULL;
}

static FoliotValue *
children_to_value (const GPtrArray *children)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new ();

  for (guint i = 0; i < children->len; i++)
    g_ptr_array_add (values, _foliot_mosaik_entity_to_value (g_ptr_array_index (children, i)));
  return foliot_value_new_list ((FoliotValue **) values->pdata, values->len);
}

static FoliotValue *
relations_to_value (const GPtrArray *relations)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new ();

  for (guint i = 0; i < relations->len; i++)
    g_ptr_array_add (values, foliot_value_new_string (g_ptr_array_index (relations, i)));
  return foliot_value_new_list ((FoliotValue **) values->pdata, values->len);
}

FoliotValue *
_foliot_mosaik_entity_to_value (FoliotMosaikEntity *entity)
{
  FoliotValue *pairs[10];
  gsize n = 0;

  pairs[n++] = foliot_value_new_string ("eid");
  pairs[n++] = foliot_value_new_string (entity->id);
  pairs[n++] = foliot_value_new_string ("type");
  pairs[n++] = foliot_value_new_string (entity->kind->name);
  if (entity->relations != NULL)
    {
      pairs[n++] = foliot_value_new_string ("rel");
      pairs[n++] = relations_to_value (entity->relations);
    }
  if (entity->children != NULL)
    {
      pairs[n++] = foliot_value_new_string ("children");
      pairs[n++] = children_to_value (entity->children);
    }
  if (entity->extra_info != NULL)
    {
      pairs[n++] = foliot_value_new_string ("extra_info");
      pairs[n++] = foliot_value_ref (entity->extra_info);
    }
  return foliot_value_new_map (pairs, n / 2);
}

/* ---- for models ---- */

FoliotMosaik *
foliot_mosaik_entity_get_mosaik (FoliotMosaikEntity *entity)
{
  g_return_val_if_fail (entity != NULL, NULL);
  return entity->mosaik;
}

const char *
foliot_mosaik_entity_get_id (FoliotMosaikEntity *entity)
{
  g_return_val_if_fail (entity != NULL, NULL);
  return entity->id;
}

const char *
foliot_mosaik_entity_get_model (FoliotMosaikEntity *entity)
{
  g_return_val_if_fail (entity != NULL, NULL);
  return entity->kind->name;
}

guint
foliot_mosaik_entity_get_index (FoliotMosaikEntity *entity)
{
  g_return_val_if_fail (entity != NULL, 0);
  return entity->index;
}

void
foliot_mosaik_entity_set_id (FoliotMosaikEntity *entity, const char *id)
{
  g_return_if_fail (entity != NULL && entity->is_new);
  g_return_if_fail (id != NULL);
  g_free (entity->id);
  entity->id = g_strdup (id);
}

FoliotMosaikEntity *
foliot_mosaik_entity_add_child (FoliotMosaikEntity *entity, const char *model)
{
  FoliotMosaikKind *kind;
  FoliotMosaikEntity *child;

  g_return_val_if_fail (entity != NULL && entity->is_new, NULL);
  g_return_val_if_fail (model != NULL, NULL);
  kind = _foliot_mosaik_meta_get_kind (entity->mosaik->meta, model);
  g_return_val_if_fail (kind != NULL, NULL);
  child = _foliot_mosaik_entities_add (&entity->mosaik->entities, entity->mosaik, kind);
  if (entity->children == NULL)
    entity->children = g_ptr_array_new ();
  g_ptr_array_add (entity->children, child);
  return child;
}

void
foliot_mosaik_entity_add_relation (FoliotMosaikEntity *entity, const char *id)
{
  g_return_if_fail (entity != NULL && id != NULL);
  if (entity->relations == NULL)
    entity->relations = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (entity->relations, g_strdup (id));
}

void
foliot_mosaik_entity_set_extra_info (FoliotMosaikEntity *entity, FoliotValue *info)
{
  g_return_if_fail (entity != NULL && info != NULL);
  g_clear_pointer (&entity->extra_info, foliot_value_unref);
  entity->extra_info = info;
}

void
foliot_mosaik_entity_set_user_data (FoliotMosaikEntity *entity, gpointer data, GDestroyNotify destroy)
{
  g_return_if_fail (entity != NULL);
  if (entity->destroy != NULL)
    entity->destroy (entity->data);
  entity->data = data;
  entity->destroy = destroy;
}

gpointer
foliot_mosaik_entity_get_user_data (FoliotMosaikEntity *entity)
{
  g_return_val_if_fail (entity != NULL, NULL);
  return entity->data;
}

FoliotMosaikEntity *
foliot_mosaik_get_entity (FoliotMosaik *mosaik, const char *id)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik) && id != NULL, NULL);
  return g_hash_table_lookup (mosaik->entities.by_id, id);
}

guint
foliot_mosaik_get_n_entities (FoliotMosaik *mosaik)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik), 0);
  return mosaik->entities.all->len;
}

FoliotMosaikEntity *
foliot_mosaik_get_entity_at (FoliotMosaik *mosaik, guint index)
{
  g_return_val_if_fail (FOLIOT_IS_MOSAIK (mosaik) && index < mosaik->entities.all->len, NULL);
  return g_ptr_array_index (mosaik->entities.all, index);
}

/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-mosaik-private.h"

#include <string.h>

#include "base/foliot-hash-private.h"

/*
 * mosaik keeps some of its tables in sets of Python, so the order of attributes, and before 3.5 that of sources, differs from one run of the same
 * script to the next. Nobody sees it who looks up names; who adds up floating-point numbers gets another sum. So what comes in
 * is put into an order of our own before anybody sees it, and the record covers it in a way that knows no order.
 */

/* ---- for the record ---- */

/* @levels: how many maps deep the order does not count; a list at the last of them neither. */
static guint64
hash_unordered (FoliotValue *value, guint levels)
{
  FoliotValueKind kind = foliot_value_get_kind (value);
  guint64 sum = 0;

  if (levels == 0 || (kind != FOLIOT_VALUE_MAP && kind != FOLIOT_VALUE_LIST))
    return foliot_value_hash (value);
  for (gsize i = 0; i < foliot_value_get_length (value); i++)
    sum += kind == FOLIOT_VALUE_MAP
               ? foliot_hash_mix (foliot_value_hash (foliot_value_get_key (value, i)),
                                  hash_unordered (foliot_value_get_pair_value (value, i), levels - 1))
               : foliot_value_hash (foliot_value_get_item (value, i));
  return foliot_hash_mix (FOLIOT_HASH_CONTAINER (kind, foliot_value_get_length (value)), sum);
}

static gboolean
is_call (FoliotValue *content, const char *name, gsize n_args)
{
  FoliotValue *function, *args;

  if (foliot_value_get_kind (content) != FOLIOT_VALUE_LIST || foliot_value_get_length (content) != 3)
    return FALSE;
  function = foliot_value_get_item (content, 0);
  args = foliot_value_get_item (content, 1);
  return foliot_value_get_kind (function) == FOLIOT_VALUE_STRING
         && g_str_equal (foliot_value_get_string (function, NULL), name)
         && foliot_value_get_kind (args) == FOLIOT_VALUE_LIST && foliot_value_get_length (args) >= n_args;
}

guint64
_foliot_mosaik_hash_request (FoliotValue *content)
{
  FoliotValue *args;

  if (is_call (content, "step", 2))
    {
      args = foliot_value_get_item (content, 1);
      return foliot_hash_mix (foliot_value_hash (foliot_value_get_item (args, 0)),
                              hash_unordered (foliot_value_get_item (args, 1), 3));
    }
  if (is_call (content, "get_data", 1))
    return hash_unordered (foliot_value_get_item (foliot_value_get_item (content, 1), 0), 2);
  return foliot_value_hash (content);
}

/* ---- for the model ---- */

typedef struct
{
  guint rank;
  FoliotValue *key;   /* not owned */
  FoliotValue *value; /* owned */
} Pair;

static gint
compare_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *first = a, *second = b;
  gsize first_length, second_length;
  const char *first_text, *second_text;
  gint order;

  if (first->rank != second->rank)
    return first->rank < second->rank ? -1 : 1;
  first_text = foliot_value_get_string (first->key, &first_length);
  second_text = foliot_value_get_string (second->key, &second_length);
  order = memcmp (first_text, second_text, MIN (first_length, second_length));
  if (order != 0)
    return order;
  return first_length < second_length ? -1 : first_length > second_length;
}

static void
pair_clear (gpointer data)
{
  g_clear_pointer (&((Pair *) data)->value, foliot_value_unref);
}

static GArray *
pairs_new (gsize n)
{
  GArray *pairs = g_array_sized_new (FALSE, FALSE, sizeof (Pair), (guint) n);

  g_array_set_clear_func (pairs, pair_clear);
  return pairs;
}

/* Mostly all is in order already, and nothing is made anew. */
static gboolean
is_as_before (FoliotValue *map, const GArray *pairs)
{
  for (guint i = 0; i < pairs->len; i++)
    if (g_array_index (pairs, Pair, i).value != foliot_value_get_pair_value (map, i)
        || (i > 0
            && compare_pairs (&g_array_index (pairs, Pair, i - 1), &g_array_index (pairs, Pair, i)) > 0))
      return FALSE;
  return TRUE;
}

/* @pairs: those of @map, whose values may be others. Returns: (transfer full): the map in order. */
static FoliotValue *
sort (FoliotValue *map, GArray *pairs)
{
  g_autofree FoliotValue **flat = NULL;

  if (is_as_before (map, pairs))
    return foliot_value_ref (map);
  g_array_sort (pairs, compare_pairs);
  flat = g_new (FoliotValue *, 2 * pairs->len);
  for (guint i = 0; i < pairs->len; i++)
    {
      Pair *pair = &g_array_index (pairs, Pair, i);

      flat[2 * i] = foliot_value_ref (pair->key);
      flat[2 * i + 1] = g_steal_pointer (&pair->value);
    }
  return foliot_value_new_map (flat, pairs->len);
}

static gboolean
check_map (FoliotValue *value, const char *what, GError **error)
{
  gboolean is_map = foliot_value_get_kind (value) == FOLIOT_VALUE_MAP;

  for (gsize i = 0; is_map && i < foliot_value_get_length (value); i++)
    is_map = foliot_value_get_kind (foliot_value_get_key (value, i)) == FOLIOT_VALUE_STRING;
  if (!is_map)
    {
      g_autofree char *text = foliot_value_print (value);

      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
                   "%s must be a map of texts, not %s", what, text);
    }
  return is_map;
}

static FoliotValue *
order_sources (FoliotValue *sources, GError **error)
{
  g_autoptr (GArray) pairs = NULL;

  if (!check_map (sources, "the sources of an input", error))
    return NULL;
  pairs = pairs_new (foliot_value_get_length (sources));
  for (gsize i = 0; i < foliot_value_get_length (sources); i++)
    {
      Pair pair = { .key = foliot_value_get_key (sources, i),
                    .value = foliot_value_ref (foliot_value_get_pair_value (sources, i)) };

      g_array_append_val (pairs, pair);
    }
  return sort (sources, pairs);
}

/* @entity: (nullable): mosaik hands on what others set for entities that are not there. */
static FoliotValue *
order_attributes (FoliotMosaikEntity *entity, FoliotValue *attributes, GError **error)
{
  g_autoptr (GArray) pairs = NULL;

  if (!check_map (attributes, "the inputs of an entity", error))
    return NULL;
  pairs = pairs_new (foliot_value_get_length (attributes));
  for (gsize i = 0; i < foliot_value_get_length (attributes); i++)
    {
      Pair pair = { .key = foliot_value_get_key (attributes, i) };

      pair.rank = entity != NULL ? _foliot_mosaik_kind_get_rank (entity->kind, pair.key) : G_MAXUINT;
      pair.value = order_sources (foliot_value_get_pair_value (attributes, i), error);
      if (pair.value == NULL)
        return NULL;
      g_array_append_val (pairs, pair);
    }
  return sort (attributes, pairs);
}

FoliotValue *
_foliot_mosaik_order_inputs (FoliotMosaikEntities *entities, FoliotValue *inputs, GError **error)
{
  g_autoptr (GArray) pairs = NULL;

  if (!check_map (inputs, "inputs", error))
    return NULL;
  pairs = pairs_new (foliot_value_get_length (inputs));
  for (gsize i = 0; i < foliot_value_get_length (inputs); i++)
    {
      Pair pair = { .key = foliot_value_get_key (inputs, i) };
      FoliotMosaikEntity *entity = _foliot_mosaik_entities_find (entities, pair.key);

      pair.rank = entity != NULL ? entity->rank : G_MAXUINT;
      pair.value = order_attributes (entity, foliot_value_get_pair_value (inputs, i), error);
      if (pair.value == NULL)
        return NULL;
      g_array_append_val (pairs, pair);
    }
  return sort (inputs, pairs);
}

/* ---- what is asked for ---- */

static gint
compare_ranks (gconstpointer a, gconstpointer b)
{
  guint first = *(const guint *) a, second = *(const guint *) b;

  return first < second ? -1 : first > second;
}

static gint
compare_wishes (gconstpointer a, gconstpointer b)
{
  return compare_ranks (&((const FoliotMosaikWish *) a)->entity->rank,
                        &((const FoliotMosaikWish *) b)->entity->rank);
}

static void
wish_clear (gpointer data)
{
  g_array_unref (((FoliotMosaikWish *) data)->ranks);
}

/* One entry for each connection: the same attribute comes as often as it is connected. */
static void
drop_duplicates (GArray *ranks)
{
  guint n = 0;

  g_array_sort (ranks, compare_ranks);
  for (guint i = 0; i < ranks->len; i++)
    if (i == 0 || g_array_index (ranks, guint, i) != g_array_index (ranks, guint, n - 1))
      g_array_index (ranks, guint, n++) = g_array_index (ranks, guint, i);
  g_array_set_size (ranks, n);
}

static gboolean
add_rank (GArray *ranks, const FoliotMosaikEntity *entity, FoliotValue *attribute, GError **error)
{
  guint rank = G_MAXUINT;

  if (foliot_value_get_kind (attribute) == FOLIOT_VALUE_STRING)
    rank = _foliot_mosaik_kind_get_rank (entity->kind, attribute);
  if (rank == G_MAXUINT)
    {
      g_autofree char *name = foliot_value_print (attribute);

      g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP, "Model “%s” has no attribute %s",
                   entity->kind->name, name);
      return FALSE;
    }
  g_array_append_val (ranks, rank);
  return TRUE;
}

static gboolean
read_wish (FoliotMosaikEntity *entity, FoliotValue *attributes, GArray *ranks, GError **error)
{
  if (foliot_value_get_kind (attributes) != FOLIOT_VALUE_LIST)
    {
      g_set_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_PROTOCOL,
                   "get_data wants a list of attributes for each entity, and “%s” has none", entity->id);
      return FALSE;
    }
  for (gsize i = 0; i < foliot_value_get_length (attributes); i++)
    if (!add_rank (ranks, entity, foliot_value_get_item (attributes, i), error))
      return FALSE;
  drop_duplicates (ranks);
  return TRUE;
}

GArray *
_foliot_mosaik_read_outputs (FoliotMosaikEntities *entities, FoliotValue *outputs, GError **error)
{
  g_autoptr (GArray) wishes = NULL;

  if (!check_map (outputs, "the outputs of get_data", error))
    return NULL;
  wishes = g_array_new (FALSE, FALSE, sizeof (FoliotMosaikWish));
  g_array_set_clear_func (wishes, wish_clear);
  for (gsize i = 0; i < foliot_value_get_length (outputs); i++)
    {
      FoliotValue *id = foliot_value_get_key (outputs, i);
      FoliotMosaikWish wish = { .entity = _foliot_mosaik_entities_find (entities, id), .id = id };

      if (wish.entity == NULL)
        {
          g_autofree char *name = foliot_value_print (id);

          g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_LOOKUP, "There is no entity %s", name);
          return NULL;
        }
      wish.ranks = g_array_new (FALSE, FALSE, sizeof (guint));
      g_array_append_val (wishes, wish);
      if (!read_wish (wish.entity, foliot_value_get_pair_value (outputs, i), wish.ranks, error))
        return NULL;
    }
  g_array_sort (wishes, compare_wishes);
  return g_steal_pointer (&wishes);
}

/* ---- for models ---- */

FoliotValue *
foliot_mosaik_step_get_sources (const FoliotMosaikStep *step, const char *entity, const char *attribute)
{
  FoliotValue *attributes;

  g_return_val_if_fail (step != NULL && entity != NULL && attribute != NULL, NULL);
  attributes = foliot_value_lookup (step->inputs, entity);
  return attributes != NULL ? foliot_value_lookup (attributes, attribute) : NULL;
}

guint
foliot_mosaik_step_get_sum (const FoliotMosaikStep *step, const char *entity, const char *attribute,
                            double *out_sum)
{
  FoliotValue *sources;
  guint n = 0;

  g_return_val_if_fail (out_sum != NULL, 0);
  *out_sum = 0;
  sources = foliot_mosaik_step_get_sources (step, entity, attribute);
  for (gsize i = 0; sources != NULL && i < foliot_value_get_length (sources); i++)
    {
      FoliotValue *value = foliot_value_get_pair_value (sources, i);

      if (!foliot_value_is_number (value))
        continue;
      *out_sum += foliot_value_get_double (value);
      n++;
    }
  return n;
}

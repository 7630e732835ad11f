/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-mosaik.h>

/* What a simulator may say of itself, and what it is told instead. */

typedef struct
{
  const char *name;
  void (*fill) (FoliotMosaikMeta *meta);
  const char *expected; /* the value, or what the error says */
} Row;

static FoliotValue *
nothing (gpointer self, FoliotArgs *args, GError **error)
{
  return NULL;
}

static const FoliotMethod plain = { "plain", nothing, "", "Does nothing." };
static const FoliotMethod odd = { "odd", nothing, "x:colour", "Has a type that is none." };
static const FoliotMethod model_like = { "M", nothing, "", "Is named like a model." };
static const FoliotMethod step_like = { "step", nothing, "", "Is named like a call." };

static void
add_models (FoliotMosaikMeta *meta, FoliotMosaikType type)
{
  foliot_mosaik_meta_set_type (meta, type);
  foliot_mosaik_meta_add_model (meta, "M", FOLIOT_MOSAIK_PUBLIC);
  foliot_mosaik_meta_add_attribute (meta, "M", "a", FOLIOT_MOSAIK_MEASUREMENT);
  foliot_mosaik_meta_add_attribute (meta, "M", "b", FOLIOT_MOSAIK_MEASUREMENT);
}

static void
fill_nothing (FoliotMosaikMeta *meta)
{
}

static void
fill_time_based (FoliotMosaikMeta *meta)
{
  add_models (meta, FOLIOT_MOSAIK_TIME_BASED);
}

static void
fill_event_based (FoliotMosaikMeta *meta)
{
  add_models (meta, FOLIOT_MOSAIK_EVENT_BASED);
  foliot_mosaik_meta_add_attribute (meta, "M", "c", FOLIOT_MOSAIK_TRIGGER | FOLIOT_MOSAIK_NON_PERSISTENT);
  foliot_mosaik_meta_set_events (meta);
}

static void
fill_hybrid (FoliotMosaikMeta *meta)
{
  add_models (meta, FOLIOT_MOSAIK_HYBRID);
  foliot_mosaik_meta_add_attribute (meta, "M", "c", FOLIOT_MOSAIK_TRIGGER);
  foliot_mosaik_meta_add_attribute (meta, "M", "d", FOLIOT_MOSAIK_NON_PERSISTENT);
  foliot_mosaik_meta_add_attribute (meta, "M", "e", FOLIOT_MOSAIK_TRIGGER | FOLIOT_MOSAIK_NON_PERSISTENT);
}

static void
fill_flags (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_add_model (meta, "M", FOLIOT_MOSAIK_PRIVATE | FOLIOT_MOSAIK_ANY_INPUTS);
  foliot_mosaik_meta_add_parameter (meta, "M", "p");
  foliot_mosaik_meta_add_method (meta, &plain);
}

static void
fill_old (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_set_api_version (meta, "2.2");
}

static void
fill_old_hybrid (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_set_api_version (meta, "2.2");
  foliot_mosaik_meta_set_type (meta, FOLIOT_MOSAIK_HYBRID);
}

static void
fill_version_4 (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_set_api_version (meta, "4.0");
}

static void
fill_version_30 (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_set_api_version (meta, "30.1");
}

static void
fill_version_beta (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_set_api_version (meta, "3.0b1");
}

static void
fill_version_dot (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_set_api_version (meta, "3.");
}

static void
fill_trigger (FoliotMosaikMeta *meta)
{
  add_models (meta, FOLIOT_MOSAIK_TIME_BASED);
  foliot_mosaik_meta_add_attribute (meta, "M", "c", FOLIOT_MOSAIK_TRIGGER);
}

static void
fill_twice (FoliotMosaikMeta *meta)
{
  add_models (meta, FOLIOT_MOSAIK_TIME_BASED);
  foliot_mosaik_meta_add_model (meta, "M", FOLIOT_MOSAIK_PUBLIC);
}

static void
fill_attribute_twice (FoliotMosaikMeta *meta)
{
  add_models (meta, FOLIOT_MOSAIK_TIME_BASED);
  foliot_mosaik_meta_add_attribute (meta, "M", "a", FOLIOT_MOSAIK_MEASUREMENT);
}

static void
fill_parameter_twice (FoliotMosaikMeta *meta)
{
  add_models (meta, FOLIOT_MOSAIK_TIME_BASED);
  foliot_mosaik_meta_add_parameter (meta, "M", "p");
  foliot_mosaik_meta_add_parameter (meta, "M", "p");
}

static void
fill_no_model (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_add_attribute (meta, "N", "a", FOLIOT_MOSAIK_MEASUREMENT);
}

static void
fill_no_model_for_parameter (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_add_parameter (meta, "N", "p");
}

static void
fill_reserved (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_add_model (meta, "get_data", FOLIOT_MOSAIK_PUBLIC);
}

static void
fill_nameless (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_add_model (meta, "", FOLIOT_MOSAIK_PUBLIC);
}

static void
fill_reserved_method (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_add_method (meta, &step_like);
}

static void
fill_method_like_model (FoliotMosaikMeta *meta)
{
  add_models (meta, FOLIOT_MOSAIK_TIME_BASED);
  foliot_mosaik_meta_add_method (meta, &model_like);
}

static void
fill_odd_method (FoliotMosaikMeta *meta)
{
  foliot_mosaik_meta_add_method (meta, &odd);
}

/* Only the first mistake is told. */
static void
fill_many_mistakes (FoliotMosaikMeta *meta)
{
  fill_nameless (meta);
  fill_version_4 (meta);
}

#define M(attributes) "'models': {'M': {'public': True, 'params': [], 'attrs': " attributes "}}"

static const Row rows[] = {
  { "nothing", fill_nothing, "{'api_version': '3.0', 'type': 'time-based', 'models': {}}" },
  { "time-based", fill_time_based, "{'api_version': '3.0', 'type': 'time-based', " M ("['a', 'b']") "}" },
  { "event-based", fill_event_based,
    "{'api_version': '3.0', 'type': 'event-based', " M ("['a', 'b', 'c']") ", 'set_events': True}" },
  { "hybrid", fill_hybrid,
    "{'api_version': '3.0', 'type': 'hybrid', " M (
        "['a', 'b', 'c', 'd', 'e'], 'trigger': ['c', 'e'], 'non-persistent': ['d', 'e']") "}" },
  { "flags", fill_flags,
    "{'api_version': '3.0', 'type': 'time-based', 'models': {'M': {'public': False, 'params': ['p'], "
    "'attrs': [], "
    "'any_inputs': True}}, 'extra_methods': ['plain']}" },
  { "old", fill_old, "{'api_version': '2.2', 'models': {}}" },
  { "old-hybrid", fill_old_hybrid, "API 2.2 knows time-based simulators only, and this one is hybrid" },
  { "version-4", fill_version_4, "API version “4.0”: expected 3.0 or 2.2, or another version of 2 or 3" },
  { "version-30", fill_version_30, "API version “30.1”: expected 3.0 or 2.2, or another version of 2 or 3" },
  { "version-beta", fill_version_beta,
    "API version “3.0b1”: expected 3.0 or 2.2, or another version of 2 or 3" },
  { "version-dot", fill_version_dot, "API version “3.”: expected 3.0 or 2.2, or another version of 2 or 3" },
  { "trigger", fill_trigger, "attribute “c” of model “M” is an event: a time-based simulator has none" },
  { "model-twice", fill_twice, "model “M”: there is a model or method of this name already" },
  { "attribute-twice", fill_attribute_twice, "model “M” has attribute “a” already" },
  { "parameter-twice", fill_parameter_twice, "model “M” has parameter “p” already" },
  { "no-model", fill_no_model, "attribute “a” of model “N”: add the model first" },
  { "no-model-for-parameter", fill_no_model_for_parameter,
    "parameter “p” of model “N”: add the model first" },
  { "reserved", fill_reserved, "model “get_data”: mosaik's own calls have this name" },
  { "nameless", fill_nameless, "a model needs a name, in UTF-8" },
  { "reserved-method", fill_reserved_method, "method “step”: mosaik's own calls have this name" },
  { "method-like-model", fill_method_like_model,
    "method “M”: there is a model or method of this name already" },
  { "odd-method", fill_odd_method, NULL },
  { "many-mistakes", fill_many_mistakes, "a model needs a name, in UTF-8" },
};

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (FoliotMosaikMeta) meta = foliot_mosaik_meta_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = NULL;
  g_autofree char *text = NULL;

  row->fill (meta);
  value = foliot_mosaik_meta_to_value (meta, &error);
  if (value != NULL)
    {
      text = foliot_value_print (value);
      g_assert_cmpstr (text, ==, row->expected);
      return;
    }
  g_assert_error (error, FOLIOT_MOSAIK_ERROR, FOLIOT_MOSAIK_ERROR_META);
  if (row->expected != NULL)
    g_assert_cmpstr (error->message, ==, row->expected);
  else
    g_assert_true (g_str_has_prefix (error->message, "method “odd”: "));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/mosaik/meta/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-scenario-private.h"

#include <string.h>

#include "base/foliot-hash-private.h"

/*
 * A scenario as one piece of data, for those who run it elsewhere: a recording, an FMU. The tree is as it was resolved, so that the
 * hash is the same; input files go by their place, since two files of a scenario may call different files by one name.
 */

static FoliotValue *
pack_input (const FoliotSeries *series, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (series->path, &text, &length, &local))
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING, "%s: cannot be read again: %s",
                 series->path, local->message);
  else if (foliot_hash_bytes (text, length) != series->hash)
    g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING,
                 "%s: has changed since the scenario was loaded; load it again", series->path);
  else
    return foliot_value_new_bytes (text, length);
  return NULL;
}

static FoliotValue *
pack_inputs (FoliotScenario *scenario, GError **error)
{
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) foliot_value_unref);
  gsize n;

  if (scenario->packed_inputs != NULL)
    return foliot_value_ref (scenario->packed_inputs);
  for (guint i = 0; i < scenario->inputs->len; i++)
    {
      FoliotValue *input = pack_input (g_array_index (scenario->inputs, FoliotInputSpec, i).series, error);

      if (input == NULL)
        return NULL;
      g_ptr_array_add (inputs, input);
    }
  n = inputs->len;
  g_ptr_array_set_free_func (inputs, NULL);
  return foliot_value_new_list ((FoliotValue **) inputs->pdata, n);
}

FoliotValue *
foliot_scenario_pack (FoliotScenario *scenario, GError **error)
{
  FoliotValue *inputs;

  g_return_val_if_fail (FOLIOT_IS_SCENARIO (scenario), NULL);
  inputs = pack_inputs (scenario, error);
  return inputs != NULL ? foliot_value_build_map ("scenario", foliot_value_ref (scenario->resolved), "inputs",
                                                  inputs, NULL)
                        : NULL;
}

FoliotSeries *
_foliot_scenario_unpack_series (FoliotScenario *scenario, const FoliotCursor *at, const char *time_column,
                                GError **error)
{
  guint number = scenario->inputs->len;
  FoliotValue *input = number < foliot_value_get_length (scenario->packed_inputs)
                           ? foliot_value_get_item (scenario->packed_inputs, number)
                           : NULL;
  gsize length = 0;
  const char *text;

  if (input == NULL || foliot_value_get_kind (input) != FOLIOT_VALUE_BYTES)
    {
      foliot_cursor_fail (at, FOLIOT_SCENARIO_ERROR_MISSING, error, "the pack does not hold this file");
      return NULL;
    }
  text = foliot_value_get_bytes (input, &length);
  return foliot_series_parse (foliot_value_get_string (at->value, NULL), text, length, time_column, error);
}

static FoliotValue *
find (FoliotValue *pack, const char *name, FoliotValueKind kind)
{
  FoliotValue *value
      = foliot_value_get_kind (pack) == FOLIOT_VALUE_MAP ? foliot_value_lookup (pack, name) : NULL;

  return value != NULL && foliot_value_get_kind (value) == kind ? value : NULL;
}

/* Lines of messages are those of the tree as JSON, which is what a person can be shown of a pack. */
static FoliotJsonFile *
parse_again (FoliotValue *tree, const char *path, GError **error)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GByteArray) text = g_byte_array_new ();

  if (!foliot_codec_encode (codec, tree, text, error))
    return NULL;
  return foliot_json_file_parse (path, (const char *) text->data, text->len, error);
}

FoliotScenario *
foliot_scenario_unpack (FoliotValue *pack, const char *path, const char *const *settings,
                        FoliotRegistry *registry, const char *const *module_dirs, GError **error)
{
  FoliotValue *tree, *inputs;
  FoliotJsonFile *file;

  g_return_val_if_fail (pack != NULL && path != NULL, NULL);
  tree = find (pack, "scenario", FOLIOT_VALUE_MAP);
  inputs = find (pack, "inputs", FOLIOT_VALUE_LIST);
  if (tree == NULL || inputs == NULL)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_SYNTAX,
                   "%s: holds no packed scenario: expected a map of \"scenario\" and \"inputs\"", path);
      return NULL;
    }
  file = parse_again (tree, path, error);
  return file != NULL ? _foliot_scenario_new (path, file, inputs, settings, registry, module_dirs, error)
                      : NULL;
}

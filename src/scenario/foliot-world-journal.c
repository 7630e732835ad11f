/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-world-part-private.h"

#include "base/foliot-build-id-private.h"
#include "scenario/foliot-recording-private.h"
#include "scenario/foliot-stage.h"
#include "scenario/foliot-witness.h"

/*
 * What a recording is made from: the header of its journal holds the whole scenario with its input files, and all options that
 * decide how the run goes, so that the same world can be made of nothing else. Modules are the exception: they are found by
 * name, as a run does, and their build says whether they are the same.
 */

#define INPUT_NAME   "input/%u"
#define SETTING_NAME "set/%u"

/* ---- into the header ------------------------------------------------------------------------------------------- */

char *
_foliot_scenario_dup_build_id (FoliotScenario *scenario)
{
  g_autofree char *library = _foliot_build_id_of ((gconstpointer) foliot_scenario_get_hash);
  g_autofree char *module
      = scenario->module != NULL ? _foliot_build_id_of (scenario->module->module) : g_strdup ("none");

  return g_strconcat (library, "+", module, NULL);
}

static gboolean
add_scenario (FoliotJournalHeader *header, FoliotScenario *scenario, GError **error)
{
  g_autoptr (FoliotValue) pack = foliot_scenario_pack (scenario, error);
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GByteArray) text = g_byte_array_new ();
  FoliotValue *inputs;

  if (pack == NULL || !foliot_codec_encode (codec, foliot_value_lookup (pack, "scenario"), text, error))
    return FALSE;
  header->scenario = g_strndup ((const char *) text->data, text->len);
  inputs = foliot_value_lookup (pack, "inputs");
  for (gsize i = 0; i < foliot_value_get_length (inputs); i++)
    {
      g_autofree char *name = g_strdup_printf (INPUT_NAME, (guint) i);
      gsize length;
      const char *data = foliot_value_get_bytes (foliot_value_get_item (inputs, i), &length);
      g_autoptr (GBytes) bytes = g_bytes_new (data, length);

      foliot_journal_header_add_file (header, name, bytes);
    }
  return TRUE;
}

static void
set_number (FoliotJournalHeader *header, const char *name, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  foliot_journal_header_set (header, name, text);
}

static void
set_options (FoliotJournalHeader *header, const FoliotWorldOptions *options)
{
  if (options->until != FOLIOT_TIME_NEVER)
    set_number (header, "until_ns", options->until);
  if (options->shuffle_ties != 0)
    set_number (header, "shuffle_ties", (gint64) options->shuffle_ties);
  if (options->keep != 0)
    set_number (header, "keep", options->keep);
  if (options->keep_from != 0)
    set_number (header, "keep_from", (gint64) options->keep_from);
  if (options->keep_to != 0)
    set_number (header, "keep_to", (gint64) options->keep_to);
  if (options->record_agents)
    set_number (header, "record_agents", 1);
  if (options->through_codec)
    set_number (header, "through_codec", 1);
  if (options->realtime)
    set_number (header, "realtime", 1);
  if (options->listen != NULL)
    foliot_journal_header_set (header, "listen", foliot_address_get_base_url (options->listen));
  if (options->codec_type != 0)
    foliot_journal_header_set (header, "codec", g_type_name (options->codec_type));
  if (options->recording != NULL)
    foliot_journal_header_set (header, FOLIOT_RECORDING_NAME, options->recording);
}

/* Of one container of a run: what the process that directs it has said to it before the first message. */
static void
set_part (FoliotJournalHeader *header, const FoliotWorldOptions *options)
{
  foliot_journal_header_set (header, FOLIOT_RECORDING_PART, options->part);
  if (options->folder != NULL)
    foliot_journal_header_set (header, "folder", options->folder);
  if (options->coupled)
    set_number (header, "coupled", 1);
  if (options->entities_later)
    set_number (header, "entities_later", 1);
}

FoliotJournalHeader *
foliot_scenario_new_journal_header (FoliotScenario *scenario, const char *verb,
                                    const FoliotWorldOptions *options, GError **error)
{
  g_autoptr (FoliotJournalHeader) header = NULL;

  g_return_val_if_fail (FOLIOT_IS_SCENARIO (scenario), NULL);
  g_return_val_if_fail (verb != NULL, NULL);
  header = foliot_journal_header_new (verb);
  header->scenario_name = g_strdup (scenario->name);
  header->scenario_hash = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", scenario->hash);
  header->build_id = _foliot_scenario_dup_build_id (scenario);
  header->seed = options != NULL && options->has_seed ? options->seed : scenario->seed;
  if (!add_scenario (header, scenario, error))
    return NULL;
  for (guint i = 0; scenario->settings[i] != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf (SETTING_NAME, i);

      foliot_journal_header_set (header, name, scenario->settings[i]);
    }
  if (options != NULL)
    set_options (header, options);
  if (options != NULL && options->part != NULL)
    set_part (header, options);
  else
    _foliot_recording_list_parts (header, scenario, options != NULL ? options->program : NULL);
  return g_steal_pointer (&header);
}

/* ---- out of it ------------------------------------------------------------------------------------------------- */

static FoliotValue *
unpack (const FoliotJournalHeader *header, const char *path, GError **error)
{
  g_autoptr (FoliotValue) tree = foliot_json_parse_text (header->scenario, error);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  GBytes *bytes;

  if (tree == NULL)
    {
      g_prefix_error (error, "%s: the scenario in the recording: ", path);
      return NULL;
    }
  for (guint i = 0;; i++)
    {
      g_autofree char *name = g_strdup_printf (INPUT_NAME, i);
      gsize length;
      gconstpointer data;

      bytes = foliot_journal_header_get_file (header, name);
      if (bytes == NULL)
        break;
      data = g_bytes_get_data (bytes, &length);
      g_ptr_array_add (inputs, foliot_value_new_bytes (data, length));
    }
  return foliot_value_build_map ("scenario", g_steal_pointer (&tree), "inputs",
                                 foliot_value_new_list ((FoliotValue **) inputs->pdata, inputs->len), NULL);
}

/* What was set when it was recorded is in the tree already; to set it once more changes nothing, and tells the results. */
static GStrv
dup_settings (const FoliotJournalHeader *header, const char *const *settings)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  const char *setting = "";

  for (guint i = 0; setting != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf (SETTING_NAME, i);

      setting = foliot_journal_header_get (header, name);
      if (setting != NULL)
        g_strv_builder_add (all, setting);
    }
  if (settings != NULL)
    g_strv_builder_addv (all, (const char **) settings);
  return g_strv_builder_end (all);
}

FoliotScenario *
foliot_scenario_new_from_journal (const FoliotJournalHeader *header, const char *path,
                                  const char *const *settings, FoliotRegistry *registry,
                                  const char *const *module_dirs, GError **error)
{
  g_auto (GStrv) all = NULL;
  g_autoptr (FoliotValue) pack = NULL;

  g_return_val_if_fail (header != NULL && path != NULL, NULL);
  if (header->scenario == NULL)
    {
      g_set_error (error, FOLIOT_SCENARIO_ERROR, FOLIOT_SCENARIO_ERROR_MISSING,
                   "%s: the recording holds no scenario: it was made by `foliot %s`", path, header->verb);
      return NULL;
    }
  pack = unpack (header, path, error);
  all = dup_settings (header, settings);
  return pack != NULL
             ? foliot_scenario_unpack (pack, path, (const char *const *) all, registry, module_dirs, error)
             : NULL;
}

static gint64
get_number (const FoliotJournalHeader *header, const char *name, gint64 otherwise)
{
  const char *text = foliot_journal_header_get (header, name);
  gint64 number = otherwise;

  if (text != NULL)
    g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL);
  return number;
}

/* *@out_codec: 0: none was given. */
static gboolean
read_codec (const FoliotJournalHeader *header, GType *out_codec, GError **error)
{
  const GType types[] = { FOLIOT_TYPE_CODEC_JSON, FOLIOT_TYPE_CODEC_MSGPACK, FOLIOT_TYPE_CODEC_BLOSC };
  const char *name = foliot_journal_header_get (header, "codec");

  *out_codec = 0;
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (g_type_name (types[i]), name))
      *out_codec = types[i];
  if (name == NULL || *out_codec != 0)
    return TRUE;
  g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_DAMAGED,
               "the recording was made with the codec \"%s\", which there is not: take an intact copy", name);
  return FALSE;
}

gboolean
foliot_world_options_set_from_journal (FoliotWorldOptions *options, const FoliotJournalHeader *header,
                                       GError **error)
{
  const char *listen = foliot_journal_header_get (header, "listen");
  GType codec;

  if (!read_codec (header, &codec, error))
    return FALSE;
  *options = (FoliotWorldOptions){
    .has_seed = TRUE,
    .seed = header->seed,
    .until = get_number (header, "until_ns", FOLIOT_TIME_NEVER),
    .shuffle_ties = (guint64) get_number (header, "shuffle_ties", 0),
    .keep = (FoliotKeep) get_number (header, "keep", 0),
    .keep_from = (guint64) get_number (header, "keep_from", 0),
    .keep_to = (guint64) get_number (header, "keep_to", 0),
    .through_codec = get_number (header, "through_codec", 0) != 0,
    .realtime = get_number (header, "realtime", 0) != 0,
    .codec_type = codec,
    .program = foliot_journal_header_get (header, FOLIOT_RECORDING_COMMAND),
    .part = foliot_journal_header_get (header, FOLIOT_RECORDING_PART),
    .folder = foliot_journal_header_get (header, "folder"),
    .coupled = get_number (header, "coupled", 0) != 0,
    .entities_later = get_number (header, "entities_later", 0) != 0,
  };
  if (listen != NULL)
    options->listen = foliot_address_parse (listen, error);
  return listen == NULL || options->listen != NULL;
}

gboolean
foliot_scenario_is_of_journal (FoliotScenario *scenario, const FoliotJournalHeader *header, char **out_how)
{
  g_autofree char *build = _foliot_scenario_dup_build_id (scenario);
  g_autofree char *hash = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", scenario->hash);
  const char *how = NULL;

  if (g_strcmp0 (hash, header->scenario_hash) != 0)
    how = "the scenario is another one than was recorded";
  else if (g_strcmp0 (build, header->build_id) != 0)
    how = "the scenario's module, or Foliot itself, is another build than was recorded";
  if (out_how != NULL)
    *out_how = g_strdup (how);
  return how == NULL;
}

/* ---- of a world ------------------------------------------------------------------------------------------------ */

/* Only one that directs others has parts, which it tells where to write. */
static void
set_parts (FoliotWorld *world, const FoliotWorldOptions *options, const char *recording)
{
  if (!world->divided || options->part != NULL)
    return;
  world->record_beside = g_strdup (options->record != NULL ? options->record : options->record_beside);
  world->recording = g_strdup (recording);
  world->record_sent = options->record_sent;
}

static gboolean
begin_recording (FoliotWorld *world, const FoliotWorldOptions *options, GError **error)
{
  g_autoptr (FoliotJournalHeader) header = NULL;
  g_autofree char *recording
      = options->recording != NULL ? g_strdup (options->recording) : _foliot_recording_make_name ();
  FoliotWorldOptions named = *options;

  if (options->record != NULL || options->record_beside != NULL)
    set_parts (world, options, recording);
  if (options->record == NULL)
    return TRUE;
  named.recording = recording;
  header = foliot_scenario_new_journal_header (
      world->scenario, options->record_verb != NULL ? options->record_verb : "run", &named, error);
  world->recorder = header != NULL ? _foliot_recording_begin (world->kernel, options, header, error) : NULL;
  return world->recorder != NULL;
}

static gboolean
begin_hearing (FoliotWorld *world, const FoliotWorldOptions *options, GError **error)
{
  FoliotRecorder *recorder = world->recorder != NULL ? world->recorder : options->recorder;

  world->witness = options->witness;
  if (world->witness == NULL && options->record_agents && recorder != NULL)
    {
      world->witness = _foliot_witness_new_for_all ();
      world->owns_witness = TRUE;
    }
  return _foliot_witness_attach (world->witness, world, world->owns_witness ? recorder : NULL, error);
}

gboolean
_foliot_world_begin_journal (FoliotWorld *world, const FoliotWorldOptions *options, GError **error)
{
  world->is_recorded = options->record != NULL || options->replay != NULL || options->is_recorded;
  if (options->replay != NULL)
    foliot_replay_attach (options->replay, world->kernel);
  if (options->stage == NULL)
    return begin_recording (world, options, error) && begin_hearing (world, options, error);
  world->stage = options->stage;
  world->is_recorded = TRUE;
  _foliot_stage_attach (world->stage, world);
  return TRUE;
}

gboolean
foliot_world_end_recording (FoliotWorld *world, int code, const GError *verdict, GError **error)
{
  g_return_val_if_fail (FOLIOT_IS_WORLD (world), FALSE);
  _foliot_world_bring_back (world);
  if (!_foliot_witness_end (world->witness, error))
    return FALSE;
  if (world->recorder != NULL && !foliot_recorder_end (world->recorder, code, verdict, error))
    return FALSE;
  if (world->recorder != NULL && world->part_error != NULL)
    g_propagate_error (error, g_error_copy (world->part_error));
  return world->recorder == NULL || world->part_error == NULL;
}

FoliotFidelity
foliot_world_get_fidelity (FoliotWorld *world)
{
  g_return_val_if_fail (FOLIOT_IS_WORLD (world), FOLIOT_FIDELITY_OPEN);
  if (!world->divided && !_foliot_gate_was_used (world->kernel)
      && foliot_kernel_get_drive (world->kernel) != FOLIOT_DRIVE_REALTIME)
    return FOLIOT_FIDELITY_CLOSED;
  return world->is_recorded ? FOLIOT_FIDELITY_RECORDED : FOLIOT_FIDELITY_OPEN;
}

const char *
foliot_fidelity_get_name (FoliotFidelity fidelity)
{
  static const char *const names[] = { "closed", "recorded", "open" };

  return names[fidelity];
}

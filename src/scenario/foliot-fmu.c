/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-fmu.h>

#include <gio/gio.h>
#include <math.h>

#include "scenario/foliot-fmu-variables.h"
#include "scenario/foliot-scenario-private.h"

/*
 * One instance of a scenario as an FMU. Its world is a coupled one, as under every master. A step from t to t + h brings the inputs at
 * t and runs what is due before t + h: kernel time then stands one nanosecond before the next communication point, whose inputs come
 * before all else that is due there. So a controller that works at t sees the inputs of t, and the master reads its answer at t + h,
 * as over the time-shifted connections of other masters.
 */

G_DEFINE_QUARK (foliot-fmu-error-quark, foliot_fmu_error);

#define MAX_SLIP          FOLIOT_MICROSECOND /* of a communication point, which masters compute in doubles */
#define MAX_EXACT_INTEGER 9007199254740992.0 /* 2^53 */

typedef enum
{
  STATE_OPENED,
  STATE_ENTERED,
  STATE_FAILED, /* only a reset helps */
} State;

struct _FoliotFmu
{
  char *path;               /* of the scenario in the FMU; the module lies beside it */
  FoliotScenario *scenario; /* as it was exported */
  FoliotFmuVariables of;
  FoliotValue **values; /* that were set, by value reference; %NULL: never */
  FoliotWorld *world;   /* nullable: before it was entered */
  FoliotTime next;      /* where the next step begins */
  State state;
};

static gboolean fail (GError **error, FoliotFmuError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (GError **error, FoliotFmuError code, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, FOLIOT_FMU_ERROR, (int) code, message);
  return FALSE;
}

/* ---- what an FMU is ------------------------------------------------------------------------------------------------ */

static char *
dup_token (FoliotScenario *scenario)
{
  return g_strdup_printf ("foliot-%s-%016" G_GINT64_MODIFIER "x", FOLIOT_VERSION, scenario->hash);
}

char *
foliot_fmu_dup_identifier (FoliotScenario *scenario)
{
  return _foliot_fmi_dup_identifier (scenario->name);
}

char *
foliot_fmu_describe (FoliotScenario *scenario, guint version, GError **error)
{
  g_auto (FoliotFmuVariables) of = { NULL };
  g_autofree char *identifier = foliot_fmu_dup_identifier (scenario), *token = dup_token (scenario);
  FoliotTime step = foliot_scenario_get_cosim_step (scenario);
  FoliotFmiModel model = { .version = version,
                           .name = scenario->name,
                           .identifier = identifier,
                           .description = scenario->description,
                           .token = token,
                           .start = 0,
                           .stop = foliot_time_to_seconds (scenario->duration) };

  g_return_val_if_fail (version == 2 || version == 3, NULL);
  if (!foliot_fmu_variables_init (&of, scenario, error))
    return NULL;
  if (version == 2 && scenario->seed > G_MAXINT32)
    {
      fail (error, FOLIOT_FMU_ERROR_SCENARIO,
            "scenario %s cannot be an FMU of FMI 2: its seed has more than 31 bits; give another with --set "
            "seed=1",
            scenario->name);
      return NULL;
    }
  model.step = step > 0 ? foliot_time_to_seconds (step) : 1;
  model.variables = of.variables;
  return _foliot_fmi_describe (&model);
}

/* ---- its resources ------------------------------------------------------------------------------------------------- */

static char *
dup_input_path (const char *folder, gsize number)
{
  g_autofree char *name = g_strdup_printf ("input-%" G_GSIZE_FORMAT ".csv", number);

  return g_build_filename (folder, name, NULL);
}

static gboolean
save_inputs (FoliotValue *inputs, const char *folder, GError **error)
{
  for (gsize i = 0; i < foliot_value_get_length (inputs); i++)
    {
      g_autofree char *path = dup_input_path (folder, i);
      gsize length = 0;
      const char *text = foliot_value_get_bytes (foliot_value_get_item (inputs, i), &length);

      if (!g_file_set_contents (path, text, (gssize) length, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
save_module (const FoliotLoadedModule *module, const char *folder, GError **error)
{
  g_autofree char *name = g_strconcat (module->name, ".so", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (module->path, FALSE, error);

  return mapped != NULL
         && g_file_set_contents (path, g_mapped_file_get_contents (mapped),
                                 (gssize) g_mapped_file_get_length (mapped), error);
}

gboolean
foliot_fmu_save (FoliotScenario *scenario, const char *resources, GError **error)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GByteArray) text = g_byte_array_new ();
  g_autofree char *path = g_build_filename (resources, "scenario.json", NULL);
  g_autoptr (FoliotValue) pack = foliot_scenario_pack (scenario, error);

  return pack != NULL && foliot_codec_encode (codec, foliot_value_lookup (pack, "scenario"), text, error)
         && g_file_set_contents (path, (const char *) text->data, (gssize) text->len, error)
         && save_inputs (foliot_value_lookup (pack, "inputs"), resources, error)
         && (scenario->module == NULL || save_module (scenario->module, resources, error));
}

static FoliotValue *
load_inputs (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();

  for (gsize i = 0;; i++)
    {
      g_autofree char *path = dup_input_path (folder, i), *text = NULL;
      gsize length = 0;

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        break;
      if (!g_file_get_contents (path, &text, &length, error))
        {
          g_ptr_array_set_free_func (inputs, (GDestroyNotify) foliot_value_unref);
          return NULL;
        }
      g_ptr_array_add (inputs, foliot_value_new_bytes (text, length));
    }
  return foliot_value_new_list ((FoliotValue **) inputs->pdata, inputs->len);
}

/* The pack as it lies in the folder, with @settings laid over it. */
static FoliotScenario *
load (const char *path, const char *const *settings, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  const char *const dirs[] = { folder, NULL };
  g_autoptr (FoliotJsonFile) file = foliot_json_file_load (path, NULL, error);
  FoliotValue *inputs = file != NULL ? load_inputs (folder, error) : NULL;
  g_autoptr (FoliotValue) pack = NULL;

  if (inputs == NULL)
    return NULL;
  pack = foliot_value_build_map ("scenario", foliot_value_ref (file->value), "inputs", inputs, NULL);
  return foliot_scenario_unpack (pack, path, settings, NULL, dirs, error);
}

/* ---- life ---------------------------------------------------------------------------------------------------------- */

static char *
dup_resources_path (const char *resources, GError **error)
{
  if (g_str_has_prefix (resources, "file:"))
    return g_filename_from_uri (resources, NULL, error);
  return g_strdup (resources);
}

FoliotFmu *
foliot_fmu_open (const char *resources, const char *token, GError **error)
{
  g_autoptr (FoliotFmu) fmu = g_new0 (FoliotFmu, 1);
  g_autofree char *folder = dup_resources_path (resources, error);
  g_autofree char *expected = NULL;

  if (folder == NULL)
    return NULL;
  fmu->path = g_build_filename (folder, "scenario.json", NULL);
  fmu->scenario = load (fmu->path, NULL, error);
  if (fmu->scenario == NULL || !foliot_fmu_variables_init (&fmu->of, fmu->scenario, error))
    return NULL;
  fmu->values = g_new0 (FoliotValue *, fmu->of.variables->len);
  expected = dup_token (fmu->scenario);
  if (g_str_equal (token, expected))
    return g_steal_pointer (&fmu);
  fail (error, FOLIOT_FMU_ERROR_TOKEN,
        "the FMU's modelDescription.xml says \"%s\", its binary and scenario say \"%s\"; export it again",
        token, expected);
  return NULL;
}

static void
forget_world (FoliotFmu *fmu)
{
  if (fmu->world != NULL)
    foliot_world_close (fmu->world);
  g_clear_object (&fmu->world);
}

void
foliot_fmu_free (FoliotFmu *fmu)
{
  forget_world (fmu);
  for (guint i = 0; fmu->values != NULL && i < fmu->of.variables->len; i++)
    g_clear_pointer (&fmu->values[i], foliot_value_unref);
  g_free (fmu->values);
  foliot_fmu_variables_clear (&fmu->of);
  g_clear_object (&fmu->scenario);
  g_free (fmu->path);
  g_free (fmu);
}

void
foliot_fmu_reset (FoliotFmu *fmu)
{
  forget_world (fmu);
  for (guint i = 0; i < fmu->of.variables->len; i++)
    g_clear_pointer (&fmu->values[i], foliot_value_unref);
  fmu->state = STATE_OPENED;
}

FoliotWorld *
foliot_fmu_get_world (FoliotFmu *fmu)
{
  return fmu->world;
}

guint
foliot_fmu_get_n_variables (FoliotFmu *fmu)
{
  return fmu->of.variables->len;
}

double
foliot_fmu_get_time (FoliotFmu *fmu)
{
  return fmu->world != NULL ? foliot_time_to_seconds (fmu->next) : NAN;
}

/* ---- values -------------------------------------------------------------------------------------------------------- */

static const FoliotFmiVariable *
find (FoliotFmu *fmu, guint reference, GError **error)
{
  if (reference < fmu->of.variables->len)
    return foliot_fmu_variables_get (&fmu->of, reference);
  fail (error, FOLIOT_FMU_ERROR_VARIABLE,
        "there is no variable with the value reference %u; the last one is %u", reference,
        fmu->of.variables->len - 1);
  return NULL;
}

static gboolean
may_be_set (FoliotFmu *fmu, const FoliotFmiVariable *variable, GError **error)
{
  if (variable->causality == FOLIOT_FMI_OUTPUT)
    return fail (error, FOLIOT_FMU_ERROR_VARIABLE, "%s is an output: it cannot be set", variable->name);
  if (variable->causality == FOLIOT_FMI_PARAMETER && fmu->state != STATE_OPENED)
    return fail (error, FOLIOT_FMU_ERROR_STATE,
                 "%s is a parameter: it is set before the initialization mode is entered", variable->name);
  return TRUE;
}

gboolean
foliot_fmu_set (FoliotFmu *fmu, guint reference, FoliotValue *value, GError **error)
{
  const FoliotFmiVariable *variable = find (fmu, reference, error);
  g_autoptr (FoliotValue) converted = NULL;

  if (variable == NULL || !may_be_set (fmu, variable, error))
    return FALSE;
  converted = foliot_fmu_variables_convert (variable->type, value);
  if (converted == NULL)
    return fail (error, FOLIOT_FMU_ERROR_VARIABLE, "%s is of another type", variable->name);
  if (variable->type == FOLIOT_FMI_REAL && !isfinite (foliot_value_get_double (converted)))
    return fail (error, FOLIOT_FMU_ERROR_VARIABLE, "%s: expected a finite number", variable->name);
  g_clear_pointer (&fmu->values[reference], foliot_value_unref);
  fmu->values[reference] = g_steal_pointer (&converted);
  return TRUE;
}

static FoliotValue *
get_output (FoliotFmu *fmu, const FoliotFmiVariable *variable, const FoliotFmuPort *port, GError **error)
{
  g_autoptr (FoliotValue) value = NULL;
  FoliotValue *converted;

  if (fmu->world == NULL)
    return foliot_fmu_variables_new_blank (variable->type);
  value = foliot_world_get_output (fmu->world, port->agent, port->name, error);
  if (value == NULL)
    return NULL;
  if (foliot_value_get_kind (value) == FOLIOT_VALUE_NULL)
    return foliot_fmu_variables_new_blank (variable->type);
  converted = foliot_fmu_variables_convert (variable->type, value);
  if (converted == NULL)
    {
      g_autofree char *shown = foliot_value_print (value);

      fail (error, FOLIOT_FMU_ERROR_VARIABLE,
            "%s is %s, which is of another type than the FMU says; say which in the scenario's "
            "/cosim/fmi/types",
            variable->name, shown);
    }
  return converted;
}

FoliotValue *
foliot_fmu_get (FoliotFmu *fmu, guint reference, GError **error)
{
  const FoliotFmiVariable *variable = find (fmu, reference, error);

  if (variable == NULL)
    return NULL;
  if (variable->causality == FOLIOT_FMI_OUTPUT)
    return get_output (fmu, variable, foliot_fmu_variables_get_port (&fmu->of, reference), error);
  return foliot_value_ref (fmu->values[reference] != NULL ? fmu->values[reference] : variable->start);
}

/* ---- time ---------------------------------------------------------------------------------------------------------- */

/* A whole number stays one: an argument may be declared as an int. */
static char *
dup_setting (const FoliotFmiVariable *variable, FoliotValue *value)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (GByteArray) text = g_byte_array_new ();
  double number = variable->type == FOLIOT_FMI_REAL ? foliot_value_get_double (value) : NAN;
  g_autoptr (FoliotValue) whole = number == floor (number) && fabs (number) <= MAX_EXACT_INTEGER
                                      ? foliot_value_new_int ((gint64) number)
                                      : foliot_value_ref (value);

  foliot_codec_encode (codec, whole, text, NULL);
  return g_strdup_printf ("%s=%.*s", variable->name, (int) text->len, (const char *) text->data);
}

static char **
dup_settings (FoliotFmu *fmu)
{
  g_autoptr (GStrvBuilder) settings = g_strv_builder_new ();

  for (guint i = 0; i < fmu->of.variables->len; i++)
    {
      const FoliotFmiVariable *variable = foliot_fmu_variables_get (&fmu->of, i);
      g_autofree char *setting = NULL;

      if (variable->causality != FOLIOT_FMI_PARAMETER || fmu->values[i] == NULL
          || foliot_value_equal (fmu->values[i], variable->start))
        continue;
      setting = dup_setting (variable, fmu->values[i]);
      g_strv_builder_add (settings, setting);
    }
  return g_strv_builder_end (settings);
}

static gboolean
make_world (FoliotFmu *fmu, GError **error)
{
  const FoliotWorldOptions options = { .until = FOLIOT_TIME_NEVER, .coupled = TRUE };
  g_auto (GStrv) settings = dup_settings (fmu);
  g_autoptr (FoliotScenario) scenario = load (fmu->path, (const char *const *) settings, error);

  if (scenario == NULL)
    return FALSE;
  if (fmu->next < scenario->init_time)
    {
      g_autofree char *begins = foliot_time_format (scenario->init_time);

      return fail (error, FOLIOT_FMU_ERROR_TIME,
                   "the scenario begins at %s s, the start time lies before that", begins);
    }
  fmu->world = foliot_world_new (scenario, &options, error);
  return fmu->world != NULL;
}

/* Everything due before the next communication point. */
static gboolean
run_up (FoliotFmu *fmu, GError **error)
{
  FoliotTime now = foliot_kernel_now (foliot_world_get_kernel (fmu->world));

  return foliot_world_run_to (fmu->world, MAX (now, fmu->next - FOLIOT_NANOSECOND), NULL, error);
}

gboolean
foliot_fmu_enter (FoliotFmu *fmu, double start, GError **error)
{
  if (fmu->state != STATE_OPENED)
    return fail (error, FOLIOT_FMU_ERROR_STATE, "the instance was initialized already; reset it first");
  if (!foliot_time_from_seconds (start, &fmu->next, error) || !make_world (fmu, error))
    return FALSE;
  fmu->state = run_up (fmu, error) ? STATE_ENTERED : STATE_FAILED;
  return fmu->state == STATE_ENTERED;
}

static gboolean
check_step (FoliotFmu *fmu, double time, double step, FoliotTime *out_end, GError **error)
{
  FoliotTime begin;

  if (fmu->state != STATE_ENTERED)
    return fail (error, FOLIOT_FMU_ERROR_STATE,
                 fmu->state == STATE_OPENED ? "a step before the initialization mode was entered"
                                            : "a step after one that failed; reset the instance first");
  if (!foliot_time_from_seconds (time, &begin, error)
      || !foliot_time_from_seconds (time + step, out_end, error))
    return FALSE;
  if (ABS (begin - fmu->next) > MAX_SLIP || *out_end <= fmu->next)
    {
      g_autofree char *next = foliot_time_format (fmu->next), *from = foliot_time_format (begin);
      g_autofree char *to = foliot_time_format (*out_end);

      return fail (error, FOLIOT_FMU_ERROR_TIME,
                   "a step from %s s to %s s: expected one forward from %s s, where the last one ended", from,
                   to, next);
    }
  return TRUE;
}

static gboolean
deliver_inputs (FoliotFmu *fmu, GError **error)
{
  for (guint i = 0; i < fmu->of.variables->len; i++)
    {
      const FoliotFmuPort *port = foliot_fmu_variables_get_port (&fmu->of, i);

      if (foliot_fmu_variables_get (&fmu->of, i)->causality == FOLIOT_FMI_INPUT && fmu->values[i] != NULL
          && !foliot_world_set_input (fmu->world, port->agent, port->name, fmu->next, fmu->values[i], error))
        return FALSE;
    }
  return TRUE;
}

gboolean
foliot_fmu_step (FoliotFmu *fmu, double time, double step, GError **error)
{
  FoliotTime end;

  if (!check_step (fmu, time, step, &end, error))
    return FALSE;
  if (!deliver_inputs (fmu, error))
    {
      fmu->state = STATE_FAILED;
      return FALSE;
    }
  fmu->next = end;
  if (run_up (fmu, error))
    return TRUE;
  fmu->state = STATE_FAILED;
  return FALSE;
}

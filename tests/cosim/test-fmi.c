/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>
#include <glib/gstdio.h>
#include <gmodule.h>
#include <stdbool.h>
#include <string.h>

/*
 * The functions of FMI in the binary of an FMU, called as no good master would: in any order, at any moment. Whatever is refused is
 * refused with a sentence, nothing crashes, and behind a reset an instance is as good as new.
 */

#define POWER_OF_FIRST                                                                                       \
  4 /* value references: three parameters and the seed, then P, vm_pu, P_max of each turbine */
#define LIMIT_OF_FIRST 6
#define STEP_S         900.0
#define N_STATUSES     5
#define OK             0
#define ERROR          3

/* What the tests need of either version, called alike. */
typedef struct
{
  const char *name;
  gpointer (*instantiate) (const char *token, const char *resources);
  void (*free) (gpointer instance);
  int (*enter) (gpointer instance);
  int (*leave) (gpointer instance);
  int (*step) (gpointer instance, double time, double step);
  int (*terminate) (gpointer instance);
  int (*reset) (gpointer instance);
  int (*set) (gpointer instance, guint32 reference, double value);
  int (*get) (gpointer instance, guint32 reference, double *value);
  int (*set_text) (gpointer instance, guint32 reference, const char *text);
  int (*get_text) (gpointer instance, guint32 reference, const char **text);
  int (*save_state) (gpointer instance);
} Version;

static GModule *binary;
static GString *said; /* a line a message */
static char *folder, *token;

static gpointer
find (const char *name)
{
  gpointer symbol = NULL;

  g_assert_true (g_module_symbol (binary, name, &symbol));
  return symbol;
}

#define CALL(returns, name, types, ...) (((returns (*) types) find (name)) (__VA_ARGS__))

/* -- FMI 2 -------------------------------------------------------------------------------------------------------------- */

static void log_2 (gpointer environment, const char *name, int status, const char *category,
                   const char *format, ...) G_GNUC_PRINTF (5, 6);

static void
log_2 (gpointer environment, const char *name, int status, const char *category, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_vprintf (said, format, args);
  va_end (args);
  g_string_append_c (said, '\n');
}

static const struct
{
  void (*logger) (gpointer environment, const char *name, int status, const char *category,
                  const char *format, ...);
  gpointer allocate, free, step_finished, environment;
} functions = { log_2, NULL, NULL, NULL, NULL };

static gpointer
instantiate_2 (const char *with_token, const char *resources)
{
  return CALL (gpointer, "fmi2Instantiate",
               (const char *, int, const char *, const char *, gconstpointer, int, int), "park", 1,
               with_token, resources, &functions, 0, 1);
}

static void
free_2 (gpointer instance)
{
  CALL (void, "fmi2FreeInstance", (gpointer), instance);
}

static int
enter_2 (gpointer instance)
{
  int status = CALL (int, "fmi2SetupExperiment", (gpointer, int, double, double, int, double), instance, 0,
                     0.0, 0.0, 0, 0.0);

  return status != OK ? status : CALL (int, "fmi2EnterInitializationMode", (gpointer), instance);
}

static int
leave_2 (gpointer instance)
{
  return CALL (int, "fmi2ExitInitializationMode", (gpointer), instance);
}

static int
step_2 (gpointer instance, double time, double step)
{
  return CALL (int, "fmi2DoStep", (gpointer, double, double, int), instance, time, step, 1);
}

static int
terminate_2 (gpointer instance)
{
  return CALL (int, "fmi2Terminate", (gpointer), instance);
}

static int
reset_2 (gpointer instance)
{
  return CALL (int, "fmi2Reset", (gpointer), instance);
}

static int
set_2 (gpointer instance, guint32 reference, double value)
{
  return CALL (int, "fmi2SetReal", (gpointer, const guint32 *, gsize, const double *), instance, &reference,
               1, &value);
}

static int
get_2 (gpointer instance, guint32 reference, double *value)
{
  return CALL (int, "fmi2GetReal", (gpointer, const guint32 *, gsize, double *), instance, &reference, 1,
               value);
}

static int
set_text_2 (gpointer instance, guint32 reference, const char *text)
{
  return CALL (int, "fmi2SetString", (gpointer, const guint32 *, gsize, const char **), instance, &reference,
               1, &text);
}

static int
get_text_2 (gpointer instance, guint32 reference, const char **text)
{
  return CALL (int, "fmi2GetString", (gpointer, const guint32 *, gsize, const char **), instance, &reference,
               1, text);
}

static int
save_state_2 (gpointer instance)
{
  gpointer state = NULL;

  return CALL (int, "fmi2GetFMUstate", (gpointer, gpointer *), instance, &state);
}

/* -- FMI 3 -------------------------------------------------------------------------------------------------------------- */

static void
log_3 (gpointer environment, int status, const char *category, const char *message)
{
  g_string_append_printf (said, "%s\n", message);
}

static gpointer
instantiate_3_with (const char *with_token, const char *resources, bool event_mode)
{
  return CALL (gpointer, "fmi3InstantiateCoSimulation",
               (const char *, const char *, const char *, bool, bool, bool, bool, const guint32 *, gsize,
                gpointer, gpointer, gpointer),
               "park", with_token, resources, false, true, event_mode, true, NULL, 0, NULL, (gpointer) log_3,
               NULL);
}

static gpointer
instantiate_3 (const char *with_token, const char *resources)
{
  return instantiate_3_with (with_token, resources, false);
}

static void
free_3 (gpointer instance)
{
  CALL (void, "fmi3FreeInstance", (gpointer), instance);
}

static int
enter_3 (gpointer instance)
{
  return CALL (int, "fmi3EnterInitializationMode", (gpointer, bool, double, double, bool, double), instance,
               false, 0.0, 0.0, false, 0.0);
}

static int
leave_3 (gpointer instance)
{
  return CALL (int, "fmi3ExitInitializationMode", (gpointer), instance);
}

static int
step_3 (gpointer instance, double time, double step)
{
  bool event = true, terminate = true, early = true;
  double last = -1;
  int status = CALL (int, "fmi3DoStep", (gpointer, double, double, bool, bool *, bool *, bool *, double *),
                     instance, time, step, true, &event, &terminate, &early, &last);

  /* An early return was allowed, and is not made use of. */
  g_assert_false (event || terminate || early);
  if (status == OK)
    g_assert_cmpfloat_with_epsilon (last, time + step, 1e-6);
  return status;
}

static int
terminate_3 (gpointer instance)
{
  return CALL (int, "fmi3Terminate", (gpointer), instance);
}

static int
reset_3 (gpointer instance)
{
  return CALL (int, "fmi3Reset", (gpointer), instance);
}

static int
set_3 (gpointer instance, guint32 reference, double value)
{
  return CALL (int, "fmi3SetFloat64", (gpointer, const guint32 *, gsize, const double *, gsize), instance,
               &reference, 1, &value, 1);
}

static int
get_3 (gpointer instance, guint32 reference, double *value)
{
  return CALL (int, "fmi3GetFloat64", (gpointer, const guint32 *, gsize, double *, gsize), instance,
               &reference, 1, value, 1);
}

static int
set_text_3 (gpointer instance, guint32 reference, const char *text)
{
  return CALL (int, "fmi3SetString", (gpointer, const guint32 *, gsize, const char **, gsize), instance,
               &reference, 1, &text, 1);
}

static int
get_text_3 (gpointer instance, guint32 reference, const char **text)
{
  return CALL (int, "fmi3GetString", (gpointer, const guint32 *, gsize, const char **, gsize), instance,
               &reference, 1, text, 1);
}

static int
save_state_3 (gpointer instance)
{
  gpointer state = NULL;

  return CALL (int, "fmi3GetFMUState", (gpointer, gpointer *), instance, &state);
}

static const Version versions[] = { { "fmi-2", instantiate_2, free_2, enter_2, leave_2, step_2, terminate_2,
                                      reset_2, set_2, get_2, set_text_2, get_text_2, save_state_2 },
                                    { "fmi-3", instantiate_3, free_3, enter_3, leave_3, step_3, terminate_3,
                                      reset_3, set_3, get_3, set_text_3, get_text_3, save_state_3 } };

/* -- what is expected ---------------------------------------------------------------------------------------------------- */

static gpointer
open_unit (const Version *version)
{
  gpointer instance;

  g_string_truncate (said, 0);
  instance = version->instantiate (token, folder);
  g_assert_nonnull (instance);
  g_assert_cmpstr (said->str, ==, "");
  return instance;
}

/* The call was refused, with one sentence in which @words are. */
static void
assert_refused (int status, const char *words)
{
  g_assert_cmpint (status, ==, ERROR);
  if (strstr (said->str, words) == NULL)
    g_error ("“%s” is not in “%s”", words, said->str);
  g_assert_true (strchr (said->str, '\n') == said->str + said->len - 1);
  g_string_truncate (said, 0);
}

static void
assert_fine (int status)
{
  g_assert_cmpstr (said->str, ==, "");
  g_assert_cmpint (status, ==, OK);
}

/* A few steps from a fresh start; gives a limit that depends on all of them. */
static double
use (const Version *version, gpointer instance)
{
  double limit = 0;

  assert_fine (version->enter (instance));
  assert_fine (version->leave (instance));
  for (guint i = 0; i < 3; i++)
    {
      for (guint turbine = 0; turbine < 3; turbine++)
        assert_fine (version->set (instance, POWER_OF_FIRST + 3 * turbine, 1900.0 + 100 * i + turbine));
      assert_fine (version->step (instance, i * STEP_S, STEP_S));
    }
  assert_fine (version->get (instance, LIMIT_OF_FIRST, &limit));
  return limit;
}

/* -- orders -------------------------------------------------------------------------------------------------------------- */

static void
test_wrong_moments (gconstpointer data)
{
  const Version *version = data;
  gpointer instance = open_unit (version);

  assert_refused (version->step (instance, 0, STEP_S), "");
  assert_refused (version->leave (instance), "is to be left, but the instance is not in it");
  assert_refused (version->terminate (instance), "nothing to terminate");
  assert_fine (version->enter (instance));
  assert_refused (version->enter (instance), "");
  assert_refused (version->step (instance, 0, STEP_S), "a step in the initialization mode");
  assert_fine (version->leave (instance));
  assert_refused (version->leave (instance), "is not in it");
  assert_refused (version->enter (instance), "");
  assert_refused (version->save_state (instance), "not offered");
  assert_refused (version->step (instance, STEP_S, STEP_S), "expected one forward from 0 s");
  assert_refused (version->step (instance, 0, -1), "expected one forward from 0 s");
  assert_fine (version->step (instance, 0, STEP_S));
  assert_fine (version->terminate (instance));
  assert_refused (version->terminate (instance), "was terminated: reset it first");
  assert_refused (version->step (instance, STEP_S, STEP_S), "was terminated: reset it first");
  assert_refused (version->enter (instance), "was terminated: reset it first");
  assert_refused (version->set (instance, POWER_OF_FIRST, 1), "was terminated: reset it first");
  version->free (instance);
}

/* Outputs may be looked at when all is over. */
static void
test_look_behind (gconstpointer data)
{
  const Version *version = data;
  gpointer instance = open_unit (version);
  double limit = use (version, instance), again = 0;

  assert_fine (version->terminate (instance));
  assert_fine (version->get (instance, LIMIT_OF_FIRST, &again));
  g_assert_true (limit == again && limit > 0);
  version->free (instance);
}

static void
test_reset_anywhere (gconstpointer data)
{
  const Version *version = data;
  gpointer instance = open_unit (version);
  double limit = use (version, instance);

  assert_fine (version->reset (instance));
  assert_fine (version->reset (instance));
  g_assert_true (use (version, instance) == limit);
  assert_fine (version->terminate (instance));
  assert_fine (version->reset (instance));
  assert_fine (version->enter (instance));
  assert_fine (version->reset (instance));
  g_assert_true (use (version, instance) == limit);
  assert_refused (version->step (instance, 0, STEP_S), "expected one forward from 2700 s");
  assert_fine (version->reset (instance));
  g_assert_true (use (version, instance) == limit);
  version->free (instance);
}

static void
test_free_anywhere (gconstpointer data)
{
  const Version *version = data;
  gpointer instance;

  version->free (NULL);
  version->free (open_unit (version));
  instance = open_unit (version);
  assert_fine (version->enter (instance));
  version->free (instance);
  instance = open_unit (version);
  use (version, instance);
  version->free (instance);
  instance = open_unit (version);
  use (version, instance);
  assert_fine (version->terminate (instance));
  version->free (instance);
}

static void
test_not_opened (gconstpointer data)
{
  const Version *version = data;

  g_assert_null (version->instantiate ("another", folder));
  assert_refused (ERROR, "export it again");
  g_assert_null (version->instantiate (token, "/nowhere"));
  assert_refused (ERROR, "/nowhere");
  g_assert_null (version->instantiate (NULL, NULL));
  assert_refused (ERROR, "");
}

static void
test_odd_values (gconstpointer data)
{
  const Version *version = data;
  gpointer instance = open_unit (version);
  const char *text = NULL;
  double value;

  assert_refused (version->get (instance, 999, &value), "999");
  assert_refused (version->set (instance, 999, 1), "999");
  assert_refused (version->get_text (instance, LIMIT_OF_FIRST, &text), "is a variable of another type");
  assert_refused (version->set_text (instance, POWER_OF_FIRST, "strong"), "");
  assert_refused (version->set (instance, LIMIT_OF_FIRST, 1), "is an output");
  assert_refused (version->set (instance, POWER_OF_FIRST, G_MAXDOUBLE * 10), "expected a finite number");
  use (version, instance);
  assert_refused (version->set (instance, 0, 1), "it is set before the initialization mode");
  version->free (instance);
}

static void
test_no_event_mode (void)
{
  g_string_truncate (said, 0);
  g_assert_null (instantiate_3_with (token, folder, true));
  assert_refused (ERROR, "this FMU has no event mode");
}

/* -- any order ------------------------------------------------------------------------------------------------------------ */

static int
call_any (const Version *version, gpointer instance, GRand *dice)
{
  const char *text = NULL;
  double value = 0;

  switch (g_rand_int_range (dice, 0, 12))
    {
    case 0:
      return version->enter (instance);
    case 1:
      return version->leave (instance);
    case 2:
      return version->terminate (instance);
    case 3:
      return version->reset (instance);
    case 4:
      return version->save_state (instance);
    case 5:
      return version->get (instance, (guint32) g_rand_int_range (dice, 0, 16), &value);
    case 6:
      return version->set (instance, (guint32) g_rand_int_range (dice, 0, 16), g_rand_double (dice) * 5000);
    case 7:
      return version->get_text (instance, (guint32) g_rand_int_range (dice, 0, 16), &text);
    case 8:
      return version->set_text (instance, (guint32) g_rand_int_range (dice, 0, 16), "share");
    default:
      return version->step (instance, g_rand_int_range (dice, 0, 4) * STEP_S, STEP_S);
    }
}

static void
test_any_order (gconstpointer data)
{
  const Version *version = data;
  g_autoptr (GRand) dice = g_rand_new_with_seed (1);
  gpointer instance = open_unit (version);
  double limit = use (version, instance);
  guint n_refused = 0;

  for (guint round = 0; round < 40; round++)
    {
      if (round % 5 == 0)
        {
          version->free (instance);
          instance = open_unit (version);
        }
      for (guint i = 0; i < 60; i++)
        {
          int status = call_any (version, instance, dice);

          g_assert_cmpint (status, <, N_STATUSES);
          g_assert_true ((status == ERROR) == (said->len > 0));
          n_refused += status == ERROR;
          g_string_truncate (said, 0);
        }
      assert_fine (version->reset (instance));
      g_assert_true (use (version, instance) == limit);
    }
  g_assert_cmpuint (n_refused, >, 100);
  version->free (instance);
}

/* -- all of it ------------------------------------------------------------------------------------------------------------ */

static FoliotScenario *
load_park (void)
{
  g_autofree char *modules = g_build_filename (g_getenv ("G_TEST_BUILDDIR"), "..", "scenarios", NULL);
  g_autofree char *path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "scenarios", "wind-park", NULL);
  const char *const dirs[] = { modules, NULL };
  g_autoptr (GError) error = NULL;
  FoliotScenario *scenario = foliot_scenario_load (path, NULL, NULL, dirs, &error);

  g_assert_no_error (error);
  return scenario;
}

static void
make_resources (void)
{
  g_autoptr (FoliotScenario) scenario = load_park ();
  g_autoptr (GError) error = NULL;
  g_autofree char *xml = foliot_fmu_describe (scenario, 3, &error);
  const char *start = xml != NULL ? strstr (xml, "instantiationToken=\"") : NULL;

  g_assert_no_error (error);
  g_assert_nonnull (start);
  start = strchr (start, '"') + 1;
  token = g_strndup (start, (gsize) (strchr (start, '"') - start));
  folder = g_dir_make_tmp ("foliot-test-XXXXXX", &error);
  g_assert_no_error (error);
  g_assert_true (foliot_fmu_save (scenario, folder, &error));
  g_assert_no_error (error);
}

static void
remove_resources (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
  g_free (token);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } tests[] = { { "wrong-moments", test_wrong_moments },
                { "look-behind", test_look_behind },
                { "reset-anywhere", test_reset_anywhere },
                { "free-anywhere", test_free_anywhere },
                { "not-opened", test_not_opened },
                { "odd-values", test_odd_values },
                { "any-order", test_any_order } };
  int code;

  g_test_init (&argc, &argv, NULL);
  said = g_string_new (NULL);
  make_resources ();
  binary = g_module_open (g_getenv ("FMU_BINARY"), G_MODULE_BIND_LAZY);
  if (binary == NULL)
    g_error ("%s", g_module_error ());
  for (gsize i = 0; i < G_N_ELEMENTS (versions); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (tests); k++)
      {
        g_autofree char *path = g_strdup_printf ("/%s/%s", versions[i].name, tests[k].name);

        g_test_add_data_func (path, &versions[i], tests[k].func);
      }
  g_test_add_func ("/fmi-3/no-event-mode", test_no_event_mode);
  code = g_test_run ();
  g_module_close (binary);
  remove_resources ();
  g_string_free (said, TRUE);
  return code;
}

/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <stdio.h>
#include <stdlib.h>

/* A federate that publishes what it gets, of every type, and answers messages: `helics-echo LIBRARY BROKER STEPS [WORDS-FOR-THE-CORE]`. Prints a line a grant. */

static const char *const types[] = { "double", "int", "boolean", "string", "complex", "vector" };

static void
declare (FoliotHelics *helics)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autofree char *in = g_strconcat ("in.", types[i], NULL), *out = g_strconcat ("out.", types[i], NULL);
      g_autofree char *source = g_strconcat ("source.", types[i], NULL);
      FoliotHelicsType type;

      g_assert_true (foliot_helics_type_from_name (types[i], &type, NULL));
      foliot_helics_add_target (helics, foliot_helics_add_input (helics, in, type, i == 0 ? "kW" : NULL),
                                source);
      foliot_helics_add_publication (helics, out, type, i == 0 ? "kW" : NULL);
    }
  foliot_helics_add_endpoint (helics, "echo");
  foliot_helics_set_flag (helics, "wait_for_current_time_update", TRUE);
  foliot_helics_set_property (helics, "period", 1.0);
}

static void
publish_back (FoliotHelics *helics, FoliotValue *grant, GError **error)
{
  FoliotValue *inputs = foliot_value_lookup (grant, "inputs"),
              *messages = foliot_value_lookup (grant, "messages");

  for (gsize i = 0; i < foliot_value_get_length (inputs) && *error == NULL; i++)
    for (guint k = 0; k < G_N_ELEMENTS (types); k++)
      if (g_str_equal (foliot_value_get_string (foliot_value_get_key (inputs, i), NULL) + strlen ("in."),
                       types[k]))
        foliot_helics_publish (helics, k, foliot_value_get_pair_value (inputs, i), error);
  for (gsize i = 0; i < foliot_value_get_length (messages); i++)
    {
      FoliotValue *message = foliot_value_get_item (messages, i);

      foliot_helics_send (helics, 0, foliot_value_get_string (foliot_value_get_item (message, 1), NULL),
                          foliot_value_get_string (foliot_value_get_item (message, 2), NULL));
    }
}

static void
print (FoliotValue *grant)
{
  g_autofree char *text = foliot_value_print (grant);

  printf ("%s\n", text);
  fflush (stdout);
}

static void
take_part (FoliotHelics *helics, FoliotKernel *kernel, int n_steps, GError **error)
{
  FoliotFuture *asked = foliot_helics_enter (helics);

  for (int i = 1; asked != NULL; i++)
    {
      g_autoptr (FoliotFuture) future = asked;
      g_autoptr (FoliotValue) grant = foliot_run (kernel, future, error);

      asked = NULL;
      if (grant == NULL)
        return;
      print (grant);
      publish_back (helics, grant, error);
      if (i <= n_steps && *error == NULL)
        asked = foliot_helics_request (helics, i * FOLIOT_SECOND);
    }
}

int
main (int argc, char **argv)
{
  const FoliotHelicsOptions options
      = { .library = argv[1], .name = "echo", .broker = argv[2], .core_init = argc > 4 ? argv[4] : NULL };
  g_autoptr (FoliotKernel) kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotHelics) helics = foliot_helics_new (kernel, &options, &error);

  if (helics != NULL)
    {
      declare (helics);
      take_part (helics, kernel, atoi (argv[3]), &error);
      if (!foliot_helics_close (helics))
        fprintf (stderr, "stuck\n");
    }
  if (error == NULL)
    return 0;
  fprintf (stderr, "%s\n", error->message);
  return 1;
}

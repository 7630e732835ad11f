/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-helics-federate-private.h"

/* Names, types and units of a federate. */

static void
interface_free (gpointer data)
{
  FoliotHelicsInterface *interface = data;

  g_free (interface->key);
  g_free (interface->unit);
  g_ptr_array_unref (interface->targets);
  g_free (interface);
}

static void
setting_clear (gpointer data)
{
  g_free (((FoliotHelicsSetting *) data)->name);
}

static GArray *
new_settings (void)
{
  GArray *settings = g_array_new (FALSE, FALSE, sizeof (FoliotHelicsSetting));

  g_array_set_clear_func (settings, setting_clear);
  return settings;
}

FoliotHelicsSetup *
_foliot_helics_setup_new (const FoliotHelicsOptions *options)
{
  FoliotHelicsSetup *setup = g_new0 (FoliotHelicsSetup, 1);

  setup->name = g_strdup (options->name);
  setup->core = g_strdup (options->core != NULL ? options->core : "zmq");
  setup->broker = g_strdup (options->broker);
  setup->core_init = g_strdup (options->core_init);
  setup->flags = new_settings ();
  setup->properties = new_settings ();
  setup->inputs = g_ptr_array_new_with_free_func (interface_free);
  setup->publications = g_ptr_array_new_with_free_func (interface_free);
  setup->endpoints = g_ptr_array_new_with_free_func (interface_free);
  return setup;
}

void
_foliot_helics_setup_free (FoliotHelicsSetup *setup)
{
  g_free (setup->name);
  g_free (setup->core);
  g_free (setup->broker);
  g_free (setup->core_init);
  g_array_unref (setup->flags);
  g_array_unref (setup->properties);
  g_ptr_array_unref (setup->inputs);
  g_ptr_array_unref (setup->publications);
  g_ptr_array_unref (setup->endpoints);
  g_free (setup);
}

guint
_foliot_helics_setup_add (GPtrArray *interfaces, const char *key, FoliotHelicsType type, const char *unit)
{
  FoliotHelicsInterface *interface = g_new0 (FoliotHelicsInterface, 1);

  interface->key = g_strdup (key);
  interface->type = type;
  interface->unit = g_strdup (unit);
  interface->targets = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (interfaces, interface);
  return interfaces->len - 1;
}

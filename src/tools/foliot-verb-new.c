/* SPDX-License-Identifier: MIT */
#include "tools/foliot-verbs.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "tools/foliot-drive.h"

/* `foliot new my-park` writes a folder from templates that are part of the binary. In a template `@NAME@` is the folder's
 * name (my-park), `@TYPE@` the agent's class (MyPark), `@PREFIX@` the prefix of its functions (my_park). */

typedef struct
{
  const char *template;
  const char *file; /* may hold @NAME@ */
} Template;

static const Template templates[] = {
  { "scenario.json", "scenario.json" }, { "agent.c", "@NAME@.c" },     { "test.c", "test-@NAME@.c" },
  { "meson.build", "meson.build" },     { "gitignore", ".gitignore" },
};

static gboolean
is_good_name (const char *name)
{
  if (!g_ascii_islower (name[0]))
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && *p != '-')
      return FALSE;
  return strlen (name) <= 40;
}

static char *
make_type_name (const char *name)
{
  GString *type = g_string_new (NULL);
  gboolean upper = TRUE;

  for (const char *p = name; *p != '\0'; p++)
    {
      if (*p != '-')
        g_string_append_c (type, upper ? g_ascii_toupper (*p) : *p);
      upper = *p == '-';
    }
  return g_string_free (type, FALSE);
}

static char *
fill (const char *text, const char *name)
{
  g_autofree char *type = make_type_name (name);
  g_autofree char *prefix = g_strdelimit (g_strdup (name), "-", '_');
  GString *filled = g_string_new (text);

  g_string_replace (filled, "@NAME@", name, 0);
  g_string_replace (filled, "@TYPE@", type, 0);
  g_string_replace (filled, "@PREFIX@", prefix, 0);
  return g_string_free (filled, FALSE);
}

static gboolean
write_template (const Template *template, const char *folder, const char *name, GError **error)
{
  g_autofree char *resource = g_strconcat ("/foliot/new/", template->template, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (resource, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autofree char *text = NULL, *file = NULL, *path = NULL;

  if (bytes == NULL)
    return FALSE;
  text = fill (g_bytes_get_data (bytes, NULL), name);
  file = fill (template->file, name);
  path = g_build_filename (folder, file, NULL);
  return g_file_set_contents (path, text, -1, error);
}

static gboolean
make_folder (const char *folder, const char *name, GError **error)
{
  if (!is_good_name (name))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                   "\"%s\" cannot name a scenario: expected small letters, digits and -, a letter first, 40 "
                   "characters at most",
                   name);
      return FALSE;
    }
  if (g_file_test (folder, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST, "%s exists already; give another name", folder);
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s cannot be made: %s", folder, g_strerror (errno));
  return FALSE;
}

int
foliot_verb_new (int argc, char **argv)
{
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;

  if (argc != 2 || argv[1][0] == '-')
    {
      fprintf (stderr, "foliot: expected one FOLDER (foliot help new)\n");
      return FOLIOT_EXIT_USAGE;
    }
  name = g_path_get_basename (argv[1]);
  if (!make_folder (argv[1], name, &error))
    {
      foliot_drive_say (error->message);
      return FOLIOT_EXIT_USAGE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (templates); i++)
    if (!write_template (&templates[i], argv[1], name, &error))
      {
        foliot_drive_say (error->message);
        return FOLIOT_EXIT_RESULTS;
      }
  printf ("%s: scenario.json, %s.c (an agent), test-%s.c, meson.build\n"
          "run it:  foliot run %s\n"
          "test it: meson test -C %s/build (after a first run)\n",
          argv[1], name, name, argv[1], argv[1]);
  return FOLIOT_EXIT_OK;
}

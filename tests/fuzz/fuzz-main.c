/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

/*
 * A fuzz target as an ordinary test: each file of a corpus folder is one test, in the order of their names. The target
 * sees the file, then each of its beginnings up to MAX_CUT bytes and each of them with one bit changed, so a corpus of
 * well-formed inputs tries the malformed ones near them too.
 */

#include <string.h>

#define MAX_CUT 300

/* A copy of exactly that size on the heap, so that tools see a byte read behind it. */
static void
run_once (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_malloc (size > 0 ? size : 1);

  if (size > 0)
    memcpy (copy, data, size);
  g_assert_cmpint (LLVMFuzzerTestOneInput (copy, size), ==, 0);
}

static void
test_input (gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  guint8 *data;
  gsize size;

  g_file_get_contents (user_data, &content, &size, &error);
  g_assert_no_error (error);
  data = (guint8 *) content;
  run_once (data, size);
  for (gsize cut = 0; cut < MIN (size, MAX_CUT); cut++)
    {
      guint8 bit = (guint8) (1u << cut % 8);

      run_once (data, cut);
      data[cut] ^= bit;
      run_once (data, size);
      data[cut] ^= bit;
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_names (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) names = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  names = list_names (argv[1]);
  g_assert_cmpuint (names->len, >, 0);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *path = g_strconcat ("/fuzz/", name, NULL);

      g_test_add_data_func_full (path, g_build_filename (argv[1], name, NULL), test_input, g_free);
    }
  return g_test_run ();
}

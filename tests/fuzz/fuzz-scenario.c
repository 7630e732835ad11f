/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <foliot/foliot-scenario.h>

#include "scenario/foliot-json-file.h"

/* Bytes as a scenario file: read alone, each of its members found again by its pointer, and loaded as a whole. No module: agent
 * types are unknown, everything else is reached. */

static void
locate_all (const FoliotJsonFile *file, FoliotValue *value, GString *pointer)
{
  gsize length = pointer->len, n;

  g_assert_cmpuint (foliot_json_file_locate (file, pointer->str), >, 0);
  if (foliot_value_get_kind (value) == FOLIOT_VALUE_LIST)
    {
      n = foliot_value_get_length (value);
      for (gsize i = 0; i < MIN (n, 4); i++)
        {
          g_string_append_printf (pointer, "/%" G_GSIZE_FORMAT, i);
          locate_all (file, foliot_value_get_item (value, i), pointer);
          g_string_truncate (pointer, length);
        }
    }
  else if (foliot_value_get_kind (value) == FOLIOT_VALUE_MAP)
    {
      n = foliot_value_get_length (value);
      for (gsize i = 0; i < MIN (n, 4); i++)
        {
          g_autoptr (GString) token
              = g_string_new (foliot_value_get_string (foliot_value_get_key (value, i), NULL));

          g_string_replace (token, "~", "~0", 0);
          g_string_replace (token, "/", "~1", 0);
          g_string_append_printf (pointer, "/%s", token->str);
          locate_all (file, foliot_value_get_pair_value (value, i), pointer);
          g_string_truncate (pointer, length);
        }
    }
}

static void
load_whole (const uint8_t *data, size_t size)
{
  int descriptor = memfd_create ("scenario", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", descriptor);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotScenario) scenario = NULL;

  g_assert_cmpint (descriptor, >=, 0);
  g_assert_cmpint (write (descriptor, data, size), ==, (gssize) size);
  scenario = foliot_scenario_load (path, NULL, NULL, NULL, &error);
  g_assert_true ((scenario != NULL) != (error != NULL));
  g_assert_true (error == NULL || g_utf8_validate (error->message, -1, NULL));
  close (descriptor);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotJsonFile) file = foliot_json_file_parse ("file", (const char *) data, size, &error);
  g_autoptr (GString) pointer = g_string_new (NULL);

  g_assert_true ((file != NULL) != (error != NULL));
  if (file != NULL)
    locate_all (file, file->value, pointer);
  load_whole (data, size);
  return 0;
}

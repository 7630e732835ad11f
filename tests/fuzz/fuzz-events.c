/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tools/foliot-diff-value.h"

/* Every event that can be read is read, what it carried too; then once more from somewhere in the middle, which gives the same. */
static void
read_all (FoliotEventReader *reader, guint64 from)
{
  g_autoptr (GError) error = NULL;
  FoliotKeptEvent event;
  guint64 expected = from;

  if (!foliot_event_reader_seek (reader, from, &error))
    g_assert_nonnull (error);
  while (error == NULL && foliot_event_reader_next (reader, &event, &error))
    {
      g_autoptr (GPtrArray) contents = foliot_kept_event_dup_contents (&event);

      g_assert_cmpuint (event.named.record.sequence, ==, expected++);
      g_assert_cmpuint (event.named.record.cause, <, event.named.record.sequence);
      for (guint i = 0; i < contents->len; i++)
        g_free (foliot_diff_content_print (g_ptr_array_index (contents, i)));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  int descriptor = memfd_create ("events", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", descriptor);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotEventReader) reader = NULL;
  guint64 first, last;

  g_assert_cmpint (descriptor, >=, 0);
  g_assert_cmpint (write (descriptor, data, size), ==, (gssize) size);
  reader = foliot_event_reader_open (path, &error);
  close (descriptor);
  g_assert_true ((reader != NULL) != (error != NULL));
  g_assert_true (error == NULL || g_utf8_validate (error->message, -1, NULL));
  if (reader == NULL)
    return 0;
  first = foliot_event_reader_get_first (reader);
  last = foliot_event_reader_get_last (reader);
  if (last >= first && last - first < 100000)
    {
      read_all (reader, first);
      read_all (reader, first + (last - first) / 2);
    }
  return 0;
}

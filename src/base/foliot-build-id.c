/* SPDX-License-Identifier: MIT */
#include "base/foliot-build-id-private.h"

#include <elf.h>
#include <link.h>
#include <string.h>

/* The linker's note lies in a segment of its own, which is loaded with the rest. */

typedef struct
{
  guintptr symbol;
  char *id; /* nullable */
} Search;

static gboolean
holds (const struct dl_phdr_info *object, guintptr symbol)
{
  for (guint i = 0; i < object->dlpi_phnum; i++)
    {
      const ElfW (Phdr) *segment = &object->dlpi_phdr[i];
      guintptr start = object->dlpi_addr + segment->p_vaddr;

      if (segment->p_type == PT_LOAD && symbol >= start && symbol - start < segment->p_memsz)
        return TRUE;
    }
  return FALSE;
}

static char *
format_hex (const guint8 *bytes, gsize length)
{
  GString *text = g_string_sized_new (2 * length);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static char *
find_id (const guint8 *notes, gsize length)
{
  while (length >= sizeof (ElfW (Nhdr)))
    {
      const ElfW (Nhdr) *note = (const ElfW (Nhdr) *) notes;
      gsize name = (note->n_namesz + 3u) & ~3u, description = (note->n_descsz + 3u) & ~3u;
      gsize size = sizeof *note + name + description;

      if (size > length)
        break;
      if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4
          && memcmp (notes + sizeof *note, "GNU", 4) == 0)
        return format_hex (notes + sizeof *note + name, note->n_descsz);
      notes += size;
      length -= size;
    }
  return NULL;
}

static int
look_at (struct dl_phdr_info *object, size_t size, void *user_data)
{
  Search *search = user_data;

  if (!holds (object, search->symbol))
    return 0;
  for (guint i = 0; i < object->dlpi_phnum && search->id == NULL; i++)
    if (object->dlpi_phdr[i].p_type == PT_NOTE)
      search->id = find_id ((const guint8 *) (object->dlpi_addr + object->dlpi_phdr[i].p_vaddr),
                            object->dlpi_phdr[i].p_memsz);
  return 1;
}

char *
_foliot_build_id_of (gconstpointer symbol)
{
  Search search = { (guintptr) symbol, NULL };

  if (symbol != NULL)
    dl_iterate_phdr (look_at, &search);
  return search.id != NULL ? search.id : g_strdup ("unknown");
}

/* SPDX-License-Identifier: MIT */
#include "journal/foliot-journal-format-private.h"

#include <string.h>

/*
 * In its record the header is a sequence of items: a tag, a name, and bytes. So it grows without a new format, and who reads it
 * skips what it does not know.
 */

typedef enum
{
  ITEM_VERB = 1,
  ITEM_BUILD_ID,
  ITEM_SCENARIO_NAME,
  ITEM_SCENARIO_HASH,
  ITEM_SCENARIO,
  ITEM_SEED,
  ITEM_SETTING,
  ITEM_FILE,
  ITEM_PORT,
} Item;

static void
setting_free (gpointer data)
{
  FoliotJournalSetting *setting = data;

  g_free (setting->name);
  g_free (setting->value);
  g_free (setting);
}

static void
file_free (gpointer data)
{
  FoliotJournalFile *file = data;

  g_free (file->name);
  g_bytes_unref (file->bytes);
  g_free (file);
}

static void
port_free (gpointer data)
{
  FoliotJournalPort *port = data;

  g_free (port->name);
  g_free (port->kind);
  g_free (port->peer);
  g_free (port);
}

FoliotJournalHeader *
foliot_journal_header_new (const char *verb)
{
  FoliotJournalHeader *header = g_new0 (FoliotJournalHeader, 1);

  header->version = FOLIOT_JOURNAL_VERSION;
  header->verb = g_strdup (verb);
  header->settings = g_ptr_array_new_with_free_func (setting_free);
  header->files = g_ptr_array_new_with_free_func (file_free);
  header->ports = g_ptr_array_new_with_free_func (port_free);
  return header;
}

void
foliot_journal_header_free (FoliotJournalHeader *header)
{
  g_free (header->verb);
  g_free (header->build_id);
  g_free (header->scenario_name);
  g_free (header->scenario_hash);
  g_free (header->scenario);
  g_ptr_array_unref (header->settings);
  g_ptr_array_unref (header->files);
  g_ptr_array_unref (header->ports);
  g_free (header);
}

static FoliotJournalSetting *
find_setting (const FoliotJournalHeader *header, const char *name)
{
  for (guint i = 0; i < header->settings->len; i++)
    {
      FoliotJournalSetting *setting = g_ptr_array_index (header->settings, i);

      if (g_str_equal (setting->name, name))
        return setting;
    }
  return NULL;
}

void
foliot_journal_header_set (FoliotJournalHeader *header, const char *name, const char *value)
{
  FoliotJournalSetting *setting = find_setting (header, name);

  if (setting == NULL)
    {
      setting = g_new0 (FoliotJournalSetting, 1);
      setting->name = g_strdup (name);
      g_ptr_array_add (header->settings, setting);
    }
  g_free (setting->value);
  setting->value = g_strdup (value);
}

const char *
foliot_journal_header_get (const FoliotJournalHeader *header, const char *name)
{
  const FoliotJournalSetting *setting = find_setting (header, name);

  return setting != NULL ? setting->value : NULL;
}

void
foliot_journal_header_add_file (FoliotJournalHeader *header, const char *name, GBytes *bytes)
{
  FoliotJournalFile *file = g_new (FoliotJournalFile, 1);

  *file = (FoliotJournalFile){ .name = g_strdup (name), .bytes = g_bytes_ref (bytes) };
  g_ptr_array_add (header->files, file);
}

GBytes *
foliot_journal_header_get_file (const FoliotJournalHeader *header, const char *name)
{
  for (guint i = 0; i < header->files->len; i++)
    {
      FoliotJournalFile *file = g_ptr_array_index (header->files, i);

      if (g_str_equal (file->name, name))
        return file->bytes;
    }
  return NULL;
}

void
foliot_journal_header_add_port (FoliotJournalHeader *header, guint32 number, const char *name,
                                const char *kind, const char *peer)
{
  FoliotJournalPort *port = g_new (FoliotJournalPort, 1);

  *port = (FoliotJournalPort){
    .number = number, .name = g_strdup (name), .kind = g_strdup (kind), .peer = g_strdup (peer)
  };
  g_ptr_array_add (header->ports, port);
}

/* ---- writing ---- */

/* Returns: where @value_size bytes of the item's value go. */
static guint8 *
add_item (GByteArray *body, Item item, const char *name, gsize value_size)
{
  gsize name_length = name != NULL ? strlen (name) : 0;
  guint begin = body->len;
  guint8 *at;

  g_byte_array_set_size (body,
                         body->len + (guint) (1 + 4 + (name != NULL ? name_length + 1 : 0) + 4 + value_size));
  at = body->data + begin;
  *at = (guint8) item;
  at = _foliot_journal_put_text (at + 1, name);
  return _foliot_journal_put_u32 (at, (guint32) value_size);
}

static void
add_bytes (GByteArray *body, Item item, const char *name, gconstpointer data, gsize size)
{
  guint8 *at = add_item (body, item, name, size);

  if (size > 0)
    memcpy (at, data, size);
}

/* A nullable text. */
static void
add_text (GByteArray *body, Item item, const char *name, const char *value)
{
  if (value != NULL)
    add_bytes (body, item, name, value, strlen (value));
}

static void
add_port (GByteArray *body, const FoliotJournalPort *port)
{
  const char *kind = port->kind != NULL ? port->kind : "";
  gsize peer_size = port->peer != NULL ? strlen (port->peer) + 1 : 0;
  guint8 *at = add_item (body, ITEM_PORT, port->name, 4 + 4 + strlen (kind) + 1 + 4 + peer_size);

  at = _foliot_journal_put_u32 (at, port->number);
  at = _foliot_journal_put_text (at, kind);
  _foliot_journal_put_text (at, port->peer);
}

static gsize
length_of (const char *text)
{
  return text != NULL ? strlen (text) + 16 : 0;
}

/* An upper bound of what the body will have. */
static gsize
measure (const FoliotJournalHeader *header)
{
  gsize total = 64 + length_of (header->verb) + length_of (header->build_id)
                + length_of (header->scenario_name) + length_of (header->scenario_hash)
                + length_of (header->scenario);

  for (guint i = 0; i < header->settings->len; i++)
    {
      const FoliotJournalSetting *setting = g_ptr_array_index (header->settings, i);

      total += length_of (setting->name) + length_of (setting->value);
    }
  for (guint i = 0; i < header->files->len; i++)
    {
      const FoliotJournalFile *file = g_ptr_array_index (header->files, i);

      total += length_of (file->name) + g_bytes_get_size (file->bytes);
    }
  for (guint i = 0; i < header->ports->len; i++)
    {
      const FoliotJournalPort *port = g_ptr_array_index (header->ports, i);

      total += 32 + length_of (port->name) + length_of (port->kind) + length_of (port->peer);
    }
  return total;
}

static const char *
find_long_name (const FoliotJournalHeader *header)
{
  for (guint i = 0; i < header->settings->len; i++)
    {
      const FoliotJournalSetting *setting = g_ptr_array_index (header->settings, i);

      if (strlen (setting->name) > FOLIOT_JOURNAL_MAX_NAME_BYTES)
        return setting->name;
    }
  for (guint i = 0; i < header->files->len; i++)
    {
      const FoliotJournalFile *file = g_ptr_array_index (header->files, i);

      if (strlen (file->name) > FOLIOT_JOURNAL_MAX_NAME_BYTES)
        return file->name;
    }
  for (guint i = 0; i < header->ports->len; i++)
    {
      const FoliotJournalPort *port = g_ptr_array_index (header->ports, i);

      if (strlen (port->name) > FOLIOT_JOURNAL_MAX_NAME_BYTES)
        return port->name;
    }
  return NULL;
}

static gboolean
check_limits (const FoliotJournalHeader *header, GError **error)
{
  gsize total = measure (header);
  const char *name = find_long_name (header);

  if (name != NULL)
    g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_LIMIT,
                 "a name in the header of the journal has %" G_GSIZE_FORMAT
                 " bytes, and may have %" G_GSIZE_FORMAT ": “%.40s…”",
                 strlen (name), FOLIOT_JOURNAL_MAX_NAME_BYTES, name);
  else if (total > FOLIOT_JOURNAL_MAX_RECORD_BYTES)
    g_set_error (error, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_LIMIT,
                 "the scenario and its input files have %" G_GSIZE_FORMAT
                 " bytes; the header of a journal holds %" G_GSIZE_FORMAT,
                 total, FOLIOT_JOURNAL_MAX_RECORD_BYTES);
  else
    return TRUE;
  return FALSE;
}

GByteArray *
_foliot_journal_header_write (const FoliotJournalHeader *header, GError **error)
{
  g_autoptr (GByteArray) body = NULL;
  guint8 kind = FOLIOT_JOURNAL_HEADER;

  if (!check_limits (header, error))
    return NULL;
  body = g_byte_array_new ();
  g_byte_array_append (body, &kind, 1);
  add_text (body, ITEM_VERB, NULL, header->verb);
  add_text (body, ITEM_BUILD_ID, NULL, header->build_id);
  add_text (body, ITEM_SCENARIO_NAME, NULL, header->scenario_name);
  add_text (body, ITEM_SCENARIO_HASH, NULL, header->scenario_hash);
  add_text (body, ITEM_SCENARIO, NULL, header->scenario);
  _foliot_journal_put_u64 (add_item (body, ITEM_SEED, NULL, 8), header->seed);
  for (guint i = 0; i < header->settings->len; i++)
    {
      const FoliotJournalSetting *setting = g_ptr_array_index (header->settings, i);

      add_text (body, ITEM_SETTING, setting->name, setting->value);
    }
  for (guint i = 0; i < header->files->len; i++)
    {
      const FoliotJournalFile *file = g_ptr_array_index (header->files, i);
      gsize size;
      gconstpointer data = g_bytes_get_data (file->bytes, &size);

      add_bytes (body, ITEM_FILE, file->name, data, size);
    }
  for (guint i = 0; i < header->ports->len; i++)
    add_port (body, g_ptr_array_index (header->ports, i));
  return g_steal_pointer (&body);
}

/* ---- reading ---- */

static gboolean
read_text (GBytes *value, char **out_text)
{
  gsize size;
  const char *text = g_bytes_get_data (value, &size);

  g_free (*out_text);
  *out_text = size > 0 ? g_strndup (text, size) : g_strdup ("");
  return size == 0 || g_utf8_validate (text, (gssize) size, NULL);
}

static gboolean
read_setting (FoliotJournalHeader *header, const char *name, GBytes *value)
{
  g_autofree char *text = NULL;

  if (name == NULL || !read_text (value, &text))
    return FALSE;
  foliot_journal_header_set (header, name, text);
  return TRUE;
}

static gboolean
read_port (FoliotJournalHeader *header, const char *name, GBytes *value)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (value, &size);
  FoliotJournalCursor cursor = { .owner = value, .begin = data, .at = data, .end = data + size };
  guint32 number = _foliot_journal_take_u32 (&cursor);
  const char *kind = _foliot_journal_take_text (&cursor, FOLIOT_JOURNAL_MAX_TEXT_BYTES);
  const char *peer = _foliot_journal_take_text (&cursor, FOLIOT_JOURNAL_MAX_TEXT_BYTES);

  if (name == NULL || kind == NULL || cursor.is_bad || cursor.at != cursor.end)
    return FALSE;
  foliot_journal_header_add_port (header, number, name, kind, peer);
  return TRUE;
}

static gboolean
read_item (FoliotJournalHeader *header, Item item, const char *name, GBytes *value)
{
  switch (item)
    {
    case ITEM_VERB:
      return read_text (value, &header->verb);
    case ITEM_BUILD_ID:
      return read_text (value, &header->build_id);
    case ITEM_SCENARIO_NAME:
      return read_text (value, &header->scenario_name);
    case ITEM_SCENARIO_HASH:
      return read_text (value, &header->scenario_hash);
    case ITEM_SCENARIO:
      return read_text (value, &header->scenario);
    case ITEM_SEED:
      if (g_bytes_get_size (value) != 8)
        return FALSE;
      header->seed = _foliot_journal_peek_u64 (g_bytes_get_data (value, NULL));
      return TRUE;
    case ITEM_SETTING:
      return read_setting (header, name, value);
    case ITEM_FILE:
      if (name != NULL)
        foliot_journal_header_add_file (header, name, value);
      return name != NULL;
    case ITEM_PORT:
      return read_port (header, name, value);
    default:
      return TRUE;
    }
}

FoliotJournalHeader *
_foliot_journal_header_read (FoliotJournalCursor *cursor)
{
  g_autoptr (FoliotJournalHeader) header = foliot_journal_header_new (NULL);

  while (cursor->at < cursor->end && !cursor->is_bad)
    {
      Item item = _foliot_journal_take_u8 (cursor);
      const char *name = _foliot_journal_take_text (cursor, FOLIOT_JOURNAL_MAX_NAME_BYTES);
      g_autoptr (GBytes) value = _foliot_journal_take_bytes (cursor);

      if (cursor->is_bad || value == NULL || !read_item (header, item, name, value))
        return NULL;
    }
  return !cursor->is_bad && header->verb != NULL ? g_steal_pointer (&header) : NULL;
}

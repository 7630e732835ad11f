/* SPDX-License-Identifier: MIT */
#include "tools/foliot-show.h"

#include <stdio.h>

#include "tools/foliot-message.h"
#include "tools/foliot-print.h"

/*
 * The members are those of the record; those that are empty are left out. A message that has a JSON form is "message", one that is read but
 * has none "typed", and all others "bytes", in hexadecimal.
 */

typedef struct
{
  GPtrArray *pairs; /* key, value, … */
} Object;

static void
add (Object *object, const char *name, FoliotValue *value)
{
  g_ptr_array_add (object->pairs, foliot_value_new_string (name));
  g_ptr_array_add (object->pairs, value);
}

static void
add_text (Object *object, const char *name, const char *text)
{
  if (text != NULL)
    add (object, name, foliot_value_new_string (text));
}

static void
add_count (Object *object, const char *name, guint64 count)
{
  if (count != 0)
    add (object, name, foliot_value_new_uint (count));
}

static FoliotValue *
end_object (Object *object)
{
  FoliotValue *value = foliot_value_new_map ((FoliotValue **) object->pairs->pdata, object->pairs->len / 2);

  g_ptr_array_unref (object->pairs);
  return value;
}

static Object
begin_object (void)
{
  return (Object){ .pairs = g_ptr_array_new () };
}

static void
print_object (Object *object)
{
  g_autoptr (FoliotValue) value = end_object (object);
  g_autofree char *line = foliot_print_dup_plain (value);

  puts (line);
}

/* ---- the header ---- */

static FoliotValue *
list_settings (const FoliotJournalHeader *header)
{
  Object object = begin_object ();

  for (guint i = 0; i < header->settings->len; i++)
    {
      const FoliotJournalSetting *setting = g_ptr_array_index (header->settings, i);

      add_text (&object, setting->name, setting->value);
    }
  return end_object (&object);
}

static FoliotValue *
list_files (const FoliotJournalHeader *header)
{
  Object object = begin_object ();

  for (guint i = 0; i < header->files->len; i++)
    {
      const FoliotJournalFile *file = g_ptr_array_index (header->files, i);

      add (&object, file->name, foliot_value_new_uint (g_bytes_get_size (file->bytes)));
    }
  return end_object (&object);
}

static FoliotValue *
list_ports (const FoliotJournalHeader *header)
{
  g_autofree FoliotValue **items = g_new (FoliotValue *, header->ports->len + 1);

  for (guint i = 0; i < header->ports->len; i++)
    {
      const FoliotJournalPort *port = g_ptr_array_index (header->ports, i);
      Object object = begin_object ();

      add_count (&object, "number", port->number);
      add_text (&object, "name", port->name);
      add_text (&object, "kind", port->kind);
      add_text (&object, "peer", port->peer);
      items[i] = end_object (&object);
    }
  return foliot_value_new_list (items, header->ports->len);
}

void
foliot_show_json_header (FoliotShow *show)
{
  const FoliotJournalHeader *header = foliot_journal_reader_get_header (show->reader);
  Object object = begin_object ();

  add_text (&object, "kind", "header");
  add_count (&object, "version", header->version);
  add_text (&object, "verb", header->verb);
  add_text (&object, "build_id", header->build_id);
  add_text (&object, "scenario_name", header->scenario_name);
  add_text (&object, "scenario_hash", header->scenario_hash);
  add_text (&object, "scenario", header->scenario);
  add (&object, "seed", foliot_value_new_uint (header->seed));
  add (&object, "settings", list_settings (header));
  add (&object, "files", list_files (header));
  add (&object, "ports", list_ports (header));
  print_object (&object);
}

/* ---- records ---- */

static void
add_bytes (Object *object, GBytes *bytes)
{
  g_autoptr (FoliotValue) message = foliot_message_read (bytes);
  GString *hex;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (message != NULL && foliot_print_has_plain_json (message))
    {
      add (object, "message", g_steal_pointer (&message));
      return;
    }
  if (message != NULL)
    {
      g_autofree char *typed = foliot_typed_format (message);

      add_text (object, "typed", typed);
      return;
    }
  hex = g_string_sized_new (2 * size + 1);
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  add_text (object, "bytes", hex->str);
  g_string_free (hex, TRUE);
}

static void
add_error (Object *object, const GError *error)
{
  Object description = begin_object ();

  add_text (&description, "domain", g_quark_to_string (error->domain));
  add (&description, "code", foliot_value_new_int (error->code));
  add_text (&description, "message", error->message);
  add (object, "error", end_object (&description));
}

static const char *
get_port_name (FoliotShow *show, guint32 number)
{
  const FoliotJournalPort *port = foliot_journal_reader_get_port (show->reader, number);

  return port != NULL ? port->name : NULL;
}

static void
add_hash (Object *object, guint64 hash)
{
  g_autofree char *text = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", hash);

  if (hash != 0)
    add_text (object, "hash", text);
}

void
foliot_show_json_record (FoliotShow *show, const FoliotJournalRecord *record)
{
  Object object = begin_object ();

  add_text (&object, "kind", foliot_journal_kind_get_name (record->kind));
  add_count (&object, "record", record->number);
  add_count (&object, "offset", record->offset);
  add (&object, "wall_us", foliot_value_new_int (record->wall_us));
  add (&object, "time_ns", foliot_value_new_int (record->time_ns));
  add_count (&object, "event", record->event);
  add_count (&object, "port", record->port);
  add_text (&object, "port_name", get_port_name (show, record->port));
  if (record->kind == FOLIOT_JOURNAL_CONTROL)
    add_text (&object, "what", foliot_journal_control_get_name (record->what));
  else
    add_count (&object, "what", record->what);
  add_count (&object, "sequence", record->sequence);
  add_count (&object, "order", record->order);
  add_count (&object, "last_out", record->last_out);
  if (record->last_out != 0)
    add (&object, "last_out_time_ns", foliot_value_new_int (record->last_out_time_ns));
  add_count (&object, "length", record->length);
  add_hash (&object, record->hash);
  add_text (&object, "name", record->name);
  add_text (&object, "text", record->text);
  if (record->bytes != NULL)
    add_bytes (&object, record->bytes);
  if (record->error != NULL)
    add_error (&object, record->error);
  print_object (&object);
}

void
foliot_show_json_error (FoliotShow *show, const GError *error)
{
  Object object = begin_object ();
  guint64 n_records, place = foliot_journal_reader_get_place (show->reader, &n_records);

  add_text (&object, "kind", error->code == FOLIOT_JOURNAL_ERROR_TRUNCATED ? "truncated" : "damaged");
  add_count (&object, "records", n_records);
  add_count (&object, "good_until", place);
  add_text (&object, "text", error->message);
  print_object (&object);
}

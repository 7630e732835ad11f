/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-codec.h>

#include "codec/foliot-json-private.h"
#include "codec/foliot-stand-in-private.h"

/*
 * The notation of the recorded wire data, in which every value says what it is: `["int", "-5"]`. It is JSON, so reading
 * is two steps: our JSON reader, then this walk over what it gave, without recursion.
 *
 * Recipes (`repeat`, `fill`, `countmap`, `lcg`) are read and never written.
 */

/* What all recipes of a notation may make: just enough for the recorded data, too little to take memory or time. */
#define MAX_RECIPE_BYTES (1024 * 1024)
#define MAX_RECIPE_ITEMS (64 * 1024)

static const FoliotLimits no_limits = { G_MAXUINT32, G_MAXUINT32, G_MAXUINT32 };

/* ---- reading --------------------------------------------------------------------------------------------------- */

typedef enum
{
  OPEN_LIST,
  OPEN_MAP,
  OPEN_OBJECT,
} OpenKind;

/* A node whose children are being read. */
typedef struct
{
  OpenKind kind;
  FoliotValue *parts; /* list: children; map: pairs; object: fields */
  gsize index;
  gsize length;
  gsize base;
  GType type; /* of an object */
} Open;

/* What recipes may still make. */
typedef struct
{
  gsize bytes;
  gsize items;
} Room;

typedef struct
{
  GArray *opens;
  GPtrArray *values;
  Room room;
} Parser;

static gboolean
fail (FoliotValue *node, const char *expected, GError **error)
{
  g_autofree char *text = foliot_value_print (node);

  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE, "Typed notation: %s, expected %s", text, expected);
  return FALSE;
}

static gboolean
is_kind (FoliotValue *value, FoliotValueKind kind)
{
  return value != NULL && foliot_value_get_kind (value) == kind;
}

static gboolean
is_list_of (FoliotValue *value, gsize length)
{
  return is_kind (value, FOLIOT_VALUE_LIST) && foliot_value_get_length (value) == length;
}

static gboolean
is_text (FoliotValue *value, const char *text)
{
  return is_kind (value, FOLIOT_VALUE_STRING) && strcmp (foliot_value_get_string (value, NULL), text) == 0;
}

/* Returns: (transfer full) (nullable): NULL unless @value is a text of hex digits in pairs */
static GByteArray *
parse_hex (FoliotValue *value)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const char *text;
  gsize length;

  if (!is_kind (value, FOLIOT_VALUE_STRING))
    return NULL;
  text = foliot_value_get_string (value, &length);
  if (length % 2 != 0)
    return NULL;
  for (gsize i = 0; i < length; i += 2)
    {
      gint high = g_ascii_xdigit_value (text[i]);
      gint low = g_ascii_xdigit_value (text[i + 1]);
      guint8 byte;

      if (high < 0 || low < 0)
        return NULL;
      byte = (guint8) (high << 4 | low);
      g_byte_array_append (bytes, &byte, 1);
    }
  return g_steal_pointer (&bytes);
}

static FoliotValue *
parse_float (FoliotValue *payload)
{
  g_autoptr (GByteArray) bytes = parse_hex (payload);
  guint64 bits;
  double real;

  if (bytes == NULL || bytes->len != 8)
    return NULL;
  memcpy (&bits, bytes->data, 8);
  bits = GUINT64_FROM_BE (bits);
  memcpy (&real, &bits, 8);
  return foliot_value_new_double (real);
}

/* UTF-16BE in hex: the same units as \u escapes, which the JSON reader joins. */
static FoliotValue *
parse_str16 (FoliotValue *payload)
{
  g_autoptr (GByteArray) bytes = parse_hex (payload);
  g_autoptr (GString) json = g_string_new ("\"");

  if (bytes == NULL || bytes->len % 2 != 0)
    return NULL;
  for (guint i = 0; i < bytes->len; i += 2)
    g_string_append_printf (json, "\\u%02x%02x", bytes->data[i], bytes->data[i + 1]);
  g_string_append_c (json, '"');
  return _foliot_json_read ((const guint8 *) json->str, json->len, &no_limits, NULL);
}

static FoliotValue *
parse_date (FoliotValue *payload)
{
  FoliotDate date;

  if (!is_kind (payload, FOLIOT_VALUE_STRING)
      || !foliot_date_parse (foliot_value_get_string (payload, NULL), &date, NULL))
    return NULL;
  return foliot_value_new_date (&date);
}

static FoliotValue *
parse_ext (FoliotValue *payload)
{
  g_autoptr (GByteArray) bytes = NULL;
  FoliotValue *code;

  if (!is_list_of (payload, 2))
    return NULL;
  code = foliot_value_get_item (payload, 0);
  bytes = parse_hex (foliot_value_get_item (payload, 1));
  if (bytes == NULL || !foliot_value_fits_int64 (code) || foliot_value_get_int (code) < 0
      || foliot_value_get_int (code) > 127)
    return NULL;
  return foliot_value_new_ext ((guint8) foliot_value_get_int (code), bytes->data, bytes->len);
}

static FoliotValue *
parse_bool (FoliotValue *payload)
{
  return is_kind (payload, FOLIOT_VALUE_BOOL) ? foliot_value_ref (payload) : NULL;
}

static FoliotValue *
parse_int (FoliotValue *payload)
{
  gsize length;
  const char *digits;

  if (!is_kind (payload, FOLIOT_VALUE_STRING))
    return NULL;
  digits = foliot_value_get_string (payload, &length);
  return foliot_value_new_decimal (digits, (gssize) length);
}

static FoliotValue *
parse_str (FoliotValue *payload)
{
  return is_kind (payload, FOLIOT_VALUE_STRING) ? foliot_value_ref (payload) : NULL;
}

static FoliotValue *
parse_bytes (FoliotValue *payload)
{
  g_autoptr (GByteArray) bytes = parse_hex (payload);

  return bytes != NULL ? foliot_value_new_bytes (bytes->data, bytes->len) : NULL;
}

static FoliotValue *
parse_stand_in (FoliotValue *payload, GType type)
{
  return is_kind (payload, FOLIOT_VALUE_STRING)
             ? _foliot_stand_in_new_text (type, foliot_value_get_string (payload, NULL))
             : NULL;
}

static FoliotValue *
parse_service (FoliotValue *payload)
{
  return parse_stand_in (payload, FOLIOT_TYPE_STAND_IN_SERVICE);
}

static FoliotValue *
parse_proxy (FoliotValue *payload)
{
  return parse_stand_in (payload, FOLIOT_TYPE_STAND_IN_PROXY);
}

static FoliotValue *
parse_unsupported (FoliotValue *payload)
{
  return is_text (payload, "set") ? _foliot_stand_in_new_text (FOLIOT_TYPE_STAND_IN_SET, "") : NULL;
}

static const struct
{
  const char *tag;
  FoliotValue *(*parse) (FoliotValue *payload);
  const char *expected;
} scalars[] = {
  { "bool", parse_bool, "true or false" },
  { "int", parse_int, "decimal digits in a text" },
  { "float", parse_float, "16 hex digits" },
  { "str", parse_str, "a text" },
  { "str16", parse_str16, "UTF-16BE in hex" },
  { "bytes", parse_bytes, "hex digits" },
  { "date", parse_date, "a date as text" },
  { "service", parse_service, "a path" },
  { "proxy", parse_proxy, "a path" },
  { "ext", parse_ext, "[code 0 to 127, hex digits]" },
  { "unsupported", parse_unsupported, "\"set\"" },
};

/* ---- recipes --------------------------------------------------------------------------------------------------- */

/* A map's entry, NULL for anything else. */
static FoliotValue *
get_entry (FoliotValue *payload, const char *name)
{
  return is_kind (payload, FOLIOT_VALUE_MAP) ? foliot_value_lookup (payload, name) : NULL;
}

/* Takes from @room what @count pieces of @size are. Whether @count is one and there is room. */
static gboolean
take_room (gsize *room, FoliotValue *count, gsize size, gsize *out_count)
{
  gint64 n = count != NULL && foliot_value_fits_int64 (count) ? foliot_value_get_int (count) : -1;

  if (n < 0 || n > MAX_RECIPE_BYTES || (guint64) n * size > *room)
    return FALSE;
  *room -= (gsize) n * size;
  *out_count = (gsize) n;
  return TRUE;
}

static FoliotValue *
parse_repeat (FoliotValue *payload, Room *room)
{
  FoliotValue *of = get_entry (payload, "of");
  g_autoptr (GByteArray) piece = NULL;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  gboolean is_string = is_list_of (of, 2) && is_text (foliot_value_get_item (of, 0), "str");
  gsize count;

  if (is_string && is_kind (foliot_value_get_item (of, 1), FOLIOT_VALUE_STRING))
    {
      gsize length;
      const char *text = foliot_value_get_string (foliot_value_get_item (of, 1), &length);

      piece = g_byte_array_append (g_byte_array_new (), (const guint8 *) text, (guint) length);
    }
  else if (is_list_of (of, 2) && is_text (foliot_value_get_item (of, 0), "bytes"))
    piece = parse_hex (foliot_value_get_item (of, 1));
  if (piece == NULL || !take_room (&room->bytes, get_entry (payload, "n"), piece->len, &count))
    return NULL;
  for (gsize i = 0; i < count; i++)
    g_byte_array_append (all, piece->data, piece->len);
  return is_string ? foliot_value_new_string_len ((const char *) all->data, all->len)
                   : foliot_value_new_bytes (all->data, all->len);
}

static FoliotValue *
parse_lcg (FoliotValue *payload, Room *room)
{
  FoliotValue *seed = get_entry (payload, "seed");
  g_autofree guint8 *bytes = NULL;
  gsize count;
  guint64 x;

  if (seed == NULL || !foliot_value_fits_int64 (seed)
      || !take_room (&room->bytes, get_entry (payload, "n"), 1, &count))
    return NULL;
  x = (guint64) foliot_value_get_int (seed);
  bytes = g_malloc (count + 1);
  for (gsize i = 0; i < count; i++)
    {
      x = (1103515245 * x + 12345) & 0x7fffffff;
      bytes[i] = (guint8) (x >> 16);
    }
  return foliot_value_new_bytes (bytes, count);
}

static FoliotValue *
parse_countmap (FoliotValue *payload, Room *room)
{
  g_autofree FoliotValue **pairs = NULL;
  gsize count;

  if (!take_room (&room->items, payload, 1, &count))
    return NULL;
  pairs = g_new (FoliotValue *, 2 * count);
  for (gsize i = 0; i < count; i++)
    {
      pairs[2 * i] = foliot_value_new_int ((gint64) i);
      pairs[2 * i + 1] = foliot_value_new_int (0);
    }
  return foliot_value_new_map (pairs, count);
}

/* How many of the first scalars a list may be filled with: those that are small. */
#define N_FILLERS 4

static FoliotValue *
parse_fill (FoliotValue *payload, Room *room)
{
  FoliotValue *of = get_entry (payload, "of");
  g_autoptr (FoliotValue) filler = NULL;
  g_autofree FoliotValue **items = NULL;
  gsize count;

  for (gsize i = 0; is_list_of (of, 2) && i < N_FILLERS; i++)
    if (is_text (foliot_value_get_item (of, 0), scalars[i].tag))
      filler = scalars[i].parse (foliot_value_get_item (of, 1));
  if (filler == NULL || !take_room (&room->items, get_entry (payload, "n"), 1, &count))
    return NULL;
  items = g_new (FoliotValue *, count);
  for (gsize i = 0; i < count; i++)
    items[i] = foliot_value_ref (filler);
  return foliot_value_new_list (items, count);
}

static const struct
{
  const char *tag;
  FoliotValue *(*parse) (FoliotValue *payload, Room *room);
  const char *expected;
} recipes[] = {
  { "repeat", parse_repeat, "{\"of\": str or bytes, \"n\": count}, and 1 MiB in all recipes" },
  { "fill", parse_fill, "{\"of\": bool, int, float or str, \"n\": count}, and 65536 items in all recipes" },
  { "countmap", parse_countmap, "a count, and 65536 items in all recipes" },
  { "lcg", parse_lcg, "{\"seed\": number, \"n\": count}, and 1 MiB in all recipes" },
};

/* ---- nodes ----------------------------------------------------------------------------------------------------- */

static gboolean
open_node (Parser *parser, OpenKind kind, FoliotValue *parts, gsize length, GType type)
{
  Open open = { kind, parts, 0, length, parser->values->len, type };

  g_array_append_val (parser->opens, open);
  return TRUE;
}

static gboolean
open_object (Parser *parser, FoliotValue *payload, GError **error)
{
  FoliotValue *fields;
  GType type;
  const char *const *names;
  gsize n_names;

  if (!is_list_of (payload, 2) || !is_kind (foliot_value_get_item (payload, 0), FOLIOT_VALUE_STRING))
    return fail (payload, "[class, [[name, value], ...]]", error);
  type = _foliot_stand_in_type_from_name (foliot_value_get_string (foliot_value_get_item (payload, 0), NULL));
  if (type == G_TYPE_INVALID)
    return fail (payload, "an object of class V or W", error);
  names = _foliot_stand_in_get_names (type, &n_names);
  fields = foliot_value_get_item (payload, 1);
  if (!is_list_of (fields, n_names))
    return fail (payload, "a value for each parameter of the class", error);
  for (gsize i = 0; i < n_names; i++)
    if (!is_list_of (foliot_value_get_item (fields, i), 2)
        || !is_text (foliot_value_get_item (foliot_value_get_item (fields, i), 0), names[i]))
      return fail (payload, "the parameters of the class in order", error);
  return open_node (parser, OPEN_OBJECT, fields, n_names, type);
}

/* Takes the value of a scalar's or a recipe's node. @value: (nullable): NULL if there was something else in it. */
static gboolean
add_value (Parser *parser, FoliotValue *node, FoliotValue *value, const char *expected, GError **error)
{
  if (value == NULL)
    return fail (node, expected, error);
  g_ptr_array_add (parser->values, value);
  return TRUE;
}

/* Reads a node without children at once, opens one that has some. */
static gboolean
meet_node (Parser *parser, FoliotValue *node, GError **error)
{
  FoliotValue *payload;
  const char *tag;

  if (is_list_of (node, 1) && is_text (foliot_value_get_item (node, 0), "null"))
    {
      g_ptr_array_add (parser->values, foliot_value_new_null ());
      return TRUE;
    }
  if (!is_list_of (node, 2) || !is_kind (foliot_value_get_item (node, 0), FOLIOT_VALUE_STRING))
    return fail (node, "[tag, content]", error);
  tag = foliot_value_get_string (foliot_value_get_item (node, 0), NULL);
  payload = foliot_value_get_item (node, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (scalars); i++)
    if (strcmp (scalars[i].tag, tag) == 0)
      return add_value (parser, node, scalars[i].parse (payload), scalars[i].expected, error);
  for (gsize i = 0; i < G_N_ELEMENTS (recipes); i++)
    if (strcmp (recipes[i].tag, tag) == 0)
      return add_value (parser, node, recipes[i].parse (payload, &parser->room), recipes[i].expected, error);
  if (strcmp (tag, "obj") == 0)
    return open_object (parser, payload, error);
  if (strcmp (tag, "list") == 0 && is_kind (payload, FOLIOT_VALUE_LIST))
    return open_node (parser, OPEN_LIST, payload, foliot_value_get_length (payload), G_TYPE_NONE);
  if (strcmp (tag, "map") == 0 && is_kind (payload, FOLIOT_VALUE_LIST))
    return open_node (parser, OPEN_MAP, payload, 2 * foliot_value_get_length (payload), G_TYPE_NONE);
  return fail (node, "a known tag and its content", error);
}

/* Returns: (nullable): the next child of an open node, NULL with @error if it is malformed */
static FoliotValue *
get_child (const Open *open, gsize index, GError **error)
{
  FoliotValue *pair;

  switch (open->kind)
    {
    case OPEN_LIST:
      return foliot_value_get_item (open->parts, index);
    case OPEN_MAP:
      pair = foliot_value_get_item (open->parts, index / 2);
      if (is_list_of (pair, 2))
        return foliot_value_get_item (pair, index % 2);
      fail (pair, "[key, value]", error);
      return NULL;
    case OPEN_OBJECT:
    default:
      return foliot_value_get_item (foliot_value_get_item (open->parts, index), 1);
    }
}

/* Takes the children off the values and puts what they make there. */
static void
close_node (Parser *parser)
{
  Open open = g_array_index (parser->opens, Open, parser->opens->len - 1);
  FoliotValue **children = (FoliotValue **) parser->values->pdata + open.base;
  FoliotValue *built;

  switch (open.kind)
    {
    case OPEN_LIST:
      built = foliot_value_new_list (children, open.length);
      break;
    case OPEN_MAP:
      built = foliot_value_new_map (children, open.length / 2);
      break;
    case OPEN_OBJECT:
    default:
      built = _foliot_stand_in_new_fields (open.type, children);
      break;
    }
  parser->values->len = (guint) open.base;
  g_ptr_array_add (parser->values, built);
  g_array_set_size (parser->opens, parser->opens->len - 1);
}

static gboolean
parse_nodes (Parser *parser, FoliotValue *root, GError **error)
{
  gboolean ok = meet_node (parser, root, error);

  while (ok && parser->opens->len > 0)
    {
      Open *open = &g_array_index (parser->opens, Open, parser->opens->len - 1);

      if (open->index < open->length)
        {
          FoliotValue *child = get_child (open, open->index++, error);

          ok = child != NULL && meet_node (parser, child, error);
        }
      else
        close_node (parser);
    }
  return ok;
}

FoliotValue *
_foliot_typed_from_notation (FoliotValue *notation, GError **error)
{
  Parser parser = { g_array_new (FALSE, FALSE, sizeof (Open)),
                    g_ptr_array_sized_new (16),
                    { MAX_RECIPE_BYTES, MAX_RECIPE_ITEMS } };
  FoliotValue *value = NULL;

  if (parse_nodes (&parser, notation, error))
    value = g_ptr_array_remove_index (parser.values, 0);
  for (guint i = 0; i < parser.values->len; i++)
    foliot_value_unref (parser.values->pdata[i]);
  g_ptr_array_unref (parser.values);
  g_array_unref (parser.opens);
  return value;
}

FoliotValue *
foliot_typed_parse (const char *text, GError **error)
{
  g_autoptr (FoliotValue) notation = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  notation = _foliot_json_read ((const guint8 *) text, strlen (text), &no_limits, error);
  return notation != NULL ? _foliot_typed_from_notation (notation, error) : NULL;
}

/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wire-data.h"

/* GObject classes that travel by their properties: what aiomas' `@serializable` does for Python classes. */

typedef enum
{
  SHADE_DARK = 1,
  SHADE_LIGHT = 5,
} Shade;

static GType
shade_get_type (void)
{
  static const GEnumValue shades[]
      = { { SHADE_DARK, "SHADE_DARK", "dark" }, { SHADE_LIGHT, "SHADE_LIGHT", "light" }, { 0 } };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("TestShade", shades));
  return type;
}

typedef struct
{
  GObject parent_instance;
  GValue values[12];
} Point;

typedef GObjectClass PointClass;

static const char *const point_names[]
    = { "x", "y", "count", "small", "big", "long", "ulong", "flag", "shade", "half", "any", "raw", NULL };

static GType point_get_type (void);
G_DEFINE_TYPE (Point, point, G_TYPE_OBJECT)

static void
point_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  Point *self = (Point *) object;

  if (G_IS_VALUE (&self->values[id - 1]))
    g_value_copy (&self->values[id - 1], value);
}

static void
point_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  Point *self = (Point *) object;

  if (!G_IS_VALUE (&self->values[id - 1]))
    g_value_init (&self->values[id - 1], G_VALUE_TYPE (value));
  g_value_copy (value, &self->values[id - 1]);
}

static void
point_finalize (GObject *object)
{
  Point *self = (Point *) object;

  for (gsize i = 0; i < G_N_ELEMENTS (self->values); i++)
    if (G_IS_VALUE (&self->values[i]))
      g_value_unset (&self->values[i]);
  G_OBJECT_CLASS (point_parent_class)->finalize (object);
}

static void
point_class_init (PointClass *klass)
{
  GParamSpec *specs[] = {
    NULL,
    g_param_spec_double ("x", NULL, NULL, -1e9, 1e9, 0, G_PARAM_READWRITE),
    g_param_spec_string ("y", NULL, NULL, NULL, G_PARAM_READWRITE),
    g_param_spec_int ("count", NULL, NULL, -10, 10, 0, G_PARAM_READWRITE),
    g_param_spec_uint ("small", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READWRITE),
    g_param_spec_uint64 ("big", NULL, NULL, 0, G_MAXUINT64, 0, G_PARAM_READWRITE),
    g_param_spec_long ("long", NULL, NULL, G_MINLONG, G_MAXLONG, 0, G_PARAM_READWRITE),
    g_param_spec_ulong ("ulong", NULL, NULL, 0, G_MAXULONG, 0, G_PARAM_READWRITE),
    g_param_spec_boolean ("flag", NULL, NULL, FALSE, G_PARAM_READWRITE),
    g_param_spec_enum ("shade", NULL, NULL, shade_get_type (), SHADE_DARK, G_PARAM_READWRITE),
    g_param_spec_float ("half", NULL, NULL, -1, 1, 0, G_PARAM_READWRITE),
    g_param_spec_boxed ("any", NULL, NULL, FOLIOT_TYPE_VALUE, G_PARAM_READWRITE),
    g_param_spec_boxed ("raw", NULL, NULL, G_TYPE_BYTES, G_PARAM_READWRITE),
  };

  klass->get_property = point_get_property;
  klass->set_property = point_set_property;
  klass->finalize = point_finalize;
  g_object_class_install_properties (klass, G_N_ELEMENTS (specs), specs);
}

static void
point_init (Point *self)
{
}

/* The same with a class that prints nothing of its own. */
typedef Point Quiet;
typedef PointClass QuietClass;

static GType quiet_get_type (void);
G_DEFINE_TYPE (Quiet, quiet, point_get_type ())

static void
quiet_class_init (QuietClass *klass)
{
}

static void
quiet_init (Quiet *self)
{
}

static FoliotCodec *
new_codec (GType type)
{
  FoliotCodec *codec = foliot_codec_new (type);
  g_autoptr (GError) error = NULL;

  foliot_codec_add_serializer (codec, foliot_serializable_new (point_get_type (), point_names, TRUE), &error);
  g_assert_no_error (error);
  return codec;
}

/* @any: (transfer full) */
static FoliotValue *
new_point (FoliotValue *any)
{
  g_autoptr (GBytes) raw = g_bytes_new_static ("\0\377", 2);
  g_autoptr (GObject) object
      = g_object_new (point_get_type (), "x", 1.5, "y", "\303\251", "count", -10, "small", G_MAXUINT, "big",
                      G_MAXUINT64, "long", G_MINLONG, "ulong", G_MAXULONG, "flag", TRUE, "shade", SHADE_LIGHT,
                      "half", -0.5, "any", any, "raw", raw, NULL);

  foliot_value_unref (any);
  return foliot_value_new_object (point_get_type (), object);
}

static void
test_round_trip (void)
{
  GType types[] = { FOLIOT_TYPE_CODEC_MSGPACK, FOLIOT_TYPE_CODEC_BLOSC };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (FoliotCodec) codec = new_codec (types[i]);
      g_autoptr (FoliotValue) value
          = new_point (foliot_value_build_list (new_point (foliot_value_new_null ()), NULL));
      g_autoptr (GByteArray) bytes = wire_data_encode (codec, value);
      g_autoptr (GError) error = NULL;
      g_autoptr (FoliotValue) back = foliot_codec_decode (codec, bytes->data, bytes->len, &error);
      g_autofree char *y = NULL;

      g_assert_no_error (error);
      g_assert_true (foliot_value_equal (back, value));
      g_assert_cmpuint (foliot_value_hash (back), ==, foliot_value_hash (value));
      g_object_get (foliot_value_get_object (back, point_get_type ()), "y", &y, NULL);
      g_assert_cmpstr (y, ==, "\303\251");
    }
}

static void
test_json_form (void)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  const char *const names[] = { "x", "y", NULL };
  const FoliotSerializer *serializer = foliot_serializable_new (quiet_get_type (), names, FALSE);
  g_autoptr (GObject) object = g_object_new (quiet_get_type (), "x", 2.0, NULL);
  g_autoptr (FoliotValue) value = foliot_value_new_object (quiet_get_type (), object);
  g_autoptr (GByteArray) bytes = NULL;
  g_autofree char *codec_text = NULL;
  g_autofree char *print = NULL;

  g_assert_true (serializer == foliot_serializable_new (quiet_get_type (), names, FALSE));
  g_assert_true (foliot_codec_add_serializer (codec, serializer, NULL));
  bytes = wire_data_encode (codec, value);
  g_assert_cmpmem (bytes->data, bytes->len, "{\"__type__\": [0, {\"x\": 2.0, \"y\": null}]}", 40);
  codec_text = foliot_codec_to_string (codec);
  g_assert_cmpstr (codec_text, ==, "JSON[Quiet]");
  print = foliot_value_print (value);
  g_assert_null (strstr (print, "x=2.0"));
}

static void
test_repr (void)
{
  g_autoptr (GObject) object = g_object_new (point_get_type (), "x", 1.0, "y", "b", NULL);
  g_autoptr (FoliotValue) value = foliot_value_new_object (point_get_type (), object);
  g_autofree char *print = foliot_value_print (value);

  g_assert_true (g_str_has_prefix (print, "Point(x=1.0, y='b', count=0, small=0, "));
}

/* A hash and an equality by content: other properties, other object. */
static void
test_identity (void)
{
  g_autoptr (FoliotValue) a = new_point (foliot_value_new_int (1));
  g_autoptr (FoliotValue) b = new_point (foliot_value_new_int (1));
  g_autoptr (FoliotValue) c = new_point (foliot_value_new_int (2));

  g_assert_true (foliot_value_equal (a, b));
  g_assert_false (foliot_value_equal (a, c));
  g_assert_cmpuint (foliot_value_hash (a), ==, foliot_value_hash (b));
  g_assert_cmpuint (foliot_value_hash (a), !=, foliot_value_hash (c));
}

static void
assert_type_error (FoliotCodec *codec, const char *fields, const char *message)
{
  g_autofree char *json = g_strdup_printf ("{\"__type__\": [0, %s]}", fields);
  g_autoptr (GError) error = NULL;

  g_assert_null (foliot_codec_decode (codec, (const guint8 *) json, strlen (json), &error));
  g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_wrong_arguments (void)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  const char *const names[] = { "x", "y", NULL };

  foliot_codec_add_serializer (codec, foliot_serializable_new (quiet_get_type (), names, FALSE), NULL);
  assert_type_error (codec, "{\"x\": 1, \"y\": null, \"z\": 3}",
                     "__init__() got an unexpected keyword argument 'z'");
  assert_type_error (codec, "{\"x\": 1}", "__init__() missing 1 required positional argument: 'y'");
  assert_type_error (codec, "{}", "__init__() missing 2 required positional arguments: 'x' and 'y'");
  assert_type_error (codec, "[1, 2]", "[1, 2] is no map from parameter names to values");
  assert_type_error (codec, "{\"x\": \"1\", \"y\": null}",
                     "__init__() argument 'x' cannot be '1': it takes a gdouble in its range");
  assert_type_error (codec, "{\"x\": 1e10, \"y\": null}",
                     "__init__() argument 'x' cannot be 10000000000.0: it takes a gdouble in its range");
  assert_type_error (codec, "{\"x\": 1, \"y\": \"a\\u0000b\"}",
                     "__init__() argument 'y' cannot be 'a\\x00b': it takes a gchararray in its range");
}

/* Each kind of property refuses what it cannot hold. */
static void
test_wrong_values (void)
{
  g_autoptr (FoliotCodec) codec = new_codec (FOLIOT_TYPE_CODEC_JSON);
  const char *good
      = "{\"x\": 0, \"y\": \"\", \"count\": 1, \"small\": 1, \"big\": 1, \"long\": 1, \"ulong\": 1, "
        "\"flag\": true, \"shade\": 5, \"half\": 0, \"any\": [], \"raw\": null}";
  const char *bad[][2] = {
    { "\"count\": 1", "\"count\": 11" },      { "\"count\": 1", "\"count\": 4294967297" },
    { "\"small\": 1", "\"small\": -1" },      { "\"small\": 1", "\"small\": 4294967296" },
    { "\"big\": 1", "\"big\": -1" },          { "\"big\": 1", "\"big\": 18446744073709551616" },
    { "\"long\": 1", "\"long\": 1.0" },       { "\"long\": 1", "\"long\": 9223372036854775808" },
    { "\"ulong\": 1", "\"ulong\": null" },    { "\"flag\": true", "\"flag\": 1" },
    { "\"shade\": 5", "\"shade\": 2" },       { "\"half\": 0", "\"half\": 2" },
    { "\"raw\": null", "\"raw\": \"text\"" }, { "\"x\": 0", "\"x\": true" },
  };
  g_autofree char *good_json = g_strdup_printf ("{\"__type__\": [0, %s]}", good);
  g_autoptr (FoliotValue) value
      = foliot_codec_decode (codec, (const guint8 *) good_json, strlen (good_json), NULL);

  g_assert_nonnull (value);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (GStrv) parts = g_strsplit (good_json, bad[i][0], 2);
      g_autofree char *json = g_strjoinv (bad[i][1], parts);
      g_autoptr (GError) error = NULL;

      g_assert_cmpstr (json, !=, good_json);
      g_assert_null (foliot_codec_decode (codec, (const guint8 *) json, strlen (json), &error));
      g_assert_error (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  foliot_serializable_new (point_get_type (), point_names, TRUE);
  g_test_add_func ("/codec/serializable/row-048-round-trip", test_round_trip);
  g_test_add_func ("/codec/serializable/json-form", test_json_form);
  g_test_add_func ("/codec/serializable/row-048-repr", test_repr);
  g_test_add_func ("/codec/serializable/identity", test_identity);
  g_test_add_func ("/codec/serializable/wrong-arguments", test_wrong_arguments);
  g_test_add_func ("/codec/serializable/wrong-values", test_wrong_values);
  return g_test_run ();
}

/* SPDX-License-Identifier: MIT */
#include "bench-codec.h"

#include <foliot/foliot-codec.h>

#include <json-glib/json-glib.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/*
 * Values and codecs, each beside the library that one would take instead. Best of some rounds, in processor time of the
 * thread: what other programs do at the same time counts less.
 */

#define N_ROUNDS 5

typedef struct
{
  FoliotCodec *codec;
  FoliotValue *value;
  GByteArray *bytes; /* encoded by our codec */
} Subject;

typedef void (*Work) (const Subject *subject);

static double
thread_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

static double
measure (Work work, const Subject *subject, guint64 n)
{
  double best = 0.0;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      double start = thread_ns (), ns;

      for (guint64 i = 0; i < n; i++)
        work (subject);
      ns = (thread_ns () - start) / (double) n;
      if (round == 0 || ns < best)
        best = ns;
    }
  return best;
}

static void
print (const char *name, double ns, double reference_ns, const char *reference)
{
  printf ("%s\t%.1f\tns\t%.2f\t%s %.1f\n", name, ns, reference_ns / ns, reference, reference_ns);
}

/* -- values ---------------------------------------------------------------------------------------------------- */

static FoliotValue *
make_request_content (void)
{
  return foliot_value_build_list (
      foliot_value_new_string ("path"),
      foliot_value_build_list (foliot_value_new_int (3), foliot_value_new_int (4), NULL),
      foliot_value_new_map (NULL, 0), NULL);
}

static void
build_value (const Subject *subject)
{
  foliot_value_unref (make_request_content ());
}

static void
build_and_hash_value (const Subject *subject)
{
  g_autoptr (FoliotValue) value = make_request_content ();

  g_assert_cmpuint (foliot_value_hash (value), !=, 0);
}

static void
allocate (const Subject *subject)
{
  void *volatile memory = malloc (40);

  free (memory);
}

void
foliot_bench_values (guint64 n_values)
{
  double reference = measure (allocate, NULL, n_values);

  print ("value-build", measure (build_value, NULL, n_values), reference, "malloc+free");
  print ("value-build-and-hash", measure (build_and_hash_value, NULL, n_values), reference, "malloc+free");
}

/* -- codecs ------------------------------------------------------------------------------------------------------ */

static void
encode (const Subject *subject)
{
  static GByteArray *out;

  if (out == NULL)
    out = g_byte_array_new ();
  g_byte_array_set_size (out, 0);
  foliot_codec_encode (subject->codec, subject->value, out, NULL);
}

static void
decode (const Subject *subject)
{
  foliot_value_unref (foliot_codec_decode (subject->codec, subject->bytes->data, subject->bytes->len, NULL));
}

static JsonNode *json_root;

static void
json_glib_write (const Subject *subject)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();

  json_generator_set_root (generator, json_root);
  g_free (json_generator_to_data (generator, NULL));
}

static void
json_glib_read (const Subject *subject)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  json_parser_load_from_data (parser, (const char *) subject->bytes->data, subject->bytes->len, NULL);
}

static msgpack_object msgpack_root;

static void
msgpack_c_write (const Subject *subject)
{
  msgpack_sbuffer buffer;
  msgpack_packer packer;

  msgpack_sbuffer_init (&buffer);
  msgpack_packer_init (&packer, &buffer, msgpack_sbuffer_write);
  msgpack_pack_object (&packer, msgpack_root);
  msgpack_sbuffer_destroy (&buffer);
}

static void
msgpack_c_read (const Subject *subject)
{
  msgpack_unpacked result;

  msgpack_unpacked_init (&result);
  msgpack_unpack_next (&result, (const char *) subject->bytes->data, subject->bytes->len, NULL);
  msgpack_unpacked_destroy (&result);
}

static FoliotValue *
make_small (void)
{
  return foliot_value_build_list (
      foliot_value_new_int (0), foliot_value_new_int (1),
      foliot_value_build_list (foliot_value_new_string ("agents/0/spam"),
                               foliot_value_build_list (foliot_value_new_int (3), NULL),
                               foliot_value_new_map (NULL, 0), NULL),
      NULL);
}

static FoliotValue *
make_large (void)
{
  FoliotValue *items[1200];

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    items[i] = foliot_value_build_map ("id", foliot_value_new_int (i), "name",
                                       foliot_value_new_string_printf ("agent-%u", i), "pos",
                                       foliot_value_build_list (foliot_value_new_double (i * 0.25),
                                                                foliot_value_new_double (-0.5 * i), NULL),
                                       "ok", foliot_value_new_bool (i % 2 == 0), NULL);
  return foliot_value_new_list (items, G_N_ELEMENTS (items));
}

static void
bench_codec (const char *name, GType type, FoliotValue *value, const char *size, guint64 n)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (type);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Subject subject = { codec, value, bytes };
  gboolean json = type == FOLIOT_TYPE_CODEC_JSON;
  g_autofree char *write = g_strdup_printf ("%s-encode-%s", name, size);
  g_autofree char *read = g_strdup_printf ("%s-decode-%s", name, size);
  g_autoptr (JsonParser) parser = json_parser_new ();
  msgpack_unpacked unpacked;

  foliot_codec_encode (codec, value, bytes, NULL);
  msgpack_unpacked_init (&unpacked);
  if (json)
    {
      json_parser_load_from_data (parser, (const char *) bytes->data, bytes->len, NULL);
      json_root = json_parser_get_root (parser);
    }
  else
    {
      msgpack_unpack_next (&unpacked, (const char *) bytes->data, bytes->len, NULL);
      msgpack_root = unpacked.data;
    }
  print (write, measure (encode, &subject, n),
         measure (json ? json_glib_write : msgpack_c_write, &subject, n), json ? "json-glib" : "msgpack-c");
  print (read, measure (decode, &subject, n), measure (json ? json_glib_read : msgpack_c_read, &subject, n),
         json ? "json-glib" : "msgpack-c");
  msgpack_unpacked_destroy (&unpacked);
}

void
foliot_bench_codecs (guint64 n_small, guint64 n_large)
{
  g_autoptr (FoliotValue) small = make_small (), large = make_large ();

  bench_codec ("json", FOLIOT_TYPE_CODEC_JSON, small, "small", n_small);
  bench_codec ("json", FOLIOT_TYPE_CODEC_JSON, large, "large", n_large);
  bench_codec ("msgpack", FOLIOT_TYPE_CODEC_MSGPACK, small, "small", n_small);
  bench_codec ("msgpack", FOLIOT_TYPE_CODEC_MSGPACK, large, "large", n_large);
}

/* SPDX-License-Identifier: MIT */
#include "foliot-dialogue.h"

#include <json-glib/json-glib.h>
#include <string.h>

typedef struct
{
  int side;    /* 0: of nobody */
  char *match; /* NULL: end of stream, or of nobody */
  GBytes *payload;
  FoliotValue *triple;
} Step;

struct _FoliotDialogue
{
  GType codec_type;
  FoliotCodec *codec;
  GArray *steps; /* of Step */
};

/* ---- the file ------------------------------------------------------------------------------------------------ */

static void
clear_step (gpointer data)
{
  Step *step = data;

  g_free (step->match);
  g_clear_pointer (&step->payload, g_bytes_unref);
  g_clear_pointer (&step->triple, foliot_value_unref);
}

/* The payload of a frame in hex: without the 4 bytes of length, which must be right. */
static GBytes *
parse_frame (const char *hex)
{
  gsize length = strlen (hex) / 2;
  guint8 *bytes = g_malloc (length);
  g_autoptr (GBytes) frame = NULL;
  g_autoptr (FoliotFramer) framer = foliot_framer_new (length);
  g_autoptr (GError) error = NULL;
  GBytes *payload;

  for (gsize i = 0; i < length; i++)
    bytes[i] = (guint8) (g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]));
  frame = g_bytes_new_take (bytes, length);
  g_assert_true (foliot_framer_feed (framer, bytes, length, &error));
  g_assert_no_error (error);
  payload = foliot_framer_next (framer);
  g_assert_nonnull (payload);
  return payload;
}

static FoliotValue *
read_triple (FoliotDialogue *dialogue, GBytes *payload)
{
  g_autoptr (GError) error = NULL;
  FoliotValue *triple = foliot_codec_read (dialogue->codec, g_bytes_get_data (payload, NULL),
                                           g_bytes_get_size (payload), &error);

  g_assert_no_error (error);
  g_assert_cmpint (foliot_value_get_kind (triple), ==, FOLIOT_VALUE_LIST);
  g_assert_cmpuint (foliot_value_get_length (triple), ==, 3);
  return triple;
}

static void
add_step (FoliotDialogue *dialogue, JsonObject *object)
{
  Step step = { 0 };

  if (json_object_has_member (object, "dir"))
    step.side = json_object_get_string_member (object, "dir")[0];
  if (json_object_has_member (object, "frame"))
    {
      step.match = g_strdup (json_object_get_string_member (object, "match"));
      step.payload = parse_frame (json_object_get_string_member (object, "frame"));
      step.triple = read_triple (dialogue, step.payload);
    }
  g_array_append_val (dialogue->steps, step);
}

FoliotDialogue *
foliot_dialogue_new (const char *name, const char *codec)
{
  FoliotDialogue *dialogue = g_new0 (FoliotDialogue, 1);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "aiomas-wire.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  JsonArray *all;

  g_assert_true (json_parser_load_from_file (parser, path, &error));
  g_assert_no_error (error);
  dialogue->codec_type = foliot_codec_type_from_name (codec, &error);
  g_assert_no_error (error);
  dialogue->codec = foliot_codec_new (dialogue->codec_type);
  dialogue->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_array_set_clear_func (dialogue->steps, clear_step);

  all = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)), "dialogues");
  for (guint i = 0; i < json_array_get_length (all); i++)
    {
      JsonObject *one = json_array_get_object_element (all, i);
      JsonArray *steps = json_object_get_array_member (one, "steps");

      if (!g_str_equal (json_object_get_string_member (one, "name"), name)
          || !g_str_equal (json_object_get_string_member (one, "codec"), codec))
        continue;
      for (guint j = 0; j < json_array_get_length (steps); j++)
        add_step (dialogue, json_array_get_object_element (steps, j));
    }
  g_assert_cmpuint (dialogue->steps->len, >, 0);
  return dialogue;
}

void
foliot_dialogue_free (FoliotDialogue *dialogue)
{
  g_clear_object (&dialogue->codec);
  g_array_unref (dialogue->steps);
  g_free (dialogue);
}

GType
foliot_dialogue_get_codec_type (FoliotDialogue *dialogue)
{
  return dialogue->codec_type;
}

static Step *
get_step (FoliotDialogue *dialogue, guint step)
{
  return &g_array_index (dialogue->steps, Step, step);
}

guint
foliot_dialogue_get_n_steps (FoliotDialogue *dialogue)
{
  return dialogue->steps->len;
}

int
foliot_dialogue_get_step_side (FoliotDialogue *dialogue, guint step)
{
  return get_step (dialogue, step)->side;
}

FoliotValue *
foliot_dialogue_get_step_triple (FoliotDialogue *dialogue, guint step)
{
  return get_step (dialogue, step)->triple;
}

/* ---- matching ------------------------------------------------------------------------------------------------ */

/* Of a failure's text, what stands behind the last line of its traceback. */
static const char *
get_tail (FoliotValue *triple)
{
  static const char line[] = "    ...\n";
  const char *text = foliot_value_get_string (foliot_value_get_item (triple, 2), NULL);
  const char *found = g_strrstr (text, line);

  return found != NULL ? found + strlen (line) : text;
}

static char *
print_shape (FoliotValue *triple)
{
  g_autoptr (GRegex) url = g_regex_new ("(tcp|ipc|local)://[^/\"]*/", 0, 0, NULL);
  g_autofree char *text = foliot_typed_format (triple);

  return g_regex_replace_literal (url, text, -1, 0, "url://somewhere/", 0, NULL);
}

static char *
print (FoliotValue *triple)
{
  return foliot_typed_format (triple);
}

static void
assert_same_text (char *seen, char *expected)
{
  g_assert_cmpstr (seen, ==, expected);
  g_free (seen);
  g_free (expected);
}

static void
assert_match (FoliotDialogue *dialogue, Step *step, GBytes *payload)
{
  g_autoptr (FoliotValue) triple = read_triple (dialogue, payload);

  if (g_str_equal (step->match, "tail"))
    {
      for (guint i = 0; i < 2; i++)
        assert_same_text (print (foliot_value_get_item (triple, i)),
                          print (foliot_value_get_item (step->triple, i)));
      g_assert_cmpstr (get_tail (triple), ==, get_tail (step->triple));
      return;
    }
  if (g_str_equal (step->match, "shape"))
    {
      assert_same_text (print_shape (triple), print_shape (step->triple));
      return;
    }
  g_assert_cmpstr (step->match, ==, "exact");
  assert_same_text (print (triple), print (step->triple));
  /* Compressed bytes need not be the same. */
  if (dialogue->codec_type != FOLIOT_TYPE_CODEC_BLOSC)
    g_assert_cmpmem (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                     g_bytes_get_data (step->payload, NULL), g_bytes_get_size (step->payload));
}

/* ---- playing ------------------------------------------------------------------------------------------------- */

void
foliot_dialogue_play (FoliotDialogue *dialogue, FoliotDialogueSide side, FoliotRawPeer *peer)
{
  for (guint i = 0; i < dialogue->steps->len; i++)
    {
      Step *step = get_step (dialogue, i);
      g_autoptr (GBytes) payload = NULL;

      if (step->side == 0)
        continue;
      if (step->match == NULL)
        {
          /* Whoever ends first ends both. */
          if (step->side == (int) side)
            foliot_raw_peer_close (peer);
          else
            foliot_raw_peer_assert_end (peer);
          return;
        }
      if (step->side == (int) side)
        {
          foliot_raw_peer_send (peer, g_bytes_get_data (step->payload, NULL),
                                g_bytes_get_size (step->payload));
          continue;
        }
      payload = foliot_raw_peer_recv (peer);
      g_assert_nonnull (payload);
      assert_match (dialogue, step, payload);
    }
}

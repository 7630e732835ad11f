/* SPDX-License-Identifier: MIT */
#pragma once

#include "fuzz.h"

#include <foliot/foliot-codec.h>

/* What the targets of the codecs share. */

static inline FoliotCodec *
fuzz_codec_new (GType type)
{
  FoliotCodec *codec = foliot_codec_new (type);
  const char *names[] = { "date", "V", "proxy" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_true (foliot_codec_add_serializer (codec, foliot_typed_get_serializer (names[i], NULL), NULL));
  return codec;
}

static inline void
fuzz_assert_error (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == FOLIOT_CODEC_ERROR || error->domain == FOLIOT_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* What is formatted as typed notation is parsed to the same. */
static inline void
fuzz_assert_typed (FoliotValue *value)
{
  g_autofree char *typed = foliot_typed_format (value);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) again = foliot_typed_parse (typed, &error);

  g_assert_no_error (error);
  g_assert_true (foliot_value_equal (again, value));
}

/* What is read, written and read again is equal, and so is what lower makes of it without a wire. */
static inline void
fuzz_assert_plain (FoliotCodec *codec, FoliotValue *plain)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) again = NULL;

  foliot_codec_write (codec, plain, bytes, &error);
  g_assert_no_error (error);
  again = foliot_codec_read (codec, bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  g_assert_true (foliot_value_equal (again, plain));
  if ((foliot_value_get_traits (plain) & FOLIOT_VALUE_HAS_TYPE_KEY) == 0)
    {
      g_autoptr (FoliotValue) lowered = foliot_codec_lower (codec, plain, &error);

      g_assert_no_error (error);
      g_assert_true (foliot_value_equal (lowered, plain));
      fuzz_assert_typed (plain);
    }
}

static inline int
fuzz_codec (FoliotCodec *codec, const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) plain = foliot_codec_read (codec, data, size, &error);
  g_autoptr (FoliotValue) raised = NULL;

  if (plain == NULL)
    {
      fuzz_assert_error (error);
      return 0;
    }
  fuzz_assert_plain (codec, plain);
  raised = foliot_codec_raise (codec, plain, &error);
  if (raised == NULL)
    fuzz_assert_error (error);
  return 0;
}

/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <foliot/foliot-rpc.h>

#include <string.h>

/* The first line is a signature; what is behind it, JSON, are the arguments: [positional, keywords]. */

static void
bind (const FoliotSignature *signature, const char *json)
{
  g_autoptr (FoliotCodec) codec = foliot_codec_new (FOLIOT_TYPE_CODEC_JSON);
  g_autoptr (FoliotValue) call = foliot_codec_read (codec, (const guint8 *) json, strlen (json), NULL);
  g_autoptr (FoliotArgs) args = NULL;
  g_autoptr (GError) error = NULL;

  if (call == NULL || foliot_value_get_kind (call) != FOLIOT_VALUE_LIST || foliot_value_get_length (call) != 2
      || foliot_value_get_kind (foliot_value_get_item (call, 0)) != FOLIOT_VALUE_LIST
      || foliot_value_get_kind (foliot_value_get_item (call, 1)) != FOLIOT_VALUE_MAP)
    return;
  args = foliot_signature_bind (signature, "f", foliot_value_get_item (call, 0),
                                foliot_value_get_item (call, 1), &error);
  if (args == NULL)
    {
      g_assert_true (g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_TYPE));
      return;
    }
  for (guint i = 0; i < foliot_signature_get_n_args (signature); i++)
    g_assert_nonnull (foliot_args_get_value (args, foliot_signature_get_arg_name (signature, i)));
}

/* What is printed reads back as the same. */
static void
check_round_trip (const FoliotSignature *signature)
{
  g_autofree char *printed = foliot_signature_to_string (signature);
  g_autofree char *inside = g_strndup (printed + 1, strlen (printed) - 2);
  g_autoptr (FoliotSignature) again = foliot_signature_new (inside, NULL);
  g_autofree char *reprinted = NULL;

  g_assert_nonnull (again);
  reprinted = foliot_signature_to_string (again);
  g_assert_cmpstr (printed, ==, reprinted);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  char *json = strchr (text, '\n');
  g_autoptr (FoliotSignature) signature = NULL;
  g_autoptr (GError) error = NULL;

  if (json != NULL)
    *json++ = '\0';
  signature = foliot_signature_new (text, &error);
  if (signature == NULL)
    {
      g_assert_true (g_error_matches (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE));
      return 0;
    }
  check_round_trip (signature);
  if (json != NULL)
    bind (signature, json);
  return 0;
}

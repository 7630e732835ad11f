/* SPDX-License-Identifier: MIT */
#include "fuzz-codec.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (FoliotValue) value = foliot_typed_parse (text, &error);

  if (value == NULL)
    fuzz_assert_error (error);
  else
    fuzz_assert_typed (value);
  return 0;
}

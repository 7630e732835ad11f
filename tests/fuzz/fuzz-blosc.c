/* SPDX-License-Identifier: MIT */
#include "fuzz-codec.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (FoliotCodec) codec = fuzz_codec_new (FOLIOT_TYPE_CODEC_BLOSC);

  return fuzz_codec (codec, data, size);
}

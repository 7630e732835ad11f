/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

/* The recorded wire data of tests/data/aiomas-wire.json, read with our own JSON codec. */

FoliotValue *wire_data_load (void);
/* A codec with the serializers that an entry names, in their order. */
FoliotCodec *wire_data_codec (FoliotValue *entry);
/* The text under @key, NULL if there is none. */
const char *wire_data_text (FoliotValue *entry, const char *key);
GByteArray *wire_data_unhex (const char *hex);
/* The typed value under @key; NULL if there is none or it is opaque. */
FoliotValue *wire_data_value (FoliotValue *entry, const char *key);
/* Both values as typed notation must be the same text. */
void wire_data_assert_same (const char *name, FoliotValue *actual, FoliotValue *expected);
/* The bytes of @value, which must be encodable. */
GByteArray *wire_data_encode (FoliotCodec *codec, FoliotValue *value);

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-scenario.h>

/* One JSON file: its text, and the plain value it holds. Read whole, with limits, before anything is believed. */
typedef struct
{
  char *path;
  char *text;
  gsize length;
  FoliotValue *value;
} FoliotJsonFile;

#define FOLIOT_JSON_FILE_MAX_BYTES (64 * 1024 * 1024)
#define FOLIOT_JSON_FILE_MAX_DEPTH 100

/* @faults: (nullable). @error: MISSING, SYNTAX with file, line and column. */
FoliotJsonFile *foliot_json_file_load (const char *path, guint32 *faults, GError **error);
FoliotJsonFile *foliot_json_file_parse (const char *path, const char *text, gsize length, GError **error);
void foliot_json_file_free (FoliotJsonFile *file);

/* Line (from 1) at which the value of the JSON pointer @pointer stands (RFC 6901), or 0 if this file has no such value. */
guint foliot_json_file_locate (const FoliotJsonFile *file, const char *pointer);

/* A JSON text without a file: `--set` values and signature defaults. Returns NULL with SYNTAX. */
FoliotValue *foliot_json_parse_text (const char *text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotJsonFile, foliot_json_file_free)

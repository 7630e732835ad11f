/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

#include "table-text.h"

G_BEGIN_DECLS

/*
 * A folder of its own, which goes with it, and the agent types of these tests (demo-agents.c). In texts of files and of
 * expected messages ' stands for ", so that JSON stays readable in C.
 */
typedef struct
{
  char *folder;
  FoliotRegistry *registry;
} Kit;

Kit *kit_new (void);
void kit_free (Kit *kit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Kit, kit_free)

char *kit_quotes (const char *text);
char *kit_path (Kit *kit, const char *name);
void kit_write (Kit *kit, const char *name, const char *text);
/* The bytes of a file of the folder, or NULL. */
char *kit_read (Kit *kit, const char *name);
/* All names in a folder, sorted, joined by blanks. */
char *kit_list (const char *folder);

/* Writes @json as scenario.json and loads it. */
FoliotScenario *kit_load (Kit *kit, const char *json, const char *const *settings, GError **error);
/* The same; it must load. */
FoliotScenario *kit_scenario (Kit *kit, const char *json);
/* Fails unless loading says `<folder>/scenario.json<message>`; with @message[0] == '=', exactly what is behind it. */
void kit_assert_refused (Kit *kit, const char *json, const char *const *settings, FoliotScenarioError code,
                         const char *message);
/* A world at its beginning, and one run to its end, of a scenario that must be good. */
FoliotWorld *kit_world (Kit *kit, const char *json);
FoliotWorld *kit_run (Kit *kit, const char *json);
/* Removes the folder's own path from @text. */
char *kit_strip (Kit *kit, const char *text);

/* The types, all without a module: registered by kit_new(). */
GType probe_get_type (void);
GType caller_get_type (void);
GType faulty_get_type (void);
GType chaotic_get_type (void);

G_END_DECLS

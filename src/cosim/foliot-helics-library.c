/* SPDX-License-Identifier: MIT */
#include "cosim/foliot-helics-library-private.h"

#include <gmodule.h>

/* All symbols are looked up at once, so that a library that is too old is found out before anything was begun. */

#define LIBRARY "libhelics.so"
#define INSTALL                                                                                              \
  "it is in the Python package helics (pip install helics), as helics/install/lib64/" LIBRARY                \
  "; give its path with --library"

typedef struct
{
  const char *symbol;
  gsize offset;
} Row;

#define ROW(returns, name, parameters) { "helics" #name, G_STRUCT_OFFSET (FoliotHelicsLibrary, name) },
static const Row rows[] = { FOLIOT_HELICS_FUNCTIONS (ROW) };
#undef ROW

static GModule *
open_library (const char *path, GError **error)
{
  GModule *module = g_module_open (path != NULL ? path : LIBRARY, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);

  if (module == NULL)
    g_set_error (error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_LIBRARY,
                 "HELICS: the library cannot be loaded (%s); looked for %s%s; %s", g_module_error (),
                 path != NULL ? path : LIBRARY, path != NULL ? "" : " in the folders of the system's loader",
                 INSTALL);
  return module;
}

gboolean
_foliot_helics_library_load (const char *path, FoliotHelicsLibrary *out_library, GError **error)
{
  GModule *module = open_library (path, error);

  if (module == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gpointer *slot = G_STRUCT_MEMBER_P (out_library, rows[i].offset);

      if (g_module_symbol (module, rows[i].symbol, slot) && *slot != NULL)
        continue;
      g_set_error (error, FOLIOT_HELICS_ERROR, FOLIOT_HELICS_ERROR_LIBRARY,
                   "HELICS: %s has no function %s, version 3.1 or later is needed; %s",
                   g_module_name (module), rows[i].symbol, INSTALL);
      g_module_close (module);
      return FALSE;
    }
  g_module_make_resident (module);
  return TRUE;
}

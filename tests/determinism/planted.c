/* SPDX-License-Identifier: MIT */
#include <foliot/foliot.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Agents whose run depends on more than seed and inputs, each in a way of its own: what programs have in fact. `plant` says which.
 */

/* The number that is changed in the other build of this module. */
#ifndef SCALE
#define SCALE 1.0
#endif

/* clang-format off */
FOLIOT_DEFINE_AGENT (Planted, planted,
  char *plant;
  FoliotProxy *peer;
  FoliotProxy *other;
  gboolean is_second;  /* of two worlds in one process */
  GPtrArray *kept;     /* memory that is held to the end, so that addresses do not come again */
)
/* clang-format on */

static guint n_worlds;

static gboolean
planted_init (gpointer self, FoliotArgs *args, GError **error)
{
  Planted *planted = self;

  planted->plant = g_strdup (foliot_args_get_string (args, "plant"));
  planted->kept = g_ptr_array_new_with_free_func (g_free);
  if (foliot_args_is_null (args, "peer"))
    return TRUE;
  planted->peer = foliot_args_dup_proxy (args, "peer");
  planted->other = foliot_args_dup_proxy (args, "other");
  planted->is_second = n_worlds++ % 2 == 1;
  return TRUE;
}

static void
planted_dispose (gpointer self)
{
  Planted *planted = self;

  g_clear_pointer (&planted->peer, foliot_proxy_unref);
  g_clear_pointer (&planted->other, foliot_proxy_unref);
  g_clear_pointer (&planted->kept, g_ptr_array_unref);
  g_clear_pointer (&planted->plant, g_free);
}

static gboolean
has (Planted *planted, const char *plant)
{
  return g_str_equal (planted->plant, plant);
}

static gpointer
keep (Planted *planted, gsize size)
{
  gpointer memory = g_malloc (size);

  g_ptr_array_add (planted->kept, memory);
  return memory;
}

/* Numbers below @n in the order in which a table walks their addresses. */
static void
walk (Planted *planted, guint n, guint *out_order)
{
  g_autoptr (GHashTable) table = g_hash_table_new (g_direct_hash, g_direct_equal);
  GHashTableIter iter;
  gpointer number;

  for (guint i = 0; i < n; i++)
    g_hash_table_insert (table, keep (planted, 24 + 16 * i), GUINT_TO_POINTER (i));
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, NULL, &number))
    *out_order++ = GPOINTER_TO_UINT (number);
}

static FoliotValue *
list_numbers (const guint *numbers, guint n)
{
  g_autofree FoliotValue **items = g_new (FoliotValue *, n);

  for (guint i = 0; i < n; i++)
    items[i] = foliot_value_new_int (numbers[i]);
  return foliot_value_new_list (items, n);
}

/* Both fields are set, what lies between them is not. */
static FoliotValue *
hash_padding (Planted *planted)
{
  struct
  {
    guint8 small;
    gint64 large;
    char name[2000];
  } *padded = keep (planted, sizeof *padded);
  guint32 hash = 2166136261u;

  padded->small = 1;
  padded->large = 2;
  memset (padded->name, 0, sizeof padded->name);
  for (gsize i = 0; i < sizeof *padded; i++)
    hash = (hash ^ ((const guint8 *) padded)[i]) * 16777619u;
  return foliot_value_new_int (hash);
}

static int
compare_tens (gconstpointer a, gconstpointer b)
{
  return (int) (*(const guint *) a / 10) - (int) (*(const guint *) b / 10);
}

static FoliotValue *
sort_with_ties (Planted *planted)
{
  guint numbers[40];

  walk (planted, G_N_ELEMENTS (numbers), numbers);
  qsort (numbers, G_N_ELEMENTS (numbers), sizeof *numbers, compare_tens);
  return list_numbers (numbers, G_N_ELEMENTS (numbers));
}

static FoliotValue *
list_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (g_getenv ("FOLIOT_PLANTED_FOLDER"), 0, NULL);
  g_autoptr (GString) names = g_string_new (NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_string_append_printf (names, "%s ", name);
  return foliot_value_new_string (names->str);
}

static FoliotValue *
print_number (void)
{
  char text[32];

  setlocale (LC_ALL, "");
  g_snprintf (text, sizeof text, "%.2f", 0.5);
  return foliot_value_new_string (text);
}

static FoliotValue *
make_message (Planted *planted)
{
  FoliotRandom *random = foliot_agent_get_random (planted, "say");
  guint numbers[24];

  if (has (planted, "padding"))
    return hash_padding (planted);
  if (has (planted, "pointers"))
    {
      walk (planted, G_N_ELEMENTS (numbers), numbers);
      return list_numbers (numbers, G_N_ELEMENTS (numbers));
    }
  if (has (planted, "clock"))
    return foliot_value_new_int (g_get_real_time ());
  if (has (planted, "random"))
    return foliot_value_new_double (g_random_double ());
  if (has (planted, "static"))
    return foliot_value_new_int (n_worlds);
  if (has (planted, "ties"))
    return sort_with_ties (planted);
  if (has (planted, "locale"))
    return print_number ();
  if (has (planted, "folder"))
    return list_folder ();
  if (has (planted, "process"))
    return foliot_value_new_int (getpid ());
  if (has (planted, "draw") && planted->is_second)
    foliot_random_uniform (random);
  return foliot_value_new_double (SCALE * foliot_random_uniform (random));
}

/* Both are to hear of it at once; who hears first is left to a table. */
static gboolean
tell_both (Planted *planted, GError **error)
{
  FoliotProxy *const peers[] = { planted->peer, planted->other };
  guint order[2];

  walk (planted, G_N_ELEMENTS (order), order);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autoptr (FoliotValue) reply
          = foliot_agent_call (planted, peers[order[i]], error, "hear", foliot_value_new_bool (TRUE), NULL);

      if (reply == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
planted_run (gpointer self, GError **error)
{
  Planted *planted = self;

  for (guint i = 0; planted->peer != NULL && i < 24; i++)
    {
      g_autoptr (FoliotValue) reply = NULL;

      if (!foliot_agent_sleep (planted, FOLIOT_SECOND, error)
          || (has (planted, "sources") && !tell_both (planted, error)))
        return FALSE;
      reply = foliot_agent_call (planted, planted->peer, error, "hear", make_message (planted), NULL);
      if (reply == NULL)
        return FALSE;
    }
  return TRUE;
}

static FoliotValue *
planted_hear (gpointer self, FoliotArgs *args, GError **error)
{
  return NULL;
}

static const FoliotMethod planted_methods[] = { { "hear", planted_hear, "what", "Hears." }, { NULL } };
static const FoliotAgentInfo planted_info
    = { .help = "Depends on more than its seed.",
        .args = "plant:string=\"\", peer:proxy?=null, other:proxy?=null",
        .init = planted_init,
        .run = planted_run,
        .dispose = planted_dispose,
        .methods = planted_methods };

FOLIOT_MODULE (planted_get_type)

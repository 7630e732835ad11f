/* SPDX-License-Identifier: MIT */
#include "scenario/foliot-nearest.h"

#include <string.h>

/* Edit distance with transposition (Damerau–Levenshtein, optimal string alignment), bytes folded to lower case. Names are
 * short; longer ones are not compared. */

#define MAX_NAME 64

static guint
distance (const char *a, const char *b)
{
  gsize m = strlen (a), n = strlen (b);
  guint rows[3][MAX_NAME + 1];

  if (m > MAX_NAME || n > MAX_NAME)
    return G_MAXUINT;
  for (gsize j = 0; j <= n; j++)
    rows[0][j] = (guint) j;
  for (gsize i = 1; i <= m; i++)
    {
      guint *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

      row[0] = (guint) i;
      for (gsize j = 1; j <= n; j++)
        {
          gboolean same = g_ascii_tolower (a[i - 1]) == g_ascii_tolower (b[j - 1]);
          guint best = MIN (above[j], row[j - 1]) + 1;

          best = MIN (best, above[j - 1] + !same);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            best = MIN (best, two_above[j - 2] + 1);
          row[j] = best;
        }
    }
  return rows[m % 3][n];
}

const char *
foliot_nearest (const char *name, const char *const *candidates)
{
  guint limit = (guint) MAX (1, strlen (name) / 3) + 1, best = limit;
  const char *nearest = NULL;

  for (gsize i = 0; candidates != NULL && candidates[i] != NULL; i++)
    {
      guint d = distance (name, candidates[i]);

      if (d < best)
        {
          best = d;
          nearest = candidates[i];
        }
    }
  return nearest;
}

char *
foliot_nearest_hint (const char *name, const char *const *candidates)
{
  const char *nearest = foliot_nearest (name, candidates);

  return nearest != NULL ? g_strdup_printf (", did you mean \"%s\"?", nearest) : g_strdup ("");
}

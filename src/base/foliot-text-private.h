/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * UTF-8 as values hold it: with NUL, and with lone surrogates as three bytes where they are asked for (WTF-8). GLib's
 * validator knows neither.
 */

#include <glib.h>

/*
 * _foliot_text_check:
 * @out_surrogates: set to whether there is a surrogate among the valid bytes
 *
 * Returns: how many bytes of @text are valid: @length if all are, else the offset of the first that is not
 */
gsize _foliot_text_check (const char *text, gsize length, gboolean allow_surrogates,
                          gboolean *out_surrogates);

/* Returns: (transfer full): @text with each invalid byte replaced by U+FFFD (a surrogate is three of them → one U+FFFD). */
GString *_foliot_text_make_valid (const char *text, gsize length);

/* The character at @text, one to four bytes of checked text, surrogates too; @out_size: how many. */
gunichar _foliot_text_get_char (const char *text, guint *out_size);

/* Returns: (transfer full): @text as a message may quote it: valid UTF-8. */
char *_foliot_text_dup_valid (const char *text);

/*
 * _foliot_text_append_repr:
 * @limit: after this many characters `…` stands for the rest
 *
 * Appends @text as Python's `repr` prints a text: 'it', "it's", 'a\n', '\ud800'. Invalid bytes come as U+FFFD.
 */
void _foliot_text_append_repr (GString *out, const char *text, gsize length, gsize limit);

/* The same for bytes, without the leading `b`: '\x00a'. */
void _foliot_text_append_bytes_repr (GString *out, gconstpointer data, gsize length, gsize limit);

/* Whether two short names are the same: a call to compare them would cost more than the comparison. */
static inline gboolean
_foliot_text_is_name (const char *name, const char *asked)
{
  while (*name == *asked && *name != '\0')
    {
      name++;
      asked++;
    }
  return *name == *asked;
}

/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>

/*
 * FoliotFilter:
 *
 * What may sit between the bytes of a link and the bytes of its socket. Memory to memory: it knows no descriptor and no
 * kernel. Whoever makes one embeds the struct as the first member of its own.
 */
typedef struct _FoliotFilter FoliotFilter;

typedef struct
{
  /*
   * Bytes that arrived on the wire: appends what they decrypt to to @plain and what must be answered to @wire. FALSE:
   * the link is over (what is in @wire is still sent: an alert, or the answer to a good-bye); without an @error the
   * peer has said good-bye.
   */
  gboolean (*feed) (FoliotFilter *filter, const guint8 *data, gsize length, GByteArray *plain,
                    GByteArray *wire, GError **error);
  /* Only once open, and until either end has said good-bye. */
  gboolean (*write) (FoliotFilter *filter, const guint8 *data, gsize length, GByteArray *wire,
                     GError **error);
  /*
   * Handshake done AND the peer authenticated (a TLS 1.3 client: only after an authenticated first record of the server).
   * A peer that has said good-bye since leaves it open, one that failed does not.
   */
  gboolean (*is_open) (FoliotFilter *filter);
  /* Says the first word, if it is ours to say. */
  void (*start) (FoliotFilter *filter, GByteArray *wire, GError **error);
  /* Says good-bye. */
  void (*end) (FoliotFilter *filter, GByteArray *wire);
  /* The peer's end of stream: FALSE when it was a truncation. */
  gboolean (*eof) (FoliotFilter *filter, GError **error);
  /* It was not open in time: gives up, and says so. Returns: (transfer full): the error. */
  GError *(*expire) (FoliotFilter *filter, GByteArray *wire);
  /* (nullable) Once open. Returns: (transfer full) (nullable): who the peer is, as it has proven. */
  char *(*dup_identity) (FoliotFilter *filter);
  void (*free) (FoliotFilter *filter);
} FoliotFilterClass;

struct _FoliotFilter
{
  const FoliotFilterClass *klass;
};

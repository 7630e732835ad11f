/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-codec.h>

#include <blosc.h>

#include "async/foliot-side-stack.h"
#include "codec/foliot-codec-private.h"
#include "codec/foliot-msgpack-private.h"

/*
 * MsgPack in one Blosc-1 chunk, written as python-blosc writes it: level 9, byte shuffle, blosclz, type size 8. Only
 * the functions with a context are used: blosc's others share one state in the process.
 *
 * A chunk says itself how long it will become, and a hundred bytes can claim gigabytes. So the header is checked before
 * any memory is taken: against the limits, and against how far each compressor can shrink data at all.
 *
 * Messages of less than 128 bytes are the usual ones, and blosc always stores those: they are written and read here
 * without blosc, in a few nanoseconds instead of a microsecond. Stored chunks of any length are read in place.
 */

#define TYPE_SIZE    8
#define STORED_BELOW 128
#define STORED_FLAGS 0x13 /* shuffle, stored, not split */
#define FLAG_STORED  0x02

typedef struct
{
  guint8 flags;
  guint8 type_size;
  guint32 n_bytes;
  guint32 block_size;
  guint32 c_bytes;
} ChunkHeader;

typedef struct
{
  FoliotCodec parent_instance;
} FoliotCodecBlosc;

typedef struct
{
  FoliotCodecClass parent_class;
} FoliotCodecBloscClass;

G_DEFINE_FINAL_TYPE (FoliotCodecBlosc, foliot_codec_blosc, FOLIOT_TYPE_CODEC)

static void
put_le32 (guint8 *at, guint32 number)
{
  number = GUINT32_TO_LE (number);
  memcpy (at, &number, sizeof number);
}

static guint32
get_le32 (const guint8 *at)
{
  guint32 number;

  memcpy (&number, at, sizeof number);
  return GUINT32_FROM_LE (number);
}

/* ---- writing ------------------------------------------------------------------------------------------------- */

/* The plain bytes lie in @out behind 16 bytes of room at @start. */
static void
put_stored_header (GByteArray *out, gsize start)
{
  guint8 *header = out->data + start;
  guint32 n_bytes = (guint32) (out->len - start - BLOSC_MIN_HEADER_LENGTH);

  header[0] = BLOSC_VERSION_FORMAT;
  header[1] = BLOSC_BLOSCLZ_VERSION_FORMAT;
  header[2] = STORED_FLAGS;
  header[3] = TYPE_SIZE;
  put_le32 (header + 4, n_bytes);
  put_le32 (header + 8, n_bytes < TYPE_SIZE ? 1 : n_bytes / TYPE_SIZE * TYPE_SIZE);
  put_le32 (header + 12, n_bytes + BLOSC_MIN_HEADER_LENGTH);
}

typedef struct
{
  const guint8 *plain;
  gsize n_bytes;
  guint8 *chunk;
  int c_bytes; /* of the chunk; ≤ 0 is an error */
} Compression;

static void
run_compression (gpointer data)
{
  Compression *self = data;

  self->c_bytes = blosc_compress_ctx (9, BLOSC_SHUFFLE, TYPE_SIZE, self->n_bytes, self->plain, self->chunk,
                                      self->n_bytes + BLOSC_MAX_OVERHEAD, BLOSC_BLOSCLZ_COMPNAME, 0, 1);
}

/* BloscLZ has a table of 64 KiB in its frame, more than a fiber has in all. */
static gboolean
compress (GByteArray *out, gsize start, GError **error)
{
  gsize n_bytes = out->len - start - BLOSC_MIN_HEADER_LENGTH;
  g_autofree guint8 *plain = g_memdup2 (out->data + start + BLOSC_MIN_HEADER_LENGTH, n_bytes);
  Compression compression = { .plain = plain, .n_bytes = n_bytes };

  g_byte_array_set_size (out, (guint) (start + n_bytes + BLOSC_MAX_OVERHEAD));
  compression.chunk = out->data + start;
  if (!_foliot_side_stack_call (run_compression, &compression))
    {
      g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT,
                   "Blosc: no memory for the %d KiB of stack that compressing takes",
                   FOLIOT_SIDE_STACK_BYTES / 1024);
      return FALSE;
    }
  if (compression.c_bytes <= 0)
    {
      g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_UNSUPPORTED,
                   "Blosc: cannot compress %" G_GSIZE_FORMAT " bytes (code %d)", n_bytes,
                   compression.c_bytes);
      return FALSE;
    }
  g_byte_array_set_size (out, (guint) (start + (gsize) compression.c_bytes));
  return TRUE;
}

static gboolean
foliot_codec_blosc_write (FoliotCodec *codec, FoliotValue *value, GByteArray *out, GError **error)
{
  const FoliotLimits *limits = foliot_codec_get_limits (codec);
  guint start = out->len;
  gboolean ok;

  g_byte_array_set_size (out, start + BLOSC_MIN_HEADER_LENGTH);
  ok = _foliot_msgpack_write (value, limits, out, error);
  if (ok && out->len - start - BLOSC_MIN_HEADER_LENGTH < STORED_BELOW)
    put_stored_header (out, start);
  else if (ok)
    ok = compress (out, start, error);
  if (ok && out->len - start > limits->max_bytes)
    {
      g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT,
                   "The encoded message is longer than max_bytes (%" G_GSIZE_FORMAT
                   "): send less at once or raise the limit",
                   limits->max_bytes);
      ok = FALSE;
    }
  if (!ok)
    g_byte_array_set_size (out, start);
  return ok;
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static gboolean
fail_syntax (const char *what, GError **error)
{
  g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_SYNTAX, "Blosc: %s", what);
  return FALSE;
}

/* How many bytes one compressed byte can become at most: lengths of matches, or zstd's blocks of one repeated byte. */
static guint64
get_max_ratio (const ChunkHeader *header)
{
  switch (header->flags >> 5)
    {
    case BLOSC_ZLIB_FORMAT:
      return 1032;
    case BLOSC_ZSTD_FORMAT:
      return 32768;
    default:
      return 256;
    }
}

static gboolean
read_header (const guint8 *data, gsize length, ChunkHeader *out, GError **error)
{
  if (length < BLOSC_MIN_HEADER_LENGTH)
    {
      g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_TRUNCATED,
                   "Blosc: the header has 16 bytes, %" G_GSIZE_FORMAT " are there", length);
      return FALSE;
    }
  if (data[0] != BLOSC_VERSION_FORMAT)
    return fail_syntax ("the version at byte 0 is not 2", error);
  out->flags = data[2];
  out->type_size = data[3];
  out->n_bytes = get_le32 (data + 4);
  out->block_size = get_le32 (data + 8);
  out->c_bytes = get_le32 (data + 12);
  if (out->c_bytes != length)
    {
      g_set_error (error, FOLIOT_CODEC_ERROR,
                   out->c_bytes > length ? FOLIOT_CODEC_ERROR_TRUNCATED : FOLIOT_CODEC_ERROR_TRAILING,
                   "Blosc: the chunk is announced with %u bytes, %" G_GSIZE_FORMAT " are there", out->c_bytes,
                   length);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_header (const ChunkHeader *header, const FoliotLimits *limits, GError **error)
{
  if (header->n_bytes > limits->max_bytes)
    {
      g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT,
                   "Blosc: the chunk would become %u bytes, more than max_bytes (%" G_GSIZE_FORMAT ")",
                   header->n_bytes, limits->max_bytes);
      return FALSE;
    }
  if (header->n_bytes > BLOSC_MAX_BUFFERSIZE)
    return fail_syntax ("nbytes at byte 4 is more than blosc can hold", error);
  if (header->type_size == 0)
    return fail_syntax ("the type size at byte 3 is 0", error);
  if (header->block_size == 0)
    return fail_syntax ("the block size at byte 8 is 0", error);
  if (header->flags & FLAG_STORED)
    return header->n_bytes + (guint64) BLOSC_MIN_HEADER_LENGTH == header->c_bytes
           || fail_syntax ("nbytes at byte 4 does not fit the stored data", error);
  if (header->block_size > header->n_bytes)
    return fail_syntax ("the block size at byte 8 is larger than nbytes", error);
  if (header->n_bytes > header->c_bytes * get_max_ratio (header))
    return fail_syntax ("nbytes at byte 4 is more than the data can hold", error);
  return TRUE;
}

static FoliotValue *
decompress (const guint8 *data, const ChunkHeader *header, const FoliotLimits *limits, GError **error)
{
  g_autofree guint8 *plain = NULL;
  gsize n_bytes = 0;
  int done;

  if (blosc_cbuffer_validate (data, header->c_bytes, &n_bytes) != 0 || n_bytes != header->n_bytes)
    {
      fail_syntax ("the header is corrupt", error);
      return NULL;
    }
  plain = g_try_malloc (n_bytes);
  if (plain == NULL)
    {
      g_set_error (error, FOLIOT_CODEC_ERROR, FOLIOT_CODEC_ERROR_LIMIT,
                   "Blosc: no memory for the %" G_GSIZE_FORMAT
                   " bytes that the chunk would become: lower max_bytes",
                   n_bytes);
      return NULL;
    }
  done = blosc_decompress_ctx (data, plain, n_bytes, 1);
  if (done < 0 || (gsize) done != n_bytes)
    {
      fail_syntax ("the compressed data is corrupt", error);
      return NULL;
    }
  return _foliot_msgpack_read (plain, n_bytes, limits, error);
}

static FoliotValue *
foliot_codec_blosc_read (FoliotCodec *codec, const guint8 *data, gsize length, GError **error)
{
  const FoliotLimits *limits = foliot_codec_get_limits (codec);
  ChunkHeader header;

  if (!read_header (data, length, &header, error) || !check_header (&header, limits, error))
    return NULL;
  if (header.flags & FLAG_STORED)
    return _foliot_msgpack_read (data + BLOSC_MIN_HEADER_LENGTH, header.n_bytes, limits, error);
  return decompress (data, &header, limits, error);
}

static void
foliot_codec_blosc_class_init (FoliotCodecBloscClass *klass)
{
  FoliotCodecClass *codec_class = FOLIOT_CODEC_CLASS (klass);

  codec_class->name = "MsgPackBlosc";
  codec_class->refused = FOLIOT_MSGPACK_REFUSED;
  codec_class->write = foliot_codec_blosc_write;
  codec_class->read = foliot_codec_blosc_read;
}

static void
foliot_codec_blosc_init (FoliotCodecBlosc *codec)
{
}

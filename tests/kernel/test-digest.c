/* SPDX-License-Identifier: MIT */
#include <foliot/foliot-kernel.h>

#include "kernel/foliot-kernel-private.h"

#include <string.h>

/*
 * A small world of three nodes: "a" sends a number to "b" every 10 ns, "b" works it off 3 ns later, "c" does something
 * of its own. The variants change one thing each, and the tests say which digests may move.
 */

typedef enum
{
  PLAIN = 0,
  BUSY_C = 1 << 0,        /* c has more to do, in between */
  OTHER_LAYOUT = 1 << 1,  /* other links, and the world itself has work */
  EXTRA_DRAW = 1 << 2,    /* b draws once more */
  LATER = 1 << 3,         /* b needs 4 ns */
  OTHER_PAYLOAD = 1 << 4, /* one message says something else */
  RENAMED = 1 << 5,       /* c is called d */
} Variant;

typedef struct
{
  FoliotKernel *kernel;
  Variant variant;
  guint32 a, b, c, link;
  guint64 n_sent;
  GArray *records;
} World;

typedef struct
{
  char *run;
  guint64 a, b, c, link;
} Digests;

static void
work (gpointer target, gpointer payload)
{
  World *world = target;
  *_foliot_kernel_get_draws (world->kernel) += 1 + ((world->variant & EXTRA_DRAW) != 0);
}

static void
nothing (gpointer target, gpointer payload)
{
}

static void
deliver (gpointer target, gpointer payload)
{
  World *world = target;
  guint64 hash = GPOINTER_TO_SIZE (payload);

  if (hash == 5 && world->variant & OTHER_PAYLOAD)
    hash = 55;
  foliot_kernel_note_message (world->kernel, world->link, ++world->n_sent);
  foliot_kernel_note_payload (world->kernel, world->b, hash, hash + 1000);
  g_assert_cmpuint (foliot_kernel_get_current_node (world->kernel), ==, world->b);
  foliot_kernel_post (world->kernel, foliot_kernel_now (world->kernel) + (world->variant & LATER ? 4 : 3), 0,
                      FOLIOT_EVENT_TIMER, work, world, NULL);
}

static void
send (gpointer target, gpointer payload)
{
  World *world = target;
  guint count = GPOINTER_TO_UINT (payload);
  FoliotTime now = foliot_kernel_now (world->kernel);

  foliot_kernel_post (world->kernel, now, 0, FOLIOT_EVENT_FRAME, deliver, world, payload);
  if (count < 20)
    foliot_kernel_post (world->kernel, now + 10, 0, FOLIOT_EVENT_CALLBACK, send, world,
                        GUINT_TO_POINTER (count + 1));
}

static void
collect (FoliotKernel *kernel, const FoliotRecord *record, gpointer user_data)
{
  g_array_append_vals (user_data, record, 1);
}

static void
build (World *world, Variant variant)
{
  FoliotKernel *kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);

  *world = (World){ .kernel = kernel, .variant = variant };
  world->records = g_array_new (FALSE, FALSE, sizeof (FoliotRecord));
  foliot_kernel_set_record_func (kernel, collect, world->records);
  world->a = foliot_kernel_add_node (kernel, "a");
  world->b = foliot_kernel_add_node (kernel, "b");
  world->c = foliot_kernel_add_node (kernel, variant & RENAMED ? "d" : "c");
  if (variant & OTHER_LAYOUT)
    {
      foliot_kernel_add_link (kernel, "box 1", "box 2");
      for (FoliotTime t = 0; t < 100; t += 7)
        foliot_kernel_post (kernel, t, 0, FOLIOT_EVENT_LINK, nothing, NULL, NULL);
    }
  world->link = foliot_kernel_add_link (kernel, variant & OTHER_LAYOUT ? "box 2" : "box 1", "box 3");
  foliot_kernel_enter_node (kernel, world->c);
  for (FoliotTime t = 1; t < 200; t += variant & BUSY_C ? 3 : 50)
    foliot_kernel_post (kernel, t, 0, FOLIOT_EVENT_CALLBACK, nothing, NULL, NULL);
  foliot_kernel_enter_node (kernel, world->a);
  foliot_kernel_post (kernel, 5, 0, FOLIOT_EVENT_CALLBACK, send, world, GUINT_TO_POINTER (1));
  foliot_kernel_enter_node (kernel, 0);
}

static void
clear (World *world)
{
  g_array_unref (world->records);
  g_object_unref (world->kernel);
}

static Digests
run (Variant variant)
{
  World world;
  Digests digests;

  build (&world, variant);
  g_assert_true (foliot_kernel_run_until (world.kernel, FOLIOT_TIME_NEVER, NULL));
  digests = (Digests){
    .run = foliot_kernel_dup_digest (world.kernel),
    .a = foliot_kernel_get_node_digest (world.kernel, world.a),
    .b = foliot_kernel_get_node_digest (world.kernel, world.b),
    .c = foliot_kernel_get_node_digest (world.kernel, world.c),
    .link = foliot_kernel_get_link_digest (world.kernel, world.link),
  };
  clear (&world);
  return digests;
}

/* These bits are a promise: the same on every machine, for every compiler. */
static void
test_golden (void)
{
  Digests plain = run (PLAIN), again = run (PLAIN);

  g_test_message ("run %s a %016" G_GINT64_MODIFIER "x b %016" G_GINT64_MODIFIER "x c %016" G_GINT64_MODIFIER
                  "x link %016" G_GINT64_MODIFIER "x",
                  plain.run, plain.a, plain.b, plain.c, plain.link);
  g_assert_cmpstr (plain.run, ==, again.run);
  g_assert_cmpstr (plain.run, ==, "16b7f4a13822765e452dba619634bcc3");
  g_assert_cmphex (plain.a, ==, G_GUINT64_CONSTANT (0x124546c47c89fadd));
  g_assert_cmphex (plain.b, ==, G_GUINT64_CONSTANT (0x18998001fd26ee0d));
  g_assert_cmphex (plain.c, ==, G_GUINT64_CONSTANT (0x00f988c1a29e492e));
  g_assert_cmphex (plain.link, ==, G_GUINT64_CONSTANT (0xf0c231e689ee225c));
  g_free (plain.run);
  g_free (again.run);
}

typedef struct
{
  Variant variant;
  const char *moved; /* which digests differ from PLAIN: r(un) a b c l(ink) */
} Case;

static void
test_moved (gconstpointer data)
{
  const Case *what = data;
  Digests plain = run (PLAIN), other = run (what->variant);

  g_assert_cmpint (strcmp (plain.run, other.run) != 0, ==, strchr (what->moved, 'r') != NULL);
  g_assert_cmpint (plain.a != other.a, ==, strchr (what->moved, 'a') != NULL);
  g_assert_cmpint (plain.b != other.b, ==, strchr (what->moved, 'b') != NULL);
  g_assert_cmpint (plain.c != other.c, ==, strchr (what->moved, 'c') != NULL);
  g_assert_cmpint (plain.link != other.link, ==, strchr (what->moved, 'l') != NULL);
  g_free (plain.run);
  g_free (other.run);
}

static void
test_records (void)
{
  World world;
  const FoliotRecord *sent = NULL, *delivered = NULL, *worked = NULL;

  build (&world, PLAIN);
  g_assert_true (foliot_kernel_run_until (world.kernel, 10, NULL));
  for (guint i = 0; i < world.records->len; i++)
    {
      const FoliotRecord *record = &g_array_index (world.records, FoliotRecord, i);
      g_assert_cmpuint (record->sequence, ==, i + 1);
      if (record->node == world.a)
        sent = record;
      else if (record->kind == FOLIOT_EVENT_FRAME)
        delivered = record;
      else if (record->kind == FOLIOT_EVENT_TIMER)
        worked = record;
    }
  g_assert_true (sent != NULL && delivered != NULL && worked != NULL);
  g_assert_cmpuint (sent->cause, ==, 0);
  g_assert_cmpint (sent->time_ns, ==, 5);
  g_assert_cmpuint (delivered->cause, ==, sent->sequence);
  g_assert_cmpuint (delivered->node, ==, world.b);
  g_assert_cmpuint (delivered->link, ==, world.link);
  g_assert_cmpuint (delivered->link_sequence, ==, 1);
  g_assert_cmpuint (delivered->payload_hash, ==, 1);
  g_assert_cmpuint (delivered->view_hash, ==, 1001);
  g_assert_cmpuint (worked->cause, ==, delivered->sequence);
  g_assert_cmpuint (worked->node, ==, world.b);
  g_assert_cmpuint (worked->draws, ==, 1);
  g_assert_cmpuint (worked->link, ==, 0);
  clear (&world);
}

/* With digests off a run is the same, and nothing is recorded. */
static void
test_off (void)
{
  World world;
  g_autofree char *before = NULL, *after = NULL;
  gsize n;
  FoliotCounts counts;

  build (&world, PLAIN);
  foliot_kernel_set_digest (world.kernel, FALSE);
  foliot_kernel_set_record_func (world.kernel, NULL, NULL);
  g_assert_false (_foliot_kernel_is_recording (world.kernel));
  before = foliot_kernel_dup_digest (world.kernel);
  g_assert_true (foliot_kernel_run_until (world.kernel, FOLIOT_TIME_NEVER, NULL));
  after = foliot_kernel_dup_digest (world.kernel);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (world.records->len, ==, 0);
  foliot_kernel_get_checkpoints (world.kernel, &n);
  g_assert_cmpuint (n, ==, 0);
  foliot_kernel_get_counts (world.kernel, &counts);
  g_assert_cmpuint (counts.dispatched, ==, 64);
  clear (&world);
}

static void
chain (gpointer target, gpointer payload)
{
  FoliotKernel *kernel = target;
  FoliotTime now = foliot_kernel_now (kernel);

  if (now < (FoliotTime) GPOINTER_TO_SIZE (payload))
    foliot_kernel_post (kernel, now + 1, 0, FOLIOT_EVENT_CALLBACK, chain, target, payload);
}

/* Events 1, 2, … n at times 1, 2, … n. */
static FoliotKernel *
run_chain (guint64 n, FoliotTime until)
{
  FoliotKernel *kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_FREE, 1, 0);

  foliot_kernel_post (kernel, 1, 0, FOLIOT_EVENT_CALLBACK, chain, kernel, GSIZE_TO_POINTER (n));
  g_assert_true (foliot_kernel_run_until (kernel, until, NULL));
  return kernel;
}

static void
test_ladder (void)
{
  static const guint64 lengths[] = { 10, 1024, 1025, 5000, 100000 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (FoliotKernel) kernel = run_chain (lengths[i], FOLIOT_TIME_NEVER);
      gsize n;
      const FoliotCheckpoint *ladder = foliot_kernel_get_checkpoints (kernel, &n);
      guint64 spacing = ladder[0].sequence;

      g_assert_cmpuint (n, <=, 1024);
      g_assert_cmpuint (n, >=, MIN (lengths[i], 512));
      g_assert_cmpuint (spacing & (spacing - 1), ==, 0);
      for (gsize k = 0; k < n; k++)
        {
          g_assert_cmpuint (ladder[k].sequence, ==, (k + 1) * spacing);
          g_assert_cmpint (ladder[k].time_ns, ==, (FoliotTime) ladder[k].sequence);
        }
      g_assert_cmpuint (lengths[i] - ladder[n - 1].sequence, <, spacing);
    }
}

/* A checkpoint is the digest of a run that ended there. */
static void
test_ladder_is_digest (void)
{
  g_autoptr (FoliotKernel) whole = run_chain (3000, FOLIOT_TIME_NEVER);
  gsize n;
  const FoliotCheckpoint *ladder = foliot_kernel_get_checkpoints (whole, &n);

  for (gsize k = 0; k < n; k += 97)
    {
      g_autoptr (FoliotKernel) part = run_chain (3000, ladder[k].time_ns);
      g_autofree char *digest = foliot_kernel_dup_digest (part);
      g_assert_cmphex (g_ascii_strtoull (digest + 16, NULL, 16), ==, ladder[k].digest);
    }
}

/* Asking does not change what is asked about. */
static void
test_asking (void)
{
  World world;
  g_autofree char *asked = NULL;
  Digests plain = run (PLAIN);

  build (&world, PLAIN);
  while (foliot_kernel_step (world.kernel, 1) > 0)
    g_free (foliot_kernel_dup_digest (world.kernel));
  asked = foliot_kernel_dup_digest (world.kernel);
  g_assert_cmpstr (asked, ==, plain.run);
  g_free (plain.run);
  clear (&world);
}

int
main (int argc, char **argv)
{
  static const Case busy_c = { BUSY_C, "rc" }, layout = { OTHER_LAYOUT, "r" }, draw = { EXTRA_DRAW, "rb" },
                    later = { LATER, "rb" }, payload = { OTHER_PAYLOAD, "rbl" }, renamed = { RENAMED, "r" };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/digest/golden", test_golden);
  g_test_add_data_func ("/digest/busy-neighbour", &busy_c, test_moved);
  g_test_add_data_func ("/digest/other-layout", &layout, test_moved);
  g_test_add_data_func ("/digest/extra-draw", &draw, test_moved);
  g_test_add_data_func ("/digest/later", &later, test_moved);
  g_test_add_data_func ("/digest/other-payload", &payload, test_moved);
  g_test_add_data_func ("/digest/renamed", &renamed, test_moved);
  g_test_add_func ("/digest/records", test_records);
  g_test_add_func ("/digest/off", test_off);
  g_test_add_func ("/digest/ladder", test_ladder);
  g_test_add_func ("/digest/ladder-is-digest", test_ladder_is_digest);
  g_test_add_func ("/digest/asking", test_asking);
  return g_test_run ();
}

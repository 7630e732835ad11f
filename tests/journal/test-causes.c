/* SPDX-License-Identifier: MIT */
#include "journal/foliot-causes-private.h"

/*
 * What may enter, and when, as messages leave: written as a play. An entry has a letter (its text), a departure has its hash.
 */

static FoliotCauses *
new_causes (gboolean all_of_it)
{
  return _foliot_causes_new (100, all_of_it);
}

static void
came (FoliotCauses *causes, guint32 port, FoliotTime time_ns, const char *letter)
{
  const FoliotJournalRecord record
      = { .kind = FOLIOT_JOURNAL_IN, .port = port, .time_ns = time_ns, .text = letter };

  _foliot_causes_add_entry (causes, &record, FOLIOT_EVENT_FRAME);
}

static void
observed (FoliotCauses *causes, const char *name, const char *letter)
{
  const FoliotJournalRecord record = { .kind = FOLIOT_JOURNAL_OBSERVED, .name = name, .text = letter };

  _foliot_causes_add_entry (causes, &record, FOLIOT_EVENT_CALLBACK);
}

static void
went (FoliotCauses *causes, guint32 port, FoliotTime time_ns, guint64 hash)
{
  const FoliotJournalRecord record
      = { .kind = FOLIOT_JOURNAL_OUT, .port = port, .time_ns = time_ns, .hash = hash, .length = 1 };

  _foliot_causes_add_departure (causes, &record);
}

static void
say (FoliotCauses *causes, guint32 port, guint64 hash, FoliotTime now)
{
  FoliotCausesDeparture *departure = _foliot_causes_find_same (causes, port, hash, 1);

  g_assert_nonnull (departure);
  _foliot_causes_note_sent (causes, departure, now);
}

static gboolean
is_open (gpointer closed_port, guint32 port)
{
  return port != GPOINTER_TO_UINT (closed_port);
}

/* All that may enter does: letter and time of each. @closed: a port that there is not yet. */
static void
assert_enter (FoliotCauses *causes, guint32 closed, const char *expected)
{
  g_autoptr (GString) all = g_string_new (NULL);
  FoliotCausesEntry *entry;

  while ((entry = _foliot_causes_find_ready (causes, is_open, GUINT_TO_POINTER (closed))) != NULL)
    {
      g_string_append_printf (all, "%s%" G_GINT64_FORMAT " ", entry->text, entry->due_ns);
      _foliot_causes_finish (causes, entry);
    }
  g_assert_cmpstr (all->str, ==, expected);
}

/* Two ports wait for one message; each comes as long after it as it did, those of a port in their order. */
static void
test_behind_one (void)
{
  FoliotCauses *causes = new_causes (FALSE);

  came (causes, 1, 105, "a");
  went (causes, 1, 200, 11);
  came (causes, 1, 230, "b");
  came (causes, 2, 210, "c");
  came (causes, 3, 230, "d");
  came (causes, 1, 201, "e"); /* not before b, of its port */
  _foliot_causes_begin (causes);
  g_assert_cmpuint (_foliot_causes_get_n_departures (causes), ==, 1);
  assert_enter (causes, 0, "a105 ");
  say (causes, 1, 11, 1000);
  assert_enter (causes, 3, "c1010 b1030 e1001 ");
  assert_enter (causes, 0, "d1030 ");
  g_assert_null (_foliot_causes_find_first (causes));
  _foliot_causes_free (causes);
}

/* Of messages that are alike the first is said first, and each has its own answer. */
static void
test_alike (void)
{
  FoliotCauses *causes = new_causes (FALSE);

  went (causes, 1, 100, 7);
  came (causes, 1, 110, "a");
  went (causes, 1, 120, 7);
  came (causes, 1, 125, "b");
  went (causes, 2, 130, 7);
  came (causes, 2, 130, "c");
  _foliot_causes_begin (causes);
  assert_enter (causes, 0, "");
  say (causes, 2, 7, 200);
  assert_enter (causes, 0, "c200 ");
  say (causes, 1, 7, 300);
  g_assert_cmpuint (_foliot_causes_get_next (causes)->recorded_ns, ==, 120);
  g_assert_true (_foliot_causes_get_next_of_port (causes, 1) == _foliot_causes_get_next (causes));
  g_assert_null (_foliot_causes_get_next_of_port (causes, 2));
  g_assert_false (_foliot_causes_is_last_sent (causes, 1));
  g_assert_cmpuint (_foliot_causes_count_unsent (causes), ==, 1);
  assert_enter (causes, 0, "a310 ");
  say (causes, 1, 7, 400);
  assert_enter (causes, 0, "b405 ");
  g_assert_null (_foliot_causes_find_same (causes, 1, 7, 1));
  g_assert_null (_foliot_causes_get_next (causes));
  g_assert_true (_foliot_causes_is_last_sent (causes, 1));
  _foliot_causes_free (causes);
}

/* Behind all that had left: what its port has passed by is not waited for. */
static void
test_all_of_it (void)
{
  FoliotCauses *causes = new_causes (TRUE);

  went (causes, 1, 100, 1);
  went (causes, 2, 110, 2);
  went (causes, 1, 120, 3);
  came (causes, 3, 130, "a");
  went (causes, 1, 140, 4);
  came (causes, 3, 150, "b");
  _foliot_causes_begin (causes);
  say (causes, 1, 3, 500); /* the first of port 1 is passed */
  assert_enter (causes, 0, "");
  say (causes, 2, 2, 510);
  assert_enter (causes, 0, "a510 ");
  say (causes, 1, 4, 600);
  assert_enter (causes, 0, "b610 ");
  g_assert_cmpuint (_foliot_causes_count_unsent (causes), ==, 1);
  _foliot_causes_free (causes);
}

/* What was observed comes when it is asked for, by name, and holds nothing up. */
static void
test_observed (void)
{
  FoliotCauses *causes = new_causes (FALSE);

  observed (causes, "clock", "a");
  observed (causes, "file", "b");
  observed (causes, "clock", "c");
  came (causes, 0, 100, "d");
  observed (causes, NULL, "e");
  _foliot_causes_begin (causes);
  g_assert_cmpstr (_foliot_causes_find_first (causes)->text, ==, "d");
  assert_enter (causes, 1, "d100 ");
  g_assert_cmpstr (_foliot_causes_take_observed (causes, "file")->text, ==, "b");
  g_assert_cmpstr (_foliot_causes_take_observed (causes, "clock")->text, ==, "a");
  g_assert_cmpstr (_foliot_causes_take_observed (causes, "clock")->text, ==, "c");
  g_assert_null (_foliot_causes_take_observed (causes, "clock"));
  g_assert_null (_foliot_causes_take_observed (causes, "other"));
  g_assert_cmpstr (_foliot_causes_take_observed (causes, NULL)->text, ==, "e");
  _foliot_causes_free (causes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/causes/behind-one", test_behind_one);
  g_test_add_func ("/causes/alike", test_alike);
  g_test_add_func ("/causes/all-of-it", test_all_of_it);
  g_test_add_func ("/causes/observed", test_observed);
  return g_test_run ();
}

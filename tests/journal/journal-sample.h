/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-journal.h>

/* A recording with one record of each kind, in the words of the tests. */

FoliotJournalHeader *journal_sample_header (void);

/* The records behind the header. What they point to lives as long as the program. */
const FoliotJournalRecord *journal_sample_records (gsize *out_n);

/* Writes the sample to @path, a block a record if @flush. */
void journal_sample_write (const char *path, gboolean flush);

void journal_assert_equal (const FoliotJournalRecord *read, const FoliotJournalRecord *written);

/* A folder of the test's own, removed with all files in it by journal_folder_free(). */
typedef struct
{
  char *folder;
  char *path; /* of a file in it */
} JournalPlace;

void journal_place_init (JournalPlace *place);
void journal_place_clear (JournalPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (JournalPlace, journal_place_clear)

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot.h>

#include "tools/foliot-participants.h"

/* What `foliot show` prints of a journal: as text for people, or as JSON, an object a line. */

typedef struct
{
  FoliotJournalReader *reader;
  guint width; /* in characters; 0: lines are as long as they are */
  FoliotParticipants participants;
  char *columns; /* (nullable) the names above the columns, as last printed */
} FoliotShow;

/* @reader: (transfer full). */
void foliot_show_init (FoliotShow *show, FoliotJournalReader *reader, guint width);
void foliot_show_clear (FoliotShow *show);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FoliotShow, foliot_show_clear)

void foliot_show_text_header (FoliotShow *show);
void foliot_show_text_record (FoliotShow *show, const FoliotJournalRecord *record);
/* Where something is wrong, in its place between the records. */
void foliot_show_text_error (FoliotShow *show, const GError *error);

void foliot_show_json_header (FoliotShow *show);
void foliot_show_json_record (FoliotShow *show, const FoliotJournalRecord *record);
void foliot_show_json_error (FoliotShow *show, const GError *error);

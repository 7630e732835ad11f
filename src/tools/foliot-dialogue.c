/* SPDX-License-Identifier: MIT */
#include "tools/foliot-dialogue.h"

#include <stdio.h>
#include <string.h>

#include "tools/foliot-drive.h"
#include "tools/foliot-participants.h"

/*
 * A recording of `foliot wire` has two ports for each conversation, and what came in at one went out at the other. All other recordings
 * have one port for a link: what came in was said by who is at its far end, and what went out by our own, of which the bytes are there
 * if they were asked for.
 *
 * Ports become known in the course of a journal, so it is read twice: once for who is there, once for what they said.
 */

typedef struct
{
  guint32 ports[2]; /* where the messages of each come in; ports[1] is 0: they go out at ports[0] */
  char *names[2];
} Conversation;

typedef struct
{
  FoliotDialogue *dialogue;
  const Conversation *conversation;
  guint us;     /* 0 or 1 */
  guint n_bare; /* messages without bytes */
} Reading;

static void
clear_conversation (gpointer data)
{
  g_free (((Conversation *) data)->names[0]);
  g_free (((Conversation *) data)->names[1]);
}

static void
clear_said (gpointer data)
{
  g_bytes_unref (((FoliotSaid *) data)->bytes);
}

void
foliot_dialogue_clear (FoliotDialogue *dialogue)
{
  g_clear_pointer (&dialogue->partner, g_free);
  g_clear_pointer (&dialogue->ours, g_array_unref);
  g_clear_pointer (&dialogue->theirs, g_array_unref);
}

/* ---- reading ---- */

/* Calls @func for each record. Returns: FALSE: damaged, and not @lenient. @quiet: what is wrong with the file is said some other time. */
static gboolean
read_all (FoliotJournalReader *reader, gboolean lenient, gboolean quiet,
          void (*func) (const FoliotJournalRecord *record, gpointer user_data), gpointer user_data,
          GError **error)
{
  const FoliotJournalRecord *record;
  g_autoptr (GError) why = NULL;

  while ((record = foliot_journal_reader_next (reader, &why)) != NULL || why != NULL)
    {
      gboolean is_end = g_error_matches (why, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_TRUNCATED);

      if (record != NULL)
        {
          if (func != NULL)
            func (record, user_data);
          continue;
        }
      if (!is_end && (!lenient || !g_error_matches (why, FOLIOT_JOURNAL_ERROR, FOLIOT_JOURNAL_ERROR_DAMAGED)))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      if (!quiet)
        foliot_drive_say (why->message);
      if (is_end)
        break;
      g_clear_error (&why);
    }
  return TRUE;
}

/* ---- who is there ---- */

static char *
dup_name (const FoliotParticipants *participants, int index)
{
  return g_strdup (g_ptr_array_index (participants->names, index));
}

static GArray *
list_conversations (const FoliotJournalHeader *header)
{
  GArray *conversations = g_array_new (FALSE, FALSE, sizeof (Conversation));
  gboolean is_wire = g_str_equal (header->verb, "wire");
  FoliotParticipants participants;

  g_array_set_clear_func (conversations, clear_conversation);
  foliot_participants_init (&participants);
  foliot_participants_update (&participants, header);
  for (guint i = 0; i < participants.ends->len; i++)
    {
      const FoliotEnds *ends = &g_array_index (participants.ends, FoliotEnds, i);
      const FoliotJournalPort *port = g_ptr_array_index (header->ports, i);
      Conversation conversation = { .ports = { ends->port, is_wire ? ends->port + 1 : 0 } };

      if (!g_str_equal (port->kind, "link") || ends->far < 0 || (is_wire && ends->port % 2 == 0))
        continue;
      conversation.names[0] = dup_name (&participants, ends->far);
      conversation.names[1] = dup_name (&participants, ends->near);
      g_array_append_val (conversations, conversation);
    }
  foliot_participants_clear (&participants);
  return conversations;
}

static void
add_name (GString *names, const char *name)
{
  g_auto (GStrv) all = g_strsplit (names->str, ", ", -1);

  if (names->len > 0 && g_strv_contains ((const char *const *) all, name))
    return;
  g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
}

static void
set_unknown (const GArray *conversations, const char *path, const char *as, guint number, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < conversations->len; i++)
    for (guint side = 0; side < 2; side++)
      if (number == 0 || number == i + 1)
        add_name (names, g_array_index (conversations, Conversation, i).names[side]);
  if (conversations->len == 0)
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                 "%s: nobody in it speaks over a connection: there is no side to play", path);
  else if (number > conversations->len)
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                 "%s: it has %u conversations, and no number %u (--conversation)", path, conversations->len,
                 number);
  else
    g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
                 "%s: nobody in it is called “%s” (--as); there are: %s", path, as, names->str);
}

static void
set_ambiguous (const GArray *conversations, const char *path, const char *as, GError **error)
{
  g_autoptr (GString) numbers = g_string_new (NULL);

  for (guint i = 0; i < conversations->len; i++)
    {
      const Conversation *conversation = &g_array_index (conversations, Conversation, i);
      guint them = g_str_equal (conversation->names[0], as);

      if (them == 1 || g_str_equal (conversation->names[1], as))
        g_string_append_printf (numbers, "%s%u (with %s)", numbers->len > 0 ? ", " : "", i + 1,
                                conversation->names[them]);
    }
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "%s: “%s” has several conversations: say which (--conversation): %s", path, as, numbers->str);
}

/* Returns: (nullable) */
static const Conversation *
choose (const GArray *conversations, const char *path, const char *as, guint number, guint *out_us,
        GError **error)
{
  const Conversation *found = NULL;

  for (guint i = 0; i < conversations->len; i++)
    for (guint side = 0; side < 2; side++)
      {
        const Conversation *conversation = &g_array_index (conversations, Conversation, i);

        if ((number != 0 && number != i + 1) || !g_str_equal (conversation->names[side], as))
          continue;
        if (found != NULL)
          {
            set_ambiguous (conversations, path, as, error);
            return NULL;
          }
        found = conversation;
        *out_us = side;
      }
  if (found == NULL)
    set_unknown (conversations, path, as, number, error);
  return found;
}

/* ---- what they said ---- */

/* Returns: 0 or 1; −1: it is no message of this conversation. */
static int
find_speaker (const Conversation *conversation, const FoliotJournalRecord *record)
{
  if (record->kind == FOLIOT_JOURNAL_OUT && conversation->ports[1] == 0
      && record->port == conversation->ports[0])
    return 1;
  if (record->kind != FOLIOT_JOURNAL_IN || record->what != FOLIOT_EVENT_FRAME)
    return -1;
  if (record->port == conversation->ports[0])
    return 0;
  return conversation->ports[1] != 0 && record->port == conversation->ports[1] ? 1 : -1;
}

static void
take_end (Reading *reading, const FoliotJournalRecord *record)
{
  for (guint i = 0; i < 2; i++)
    if (record->port == reading->conversation->ports[i])
      reading->dialogue->they_hung_up = i != reading->us;
}

static void
take_record (const FoliotJournalRecord *record, gpointer user_data)
{
  Reading *reading = user_data;
  FoliotDialogue *dialogue = reading->dialogue;
  int speaker = find_speaker (reading->conversation, record);
  gboolean is_ours = speaker == (int) reading->us;
  FoliotSaid said = { .order = dialogue->ours->len + dialogue->theirs->len + 1,
                      .n_before = is_ours ? dialogue->theirs->len : dialogue->ours->len };

  if (record->kind == FOLIOT_JOURNAL_CONTROL
      && (record->what == FOLIOT_JOURNAL_CONTROL_CLOSE || record->what == FOLIOT_JOURNAL_CONTROL_ERROR))
    take_end (reading, record);
  if (speaker < 0)
    return;
  if (record->bytes == NULL && record->kind == FOLIOT_JOURNAL_OUT && record->length > 0)
    {
      reading->n_bare++;
      return;
    }
  said.bytes = record->bytes != NULL ? g_bytes_ref (record->bytes) : g_bytes_new (NULL, 0);
  g_array_append_val (is_ours ? dialogue->ours : dialogue->theirs, said);
}

static GArray *
new_messages (void)
{
  GArray *messages = g_array_new (FALSE, FALSE, sizeof (FoliotSaid));

  g_array_set_clear_func (messages, clear_said);
  return messages;
}

static gboolean
check (const Reading *reading, const char *path, const char *verb, GError **error)
{
  const Conversation *conversation = reading->conversation;

  if (reading->n_bare == 0)
    return TRUE;
  g_set_error (error, FOLIOT_ERROR, FOLIOT_ERROR_VALUE,
               "%s: of %u messages of %s to %s there is the hash alone: record with `foliot %s … --record "
               "FILE --record-bytes` to "
               "play either side",
               path, reading->n_bare, conversation->names[1], conversation->names[0], verb);
  return FALSE;
}

gboolean
foliot_dialogue_load (FoliotDialogue *dialogue, const char *path, const char *as, guint conversation,
                      gboolean lenient, GError **error)
{
  g_autoptr (FoliotJournalReader) names = foliot_journal_reader_new (path, error);
  g_autoptr (FoliotJournalReader) words = NULL;
  g_autoptr (GArray) conversations = NULL;
  Reading reading = { .dialogue = dialogue };

  *dialogue = (FoliotDialogue){ .ours = new_messages (), .theirs = new_messages () };
  if (names == NULL || !read_all (names, TRUE, TRUE, NULL, NULL, error))
    return FALSE;
  conversations = list_conversations (foliot_journal_reader_get_header (names));
  reading.conversation = choose (conversations, path, as, conversation, &reading.us, error);
  words = reading.conversation != NULL ? foliot_journal_reader_new (path, error) : NULL;
  if (words == NULL || !read_all (words, lenient, FALSE, take_record, &reading, error))
    return FALSE;
  dialogue->partner = g_strdup (reading.conversation->names[1 - reading.us]);
  return check (&reading, path, foliot_journal_reader_get_header (words)->verb, error);
}

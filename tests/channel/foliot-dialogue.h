/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-codec.h>

#include "foliot-raw-peer.h"

G_BEGIN_DECLS

/*
 * FoliotDialogue:
 *
 * One of the real dialogues in tests/data/aiomas-wire.json. One side plays the golden frames of the script, the other
 * is the library, whose frames must match: exactly, in their tail (a failure whose text may have another traceback), or
 * in their shape (urls on any host and port), as the file's own `about` says.
 */
typedef struct _FoliotDialogue FoliotDialogue;

typedef enum
{
  FOLIOT_DIALOGUE_CLIENT = 'c',
  FOLIOT_DIALOGUE_SERVER = 's',
} FoliotDialogueSide;

/* @name, @codec: of the file: "rpc calls", "msgpack". It must be there. */
FoliotDialogue *foliot_dialogue_new (const char *name, const char *codec);
void foliot_dialogue_free (FoliotDialogue *dialogue);
/* Returns: the class of the dialogue's codec. */
GType foliot_dialogue_get_codec_type (FoliotDialogue *dialogue);
/*
 * foliot_dialogue_play:
 * @side: whom @peer is
 *
 * Plays one side to the end: sends its frames, awaits the others and checks them. Awaits.
 */
void foliot_dialogue_play (FoliotDialogue *dialogue, FoliotDialogueSide side, FoliotRawPeer *peer);

/* The script, for those who play the other side mechanically. */
guint foliot_dialogue_get_n_steps (FoliotDialogue *dialogue);
/* Returns: whose step it is; 0 for a step of nobody (connect). */
int foliot_dialogue_get_step_side (FoliotDialogue *dialogue, guint step);
/* Returns: (transfer none) (nullable): plain data of that frame, [type, id, content]; %NULL: the end of stream. */
FoliotValue *foliot_dialogue_get_step_triple (FoliotDialogue *dialogue, guint step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotDialogue, foliot_dialogue_free)

G_END_DECLS

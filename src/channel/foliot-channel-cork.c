/* SPDX-License-Identifier: MIT */
#include "channel/foliot-channel-cork-private.h"

#include "channel/foliot-channel-private.h"
#include "kernel/foliot-kernel-private.h"

/*
 * A kernel has one cork, which its channels through the system know from their start. The frames that it keeps are encoded
 * and counted already: to settling, they are on their way.
 */

typedef struct
{
  FoliotChannel *channel; /* owned */
  FoliotFrame frame;
} Kept;

struct _FoliotCork
{
  gboolean is_in;
  GArray *kept;
};

static void
kept_clear (gpointer data)
{
  Kept *kept = data;
  foliot_frame_clear (&kept->frame);
  g_object_unref (kept->channel);
}

static void
cork_free (gpointer data)
{
  FoliotCork *cork = data;
  g_array_unref (cork->kept);
  g_free (cork);
}

static void
cork_drop (FoliotKernel *kernel, gpointer data)
{
  FoliotCork *cork = data;
  cork->is_in = FALSE;
  g_array_set_size (cork->kept, 0);
}

FoliotCork *
_foliot_cork_get (FoliotKernel *kernel)
{
  GQuark key = g_quark_from_static_string ("foliot-cork");
  FoliotCork *cork = foliot_kernel_get_data (kernel, key);
  if (cork == NULL)
    {
      cork = g_new0 (FoliotCork, 1);
      cork->kept = g_array_new (FALSE, FALSE, sizeof (Kept));
      g_array_set_clear_func (cork->kept, kept_clear);
      foliot_kernel_set_data (kernel, key, cork, cork_free);
      _foliot_kernel_add_close_hook (kernel, cork_drop, cork);
    }
  return cork;
}

gboolean
_foliot_channel_keep (FoliotChannel *channel, FoliotFrame *frame)
{
  gboolean passes = channel->passes;
  channel->passes = FALSE;
  if (channel->cork == NULL || !channel->cork->is_in || passes)
    return FALSE;
  Kept kept = { g_object_ref (channel), *frame };
  channel->hold.stays = channel->is_modelled;
  g_array_append_val (channel->cork->kept, kept);
  return TRUE;
}

/* The link takes the frame in any case; one that refuses it is of no use any more. */
static void
send_kept (Kept *kept)
{
  FoliotChannel *channel = kept->channel;
  const FoliotFrame label = kept->frame;
  if (channel->error != NULL)
    return;
  if (!_foliot_channel_send_frame (channel, &kept->frame, NULL))
    foliot_link_close (channel->link);
  else if (channel->is_modelled && !channel->hold.stays)
    _foliot_channel_hold_departed (channel, label.type, label.id);
  kept->frame = (FoliotFrame){ NULL };
}

void
_foliot_channels_cork (FoliotKernel *kernel)
{
  _foliot_cork_get (kernel)->is_in = TRUE;
}

void
_foliot_channels_uncork (FoliotKernel *kernel)
{
  FoliotCork *cork = _foliot_cork_get (kernel);
  cork->is_in = FALSE;
  for (guint i = 0; i < cork->kept->len; i++)
    send_kept (&g_array_index (cork->kept, Kept, i));
  g_array_set_size (cork->kept, 0);
}

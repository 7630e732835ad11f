/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-journal.h>
#include <foliot/foliot-kernel.h>

G_BEGIN_DECLS

/**
 * FOLIOT_REPLAY_ERROR:
 *
 * How a run that is played back went another way than its recording.
 */
#define FOLIOT_REPLAY_ERROR (foliot_replay_error_quark ())
FOLIOT_API GQuark foliot_replay_error_quark (void);

/**
 * FoliotReplayError:
 * @FOLIOT_REPLAY_ERROR_DIFFERS: something left, or the run came out, that is not as recorded
 * @FOLIOT_REPLAY_ERROR_MISSING: the run waits for something that the recording does not hold
 */
typedef enum
{
  FOLIOT_REPLAY_ERROR_DIFFERS,
  FOLIOT_REPLAY_ERROR_MISSING,
} FoliotReplayError;

/**
 * FoliotRecorder: (skip)
 *
 * Writes down all that a kernel gets from outside, and what it sends there: a journal, from which the run can be made again.
 */
typedef struct _FoliotRecorder FoliotRecorder;

/**
 * foliot_recorder_new: (skip)
 * @kernel: before anything that is to be recorded: before its first transport
 * @path: see foliot_journal_writer_new()
 * @header: what the run is made from
 * @keep_sent: the messages that leave are kept, too; otherwise only their hashes, which suffice to find a difference
 * @error: %FOLIOT_JOURNAL_ERROR
 *
 * Records from now on.
 *
 * Returns: (transfer full) (nullable): a recorder; the kernel must outlive its end
 */
FOLIOT_API FoliotRecorder *foliot_recorder_new (FoliotKernel *kernel, const char *path,
                                                const FoliotJournalHeader *header, gboolean keep_sent,
                                                GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_recorder_end: (skip)
 * @code: exit code of the run
 * @verdict: (nullable): how it failed; %NULL: it came to its end
 * @error: %FOLIOT_JOURNAL_ERROR_WRITE, also of an earlier record: the recording is not whole
 *
 * The run is over: records its digest and verdict, and closes the file. What happens afterwards is not recorded. Idempotent.
 */
FOLIOT_API gboolean foliot_recorder_end (FoliotRecorder *recorder, int code, const GError *verdict,
                                         GError **error);
/**
 * foliot_recorder_free: (skip)
 *
 * Without an end the recording is one that was cut off here.
 */
FOLIOT_API void foliot_recorder_free (FoliotRecorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotRecorder, foliot_recorder_free)

/**
 * FoliotReplayOptions: (skip)
 * @lenient: differences are counted and told, and the run goes on
 * @causal: what was recorded enters behind the message that left before it, and as long after it in simulated time, whatever events
 *   there are: for a program that was changed. Otherwise it enters behind exactly as many events as when it was recorded, up to
 *   the first difference
 * @speed: simulated time goes so many times as fast as real time, at most, which changes nothing else; 0: as fast as it can. While it
 *   waits, an interrupt ends it
 * @until: to this time, and no further; `FOLIOT_TIME_NEVER`: to the end
 * @break_at: (nullable): called before event @break_event
 * @break_event: 0: none
 * @user_data: of @break_at
 */
typedef struct
{
  gboolean lenient;
  gboolean causal;
  double speed;
  FoliotTime until;
  void (*break_at) (gpointer user_data);
  guint64 break_event;
  gpointer user_data;
} FoliotReplayOptions;

/**
 * FoliotReplay: (skip)
 *
 * A recording in the place of the outside: of a kernel that is given to it, all transports and pauses are fed from the journal, at
 * exactly the points of the run at which it was recorded; nothing is opened, asked or waited for.
 */
typedef struct _FoliotReplay FoliotReplay;

/**
 * foliot_replay_new: (skip)
 * @path: a journal
 * @options: (nullable): %NULL: strict, to the end
 * @error: %FOLIOT_JOURNAL_ERROR
 *
 * Returns: (transfer full) (nullable): a replay that no kernel has yet
 */
FOLIOT_API FoliotReplay *foliot_replay_new (const char *path, const FoliotReplayOptions *options,
                                            GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_replay_get_header: (skip)
 *
 * Returns: (transfer none): what the recorded run was made from: whoever replays makes the same
 */
FOLIOT_API const FoliotJournalHeader *foliot_replay_get_header (FoliotReplay *replay);
/**
 * foliot_replay_set_causal: (skip)
 *
 * As the option, for those who know only from the header whether anything has changed; before foliot_replay_attach().
 */
FOLIOT_API void foliot_replay_set_causal (FoliotReplay *replay);
/**
 * foliot_replay_attach: (skip)
 * @kernel: fresh, of the drive and seed of the recorded one; lives as long as @replay or ends it first
 *
 * From here on @kernel hears the recording and nothing else. At a difference that ends the replay, or where the recording ends, the
 * kernel is interrupted ([method@Kernel.interrupt]).
 */
FOLIOT_API void foliot_replay_attach (FoliotReplay *replay, FoliotKernel *kernel);
/**
 * foliot_replay_end: (skip)
 * @error: %FOLIOT_REPLAY_ERROR; %FOLIOT_JOURNAL_ERROR: the recording is damaged, or ends here without an END; all is replayed up
 *   to there
 *
 * The run is over. Detaches the kernel. May be called again, and says the same.
 *
 * Returns: whether it went as recorded, to the end
 */
FOLIOT_API gboolean foliot_replay_end (FoliotReplay *replay, GError **error);
/**
 * foliot_replay_peek_error: (skip)
 *
 * Returns: (transfer none) (nullable): what ended it
 */
FOLIOT_API const GError *foliot_replay_peek_error (FoliotReplay *replay);
/**
 * foliot_replay_was_interrupted: (skip)
 *
 * Returns: whether the recorded run was interrupted where the recording ends
 */
FOLIOT_API gboolean foliot_replay_was_interrupted (FoliotReplay *replay);
/**
 * foliot_replay_get_failure: (skip)
 *
 * What ends a run by the clock of the machine does not come again by itself: that time was held for too long.
 *
 * Returns: (transfer none) (nullable): how the recorded run failed where the recording ends, if this one has come there as recorded
 */
FOLIOT_API const char *foliot_replay_get_failure (FoliotReplay *replay);
/**
 * foliot_replay_dup_report: (skip)
 *
 * Returns: (transfer full): for people: how many messages entered and left, how many differ, which anchors served
 */
FOLIOT_API char *foliot_replay_dup_report (FoliotReplay *replay) FOLIOT_WARN_UNUSED;
FOLIOT_API void foliot_replay_free (FoliotReplay *replay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotReplay, foliot_replay_free)

G_END_DECLS

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-replay.h>

G_BEGIN_DECLS

/**
 * FoliotTapeOptions: (skip)
 * @record: (nullable): of `--record FILE`
 * @replay: (nullable): of `--replay FILE`
 * @lenient: of `--lenient`: differences are told, and the replay goes on
 *
 * What is asked for on the command line of a program. Free with foliot_tape_options_clear().
 */
typedef struct
{
  char *record;
  char *replay;
  gboolean lenient;
} FoliotTapeOptions;

/**
 * foliot_tape_options_add: (skip)
 * @options: filled in when @context parses; must stay until then
 *
 * Adds the options `--record`, `--replay` and `--lenient`.
 */
FOLIOT_API void foliot_tape_options_add (FoliotTapeOptions *options, GOptionContext *context);
FOLIOT_API void foliot_tape_options_clear (FoliotTapeOptions *options);

/**
 * FoliotTape: (skip)
 *
 * A program that can be recorded, and plays its recording back by itself: the recorder or the replay of its one kernel, whichever was asked
 * for, or neither, so that the program need not tell the cases apart:
 *
 * ```c
 * tape = foliot_tape_new (argv[0], &options, &error);
 * address = foliot_tape_keep (tape, "address", address);
 * kernel = foliot_kernel_new (NULL, FOLIOT_DRIVE_EXTERNAL, 1, 0);
 * foliot_tape_attach (tape, kernel, &error);
 * …
 * code = foliot_tape_end (tape, code, failure, &error);
 * ```
 */
typedef struct _FoliotTape FoliotTape;

/**
 * foliot_tape_new: (skip)
 * @program: its name, as in `argv[0]`; the folder does not count
 * @options: copied
 * @error: %FOLIOT_JOURNAL_ERROR: of the recording that is to be played back; %FOLIOT_ERROR_VALUE: both are asked for, or the recording
 *   is not of a program
 *
 * Returns: (transfer full) (nullable)
 */
FOLIOT_API FoliotTape *foliot_tape_new (const char *program, const FoliotTapeOptions *options,
                                        GError **error) FOLIOT_WARN_UNUSED;
/**
 * foliot_tape_keep: (skip)
 * @name: of what decides how the run goes, such as an option of the command line; not `program`
 * @value: (nullable): what it is
 *
 * Keeps it in the header of a recording. Before foliot_tape_attach().
 *
 * Returns: (transfer none) (nullable): what to go by: in a replay what was kept, %NULL if nothing was; otherwise @value
 */
FOLIOT_API const char *foliot_tape_keep (FoliotTape *tape, const char *name, const char *value);
/**
 * foliot_tape_keep_int: (skip)
 *
 * The same for a number.
 */
FOLIOT_API gint64 foliot_tape_keep_int (FoliotTape *tape, const char *name, gint64 value);
/**
 * foliot_tape_attach: (skip)
 * @kernel: before anything of it meets the outside: before its first transport; lives until the tape has ended
 * @error: %FOLIOT_JOURNAL_ERROR: the recording cannot be made; %FOLIOT_ERROR_VALUE: the recorded kernel had another seed
 *
 * From here on the kernel is recorded, or hears the recording and nothing else. A kernel of which neither is wanted stays as it is.
 */
FOLIOT_API gboolean foliot_tape_attach (FoliotTape *tape, FoliotKernel *kernel, GError **error);
/**
 * foliot_tape_is_used: (skip)
 *
 * Returns: whether it records or plays back
 */
FOLIOT_API gboolean foliot_tape_is_used (FoliotTape *tape);
/**
 * foliot_tape_is_replay: (skip)
 *
 * Returns: whether it plays back: nothing outside is asked any more, so that the program has no signals to catch, and no address to tell
 */
FOLIOT_API gboolean foliot_tape_is_replay (FoliotTape *tape);
/**
 * foliot_tape_end: (skip)
 * @code: exit code of the program, if all is well with the tape
 * @failure: (nullable): how the run failed
 * @error: %FOLIOT_REPLAY_ERROR, %FOLIOT_JOURNAL_ERROR; more to the point than @failure, which may come of it
 *
 * The run is over, and its kernel not yet closed. Once.
 *
 * Returns: the exit code of the program: @code, or that of @error
 */
FOLIOT_API int foliot_tape_end (FoliotTape *tape, int code, const GError *failure, GError **error);
/**
 * foliot_tape_dup_report: (skip)
 *
 * Returns: (transfer full) (nullable): of a replay that has ended: what was played back, for people; %NULL when there is none
 */
FOLIOT_API char *foliot_tape_dup_report (FoliotTape *tape) FOLIOT_WARN_UNUSED;
/**
 * foliot_tape_get_exit_code: (skip)
 * @error: of a tape, a replay or a journal
 *
 * Returns: 3: the run differs from its recording; 4: the recording cannot be written; 6: something is needed that it does not hold; 7: it
 *   is damaged, cut off or none; 2: anything else
 */
FOLIOT_API int foliot_tape_get_exit_code (const GError *error);
FOLIOT_API void foliot_tape_free (FoliotTape *tape);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FoliotTape, foliot_tape_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FoliotTapeOptions, foliot_tape_options_clear)

G_END_DECLS

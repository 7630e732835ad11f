/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-scenario.h>

/*
 * The recording of a run in several processes: that of the process that directs the others, and one beside it for each of them.
 */

/* Settings of the header. */
#define FOLIOT_RECORDING_NAME    "recording" /* the same in all parts */
#define FOLIOT_RECORDING_PART    "part"      /* of which container, in that of one */
#define FOLIOT_RECORDING_LIST    "part/%u"   /* of which containers there are others, in that of the first */
#define FOLIOT_RECORDING_COMMAND "command"   /* that starts their processes; never started again */

/* Returns: (transfer full): a name that no other recording of this machine has. */
char *_foliot_recording_make_name (void);
/* Says in the header which parts a run of @scenario has, and which @program (nullable) starts them. */
void _foliot_recording_list_parts (FoliotJournalHeader *header, FoliotScenario *scenario,
                                   const char *program);
/*
 * Begins to record at options->record. The parts of an earlier recording of this path are removed; one of a single container, and whatever
 * else is beside it, leaves all as it is. Error: FOLIOT_JOURNAL_ERROR.
 */
FoliotRecorder *_foliot_recording_begin (FoliotKernel *kernel, const FoliotWorldOptions *options,
                                         const FoliotJournalHeader *header, GError **error);

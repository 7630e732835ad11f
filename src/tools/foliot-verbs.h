/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The verbs of the command `foliot`. Each is a main() of its own: argv[0] is the verb, the result the exit code.
 */

/* docs/exit-codes.md */
enum
{
  FOLIOT_EXIT_OK = 0,
  FOLIOT_EXIT_MODEL = 1,   /* an agent failed, or an expectation does not hold */
  FOLIOT_EXIT_USAGE = 2,   /* wrong arguments, or a scenario that cannot be read */
  FOLIOT_EXIT_DIFFERS = 3, /* two runs differ: --check, diff, replay */
  FOLIOT_EXIT_RESULTS = 4, /* results could not be written */
  FOLIOT_EXIT_PEER = 5,    /* an address cannot be listened at or connected to, or the connection broke */
  FOLIOT_EXIT_MISSING = 6, /* a replay needs something that the recording does not hold */
  FOLIOT_EXIT_JOURNAL = 7, /* a recording is damaged, cut off, or none */
  FOLIOT_EXIT_INTERRUPTED = 130,
};

/* `foliot run SCENARIO …`: see foliot-verb-run.c. */
int foliot_verb_run (int argc, char **argv);
/* `foliot diff A B`: see foliot-verb-diff.c. */
int foliot_verb_diff (int argc, char **argv);
/* `foliot replay FILE …`: see foliot-verb-replay.c. */
int foliot_verb_replay (int argc, char **argv);
/* `foliot describe SCENARIO|AGENT-TYPE [--json]`, `foliot describe --schema` */
int foliot_verb_describe (int argc, char **argv);
/* `foliot serve ADDRESS --scenario SCENARIO …`: see foliot-verb-serve.c. */
int foliot_verb_serve (int argc, char **argv);
/* `foliot mosaik SCENARIO HOST:PORT …`: see foliot-verb-mosaik.c. */
int foliot_verb_mosaik (int argc, char **argv);
/* `foliot child …`: a container of a run in a process of its own; `foliot run` starts it. */
int foliot_verb_child (int argc, char **argv);
/* `foliot call URL METHOD [ARGS] …`: see foliot-verb-call.c. */
int foliot_verb_call (int argc, char **argv);
/* `foliot wire LISTEN CONNECT --record FILE`, `foliot wire --replay FILE --as NAME …`: see foliot-verb-wire.c. */
int foliot_verb_wire (int argc, char **argv);
/* `foliot show FILE [--json] [--follow] [--port NAME]` */
int foliot_verb_show (int argc, char **argv);
/* `foliot helics SCENARIO …`: see foliot-verb-helics.c. */
int foliot_verb_helics (int argc, char **argv);
/* `foliot new FOLDER` */
int foliot_verb_new (int argc, char **argv);
/* `foliot certs new|renew DIR …`: see foliot-verb-certs.c. */
int foliot_verb_certs (int argc, char **argv);
/* `foliot fmu SCENARIO -o FILE …`: see foliot-verb-fmu.c. */
int foliot_verb_fmu (int argc, char **argv);
/* `foliot bench [NAME …]` */
int foliot_verb_bench (int argc, char **argv);
/* `foliot encode|decode --codec json|msgpack|blosc [--serializers date,V,proxy]`: see foliot-verb-codec.c. */
int foliot_verb_encode (int argc, char **argv);
int foliot_verb_decode (int argc, char **argv);
/* `foliot help [VERB]`, `foliot --version` */
int foliot_verb_help (int argc, char **argv);

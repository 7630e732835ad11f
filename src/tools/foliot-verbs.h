/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * The verbs of the command `foliot`. Each is a main() of its own: argv[0] is the verb, the result the exit code.
 */

/* `foliot encode|decode --codec json|msgpack|blosc [--serializers date,V,proxy]`: see foliot-verb-codec.c. */
int foliot_verb_encode (int argc, char **argv);
int foliot_verb_decode (int argc, char **argv);

/* SPDX-License-Identifier: MIT */
#pragma once

/* All of Foliot. */
#include <foliot/foliot-address.h>
#include <foliot/foliot-agent.h>
#include <foliot/foliot-async.h>
#include <foliot/foliot-channel.h>
#include <foliot/foliot-clock.h>
#include <foliot/foliot-codec.h>
#include <foliot/foliot-date.h>
#include <foliot/foliot-error.h>
#include <foliot/foliot-helics.h>
#include <foliot/foliot-journal.h>
#include <foliot/foliot-replay.h>
#include <foliot/foliot-kernel.h>
#include <foliot/foliot-macros.h>
#include <foliot/foliot-mosaik.h>
#include <foliot/foliot-random.h>
#include <foliot/foliot-rpc.h>
#include <foliot/foliot-scenario.h>
#include <foliot/foliot-fmu.h>
#include <foliot/foliot-statistics.h>
#include <foliot/foliot-subproc.h>
#include <foliot/foliot-stream.h>
#include <foliot/foliot-tape.h>
#include <foliot/foliot-time.h>
#include <foliot/foliot-tls.h>
#include <foliot/foliot-transport.h>
#include <foliot/foliot-value.h>
#include <foliot/foliot-world-mosaik.h>

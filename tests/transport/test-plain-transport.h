/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-transport.h>

G_BEGIN_DECLS

/*
 * A transport inside of one kernel whose links cannot send later and refuse what is too long, as those through sockets
 * do: what is put over any transport must do without.
 */
#define TEST_PLAIN_MAX_BYTES 1000

FoliotTransport *test_plain_transport_new (FoliotKernel *kernel);

G_END_DECLS

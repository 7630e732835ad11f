/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-async.h>

#include "foliot-test-folder.h"

G_BEGIN_DECLS

/* How long what must come may take, wherever a test says whom it waits for: longer than on any machine, whatever else that does. What
 * hangs is ended by the harness, too. */
#define FOLIOT_TEST_PATIENCE_MS 120000

/* FoliotTestBody: runs on a fiber of @kernel, a fresh FREE one without a main context, seed 1, at time 0. */
typedef void (*FoliotTestBody) (FoliotKernel *kernel);

/*
 * foliot_test_add:
 *
 * A test whose body is a fiber. When it has returned, the world runs until nothing is left to do; then the test fails
 * if a fiber is still alive, a future is pending, or an event or hold is left.
 */
void foliot_test_add (const char *path, FoliotTestBody body);

/* The same with @data, which is copied (@size bytes) and handed to each run of the body. */
typedef void (*FoliotTestDataBody) (FoliotKernel *kernel, gconstpointer data);
void foliot_test_add_data (const char *path, FoliotTestDataBody body, gconstpointer data, gsize size);

/* The body's world may be left as it is: what is alive is cancelled by closing it. */
void foliot_test_add_unfinished (const char *path, FoliotTestBody body);

/* Fails unless nothing is alive, pending, due or held in @kernel. */
void foliot_test_assert_idle (FoliotKernel *kernel);

/* Awaits @duration, which must not fail. */
void foliot_test_sleep (FoliotKernel *kernel, FoliotTime duration);

/* Which descriptors are open; the one with which one looks is among them each time. */
#define FOLIOT_TEST_MAX_DESCRIPTORS 256
void foliot_test_list_descriptors (gboolean open[FOLIOT_TEST_MAX_DESCRIPTORS]);

/* Fails unless it is @time now. */
#define foliot_test_assert_now(kernel, time) g_assert_cmpint (foliot_kernel_now (kernel), ==, (time))

G_END_DECLS

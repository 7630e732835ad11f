/* SPDX-License-Identifier: MIT */

/* A shared object, but nobody's module. */

__attribute__ ((visibility ("default"))) extern const int something_else;
const int something_else = 1;

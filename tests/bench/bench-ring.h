/* SPDX-License-Identifier: MIT */
#pragma once

/* The token ring, with 500 nodes that do nothing but pass on what they get, so that next to nothing hides what is measured. It has the
 * parameter hops: how often each token is passed on. */

#define BENCH_RING                                                                                           \
  "{ \"foliot\": 1, \"name\": \"ring\", \"module\": \"token-ring\", \"seed\": 1, \"duration\": \"30 d\",\n"  \
  "  \"parameters\": { \"hops\": 100 },\n"                                                                   \
  "  \"containers\": [{ \"name\": \"ring\", \"codec\": \"msgpack\" }],\n"                                    \
  "  \"agents\": [{ \"name\": \"Node_{index}\", \"count\": 500, \"type\": \"Node\", \"args\": { \"index\": " \
  "\"$index\",\n"                                                                                            \
  "    \"next\": { \"agent\": \"Node_{next}\" }, \"tokens\": 100, \"hops\": \"$hops\", \"time_out_s\": 2.5 " \
  "} }],\n"                                                                                                  \
  "  \"links\": [{ \"latency\": \"1 s\", \"loss\": 0.01 }],\n"                                               \
  "  \"outputs\": [{ \"table\": \"arrivals\", \"columns\": [\"token\", \"hops\"] }] }\n"

/* SPDX-License-Identifier: MIT */
#pragma once

#include <foliot/foliot-rpc.h>

/*
 * The services of the recorded dialogues "rpc calls" and "rpc callbacks", under the names they had there.
 */

G_BEGIN_DECLS

/* RpcSub: name() returns its name, mul(a, b=2); hidden is known and not exposed. */
#define RPC_TYPE_SUB (rpc_sub_get_type ())
G_DECLARE_FINAL_TYPE (RpcSub, rpc_sub, RPC, SUB, GObject)
RpcSub *rpc_sub_new (const char *name);

/*
 * RpcServer: add(a, b), nothing(), slow(t, x), err(t), unser(), greet(client), get_sub(), get_all(), twice(client, f);
 * sub: an RpcSub named "sub"; d: a dict with f(*args), plain (not exposed), deep/s (an RpcSub named "deep").
 */
#define RPC_TYPE_SERVER (rpc_server_get_type ())
G_DECLARE_FINAL_TYPE (RpcServer, rpc_server, RPC, SERVER, GObject)
RpcServer *rpc_server_new (FoliotKernel *kernel);
RpcSub *rpc_server_get_sub (RpcServer *server);
FoliotServiceDict *rpc_server_get_dict (RpcServer *server);

/* RpcCaller: what the client of the dialogues serves: name(), and sub, an RpcSub named "client sub". */
#define RPC_TYPE_CALLER (rpc_caller_get_type ())
G_DECLARE_FINAL_TYPE (RpcCaller, rpc_caller, RPC, CALLER, GObject)
RpcCaller *rpc_caller_new (const char *name);
RpcSub *rpc_caller_get_sub (RpcCaller *caller);

G_END_DECLS

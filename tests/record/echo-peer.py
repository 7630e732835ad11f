#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A peer that knows of Foliot only what goes over the wire: it answers each call of `echo` with its argument.

    echo-peer.py [DELAY_MS [ANSWERS]]

Prints the URL of its one agent, and ends after so many answers, if it has a number. Whatever it is asked besides (which class the agent is of) it answers with its class.
"""
import asyncio
import json
import os
import struct
import sys

DELAY_S = float(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0
LEFT = int(sys.argv[2]) if len(sys.argv) > 2 else -1


def answer(content):
    path, args, _kwargs = content
    name = path.rsplit("/", 1)[-1]
    if name == "echo":
        return args[0]
    return "Echo"


async def serve(reader, writer):
    global LEFT
    try:
        while True:
            length, = struct.unpack("!L", await reader.readexactly(4))
            kind, number, content = json.loads(await reader.readexactly(length))
            assert kind == 0
            await asyncio.sleep(DELAY_S)
            reply = json.dumps([1, number, answer(content)]).encode()
            writer.write(struct.pack("!L", len(reply)) + reply)
            LEFT -= 1
            if LEFT == 0:
                await writer.drain()
                os._exit(0)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"READY tcp://{host}:{port}/0", flush=True)
    await server.serve_forever()


asyncio.run(main())

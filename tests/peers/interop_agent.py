#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The agent of scenarios/interop for the real aiomas: the same methods, as a Python programmer writes them.

    interop_agent.py ADDRESS [--codec json|msgpack|blosc] [--tls DIR]

serves two of them on tcp://HOST:0 (a free port) or ipc://[/path], prints `READY <url of the first>`, and ends with SIGTERM.
"""
import argparse
import asyncio
import os
import signal
import socket
import sys

import aiomas_on_new_python  # noqa: F401  (must come first)
import aiomas
import arrow

CODECS = {"json": aiomas.JSON, "msgpack": aiomas.MsgPack, "blosc": aiomas.MsgPackBlosc}


class InteropAgent(aiomas.Agent):
    def __init__(self, container):
        super().__init__(container)
        self.held = None

    @aiomas.expose
    def add(self, a, b):
        return a + b

    @aiomas.expose
    def echo(self, x):
        return x

    @aiomas.expose
    def fail(self, text):
        raise ValueError(text)

    @aiomas.expose
    async def slow(self, seconds, x):
        await asyncio.sleep(seconds)
        return x

    @aiomas.expose
    async def call_back(self, addr, method, args):
        proxy = await self.container.connect(addr)
        return await getattr(proxy, method)(*args)

    @aiomas.expose
    def hold(self, proxy):
        self.held = proxy

    @aiomas.expose
    async def call_held(self, args, method="add"):
        if self.held is None:
            raise RuntimeError("nobody is held; call hold(proxy) first")
        return await getattr(self.held, method)(*args)

    @aiomas.expose
    def date(self):
        return arrow.get("2016-01-01T00:00:00+00:00")

    @aiomas.expose
    def date_after(self, date, seconds):
        return date.shift(seconds=seconds)

    @aiomas.expose
    def kwargs(self, **kw):
        return kw

    @aiomas.expose
    def me(self):
        return self

    @aiomas.expose
    def unserializable(self):
        return object()

    def hidden(self):
        return None


def certificates(folder):
    """What `--tls DIR` means on both sides, or None."""
    if folder is None:
        return None
    return aiomas.SSLCerts(*[os.path.join(folder, name) for name in ("ca.pem", "cert.pem", "key.pem")])


async def listen(address, codec, tls, loop):
    """A container on `address`. Port 0 would stay in its URL, so a free one is looked for; another process may be faster."""
    options = {"codec": CODECS[codec], "ssl": certificates(tls), "as_coro": True, "loop": loop}
    kind, place = address.split("://", 1)
    if kind == "ipc":
        return await aiomas.Container.create(place[1:].split("]")[0], **options)
    host, port = place.rstrip("/").rsplit(":", 1)
    while True:
        with socket.socket() as probe:
            probe.bind((host, int(port)))
            free = probe.getsockname()[1]
        try:
            return await aiomas.Container.create((host, free), **options)
        except OSError:
            if int(port) != 0:
                raise


async def serve(arguments, loop):
    container = await listen(arguments.address, arguments.codec, arguments.tls, loop)
    agents = [InteropAgent(container) for _ in range(2)]
    print("READY", agents[0].addr, flush=True)
    ended = loop.create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set_result, None)
    await ended
    await container.shutdown(as_coro=True)


def add_options(parser):
    parser.add_argument("--codec", choices=sorted(CODECS), default="json")
    parser.add_argument("--tls", metavar="DIR")


def run(main, arguments):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop.run_until_complete(main(arguments, loop))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    add_options(parser)
    sys.exit(run(serve, parser.parse_args()))

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tries every method of an interop agent with the real aiomas, and prints a line a case: `ok NAME` or `not ok NAME: why`.

    interop_client.py URL HERE [--codec json|msgpack|blosc] [--tls DIR]

HERE is where its own container listens, for calls back. tests/interop/interop-client.c has the same cases.
"""
import argparse
import asyncio
import sys

import interop_agent
from aiomas import RemoteException
import arrow

CASES = []
NEW_YEAR = "2016-01-01T00:00:00+00:00"
SEQUENCES = {"json": list, "msgpack": tuple, "blosc": tuple}


def case(function):
    CASES.append(function)
    return function


def same(seen, expected):
    if type(seen) is not type(expected) or seen != expected:
        raise AssertionError(f"{seen!r:.200} is not {expected!r:.200}")


async def fails(call, end):
    """The call fails, and the last line of its text ends with `end`."""
    try:
        result = await call
    except RemoteException as error:
        last = error.remote_traceback.rstrip("\n").rsplit("\n", 1)[-1]
        if not last.endswith(end):
            raise AssertionError(f"{last!r} does not end with {end!r}")
    else:
        raise AssertionError(f"no failure but {result!r:.200}")


class Stage:
    """A connected client: its container, its own agent, and the two agents of the peer."""

    def __init__(self, arguments, container, own):
        self.url, self.codec = arguments.url, arguments.codec
        self.container, self.own = container, own
        self.sequence = SEQUENCES[arguments.codec]

    async def connect(self):
        self.peer = await self.container.connect(self.url, timeout=5)
        self.further_url = self.url.rsplit("/", 1)[0] + "/1"


@case
async def add_numbers(stage):
    same(await stage.peer.add(3, 4), 7)
    same(await stage.peer.add(0.1, 0.2), 0.1 + 0.2)
    same(await stage.peer.add(1, 0.5), 1.5)
    same(await stage.peer.add(2 ** 62, 2 ** 62), 2 ** 63)
    if stage.codec == "json":
        same(await stage.peer.add(2 ** 64, -1), 2 ** 64 - 1)
        same(await stage.peer.add(-(10 ** 30), 1), 1 - 10 ** 30)


@case
async def add_texts(stage):
    same(await stage.peer.add("wind", "räder 🎡"), "windräder 🎡")
    same(await stage.peer.add(a="a", b="b"), "ab")


@case
async def add_wrong_types(stage):
    await fails(stage.peer.add(1, "a"), "TypeError: unsupported operand type(s) for +: 'int' and 'str'")
    await fails(stage.peer.add("a", 1), 'TypeError: can only concatenate str (not "int") to str')
    await fails(stage.peer.add(None, 1), "TypeError: unsupported operand type(s) for +: 'NoneType' and 'int'")


@case
async def wrong_arguments(stage):
    await fails(stage.peer.add(1), "add() missing 1 required positional argument: 'b'")
    await fails(stage.peer.add(1, 2, 3), "add() takes 3 positional arguments but 4 were given")
    await fails(stage.peer.add(1, 2, c=3), "add() got an unexpected keyword argument 'c'")
    same(await stage.peer.add(1, 2), 3)


@case
async def echo(stage):
    items = [None, True, False, 0, -1, 2 ** 63 - 1, -(2 ** 63), 2.5, -0.0, 1e300, "", "a\0b\n\"\\", "ß€😀"]
    for item in items:
        same(await stage.peer.echo(item), item)
    same(await stage.peer.echo(items), stage.sequence(items))
    nested = {"a": stage.sequence([1, stage.sequence([2, {"b": None}])]), "": {}}
    same(await stage.peer.echo(nested), nested)
    if stage.codec != "json":
        same(await stage.peer.echo(b"\0\xff"), b"\0\xff")
        same(await stage.peer.echo({1: "one"}), {1: "one"})


@case
async def fail(stage):
    await fails(stage.peer.fail("no wind"), "ValueError: no wind")
    await fails(stage.peer.fail("two\nlines"), "lines")


@case
async def slow(stage):
    first = asyncio.ensure_future(stage.peer.slow(0.2, "tortoise"))
    same(await stage.peer.slow(0.01, "hare"), "hare")
    same(first.done(), False)
    same(await first, "tortoise")


@case
async def call_back_new_connection(stage):
    same(await stage.peer.call_back(stage.own.addr, "add", [3, 4]), 7)
    same(await stage.peer.call_back(stage.own.addr, "echo", ["x"]), "x")


@case
async def call_back_own_container(stage):
    same(await stage.peer.call_back(stage.further_url, "add", ["a", "b"]), "ab")


@case
async def passed_on_failure(stage):
    await fails(stage.peer.call_back(stage.own.addr, "fail", ["from afar"]), "ValueError: from afar")
    await fails(stage.peer.call_back(stage.further_url, "call_back", [stage.own.addr, "fail", ["twice"]]),
                "ValueError: twice")
    await fails(stage.peer.call_back(stage.own.addr, "nothing", []),
                'LookupError: Name "nothing" not found in "agents/0"')


@case
async def call_held_same_connection(stage):
    same(await stage.peer.hold(stage.own), None)
    same(await stage.peer.call_held([3, 4]), 7)
    same(await stage.peer.call_held([["x"]], method="echo"), stage.sequence(["x"]))
    await fails(stage.peer.call_held(["here"], "fail"), "ValueError: here")


@case
async def date(stage):
    seen = await stage.peer.date()
    same(str(seen), NEW_YEAR)
    same(seen, arrow.get(NEW_YEAR))


@case
async def date_after(stage):
    start = arrow.get(NEW_YEAR)
    same(str(await stage.peer.date_after(start, 90)), "2016-01-01T00:01:30+00:00")
    same(str(await stage.peer.date_after(start, 0.25)), "2016-01-01T00:00:00.250000+00:00")
    same(str(await stage.peer.date_after(start.to("+02:00"), 1)), "2016-01-01T02:00:01+02:00")
    same(str(await stage.peer.echo(start)), NEW_YEAR)


@case
async def kwargs(stage):
    same(await stage.peer.kwargs(), {})
    same(await stage.peer.kwargs(b=1, a="x"), {"b": 1, "a": "x"})
    await fails(stage.peer.kwargs(1), "kwargs() takes 1 positional argument but 2 were given")


@case
async def me(stage):
    proxy = await stage.peer.me()
    same(await proxy.add(1, 2), 3)
    same(proxy == stage.peer, True)


@case
async def proxies_inside(stage):
    """Both ways, in lists and maps; echoing one back is refused, as a received proxy cannot be sent on."""
    await fails(stage.peer.echo([{"who": stage.own}]), "Proxy'>\"")
    same(await stage.peer.add(1, 1), 2)


@case
async def unserializable(stage):
    try:
        await stage.peer.unserializable()
    except RemoteException as error:
        last = error.remote_traceback.rstrip("\n").rsplit("\n", 1)[-1]
        same(last.startswith("aiomas.exceptions.SerializationError: Could not serialize object "), True)
    else:
        raise AssertionError("no failure")
    same(await stage.peer.add(1, 1), 2)


@case
async def hidden(stage):
    await fails(stage.peer.hidden(), '.hidden" is not exposed')


@case
async def unknown_name(stage):
    await fails(stage.peer.x(), 'LookupError: Name "x" not found in "agents/0"')
    await fails(stage.peer.add.more(), 'LookupError: Name "more" not found in "agents/0/add"')


@case
async def unknown_agent(stage):
    try:
        await stage.container.connect(stage.url.rsplit("/", 1)[0] + "/99")
    except ConnectionError as error:
        same(str(error).startswith('Agent "99" does not exist in Container('), True)
    else:
        raise AssertionError("connected to nobody")
    same(await stage.peer.add(1, 1), 2)


@case
async def in_flight(stage):
    for _ in range(3):
        same(await asyncio.gather(*[stage.peer.add(i, i) for i in range(100)]), [2 * i for i in range(100)])


@case
async def megabyte(stage):
    text = "0123456789abcdef" * 65536
    same(await stage.peer.echo(text), text)
    numbers = stage.sequence(range(100000))
    same(await stage.peer.echo(numbers), numbers)


async def try_all(arguments, loop):
    container = await interop_agent.listen(arguments.here, arguments.codec, arguments.tls, loop)
    stage = Stage(arguments, container, interop_agent.InteropAgent(container))
    bad = 0
    await stage.connect()
    for function in CASES:
        name = function.__name__.replace("_", "-")
        try:
            await asyncio.wait_for(function(stage), 60)
            print("ok", name, flush=True)
        except Exception as error:
            bad += 1
            print(f"not ok {name}: {type(error).__name__}: {str(error)!r}", flush=True)
    await container.shutdown(as_coro=True)
    return bad != 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("here")
    interop_agent.add_options(parser)
    sys.exit(interop_agent.run(try_all, parser.parse_args()))

# SPDX-License-Identifier: MIT
"""Lets aiomas 2.0.1 run on Python 3.10 and later: import this first.

aiomas was written when asyncio's functions and classes took a `loop` argument. Here each of them takes it again and
ignores it: the running loop is the only one there is.
"""
import asyncio
import functools
import inspect
import types


def _drop_loop(function):
    if "loop" in inspect.signature(function).parameters:
        return function

    @functools.wraps(function)
    def wrapper(*args, loop=None, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def _drop_loop_in_class(cls):
    def __init__(self, *args, loop=None, **kwargs):
        cls.__init__(self, *args, **kwargs)

    return type(cls.__name__, (cls,), {"__init__": __init__, "__module__": cls.__module__})


for _name in ("gather", "sleep", "wait", "wait_for", "shield", "start_server", "open_connection", "as_completed",
              "create_subprocess_exec", "create_subprocess_shell"):
    setattr(asyncio, _name, _drop_loop(getattr(asyncio, _name)))
for _name in ("Queue", "PriorityQueue", "LifoQueue", "Event", "Lock", "Condition", "Semaphore"):
    setattr(asyncio, _name, _drop_loop_in_class(getattr(asyncio, _name)))
if not hasattr(asyncio, "coroutine"):
    asyncio.coroutine = lambda f: types.coroutine(f) if inspect.isgeneratorfunction(f) else f
if not hasattr(asyncio, "async"):
    setattr(asyncio, "async", asyncio.ensure_future)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""aiomas' own client of a Manager, which drives a child process of another system.

    manager_parent.py PATH PROGRAM [ARGS…]

starts the program, which serves a Manager on ipc://[PATH]/0, tries everything that a manager does, and prints `ok` when
the program has ended with status 0.
"""
import subprocess
import sys

import aiomas_on_new_python  # noqa: F401  (must come first)
import aiomas


class Caller(aiomas.Agent):
    @aiomas.expose
    def add(self, a, b):
        return 100 * (a + b)


async def fails(call, last_line):
    try:
        await call
    except aiomas.RemoteException as error:
        found = str(error).strip().splitlines()[-1]
        assert found == last_line, f"{found!r} is not {last_line!r}"
    else:
        raise AssertionError(f"no {last_line!r}")


async def drive(container, url):
    caller = Caller(container)
    manager = await container.connect(url, timeout=30)
    assert str(manager) == f"ManagerProxy('{url}')", str(manager)
    agent, address = await manager.spawn("demo:Callee", offset=1)
    assert address == url[:-1] + "1", address
    assert await agent.add(3, 4) == 8
    assert await agent.ask(caller, 3, 4) == 700
    again = await container.connect(address)
    assert await again.add(1, 1) == 3
    await fails(manager.spawn("demo:Nope"), "AttributeError: module 'demo' has no attribute 'Nope'")
    assert await manager.set_time(5) is None
    assert await agent.now() == 5
    await fails(manager.set_time(5), "ValueError: Time must be > 5 but is 5")
    assert await manager.stop() is None


def main():
    path, program = sys.argv[1], sys.argv[2:]
    child = subprocess.Popen(program)
    try:
        container = aiomas.Container.create(path + ".parent")
        aiomas.run(until=drive(container, f"ipc://[{path}]/0"))
        status = child.wait(timeout=60)
        container.shutdown()
    finally:
        child.kill()
    print("ok" if status == 0 else f"status {status}", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A child process of aiomas, as its documentation writes one.

    manager_child.py PATH [--realtime] [--hang]

serves a Manager on ipc://[PATH]/0 until its stop(); spawns `manager_child:Callee`. With --hang it does not end then.
"""
import sys
import time

import aiomas_on_new_python  # noqa: F401  (must come first)
import aiomas


class Callee(aiomas.Agent):
    def __init__(self, container, offset=0):
        super().__init__(container)
        self.offset = offset

    @aiomas.expose
    def add(self, a, b):
        return a + b + self.offset

    @aiomas.expose
    def now(self):
        return self.container.clock.time()

    @aiomas.expose
    async def ask(self, agent, a, b):
        return await agent.add(a, b)

    @aiomas.expose
    def die(self, text, status):
        print(text, flush=True)
        import os
        os._exit(status)


def main():
    sys.modules["manager_child"] = sys.modules[__name__]
    clock = None if "--realtime" in sys.argv else aiomas.ExternalClock("2016-01-01T00:00:00+00:00", init_time=-1)
    kwargs = {} if clock is None else {"clock": clock}
    aiomas.run(until=aiomas.subproc.start(sys.argv[1], **kwargs))
    if "--hang" in sys.argv:
        print("hanging", flush=True)
        time.sleep(1000)


if __name__ == "__main__":
    main()

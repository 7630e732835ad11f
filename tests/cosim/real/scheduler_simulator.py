#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The kinds of simulators of tests/cosim/data/mosaik-scenarios.json in Python, on mosaik's own API.

    scheduler_simulator.py [--remote] HOST:PORT

`init` has the keyword `kind`, one of those below, and what the scenario gives to that kind; each has one model per name in
its meta, and `create (1, model)` gives the entity id that the scenarios expect:

    Generic, RemoteGeneric  model A, entity 0: outputs the time of its step as val_out. step_type, step_size (1), self_steps
                            {time: next}, output_timing {time: output time, or a list, one used up a sub-step, or null},
                            events {wall-clock seconds: time}: set_event.
    LoopSim                 model Loop, entity Loop: counts its steps to loop_length as loop_out; one more outputs nothing.
    EchoSim                 model Echo, entity Echo: outputs as loop_out what came in as loop_in.
    FixedOut                model E, entity E0: its output `out` is {"answer": 42} at 0, {"question": …} at 1.
    Remote, Local           models A and B, entity 0.0: A adds 1 per time unit, from 0; B outputs the sum of what came in.
    RemoteMAS               model MAS, entity 0: asks for progress and data, sets val_in = 23 of all that are related to it.

With FOLIOT_TEST_DELAY_MS each step sleeps a random time up to that.
"""
import asyncio
import copy
import inspect
import os
import random
import time as wall

import mosaik_api_v3


def meta_of(kind, model, attributes, **further):
    return {"api_version": "3.0", "type": kind,
            "models": {model: {"public": True, "params": [], "attrs": attributes, **further}}}


class Kind:
    """What is common: one entity, no output, a step per time unit."""

    def __init__(self, mosaik, step_size=1):
        self.mosaik, self.step_size = mosaik, step_size

    def ready(self):
        pass

    def step(self, time, values):
        return time + self.step_size

    def outputs(self):
        return {}


class Generic(Kind):
    eid = "0"

    def __init__(self, mosaik, step_type="time-based", step_size=1, self_steps=None, output_timing=None, events=None):
        super().__init__(mosaik, step_size)
        self.step_type, self.self_steps, self.output_timing = step_type, self_steps or {}, copy.copy(output_timing)
        self.meta = meta_of(step_type, "A", ["val_in", "val_out"])
        self.events = events or {}
        if self.events:
            self.meta["set_events"] = True

    def ready(self):
        if not self.events:
            return
        loop = asyncio.get_running_loop()
        for seconds, time in self.events.items():
            loop.call_later(float(seconds), lambda time=time: asyncio.ensure_future(self.mosaik.set_event(time)))

    def step(self, time, values):
        self.time = time
        self.result = {self.eid: {"val_out": time}}
        if self.output_timing is not None:
            timing = self.output_timing.pop(str(time), None)
            if isinstance(timing, list) and timing:
                if len(timing) > 1:
                    self.output_timing[str(time)] = timing[1:]
                timing = timing[0]
            self.result = {} if timing is None else {**self.result, "time": timing}
        return time + self.step_size if self.step_type == "time-based" else self.self_steps.get(str(time))

    def outputs(self):
        return self.result


class Loop(Kind):
    eid = "Loop"

    def __init__(self, mosaik, loop_length):
        super().__init__(mosaik)
        self.n, self.loop_length = 0, loop_length
        self.meta = meta_of("hybrid", "Loop", ["loop_in", "loop_out"], **{"trigger": ["loop_in"], "non-persistent": ["loop_out"]})

    def step(self, time, values):
        self.n += 1
        if self.n <= self.loop_length:
            return None
        self.n = 0
        return time + 1

    def outputs(self):
        return {"Loop": {"loop_out": self.n}} if self.n > 0 else {}


class Echo(Kind):
    eid = "Echo"

    def __init__(self, mosaik):
        super().__init__(mosaik)
        self.meta = meta_of("event-based", "Echo", ["loop_in", "loop_out"])

    def step(self, time, values):
        self.value = next(iter(values["loop_in"].values()))
        return None

    def outputs(self):
        return {"Echo": {"loop_out": self.value}}


class Fixed(Kind):
    eid = "E0"

    def __init__(self, mosaik):
        super().__init__(mosaik)
        self.values = [{"answer": 42}, {"question": "still computing"}]
        self.meta = meta_of("time-based", "E", ["out"])

    def step(self, time, values):
        self.value = self.values[time]
        return time + 1

    def outputs(self):
        return {"E0": {"out": self.value}}


class Sums(Kind):
    eid = "0.0"

    def __init__(self, mosaik, step_size=1):
        super().__init__(mosaik, step_size)
        self.meta = meta_of("time-based", "A", ["val_in", "val_out"])
        self.meta["models"]["B"] = self.meta["models"]["A"]
        self.model, self.value, self.time = None, 0, -1

    def step(self, time, values):
        if self.model == "A":
            self.value += time - self.time
        elif "val_in" in values:
            self.value = sum(values["val_in"].values())
        self.time = time
        return time + self.step_size

    def outputs(self):
        return {"0.0": {"val_out": self.value}}


class Asking(Kind):
    eid = "0"

    def __init__(self, mosaik, step_size=1):
        super().__init__(mosaik, step_size)
        self.meta = meta_of("time-based", "MAS", ["val_in", "val_out"])

    def step(self, time, values):
        yield self.mosaik.get_progress()
        me = f"{self.sid}.{self.eid}"
        related = list((yield self.mosaik.get_related_entities(me)))
        yield self.mosaik.get_data({full_id: ["val_out"] for full_id in related})
        yield self.mosaik.set_data({me: {full_id: {"val_in": 23} for full_id in related}})
        return time + self.step_size


KINDS = {"Generic": Generic, "RemoteGeneric": Generic, "LoopSim": Loop, "EchoSim": Echo, "FixedOut": Fixed, "Remote": Sums,
         "Local": Sums, "RemoteMAS": Asking}


class Simulator(mosaik_api_v3.Simulator):
    def __init__(self):
        super().__init__({"models": {}})
        self.longest = float(os.environ.get("FOLIOT_TEST_DELAY_MS", 0)) / 1000
        self.random = random.Random(os.getpid())

    def init(self, sid, time_resolution=1.0, kind="Generic", **params):
        self.kind = KINDS[kind](self.mosaik, **params)
        self.kind.sid = sid
        return self.kind.meta

    def create(self, num, model):
        self.kind.model = model
        return [{"eid": self.kind.eid, "type": model}]

    def setup_done(self):
        self.kind.ready()

    def step(self, time, inputs, max_advance):
        if self.longest > 0:
            wall.sleep(self.random.uniform(0, self.longest))
        step = self.kind.step(time, inputs.get(self.kind.eid, {}))
        if inspect.isgenerator(step):
            step = yield from step
        return step

    def get_data(self, outputs):
        return self.kind.outputs()


if __name__ == "__main__":
    mosaik_api_v3.start_simulation(Simulator())

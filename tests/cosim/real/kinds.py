#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Scenarios that are event-based and hybrid simulators of a real mosaik: when they are stepped, and what of them is an event.

    kinds.py FOLIOT ASKER.json ASKER.so
"""
import os
import shutil
import sys
import tempfile

import cosim
import mosaik_api_v3
from cosim import same

EVENTS = ("--set", "cosim.mosaik.type=event-based")
UNTIL = 12


class Source(mosaik_api_v3.Simulator):
    """Says something at some times, and nothing at others."""

    def __init__(self):
        super().__init__({"api_version": "3.0", "type": "hybrid", "models": {
            "Source": {"public": True, "params": [], "attrs": ["v"], "non-persistent": ["v"]}}})

    def init(self, sid, time_resolution=1.0, says=None):
        self.says = says
        return self.meta

    def create(self, num, model):
        return [{"eid": "source", "type": model}]

    def step(self, time, inputs, max_advance):
        self.time = time
        return next((later for later in sorted(self.says) if later > time), None)

    def get_data(self, outputs):
        return {"source": {"v": self.says[self.time]}} if self.time in self.says else {}


class Sink(mosaik_api_v3.Simulator):
    """Keeps what triggers it."""

    def __init__(self):
        super().__init__({"api_version": "3.0", "type": "event-based", "models": {
            "Sink": {"public": True, "params": [], "attrs": ["in"]}}})

    def init(self, sid, time_resolution=1.0, log=None):
        self.log = log
        return self.meta

    def create(self, num, model):
        return [{"eid": "sink", "type": model}]

    def step(self, time, inputs, max_advance):
        self.log.append((time, *inputs["sink"]["in"].values()))

    def get_data(self, outputs):
        return {}


class Stage:
    def __init__(self, arguments, folder):
        self.foliot, asker, module = arguments
        self.folder, self.room = folder, os.path.join(folder, "asker")
        os.mkdir(self.room)
        shutil.copy(asker, os.path.join(self.room, "scenario.json"))
        shutil.copy(module, os.path.join(self.room, "asker.so"))

    def run(self, output, says, *options, begin=None):
        """What the sink was told of this output, and when the agents were stepped."""
        child = cosim.Child([self.foliot, "mosaik", self.room, "--quiet", "--out", os.path.join(self.folder, "out"), *options])
        log, ended = [], False
        try:
            with cosim.quiet_world({"S": {"connect": f"127.0.0.1:{child.port}"}, "Sink": {"python": "__main__:Sink"},
                                    "Source": {"python": "__main__:Source"}}, debug=True) as world:
                self.compose(world, output, says, log, begin)
                world.run(until=UNTIL, print_progress=False)
                steps = sorted(node[1].time for node in world.execution_graph.nodes if node[0] == "S-0")
            ended = True
        finally:
            code, said = child.end(kill=not ended)
        same((code, said), (0, ""))
        return log, steps

    @staticmethod
    def compose(world, output, says, log, begin):
        agents = world.start("S")
        asker, sink = agents.Asker(start=1), world.start("Sink", log=log).Sink()
        world.connect(asker, sink, (output, "in"))
        if says:
            source = world.start("Source", says=says).Source()
            world.connect(source, asker, ("v", "x"))
        if begin is not None:
            world.set_initial_event("S-0", begin)


def event_based(stage):
    """Stepped when something comes, and when it said; each output is an event."""
    same(stage.run("y", {0: 7, 4: 8}, *EVENTS), ([(0, 9.0), (4, 10.0), (9, 10.0)], [0, 4, 9]))


def event_based_late(stage):
    same(stage.run("ticks", {10: 7}, *EVENTS), ([(10, 1)], [10]))


def event_based_nothing(stage):
    """What is null is no event, and triggers nobody."""
    log, steps = stage.run("news", {2: 7, 4: 8}, *EVENTS)
    same(([time for time, _ in log], steps), ([2, 4], [2, 4, 9]))


def event_based_begun(stage):
    """With an initial event, as docs/mosaik.md has it, agents do what they have to do themselves."""
    same(stage.run("ticks", {}, *EVENTS, begin=0), ([(0, 0), (9, 1)], [0, 9]))


def event_based_untouched(stage):
    same(stage.run("ticks", {}, *EVENTS), ([], []))


def hybrid(stage):
    """Stepped at 0, too; an output is an event where the scenario says so."""
    log, steps = stage.run("news", {2: 7, 4: 8})
    same(([time for time, _ in log], steps), ([2, 4], [0, 2, 4, 9]))


def try_case(function, arguments):
    with tempfile.TemporaryDirectory() as folder:
        function(Stage(arguments, folder))


def run(report, arguments):
    for function in event_based, event_based_late, event_based_nothing, event_based_begun, event_based_untouched, hybrid:
        report.case(f"/mosaik-{cosim.VERSION}/kinds/{function.__name__.replace('_', '-')}", try_case, function, arguments)


if __name__ == "__main__":
    cosim.main(run)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The scheduler scenarios of tests/cosim/data under a real mosaik: each step, what depends on what, and all inputs.

    scheduler.py SCENARIOS python          with the Python simulators beside this file, in mosaik's own process
    scheduler.py SCENARIOS cmd COMMAND     each simulator a process that mosaik starts: COMMAND HOST:PORT
    scheduler.py SCENARIOS connect COMMAND each simulator a process that listens: COMMAND --remote HOST:PORT
    scheduler.py SCENARIOS delays COMMAND  the same, and each message waits 0 to 4 ms

A line of TAP for each scenario, with mosaik's cache or without; both with FOLIOT_TEST_BOTH_CACHES.
"""
import contextlib
import json
import os
import shlex

import cosim

LONGEST_DELAY_S = 0.004
STRETCHES = (5, 25)
CACHES = {"python": (True, False), "cmd": (True,), "connect": (False,), "delays": (True,)}


def name_of(node):
    sid, time = node
    return f"{sid}~{time}"


def model_of(sid, kind):
    """The model to create: of those with two, A is the first simulator's."""
    return {"LoopSim": "Loop", "EchoSim": "Echo", "FixedOut": "E", "RemoteMAS": "MAS",
            "Remote": "A" if sid == "A" else "B", "Local": "A" if sid == "A" else "B"}.get(kind, "A")


class Stage:
    """How simulators are started; those that listen are started before mosaik, and are awaited after it."""

    def __init__(self, mode, command):
        self.mode, self.command = mode, command
        self.children = []

    def entry(self, number, seed):
        if self.mode == "python":
            return {"python": "scheduler_simulator:Simulator"}
        if self.mode == "cmd":
            return {"cmd": f"{shlex.join(self.command)} %(addr)s", "posix": True}
        child = cosim.Child(self.command)
        self.children.append(child)
        port = child.port
        if self.mode == "delays":
            port = cosim.Delays(port, LONGEST_DELAY_S, seed * 100 + number).port
        return {"connect": f"127.0.0.1:{port}"}

    def end(self, failed):
        for child in self.children:
            code, said = child.end(kill=failed)
            if not failed:
                assert code == 0, f"exit code {code}: {said}"
        self.children = []


def start_all(world, scenario):
    """Starts the simulators, those of one group within it; gives their entities."""
    entities, groups, stack = {}, [], contextlib.ExitStack()
    for sid, kind, params, path, _ in scenario["sims"]:
        if path != groups:
            stack.close()
            stack = contextlib.ExitStack()
            for _ in path:
                stack.enter_context(world.group())
            groups = path
        factory = world.start(sid, sim_id=sid, kind=kind, **params)
        entities[sid] = getattr(factory, model_of(sid, kind))()
    stack.close()
    return entities


def simulate(scenario, stage, cache, seed):
    config = {sim[0]: stage.entry(number, seed) for number, sim in enumerate(scenario["sims"])}
    with cosim.quiet_world(config, debug=True, cache=cache) as world:
        entities = start_all(world, scenario)
        for source, destination, pairs, options in scenario["conns"]:
            world.connect(entities[source], entities[destination], *[tuple(pair) for pair in pairs], **options)
        for sid, time in scenario["init"]:
            world.set_initial_event(sid, time)
        world.run(until=scenario["until"], print_progress=False, **scenario["run"])
        troubles = [message for message in world.messages if message.startswith(("ERROR", "CRITICAL"))]
        assert not troubles, "\n".join(troubles)
        return world.execution_graph


def stretch(scenario, factor):
    """The same with so much more of real time."""
    sims = [[sid, kind, {**params, "events": {str(float(at) * factor): time for at, time in params["events"].items()}} if "events" in params
             else params, *more] for sid, kind, params, *more in scenario["sims"]]
    return {**scenario, "sims": sims, "run": {**scenario["run"], "rt_factor": scenario["run"]["rt_factor"] * factor}}


def play(scenario, stage, cache, seed):
    failed = True
    try:
        graph = simulate(scenario, stage, cache, seed)
        failed = False
    finally:
        stage.end(failed)
    return graph


def check(scenario, stage, cache, seed):
    """What is in real time may be too fast for the machine: then it gets more of it, and has to do the same."""
    graph = play(scenario, stage, cache, seed)
    for factor in STRETCHES if "rt_factor" in scenario["run"] else ():
        if len(graph.nodes) == len(scenario["nodes"]):
            break
        graph = play(stretch(scenario, factor), stage, cache, seed)
    cosim.same(sorted(map(name_of, graph.nodes)), sorted(scenario["nodes"]))
    cosim.same(sorted(f"{name_of(a)}>{name_of(b)}" for a, b in graph.edges), sorted(scenario["edges"]))
    inputs = {name_of(node): inputs for node, inputs in graph.nodes(data="inputs") if inputs}
    cosim.same(inputs, scenario["inputs"])


def run(report, arguments):
    path, mode, *command = arguments
    with open(path) as file:
        scenarios = json.load(file)
    caches = (True, False) if "FOLIOT_TEST_BOTH_CACHES" in os.environ else CACHES[mode]
    for number, scenario in enumerate(scenarios):
        for cache in caches:
            name = f"/mosaik-{cosim.VERSION}/scheduler/{mode}/{scenario['name']}/{'cached' if cache else 'not-cached'}"
            report.case(name, check, scenario, Stage(mode, command), cache, number)


if __name__ == "__main__":
    cosim.main(run)

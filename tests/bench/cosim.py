#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Foliot's simulators against the same models in Python, under one mosaik: tools/bench-cosim.

    cosim.py SIMULATOR FOLIOT

Prints `name <tab> value <tab> unit`; only ratios of one run mean something. SIMULATOR is tests/cosim/real/rows-simulator, and
with `--python` this file is the same model on mosaik's own API.
"""
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

import mosaik
import mosaik_api_v3
from loguru import logger

N_STEPS = 2000
N_PARTICIPANTS = 100
N_PYTHON_PARTICIPANTS = 20
N_DAYS = 10


class Model(mosaik_api_v3.Simulator):
    """The model of rows-simulator.c, as far as it is used here: its output x is the time."""

    def __init__(self):
        super().__init__({"api_version": "3.0", "type": "time-based", "models": {
            "M": {"public": True, "params": [], "attrs": ["x", "echo"]}}})

    def init(self, sid, time_resolution=1.0):
        self.n = 0
        return self.meta

    def create(self, num, model):
        self.n += num
        return [{"eid": f"M_{self.n - num + i}", "type": model} for i in range(num)]

    def step(self, time, inputs, max_advance):
        self.time = time
        return time + 1

    def get_data(self, outputs):
        return {eid: {attribute: self.time for attribute in attributes} for eid, attributes in outputs.items()}


def report(name, value, unit):
    print(f"{name}\t{value:.6g}\t{unit}", flush=True)


def world_of(command, n):
    config = {f"S{i}": {"cmd": f"{shlex.join(command)} %(addr)s", "posix": True} for i in range(n)}
    return mosaik.World(config, skip_greetings=True, configure_logging=False)


def children():
    """Process ids of our children."""
    return [int(word) for word in pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def cpu_seconds(process):
    words = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def own_kib(process):
    """Memory that is the process's alone."""
    lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def pair(name, command, n_entities, n_steps):
    """Two processes, entity by entity connected: simulator steps a second, and the processor time of one step of one."""
    with world_of(command, 2) as world:
        a, b = (world.start(f"S{i}").M.create(n_entities) for i in range(2))
        for one, other in zip(a, b):
            world.connect(one, other, "x")
        before = {process: cpu_seconds(process) for process in children()}
        began = time.perf_counter()
        world.run(until=n_steps, print_progress=False)
        took = time.perf_counter() - began
        used = sum(cpu_seconds(process) - cpu for process, cpu in before.items())
        report(f"{name}: 2 simulators of {n_entities}", 2 * n_steps / took, "steps/s")
        report(f"{name}: processor of a participant, {n_entities} entities", 1e6 * used / (2 * n_steps), "µs/step")


def many(name, command, n):
    """A chain of n processes."""
    began = time.perf_counter()
    with world_of(command, n) as world:
        entities = [world.start(f"S{i}").M() for i in range(n)]
        took = time.perf_counter() - began
        report(f"{name}: start of {n}", 1000 * took / n, "ms each")
        report(f"{name}: memory of {n}", sum(own_kib(process) for process in children()) / n, "KiB each")
        for one, other in zip(entities, entities[1:]):
            world.connect(one, other, "x")
        began = time.perf_counter()
        world.run(until=20, print_progress=False)
        report(f"{name}: {n} simulators", 20 * n / (time.perf_counter() - began), "steps/s")


class Turbines(mosaik_api_v3.Simulator):
    """Three turbines whose power changes from step to step."""

    def __init__(self):
        super().__init__({"api_version": "3.0", "type": "time-based", "models": {
            "WECS": {"public": True, "params": [], "attrs": ["P"]}}})

    def create(self, num, model):
        self.n = num
        return [{"eid": f"wecs-{i}", "type": model} for i in range(num)]

    def step(self, time, inputs, max_advance):
        self.time = time
        return time + 900

    def get_data(self, outputs):
        return {eid: {"P": float((self.time // 900 * 37 + i * 501) % 2000)} for i, eid in enumerate(outputs)}


def play(foliot, folder, *options):
    """Days of the wind park behind mosaik; the time of the steps alone, without anybody's start."""
    command = [foliot, "mosaik", "scenarios/wind-park", "--quiet", "--out", f"{folder}/live", *options]
    config = {"Turbines": {"python": "__main__:Turbines"}, "Agents": {"cmd": f"{shlex.join(command)} %(addr)s", "posix": True}}
    with mosaik.World(config, skip_greetings=True, configure_logging=False) as world:
        turbines = world.start("Turbines").WECS.create(3)
        agents = world.start("Agents").WecsAgent.create(3, P_rated=2000)
        for turbine, agent in zip(turbines, agents):
            world.connect(turbine, agent, "P")
        began = time.perf_counter()
        world.run(until=N_DAYS * 86400, print_progress=False)
        return time.perf_counter() - began


def record_and_replay(foliot):
    with tempfile.TemporaryDirectory() as folder:
        journal = f"{folder}/days.flj"
        for _ in range(3):
            report("live", 1000 * play(foliot, folder) / N_DAYS, "ms a day")
            report("recorded", 1000 * play(foliot, folder, "--record", journal) / N_DAYS, "ms a day")
        report("journal", os.path.getsize(journal) / 1024 / N_DAYS, "KiB a day")
        for _ in range(3):
            began = time.perf_counter()
            subprocess.run([foliot, "replay", journal, "--quiet", "--out", f"{folder}/replayed"], check=True, stdout=subprocess.DEVNULL)
            report("replayed", 1000 * (time.perf_counter() - began) / N_DAYS, "ms a day")


def main(simulator, foliot):
    logger.remove()
    python = [sys.executable, os.path.abspath(__file__), "--python"]
    ours = [simulator, "-l", "error"]
    for _ in range(3):
        pair("foliot", ours, 1, N_STEPS)
        pair("python", python, 1, N_STEPS)
    pair("foliot", ours, 1000, N_STEPS // 20)
    pair("python", python, 1000, N_STEPS // 20)
    many("foliot", ours, N_PARTICIPANTS)
    many("foliot", ours, N_PYTHON_PARTICIPANTS)
    many("python", python, N_PYTHON_PARTICIPANTS)
    record_and_replay(foliot)


if __name__ == "__main__":
    if sys.argv[1] == "--python":
        sys.argv.pop(1)
        sys.exit(mosaik_api_v3.start_simulation(Model(), configure_logging=False))
    main(*sys.argv[1:])

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The wind park behind a real mosaik: the same table as without one, whatever the way; recorded, and replayed alone.

    park.py SOURCE FOLIOT [--delays N]

With --delays only that: N runs for each kind of feedback, with random delays of 0 to 4 ms at every boundary, give one digest and
one table (tools/delays). Without it two of them do.
"""
import csv
import importlib.util
import json
import os
import pathlib
import random
import shlex
import subprocess
import sys
import tempfile
import time

import cosim
from cosim import same

LONGEST_DELAY_S = 0.004
DAY_S = 24 * 3600
HOURS_S = 3 * 3600
FEEDBACKS = ("output", "set_data")
SCENARIOS = ("one-container.json", "scenario.json")
TRANSPORTS = {"tcp": ["transport=tcp"], "tls": ["transport=tls"], "tcp-processes": ["transport=tcp", "processes=true"],
              "tls-processes": ["transport=tls", "processes=true"]}


HAS_GRID = importlib.util.find_spec("pandapower") is not None


def load_script(path):
    """The script that the docs show, as a module. Its grid is not needed here, nor is pandapower."""
    if not HAS_GRID:
        for name in ("pandapower", "pandapower.networks"):
            sys.modules[name] = type(sys)(name)
    specification = importlib.util.spec_from_file_location("with_grid", path)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


SOURCE, FOLIOT = (pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]) if len(sys.argv) > 2 else (None, None)
PARK = SOURCE / "scenarios/wind-park" if SOURCE else None
script = load_script(PARK / "with-grid.py") if PARK else None


class Turbines(script.Turbines if script else object):
    """The script's, which also keeps what each fed in, and may take its time."""

    def init(self, sid, time_resolution=1.0, fed=None, seed=None):
        self.fed, self.random = fed, None if seed is None else random.Random(seed)
        return super().init(sid, time_resolution)

    def late(self):
        if self.random is not None:
            time.sleep(self.random.uniform(0, LONGEST_DELAY_S))

    def step(self, time, inputs, max_advance):
        self.late()
        following = super().step(time, inputs, max_advance)
        self.fed += [(time, eid.replace("wecs-", "Agent_"), value["P"], value["P_feed"]) for eid, value in self.values.items()]
        return following

    def get_data(self, outputs):
        self.late()
        return super().get_data(outputs)


class Stage:
    """A folder for results, and the command."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def out(self, name):
        return ["--out", str(self.folder / name), "--quiet"]

    def call(self, *arguments, **environment):
        done = subprocess.run([FOLIOT, *map(str, arguments)], capture_output=True, text=True, timeout=4 * cosim.DEADLINE_S,
                              env={**os.environ, **environment})
        assert done.returncode == 0, f"{arguments}: exit code {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def table(self, name):
        return (self.folder / name / "turbines.csv").read_text()

    def facts(self, name):
        return json.loads((self.folder / name / "run.json").read_text())

    def alone(self, *options):
        self.call("run", PARK, *options, *self.out("alone"))
        return self.table("alone")

    def replay(self, name, out):
        """Without anything on the PATH, as where no Python is."""
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        self.call("replay", self.folder / name, *self.out(out), PATH=str(empty))


def compose(world, feedback, seed, **config):
    """Turbines and agents. Gives what the turbines feed in, step by step."""
    fed = []
    turbines = world.start("Turbines", fed=fed, seed=seed)
    agents = world.start("Agents", start_date="2016-01-01T00:00:00+01:00", feedback=feedback,
                         controller_config={"max_windpark_feedin": 7000, "check_interval": 900, **config})
    for rated in script.RATED_KW:
        turbine, agent = turbines.WECS(P_rated=rated), agents.WecsAgent(P_rated=rated)
        if feedback == "set_data":
            world.connect(turbine, agent, "P", async_requests=True)
        else:
            world.connect(turbine, agent, "P")
            world.connect(agent, turbine, "P_max", time_shifted=True, initial_data={"P_max": None})
    return fed


def simulate(entry, feedback, seed=None, until=DAY_S, **config):
    simulators = {"Turbines": {"python": f"{Turbines.__module__}:Turbines"}, "Agents": entry}
    with cosim.quiet_world(simulators, cache=seed is None or seed % 2 == 0) as world:
        fed = compose(world, feedback, seed, **config)
        world.run(until=until, print_progress=False, lazy_stepping=seed is None or seed % 3 != 0)
        troubles = [message for message in world.messages if message.startswith(("ERROR", "CRITICAL"))]
        assert not troubles, "\n".join(troubles)
    return fed


def play(stage, name, feedback="output", scenario="scenario.json", options=(), seed=None, until=DAY_S):
    """A day under mosaik; its results are in the folder of that name. Gives what the turbines fed in."""
    child = cosim.Child([FOLIOT, "mosaik", str(PARK / scenario), *map(str, options), *stage.out(name)])
    port = child.port if seed is None else cosim.Delays(child.port, LONGEST_DELAY_S, seed).port
    ended = False
    try:
        fed = simulate({"connect": f"127.0.0.1:{port}"}, feedback, seed, until, rule="share")
        ended = True
    finally:
        code, said = child.end(kill=not ended)
    same((code, said), (0, ""))
    return fed


def check_fed(fed, table):
    """The limits have gone back to the turbines: they fed in what the table says."""
    same(fed, [(int(row["time_s"]), row["turbine"], float(row["P"]), float(row["P_feed"]))
               for row in csv.DictReader(table.splitlines())])


def check_table(stage, name, fed):
    """The table is that of a run alone."""
    same(stage.table(name), stage.alone())
    check_fed(fed, stage.table(name))


# ---- cases -----------------------------------------------------------------------------------------------------------

def like_alone(stage, feedback, scenario, *words):
    options = [option for word in words for option in ("--set", word)]
    check_table(stage, "live", play(stage, "live", feedback, scenario, options))


def started_by_mosaik(stage):
    """cmd; 3.6 does not wait for its children."""
    command = shlex.join([FOLIOT, "mosaik", str(PARK), *stage.out("live")])
    simulate({"cmd": f"{command} %(addr)s", "posix": True}, "output", rule="share")
    expected, end = stage.alone(), time.monotonic() + cosim.DEADLINE_S
    while not (stage.folder / "live/run.json").exists() and time.monotonic() < end:
        time.sleep(0.01)
    same(stage.table("live"), expected)


def recorded(stage, feedback, *words):
    """Live, recorded, replayed, and recorded again from the replay: one table, one digest."""
    options = [option for word in words for option in ("--set", word)]
    fed = play(stage, "live", feedback, options=options)
    play(stage, "recorded", feedback, options=[*options, "--record", stage.folder / "day.flj"])
    same(len(list(stage.folder.glob("day.flj.park-*"))), 3 if "processes=true" in words else 0)
    stage.replay("day.flj", "replayed")
    check_table(stage, "live", fed)
    for name in ("recorded", "replayed"):
        same(stage.table(name), stage.table("live"))
        same(stage.facts(name)["digest"], stage.facts("live")["digest"])


def wired(stage):
    """Each side of what the command recorded of itself, against a live other one."""
    path = stage.folder / "hours.flj"
    play(stage, "live", options=["--record", path, "--record-bytes"], until=HOURS_S)
    words = [FOLIOT, "wire", "--replay", str(path), "--as"]
    part = subprocess.Popen([*words, "wind-park", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    simulate({"connect": part.stdout.readline().split()[1]}, "output", until=HOURS_S, rule="share")
    said, complained = part.communicate(timeout=cosim.DEADLINE_S)
    assert part.returncode == 0 and " 0 differ" in said, f"exit code {part.returncode}: {said}{complained}"
    child = cosim.Child([FOLIOT, "mosaik", str(PARK), *stage.out("again")])
    stage.call(*words[1:], "mosaik", "--connect", f"127.0.0.1:{child.port}")
    same(child.end(), (0, ""))
    same(stage.table("again"), stage.table("live"))


def delayed(stage, feedback, seed, seen):
    """Whatever is late, and by how much: the digest and the table stay. Without a seed nothing is late."""
    play(stage, "late", feedback, seed=seed)
    seen.add((stage.facts("late")["digest"], stage.table("late")))
    same(len(seen), 1)


def with_grid(stage):
    """The script of the docs, as it stands there: a load flow each step, recorded, and replayed without it."""
    place = stage.folder / "bin"
    place.mkdir()
    (place / "foliot").symlink_to(pathlib.Path(FOLIOT).resolve())
    options = ["--record", stage.folder / "grid.flj", *stage.out("live")]
    done = subprocess.run([sys.executable, PARK / "with-grid.py", *map(str, options)], capture_output=True, text=True,
                          timeout=10 * cosim.DEADLINE_S, env={**os.environ, "PATH": f"{place}:{os.environ['PATH']}"})
    assert done.returncode == 0 and "finished successfully" in done.stderr, done.stderr[-3000:]
    end = time.monotonic() + cosim.DEADLINE_S
    while not (stage.folder / "live/run.json").exists() and time.monotonic() < end:
        time.sleep(0.01)
    stage.replay("grid.flj", "replayed")
    same(stage.table("replayed"), stage.table("live"))
    same(stage.facts("replayed")["digest"], stage.facts("live")["digest"])
    alone, live = (list(csv.DictReader(table.splitlines())) for table in (stage.alone(), stage.table("live")))
    same([row["P"] for row in live], [row["P"] for row in alone])
    bounded = sum(float(a["P_max"]) < float(b["P_max"]) for a, b in zip(live, alone))
    assert 0 < bounded < len(live) / 2, f"the voltage bounds {bounded} of {len(live)} limits"


def try_case(function, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        function(Stage(folder), *arguments)


def try_delays(report, n_runs):
    for feedback in FEEDBACKS:
        seen = set()
        for seed in (None, *range(n_runs)):
            report.case(f"/mosaik-{cosim.VERSION}/wind-park/{feedback}/{'prompt' if seed is None else f'delayed-{seed}'}", try_case,
                        delayed, feedback, seed, seen)


def run(report, arguments):
    if arguments[2:3] == ["--delays"]:
        try_delays(report, int(arguments[3]))
        return
    prefix = f"/mosaik-{cosim.VERSION}/wind-park"
    for feedback in FEEDBACKS:
        for scenario in SCENARIOS:
            report.case(f"{prefix}/{feedback}/{scenario}", try_case, like_alone, feedback, scenario)
        report.case(f"{prefix}/{feedback}/recorded", try_case, recorded, feedback)
    try_delays(report, 2)
    for name, words in TRANSPORTS.items():
        report.case(f"{prefix}/{name}", try_case, like_alone, "set_data", "scenario.json", *words)
        report.case(f"{prefix}/{name}/recorded", try_case, recorded, "set_data", *words)
    report.case(f"{prefix}/cmd", try_case, started_by_mosaik)
    report.case(f"{prefix}/wired", try_case, wired)
    if HAS_GRID:
        report.case(f"{prefix}/with-grid", try_case, with_grid)


if __name__ == "__main__":
    cosim.main(run)

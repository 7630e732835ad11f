#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A real mosaik and a simulator in Python, neither of which knows Foliot, recorded from in between; each played alone after that.

    wire.py FOLIOT
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import cosim
from cosim import same

FOLIOT = sys.argv[1]
SIMULATOR = pathlib.Path(__file__).with_name("scheduler_simulator.py")
UNTIL = 20


class Foliot:
    """`foliot wire …`, which listens."""

    def __init__(self, *arguments, n_places=1):
        self.process = subprocess.Popen([FOLIOT, "wire", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready = [self.process.stdout.readline() for _ in range(n_places)]
        assert all(line.startswith("READY ") for line in ready), self.process.communicate()[1]
        self.places = [line.split()[1] for line in ready]
        self.place = self.places[0]

    def end(self, code=0):
        said, complained = self.process.communicate(timeout=cosim.DEADLINE_S)
        assert self.process.returncode == code, f"exit code {self.process.returncode}: {said}{complained}"
        return said + complained


def simulate(place, step_size=1):
    """The simulator asks mosaik in each of its steps, and sets data of the other."""
    simulators = {"S": {"connect": place}, "Local": {"python": "scheduler_simulator:Simulator"}}
    with cosim.quiet_world(simulators) as world:
        local = world.start("Local", kind="Local", step_size=step_size).A()
        asking = world.start("S", kind="RemoteMAS").MAS()
        world.connect(local, asking, ("val_out", "val_in"), async_requests=True)
        world.run(until=UNTIL, print_progress=False)


def record(path):
    child = cosim.Child([sys.executable, SIMULATOR])
    tap = Foliot("127.0.0.1:0", f"127.0.0.1:{child.port}", "--record", path, "--name-listen", "mosaik", "--name-connect", "S")
    simulate(tap.place)
    tap.end()
    child.end()


def play_mosaik(path, code, *words):
    child = cosim.Child([sys.executable, SIMULATOR])
    done = subprocess.run([FOLIOT, "wire", "--replay", path, "--as", "mosaik", "--connect", f"127.0.0.1:{child.port}", *words],
                          capture_output=True, text=True, timeout=cosim.DEADLINE_S)
    child.end()
    assert done.returncode == code, f"exit code {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def recorded(folder):
    path = folder / "w.flj"
    record(path)
    shown = subprocess.run([FOLIOT, "show", "--json", path], capture_output=True, text=True, check=True).stdout
    records = [json.loads(line) for line in shown.splitlines()]
    asked = [r["message"][2][0] for r in records if r["kind"] == "in" and r["message"][0] == 0]
    same(asked[:3], ["init", "create", "setup_done"])
    same([asked.count(name) for name in ("step", "get_progress", "get_related_entities", "get_data", "set_data", "stop")],
         [UNTIL] * 5 + [1])
    same(records[-1]["kind"], "end")


def simulator_alone(folder):
    path = folder / "w.flj"
    record(path)
    assert "0 differ" in play_mosaik(path, 0)


def mosaik_alone(folder):
    path = folder / "w.flj"
    record(path)
    part = Foliot("--replay", path, "--as", "S", "--listen", "127.0.0.1:0")
    simulate(part.place)
    assert "0 differ" in part.end()
    # Another mosaik: what its other simulator does at 1 is not what it did.
    part = Foliot("--replay", path, "--as", "S", "--lenient", "--listen", "127.0.0.1:0")
    simulate(part.place, step_size=2)
    assert "differs from the recording" in part.end(code=3)


def two_simulators(folder):
    """mosaik connects to both; each is played back to a simulator of its kind."""
    path, children = folder / "two.flj", [cosim.Child([sys.executable, SIMULATOR]) for _ in range(2)]
    words = [word for child in children for word in ("127.0.0.1:0", f"127.0.0.1:{child.port}")]
    tap = Foliot(*words, "--record", path, "--name-listen", "mosaik", "--name-connect", "Local", "--name-connect", "S", n_places=2)
    with cosim.quiet_world({name: {"connect": place} for name, place in zip(("Local", "S"), tap.places)}) as world:
        local, asking = world.start("Local", kind="Local").A(), world.start("S", kind="RemoteMAS").MAS()
        world.connect(local, asking, ("val_out", "val_in"), async_requests=True)
        world.run(until=UNTIL, print_progress=False)
    assert "all 2 conversations have ended" in tap.end()
    for child in children:
        child.end()
    for number, name in ((1, "Local"), (2, "S")):
        assert f"{name}: " in play_mosaik(path, 0, "--conversation", str(number))


def run(report, arguments):
    for case in (recorded, simulator_alone, mosaik_alone, two_simulators):
        def run_case():
            with tempfile.TemporaryDirectory() as folder:
                case(pathlib.Path(folder))
        report.case(f"/mosaik-{cosim.VERSION}/wire/{case.__name__.replace('_', '-')}", run_case)


if __name__ == "__main__":
    cosim.main(run)

# SPDX-License-Identifier: MIT
"""`foliot helics` on the wind park, beside a grid in Python over a real HELICS: the table and the agents' own views of the free run, live,
recorded and replayed without the library; and what goes wrong.

    helics_park.py FOLIOT SCENARIOS park|gone

`gone`: where there is no HELICS, or no longer.
"""
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile

import helics as h
from helics_kit import DEADLINE_S, LIBRARY, beside, broker, federate, free_ports, main, same

RATED = [2000.0, 2000.0, 5000.0]
AGENTS = ["Controller", "Agent_0", "Agent_1", "Agent_2"]


class Park:
    def __init__(self, foliot, scenarios):
        self.foliot, self.scenario = foliot, os.path.join(scenarios, "wind-park")
        self.folder = tempfile.mkdtemp(prefix="foliot-helics-")
        with open(os.path.join(self.scenario, "wind-park.csv")) as file:
            self.rows = list(csv.reader(line for line in file if not line.startswith("#")))[1:]
        self.run("run", "--out", self.path("free"), "--quiet", self.scenario)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *arguments, code=0, **options):
        done = subprocess.run([self.foliot, *arguments], capture_output=True, text=True, timeout=DEADLINE_S, **options)
        same((done.returncode, done.stderr if code == 0 else ""), (code, ""))
        return done.stdout if code == 0 else done.stderr

    def start(self, address, *options):
        return subprocess.Popen([self.foliot, "helics", self.scenario, "--library", LIBRARY, "--broker", address, *options],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end(self, process):
        out, err = process.communicate(timeout=DEADLINE_S)
        return process.returncode, out, err

    def results(self, name):
        with open(os.path.join(self.path(name), "turbines.csv")) as file:
            table = file.read()
        with open(os.path.join(self.path(name), "run.json")) as file:
            run = json.load(file)
        return table, {agent: run["nodes"][agent] for agent in AGENTS}, run

    def grid(self, address, steps=None):
        """Plays the grid: publishes what the wind gives, reads the limits; those of the last step."""
        fed = federate("grid", address)
        power = [h.helicsFederateRegisterGlobalPublication(fed, f"wind_{i}", h.HELICS_DATA_TYPE_DOUBLE, "kW") for i in range(3)]
        for i in range(3):
            h.helicsPublicationAddTarget(power[i], f"Agent_{i}.P")
        limits = [h.helicsFederateRegisterSubscription(fed, f"Agent_{i}.P_max", "MW") for i in range(3)]
        h.helicsFederateEnterExecutingMode(fed)
        seen = []
        for row in self.rows[:steps]:
            for i in range(3):
                h.helicsPublicationPublishDouble(power[i], float(row[1 + i]) * RATED[i])
            h.helicsFederateRequestTime(fed, float(row[0]) + 900.0)
            seen.append([h.helicsInputGetDouble(limit) for limit in limits])
        return fed, seen


def table_and_views(park):
    free_table, free_views, _ = park.results("free")
    with broker(2) as made:
        process = park.start(made.address, "--out", park.path("live"), "--record", park.path("park.flj"))
        with beside(process, made):
            fed, seen = park.grid(made.address)
            h.helicsFederateDisconnect(fed)
        code, out, err = park.end(process)
    same((code, err), (0, ""))
    table, views, run = park.results("live")
    same(table, free_table)
    same(views, free_views)
    same((run["complete"], run["fidelity"]), (True, "recorded"))
    limits = [row[4] for row in csv.reader(table.splitlines())][1:]
    for i, row in enumerate(seen):
        for k in range(3):
            assert abs(row[k] * 1000.0 - float(limits[3 * i + k])) <= 1e-9 * float(limits[3 * i + k])


def replayed(park):
    park.run("replay", park.path("park.flj"), "--quiet", "--out", park.path("again"))
    (table, views, run), (live_table, live_views, live) = park.results("again"), park.results("live")
    same((table, views, run["digest"]), (live_table, live_views, live["digest"]))
    traced = subprocess.run(["strace", "-f", "-e", "trace=socket,openat", park.foliot, "replay", park.path("park.flj"), "--quiet",
                             "--out", park.path("traced")], capture_output=True, text=True) if has_strace() else None
    assert traced is None or ("socket(" not in traced.stderr and "libhelics" not in traced.stderr), traced.stderr[-2000:]


def has_strace():
    return subprocess.run(["sh", "-c", "command -v strace"], capture_output=True).returncode == 0


def other_program(park):
    """A changed parameter: the first message that differs is named."""
    err = park.run("replay", park.path("park.flj"), "--set", "max_windpark_feedin=5000", "--quiet", code=3)
    assert "helics" in err, err


def mapped(park):
    """Other names, units and targets; and a message that calls a method: a turbine is told its limit before its power comes."""
    plan = {"variables": [{"match": "Agent_?.P", "key": "park/{agent}/{name}", "target": "wind_0"},
                          {"match": "*.P_max", "key": "{agent}/limit"}],
            "endpoints": [{"name": "control", "agent": "Agent_0", "method": "set_limit", "json": True}]}
    with broker(2) as made:
        process = park.start(made.address, "--out", park.path("mapped"), "--quiet", "--set", f"cosim.helics={json.dumps(plan)}",
                             "--set", "duration=1800", "--set", "expect=[]")
        with beside(process, made):
            play_mapped(made.address)
        same(park.end(process)[0], 0)
    with open(os.path.join(park.path("mapped"), "turbines.csv")) as file:
        rows = list(csv.reader(file))[1:]
    same([row[2:4] for row in rows], [["1500.0", "1500.0"]] * 3 + [["1500.0", "1000.5"]] + [["1500.0", "1500.0"]] * 2)


def play_mapped(address):
    fed = federate("grid", address)
    power = h.helicsFederateRegisterGlobalPublication(fed, "wind_0", h.HELICS_DATA_TYPE_DOUBLE, "MW")
    limit = h.helicsFederateRegisterSubscription(fed, "Agent_0/limit", "W")
    endpoint = h.helicsFederateRegisterGlobalEndpoint(fed, "grid", "")
    h.helicsFederateEnterExecutingMode(fed)
    h.helicsPublicationPublishDouble(power, 1.5)
    h.helicsFederateRequestTime(fed, 450.0)
    h.helicsEndpointSendBytesTo(endpoint, "1000.5", "control")
    h.helicsFederateRequestTime(fed, 900.0)
    h.helicsPublicationPublishDouble(power, 1.5)
    h.helicsFederateRequestTime(fed, 1800.0)
    assert abs(h.helicsInputGetDouble(limit) - 2000e3) < 1e-3, h.helicsInputGetDouble(limit)
    h.helicsFederateDisconnect(fed)


def grid_fails(park):
    with broker(2) as made:
        process = park.start(made.address, "--out", park.path("failed"), "--quiet")
        with beside(process, made):
            fed, _ = park.grid(made.address, 10)
        h.helicsFederateGlobalError(fed, 7, "the grid has fallen over")
        code, out, err = park.end(process)
    same((code, err.count("\n")), (5, 1))
    assert err.startswith("foliot: HELICS: "), err
    same(park.results("failed")[2]["complete"], False)


BROKER = """
import time
import helics
import helics_kit
made, address = helics_kit.make_broker(2, "zmq")
print(address, flush=True)
while helics.helicsBrokerIsConnected(made):
    time.sleep(0.1)
"""


def broker_killed(park):
    """HELICS itself finds out, after half a minute or more; a federate that waits for it is told."""
    process = subprocess.Popen([sys.executable, "-c", BROKER], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "PYTHONPATH": os.path.dirname(os.path.abspath(__file__))})
    address = process.stdout.readline().strip()
    verb = park.start(address, "--out", park.path("orphan"), "--quiet", "--record", park.path("orphan.flj"))
    fed, _ = park.grid(address, 10)
    process.kill()
    process.communicate()
    code, out, err = park.end(verb)
    lines = [line for line in err.splitlines() if line and "waits for" not in line]
    same((code, len(lines)), (5, 1))
    assert lines[0].startswith("foliot: HELICS: the federation has failed, or was ended, before a time was granted to wind-park"), lines
    same(park.results("orphan")[2]["complete"], False)
    again = subprocess.run([park.foliot, "replay", park.path("orphan.flj"), "--quiet", "--out", park.path("orphan-again")],
                           capture_output=True, text=True, timeout=DEADLINE_S)
    same((again.returncode, again.stderr.splitlines()), (5, lines))
    same(park.results("orphan-again")[:2], park.results("orphan")[:2])


def terminated(park):
    with broker(2) as made:
        process = park.start(made.address, "--out", park.path("ended"), "--quiet")
        with beside(process, made):
            fed, _ = park.grid(made.address, 10)
        process.send_signal(signal.SIGTERM)
        code, out, err = park.end(process)
        same((code, err.startswith("foliot: interrupted"), err.count("\n")), (130, True, 1))
        # It has left: the others go on.
        h.helicsFederateRequestTime(fed, 90000.0)
        h.helicsFederateDisconnect(fed)
    same(park.results("ended")[2]["complete"], False)


def terminated_early(park):
    """While it looks for a broker that is not there."""
    process = park.start(f"tcp://127.0.0.1:{free_ports(4)}", "--out", park.path("early"), "--quiet")
    try:
        process.wait(1.0)
    except subprocess.TimeoutExpired:
        pass
    process.send_signal(signal.SIGTERM)
    same(park.end(process)[0], 130)


def no_broker(park):
    err = park.run("helics", park.scenario, "--library", LIBRARY, "--broker", "tcp://127.0.0.1:1", "--quiet", "--out",
                   park.path("none"), "--core-init", "--networkretries=1 --networktimeout=1s", code=5)
    assert err.startswith("foliot: HELICS: cannot join the federation at tcp://127.0.0.1:1"), err
    same(err.count("\n"), 1)


def no_library(park):
    err = park.run("helics", park.scenario, "--library", "/nowhere/libhelics.so", "--quiet", "--out", park.path("none"), code=5)
    assert "/nowhere/libhelics.so" in err and "pip install helics" in err, err
    same(err.count("\n"), 1)


CASES = {"park": {"table-and-views": table_and_views, "replayed": replayed, "other-program": other_program, "mapped": mapped,
                  "grid-fails": grid_fails, "terminated": terminated},
         "gone": {"broker-killed": broker_killed, "terminated-early": terminated_early, "no-broker": no_broker,
                  "no-library": no_library}}


def run(report, arguments):
    *places, group = arguments
    park = Park(*places)
    for name, case in CASES[group].items():
        report.case("/helics/" + name, case, park)


main(run)

# SPDX-License-Identifier: MIT
"""What the tests of the verbs of co-simulation share: rooms for results, the wind park under a mosaik that a test plays by hand,
replays, and lines of TAP.

The arguments of such a test are FOLIOT SCENARIOS ASKER.json ASKER.so.
"""
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from mosaik_by_hand import Failure, Mosaik

FOLIOT, SCENARIOS, ASKER_JSON, ASKER_MODULE = map(os.path.abspath, sys.argv[1:5])
PARK = os.path.join(SCENARIOS, "wind-park")
RATED_KW = [2000, 2000, 5000]
CONTROLLER = {"max_windpark_feedin": 7000, "check_interval": 900}
ROOM = tempfile.mkdtemp(prefix="foliot-mosaik-")
DEADLINE_S = 60
n_rooms = 0


def make_room():
    global n_rooms
    n_rooms += 1
    return os.path.join(ROOM, str(n_rooms))


def read_wind():
    with open(os.path.join(PARK, "wind-park.csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return [[float(row[f"wecs_{k}"]) * rated for k, rated in enumerate(RATED_KW)] for row in rows]


WIND = read_wind()


def read_text(*path):
    return pathlib.Path(*path).read_text(encoding="utf-8")


def views(out):
    nodes = json.loads(read_text(out, "run.json"))["nodes"]
    return {name: digest for name, digest in nodes.items() if name == "Controller" or name.startswith("Agent_")}


def run_alone(*options, scenario=PARK):
    out = make_room()
    subprocess.run([FOLIOT, "run", scenario, "--quiet", "--out", out, *options], check=True, stdout=subprocess.DEVNULL)
    return out


# ---- the wind park -------------------------------------------------------------------------------------------------


class Park(Mosaik):
    """The wind park behind mosaik; `fed_back`: what the turbines are told, step by step."""

    def __init__(self, *options, feedback="output", scenario=PARK, remote=False, env=None, cwd=None,
                 prefix=(), **controller):
        self.out = make_room()
        super().__init__([*prefix, FOLIOT, "mosaik", scenario], "--out", self.out, *options, remote=remote, env=env, cwd=cwd)
        self.feedback = feedback
        self.fed_back = []
        self.answers = {"get_related_entities": self.relate, "set_data": self.take}
        self.meta = self.call("init", "MAS-0", time_resolution=1.0, start_date="2016-01-01T00:00:00+01:00", feedback=feedback,
                              controller_config={**CONTROLLER, **controller}, unheard_of={"a": [None]})

    @staticmethod
    def relate(entities):
        return {entity: {f"W-0.wecs-{i}": {"sid": "W-0", "type": "WECS"}, f"G-0.bus-{i}": {"sid": "G-0", "type": "Bus"}}
                for i, entity in enumerate(entities)}

    def take(self, data):
        assert all(list(told) == [f"W-0.wecs-{i}"] for i, told in enumerate(data.values())), data
        self.fed_back.append([told[f"W-0.wecs-{i}"]["P_max"] for i, told in enumerate(data.values())])

    def create(self):
        for i, rated in enumerate(RATED_KW):
            made = self.call("create", 1, "WecsAgent", P_rated=rated)
            assert made == [{"eid": f"Agent_{i}", "type": "WecsAgent"}], made
        self.call("setup_done")

    def step(self, number):
        inputs = {f"Agent_{k}": {"P": {f"W-0.wecs-{k}": power}} for k, power in enumerate(WIND[number])}
        following = self.call("step", number * 900, inputs, number * 900 + 899)
        assert following == (number + 1) * 900, following
        data = self.call("get_data", {f"Agent_{k}": ["P_max", "P_max"] for k in range(3)})
        if self.feedback == "output":
            self.fed_back.append([data[f"Agent_{k}"]["P_max"] for k in range(3)])

    def day(self):
        self.create()
        for number in range(len(WIND)):
            self.step(number)
        return self


def same(seen, expected):
    assert seen == expected, f"seen {seen!r:.800}\n expected {expected!r:.800}"


# ---- agents that ask, events, methods ------------------------------------------------------------------------------


def make_asker():
    room = make_room()
    os.makedirs(room)
    shutil.copy(ASKER_JSON, os.path.join(room, "scenario.json"))
    shutil.copy(ASKER_MODULE, os.path.join(room, "asker.so"))
    return room


def start_asker(*options):
    mosaik = Mosaik([FOLIOT, "mosaik", make_asker()], "--out", make_room(), *options)
    mosaik.out = mosaik.process.args[-1 - len(options)]
    return mosaik


# ---- what is called, and what it says -------------------------------------------------------------------------------


def run(*arguments, code=0, **environment):
    """Its last words, which are one sentence if it fails."""
    done = subprocess.run([FOLIOT, *map(str, arguments)], capture_output=True, text=True, timeout=DEADLINE_S, check=False,
                          env={**os.environ, **environment})
    same((done.returncode, done.stderr.count("\n") if code else done.stderr), (code, 1 if code else ""))
    return done.stderr if code else done.stdout


def replay(journal, *options):
    out = make_room()
    done = subprocess.run([FOLIOT, "replay", journal, "--out", out, *options], capture_output=True, text=True, timeout=60,
                          check=False)
    return out, done


def check_alone(journal, digests, *options):
    """Whoever is run alone has the digest that it had among all others."""
    for name, digest in digests.items():
        done = subprocess.run([FOLIOT, "replay", journal, "--only", name, *options], capture_output=True, text=True, timeout=60,
                              check=False)
        assert done.returncode == 0, done.stderr
        same(done.stdout.splitlines()[-1:], [f"digest {digest} {name}"])


def check_same_results(out, other):
    names = sorted(os.listdir(out))
    same(sorted(os.listdir(other)), names)
    for name in names:
        if name != "machine.json":
            same((name, pathlib.Path(other, name).read_bytes()), (name, pathlib.Path(out, name).read_bytes()))


def run_verb(*arguments, n_lines=1):
    done = subprocess.run([FOLIOT, "mosaik", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.count("\n") == n_lines, done.stderr
    return done.returncode, done.stderr


def check_failure(park, text, function, *args, **keywords):
    """The call is answered with a failure that says so."""
    try:
        park.call(function, *args, **keywords)
    except Failure as failure:
        assert text in failure.text, failure.text
        return
    raise AssertionError(f"{function} was not refused")


# ---- tests ----------------------------------------------------------------------------------------------------------


def main(tests):
    """Runs those (name, function, arguments…) whose name holds $FOLIOT_TEST_ONLY."""
    wanted = os.environ.get("FOLIOT_TEST_ONLY", "")
    failed = 0
    print(f"1..{len(tests)}")
    for name, function, *arguments in tests:
        if wanted not in name:
            continue
        try:
            function(*arguments)
            print(f"ok - {name}", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok - {name}", *f"{type(error).__name__}: {error}".splitlines(), sep="\n# ", flush=True)
    shutil.rmtree(ROOM)
    return failed != 0


#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What mosaik expects of a simulator, A1 to A23, with a real mosaik as the master of tests/cosim/real/rows-simulator.c.

    rows.py COMMAND

What mosaik itself never does, as half a header or two steps at once, a socket does in its place (class Raw).
"""
import asyncio
import json
import math
import os
import shlex
import signal
import socket
import struct
import subprocess
import tempfile
import time

import cosim
import mosaik_api_v3
from cosim import same
from mosaik.exceptions import ScenarioError, SimulationError


class Sink(mosaik_api_v3.Simulator):
    """Keeps what it gets, and gives what it is told to: entity `sink`, inputs of any name, output y."""

    def __init__(self):
        super().__init__({"api_version": "3.0", "type": "time-based", "models": {
            "Sink": {"public": True, "params": [], "attrs": ["y", "z"], "any_inputs": True}}})

    def init(self, sid, time_resolution=1.0, values=(), log=None):
        self.values, self.log = values, log
        return self.meta

    def create(self, num, model):
        return [{"eid": f"sink{'' if num == 1 else i}", "type": model} for i in range(num)]

    def step(self, time, inputs, max_advance):
        self.time = time
        if self.log is not None:
            self.log.append((time, inputs))
        return time + 1

    def get_data(self, outputs):
        value = self.values[self.time] if self.time < len(self.values) else self.time
        return {eid: {attribute: value for attribute in attributes} for eid, attributes in outputs.items()}


class Stage:
    """One scenario with the simulator S, as mosaik starts it, and sinks in Python."""

    def __init__(self, command, folder):
        self.command, self.trace = command, os.path.join(folder, "trace")
        self.cmd = f"{shlex.join(command)} %(addr)s"
        self.config = {"S": {"cmd": self.cmd, "posix": True}, "T": {"cmd": self.cmd, "posix": True},
                       "Sink": {"python": "__main__:Sink"}}

    def world(self, **options):
        return cosim.quiet_world(self.config, debug=True, **options)

    def n_finalized(self):
        """How often finalize ran to its end; mosaik 3.6 does not wait for its children."""
        end = time.monotonic() + cosim.DEADLINE_S
        while not os.path.exists(self.trace) and time.monotonic() < end:
            time.sleep(0.01)
        with open(self.trace) as file:
            return len(file.readlines())

    def run(self, outputs, until=1, run=None, sink=None, create=None, **keywords):
        """Runs S with these outputs connected to a sink; what the sink got: time → output → value."""
        log = []
        with self.world() as world:
            entity = world.start("S", **keywords).M(**(create or {}))
            target = world.start("Sink", log=log, **(sink or {})).Sink()
            for output in outputs:
                world.connect(entity, target, output)
            world.run(until=until, print_progress=False, **(run or {}))
            self.messages = world.messages
            self.graph = world.execution_graph
        return {when: {name: next(iter(sources.values())) for name, sources in inputs.get("sink", {}).items()}
                for when, inputs in log}


class Raw:
    """mosaik's side of the wire, by hand."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=cosim.DEADLINE_S)
        self.n = 0

    def send(self, kind, number, content):
        self.send_text(json.dumps([kind, number, content]))

    def send_text(self, text):
        data = text.encode()
        self.socket.sendall(struct.pack("!I", len(data)) + data)

    def ask(self, function, *arguments, **keywords):
        self.send(0, self.n, [function, list(arguments), keywords])
        self.n += 1

    def read(self):
        """The next message, as [type, id, content]; None at the end of the stream."""
        header = self.read_bytes(4)
        return header and json.loads(self.read_bytes(struct.unpack("!I", header)[0]))

    def read_bytes(self, n):
        data = b""
        while len(data) < n:
            piece = self.socket.recv(min(n - len(data), 1 << 20))
            if not piece:
                return None
            data += piece
        return data

    def call(self, function, *arguments, **keywords):
        self.ask(function, *arguments, **keywords)
        return self.read()

    def begin(self, **keywords):
        """Up to the first step."""
        same(self.call("init", "S-0", time_resolution=1.0, **keywords)[0], 1)
        same(self.call("create", 1, "M")[2], [{"eid": "M_0", "type": "M"}])
        same(self.call("setup_done")[2], None)


def raw(stage, function, code=0, **keywords):
    """Lets the function talk to a fresh simulator; it ends with this code and finalizes once."""
    child, failed = cosim.Child(stage.command), True
    try:
        wire = Raw(child.port)
        if keywords.pop("begin", True):
            wire.begin(trace=stage.trace, **keywords)
        function(wire)
        wire.socket.close()
        failed = False
    finally:
        ended = child.end(kill=failed)
    if code is not None:
        same(ended[0], code)
        same(stage.n_finalized(), 1)
    return ended


def fails(kind, text, function, *arguments, **keywords):
    try:
        function(*arguments, **keywords)
    except kind as error:
        assert text in str(error), f"{error!r} does not say {text!r}"
    else:
        raise AssertionError(f"no failure that says {text!r}")


# ---- starting --------------------------------------------------------------------------------------------------------

def a01_cmd(stage):
    with stage.world() as world:
        factory = world.start("S", trace=stage.trace)
        same(factory.meta["type"] if hasattr(factory, "meta") else factory.type, "time-based")
        world.run(until=1, print_progress=False)
    same(stage.n_finalized(), 1)


def a02_connect(stage):
    child = cosim.Child(stage.command)
    stage.config["S"] = {"connect": f"127.0.0.1:{child.port}"}
    same(stage.run(["x"], until=2), {0: {"x": 0}, 1: {"x": 1}})
    same(child.end()[0], 0)


def a02_one_connection_only(stage):
    def talk(wire):
        fails(OSError, "", lambda: Raw(wire.socket.getpeername()[1]).call("init", "S-1")[0])

    raw(stage, lambda wire: talk(wire))


def a03_two_at_once(stage):
    with stage.world() as world:
        a, b = world.start("S").M(), world.start("T").M()
        world.connect(a, b, "x")
        world.run(until=2, print_progress=False)
        same(len(world.execution_graph.nodes), 4)


def a04_environment_and_folder(stage):
    folder = os.path.dirname(stage.trace)
    stage.config["S"].update(env={"FOLIOT_ROWS": "wind"}, cwd=folder)
    with stage.world() as world:
        same(world.start("S").surroundings("FOLIOT_ROWS"), ["wind", os.path.realpath(folder)])


def a05_never_connects(stage):
    stage.config["S"]["cmd"] = "sleep 30"
    with stage.world(mosaik_config={"start_timeout": 0.5}) as world:
        fails(SimulationError, "did not connect to mosaik in time", world.start, "S")


def a05_nobody_listens(stage):
    ended = subprocess.run([*stage.command, f"127.0.0.1:{cosim.free_port()}"], capture_output=True, text=True,
                           timeout=cosim.DEADLINE_S)
    same(ended.returncode, 5)
    assert len(ended.stderr.splitlines()) == 1, ended.stderr


def a06_init_too_late(stage):
    child = cosim.Child(stage.command)  # whose start takes none of that time
    stage.config["S"] = {"connect": f"127.0.0.1:{child.port}"}
    with stage.world(mosaik_config={"start_timeout": 0.5}) as world:
        fails(SystemExit, "did not reply to the init() call in time", world.start, "S", slow="init", slow_ms=1500,
              trace=stage.trace)
    same(child.end()[0], 0)
    same(stage.n_finalized(), 1)


def a07_init_fails(stage):
    child = cosim.Child(stage.command)
    stage.config["S"] = {"connect": f"127.0.0.1:{child.port}"}
    with stage.world() as world:
        fails(Exception, "no wind in init", world.start, "S", fail="init", trace=stage.trace)
        code, said = child.end()
    same(code, 1)
    assert "no wind in init" in said, said
    same(stage.n_finalized(), 1)


def a08_versions(stage):
    for reported, configured, until in (("3.0", None, 2), ("3.0.13", None, 2), ("2.2", None, 2), ("2.2", "2.2", 2), ("2.0", None, 2),
                                        ("3.0", "3.0", 2)):
        stage.config["S"] = {"cmd": stage.cmd, "posix": True, **({"api_version": configured} if configured else {})}
        same(stage.run(["x"], until, api=reported), {0: {"x": 0}, 1: {"x": 1}})
    stage.config["S"]["api_version"] = "3.0.16"
    fails(ScenarioError, "version", stage.run, ["x"], api="3.0")


def a09_unknown_keyword(stage):
    same(stage.run(["x"], api="2.2", no_such_keyword={"a": [1]}), {0: {"x": 0}})


# ---- composing -------------------------------------------------------------------------------------------------------

def a10_entities(stage):
    with stage.world() as world:
        factory = world.start("S")
        same([entity.eid for entity in factory.M.create(3)], ["M_0", "M_1", "M_2"])
        parent = factory.M(id="with.dots", children=2, relation="M_0", extra={"bus": [1, None]})
        same((parent.full_id, parent.extra_info), ("S-0.with.dots", {"bus": [1, None]}))
        same([(child.eid, child.type) for child in parent.children], [("Child_0", "Child"), ("Child_1", "Child")])
        assert world.entity_graph.has_edge("S-0.with.dots", "S-0.M_0")
        fails(Exception, "M_1", factory.M, id="M_1")
        fails(Exception, "", lambda: factory.Child())


def a10_create_fails(stage):
    with stage.world() as world:
        factory = world.start("S", fail="create", trace=stage.trace)
        fails(Exception, "no wind in create", factory.M)
        same(factory.method_a(1), "a(1)")
    same(stage.n_finalized(), 1)


def a11_extra_methods(stage):
    with stage.world() as world:
        factory = world.start("S")
        same([factory.method_a(23), factory.method_a(882), factory.method_b(42), factory.method_b(1, x=2)],
             ["a(23)", "a(882)", "b(42, 0)", "b(1, 2)"])
        fails(Exception, "missing", factory.method_a)
        same(factory.method_a(n=3), "a(3)")


def a12_related_in_setup(stage):
    requests = [["get_related_entities", None], ["get_related_entities", "S-0.M_0"],
                ["get_related_entities", ["S-0.M_0", "Sink-0.sink"]]]
    everything, one, several = stage.run(["answers"], in_setup=requests)[0]["answers"]
    sink, entity = {"sid": "Sink-0", "type": "Sink"}, {"sid": "S-0", "type": "M"}
    same(everything, {"nodes": {"S-0.M_0": entity, "Sink-0.sink": sink}, "edges": [["S-0.M_0", "Sink-0.sink", {}]]})
    same(one, {"Sink-0.sink": sink})
    same(several, {"S-0.M_0": {"Sink-0.sink": sink}, "Sink-0.sink": {"S-0.M_0": entity}})


def a12_setup_done_fails(stage):
    with stage.world() as world:
        world.start("S", fail="setup_done", trace=stage.trace).M()
        try:
            world.run(until=1, print_progress=False)
        except Exception as error:
            world.messages.append(str(error))
        assert any("no wind in setup_done" in message for message in world.messages), world.messages
    same(stage.n_finalized(), 1)


# ---- stepping --------------------------------------------------------------------------------------------------------

def a13_inputs(stage):
    log = []
    with stage.world() as world:
        entity = world.start("S").M()
        sources = world.start("Sink", values=[1.5]).Sink.create(3)
        target = world.start("Sink", log=log).Sink()
        for source in sources:
            world.connect(source, entity, ("y", "x"))
        world.connect(entity, target, "inputs", "max_advance")
        world.run(until=1, print_progress=False)
    seen = log[0][1]["sink"]
    same(seen["inputs"]["S-0.M_0"], {"M_0": {"x": {f"Sink-0.sink{i}": 1.5 for i in range(3)}}})
    same(seen["max_advance"]["S-0.M_0"], 1)


def a13_empty_inputs(stage):
    same(stage.run(["inputs", "max_advance"]), {0: {"inputs": {}, "max_advance": 1}})
    same(stage.run(["inputs", "max_advance"], api="2.2"), {0: {"inputs": {}, "max_advance": None}})


def steps_of(stage):
    return sorted(int(str(when)) for sid, when in stage.graph.nodes if sid == "S-0")


def a14_next_time(stage):
    stage.run(["x"], until=5, type="hybrid", next=[3, None])
    same(steps_of(stage), [0, 3])
    stage.run(["x"], until=5, type="event-based")
    same(steps_of(stage), [])
    stage.run(["x"], until=5, next=[2, 4, 700])
    same(steps_of(stage), [0, 2, 4])


def a14_next_time_refused(stage):
    """What mosaik would not survive is said by the simulator, and no step follows."""
    for wrong, type in ((0, "time-based"), (None, "time-based"), (-1, "hybrid")):
        stage.run(["x"], until=3, next=[wrong], type=type)
        same(steps_of(stage), [0])
        assert any("aborted the simulation" in message for message in stage.messages), stage.messages


def a15_get_data(stage):
    log = []
    with stage.world() as world:
        entity = world.start("S", output_time=2, values=[7, None, 9]).M()
        targets = world.start("Sink", log=log).Sink.create(3)
        for target in targets:
            world.connect(entity, target, "x")
        world.run(until=5, print_progress=False)
    seen = {when: [inputs.get(f"sink{i}", {}).get("x", {}).get("S-0.M_0") for i in range(3)] for when, inputs in log}
    same(seen[2], [7, 7, 7])
    same(seen[4], [9, 9, 9])


def a15_absent_event(stage):
    log = []
    with stage.world() as world:
        entity = world.start("S", type="event-based", values=[None, 5], next=[1, None]).M()
        target = world.start("T", type="event-based", next=[None] * 9).M()
        sink = world.start("Sink", log=log).Sink()
        world.set_initial_event("S-0")
        world.connect(entity, target, "x")
        world.connect(target, sink, "echo")
        world.run(until=3, print_progress=False)
        same(sorted(str(when) for sid, when in world.execution_graph.nodes if sid == "T-0"), ["1"])


# ---- asking ----------------------------------------------------------------------------------------------------------

def a16_requests(stage):
    with stage.world() as world:
        log, kept = [], []
        source = world.start("Sink", log=log).Sink()
        entity = world.start("S", in_step=[
            ["get_progress", None], ["get_related_entities", "S-0.M_0"], ["get_data", {"Sink-0.sink": ["y", "z"]}],
            ["set_data", {"M_0": {"Sink-0.sink": {"P_max": 23}}}], ["set_data", {"M_0": {"Sink-0.sink": {"P_max": 42}}}],
        ]).M()
        keeper = world.start("Sink", log=kept).Sink()
        world.connect(source, entity, async_requests=True)
        world.connect(entity, keeper, "answers")
        world.run(until=2, print_progress=False)
    progress, related, data, *done = kept[0][1]["sink"]["answers"]["S-0.M_0"]
    assert 0 <= progress < 100, progress
    same(related["Sink-0.sink"], {"sid": "Sink-0", "type": "Sink"})
    same(data, {"Sink-0.sink": {"y": 0, "z": 0}})
    same(done, [None, None])
    same(log, [(0, {}), (1, {"sink": {"P_max": {"M_0": 42}}})])


def a16_set_event(stage):
    with stage.world() as world:
        world.start("S", type="event-based", events=True, in_setup=[["set_event", 1]], next=[None]).M()
        world.run(until=2, rt_factor=0.05, print_progress=False)
        same([(sid, str(when)) for sid, when in world.execution_graph.nodes], [("S-0", "1")])


def a17_refused(stage):
    """An error with class, text and trace; the step goes on, and so does the run."""
    requests = [["get_data", {"Sink-0.sink": ["y"]}], ["set_data", {"M_0": {"Sink-0.sink": {"a": 1}}}], ["set_event", 5],
                ["get_related_entities", "Q-9.q"]]
    seen = stage.run(["answers"], until=2, events=True, in_step=requests)
    texts = ["No connection from", "No connection from", "tried to set an event in non-real-time mode", "Q-9"]
    for answer, text in zip(seen[0]["answers"], texts):
        assert text in answer["text"] and answer["class"] and answer["has_trace"], answer
    same(len({answer["code"] for answer in seen[0]["answers"]}), 3)
    same(sorted(seen), [0, 1])


def a17_without_async_requests(stage):
    with stage.world() as world:
        log = []
        source = world.start("Sink").Sink()
        entity = world.start("S", in_step=[["set_data", {"M_0": {"Sink-0.sink": {"a": 1}}}]]).M()
        keeper = world.start("Sink", log=log).Sink()
        world.connect(source, entity, ("y", "x"))
        world.connect(entity, keeper, "answers")
        world.run(until=1, print_progress=False)
    assert "Async. requests not enabled" in log[0][1]["sink"]["answers"]["S-0.M_0"][0]["text"], log


# ---- ending ----------------------------------------------------------------------------------------------------------

def a18_stop_takes_long(stage):
    """Longer than the 0.1 s that mosaik waits, and 3.7 sends SIGTERM then."""
    stage.run(["x"], trace=stage.trace, slow="finalize", slow_ms=400)
    same(stage.n_finalized(), 1)


def a18_stop_without_reply_awaited(stage):
    raw(stage, lambda wire: wire.ask("stop"))


def a18_stop_is_answered(stage):
    raw(stage, lambda wire: same(wire.call("stop"), [1, wire.n - 1, None]))


def a18_end_of_stream(stage):
    raw(stage, lambda wire: None)


def a18_half_a_header(stage):
    raw(stage, lambda wire: wire.socket.sendall(b"\0\0"), code=None)
    same(stage.n_finalized(), 1)


def a18_header_then_end(stage):
    raw(stage, lambda wire: wire.socket.sendall(struct.pack("!I", 50) + b'[0, 9, ["st'), code=None)
    same(stage.n_finalized(), 1)


def a18_term(stage):
    child = cosim.Child(stage.command)
    wire = Raw(child.port)
    wire.begin(trace=stage.trace)
    child.process.send_signal(signal.SIGTERM)
    same(child.end()[0], 0)
    same(stage.n_finalized(), 1)


def a18_term_right_behind_stop(stage):
    child = cosim.Child(stage.command)
    wire = Raw(child.port)
    wire.begin(trace=stage.trace, slow="finalize", slow_ms=200)
    wire.ask("stop")
    for _ in range(3):
        child.process.send_signal(signal.SIGTERM)
    same(child.end()[0], 0)
    same(stage.n_finalized(), 1)


def a18_gone_in_a_step(stage):
    """mosaik goes away while it owes an answer."""
    def talk(wire):
        wire.ask("step", 0, {}, 5)
        same(wire.read()[2][0], "get_progress")

    raw(stage, talk, in_step=[["get_progress", None]])


# ---- failing ---------------------------------------------------------------------------------------------------------

def a19_step_fails(stage):
    stage.run(["x"], fail="step", trace=stage.trace)
    assert any("aborted the simulation" in message and "no wind in step" in message for message in stage.messages)
    same(stage.n_finalized(), 1)


def a19_get_data_fails(stage):
    stage.run(["x"], fail="get_data", trace=stage.trace)
    assert any("no wind in get_data" in message for message in stage.messages), stage.messages
    same(stage.n_finalized(), 1)


def a19_connection_stays(stage):
    def talk(wire):
        for _ in range(2):
            kind, number, content = wire.call("step", 0, {}, 5)
            same((kind, number), (2, wire.n - 1))
            assert len(content) >= 2 and all(isinstance(line, str) for line in content), content
            assert "no wind in step" in content[1], content
        kind, _, content = wire.call("no_such_method")
        same((kind, all(isinstance(line, str) for line in content)), (2, True))
        same(wire.call("method_a", 5)[2], "a(5)")

    raw(stage, talk, fail="step")


# ---- what may come over the wire ---------------------------------------------------------------------------------------

VALUES = [math.nan, math.inf, -math.inf, 1e300, -0.0, 5e-324, 2 ** 63, -2 ** 70, 2 ** 128, "\ud800", "\0é😀", 0.1, 1e16, 1e-7, 12345678901234567000.0,
          True, None, [[[]], {}], {"a": {"b": [1, 2.5]}}]


def a20_through_the_simulator(stage):
    """Each value goes from one simulator in Python through ours to another, and arrives as it was."""
    log = []
    with stage.world() as world:
        source, entity = world.start("Sink", values=VALUES).Sink(), world.start("S").M()
        target = world.start("Sink", log=log).Sink()
        world.connect(source, entity, ("y", "x"))
        world.connect(entity, target, "echo")
        world.run(until=len(VALUES), print_progress=False)
    seen = [inputs["sink"]["echo"]["S-0.M_0"] for _, inputs in log]
    same([repr(value) for value in seen], [repr(value) for value in VALUES])


def echo_of(wire, when, text):
    """What comes back when this text of JSON comes in."""
    wire.send_text(f'[0, {wire.n}, ["step", [{when}, {{"M_0": {{"x": {{"T-0.t": {text}}}}}}}, 99], {{}}]]')
    wire.n += 1
    kind, _, content = wire.read()
    if kind != 1:
        return content
    return wire.call("get_data", {"M_0": ["echo"]})[2]["M_0"]["echo"]


def a20_texts(stage):
    def talk(wire):
        for when, (text, value) in enumerate((("1e400", math.inf), ("-1e400", -math.inf), ("NaN", math.nan), ("1E5", 1e5),
                                              ('"\\/"', "/"), ('{"a":1,"a":2}', {"a": 2}), ('"\\ud800"', "\ud800"), (" [ 1 ,2 ] ", [1, 2]))):
            same(repr(echo_of(wire, when, text)), repr(value))

    raw(stage, talk)


def a20_large(stage):
    raw(stage, lambda wire: same(len(echo_of(wire, 0, '"' + 20_000_000 * "w" + '"')), 20_000_000))


def a20_nested(stage):
    """Ten thousand lists in each other: an answer, be it a failure, and the simulator lives."""
    child = cosim.Child(stage.command)
    wire = Raw(child.port)
    wire.begin(trace=stage.trace)
    wire.send_text(f'[0, {wire.n}, ["step", [0, {{"M_0": {{"x": {{"T-0.t": {10_000 * "["}{10_000 * "]"}}}}}}}, 99], {{}}]]')
    message = wire.read_bytes(4)
    wire.socket.close()
    code, said = child.end()
    assert code in (0, 1, 5) and len(said.splitlines()) <= 1, (code, said)
    assert message is not None or said, "neither an answer nor a word"
    same(stage.n_finalized(), 1)


def a20_no_json(stage):
    for data in (b"\0\0\0\5hello", struct.pack("!I", 9) + b"[7, 0, 1]", struct.pack("!I", 2) + b"[]", struct.pack("!I", 0xffffffff)):
        if os.path.exists(stage.trace):
            os.unlink(stage.trace)
        _, said = raw(stage, lambda wire, data=data: wire.socket.sendall(data), code=None)
        assert "hangs" not in said and len(said.splitlines()) <= 1, said
        same(stage.n_finalized(), 1)


def a21_in_flight(stage):
    def talk(wire):
        first = wire.n
        for n in range(20):
            wire.ask("method_a", n)
        answers = sorted(wire.read() for _ in range(20))
        same(answers, [[1, first + n, f"a({n})"] for n in range(20)])

    raw(stage, talk)


def a21_step_and_get_data(stage):
    """get_data comes while the step still waits for its own request, as with async requests of others."""
    def talk(wire):
        wire.ask("step", 0, {}, 5)
        same(wire.read(), [0, 0, ["get_progress", [], {}]])
        wire.ask("get_data", {"M_0": ["x"]})
        wire.send(1, 0, 12.5)
        answers = {number: content for _, number, content in (wire.read(), wire.read())}
        same(answers, {wire.n - 2: 1, wire.n - 1: {"M_0": {"x": 0}}})
        same(wire.call("get_data", {"M_0": ["answers"]})[2], {"M_0": {"answers": [12.5]}})

    raw(stage, talk, in_step=[["get_progress", None]])


def a21_two_steps_at_once(stage):
    def talk(wire):
        wire.ask("step", 0, {}, 5)
        same(wire.read()[2][0], "get_progress")
        wire.ask("step", 0, {}, 5)
        wire.send(1, 0, 12.5)
        kinds = sorted(wire.read()[0] for _ in range(2))
        assert kinds in ([1, 1], [1, 2]), kinds

    raw(stage, talk, in_step=[["get_progress", None]])


def a21_step_back(stage):
    def talk(wire):
        same(wire.call("step", 5, {}, 9)[0], 1)
        same(wire.call("step", 5, {}, 9)[0], 1)
        kind, _, content = wire.call("step", 4, {}, 9)
        same(kind, 2)
        assert all(isinstance(line, str) for line in content), content
        same(wire.call("step", 6, {}, 9)[0], 1)

    raw(stage, talk, type="hybrid")


def a22_max_advance(stage):
    def talk(wire):
        for when, max_advance in ((0, -1), (3, 0), (3, -1), (4, 4)):
            same(wire.call("step", when, {}, max_advance)[2], when + 1)

    raw(stage, talk)


def a23_two_worlds(stage):
    with stage.world() as one, stage.world() as other:
        for world in (one, other):
            same(world.start("S").M().full_id, "S-0.M_0")
        asyncio.set_event_loop(one.loop)
        one.run(until=2, print_progress=False)
        asyncio.set_event_loop(other.loop)
        other.run(until=3, print_progress=False)
        same([len(world.execution_graph.nodes) for world in (one, other)], [2, 3])


def try_case(function, command):
    with tempfile.TemporaryDirectory() as folder:
        function(Stage(command, folder))


def run(report, arguments):
    for name, function in list(globals().items()):
        if name[0] == "a" and name[1:3].isdigit():
            words = name[4:].replace("_", "-")
            report.case(f"/mosaik-{cosim.VERSION}/row-{name[:3].upper()}-{words}", try_case, function,
                        [os.path.abspath(arguments[0]), "-l", "error"])


if __name__ == "__main__":
    cosim.main(run)

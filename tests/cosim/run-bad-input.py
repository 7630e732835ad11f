#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What nobody should send, write or ask for, by way of the verbs `mosaik`, `replay`, `helics` and `fmu`: each has its answer, one
sentence, its exit code, and nothing is lost that was recorded.

    run-bad-input.py FOLIOT SCENARIOS ASKER.json ASKER.so
"""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys

from mosaik_by_hand import Gone
from verb_kit import (DEADLINE_S, FOLIOT, PARK, SCENARIOS, Park, check_same_results, main, make_room, read_text, replay, run,
                      same, start_asker)

PING_PONG = os.path.join(SCENARIOS, "ping-pong")
STEP = '[0, 9, ["step", [900, {"Agent_0": {"P": {"W": %s}}}, 1799], {}]]'
DEEP = 10_000


def begin(*options):
    park = Park("--log-level", "error", *options)
    park.create()
    park.step(0)
    return park


def send_bytes(park, body):
    park.socket.sendall(struct.pack(">I", len(body)) + body)


def ask(park, text):
    """What comes back: its type, and its content."""
    send_bytes(park, text.encode())
    kind, number, content = park.receive()
    same(number, 9)
    return kind, content


def check_refused(park, text, words, kind=None):
    """A failure that says so, in the one form that mosaik survives; and the next call is answered."""
    answer, content = ask(park, text)
    assert answer == 2 and len(content) >= 2 and all(isinstance(line, str) for line in content), (answer, content)
    assert words in content[1], content
    assert kind in (None, content[0]), content
    assert "Agent_0" in park.call("get_data", {"Agent_0": ["P_max"]})


# ---- mosaik: values --------------------------------------------------------------------------------------------------


def test_values():
    """What Python's JSON has beyond JSON is a number like any other."""
    journal = make_room() + ".flj"
    park = begin("--record", journal, "--set", "expect=[]")
    for text in "1e400", "-Infinity", str(2 ** 128), str(-2 ** 63 - 1), "-0.0", "5e-324", "NaN", "null":
        same(ask(park, STEP % text), (1, 1800))
    code, said, complaints = park.stop()
    same((code, complaints), (0, ""))
    rows = [line.split(",") for line in read_text(park.out, "turbines.csv").splitlines()]
    same([row[1] for row in rows[4:7]], ["Agent_0", "Agent_1", "Agent_2"])
    out, done = replay(journal, "--quiet")
    same((done.returncode, done.stdout.splitlines()[-1]), (0, said.splitlines()[-1]))
    check_same_results(park.out, out)


def test_nan_expected():
    """An expectation of the scenario does not take NaN for a small number."""
    park = begin()
    ask(park, STEP % "NaN")
    code, _, complaints = park.stop()
    same((code, complaints.count("\n")), (1, 1))
    assert "sum of P_feed is nan, expected at most 7000" in complaints, complaints


def test_no_number(text, shown):
    park = begin()
    check_refused(park, STEP % text, f"input P of agent Agent_0 is a number, in kW, and cannot be {shown}")
    code, _, complaints = park.stop()
    same((code, complaints), (2, f"foliot: the step at 900 s: input P of agent Agent_0 is a number, in kW, and cannot be {shown}\n"))


def test_duplicates():
    """The last one counts, as in Python; an attribute that is asked for twice is there once."""
    park = begin()
    same(ask(park, '[0, 9, ["step", [900, {"Agent_0": {"P": {"W": 1.0}, "P": {"W": 2.0, "W": 3.0}}}, 1799], {}]]'), (1, 1800))
    same(ask(park, '[0, 9, ["get_data", [{"Agent_0": ["P_max", "P_max"]}], {}]]')[1].keys(), {"Agent_0"})
    same(park.stop()[0], 0)
    same([line.split(",")[2] for line in read_text(park.out, "turbines.csv").splitlines() if line.startswith("900,Agent_0")], ["3.0"])


# ---- mosaik: calls ---------------------------------------------------------------------------------------------------


def test_calls():
    """A call that cannot be is a failure of itself, and of nothing else."""
    park = begin()
    for text, words, kind in (
            ('["frobnicate", [], {}]', "MAS-0 has no method “frobnicate”; it has init, create, setup_done, step, get_data, stop", "AttributeError"),
            ('["init", ["S"], {}]', "init was called before, as “MAS-0”", "RuntimeError"),
            ('["create", [1, "Wecs"], {}]', "MAS-0 has no public model 'Wecs'", "LookupError"),
            ('["create", ["x", "WecsAgent"], {}]', "create wants a number of entities", "TypeError"),
            ('["create", [-1, "WecsAgent"], {}]', "create wants a number of entities", "TypeError"),
            ('["create", [1, "WecsAgent"], {}]', "number 4 of model WecsAgent, of which the scenario has 3", None),
            ('["create", [1, "WecsAgent"], {"P_rated": "big"}]', "must be number, not string", None),
            ('["step", [], {}]', "step was called with 0 arguments: expected 2 to 3", "TypeError"),
            ('["step", [900.5, {}, 1], {}]', "step to 900.5: expected an integer, 0 or more", "TypeError"),
            ('["step", [-1, {}, 1], {}]', "expected an integer, 0 or more", "TypeError"),
            ('["step", [900, [], 1], {}]', "inputs must be a map of texts", "TypeError"),
            ('["step", [900, {"Agent_0": {"P": [1.0]}}, 1], {}]', "the sources of an input must be a map of texts", "TypeError"),
            ('["get_data", [{"Agent_0": ["P_mx"]}], {}]', "has no attribute 'P_mx'", "LookupError"),
            ('["get_data", [{"Agent_7": ["P_max"]}], {}]', "There is no entity 'Agent_7'", "LookupError"),
            ('["get_data", [7], {}]', "", "TypeError"),
            ('["step", [900, {}, 1], []]', "A request is [function, [arguments], {keywords}]", "TypeError"),
            ('"step"', "A request is [function, [arguments], {keywords}]", "TypeError")):
        check_refused(park, f"[0, 9, {text}]", words, kind)
    park.step(1)
    same(park.stop()[::2], (0, ""))


def test_keywords():
    """A newer mosaik may send more than we know: it is let pass; not so to the methods of agents."""
    park = begin()
    same(ask(park, '[0, 9, ["step", [900, {}, 1799], {"colour": 1}]]'), (1, 1800))
    same(park.stop()[0], 0)
    asker = start_asker("--log-level", "error")
    asker.call("init", "S-0", time_resolution=1.0, colour={"deep": [1]})
    kind, content = ask(asker, '[0, 9, ["add", [], {"number": 1, "colour": 2}]]')
    assert kind == 2 and "TypeError: add() got an unexpected keyword argument 'colour'" in content[1], content
    same(asker.stop()[::2], (0, ""))


def test_two_steps():
    """The second comes while the first waits, and is refused; the first goes on. Answers come in the order of the questions."""
    park = Park("--log-level", "critical", feedback="set_data")
    park.create()
    park.send([0, 8, ["step", [0, {"Agent_0": {"P": {"W": 1.0}}}, 899], {}]])
    kind, number, content = park.receive()
    same((kind, content[0]), (0, "set_data"))
    park.send([0, 9, ["step", [900, {}, 1799], {}]])
    park.send([1, number, None])
    same(park.receive(), [1, 8, 900])
    same(park.receive()[2][:2], ["RuntimeError", "two steps at once: the one before has no answer yet"])
    same(park.stop()[::2], (0, ""))


def test_step_back():
    park = begin()
    park.step(1)
    check_refused(park, '[0, 9, ["step", [899, {}, 1799], {}]]', "step back to 899: time is 900 already", "RuntimeError")
    park.step(2)
    same(park.stop()[::2], (0, ""))


def test_end_of_time():
    park = begin()
    check_refused(park, '[0, 9, ["step", [9300000000, {}, 1], {}]]', "is beyond the end of time, in 292 years", "ValueError")
    code, _, complaints = park.stop()
    same((code, complaints), (2, "foliot: the step at tick 9300000000: a step at 9300000000 is beyond the end of time, in 292 years\n"))


def test_names():
    """What is no text, and what a terminal would obey, comes to nobody's terminal."""
    for text, shown in (r"Agent_\ud800", "\ufffd"), (r"Agent_\u001b[2J", "\x1b[2J"):
        park = begin()
        kind, content = ask(park, '[0, 9, ["step", [900, {"%s": {"P": {"W": 1.0}}}, 1799], {}]]' % text)
        assert kind == 2 and shown in content[1], content
        code, _, complaints = park.stop()  # which decodes it strictly
        same((code, complaints.count("\n")), (2, 1))
        assert "there is no agent" in complaints and "\x1b" not in complaints, complaints


# ---- mosaik: bytes ---------------------------------------------------------------------------------------------------


def check_hangs_up(body, words):
    """What is no message ends the conversation, and the run, in an orderly way."""
    journal = make_room() + ".flj"
    park = begin("--record", journal)
    park.socket.sendall(body)
    try:
        park.receive()
        raise AssertionError("it answered")
    except (Gone, ConnectionResetError):
        pass
    code, _, complaints = park.hang_up()
    same((code, complaints.count("\n")), (5, 1))
    assert complaints.startswith("foliot: ") and words in complaints, complaints
    same(len(read_text(park.out, "turbines.csv").splitlines()), 4)
    out, done = replay(journal, "--quiet")
    same((done.returncode, done.stderr), (5, complaints))
    check_same_results(park.out, out)


def frame(text):
    return struct.pack(">I", len(text)) + text


def test_no_message():
    check_hangs_up(frame(b"hello"), "is not mosaik's protocol: JSON: expected a value at byte 0")
    check_hangs_up(frame(b'[0, 9, ["step", [900, {"\xff": 1}, 1], {}]]'), "is not mosaik's protocol: JSON: invalid UTF-8 at byte 24")
    check_hangs_up(frame(b'["0", 9, ["step", [], {}]]'), "is not mosaik's protocol: The message type is '0', expected a number: 0, 1 or 2")
    check_hangs_up(frame(b"[7, 9, null]"), "is not mosaik's protocol")
    check_hangs_up(b"\xff\xff\xff\xff", "")
    check_hangs_up(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n", "")


def test_deep():
    check_hangs_up(frame((STEP % (DEEP * "[" + DEEP * "]")).encode()), "deeper than max_depth (1000)")


# ---- replay ----------------------------------------------------------------------------------------------------------


def record():
    """A recording of four steps, its folder, and its bytes."""
    journal = make_room() + ".flj"
    park = begin("--record", journal)
    for number in range(1, 4):
        park.step(number)
    same(park.stop()[0], 0)
    return journal, park.out, pathlib.Path(journal).read_bytes()


def replay_bytes(data, *options, code):
    path = make_room() + ".flj"
    pathlib.Path(path).write_bytes(data)
    out, done = replay(path, "--quiet", *options)
    same((done.returncode, done.stderr.count("\n")), (code, 1))
    assert done.stderr.startswith(f"foliot: {path}: "), done.stderr
    return done.stderr.removeprefix(f"foliot: {path}: "), out


def test_cut():
    """At every tenth of it: what is good up to there is played back, and it says where it ends."""
    _, _, data = record()
    with_results = 0
    for tenth in range(1, 10):
        said, out = replay_bytes(data[:len(data) * tenth // 10], code=7)
        assert "it was cut off there" in said or "cut off before its header is complete" in said, said
        if os.path.exists(out):
            with_results += 1
            same(json.loads(read_text(out, "run.json"))["complete"], False)
    assert with_results > 0


def test_cut_and_changed():
    """In another scenario than was recorded nothing says at which event it is over: it is when nothing can come any more."""
    _, _, data = record()
    kept = data[:data.index(b'["init"')]
    said, _ = replay_bytes(kept, "--set", "max_windpark_feedin=6999", code=7)
    assert "it was cut off there" in said, said


def test_altered():
    """A byte in the middle of what it holds; told, with its place, and, if that is wanted, gone on behind."""
    journal, _, data = record()
    at = data.index(b'"foliot"')
    said, _ = replay_bytes(data[:at] + b"*" + data[at + 1:], "--lenient", code=7)
    assert "damaged at record 1, byte " in said and said.endswith("; take an intact copy\n"), said
    at = len(data) * 3 // 4
    altered = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
    said, _ = replay_bytes(altered, code=7)
    assert "damaged at record " in said and "byte " in said and "take an intact copy, or go on behind the damage (--lenient)" in said, said
    path = make_room() + ".flj"
    pathlib.Path(path).write_bytes(altered)
    _, done = replay(path, "--lenient")
    assert done.returncode in (3, 6, 7) and "damaged at record" in done.stderr, (done.returncode, done.stderr)
    same(pathlib.Path(journal).read_bytes(), data)


def test_other_version():
    """Told before anything else is: the checksums of another version may be others."""
    _, _, data = record()
    said, _ = replay_bytes(data[:8] + b"\2" + data[9:], code=7)
    assert "version 2 of the format" in said, said


def test_empty():
    said, _ = replay_bytes(b"", code=7)
    same(said, "empty: nothing was recorded in it; record it again\n")


def test_no_journal():
    said, _ = replay_bytes(b"time_s,turbine,P\n" * 99, code=7)
    same(said, "not a journal of Foliot: its first bytes are others; is it the right file?\n")
    said = run("replay", PARK, "--quiet", code=2)
    assert "it is a folder; expected the file of a recording" in said, said
    said = run("replay", "/nowhere.flj", "--quiet", code=2)
    assert said == "foliot: /nowhere.flj: cannot be opened: No such file or directory\n", said


def test_other_scenario():
    """A changed number shows in the first message that is another one; a changed model in the first of all."""
    journal, _, _ = record()
    for setting in "rule=demo", "cosim.models.0.name=Wecs":
        _, done = replay(journal, "--quiet", "--set", setting)
        same((done.returncode, done.stderr.startswith("foliot: ")), (3, True))
        assert "differs from its recording" in done.stderr and "→ mosaik)" in done.stderr, done.stderr


def test_no_module():
    """The scenario's module is nowhere: where it was looked for, and no word about what was not done."""
    journal, _, _ = record()
    room = make_room()
    os.makedirs(room)
    moved = shutil.copy(journal, room)
    alone = shutil.copy(FOLIOT, os.path.join(room, "foliot"))
    done = subprocess.run([alone, "replay", moved], capture_output=True, text=True, timeout=DEADLINE_S, check=False,
                          env={**os.environ, "LD_LIBRARY_PATH": os.path.join(os.path.dirname(FOLIOT), "..")})
    same((done.returncode, done.stderr.count("\n")), (2, 1))
    assert "module wind-park.so not found; looked in: " in done.stderr, done.stderr


# ---- helics, fmu, and the command line -------------------------------------------------------------------------------


def test_no_helics():
    """Without a library: where it was looked for, and how to come by it."""
    said = run("helics", PARK, "--quiet", "--library", "/nowhere/libhelics.so", "--out", make_room(), code=5)
    for words in "the library cannot be loaded", "looked for /nowhere/libhelics.so", "pip install helics", "--library":
        assert words in said, said


def test_fmu():
    path = make_room() + ".fmu"
    for settings in ["transport=tcp"], ["transport=unix"], ["transport=tcp", "processes=true"]:
        said = run("fmu", PARK, "-o", path, *[word for setting in settings for word in ("--set", setting)], code=2)
        same(said, 'foliot: scenario wind-park cannot be an FMU: its containers need sockets or processes; set "transport" to "local" '
                   'and "processes" to false\n')
    said = run("fmu", PING_PONG, "-o", path, code=2)
    assert 'its section "cosim" names no model' in said, said
    same(run("fmu", PARK, "-o", path, "--fmi", "4", code=2), "foliot: --fmi 4: expected 2 or 3\n")
    assert not os.path.exists(path)
    same(run("fmu", PARK, "-o", "/nowhere/park.fmu", code=4), "foliot: /nowhere/park.fmu cannot be written: No such file or directory\n")


def test_fmu_same_bytes():
    for version in "2", "3":
        one, other = make_room() + ".fmu", make_room() + ".fmu"
        for path in one, other:
            run("fmu", PARK, "-o", path, "--fmi", version)
        same(pathlib.Path(one).read_bytes() == pathlib.Path(other).read_bytes(), True)


def test_command_line():
    for arguments, words in (
            (["mosaik"], "expected SCENARIO and HOST:PORT, found 0"), (["mosaik", PARK, "127.0.0.1:99999"], "expected HOST:PORT, as in localhost:5678"),
            (["mosaik", PARK, "127.0.0.1:1", "--log-level", "loud"], "expected debug, info, warning, error or critical"),
            (["mosaik", PARK, "127.0.0.1:1", "--timeout", "-1"], "--timeout -1: expected seconds"),
            (["mosaik", "nosuch", "127.0.0.1:1"], "nosuch: no such file or folder"), (["helics"], "expected one SCENARIO, found 0"),
            (["fmu", PARK], "expected SCENARIO -o FILE.fmu"), (["replay"], "expected one FILE, found 0")):
        said = run(*arguments, code=2)
        assert words in said, said
    said = run("mosaik", PARK, "127.0.0.1:1", "--record", "/nowhere/x.flj", code=4)
    assert said == "foliot: /nowhere/x.flj: cannot be made: No such file or directory\n", said


TESTS = [("mosaik/values", test_values), ("mosaik/nan-expected", test_nan_expected),
         ("mosaik/text", test_no_number, '"abc"', "'abc'"), ("mosaik/true", test_no_number, "true", "True"),
         ("mosaik/list", test_no_number, "[1]", "[1]"), ("mosaik/lone-surrogate", test_no_number, r'"\ud800"', r"'\ud800'"),
         ("mosaik/duplicates", test_duplicates), ("mosaik/calls", test_calls), ("mosaik/keywords", test_keywords),
         ("mosaik/two-steps", test_two_steps), ("mosaik/step-back", test_step_back), ("mosaik/end-of-time", test_end_of_time),
         ("mosaik/names", test_names), ("mosaik/no-message", test_no_message), ("mosaik/deep", test_deep),
         ("replay/cut", test_cut), ("replay/cut-and-changed", test_cut_and_changed),
         ("replay/altered", test_altered), ("replay/other-version", test_other_version), ("replay/empty", test_empty),
         ("replay/no-journal", test_no_journal), ("replay/other-scenario", test_other_scenario), ("replay/no-module", test_no_module),
         ("helics/no-library", test_no_helics), ("fmu/refused", test_fmu), ("fmu/same-bytes", test_fmu_same_bytes),
         ("command-line", test_command_line)]

if __name__ == "__main__":
    sys.exit(main(TESTS))

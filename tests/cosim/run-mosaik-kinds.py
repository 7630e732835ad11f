#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`foliot mosaik` with scenarios that are no time-based simulators: what triggers a step, when the next one is, which outputs are
events; against a mosaik that is played by hand.

    run-mosaik-kinds.py FOLIOT SCENARIOS ASKER.json ASKER.so
"""
import sys

from mosaik_by_hand import Failure
from verb_kit import (check_failure, check_same_results, main, make_asker, make_room, replay, run, same, start_asker)

EVENTS = ["--set", "cosim.mosaik.type=event-based"]
HELD_INPUT = """cosim.models.0.inputs=[{"name": "x", "input": "number", "trigger": false}]"""
HELD_OUTPUT = """cosim.models.0.outputs=[{"name": "y", "output": "number", "persistent": true}]"""


def begin(*options, n=1):
    """An asker that is created and ready, and what it said of itself."""
    mosaik = start_asker(*options)
    mosaik.answers = {"get_progress": 12.5, "get_related_entities": {"T-0.e0": {"sid": "T-0", "type": "M"}}}
    meta = mosaik.call("init", "S-0", time_resolution=1.0)
    mosaik.call("create", n, "Asker")
    mosaik.call("setup_done")
    return mosaik, meta


def test_event_meta():
    """Of the attributes nothing is said: in an event-based simulator all of them are events."""
    mosaik, meta = begin(*EVENTS)
    same(meta["type"], "event-based")
    same(meta["models"], {"Asker": {"public": True, "params": ["start"], "attrs": ["x", "more", "y", "news", "ticks"]}})
    same(mosaik.stop()[0], 0)


def test_event_first_step():
    """It is stepped when something comes, wherever that is: what was due by then is done first."""
    mosaik, _ = begin(*EVENTS)
    same(mosaik.call("step", 25, {"Asker_0": {"x": {"T-0.e0": 7}}}, 25), 29)
    same(mosaik.call("get_data", {"Asker_0": ["y", "news", "ticks"]}), {"Asker_0": {"y": 8.0, "news": 12.5, "ticks": 2}})
    same(mosaik.stop()[0], 0)


def test_event_outputs():
    """An event that there is not is left out, as is an entity without any."""
    mosaik, _ = begin(*EVENTS, n=2)
    same(mosaik.call("step", 0, {"Asker_1": {"x": {"T-0.e0": 1}}}, 100), 9)
    same(mosaik.call("get_data", {"Asker_0": ["news"], "Asker_1": ["news", "news"]}), {"Asker_1": {"news": 12.5}})
    same(mosaik.call("get_data", {"Asker_0": ["news"], "Asker_1": ["news"]}), {})
    same(mosaik.stop()[0], 0)


def test_event_steps():
    """Next steps are its own, and stay whatever comes in between."""
    mosaik, _ = begin(*EVENTS)
    same(mosaik.call("step", 3, {"Asker_0": {"more": {"A": 1}}}, 3), 9)
    same(mosaik.call("step", 9, {}, 12), 19)
    same(mosaik.call("step", 13, {"Asker_0": {"more": {"A": 1, "B": 1}}}, 12), 19)
    same(mosaik.call("step", 19, {"Asker_0": {"more": {"A": 1}}}, 19), 29)
    same(mosaik.call("get_data", {"Asker_0": ["y", "ticks"]}), {"Asker_0": {"y": 4.0, "ticks": 2}})
    same(mosaik.stop()[0], 0)


def test_event_loop():
    """The same time again, as often as mosaik's loops want it, and never an earlier one."""
    mosaik, _ = begin(*EVENTS)
    for number in range(5):
        same(mosaik.call("step", 4, {"Asker_0": {"more": {"T-0.e0": 1}}}, -1), 9)
        same(mosaik.call("get_data", {"Asker_0": ["y"]}), {"Asker_0": {"y": number + 1.0}})
    check_failure(mosaik, "back", "step", 3, {}, 3)
    same(mosaik.call("step", 4, {}, 9), 9)
    same(mosaik.stop()[0], 0)


def test_event_asked_for():
    """An agent asks for a step by set_event, which mosaik takes in real time alone; else the agent is told why not."""
    mosaik, _ = begin(*EVENTS)
    mosaik.answers["set_event"] = None
    same(mosaik.call("ask_for_event", 4), None)
    same(mosaik.asked[-1], ("set_event", [4], {}))
    same(mosaik.call("step", 4, {}, 4), 9)
    mosaik.answers["set_event"] = Failure(["SimulationError", "Simulator 'S-0' tried to set an event in non-real-time mode."])
    check_failure(mosaik, "non-real-time mode", "ask_for_event", 7)
    same(mosaik.call("step", 9, {}, 9), 19)
    same(mosaik.stop()[0], 0)


def test_event_feedback():
    """With set_data, too, only events that there are go out."""
    feedback = ["--set", "cosim.mosaik.feedback=set_data", "--set", """cosim.models.0.outputs=[{"name": "news"}]"""]
    mosaik = start_asker(*EVENTS, *feedback)
    told = []
    mosaik.answers = {"get_progress": 50.0, "set_data": told.append,
                      "get_related_entities": lambda about: {"S-0.Asker_0": {"T-0.e0": {"type": "M"}}}
                      if isinstance(about, list) else {"T-0.e0": {}}}
    mosaik.call("init", "S-0", time_resolution=1.0)
    mosaik.call("create", 1, "Asker")
    mosaik.call("setup_done")
    mosaik.call("step", 0, {"Asker_0": {"more": {"T-0.e0": 1}}}, 100)
    same(told, [])
    mosaik.call("step", 1, {"Asker_0": {"x": {"T-0.e0": 1}}}, 100)
    same(told, [{"Asker_0": {"T-0.e0": {"news": 50.0}}}])
    same(mosaik.stop()[0], 0)


def test_event_replay():
    journal = make_room() + ".flj"
    mosaik, _ = begin(*EVENTS, "--record", journal)
    mosaik.call("step", 3, {"Asker_0": {"x": {"T-0.e0": 2}}}, 3)
    mosaik.call("get_data", {"Asker_0": ["y", "news"]})
    mosaik.call("step", 9, {}, 9)
    code, said, _ = mosaik.stop()
    same(code, 0)
    out, done = replay(journal, "--modules", mosaik.process.args[2])
    same((done.returncode, done.stdout.splitlines()[-1]), (0, said.splitlines()[-1]))
    check_same_results(mosaik.out, out)


def test_event_contradictions():
    room = make_asker()
    for setting, words in (HELD_INPUT, '"x" of Asker is no trigger'), (HELD_OUTPUT, '"y" of Asker is persistent'):
        said = run("mosaik", room, "127.0.0.1:1", *EVENTS, "--set", setting, code=2)
        assert "an event-based simulator has nothing but events, but " + words in said and '"hybrid"' in said, said


def test_time_contradiction():
    said = run("mosaik", make_asker(), "127.0.0.1:1", "--set", "cosim.mosaik.type=time-based", "--set", "cosim.step=\"1 s\"", code=2)
    assert "a time-based simulator has no events" in said and '"x" of Asker is a trigger' in said, said


def test_unknown_type():
    said = run("mosaik", make_asker(), "127.0.0.1:1", "--set", "cosim.mosaik.type=event-driven", code=2)
    assert 'unknown type "event-driven", expected one of: time-based, event-based, hybrid' in said, said


def test_hybrid_first_step():
    """Stepped at 0, without an input; what is no event is always said, and may be null."""
    mosaik, _ = begin()
    same(mosaik.call("step", 0, {}, 8), 9)
    same(mosaik.call("get_data", {"Asker_0": ["y", "news"]}), {"Asker_0": {"y": 0.0}})
    same(mosaik.call("step", 9, {"Asker_0": {"x": {"T-0.e0": 5}}}, 8), 19)
    same(mosaik.call("get_data", {"Asker_0": ["y", "news"]}), {"Asker_0": {"y": 6.0, "news": 12.5}})
    same(mosaik.stop()[0], 0)


def test_nothing_due():
    """Of nothing that is due nothing is said: null."""
    mosaik, _ = begin(*EVENTS, "--set", "agents.0.args.wakes=false", "--set", "agents.1.args.wakes=false")
    same(mosaik.call("step", 5, {"Asker_0": {"more": {"T-0.e0": 1}}}, 9), None)
    same(mosaik.call("get_data", {"Asker_0": ["y", "ticks"]}), {"Asker_0": {"y": 1.0, "ticks": 0}})
    same(mosaik.stop()[0], 0)


TESTS = [("event-based/meta", test_event_meta), ("event-based/first-step", test_event_first_step),
         ("event-based/outputs", test_event_outputs), ("event-based/steps", test_event_steps),
         ("event-based/loop", test_event_loop), ("event-based/asked-for", test_event_asked_for),
         ("event-based/feedback", test_event_feedback), ("event-based/replay", test_event_replay),
         ("event-based/contradictions", test_event_contradictions), ("event-based/nothing-due", test_nothing_due),
         ("time-based/contradiction", test_time_contradiction), ("unknown-type", test_unknown_type),
         ("hybrid/first-step", test_hybrid_first_step)]

if __name__ == "__main__":
    sys.exit(main(TESTS))

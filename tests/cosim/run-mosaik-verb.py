#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`foliot mosaik` against a mosaik that is played by hand: what it asks, what it hears, the tables, the digests of the
agents' own views, and every way to end.

    run-mosaik-verb.py FOLIOT SCENARIOS ASKER.json ASKER.so
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

from mosaik_by_hand import Failure, Mosaik
from verb_kit import (FOLIOT, PARK, SCENARIOS, WIND, Park, check_alone, check_failure, check_same_results, main, make_asker, make_room, read_text,
                      replay, run, run_alone, run_verb, same, start_asker, views)


# ---- the wind park -------------------------------------------------------------------------------------------------


def check_day(park, alone, has_views=True):
    code, said, complaints = park.day().stop()
    same((code, complaints), (0, ""))
    same(read_text(park.out, "turbines.csv"), read_text(alone, "turbines.csv"))
    rows = read_text(alone, "turbines.csv").splitlines()[1:]
    told = [row.rsplit(",", 1)[1] for row in rows]
    same([["" if limit is None else repr(limit) for limit in limits] for limits in park.fed_back],
         [told[i:i + 3] for i in range(0, len(told), 3)])
    run = json.loads(read_text(park.out, "run.json"))
    assert run["complete"], run
    assert "after 96 steps of mosaik" in said, said
    if has_views:
        same(views(park.out), views(alone))


def test_table(feedback, rule):
    allow = ["--set", "expect.0.at_most=9000"]  # the rule "demo" exceeds the limit in single steps, by design
    check_day(Park(*allow, feedback=feedback, rule=rule), run_alone(*allow, "--set", f"rule={rule}"))


def test_one_container():
    scenario = os.path.join(PARK, "one-container.json")
    check_day(Park(scenario=scenario), run_alone(scenario=scenario))


def test_transport(*settings):
    options = [word for setting in settings for word in ("--set", setting)]
    check_day(Park(*options), run_alone(), has_views=False)


def test_remote():
    out, park = run_alone(), Park(remote=True)
    code, _, complaints = park.day().stop()
    same(code, 0)
    assert "listening at port" in complaints
    same(read_text(park.out, "turbines.csv"), read_text(out, "turbines.csv"))


def test_surroundings():
    """Started as by `cmd` with `cwd` and `env`: paths are those of the folder, and the environment is heard."""
    room = make_room()
    os.makedirs(room)
    shutil.copytree(PARK, os.path.join(room, "here"))
    park = Park("--out", "there", scenario="here", cwd=room, env={"FOLIOT_WATCH_SECONDS": "5"})
    park.create()
    park.step(0)
    same(park.stop()[0], 0)
    assert os.path.exists(os.path.join(room, "there", "run.json"))
    said = run("mosaik", PARK, "127.0.0.1:1", code=2, FOLIOT_WATCH_SECONDS="soon")
    assert "FOLIOT_WATCH_SECONDS=soon" in said, said


def test_api_2():
    """Steps of an old scenario have no max_advance."""
    park = Park()
    park.create()
    same(park.call("step", 0, {"Agent_0": {"P": {"W": 1000.0}}}), 900)
    same(park.stop()[0], 0)


def test_max_advance():
    """What mosaik promises is no part of the run: another promise, the same digest."""
    digests = set()
    for promise in 899, -1, 10 ** 12, None:
        park = Park("--quiet")
        park.create()
        for number in range(3):
            inputs = {f"Agent_{k}": {"P": {f"W-0.wecs-{k}": power}} for k, power in enumerate(WIND[number])}
            park.call("step", number * 900, inputs, *([] if promise is None else [promise]))
        code, said, _ = park.stop()
        same(code, 0)
        digests.add(said)
    same(len(digests), 1)


def test_replaced():
    """A recording and results of ours that are there already are replaced; what is somebody else's is not."""
    journal = make_room() + ".flj"
    parks = []
    for number in range(2):
        park = Park("--record", journal, *(["--out", parks[0].out] if parks else []))
        park.create()
        for step in range(number + 1):
            park.step(step)
        same(park.stop()[::2], (0, ""))
        parks.append(park)
    same(len(read_text(parks[0].out, "turbines.csv").splitlines()), 7)
    out, done = replay(journal, "--quiet")
    same(done.returncode, 0)
    check_same_results(parks[0].out, out)
    with open(journal, "w", encoding="utf-8") as file:
        file.write("my diary\n")
    said = run("mosaik", PARK, "127.0.0.1:1", "--record", journal, code=2)
    assert journal in said, said
    same(read_text(journal), "my diary\n")


def test_fidelity():
    """What it takes to have a run again."""
    journal = make_room() + ".flj"
    seen = []
    for options in [], ["--record", journal]:
        park = Park(*options)
        park.create()
        park.step(0)
        said = park.stop()[1]
        seen.append(fidelity(park.out))
        assert f"after 1 steps of mosaik, {seen[-1]}\n" in said, said
    same([*seen, fidelity(replay(journal, "--quiet")[0]), fidelity(run_alone())], ["open", "recorded", "recorded", "closed"])


def fidelity(out):
    return json.loads(read_text(out, "run.json"))["fidelity"]


def test_log():
    """With debug each call is told, and with critical nothing but the end."""
    park = Park("--log-level", "debug")
    park.create()
    park.step(0)
    complaints = park.stop()[2]
    for words in "mosaik calls ['init', ['MAS-0'], ", "mosaik calls ['create', [1, 'WecsAgent'], {'P_rated': 2000}]", "'step'", "'get_data'":
        assert words in complaints, complaints


def test_nobody_comes():
    """To one that listens, within its time."""
    code, complaint = run_verb(PARK, "--remote", "127.0.0.1:0", "--timeout", "1", n_lines=2)
    same(code, 5)
    assert complaint.startswith("foliot: listening at port ") and "in time; --timeout gives it more" in complaint, complaint


def test_repeats():
    """The same messages, the same digest."""
    digests = [Park("--quiet").day().stop()[1] for _ in range(2)]
    same(digests[0], digests[1])
    assert digests[0].startswith("digest ") and len(digests[0].split()) == 2


def test_meta():
    park = Park()
    same(park.meta, {"api_version": "3.0", "type": "time-based", "models": {
        "WecsAgent": {"public": True, "params": ["P_rated"], "attrs": ["P", "vm_pu", "P_max"]}}})
    park.stop()


def test_voltage():
    """Above 1.03 per unit the limit is reduced."""
    park = Park()
    park.create()
    inputs = {f"Agent_{k}": {"P": {"W": 1000.0}, "vm_pu": {"G": 1.05}} for k in range(3)}
    park.call("step", 0, inputs, 899)
    seen = park.call("get_data", {"Agent_2": ["P_max"]})["Agent_2"]["P_max"]
    limit = 1000.0 + (7000.0 - 3000.0) * 5000.0 / 9000.0
    same(seen, limit * (1.0 - (1.05 - 1.03) / 0.05))
    park.stop()


# ---- ends ----------------------------------------------------------------------------------------------------------


def test_hang_up():
    alone, park = run_alone(), Park()
    same(park.day().hang_up()[0], 0)
    same(read_text(park.out, "turbines.csv"), read_text(alone, "turbines.csv"))


def test_term():
    alone, park = run_alone(), Park()
    park.day().process.send_signal(signal.SIGTERM)
    same(park.end()[0], 0)
    same(read_text(park.out, "turbines.csv"), read_text(alone, "turbines.csv"))


def test_term_behind_stop():
    alone, park = run_alone(), Park().day()
    park.send([0, park.n_requests, ["stop", [], {}]])
    park.process.send_signal(signal.SIGTERM)
    same(park.end()[0], 0)
    same(read_text(park.out, "turbines.csv"), read_text(alone, "turbines.csv"))


def test_lost_in_step():
    """It asks set_data, and hears nothing but the end."""
    park = Park(feedback="set_data")
    park.create()
    park.step(0)
    park.send([0, park.n_requests, ["step", [900, {}, 1799], {}]])
    same(park.receive()[2][0], "set_data")
    code, _, complaints = park.hang_up()
    same((code, complaints), (5, "foliot: mosaik went away in the middle of the step at 900 s\n"))
    run = json.loads(read_text(park.out, "run.json"))
    same(run["complete"], False)
    same(len(read_text(park.out, "turbines.csv").splitlines()), 7)


def test_cut():
    """mosaik ends before the scenario does: what holds for a whole run is not asked."""
    park = Park()
    park.create()
    for number in range(4):
        park.step(number)
    code, said, complaints = park.stop()
    same((code, complaints), (0, ""))
    same(len(read_text(park.out, "turbines.csv").splitlines()), 13)
    same(json.loads(read_text(park.out, "run.json"))["until_s"], "3600")


def test_expectation():
    park = Park("--set", "expect.0.at_most=10")
    code, _, complaints = park.day().stop()
    same(code, 1)
    assert "P_feed" in complaints, complaints


# ---- recorded, and played back ---------------------------------------------------------------------------------------


def test_replay(feedback, *options):
    journal = make_room() + ".flj"
    park = Park("--record", journal, *options, feedback=feedback)
    code, said, _ = park.day().stop()
    same(code, 0)
    assert ", recorded\n" in said, said
    out, done = replay(journal)
    same(done.returncode, 0)
    same(done.stdout.splitlines()[-1], said.splitlines()[-1])
    check_same_results(park.out, out)


def await_rest(process):
    """Until it has its signal handlers and sleeps."""
    while process.poll() is None:
        status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines() if ":\t" in line)
        if int(status.get("SigCgt", "0"), 16) & 1 << (signal.SIGINT - 1) and status["State"].startswith("S"):
            return
    raise AssertionError(process.communicate())


def test_replay_paced():
    """At a speed that nothing has to wait for it is the same; where it waits, a signal ends it, though no mosaik is there to be told."""
    journal = make_room() + ".flj"
    park = Park("--record", journal)
    park.day().stop()
    out, done = replay(journal, "--speed", "1e9")
    same(done.returncode, 0)
    check_same_results(park.out, out)
    for number in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen([FOLIOT, "replay", journal, "--out", make_room(), "--speed", "1e-9"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        await_rest(process)
        process.send_signal(number)
        said, complained = process.communicate(timeout=60)
        assert process.returncode == 130 and "interrupted" in complained, (process.returncode, said, complained)


def test_only(feedback, *options):
    """Each agent alone sees what it saw, whoever set the time; entities are made as they were."""
    journal = make_room() + ".flj"
    park = Park("--record", journal, *options, feedback=feedback)
    same(park.day().stop()[0], 0)
    check_alone(journal, views(park.out))


def test_replay_of_another():
    """A change of what is not mosaik's to say shows in the first message that leaves."""
    journal = make_room() + ".flj"
    park = Park("--record", journal)
    park.create()
    park.step(0)
    same(park.stop()[0], 0)
    done = replay(journal, "--set", "cosim.models.0.name=Wecs")[1]
    same(done.returncode, 3)
    assert "differs" in done.stderr, done.stderr


def test_replay_of_lost():
    """What ended in the middle of a step ends there again."""
    journal = make_room() + ".flj"
    park = Park("--record", journal, feedback="set_data")
    park.create()
    park.step(0)
    park.send([0, park.n_requests, ["step", [900, {}, 1799], {}]])
    same(park.receive()[2][0], "set_data")
    same(park.hang_up()[0], 5)
    out, done = replay(journal)
    same(done.returncode, 5)
    assert "in the middle of the step at 900 s" in done.stderr, done.stderr
    check_same_results(park.out, out)


def test_replay_of_processes(transport):
    """The table is that of a run in one process; each process is played back, and one that is missing is told."""
    journal = make_room() + ".flj"
    park = Park("--record", journal, "--set", f"transport={transport}", "--set", "processes=true", feedback="set_data")
    code, said, _ = park.day().stop()
    same((code, said.splitlines()[-1]), (0, "digest none"))
    out, done = replay(journal)
    same((done.returncode, done.stdout.splitlines()[-1]), (0, "digest none"))
    same([line.split(",")[0] for line in done.stderr.splitlines()[1:]], [f"part park-{i}: as recorded" for i in range(3)])
    check_same_results(park.out, out)
    os.unlink(f"{journal}.park-1")
    done = replay(journal)[1]
    same(done.returncode, 0)
    assert f"foliot: part park-1: {journal}.park-1 is missing: the agents in it were not run again\n" in done.stderr, done.stderr
    same(replay(f"{journal}.park-2")[1].returncode, 0)


def find_containers(process):
    """The processes of the run, without those that guard them."""
    found = [int(word) for task in pathlib.Path(f"/proc/{process}/task").iterdir() for word in (task / "children").read_text().split()]
    return [child for child in found if b"--container" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")]


def test_replay_of_killed(transport):
    """A process that died in the middle of the day: the same words, code and results."""
    journal = make_room() + ".flj"
    park = Park("--record", journal, "--set", f"transport={transport}", "--set", "processes=true", "--log-level", "critical")
    park.create()
    park.step(0)
    os.kill(find_containers(park.process.pid)[1], signal.SIGKILL)
    check_failure(park, "was killed by signal 9", "step", 900, {}, 1799)
    code, _, complaints = park.stop()
    same(code, 5)
    out, done = replay(journal)
    same(done.returncode, 5)
    assert complaints in done.stderr, complaints + done.stderr
    same((done.stderr.count(": as recorded, "), done.stderr.count(": as recorded, up to where its process was ended, ")), (3, 1))
    check_same_results(park.out, out)


# ---- what is wrong -------------------------------------------------------------------------------------------------


def test_nobody():
    code, complaint = run_verb(PARK, "127.0.0.1:1", "--timeout", "5")
    same(code, 5)
    assert "No mosaik at 127.0.0.1:1" in complaint, complaint


def test_no_section():
    code, complaint = run_verb(os.path.join(SCENARIOS, "ping-pong"), "127.0.0.1:1")
    same(code, 2)
    assert 'no section "cosim"' in complaint, complaint


def test_bad_address():
    same(run_verb(PARK, "nowhere")[0], 2)


def check_refused(text, code=2, **keywords):
    out = make_room()
    mosaik = Mosaik([FOLIOT, "mosaik", PARK], "--out", out, "--log-level", "critical")
    try:
        mosaik.call("init", "MAS-0", **{"time_resolution": 1.0, **keywords})
        raise AssertionError("init was not refused")
    except Failure as failure:
        assert text in failure.text, failure.text
    seen, _, complaints = mosaik.end()
    same(seen, code)
    assert text in complaints and complaints.count("\n") == 1, complaints


def test_keyword_type():
    check_refused('argument "max_windpark_feedin" of Controller must be number, not string',
                  controller_config={"max_windpark_feedin": "much"})


def test_keyword_value():
    check_refused('the rule "share" or "demo", not "fair"', code=1, controller_config={"rule": "fair"})


def test_keyword_date():
    check_refused("/start_date", start_date="yesterday")


def test_keyword_feedback():
    check_refused('unknown feedback "mail"', feedback="mail")


def test_resolution():
    check_refused("no multiple of mosaik's time_resolution", time_resolution=7.0)


def test_params():
    park = Park()
    check_failure(park, 'argument "P_rated" of WecsAgent must be number, not string', "create", 1, "WecsAgent", P_rated="big")
    park.create()
    check_failure(park, "Agent_0 is a number, in kW, and cannot be", "step", 0, {"Agent_0": {"P": {"W": "strong"}}}, 899)
    check_failure(park, "takes one value, but 2 sources", "step", 0, {"Agent_0": {"P": {"V": 1.0, "W": 2.0}}}, 899)
    park.step(0)
    park.step(1)
    check_failure(park, "back", "step", 0, {}, 899)
    same(park.stop()[0], 0)


def test_failed_step():
    """mosaik ends the simulation of a simulator that failed, which tells so once."""
    park = Park()
    park.create()
    check_failure(park, "has no input", "step", 0, {"Agent_0": {"Q": {"W": 1.0}}}, 899)
    code, _, complaints = park.stop()
    assert code == 2 and complaints.startswith("foliot: the step at 0 s: "), complaints
    same(complaints.count("has no input"), 1)


# ---- agents that ask, events, methods ------------------------------------------------------------------------------


def test_asker():
    mosaik = start_asker()
    mosaik.answers = {"get_progress": 12.5, "get_related_entities": {"T-0.e0": {"sid": "T-0", "type": "M"}}, "set_event": None}
    meta = mosaik.call("init", "S-0", time_resolution=1.0)
    same(meta["type"], "hybrid")
    same(meta["extra_methods"], ["add", "ask", "ask_for_event"])
    same(meta["set_events"], True)
    same(meta["models"]["Asker"]["trigger"], ["x"])
    same(meta["models"]["Asker"]["non-persistent"], ["news"])
    same(mosaik.call("create", 1, "Asker", start=5), [{"eid": "Asker_0", "type": "Asker"}])
    same(mosaik.call("add", 2), 102.0)
    same(mosaik.call("add", number=3), 105.0)
    check_failure(mosaik, "add()", "add", 1, 2)
    same(mosaik.call("ask_for_event", 40), None)
    mosaik.call("setup_done")
    # Woken at 9 s for the first time, ten seconds after −1 s.
    same(mosaik.call("step", 0, {}, 100), 9)
    same(mosaik.call("step", 3, {"Asker_0": {"x": {"T-0.e0": 7}, "more": {"A": 1, "B": 2}}}, 100), 9)
    wish = {"Asker_0": ["y", "news", "ticks"]}
    same(mosaik.call("get_data", wish), {"Asker_0": {"y": 8.0, "news": 12.5, "ticks": 0}})
    same(mosaik.call("step", 9, {}, 100), 19)
    same(mosaik.call("get_data", wish), {"Asker_0": {"y": 8.0, "ticks": 1}})
    # Once more at the same time, as in a loop of mosaik's.
    same(mosaik.call("step", 9, {"Asker_0": {"more": {"A": None}}}, 100), 19)
    same(mosaik.asked, [("set_event", [40], {}), ("get_progress", [], {}),
                        ("get_related_entities", ["S-0.Asker_0"], {})])
    same(mosaik.stop()[0], 0)


def test_asker_questions():
    """Each question of mosaik's, with what it answers; a refusal is the agent's to deal with, and leaves all as it was. Recorded, too."""
    journal = make_room() + ".flj"
    mosaik = start_asker("--log-level", "error", "--record", journal)
    related = {"nodes": {"T-0.e0": {"sid": "T-0", "type": "M"}}, "edges": []}
    mosaik.answers = {"get_data": {"T-0.e0": {"v": 3.5}}, "set_data": None, "get_related_entities": related,
                      "get_progress": 12.5}
    mosaik.call("init", "S-0", time_resolution=1.0)
    mosaik.call("create", 1, "Asker")
    mosaik.call("setup_done")
    same(mosaik.call("ask", "get_data", {"T-0.e0": ["v"]}), {"T-0.e0": {"v": 3.5}})
    same(mosaik.call("ask", "set_data", {"Clerk": {"T-0.e0": {"v": 23}}}), None)
    same(mosaik.call("ask", "get_related_entities", None), related)
    same([question[0] for question in mosaik.asked], ["get_data", "set_data", "get_related_entities"])
    same(mosaik.asked[0][1:], ([{"T-0.e0": ["v"]}], {}))
    same(mosaik.asked[1][1:], ([{"Clerk": {"T-0.e0": {"v": 23}}}], {}))
    mosaik.answers["get_data"] = Failure(["ScenarioError", "No connection from T-0 to S-0: You need to connect entities from both "
                                          "simulators and set `async_requests=True`."])
    check_failure(mosaik, "No connection from T-0 to S-0", "ask", "get_data", {"T-0.e0": ["v"]})
    same(mosaik.call("step", 0, {"Asker_0": {"x": {"T-0.e0": 7}}}, 100), 9)
    code, said, complaints = mosaik.stop()
    same((code, complaints), (0, ""))
    out, done = replay(journal, "--modules", mosaik.process.args[2])
    same((done.returncode, done.stdout.splitlines()[-1]), (0, said.splitlines()[-1]))
    check_same_results(mosaik.out, out)
    nodes = json.loads(read_text(out, "run.json"))["nodes"]
    check_alone(journal, {"Asker_0": nodes["Asker_0"]}, "--modules", mosaik.process.args[2])


def test_asker_alone():
    room = make_asker()
    run_alone("--until", "10", scenario=room)


TESTS = [("table/output/share", test_table, "output", "share"), ("table/output/demo", test_table, "output", "demo"),
         ("table/set-data/share", test_table, "set_data", "share"), ("table/set-data/demo", test_table, "set_data", "demo"),
         ("one-container", test_one_container), ("tcp", test_transport, "transport=tcp"),
         ("tls", test_transport, "transport=tls"),
         ("processes/tcp", test_transport, "transport=tcp", "processes=true"),
         ("processes/tls", test_transport, "transport=tls", "processes=true"), ("remote", test_remote),
         ("a04-surroundings", test_surroundings), ("api-2", test_api_2), ("max-advance", test_max_advance),
         ("replaced", test_replaced), ("fidelity", test_fidelity), ("log", test_log), ("bad/nobody-comes", test_nobody_comes),
         ("repeats", test_repeats), ("meta", test_meta), ("voltage", test_voltage), ("end/hang-up", test_hang_up),
         ("end/term", test_term), ("end/term-behind-stop", test_term_behind_stop), ("end/in-step", test_lost_in_step),
         ("end/cut", test_cut), ("end/expectation", test_expectation), ("replay/output", test_replay, "output"), ("replay/set-data", test_replay, "set_data"),
         ("replay/tcp", test_replay, "output", "--set", "transport=tcp"),
         ("replay/tls", test_replay, "set_data", "--set", "transport=tls"),
         ("replay/only", test_only, "output"), ("replay/only/kept", test_only, "set_data", "--record-agents"),
         ("replay/only/tcp", test_only, "set_data", "--set", "transport=tcp"),
         ("replay/paced", test_replay_paced), ("replay/another", test_replay_of_another), ("replay/lost", test_replay_of_lost),
         ("replay/processes/tcp", test_replay_of_processes, "tcp"),
         ("replay/processes/tls", test_replay_of_processes, "tls"),
         ("replay/processes/killed", test_replay_of_killed, "tcp"), ("bad/nobody", test_nobody),
         ("bad/no-section", test_no_section), ("bad/address", test_bad_address), ("bad/keyword-type", test_keyword_type),
         ("bad/keyword-value", test_keyword_value), ("bad/keyword-date", test_keyword_date),
         ("bad/keyword-feedback", test_keyword_feedback), ("bad/resolution", test_resolution), ("bad/params", test_params),
         ("bad/failed-step", test_failed_step),
         ("asker/mosaik", test_asker), ("asker/questions", test_asker_questions), ("asker/alone", test_asker_alone)]

if __name__ == "__main__":
    sys.exit(main(TESTS))

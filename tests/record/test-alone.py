#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One participant of a recorded run alone, against what it heard: `foliot replay --only`.

    test-alone.py SOURCE FOLIOT MODULES CHANGED JOURNAL_EDIT

A line of TAP for each thing that is shown.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from record_kit import Report

SOURCE, FOLIOT, MODULES, CHANGED, EDIT = sys.argv[1:6]
ALONE = f"{SOURCE}/tests/record/alone"
OK, USAGE, DIFFERS, MISSING, JOURNAL = 0, 2, 3, 6, 7


def foliot(*words):
    return subprocess.run([str(word) for word in (FOLIOT, *words)], capture_output=True, text=True, timeout=200, check=False)


def say(done):
    return f"exit {done.returncode}\n{done.stdout}{done.stderr}"


def record(folder, name, scenario, *words):
    journal, out = folder / f"{name}.flj", folder / name
    done = foliot("run", scenario, "--record", journal, "--out", out, "--quiet", *words)
    assert done.returncode == OK, say(done)
    return journal, json.loads((out / "run.json").read_text())["nodes"]


def alone(journal, name, *words):
    return foliot("replay", journal, "--only", name, *words)


def check_digests(report, title, journal, nodes, names, *words):
    bad = ""
    for name in names:
        done = alone(journal, name, "--json", *words)
        seen = {agent["name"]: agent["digest"] for agent in json.loads(done.stdout)["agents"]} if done.stdout else {}
        if done.returncode != OK or not seen or any(nodes[agent] != digest for agent, digest in seen.items()):
            bad += f"{name}: {seen} {say(done)}"
    report.line(not bad, title, bad)


def show_shipped(report, folder):
    for name, agents in (("wind-park", ["Controller", "Agent_0", "Agent_2", "park-1"]), ("bank", ["Bank"]), ("ping-pong", ["Ping", "Pong"]),
                         ("token-ring", ["Node_0", "Node_7", "Node_19"])):
        small = ["--set", "nodes=20", "--set", "tokens=2", "--set", "passes=200"] if name == "token-ring" else []
        journal, nodes = record(folder, name, f"{SOURCE}/scenarios/{name}", *small)
        check_digests(report, f"{name}: each alone has the digest of its own view", journal, nodes, agents)
    for transport in ("tcp", "unix", "tls"):
        journal, nodes = record(folder, f"park-{transport}", f"{SOURCE}/scenarios/wind-park", "--set", f"transport={transport}")
        check_digests(report, f"wind-park over {transport}: the same", journal, nodes, ["Controller", "Agent_1"])
    done = alone(folder / "wind-park.flj", "Controler")
    report.line(done.returncode == USAGE and 'did you mean "Controller"?' in done.stderr, "an unknown name has a neighbour", say(done))
    foliot("run", f"{SOURCE}/scenarios/ping-pong", "--realtime", "--until", "0.01", "--record", folder / "real.flj", "--out", folder / "real")
    done = alone(folder / "real.flj", "Ping")
    report.line(done.returncode == USAGE and "in real time" in done.stderr, "who follows the machine's time cannot run alone", say(done))
    done = alone(folder / "wind-park.flj", "Agent_2", "--break", "3")
    report.line(done.returncode == USAGE and "--break" in done.stderr, "events of the whole run are not counted alone", say(done))


def show_debugger(report, folder):
    """A breakpoint in code of all turbines stops for the one that runs, and one in the controller's never."""
    title = "a debugger sees one agent alone"
    if shutil.which("gdb") is None:
        report.skip(title, "gdb is not installed")
        return
    words = ["set debuginfod enabled off", "set breakpoint pending on", "break wecs_agent_set_limit", "break controller_run", "ignore 1 100000",
             "run", "info breakpoints"]
    command = ["gdb", "-batch", *(word for text in words for word in ("-ex", text)), "--args", FOLIOT, "replay", str(folder / "wind-park.flj"),
               "--only", "Agent_2"]
    # A leak sanitizer cannot work beside a debugger.
    env = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, env=env)
    hits = re.findall(r"already hit (\d+) time", done.stdout)
    if "ptrace" in done.stderr or "exited with code" not in done.stdout and "exited normally" not in done.stdout and not hits:
        report.line(os.environ.get("CI") != "true", f"{title} # SKIP gdb cannot run a program here", say(done))
        return
    report.line(hits == ["96"], title, say(done))


def show_all_kinds(report, folder):
    """Answers, refusals, calls and connects in vain, calls back by proxy, looks outside, draws, agents made on the way; over each transport."""
    agents = ["Alice", "Bob", "Carol", "tellers", "listeners"]
    for transport in ("local", "tcp"):
        words = ["--modules", MODULES, "--set", f"transport={transport}"]
        for more in ([], ["--record-agents"]):
            journal, nodes = record(folder, f"kinds-{transport}{len(more)}", ALONE, *words, *more)
            check_digests(report, f"all kinds over {transport}{', kept' if more else ''}: the digests", journal, nodes, agents, "--modules", MODULES)
            whole = foliot("replay", journal, "--modules", MODULES, "--quiet", "--out", folder / "whole")
            report.line(whole.returncode == OK, "the whole of it replays as ever", say(whole))


def show_others_silent(report, folder):
    done = alone(folder / "kinds-local0.flj", "Bob", "--modules", MODULES)
    ran = set(re.findall(r"code of ([^:]*):", done.stderr))
    report.line(done.returncode == OK and ran == {"Bob"}, "only its own code ran", say(done))
    done = alone(folder / "kinds-local0.flj", "Carol", "--modules", MODULES)
    ran = set(re.findall(r"code of ([^:]*):", done.stderr))
    report.line(done.returncode == OK and ran == {"Carol", "Carol/child"}, "and that of the agents that it makes", say(done))


def show_changed(report, folder):
    kept, plain = folder / "kinds-local1.flj", folder / "kinds-local0.flj"
    done = alone(kept, "Alice", "--modules", CHANGED)
    report.line(done.returncode == DIFFERS and re.search(r"agent Alice differs from its recording at 0\.2 s.*\n"
                                                        r"  recorded: calls Bob\.add\(1\..*\n  now: +calls Bob\.add\(2\.", done.stderr) is not None,
                "a changed program is named: agent, time, method, then and now", say(done))
    done = alone(kept, "Bob", "--modules", CHANGED, "--quiet")
    report.line(done.returncode == OK, "who does nothing else is as recorded, in a changed program too", say(done))
    done = alone(kept, "Alice", "--modules", CHANGED, "--lenient")
    report.line(done.returncode == MISSING and "does not hold an answer" in done.stderr and "calls Bob.add(2." in done.stderr,
                "lenient: a call that was not made then has no answer", say(done))
    done = alone(plain, "Alice", "--modules", CHANGED)
    report.line(done.returncode == DIFFERS and "--record-agents" in done.stderr and "code of" not in done.stderr.splitlines()[-1],
                "without what was heard, the recorded program is needed", say(done))
    done = alone(plain, "Alice", "--modules", MODULES, "--set", "rounds=2")
    report.line(done.returncode == DIFFERS and "it does not say" in done.stderr, "what is not said is told", say(done))
    done = alone(plain, "Alice", "--modules", MODULES, "--set", "rounds=4")
    report.line(done.returncode == DIFFERS and "recorded: nothing more" in done.stderr, "what is said beyond is told", say(done))
    done = alone(plain, "Alice", "--modules", MODULES, "--until", "3")
    report.line(done.returncode == OK, "up to a time", say(done))


def show_whole(report, folder):
    """The whole of it, in a program that was changed: where nothing was said to the outside, its digest is what is compared."""
    journal, old, new = folder / "kinds-local0.flj", folder / "kinds-local0", folder / "built"
    recorded = json.loads((old / "run.json").read_text())["digest"]
    done = foliot("replay", journal, "--modules", CHANGED, "--out", new)
    digest = (done.stdout.split() or ["none"])[-1]
    report.line(done.returncode == DIFFERS and digest != recorded
                and f"its digest is {digest} after 155 events; recorded was {recorded} after 155" in done.stderr,
                "a changed program that says nothing to the outside: both digests", say(done))
    shutil.rmtree(new, ignore_errors=True)
    steps = [foliot("replay", journal, "--modules", CHANGED, "--lenient", "--out", new), foliot("diff", old, new),
             foliot("diff", journal, new, "--modules-a", MODULES)]
    report.line(all(step.returncode == DIFFERS for step in steps)
                and all("The first different event is number 32, at 0.3 s." in step.stdout for step in steps[1:]),
                "its first different event is found as it says", "".join(map(say, steps)))
    ends = [foliot("replay", journal, "--modules", CHANGED, "--until", until, "--out", new).returncode for until in ("5.2", "5.3")]
    report.line(ends == [OK, DIFFERS], "not where it was to end before that", str(ends))
    codes = [foliot("replay", journal, "--modules", MODULES, "--set", change, "--out", new).returncode
             for change in ('description="another"', "rounds=2")]
    report.line(codes == [OK, DIFFERS], "a changed scenario is told likewise", str(codes))


def show_altered(report, folder):
    """Somebody has changed what agents heard, and made all checksums good: it is said what is wrong, and nothing breaks."""
    kept, altered = folder / "kinds-local1.flj", folder / "altered.flj"
    for title, old, new, named in (
            ("a number that is none", '["str", "id"], ["int", "2"]', '["str", "id"], ["str", "2"]', '"id"'),
            ("a number below nought", '["str", "s"], ["int", "1"]', '["str", "s"], ["int", "-1"]', '"s"'),
            ("a message without content", '["str", "content"]', '["str", "contents"]', '"content"'),
            ("a yes or no that is neither", '["str", "at_once"], ["bool", false]', '["str", "at_once"], ["null"]', '"at_once"'),
            ("addresses that are none", '["str", "containers"], ["list", [["str", ', '["str", "containers"], ["list", [["int", "1"], ["str", ', '"containers"'),
            ("a world without a scenario", '[["str", "scenario"], ["map", ', '[["str", "scenery"], ["map", ', '"scenario"')):
        subprocess.run([EDIT, kept, altered, old, new], check=True, stdout=subprocess.DEVNULL)
        done = alone(altered, "Alice", "--modules", MODULES)
        report.line(done.returncode == JOURNAL and f"has no good {named}: somebody has altered the recording" in done.stderr,
                    f"altered: {title}", say(done))
    long = '["str", "%s"]' % ("ä" * 200)
    subprocess.run([EDIT, kept, altered, '["str", "agents/0/refuse"], ["list", []]', f'["str", "agents/0/refuse"], ["list", [{long}]]'], check=True,
                   stdout=subprocess.DEVNULL)
    done = alone(altered, "Alice", "--modules", MODULES)
    report.line(done.returncode == DIFFERS and "ä …" in done.stderr, "altered: what is long is cut between its characters", say(done))
    subprocess.run([EDIT, kept, altered, '["str", "container"], ["str", "listeners"]', '["str", "container"], ["str", "nowhere"]'], check=True,
                   stdout=subprocess.DEVNULL)
    done = alone(altered, "Alice", "--modules", MODULES)
    report.line(done.returncode >= 0 and "CRITICAL" not in done.stderr, "altered: agents of a container that there is not", say(done))


def main():
    report = Report()
    print("TAP version 13")
    with tempfile.TemporaryDirectory(prefix="foliot-") as name:
        folder = Path(name)
        os.environ["TMPDIR"] = str(folder)
        show_shipped(report, folder)
        show_debugger(report, folder)
        show_all_kinds(report, folder)
        show_others_silent(report, folder)
        show_changed(report, folder)
        show_whole(report, folder)
        show_altered(report, folder)
        left = [path.name for path in folder.iterdir() if path.name.startswith("foliot-heard")]
        report.line(not left, "nothing is left behind", ", ".join(left))
    print(f"1..{report.n}")
    return report.bad > 0


sys.exit(main())

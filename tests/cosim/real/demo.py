#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The port of aiomas' demo, with all its processes, under a real mosaik: the same table, however many they are, and recorded and replayed.

    demo.py SOURCE FOLIOT MOSAIK-DEMO
"""
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import cosim
import park
from cosim import same

STRACE = shutil.which("strace")
CUT = 7


def descendants(process):
    """Process ids of all that the process has started, and what that has."""
    found = [int(word) for task in Path(f"/proc/{process}/task").iterdir() for word in (task / "children").read_text().split()]
    return found + [further for one in found for further in descendants(one)]


def containers(processes):
    """Those among them that are containers of the demo; others see to it that nobody is left behind."""
    return [process for process in processes if b"--child-of-date" in Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")]


def wait_for_end_of(processes):
    end = time.monotonic() + cosim.DEADLINE_S
    while any(Path(f"/proc/{process}").exists() for process in processes):
        assert time.monotonic() < end, f"{processes} live on"
        time.sleep(0.01)


def play(demo, n_children, *options):
    """A day under mosaik. Gives what the turbines fed in."""
    child = cosim.Child([demo, "--children", str(n_children), *map(str, options)])
    processes, ended = [], False
    try:
        original = park.compose

        def compose(world, *arguments, **config):
            fed = original(world, *arguments, **config)
            processes.extend(descendants(child.process.pid))
            same(len(containers(processes)), n_children)
            return fed

        park.compose = compose
        fed = park.simulate({"connect": f"127.0.0.1:{child.port}"}, "set_data")
        ended = True
    finally:
        park.compose = original
        code, said = child.end(kill=not ended)
    same((code, said), (0, ""))
    wait_for_end_of(processes)
    return fed


def last_digest(journal):
    """What stands at the end of a recording."""
    shown = subprocess.run([park.FOLIOT, "show", journal, "--json"], capture_output=True, text=True, check=True).stdout
    return json.loads(shown.splitlines()[-1])["name"]


def play_back(stage, demo, journal, *options):
    """Alone, in an empty folder, without anything on the PATH: makes no process and no socket. Gives exit code, output, and complaints."""
    empty, trace = stage.folder / "empty", stage.folder / "trace"
    empty.mkdir(exist_ok=True)
    # What looks for leaks cannot be traced.
    watched = [STRACE, "-E", "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0", "-f", "-qq", "-e",
               "trace=%network,clone,clone3,fork,vfork", "-e", "signal=none", "-o", trace] if STRACE else []
    done = subprocess.run([*watched, demo, "--replay", journal, *options], capture_output=True, text=True, timeout=cosim.DEADLINE_S,
                          cwd=empty, env={**os.environ, "PATH": str(empty)})
    same(trace.read_text() if STRACE else "", "")
    return done.returncode, done.stdout, done.stderr


def replay(stage, demo, journal, *options):
    same(play_back(stage, demo, journal, *options)[:2], (0, f"digest {last_digest(journal)}\n"))


def like_alone(stage, demo, n_children, *options):
    """Live, recorded, and replayed by each process alone: one table, that of a run alone."""
    live, recorded, replayed = (stage.folder / f"{name}.csv" for name in ("live", "recorded", "replayed"))
    journal = stage.folder / "day.flj"
    fed = play(demo, n_children, *options, "--table", live)
    # This rule exceeds the limit in single steps, as aiomas' demo does.
    park.check_fed(fed, stage.alone("--set", "rule=demo", "--set", "expect=[]"))
    same(play(demo, n_children, *options, "--table", recorded, "--record", journal), fed)
    same(sorted(path.name for path in stage.folder.glob("day.flj*")),
         ["day.flj", *(f"day.flj.child-{number + 1}" for number in range(n_children))])
    replay(stage, demo, journal, "--table", replayed)
    for path in stage.folder.glob("day.flj.child-*"):
        replay(stage, demo, path)
    same(recorded.read_bytes(), live.read_bytes())
    same(replayed.read_bytes(), live.read_bytes())


def recorded_again(stage, demo):
    """A recording takes the place of an earlier one, which had more children; nobody else's file goes."""
    journal = stage.folder / "day.flj"
    play(demo, 2, "--record", journal)
    (stage.folder / "day.flj.child-3").write_text("a letter")
    play(demo, 1, "--record", journal)
    same(sorted(path.name for path in stage.folder.glob("day.flj*")), ["day.flj", "day.flj.child-1", "day.flj.child-3"])
    replay(stage, demo, journal)
    replay(stage, demo, stage.folder / "day.flj.child-1")


def with_certificates(stage, demo, n_children):
    folder = stage.folder / "certificates"
    subprocess.run([park.FOLIOT, "certs", "new", str(folder), "--ca", str(stage.folder / "ca")], check=True, stdout=subprocess.DEVNULL)
    like_alone(stage, demo, n_children, "--tls", folder)


def a_child_dies(stage, demo):
    """mosaik is told, and nobody is left behind; the recording dies of the same, and that of the child ends where it was killed."""
    journal = stage.folder / "day.flj"
    child = cosim.Child([demo, "--children", "2", "--record", str(journal)])
    with cosim.quiet_world({"Turbines": {"python": "park:Turbines"}, "Agents": {"connect": f"127.0.0.1:{child.port}"}}) as world:
        park.compose(world, "set_data", None)
        processes = descendants(child.process.pid)
        os.kill(containers(processes)[0], signal.SIGKILL)
        try:
            world.run(until=park.DAY_S, print_progress=False)
        except Exception as error:
            world.messages.append(str(error))
        assert any("ERROR" in message or "reset" in message.lower() for message in world.messages), world.messages
    code, said = child.end()
    assert code == 1 and "was killed by signal 9 (KILL)" in said, (code, said)
    wait_for_end_of(processes)
    again, _, told = play_back(stage, demo, journal)
    same((again, told.splitlines()[1:]), (code, said.splitlines()))
    codes = sorted(play_back(stage, demo, path)[0] for path in stage.folder.glob("day.flj.child-*"))
    assert CUT in codes and not set(codes) - {0, 1, CUT}, codes


def run(report, arguments):
    prefix, demo = f"/mosaik-{cosim.VERSION}/demo", os.path.abspath(arguments[2])
    for n_children in (0, 1, 4):
        report.case(f"{prefix}/{n_children}-children", park.try_case, like_alone, demo, n_children)
        report.case(f"{prefix}/{n_children}-children-tls", park.try_case, with_certificates, demo, n_children)
    report.case(f"{prefix}/recorded-again", park.try_case, recorded_again, demo)
    report.case(f"{prefix}/a-child-dies", park.try_case, a_child_dies, demo)


if __name__ == "__main__":
    cosim.main(run)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The port of aiomas' demo, with all its processes, under a real mosaik: the same table, however many they are.

    demo.py SOURCE FOLIOT MOSAIK-DEMO
"""
import os
import signal
import subprocess
import time
from pathlib import Path

import cosim
import park
from cosim import same


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


def like_alone(stage, demo, n_children, *options):
    child = cosim.Child([demo, "--children", str(n_children), *options])
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
    # This rule exceeds the limit in single steps, as aiomas' demo does.
    park.check_fed(fed, stage.alone("--set", "rule=demo", "--set", "expect=[]"))


def with_certificates(stage, demo, n_children):
    folder = str(stage.folder / "certificates")
    subprocess.run([park.FOLIOT, "certs", "new", folder, "--ca", str(stage.folder / "ca")], check=True, stdout=subprocess.DEVNULL)
    like_alone(stage, demo, n_children, "--tls", folder)


def a_child_dies(stage, demo):
    """mosaik is told, and nobody is left behind."""
    child = cosim.Child([demo, "--children", "2"])
    with cosim.quiet_world({"Turbines": {"python": "park:Turbines"}, "Agents": {"connect": f"127.0.0.1:{child.port}"}}) as world:
        park.compose(world, "set_data", None)
        processes = descendants(child.process.pid)
        os.kill(containers(processes)[0], signal.SIGKILL)
        try:
            world.run(until=park.DAY_S, print_progress=False)
        except Exception as error:
            world.messages.append(str(error))
        assert any("ERROR" in message or "reset" in message.lower() for message in world.messages), world.messages
    assert child.end()[0] != 0
    wait_for_end_of(processes)


def run(report, arguments):
    prefix, demo = f"/mosaik-{cosim.VERSION}/demo", arguments[2]
    for n_children in (0, 1, 4):
        report.case(f"{prefix}/{n_children}-children", park.try_case, like_alone, demo, n_children)
    report.case(f"{prefix}/4-children-tls", park.try_case, with_certificates, demo, 4)
    report.case(f"{prefix}/a-child-dies", park.try_case, a_child_dies, demo)


if __name__ == "__main__":
    cosim.main(run)

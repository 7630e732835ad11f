#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`foliot mosaik` in the middle of a step: a process of the run dies, mosaik goes away, a signal comes, it is killed itself. One sentence,
an exit code, results, a journal that can be played back, and nothing that goes on running.

    run-mosaik-ends.py FOLIOT SCENARIOS ASKER.json ASKER.so
"""
import json
import os
import re
import signal
import socket
import struct
import sys
import time

from mosaik_by_hand import Failure
from verb_kit import WIND, Park, check_same_results, main, make_room, read_text, replay, same

PROCESSES = ["--set", "transport=tcp", "--set", "processes=true"]
GRACE_S = 10  # for what the system ends


def is_alive(process):
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def list_below(process):
    """All processes that it has started, and those have."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == process:
            found += [int(entry), *list_below(int(entry))]
    return found


def find_part(park, container):
    """The process that has the container."""
    for process in list_below(park.process.pid):
        with open(f"/proc/{process}/cmdline", "rb") as file:
            words = file.read().split(b"\0")
        if container.encode() in words:
            return process
    raise AssertionError(f"nobody has {container}")


def await_request(park, process):
    """Until something has come to a process that does not read."""
    inodes = {os.readlink(f"/proc/{process}/fd/{fd}").strip("socket:[]") for fd in os.listdir(f"/proc/{process}/fd")}
    while park.process.poll() is None:
        with open("/proc/net/tcp", encoding="utf-8") as file:
            words = [line.split() for line in file.readlines()[1:]]
        if any(state != "0A" and int(queues.split(":")[1], 16) > 0 and inode in inodes for _, _, _, state, queues, _, _, _, _, inode, *_ in words):
            return
    raise AssertionError("it ended by itself")


def step_for(number):
    return ["step", [number * 900, {f"Agent_{k}": {"P": {f"W-0.wecs-{k}": power}} for k, power in enumerate(WIND[number])},
                     number * 900 + 899], {}]


def begin_processes(*options, stopped="park-1"):
    """In the middle of the second step, in which a process does not answer; and all that has been started."""
    park = Park(*PROCESSES, "--log-level", "critical", *options)
    park.create()
    park.step(0)
    part = find_part(park, stopped)
    below = list_below(park.process.pid)
    os.kill(part, signal.SIGSTOP)
    park.send([0, park.n_requests, step_for(1)])
    await_request(park, part)
    return park, part, below


def begin_blocked(*options):
    """In the middle of the second step, which waits for an answer of mosaik's."""
    park = Park(*options, "--log-level", "critical", feedback="set_data")
    park.create()
    park.step(0)
    park.send([0, park.n_requests, step_for(1)])
    same(park.receive()[2][0], "set_data")
    return park


def check_results(park, n_rows, complete=False):
    same(json.loads(read_text(park.out, "run.json"))["complete"], complete)
    same(len(read_text(park.out, "turbines.csv").splitlines()), 1 + n_rows)


def check_nothing_left(below):
    end = time.monotonic() + GRACE_S
    while any(map(is_alive, below)) and time.monotonic() < end:
        time.sleep(0.01)
    same([process for process in below if is_alive(process)], [])


def check_killed(code, complaints, container, signal_number=9):
    """It says who died, once, and of what."""
    same(code, 5)
    assert complaints.startswith(f"foliot: container {container}: at 0 s its process "), complaints
    assert f"was killed by signal {signal_number} (" in complaints, complaints
    assert complaints.count("foliot: ") == 1, complaints


def test_child_killed():
    """mosaik is told, and ends it."""
    park, part, below = begin_processes()
    os.kill(part, signal.SIGKILL)
    kind, _, content = park.receive()
    same(kind, 2)
    assert "container park-1" in content[1] and "was killed by signal 9 (KILL)" in content[1], content
    code, _, complaints = park.stop()
    check_killed(code, complaints, "park-1")
    check_results(park, 3)
    check_nothing_left(below)


def test_child_killed_hang_up():
    park, part, below = begin_processes()
    os.kill(part, signal.SIGKILL)
    park.receive()
    code, _, complaints = park.hang_up()
    check_killed(code, complaints, "park-1")
    check_results(park, 3)
    check_nothing_left(below)


def test_child_killed_between():
    """Between two steps: the next one tells."""
    park = Park(*PROCESSES, "--log-level", "critical")
    park.create()
    park.step(0)
    below = list_below(park.process.pid)
    os.kill(find_part(park, "park-2"), signal.SIGKILL)
    try:
        park.call(*step_for(1)[:1], *step_for(1)[1])
        raise AssertionError("the step was done")
    except Failure as failure:
        assert "park-2" in failure.text, failure.text
    code, _, complaints = park.stop()
    check_killed(code, complaints, "park-2")
    check_results(park, 3)
    check_nothing_left(below)


def test_gone_with_processes():
    park, _, below = begin_processes()
    code, _, complaints = park.hang_up()
    same((code, complaints), (5, "foliot: mosaik went away in the middle of the step at 900 s\n"))
    check_results(park, 3)
    check_nothing_left(below)


def test_signal_with_processes(number):
    park, _, below = begin_processes()
    park.process.send_signal(number)
    code, said, complaints = park.end()
    same((code, complaints), (0, ""))
    assert "after 1 steps of mosaik, in the middle of one" in said, said
    check_results(park, 3)
    check_nothing_left(below)


def test_killed_with_processes():
    """Nobody is left of a run that is killed itself."""
    park, _, below = begin_processes()
    park.process.kill()
    same(park.end()[0], -signal.SIGKILL)
    check_nothing_left(below)


def test_gone_recorded():
    journal = make_room() + ".flj"
    park = begin_blocked("--record", journal)
    same(park.hang_up()[::2], (5, "foliot: mosaik went away in the middle of the step at 900 s\n"))
    check_results(park, 6)
    out, done = replay(journal, "--quiet")
    same((done.returncode, done.stderr), (5, "foliot: mosaik went away in the middle of the step at 900 s\n"))
    check_same_results(park.out, out)


def test_signal_recorded(number):
    """It ends as it does by `stop`: well, and the recording does so, too."""
    journal = make_room() + ".flj"
    park = begin_blocked("--record", journal)
    park.process.send_signal(number)
    code, said, complaints = park.end()
    same((code, complaints), (0, ""))
    assert "in the middle of one, recorded" in said, said
    check_results(park, 6)
    out, done = replay(journal, "--quiet")
    same((done.returncode, done.stderr), (0, ""))
    same(done.stdout.splitlines()[-1], said.splitlines()[-1])
    check_same_results(park.out, out)
    _, done = replay(journal, "--set", "description=another")
    same((done.returncode, done.stdout.splitlines()[-1]), (0, said.splitlines()[-1]))
    assert "behind what they answer" in done.stderr, done.stderr


def test_signal_processes_recorded(number):
    """And so do those of its other processes."""
    journal = make_room() + ".flj"
    park = begin_blocked("--record", journal, *PROCESSES)
    below = list_below(park.process.pid)
    park.process.send_signal(number)
    code, _, complaints = park.end()
    same((code, complaints), (0, ""))
    check_nothing_left(below)
    out, done = replay(journal)
    same(done.returncode, 0)
    same(len(re.findall(r"^part park-\d: as recorded, digest", done.stderr, re.MULTILINE)), 3)
    check_same_results(park.out, out)


def test_stopped_recorded():
    """One that does not hear of it is ended after a while, and its recording with it."""
    journal = make_room() + ".flj"
    park, _, below = begin_processes("--record", journal)
    park.process.send_signal(signal.SIGTERM)
    same(park.end()[0], 0)
    check_nothing_left(below)
    _, done = replay(journal, "--quiet")
    same(done.returncode, 7)
    assert done.stderr.startswith("foliot: part park-1: ") and done.stderr.count("\n") == 1, done.stderr


def test_killed_recorded():
    """What there is of the recording is good, up to the step; it says where it ends."""
    journal = make_room() + ".flj"
    park = begin_blocked("--record", journal)
    park.process.kill()
    same(park.end()[0], -signal.SIGKILL)
    out, done = replay(journal, "--quiet")
    same(done.returncode, 7)
    assert f"{journal}: ends after record " in done.stderr and "it was cut off there" in done.stderr, done.stderr
    same(done.stderr.count("\n"), 1)
    same(json.loads(read_text(out, "run.json"))["complete"], False)
    assert len(read_text(out, "turbines.csv").splitlines()) in (4, 7)


def test_processes_recorded(end):
    """With all processes recorded: what ended in the middle of a step ends there again, by the same words."""
    journal = make_room() + ".flj"
    park, part, below = begin_processes("--record", journal)
    code, _, complaints = end(park, part)
    same(code, 5)
    check_nothing_left(below)
    out, done = replay(journal, "--quiet")
    same((done.returncode, done.stderr), (5, complaints))
    check_same_results(park.out, out)


def hang_up(park, part):
    return park.hang_up()


def kill_part(park, part):
    os.kill(part, signal.SIGKILL)
    same(park.receive()[0], 2)
    return park.stop()


def test_processes_killed_recorded():
    """The recordings of all processes are cut; what there is is played back."""
    journal = make_room() + ".flj"
    park, _, below = begin_processes("--record", journal)
    park.process.kill()
    same(park.end()[0], -signal.SIGKILL)
    check_nothing_left(below)
    out, done = replay(journal, "--quiet")
    same(done.returncode, 7)
    assert f"{journal}: ends after record " in done.stderr, done.stderr
    same(json.loads(read_text(out, "run.json"))["complete"], False)


def test_mosaik_killed():
    """mosaik is a process that dies: the system closes its connection, with what was on its way."""
    park = begin_blocked()
    park.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    code, _, complaints = park.hang_up()
    same((code, complaints), (5, "foliot: mosaik went away in the middle of the step at 900 s\n"))
    check_results(park, 6)


def test_half_a_message():
    """What comes of a message and then nothing."""
    park = begin_blocked()
    park.socket.sendall(b"\0\0\0\x20[1, ")
    code, _, complaints = park.hang_up()
    same(code, 5)
    same(complaints.count("\n"), 1)
    check_results(park, 6)


def with_files_of(kib):
    """No file becomes larger: what a full disk does, where nothing else is full."""
    return ["sh", "-c", f'ulimit -f {kib * 1024 // 512} && exec "$@"', "sh"]


def test_no_room_for_recording():
    """The run is done, with its results; what there is of the recording is good, though it does not even hold all of init."""
    journal = make_room() + ".flj"
    park = Park("--record", journal, prefix=with_files_of(150), note=300_000 * "x").day()
    code, _, complaints = park.stop()
    same((code, complaints.count("\n")), (4, 1))
    assert complaints.startswith(f"foliot: {journal}: ") and "File too large" in complaints, complaints
    check_results(park, 288, True)
    out, done = replay(journal, "--quiet")
    same(done.returncode, 7)
    assert "it was cut off there" in done.stderr, done.stderr
    # It was cut before the end of init, so there is no world.
    assert not os.path.exists(out)


def test_no_room_for_results():
    """The recording is whole: the results can be had from it."""
    journal = make_room() + ".flj"
    park = Park("--record", journal, prefix=with_files_of(90)).day()
    code, _, complaints = park.stop()
    same((code, complaints.count("\n")), (4, 1))
    assert "events.bin: cannot be written: File too large" in complaints, complaints
    assert not os.path.exists(os.path.join(park.out, "run.json"))
    out, done = replay(journal, "--quiet")
    same((done.returncode, len(read_text(out, "turbines.csv").splitlines())), (0, 289))


def test_no_place_for_results():
    for out in "/proc/nothing", f"{__file__}/out":
        park = Park("--out", out)
        park.create()
        park.step(0)
        code, _, complaints = park.stop()
        same((code, complaints.count("\n")), (4, 1))
        assert complaints.startswith(f"foliot: {out}: cannot be made: "), complaints


TESTS = [("child-killed", test_child_killed), ("child-killed/hang-up", test_child_killed_hang_up),
         ("child-killed/between-steps", test_child_killed_between), ("mosaik-gone/processes", test_gone_with_processes),
         ("mosaik-gone/recorded", test_gone_recorded),
         ("mosaik-gone/processes-recorded", test_processes_recorded, hang_up), ("child-killed/recorded", test_processes_recorded, kill_part),
         ("killed/processes-recorded", test_processes_killed_recorded), ("mosaik-gone/killed", test_mosaik_killed),
         ("mosaik-gone/half-a-message", test_half_a_message),
         ("term/processes", test_signal_with_processes, signal.SIGTERM), ("int/processes", test_signal_with_processes, signal.SIGINT),
         ("term/processes-recorded", test_signal_processes_recorded, signal.SIGTERM),
         ("int/processes-recorded", test_signal_processes_recorded, signal.SIGINT), ("term/stopped-recorded", test_stopped_recorded),
         ("term/recorded", test_signal_recorded, signal.SIGTERM), ("int/recorded", test_signal_recorded, signal.SIGINT),
         ("killed/processes", test_killed_with_processes), ("killed/recorded", test_killed_recorded),
         ("no-room/recording", test_no_room_for_recording), ("no-room/results", test_no_room_for_results),
         ("no-place/results", test_no_place_for_results)]

if __name__ == "__main__":
    sys.exit(main(TESTS))

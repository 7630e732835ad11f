#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`foliot helics` with a library in the place of HELICS (fake-helics.c), which fails, and hangs, where it is told to. The verb ends with
its own exit code and a sentence.

    run-helics-verb.py FOLIOT SCENARIOS ASKER.json ASKER.so FAKE_HELICS
"""
import json
import os
import signal
import subprocess
import sys
import time

from verb_kit import (DEADLINE_S, FOLIOT, PARK, SCENARIOS, check_alone, check_same_results, main, make_room, read_text, replay, run,
                      same, views)

LIBRARY = os.path.abspath(sys.argv[5])


def play(*options, code=0):
    """A run to its end; its folder, and what it said on standard error."""
    out = make_room()
    done = subprocess.run([FOLIOT, "helics", PARK, "--library", LIBRARY, "--out", out, "--quiet", *options], capture_output=True,
                          text=True, timeout=DEADLINE_S, check=False)
    same((done.returncode, done.stderr.count("\n")), (code, 1 if code else 0))
    return out, done.stderr


def start_waiting(at_s, *options):
    """One that has come as far as it does: it says that it waits at that time. And its folder."""
    out = make_room()
    process = subprocess.Popen([FOLIOT, "helics", PARK, "--library", LIBRARY, "--out", out, "--quiet", *options],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "FOLIOT_WATCH_SECONDS": "1"})
    while f" at {at_s * 10**9} ns. " not in (line := process.stderr.readline()):
        assert line, "ended by itself"
    return process, out


def interrupt(number, at_s, *options):
    process, out = start_waiting(at_s, *options)
    process.send_signal(number)
    _, said = process.communicate(timeout=DEADLINE_S)
    return out, process.returncode, [line for line in said.splitlines() if line and "waits for" not in line]


def is_complete(out):
    return json.loads(read_text(out, "run.json"))["complete"]


def n_rows(out):
    return len(read_text(out, "turbines.csv").splitlines()) - 1


def test_day():
    """With a library that behaves: a whole day, recorded and replayed without it."""
    journal = make_room() + ".flj"
    out, _ = play("--record", journal)
    same((is_complete(out), n_rows(out)), (True, 288))
    again, done = replay(journal, "--quiet")
    same((done.returncode, done.stderr), (0, ""))
    check_same_results(out, again)
    check_alone(journal, views(out))


def test_hangs_at_exit():
    out, _ = play("--core-init", "hang=exit")
    same((is_complete(out), n_rows(out)), (True, 288))


def test_hangs_in_leaving():
    """The run is done, and so are its results; that others may wait is said."""
    out, said = play("--core-init", "hang=leave", code=5)
    assert "the run is done, but its federate cannot leave" in said, said
    same((is_complete(out), n_rows(out)), (True, 288))


def test_hangs_in_leaving_failed():
    """What it failed of is what is told."""
    out, said = play("--core-init", "error=5000 hang=leave", code=5)
    assert "the grid has fallen over" in said, said
    same(is_complete(out), False)


def test_hangs_in_request(number):
    out, code, said = interrupt(number, 4500, "--core-init", "hang=request")
    same((code, len(said)), (130, 1))
    assert said[0].startswith("foliot: interrupted; the results up to here are in "), said
    same((is_complete(out), n_rows(out)), (False, 18))


def test_hangs_in_joining():
    out, code, said = interrupt(signal.SIGTERM, -1, "--core-init", "hang=join")
    same((code, len(said)), (130, 1))
    same(is_complete(out), False)


def test_interrupted_twice():
    """The second signal waits for nobody."""
    process, _ = start_waiting(-1, "--core-init", "hang=join")
    end = time.monotonic() + DEADLINE_S
    while process.poll() is None and time.monotonic() < end:
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    same(process.poll(), 130)
    process.communicate()


def test_federation_fails():
    out, said = play("--core-init", "error=5000", code=5)
    assert said.startswith("foliot: HELICS: the federation has failed, or was ended, before a time was granted to wind-park: "), said
    same((is_complete(out), n_rows(out)), (False, 18))


def test_federation_fails_recorded():
    """The recording has it: played back, the run fails there again, and leaves the same."""
    journal = make_room() + ".flj"
    out, said = play("--core-init", "error=5000", "--record", journal, code=5)
    again, done = replay(journal, "--quiet")
    same((done.returncode, done.stderr), (5, said))
    check_same_results(out, again)


def test_federation_ends():
    out, said = play("--core-init", "stop=5000", code=5)
    assert "the federation was ended at 4500 s, before 5400 s, for which the agents had asked" in said, said
    same((is_complete(out), n_rows(out)), (False, 18))


def test_no_broker():
    _, said = play("--broker", "nobody", code=5)
    assert "cannot join the federation at nobody over zmq; is a broker running there?" in said, said


def test_refused():
    for option, words in ("--core", "pigeon"), ("--set", 'cosim.helics.flags={"uninteruptible": true}'):
        _, said = play(option, words, code=2)
        assert "pigeon" in said or '"uninteruptible"' in said, said


def test_no_library():
    said = run("helics", PARK, "--library", "/nowhere/libhelics.so", "--quiet", "--out", make_room(), code=5)
    assert "looked for /nowhere/libhelics.so" in said and "pip install helics" in said and "--library" in said, said


def test_other_library():
    said = run("helics", PARK, "--library", "libm.so.6", "--quiet", "--out", make_room(), code=5)
    assert "has no function helicsGetVersion" in said, said


def test_no_section():
    said = run("helics", os.path.join(SCENARIOS, "ping-pong"), "--library", LIBRARY, "--quiet", "--out", make_room(), code=2)
    assert 'has no section "cosim"' in said, said


TESTS = [("day", test_day), ("hangs/exit", test_hangs_at_exit), ("hangs/leave", test_hangs_in_leaving),
         ("hangs/leave-failed", test_hangs_in_leaving_failed), ("hangs/request-term", test_hangs_in_request, signal.SIGTERM),
         ("hangs/request-int", test_hangs_in_request, signal.SIGINT), ("hangs/join", test_hangs_in_joining),
         ("hangs/two-signals", test_interrupted_twice), ("federation-fails", test_federation_fails),
         ("federation-fails/recorded", test_federation_fails_recorded), ("federation-ends", test_federation_ends),
         ("no-broker", test_no_broker), ("refused", test_refused), ("no-library", test_no_library),
         ("other-library", test_other_library), ("no-section", test_no_section)]

if __name__ == "__main__":
    sys.exit(main(TESTS))

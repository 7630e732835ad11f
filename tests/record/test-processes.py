#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs in several processes: each process recorded, and all of them played back in one, without any other.

    test-processes.py SOURCE FOLIOT MODULES CHANGED-MODULES GOOD-MODULES HELICS-LIBRARY JOURNAL-EDIT

A line of TAP for each thing that is shown. FOLIOT_TEST_KILLS says how often a recording run is killed. Without strace one line is
skipped, but with CI=true that is a failure.
"""
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

SOURCE, FOLIOT, MODULES, CHANGED, GOOD, HELICS, EDIT = (os.path.abspath(path) for path in sys.argv[1:8])
PARK = Path(SOURCE) / "scenarios/wind-park"
OFFICE = Path(SOURCE) / "tests/record/office"
KILLS = int(os.environ.get("FOLIOT_TEST_KILLS", "10"))
OK, FAILED, USAGE, DIFFERS, PEER, MISSING, DAMAGED, INTERRUPTED = 0, 1, 2, 3, 5, 6, 7, 130
PARK_PARTS = ["park-0", "park-1", "park-2"]


def foliot(*words, prefix=(), **more):
    return subprocess.run([str(word) for word in (*prefix, FOLIOT, *words)], capture_output=True, text=True, timeout=100, check=False,
                          **more)


def say(done):
    return f"exit {done.returncode}\n{done.stdout}{done.stderr}"


def want(done, code):
    assert done.returncode == code, say(done)
    return done


def park(journal, out, transport="tcp", *words):
    return want(foliot("run", PARK, "--set", f"transport={transport}", "--set", "processes=true", "--record", journal, "--out", out,
                       *words), OK)


def office(journal, out, *words):
    return want(foliot("run", OFFICE, "--modules", MODULES, "--record", journal, "--out", out, *words), OK)


def replay(journal, out, *words, **more):
    return foliot("replay", journal, "--out", out, *words, **more)


def parts(done):
    """{part: digest} of those that were as recorded."""
    return dict(re.findall(r"^part ([^:]*): as recorded(?:, up to [^,]*)?, digest (\w+): ", done.stderr, re.MULTILINE))


def get_end(journal):
    lines = foliot("show", journal, "--json").stdout.splitlines()
    return json.loads(lines[-1])


def part_of(journal, part):
    return Path(f"{journal}.{part}")


def check_same(one, other):
    names = {path.name for folder in (one, other) for path in folder.iterdir()} - {"machine.json"}
    for name in sorted(names):
        assert (one / name).exists() and (other / name).exists(), f"{name} is in one of them alone"
        assert (one / name).read_bytes() == (other / name).read_bytes(), f"{name} differs"


def first_words(text):
    """What it ended with; without what a replay says of itself."""
    return re.sub(r"^(part .*|\d+ entered.*|foliot: part .*)\n", "", text, flags=re.MULTILINE)


# ---- what is recorded, and comes again ----------------------------------------------------------------------------------


def same_table(folder, transport):
    """One table: one container, four of them, processes; live, recorded and replayed."""
    journal = folder / "run.flj"
    want(foliot("run", PARK / "one-container.json", "--out", folder / "one"), OK)
    want(foliot("run", PARK, "--out", folder / "four"), OK)
    live = park(journal, folder / "live", transport)
    again = want(replay(journal, folder / "again"), OK)
    assert live.stdout.splitlines()[-1] == again.stdout.splitlines()[-1] == "digest none", say(again)
    tables = {(folder / name / "turbines.csv").read_bytes() for name in ("one", "four", "live", "again")}
    assert len(tables) == 1 and tables.pop().count(b"\n") == 289
    check_same(folder / "live", folder / "again")
    assert json.loads((folder / "live/run.json").read_text())["fidelity"] == "recorded"
    digests = {part: get_end(part_of(journal, part))["name"] for part in PARK_PARTS}
    assert parts(again) == digests and len(set(digests.values())) == 3, say(again)


def alone(folder):
    """One part by itself, as under a debugger; it leaves the results of the run alone."""
    journal = folder / "run.flj"
    park(journal, folder / "live")
    done = want(foliot("replay", part_of(journal, "park-1"), cwd=folder), OK)
    assert done.stdout == f"digest {get_end(part_of(journal, 'park-1'))['name']}\n", say(done)
    assert not (folder / "results").exists()
    done = want(foliot("replay", part_of(journal, "park-1"), "--break", "30", cwd=folder), OK)
    assert "no debugger" in done.stderr, say(done)
    for path in (journal, part_of(journal, "park-1")):
        assert path.stat().st_mode & 0o777 == 0o600
        assert "--until: " in want(replay(path, folder / "until", "--until", "3600"), USAGE).stderr


def alone_in_the_world(folder):
    """No socket is made, no process started, nothing looked for in the folder of the sockets."""
    journal = folder / "run.flj"
    park(journal, folder / "live", "tls")
    done = replay(journal, folder / "traced",
                  # What looks for leaks cannot be traced.
                  prefix=["strace", "-E", "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0", "-f", "-e",
                          "trace=%network,%process,openat", "-o", folder / "trace"])
    want(done, OK)
    calls = [line for line in (folder / "trace").read_text().splitlines()
             if re.search(r"\b(socket|connect|bind|accept4?|clone3?|v?fork)\(|\.pem|/foliot-\w{6}/", line)]
    assert not calls, "\n".join(calls[:5])


def behind_helics(folder):
    """A master that sets the time of all of them, from a library."""
    journal = folder / "run.flj"
    want(foliot("helics", PARK, "--library", HELICS, "--set", "transport=tcp", "--set", "processes=true", "--record", journal, "--out",
                folder / "live"), OK)
    done = want(replay(journal, folder / "again"), OK)
    check_same(folder / "live", folder / "again")
    assert list(parts(done)) == PARK_PARTS, say(done)


def tables_of_agents(folder):
    """What agents of all processes wrote down; and the names of containers are those of files."""
    journal = folder / "run.flj"
    office(journal, folder / "live", "--record-bytes")
    assert part_of(journal, "down%20stairs").exists()
    done = want(replay(journal, folder / "again", "--modules", MODULES), OK)
    check_same(folder / "live", folder / "again")
    assert (folder / "again/work.csv").read_text().count("\n") == 11
    assert list(parts(done)) == ["upstairs", "down stairs"], say(done)
    done = want(replay(part_of(journal, "down%20stairs"), folder / "part", "--modules", MODULES), OK)
    assert (folder / "part/work.csv").read_text().count(",Bert,") == 5


# ---- what is wrong ------------------------------------------------------------------------------------------------------


def changed(folder):
    """One number in an agent of a child: the first message that comes of it is named with its part."""
    journal = folder / "run.flj"
    office(journal, folder / "live", "--record-bytes")
    done = want(replay(journal, folder / "again", "--modules", CHANGED), DIFFERS)
    assert "event by event all the same" in done.stderr, say(done)
    assert "foliot: part upstairs: the run differs from its recording: message " in done.stderr, say(done)
    assert list(parts(done)) == ["down stairs"], say(done)
    done = want(replay(part_of(journal, "upstairs"), folder / "part", "--modules", CHANGED), DIFFERS)
    assert "foliot: the run differs from its recording: message " in done.stderr, say(done)
    done = want(replay(journal, folder / "set", "--modules", MODULES, "--set", "rounds=4"), DIFFERS)
    assert "foliot: part upstairs: the run differs" in done.stderr, say(done)
    done = want(replay(journal, folder / "lenient", "--modules", CHANGED, "--lenient"), MISSING)
    assert "foliot: part upstairs: the recording " in done.stderr and " does not hold an answer to message " in done.stderr, say(done)


def missing(folder):
    """What is not there is said, even to who wants to hear nothing; what is damaged, or of another run, is named."""
    journal = folder / "run.flj"
    park(journal, folder / "live")
    part = part_of(journal, "park-1")
    whole = part.read_bytes()
    part.unlink()
    done = want(replay(journal, folder / "again", "--quiet"), OK)
    assert done.stderr == f"foliot: part park-1: {part} is missing: the agents in it were not run again\n", say(done)
    part.write_bytes(whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:])
    done = want(replay(journal, folder / "again"), DAMAGED)
    assert re.search(r"^foliot: part park-1: .*byte \d+", done.stderr, re.MULTILINE), say(done)
    assert list(parts(done)) == ["park-0", "park-2"], say(done)
    part.write_bytes(whole[:-100])
    assert "foliot: part park-1: " in want(replay(journal, folder / "again"), DAMAGED).stderr
    shutil.copy(part_of(journal, "park-2"), part)
    done = want(replay(journal, folder / "again"), DAMAGED)
    assert f"foliot: part park-1: {part} is of another recording" in done.stderr, say(done)
    park(folder / "other.flj", folder / "live")
    shutil.copy(part_of(folder / "other.flj", "park-1"), part)
    assert "is of another recording" in want(replay(journal, folder / "again"), DAMAGED).stderr


def altered_grant(folder):
    """What HELICS said names an input that there is not, and all checksums are good."""
    journal, altered = folder / "run.flj", folder / "altered.flj"
    want(foliot("helics", PARK, "--library", HELICS, "--record", journal, "--out", folder / "live"), OK)
    subprocess.run([EDIT, journal, altered, "Agent_1.", "Agent_9."], check=True, stdout=subprocess.DEVNULL)
    for words in ([], ["--lenient"]):
        done = want(replay(altered, folder / "again", *words), DIFFERS)
        assert "ended at 0 s" in done.stdout and "CRITICAL" not in done.stderr, say(done)


def replaced(folder):
    """A recording replaces the parts of the one before, and nothing else."""
    journal = folder / "run.flj"
    office(journal, folder / "live")
    park(journal, folder / "live")
    (folder / "run.flj.notes").write_text("mine")
    names = lambda: sorted(path.name for path in folder.glob("run.flj*"))
    assert names() == ["run.flj", "run.flj.notes", "run.flj.park-0", "run.flj.park-1", "run.flj.park-2"], names()
    office(folder / "run.flj.kept", folder / "kept")
    kept = ["run.flj.kept", *(path.name for path in folder.glob("run.flj.kept.*"))]
    assert len(kept) > 1
    park(journal, folder / "live", "tcp", "--set", "processes=false")
    assert names() == sorted(["run.flj", "run.flj.notes", *kept]), names()
    (folder / "run.flj.park-1").write_text("this is mine, and no journal at all, whatever it is called\n" * 9)
    before = journal.read_bytes()
    done = want(foliot("run", PARK, "--set", "transport=tcp", "--set", "processes=true", "--record", journal, "--out", folder / "no"), USAGE)
    assert "run.flj.park-1: there is something else than a journal, where container park-1 is to be recorded" in done.stderr, say(done)
    assert journal.read_bytes() == before


# ---- what ends early ----------------------------------------------------------------------------------------------------


def worker(folder, what, container="b"):
    """A scenario of which one container does this."""
    (folder / "scenario.json").write_text(json.dumps({
        "foliot": 1, "name": "p", "duration": 5, "module": "good", "transport": "tcp", "processes": True,
        "containers": [{"name": name} for name in "abc"],
        "agents": [{"name": "first", "type": "Worker", "container": "a"}, {"name": "third", "type": "Worker", "container": "c"},
                   {"name": "second", "type": "Worker", "container": container, "args": {"what": what}}],
        "outputs": [{"table": "seconds", "columns": ["i", "draw"]}]}))
    return ["run", folder, "--modules", GOOD, "--record", folder / "run.flj", "--out", folder / "live"]


def ends_early(folder, what, code):
    """A process that fails, or is killed: the same words, the same code, and what was written down."""
    live = want(foliot(*worker(folder, what)), code)
    done = want(replay(folder / "run.flj", folder / "again", "--modules", GOOD), code)
    assert first_words(live.stderr) == first_words(done.stderr) and "container b: at " in done.stderr, say(live) + say(done)
    assert list(parts(done)) == ["b", "c"], say(done)
    check_same(folder / "live", folder / "again")


def ended_at_once(folder):
    """A process that was ended before it recorded anything has left a file, or the beginning of one: the run is what it was."""
    live = want(foliot(*worker(folder, "kill")), PEER)
    part = part_of(folder / "run.flj", "b")
    whole = part.read_bytes()
    for size in 0, 7, 40:
        part.write_bytes(whole[:size])
        done = want(replay(folder / "run.flj", folder / "again", "--modules", GOOD), PEER)
        assert f"foliot: part b: its process was ended before anything was recorded in {part}\n" in done.stderr, say(done)
        assert first_words(live.stderr) == first_words(done.stderr) and list(parts(done)) == ["c"], say(live) + say(done)
        check_same(folder / "live", folder / "again")


def held(folder):
    """What ends it is the clock of the machine, which a replay does not have: it ends so all the same."""
    for container, code in (("a", FAILED), ("b", FAILED)):
        live = want(foliot(*worker(folder, "hold", container)), code)
        done = want(replay(folder / "run.flj", folder / "again", "--modules", GOOD), code)
        assert "time was held by “somebody who never lets go” for longer than its limit of 300 ms" in live.stderr, say(live)
        assert first_words(live.stderr) == first_words(done.stderr), say(live) + say(done)
        assert list(parts(done)) == ["b", "c"], say(done)
        check_same(folder / "live", folder / "again")


def interrupted(folder):
    """Ctrl-C, when one of them computes and does not answer."""
    sign = folder / "spins"
    os.mkfifo(sign)
    process = subprocess.Popen([FOLIOT, *map(str, worker(folder, "spin"))], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, "FOLIOT_TEST_SPINS": str(sign)})
    sign.read_bytes()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=100)
    assert process.returncode == INTERRUPTED
    done = want(replay(folder / "run.flj", folder / "again", "--modules", GOOD), INTERRUPTED)
    assert "interrupted here when it was recorded" in done.stderr and list(parts(done)) == ["b", "c"], say(done)
    check_same(folder / "live", folder / "again")


def killed(folder, whom):
    """At any moment: what was recorded up to there is played back, by each process."""
    moments = random.Random(1)
    for number in range(KILLS):
        journal = folder / f"{number}.flj"
        process = subprocess.Popen([FOLIOT, "run", PARK, "--set", "transport=tcp", "--set", "processes=true", "--record", journal, "--out",
                                    folder / "live", "--quiet"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            process.wait(moments.uniform(0.02, 0.6))
        except subprocess.TimeoutExpired:
            found = [] if whom == "all" else find_children(process.pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(moments.choice(found) if found else process.pid, signal.SIGKILL)
        words = process.communicate(timeout=100)[1]
        if not journal.exists() or journal.stat().st_size == 0:
            continue
        done = replay(journal, folder / "again", "--quiet")
        if process.returncode < 0:  # it may have been over
            assert done.returncode in ((DAMAGED, OK) if foliot("show", journal).returncode == OK else (DAMAGED,)), say(done)
        else:
            want(done, process.returncode)
            assert first_words(words) == first_words(done.stderr), words + say(done)


def find_children(process):
    """Foliot's own, which are not about to begin or over."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rsplit(")", 1)[1].split()
            if words[1] == str(process) and b"child" in (stat.parent / "cmdline").read_bytes():
                found.append(int(stat.parent.name))
        except (OSError, IndexError):
            continue
    return sorted(found)


def main():
    cases = [*((f"the wind park over {name}: one table, live and replayed", same_table, name) for name in ("tcp", "unix", "tls")),
             ("behind HELICS", behind_helics), ("a grant that was altered", altered_grant), ("one part alone", alone), ("what agents of all processes wrote down", tables_of_agents),
             ("a changed agent in a child", changed), ("parts that are missing, damaged, or of another run", missing),
             ("an earlier recording is replaced", replaced), ("a child that is killed by what it does", ends_early, "kill", PEER),
             ("a child that is killed at once", ended_at_once), ("an agent in a child that fails", ends_early, "fail in run", FAILED),
             ("one that waits for too long", held),
             ("one that fails when it starts", ends_early, "fail in init", FAILED), ("interrupted", interrupted),
             ("killed at any moment, all of them", killed, "all"), ("killed at any moment, one child", killed, "a child")]
    if shutil.which("strace") is not None:
        cases.append(("no socket, no process, no certificate", alone_in_the_world))
    bad = 0
    print(f"TAP version 13\n1..{len(cases) + (shutil.which('strace') is None)}")
    for number, (name, function, *words) in enumerate(cases, 1):
        with tempfile.TemporaryDirectory(prefix="foliot-") as folder:
            try:
                function(Path(folder), *words)
                print(f"ok {number} {name}", flush=True)
            except Exception:  # pylint: disable=broad-except
                bad += 1
                print(f"not ok {number} {name}", *traceback.format_exc().splitlines(), sep="\n# ", flush=True)
    if shutil.which("strace") is None:
        bad += os.environ.get("CI") == "true"
        print(f"{'not ok' if os.environ.get('CI') == 'true' else 'ok'} {len(cases) + 1} no socket, no process # SKIP strace is not installed")
    return bad > 0


sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A run with two real peers, one in C over TLS and one in Python over TCP: recorded, and played back when both have gone.

    test-record.py SOURCE FOLIOT MODULES JOURNAL-EDIT

A line of TAP for each thing that is shown. FOLIOT_TEST_KILLS says how often a recording run is killed. Without strace one line is
skipped, but with CI=true that is a failure.
"""
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from record_kit import Report

SOURCE, FOLIOT, MODULES, EDIT = sys.argv[1:5]
HERE = Path(SOURCE) / "tests/record"
ROUNDS = 40
KILLS = int(os.environ.get("FOLIOT_TEST_KILLS", "10"))
KILLS_AT_A_TIME = 4  # each waits for its moment
OK, DIFFERS, MISSING, DAMAGED = 0, 3, 6, 7


class Peers:
    """Both of them, until the end of the block."""

    def __init__(self, folder, delay_ms=0, answers=-1, encrypted=True):
        self.tls = folder / "certs/world"
        if not self.tls.exists():
            subprocess.run([FOLIOT, "certs", "new", self.tls, "--ca", folder / "certs/ca"], check=True, stdout=subprocess.DEVNULL)
        self.commands = [[sys.executable, HERE / "echo-peer.py", str(delay_ms), str(answers)],
                         [FOLIOT, "serve", "tcp://127.0.0.1:0", "--scenario", f"{SOURCE}/scenarios/interop",
                          *(("--tls", self.tls) if encrypted else ())]]

    def __enter__(self):
        self.processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in self.commands]
        self.urls = [process.stdout.readline().split()[1] for process in self.processes]
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
            process.wait()
            process.stdout.close()

    def settings(self, rounds=ROUNDS):
        values = {"python": f'"{self.urls[0]}"', "c": f'"{self.urls[1]}"', "tls": f'"{self.tls}"', "rounds": rounds, "looks_out": "true"}
        return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


def foliot(*words, **more):
    return subprocess.run([str(word) for word in (FOLIOT, *words)], capture_output=True, text=True, timeout=100, check=False, **more)


def run(peers, journal, out, *words):
    return foliot("run", HERE / "callers", "--modules", MODULES, *peers.settings(), "--record", journal, "--out", out, *words)


def replay(journal, out, *words, prefix=()):
    command = [*prefix, FOLIOT, "replay", journal, "--modules", MODULES, "--out", out, *words]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=100, check=False)


def say(done):
    return f"exit {done.returncode}\n{done.stdout}{done.stderr}"


def differing(one, other):
    names = {path.name for folder in (one, other) for path in folder.iterdir()} - {"machine.json"}
    return sorted(name for name in names
                  if not (one / name).exists() or not (other / name).exists() or (one / name).read_bytes() != (other / name).read_bytes())


def show_same(report, folder):
    """Recorded with its peers, replayed without: item 1 of what a recording must do."""
    with Peers(folder) as peers:
        live = run(peers, folder / "run.flj", folder / "live", "--record-bytes")
    report.line(live.returncode == OK and "events, recorded" in live.stdout, "a run with two peers is recorded", say(live))
    report.line((folder / "run.flj").stat().st_mode & 0o777 == 0o600, "the recording is its owner's alone")
    again = replay(folder / "run.flj", folder / "again")
    report.line(again.returncode == OK and live.stdout.split()[-1] == again.stdout.split()[-1], "the same digest without its peers", say(again))
    report.line(again.returncode == OK and not differing(folder / "live", folder / "again"), "the same results, byte for byte",
                ", ".join(differing(folder / "live", folder / "again")) if again.returncode == OK else "")
    if shutil.which("strace") is None:
        report.skip("a replay makes no socket", "strace is not installed")
        return
    traced = replay(folder / "run.flj", folder / "traced",
                    # What looks for leaks cannot be traced.
                    prefix=["strace", "-E", "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0", "-f", "-e",
                            "trace=%network", "-o", folder / "trace"])
    calls = [line for line in (folder / "trace").read_text().splitlines() if "(" in line and "+++" not in line]
    report.line(traced.returncode == OK and not calls, "a replay makes no socket", "\n".join(calls[:5]) or say(traced))


class Realtime:
    """`foliot run --realtime` of agents that sleep, ask, and are called."""

    def __init__(self, peers, folder, *words):
        self.journal, self.out, self.again = (folder / name for name in ("realtime.flj", "realtime", "realtime-again"))
        for old in (self.out, self.again):
            shutil.rmtree(old, ignore_errors=True)
        self.journal.unlink(missing_ok=True)
        self.process = subprocess.Popen([FOLIOT, "run", "--realtime", HERE / "callers/realtime.json", "--modules", MODULES, "--record",
                                         self.journal, "--out", self.out, "--set", f'echo="{peers.urls[0]}"', "--set",
                                         f'url="{peers.urls[1]}"', *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def await_journal(self, size):
        while self.process.poll() is None and not (self.journal.exists() and self.journal.stat().st_size > size):
            pass

    def end(self):
        said, complained = self.process.communicate(timeout=100)
        return subprocess.CompletedProcess(self.process.args, self.process.returncode, said, complained)

    def count(self, table):
        """Its rows."""
        return (self.out / f"{table}.csv").read_text().count("\n") - 1

    def play(self, report, live, code, name, *words):
        again = replay(self.journal, self.again, *words)
        same = again.returncode == code and live.stdout.split()[-1] == again.stdout.split()[-1]
        report.line(same and not differing(self.out, self.again), name, say(live) + say(again))


def show_realtime(report, folder):
    """Time is that of the machine: it enters too, and is played back with the rest."""
    with Peers(folder, encrypted=False) as peers:
        tenths, n_notes = 2, 0
        while n_notes < 20 and tenths < 1000:  # however slow the machine is: there is to be something to be heard
            tenths *= 2
            run_ = Realtime(peers, folder, "--record-bytes", "--set", f"duration={tenths / 10}")
            live = run_.end()
            n_notes = run_.count("notes")
        report.line(live.returncode == OK and "recorded" in live.stdout and run_.count("seconds") == 2 * tenths,
                    "a run in real time is recorded, to its end", say(live))
        run_.play(report, live, OK, "it is the same again")
        run_.play(report, live, OK, "and at the speed of real time", "--speed", "1")
        done = replay(run_.journal, run_.again, "--set", "description=another")
        report.line(done.returncode == OK and "0 entered behind as many events as recorded" in done.stderr
                    and (run_.again / "notes.csv").read_text().count("\n") > 10, "another build has other times, and hears the same", say(done))
        run_ = Realtime(peers, folder, "--until", "1 h")
        run_.await_journal(20000)
        run_.process.send_signal(signal.SIGINT)
        live = run_.end()
        report.line(live.returncode == 130, "one that is interrupted", say(live))
        run_.play(report, live, 130, "is interrupted again where it was")
        run_ = Realtime(peers, folder, "--until", "1 h")
        run_.await_journal(20000)
        run_.process.kill()
        run_.end()
        done = replay(run_.journal, run_.again)
        report.line(done.returncode == DAMAGED and "notes" in done.stdout, "one that is killed is good up to there", say(done))
    with Peers(folder, encrypted=False, answers=7) as peers:
        run_ = Realtime(peers, folder, "--until", "1 h")
        live = run_.end()
        report.line(live.returncode == 1 and "agent Asks: run failed" in live.stderr, "one that fails because its peer went", say(live))
        run_.play(report, live, 1, "fails again without any")


class Served:
    """`foliot serve --record`, and who calls it: this program, `foliot call`, and one who hangs up before he is answered."""

    def __init__(self, folder, *words):
        self.journal = folder / "served.flj"
        self.process = subprocess.Popen([FOLIOT, "serve", "tcp://127.0.0.1:0", "--scenario", f"{SOURCE}/scenarios/interop", "--record",
                                         self.journal, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().split()[1]

    def call(self, method, args):
        return foliot("call", self.url, method, args).stdout.strip()

    def say(self, *requests):
        """Returns what is answered."""
        host, port = self.url.removeprefix("tcp://").split("/")[0].split(":")
        with socket.create_connection((host, int(port))) as link:
            for request in requests:
                message = json.dumps(request).encode()
                link.sendall(struct.pack("!L", len(message)) + message)
            stream = link.makefile("rb")
            return [json.loads(stream.read(struct.unpack("!L", stream.read(4))[0])) for request in requests if request[2][0] != "agents/0/slow"]

    def end(self, number):
        self.process.send_signal(number)
        return self.process.communicate(timeout=100)[1]


def show_served(report, folder):
    for words in ((), ("--record-bytes",)):
        served = Served(folder, *words)
        said = [served.call("add", "[3, 4]"), served.call("slow", '[0.01, "late"]'),
                served.say([0, 0, ["agents/0/echo", [[1, None, "x"]], {}]], [0, 1, ["agents/0/slow", [3600, 1], {}]])]
        complained = served.end(signal.SIGTERM)
        report.line(served.process.returncode == OK and said == ["7", '"late"', [[1, 0, [1, None, "x"]]]] and "digest" in complained,
                    f"a scenario that is served is recorded {' '.join(words)}", f"{said}\n{complained}")
        again = replay(served.journal, folder / "served")
        report.line(again.returncode == OK and again.stdout.split()[-1] == complained.split()[-1], "it is the same with nobody there",
                    say(again) + complained)
    done = replay(served.journal, folder / "served", "--set", "description=another")
    report.line(done.returncode == OK and "behind what they answer" in done.stderr, "a changed program gives the same answers, in its own time",
                say(done))
    served = Served(folder)
    said = served.call("add", "[3, 4]")
    served.end(signal.SIGKILL)
    done = replay(served.journal, folder / "served")
    report.line(done.returncode == DAMAGED and "is good" in done.stderr and said == "7", "one that is killed is good up to its last answer",
                say(done))
    shown = foliot("show", "--json", served.journal)
    report.line("agents/0/add" in shown.stdout, "what was asked is there", say(shown))
    (folder / "mine").write_text("all my work")
    done = foliot("serve", "tcp://127.0.0.1:0", "--scenario", f"{SOURCE}/scenarios/interop", "--record", folder / "mine")
    report.line(done.returncode == 2 and "something else than a journal" in done.stderr and not done.stdout, "a file that is none is left alone",
                say(done))


def show_alone(report, folder):
    """An agent alone hears peers outside as it hears other agents; one with a container of its own is refused."""
    nodes = json.loads((folder / "live/run.json").read_text())["nodes"]
    done = foliot("replay", folder / "run.flj", "--only", "Plain", "--modules", MODULES)
    report.line(done.returncode == OK and f"digest {nodes['Plain']} Plain" in done.stdout, "an agent alone with what its peer said", say(done))
    done = foliot("replay", folder / "run.flj", "--only", "Secret", "--modules", MODULES)
    report.line(done.returncode == MISSING and "makes containers or transports" in done.stderr, "one with a container of its own is refused", say(done))


def show_killed(report, folder):
    """Killed at any moment: what there is replays to its last complete block, and says so."""
    moments = random.Random(1)
    with Peers(folder, delay_ms=1) as peers, ThreadPoolExecutor(KILLS_AT_A_TIME) as pool:
        kills = [pool.submit(kill, peers, folder / f"killed-{number}", moments.uniform(0.01, 0.5), number == 0) for number in range(KILLS)]
    said = [kill.result() for kill in kills if kill.result() is not None]
    report.line(said and not any(said), f"{len(said)} recordings that were killed replay as far as they go", "\n".join(filter(None, said)))


def kill(peers, folder, moment, patient):
    """None where the moment was before there was a recording, which a patient one waits for; else what is wrong with it."""
    journal = folder.with_suffix(".flj")
    process = subprocess.Popen([FOLIOT, "run", str(HERE / "callers"), "--modules", MODULES, *map(str, peers.settings(400)), "--record",
                                str(journal), "--out", str(folder), "--quiet"], stdout=subprocess.DEVNULL)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        while patient and process.poll() is None and not journal.exists():
            pass
        process.send_signal(signal.SIGKILL)
    process.wait()
    if not journal.exists():
        return None
    done = replay(journal, folder.with_suffix(".rest"))
    is_whole = process.returncode == 0 or foliot("show", journal).returncode == OK  # it may have been over
    says = is_whole or journal.stat().st_size == 0 or re.search(r"byte \d+|no journal|header", done.stderr)
    good = done.returncode == (OK if is_whole else DAMAGED) and says
    return "" if good else f"{folder.name}: {say(done)}"


def show_altered(report, folder):
    """One byte of what entered is another one: the file tells, or the first message that comes of it."""
    whole = (folder / "run.flj").read_bytes()
    at = whole.index(b'[1, 20, [') + 9
    (folder / "damaged.flj").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
    done = replay(folder / "damaged.flj", folder / "damaged")
    report.line(done.returncode == DAMAGED and re.search(r"record \d+.*byte \d+|byte \d+", done.stderr) is not None,
                "a byte that was flipped is named with its place", say(done))
    lenient = replay(folder / "damaged.flj", folder / "damaged", "--lenient")
    report.line(lenient.returncode in (OK, DIFFERS, MISSING) and "damaged" in lenient.stderr, "a lenient replay goes on behind it", say(lenient))
    subprocess.run([EDIT, folder / "run.flj", folder / "edited.flj", "20"], check=True, stdout=subprocess.DEVNULL)
    done = replay(folder / "edited.flj", folder / "edited")
    report.line(done.returncode in (DIFFERS, 1) and ("differs from its recording" in done.stderr), "with good checksums the run tells it", say(done))
    for name, content in (("empty", b""), ("text", b"not a journal, but long enough to be one of those\n" * 9)):
        (folder / name).write_bytes(content)
        done = replay(folder / name, folder / "none")
        report.line(done.returncode == DAMAGED and done.stderr.count("\n") == 1, f"what is no recording: {name}", say(done))


def show_changed(report, folder):
    """The program sends one request more."""
    done = replay(folder / "run.flj", folder / "changed", "--set", "extra=3")
    report.line(done.returncode == DIFFERS and "message 4 of port" in done.stderr and "at 3 s" in done.stderr,
                "one request more: strict names it with port, number and time", say(done))
    done = replay(folder / "run.flj", folder / "changed", "--set", "extra=3", "--lenient")
    answers = (folder / "changed/answers.csv").read_text().splitlines()[1:]
    rounds = [int(line.split(",")[2]) for line in answers if ",Plain," in line]
    report.line(done.returncode == MISSING and "does not hold an answer to message 4" in done.stderr and rounds == [1, 2],
                "causal anchors: no answer without its question", say(done) + "\n".join(answers))
    done = replay(folder / "run.flj", folder / "changed", "--set", "size=1")
    report.line(done.returncode == DIFFERS and "message" in done.stderr, "another message is named", say(done))
    done = replay(folder / "run.flj", folder / "changed", "--set", "looks_out=false")
    report.line(done.returncode == OK and done.stderr.splitlines()[-1].endswith("; the digest is another one than recorded"),
                "the same messages of other events: the last line says so", say(done))
    done = replay(folder / "run.flj", folder / "until", "--until", "3")
    report.line(done.returncode == OK and "ended at 2 s" in done.stdout, "a replay ends before --until", say(done))
    done = replay(folder / "run.flj", folder / "changed", "--break", "30")
    report.line(done.returncode == OK and "no debugger" in done.stderr, "--break without a debugger says so", say(done))


def await_rest(process):
    """Until it has its signal handlers and sleeps."""
    while process.poll() is None:
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if ":\t" in line)
        if int(status.get("SigCgt", "0"), 16) & 1 << (signal.SIGINT - 1) and status["State"].startswith("S"):
            return True
    return False


def show_paced(report, folder):
    """At the speed of real time; how long that takes is looked at with a clock of its own in tests/journal/test-pace.c."""
    again = replay(folder / "run.flj", folder / "paced", "--speed", "1e9")
    report.line(again.returncode == OK and not differing(folder / "live", folder / "paced"), "a paced replay is the same run", say(again))
    # An event in centuries: whatever ends it is the signal.
    for number in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen([FOLIOT, "replay", folder / "run.flj", "--modules", MODULES, "--out", folder / "rest", "--speed", "1e-9"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        rested = await_rest(process)
        process.send_signal(number)
        said, complained = process.communicate(timeout=100)
        report.line(rested and process.returncode == 130 and "interrupted; the results" in complained, f"{number.name} ends a pause at once",
                    f"exit {process.returncode}\n{said}{complained}")
    bad = [value for value in ("0", "-1", "nan", "inf", "1e999", "fast", "", "60x")
           for done in [replay(folder / "run.flj", folder / "bad", "--speed", value)]
           if done.returncode != 2 or "expected a number above 0" not in done.stderr]
    report.line(not bad, "a speed that is none is refused", ", ".join(bad))


def show_inside(report, folder):
    """Sockets between containers of one process: the file holds what arrived, and what is sent now has to be that."""
    journal, out = folder / "inside.flj", folder / "inside"
    for transport in "tcp", "unix", "tls":
        live = foliot("run", f"{SOURCE}/scenarios/wind-park", "--set", f"transport={transport}", "--record", journal, "--out", out)
        digest = live.stdout.split()[-1]
        done = foliot("replay", journal, "--set", "description=another", "--out", folder / "inside-again")
        report.line(done.returncode == OK and done.stdout.split()[-1] == digest and "turbines.csv" not in differing(out, folder / "inside-again"),
                    f"another scenario that does the same, over {transport}", say(live) + say(done))
        done = foliot("replay", journal, "--set", "max_windpark_feedin=3000", "--out", folder / "inside-again")
        report.line(done.returncode == DIFFERS and re.search(
            r"message 4 that arrives at port \d+ \(server 1 → park-0\) at 0 s \(event 66\) was sent as another one\n"
            r"  byte \d+\n  expected .*set_limit.*\n  actual   .*set_limit.*\n  behind event 66 at 0 s, wake of Controller\n", done.stderr),
                    f"the first message that is another one, over {transport}", say(done))
    done = foliot("replay", journal, "--set", "max_windpark_feedin=3000", "--lenient", "--out", folder / "inside-again")
    report.line(done.returncode == DIFFERS and done.stdout.split()[-1] == digest and "288 of them other than recorded" in done.stderr,
                "all of them, who hear what was recorded", say(done))


def main():
    report = Report()
    print("TAP version 13")
    with tempfile.TemporaryDirectory(prefix="foliot-") as name:
        folder = Path(name)
        show_same(report, folder)
        show_alone(report, folder)
        show_altered(report, folder)
        show_changed(report, folder)
        show_inside(report, folder)
        show_paced(report, folder)
        show_realtime(report, folder)
        show_served(report, folder)
        show_killed(report, folder)
    print(f"1..{report.n}")
    return report.bad > 0


sys.exit(main())

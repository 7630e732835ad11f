#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`foliot wire` with several conversations in one journal, and each side of whatever was recorded, played against a live other one.

    test-wires.py SOURCE FOLIOT MODULES

A line of TAP for each thing that is shown.
"""
import json
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from record_kit import Report

SOURCE, FOLIOT, MODULES = sys.argv[1:4]
HERE = Path(SOURCE) / "tests/record"
INTEROP = f"{SOURCE}/scenarios/interop"


class Process:
    """One that says where it listens, a line for each place."""

    def __init__(self, *command, n_places=1):
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.urls = [self.process.stdout.readline().split()[1] for _ in range(n_places)]
        self.places = [url.removeprefix("tcp://").split("/")[0] for url in self.urls]

    def end(self, number=None):
        if number is not None:
            self.process.send_signal(number)
        said, complained = self.process.communicate(timeout=100)
        return subprocess.CompletedProcess(self.process.args, self.process.returncode, said, complained)


class Caller:
    """One who speaks aiomas and knows nothing else."""

    def __init__(self, place):
        host, port = place.split(":")
        self.link = socket.create_connection((host, int(port)))
        self.stream = self.link.makefile("rb")

    def ask(self, number, *words):
        message = json.dumps([0, number, ["agents/0/echo", list(words), {}]]).encode()
        self.link.sendall(struct.pack("!L", len(message)) + message)
        return json.loads(self.stream.read(struct.unpack("!L", self.stream.read(4))[0]))

    def is_hung_up_on(self):
        try:
            return self.stream.read(1) == b""
        except ConnectionResetError:
            return True

    def hang_up(self):
        self.stream.close()
        self.link.close()


def foliot(*words):
    return subprocess.run([str(word) for word in (FOLIOT, *words)], capture_output=True, text=True, timeout=100, check=False)


def serve(*words):
    return Process(FOLIOT, "serve", "tcp://127.0.0.1:0", "--scenario", INTEROP, *words)


def wire(*words, n_places=1):
    return Process(FOLIOT, "wire", *words, n_places=n_places)


def say(done):
    return f"exit {done.returncode}\n{done.stdout}{done.stderr}"


def show_one(report, folder):
    """Without a word about it, one journal is one conversation."""
    server = serve()
    tap = wire("127.0.0.1:0", server.places[0], "--record", folder / "one.flj")
    first, second = Caller(tap.places[0]), None
    first.ask(0, 1)
    try:
        second = Caller(tap.places[0])
        refused = second.is_hung_up_on()
    except ConnectionRefusedError:
        refused = True
    first.hang_up()
    done = tap.end()
    report.line(refused and done.returncode == 0 and "left hung up; 2 messages" in done.stderr, "who comes second is hung up on", say(done))
    server.end(signal.SIGTERM)


def show_many(report, folder):
    server = serve()
    tap = wire("127.0.0.1:0", server.places[0], "--record", folder / "many.flj", "--keep", "--name-connect", "Interop")
    first, second = Caller(tap.places[0]), Caller(tap.places[0])
    answers = [first.ask(0, "a"), second.ask(0, "b"), first.ask(1, "c")]
    first.hang_up()
    answers.append(second.ask(1, "d"))
    third = Caller(tap.places[0])
    answers.append(third.ask(0, "e"))
    done = tap.end(signal.SIGINT)
    shown, texts = foliot("show", "--json", folder / "many.flj"), foliot("show", folder / "many.flj").stdout
    records = [json.loads(line) for line in shown.stdout.splitlines()]
    ports = {r["port_name"] for r in records if r["kind"] == "in"}
    report.line(done.returncode == 0 and [a[2] for a in answers] == list("abcde") and "ended by a signal; 10 messages" in done.stderr,
                "several conversations, side by side, until somebody ends it", f"{answers}\n{say(done)}")
    report.line(shown.returncode == 0 and ports == {"left 1", "left 2", "left 3", "Interop"}
                and [r["message"][1:] for r in records if r["kind"] == "in" and r["port_name"] == "left 2"]
                == [[0, ["agents/0/echo", ["b"], {}]], [1, ["agents/0/echo", ["d"], {}]]]
                and any(words.split()[1:] == ["left", "1", "Interop", "left", "2"] for words in texts.splitlines() if "time" in words),
                "each has its own column", f"{ports}\n{texts}")
    for name, n in (("left 1", 2), ("left 2", 2), ("left 3", 1)):
        played = foliot("wire", "--replay", folder / "many.flj", "--as", name, "--connect", server.places[0])
        report.line(played.returncode == 0 and played.stdout == f"{name}: {n} of {n} messages sent; Interop: {n} of {n} received, 0 differ\n",
                    f"{name} is played alone", say(played))
    played = foliot("wire", "--replay", folder / "many.flj", "--as", "Interop", "--listen", "127.0.0.1:0")
    report.line(played.returncode == 2 and "“Interop” has several conversations: say which (--conversation): 1 (with left 1), 2 (with left 2), "
                "3 (with left 3)" in played.stderr, "which of several conversations has to be said", say(played))
    played = foliot("wire", "--replay", folder / "many.flj", "--as", "left 2", "--conversation", "1", "--listen", "127.0.0.1:0")
    report.line(played.returncode == 2 and "there are: left 1, Interop" in played.stderr, "who is not in it is not played", say(played))
    played = foliot("wire", "--replay", folder / "many.flj", "--as", "Interop", "--conversation", "4", "--listen", "127.0.0.1:0")
    report.line(played.returncode == 2 and "it has 3 conversations, and no number 4" in played.stderr, "nor one that was not held", say(played))
    part = wire("--replay", folder / "many.flj", "--as", "Interop", "--conversation", "2", "--listen", "127.0.0.1:0")
    again = Caller(part.places[0])
    answers = [again.ask(0, "b"), again.ask(1, "d")]
    again.hang_up()
    done = part.end()
    report.line(done.returncode == 0 and [a[2] for a in answers] == ["b", "d"] and "left 2: 2 of 2 received, 0 differ" in done.stdout,
                "one conversation of whom all called is played", f"{answers}\n{say(done)}")
    server.end(signal.SIGTERM)


def show_pairs(report, folder):
    """As mosaik has it: one who connects to several."""
    servers = [serve(), serve()]
    tap = wire("127.0.0.1:0", servers[0].places[0], "127.0.0.1:0", servers[1].places[0], "--record", folder / "pairs.flj", "--connections", "2",
               "--name-listen", "mosaik", "--name-connect", "A", "--name-connect", "B", n_places=2)
    for place in (*tap.places, *tap.places):
        caller = Caller(place)
        caller.ask(0, place == tap.places[1])
        caller.hang_up()
    done = tap.end()
    report.line(done.returncode == 0 and "all 4 conversations have ended; 8 messages" in done.stderr, "two at each of two places, then it ends", say(done))
    tap = wire("127.0.0.1:0", servers[0].places[0], "127.0.0.1:0", servers[1].places[0], "--record", folder / "pairs.flj",
               "--name-listen", "mosaik", "--name-connect", "A", "--name-connect", "B", n_places=2)
    callers = [Caller(place) for place in tap.places]
    for number, caller in enumerate(callers):
        caller.ask(0, number)
    for caller in callers:
        caller.hang_up()
    done = tap.end()
    said = [foliot("wire", "--replay", folder / "pairs.flj", "--as", "mosaik", "--conversation", number, "--connect", servers[0].places[0])
            for number in (1, 2)]
    report.line(done.returncode == 0 and [s.stdout.split("; ")[-1] for s in said] == ["A: 1 of 1 received, 0 differ\n", "B: 1 of 1 received, 0 differ\n"],
                "one at each of two places", say(done) + say(said[0]) + say(said[1]))
    for server in servers:
        server.end(signal.SIGTERM)
    tap = wire("127.0.0.1:0", servers[0].places[0], "--record", folder / "pairs.flj", "--keep")
    told = [Caller(tap.places[0]).is_hung_up_on() for _ in range(2)]
    done = tap.end(signal.SIGTERM)
    report.line(told == [True, True] and done.returncode == 5 and done.stderr.count("nobody listens there") == 2,
                "who cannot be reached is told to each", say(done))


def show_served(report, folder):
    """Any journal that has the bytes: both sides of what was served."""
    for name, words in (("bare.flj", ()), ("served.flj", ("--record-bytes",))):
        server = serve("--record", folder / name, *words)
        for number in (3, 4):
            foliot("call", server.urls[0], "add", f"[{number}, 1]")
        server.end(signal.SIGTERM)
    server = serve()
    played = foliot("wire", "--replay", folder / "served.flj", "--as", "client 2", "--connect", server.places[0])
    report.line(played.returncode == 0 and played.stdout == "client 2: 2 of 2 messages sent; interop: 2 of 2 received, 0 differ\n",
                "who called is played against a live server", say(played))
    server.end(signal.SIGTERM)
    for number, sum_, code in ((3, "4", 3), (4, "5", 0)):
        part = wire("--replay", folder / "served.flj", "--as", "interop", "--conversation", "2", "--lenient", "--listen", "127.0.0.1:0")
        called = foliot("call", f"tcp://{part.places[0]}/0", "add", f"[{number}, 1]")
        done = part.end()
        report.line(called.stdout.strip() == "5" and done.returncode == code, f"who was served is played against a live caller of {number}",
                    say(called) + say(done))
    for name in ("client 1", "interop"):
        played = foliot("wire", "--replay", folder / "bare.flj", "--as", name, "--conversation", "1", "--listen", "127.0.0.1:0")
        report.line(played.returncode == 2 and "of 2 messages of interop to client 1 there is the hash alone" in played.stderr
                    and "foliot serve … --record FILE --record-bytes" in played.stderr, f"without bytes nobody is played: {name}", say(played))


def show_run(report, folder):
    """And of what was run: our own side against whoever answered it."""
    peer = Process(sys.executable, HERE / "echo-peer.py")
    other = serve()
    done = foliot("run", HERE / "callers/realtime.json", "--modules", MODULES, "--set", f'url="{other.urls[0]}"', "--set", f'echo="{peer.urls[0]}"',
                  "--set", "agents.0.args.pause=0.1", "--set", "agents.1.args.pause=0.1", "--record", folder / "run.flj", "--record-bytes", "--out", folder / "run")
    other.end(signal.SIGTERM)
    shown = foliot("show", "--json", folder / "run.flj").stdout
    records = [json.loads(line) for line in shown.splitlines()]
    ports = [r["port"] for r in records if r.get("what") == "port" and r["text"] == "link"]
    number = ports.index(next(r["port"] for r in records if r["kind"] == "out" and "agents/0/echo" in str(r["message"]))) + 1
    played = foliot("wire", "--replay", folder / "run.flj", "--as", "others", "--conversation", number, "--connect", peer.places[0])
    report.line(done.returncode == 0 and played.returncode == 0 and "0 differ" in played.stdout, "a run's own side is played against its peer",
                say(done) + say(played))
    peer.process.terminate()
    closed = foliot("run", f"{SOURCE}/scenarios/ping-pong", "--record", folder / "closed.flj", "--out", folder / "closed")
    played = foliot("wire", "--replay", folder / "closed.flj", "--as", "Ping", "--listen", "127.0.0.1:0")
    report.line(closed.returncode == 0 and played.returncode == 2 and "nobody in it speaks over a connection" in played.stderr,
                "a run without an outside has no side to play", say(closed) + say(played))


def show_complaints(report, folder):
    for words, why in ((("--connections", "0"), "expected a whole number, from 1"), (("--connections", "many"), "expected a whole number"),
                       (("--connections", "2", "--keep"), "--connections and --keep"), (("127.0.0.1:0",), "expected LISTEN CONNECT"),
                       (("--name-connect", "a", "--name-connect", "b"), "more names than places"),
                       (("127.0.0.1:0", "127.0.0.1:1", "--name-connect", "a", "--name-connect", "a"), "“a” twice"),
                       (("--conversation", "1"), "expected LISTEN CONNECT")):
        done = foliot("wire", "127.0.0.1:0", "127.0.0.1:1", "--record", folder / "none.flj", *words)
        report.line(done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1, f"refused: {' '.join(words)}", say(done))


def main():
    report = Report()
    print("TAP version 13")
    with tempfile.TemporaryDirectory(prefix="foliot-") as name:
        for show in (show_one, show_many, show_pairs, show_served, show_run, show_complaints):
            show(report, Path(name))
    print(f"1..{report.n}")
    return report.bad > 0


sys.exit(main())

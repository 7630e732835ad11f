#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Both systems against each other, as processes: one serves two interop agents, the other tries each of their methods.

    run-interop.py SOURCE FOLIOT INTEROP-CLIENT

A line of TAP for each transport, codec, direction and case. Both clients have the same cases. aiomas against itself comes first: it shows that what the cases
expect is what aiomas does. Without a real aiomas everything is skipped, but with CI=true that is a failure.
"""
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

CODECS = ("json", "msgpack", "blosc")
TRANSPORTS = ("tcp", "unix", "tls")
DEADLINE_S = 240


class Report:
    def __init__(self):
        self.n, self.bad = 0, 0

    def line(self, good, name, why=""):
        self.n += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.n} {name}", flush=True)
        for text in why.splitlines():
            print(f"# {text}", flush=True)


class Systems:
    """How each side is started: program and arguments, to which address and options are added."""

    def __init__(self, source, python, foliot, client):
        peers = source / "tests/peers"
        self.servers = {"aiomas": [python, peers / "interop_agent.py"],
                        "foliot": [foliot, "serve", "--scenario", source / "scenarios/interop"]}
        self.clients = {"aiomas": [python, peers / "interop_client.py"], "foliot": [client]}
        self.pairs = [("aiomas", "aiomas"), ("foliot", "aiomas"), ("aiomas", "foliot"), ("foliot", "foliot")]
        self.foliot = foliot


def find_python(source):
    """The Python that has aiomas, or why there is none."""
    found = subprocess.run([source / "tools/peers", "--find"], capture_output=True, text=True)
    return found.stdout.strip(), found.stderr.strip()


def addresses(transport, folder):
    if transport == "unix":
        return f"ipc://[{folder}/there]", f"ipc://[{folder}/here]"
    return "tcp://127.0.0.1:0", "tcp://127.0.0.1:0"


def make_certificates(systems, folder, name):
    """Folders of one CA; each is used by a server and a client, as both sides listen and connect."""
    subprocess.run([systems.foliot, "certs", "new", f"{folder}/{name}", "--ca", f"{folder}/ca"], check=True,
                   stdout=subprocess.DEVNULL)
    return f"{folder}/{name}"


def start_server(command):
    """The process, and its first agent's URL: None when it ended instead."""
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    word, _, url = server.stdout.readline().strip().partition(" ")
    return server, url if word == "READY" else None


def stop_server(server):
    server.send_signal(signal.SIGTERM)
    try:
        _, complaints = server.communicate(timeout=DEADLINE_S)
    except subprocess.TimeoutExpired:
        server.kill()
        return f"hangs after SIGTERM\n{server.communicate()[1]}"
    return "" if server.returncode == 0 else f"status {server.returncode}\n{complaints}"


def relay(report, prefix, client):
    """Passes the client's lines on; returns the names of its cases."""
    names = []
    for line in client.stdout.splitlines():
        good = line.startswith("ok ")
        if not good and not line.startswith("not ok "):
            print(f"# {line}")
            continue
        name, _, why = line.removeprefix("not ").removeprefix("ok ").partition(": ")
        names.append(name)
        report.line(good, f"{prefix}/{name}", why)
    return names


def play(report, systems, transport, codec, pair, folder):
    client, server = pair
    prefix = f"/interop/{transport}/{codec}/{client}-calls-{server}"
    there, here = addresses(transport, folder)
    options, theirs = ["--codec", codec], ["--codec", codec]
    if transport == "tls":
        options += ["--tls", make_certificates(systems, folder, "client")]
        theirs += ["--tls", make_certificates(systems, folder, "server")]
    journal = Path(folder) / "served.flj"
    if server == "foliot":
        theirs += ["--record", journal]
    process, url = start_server([*systems.servers[server], there, *theirs])
    names = []
    if url is None:
        report.line(False, f"{prefix}/ready", process.communicate()[1])
        return names
    try:
        done = subprocess.run([*systems.clients[client], url, here, *options], capture_output=True, text=True,
                              timeout=DEADLINE_S)
        names = relay(report, prefix, done)
        if not names or done.returncode not in (0, 1):
            report.line(False, f"{prefix}/client", f"status {done.returncode}\n{done.stderr}")
    except subprocess.TimeoutExpired:
        report.line(False, f"{prefix}/client", "hangs")
    complaint = stop_server(process)
    report.line(not complaint, f"{prefix}/server-ends", complaint)
    if server == "foliot":
        done = subprocess.run([systems.foliot, "replay", journal, "--out", f"{folder}/results"], capture_output=True, text=True, timeout=DEADLINE_S)
        report.line(done.returncode == 0, f"{prefix}/server-again", "" if done.returncode == 0 else done.stdout + done.stderr)
    return names


class Tool:
    """The command against an aiomas server: what it prints, and that the server lives on, whatever the command did to it."""

    def __init__(self, report, systems, folder):
        self.report, self.systems, self.folder = report, systems, folder

    def expect(self, name, code, words, *arguments):
        done = subprocess.run([self.systems.foliot, *arguments], capture_output=True, text=True, timeout=DEADLINE_S)
        printed = done.stdout + done.stderr
        good = done.returncode == code and words in printed
        self.report.line(good, f"/interop/tool/{name}", "" if good else f"status {done.returncode}\n{printed}")

    def serve(self, *options):
        return start_server([*self.systems.servers["aiomas"], "tcp://127.0.0.1:0", *options])

    def end(self, name, process):
        complaint = stop_server(process)
        self.report.line(not complaint, f"/interop/tool/{name}", complaint)

    def plain(self):
        process, url = self.serve()
        self.expect("describe", 0, ": InteropAgent, in a plain aiomas container", "describe", url)
        self.expect("describe-container", 1, "a plain aiomas container, which does not say", "describe", url[:-1])
        self.expect("describe-nobody", 5, "there is no agent “99” in that container", "describe", url[:-1] + "99")
        self.expect("date", 0, '["date", "2016-01-01T00:00:00+00:00"]\n', "call", url, "date")
        self.expect("agent", 0, '["proxy", "agents/0"]\n', "call", url, "me")
        self.expect("failure", 1, "ValueError: no wind\n", "call", url, "fail", '["no wind"]')
        self.expect("hidden", 1, '.hidden" is not exposed\n', "call", url, "hidden")
        self.expect("wrong-codec", 5, "the peer hung up without an answer", "call", url, "add", "--codec", "msgpack")
        self.expect("lives-on", 0, "7\n", "call", url, "add", "[3, 4]")
        self.end("ends", process)

    def tls(self):
        ours = make_certificates(self.systems, self.folder, "ours")
        with tempfile.TemporaryDirectory() as other:
            theirs = make_certificates(self.systems, other, "theirs")
            process, url = self.serve("--tls", ours)
            self.expect("tls", 0, "7\n", "call", url, "add", "[3, 4]", "--tls", ours)
            self.expect("tls-other-ca", 5, "certificate is not of", "call", url, "add", "[3, 4]", "--tls", theirs)
            self.expect("tls-plain-client", 5, url, "call", url, "add", "[3, 4]")
            self.expect("tls-lives-on", 0, "7\n", "call", url, "add", "[3, 4]", "--tls", ours)
            self.end("tls-ends", process)

    def refuse_clients(self):
        """The other way round: clients of aiomas whom Foliot cannot understand learn that at once, and it says so."""
        process, url = start_server([*self.systems.servers["foliot"], "tcp://127.0.0.1:0"])
        done = subprocess.run([*self.systems.clients["aiomas"], url, "tcp://127.0.0.1:0", "--codec", "msgpack"],
                              capture_output=True, text=True, timeout=DEADLINE_S)
        good = done.returncode == 1 and "ConnectionResetError" in done.stderr
        self.report.line(good, "/interop/tool/aiomas-of-wrong-codec", "" if good else done.stderr)
        self.expect("foliot-lives-on", 0, "7\n", "call", url, "add", "[3, 4]")
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=DEADLINE_S)
        good = process.returncode == 0 and "has it another codec than this end" in said
        self.report.line(good, "/interop/tool/foliot-says-whom-it-refused", "" if good else said)


def main():
    source = Path(sys.argv[1])
    foliot, client = sys.argv[2:]
    python, why = find_python(source)
    report = Report()
    if not python:
        if os.environ.get("CI") == "true":
            report.line(False, "/interop", why)
            print("1..1")
            return 1
        print(f"1..0 # SKIP {why}")
        return 0
    systems = Systems(source, python, foliot, client)
    cases = set()
    for pair in systems.pairs:
        for transport in TRANSPORTS:
            for codec in CODECS:
                with tempfile.TemporaryDirectory() as folder:
                    cases.add(tuple(play(report, systems, transport, codec, pair, folder)))
    report.line(len(cases) == 1, "/interop/all-try-the-same-cases")
    with tempfile.TemporaryDirectory() as folder:
        tool = Tool(report, systems, folder)
        tool.plain()
        tool.tls()
        tool.refuse_clients()
    print(f"1..{report.n}")
    return report.bad != 0


if __name__ == "__main__":
    sys.exit(main())

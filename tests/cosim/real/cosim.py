# SPDX-License-Identifier: MIT
"""What the tests with a real mosaik share: lines of TAP, free ports, children that end, and worlds that are quiet."""
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)

import mosaik  # noqa: E402
from loguru import logger  # noqa: E402

VERSION = mosaik.__version__
DEADLINE_S = 60
CASE_LIMIT_S = 240
# A fault of mosaik 3.6 and earlier, whose progress forgets the step that an ancestor is executing: with simulators in
# processes of their own it ends some runs. 3.7 has it no more.
OWN_FAULT = "cannot progress backwards"
N_REPEATS = 3
N_PORTS = 5


class Report:
    """Lines of TAP, and what mosaik did not manage by itself."""

    def __init__(self):
        self.n, self.bad, self.n_repeats, self.n_own_faults = 0, 0, 0, 0
        # What children print goes elsewhere.
        sys.stdout.flush()
        self.out = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)

    def line(self, good, name, why=""):
        self.n += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.n} {name}", file=self.out)
        for text in [] if good else why.splitlines():
            print(f"# {text}", file=self.out)

    def case(self, name, function, *arguments):
        """Tries the function, which raises or asserts; the faults that are mosaik's own are repeated, and counted."""
        for attempt in range(N_REPEATS + 1):
            try:
                with limited(CASE_LIMIT_S):
                    function(*arguments)
                return self.line(True, name)
            except (Exception, SystemExit) as error:
                if not is_own_fault(error):
                    return self.line(False, name, describe(error))
                self.n_repeats += 1
        self.line(False, f"{name} # TODO mosaik's own fault, {N_REPEATS + 1} times in a row")
        self.bad -= 1
        self.n_own_faults += 1

    def end(self):
        print(f"# mosaik {VERSION}; its own fault: seen {self.n_repeats} times, {self.n_own_faults} cases given up", file=self.out)
        print(f"1..{self.n}", file=self.out)
        return self.bad != 0


class Hangs(Exception):
    pass


@contextlib.contextmanager
def limited(seconds):
    """What takes longer raises Hangs, wherever it is."""
    def expire(number, frame):
        raise Hangs(f"still running after {seconds} s")

    old = signal.signal(signal.SIGALRM, expire)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)


def is_own_fault(error):
    """3.6 cannot count back; 3.7 now and then waits for ever, in its shutdown, for a process that has ended long since."""
    if isinstance(error, Hangs):
        return any(frame.name == "shutdown" and "/mosaik/" in frame.filename
                   for frame in traceback.extract_tb(error.__traceback__))
    return OWN_FAULT in str(error) and VERSION < "3.7"


def describe(error):
    return "".join(traceback.format_exception(error))[-3000:]


def same(seen, expected):
    if seen != expected:
        raise AssertionError(f"seen:     {seen!r:.1500}\nexpected: {expected!r:.1500}")


@contextlib.contextmanager
def quiet_world(sim_config, **options):
    """A world that prints nothing, and is shut down whatever happens. Its messages are in `world.messages`."""
    messages = []
    logger.remove()
    logger.enable("mosaik")
    logger.add(lambda message: messages.append(str(message)), format="{level}: {message}")
    world = mosaik.World(sim_config, skip_greetings=True, **options)
    world.messages = messages
    try:
        yield world
    finally:
        with contextlib.suppress(Exception):
            world.shutdown()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Child:
    """A simulator that listens: started as PROGRAM … --remote HOST:PORT."""

    def __init__(self, command, *options, env=None):
        for _ in range(N_PORTS):
            self.port = free_port()
            self.process = subprocess.Popen([*command, *options, "--remote", f"127.0.0.1:{self.port}"], stderr=subprocess.PIPE,
                                            text=True, env={**os.environ, **(env or {})})
            if self.comes_to_listen():
                return
            # Somebody else may have been given the port in between.
            said = self.end(kill=True)[1]
        raise AssertionError(f"{self.process.args} does not listen: {said}")

    def comes_to_listen(self):
        """Looks at the kernel's table of listeners: a connection to try it would be the only one that the simulator takes."""
        wanted = f"0100007F:{self.port:04X} 00000000:0000 0A"
        end = time.monotonic() + DEADLINE_S
        while self.process.poll() is None and time.monotonic() < end:
            with open("/proc/net/tcp") as table:
                if wanted in table.read():
                    return self.process.poll() is None
            time.sleep(0.005)
        return False

    def end(self, kill=False):
        """Its exit code, and what it said; killed if it does not end by itself."""
        if kill:
            self.process.kill()
        try:
            said = self.process.communicate(timeout=DEADLINE_S)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            said = "hangs: killed\n" + self.process.communicate()[1]
        return self.process.returncode, "".join(line for line in said.splitlines(True) if "listening at port" not in line)


class Delays:
    """Between two ends of a connection: each piece of bytes waits a random time, both ways. Give mosaik `port`."""

    def __init__(self, port, longest_s, seed):
        self.target, self.longest, self.random = port, longest_s, random.Random(seed)
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        near, _ = self.door.accept()
        self.door.close()
        far = socket.create_connection(("127.0.0.1", self.target))
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self.pass_on, args=(far, near), daemon=True).start()
        self.pass_on(near, far)

    def pass_on(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                time.sleep(self.random.uniform(0, self.longest))
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


def main(run):
    """Runs `run (report, arguments)`, and ends the program as TAP wants it."""
    report = Report()
    run(report, sys.argv[1:])
    sys.exit(report.end())

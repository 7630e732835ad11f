# SPDX-License-Identifier: MIT
"""What the tests with a real HELICS share: lines of TAP, a broker at a free port, and its library."""
import contextlib
import glob
import os
import socket
import subprocess
import sys
import threading
import traceback

import helics as h

LIBRARY = glob.glob(os.path.join(os.path.dirname(h.__file__), "install", "lib*", "libhelics.so"))[0]
DEADLINE_S = 60
# On a loaded machine a core now and then gives up a broker that is there and listens.
OWN_FAULT = "nable to connect to broker"
N_REPEATS = 3


def free_ports(n):
    """The first of `n` ports in a row that nobody has, below those that systems give to whoever asks for any."""
    for first in range(20000 + os.getpid() % 1000 * 10, 32768 - n, n):
        with contextlib.ExitStack() as stack:
            try:
                for k in range(n):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", first + k))
            except OSError:
                continue
            return first
    raise AssertionError("no free ports")


def make_broker(n_federates, core):
    """A broker that listens, and its address; another one may have been quicker to take a port."""
    for _ in range(10):
        port = free_ports(10)
        made = h.helicsCreateBroker(core, "", f"--federates={n_federates} --localport={port} --loglevel=no_print")
        if h.helicsBrokerIsConnected(made):
            return made, f"tcp://127.0.0.1:{port}"
        h.helicsBrokerFree(made)
    raise AssertionError("no broker")


class Broker:
    """Its address, and its end."""

    def __init__(self, n_federates, core):
        self.made, self.address = make_broker(n_federates, core)
        self.is_over = False
        self.lock = threading.Lock()

    def end(self):
        with self.lock:
            if not self.is_over:
                h.helicsBrokerDisconnect(self.made)
            self.is_over = True


@contextlib.contextmanager
def broker(n_federates, core="zmq"):
    made = Broker(n_federates, core)
    try:
        yield made
    finally:
        made.end()
        h.helicsBrokerFree(made.made)


@contextlib.contextmanager
def beside(process, made):
    """What a federate of this process does beside `process`. A federation has no limit on how long it waits for who never joins: when
    `process` fails, or neither of them comes on, its broker ends, and what `process` said is told."""
    is_over = threading.Event()
    threading.Thread(target=end_if_it_fails, args=(process, made, is_over), daemon=True).start()
    try:
        yield
    except Exception as error:
        code = process.poll()
        process.kill()
        if code:
            raise AssertionError(f"the federate beside it ended with {code}: {process.stderr.read()}") from None
        raise AssertionError(f"{error}; the federate beside it said: {process.stderr.read()}") from error
    finally:
        is_over.set()


def end_if_it_fails(process, made, is_over):
    try:
        code = process.wait(DEADLINE_S)
    except subprocess.TimeoutExpired:
        code = None
    if code != 0 and not is_over.is_set():
        made.end()


def federate(name, address, core="zmq"):
    """One that is granted the times that it asks for, and no others."""
    info = h.helicsCreateFederateInfo()
    h.helicsFederateInfoSetCoreTypeFromString(info, core)
    h.helicsFederateInfoSetBroker(info, address)
    h.helicsFederateInfoSetCoreInitString(info, "--loglevel=no_print")
    h.helicsFederateInfoSetFlagOption(info, h.HELICS_FLAG_UNINTERRUPTIBLE, True)
    return h.helicsCreateCombinationFederate(name, info)


class Report:
    """TAP on standard output; what the library itself prints there goes to standard error."""

    def __init__(self):
        self.n, self.bad, self.n_repeats = 0, 0, 0
        self.tap = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)

    def line(self, text):
        print(text, file=self.tap, flush=True)

    def case(self, name, function, *arguments):
        self.n += 1
        for _ in range(N_REPEATS + 1):
            why = ""
            try:
                function(*arguments)
            except Exception:
                why = traceback.format_exc()[-3000:]
            if OWN_FAULT not in why:
                break
            self.n_repeats += 1
        self.bad += why != ""
        self.line(f"{'not ok' if why else 'ok'} {self.n} {name}")
        for text in why.splitlines():
            self.line(f"# {text}")

    def end(self):
        self.line(f"# HELICS {h.helicsGetVersion()}; its own fault: seen {self.n_repeats} times\n1..{self.n}")
        return self.bad != 0


def same(seen, expected):
    if seen != expected:
        raise AssertionError(f"seen:     {seen!r:.1500}\nexpected: {expected!r:.1500}")


def main(run):
    report = Report()
    run(report, sys.argv[1:])
    sys.exit(report.end())

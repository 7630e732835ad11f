# SPDX-License-Identifier: MIT
"""What the tests with a real HELICS share: lines of TAP, a broker at a free port, and its library."""
import contextlib
import glob
import os
import socket
import sys
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


@contextlib.contextmanager
def broker(n_federates, core="zmq"):
    """Its address."""
    made, address = make_broker(n_federates, core)
    try:
        yield address
    finally:
        h.helicsBrokerDisconnect(made)
        h.helicsBrokerFree(made)


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

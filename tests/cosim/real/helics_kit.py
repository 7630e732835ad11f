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


def free_ports(n):
    """The first of `n` ports in a row that nobody has: a broker takes its own and the next."""
    for _ in range(1000):
        with socket.socket() as probe, contextlib.ExitStack() as stack:
            probe.bind(("127.0.0.1", 0))
            first = probe.getsockname()[1]
            try:
                for k in range(1, n):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", first + k))
            except (OSError, OverflowError):
                continue
            return first
    raise AssertionError("no free ports")


@contextlib.contextmanager
def broker(n_federates, core="zmq"):
    """Its address."""
    port = free_ports(4)
    made = h.helicsCreateBroker(core, "", f"--federates={n_federates} --localport={port} --loglevel=no_print")
    try:
        yield f"tcp://127.0.0.1:{port}"
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
    def __init__(self):
        self.n, self.bad = 0, 0

    def case(self, name, function, *arguments):
        self.n += 1
        why = ""
        try:
            function(*arguments)
        except Exception:
            why = traceback.format_exc()[-3000:]
            self.bad += 1
        print(f"{'not ok' if why else 'ok'} {self.n} {name}", flush=True)
        for text in why.splitlines():
            print(f"# {text}", flush=True)

    def end(self):
        print(f"# HELICS {h.helicsGetVersion()}\n1..{self.n}", flush=True)
        return self.bad != 0


def same(seen, expected):
    if seen != expected:
        raise AssertionError(f"seen:     {seen!r:.1500}\nexpected: {expected!r:.1500}")


def main(run):
    report = Report()
    run(report, sys.argv[1:])
    sys.exit(report.end())

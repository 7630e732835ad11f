# SPDX-License-Identifier: MIT
"""A federate of ours, helics-echo, in a real federation: every type there and back, units, messages, and what goes wrong."""
import math
import subprocess

import helics as h
from helics_kit import DEADLINE_S, LIBRARY, beside, broker, federate, main, same

VALUES = {  # type → what is published at each time
    "double": [0.1, -0.0, 1e300],
    "int": [2**53 + 1, -(2**63), 0],
    "boolean": [True, False, True],
    "string": ["", "é 😀 \" \\", "a\nb"],
    "complex": [1.5 - 2.25j, 0.1j, 1e-300 + 0j],
    "vector": [[1.0, 2.5], [], [0.1] * 100],
}
DATA_TYPES = {"double": h.HELICS_DATA_TYPE_DOUBLE, "int": h.HELICS_DATA_TYPE_INT, "boolean": h.HELICS_DATA_TYPE_BOOLEAN,
              "string": h.HELICS_DATA_TYPE_STRING, "complex": h.HELICS_DATA_TYPE_COMPLEX,
              "vector": h.HELICS_DATA_TYPE_VECTOR}
PUBLISH = {"double": h.helicsPublicationPublishDouble, "int": h.helicsPublicationPublishInteger,
           "boolean": h.helicsPublicationPublishBoolean, "string": h.helicsPublicationPublishString,
           "complex": lambda p, v: h.helicsPublicationPublishComplex(p, v.real, v.imag),
           "vector": h.helicsPublicationPublishVector}
READ = {"double": h.helicsInputGetDouble, "int": h.helicsInputGetInteger, "boolean": h.helicsInputGetBoolean,
        "string": h.helicsInputGetString, "complex": h.helicsInputGetComplex, "vector": h.helicsInputGetVector}


def start(echo, *arguments):
    return subprocess.Popen([echo, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process):
    out, err = process.communicate(timeout=DEADLINE_S)
    return process.returncode, out, err


def every_type(echo):
    with broker(2) as made:
        process = start(echo, LIBRARY, made.address, 3)
        with beside(process, made):
            exchange(made.address)
        code, out, err = end(process)
        same((code, err, len(out.splitlines())), (0, "", 4))
        assert f'"in.double": {VALUES["double"][0] * 1000.0}' in out.replace("'", '"'), out


def exchange(address):
    """Three times: each type there and back, and a message."""
    fed = federate("peer", address)
    publications = {name: h.helicsFederateRegisterGlobalPublication(fed, f"source.{name}", DATA_TYPES[name],
                                                                    "MW" if name == "double" else "")
                    for name in VALUES}
    inputs = {name: h.helicsFederateRegisterSubscription(fed, f"out.{name}", "") for name in VALUES}
    endpoint = h.helicsFederateRegisterGlobalEndpoint(fed, "peer", "")
    h.helicsFederateEnterExecutingMode(fed)
    for t in range(3):
        for name, values in VALUES.items():
            PUBLISH[name](publications[name], values[t])
        h.helicsEndpointSendBytesTo(endpoint, f"hello {t}", "echo")
        h.helicsFederateRequestTime(fed, t + 1.0)
        for name, values in VALUES.items():
            expected = values[t] * 1000.0 if name == "double" else values[t]
            same((t, name, READ[name](inputs[name])), (t, name, expected))
        same(h.helicsEndpointHasMessage(endpoint), True)
        same(h.helicsMessageGetString(h.helicsEndpointGetMessage(endpoint)), f"hello {t}")
    h.helicsFederateDisconnect(fed)


def no_broker(echo):
    code, out, err = end(start(echo, LIBRARY, "tcp://127.0.0.1:1", 1, "--networkretries=1 --networktimeout=1s"))
    same((code, out), (1, ""))
    assert err.startswith("HELICS: cannot join the federation at tcp://127.0.0.1:1 over zmq; is a broker running there?:"), err
    same(err.count("\n"), 1)


def publish_double(address, unit):
    fed = federate("peer", address)
    h.helicsFederateRegisterGlobalPublication(fed, "source.double", h.HELICS_DATA_TYPE_DOUBLE, unit)
    return fed


def other_units(echo):
    with broker(2) as made:
        process = start(echo, LIBRARY, made.address, 1)
        with beside(process, made):
            fed = publish_double(made.address, "m")
            try:
                h.helicsFederateEnterExecutingMode(fed)
            except h.HelicsException:
                pass
        code, out, err = end(process)
        same((code, out), (1, ""))
        assert "m is not convertible to kW" in err, err
        same(err.count("\n"), 1)


def global_error(echo):
    with broker(2) as made:
        process = start(echo, LIBRARY, made.address, 3)
        with beside(process, made):
            fed = publish_double(made.address, "kW")
            h.helicsFederateEnterExecutingMode(fed)
            h.helicsFederateGlobalError(fed, 7, "the grid has fallen over")
        code, out, err = end(process)
    same((code, err.count("\n")), (1, 1))
    assert "the grid has fallen over" in err or "the federation has failed, or was ended" in err, err


def run(report, arguments):
    echo = arguments[0]
    report.case("/helics/every-type", every_type, echo)
    report.case("/helics/other-units", other_units, echo)
    report.case("/helics/global-error", global_error, echo)
    report.case("/helics/no-broker", no_broker, echo)


main(run)

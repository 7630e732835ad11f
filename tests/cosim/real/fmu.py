#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The wind park as an FMU, validated and driven by FMPy, for both versions of FMI.

    fmu.py SOURCE FOLIOT

A line of TAP for each case.
"""
import contextlib
import csv
import ctypes
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

SOURCE, FOLIOT = Path(sys.argv[1]), Path(sys.argv[2])
STEP = 900.0
RATED = {"Agent_0": 2000.0, "Agent_1": 2000.0, "Agent_2": 5000.0}


def foliot(*args, code=0):
    done = subprocess.run([FOLIOT, *map(str, args)], capture_output=True, text=True)
    assert done.returncode == code, f"foliot {args}: exit code {done.returncode}: {done.stderr}"
    return done.stdout + done.stderr


def read_power():
    """Available power of each turbine, by time, as the scenario scales it."""
    with open(SOURCE / "scenarios/wind-park/wind-park.csv") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    return [(float(row["time_s"]), {f"Agent_{n}": float(row[f"wecs_{n}"]) * RATED[f"Agent_{n}"] for n in range(3)})
            for row in rows]


def run_alone(folder, *settings):
    """Limits by time and turbine, of the same scenario without a master."""
    foliot("run", SOURCE / "scenarios/wind-park", "--out", folder / "alone", "--quiet",
           *(word for setting in settings for word in ("--set", setting)))
    with open(folder / "alone/turbines.csv") as file:
        return {(float(row["time_s"]), row["turbine"]): float(row["P_max"]) for row in csv.DictReader(file)}


class Unit:
    """An FMU, unpacked, and one instance of it at a time."""

    def __init__(self, path):
        import fmpy
        self.fmpy = fmpy
        self.folder = fmpy.extract(str(path))
        self.description = fmpy.read_model_description(self.folder)
        self.refs = {variable.name: variable.valueReference for variable in self.description.modelVariables}
        self.said = []
        self.is_3 = self.description.fmiVersion.startswith("3")

    def open(self, token=None):
        from fmpy.fmi2 import FMU2Slave
        from fmpy.fmi3 import FMU3Slave
        kind = FMU3Slave if self.is_3 else FMU2Slave
        self.unit = kind(guid=token or self.description.guid or self.description.instantiationToken,
                         unzipDirectory=self.folder, instanceName="park",
                         modelIdentifier=self.description.coSimulation.modelIdentifier)
        if self.is_3:
            self.unit.instantiate(logMessage=lambda env, status, category, message: self.said.append(message.decode()))
        else:
            self.unit.instantiate(loggingOn=True, callbacks=self.make_callbacks())

    def make_callbacks(self):
        from fmpy import fmi2
        self.kept = fmi2.fmi2CallbackFunctions()
        # The logger is variadic; the message is the first of what follows.
        logger = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, *[ctypes.c_char_p] * 3)
        self.logger = logger(lambda env, name, status, category, form, text: self.said.append(text.decode()))
        self.kept.logger = ctypes.cast(self.logger, fmi2.fmi2CallbackLoggerTYPE)
        self.kept.allocateMemory = fmi2.fmi2CallbackAllocateMemoryTYPE(fmi2.calloc)
        self.kept.freeMemory = fmi2.fmi2CallbackFreeMemoryTYPE(fmi2.free)
        return self.kept

    def set(self, name, value):
        (self.unit.setFloat64 if self.is_3 else self.unit.setReal)([self.refs[name]], [value])

    def get(self, name):
        return (self.unit.getFloat64 if self.is_3 else self.unit.getReal)([self.refs[name]])[0]

    def set_text(self, name, value):
        self.unit.setString([self.refs[name]], [value])

    def begin(self, start=0.0):
        if self.is_3:
            self.unit.enterInitializationMode(startTime=start)
        else:
            self.unit.setupExperiment(startTime=start)
            self.unit.enterInitializationMode()
        self.unit.exitInitializationMode()

    def step(self, time, step=STEP):
        self.unit.doStep(currentCommunicationPoint=time, communicationStepSize=step)

    def end(self):
        self.unit.terminate()
        self.unit.freeInstance()

    def close(self):
        shutil.rmtree(self.folder)


def drive(unit, power):
    """A day: the inputs of a time, a step, the limits that were handed out at that time."""
    limits = {}
    for time, by_turbine in power:
        for turbine, kw in by_turbine.items():
            unit.set(f"{turbine}.P", kw)
        unit.step(time)
        for turbine in by_turbine:
            limits[time, turbine] = unit.get(f"{turbine}.P_max")
    return limits


class Cases:
    def __init__(self, folder, version):
        self.folder, self.version = folder, version
        self.fmu = folder / f"park-{version}.fmu"
        self.power = read_power()
        foliot("fmu", SOURCE / "scenarios/wind-park", "-o", self.fmu, "--fmi", version)

    def case_valid(self):
        """FMPy finds nothing wrong with it."""
        from fmpy.validation import validate_fmu
        assert validate_fmu(str(self.fmu)) == []

    def case_same_bytes(self):
        """The same scenario gives the same file."""
        again = self.folder / "again.fmu"
        foliot("fmu", SOURCE / "scenarios/wind-park", "-o", again, "--fmi", self.version)
        assert again.read_bytes() == self.fmu.read_bytes()

    def case_day(self):
        """A day gives the limits of a run without a master, to the bit; a second one after a reset, too."""
        alone, unit = run_alone(self.folder), Unit(self.fmu)
        unit.open()
        unit.begin()
        assert drive(unit, self.power) == alone
        unit.unit.reset()
        unit.begin()
        assert drive(unit, self.power) == alone
        unit.end()
        unit.close()

    def case_simulate(self):
        """FMPy's own loop."""
        import fmpy
        import numpy
        names = [f"{turbine}.P" for turbine in RATED]
        rows = [(time, *(kw[turbine] for turbine in RATED)) for time, kw in self.power]
        signals = numpy.array(rows, dtype=[("time", float)] + [(name, float) for name in names])
        with contextlib.redirect_stdout(sys.stderr):  # it warns that no voltage is given
            result = fmpy.simulate_fmu(str(self.fmu), start_time=0, stop_time=len(rows) * STEP, step_size=STEP,
                                       output_interval=STEP, input=signals, output=["Agent_0.P_max", "Agent_2.P_max"])
        alone = run_alone(self.folder)
        for row in list(result)[1:]:
            assert row["Agent_2.P_max"] == alone[row["time"] - STEP, "Agent_2"], row

    def case_parameters(self):
        """A parameter of the scenario is one of the FMU."""
        alone, unit = run_alone(self.folder, "max_windpark_feedin=5000.5", "rule=share"), Unit(self.fmu)
        unit.open()
        unit.set("max_windpark_feedin", 5000.5)
        unit.set_text("rule", "share")
        unit.begin()
        assert drive(unit, self.power) == alone
        assert unit.get("max_windpark_feedin") == 5000.5
        unit.end()
        unit.close()

    def case_two_at_once(self):
        """Two files, and two instances of one, in one process, with the library that lies in the file."""
        first, second, third = Unit(self.fmu), Unit(self.fmu), Unit(self.fmu)
        for unit in (first, second, third):
            unit.open()
            unit.begin()
        limits = [drive(unit, self.power[:8]) for unit in (first, second, third)]
        assert limits[0] == limits[1] == limits[2]
        loaded = [line.split()[5] for line in open("/proc/self/maps") if "libfoliot-1.so" in line]
        assert loaded and all("binaries/" in path for path in loaded), loaded
        for unit in (first, second, third):
            unit.end()
            unit.close()

    def case_refusals(self):
        """Each mistake of a master is answered with a sentence."""
        unit = Unit(self.fmu)
        self.expect(unit, "export it again", lambda: unit.open(token="another"))
        unit.open()
        self.expect(unit, 'the rule "share" or "demo", not "maybe"', lambda: (unit.set_text("rule", "maybe"), unit.begin()))
        unit.unit.reset()
        unit.begin()
        self.expect(unit, "it is set before the initialization mode", lambda: unit.set("max_windpark_feedin", 1.0))
        self.expect(unit, "is an output", lambda: unit.set("Agent_0.P_max", 1.0))
        self.expect(unit, "expected a finite number", lambda: unit.set("Agent_0.P", float("nan")))
        self.expect(unit, "expected one forward from 0 s", lambda: unit.step(1800.0))
        self.expect(unit, "expected one forward from 0 s", lambda: unit.step(0.0, -1.0))
        unit.step(0.0)
        self.expect(unit, "expected one forward from 900 s", lambda: unit.step(0.0))
        unit.step(STEP)
        unit.end()
        unit.close()

    @staticmethod
    def expect(unit, sentence, call):
        unit.said.clear()
        try:
            call()
        except Exception:
            pass
        assert any(sentence in said for said in unit.said), (sentence, unit.said)

    def case_sockets(self):
        """What needs sockets cannot be an FMU; the file that was there stays."""
        before = self.fmu.read_bytes()
        said = foliot("fmu", SOURCE / "scenarios/wind-park", "-o", self.fmu, "--fmi", self.version, "--set",
                      "transport=tcp", code=2)
        assert 'cannot be an FMU: its containers need sockets' in said, said
        said = foliot("fmu", SOURCE / "scenarios/ping-pong", "-o", self.fmu, code=2)
        assert 'its section "cosim" names no model' in said, said
        assert self.fmu.read_bytes() == before


def main():
    number = bad = 0
    with tempfile.TemporaryDirectory() as name:
        for version in (2, 3):
            cases = Cases(Path(name), version)
            for case in [case for case in vars(Cases) if case.startswith("case_")]:
                number += 1
                why = ""
                try:
                    getattr(cases, case)()
                except Exception:
                    why = traceback.format_exc()
                    bad += 1
                print(f"{'not ok' if why else 'ok'} {number} /fmu/fmi-{version}/{case[5:].replace('_', '-')}", flush=True)
                for line in why.splitlines():
                    print(f"# {line}", flush=True)
    print(f"1..{number}")
    return bad > 0


sys.exit(main())

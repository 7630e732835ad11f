# SPDX-License-Identifier: MIT
"""The shipped grid: its voltages are those that power-grid-model's own Python finds, and a run is the same twice on this machine.

    grid_example.py FOLIOT SCENARIOS
"""
import csv
import glob
import json
import os
import subprocess
import sys
import tempfile

import numpy
import power_grid_model
from power_grid_model.utils import json_deserialize

NODES = [3, 4, 5]


def find_library():
    folder = os.path.join(os.path.dirname(power_grid_model.__file__), "_core", "power_grid_model_c")
    return glob.glob(os.path.join(folder, "lib*", "libpower_grid_model_c.so"))[0]


def solve(network, feeds_kw):
    model = power_grid_model.PowerGridModel(json_deserialize(json.dumps(network)))
    model.update(update_data={"sym_gen": {"id": numpy.array([50, 51, 52], dtype=numpy.int32),
                                          "p_specified": numpy.array([1000.0 * feed for feed in feeds_kw])}})
    return dict(zip(range(1, 6), model.calculate_power_flow(error_tolerance=1e-10)["node"]["u_pu"]))


def main(foliot, scenarios):
    scenario, out = os.path.join(scenarios, "grid"), tempfile.mkdtemp(prefix="foliot-grid-")
    environment = {**os.environ, "POWER_GRID_MODEL_LIBRARY": find_library()}
    ran = subprocess.run([foliot, "run", scenario, "--check", "--quiet", "--out", out], capture_output=True, text=True, env=environment)
    print(f"1..3\n{'ok' if ran.returncode == 0 else 'not ok'} 1 /grid/twice # {ran.stderr.strip()}")
    with open(os.path.join(scenario, "scenario.json")) as file:
        network = json.load(file)["agents"][2]["args"]["network"]
    with open(os.path.join(out, "turbines.csv")) as file:
        rows = list(csv.DictReader(file))
    worst = 0.0
    for first in range(0, len(rows), 3):
        step = rows[first:first + 3]
        found = solve(network, [float(row["P_feed"]) for row in step])
        worst = max([worst, *(abs(found[node] - float(row["vm_pu"])) for node, row in zip(NODES, step))])
    print(f"{'ok' if len(rows) == 288 and worst < 1e-9 else 'not ok'} 2 /grid/voltages # {len(rows)} rows, worst {worst}")
    missing = subprocess.run([foliot, "run", scenario, "--quiet", "--out", out], capture_output=True, text=True,
                             env={**environment, "POWER_GRID_MODEL_LIBRARY": "/nowhere.so"})
    good = missing.returncode == 1 and "power-grid-model cannot be loaded" in missing.stderr and missing.stderr.count("\n") == 1
    print(f"{'ok' if good else 'not ok'} 3 /grid/no-library # {missing.stderr.strip()}")
    return 0 if ran.returncode == 0 and len(rows) == 288 and worst < 1e-9 and good else 1


sys.exit(main(*sys.argv[1:]))

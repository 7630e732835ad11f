#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A day of the wind park on a real power grid: its turbines feed into pandapower's CIGRE medium-voltage network, and the
voltages there come back to Foliot's agents.

    with-grid.py [OPTION…]        the options are those of foliot mosaik: --record day.flj --out results/day
"""
import csv
import pathlib
import shlex
import sys

import mosaik
import mosaik_api_v3
import pandapower
import pandapower.networks

PARK = pathlib.Path(__file__).resolve().parent
RATED_KW = [2000, 2000, 5000]
BUSES = [12, 13, 14]


class Turbines(mosaik_api_v3.Simulator):
    """The wind: what each turbine could feed in (P), and what it does, with its limit of the step before (P_feed)."""

    def __init__(self):
        attributes = ["P", "P_feed", "P_max"]
        super().__init__({"api_version": "3.0", "type": "time-based", "models": {
            "WECS": {"public": True, "params": ["P_rated"], "attrs": attributes}}})

    def init(self, sid, time_resolution=1.0):
        with open(PARK / "wind-park.csv") as file:
            self.series = list(csv.DictReader(line for line in file if not line.startswith("#")))
        self.rated = []
        return self.meta

    def create(self, num, model, P_rated):
        self.rated += num * [P_rated]
        return [{"eid": f"wecs-{len(self.rated) - num + i}", "type": model} for i in range(num)]

    def step(self, time, inputs, max_advance):
        self.values = {}
        for i, rated in enumerate(self.rated):
            power = float(self.series[time // 900][f"wecs_{i}"]) * rated
            limits = [limit for limit in inputs.get(f"wecs-{i}", {}).get("P_max", {}).values() if limit is not None]
            self.values[f"wecs-{i}"] = {"P": power, "P_feed": min([power, *limits])}
        return time + 900

    def get_data(self, outputs):
        return self.values


class Grid(mosaik_api_v3.Simulator):
    """A bus of the network with a generator at it: takes its power in kW, gives the voltage there."""

    def __init__(self):
        super().__init__({"api_version": "3.0", "type": "time-based", "models": {
            "Bus": {"public": True, "params": ["bus"], "attrs": ["P", "vm_pu"]}}})

    def init(self, sid, time_resolution=1.0):
        self.net = pandapower.networks.create_cigre_network_mv()
        self.buses = {}
        return self.meta

    def create(self, num, model, bus):
        self.buses[f"bus-{bus}"] = (bus, pandapower.create_sgen(self.net, bus, p_mw=0.0))
        return [{"eid": f"bus-{bus}", "type": model}]

    def step(self, time, inputs, max_advance):
        for eid, values in inputs.items():
            self.net.sgen.at[self.buses[eid][1], "p_mw"] = sum(values["P"].values()) / 1000
        pandapower.runpp(self.net, numba=False)
        return time + 900

    def get_data(self, outputs):
        return {eid: {"vm_pu": float(self.net.res_bus.at[bus, "vm_pu"])} for eid, (bus, _) in self.buses.items()}


def main(options):
    command = shlex.join(["foliot", "mosaik", str(PARK), *options]) + " %(addr)s"
    world = mosaik.World({"Turbines": {"python": "__main__:Turbines"}, "Grid": {"python": "__main__:Grid"},
                          "Agents": {"cmd": command, "posix": True}})
    turbines, grid = world.start("Turbines"), world.start("Grid")
    agents = world.start("Agents", start_date="2016-01-01T00:00:00+01:00", feedback="output",
                         controller_config={"max_windpark_feedin": 7000, "check_interval": 900})
    for rated, number in zip(RATED_KW, BUSES):
        turbine, bus = turbines.WECS(P_rated=rated), grid.Bus(bus=number)
        agent = agents.WecsAgent(P_rated=rated)
        world.connect(turbine, agent, "P")
        world.connect(turbine, bus, ("P_feed", "P"))
        world.connect(bus, agent, "vm_pu")
        world.connect(agent, turbine, "P_max", time_shifted=True, initial_data={"P_max": rated})
    world.run(until=24 * 3600)


if __name__ == "__main__":
    main(sys.argv[1:])

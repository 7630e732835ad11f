#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The peers' own speed, in the lines of `foliot bench`: SimPy's M/M/1 and hold, aiomas' calls over its local queue, and over
TCP from one process to another.

Run by tools/bench-peers, which installs the peers into a folder of its own.
"""
import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers"))


def report(name, seconds, n, unit):
    print(f"{name}\t{seconds / n * 1e9:.0f}\tns/{unit}\t-\t-", flush=True)


def simpy_mm1(n_customers):
    import simpy

    env = simpy.Environment()
    store = simpy.Store(env)
    draw = random.Random(1).expovariate

    def arrive():
        for _ in range(n_customers):
            yield env.timeout(draw(0.9))
            yield store.put(env.now)

    def serve():
        for _ in range(n_customers):
            yield store.get()
            yield env.timeout(draw(1.0))

    env.process(arrive())
    env.process(serve())
    start = time.process_time()
    env.run()
    report("simpy-mm1", time.process_time() - start, n_customers, "customer")


def simpy_hold(n_processes, n_events):
    import simpy

    env = simpy.Environment()
    draw = random.Random(1).expovariate
    left = [n_events]

    def hold():
        while left[0] > 0:
            left[0] -= 1
            yield env.timeout(draw(1.0))

    for _ in range(n_processes):
        env.process(hold())
    start = time.process_time()
    env.run()
    report(f"simpy-hold {n_processes}", time.process_time() - start, n_events, "event")


def aiomas_local(codec_name, n_calls, in_flight):
    import aiomas_on_new_python  # noqa: F401  (must come first)
    import aiomas

    class Server:
        router = aiomas.rpc.Service()

        @aiomas.expose
        def add(self, a, b):
            return a + b

    async def run(loop):
        codec = getattr(aiomas, codec_name)
        queue = aiomas.get_queue(f"{codec_name}-{in_flight}")
        server = await aiomas.rpc.start_server(queue, Server(), loop=loop, codec=codec)
        client = await aiomas.rpc.open_connection(queue, loop=loop, codec=codec)
        start = time.process_time()
        for _ in range(n_calls // in_flight):
            await asyncio.gather(*[client.remote.add(3, 4) for _ in range(in_flight)])
        seconds = time.process_time() - start
        await client.close()
        server.close()
        return seconds

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    report(f"aiomas-{codec_name.lower()} {in_flight}", loop.run_until_complete(run(loop)), n_calls, "call")


def aiomas_tcp(codec_name, n_calls, in_flight):
    """The other end is the agent of the interop tests. What counts is the clock on the wall, at its best of three."""
    import interop_agent

    peers = Path(interop_agent.__file__).parent
    codec = {"JSON": "json", "MsgPack": "msgpack", "MsgPackBlosc": "blosc"}[codec_name]
    server = subprocess.Popen([sys.executable, peers / "interop_agent.py", "tcp://127.0.0.1:0", "--codec", codec],
                              stdout=subprocess.PIPE, text=True)
    url = server.stdout.readline().split()[1]

    async def run(_, loop):
        container = await interop_agent.listen("tcp://127.0.0.1:0", codec, None, loop)
        agent = await container.connect(url)
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            for _ in range(n_calls // in_flight):
                await asyncio.gather(*[agent.add(3, 4) for _ in range(in_flight)])
            best = min(best, time.perf_counter() - start)
        await container.shutdown(as_coro=True)
        return best

    report(f"aiomas-tcp-{codec} {in_flight}", interop_agent.run(run, None), n_calls, "call")
    server.terminate()
    server.wait()


def main():
    simpy_mm1(50000)
    simpy_hold(10000, 200000)
    for codec in ("JSON", "MsgPack", "MsgPackBlosc"):
        for in_flight in (1, 100):
            aiomas_local(codec, 5000, in_flight)
            aiomas_tcp(codec, 5000, in_flight)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a test under the Python of a real peer, or skips it, loudly: with CI=true that is a failure.

    with-peer.py SOURCE PEER SCRIPT ARGUMENTS…

mosaik37 may always be skipped: it needs a Python that Debian 12 has not.
"""
import os
import subprocess
import sys


def main():
    source, peer, *command = sys.argv[1:]
    found = subprocess.run([os.path.join(source, "tools/peers"), "--find", peer], capture_output=True, text=True)
    if found.returncode == 0:
        python = found.stdout.strip()
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "FOLIOT_PEER": peer}
        environment.pop("LD_LIBRARY_PATH", None)  # would come before the library that an FMU brings
        os.execve(python, [python, *command], environment)
    name = os.path.basename(command[0])
    if os.environ.get("CI") == "true" and peer != "mosaik37":
        print(f"1..1\nnot ok 1 {name}: {found.stderr.strip()}, and nothing may be skipped here")
        return 1
    print(f"1..1\nok 1 {name} # SKIP {found.stderr.strip()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

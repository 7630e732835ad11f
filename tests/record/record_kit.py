# SPDX-License-Identifier: MIT
"""What the tests of recordings share: lines of TAP."""
import os


class Report:
    """What was shown, a line each; with CI=true nothing may be skipped."""

    def __init__(self):
        self.n, self.bad = 0, 0

    def line(self, good, name, why=""):
        self.n += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.n} {name}", flush=True)
        for text in ("" if good else why).splitlines():
            print(f"# {text}", flush=True)

    def skip(self, name, why):
        self.line(os.environ.get("CI") != "true", f"{name} # SKIP {why}", why)

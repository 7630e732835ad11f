#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints src/kernel/foliot-random-tables.h: the constants of the ziggurat and of the Poisson sampler.

The ziggurat (Marsaglia & Tsang 2000) covers the area under a falling density f by 256 layers of equal area V. Layer 0 is
the base strip with the tail beyond R; layer i >= 1 is the rectangle [0, X[i]] x [f(X[i]), f(X[i+1])], X[1] = R and
X[256] = 0. R is the number for which the layers close exactly at f(0) = 1; it is solved for here, in decimal arithmetic
with 40 digits, so that no constant is taken on trust and no machine's libm takes part. Every entry is rounded once.

Usage: make-ziggurat-tables.py            prints the header
       make-ziggurat-tables.py --check F  exits with 1 when F differs from it
"""

import sys
from decimal import Decimal, getcontext
from functools import lru_cache

getcontext().prec = 40
EPSILON = Decimal(10) ** -36

LAYERS = 256
MANTISSA = 2**53
N_LOG_FACTORIALS = 16


@lru_cache(maxsize=None)
def pi():
    """Machin's formula: pi = 16 atan(1/5) - 4 atan(1/239)."""

    def atan_inverse(n):
        total = term = Decimal(1) / n
        k, sign = 1, 1
        while abs(term) > EPSILON / 1000:
            term /= n * n
            k, sign = k + 2, -sign
            total += sign * term / k
        return total

    return 16 * atan_inverse(5) - 4 * atan_inverse(239)


def normal_tail(x):
    """The integral of exp(-t^2/2) from x to infinity: sqrt(pi/2) - exp(-x^2/2) * sum of x^(2k+1) / (2k+1)!!."""
    total = term = x
    k = 1
    while term > EPSILON / 1000:
        k += 2
        term *= x * x / k
        total += term
    return (pi() / 2).sqrt() - (-x * x / 2).exp() * total


class Exponential:
    name, text, guess = "exponential", "exp (-x)", ("7.6", "7.8")
    density = staticmethod(lambda x: (-x).exp())
    inverse = staticmethod(lambda y: -y.ln())
    tail = staticmethod(lambda x: (-x).exp())


class Normal:
    name, text, guess = "normal", "exp (-x²/2)", ("3.6", "3.7")
    density = staticmethod(lambda x: (-x * x / 2).exp())
    inverse = staticmethod(lambda y: (-2 * y.ln()).sqrt())
    tail = staticmethod(normal_tail)


def layers(curve, r):
    """Stacks the layers from r up. Returns the corners X, and how far the topmost is from f(0) = 1 (too high: > 0)."""
    area = r * curve.density(r) + curve.tail(r)
    corners = [area / curve.density(r), r]
    while len(corners) < LAYERS:
        x = corners[-1]
        y = area / x + curve.density(x)
        if y >= 1:
            return corners, Decimal(LAYERS - len(corners)) + y
        corners.append(curve.inverse(y))
    return corners + [Decimal(0)], area / corners[-1] + curve.density(corners[-1]) - 1


def solve(curve):
    """Bisection: a larger r makes the layers thinner, so the stack ends lower."""
    low, high = map(Decimal, curve.guess)
    while high - low > EPSILON:
        middle = (low + high) / 2
        if layers(curve, middle)[1] > 0:
            low = middle
        else:
            high = middle
    corners, _ = layers(curve, high)
    assert len(corners) == LAYERS + 1
    return high, corners


def print_array(out, kind, name, texts, per_line):
    out.append(f"static const {kind} {name}[{len(texts)}] = {{")
    for i in range(0, len(texts), per_line):
        out.append("  " + ", ".join(texts[i : i + per_line]) + ",")
    out += ["};", ""]


def print_curve(out, curve):
    r, x = solve(curve)
    out += [f"/* The {curve.name} distribution: f (x) = {curve.text}. The tail begins at R. */",
            f"#define {curve.name.upper()}_R {float(r).hex()}", ""]
    print_array(out, "double", f"{curve.name}_width", [float(x[i] / MANTISSA).hex() for i in range(LAYERS)], 4)
    print_array(out, "guint64", f"{curve.name}_inside", [f"0x{int(MANTISSA * x[i + 1] / x[i]):014x}" for i in range(LAYERS)], 5)
    print_array(out, "double", f"{curve.name}_height", [float(curve.density(v)).hex() for v in [r, *x[1:]]], 4)


def header():
    out = ["/* SPDX-License-Identifier: MIT */", "#pragma once", "",
           "/*",
           " * Constants of foliot-distributions.c, printed by tools/make-ziggurat-tables.py: change that, not this.",
           " *",
           " * For layer i: _width[i] is X[i] · 2^−53; a 53-bit number below _inside[i] lies under the curve wherever the",
           " * point is high; _height[i] is f (X[i]). X[0] is the width of the base strip with its tail folded in.",
           " */", "", "#include <glib.h>", "", "/* clang-format off */", ""]
    print_curve(out, Exponential)
    print_curve(out, Normal)
    factorial, logs = 1, []
    for k in range(N_LOG_FACTORIALS):
        factorial *= max(k, 1)
        logs.append(float(Decimal(factorial).ln()).hex())
    out.append("/* ln k!, for k where Stirling's series is not yet exact. */")
    print_array(out, "double", "log_factorials", logs, 4)
    out += ["/* ½ ln 2π */", f"#define HALF_LOG_TWO_PI {float((2 * pi()).ln() / 2).hex()}"]
    return "\n".join(out) + "\n"


def main(arguments):
    text = header()
    if arguments[:1] != ["--check"]:
        sys.stdout.write(text)
        return 0
    with open(arguments[1], encoding="utf-8") as file:
        same = file.read() == text
    if not same:
        print(f"{arguments[1]} is not what this script prints: run it again and commit the result", file=sys.stderr)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

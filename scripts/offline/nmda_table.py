#!/usr/bin/env python3
"""Makes models/nmda-table.ant, through which slow models read the millisecond gating of NMDA receptors.

    scripts/offline/nmda_table.py [--vesper build/release/vesper] [--check | --block]

For each ambient glutamate and each magnesium level it runs models/nmda-gating.ant with
`vesper simulate`, at -65 mV and 37 C: 60 s at the ambient level, then one release (1.1 mM, 1.2 ms).

    mean open probability = tonic + rate * charge of one event        rate: 1 a second (assumed)

The file holds the logarithm of that mean against the logarithms of both inputs, each relative to
rest (80 nM, 0.77 mM): the polynomial of two variables through the values at Chebyshev's points
(Trefethen 2019, Approximation Theory and Approximation Practice, chapters 2 and 3), smooth
throughout, zero at rest, and how far it misses the model between the points.  Beyond the table both
inputs are held at its edge.  No randomness: the same model gives the same file.

--check  fails when the file differs from what the model gives (1e-6 relative), writes nothing
--block  prints the charge of an event at several potentials instead, beside Jahr & Stevens
"""
import argparse
import math
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "nmda-gating.ant"
TABLE = ROOT / "models" / "nmda-table.ant"

AMBIENT, MAGNESIUM = 80e-6, 0.77               # mM at rest
GLUTAMATE = (0.25, 16)                         # of rest, from - to
MG = (0.125, 3)
POINTS = 8                                     # in each direction
RATE = 1e-3                                    # events per ms
BEFORE, AFTER = 60000, 10000                   # ms


def simulate(vesper, ambient, mg, volts, before=BEFORE, after=AFTER):
    """Tonic open probability, and charge of one event in ms."""
    settings = {"Mg_out": mg, "V_hold": volts, "V_step": volts, "degrees": 37,
                "glutamate_ambient": ambient, "t_pulse": before}
    command = [vesper, "simulate", str(MODEL), "--duration", str(before + after), "--steps",
               str(round((before + after) / 10000)), "--variables", "Open,charge",
               "--rtol", "1e-10", "--atol", "1e-14"]
    for name, value in settings.items():
        command += ["--set", f"{name}={value!r}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    rows = [[float(x) for x in line.split(",")] for line in done.stdout.splitlines()[1:]]
    start, end = rows[-2], rows[-1]
    return start[1], end[2] - start[2] - start[1] * after


def ends(span):
    """Centre and half width of its logarithm."""
    low, high = (math.log(x) for x in span)
    return (low + high) / 2, (high - low) / 2


def points(span):
    centre, half = ends(span)
    return [math.exp(centre + half * math.cos(math.pi * (k + 0.5) / POINTS)) for k in range(POINTS)]


def powers(values):
    """Coefficients by power of x in [-1, 1], lowest first, of the polynomial through the points."""
    chebyshev = [2 / POINTS * sum(v * math.cos(math.pi * j * (k + 0.5) / POINTS)
                                  for k, v in enumerate(values)) for j in range(POINTS)]
    chebyshev[0] /= 2
    before, now = [1.0] + [0.0] * POINTS, [0.0, 1.0] + [0.0] * (POINTS - 1)
    out = [chebyshev[0] * t for t in before]
    for c in chebyshev[1:]:
        out = [o + c * t for o, t in zip(out, now)]
        before, now = now, [2 * t - b for t, b in zip([0.0] + now[:-1], before)]
    return out[:POINTS]


def horner(terms, x):
    body = terms[-1]
    for term in reversed(terms[:-1]):
        body = f"{term} + {x} * ({body})"
    return body


def number(x):
    return f"{x:.12g}"


def scaled(name, span):
    centre, half = ends(span)
    return f"({name} - ({number(centre)})) / {number(half)}"


def clamp(name, span):
    return f"max({number(math.log(span[0]))}, min({number(math.log(span[1]))}, {name}))"


def evaluate(coefficients, g, m):
    (gc, gh), (mc, mh) = ends(GLUTAMATE), ends(MG)
    u, v = (math.log(g) - gc) / gh, (math.log(m) - mc) / mh
    return sum(c * u ** i * v ** j for i, row in enumerate(coefficients) for j, c in enumerate(row))


def text(coefficients, miss):
    lines = [
        "// Made by scripts/offline/nmda_table.py from models/nmda-gating.ant: change those, not this file.",
        "// nmda_log_charge(g, m): logarithm of the mean open probability of NMDA receptors at -65 mV, of",
        "// rest, from g = ln(glutamate of rest) and m = ln(magnesium of rest).  Zero at rest, a polynomial",
        "// in both, held at the edge outside "
        f"{GLUTAMATE[0]}-{GLUTAMATE[1]} and {MG[0]}-{MG[1]}; misses the gating model",
        f"// by at most {miss:.1g} between its points.",
        "// One release a second at 80 nM ambient glutamate and 0.77 mM magnesium is rest.",
        "",
    ]
    for i, row in enumerate(coefficients):
        lines += [f"function nmda_row_{i}(v)", f"  {horner([number(c) for c in row], 'v')}", "end", ""]
    rows = [f"nmda_row_{i}(v)" for i in range(POINTS)]
    lines += ["function nmda_inside(u, v)", f"  {horner(rows, 'u')}", "end", "",
              "function nmda_scaled(g, m)",
              f"  nmda_inside({scaled('g', GLUTAMATE)}, {scaled('m', MG)})", "end", "",
              "function nmda_log_charge(g, m)",
              f"  nmda_scaled({clamp('g', GLUTAMATE)}, {clamp('m', MG)}) - nmda_scaled(0, 0)", "end",
              ""]
    return "\n".join(lines)


def log_mean(vesper, g, m):
    tonic, event = simulate(vesper, AMBIENT * g, MAGNESIUM * m, -65)
    return math.log(tonic + RATE * event)


def table(vesper):
    """Coefficients by power of scaled ln glutamate and ln Mg, the largest miss, ln mean at rest."""
    rest = log_mean(vesper, 1, 1)
    rows = [powers([log_mean(vesper, g, m) - rest for m in points(MG)]) for g in points(GLUTAMATE)]
    columns = [powers(list(column)) for column in zip(*rows)]
    coefficients = [list(row) for row in zip(*columns)]
    miss = max(abs(log_mean(vesper, g, m) - rest - evaluate(coefficients, g, m))
               for g in (0.3, 0.7, 1, 3, 10) for m in (0.15, 0.4, 1, 1.4, 2.6))
    return coefficients, miss, rest


def same(a, b):
    """Texts alike, numbers within 1e-6 (solvers differ in their last digits between machines)."""
    split = re.compile(r"(?<![A-Za-z_])-?\d+\.?\d*(?:e[-+]?\d+)?")
    if split.sub("#", a) != split.sub("#", b):
        return False
    return all(abs(float(x) - float(y)) <= 1e-6 * max(1, abs(float(x)))
               for x, y in zip(split.findall(a), split.findall(b)))


def block(vesper):
    print("charge of one event (ms) without ambient glutamate, of that at 0.77 mM; Jahr & Stevens likewise")
    for volts in (-80, -65, -40, -20, 0):
        at = lambda m: simulate(vesper, 0.0, m, volts, 10000, 10000)[1]
        js = lambda m: 1 / (1 + m / 3.57 * math.exp(-0.062 * volts))
        base = at(MAGNESIUM)
        row = [f"Mg {m}: {at(m) / base:.3f} (JS {js(m) / js(MAGNESIUM):.3f})"
               for m in (0.4, 0.6, 0.7, 0.847, 1.0, 1.5)]
        print(f"{volts:4d} mV {base:9.4f} ms  " + "  ".join(row))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vesper", default=str(ROOT / "build" / "release" / "vesper"))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--block", action="store_true")
    options = parser.parse_args()
    if options.block:
        return block(options.vesper)
    coefficients, miss, rest = table(options.vesper)
    made = text(coefficients, miss)
    if options.check:
        if not TABLE.exists() or not same(made, TABLE.read_text()):
            sys.exit(f"{TABLE.relative_to(ROOT)} is stale: run scripts/offline/nmda_table.py")
        print(f"{TABLE.relative_to(ROOT)} is what the model gives")
    else:
        TABLE.write_text(made)
        print(f"{TABLE.relative_to(ROOT)}: {POINTS} x {POINTS} points, misses by {miss:.1g}; "
              f"mean open probability at rest {math.exp(rest):.4g}")


if __name__ == "__main__":
    main()

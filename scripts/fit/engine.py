"""What the fits share: the engine as predictor, and a printed least-squares fit.

Nothing here writes into the models.  numpy and scipy are needed by `least_squares` alone.
"""
import argparse
import csv
import io
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def arguments(doc, stages):
    """The options of a fit: where the engine is, and which stages to run (all when none is named)."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vesper", default=str(ROOT / "build" / "release" / "vesper"))
    parser.add_argument("stages", nargs="*", choices=[[], *stages], default=[])
    options = parser.parse_args()
    options.stages = options.stages or list(stages)
    if not pathlib.Path(options.vesper).exists():
        sys.exit(f"{options.vesper} is not built; ./scripts/demo builds it, or give --vesper")
    return options


def predict(vesper, ids, values, hypothesis=None):
    """Rows of `vesper validate --json` for these observations, in order; only fitted ones are let through."""
    command = [vesper, "validate", "--json", *ids]
    if hypothesis:
        command += ["--hypothesis", hypothesis]
    for name, value in values.items():
        command += ["--set", f"{name}={value:.12g}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    try:
        rows = json.loads(done.stdout)
    except json.JSONDecodeError:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    by_id = {row["id"]: row for row in rows if hypothesis is None or row["hypothesis"] == hypothesis}
    for one in ids:
        if by_id.get(one, {}).get("predicted") is None:
            sys.exit(f"no prediction of {one}\n{done.stderr}")
        if by_id[one]["use"] != "fitted":
            sys.exit(f"{one} is only judged; nothing may be fitted to it")
    return [by_id[one] for one in ids]


def simulate(vesper, model, hours, steps, variables, **settings):
    """Columns of a run of models/MODEL.ant, by name."""
    command = [vesper, "simulate", str(ROOT / "models" / f"{model}.ant"), "--duration", str(hours),
               "--steps", str(steps), "--variables", ",".join(variables)]
    for name, value in settings.items():
        command += ["--set", f"{name}={value!r}"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = list(csv.DictReader(io.StringIO(out)))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def bisect(f, low, high, steps=40):
    """x with f(x) = 0, f rising or falling between low and high."""
    rising = f(low) < 0
    for _ in range(steps):
        middle = 0.5 * (low + high)
        if (f(middle) < 0) == rising:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def least_squares(residuals, start, **tolerances):
    """The best x, its standard errors from the Jacobian, the cost (a sum of squares) and the steps taken."""
    import numpy as np
    from scipy import optimize

    found = optimize.least_squares(residuals, start, diff_step=2e-3, **tolerances)
    spread = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)))
    return found.x, spread, 2 * found.cost, found.nfev


def show(rows):
    for row in rows:
        print(f"  {row['id']:32s} {row['predicted']:9.4g}   observed {row['observed']:g} {row['unit']}")

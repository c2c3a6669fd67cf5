#!/usr/bin/env python3
"""Fits the naltrexone model to the observations that are marked `use: fitted`.

    scripts/fit/naltrexone.py [--vesper build/release/vesper] [kinetics] [H1] [H2] [H3]

The engine itself predicts: each step of the search is one `vesper validate --json --set ...`.
Nothing is written; the fitted values are printed for a person to put into models/*.ant.
No randomness, so the same model and observations give the same values.  docs/science/naltrexone.md says what
is fitted to what, and why.  Needs python3-numpy and python3-scipy.

The cost is a sum of squares in which every observation weighs alike: 0 where the prediction is
the figure, 2 squared where it stands at the edge of what the figure accepts.

    accept: {fold: f}       2 ln(predicted/observed) / ln f
    accept: {within: d}     2 (predicted - observed) / d
    accept: {range: [a,b]}  4 (predicted - observed) / (b - a)

The kinetics are more parameters than the labels pin down, so each is also held to its starting
value by a prior of 30 % (0.3 on the logarithm).  Binding has no prior.  Fit the kinetics first and
put them into models/kinetics.ant: binding is fitted on the model as it stands.
"""
import numpy as np

from engine import arguments, least_squares, predict, show

# Starting values from a two-compartment reading of the labels with clearance at 140 L/h.
KINETICS = {
    "F": 0.11, "ka": 2.0, "Vc": 192.0, "Vp": 427.0, "Q": 70.0,
    "Vcm": 195.0, "Vpm": 679.0, "Qm": 111.0,
}
KINETICS_TO = [
    "swiss-50mg-cmax", "swiss-50mg-tmax", "swiss-50mg-halflife",
    "swiss-50mg-metabolite-cmax", "swiss-50mg-metabolite-halflife", "injection-oral-exposure",
]
SCANS = ["rabiner-2mg", "rabiner-5mg", "rabiner-15mg", "rabiner-50mg"]
DURATION = ["lee-halftime", "swiss-alternate-days"]

STAGES = {
    "kinetics": ("H3", KINETICS, KINETICS_TO, 0.3),
    "H1": ("H1", {"Kd_retained": 0.08, "koff": 3.3}, SCANS + DURATION, None),
    "H2": ("H2", {"Kd_deep": 0.4, "weight_deep": 0.7}, SCANS + DURATION, None),
    # H3 has no duration to fit: that it decays within hours is what it says.
    "H3": ("H3", {"Kd_fast": 1.8}, SCANS, None),
}


def residual(row):
    """What one observation adds, from a row of `vesper validate --json`."""
    predicted, observed, accept = row["predicted"], row["observed"], row["accept"]
    if "fold" in accept:
        return 2 * np.log(predicted / observed) / np.log(accept["fold"])
    if "within" in accept:
        return 2 * (predicted - observed) / accept["within"]
    low, high = accept["range"]
    return 4 * (predicted - observed) / (high - low)


def fit(vesper, stage):
    hypothesis, start, ids, prior = STAGES[stage]
    names = list(start)
    origin = np.log([start[name] for name in names])

    def residuals(x):
        values = dict(zip(names, np.exp(x)))
        out = [residual(row) for row in predict(vesper, ids, values, hypothesis)]
        if prior is not None:
            out += list((x - origin) / prior)
        return np.array(out)

    best, spread, cost, steps = least_squares(residuals, origin, xtol=1e-5, ftol=1e-5)
    print(f"\n{stage}: cost {cost:.2f} after {steps} steps")
    for name, x, sd in zip(names, best, spread):
        low, value, high = np.exp([x - 1.96 * sd, x, x + 1.96 * sd])
        print(f"  {name:14s} {value:9.4g}   95 % {low:.3g} to {high:.3g}")
    show(predict(vesper, ids, dict(zip(names, np.exp(best))), hypothesis))


def main():
    options = arguments(__doc__, STAGES)
    for stage in options.stages:
        fit(options.vesper, stage)


if __name__ == "__main__":
    main()

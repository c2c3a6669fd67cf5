#!/usr/bin/env python3
"""Fits the opioid, endocrine and outcome models to their observations marked `use: fitted`.

    scripts/fit/outcomes.py [--vesper build/release/vesper] [STAGE ...]

As scripts/fit/naltrexone.py does: the engine predicts (`vesper validate --json --set ...`), nothing
is written, a person puts the printed values into models/*.ant.  No randomness.  Needs python3-numpy
and python3-scipy.

Each stage fits a few parameters of one model to a few figures.  An observation counts as
((predicted - observed) / sd)^2, a prior as ((value - mean) / sd)^2; `sd` of an observation is the
study's own where it gives one (or a p value), else a tenth of the figure.  Drug effects that are
disputed have priors centred on zero.
"""
import numpy as np

from engine import arguments, least_squares, predict, show

# Stage: start values, observations with their standard deviations, priors (mean, sd).
STAGES = {
    "endogenous": ({"restraint": 1.7}, {"endorphin-on-naltrexone": 0.16}, {}),
    "upregulation": (
        {"slowed_MOR": 0.6, "slowed_KOR": 0.3, "slowed_DOR": 0.4},
        {"yoburn-mor": 0.19, "yoburn-kor": 0.13, "yoburn-dor": 0.14}, {}),
    # 25 % less at p = 0.03: a standard error of 11.5 points.
    "alcohol": (
        {"floor_placebo": 0.18, "blunting": 0.27, "hazard_heavy": 4e-4},
        {"garbutt-380mg": 11.5, "garbutt-median-days": 0.3, "volpicelli-placebo-relapse": 8.4}, {}),
    # Standard deviations from the trial's intervals.
    "opioid": (
        {"hazard_opioid": 5e-4, "protection": 0.9},
        {"krupitsky-injection": 5.7, "krupitsky-placebo": 13.4}, {}),
    "weight": (
        {"effort": 380.0, "suppression": 600.0},
        {"cor-i-placebo": 0.3, "cor-i-nb32": 0.3}, {}),
    # 10.8 points of 100 at p = 0.016 is a standard error of 4.5, or 0.28 points of pain of 6.2; with
    # 0.3 points between trials 0.41, or 6.6 of 100.
    "pain": (
        {"placebo": 1.0, "effect": 0.3},
        {"younger-placebo": 3.2, "younger-ldn": 6.6},
        {"placebo": (0.9, 0.45), "effect": (0.0, 0.5)}),
}


def fit(vesper, stage):
    start, figures, priors = STAGES[stage]
    names, ids = list(start), list(figures)
    scale = np.array([start[name] for name in names])

    def residuals(x):
        values = dict(zip(names, x * scale))
        out = [(row["predicted"] - row["observed"]) / figures[row["id"]]
               for row in predict(vesper, ids, values)]
        out += [(values[name] - mean) / sd for name, (mean, sd) in priors.items()]
        return np.array(out)

    best, spread, cost, steps = least_squares(residuals, np.ones(len(names)), xtol=1e-6, ftol=1e-6)
    print(f"\n{stage}: cost {cost:.3f} after {steps} steps")
    values = dict(zip(names, best * scale))
    for (name, value), sd in zip(values.items(), spread * scale):
        print(f"  {name:16s} {value:9.4g}   sd {sd:.2g}   "
              f"95 % {value - 1.96 * sd:.3g} to {value + 1.96 * sd:.3g}")
    show(predict(vesper, ids, values))


def main():
    options = arguments(__doc__, STAGES)
    for stage in options.stages:
        fit(options.vesper, stage)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Fits what the immune modules leave open: growth in ogf, placebo and effect in crohn.

    scripts/fit/immune.py [--vesper build/release/vesper] [mouse] [ogf] [crohn]

The engine predicts: each step of a bisection is one `vesper simulate ... --set ...`.  Nothing is
written; the values are printed for a person to put into models/*.ant.  No randomness, no packages.

    mouse   k_e, potency   half-block for 5 h after 0.1 mg/kg and for 24 h after 10 mg/kg, in closed
                           form: potency 0.1 exp(-5 k_e) = 1 and potency 10 exp(-24 k_e) = 1
    ogf     a, h           latency of tumours 1.98-fold on 0.1 mg/kg a day (growth 1/1.98) and
                           0.73-fold on 10 mg/kg a day (growth 1/0.73), Zagon 1983
    crohn   placebo_most   CDAI-70 response of 40 % on placebo, 12 weeks, Smith 2011
            effect_naltrexone   88 % on 4.5 mg, with the link on
"""
import math

from engine import arguments, bisect, simulate


def mouse():
    k_e = math.log(10 / 0.1) / (24 - 5)
    return k_e, math.exp(5 * k_e) / 0.1


def ogf(vesper):
    def growth(dose, a, h):
        run = simulate(vesper, "ogf", 720, 7200, ["G"], mouse_dose=dose, mouse_until=1e6,
                       link_OGF_proliferation=1, a=a, h=h, r=1.0)
        return (run["G"][-1] - run["G"][1200]) / 600

    def a_for(h):
        return bisect(lambda a: growth(10, a, h) - 1 / 0.73, 0.01, 5, 20)

    h = bisect(lambda h: growth(0.1, a_for(h), h) - 1 / 1.98, 1, 12, 16)
    return a_for(h), h


def crohn(vesper):
    def response(**settings):
        return simulate(vesper, "crohn", 2016, 4, ["CDAI_response"], in_trial=1, **settings)["CDAI_response"][-1]

    placebo = bisect(lambda p: response(placebo_most=p) - 0.40, 0, 150, 30)
    effect = bisect(lambda e: response(placebo_most=placebo, effect_naltrexone=e, on_naltrexone=1,
                                       link_naltrexone_crohn=1) - 0.88, 0, 1, 30)
    return placebo, effect


def main():
    options = arguments(__doc__, ["mouse", "ogf", "crohn"])
    if "mouse" in options.stages:
        print("k_e %.4g /h, potency %.4g kg/mg" % mouse())
    if "ogf" in options.stages:
        print("a %.4g, h %.4g" % ogf(options.vesper))
    if "crohn" in options.stages:
        print("placebo_most %.4g, effect_naltrexone %.4g" % crohn(options.vesper))


if __name__ == "__main__":
    main()

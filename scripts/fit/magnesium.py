#!/usr/bin/env python3
"""Fits absorption and the brain's entry of models/magnesium.ant.

    scripts/fit/magnesium.py

It holds the equations of the gut and of the plasma once more, in a few lines, and prints values for
a person to put into the model.  No randomness.  Needs python3-scipy.

gut     V_gut and K_gut from two figures of Fine 1991: 65 % absorbed at the smallest intake (a meal,
        taken as 1 mmol) and 11 % at the largest (41 mmol); passage is held at 1 /h, and K_gut at no
        less than 0.05 mmol, below which nothing changes.  Then k_dissolve: 4 % of 10.5 mmol of
        oxide (Firoz & Graber 2001).
csf     k_in of the reading `leaky`: CSF magnesium 0.18 mM above rest 4 h after 60 mg/kg of magnesium
        sulfate (75 kg, 15 min), with the plasma that the model gives (Fuchs-Buder); k_out 0.14 /h.
"""
import math

from scipy.optimize import minimize

from engine import bisect

GFR, FU, C0, TM, SPLAY, LINEAR = 6.0, 0.70, 0.85, 0.576, 0.0355, 0.07
KT, K_LEAST = 1.0, 0.05
URINE = GFR * SPLAY * math.log(1 + math.exp((FU * C0 - TM) / SPLAY))


def fraction(dose, v, k, kt, oxide=0.0):
    """Absorbed share of a dose; `oxide` is its rate of dissolving."""
    kp, h = kt * LINEAR / (1 - LINEAR), 0.005
    g, o, taken = (0.0, dose, 0.0) if oxide else (dose, 0.0, 0.0)

    def rate(g, o):
        a = v * g / (k + g) + kp * g
        return oxide * o - a - kt * g, -(oxide + kt) * o, a

    for _ in range(int(24 / h)):
        a = rate(g, o)
        b = rate(g + h * a[0], o + h * a[1])
        g, o, taken = g + h * (a[0] + b[0]) / 2, o + h * (a[1] + b[1]) / 2, taken + h * (a[2] + b[2]) / 2
    return taken / dose


def cost(p):
    v, k = math.exp(p[0]), max(math.exp(p[1]), K_LEAST)
    return math.log(fraction(1, v, k, KT) / 0.65) ** 2 + math.log(fraction(41, v, k, KT) / 0.11) ** 2


def csf():
    """Rise of CSF magnesium at 4 h for k_in = 1 /h, and the plasma at the study's times."""
    vc, vf, qf = 24.0, 25.0, 5.6
    cells = 150.0
    qc = cells * math.log(2) / (22 * C0)
    slow = 1000 - (vc + vf) * C0 - cells - 600
    qs = slow * math.log(2) / (960 * C0)
    c, f, x, s, m, h = C0, C0, C0, C0, 0.0, 1 / 3600
    dose = 60 * 75 / 246.47
    seen = {}
    for i in range(int(4 / h)):
        t = i * h
        for want in (0.5, 1.5):
            if abs(t - want) < h / 2:
                seen[want] = c
        inflow = dose / 0.25 if t < 0.25 else 0.0
        out = GFR * SPLAY * math.log(1 + math.exp((FU * c - TM) / SPLAY))
        dc = (inflow + URINE - out - qf * (c - f) - qc * (c - x) - qs * (c - s)) / vc
        m += h * ((c - C0) - 0.14 * m)
        f += h * qf * (c - f) / vf
        x += h * qc * (c - x) * C0 / cells
        s += h * qs * (c - s) * C0 / slow
        c += h * dc
    seen[4] = c
    return m, seen


def main():
    found = minimize(cost, [math.log(0.3), math.log(0.2)], method="Nelder-Mead",
                     options={"xatol": 1e-8, "fatol": 1e-10})
    best, value = found.x, found.fun
    v, k = math.exp(best[0]), max(math.exp(best[1]), K_LEAST)
    print(f"V_gut {v:.4g} mmol/h, K_gut {k:.4g} mmol; cost {value:.3g}")
    print("absorbed: " + ", ".join(f"{dose} mmol {fraction(dose, v, k, KT):.3f}" for dose in (1, 2.88, 12, 41)))
    rate = bisect(lambda x: fraction(10.5, v, k, KT, math.exp(x)) - 0.04, math.log(1e-4), 0.0)
    print(f"k_dissolve {math.exp(rate):.4g} /h")
    rise, seen = csf()
    print(f"leaky k_in {0.18 / rise:.3g} /h; serum rise at 0.5, 1.5, 4 h: "
          + ", ".join(f"{seen[t] - C0:.3f}" for t in (0.5, 1.5, 4)) + " mM (study: 0.50, 0.21, 0.08)")


if __name__ == "__main__":
    main()

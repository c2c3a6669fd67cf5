#!/usr/bin/env python3
"""Solves two published models outside Vesper, for the observations that are marked `use: reproduced`.

    scripts/offline/published_runs.py

Python's standard library only.  No figures are printed in those papers that can be read to three
digits, so what models/magnesium-calcium.ant and models/seizure.ant must meet is the same equations
solved by other means: Newton's method for the resting states of the rat (Dutta & Layton 2024, in
pmol, mmol, L, min), and a fixed-step Runge-Kutta for the Epileptor (Jirsa 2014).
"""
import math


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def rat(y, intake):
    """Rates of change (up to positive factors) and what is read out."""
    gland, pth, d3, mg, ca, fast_ca, fast_mg = y
    pth, d3, mg, ca = pth / 0.01, d3 / 0.01, mg / 0.01, ca / 0.01      # concentrations
    low = sigmoid(50 * (mg - 0.4))
    released = gland * (low * (0.158 / ca) ** 2 * (1.446483 - sigmoid(mg - 2.58579))
                        + (1 - low) * 0.016 * sigmoid(mg - 0.4))
    high = sigmoid(50 * (2.4 - mg))
    by_mg = 6.6 * (high * mg ** 4 / (1.1 ** 4 + mg ** 4) + (1 - high) * 4.8 ** 4 / (4.8 ** 4 + mg ** 4))
    activated = by_mg * pth ** 6 / (pth ** 6 + 3 ** 6) / (1 + 0.3 * ca) / (1 + 0.018 * d3)
    gut = d3 ** 2 / (100 ** 2 + d3 ** 2)
    eaten = 4e-5 * intake
    gut_mg = eaten * (0.46 + 0.12 * 1.51e-4 / (3.6e-5 + eaten) + 0.12 * gut)
    gut_ca = 0.00105 * (0.25 + 0.45 * gut)
    proximal = 1 / (1 + (pth / 12) ** 5)
    sensor = 1 / ((1 + (ca / 1.25) ** 4) * (1 + 0.6 * (mg / 2.5) ** 4))
    limb = 0.7 * sensor + 0.3 * pth / (pth + 4)
    distal = 0.8 * pth / (pth + 7.25) + 0.2 * d3 / (d3 + 160)
    kept_ca = min(0.995, 0.66 + 0.03 * proximal + 0.185 + 0.015 * limb + 0.08 + 0.02 * distal)
    kept_mg = min(0.995, 0.185 + 0.015 * proximal + 0.66 + 0.04 * limb + 0.08 + 0.02 * distal)
    urine_ca, urine_mg = (1 - kept_ca) * 0.0012523 * ca, (1 - kept_mg) * 0.0012523 * mg
    resorbed = 1.42e-4 + 7e-4 * (0.2 * pth ** 2 / (pth ** 2 + 2.45 ** 2) + 0.8 * d3 ** 2 / (d3 ** 2 + 160 ** 2))
    into_ca, into_mg = 0.12231 * ca * 0.01, 0.027736 * mg * 0.01
    rates = [
        2.867569 / (1 + 0.003 * d3) - released - 0.035 * gland,
        released - 0.1175525 * pth,
        (4.4e-6 + 6e-5 * activated) * 25000 - 0.004015 * (1 / (1 + 0.52 * pth) + mg / (1.7 + mg)) * d3,
        gut_mg + 0.025 * resorbed + 2e-4 * fast_mg - into_mg - urine_mg,
        gut_ca + resorbed + 2.75e-4 * fast_ca - into_ca - urine_ca,
        into_ca - (2.75e-4 + 6.6504e-4) * fast_ca,
        into_mg - (2e-4 + 2.5356e-5) * fast_mg,
    ]
    return rates, {"PTH": pth, "D3": d3, "Mg": mg, "Ca": ca, "gut": gut_mg, "urine": urine_mg}


def solve(rows):
    """Gaussian elimination with scaled pivots; the last column is the right side."""
    n = len(rows)
    for i in range(n):
        best = max(range(i, n), key=lambda k: abs(rows[k][i]) / max(abs(v) for v in rows[k][:n]))
        rows[i], rows[best] = rows[best], rows[i]
        for k in range(i + 1, n):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][j] * x[j] for j in range(i + 1, n))) / rows[i][i]
    return x


def rest(y, intake):
    for turn in range(200):
        base = rat(y, intake)[0]
        rows = [[0.0] * 7 + [-b] for b in base]
        for j in range(7):
            moved = list(y)
            step = 1e-7 * y[j]
            moved[j] += step
            for i, value in enumerate(rat(moved, intake)[0]):
                rows[i][j] = (value - base[i]) / step
        step = solve(rows)
        size = 1.0 if turn > 20 else 0.5
        while any(a + size * b <= 0 for a, b in zip(y, step)):
            size /= 2
        y = [a + size * b for a, b in zip(y, step)]
        if max(abs(b / a) for a, b in zip(y, step)) < 1e-13:
            break
    return y


def epileptor(times, h=0.02):
    def rate(y):
        x1, y1, z, x2, y2, u = y
        f1 = x1 ** 3 - 3 * x1 ** 2 if x1 < 0 else (x2 - 0.6 * (z - 4) ** 2) * x1
        f2 = 0 if x2 < -0.25 else 6 * (x2 + 0.25)
        return (y1 - f1 - z + 3.1, 1 - 5 * x1 * x1 - y1, (4 * (x1 + 1.6) - z) / 2857,
                -y2 + x2 - x2 ** 3 + 0.45 + 2 * u - 0.3 * (z - 3.5), (f2 - y2) / 10, -0.01 * (u - 0.1 * x1))

    def move(y, k, s):
        return [a + s * b for a, b in zip(y, k)]

    y = [0, -5, 3, 0, 0, 0]
    for i in range(1, round(max(times) / h) + 1):
        k1 = rate(y)
        k2 = rate(move(y, k1, h / 2))
        k3 = rate(move(y, k2, h / 2))
        k4 = rate(move(y, k3, h))
        y = [a + h / 6 * (p + 2 * q + 2 * r + s) for a, p, q, r, s in zip(y, k1, k2, k3, k4)]
        if round(i * h, 9) in times:
            print(f"Epileptor, {round(i * h)} s: z {y[2]:.8f}, x1 {y[0]:.8f}")


def main():
    usual = rest([35, 0.063, 1.5, 0.0065, 0.0125, 1.6, 0.8], 1)
    print("rat at rest, amounts:", ", ".join(f"{v:.17g}" for v in usual))
    base = rat(usual, 1)[1]
    print("  " + ", ".join(f"{k} {v:.9g}" for k, v in base.items()))
    y = usual
    for step in range(1, 101):                       # down to a tenth in small steps
        intake = 0.1 ** (step / 100)
        y = rest(y, intake)
    for intake, start in ((0.5, usual), (0.25, None), (0.1, y)):
        if start is None:
            start = usual
            for step in range(1, 41):
                start = rest(start, 0.25 ** (step / 40))
        read = rat(rest(start, intake), intake)[1]
        print(f"magnesium x {intake}: " + ", ".join(f"{k} {read[k] / base[k]:.5f}" for k in base))
    epileptor({500.0, 1500.0, 2500.0, 3500.0})


if __name__ == "__main__":
    main()

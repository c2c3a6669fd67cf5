// W1 and W2 by hand: dy/dt and df/dy, with everything that is constant for a patient computed once.
//
// The Jacobian is given entry by entry in compressed-column order, rows ascending; `entry(row,
// column, value)` either notes the pattern or stores the value.
#pragma once

#include "baseline/baseline.h"

namespace vesper::bench {

enum W1State { A1, A2, A3, A4, Cb, Cbm, RM, RK, RD, E, T, P, w1_states };

enum W2State {
  Lg = w1_states,
  TLR,
  TL,
  TD,
  M0,
  M1,
  M2,
  TNF,
  IL1,
  IL6,
  IL10,
  CCL,
  TGF,
  RT,
  BT,
  R1,
  B1,
  R6,
  B6,
  R10,
  B10,
  RC,
  BC,
  NF,
  IK,
  AP,
  S1,
  S2,
  w2_states
};

// Pharmacokinetics, effect compartments, three receptors, three turnovers.
class W1 {
 public:
  static constexpr int states = w1_states;

  explicit W1(const Patient& p)
      : ka_(p.ka),
        ka_drug_((1 - FP) * p.ka),
        ka_metabolite_(FP * p.ka),
        k20_((p.CL + Q) / p.V2),
        k23_(Q / p.V2),
        k24_(FM * p.CL / p.V2),
        per_V2_(1 / p.V2),
        koffM_(0.02 * p.koffs),
        koffK_(0.6 * p.koffs),
        koffD_(20 * p.koffs),
        koutE_(0.08 * p.kouts),
        koutT_(0.05 * p.kouts),
        koutP_(0.03 * p.kouts) {}

  static void start(double* y) {
    for (int i = 0; i < states; ++i) y[i] = 0;
    y[E] = E0;
    y[T] = T0;
    y[P] = P0;
  }

  void derivatives(const double* y, double* f) const {
    const double C = y[A2] * per_V2_, Cm = y[A4] * (1 / VM), Ceq = y[Cb] + rm * y[Cbm];
    f[A1] = -ka_ * y[A1];
    f[A2] = ka_drug_ * y[A1] - k20_ * y[A2] + k32 * y[A3];
    f[A3] = k23_ * y[A2] - k32 * y[A3];
    f[A4] = ka_metabolite_ * y[A1] + k24_ * y[A2] - k40 * y[A4];
    f[Cb] = ke0 * (C - y[Cb]);
    f[Cbm] = ke0m * (Cm - y[Cbm]);
    f[RM] = konM * Ceq * (1 - y[RM]) - koffM_ * y[RM];
    f[RK] = konK * Ceq * (1 - y[RK]) - koffK_ * y[RK];
    f[RD] = konD * Ceq * (1 - y[RD]) - koffD_ * y[RD];
    f[E] = koutE_ * (E0 * (1 + sE * y[RM]) - y[E]);
    f[T] = koutT_ * (T0 * (1 - Imax * C / (IC50 + C)) - y[T]);
    f[P] = koutP_ * (P0 * (1 - aT + aT / T0 * y[T]) / (1 + bE * (y[E] - E0)) - y[P]);
  }

  template <class Entry>
  void jacobian(const double* y, Entry&& entry) const {
    columns_to_A4(y, entry);
    column_Cb(y, entry);
    columns_from_Cbm(y, entry);
  }

 protected:
  template <class Entry>
  void columns_to_A4(const double* y, Entry& entry) const {
    const double C = y[A2] * per_V2_, half = IC50 + C;
    entry(A1, A1, -ka_);
    entry(A2, A1, ka_drug_);
    entry(A4, A1, ka_metabolite_);
    entry(A2, A2, -k20_);
    entry(A3, A2, k23_);
    entry(A4, A2, k24_);
    entry(Cb, A2, ke0 * per_V2_);
    entry(T, A2, -koutT_ * T0 * Imax * IC50 * per_V2_ / (half * half));
    entry(A2, A3, k32);
    entry(A3, A3, -k32);
    entry(A4, A4, -k40);
    entry(Cbm, A4, ke0m / VM);
  }

  template <class Entry>
  void column_Cb(const double* y, Entry& entry) const {
    entry(Cb, Cb, -ke0);
    entry(RM, Cb, konM * (1 - y[RM]));
    entry(RK, Cb, konK * (1 - y[RK]));
    entry(RD, Cb, konD * (1 - y[RD]));
  }

  template <class Entry>
  void columns_from_Cbm(const double* y, Entry& entry) const {
    const double Ceq = y[Cb] + rm * y[Cbm];
    const double per_rise = 1 / (1 + bE * (y[E] - E0)), fall = 1 - aT + aT / T0 * y[T];
    entry(Cbm, Cbm, -ke0m);
    entry(RM, Cbm, rm * konM * (1 - y[RM]));
    entry(RK, Cbm, rm * konK * (1 - y[RK]));
    entry(RD, Cbm, rm * konD * (1 - y[RD]));
    entry(RM, RM, -konM * Ceq - koffM_);
    entry(E, RM, koutE_ * E0 * sE);
    entry(RK, RK, -konK * Ceq - koffK_);
    entry(RD, RD, -konD * Ceq - koffD_);
    entry(E, E, -koutE_);
    entry(P, E, -koutP_ * P0 * bE * fall * per_rise * per_rise);
    entry(T, T, -koutT_);
    entry(P, T, koutP_ * P0 * (aT / T0) * per_rise);
    entry(P, P, -koutP_);
  }

 private:
  static constexpr double Q = 60, V3 = 1500, FP = 0.6, FM = 0.7, CLM = 25, VM = 250, ke0 = 0.7,
                          ke0m = 0.25, rm = 0.05, konM = 0.02, konK = 0.12, konD = 0.667, E0 = 1,
                          sE = 1.5, T0 = 10, Imax = 0.8, IC50 = 2, P0 = 6, aT = 0.6, bE = 0.5,
                          k32 = Q / V3, k40 = CLM / VM;
  double ka_, ka_drug_, ka_metabolite_, k20_, k23_, k24_, per_V2_, koffM_, koffK_, koffD_, koutE_,
      koutT_, koutP_;
};

// W1 and a cytokine network that W1's effect compartment drives by way of TLR.
class W2 : public W1 {
 public:
  static constexpr int states = w2_states;

  explicit W2(const Patient& p) : W1(p) {}

  static void start(double* y) {
    for (int i = 0; i < states; ++i) y[i] = 0;
    W1::start(y);
    y[Lg] = 2;
    y[TLR] = y[M0] = y[RT] = y[R1] = y[R6] = y[R10] = y[RC] = 1;
    y[IK] = 2;
  }

  void derivatives(const double* y, double* f) const {
    W1::derivatives(y, f);
    const double bLg = kf * y[Lg] * y[TLR] - kbL * y[TL], bDg = kf * y[Cb] * y[TLR] - kbD * y[TD],
                 bT = kf * y[TNF] * y[RT] - kbT * y[BT], b1 = kf * y[IL1] * y[R1] - kb1 * y[B1],
                 b6 = kf * y[IL6] * y[R6] - kb6 * y[B6],
                 b10 = kf * y[IL10] * y[R10] - kb10 * y[B10],
                 bC = kf * y[CCL] * y[RC] - kbC * y[BC];
    const double square = y[NF] * y[NF], stim = y[TL] + 0.3 * (y[BT] + y[B1]),
                 act = kact * (0.2 + square / (0.04 + square)) * (1 + y[BC]) / (1 + 2 * y[B10]),
                 inh = 1 / (1 + 3 * y[B10]), made = 0.05 + y[M1] * y[NF];
    f[Lg] = kL * (1 + 0.5 * y[M1]) - dL * y[Lg] - bLg;
    f[TLR] = kdegR * (1 - y[TLR]) - bLg - bDg;
    f[TL] = bLg - kint * y[TL];
    f[TD] = bDg - kdegR * y[TD];
    f[M0] = kslow * (1 - y[M0]) - act * y[M0] + krev * y[M1] + k21 * y[M2];
    f[M1] = act * y[M0] - (krev + kact * y[B10] + kslow) * y[M1];
    f[M2] = kact * y[B10] * y[M1] - (k21 + kslow) * y[M2];
    f[TNF] = kT1 * made * inh - dT1 * y[TNF] - bT;
    f[IL1] = kI1 * made * inh - dI1 * y[IL1] - b1;
    f[IL6] = kI6 * (made + 0.2 * y[AP]) * inh - dI6 * y[IL6] - b6;
    f[IL10] = kI10 * (0.02 + y[M2] + 0.3 * y[B6]) - dI10 * y[IL10] - b10;
    f[CCL] = kC2 * (0.05 + 0.5 * (y[BT] + y[AP])) - dC2 * y[CCL] - bC;
    f[TGF] = kTG * (0.02 + y[M2]) - dTG * y[TGF];
    f[RT] = kdegR * (1 - y[RT]) - bT;
    f[BT] = bT - kint * y[BT];
    f[R1] = kdegR * (1 - y[R1]) - b1;
    f[B1] = b1 - kint * y[B1];
    f[R6] = kdegR * (1 - y[R6]) - b6;
    f[B6] = b6 - kint * y[B6];
    f[R10] = kdegR * (1 - y[R10]) - b10;
    f[B10] = b10 - kint * y[B10];
    f[RC] = kdegR * (1 - y[RC]) - bC;
    f[BC] = bC - kint * y[BC];
    f[NF] = knf * stim * (1 - y[NF]) / (1 + y[IK]) - knd * y[NF];
    f[IK] = kik * (0.2 + y[NF]) - dik * y[IK];
    f[AP] = kap * (y[B1] + 0.5 * y[BT]) * (1 - y[AP]) - dap * y[AP];
    f[S1] = ks1 * ((y[M1] + 0.5 * y[TNF]) * (1 - y[S1]) - y[S1] * (1 + 0.2 * y[TGF]));
    f[S2] = ks2 * (y[S1] * (1 + y[BC]) - y[S2]);
  }

  template <class Entry>
  void jacobian(const double* y, Entry&& entry) const {
    columns_to_A4(y, entry);
    column_Cb(y, entry);
    entry(TLR, Cb, -kf * y[TLR]);
    entry(TD, Cb, kf * y[TLR]);
    columns_from_Cbm(y, entry);
    columns_Lg_to_M2(y, entry);
    columns_TNF_to_RC(y, entry);
    columns_BC_to_S2(y, entry);
  }

 private:
  template <class Entry>
  void columns_Lg_to_M2(const double* y, Entry& entry) const {
    const double act = activation(y), inh = 1 / (1 + 3 * y[B10]);
    entry(Lg, Lg, -dL - kf * y[TLR]);
    entry(TLR, Lg, -kf * y[TLR]);
    entry(TL, Lg, kf * y[TLR]);
    entry(Lg, TLR, -kf * y[Lg]);
    entry(TLR, TLR, -kdegR - kf * (y[Lg] + y[Cb]));
    entry(TL, TLR, kf * y[Lg]);
    entry(TD, TLR, kf * y[Cb]);
    entry(Lg, TL, kbL);
    entry(TLR, TL, kbL);
    entry(TL, TL, -kbL - kint);
    entry(NF, TL, knf * (1 - y[NF]) / (1 + y[IK]));
    entry(TLR, TD, kbD);
    entry(TD, TD, -kbD - kdegR);
    entry(M0, M0, -kslow - act);
    entry(M1, M0, act);
    entry(Lg, M1, 0.5 * kL);
    entry(M0, M1, krev);
    entry(M1, M1, -krev - kact * y[B10] - kslow);
    entry(M2, M1, kact * y[B10]);
    entry(TNF, M1, kT1 * y[NF] * inh);
    entry(IL1, M1, kI1 * y[NF] * inh);
    entry(IL6, M1, kI6 * y[NF] * inh);
    entry(S1, M1, ks1 * (1 - y[S1]));
    entry(M0, M2, k21);
    entry(M2, M2, -k21 - kslow);
    entry(IL10, M2, kI10);
    entry(TGF, M2, kTG);
  }

  // A ligand and its receptor: d/d(ligand).
  template <class Entry>
  static void ligand(int free, int receptor, int bound, double loss, const double* y,
                     Entry& entry) {
    entry(free, free, -loss - kf * y[receptor]);
    entry(receptor, free, -kf * y[receptor]);
    entry(bound, free, kf * y[receptor]);
  }
  // d/d(receptor).
  template <class Entry>
  static void receptor(int free, int receptor, int bound, const double* y, Entry& entry) {
    entry(free, receptor, -kf * y[free]);
    entry(receptor, receptor, -kdegR - kf * y[free]);
    entry(bound, receptor, kf * y[free]);
  }

  template <class Entry>
  void columns_TNF_to_RC(const double* y, Entry& entry) const {
    const double inh = 1 / (1 + 3 * y[B10]), inh_slope = -3 * inh * inh,
                 act_slope = -2 * activation(y) / (1 + 2 * y[B10]), made = 0.05 + y[M1] * y[NF],
                 stim_slope = knf * (1 - y[NF]) / (1 + y[IK]);
    ligand(TNF, RT, BT, dT1, y, entry);
    entry(S1, TNF, 0.5 * ks1 * (1 - y[S1]));
    ligand(IL1, R1, B1, dI1, y, entry);
    ligand(IL6, R6, B6, dI6, y, entry);
    ligand(IL10, R10, B10, dI10, y, entry);
    ligand(CCL, RC, BC, dC2, y, entry);
    entry(TGF, TGF, -dTG);
    entry(S1, TGF, -0.2 * ks1 * y[S1]);
    receptor(TNF, RT, BT, y, entry);
    entry(TNF, BT, kbT);
    entry(CCL, BT, 0.5 * kC2);
    entry(RT, BT, kbT);
    entry(BT, BT, -kbT - kint);
    entry(NF, BT, 0.3 * stim_slope);
    entry(AP, BT, 0.5 * kap * (1 - y[AP]));
    receptor(IL1, R1, B1, y, entry);
    entry(IL1, B1, kb1);
    entry(R1, B1, kb1);
    entry(B1, B1, -kb1 - kint);
    entry(NF, B1, 0.3 * stim_slope);
    entry(AP, B1, kap * (1 - y[AP]));
    receptor(IL6, R6, B6, y, entry);
    entry(IL6, B6, kb6);
    entry(IL10, B6, 0.3 * kI10);
    entry(R6, B6, kb6);
    entry(B6, B6, -kb6 - kint);
    receptor(IL10, R10, B10, y, entry);
    entry(M0, B10, -act_slope * y[M0]);
    entry(M1, B10, act_slope * y[M0] - kact * y[M1]);
    entry(M2, B10, kact * y[M1]);
    entry(TNF, B10, kT1 * made * inh_slope);
    entry(IL1, B10, kI1 * made * inh_slope);
    entry(IL6, B10, kI6 * (made + 0.2 * y[AP]) * inh_slope);
    entry(IL10, B10, kb10);
    entry(R10, B10, kb10);
    entry(B10, B10, -kb10 - kint);
    receptor(CCL, RC, BC, y, entry);
  }

  template <class Entry>
  void columns_BC_to_S2(const double* y, Entry& entry) const {
    const double square = y[NF] * y[NF], half = 0.04 + square, open = kact / (1 + 2 * y[B10]),
                 by_BC = open * (0.2 + square / half),
                 by_NF = open * (1 + y[BC]) * 0.08 * y[NF] / (half * half),
                 inh = 1 / (1 + 3 * y[B10]), stim = y[TL] + 0.3 * (y[BT] + y[B1]),
                 per_IK = 1 / (1 + y[IK]);
    entry(M0, BC, -by_BC * y[M0]);
    entry(M1, BC, by_BC * y[M0]);
    entry(CCL, BC, kbC);
    entry(RC, BC, kbC);
    entry(BC, BC, -kbC - kint);
    entry(S2, BC, ks2 * y[S1]);
    entry(M0, NF, -by_NF * y[M0]);
    entry(M1, NF, by_NF * y[M0]);
    entry(TNF, NF, kT1 * y[M1] * inh);
    entry(IL1, NF, kI1 * y[M1] * inh);
    entry(IL6, NF, kI6 * y[M1] * inh);
    entry(NF, NF, -knf * stim * per_IK - knd);
    entry(IK, NF, kik);
    entry(NF, IK, -knf * stim * (1 - y[NF]) * per_IK * per_IK);
    entry(IK, IK, -dik);
    entry(IL6, AP, 0.2 * kI6 * inh);
    entry(CCL, AP, 0.5 * kC2);
    entry(AP, AP, -kap * (y[B1] + 0.5 * y[BT]) - dap);
    entry(S1, S1, -ks1 * (y[M1] + 0.5 * y[TNF] + 1 + 0.2 * y[TGF]));
    entry(S2, S1, ks2 * (1 + y[BC]));
    entry(S2, S2, -ks2);
  }

  static double activation(const double* y) {
    const double square = y[NF] * y[NF];
    return kact * (0.2 + square / (0.04 + square)) * (1 + y[BC]) / (1 + 2 * y[B10]);
  }

  static constexpr double kf = 1000, kbL = 1000, kbD = 5000, kdegR = 0.05, kint = 0.5, kL = 0.4,
                          dL = 0.2, kslow = 0.001, kact = 0.02, krev = 0.01, k21 = 0.004, kT1 = 2,
                          dT1 = 1, kI1 = 1.5, dI1 = 0.7, kI6 = 2.5, dI6 = 0.5, kI10 = 1, dI10 = 0.4,
                          kC2 = 1.2, dC2 = 0.3, kTG = 0.6, dTG = 0.1, kbT = 400, kb1 = 200,
                          kb6 = 800, kb10 = 500, kbC = 1500, knf = 800, knd = 1000, kik = 2,
                          dik = 1, kap = 900, dap = 1200, ks1 = 0.002, ks2 = 0.001;
};

}  // namespace vesper::bench

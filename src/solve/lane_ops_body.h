// The bodies of lane_ops.h for one width.  The including file defines VESPER_LANES and, where the
// elementary functions have a vector form, VESPER_EXP and VESPER_LOG (SLEEF's deterministic ones:
// a lane's result does not depend on its neighbours).
//
// Nothing of the standard library's templates is used here: a copy of such a function compiled for
// a wider processor must not become the one that the rest of the program calls.
#include "solve/lane_ops.h"
#include "solve/rodas5p.h"
#include "solve/tsit5.h"

namespace vesper::solve {
namespace {

constexpr std::size_t width = VESPER_LANES;
using V = double __attribute__((vector_size(8 * width), may_alias));
using M = long long __attribute__((vector_size(8 * width)));

inline V load(const double* at) {
  return *reinterpret_cast<const V*>(at);
}
inline V load(const Vector& vector) {
  return load(vector.at);
}
inline void store(double* at, V value) {
  *reinterpret_cast<V*>(at) = value;
}
inline void store(Vector& vector, V value) {
  store(vector.at, value);
}
inline V all(double value) {
  return value - V{};
}
inline V smaller(V a, V b) {
  return a < b ? a : b;
}
inline V larger(V a, V b) {
  return a > b ? a : b;
}
inline V magnitude(V a) {
  return reinterpret_cast<V>(reinterpret_cast<M>(a) & 0x7fffffffffffffffLL);
}

inline M mask_of(LaneSet lanes) {
  M bit;
  for (std::size_t l = 0; l < width; ++l) bit[l] = 1LL << l;
  return (bit & static_cast<long long>(lanes)) != 0;
}
inline LaneSet set_of(M mask) {
#if VESPER_LANES == 8 && defined(__AVX512DQ__)
  return _mm512_movepi64_mask(reinterpret_cast<__m512i>(mask));
#elif VESPER_LANES == 4 && defined(__AVX2__)
  return static_cast<LaneSet>(_mm256_movemask_pd(reinterpret_cast<__m256d>(mask)));
#else
  LaneSet set = 0;
  for (std::size_t l = 0; l < width; ++l) set |= (mask[l] != 0 ? LaneSet{1} : LaneSet{0}) << l;
  return set;
#endif
}

// 1/x for positive normal x to 2e-4, enough for weights of an error norm: halving the exponent's
// bits by subtraction, then two steps of Newton's method.
inline V rough_inverse(V x) {
  V z = reinterpret_cast<V>(0x7fde623822fc16e6LL - reinterpret_cast<M>(x));
  z *= 2.0 - x * z;
  z *= 2.0 - x * z;
  return z;
}

// x^(-1/10) for positive normal x to about 1e-6, likewise: z <- z (11 - x z^10) / 10.
inline V rough_tenth_root_of_inverse(V x) {
  // bits(z) = 1.1 bits(1) - 0.1 bits(x), the exponent being linear in the bits.
  M bits = reinterpret_cast<M>(x);
  V as_number;
  for (std::size_t l = 0; l < width; ++l) as_number[l] = static_cast<double>(bits[l]);
  const V guess = 1.1 * 4607182418800017408.0 - 0.1 * as_number;
  for (std::size_t l = 0; l < width; ++l) bits[l] = static_cast<long long>(guess[l]);
  V z = reinterpret_cast<V>(bits);
  for (int k = 0; k < 3; ++k) {
    const V z2 = z * z, z4 = z2 * z2;
    z *= 1.1 - 0.1 * (x * (z4 * z4 * z2));
  }
  return z;
}

// --- the clock --------------------------------------------------------------------------------

constexpr double safety = 0.9, least_factor = 0.2, most_factor = 6;
// h |lambda| from which an explicit step lies at the edge of stability.
constexpr double near_edge = 0.9 * tsit5::stable;
// Two times closer than this (relative) are one; as in times.h.
constexpr double same_time = 64 * 2.220446049250313e-16;

void plan(LaneClock& clock) {
  const V t = load(clock.t), stop = load(clock.stop);
  const V left = stop - t;
  const V wanted = smaller(load(clock.h), load(clock.longest));
  const M to_stop = wanted >= left * (1 - 1e-9);
  const M half_way = ~to_stop & (wanted > 0.5 * left);
  const V step = to_stop ? left : (half_way ? 0.5 * left : wanted);
  store(clock.step, step);
  store(clock.inverse, 1.0 / step);
  store(clock.next, to_stop ? stop : t + step);
  clock.shortened = set_of(to_stop | half_way);
}

LaneSet grid_due(const LaneClock& clock, LaneSet accepted, LaneSet reached) {
  const V next = load(clock.next);
  const V before = next - same_time * magnitude(next);
  const V grid = load(clock.grid);
  const M due = mask_of(reached) ? grid <= before : grid <= next;
  return accepted & set_of(due);
}

Verdict decide(LaneClock& clock, LaneSet lanes, const Vector* stiffness) {
  const V error = load(clock.error), step = load(clock.step), h = load(clock.h);
  const M good = error <= 1.0;  // not so where it is not a number
  const M finite = error < 1e300;
  V factor = safety * rough_tenth_root_of_inverse(larger(error, all(1e-30)));
  factor = smaller(larger(factor, all(least_factor)), all(most_factor));
  factor = finite ? factor : all(0.1);
  const M refused_before = mask_of(clock.refused);
  factor = (good & refused_before) ? smaller(factor, all(1.0)) : factor;
  V proposed = step * factor;
  // A step that was cut short says little against the longer one that was wanted.
  proposed = (good & mask_of(clock.shortened)) ? larger(proposed, h) : proposed;
  const M ours = mask_of(lanes);
  store(clock.h, ours ? proposed : h);

  const V one = all(1.0), none = V{};
  const V attempts = load(clock.attempts) + (ours ? one : none);
  const V accepted = load(clock.accepted) + ((ours & good) ? one : none);
  store(clock.attempts, attempts);
  store(clock.accepted, accepted);
  if (stiffness != nullptr) {
    const M at_edge = ours & good & (load(*stiffness) > near_edge * near_edge);
    store(clock.stiff_steps, load(clock.stiff_steps) + (at_edge ? one : none));
  }

  Verdict verdict;
  verdict.look = lanes & set_of(attempts >= load(clock.look_at));
  verdict.check = lanes & set_of(accepted >= load(clock.check_at));
  verdict.accepted = lanes & set_of(good);
  verdict.reached = verdict.accepted & set_of(load(clock.next) == load(clock.stop));
  clock.refused = (clock.refused & ~lanes) | (lanes & ~verdict.accepted);
  verdict.grid_due = grid_due(clock, verdict.accepted, verdict.reached);
  return verdict;
}

// --- Rodas5P ----------------------------------------------------------------------------------

template <std::size_t I>
void sum_stage(std::size_t states, const LaneClock& clock, const double* y, const double* stages,
               const double* dfdt, double* u, double* g) {
  constexpr bool summed = I < rodas5p::summed_stages;
  const std::size_t size = states * width;
  const V inverse = load(clock.inverse);
  const V weight = rodas5p::gammas[I] * load(clock.step);
  for (std::size_t at = 0; at < size; at += width) {
    V argument = load(summed ? y + at : u + at);
    V sum = V{};
#pragma GCC unroll 8
    for (std::size_t j = 0; j < I; ++j) {
      const V stage = load(stages + j * size + at);
      if (summed)
        argument += rodas5p::a[summed ? I : 0][j] * stage;
      else if (j + 1 == I)
        argument += stage;
      sum += rodas5p::c[I][j] * stage;
    }
    V right = sum * inverse;
    if (dfdt != nullptr && rodas5p::gammas[I] != 0) right += weight * load(dfdt + at);
    store(u + at, argument);
    store(g + at, right);
  }
}

void rosenbrock_stage(std::size_t i, std::size_t states, const LaneClock& clock, const double* y,
                      const double* stages, const double* dfdt, double* u, double* g) {
  using Sum = void (*)(std::size_t, const LaneClock&, const double*, const double*, const double*,
                       double*, double*);
  static constexpr Sum sums[rodas5p::stages] = {sum_stage<0>, sum_stage<1>, sum_stage<2>,
                                                sum_stage<3>, sum_stage<4>, sum_stage<5>,
                                                sum_stage<6>, sum_stage<7>};
  sums[i](states, clock, y, stages, dfdt, u, g);
}

// Squared weighted root mean square of `error` over the states.
template <class Error>
inline V norm(std::size_t states, const LaneClock& clock, const double* y, const double* y_next,
              const double* absolute, Error error) {
  const V relative = load(clock.relative);
  V sum = V{};
  for (std::size_t at = 0; at < states * width; at += width) {
    const V scale = larger(magnitude(load(y + at)), magnitude(load(y_next + at)));
    const V ratio = error(at) * rough_inverse(load(absolute + at) + relative * scale);
    // A rough inverse of infinity is no number, and must not pass for a small error.
    sum += ratio * ratio;
  }
  return sum * (1.0 / static_cast<double>(states > 0 ? states : 1));
}

void rosenbrock_end(std::size_t states, LaneClock& clock, const double* y, const double* stages,
                    const double* absolute, const double* lu, double* u) {
  const double* last = stages + (rodas5p::stages - 1) * states * width;
  M signs = M{};
  for (std::size_t at = 0; at < states * width; at += width) {
    store(u + at, load(u + at) + load(last + at));
    signs |= reinterpret_cast<M>(load(lu + at));
  }
  const V error =
      norm(states, clock, y, u, absolute, [&](std::size_t at) { return load(last + at); });
  store(clock.error, signs < 0 ? all(1e200) : error);
}

void rosenbrock_dense(std::size_t states, const double* y, const double* y_next,
                      const double* stages, double* coefficients) {
  const std::size_t size = states * width;
  for (std::size_t at = 0; at < size; at += width) {
    V d[rodas5p::dense_rows] = {};
#pragma GCC unroll 8
    for (std::size_t j = 0; j < rodas5p::stages; ++j) {
      const V stage = load(stages + j * size + at);
#pragma GCC unroll 3
      for (std::size_t m = 0; m < rodas5p::dense_rows; ++m) d[m] += rodas5p::dense[m][j] * stage;
    }
    store(coefficients + at, load(y_next + at) - load(y + at) + d[0]);
    store(coefficients + size + at, d[1] - d[0]);
    store(coefficients + 2 * size + at, d[2] - d[1]);
    store(coefficients + 3 * size + at, -d[2]);
  }
}

// --- Tsit5 ------------------------------------------------------------------------------------

template <std::size_t I>
void sum_explicit(std::size_t states, const LaneClock& clock, const double* y, const double* stages,
                  double* u) {
  const std::size_t size = states * width;
  const V step = load(clock.step);
  for (std::size_t at = 0; at < size; at += width) {
    V sum = V{};
#pragma GCC unroll 8
    for (std::size_t j = 0; j < I; ++j) sum += tsit5::a[I][j] * load(stages + j * size + at);
    store(u + at, load(y + at) + step * sum);
  }
}

void explicit_stage(std::size_t i, std::size_t states, const LaneClock& clock, const double* y,
                    const double* stages, double* u) {
  using Sum = void (*)(std::size_t, const LaneClock&, const double*, const double*, double*);
  static constexpr Sum sums[tsit5::stages] = {sum_explicit<0>, sum_explicit<1>, sum_explicit<2>,
                                              sum_explicit<3>, sum_explicit<4>, sum_explicit<5>,
                                              sum_explicit<6>};
  sums[i](states, clock, y, stages, u);
}

void explicit_end(std::size_t states, LaneClock& clock, const double* y, const double* stages,
                  const double* absolute, const double* y_next, const double* u6,
                  Vector& stiffness) {
  const std::size_t size = states * width;
  const V step = load(clock.step);
  store(clock.error, norm(states, clock, y, y_next, absolute, [&](std::size_t at) {
          V sum = V{};
#pragma GCC unroll 8
          for (std::size_t j = 0; j < tsit5::stages; ++j)
            sum += tsit5::error[j] * load(stages + j * size + at);
          return step * sum;
        }));
  V rates = V{}, arguments = V{};
  for (std::size_t at = 0; at < size; at += width) {
    const V rate = load(stages + 6 * size + at) - load(stages + 5 * size + at);
    const V argument = load(y_next + at) - load(u6 + at);
    rates += rate * rate;
    arguments += argument * argument;
  }
  store(stiffness, arguments > 0 ? rates / arguments * step * step : V{});
}

void explicit_dense(std::size_t states, const LaneClock& clock, const double* stages,
                    double* coefficients) {
  const std::size_t size = states * width;
  const V step = load(clock.step);
  for (std::size_t at = 0; at < size; at += width) {
    V sum[4] = {};
#pragma GCC unroll 8
    for (std::size_t j = 0; j < tsit5::stages; ++j) {
      const V stage = load(stages + j * size + at);
#pragma GCC unroll 4
      for (std::size_t m = 0; m < 4; ++m) sum[m] += tsit5::dense[j][m] * stage;
    }
#pragma GCC unroll 4
    for (std::size_t m = 0; m < 4; ++m) store(coefficients + m * size + at, step * sum[m]);
  }
}

// --- both -------------------------------------------------------------------------------------

void dense(std::size_t states, const double* y, const double* coefficients, const Vector& x,
           double* u) {
  const std::size_t size = states * width;
  const V at_x = load(x);
  for (std::size_t at = 0; at < size; at += width) {
    V sum = load(coefficients + 3 * size + at);
    sum = load(coefficients + 2 * size + at) + at_x * sum;
    sum = load(coefficients + size + at) + at_x * sum;
    sum = load(coefficients + at) + at_x * sum;
    store(u + at, load(y + at) + at_x * sum);
  }
}

void fraction(const LaneClock& clock, const Vector& at, Vector& x) {
  store(x, (load(at) - load(clock.t)) * load(clock.inverse));
}

void advance(LaneClock& clock, LaneSet lanes) {
  store(clock.t, mask_of(lanes) ? load(clock.next) : load(clock.t));
}

void blend(std::size_t items, LaneSet lanes, const double* from, double* to) {
  const M ours = mask_of(lanes);
  for (std::size_t at = 0; at < items * width; at += width)
    store(to + at, ours ? load(from + at) : load(to + at));
}

void scatter(std::size_t items, LaneSet lanes, const double* values, double* const* rows) {
  for (; lanes != 0; lanes &= lanes - 1) {
    const auto lane = static_cast<std::size_t>(__builtin_ctz(lanes));
    double* row = rows[lane];
    for (std::size_t item = 0; item < items; ++item) row[item] = values[item * width + lane];
  }
}

void release(const Releases& releases, const Vector& t, const Vector& step, double* rate,
             double* slope) {
  const V amplitude = load(releases.amplitude);
  if (releases.constant) {
    store(rate, load(rate) + amplitude);
    return;
  }
  const V power = load(releases.power), decay = load(releases.rate);
  V age = load(t) - load(releases.start);
  // At its onset a gamma release has no logarithm and no slope: those of a little later stand in.
  // The error estimate sees what that costs.
  age = larger(age, 1e-4 * load(step));
  const V exponent = power * VESPER_LOG(age) - decay * age + load(releases.norm);
  const V value = amplitude * VESPER_EXP(exponent);
  store(rate, load(rate) + value);
  if (slope != nullptr) store(slope, load(slope) + value * (power / age - decay));
}

}  // namespace

extern const LaneOps VESPER_TABLE;
const LaneOps VESPER_TABLE = {width,
                              plan,
                              decide,
                              grid_due,
                              rosenbrock_stage,
                              rosenbrock_end,
                              rosenbrock_dense,
                              explicit_stage,
                              explicit_end,
                              explicit_dense,
                              dense,
                              fraction,
                              advance,
                              blend,
                              scatter,
                              release};

}  // namespace vesper::solve

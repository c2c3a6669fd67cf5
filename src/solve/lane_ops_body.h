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

// 1/x for positive normal x to 2 %, enough for the weights of an error norm: the exponent's bits
// turned round by a subtraction, then a step of Newton's method.
inline V rough_inverse(V x) {
  V z = reinterpret_cast<V>(0x7fde623822fc16e6LL - reinterpret_cast<M>(x));
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

constexpr double safety = 0.9, least_factor = 0.2;
// h |lambda| that explicit steps are kept below: well within stability, where what is stiff dies
// away in a step and does not linger at the size of the tolerance; and from which they count as
// held back by it.
constexpr double stable_enough = 2, held_back = 1.6;
// h |lambda| from which something is so fast in a step that it only follows the rest.
constexpr double slaved_from = 100;
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
  const V inverse = 1.0 / step;
  store(clock.inverse, inverse);
  store(clock.diagonal, inverse * (1 / rodas5p::gamma));
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
  factor = smaller(larger(factor, all(least_factor)), load(clock.growth));
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
    const V stiff = load(*stiffness);
    const M slow = ours & good & (stiff > held_back * held_back);
    store(clock.stiff_steps, load(clock.stiff_steps) + (slow ? one : none));
    V longest;
    for (std::size_t l = 0; l < width; ++l) longest[l] = stable_enough / __builtin_sqrt(stiff[l]);
    longest *= step;
    const M too_long = ours & (stiff > 0) & (load(clock.h) > longest);
    store(clock.h, too_long ? longest : load(clock.h));
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

// Squared weighted root mean square of `error` over the states or, for explicit steps, its largest:
// what is fast lingers after them at the size that the norm lets through, where an implicit step
// makes it die away.
template <bool Largest, class Error>
inline V norm(std::size_t states, const LaneClock& clock, const double* y, const double* y_next,
              double* absolute, Error error) {
  const V relative = load(clock.relative), floor = load(clock.floor);
  V sum = V{}, largest = V{};
  for (std::size_t at = 0; at < states * width; at += width) {
    const V here = magnitude(load(y + at));
    const V scale = larger(here, magnitude(load(y_next + at)));
    const V least = larger(load(absolute + at), floor * here);
    store(absolute + at, least);
    const V ratio = error(at) * rough_inverse(least + relative * scale);
    // A rough inverse of infinity is no number, and must not pass for a small error.
    const V square = ratio * ratio;
    sum += square;
    if (Largest) largest = larger(largest, square);
  }
  // What is not a number in the sum must not get lost in the comparison.
  if (Largest) return largest + 0.0 * sum;
  return sum * (1.0 / static_cast<double>(states > 0 ? states : 1));
}

void rosenbrock_end(std::size_t states, LaneClock& clock, const double* y, const double* stages,
                    double* absolute, const double* lu, double* u) {
  const double* last = stages + (rodas5p::stages - 1) * states * width;
  M signs = M{};
  V least = all(1e300);
  for (std::size_t at = 0; at < states * width; at += width) {
    store(u + at, load(u + at) + load(last + at));
    const V pivot = load(lu + at);  // its reciprocal
    signs |= reinterpret_cast<M>(pivot);
    least = smaller(least, pivot);
  }
  clock.slaved = set_of(least * load(clock.diagonal) < 1 / (1 + rodas5p::gamma * slaved_from));
  const V error =
      norm<false>(states, clock, y, u, absolute, [&](std::size_t at) { return load(last + at); });
  store(clock.error, signs < 0 ? all(1e200) : error);
}

void rosenbrock_defect(std::size_t states, const LaneClock& clock, const double* y,
                       const double* y_next, const double* stages, double* u, double* g) {
  const std::size_t size = states * width;
  constexpr double x = rodas5p::defect_at;
  const V inverse = load(clock.inverse);
  for (std::size_t at = 0; at < size; at += width) {
    const V from = load(y + at), to = load(y_next + at);
    V value = (1 - x) * from + x * to, slope = to - from;
#pragma GCC unroll 8
    for (std::size_t j = 0; j < rodas5p::stages; ++j) {
      const double d1 = rodas5p::dense[0][j], d2 = rodas5p::dense[1][j], d3 = rodas5p::dense[2][j];
      const V stage = load(stages + j * size + at);
      value += x * (1 - x) * (d1 + x * (d2 + x * d3)) * stage;
      slope += ((1 - 2 * x) * d1 + x * ((2 - 3 * x) * d2 + x * (3 - 4 * x) * d3)) * stage;
    }
    store(u + at, value);
    store(g + at, -inverse * slope);
  }
}

void rosenbrock_dense(const Wanted& wanted, const double* y, const double* y_next,
                      const double* stages, const double* defect, LaneSet corrected,
                      const Vector& x, double* u) {
  const std::size_t size = wanted.states * width;
  const V at_x = load(x), rest = 1.0 - at_x;
  V weight[rodas5p::stages];
#pragma GCC unroll 8
  for (std::size_t j = 0; j < rodas5p::stages; ++j) {
    V sum = rodas5p::dense[1][j] + at_x * rodas5p::dense[2][j];
    sum = rodas5p::dense[0][j] + at_x * sum;
    weight[j] = at_x * rest * sum;
  }
  for (std::size_t k = 0; k < wanted.count; ++k) {
    const std::size_t at = wanted.index[k] * width;
    V even = rest * load(y + at), odd = at_x * load(y_next + at);
#pragma GCC unroll 4
    for (std::size_t j = 0; j < rodas5p::stages; j += 2) {
      even += weight[j] * load(stages + j * size + at);
      odd += weight[j + 1] * load(stages + (j + 1) * size + at);
    }
    store(u + at, even + odd);
  }
  if (corrected == 0) return;
  const M these = mask_of(corrected);
  const V bump = at_x * rest * (at_x - rodas5p::defect_zeros[0]) *
                 (at_x - rodas5p::defect_zeros[1]) * (1 / rodas5p::defect_bump);
  for (std::size_t k = 0; k < wanted.count; ++k) {
    const std::size_t at = wanted.index[k] * width;
    const V plain = load(u + at);
    store(u + at, these ? plain + bump * load(defect + at) : plain);
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
                  double* absolute, const double* y_next, const double* u6, Vector& stiffness) {
  const std::size_t size = states * width;
  const V step = load(clock.step);
  store(clock.error, norm<true>(states, clock, y, y_next, absolute, [&](std::size_t at) {
          V sum = V{};
#pragma GCC unroll 8
          for (std::size_t j = 0; j < tsit5::stages; ++j)
            sum += tsit5::error[j] * load(stages + j * size + at);
          return step * sum;
        }));
  // In units of the tolerances: the largest state must not hide the stiff one.
  V rates = V{}, arguments = V{};
  const V relative = load(clock.relative);
  for (std::size_t at = 0; at < size; at += width) {
    const V weight = rough_inverse(load(absolute + at) + relative * magnitude(load(y_next + at)));
    const V rate = weight * (load(stages + 6 * size + at) - load(stages + 5 * size + at));
    const V argument = weight * (load(y_next + at) - load(u6 + at));
    rates += rate * rate;
    arguments += argument * argument;
  }
  store(stiffness, arguments > 0 ? rates / arguments * step * step : V{});
}

void explicit_dense(const Wanted& wanted, const LaneClock& clock, const double* y,
                    const double* stages, const Vector& x, double* u) {
  const std::size_t size = wanted.states * width;
  const V at_x = load(x), step = load(clock.step);
  V weight[tsit5::stages];
#pragma GCC unroll 8
  for (std::size_t j = 0; j < tsit5::stages; ++j) {
    V sum = tsit5::dense[j][2] + at_x * tsit5::dense[j][3];
    sum = tsit5::dense[j][1] + at_x * sum;
    sum = tsit5::dense[j][0] + at_x * sum;
    weight[j] = step * at_x * sum;
  }
  for (std::size_t k = 0; k < wanted.count; ++k) {
    const std::size_t at = wanted.index[k] * width;
    V sum = load(y + at);
#pragma GCC unroll 8
    for (std::size_t j = 0; j < tsit5::stages; ++j) sum += weight[j] * load(stages + j * size + at);
    store(u + at, sum);
  }
}

// --- both -------------------------------------------------------------------------------------

void fraction(const LaneClock& clock, const Vector& at, Vector& x) {
  store(x, (load(at) - load(clock.t)) * load(clock.inverse));
}

void clamp(const LaneClock& clock, const Vector& at, Vector& inside) {
  store(inside, smaller(larger(load(at), load(clock.first)), load(clock.last)));
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
#pragma GCC unroll 4
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
                              rosenbrock_defect,
                              explicit_stage,
                              explicit_end,
                              explicit_dense,
                              fraction,
                              clamp,
                              advance,
                              blend,
                              scatter,
                              release};

}  // namespace vesper::solve

#include "kernels/routines.h"

#include <cassert>
#include <map>
#include <optional>
#include <ranges>

namespace vesper::kernels {
namespace {

using equations::NodeId;
using equations::Op;

// Where in lu a number of the factors is, or minus it.
struct Factor {
  std::uint32_t index = 0;
  bool negative = false;
};

// A value in a register, or minus it.
struct Signed {
  Value value = 0;
  bool negative = false;
};

// sum +- factor * x
Signed accumulate(Writer& writer, const std::optional<Signed>& sum, Signed factor, Value x) {
  if (!sum) return {writer.apply(Op::multiply, factor.value, x), factor.negative};
  const bool negative = sum->negative != factor.negative;
  return {writer.multiply_add(factor.value, x, sum->value, negative), sum->negative};
}

Value plain(Writer& writer, Signed value) {
  return value.negative ? writer.apply(Op::negate, value.value) : value.value;
}

// Factors of W, and the solution with them.
class Solver {
 public:
  explicit Solver(const Plan& plan)
      : plan_(plan), n_(static_cast<std::uint32_t>(plan.rates.size())), stored_(n_) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pattern;
    for (const Plan::Entry& entry : plan.jacobian) pattern.emplace_back(entry.row, entry.column);
    elimination_ = plan_elimination(n_, pattern);
    for (const Plan::Entry& entry : plan.jacobian) {
      jacobian_[{elimination_.position[entry.row], elimination_.position[entry.column]}] =
          entry.value;
    }
  }

  void factor(Routine& routine) {
    Writer writer(routine, plan_);
    for (std::uint32_t i = 0; i < n_; ++i) factor_row(writer, i);
    for (std::uint32_t i = 0; i < n_; ++i) {
      writer.store(Array::dfdt, i, writer.node(plan_.rates_by_time[i]));
    }
  }

  // Backward row by row; what a row needs of the forward half is made when it is first asked for,
  // so that little has to be held.
  void stage(Routine& routine) const {
    Writer writer(routine, plan_);
    std::vector<std::optional<Signed>> forward(n_);
    std::vector<Signed> x(n_);
    for (std::uint32_t i = n_; i-- > 0;) {
      const Signed right = forward_row(writer, i, forward);
      const Signed inverse = load(writer, {i, i});
      x[i] = {writer.apply(Op::multiply, right.value, inverse.value), right.negative};
      // The latest x last: the sum of the others need not wait for it.
      for (const std::uint32_t j : elimination_.upper[i] | std::views::reverse) {
        x[i] = add_product(writer, x[i], {i, j}, x[j]);
      }
      x[i] = {plain(writer, x[i]), false};
      writer.store(Array::k, elimination_.order[i], x[i].value);
    }
  }

  std::size_t stored() const { return stored_; }
  std::size_t fill() const { return elimination_.fill; }

 private:
  using Position = std::pair<std::uint32_t, std::uint32_t>;

  // An entry of J, without the sign that stands before it.
  Signed entry(Writer& writer, NodeId node) const {
    bool negative = false;
    while (plan_.graph[node].op == Op::negate && !plan_.constant_place.contains(node)) {
      negative = !negative;
      node = plan_.graph[node].a;
    }
    return {writer.node(node), negative};
  }

  Signed load(Writer& writer, Position position) const {
    const Factor& factor = factors_.at(position);
    return {writer.load(Array::lu, factor.index), factor.negative};
  }

  void keep(Writer& writer, Position position, Signed value) {
    const auto [known, is_new] = place_of_.try_emplace(value.value, stored_);
    if (is_new) writer.store(Array::lu, stored_++, value.value);
    factors_[position] = {known->second, value.negative};
  }

  // The reciprocals of the pivots come first in lu, where their signs are looked at.
  void keep_pivot(Writer& writer, std::uint32_t i, Value inverse) {
    writer.store(Array::lu, i, inverse);
    place_of_.try_emplace(inverse, i);
    factors_[{i, i}] = {i, false};
  }

  void factor_row(Writer& writer, std::uint32_t i) {
    std::map<std::uint32_t, std::optional<Signed>> row;  // by column; none: still as in J
    for (const std::uint32_t k : elimination_.lower[i]) row[k];
    for (const std::uint32_t j : elimination_.upper[i]) row[j];
    const auto start = [&](std::uint32_t j) -> std::optional<Signed> {
      const auto found = jacobian_.find({i, j});
      if (found == jacobian_.end()) return std::nullopt;
      return entry(writer, found->second);
    };

    Value pivot = writer.load(Array::d, 0);
    if (const auto slope = start(i)) {
      pivot = writer.apply(slope->negative ? Op::add : Op::subtract, pivot, slope->value);
    }
    for (const std::uint32_t k : elimination_.lower[i]) {
      const Signed left = row.at(k) ? *row.at(k) : *start(k);
      const Signed inverse = load(writer, {k, k});
      keep(writer, {i, k}, {writer.apply(Op::multiply, left.value, inverse.value), left.negative});
      for (const std::uint32_t j : elimination_.upper[k]) {
        Signed above = load(writer, {k, j});
        above.negative = above.negative != left.negative;
        if (j == i) {
          pivot = writer.multiply_add(left.value, above.value, pivot, !above.negative);
          continue;
        }
        std::optional<Signed>& into = row.at(j);
        if (!into) into = start(j);
        into = accumulate(writer, into, above, left.value);
      }
    }
    const Value inverse = writer.reciprocal(pivot);
    keep_pivot(writer, i, inverse);
    for (const std::uint32_t j : elimination_.upper[i]) {
      const Signed value = row.at(j) ? *row.at(j) : *start(j);
      keep(writer, {i, j}, {writer.apply(Op::multiply, value.value, inverse), value.negative});
    }
  }

  // b_i after the forward half, and before it those that it is made of.
  Signed forward_row(Writer& writer, std::uint32_t wanted,
                     std::vector<std::optional<Signed>>& forward) const {
    std::vector<std::uint32_t> waiting{wanted};
    while (!waiting.empty()) {
      const std::uint32_t i = waiting.back();
      const std::size_t before = waiting.size();
      for (const std::uint32_t k : elimination_.lower[i]) {
        if (!forward[k]) waiting.push_back(k);
      }
      if (waiting.size() > before) continue;
      waiting.pop_back();
      if (forward[i]) continue;
      Signed sum = right_hand_side(writer, elimination_.order[i]);
      for (const std::uint32_t k : elimination_.lower[i]) {
        sum = add_product(writer, sum, {i, k}, *forward[k]);
      }
      forward[i] = sum;
    }
    return *forward[wanted];
  }

  Signed right_hand_side(Writer& writer, std::uint32_t state) const {
    const Signed rate = entry(writer, plan_.rates[state]);
    const Value given = writer.load(Array::g, state);
    return {writer.apply(rate.negative ? Op::subtract : Op::add, given, rate.value), false};
  }

  // sum + factor * x
  Signed add_product(Writer& writer, Signed sum, Position position, Signed x) const {
    Signed factor = load(writer, position);
    factor.negative = factor.negative != x.negative;
    return accumulate(writer, sum, factor, x.value);
  }

  const Plan& plan_;
  std::uint32_t n_;
  Elimination elimination_;
  std::map<Position, NodeId> jacobian_;  // by positions in the elimination
  std::map<Position, Factor> factors_;   // likewise; of the diagonal: the reciprocal
  std::unordered_map<Value, std::uint32_t> place_of_;
  std::uint32_t stored_;  // vectors of lu
};

void store_all(Routine& routine, const Plan& plan, const std::vector<NodeId>& roots, Array into) {
  Writer writer(routine, plan);
  for (std::uint32_t k = 0; k < roots.size(); ++k) writer.store(into, k, writer.node(roots[k]));
}

// The table of constants, from the parameters: here they are values to make, not to load.
void prepare(Routine& routine, const Plan& plan) {
  Plan from_parameters;
  from_parameters.graph = plan.graph;
  store_all(routine, from_parameters, plan.constants, Array::c);
}

}  // namespace

Routines make_routines(const Plan& plan) {
  Routines all;
  const auto start = [&](Purpose purpose, std::string name, std::vector<Array> arguments) {
    Routine& routine = all[purpose];
    routine.name = std::move(name);
    routine.arguments = std::move(arguments);
    return &routine;
  };
  using enum Array;
  prepare(*start(Purpose::prepare, "prepare", {p, c}), plan);
  store_all(*start(Purpose::rates, "rates", {t, y, c, dydt}), plan, plan.rates, dydt);
  Solver solver(plan);
  solver.factor(*start(Purpose::factor, "factor", {t, y, c, d, lu, dfdt}));
  solver.stage(*start(Purpose::stage, "stage", {t, y, c, lu, g, k}));
  store_all(*start(Purpose::outputs, "outputs", {t, y, c, w}), plan, plan.outputs, w);
  store_all(*start(Purpose::conditions, "conditions", {t, y, c, w}), plan, plan.conditions, w);

  all.time_dependent = plan.time_dependent;
  all.counts.constants = plan.constants.size();
  all.counts.factors = solver.stored();
  all.counts.jacobian = plan.jacobian.size();
  all.counts.fill = solver.fill();
  all.counts.rates_operations = all[Purpose::rates].operations;
  all.counts.factor_operations = all[Purpose::factor].operations;
  all.counts.stage_operations = all[Purpose::stage].operations;
  all.counts.outputs_operations = all[Purpose::outputs].operations;
  return all;
}

}  // namespace vesper::kernels

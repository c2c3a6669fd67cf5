#include "kernels/routines.h"

#include <cassert>
#include <map>
#include <optional>

namespace vesper::kernels {
namespace {

using equations::NodeId;
using equations::Op;

// A number that the factors need, and where a solve finds it.
struct Factor {
  enum class Where : std::uint8_t { literal, constant, stored } where = Where::stored;
  std::uint32_t index = 0;  // in c or lu
  double number = 0;        // of a literal
  bool negative = false;    // the factor is minus what is there
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

  void stage(Routine& routine) const {
    Writer writer(routine, plan_);
    std::vector<Signed> x(n_);
    for (std::uint32_t i = 0; i < n_; ++i) {
      Signed sum = right_hand_side(writer, elimination_.order[i]);
      for (const std::uint32_t k : elimination_.lower[i]) {
        sum = add_product(writer, sum, factors_.at({i, k}), x[k]);
      }
      x[i] = sum;
    }
    for (std::uint32_t i = n_; i-- > 0;) {
      Signed sum = x[i];
      for (const std::uint32_t j : elimination_.upper[i]) {
        sum = add_product(writer, sum, factors_.at({i, j}), x[j]);
      }
      const Value inverse = writer.load(Array::lu, factors_.at({i, i}).index);
      x[i] = {writer.apply(Op::multiply, plain(writer, sum), inverse), false};
      writer.store(Array::k, elimination_.order[i], x[i].value);
    }
  }

  std::size_t stored() const { return stored_; }
  std::size_t fill() const { return elimination_.fill; }

 private:
  using Position = std::pair<std::uint32_t, std::uint32_t>;

  // df_i/dy_j as a number that needs no room in lu, if it is one.
  std::optional<Factor> ready(NodeId node) const {
    Factor factor;
    while (plan_.graph[node].op == Op::negate && !plan_.constant_place.contains(node)) {
      factor.negative = !factor.negative;
      node = plan_.graph[node].a;
    }
    if (plan_.graph.is_constant(node)) {
      factor.where = Factor::Where::literal;
      factor.number = plan_.graph[node].value;
      return factor;
    }
    if (const auto place = plan_.constant_place.find(node); place != plan_.constant_place.end()) {
      factor.where = Factor::Where::constant;
      factor.index = place->second;
      return factor;
    }
    return std::nullopt;
  }

  // An entry of J, without the sign that stands before it.
  Signed entry(Writer& writer, NodeId node) const {
    bool negative = false;
    while (plan_.graph[node].op == Op::negate && !plan_.constant_place.contains(node)) {
      negative = !negative;
      node = plan_.graph[node].a;
    }
    return {writer.node(node), negative};
  }

  Signed load(Writer& writer, const Factor& factor) const {
    switch (factor.where) {
      case Factor::Where::literal:
        return {writer.literal(factor.number), factor.negative};
      case Factor::Where::constant:
        return {writer.load(Array::c, factor.index), factor.negative};
      default:
        return {writer.load(Array::lu, factor.index), factor.negative};
    }
  }

  void keep(Writer& writer, Position position, Signed value) {
    const auto [known, is_new] = place_of_.try_emplace(value.value, stored_);
    if (is_new) writer.store(Array::lu, stored_++, value.value);
    factors_[position] = {Factor::Where::stored, known->second, 0, value.negative};
  }

  // The reciprocals of the pivots come first in lu, where their signs are looked at.
  void keep_pivot(Writer& writer, std::uint32_t i, Value inverse) {
    writer.store(Array::lu, i, inverse);
    place_of_.try_emplace(inverse, i);
    factors_[{i, i}] = {Factor::Where::stored, i, 0, false};
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
      const Value inverse = writer.load(Array::lu, factors_.at({k, k}).index);
      const Signed multiple{writer.apply(Op::multiply, left.value, inverse), left.negative};
      keep(writer, {i, k}, multiple);
      for (const std::uint32_t j : elimination_.upper[k]) {
        const Signed above = load(writer, factors_.at({k, j}));
        const bool negative = multiple.negative != above.negative;
        if (j == i) {
          pivot = writer.multiply_add(multiple.value, above.value, pivot, !negative);
          continue;
        }
        std::optional<Signed>& into = row.at(j);
        if (!into) into = start(j);
        into = accumulate(writer, into, {multiple.value, negative}, above.value);
      }
    }
    keep_pivot(writer, i, writer.apply(Op::divide, writer.literal(1), pivot));
    for (const std::uint32_t j : elimination_.upper[i]) {
      if (const auto& changed = row.at(j)) {
        keep(writer, {i, j}, *changed);
      } else if (const auto as_is = ready(jacobian_.at({i, j}))) {
        factors_[{i, j}] = *as_is;
      } else {
        keep(writer, {i, j}, *start(j));
      }
    }
  }

  Signed right_hand_side(Writer& writer, std::uint32_t state) const {
    const Signed rate = entry(writer, plan_.rates[state]);
    const Value given = writer.load(Array::g, state);
    return {writer.apply(rate.negative ? Op::subtract : Op::add, given, rate.value), false};
  }

  Signed add_product(Writer& writer, Signed sum, const Factor& factor, Signed x) const {
    Signed by = load(writer, factor);
    by.negative = by.negative != x.negative;
    if (factor.where == Factor::Where::literal && factor.number == 1) {
      const bool same = sum.negative == by.negative;
      return {writer.apply(same ? Op::add : Op::subtract, sum.value, x.value), sum.negative};
    }
    return accumulate(writer, sum, by, x.value);
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

// Systems by hand, and compiled code called on plain vectors: [item][lane].
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "equations/analysis.h"
#include "equations/evaluate.h"
#include "kernels/kernels.h"

namespace vesper::kernels::testing {

using equations::Graph;
using equations::NodeId;
using equations::Op;

// [item][lane], aligned as the functions ask.
class Lanes {
 public:
  Lanes(std::size_t items, unsigned lanes, double value = 0)
      : lanes_(lanes), blocks_(items * lanes / 8 + 1) {
    std::fill_n(data(), items * lanes, value);
  }
  double* data() { return blocks_.front().numbers; }
  const double* data() const { return blocks_.front().numbers; }
  double& operator()(std::size_t item, unsigned lane) { return data()[item * lanes_ + lane]; }
  double operator()(std::size_t item, unsigned lane) const { return data()[item * lanes_ + lane]; }

 private:
  struct alignas(64) Block {
    double numbers[8] = {};
  };
  unsigned lanes_;
  std::vector<Block> blocks_;
};

// Right-hand sides, and values to watch, made from one graph.
struct Draft {
  Graph graph;
  std::vector<NodeId> rates, outputs, conditions;
  std::size_t parameters = 0;

  Request request() {
    auto system = std::make_shared<equations::System>();
    for (std::size_t i = 0; i < rates.size(); ++i) {
      equations::State state;
      state.id = "y" + std::to_string(i);
      state.derivative = rates[i];
      state.initial = graph.constant(0);
      system->states.push_back(std::move(state));
    }
    for (std::size_t i = 0; i < parameters; ++i) {
      equations::Parameter parameter;
      parameter.id = "p" + std::to_string(i);
      system->parameters.push_back(std::move(parameter));
    }
    system->jacobian = equations::jacobian(graph, system->states);
    system->graph = std::make_shared<Graph>(graph);
    return {system, outputs, conditions};
  }
};

// Compiled code with room for its arguments and results.
class Bench {
 public:
  Bench(const Request& request, unsigned lanes, const std::filesystem::path& cache = {})
      : code(made(request, lanes, cache)),
        lanes(lanes),
        states(request.system->states.size()),
        t(1, lanes),
        y(states, lanes),
        p(request.system->parameters.size(), lanes),
        c(code->counts().constants, lanes),
        d(1, lanes, 1),
        lu(code->counts().factors, lanes),
        dfdt(states, lanes),
        dydt(states, lanes),
        g(states, lanes),
        k(states, lanes),
        outputs(request.outputs.size(), lanes),
        conditions(request.conditions.size(), lanes) {}

  void run() {
    const Functions& f = code->call();
    f.prepare(p.data(), c.data());
    f.rates(t.data(), y.data(), c.data(), dydt.data());
    f.factor(t.data(), y.data(), c.data(), d.data(), lu.data(), dfdt.data());
    f.stage(t.data(), y.data(), c.data(), lu.data(), g.data(), k.data());
    f.outputs(t.data(), y.data(), c.data(), outputs.data());
    f.conditions(t.data(), y.data(), c.data(), conditions.data());
  }

  void set(unsigned lane, const equations::testing::Point& point) {
    t(0, lane) = point.t;
    for (std::size_t i = 0; i < states; ++i) y(i, lane) = point.y[i];
    for (std::size_t i = 0; i < point.p.size(); ++i) p(i, lane) = point.p[i];
  }

  std::shared_ptr<const Code> code;
  unsigned lanes;
  std::size_t states;
  Lanes t, y, p, c, d, lu, dfdt, dydt, g, k, outputs, conditions;

 private:
  static std::shared_ptr<const Code> made(const Request& request, unsigned lanes,
                                          const std::filesystem::path& cache) {
    auto code = compile(request, {lanes, cache});
    EXPECT_TRUE(code.has_value()) << (code ? "" : code.error());
    return code.value();
  }
};

// Both NaN, or equal.
inline bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

}  // namespace vesper::kernels::testing

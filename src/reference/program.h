// The slow, clear evaluation of the expression graph: the oracle for every faster engine.
//
// A Program is the part of a graph that some wanted nodes need, as a list of instructions in
// topological order over a scratch vector.  It is constant and shared between threads; the scratch
// belongs to the caller.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "equations/graph.h"

namespace vesper::reference {

class Program {
 public:
  Program(const equations::Graph& graph, std::span<const equations::NodeId> wanted);

  std::size_t scratch_size() const { return constants_.size() + instructions_.size(); }
  std::size_t result_count() const { return results_.size(); }

  // results[k] = value of wanted[k] at (t, y, p).  scratch has scratch_size() elements or more;
  // what it holds before does not matter.  y and p reach as far as the graph's indices do.
  void evaluate(double t, std::span<const double> y, std::span<const double> p,
                std::span<double> scratch, std::span<double> results) const;

 private:
  // Writes scratch[constants + its own position].  a, b and c are scratch positions, except for
  // parameters and states, where a is the index into p or y.
  struct Instruction {
    equations::Op op;
    std::uint32_t a = 0, b = 0, c = 0;
  };
  std::vector<double> constants_;  // the first part of the scratch
  std::vector<Instruction> instructions_;
  std::vector<std::uint32_t> results_;
};

}  // namespace vesper::reference

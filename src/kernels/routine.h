// A function as a list of vector instructions, in the order in which they are emitted: between
// the plan (formulas) and LLVM (registers).
//
// Before: dA/dt = -c0 * A;  dB/dt = c0 * A - c1 * B
// After:  0 load y[0]  1 load c[0]  2 multiply 1 0  3 negate 2  4 store 3 -> dydt[0]  5 load c[1]
// ...
//
// Loads stand at their use, and are repeated when the last one is long ago: the code generator
// folds a load that is used once into the instruction, and need not keep its value in a register.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "equations/graph.h"
#include "kernels/plan.h"

namespace vesper::kernels {

// The arguments of the functions in kernels.h: [item][lane] each.
enum class Array : std::uint8_t { p, t, y, c, d, lu, g, dydt, dfdt, k, w };
std::string_view name(Array array);

using Value = std::uint32_t;  // the instruction that makes it

struct Instruction {
  enum class Kind : std::uint8_t {
    literal,                // number
    load,                   // array[index]
    store,                  // array[index] <- a
    apply,                  // op on a, b, c
    multiply_add,           // c + a * b, fused where the machine can
    negative_multiply_add,  // c - a * b, fused where the machine can
    reciprocal,             // 1/a, within 2 ULP; no number where a is 0 or infinite
  };
  Kind kind = Kind::literal;
  equations::Op op = equations::Op::constant;
  Array array = Array::p;
  std::uint32_t index = 0;
  Value a = 0, b = 0, c = 0;
  double number = 0;
};

int operand_count(const Instruction& instruction);

struct Routine {
  std::string name;
  std::vector<Array> arguments;  // in the order of the function's parameters
  std::vector<Instruction> body;
  std::size_t operations = 0;  // arithmetic and functions; no loads, stores or literals
};

// Appends to a routine.
class Writer {
 public:
  // A value that was loaded, stored or used within this many instructions stays in its register.
  static constexpr std::uint32_t window = 24;

  Writer(Routine& routine, const Plan& plan) : routine_(routine), plan_(plan) {}

  Value node(equations::NodeId id);  // with all that it needs
  Value load(Array array, std::uint32_t index);
  void store(Array array, std::uint32_t index, Value value);
  Value literal(double number);
  Value apply(equations::Op op, Value a, Value b = 0, Value c = 0);
  Value multiply_add(Value a, Value b, Value c, bool negative);  // c +- a * b
  Value reciprocal(Value a);

 private:
  struct Held {
    Value value;
    std::uint32_t at;  // when it was last used
  };
  Value append(const Instruction& instruction);
  bool is_leaf(equations::NodeId id) const;
  Value operand(equations::NodeId id);

  Routine& routine_;
  const Plan& plan_;
  std::unordered_map<equations::NodeId, Value> made_;
  std::unordered_map<std::uint64_t, Held> held_;  // by array and index
};

}  // namespace vesper::kernels

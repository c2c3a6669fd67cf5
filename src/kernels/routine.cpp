#include "kernels/routine.h"

#include <cassert>

namespace vesper::kernels {

using equations::Node;
using equations::NodeId;
using equations::Op;
using Kind = Instruction::Kind;

std::string_view name(Array array) {
  constexpr std::string_view names[] = {"p", "t",    "y",    "c", "d", "lu",
                                        "g", "dydt", "dfdt", "k", "w"};
  return names[static_cast<std::size_t>(array)];
}

int operand_count(const Instruction& instruction) {
  switch (instruction.kind) {
    case Kind::literal:
    case Kind::load:
      return 0;
    case Kind::store:
    case Kind::reciprocal:
      return 1;
    case Kind::apply:
      return equations::operand_count(instruction.op);
    default:
      return 3;
  }
}

Value Writer::append(const Instruction& instruction) {
  routine_.body.push_back(instruction);
  return static_cast<Value>(routine_.body.size() - 1);
}

bool Writer::is_leaf(NodeId id) const {
  return plan_.constant_place.contains(id) || equations::operand_count(plan_.graph[id].op) == 0;
}

Value Writer::node(NodeId root) {
  const auto done = [&](NodeId id) { return made_.contains(id) || is_leaf(id); };
  equations::visit_operands_first(plan_.graph, root, done, [&](NodeId id) {
    const Node& node = plan_.graph[id];
    const int operands = equations::operand_count(node.op);
    const Value a = operand(node.a);
    const Value b = operands > 1 ? operand(node.b) : 0;
    const Value c = operands > 2 ? operand(node.c) : 0;
    made_.emplace(id, apply(node.op, a, b, c));
  });
  return operand(root);
}

Value Writer::operand(NodeId id) {
  if (const auto made = made_.find(id); made != made_.end()) return made->second;
  if (const auto place = plan_.constant_place.find(id); place != plan_.constant_place.end()) {
    return load(Array::c, place->second);
  }
  const Node& node = plan_.graph[id];
  switch (node.op) {
    case Op::constant:
      return literal(node.value);
    case Op::state:
      return load(Array::y, node.index);
    case Op::time:
      return load(Array::t, 0);
    default:
      assert(node.op == Op::parameter);
      return load(Array::p, node.index);
  }
}

Value Writer::load(Array array, std::uint32_t index) {
  const auto now = static_cast<std::uint32_t>(routine_.body.size());
  const std::uint64_t key = static_cast<std::uint64_t>(array) << 32 | index;
  const auto held = held_.find(key);
  if (held != held_.end() && now - held->second.at <= window) {
    held->second.at = now;
    return held->second.value;
  }
  Instruction load;
  load.kind = Kind::load;
  load.array = array;
  load.index = index;
  const Value value = append(load);
  held_[key] = {value, now};
  return value;
}

void Writer::store(Array array, std::uint32_t index, Value value) {
  Instruction store;
  store.kind = Kind::store;
  store.array = array;
  store.index = index;
  store.a = value;
  append(store);
  const std::uint64_t key = static_cast<std::uint64_t>(array) << 32 | index;
  held_[key] = {value, static_cast<std::uint32_t>(routine_.body.size())};
}

Value Writer::literal(double number) {
  Instruction literal;
  literal.number = number;
  return append(literal);
}

Value Writer::apply(Op op, Value a, Value b, Value c) {
  Instruction apply;
  apply.kind = Kind::apply;
  apply.op = op;
  apply.a = a;
  apply.b = b;
  apply.c = c;
  ++routine_.operations;
  return append(apply);
}

Value Writer::multiply_add(Value a, Value b, Value c, bool negative) {
  Instruction fused;
  fused.kind = negative ? Kind::negative_multiply_add : Kind::multiply_add;
  fused.a = a;
  fused.b = b;
  fused.c = c;
  ++routine_.operations;
  return append(fused);
}

Value Writer::reciprocal(Value a) {
  Instruction reciprocal;
  reciprocal.kind = Kind::reciprocal;
  reciprocal.a = a;
  ++routine_.operations;
  return append(reciprocal);
}

}  // namespace vesper::kernels

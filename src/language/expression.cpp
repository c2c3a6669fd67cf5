#include "language/expression.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace vesper::language {

using Kind = Expression::Kind;

namespace {

// How tightly an operator binds; the grammar is in docs/antimony.md.
enum Rank { logical = 1, relational, additive, multiplicative, prefix, exponent, atom };

Rank rank(const Expression& e) {
  switch (e.kind) {
    case Kind::logical_and:
    case Kind::logical_or:
      return logical;
    case Kind::less:
    case Kind::less_equal:
    case Kind::greater:
    case Kind::greater_equal:
    case Kind::equal:
    case Kind::not_equal:
      return relational;
    case Kind::add:
    case Kind::subtract:
      return additive;
    case Kind::multiply:
    case Kind::divide:
      return multiplicative;
    case Kind::negate:
    case Kind::logical_not:
      return prefix;
    case Kind::power:
      return exponent;
    case Kind::number:
      return std::signbit(e.value) && !std::isnan(e.value) ? prefix : atom;
    default:
      return atom;
  }
}

const char* sign(Kind kind) {
  switch (kind) {
    case Kind::add:
      return " + ";
    case Kind::subtract:
      return " - ";
    case Kind::multiply:
      return " * ";
    case Kind::divide:
      return " / ";
    case Kind::less:
      return " < ";
    case Kind::less_equal:
      return " <= ";
    case Kind::greater:
      return " > ";
    case Kind::greater_equal:
      return " >= ";
    case Kind::equal:
      return " == ";
    case Kind::not_equal:
      return " != ";
    case Kind::logical_and:
      return " && ";
    case Kind::logical_or:
      return " || ";
    default:
      return "^";
  }
}

std::string number_text(const Expression& e) {
  std::string text;
  if (std::isnan(e.value)) {
    text = "nan";
  } else if (std::isinf(e.value)) {
    text = e.value < 0 ? "-inf" : "inf";
  } else {
    text = fmt::format("{}", e.value);
  }
  if (e.unit) return text + " " + e.unit->text();
  return e.name.empty() ? text : text + " " + e.name;
}

void write(const Expression& e, std::string& out);

void write_operand(const Expression& e, bool parentheses, std::string& out) {
  if (parentheses) out += '(';
  write(e, out);
  if (parentheses) out += ')';
}

void write_call(const std::string& name, const Expression& e, std::string& out) {
  out += name + "(";
  for (std::size_t i = 0; i < e.arguments.size(); ++i) {
    if (i > 0) out += ", ";
    write(*e.arguments[i], out);
  }
  out += ')';
}

void write_binary(const Expression& e, std::string& out) {
  const Expression& left = *e.arguments[0];
  const Expression& right = *e.arguments[1];
  const Rank own = rank(e);
  // Powers group to the right, all others to the left; comparisons do not chain, and `||` before
  // `&&` is read differently by different tools.
  bool left_marked = rank(left) < own;
  if (own == exponent || own == relational) left_marked = rank(left) <= own;
  if (e.kind == Kind::logical_and) left_marked = left.kind == Kind::logical_or;
  const bool right_marked = own == exponent ? rank(right) < prefix : rank(right) <= own;
  write_operand(left, left_marked, out);
  out += sign(e.kind);
  write_operand(right, right_marked, out);
}

void write(const Expression& e, std::string& out) {
  switch (e.kind) {
    case Kind::number:
      out += number_text(e);
      return;
    case Kind::name:
      out += e.name;
      return;
    case Kind::call:
      write_call(e.name, e, out);
      return;
    case Kind::logical_xor:
      write_call("xor", e, out);
      return;
    case Kind::implies:
      write_call("implies", e, out);
      return;
    case Kind::negate:
    case Kind::logical_not:
      out += e.kind == Kind::negate ? '-' : '!';
      write_operand(*e.arguments[0],
                    rank(*e.arguments[0]) < prefix || e.arguments[0]->kind == Kind::negate, out);
      return;
    default:
      write_binary(e, out);
      return;
  }
}

bool same_unit(const units::Unit* a, const units::Unit* b) {
  return a == nullptr || b == nullptr ? a == b : a->same(*b);
}

}  // namespace

Operands::~Operands() {
  std::vector<ExpressionPtr> doomed;
  doomed.swap(*this);
  while (!doomed.empty()) {
    const ExpressionPtr last = std::move(doomed.back());
    doomed.pop_back();
    if (last == nullptr || last.use_count() > 1) continue;
    // The last owner may take it apart: every expression is made as a mutable object (`make`).
    auto& below = const_cast<Expression&>(*last).arguments;
    std::move(below.begin(), below.end(), std::back_inserter(doomed));
    below.clear();
  }
}

std::string text(const Expression& expression) {
  std::string out;
  write(expression, out);
  return out;
}

bool same(const Expression& a, const Expression& b) {
  if (&a == &b) return true;
  const bool same_value = a.value == b.value || (std::isnan(a.value) && std::isnan(b.value));
  if (a.kind != b.kind || !same_value || a.name != b.name ||
      a.arguments.size() != b.arguments.size() || !same_unit(a.unit.get(), b.unit.get())) {
    return false;
  }
  for (std::size_t i = 0; i < a.arguments.size(); ++i) {
    if (!same(*a.arguments[i], *b.arguments[i])) return false;
  }
  return true;
}

bool is_truth(const Expression& expression) {
  switch (expression.kind) {
    case Kind::less:
    case Kind::less_equal:
    case Kind::greater:
    case Kind::greater_equal:
    case Kind::equal:
    case Kind::not_equal:
    case Kind::logical_and:
    case Kind::logical_or:
    case Kind::logical_xor:
    case Kind::logical_not:
    case Kind::implies:
      return true;
    default:
      return expression.kind == Kind::name &&
             (expression.name == "true" || expression.name == "false");
  }
}

ExpressionPtr make_number(double value, std::shared_ptr<const units::Unit> unit, Span span) {
  return std::make_shared<Expression>(
      Expression{Kind::number, value, std::move(unit), {}, {}, span});
}

ExpressionPtr make_name(std::string name, Span span) {
  return std::make_shared<Expression>(
      Expression{Kind::name, 0, nullptr, std::move(name), {}, span});
}

ExpressionPtr make_call(std::string name, std::vector<ExpressionPtr> arguments, Span span) {
  return std::make_shared<Expression>(
      Expression{Kind::call, 0, nullptr, std::move(name), std::move(arguments), span});
}

ExpressionPtr make(Kind kind, std::vector<ExpressionPtr> operands, Span span) {
  return std::make_shared<Expression>(Expression{kind, 0, nullptr, {}, std::move(operands), span});
}

}  // namespace vesper::language

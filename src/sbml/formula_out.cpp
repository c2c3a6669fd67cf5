#include "sbml/formula_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace vesper::sbml {
namespace {

using language::Expression;
using Kind = Expression::Kind;
using Node = std::unique_ptr<ASTNode>;

constexpr double avogadro = 6.02214076e23;  // [1/mol] ours; SBML's own is that of CODATA 2006

struct CallType {
  std::string_view name;
  ASTNodeType_t type;
};

constexpr auto calls = std::to_array<CallType>({
    {"exp", AST_FUNCTION_EXP},
    {"ln", AST_FUNCTION_LN},
    {"abs", AST_FUNCTION_ABS},
    {"floor", AST_FUNCTION_FLOOR},
    {"ceil", AST_FUNCTION_CEILING},
    {"factorial", AST_FUNCTION_FACTORIAL},
    {"sin", AST_FUNCTION_SIN},
    {"cos", AST_FUNCTION_COS},
    {"tan", AST_FUNCTION_TAN},
    {"sec", AST_FUNCTION_SEC},
    {"csc", AST_FUNCTION_CSC},
    {"cot", AST_FUNCTION_COT},
    {"sinh", AST_FUNCTION_SINH},
    {"cosh", AST_FUNCTION_COSH},
    {"tanh", AST_FUNCTION_TANH},
    {"sech", AST_FUNCTION_SECH},
    {"csch", AST_FUNCTION_CSCH},
    {"coth", AST_FUNCTION_COTH},
    {"asin", AST_FUNCTION_ARCSIN},
    {"acos", AST_FUNCTION_ARCCOS},
    {"atan", AST_FUNCTION_ARCTAN},
    {"asec", AST_FUNCTION_ARCSEC},
    {"acsc", AST_FUNCTION_ARCCSC},
    {"acot", AST_FUNCTION_ARCCOT},
    {"asinh", AST_FUNCTION_ARCSINH},
    {"acosh", AST_FUNCTION_ARCCOSH},
    {"atanh", AST_FUNCTION_ARCTANH},
    {"asech", AST_FUNCTION_ARCSECH},
    {"acsch", AST_FUNCTION_ARCCSCH},
    {"acoth", AST_FUNCTION_ARCCOTH},
    {"log", AST_FUNCTION_LOG},
    {"root", AST_FUNCTION_ROOT},
    {"min", AST_FUNCTION_MIN},
    {"max", AST_FUNCTION_MAX},
    {"rem", AST_FUNCTION_REM},
    {"quotient", AST_FUNCTION_QUOTIENT},
    {"piecewise", AST_FUNCTION_PIECEWISE},
    {"rateOf", AST_FUNCTION_RATE_OF},
    {"delay", AST_FUNCTION_DELAY},
});

ASTNodeType_t operator_type(Kind kind) {
  switch (kind) {
    case Kind::negate:
    case Kind::subtract:
      return AST_MINUS;
    case Kind::add:
      return AST_PLUS;
    case Kind::multiply:
      return AST_TIMES;
    case Kind::divide:
      return AST_DIVIDE;
    case Kind::power:
      return AST_FUNCTION_POWER;
    case Kind::less:
      return AST_RELATIONAL_LT;
    case Kind::less_equal:
      return AST_RELATIONAL_LEQ;
    case Kind::greater:
      return AST_RELATIONAL_GT;
    case Kind::greater_equal:
      return AST_RELATIONAL_GEQ;
    case Kind::equal:
      return AST_RELATIONAL_EQ;
    case Kind::not_equal:
      return AST_RELATIONAL_NEQ;
    case Kind::logical_and:
      return AST_LOGICAL_AND;
    case Kind::logical_or:
      return AST_LOGICAL_OR;
    case Kind::logical_xor:
      return AST_LOGICAL_XOR;
    case Kind::logical_not:
      return AST_LOGICAL_NOT;
    case Kind::implies:
      return AST_LOGICAL_IMPLIES;
    default:
      return AST_UNKNOWN;
  }
}

class Writer {
 public:
  Writer(const Naming& naming, const Place& place, const language::Function* inside)
      : naming_(naming), place_(place), inside_(inside) {}

  // Sums of many terms lean to the left, a thousand deep at most as the parser has it.
  Result<Node> write(const Expression& e, int depth = 0) {
    constexpr int deepest = 5000;
    if (depth > deepest) {
      return fail(Code::not_in_sbml, "a formula is nested too deep to be written", place_);
    }
    if (call_ != nullptr && ++expanded_ > most_expanded) {
      return fail(Code::not_in_sbml, "a call is too long to be written out", place_);
    }
    switch (e.kind) {
      case Kind::number:
        return number(e);
      case Kind::name:
        return name(e.name, depth);
      case Kind::call:
        return call(e, depth);
      default:
        return with_operands(operator_type(e.kind), e, depth);
    }
  }

 private:
  static Node leaf(ASTNodeType_t type) { return std::make_unique<ASTNode>(type); }

  static Node real(double value) {
    Node node = leaf(AST_REAL);
    const bool whole = std::abs(value) < 1e9 && value == std::floor(value);
    if (whole && !(value == 0 && std::signbit(value))) {
      node->setValue(static_cast<int>(value));
    } else {
      node->setValue(value);
    }
    return node;
  }

  // A number that SBML's form of a function needs.
  Node plain(double value) const {
    Node node = real(value);
    if (naming_.plain_numbers) node->setUnits("dimensionless");
    return node;
  }

  Result<Node> number(const Expression& e) {
    Node node = real(e.value);
    if (e.unit) {
      set_unit(*node, *e.unit);
    } else if (naming_.plain_numbers && e.value != 0) {
      node->setUnits("dimensionless");
    }
    return node;
  }

  static bool is_bare_zero(const Expression& e) {
    return e.kind == Kind::number && e.value == 0 && !e.unit;
  }

  void set_unit(ASTNode& node, const units::Unit& unit) const {
    if (const std::string id = naming_.unit(unit); !id.empty()) node.setUnits(id);
  }

  static Node named(ASTNodeType_t type, const std::string& name) {
    Node node = leaf(type);
    node->setName(name.c_str());
    return node;
  }

  static Node constant(const std::string& name) {
    if (name == "time") return named(AST_NAME_TIME, "time");
    if (name == "pi") return leaf(AST_CONSTANT_PI);
    if (name == "exponentiale") return leaf(AST_CONSTANT_E);
    if (name == "true") return leaf(AST_CONSTANT_TRUE);
    if (name == "false") return leaf(AST_CONSTANT_FALSE);
    if (name == "avogadro") return real(avogadro);
    if (name == "inf") return real(std::numeric_limits<double>::infinity());
    if (name == "nan") return real(std::numeric_limits<double>::quiet_NaN());
    return nullptr;
  }

  Result<Node> name(const std::string& name, int depth) {
    if (call_ != nullptr) {
      const auto& own = call_->function->parameters;
      const auto at = std::find(own.begin(), own.end(), name);
      if (at != own.end()) {
        const Call* const call = std::exchange(call_, call_->outer);
        auto argument =
            write(*call->arguments[static_cast<std::size_t>(at - own.begin())], depth + 1);
        call_ = call;
        return argument;
      }
    } else if (inside_ != nullptr) {
      const auto& own = inside_->parameters;
      if (std::find(own.begin(), own.end(), name) != own.end()) return named(AST_NAME, name);
    } else if (naming_.is_symbol(name)) {
      return named(AST_NAME, naming_.id(name));
    }
    if (Node node = constant(name)) return node;
    return fail(Code::not_in_sbml, fmt::format("a formula names '{}', which the model lacks", name),
                place_);
  }

  Result<Node> with_operands(ASTNodeType_t type, const Expression& e, int depth) {
    Node node = leaf(type);
    for (const language::ExpressionPtr& operand : e.arguments) {
      VESPER_TRY(Node child, write(*operand, depth + 1));
      if (naming_.plain_numbers && call_ == nullptr && is_bare_zero(*operand)) {
        if (const auto unit = unit_of_zero(e, naming_.unit_of)) set_unit(*child, *unit);
      }
      node->addChild(child.release());
    }
    return node;
  }

  // log10(x) has its base as a child in libSBML, sqrt(x) its degree.
  Result<Node> with_first(ASTNodeType_t type, int first, const Expression& e, int depth) {
    Node node = leaf(type);
    node->addChild(plain(first).release());
    VESPER_TRY(Node child, write(*e.arguments[0], depth + 1));
    node->addChild(child.release());
    return node;
  }

  // The body of the function with the arguments in it: libSBML takes units of a call wrongly where
  // its function raises to a power or adds a number.  Null where that would be too long.
  Node expanded(const language::Function& function, const Expression& e, int depth) {
    const bool outermost = call_ == nullptr;
    if (outermost) expanded_ = 0;
    const Call call{&function, e.arguments, call_};
    const Call* const outer = std::exchange(call_, &call);
    auto body = write(*function.body, depth + 1);
    call_ = outer;
    return body ? std::move(*body) : nullptr;
  }

  Result<Node> call(const Expression& e, int depth) {
    if (const language::Function* function = naming_.function(e.name)) {
      if (wraps_constant(*function)) return constant(function->body->name);
      if (naming_.plain_numbers && inside_ == nullptr) {
        if (Node body = expanded(*function, e, depth)) return body;
      }
      VESPER_TRY(Node node, with_operands(AST_FUNCTION, e, depth));
      node->setName(naming_.id(e.name).c_str());
      return node;
    }
    if (e.name == "log10" && e.arguments.size() == 1) {
      return with_first(AST_FUNCTION_LOG, 10, e, depth);
    }
    const bool square = e.arguments.size() == 1 && (e.name == "sqrt" || e.name == "root");
    if (square) return with_first(AST_FUNCTION_ROOT, 2, e, depth);
    const auto* found = std::find_if(calls.begin(), calls.end(),
                                     [&](const CallType& one) { return one.name == e.name; });
    if (found == calls.end()) {
      return fail(Code::not_in_sbml, fmt::format("'{}' has no place in an SBML formula", e.name),
                  place_);
    }
    VESPER_TRY(Node node, with_operands(found->type, e, depth));
    if (found->type == AST_FUNCTION_RATE_OF) node->setName("rateOf");
    if (found->type == AST_FUNCTION_DELAY) node->setName("delay");
    return node;
  }

  // A call that is being written out; its arguments belong to the call around it.
  struct Call {
    const language::Function* function;
    const language::Operands& arguments;
    const Call* outer;
  };
  static constexpr std::size_t most_expanded = 5000;  // parts of a formula

  const Naming& naming_;
  const Place& place_;
  const language::Function* inside_;
  const Call* call_ = nullptr;
  std::size_t expanded_ = 0;
};

}  // namespace

bool wraps_constant(const language::Function& function) {
  return function.parameters.empty() && function.body->kind == Kind::name;
}

Result<Node> write_formula(const Expression& formula, const Naming& naming, const Place& place,
                           const language::Function* inside) {
  return Writer(naming, place, inside).write(formula);
}

}  // namespace vesper::sbml

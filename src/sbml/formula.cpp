#include "sbml/formula.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "language/words.h"

namespace vesper::sbml {
namespace {

using language::Expression;
using language::ExpressionPtr;
using Kind = Expression::Kind;

// The functions of MathML that are calls of ours, by what they are called here.
std::string_view call_name(ASTNodeType_t type) {
  switch (type) {
    case AST_FUNCTION_ABS:
      return "abs";
    case AST_FUNCTION_ARCCOS:
      return "acos";
    case AST_FUNCTION_ARCCOSH:
      return "acosh";
    case AST_FUNCTION_ARCCOT:
      return "acot";
    case AST_FUNCTION_ARCCOTH:
      return "acoth";
    case AST_FUNCTION_ARCCSC:
      return "acsc";
    case AST_FUNCTION_ARCCSCH:
      return "acsch";
    case AST_FUNCTION_ARCSEC:
      return "asec";
    case AST_FUNCTION_ARCSECH:
      return "asech";
    case AST_FUNCTION_ARCSIN:
      return "asin";
    case AST_FUNCTION_ARCSINH:
      return "asinh";
    case AST_FUNCTION_ARCTAN:
      return "atan";
    case AST_FUNCTION_ARCTANH:
      return "atanh";
    case AST_FUNCTION_CEILING:
      return "ceil";
    case AST_FUNCTION_COS:
      return "cos";
    case AST_FUNCTION_COSH:
      return "cosh";
    case AST_FUNCTION_COT:
      return "cot";
    case AST_FUNCTION_COTH:
      return "coth";
    case AST_FUNCTION_CSC:
      return "csc";
    case AST_FUNCTION_CSCH:
      return "csch";
    case AST_FUNCTION_EXP:
      return "exp";
    case AST_FUNCTION_FACTORIAL:
      return "factorial";
    case AST_FUNCTION_FLOOR:
      return "floor";
    case AST_FUNCTION_LN:
      return "ln";
    case AST_FUNCTION_SEC:
      return "sec";
    case AST_FUNCTION_SECH:
      return "sech";
    case AST_FUNCTION_SIN:
      return "sin";
    case AST_FUNCTION_SINH:
      return "sinh";
    case AST_FUNCTION_TAN:
      return "tan";
    case AST_FUNCTION_TANH:
      return "tanh";
    default:
      return "";
  }
}

std::optional<Kind> comparison(ASTNodeType_t type) {
  switch (type) {
    case AST_RELATIONAL_EQ:
      return Kind::equal;
    case AST_RELATIONAL_NEQ:
      return Kind::not_equal;
    case AST_RELATIONAL_LT:
      return Kind::less;
    case AST_RELATIONAL_LEQ:
      return Kind::less_equal;
    case AST_RELATIONAL_GT:
      return Kind::greater;
    case AST_RELATIONAL_GEQ:
      return Kind::greater_equal;
    default:
      return std::nullopt;
  }
}

class Reader {
 public:
  Reader(Vocabulary& vocabulary, const Context& context)
      : vocabulary_(vocabulary), context_(context) {}

  // Recursive: elements nest at most `deepest_element` deep.
  Result<ExpressionPtr> read(const ASTNode& node) {
    switch (node.getType()) {
      case AST_INTEGER:
      case AST_REAL:
      case AST_REAL_E:
      case AST_RATIONAL:
        return number(node);
      case AST_NAME:
        return symbol(node);
      case AST_NAME_TIME:
        return constant("time");
      case AST_NAME_AVOGADRO:
        // Of SBML, from CODATA 2006; the SI of 2019 has another one.
        return language::make_number(6.02214179e23, nullptr, context_.span);
      case AST_CONSTANT_E:
        return constant("exponentiale");
      case AST_CONSTANT_PI:
        return constant("pi");
      case AST_CONSTANT_TRUE:
        return constant("true");
      case AST_CONSTANT_FALSE:
        return constant("false");
      default:
        return apply(node);
    }
  }

 private:
  template <class... T>
  tl::unexpected<Diagnostic> refuse(fmt::format_string<T...> format, T&&... arguments) const {
    return fail(Code::unsupported_sbml, fmt::format(format, std::forward<T>(arguments)...),
                context_.place);
  }

  ExpressionPtr constant(const std::string& name) const {
    return context_.in_function ? language::make_name(name, context_.span)
                                : vocabulary_.constant(name, context_.span);
  }
  ExpressionPtr plain(double value) const {
    return language::make_number(value, nullptr, context_.span);
  }
  ExpressionPtr operation(Kind kind, std::vector<ExpressionPtr> operands) const {
    return language::make(kind, std::move(operands), context_.span);
  }

  ExpressionPtr value(double number) const {
    if (std::isnan(number)) return constant("nan");
    if (number == INFINITY) return constant("inf");
    if (number == -INFINITY) return operation(Kind::negate, {constant("inf")});
    if (std::signbit(number)) return operation(Kind::negate, {plain(-number)});
    return plain(number);
  }

  Result<ExpressionPtr> number(const ASTNode& node) const {
    switch (node.getType()) {
      case AST_INTEGER:
        return value(static_cast<double>(node.getInteger()));
      case AST_REAL_E:
        if (std::isfinite(node.getMantissa())) {
          // Read as one number: 1 times 10^-5 is not 1e-5 to the last bit.
          const std::string text = fmt::format("{}e{}", node.getMantissa(), node.getExponent());
          if (text.find("e") == text.rfind("e")) return value(std::strtod(text.c_str(), nullptr));
        }
        return value(node.getReal());
      case AST_RATIONAL:
        return value(static_cast<double>(node.getNumerator()) /
                     static_cast<double>(node.getDenominator()));
      default:
        return value(node.getReal());
    }
  }

  Result<ExpressionPtr> symbol(const ASTNode& node) const {
    const std::string name = node.getName() == nullptr ? "" : node.getName();
    if (context_.renamed != nullptr) {
      const auto found = context_.renamed->find(name);
      if (found != context_.renamed->end()) {
        return language::make_name(found->second, context_.span);
      }
    }
    if (context_.in_function || !vocabulary_.has_symbol(name)) return unknown(name);
    return language::make_name(name, context_.span);
  }

  tl::unexpected<Diagnostic> unknown(const std::string& name) const {
    return fail(Code::invalid_sbml,
                fmt::format("a formula names '{}', which the model does not "
                            "have",
                            name),
                context_.place);
  }

  Result<std::vector<ExpressionPtr>> operands(const ASTNode& node) {
    std::vector<ExpressionPtr> list;
    for (unsigned i = 0; i < node.getNumChildren(); ++i) {
      VESPER_TRY(ExpressionPtr one, read(*node.getChild(i)));
      list.push_back(std::move(one));
    }
    return list;
  }

  // Of an operator with any number of operands, which libSBML makes into ((a o b) o c) o d: a, b,
  // c, d, without a call inside a call for each.
  Result<std::vector<ExpressionPtr>> flat_operands(const ASTNode& node) {
    std::vector<const ASTNode*> last_first;
    const ASTNode* at = &node;
    while (at != nullptr) {
      for (unsigned i = at->getNumChildren(); i > 1; --i) last_first.push_back(at->getChild(i - 1));
      const ASTNode* first = at->getNumChildren() > 0 ? at->getChild(0) : nullptr;
      at = nullptr;
      if (first == nullptr) break;
      const bool goes_on = first->getType() == node.getType() && first->getNumChildren() > 1;
      if (goes_on) {
        at = first;
      } else {
        last_first.push_back(first);
      }
    }
    std::vector<ExpressionPtr> list;
    for (auto one = last_first.rbegin(); one != last_first.rend(); ++one) {
      VESPER_TRY(ExpressionPtr value, read(**one));
      list.push_back(std::move(value));
    }
    return list;
  }

  Result<void> expect(const ASTNode& node, std::size_t fewest, std::size_t most,
                      std::string_view name) const {
    const std::size_t count = node.getNumChildren();
    if (count >= fewest && count <= most) return {};
    return fail(Code::invalid_sbml,
                fmt::format("'{}' stands with {} argument{}", name, count, count == 1 ? "" : "s"),
                context_.place);
  }

  // a o b o c, from the left.
  ExpressionPtr chain(Kind kind, const std::vector<ExpressionPtr>& list, double of_none) const {
    if (list.empty()) return plain(of_none);
    ExpressionPtr sum = list.front();
    for (std::size_t i = 1; i < list.size(); ++i) sum = operation(kind, {sum, list[i]});
    return sum;
  }

  ExpressionPtr logic(Kind kind, const std::vector<ExpressionPtr>& list, bool of_none) const {
    if (list.empty()) return constant(of_none ? "true" : "false");
    if (list.size() == 1 && !language::is_truth(*list.front())) {
      // A number that stands for a truth: 1 where it is not 0.
      return operation(Kind::logical_not, {operation(Kind::logical_not, {list.front()})});
    }
    return chain(kind, list, 0);
  }

  Result<ExpressionPtr> relation(Kind kind, const ASTNode& node) {
    VESPER_CHECK(expect(node, 2, kind == Kind::not_equal ? 2 : 100'000, "a comparison"));
    VESPER_TRY(const auto list, operands(node));
    std::vector<ExpressionPtr> pairs;
    for (std::size_t i = 0; i + 1 < list.size(); ++i) {
      pairs.push_back(operation(kind, {list[i], list[i + 1]}));
    }
    return chain(Kind::logical_and, pairs, 1);
  }

  Result<ExpressionPtr> call(const std::string& name, const ASTNode& node) {
    VESPER_TRY(auto list, operands(node));
    return language::make_call(name, std::move(list), context_.span);
  }

  Result<ExpressionPtr> operator_of(Kind kind, const ASTNode& node, std::size_t count,
                                    std::string_view name) {
    VESPER_CHECK(expect(node, count, count, name));
    VESPER_TRY(auto list, operands(node));
    return operation(kind, std::move(list));
  }

  Result<ExpressionPtr> apply(const ASTNode& node) {
    const ASTNodeType_t type = node.getType();
    if (const std::string_view name = call_name(type); !name.empty()) {
      VESPER_CHECK(expect(node, 1, 1, name));
      return call(std::string(name), node);
    }
    if (const auto kind = comparison(type)) return relation(*kind, node);
    switch (type) {
      case AST_PLUS: {
        VESPER_TRY(const auto list, flat_operands(node));
        return chain(Kind::add, list, 0);
      }
      case AST_TIMES: {
        VESPER_TRY(const auto list, flat_operands(node));
        return chain(Kind::multiply, list, 1);
      }
      case AST_MINUS: {
        VESPER_CHECK(expect(node, 1, 2, "minus"));
        VESPER_TRY(auto list, operands(node));
        const Kind kind = list.size() == 1 ? Kind::negate : Kind::subtract;
        return operation(kind, std::move(list));
      }
      case AST_DIVIDE:
        return operator_of(Kind::divide, node, 2, "divide");
      case AST_POWER:
      case AST_FUNCTION_POWER:
        return operator_of(Kind::power, node, 2, "power");
      case AST_LOGICAL_NOT:
        return operator_of(Kind::logical_not, node, 1, "not");
      case AST_LOGICAL_IMPLIES:
        return operator_of(Kind::implies, node, 2, "implies");
      case AST_LOGICAL_AND: {
        VESPER_TRY(const auto list, flat_operands(node));
        return logic(Kind::logical_and, list, true);
      }
      case AST_LOGICAL_OR: {
        VESPER_TRY(const auto list, flat_operands(node));
        return logic(Kind::logical_or, list, false);
      }
      case AST_LOGICAL_XOR: {
        VESPER_TRY(const auto list, flat_operands(node));
        return logic(Kind::logical_xor, list, false);
      }
      default:
        return function(node);
    }
  }

  Result<ExpressionPtr> function(const ASTNode& node) {
    constexpr std::size_t any = 100'000;
    switch (node.getType()) {
      case AST_FUNCTION_LOG: {
        VESPER_CHECK(expect(node, 1, 2, "log"));
        // libSBML puts the base 10 in where none is written.
        VESPER_TRY(auto list, operands(node));
        const Expression& base = *list.front();
        if (list.size() == 2 && base.kind == Kind::number && base.value == 10) {
          list.erase(list.begin());
        }
        const std::string name = list.size() == 1 ? "log10" : "log";
        return language::make_call(name, std::move(list), context_.span);
      }
      case AST_FUNCTION_ROOT:
        VESPER_CHECK(expect(node, 1, 2, "root"));
        return call(node.getNumChildren() == 1 ? "sqrt" : "root", node);
      case AST_FUNCTION_MIN:
        VESPER_CHECK(expect(node, 1, any, "min"));
        return call("min", node);
      case AST_FUNCTION_MAX:
        VESPER_CHECK(expect(node, 1, any, "max"));
        return call("max", node);
      case AST_FUNCTION_REM:
        VESPER_CHECK(expect(node, 2, 2, "rem"));
        return call("rem", node);
      case AST_FUNCTION_QUOTIENT:
        VESPER_CHECK(expect(node, 2, 2, "quotient"));
        return call("quotient", node);
      case AST_FUNCTION_PIECEWISE:
        if (node.getNumChildren() == 0) return constant("nan");
        return call("piecewise", node);
      case AST_FUNCTION_RATE_OF:
        VESPER_CHECK(expect(node, 1, 1, "rateOf"));
        return call("rateOf", node);
      case AST_FUNCTION_DELAY:
        VESPER_CHECK(expect(node, 2, 2, "delay"));
        return call("delay", node);
      case AST_FUNCTION: {
        const std::string name = node.getName() == nullptr ? "" : node.getName();
        if (!vocabulary_.has_function(name)) {
          return refuse("the formula calls '{}', which the model does not define", name);
        }
        return call(vocabulary_.function(name), node);
      }
      default: {
        const char* name = node.getName();
        return refuse("the formula holds {}, which is not supported",
                      name == nullptr ? "an element" : fmt::format("'{}'", name));
      }
    }
  }

  Vocabulary& vocabulary_;
  const Context& context_;
};

bool is_ours(const std::string& name) {
  return language::find_function(name) != nullptr || language::is_distribution(name);
}

}  // namespace

Vocabulary::Vocabulary(const ::Model& model) {
  const auto take = [&](const SBase* element) {
    if (element != nullptr && element->isSetIdAttribute()) taken_.insert(element->getIdAttribute());
  };
  for (unsigned i = 0; i < model.getNumCompartments(); ++i) take(model.getCompartment(i));
  for (unsigned i = 0; i < model.getNumSpecies(); ++i) take(model.getSpecies(i));
  for (unsigned i = 0; i < model.getNumParameters(); ++i) take(model.getParameter(i));
  for (unsigned i = 0; i < model.getNumEvents(); ++i) take(model.getEvent(i));
  for (unsigned i = 0; i < model.getNumReactions(); ++i) {
    const ::Reaction& reaction = *model.getReaction(i);
    take(&reaction);
    for (unsigned j = 0; j < reaction.getNumReactants(); ++j) take(reaction.getReactant(j));
    for (unsigned j = 0; j < reaction.getNumProducts(); ++j) take(reaction.getProduct(j));
  }
  for (unsigned i = 0; i < model.getNumFunctionDefinitions(); ++i) {
    taken_.insert(model.getFunctionDefinition(i)->getId());
  }
  for (unsigned i = 0; i < model.getNumFunctionDefinitions(); ++i) {
    const std::string& id = model.getFunctionDefinition(i)->getId();
    functions_.emplace(id, is_ours(id) ? fresh(id + "_") : id);
  }
}

const std::string& Vocabulary::function(const std::string& id) const {
  return functions_.at(id);
}

ExpressionPtr Vocabulary::constant(const std::string& name, const language::Span& span) {
  if (taken_.count(name) == 0) return language::make_name(name, span);
  auto found = wrapped_.find(name);
  if (found == wrapped_.end()) found = wrapped_.emplace(name, fresh("the_" + name)).first;
  return language::make_call(found->second, {}, span);
}

std::string Vocabulary::fresh(std::string wish) {
  while (is_ours(wish) || !taken_.insert(wish).second) wish += "_";
  return wish;
}

Result<ExpressionPtr> read_formula(const ASTNode& math, Vocabulary& vocabulary,
                                   const Context& context) {
  return Reader(vocabulary, context).read(math);
}

}  // namespace vesper::sbml

// Formulas.  Precedence as libSBML's Level 3 parser has it, which libAntimony uses, loosest first:
//
//   && ||   (one rank; `a || b && c` is refused without parentheses)
//   == != < <= > >=   (chains are refused)
//   + -
//   * / %
//   - ! (prefix)
//   ^   (to the right: a^b^c is a^(b^c), -a^b is -(a^b), a^-b is a^(-b))
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "language/parser.h"
#include "language/words.h"

namespace vesper::language {

using Kind = Expression::Kind;

namespace {

Span join(const Span& a, const Span& b) {
  const std::uint32_t start = std::min(a.offset, b.offset);
  return {a.source, start, std::max(a.offset + a.length, b.offset + b.length) - start};
}

// Words that may follow a number and are not its unit.
bool is_infix_word(std::string_view word) {
  return word == "and" || word == "or" || word == "not" || word == "in" || word == "after" ||
         word == "is" || word == "has" || word == "into";
}

class Nested {
 public:
  explicit Nested(int& level) : level_(level) { ++level_; }
  ~Nested() { --level_; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;

 private:
  int& level_;
};

}  // namespace

Result<ExpressionPtr> Parser::formula() {
  VESPER_TRY(Formula all, logical());
  return all.tree;
}

Result<ExpressionPtr> Parser::lone_formula() {
  VESPER_TRY(ExpressionPtr tree, formula());
  VESPER_CHECK(expect_end("the formula"));
  return tree;
}

Result<Parser::Formula> Parser::checked(ExpressionPtr tree, int height) const {
  if (height > tallest_formula) {
    return fail(Code::too_deep,
                fmt::format("a formula with more than {} operators in a row", tallest_formula),
                place(tree->span), "split it with assignment rules (`part := ...`)");
  }
  return Formula{std::move(tree), height, false};
}

Result<Parser::Formula> Parser::combine(Kind kind, const Formula& left,
                                        const Formula& right) const {
  return checked(make(kind, {left.tree, right.tree}, join(left.tree->span, right.tree->span)),
                 1 + std::max(left.height, right.height));
}

bool Parser::at_operator_word(std::string_view name) const {
  return at_name(name) && !at_sign("(", 1);
}

Result<Parser::Formula> Parser::logical() {
  VESPER_TRY(Formula left, relation());
  for (;;) {
    const bool conjunction = at_sign("&&") || at_name("and");
    if (!conjunction && !at_sign("||") && !at_name("or")) return left;
    if (conjunction && left.tree->kind == Kind::logical_or && !left.enclosed) {
      return fail(Code::ambiguous_formula, "`&&` after `||` without parentheses", place(),
                  "write `(a || b) && c` or `a || (b && c)`");
    }
    advance();
    VESPER_TRY(const Formula right, relation());
    VESPER_TRY(left, combine(conjunction ? Kind::logical_and : Kind::logical_or, left, right));
  }
}

Result<Parser::Formula> Parser::relation() {
  constexpr std::pair<std::string_view, Kind> relations[] = {
      {"<", Kind::less},           {"<=", Kind::less_equal}, {">", Kind::greater},
      {">=", Kind::greater_equal}, {"==", Kind::equal},      {"!=", Kind::not_equal},
      {"<>", Kind::not_equal}};
  const auto relation_here = [&]() -> const std::pair<std::string_view, Kind>* {
    for (const auto& one : relations) {
      if (at_sign(one.first)) return &one;
    }
    return nullptr;
  };
  VESPER_TRY(Formula left, sum());
  const auto* found = relation_here();
  if (found == nullptr) return left;
  advance();
  VESPER_TRY(const Formula right, sum());
  if (relation_here() != nullptr) {
    return fail(Code::ambiguous_formula, "two comparisons in a row", place(),
                "write `a < b && b < c`");
  }
  return combine(found->second, left, right);
}

Result<Parser::Formula> Parser::sum() {
  VESPER_TRY(Formula left, product());
  while (at_sign("+") || at_sign("-")) {
    const Kind kind = at_sign("+") ? Kind::add : Kind::subtract;
    advance();
    VESPER_TRY(const Formula right, product());
    VESPER_TRY(left, combine(kind, left, right));
  }
  return left;
}

Result<Parser::Formula> Parser::product() {
  VESPER_TRY(Formula left, prefix());
  while (at_sign("*") || at_sign("/") || at_sign("%")) {
    const bool remainder = at_sign("%");
    const Kind kind = at_sign("*") ? Kind::multiply : Kind::divide;
    advance();
    if (at_sign("*")) return wanted("a value", "a power is written `^`");
    VESPER_TRY(const Formula right, prefix());
    if (remainder) {
      VESPER_TRY(left, checked(make_call("rem", {left.tree, right.tree},
                                         join(left.tree->span, right.tree->span)),
                               1 + std::max(left.height, right.height)));
    } else {
      VESPER_TRY(left, combine(kind, left, right));
    }
  }
  return left;
}

Result<Parser::Formula> Parser::prefix() {
  const bool minus = at_sign("-");
  const bool negation = at_sign("!") || at_operator_word("not");
  if (!minus && !negation && !at_sign("+")) return power();
  const Span start = ahead().span;
  const Nested level(nesting_);
  if (nesting_ > deepest_nesting) {
    return fail(Code::too_deep, fmt::format("more than {} levels of nesting", deepest_nesting),
                place());
  }
  advance();
  VESPER_TRY(Formula operand, prefix());
  const Span span = join(start, operand.tree->span);
  if (minus && operand.tree->kind == Kind::number) {
    Expression number = *operand.tree;
    number.value = -number.value;
    number.span = span;
    return Formula{std::make_shared<Expression>(std::move(number)), 1, false};
  }
  if (minus && operand.tree->kind == Kind::negate) {
    return Formula{operand.tree->arguments[0], operand.height, false};
  }
  if (!minus && !negation) return operand;
  return checked(make(minus ? Kind::negate : Kind::logical_not, {operand.tree}, span),
                 operand.height + 1);
}

Result<Parser::Formula> Parser::power() {
  VESPER_TRY(Formula base, primary());
  if (!at_sign("^")) return base;
  const Nested level(nesting_);
  if (nesting_ > deepest_nesting) {
    return fail(Code::too_deep, fmt::format("more than {} levels of nesting", deepest_nesting),
                place());
  }
  advance();
  VESPER_TRY(const Formula exponent, prefix());
  return combine(Kind::power, base, exponent);
}

Result<Parser::Formula> Parser::primary() {
  if (at_kind(Token::Kind::number)) return number_with_unit();
  if (at_kind(Token::Kind::name)) {
    if (at_sign("(", 1)) return call();
    const std::string_view name = word();
    if (units_ && name.find('.') == std::string_view::npos) {
      Formula formula{make_name(std::string(name), ahead().span)};
      advance();
      return formula;
    }
    if (const std::string_view known = constant(name); !known.empty()) {
      Formula formula{make_name(std::string(known), ahead().span)};
      advance();
      return formula;
    }
    if (is_keyword(name)) return wanted("a value");
    if (name == "min") {
      return wanted("a value",
                    "`min(a, b)` is a function; a unit is defined first: `unit x = .../min`");
    }
    if (find_function(name) != nullptr) {
      return wanted("a value",
                    fmt::format("the function `{}` wants arguments: `{}(...)`", name, name));
    }
    Formula formula{make_name(std::string(name), ahead().span)};
    advance();
    return formula;
  }
  if (at_sign("(")) {
    const Token open = ahead();
    const Nested level(nesting_);
    if (nesting_ > deepest_nesting) {
      return fail(Code::too_deep, fmt::format("more than {} levels of nesting", deepest_nesting),
                  place());
    }
    advance();
    VESPER_TRY(Formula inner, logical());
    if (!accept_sign(")")) {
      if (at_end_of_statement()) {
        return fail(
            Code::unclosed, "a parenthesis is not closed", place(open.span),
            "add `)`; a formula goes on in the next line after a `\\` at the end of the line");
      }
      return wanted("`)` or an operator");
    }
    inner.enclosed = true;
    return inner;
  }
  if (at_sign(".") && at_sign(".", 1)) {
    return refused("`...`, the formula of a DNA strand's element upstream,", ahead().span);
  }
  return wanted("a value");
}

// `mole / litre`: every name is a unit's, be it `min` or `avogadro`.
Result<ExpressionPtr> Parser::unit_formula() {
  units_ = true;
  auto tree = formula();
  units_ = false;
  return tree;
}

// `5 mL`: the unit belongs to the number alone.
Result<Parser::Formula> Parser::number_with_unit() {
  Expression number;
  number.kind = Kind::number;
  number.value = ahead().value;
  number.span = ahead().span;
  advance();
  if (at_kind(Token::Kind::name) && !is_infix_word(word()) && !at_sign("(", 1)) {
    if (word().find('.') != std::string_view::npos) return wanted("a unit's name or an operator");
    number.name = std::string(word());
    number.span = join(number.span, ahead().span);
    advance();
  }
  return Formula{std::make_shared<Expression>(std::move(number))};
}

Result<Parser::Formula> Parser::call() {
  const Token name = ahead();
  const Nested level(nesting_);
  if (nesting_ > deepest_nesting) {
    return fail(Code::too_deep, fmt::format("more than {} levels of nesting", deepest_nesting),
                place());
  }
  const std::string called(word());
  advance();
  advance();  // `(`
  Members arguments;
  int height = 1;
  while (!at_sign(")")) {
    if (!arguments.empty()) {
      if (at_end_of_statement()) {
        return fail(Code::unclosed, fmt::format("the call of `{}` is not closed", called),
                    place(name.span), "add `)`");
      }
      if (!accept_sign(",")) return wanted("`,` or `)` or an operator");
    }
    VESPER_TRY(Formula argument, logical());
    height = std::max(height, argument.height + 1);
    arguments.push_back(std::move(argument.tree));
  }
  advance();
  if (const FunctionWord* function = find_function(called)) {
    return built_in(*function, name.span, std::move(arguments), height);
  }
  return checked(make_call(called, std::move(arguments), since(name.span)), height);
}

Result<Parser::Formula> Parser::built_in(const FunctionWord& function, const Span& at,
                                         Members arguments, int height) {
  const int count = static_cast<int>(arguments.size());
  if (count < function.fewest || (function.most >= 0 && count > function.most)) {
    std::string want = std::to_string(function.fewest);
    if (function.most < 0) {
      want += " or more arguments";
    } else {
      if (function.most > function.fewest) want += fmt::format(" or {}", function.most);
      want += function.most == 1 ? " argument" : " arguments";
    }
    return fail(Code::call_arguments,
                fmt::format("`{}` takes {}, not {}", function.written, want, count), place(at));
  }
  const Span span = since(at);
  if (function.kind == Kind::call) {
    std::string name(function.name);
    if (name == "log" && count == 1) name = "ln";
    if (name == "root" && count == 1) name = "sqrt";
    if (name == "rateOf" && arguments[0]->kind != Kind::name) {
      return fail(Code::wrong_kind, "`rateOf` takes the name of a symbol",
                  place(arguments[0]->span));
    }
    return checked(make_call(std::move(name), std::move(arguments), span), height);
  }
  if (function.written == "sqr") arguments.push_back(make_number(2));
  if (function.kind == Kind::logical_not) {
    return checked(make(Kind::logical_not, std::move(arguments), span), height);
  }
  if (arguments.size() == 1) {
    if (function.kind == Kind::subtract) {
      return checked(make(Kind::negate, std::move(arguments), span), height);
    }
    return checked(arguments[0], height);
  }
  // Before the tree is built: one that is too tall could not even be taken down again.
  VESPER_TRY(Formula formula, checked(arguments[0], height + count));
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    formula.tree = make(function.kind, {formula.tree, arguments[i]}, span);
  }
  formula.enclosed = true;
  return formula;
}

}  // namespace vesper::language

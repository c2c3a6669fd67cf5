// Lines that begin with `//@`; docs/files.md says what they mean.
#include <fmt/format.h>

#include "language/parser.h"

namespace vesper::language {

Result<void> Parser::directive(std::vector<Statement>& out) {
  const Span line = ahead().span;
  advance();
  constexpr std::uint32_t opening = 3;  // `//@`
  VESPER_TRY(std::vector<Token> rest,
             tokens(source_, Span{line.source, line.offset + opening, line.length - opening}));
  Parser parser(source_, std::move(rest));
  VESPER_TRY(Statement one, parser.directive_statement(line));
  if (!parser.at_kind(Token::Kind::end_of_text)) {
    return fail(Code::bad_directive,
                fmt::format("unexpected {} after the directive", parser.found()), parser.place());
  }
  out.push_back(std::move(one));
  return {};
}

Result<Statement> Parser::directive_statement(const Span& span) {
  if (at_name("dose")) return dose(span);
  if (at_name("hypothesis")) return hypothesis(span);
  if (at_name("algebraic")) return algebraic(span);
  if (at_name("conversion")) return conversion(span);
  if (at_name("units")) {
    advance();
    if (!at_name("unchecked")) {
      return fail(Code::bad_directive, "`units` is followed by `unchecked`", place(),
                  "`//@ units unchecked`");
    }
    advance();
    return Statement(UncheckedUnits{span});
  }
  return fail(Code::bad_directive,
              at_kind(Token::Kind::end_of_text) ? std::string("an empty directive")
                                                : fmt::format("there is no directive {}", found()),
              at_kind(Token::Kind::end_of_text) ? place(span) : place(),
              suggest(at_kind(Token::Kind::name) ? word() : "",
                      {"dose", "hypothesis", "units", "algebraic", "conversion"}));
}

// `extended-release`, `6-beta-naltrexol`: what stands together without spaces.
Result<std::string> Parser::hyphenated(std::string_view purpose) {
  const auto part = [&] {
    return at_kind(Token::Kind::name) || at_kind(Token::Kind::number) || at_sign("-");
  };
  if (!part()) {
    return fail(Code::bad_directive, fmt::format("{} is wanted here, not {}", purpose, found()),
                place(), "`//@ dose ROUTE [DRUG] into SYMBOL`");
  }
  std::string whole;
  std::uint32_t end = ahead().span.offset;
  while (part() && ahead().span.offset == end) {
    whole += word();
    end += ahead().span.length;
    advance();
  }
  return whole;
}

Result<Statement> Parser::dose(const Span& span) {
  advance();
  DoseDirective one;
  one.span = span;
  VESPER_TRY(one.route, hyphenated("a route"));
  if (!at_name("into")) {
    VESPER_TRY(one.drug, hyphenated("a drug or `into`"));
  }
  if (!at_name("into")) {
    return fail(Code::bad_directive, fmt::format("`into` is wanted here, not {}", found()), place(),
                "`//@ dose ROUTE [DRUG] into SYMBOL`");
  }
  advance();
  VESPER_TRY(one.target, name("the symbol that a dose enters"));
  return Statement(std::move(one));
}

Result<Statement> Parser::hypothesis(const Span& span) {
  advance();
  HypothesisDirective one;
  one.span = span;
  VESPER_TRY(const Word id, name("the hypothesis's id"));
  one.id = id.text;
  if (at_kind(Token::Kind::text)) {
    one.label = std::string(word());
    advance();
  }
  do {
    VESPER_TRY(Word target, name("a parameter"));
    VESPER_CHECK(expect_sign("=", "and its value under this hypothesis"));
    VESPER_TRY(ExpressionPtr value, signed_number());
    one.settings.emplace_back(std::move(target), std::move(value));
  } while (accept_sign(","));
  return Statement(std::move(one));
}

Result<Statement> Parser::algebraic(const Span& span) {
  advance();
  if (!at_kind(Token::Kind::number) || ahead().value != 0 || !at_sign("=", 1)) {
    return fail(Code::bad_directive, fmt::format("`0 =` is wanted here, not {}", found()), place(),
                "`//@ algebraic 0 = FORMULA`");
  }
  advance();
  advance();
  AlgebraicDirective one{nullptr, span};
  VESPER_TRY(one.formula, formula());
  return Statement(std::move(one));
}

Result<Statement> Parser::conversion(const Span& span) {
  advance();
  const auto expect = [&](std::string_view word) -> Result<void> {
    if (!at_name(word)) {
      return fail(Code::bad_directive, fmt::format("`{}` is wanted here, not {}", word, found()),
                  place(), "`//@ conversion of SPECIES by FACTOR`");
    }
    advance();
    return {};
  };
  VESPER_CHECK(expect("of"));
  ConversionDirective one;
  one.span = span;
  VESPER_TRY(one.species, name("a species"));
  VESPER_CHECK(expect("by"));
  VESPER_TRY(one.factor, name("a parameter"));
  return Statement(std::move(one));
}

}  // namespace vesper::language

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "language/parser.h"
#include "language/words.h"

namespace vesper::language {

namespace {

bool ends_in(const Word& word, std::string_view part) {
  const std::string_view text = word.text;
  return text.size() > part.size() + 1 && text.ends_with(part) &&
         text[text.size() - part.size() - 1] == '.';
}

}  // namespace

Result<void> Parser::statement(std::vector<Statement>& out) {
  if (at_kind(Token::Kind::directive)) return directive(out);
  if (at_sign("->") || at_sign("=>")) return reaction(std::nullopt, out);
  VESPER_CHECK(refuse_by_first_word());
  if (at_kind(Token::Kind::number)) return reaction(std::nullopt, out);
  if (at_sign("$")) {
    if (at_sign("+", 2) || at_sign("->", 2) || at_sign("=>", 2)) {
      return reaction(std::nullopt, out);
    }
    advance();
    Declaration declaration;
    declaration.boundary = true;
    VESPER_TRY(declaration.name, name("a species"));
    const Word species = declaration.name;
    out.emplace_back(std::move(declaration));
    if (at_end_of_statement()) return expect_end("the species");
    return more_about(species, out);
  }
  if (!at_kind(Token::Kind::name)) return wanted("a statement");
  const std::string_view first = word();
  if (first == "at") return event(std::nullopt, out);
  if (first == "unit") return unit(out);
  if (first == "delete") return deletion(out);
  if (first == "model" || first == "module") {
    advance();
    return annotation(std::nullopt, out);
  }
  if (first == "species" || first == "compartment" || first == "formula" || first == "reaction" ||
      first == "const" || first == "var" || first == "substanceOnly") {
    return declarations(out);
  }
  return statement_of_name(out);
}

Result<void> Parser::refuse_by_first_word() {
  const Span at = ahead().span;
  if (at_kind(Token::Kind::number) && at_sign("=", 1)) {
    return refused("an algebraic rule (`0 = ...`)", at,
                   "solve it for one symbol, `x := ...`, or write `//@ algebraic 0 = ...`");
  }
  const std::size_t skip = at_sign("-") ? 1 : 0;
  if (at_kind(Token::Kind::number, skip) && (at_sign("<", skip + 1) || at_sign("<=", skip + 1) ||
                                             at_sign(">", skip + 1) || at_sign(">=", skip + 1))) {
    return refused("a constraint", at);
  }
  if (at_sign("-") && at_sign("-", 1)) return refused("a DNA strand (`--`)", at);
  if (at_sign("@")) {
    return refused("an event that begins with `@`", at, "write `at trigger: x = value`");
  }
  if (!at_kind(Token::Kind::name)) return {};
  const std::string_view first = word();
  if (first == "DNA" || first == "gene" || first == "operator") {
    return refused(fmt::format("`{}`, a part of a DNA strand,", first), at);
  }
  if (first == "maximize" || first == "minimize" || first == "constraint") {
    return refused(fmt::format("`{}` (flux balance)", first), at);
  }
  if (first == "import" || first == "function") {
    return fail(Code::model_syntax, fmt::format("`{}` stands inside a model", first), place(),
                "move it outside, or close the model with `end` before it");
  }
  return {};
}

Result<void> Parser::refuse_by_second_word() {
  const Span second = ahead(1).span;
  if (at_sign("-", 1)) {
    if (at_sign("-", 2)) return refused("a DNA strand (`--`)", second);
    return refused("an interaction (`-o`, `-|`, `-(`)", second,
                   "a reaction is written `A -> B; rate`");
  }
  if (at_sign("*", 1)) {
    return refused("a conversion factor (`x * factor is y`)", second,
                   "convert with an assignment rule: `y := x * factor`");
  }
  if (at_sign("==", 1)) {
    return refused("a constraint", second, "a value is given with one `=`");
  }
  if (at_sign("<", 1) || at_sign("<=", 1) || at_sign(">", 1) || at_sign(">=", 1) ||
      at_sign("!=", 1)) {
    return refused("a constraint", second);
  }
  return {};
}

Result<void> Parser::statement_of_name(std::vector<Statement>& out) {
  if (at_sign("(", 1)) return submodel(std::nullopt, out);
  if (at_sign("+", 1) || at_sign("->", 1) || at_sign("=>", 1) || at_sign("$", 1)) {
    return reaction(std::nullopt, out);
  }
  VESPER_CHECK(refuse_by_second_word());
  if (at_kind(Token::Kind::name, 1) && !at_name("in", 1) && !at_name("is", 1) &&
      !at_name("has", 1) && !at_kind(Token::Kind::text, 2)) {
    if (at_sign("->", 2) || at_sign("=>", 2) || at_sign("+", 2)) {
      return reaction(std::nullopt, out);  // `n A -> B`
    }
    const std::string near = nearest(word(), statement_words());
    return fail(Code::model_syntax, fmt::format("'{}' begins no statement", word()), place(),
                near.empty() ? "" : fmt::format("did you mean '{}'?", near));
  }
  VESPER_TRY(Word subject, name("a name"));
  if (accept_sign(":")) return labelled(std::move(subject), out);
  return more_about(std::move(subject), out);
}

// What may follow a name: `in C`, `= ...`, `:= ...`, `' = ...`, `has ...`, `is ...`, an annotation.
Result<void> Parser::more_about(Word subject, std::vector<Statement>& out) {
  if (at_name("in")) {
    Declaration declaration;
    declaration.name = subject;
    advance();
    VESPER_TRY(declaration.compartment, name("a compartment"));
    if (at_sign(":"))
      return refused("`in` before a reaction or submodel", subject.span,
                     "say it of each species: `species A in C`");
    out.emplace_back(std::move(declaration));
    if (at_end_of_statement()) return expect_end("the compartment");
  }
  if (accept_sign("=")) {
    VESPER_CHECK(assigned(subject, Assignment::Kind::initial, out));
  } else if (accept_sign(":=")) {
    VESPER_CHECK(assigned(subject, Assignment::Kind::rule, out));
  } else if (accept_sign("'")) {
    VESPER_CHECK(expect_sign("=", "after `'`"));
    VESPER_CHECK(assigned(subject, Assignment::Kind::rate, out));
  } else if (at_name("has")) {
    advance();
    VESPER_TRY(ExpressionPtr unit, unit_formula());
    out.emplace_back(HasUnit{std::move(subject), std::move(unit)});
  } else if (at_name("is")) {
    advance();
    if (at_kind(Token::Kind::text)) {
      if (ends_in(subject, "distribution")) {
        return refused("a distribution named by its address", ahead().span);
      }
      out.emplace_back(DisplayName{std::move(subject), std::string(word())});
      advance();
    } else {
      VESPER_TRY(Word other, name("a name or a quoted text"));
      if (at_sign("/") || at_sign("*")) {
        return refused("a conversion factor (`x is y / factor`)", ahead().span,
                       "convert with an assignment rule: `y := x * factor`");
      }
      out.emplace_back(Synchronisation{std::move(subject), std::move(other)});
    }
  } else if (at_kind(Token::Kind::name) || at_kind(Token::Kind::text)) {
    return annotation(std::move(subject), out);
  } else {
    return wanted("`=`, `:=`, `'`, `in`, `has`, `is`, `:` or an arrow");
  }
  return expect_end("the statement");
}

Result<void> Parser::assigned(const Word& target, Assignment::Kind kind,
                              std::vector<Statement>& out) {
  if (kind == Assignment::Kind::initial) {
    if (ends_in(target, "sboTerm")) return sbo_term(target, out);
    if (at_sign("{")) return interval(target, out);
  }
  Assignment one{kind, target, nullptr, {}};
  if (!at_end_of_statement()) {
    VESPER_TRY(one.formula, formula());
  }
  one.span = since(target.span);
  out.emplace_back(std::move(one));
  return {};
}

Result<ExpressionPtr> Parser::signed_number() {
  const Span start = ahead().span;
  if (!at_sign("-") && !at_kind(Token::Kind::number) && !at_name("inf")) {
    return wanted("a number");
  }
  VESPER_TRY(Formula one, prefix());
  if (one.tree->kind != Expression::Kind::number) {
    return fail(Code::model_syntax, "a number is wanted here, not a formula", place(start));
  }
  return one.tree;
}

Result<void> Parser::interval(const Word& target, std::vector<Statement>& out) {
  advance();
  Interval one;
  one.target = target;
  VESPER_TRY(one.low, signed_number());
  VESPER_CHECK(expect_sign(",", "between the two bounds"));
  VESPER_TRY(one.high, signed_number());
  VESPER_CHECK(expect_sign("}", "after the two bounds"));
  one.span = since(target.span);
  out.emplace_back(std::move(one));
  return {};
}

Result<void> Parser::sbo_term(const Word& target, std::vector<Statement>& out) {
  if (at_name("SBO") && at_sign(":", 1)) {
    advance();
    advance();
  }
  const double term = ahead().value;
  if (!at_kind(Token::Kind::number) || term != std::floor(term) || term > 9999999) {
    return wanted("a term such as SBO:0000236");
  }
  advance();
  Word subject{target.text.substr(0, target.text.rfind('.')), target.span};
  const Annotation annotation{"sboTerm", fmt::format("SBO:{:07d}", static_cast<long>(term)),
                              since(target.span)};
  out.emplace_back(AnnotationStatement{std::move(subject), annotation});
  return {};
}

Result<void> Parser::declarations(std::vector<Statement>& out) {
  Declaration shared;
  for (;; advance()) {
    if (at_name("species")) {
      shared.kind = SymbolKind::species;
    } else if (at_name("compartment")) {
      shared.kind = SymbolKind::compartment;
    } else if (at_name("formula")) {
      shared.kind = SymbolKind::parameter;
    } else if (at_name("reaction")) {
      shared.reaction = true;
    } else if (at_name("const")) {
      shared.constant = true;
    } else if (at_name("var")) {
      shared.constant = false;
    } else if (at_name("substanceOnly")) {
      shared.substance_only = true;
      shared.kind = SymbolKind::species;
    } else {
      break;
    }
  }
  do {
    VESPER_CHECK(item_of_declaration(shared, out));
  } while (accept_sign(","));
  return expect_end("the declaration");
}

Result<void> Parser::item_of_declaration(Declaration one, std::vector<Statement>& out) {
  one.boundary = accept_sign("$");
  VESPER_TRY(one.name, name("a name"));
  const Word subject = one.name;
  if (at_name("in")) {
    advance();
    VESPER_TRY(one.compartment, name("a compartment"));
  }
  out.emplace_back(std::move(one));
  if (accept_sign("=")) return assigned(subject, Assignment::Kind::initial, out);
  if (accept_sign(":=")) return assigned(subject, Assignment::Kind::rule, out);
  if (accept_sign("'")) {
    VESPER_CHECK(expect_sign("=", "after `'`"));
    return assigned(subject, Assignment::Kind::rate, out);
  }
  if (at_name("has")) {
    advance();
    VESPER_TRY(ExpressionPtr unit, unit_formula());
    out.emplace_back(HasUnit{subject, std::move(unit)});
  }
  return {};
}

Result<void> Parser::labelled(std::optional<Word> label, std::vector<Statement>& out) {
  if (at_name("at")) return event(std::move(label), out);
  VESPER_CHECK(refuse_by_first_word());
  if (at_kind(Token::Kind::name) && at_sign("(", 1)) return submodel(std::move(label), out);
  if (at_kind(Token::Kind::name) && at_sign("-", 1)) VESPER_CHECK(refuse_by_second_word());
  return reaction(std::move(label), out);
}

Result<std::vector<Participant>> Parser::participants() {
  std::vector<Participant> list;
  if (at_sign("->") || at_sign("=>") || at_end_of_statement()) return list;
  do {
    Participant one;
    if (at_kind(Token::Kind::number)) {
      one.stoichiometry = ahead().value;
      if (one.stoichiometry == 0) {
        return fail(Code::out_of_range, "a stoichiometry of 0", place());
      }
      advance();
    }
    // `n A` or `n $A`, and not the missing `;` of `A -> B k`.
    const std::size_t species = at_sign("$", 1) ? 2 : 1;
    const bool follows = at_sign("+", species + 1) || at_sign(";", species + 1) ||
                         at_sign("->", species + 1) || at_sign("=>", species + 1);
    if (at_kind(Token::Kind::name) && at_kind(Token::Kind::name, species) && follows) {
      VESPER_TRY(one.symbol, name("a stoichiometry"));
    }
    one.boundary = accept_sign("$");
    VESPER_TRY(one.species, name("a species"));
    list.push_back(std::move(one));
  } while (accept_sign("+"));
  return list;
}

Result<void> Parser::reaction(std::optional<Word> label, std::vector<Statement>& out) {
  ReactionStatement one;
  const Span start = label ? label->span : ahead().span;
  one.label = std::move(label);
  VESPER_TRY(one.reactants, participants());
  if (at_sign("-")) {
    return refused("an interaction (`-o`, `-|`, `-(`)", ahead().span,
                   "a reaction is written `A -> B; rate`");
  }
  one.reversible = at_sign("->");
  if (!at_sign("->") && !at_sign("=>")) return wanted("`->` or `=>`");
  advance();
  VESPER_TRY(one.products, participants());
  if (one.reactants.empty() && one.products.empty()) {
    return fail(Code::model_syntax, "a reaction without any species", place(since(start)));
  }
  one.span = since(start);
  VESPER_CHECK(expect_sign(";", "and the reaction's rate"));
  if (!at_end_of_statement() && !at_name("end")) {
    VESPER_TRY(one.rate, formula());
    if (at_name("in")) {
      return refused("`in` after a reaction", ahead().span,
                     "say it of each species: `species A in C`");
    }
  }
  out.emplace_back(std::move(one));
  return expect_end("the reaction's rate");
}

// `at delay after trigger, priority = 2, t0 = false: a = e, b = e`.
Result<void> Parser::event(std::optional<Word> label, std::vector<Statement>& out) {
  EventStatement one;
  const Span start = label ? label->span : ahead().span;
  one.label = std::move(label);
  advance();
  VESPER_TRY(one.trigger, formula());
  if (at_name("after")) {
    advance();
    one.delay = std::move(one.trigger);
    VESPER_TRY(one.trigger, formula());
  }
  VESPER_CHECK(event_properties(one));
  VESPER_CHECK(expect_sign(":", "after the trigger"));
  do {
    skip_lines();
    VESPER_TRY(Word target, name("a symbol to change"));
    VESPER_CHECK(expect_sign("=", "and the new value"));
    VESPER_TRY(ExpressionPtr value, formula());
    one.assignments.emplace_back(std::move(target), std::move(value));
  } while (accept_sign(","));
  one.span = since(start);
  out.emplace_back(std::move(one));
  return expect_end("the event");
}

Result<void> Parser::event_properties(EventStatement& event) {
  std::set<std::string> given;
  while (accept_sign(",")) {
    const Token property = ahead();
    const std::string called(word());
    if (!at_kind(Token::Kind::name)) return wanted("a property of the event");
    if (!given.insert(called).second) {
      return fail(Code::given_twice, fmt::format("the event has two properties '{}'", called),
                  place(property.span), "keep one of them");
    }
    advance();
    VESPER_CHECK(expect_sign("=", "and its value"));
    bool* flag = called == "t0"            ? &event.initial_value
                 : called == "persistent"  ? &event.persistent
                 : called == "fromTrigger" ? &event.uses_trigger_values
                                           : nullptr;
    if (flag != nullptr) {
      if (!at_name("true") && !at_name("false")) return wanted("`true` or `false`");
      *flag = at_name("true");
      advance();
    } else if (called == "priority") {
      VESPER_TRY(event.priority, formula());
    } else {
      return fail(Code::model_syntax, fmt::format("an event has no property '{}'", called),
                  place(property.span),
                  suggest(called, {"priority", "t0", "persistent", "fromTrigger"}));
    }
  }
  return {};
}

Result<void> Parser::submodel(std::optional<Word> label, std::vector<Statement>& out) {
  Submodel one;
  const Span start = label ? label->span : ahead().span;
  one.label = std::move(label);
  VESPER_TRY(one.module, name("a model"));
  advance();  // `(`
  while (!at_sign(")")) {
    if (!one.arguments.empty()) VESPER_CHECK(expect_sign(",", "or `)`"));
    Submodel::Argument argument;
    if (at_kind(Token::Kind::number) || at_sign("-")) {
      VESPER_TRY(argument.number, signed_number());
    } else {
      VESPER_TRY(argument.name, name("a name or a number"));
    }
    one.arguments.push_back(std::move(argument));
  }
  advance();
  one.span = since(start);
  if (at_sign(",") && (at_name("timeconv", 1) || at_name("extentconv", 1))) {
    return refused(fmt::format("`{}`, a conversion of a submodel,", word(1)), ahead(1).span,
                   "write the submodel in the units of the model that uses it");
  }
  if (at_name("in")) {
    return refused("`in` after a submodel", ahead().span,
                   "say it of each species: `species A in C`");
  }
  out.emplace_back(std::move(one));
  return expect_end("the submodel");
}

Result<void> Parser::unit(std::vector<Statement>& out) {
  advance();
  UnitStatement one;
  if (!at_kind(Token::Kind::name)) return wanted("the unit's name");
  one.name = {std::string(word()), ahead().span};
  if (one.name.text.find('.') != std::string::npos || is_keyword(one.name.text)) {
    return fail(Code::reserved_name, fmt::format("'{}' cannot be a unit's name", one.name.text),
                place());
  }
  advance();
  VESPER_CHECK(expect_sign("=", "and what the unit is"));
  VESPER_TRY(one.definition, unit_formula());
  out.emplace_back(std::move(one));
  return expect_end("the unit");
}

Result<void> Parser::deletion(std::vector<Statement>& out) {
  advance();
  do {
    VESPER_TRY(Word target, name("what is to be deleted"));
    out.emplace_back(Deletion{std::move(target)});
  } while (accept_sign(","));
  return expect_end("the deletion");
}

Result<void> Parser::annotation(std::optional<Word> target, std::vector<Statement>& out) {
  const Token keyword = ahead();
  const std::string called(word());
  if (!at_kind(Token::Kind::name) || !is_annotation(called)) {
    return fail(Code::model_syntax, fmt::format("{} is no annotation", found()), place(),
                at_kind(Token::Kind::text) ? "a display name is given with `is`"
                                           : suggest(called, annotation_words()));
  }
  advance();
  if (!at_kind(Token::Kind::text)) return wanted("a quoted text");
  do {
    skip_lines();
    if (!at_kind(Token::Kind::text)) return wanted("a quoted text");
    const Span span{keyword.span.source, keyword.span.offset,
                    ahead().span.offset + ahead().span.length - keyword.span.offset};
    out.emplace_back(AnnotationStatement{target, {called, std::string(word()), span}});
    advance();
  } while (accept_sign(","));
  return expect_end("the annotation");
}

}  // namespace vesper::language

#include "language/parser.h"

#include <fmt/format.h>

#include <set>

#include "language/words.h"

namespace vesper::language {

const Token& Parser::ahead(std::size_t count) const {
  return tokens_[std::min(position_ + count, tokens_.size() - 1)];
}

std::string_view Parser::word(std::size_t count) const {
  return characters(source_, ahead(count));
}

bool Parser::at_kind(Token::Kind kind, std::size_t count) const {
  return ahead(count).kind == kind;
}

bool Parser::at_sign(std::string_view sign, std::size_t count) const {
  return at_kind(Token::Kind::sign, count) && word(count) == sign;
}

bool Parser::at_name(std::string_view name, std::size_t count) const {
  return at_kind(Token::Kind::name, count) && word(count) == name;
}

bool Parser::at_end_of_statement() const {
  return at_sign(";") || at_kind(Token::Kind::end_of_line) || at_kind(Token::Kind::end_of_text);
}

bool Parser::accept_sign(std::string_view sign) {
  if (!at_sign(sign)) return false;
  advance();
  return true;
}

void Parser::skip_lines() {
  while (at_kind(Token::Kind::end_of_line)) advance();
}

void Parser::skip_statement_ends() {
  while (at_kind(Token::Kind::end_of_line) || at_sign(";")) advance();
}

Place Parser::place(std::size_t count) const {
  return place(ahead(count).span);
}

Place Parser::place(const Span& span) const {
  return source_.place(span.offset, span.length);
}

Span Parser::since(const Span& start) const {
  const Span& last = tokens_[position_ == 0 ? 0 : position_ - 1].span;
  const std::uint32_t end = std::max(start.offset + start.length, last.offset + last.length);
  return {start.source, start.offset, end - start.offset};
}

std::string Parser::found() const {
  switch (ahead().kind) {
    case Token::Kind::end_of_text:
      return "the end of the file";
    case Token::Kind::end_of_line:
      return "the end of the line";
    case Token::Kind::text:
      return "a quoted text";
    case Token::Kind::directive:
      return "a directive";
    default:
      return fmt::format("'{}'", word().substr(0, 60));
  }
}

tl::unexpected<Diagnostic> Parser::wanted(std::string what, std::string mend) const {
  return fail(Code::model_syntax, fmt::format("{} is wanted here, not {}", what, found()), place(),
              std::move(mend));
}

tl::unexpected<Diagnostic> Parser::refused(std::string what, const Span& at,
                                           std::string mend) const {
  return fail(Code::not_supported, fmt::format("{} is Antimony that Vesper does not read", what),
              place(at), std::move(mend));
}

Result<void> Parser::expect_sign(std::string_view sign, std::string_view purpose) {
  if (accept_sign(sign)) return {};
  return wanted(fmt::format("`{}` {}", sign, purpose));
}

Result<void> Parser::expect_end(std::string_view after) {
  if (at_end_of_statement()) {
    if (!at_kind(Token::Kind::end_of_text)) advance();
    return {};
  }
  if (at_name("end")) return {};
  std::string mend;
  if (at_kind(Token::Kind::name) || at_kind(Token::Kind::number) || at_sign("(")) {
    mend = "an operator is missing, or a `;` between two statements";
  } else if (at_sign("&") || at_sign("|")) {
    mend = fmt::format("did you mean '{0}{0}'?", word());
  }
  return fail(Code::model_syntax, fmt::format("unexpected {} after {}", found(), after), place(),
              std::move(mend));
}

// `model NAME` starts a module, `model notes "..."` speaks of the model that it stands in.
bool Parser::starts_module() const {
  return (at_name("model") || at_name("module")) && !at_kind(Token::Kind::text, 2);
}

Result<std::vector<Item>> Parser::file() {
  std::vector<Item> items;
  for (skip_statement_ends(); !at_kind(Token::Kind::end_of_text); skip_statement_ends()) {
    if (at_name("import")) {
      VESPER_TRY(Import one, import());
      items.emplace_back(std::move(one));
    } else if (at_name("function")) {
      VESPER_TRY(Function one, function());
      items.emplace_back(std::move(one));
    } else if (starts_module()) {
      VESPER_TRY(Module one, module());
      items.emplace_back(std::move(one));
    } else {
      std::vector<Statement> statements;
      VESPER_CHECK(statement(statements));
      for (Statement& one : statements) items.emplace_back(std::move(one));
    }
  }
  return items;
}

Result<Import> Parser::import() {
  const Span start = ahead().span;
  advance();
  if (!at_kind(Token::Kind::text)) return wanted("a file name in quotes", "`import \"pk.ant\"`");
  Import one{std::string(word()), ahead().span};
  advance();
  VESPER_CHECK(expect_end("the import"));
  const std::string_view file = one.file;
  if (file.ends_with(".xml") || file.ends_with(".sbml")) {
    return refused("importing SBML", since(start));
  }
  return one;
}

Result<std::vector<Word>> Parser::names_in_parentheses() {
  std::vector<Word> names;
  std::set<std::string> seen;
  if (!accept_sign("(")) return names;
  while (!at_sign(")")) {
    if (!names.empty()) VESPER_CHECK(expect_sign(",", "or `)`"));
    VESPER_TRY(Word one, name("a name"));
    if (!seen.insert(one.text).second) {
      return fail(Code::given_twice, fmt::format("'{}' stands twice in this list", one.text),
                  place(one.span));
    }
    names.push_back(std::move(one));
  }
  advance();
  return names;
}

Result<Module> Parser::module() {
  const Token start = ahead();
  advance();
  Module module;
  module.marked_main = accept_sign("*");
  VESPER_TRY(module.name, name("the model's name"));
  VESPER_TRY(module.interface, names_in_parentheses());
  for (skip_statement_ends(); !at_name("end"); skip_statement_ends()) {
    if (at_kind(Token::Kind::end_of_text) || starts_module() || at_name("import") ||
        at_name("function")) {
      return fail(Code::unclosed, fmt::format("model '{}' has no `end`", module.name.text),
                  place(start.span),
                  at_kind(Token::Kind::end_of_text)
                      ? "add `end`"
                      : fmt::format("add `end` before the `{}` in line {}", word(), place().line));
    }
    VESPER_CHECK(statement(module.statements));
  }
  advance();
  return module;
}

Result<Function> Parser::function() {
  const Token start = ahead();
  advance();
  Function function;
  VESPER_TRY(const Word called, name("the function's name"));
  function.id = called.text;
  function.span = called.span;
  if (!at_sign("(")) return wanted("`(`", "`function f(x, y) x + y end`");
  VESPER_TRY(const std::vector<Word> parameters, names_in_parentheses());
  for (const Word& one : parameters) function.parameters.push_back(one.text);
  skip_statement_ends();
  VESPER_TRY(function.body, formula());
  skip_statement_ends();
  if (!at_name("end")) {
    if (at_kind(Token::Kind::end_of_text)) {
      return fail(Code::unclosed, fmt::format("function '{}' has no `end`", function.id),
                  place(start.span), "add `end`");
    }
    return wanted("`end`", "a function holds one formula");
  }
  advance();
  return function;
}

Result<Word> Parser::name(std::string_view purpose) {
  if (!at_kind(Token::Kind::name)) return wanted(std::string(purpose));
  if (is_reserved(word())) {
    return fail(Code::reserved_name, fmt::format("'{}' is reserved and cannot be a name", word()),
                place(), "choose another name");
  }
  Word one{std::string(word()), ahead().span};
  advance();
  return one;
}

}  // namespace vesper::language

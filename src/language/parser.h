// Tokens to the syntax tree: recursive descent over the grammar of docs/antimony.md.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "language/lexer.h"
#include "language/syntax.h"

namespace vesper::language {

inline constexpr int deepest_nesting = 200;  // parentheses, calls, powers, signs
inline constexpr int tallest_formula =
    1000;  // operators on one path of the tree, as in a + b + ...

class Parser {
 public:
  Parser(const files::Source& source, std::vector<Token> tokens)
      : source_(source), tokens_(std::move(tokens)) {}

  Result<std::vector<Item>> file();

  // One formula and nothing behind it (for directives and tests).
  Result<ExpressionPtr> lone_formula();

 private:
  // A formula with what the grammar needs to know about it.
  struct Formula {
    ExpressionPtr tree;
    int height = 1;
    bool enclosed = false;  // in parentheses
  };
  using Members = std::vector<ExpressionPtr>;

  // The stream of tokens.
  const Token& ahead(std::size_t count = 0) const;
  std::string_view word(std::size_t count = 0) const;  // its characters
  bool at_sign(std::string_view sign, std::size_t count = 0) const;
  bool at_kind(Token::Kind kind, std::size_t count = 0) const;
  bool at_name(std::string_view name, std::size_t count = 0) const;
  bool at_end_of_statement() const;
  void advance() {
    if (position_ + 1 < tokens_.size()) ++position_;
  }
  bool accept_sign(std::string_view sign);
  void skip_lines();
  void skip_statement_ends();
  Place place(std::size_t count = 0) const;
  Place place(const Span& span) const;
  Span since(const Span& start) const;  // from there to the last token read
  std::string found() const;            // what stands here, for messages
  tl::unexpected<Diagnostic> wanted(std::string what, std::string mend = {}) const;
  tl::unexpected<Diagnostic> refused(std::string what, const Span& at, std::string mend = {}) const;
  Result<void> expect_sign(std::string_view sign, std::string_view purpose);
  Result<void> expect_end(std::string_view after);

  // parser.cpp: what a file holds.
  Result<Module> module();
  Result<Function> function();
  Result<Import> import();
  Result<std::vector<Word>> names_in_parentheses();
  bool starts_module() const;

  // statements.cpp
  Result<void> statement(std::vector<Statement>& out);
  Result<void> statement_of_name(std::vector<Statement>& out);
  Result<void> declarations(std::vector<Statement>& out);
  Result<void> more_about(Word name, std::vector<Statement>& out);
  Result<void> assigned(const Word& target, Assignment::Kind kind, std::vector<Statement>& out);
  Result<void> interval(const Word& target, std::vector<Statement>& out);
  Result<void> sbo_term(const Word& target, std::vector<Statement>& out);
  Result<void> labelled(std::optional<Word> label, std::vector<Statement>& out);
  Result<void> reaction(std::optional<Word> label, std::vector<Statement>& out);
  Result<void> event(std::optional<Word> label, std::vector<Statement>& out);
  Result<void> event_properties(EventStatement& event);
  Result<void> submodel(std::optional<Word> label, std::vector<Statement>& out);
  Result<void> unit(std::vector<Statement>& out);
  Result<void> deletion(std::vector<Statement>& out);
  Result<void> annotation(std::optional<Word> target, std::vector<Statement>& out);
  Result<void> refuse_by_first_word();
  Result<void> refuse_by_second_word();
  Result<void> item_of_declaration(Declaration declaration, std::vector<Statement>& out);
  Result<std::vector<Participant>> participants();
  Result<ExpressionPtr> signed_number();
  Result<Word> name(std::string_view purpose);

  // directives.cpp: a parser over the rest of the line.
  Result<void> directive(std::vector<Statement>& out);
  Result<Statement> directive_statement(const Span& span);
  Result<Statement> dose(const Span& span);
  Result<Statement> hypothesis(const Span& span);
  Result<Statement> algebraic(const Span& span);
  Result<Statement> conversion(const Span& span);
  Result<std::string> hyphenated(std::string_view purpose);

  // formulas.cpp
  Result<ExpressionPtr> formula();
  Result<ExpressionPtr> unit_formula();
  Result<Formula> logical();
  Result<Formula> relation();
  Result<Formula> sum();
  Result<Formula> product();
  Result<Formula> prefix();
  Result<Formula> power();
  Result<Formula> primary();
  Result<Formula> number_with_unit();
  Result<Formula> call();
  Result<Formula> built_in(const struct FunctionWord& function, const Span& at, Members arguments,
                           int height);
  Result<Formula> combine(Expression::Kind kind, const Formula& left, const Formula& right) const;
  Result<Formula> checked(ExpressionPtr tree, int height) const;
  bool at_operator_word(std::string_view name) const;

  const files::Source& source_;
  std::vector<Token> tokens_;
  std::size_t position_ = 0;
  int nesting_ = 0;
  bool units_ = false;  // names are units
};

}  // namespace vesper::language

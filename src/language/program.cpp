#include "language/program.h"

#include <fmt/format.h>

#include <algorithm>

#include "language/parser.h"
#include "language/words.h"

namespace vesper::language {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t deepest_import = 50;

bool has_effect(const Statement& statement) {
  return !std::holds_alternative<UnitStatement>(statement) &&
         !std::holds_alternative<AnnotationStatement>(statement) &&
         !std::holds_alternative<DoseDirective>(statement) &&
         !std::holds_alternative<HypothesisDirective>(statement) &&
         !std::holds_alternative<UncheckedUnits>(statement);
}

bool is_directive(const Statement& statement) {
  return std::holds_alternative<DoseDirective>(statement) ||
         std::holds_alternative<HypothesisDirective>(statement) ||
         std::holds_alternative<UncheckedUnits>(statement);
}

// Where to point when a statement is not wanted where it stands.
Span span_of(const Statement& statement) {
  return std::visit(
      [](const auto& one) -> Span {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, Declaration> || std::is_same_v<T, UnitStatement>) {
          return one.name.span;
        } else if constexpr (std::is_same_v<T, HasUnit> || std::is_same_v<T, DisplayName> ||
                             std::is_same_v<T, Deletion>) {
          return one.target.span;
        } else if constexpr (std::is_same_v<T, Synchronisation>) {
          return one.left.span;
        } else if constexpr (std::is_same_v<T, AnnotationStatement>) {
          return one.annotation.span;
        } else {
          return one.span;
        }
      },
      statement);
}

class Loader {
 public:
  Loader(const files::SearchPath& search, Program& program) : search_(search), program_(program) {}

  Result<void> run(const files::Source& source) {
    program_.loose.name.text = "__main";
    VESPER_CHECK(read(source));
    return choose_main();
  }

 private:
  Result<void> read(const files::Source& source) {
    const auto index = static_cast<std::uint32_t>(program_.sources.size());
    program_.sources.push_back(source);
    const std::string identity = canonical(source.name());
    open_.emplace_back(identity, source.name());
    seen_.push_back(identity);

    VESPER_TRY(std::vector<Token> list, tokens(source, index));
    const auto blank = [](const Token& token) {
      return token.kind == Token::Kind::end_of_line || token.kind == Token::Kind::end_of_text;
    };
    if (std::all_of(list.begin(), list.end(), blank)) {
      return fail(Code::empty_file, "the model file is empty", source.whole());
    }
    VESPER_TRY(std::vector<Item> items, Parser(source, std::move(list)).file());
    const std::size_t first_module = program_.modules.size();
    std::vector<Statement> directives;
    bool loose_here = false;
    for (Item& item : items) {
      if (auto* import = std::get_if<Import>(&item)) {
        VESPER_CHECK(follow(*import, source));
      } else if (auto* module = std::get_if<Module>(&item)) {
        VESPER_CHECK(add(std::move(*module), index));
      } else if (auto* function = std::get_if<Function>(&item)) {
        VESPER_CHECK(add(std::move(*function)));
      } else {
        Statement& statement = std::get<Statement>(item);
        if (is_directive(statement)) {
          directives.push_back(std::move(statement));
        } else if (!about_a_module(statement)) {
          loose_here = loose_here || has_effect(statement);
          program_.loose.statements.push_back(std::move(statement));
        }
      }
    }
    attach(std::move(directives), loose_here, index, first_module);
    open_.pop_back();
    return {};
  }

  static std::string canonical(const std::string& name) {
    std::error_code error;
    const fs::path path = fs::weakly_canonical(name, error);
    return error ? name : path.string();
  }

  // Antimony reads an import as if its text stood here; a file that was read already adds nothing.
  Result<void> follow(const Import& import, const files::Source& source) {
    const Place place = program_.place(import.span);
    const fs::path beside = fs::path(source.name()).parent_path();
    VESPER_TRY(const fs::path path,
               search_.find(import.file, "models", ".ant", beside.empty() ? "." : beside, place));
    const std::string identity = canonical(path.string());
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (open_[i].first != identity) continue;
      std::string chain;
      for (std::size_t j = i; j < open_.size(); ++j) chain += open_[j].second + " -> ";
      return fail(Code::circular_import,
                  fmt::format("circular import: {}{}", chain, open_[i].second), place,
                  "move what both need into a file of its own");
    }
    if (std::find(seen_.begin(), seen_.end(), identity) != seen_.end()) return {};
    if (open_.size() >= deepest_import) {
      return fail(Code::too_deep,
                  fmt::format("more than {} files import each other", deepest_import), place);
    }
    VESPER_TRY(const files::Source imported, files::read(path, place));
    return read(imported);
  }

  Result<void> add(Module module, std::uint32_t source) {
    if (const Module* other = program_.find(module.name.text)) {
      return twice("model", module.name.text, module.name.span, other->name.span);
    }
    if (const Function* other = program_.find_function(module.name.text)) {
      return twice("model", module.name.text, module.name.span, other->span);
    }
    if (module.marked_main && source == 0) {
      for (const Module& other : program_.modules) {
        if (other.marked_main && other.name.span.source == 0) {
          return fail(Code::given_twice, "two models are marked as the main one with `*`",
                      program_.place(module.name.span));
        }
      }
    }
    program_.module_index.emplace(module.name.text, program_.modules.size());
    program_.modules.push_back(std::move(module));
    return {};
  }

  Result<void> add(Function function) {
    if (const Function* other = program_.find_function(function.id)) {
      return twice("function", function.id, function.span, other->span);
    }
    if (const Module* other = program_.find(function.id)) {
      return twice("function", function.id, function.span, other->name.span);
    }
    program_.function_index.emplace(function.id, program_.functions.size());
    program_.functions.push_back(std::move(function));
    return {};
  }

  Result<void> twice(std::string_view what, std::string_view name, const Span& here,
                     const Span& there) const {
    const Place first = program_.place(there);
    return fail(Code::given_twice, fmt::format("{} '{}' is defined twice", what, name),
                program_.place(here), "", {fmt::format("first in {}:{}", first.file, first.line)});
  }

  // `kinetics is "..."`, `kinetics description "..."` behind the model speak of the model.
  bool about_a_module(Statement& statement) {
    const auto find = [&](const Word& target) {
      const auto found = program_.module_index.find(target.text);
      return found == program_.module_index.end() ? nullptr : &program_.modules[found->second];
    };
    if (auto* name = std::get_if<DisplayName>(&statement)) {
      if (Module* module = find(name->target)) {
        module->display_name = std::move(name->text);
        return true;
      }
    }
    if (auto* note = std::get_if<AnnotationStatement>(&statement);
        note != nullptr && note->target) {
      if (Module* module = find(*note->target)) {
        note->target.reset();
        module->statements.push_back(std::move(statement));
        return true;
      }
    }
    return false;
  }

  // The model that a file is about: the marked one, else its last.
  Module* main_of(std::uint32_t source, std::size_t first_module) {
    Module* last = nullptr;
    for (std::size_t i = first_module; i < program_.modules.size(); ++i) {
      Module& module = program_.modules[i];
      if (module.name.span.source != source) continue;
      if (module.marked_main) return &module;
      last = &module;
    }
    return last;
  }

  // Directives outside the models of a file belong to the model that the file is about.
  void attach(std::vector<Statement> directives, bool loose_here, std::uint32_t source,
              std::size_t first_module) {
    Module* owner = loose_here ? nullptr : main_of(source, first_module);
    auto& statements = owner == nullptr ? program_.loose.statements : owner->statements;
    for (Statement& one : directives) statements.push_back(std::move(one));
  }

  Result<void> choose_main() {
    const auto loose = std::find_if(program_.loose.statements.begin(),
                                    program_.loose.statements.end(), has_effect);
    const bool any_loose = loose != program_.loose.statements.end();
    Module* named = main_of(0, 0);
    if (any_loose && named != nullptr && named->marked_main) {
      return fail(Code::no_model,
                  fmt::format("this statement stands outside any model, and the main model is '{}'",
                              named->name.text),
                  program_.place(span_of(*loose)),
                  fmt::format("move it into '{}'", named->name.text));
    }
    if (named == nullptr && !any_loose && !program_.modules.empty()) {
      named = &program_.modules.back();
    }
    program_.main = any_loose ? &program_.loose : named;
    if (program_.main == nullptr) {
      return fail(Code::no_model, "the file defines no model", program_.sources[0].whole(),
                  "`model NAME ... end`");
    }
    return {};
  }

  const files::SearchPath& search_;
  Program& program_;
  std::vector<std::pair<std::string, std::string>> open_;  // identity and name, outermost first
  std::vector<std::string> seen_;
};

}  // namespace

const Module* Program::find(const std::string& name) const {
  const auto found = module_index.find(name);
  return found == module_index.end() ? nullptr : &modules[found->second];
}

const Function* Program::find_function(const std::string& name) const {
  const auto found = function_index.find(name);
  return found == function_index.end() ? nullptr : &functions[found->second];
}

Place Program::place(const Span& span) const {
  return span.source < sources.size() ? sources[span.source].place(span.offset, span.length)
                                      : Place{};
}

Result<void> load(const files::Source& source, const files::SearchPath& search, Program& program) {
  return Loader(search, program).run(source);
}

}  // namespace vesper::language

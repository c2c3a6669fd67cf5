#include "language/antimony.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "language/flatten.h"
#include "language/words.h"

namespace vesper::language {

using Kind = Expression::Kind;

namespace {

// A model without a name is called after its file.
std::string id_from(const std::string& file) {
  std::string id = std::filesystem::path(file).stem().string();
  for (char& c : id) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  if (id.empty() || std::isdigit(static_cast<unsigned char>(id[0])) != 0 || is_reserved(id)) {
    id = "model_" + id;
  }
  return id;
}

// Of a call that is not ours it is not known here what comes out.
bool may_be_condition(const Expression& e) {
  if (e.kind != Kind::call) return is_truth(e);
  return find_function(e.name) == nullptr || e.name == "piecewise";
}

// Every function's own calls, so that none reaches itself.
class Recursion {
 public:
  explicit Recursion(const Program& program) : program_(program) {}

  Result<void> check(const Function& function) {
    constexpr std::size_t deepest = 200;
    const auto open = std::find(open_.begin(), open_.end(), &function);
    if (open != open_.end() || open_.size() > deepest) {
      std::string chain;
      for (auto one = open == open_.end() ? open_.begin() : open; one != open_.end(); ++one) {
        chain += (*one)->id + " -> ";
      }
      return open != open_.end()
                 ? fail(Code::circular_model,
                        fmt::format("function '{0}' calls itself: {1}{0}", function.id, chain),
                        program_.place(function.span))
                 : fail(Code::too_deep,
                        fmt::format("more than {} functions call each other", deepest),
                        program_.place(function.span));
    }
    if (!done_.insert(&function).second) return {};
    open_.push_back(&function);
    VESPER_CHECK(walk(*function.body));
    open_.pop_back();
    return {};
  }

 private:
  Result<void> walk(const Expression& e) {
    if (e.kind == Kind::call) {
      if (const Function* called = program_.find_function(e.name)) VESPER_CHECK(check(*called));
    }
    for (const ExpressionPtr& part : e.arguments) VESPER_CHECK(walk(*part));
    return {};
  }

  const Program& program_;
  std::vector<const Function*> open_;
  std::set<const Function*> done_;
};

}  // namespace

// Names in a formula to their flat ids, names of units to units.
Result<ExpressionPtr> Flattener::renamed(const ExpressionPtr& tree, Instance* scope) {
  Expression copy = *tree;
  if (copy.kind == Kind::number && !copy.name.empty()) {
    VESPER_TRY(units::Unit unit, units_.named(copy.name, copy.span));
    copy.unit = std::make_shared<const units::Unit>(std::move(unit));
    copy.name.clear();
  } else if (copy.kind == Kind::name && scope != nullptr && constant(copy.name).empty()) {
    VESPER_TRY(const int id, find(Word{copy.name, copy.span}, *scope, false));
    const Variable& variable = at(id);
    if (variable.deleted || variable.role == Variable::Role::event) {
      return fail(Code::wrong_kind,
                  fmt::format("'{}' is {} and has no value", copy.name,
                              variable.deleted ? "deleted" : "an event"),
                  place(copy.span));
    }
    copy.name = variable.path;
  }
  for (ExpressionPtr& part : copy.arguments) {
    VESPER_TRY(part, renamed(part, scope));
  }
  return std::make_shared<Expression>(std::move(copy));
}

std::string Flattener::display_name(const std::string& text, const Instance& scope) const {
  const auto uses = uses_.find(scope.module);
  const bool several = uses != uses_.end() && uses->second > 1 && !scope.path.empty();
  return several ? scope.path + " " + text : text;
}

Result<void> Flattener::add_functions(Model& model) {
  Recursion recursion(program_);
  for (const Function& function : program_.functions) {
    VESPER_CHECK(recursion.check(function));
    VESPER_CHECK(check_body(*function.body, function));
    Function flat = function;
    VESPER_TRY(flat.body, renamed(function.body, nullptr));
    model.functions.push_back(std::move(flat));
  }
  return {};
}

Result<void> Flattener::check_body(const Expression& body, const Function& function) const {
  const auto& known = function.parameters;
  if (body.kind == Kind::name && constant(body.name).empty() &&
      std::find(known.begin(), known.end(), body.name) == known.end()) {
    return fail(Code::name_without_value,
                fmt::format("'{}' is no argument of function '{}'", body.name, function.id),
                place(body.span), suggest(body.name, known));
  }
  if (body.kind == Kind::call) VESPER_CHECK(check_call(body, false));
  for (const ExpressionPtr& part : body.arguments) VESPER_CHECK(check_body(*part, function));
  return {};
}

Result<void> Flattener::add_reactions(Model& model) {
  for (const PlacedReaction& placed : reactions_) {
    Variable& variable = at(placed.variable);
    if (variable.deleted) continue;
    const ReactionStatement& statement = *placed.statement;
    if (!variable.initial || !variable.initial->tree) {
      return fail(Code::reaction_without_rate,
                  fmt::format("reaction '{}' has no rate", variable.local), place(statement.span),
                  fmt::format("write it behind the `;`, or `{} = ...`", variable.local));
    }
    Reaction reaction;
    reaction.id = variable.path;
    reaction.reversible = statement.reversible;
    reaction.span = statement.span;
    if (variable.display_name) {
      reaction.display_name = display_name(variable.display_name->first, *variable.display_scope);
    }
    const auto side = [&](const std::vector<Participant>& from,
                          std::vector<SpeciesReference>& to) -> Result<void> {
      for (const Participant& one : from) {
        VESPER_TRY(const int id, find(one.species, *placed.scope, false));
        if (at(id).role != Variable::Role::symbol) {
          return fail(Code::wrong_kind, fmt::format("'{}' is no species", one.species.text),
                      place(one.species.span));
        }
        SpeciesReference reference{at(id).path, one.stoichiometry, {}, one.species.span};
        if (one.symbol) {
          VESPER_TRY(const int stoichiometry, find(*one.symbol, *placed.scope, false));
          if (at(stoichiometry).role != Variable::Role::symbol) {
            return fail(Code::wrong_kind, fmt::format("'{}' is no number", one.symbol->text),
                        place(one.symbol->span));
          }
          reference.symbol = at(stoichiometry).path;
        }
        to.push_back(std::move(reference));
      }
      return {};
    };
    VESPER_CHECK(side(statement.reactants, reaction.reactants));
    VESPER_CHECK(side(statement.products, reaction.products));
    VESPER_TRY(reaction.rate, renamed(variable.initial->tree, variable.initial->scope));
    set_annotations(reaction.annotations, variable);
    model.reactions.push_back(std::move(reaction));
  }
  return {};
}

Result<void> Flattener::add_events(Model& model) {
  for (const PlacedEvent& placed : events_) {
    const Variable& variable = at(placed.variable);
    if (variable.deleted) continue;
    Event event;
    event.id = variable.path;
    event.span = placed.statement->span;
    if (!may_be_condition(*placed.statement->trigger)) {
      return fail(
          Code::model_syntax,
          fmt::format("`{}` is no condition that can turn true", text(*placed.statement->trigger)),
          place(placed.statement->trigger->span), "such as `at time > 24: x = 0`");
    }
    VESPER_TRY(event.trigger, renamed(placed.statement->trigger, placed.scope));
    if (placed.statement->delay) {
      VESPER_TRY(event.delay, renamed(placed.statement->delay, placed.scope));
    }
    if (placed.statement->priority) {
      VESPER_TRY(event.priority, renamed(placed.statement->priority, placed.scope));
    }
    event.persistent = placed.statement->persistent;
    event.initial_value = placed.statement->initial_value;
    event.uses_trigger_values = placed.statement->uses_trigger_values;
    for (const auto& [target, formula] : placed.statement->assignments) {
      VESPER_TRY(const int id, find(target, *placed.scope, false));
      if (at(id).role != Variable::Role::symbol) {
        return fail(Code::wrong_kind, fmt::format("an event cannot change '{}'", target.text),
                    place(target.span));
      }
      for (const EventAssignment& other : event.assignments) {
        if (other.target != at(id).path) continue;
        return fail(Code::given_twice, fmt::format("the event changes '{}' twice", target.text),
                    place(target.span));
      }
      EventAssignment one{at(id).path, nullptr, target.span};
      VESPER_TRY(one.formula, renamed(formula, placed.scope));
      event.assignments.push_back(std::move(one));
    }
    set_annotations(event.annotations, variable);
    model.events.push_back(std::move(event));
  }
  return {};
}

Result<void> Flattener::add_algebraic_rules(Model& model) {
  for (const auto& [directive, scope] : algebraic_rules_) {
    Rule rule{Rule::Kind::algebraic, "", nullptr, directive->span};
    VESPER_TRY(rule.formula, renamed(directive->formula, scope));
    model.rules.push_back(std::move(rule));
  }
  return {};
}

Result<Model> Flattener::run() {
  Model model;
  model.sources = program_.sources;
  for (const Statement& statement : program_.loose.statements) {
    if (const auto* unit = std::get_if<UnitStatement>(&statement)) units_.define(*unit);
  }
  const Module& main = *program_.main;
  VESPER_CHECK(expand(main, "", nullptr, main.name.span));
  model.id = &main == &program_.loose ? id_from(program_.sources[0].name()) : main.name.text;
  model.display_name = main.display_name;
  model.annotations = model_annotations_;
  model.check_units = check_units_;
  VESPER_CHECK(assemble(model));
  VESPER_CHECK(add_functions(model));
  VESPER_CHECK(add_reactions(model));
  VESPER_CHECK(add_events(model));
  VESPER_CHECK(add_algebraic_rules(model));
  VESPER_CHECK(add_doses(model));
  VESPER_CHECK(add_hypotheses(model));
  model.unit_definitions = units_.texts();
  const auto own = [&](const char* name) -> std::optional<units::Unit> {
    const auto found = units_.known().find(name);
    return found == units_.known().end() ? std::nullopt : std::optional(found->second);
  };
  model.time_unit = own("time_unit");
  model.substance_unit = own("substance");
  model.volume_unit = own("volume");
  model.area_unit = own("area");
  model.length_unit = own("length");
  model.extent_unit = own("extent");
  for (const auto& [name, unit] : units_.known()) {
    if (!is_model_unit(name)) model.units.emplace(name, unit);
  }
  return model;
}

Result<Model> parse_antimony(const files::Source& source, const files::SearchPath& search) {
  Program program;
  VESPER_CHECK(load(source, search, program));
  return Flattener(program).run();
}

Result<Model> read_antimony(const std::filesystem::path& path, const files::SearchPath& search) {
  VESPER_TRY(const files::Source source, files::read(path));
  return parse_antimony(source, search);
}

}  // namespace vesper::language

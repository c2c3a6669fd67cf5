#include <fmt/format.h>

#include <algorithm>

#include "language/flatten.h"
#include "language/words.h"

namespace vesper::language {

using Kind = Expression::Kind;

namespace {

constexpr std::size_t most_statements = 500'000;
constexpr std::size_t deepest_submodel = 50;

}  // namespace

Result<Instance*> Flattener::expand(const Module& module, std::string path, Instance* outer,
                                    const Span& used_at) {
  if (std::find(open_.begin(), open_.end(), &module) != open_.end()) {
    std::string chain;
    for (const Module* one : open_) chain += one->name.text + " -> ";
    return fail(Code::circular_model,
                fmt::format("model '{0}' contains itself: {1}{0}", module.name.text, chain),
                place(used_at));
  }
  if (open_.size() >= deepest_submodel) {
    return fail(Code::too_deep,
                fmt::format("more than {} models contain each other", deepest_submodel),
                place(used_at));
  }
  statement_count_ += module.statements.size() + 1;
  if (statement_count_ > most_statements) {
    return fail(Code::model_too_large,
                fmt::format("the submodels expand to more than {} statements", most_statements),
                place(used_at), "check whether models contain each other several times over");
  }
  open_.push_back(&module);
  ++uses_[&module];
  Instance& scope = instances_.emplace_back();
  scope.module = &module;
  scope.path = std::move(path);
  scope.outer = outer;
  scope.depth = outer == nullptr ? 0 : outer->depth + 1;
  for (const Word& name : module.interface) {
    VESPER_CHECK(find(name, scope, true));
  }
  for (const Statement& statement : module.statements) {
    VESPER_CHECK(std::visit([&](const auto& one) { return take(one, scope); }, statement));
  }
  open_.pop_back();
  return &scope;
}

Result<void> Flattener::take(const Declaration& one, Instance& scope) {
  VESPER_TRY(const int id, find(one.name, scope, true));
  Variable& variable = at(id);
  if (!variable.stated) variable.stated = one.name.span;
  if (one.reaction) {
    if (variable.kind) {
      return fail(Code::wrong_kind,
                  fmt::format("'{}' is a reaction and something else", one.name.text),
                  place(one.name.span));
    }
    variable.role = Variable::Role::reaction;
  }
  if (one.kind) {
    if (variable.kind && *variable.kind != *one.kind) {
      return fail(Code::wrong_kind,
                  fmt::format("'{}' is declared as two kinds of symbol", one.name.text),
                  place(one.name.span));
    }
    variable.kind = one.kind;
  }
  if (one.constant && (!variable.constant || scope.depth <= variable.constant->second)) {
    variable.constant = {*one.constant, scope.depth};
  }
  variable.boundary = variable.boundary || one.boundary;
  variable.substance_only = variable.substance_only || one.substance_only;
  if (!one.compartment) return {};
  VESPER_TRY(const int compartment, find(*one.compartment, scope, true));
  at(compartment).is_compartment = true;
  Variable& inside = at(id);
  if (inside.compartment && inside.compartment->second == scope.depth &&
      root(inside.compartment->first) != root(compartment)) {
    return fail(Code::contradiction,
                fmt::format("'{}' is said to be in '{}' and in '{}'", one.name.text,
                            at(inside.compartment->first).local, one.compartment->text),
                place(one.compartment->span));
  }
  if (!inside.compartment || scope.depth <= inside.compartment->second) {
    inside.compartment = {compartment, scope.depth};
  }
  return {};
}

Result<void> Flattener::take(const Assignment& one, Instance& scope) {
  VESPER_TRY(const bool doubt, take_doubt(one, scope));
  if (doubt) return {};
  VESPER_TRY(const int id, find(one.target, scope, true));
  if (one.formula) {
    VESPER_CHECK(mention(*one.formula, scope, one.kind == Assignment::Kind::initial));
  }
  Variable& variable = at(id);
  if (!variable.stated) variable.stated = one.target.span;
  if (variable.role == Variable::Role::event ||
      (variable.role == Variable::Role::reaction && one.kind != Assignment::Kind::initial)) {
    return fail(Code::wrong_kind,
                fmt::format("'{}' is {} and cannot have {}", one.target.text,
                            variable.role == Variable::Role::event ? "an event" : "a reaction",
                            one.kind == Assignment::Kind::initial ? "a value" : "a rule"),
                place(one.target.span));
  }
  auto& slot = one.kind == Assignment::Kind::initial ? variable.initial
               : one.kind == Assignment::Kind::rule  ? variable.rule
                                                     : variable.rate;
  const bool resting = scope.is_argument(one.target.text);
  return give(slot, Given{one.formula, &scope, one.span, resting}, variable);
}

// `CL.standardDeviation = 40`: about CL, unless a submodel CL has such a name.
Result<bool> Flattener::take_doubt(const Assignment& one, Instance& scope) {
  const std::size_t dot = one.target.text.rfind('.');
  if (dot == std::string::npos) return false;
  const std::string keyword = one.target.text.substr(dot + 1);
  if (!is_uncertainty(keyword)) return false;
  Word subject{one.target.text.substr(0, dot), one.target.span};
  subject.span.length = static_cast<std::uint32_t>(dot);
  if (scope.submodels.count(subject.text) != 0) return false;
  if (one.kind != Assignment::Kind::initial) {
    return fail(Code::model_syntax, fmt::format("`{}` is given with `=`", one.target.text),
                place(one.target.span));
  }
  const auto& supported = supported_uncertainty();
  if (std::find(supported.begin(), supported.end(), keyword) == supported.end()) {
    return fail(Code::not_supported,
                fmt::format("`.{}` is Antimony that Vesper does not read", keyword),
                place(one.target.span),
                "uncertainty is given as `.standardDeviation`, `.coefficientOfVariation`, "
                "`.confidenceInterval` or `.distribution`");
  }
  if (keyword == "confidenceInterval" || !one.formula) {
    return fail(Code::model_syntax,
                keyword == "confidenceInterval" ? "an interval is wanted: two numbers in braces"
                                                : fmt::format("`.{}` has no value", keyword),
                place(one.span), "such as `CL.confidenceInterval = {94, 210}`");
  }
  VESPER_TRY(const int id, find(subject, scope, true));
  at(id).doubts.push_back(
      {keyword == "stdev" ? "standardDeviation" : keyword, one.formula, nullptr, &scope, one.span});
  return true;
}

Result<void> Flattener::take(const Interval& one, Instance& scope) {
  const std::size_t dot = one.target.text.rfind('.');
  const std::string keyword = dot == std::string::npos ? "" : one.target.text.substr(dot + 1);
  if (keyword != "confidenceInterval") {
    if (is_uncertainty(keyword)) {
      return fail(
          Code::not_supported,
          fmt::format("`.{}` with an interval is Antimony that Vesper does not read", keyword),
          place(one.target.span), "a 95 % interval is given as `.confidenceInterval`");
    }
    return fail(Code::model_syntax, "a value is wanted here, not an interval", place(one.span));
  }
  Word subject{one.target.text.substr(0, dot), one.target.span};
  subject.span.length = static_cast<std::uint32_t>(dot);
  VESPER_TRY(const int id, find(subject, scope, true));
  at(id).doubts.push_back({keyword, one.low, one.high, &scope, one.span});
  return {};
}

Result<void> Flattener::take(const HasUnit& one, Instance& scope) {
  VESPER_TRY(const int id, find(one.target, scope, true));
  at(id).declared_units.push_back({one.unit, &scope, one.target.span});
  return {};
}

Result<void> Flattener::take(const DisplayName& one, Instance& scope) {
  VESPER_TRY(const int id, find(one.target, scope, true));
  Variable& variable = at(id);
  const int rank = scope.rank(one.target.text);
  if (!variable.display_name || rank <= variable.display_name->second) {
    // The instance is named in front only when it is known how often its model is used.
    variable.display_name = {one.text, rank};
    variable.display_scope = &scope;
  }
  return {};
}

Result<void> Flattener::take(const Synchronisation& one, Instance& scope) {
  return unite(one.left, one.right, scope);
}

Result<int> Flattener::label(const std::optional<Word>& given, Variable::Role role,
                             const Span& span, Instance& scope) {
  Word name{"", span};
  if (given) {
    name = *given;
  } else {
    int& count = role == Variable::Role::reaction ? scope.unnamed_reactions : scope.unnamed_events;
    do {
      name.text = fmt::format("{}{}", role == Variable::Role::reaction ? "_J" : "_E", count++);
    } while (scope.names.count(name.text) != 0);
  }
  Instance* home = &scope;
  if (const std::size_t dot = name.text.rfind('.'); dot != std::string::npos) {
    // `pk.elimination: ...` adds a reaction to the submodel.
    std::string last;
    VESPER_TRY(home, submodel_of(name, scope, last));
    name.text = last;
  }
  VESPER_TRY(const int id, find(name, *home, true));
  Variable& variable = at(id);
  const bool fresh = variable.role == Variable::Role::symbol && !variable.kind;
  if (!fresh && variable.role != role) {
    return fail(Code::wrong_kind,
                fmt::format("'{}' is something else already", given ? given->text : name.text),
                place(span));
  }
  if (!labels_.insert(id).second) {
    return fail(Code::given_twice,
                fmt::format("there are two {} '{}'",
                            role == Variable::Role::reaction ? "reactions" : "events", name.text),
                place(name.span));
  }
  variable.role = role;
  variable.stated = name.span;
  return id;
}

Result<void> Flattener::take(const ReactionStatement& one, Instance& scope) {
  VESPER_TRY(const int id, label(one.label, Variable::Role::reaction, one.span, scope));
  for (const auto* side : {&one.reactants, &one.products}) {
    for (const Participant& participant : *side) {
      VESPER_TRY(const int species, find(participant.species, scope, true));
      Variable& variable = at(species);
      variable.reacts = true;
      if (!variable.stated) variable.stated = participant.species.span;
      variable.boundary = variable.boundary || participant.boundary;
      if (!participant.symbol) continue;
      VESPER_TRY(const int stoichiometry, find(*participant.symbol, scope, true));
      if (!at(stoichiometry).used) at(stoichiometry).used = participant.symbol->span;
    }
  }
  reactions_.push_back({&one, &scope, id});
  if (!one.rate) return {};
  VESPER_CHECK(mention(*one.rate, scope));
  Variable& variable = at(id);
  return give(variable.initial, Given{one.rate, &scope, one.rate->span}, variable);
}

Result<void> Flattener::take(const EventStatement& one, Instance& scope) {
  VESPER_TRY(const int id, label(one.label, Variable::Role::event, one.span, scope));
  VESPER_CHECK(mention(*one.trigger, scope));
  if (one.delay) VESPER_CHECK(mention(*one.delay, scope));
  if (one.priority) VESPER_CHECK(mention(*one.priority, scope));
  for (const auto& [target, formula] : one.assignments) {
    VESPER_CHECK(find(target, scope, true));
    VESPER_CHECK(mention(*formula, scope));
  }
  events_.push_back({&one, &scope, id});
  return {};
}

Result<const Module*> Flattener::module_of(const Submodel& one) const {
  const Module* module = program_.find(one.module.text);
  if (module == nullptr) {
    std::vector<std::string> known;
    for (const Module& other : program_.modules) known.push_back(other.name.text);
    const bool function = program_.find_function(one.module.text) != nullptr ||
                          language::find_function(one.module.text) != nullptr;
    return fail(Code::unknown_model,
                function ? fmt::format("'{}' is a function, not a model", one.module.text)
                         : fmt::format("there is no model '{}'", one.module.text),
                place(one.module.span),
                function ? "a function stands in a formula: `x := f(...)`"
                         : suggest(one.module.text, known));
  }
  const bool below = module->name.span.source == one.module.span.source &&
                     module->name.span.offset > one.module.span.offset;
  if (below) {
    return fail(Code::unknown_model,
                fmt::format("model '{}' is defined only further down, in line {}", one.module.text,
                            place(module->name.span).line),
                place(one.module.span), "Antimony wants it above the line that uses it");
  }
  if (one.arguments.size() > module->interface.size()) {
    return fail(
        Code::call_arguments,
        fmt::format("model '{}' takes {} {}, not {}", one.module.text, module->interface.size(),
                    module->interface.size() == 1 ? "argument" : "arguments", one.arguments.size()),
        place(one.span));
  }
  return module;
}

Result<void> Flattener::take(const Submodel& one, Instance& scope) {
  VESPER_TRY(const Module* module, module_of(one));
  Word name =
      one.label ? *one.label : Word{fmt::format("_sub{}", scope.unnamed_submodels++), one.span};
  if (name.text.find('.') != std::string::npos) {
    return fail(Code::model_syntax, "a submodel cannot be put into another from outside",
                place(name.span));
  }
  if (scope.names.count(name.text) != 0 || scope.submodels.count(name.text) != 0) {
    return fail(Code::given_twice, fmt::format("'{}' is used before as another name", name.text),
                place(name.span));
  }
  VESPER_TRY(Instance * inner, expand(*module, scope.path_of(name.text), &scope, one.module.span));
  scope.submodels.emplace(name.text, inner);
  for (std::size_t i = 0; i < one.arguments.size(); ++i) {
    const Submodel::Argument& argument = one.arguments[i];
    const Word inside{name.text + "." + module->interface[i].text,
                      argument.name ? argument.name->span : argument.number->span};
    if (argument.name) {
      VESPER_CHECK(unite(inside, *argument.name, scope));
    } else {
      VESPER_TRY(const int id, find(inside, scope, false));
      VESPER_CHECK(
          give(at(id).initial, Given{argument.number, &scope, argument.number->span}, at(id)));
    }
  }
  return {};
}

Result<void> Flattener::take(const Deletion& one, Instance& scope) {
  VESPER_TRY(const int id, find(one.target, scope, false));
  Variable& variable = at(id);
  if (variable.role == Variable::Role::symbol) {
    return fail(Code::not_supported,
                fmt::format("deleting '{}', which is no reaction and no event, is Antimony that "
                            "Vesper does not read",
                            one.target.text),
                place(one.target.span),
                fmt::format("`{0} = ;`, `{0} := ;` and `{0}' = ;` clear what a submodel says of it",
                            one.target.text));
  }
  variable.deleted = true;
  return {};
}

Result<void> Flattener::take(const AnnotationStatement& one, Instance& scope) {
  if (!one.target) {
    if (scope.depth == 0) model_annotations_.push_back(one.annotation);
    return {};
  }
  VESPER_TRY(const int id, find(*one.target, scope, true));
  at(id).annotations.emplace_back(one.annotation, scope.rank(one.target->text));
  return {};
}

Result<void> Flattener::take(const UnitStatement& one, Instance&) {
  units_.define(one);
  return {};
}

Result<void> Flattener::take(const DoseDirective& one, Instance& scope) {
  doses_.push_back({&one, &scope});
  return {};
}

Result<void> Flattener::take(const HypothesisDirective& one, Instance& scope) {
  hypotheses_.push_back({&one, &scope});
  return {};
}

Result<void> Flattener::take(const AlgebraicDirective& one, Instance& scope) {
  VESPER_CHECK(mention(*one.formula, scope));
  std::vector<const Expression*> waiting{one.formula.get()};
  while (!waiting.empty()) {
    const Expression& e = *waiting.back();
    waiting.pop_back();
    for (const ExpressionPtr& part : e.arguments) waiting.push_back(part.get());
    if (e.kind != Kind::name || !constant(e.name).empty()) continue;
    VESPER_TRY(const int id, find(Word{e.name, e.span}, scope, false));
    at(id).in_algebraic_rule = true;
  }
  algebraic_rules_.push_back({&one, &scope});
  return {};
}

Result<void> Flattener::take(const ConversionDirective& one, Instance& scope) {
  VESPER_TRY(const int species, find(one.species, scope, true));
  VESPER_TRY(const int factor, find(one.factor, scope, true));
  if (!at(factor).used) at(factor).used = one.factor.span;
  Variable& variable = at(species);
  if (variable.conversion_factor && variable.conversion_factor->second == scope.depth) {
    return fail(Code::given_twice, fmt::format("'{}' has two conversion factors", one.species.text),
                place(one.species.span), "keep one of them");
  }
  if (!variable.conversion_factor || scope.depth < variable.conversion_factor->second) {
    variable.conversion_factor = {factor, scope.depth};
  }
  return {};
}

Result<void> Flattener::take(const UncheckedUnits&, Instance&) {
  check_units_ = false;
  return {};
}

// Makes the names of a formula known and checks its calls.
Result<void> Flattener::mention(const Expression& formula, Instance& scope, bool whole_value) {
  if (formula.kind == Kind::name && constant(formula.name).empty()) {
    VESPER_TRY(const int id, find(Word{formula.name, formula.span}, scope, true));
    if (!at(id).used) at(id).used = formula.span;
  }
  if (formula.kind == Kind::call) {
    VESPER_CHECK(check_call(formula, whole_value));
  }
  for (const ExpressionPtr& part : formula.arguments) {
    VESPER_CHECK(mention(*part, scope));
  }
  return {};
}

Result<void> Flattener::check_call(const Expression& call, bool whole_value) const {
  Span name = call.span;
  name.length = static_cast<std::uint32_t>(call.name.size());
  if (const Function* function = program_.find_function(call.name)) {
    if (function->parameters.size() == call.arguments.size()) return {};
    return fail(Code::call_arguments,
                fmt::format("`{}` takes {} {}, not {}", call.name, function->parameters.size(),
                            function->parameters.size() == 1 ? "argument" : "arguments",
                            call.arguments.size()),
                place(name));
  }
  if (find_function(call.name) != nullptr) return {};
  if (is_distribution(call.name)) {
    if (whole_value) return {};
    return fail(Code::model_distribution,
                fmt::format("a distribution, `{}`, stands inside a formula", call.name),
                place(name), "give it a parameter of its own: `x = lognormal(140, 42)`");
  }
  std::vector<std::string> known = function_names();
  for (const Function& one : program_.functions) known.push_back(one.id);
  const std::string near = nearest(call.name, known);
  return fail(Code::unknown_function, fmt::format("unknown function '{}'", call.name), place(name),
              near.empty() ? fmt::format("a product is written `{} * (...)`", call.name)
                           : fmt::format("did you mean '{}'?", near));
}

}  // namespace vesper::language

#include "equations/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <numbers>

#include "equations/analysis.h"
#include "equations/builtins.h"
#include "equations/fold.h"

namespace vesper::equations {
namespace {

using language::Expression;
using Kind = Expression::Kind;

constexpr std::size_t most_visits = 2'000'000;  // syntax nodes, every call's body counted

double built_in_value(std::string_view name) {
  if (name == "pi") return std::numbers::pi;
  if (name == "exponentiale") return std::numbers::e;
  if (name == "avogadro") return avogadro;
  if (name == "true") return 1;
  if (name == "inf") return std::numeric_limits<double>::infinity();
  if (name == "nan") return std::numeric_limits<double>::quiet_NaN();
  assert(name == "false");
  return 0;
}

std::string arguments_text(std::size_t fewest, std::size_t most) {
  if (fewest == most) return fmt::format("{} argument{}", fewest, fewest == 1 ? "" : "s");
  if (most == std::numeric_limits<std::size_t>::max()) {
    return fmt::format("at least {} argument{}", fewest, fewest == 1 ? "" : "s");
  }
  return fmt::format("{} to {} arguments", fewest, most);
}

bool calls_delay(const language::ExpressionPtr& formula) {
  bool found = false;
  if (formula) {
    for_each(*formula, [&](const Expression& e) {
      found = found || (e.kind == Kind::call && e.name == "delay");
    });
  }
  return found;
}

bool calls_delay(const language::Model& model) {
  const auto any = [](const auto& items, auto formula) {
    return std::ranges::any_of(items, [&](const auto& item) { return calls_delay(formula(item)); });
  };
  return any(model.symbols, [](const language::Symbol& item) { return item.initial; }) ||
         any(model.rules, [](const language::Rule& item) { return item.formula; }) ||
         any(model.reactions, [](const language::Reaction& item) { return item.rate; }) ||
         any(model.functions, [](const language::Function& item) { return item.body; }) ||
         std::ranges::any_of(model.events, [&](const language::Event& event) {
           return calls_delay(event.trigger) || calls_delay(event.delay) ||
                  calls_delay(event.priority) ||
                  any(event.assignments,
                      [](const language::EventAssignment& item) { return item.formula; });
         });
}

}  // namespace

Lowering::Lowering(const Names& names, Graph& graph)
    : names_(names),
      graph_(graph),
      changes_(graph),
      assigned_(names.symbols().size()),
      reactions_(names.model().reactions.size()),
      rates_(names.symbols().size()) {
  for (const NamedSymbol& named : names.symbols())
    if (named.role == Role::state) ++states_;
  looks_back_ = calls_delay(names.model());
}

Result<NodeId> Lowering::lower(const Expression& formula) {
  return lower_in(formula, Scope{});
}

Result<NodeId> Lowering::lower_in(const Expression& formula, const Scope& scope) {
  return fold<NodeId>(formula, [&](const Expression& e, Arguments arguments) {
    return combine(e, arguments, scope);
  });
}

NodeId Lowering::meaning(std::size_t symbol) {
  const NamedSymbol& named = names_[symbol];
  if (named.role == Role::assigned) {
    assert(assigned_[symbol] && "formulas are lowered in order");
    return *assigned_[symbol];
  }
  if (named.role == Role::parameter) {
    const NodeId value = graph_.parameter(named.index);
    const bool amount = named.compartment && named.symbol->initial_is_amount;
    return amount ? graph_.binary(Op::divide, value, meaning(*named.compartment)) : value;
  }
  const NodeId value = graph_.state(named.index);
  return named.compartment ? graph_.binary(Op::divide, value, meaning(*named.compartment)) : value;
}

NodeId Lowering::chain(Op op, Arguments arguments) {
  NodeId value = arguments[0];
  for (const NodeId next : arguments.subspan(1)) value = graph_.binary(op, value, next);
  return value;
}

Result<NodeId> Lowering::combine(const Expression& e, Arguments arguments, const Scope& scope) {
  if (++visited_ > most_visits) {
    return fail(Code::formula_too_large, "the model's formulas grow beyond two million operations",
                names_.place(e.span), "functions that call functions multiply; write fewer");
  }
  switch (e.kind) {
    case Kind::number:
      return graph_.constant(e.value);
    case Kind::name:
      return name(e, scope);
    case Kind::call:
      return call(e, arguments, scope);
    case Kind::negate:
      return graph_.unary(Op::negate, arguments[0]);
    case Kind::logical_not:
      return graph_.unary(Op::logical_not, arguments[0]);
    case Kind::implies:
      return graph_.binary(Op::logical_or, graph_.unary(Op::logical_not, arguments[0]),
                           arguments[1]);
    case Kind::add:
      return chain(Op::add, arguments);
    case Kind::subtract:
      return chain(Op::subtract, arguments);
    case Kind::multiply:
      return chain(Op::multiply, arguments);
    case Kind::divide:
      return chain(Op::divide, arguments);
    case Kind::power:
      return chain(Op::power, arguments);
    case Kind::less:
      return chain(Op::less, arguments);
    case Kind::less_equal:
      return chain(Op::less_equal, arguments);
    case Kind::greater:
      return chain(Op::greater, arguments);
    case Kind::greater_equal:
      return chain(Op::greater_equal, arguments);
    case Kind::equal:
      return chain(Op::equal, arguments);
    case Kind::not_equal:
      return chain(Op::not_equal, arguments);
    case Kind::logical_and:
      return chain(Op::logical_and, arguments);
    case Kind::logical_or:
      return chain(Op::logical_or, arguments);
    case Kind::logical_xor:
      return chain(Op::logical_xor, arguments);
  }
  assert(false && "every kind has its case");
  return NodeId{0};
}

Result<NodeId> Lowering::name(const Expression& e, const Scope& scope) {
  if (scope.function != nullptr) {
    const auto& parameters = scope.function->parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (parameters[i] == e.name) return scope.arguments[i];
    }
  } else {
    if (const auto symbol = names_.symbol(e.name)) return meaning(*symbol);
    if (const auto reaction = names_.reaction(e.name)) return *reactions_[*reaction];
  }
  if (e.name == "time") return graph_.time();
  if (is_built_in_name(e.name)) return graph_.constant(built_in_value(e.name));
  if (scope.function != nullptr) {
    return fail(Code::unresolved_name,
                fmt::format("'{}' is no argument of function '{}'", e.name, scope.function->id),
                names_.place(e.span),
                names_.symbol(e.name) ? fmt::format("pass '{}' as an argument", e.name)
                                      : suggest(e.name, scope.function->parameters));
  }
  return fail(Code::unresolved_name, fmt::format("unknown name '{}'", e.name), names_.place(e.span),
              suggest(e.name, names_.known()));
}

Result<NodeId> Lowering::call(const Expression& e, Arguments arguments, const Scope& scope) {
  if (const language::Function* function = names_.function(e.name)) {
    return call_function(*function, e, arguments, scope);
  }
  if (e.name == "rateOf") return rate_of(e, scope);
  if (e.name == "delay") {
    if (arguments.size() == 2) return past(arguments[0], arguments[1]);
    return fail(Code::argument_count,
                fmt::format("'delay' takes 2 arguments, not {}", arguments.size()),
                names_.place(e.span));
  }
  const Builtin* builtin = find_builtin(e.name);
  if (const std::string_view reason = refusal(e.name);
      !reason.empty() && (builtin == nullptr || arguments.size() == 1)) {
    return fail(Code::unsupported_function, fmt::format("'{}' cannot stand in a formula", e.name),
                names_.place(e.span), std::string(reason));
  }
  if (builtin == nullptr) {
    std::vector<std::string> known = builtin_names();
    for (const auto& function : names_.model().functions) known.push_back(function.id);
    return fail(Code::unresolved_function, fmt::format("unknown function '{}'", e.name),
                names_.place(e.span), suggest(e.name, known));
  }
  if (arguments.size() < builtin->fewest || arguments.size() > builtin->most) {
    return fail(Code::argument_count,
                fmt::format("'{}' takes {}, not {}", e.name,
                            arguments_text(builtin->fewest, builtin->most), arguments.size()),
                names_.place(e.span));
  }
  if (e.name == "factorial" && changes_.of(arguments[0]) == Change::smoothly) {
    return fail(Code::no_derivative, "a factorial cannot follow a changing quantity",
                names_.place(e.span), "round it first: factorial(floor(x))");
  }
  return builtin->make(graph_, arguments);
}

// A body is lowered once for each set of arguments, whatever the number of its calls.
Result<NodeId> Lowering::call_function(const language::Function& function, const Expression& e,
                                       Arguments arguments, const Scope& scope) {
  if (arguments.size() != function.parameters.size()) {
    return fail(
        Code::argument_count,
        fmt::format("'{}' takes {}, not {}", function.id,
                    arguments_text(function.parameters.size(), function.parameters.size()),
                    arguments.size()),
        names_.place(e.span),
        fmt::format("it is defined as {}({})", function.id, fmt::join(function.parameters, ", ")));
  }
  constexpr std::size_t deepest = 200;
  std::size_t depth = 0;
  for (const Scope* caller = &scope; caller != nullptr; caller = caller->caller) {
    if (caller->function == &function) {
      return fail(Code::recursive_function, fmt::format("function '{}' uses itself", function.id),
                  names_.place(e.span), "write a rate rule, or the sum in closed form");
    }
    if (++depth > deepest) {
      return fail(Code::formula_too_large,
                  fmt::format("functions call functions more than {} deep", deepest),
                  names_.place(e.span));
    }
  }
  const Scope inner{&function, {arguments.begin(), arguments.end()}, &scope};
  auto key = std::pair(&function, inner.arguments);
  if (const auto known = known_calls_.find(key); known != known_calls_.end()) return known->second;
  VESPER_TRY(const NodeId value, lower_in(*function.body, inner));
  known_calls_.emplace(std::move(key), value);
  return value;
}

// What never changes was the same in the past, unless an event has changed it.
NodeId Lowering::past(NodeId value, NodeId lag) {
  if (graph_.is_constant(value) || graph_.is_constant(lag, 0)) return value;
  std::uint32_t k = 0;
  while (k < delays_.size() && !(delays_[k].value == value && delays_[k].lag == lag)) ++k;
  if (k == delays_.size()) delays_.push_back({value, lag, value, std::nullopt});
  return graph_.state(states_ + k);
}

// Where the model looks back, a rate must be told from another formula of the same value now.
NodeId Lowering::past_rate(NodeId rate, std::uint32_t state) {
  std::uint32_t k = 0;
  while (k < delays_.size() && delays_[k].rate_of != state) ++k;
  if (k == delays_.size()) delays_.push_back({rate, graph_.constant(0), rate, state});
  return graph_.state(states_ + k);
}

Result<NodeId> Lowering::rate_of(const Expression& e, const Scope& scope) {
  const auto refuse = [&](std::string message) {
    return fail(Code::unsupported_function, std::move(message), names_.place(e.span),
                "rateOf is there for symbols with a rate rule and for species in a compartment "
                "whose size no assignment rule determines");
  };
  if (e.arguments.size() != 1) {
    return fail(Code::argument_count,
                fmt::format("'rateOf' takes 1 argument, not {}", e.arguments.size()),
                names_.place(e.span));
  }
  if (scope.function != nullptr) return refuse("rateOf cannot stand inside a function");
  const Expression& argument = *e.arguments[0];
  const auto symbol = argument.kind == Kind::name ? names_.symbol(argument.name) : std::nullopt;
  if (!symbol) return refuse("rateOf wants the name of one symbol");
  const NamedSymbol& named = names_[*symbol];
  if (named.role == Role::assigned) {
    return refuse(fmt::format("the rate of '{}', which an assignment rule determines, is not kept",
                              argument.name));
  }
  if (named.implicit()) {
    return refuse(fmt::format("the rate of '{}', which an algebraic rule determines, is not kept",
                              argument.name));
  }
  if (named.role == Role::parameter) return graph_.constant(0);
  if (named.rule == nullptr && named.compartment &&
      names_[*named.compartment].role == Role::assigned) {
    return refuse(fmt::format("the rate of '{}' would need that of its compartment '{}'",
                              argument.name, named.symbol->compartment));
  }
  assert(rates_[*symbol] && "formulas are lowered in order");
  if (!looks_back_) return *rates_[*symbol];
  return past_rate(*rates_[*symbol], named.index);
}

}  // namespace vesper::equations

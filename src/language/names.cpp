#include <fmt/format.h>

#include <algorithm>

#include "language/flatten.h"
#include "language/words.h"

namespace vesper::language {

int Flattener::root(int variable) const {
  auto id = static_cast<std::size_t>(variable);
  while (parents_[id] != static_cast<int>(id)) {
    parents_[id] = parents_[static_cast<std::size_t>(parents_[id])];
    id = static_cast<std::size_t>(parents_[id]);
  }
  return static_cast<int>(id);
}

// The submodel that "a.b.x" lies in, and "x".
Result<Instance*> Flattener::submodel_of(const Word& name, Instance& scope, std::string& last) {
  Instance* here = &scope;
  std::size_t start = 0;
  for (std::size_t dot = name.text.find('.'); dot != std::string::npos;
       start = dot + 1, dot = name.text.find('.', start)) {
    const std::string part = name.text.substr(start, dot - start);
    const auto found = here->submodels.find(part);
    if (found == here->submodels.end()) {
      std::vector<std::string> known;
      for (const auto& [label, inner] : here->submodels) known.push_back(label);
      Span span = name.span;
      span.offset += static_cast<std::uint32_t>(start);
      span.length = static_cast<std::uint32_t>(part.size());
      return fail(Code::unknown_member, fmt::format("'{}' is no submodel", part), place(span),
                  known.empty()
                      ? fmt::format("submodels are made above this line: `{}: model_name();`", part)
                      : suggest(part, known));
    }
    here = found->second;
  }
  last = name.text.substr(start);
  return here;
}

Result<int> Flattener::find(const Word& name, Instance& scope, bool create) {
  std::string last;
  VESPER_TRY(Instance * home, submodel_of(name, scope, last));
  if (const auto found = home->names.find(last); found != home->names.end()) {
    return root(found->second);
  }
  if (home->submodels.count(last) != 0) {
    return fail(Code::wrong_kind, fmt::format("'{}' is a submodel", name.text), place(name.span),
                fmt::format("its symbols are written `{}.name`", name.text));
  }
  if (home != &scope || !create) {
    std::vector<std::string> known;
    for (const auto& [local, id] : home->names) known.push_back(local);
    std::sort(known.begin(), known.end());
    const std::string near = nearest(last, known);
    return fail(Code::unknown_member,
                home == &scope
                    ? fmt::format("there is no '{}' in this model", last)
                    : fmt::format("model '{}' has no '{}'", home->module->name.text, last),
                place(name.span), near.empty() ? "" : fmt::format("did you mean '{}'?", near));
  }
  if (program_.find_function(last) != nullptr) {
    return fail(Code::reserved_name, fmt::format("'{}' is the name of a function", last),
                place(name.span));
  }
  const int id = static_cast<int>(variables_.size());
  Variable& variable = variables_.emplace_back();
  variable.path = home->path_of(last);
  variable.local = last;
  variable.home = home;
  variable.first = name.span;
  parents_.push_back(id);
  home->names.emplace(last, id);
  return id;
}

// `x is y`: one variable from here on, under the outer name; of two equally deep, the right one.
Result<void> Flattener::unite(const Word& left, const Word& right, Instance& scope) {
  VESPER_TRY(const int a, find(left, scope, true));
  VESPER_TRY(const int b, find(right, scope, true));
  if (a == b) return {};
  const bool keep_left = variables_[static_cast<std::size_t>(a)].depth() <
                         variables_[static_cast<std::size_t>(b)].depth();
  const int kept = keep_left ? a : b;
  const int gone = keep_left ? b : a;
  VESPER_CHECK(absorb(at(kept), at(gone), left.span));
  parents_[static_cast<std::size_t>(gone)] = kept;
  return {};
}

Result<void> Flattener::absorb(Variable& into, Variable& from, const Span& at) {
  using Role = Variable::Role;
  const bool roles_clash =
      into.role != from.role && (into.role != Role::symbol || from.role != Role::symbol);
  const bool kinds_clash = into.kind && from.kind && *into.kind != *from.kind;
  if (roles_clash || kinds_clash || into.role != Role::symbol) {
    return fail(
        Code::wrong_kind,
        fmt::format("'{}' and '{}' are {} and cannot be one", into.path, from.path,
                    into.role == Role::symbol ? "different kinds of thing" : "reactions or events"),
        place(at));
  }
  if (from.compartment) {
    const bool deeper = into.compartment && into.compartment->second > from.compartment->second;
    if (into.compartment && into.compartment->second == from.compartment->second &&
        root(into.compartment->first) != root(from.compartment->first)) {
      return fail(Code::contradiction,
                  fmt::format("'{}' is in '{}', but '{}' is in '{}'", into.path,
                              this->at(into.compartment->first).path, from.path,
                              this->at(from.compartment->first).path),
                  place(at),
                  "make the compartments one first, or say the compartment in the outer model");
    }
    if (!into.compartment || deeper) into.compartment = from.compartment;
  }
  for (auto slot : {&Variable::initial, &Variable::rule, &Variable::rate}) {
    if (from.*slot) VESPER_CHECK(give(into.*slot, *(from.*slot), into));
  }
  if (!into.kind) into.kind = from.kind;
  if (from.constant && (!into.constant || from.constant->second < into.constant->second)) {
    into.constant = from.constant;
  }
  if (from.display_name &&
      (!into.display_name || from.display_name->second < into.display_name->second)) {
    into.display_name = from.display_name;
    into.display_scope = from.display_scope;
  }
  into.boundary = into.boundary || from.boundary;
  into.substance_only = into.substance_only || from.substance_only;
  into.is_compartment = into.is_compartment || from.is_compartment;
  into.reacts = into.reacts || from.reacts;
  into.in_algebraic_rule = into.in_algebraic_rule || from.in_algebraic_rule;
  if (from.conversion_factor && (!into.conversion_factor ||
                                 from.conversion_factor->second < into.conversion_factor->second)) {
    into.conversion_factor = from.conversion_factor;
  }
  into.overridden = into.overridden || from.overridden;
  if (!into.stated) into.stated = from.stated;
  if (!into.used) into.used = from.used;
  const auto append = [](auto& list, const auto& more) {
    list.insert(list.end(), more.begin(), more.end());
  };
  append(into.declared_units, from.declared_units);
  append(into.value_units, from.value_units);
  append(into.annotations, from.annotations);
  append(into.doubts, from.doubts);
  return {};
}

// The outer of two statements holds.
Result<void> Flattener::give(std::optional<Given>& slot, const Given& value, Variable& variable) {
  const auto& tree = value.tree;
  if (&slot == &variable.initial && tree && tree->kind == Expression::Kind::number &&
      !tree->name.empty()) {
    const auto known = [&](const Given& one) {
      return one.tree == tree && one.scope == value.scope;
    };
    if (std::none_of(variable.value_units.begin(), variable.value_units.end(), known)) {
      variable.value_units.push_back(value);
    }
  }
  if (!slot) {
    slot = value;
    return {};
  }
  const int before = slot->rank();
  const int now = value.rank();
  const bool equal = slot->tree && tree && same(*slot->tree, *tree);
  if (before == now && !(equal && slot->scope != value.scope)) {
    const Place first = place(slot->span);
    const std::vector<std::string> notes = {fmt::format("also in {}:{}", first.file, first.line)};
    if (slot->scope == value.scope) {
      return fail(Code::given_twice, fmt::format("'{}' is given twice", variable.local),
                  place(value.span), "delete one of them", notes);
    }
    slot->dispute = std::make_shared<const Diagnostic>(Diagnostic{
        Code::contradiction,
        fmt::format("'{}' is given different values by the submodels that share it", variable.path),
        place(value.span),
        fmt::format("say which holds: `{} = ...` in the outer model", variable.path), notes});
    return {};
  }
  if (before != now) variable.overridden = true;
  if (now < before) slot = value;
  return {};
}

}  // namespace vesper::language

// Names as people write them: ids, display names, or the last part of an id.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "equations/system.h"

namespace vesper::equations {

bool System::has_implicit_states() const {
  return std::any_of(states.begin(), states.end(), [](const State& s) { return s.implicit; });
}
namespace {

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// "CL" is a last part of "pk.CL", "pk.CL" of "body.pk.CL".
bool is_last_part(std::string_view part, std::string_view id) {
  return id.size() > part.size() + 1 && id.ends_with(part) &&
         id[id.size() - part.size() - 1] == '.';
}

struct Found {
  std::vector<std::uint32_t> matches;  // one: found; several: ambiguous
};

// Ids first, then display names, then last parts; the first kind that matches decides.
template <class Named>
Found find(const std::vector<Named>& list, std::string_view name) {
  const auto matching = [&](auto matches) {
    Found found;
    for (std::uint32_t i = 0; i < list.size(); ++i) {
      if (matches(list[i])) found.matches.push_back(i);
    }
    return found;
  };
  if (name.empty()) return {};
  Found found = matching([&](const Named& x) { return x.id == name; });
  if (found.matches.empty()) {
    found = matching([&](const Named& x) { return same_ignoring_case(x.display_name, name); });
  }
  if (found.matches.empty()) {
    found = matching([&](const Named& x) { return is_last_part(name, x.id); });
  }
  return found;
}

template <class Named>
std::vector<std::string> names_of(const std::vector<Named>& list) {
  std::vector<std::string> names;
  for (const Named& x : list) {
    if (!x.display_name.empty()) names.push_back(x.display_name);
  }
  for (const Named& x : list) names.push_back(x.id);
  return names;
}

template <class Named>
tl::unexpected<Diagnostic> ambiguous(const std::vector<Named>& list, const Found& found,
                                     std::string_view name, const Place& place) {
  std::vector<std::string> candidates;
  for (const std::uint32_t i : found.matches) candidates.push_back(list[i].id);
  return fail(Code::ambiguous_name,
              fmt::format("'{}' may mean {}", name, fmt::join(candidates, " or ")), place,
              fmt::format("write the whole name, such as '{}'", candidates.front()));
}

}  // namespace

Result<std::uint32_t> System::parameter(std::string_view name, const Place& place) const {
  const Found found = find(parameters, name);
  if (found.matches.size() == 1) return found.matches.front();
  if (found.matches.size() > 1) return ambiguous(parameters, found, name, place);
  if (find(states, name).matches.size() == 1) {
    return fail(Code::unknown_parameter,
                fmt::format("'{}' is a state of the model, not a parameter", name), place,
                "its initial value stands in the model; give it a parameter there to set");
  }
  if (find(outputs, name).matches.size() == 1) {
    return fail(Code::unknown_parameter,
                fmt::format("'{}' is computed by the model, not a parameter", name), place,
                "set a parameter that its formula uses");
  }
  return fail(Code::unknown_parameter, fmt::format("the model has no parameter '{}'", name), place,
              suggest(name, names_of(parameters)));
}

Result<std::uint32_t> System::output(std::string_view name, const Place& place) const {
  const Found found = find(outputs, name);
  if (found.matches.size() == 1) return found.matches.front();
  if (found.matches.size() > 1) return ambiguous(outputs, found, name, place);
  if (find(parameters, name).matches.size() == 1) {
    return fail(Code::unknown_output,
                fmt::format("'{}' is a parameter that never changes in a run", name), place,
                "watch something that the model computes");
  }
  return fail(Code::unknown_output, fmt::format("the model has nothing named '{}' to watch", name),
              place, suggest(name, names_of(outputs)));
}

Result<std::uint32_t> System::dose_state(std::string_view route, std::string_view drug,
                                         const Place& place) const {
  const DoseTarget* of_any_drug = nullptr;
  std::vector<const DoseTarget*> of_route;
  for (const DoseTarget& target : dose_targets) {
    if (!same_ignoring_case(target.route, route)) continue;
    if (same_ignoring_case(target.drug, drug)) return target.state;
    if (target.drug.empty()) of_any_drug = &target;
    of_route.push_back(&target);
  }
  if (of_any_drug != nullptr) return of_any_drug->state;
  // Who names no drug means the only one.
  if (drug.empty() && of_route.size() == 1) return of_route.front()->state;
  std::vector<std::string> routes;
  for (const DoseTarget& target : dose_targets) {
    routes.push_back(target.drug.empty() ? target.route : target.route + " " + target.drug);
  }
  std::vector<std::string> notes;
  if (!routes.empty()) notes.push_back(fmt::format("it has: {}", fmt::join(routes, ", ")));
  const std::string dose =
      drug.empty() ? fmt::format("{} doses", route) : fmt::format("{} doses of {}", route, drug);
  return fail(Code::unknown_route,
              fmt::format("the model '{}' does not say where {} enter", id, dose), place,
              fmt::format("add `//@ dose {}{}{} into ...` to the model", route,
                          drug.empty() ? "" : " ", drug),
              std::move(notes));
}

}  // namespace vesper::equations

#include "compounding/beyond_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace vesper::compounding {

namespace {

std::vector<const Excipient*> all_of(const Recipe& recipe) {
  std::vector<const Excipient*> all;
  for (const Excipient* one : {recipe.filler, recipe.base}) {
    if (one != nullptr) all.push_back(one);
  }
  for (const Ingredient& one : recipe.ingredients) all.push_back(one.excipient);
  return all;
}

bool any(const std::vector<const Excipient*>& all, const char* role) {
  return std::any_of(all.begin(), all.end(),
                     [&](const Excipient* one) { return one->roles.count(role) == 1; });
}

void component(const Lot& lot, const std::string& what, BeyondUse& found) {
  if (!lot.expires) return;
  found.limits.push_back({*lot.expires, fmt::format("{} expires", what), "", ""});
}

}  // namespace

Result<BeyondUse> beyond_use(const Recipe& recipe, const Knowledge& knowledge) {
  const auto all = all_of(recipe);
  const std::string& id = !any(all, "water")         ? recipe.form.dry
                          : any(all, "preservative") ? recipe.form.preserved
                                                     : recipe.form.unpreserved;
  const auto ceiling = std::find_if(knowledge.ceilings.begin(), knowledge.ceilings.end(),
                                    [&](const Ceiling& one) { return one.id == id; });
  if (ceiling == knowledge.ceilings.end()) {
    return fail(Code::bad_recipe, fmt::format("a {} is not made with water here", recipe.form.id),
                recipe.source.whole());
  }
  if (ceiling->cold && !recipe.cold) {
    return fail(Code::bad_recipe, fmt::format("{} keeps only in the refrigerator", ceiling->says),
                recipe.source.whole(), "write storage: refrigerator, or add a preservative",
                {"source: " + knowledge.citation(ceiling->source)});
  }
  BeyondUse found;
  found.limits.push_back({recipe.made + std::chrono::days(ceiling->days),
                          fmt::format("{}: {} days", ceiling->says, ceiling->days), ceiling->source,
                          ceiling->grade});
  for (const Stability& one : knowledge.stability) {
    const bool holds = std::any_of(
        all.begin(), all.end(), [&](const Excipient* used) { return used->id == one.excipient; });
    if (one.form != recipe.form.id || !holds || one.cold != recipe.cold) continue;
    found.limits.push_back({recipe.made + std::chrono::days(one.days),
                            fmt::format("published stability, {}: {} days", one.says, one.days),
                            one.source, one.grade});
    found.studied = true;
  }
  if (recipe.powder) component(recipe.powder->lot, "the powder", found);
  if (recipe.tablets) component(recipe.tablets->lot, "the lot of tablets", found);
  if (recipe.filler != nullptr) component(recipe.filler_lot, recipe.filler->name, found);
  if (recipe.base != nullptr) component(recipe.base_lot, recipe.base->name, found);
  for (const Ingredient& one : recipe.ingredients) {
    component(one.lot, one.excipient->name, found);
  }
  std::stable_sort(found.limits.begin(), found.limits.end(),
                   [](const auto& a, const auto& b) { return a.date < b.date; });
  found.date = found.limits.front().date;
  found.storage =
      recipe.cold ? "in the refrigerator (2 to 8 °C), dark" : "at room temperature, dry and dark";
  return found;
}

}  // namespace vesper::compounding

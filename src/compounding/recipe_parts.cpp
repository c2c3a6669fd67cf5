#include "compounding/recipe_parts.h"

#include <fmt/format.h>

#include "compounding/fields.h"
#include "evidence/fields.h"

namespace vesper::compounding {

namespace {

using files::Yaml;

Result<double> price(const Yaml& entry, std::string_view key) {
  VESPER_TRY(const double value, entry.number(key));
  if (value >= 0) return value;
  return fail(Code::out_of_range, "a price is not negative", entry.find(key)->place());
}

Result<Pack> read_pack(const Yaml& entry) {
  VESPER_CHECK(entry.keys({"doses", "price", "discounts"}));
  Pack pack;
  VESPER_TRY(pack.doses, amount(entry, "doses", "1"));
  VESPER_TRY(pack.price, price(entry, "price"));
  for (const Yaml& one : entry.items("discounts")) {
    VESPER_CHECK(one.keys({"from", "off"}));
    Pack::Discount discount;
    VESPER_TRY(discount.from, amount(one, "from", "1"));
    VESPER_TRY(discount.off, fraction(one, "off", 1));
    if (!pack.discounts.empty() && discount.from <= pack.discounts.back().from) {
      return fail(Code::bad_recipe, "discounts stand from the smallest number of packs to the most",
                  one.place());
    }
    pack.discounts.push_back(discount);
  }
  return pack;
}

}  // namespace

Result<void> compoundable(const dosing::Product& product, const Knowledge& knowledge,
                          const Place& place) {
  const bool route = knowledge.refused_routes.count(product.route) == 1;
  if (product.compoundable && !route) return {};
  const auto rule = knowledge.refused.find(product.route == "implant" ? "implant" : "injection");
  std::string why = "its file says `compoundable: no`";
  std::vector<std::string> notes;
  if (route && rule != knowledge.refused.end()) {
    why = rule->second.why;
    notes.push_back("source: " + knowledge.citation(rule->second.source));
  } else {
    for (const std::string& id : product.sources) {
      notes.push_back("source: " + knowledge.citation(id));
    }
  }
  return fail(Code::cannot_compound,
              fmt::format("'{}' cannot be compounded: {}", product.name, why), place, "", notes);
}

Result<void> form_is_made(const Yaml& form, const Knowledge& knowledge) {
  VESPER_TRY(const std::string name, form.text());
  const auto refused = knowledge.refused.find(name);
  if (refused != knowledge.refused.end()) {
    return fail(Code::cannot_compound,
                fmt::format("'{}' cannot be compounded: {}", name, refused->second.why),
                form.place(), "", {"source: " + knowledge.citation(refused->second.source)});
  }
  std::vector<std::string> known;
  for (const auto& [id, one] : knowledge.forms) known.push_back(id);
  return form.choice(known).map([](const std::string&) {});
}

Result<const Excipient*> read_excipient(const Yaml& value, const std::vector<std::string>& roles,
                                        const std::set<std::string>& avoid,
                                        const Knowledge& knowledge) {
  std::vector<std::string> known;
  for (const Excipient& one : knowledge.excipients) known.push_back(one.id);
  VESPER_TRY(const std::string id, value.choice(known));
  const Excipient& one = *knowledge.excipient(id);
  if (!one.refused.empty()) {
    return fail(Code::excipient_refused, fmt::format("{} is not used: {}", one.name, one.refused),
                value.place(), "", {"source: " + knowledge.citation(one.source)});
  }
  for (const std::string& word : avoid) {
    if (one.contains.count(word) == 0 && one.id != word) continue;
    return fail(Code::excipient_refused,
                fmt::format("{} is, or contains, {}, which is to be avoided", one.name, word),
                value.place(), "use another, such as microcrystalline-cellulose in capsules");
  }
  for (const std::string& role : roles) {
    if (one.roles.count(role) == 1) return &one;
  }
  return fail(Code::bad_recipe, fmt::format("{} is no {}", one.name, fmt::join(roles, " or ")),
              value.place());
}

Result<Prices> read_prices(const Yaml& entry) {
  VESPER_CHECK(entry.keys({"currency", "materials", "work", "packs", "course"}));
  Prices found;
  VESPER_TRY(found.currency, evidence::filled(entry, "currency"));
  if (entry.has("materials")) {
    VESPER_TRY(found.materials, price(entry, "materials"));
  }
  if (entry.has("work")) {
    VESPER_TRY(found.work, price(entry, "work"));
  }
  if (entry.has("course")) {
    VESPER_TRY(found.course, amount(entry, "course", "1"));
  }
  for (const Yaml& one : entry.items("packs")) {
    VESPER_TRY(Pack pack, read_pack(one));
    found.packs.push_back(std::move(pack));
  }
  if (found.course && found.packs.empty()) {
    return fail(Code::bad_recipe, "a course is priced in packs, and there are none",
                entry.find("course")->place());
  }
  return found;
}

}  // namespace vesper::compounding

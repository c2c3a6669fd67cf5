#include "compounding/knowledge.h"

#include <fmt/format.h>

#include <algorithm>

#include "compounding/fields.h"
#include "evidence/fields.h"
#include "evidence/provenance.h"

namespace vesper::compounding {

namespace {

using files::Yaml;

Result<Yaml> table(const files::SearchPath& search, const std::string& name) {
  VESPER_TRY(const std::filesystem::path path,
             search.find(name, "evidence/compounding", ".yaml", {}));
  return files::read_yaml(path);
}

Result<std::set<std::string>> words(const Yaml& entry, std::string_view key) {
  std::set<std::string> all;
  for (const Yaml& one : entry.items(key)) {
    VESPER_TRY(std::string word, one.text());
    all.insert(std::move(word));
  }
  return all;
}

class Reader {
 public:
  explicit Reader(const files::SearchPath& search) : search_(search) {}

  Result<Knowledge> read() {
    VESPER_TRY(all_.sources, evidence::read_sources(search_));
    for (const evidence::SourceEntry& one : all_.sources) ids_.push_back(one.id);
    VESPER_CHECK(capsules());
    VESPER_CHECK(excipients());
    VESPER_CHECK(balances());
    VESPER_CHECK(beyond_use());
    VESPER_CHECK(forms());
    VESPER_CHECK(uniformity());
    return std::move(all_);
  }

 private:
  Result<std::string> source(const Yaml& entry, std::string_view key = "source") {
    VESPER_TRY(std::string id, evidence::filled(entry, key));
    VESPER_CHECK(evidence::check_source(id, ids_, entry.find(key)->place()));
    return id;
  }

  Result<std::string> grade(const Yaml& entry) {
    VESPER_TRY(const Yaml value, entry.at("grade"));
    return value.choice({evidence::grades.begin(), evidence::grades.end()});
  }

  Result<void> capsules() {
    VESPER_TRY(const Yaml root, table(search_, "capsules"));
    VESPER_CHECK(root.keys({"source", "grade", "sizes", "preferred", "preferred-source"}));
    VESPER_TRY(all_.sizes_source, source(root));
    VESPER_CHECK(grade(root));
    VESPER_CHECK(source(root, "preferred-source"));
    VESPER_TRY(const Yaml sizes, root.at("sizes"));
    std::vector<std::string> names;
    for (const auto& [name, volume] : sizes.entries()) {
      VESPER_TRY(const double mL, amount(sizes, name.raw(), "mL"));
      if (!all_.sizes.empty() && mL <= all_.sizes.back().volume) {
        return fail(Code::bad_compounding_data, "sizes stand from the smallest to the largest",
                    volume.place());
      }
      all_.sizes.push_back({name.raw(), mL});
      names.push_back(name.raw());
    }
    VESPER_TRY(const Yaml preferred, root.at("preferred"));
    VESPER_TRY(all_.preferred_size, preferred.choice(names));
    return {};
  }

  Result<void> excipients() {
    VESPER_TRY(const Yaml root, table(search_, "excipients"));
    for (const Yaml& entry : root.items()) {
      VESPER_CHECK(entry.keys(
          {"id", "name", "roles", "density", "refused", "contains", "source", "grade", "notes"}));
      Excipient one;
      VESPER_TRY(one.id, evidence::filled(entry, "id"));
      VESPER_TRY(one.name, evidence::filled(entry, "name"));
      VESPER_TRY(one.roles, words(entry, "roles"));
      if (entry.has("density")) {
        VESPER_TRY(one.density, amount(entry, "density", "g/mL"));
      }
      VESPER_TRY(one.refused, entry.text_or("refused", ""));
      VESPER_TRY(one.contains, words(entry, "contains"));
      VESPER_TRY(one.source, source(entry));
      VESPER_TRY(one.grade, grade(entry));
      VESPER_TRY(one.notes, entry.text_or("notes", ""));
      if (all_.excipient(one.id) != nullptr) {
        return fail(Code::bad_compounding_data, fmt::format("'{}' is listed twice", one.id),
                    entry.place());
      }
      all_.excipients.push_back(std::move(one));
    }
    return {};
  }

  Result<void> balances() {
    VESPER_TRY(const Yaml root, table(search_, "balances"));
    for (const auto& [name, entry] : root.entries()) {
      VESPER_CHECK(entry.keys({"name", "sensitivity", "error", "source", "grade"}));
      Balance one;
      VESPER_TRY(one.name, evidence::filled(entry, "name"));
      VESPER_TRY(one.sensitivity, amount(entry, "sensitivity", "mg"));
      VESPER_TRY(one.error, amount(entry, "error", "%"));
      VESPER_CHECK(grade(entry));
      VESPER_TRY(one.source, source(entry));
      all_.balances.emplace(name.raw(), std::move(one));
    }
    return {};
  }

  Result<int> days(const Yaml& entry) {
    VESPER_TRY(const Yaml value, entry.at("days"));
    VESPER_TRY(const long found, value.integer());
    if (found < 1 || found > 3650) {
      return fail(Code::out_of_range, "'days' must be from 1 to 3650", value.place());
    }
    return static_cast<int>(found);
  }

  Result<void> beyond_use() {
    VESPER_TRY(const Yaml root, table(search_, "beyond-use"));
    VESPER_CHECK(root.keys({"table", "stability"}));
    for (const Yaml& entry : root.items("table")) {
      VESPER_CHECK(entry.keys({"id", "says", "days", "storage", "source", "grade"}));
      Ceiling one;
      VESPER_TRY(one.id, evidence::filled(entry, "id"));
      VESPER_TRY(one.says, evidence::filled(entry, "says"));
      VESPER_TRY(one.days, days(entry));
      VESPER_TRY(const Yaml storage, entry.at("storage"));
      VESPER_TRY(const std::string where, storage.choice({"any", "refrigerator"}));
      one.cold = where == "refrigerator";
      VESPER_TRY(one.source, source(entry));
      VESPER_TRY(one.grade, grade(entry));
      all_.ceilings.push_back(std::move(one));
    }
    for (const Yaml& entry : root.items("stability")) {
      VESPER_CHECK(entry.keys({"form", "excipient", "storage", "days", "source", "grade", "says"}));
      Stability one;
      VESPER_TRY(one.form, evidence::filled(entry, "form"));
      VESPER_TRY(one.excipient, known_excipient(entry, "excipient"));
      VESPER_TRY(const Yaml storage, entry.at("storage"));
      VESPER_TRY(const std::string where, storage.choice({"room", "refrigerator"}));
      one.cold = where == "refrigerator";
      VESPER_TRY(one.days, days(entry));
      VESPER_TRY(one.says, evidence::filled(entry, "says"));
      VESPER_TRY(one.source, source(entry));
      VESPER_TRY(one.grade, grade(entry));
      all_.stability.push_back(std::move(one));
    }
    return {};
  }

  Result<std::string> known_excipient(const Yaml& entry, std::string_view key) {
    std::vector<std::string> known;
    for (const Excipient& one : all_.excipients) known.push_back(one.id);
    VESPER_TRY(const Yaml value, entry.at(key));
    return value.choice(known);
  }

  Result<Form> form(const Yaml& name, const Yaml& entry) {
    VESPER_CHECK(entry.keys({"unit", "route", "beyond-use", "label", "source"}));
    Form one;
    one.id = name.raw();
    VESPER_TRY(one.unit, evidence::filled(entry, "unit"));
    VESPER_TRY(one.route, evidence::filled(entry, "route"));
    VESPER_TRY(one.label, evidence::filled(entry, "label"));
    VESPER_TRY(one.source, source(entry));
    VESPER_TRY(const Yaml limits, entry.at("beyond-use"));
    VESPER_CHECK(limits.keys({"dry", "preserved", "unpreserved"}));
    std::vector<std::string> known;
    for (const Ceiling& ceiling : all_.ceilings) known.push_back(ceiling.id);
    for (const auto& [key, into] :
         {std::pair{"dry", &one.dry}, std::pair{"preserved", &one.preserved},
          std::pair{"unpreserved", &one.unpreserved}}) {
      if (const Yaml* value = limits.find(key)) {
        VESPER_TRY(*into, value->choice(known));
      }
    }
    return one;
  }

  Result<void> forms() {
    VESPER_TRY(const Yaml root, table(search_, "forms"));
    VESPER_CHECK(root.keys({"forms", "refused", "routes-refused", "solubility", "products"}));
    VESPER_TRY(const Yaml made, root.at("forms"));
    for (const auto& [name, entry] : made.entries()) {
      VESPER_TRY(all_.forms[name.raw()], form(name, entry));
    }
    VESPER_TRY(const Yaml refused, root.at("refused"));
    for (const auto& [name, entry] : refused.entries()) {
      VESPER_CHECK(entry.keys({"why", "source"}));
      Refusal& one = all_.refused[name.raw()];
      VESPER_TRY(one.why, evidence::filled(entry, "why"));
      VESPER_TRY(one.source, source(entry));
    }
    VESPER_TRY(all_.refused_routes, words(root, "routes-refused"));
    VESPER_TRY(const Yaml solubility, root.at("solubility"));
    for (const auto& [drug, entry] : solubility.entries()) {
      VESPER_TRY(all_.solubility_source[drug.raw()], source(entry));
      VESPER_CHECK(grade(entry));
      for (const auto& [key, value] : entry.entries()) {
        if (key.raw() == "source" || key.raw() == "grade") continue;
        VESPER_TRY(all_.solubility[drug.raw()][key.raw()], amount(entry, key.raw(), "mg/mL"));
      }
    }
    VESPER_TRY(const Yaml products, root.at("products"));
    for (const auto& [id, entry] : products.entries()) {
      VESPER_CHECK(entry.keys({"contains", "source"}));
      Knowledge::Opened& one = all_.products[id.raw()];
      VESPER_TRY(one.contains, words(entry, "contains"));
      VESPER_TRY(one.source, source(entry));
    }
    return {};
  }

  Result<void> uniformity() {
    VESPER_TRY(const Yaml root, table(search_, "uniformity"));
    VESPER_CHECK(root.keys({"test", "assumed", "poisson-limit"}));
    VESPER_TRY(const Yaml test, root.at("test"));
    VESPER_CHECK(test.keys({"units", "k", "L1", "L2", "indifference", "source", "grade"}));
    VESPER_TRY(const auto units, pair(test, "units"));
    VESPER_TRY(const auto k, pair(test, "k"));
    VESPER_TRY(const auto between, pair(test, "indifference"));
    TestLimits& limits = all_.test;
    limits.first = static_cast<std::size_t>(units.first);
    limits.second = static_cast<std::size_t>(units.second);
    limits.k1 = k.first;
    limits.k2 = k.second;
    limits.low = between.first;
    limits.high = between.second;
    VESPER_TRY(limits.L1, test.number("L1"));
    VESPER_TRY(limits.L2, test.number("L2"));
    VESPER_TRY(limits.source, source(test));
    VESPER_CHECK(grade(test));
    if (limits.first < 2 || limits.second <= limits.first || limits.low > limits.high) {
      return fail(Code::bad_compounding_data,
                  "the first stage has two units at least, the second more, and the lower end of "
                  "`indifference` stands first",
                  test.place());
    }
    VESPER_CHECK(assumed(root));
    VESPER_TRY(const Yaml poisson, root.at("poisson-limit"));
    VESPER_CHECK(poisson.keys({"value", "source", "grade"}));
    VESPER_TRY(all_.poisson_limit, fraction(poisson, "value", 1));
    VESPER_TRY(all_.poisson_source, source(poisson));
    VESPER_CHECK(grade(poisson));
    return {};
  }

  // Two numbers above 0, the second from the first on for units and limits alike.
  Result<std::pair<double, double>> pair(const Yaml& entry, std::string_view key) {
    const std::vector<Yaml> items = entry.items(key);
    if (items.size() != 2) {
      return fail(Code::bad_compounding_data, fmt::format("'{}' is a list of two numbers", key),
                  entry.place());
    }
    VESPER_TRY(const double a, items[0].number());
    VESPER_TRY(const double b, items[1].number());
    if (!(a > 0) || !(b > 0)) {
      return fail(Code::out_of_range, fmt::format("'{}' must be above 0", key), items[0].place());
    }
    return std::pair{a, b};
  }

  Result<void> assumed(const Yaml& root) {
    VESPER_TRY(const Yaml entry, root.at("assumed"));
    VESPER_CHECK(
        entry.keys({"particles", "mixing", "filling", "powder-density", "source", "grade"}));
    VESPER_TRY(const Yaml particles, entry.at("particles"));
    VESPER_CHECK(particles.keys({"median", "geometric-sd", "density", "why"}));
    VESPER_TRY(all_.particles.median, amount(particles, "median", "mm"));
    VESPER_TRY(all_.particles.geometric_sd, particles.number("geometric-sd"));
    VESPER_TRY(all_.particles.density, amount(particles, "density", "g/mL"));
    VESPER_TRY(const Yaml mixing, entry.at("mixing"));
    VESPER_TRY(all_.mixing_cv, fraction(mixing, "cv", 1));
    VESPER_TRY(const Yaml filling, entry.at("filling"));
    VESPER_TRY(all_.filling_cv, fraction(filling, "cv", 1));
    VESPER_TRY(const Yaml density, entry.at("powder-density"));
    VESPER_TRY(all_.powder_density, amount(density, "value", "g/mL"));
    for (const Yaml* one : {&particles, &mixing, &filling, &density}) {
      VESPER_TRY(std::string why, evidence::filled(*one, "why"));
      all_.why.push_back(std::move(why));
    }
    VESPER_CHECK(source(entry));
    VESPER_CHECK(grade(entry));
    return {};
  }

  const files::SearchPath& search_;
  std::vector<std::string> ids_;
  Knowledge all_;
};

}  // namespace

const Excipient* Knowledge::excipient(const std::string& id) const {
  const auto found = std::find_if(excipients.begin(), excipients.end(),
                                  [&](const Excipient& one) { return one.id == id; });
  return found == excipients.end() ? nullptr : &*found;
}

std::string Knowledge::citation(const std::string& source) const {
  for (const evidence::SourceEntry& one : sources) {
    if (one.id == source) return one.citation;
  }
  return source;
}

Result<Knowledge> read_knowledge(const files::SearchPath& search) {
  return Reader(search).read();
}

}  // namespace vesper::compounding

#include "safety/competition_data.h"

#include <fmt/format.h>

#include <algorithm>

#include "evidence/fields.h"

namespace vesper::safety {

namespace {

using files::Yaml;

Result<double> hours(const Yaml& value) {
  VESPER_TRY(const units::Unit hour, units::Unit::parse("h"));
  VESPER_TRY(const double number, value.in(hour));
  if (number >= 0) return number;
  return fail(Code::out_of_range, fmt::format("'{}' lies before zero", value.raw()), value.place());
}

Result<double> hours(const Yaml& entry, std::string_view key) {
  VESPER_TRY(const Yaml value, entry.at(key));
  return hours(value);
}

Result<std::vector<double>> all_hours(const Yaml& entry, std::string_view key) {
  std::vector<double> all;
  for (const Yaml& value : entry.items(key)) {
    VESPER_TRY(const double number, hours(value));
    if (!all.empty() && number <= all.back()) {
      return fail(Code::out_of_range, fmt::format("the times of '{}' must ascend", key),
                  value.place());
    }
    all.push_back(number);
  }
  if (all.empty()) {
    return fail(Code::missing_key, fmt::format("'{}' has no time", key), entry.place());
  }
  return all;
}

Result<std::vector<std::string>> texts(const Yaml& entry, std::string_view key) {
  std::vector<std::string> all;
  for (const Yaml& value : entry.items(key)) {
    VESPER_TRY(std::string text, value.text());
    all.push_back(std::move(text));
  }
  return all;
}

Result<unsigned> count(const Yaml& entry, std::string_view key, long least) {
  VESPER_TRY(const Yaml value, entry.at(key));
  VESPER_TRY(const long number, value.integer());
  if (number >= least && number <= 1000) return static_cast<unsigned>(number);
  return fail(Code::out_of_range, fmt::format("'{}' must be {} to 1000", key, least),
              value.place());
}

Result<int> whole_days(const Yaml& entry, std::string_view key) {
  VESPER_TRY(const double number, hours(entry, key));
  const int days = static_cast<int>(number / 24 + 0.5);
  if (days >= 1 && std::abs(days * 24 - number) < 1e-6) return days;
  return fail(Code::out_of_range, fmt::format("'{}' must be whole days, one at least", key),
              entry.find(key)->place());
}

// Reads the file key by key; names of drugs and classes must be the vocabulary's.
class Reader {
 public:
  Reader(const Vocabulary& vocabulary, std::vector<std::string> sources)
      : vocabulary_(vocabulary), sources_(std::move(sources)) {}

  Result<CompetitionData> read(const Yaml& root) {
    VESPER_CHECK(
        root.keys({"model", "opioids", "refused", "classes", "naltrexone", "days-of-use",
                   "most-days-of-use", "same-day", "forgotten", "draws", "days", "window", "sudden",
                   "mild", "moderate", "blocked", "tolerance", "horizons", "say"}));
    VESPER_TRY(data_.model, root.text("model"));
    VESPER_CHECK(medicines(root));
    VESPER_CHECK(numbers(root));
    for (const Yaml& entry : root.items("horizons")) {
      VESPER_TRY(Horizon one, horizon(entry));
      data_.horizons.push_back(std::move(one));
    }
    if (data_.horizons.empty() || !data_.horizons.back().routes.empty() ||
        data_.horizons.back().least_interval > 0) {
      return fail(Code::missing_key, "the last of 'horizons' must fit every regimen", root.place(),
                  "leave its `routes` and `least-interval` out");
    }
    for (const Yaml& entry : root.items("say")) {
      VESPER_TRY(Sentence one, sentence(entry));
      data_.say.push_back(std::move(one));
    }
    return std::move(data_);
  }

 private:
  Result<void> medicines(const Yaml& root) {
    for (const Yaml& entry : root.items("opioids")) {
      VESPER_TRY(Stands one, stands(entry));
      data_.stands.push_back(std::move(one));
    }
    for (const Yaml& entry : root.items("refused")) {
      VESPER_TRY(Refused one, refused(entry));
      data_.refused.push_back(std::move(one));
    }
    VESPER_TRY(data_.opioid_classes, classes(root, "classes"));
    VESPER_TRY(data_.naltrexone, drugs(root, "naltrexone"));
    return {};
  }

  Result<void> numbers(const Yaml& root) {
    VESPER_TRY(data_.days_of_use, whole_days(root, "days-of-use"));
    VESPER_TRY(data_.most_days_of_use, whole_days(root, "most-days-of-use"));
    VESPER_TRY(data_.same_day, hours(root, "same-day"));
    VESPER_TRY(const double forgotten, hours(root, "forgotten"));
    data_.forgotten = forgotten / 24;
    VESPER_TRY(data_.draws, count(root, "draws", 0));
    VESPER_TRY(data_.days, count(root, "days", 0));
    VESPER_TRY(data_.window, hours(root, "window"));
    VESPER_TRY(data_.sudden, root.number("sudden"));
    VESPER_TRY(data_.mild, root.number("mild"));
    VESPER_TRY(data_.moderate, root.number("moderate"));
    VESPER_TRY(const units::Unit percent, units::Unit::parse("%"));
    VESPER_TRY(data_.blocked, root.in("blocked", percent));
    VESPER_TRY(const std::vector<double> after, all_hours(root, "tolerance"));
    for (const double one : after) data_.tolerance_days.push_back(one / 24);
    return {};
  }

  Result<Stands> stands(const Yaml& entry) {
    VESPER_CHECK(entry.keys({"drug", "product", "every", "single-doses", "gut", "says"}));
    Stands one;
    VESPER_TRY(const Yaml drug, entry.at("drug"));
    VESPER_TRY(one.drug, this->drug(drug));
    VESPER_TRY(one.product, entry.text("product"));
    VESPER_TRY(one.every, hours(entry, "every"));
    if (!(one.every >= 1)) {
      return fail(Code::out_of_range, "'every' must be an hour at least",
                  entry.find("every")->place());
    }
    VESPER_TRY(one.single_doses, entry.boolean_or("single-doses", false));
    VESPER_TRY(one.gut, entry.boolean_or("gut", false));
    VESPER_TRY(one.says, entry.text_or("says", ""));
    return one;
  }

  Result<Refused> refused(const Yaml& entry) {
    VESPER_CHECK(entry.keys({"written", "drugs", "classes", "why"}));
    Refused one;
    VESPER_TRY(one.written, texts(entry, "written"));
    for (std::string& text : one.written) text = folded(text);
    VESPER_TRY(one.drugs, drugs(entry, "drugs"));
    VESPER_TRY(one.classes, classes(entry, "classes"));
    VESPER_TRY(one.why, evidence::filled(entry, "why"));
    return one;
  }

  Result<Horizon> horizon(const Yaml& entry) {
    VESPER_CHECK(entry.keys(
        {"routes", "least-interval", "lead", "doses", "at", "follow", "step", "course"}));
    Horizon one;
    VESPER_TRY(one.routes, texts(entry, "routes"));
    if (entry.has("least-interval")) {
      VESPER_TRY(one.least_interval, hours(entry, "least-interval"));
    }
    VESPER_TRY(one.lead, hours(entry, "lead"));
    VESPER_TRY(const unsigned doses, count(entry, "doses", 1));
    one.doses = static_cast<int>(doses);
    VESPER_TRY(one.at, all_hours(entry, "at"));
    VESPER_TRY(one.follow, hours(entry, "follow"));
    VESPER_TRY(one.step, hours(entry, "step"));
    VESPER_TRY(one.course, all_hours(entry, "course"));
    if (!(one.step >= 0.1 && one.follow >= one.at.back())) {
      return fail(Code::out_of_range, "'follow' must reach the last of 'at', in steps of 0.1 h up",
                  entry.place());
    }
    return one;
  }

  Result<Sentence> sentence(const Yaml& entry) {
    VESPER_CHECK(entry.keys({"about", "text", "sources", "grade"}));
    Sentence one;
    VESPER_TRY(one.about, texts(entry, "about"));
    const std::vector<std::string> parts = {"withdrawal", "block", "tolerance", "low dose"};
    for (const Yaml& value : entry.items("about")) {
      if (std::ranges::find(parts, value.raw()) != parts.end()) continue;
      VESPER_TRY(const std::string name, drug(value));
    }
    VESPER_TRY(one.text, evidence::filled(entry, "text"));
    VESPER_TRY(one.sources, texts(entry, "sources"));
    for (const std::string& id : one.sources) {
      VESPER_CHECK(evidence::check_source(id, sources_, entry.find("sources")->place()));
    }
    VESPER_TRY(const Yaml grade, entry.at("grade"));
    VESPER_TRY(one.grade, grade.choice({"established", "supported", "hypothesis", "contradicted",
                                        "fitted", "assumed"}));
    return one;
  }

  Result<std::string> drug(const Yaml& value) const {
    VESPER_TRY(std::string name, value.text());
    const DrugTerm* term = vocabulary_.drug(name);
    if (term != nullptr && term->name == name) return name;
    return fail(Code::unknown_term, fmt::format("'{}' is no drug of the vocabulary", name),
                value.place(), suggest(name, vocabulary_.drug_names()));
  }
  Result<std::vector<std::string>> drugs(const Yaml& entry, std::string_view key) const {
    std::vector<std::string> all;
    for (const Yaml& value : entry.items(key)) {
      VESPER_TRY(std::string name, drug(value));
      all.push_back(std::move(name));
    }
    return all;
  }
  Result<std::vector<std::string>> classes(const Yaml& entry, std::string_view key) const {
    VESPER_TRY(std::vector<std::string> all, texts(entry, key));
    for (const std::string& name : all) {
      if (vocabulary_.has_class(name)) continue;
      return fail(Code::unknown_term, fmt::format("'{}' is no class of the vocabulary", name),
                  entry.find(key)->place(), suggest(name, vocabulary_.class_names()));
    }
    return all;
  }

  const Vocabulary& vocabulary_;
  std::vector<std::string> sources_;
  CompetitionData data_;
};

}  // namespace

Result<CompetitionData> read_competition(const files::SearchPath& search,
                                         const Vocabulary& vocabulary) {
  VESPER_TRY(const auto path, search.find("competition", "evidence", ".yaml", {}));
  VESPER_TRY(std::vector<std::string> sources, evidence::source_ids(search));
  VESPER_TRY(const Yaml root, files::read_yaml(path));
  return Reader(vocabulary, std::move(sources)).read(root);
}

}  // namespace vesper::safety

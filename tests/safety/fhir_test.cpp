// The FHIR documents of tests/safety/fhir against expected.yaml: what must be found, what must not,
// and which are refused.
#include "safety/fhir.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "safety/knowledge.h"

namespace vesper {
namespace {

using namespace safety;
using testing::knowledge;
using testing::project;

const std::filesystem::path folder = std::filesystem::path(VESPER_SOURCE_DIR) / "tests/safety/fhir";

files::Yaml expected() {
  return files::read_yaml(folder / "expected.yaml").value();
}

struct Answer {
  Check check;
  std::string text;  // all of it, line breaks as spaces
};

Result<Answer> answer(const files::Yaml& entry) {
  VESPER_TRY(const std::string name, entry.text("file"));
  VESPER_TRY(const files::Yaml on_text, entry.at("on"));
  VESPER_TRY(const Date on, files::read_date(on_text));
  VESPER_TRY(const files::Source source, files::read(folder / name));
  const bool want = !entry.has("regimen");
  VESPER_TRY(FhirRecord record, read_fhir(source, knowledge().vocabulary, project(), want, on));
  if (!want) {
    dosing::Catalogue catalogue(project());
    VESPER_TRY(const std::string file, entry.text("regimen"));
    VESPER_TRY(record.regimen,
               read_regimen(std::filesystem::path(VESPER_SOURCE_DIR) / file, catalogue));
  }
  VESPER_CHECK(possible(record.patient, on, knowledge().vocabulary));
  Answer answer{check(record.patient, *record.regimen, knowledge(), on), ""};
  const std::string text = check_text(answer.check, knowledge().sources, false);
  for (const char c : text) {
    const bool space = c == '\n' || c == ' ';
    if (!space || answer.text.empty() || answer.text.back() != ' ') answer.text += space ? ' ' : c;
  }
  return answer;
}

std::string found_in(const Check& check) {
  std::string all;
  for (const Finding& one : check.findings) {
    all += one.rule + " (" + std::string(text_of(one.severity)) +
           (one.rule == "not-checked" ? ": " + one.title + ": " + one.text : "") + ") ";
  }
  for (const std::string& one : check.readings) all += "\n  read: " + one;
  return all;
}

void expect_refusal(const files::Yaml& wanted, const Result<Answer>& got, const std::string& name) {
  ASSERT_FALSE(got) << name << " is read: " << found_in(got->check);
  const std::string text = got.error().text();
  EXPECT_NE(text.find(wanted.text("code").value()), std::string::npos) << name << "\n" << text;
  for (const files::Yaml& words : wanted.items("mentions")) {
    EXPECT_NE(text.find(words.raw()), std::string::npos) << name << "\n" << text;
  }
}

void expect_findings(const files::Yaml& entry, const Answer& got, const std::string& name) {
  if (const files::Yaml* expect = entry.find("expect")) {
    for (const auto& [rule, severity] : expect->entries()) {
      const Finding* finding = testing::found(got.check, rule.raw());
      EXPECT_TRUE(finding != nullptr && text_of(finding->severity) == severity.raw())
          << name << " lacks " << rule.raw() << "\n  " << found_in(got.check);
    }
  }
  if (const files::Yaml* until = entry.find("until")) {
    for (const auto& [rule, date] : until->entries()) {
      const bool dated = std::ranges::any_of(
          got.check.findings, [&, &rule = rule, &date = date](const Finding& one) {
            return one.rule == rule.raw() && one.until_text == date.raw();
          });
      EXPECT_TRUE(dated) << name << ": " << rule.raw() << " does not end on " << date.raw()
                         << "\n  " << found_in(got.check);
    }
  }
  for (const files::Yaml& rule : entry.items("absent")) {
    EXPECT_EQ(testing::found(got.check, rule.raw()), nullptr)
        << name << " has " << rule.raw() << "\n  " << found_in(got.check);
  }
  for (const files::Yaml& words : entry.items("mentions")) {
    EXPECT_NE(got.text.find(words.raw()), std::string::npos)
        << name << " does not say '" << words.raw() << "'\n  " << found_in(got.check) << "\n"
        << (got.check.regimen.empty() ? "" : got.check.regimen.front());
  }
}

TEST(Fhir, FindsInEachDocumentWhatItMust) {
  const files::Yaml all = expected();
  EXPECT_GE(all.items().size(), 30u);
  for (const files::Yaml& entry : all.items()) {
    const std::string name = entry.text("file").value();
    const Result<Answer> got = answer(entry);
    if (const files::Yaml* error = entry.find("error")) {
      expect_refusal(*error, got, name);
    } else if (got) {
      expect_findings(entry, *got, name);
    } else {
      ADD_FAILURE() << name << " is refused: " << got.error().text();
    }
  }
}

TEST(Fhir, EveryDocumentHasItsExpectation) {
  std::vector<std::string> named, there;
  const files::Yaml all = expected();
  for (const files::Yaml& entry : all.items()) named.push_back(entry.text("file").value());
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".json") there.push_back(file.path().filename());
  }
  std::ranges::sort(named);
  std::ranges::sort(there);
  EXPECT_EQ(named, there);
}

}  // namespace
}  // namespace vesper

// The table of cases: evidence/safety/cases/*.yaml, each with what must and must not be found.
#include <fmt/format.h>

#include <map>
#include <set>

#include "safety/knowledge.h"

namespace vesper {
namespace {

using files::Yaml;
using safety::Check;
using safety::Date;
using safety::Finding;

struct Case {
  std::string id, where;
  safety::Patient patient;
  safety::Regimen regimen;
  Date on;
  std::map<std::string, std::string> expect, until;  // rule -> severity, date
  std::vector<std::string> absent;
  bool exact = false;
};

std::map<std::string, std::string> map_of(const Yaml& entry, const char* key) {
  std::map<std::string, std::string> all;
  if (const Yaml* map = entry.find(key)) {
    for (const auto& [name, value] : map->entries()) all[name.raw()] = value.raw();
  }
  return all;
}

Result<Case> read_case(const Yaml& entry, dosing::Catalogue& catalogue) {
  VESPER_CHECK(entry.keys(
      {"id", "says", "patient", "regimen", "on", "expect", "until", "absent", "exact", "source"}));
  Case one;
  VESPER_TRY(one.id, entry.text("id"));
  one.where = fmt::format("{}:{}: {}", entry.place().file, entry.place().line, one.id);
  VESPER_TRY(const Yaml patient, entry.at("patient"));
  VESPER_TRY(one.patient, safety::parse_patient(patient));
  VESPER_TRY(const Yaml regimen, entry.at("regimen"));
  VESPER_TRY(one.regimen, safety::parse_regimen(regimen, catalogue, VESPER_SOURCE_DIR));
  VESPER_TRY(const Yaml on, entry.at("on"));
  VESPER_TRY(one.on, files::read_date(on));
  one.expect = map_of(entry, "expect");
  one.until = map_of(entry, "until");
  for (const Yaml& item : entry.items("absent")) one.absent.push_back(item.raw());
  VESPER_TRY(one.exact, entry.boolean_or("exact", false));
  return one;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> read;
    dosing::Catalogue catalogue(testing::project());
    for (const auto& path : testing::project().list("evidence/safety/cases", ".yaml")) {
      const auto root = files::read_yaml(path);
      if (!root) throw std::runtime_error(root.error().text());
      for (const Yaml& entry : root->items()) {
        auto one = read_case(entry, catalogue);
        if (!one) throw std::runtime_error(one.error().text());
        read.push_back(std::move(*one));
      }
    }
    return read;
  }();
  return all;
}

Check checked(const Case& one) {
  return safety::check(one.patient, one.regimen, testing::knowledge(), one.on);
}

std::string all_of(const Check& check) {
  std::string text = "found:";
  for (const Finding& one : check.findings) {
    text += fmt::format(" {} ({}{}{})", one.rule, safety::text_of(one.severity),
                        one.until_text.empty() ? "" : ", until ", one.until_text);
  }
  for (const auto& one : check.missing) text += "; not known: " + one.what;
  return text;
}

TEST(SafetyCases, EachFindsWhatItMustAndNothingThatItMustNot) {
  for (const Case& one : cases()) {
    const Check check = checked(one);
    for (const auto& [rule, severity] : one.expect) {
      const Finding* finding = testing::found(check, rule);
      ASSERT_NE(finding, nullptr) << one.where << " misses " << rule << "\n" << all_of(check);
      // What the vocabulary lacks has a severity of its own.
      const std::string wanted = rule == "not-checked" ? "not checked" : severity;
      EXPECT_EQ(safety::text_of(finding->severity), wanted) << one.where << " " << rule;
    }
    for (const auto& [rule, until] : one.until) {
      const Finding* finding = testing::found(check, rule);
      ASSERT_NE(finding, nullptr) << one.where << " misses " << rule;
      EXPECT_EQ(finding->until_text, until) << one.where << " " << rule;
    }
    for (const std::string& rule : one.absent) {
      EXPECT_EQ(testing::found(check, rule), nullptr) << one.where << " has " << rule << "\n"
                                                      << all_of(check);
    }
    for (const Finding& finding : check.findings) {
      const bool grave = finding.severity <= safety::Severity::serious;
      EXPECT_FALSE(one.exact && grave && !one.expect.contains(finding.rule))
          << one.where << " has " << finding.rule << " too\n"
          << all_of(check);
    }
  }
}

TEST(SafetyCases, NoTextIsLeftWithAHole) {
  for (const Case& one : cases()) {
    for (const Finding& finding : checked(one).findings) {
      std::string text = finding.text + finding.why + finding.until_text;
      for (const std::string& line : finding.actions) text += line;
      for (const std::string& line : finding.steps) text += line;
      EXPECT_EQ(text.find('{'), std::string::npos) << one.where << ": " << text;
      EXPECT_EQ(text.find("not given"), std::string::npos) << one.where << ": " << text;
      EXPECT_EQ(text.find("that is not known"), std::string::npos) << one.where << ": " << text;
    }
  }
}

TEST(SafetyCases, AreAtLeast150WithIdsOfTheirOwn) {
  std::set<std::string> ids;
  for (const Case& one : cases()) EXPECT_TRUE(ids.insert(one.id).second) << one.where;
  EXPECT_GE(ids.size(), 150u);
}

TEST(SafetyCases, EveryRuleSpeaksInOneAndIsSilentInANearMiss) {
  std::set<std::string> speaks, silent;
  for (const Case& one : cases()) {
    for (const auto& [rule, severity] : one.expect) speaks.insert(rule);
    silent.insert(one.absent.begin(), one.absent.end());
  }
  std::set<std::string> known = {"not-checked"};
  for (const safety::Rule& rule : testing::knowledge().rules) {
    known.insert(rule.id);
    EXPECT_TRUE(speaks.contains(rule.id)) << rule.id << " is expected in no case";
    EXPECT_TRUE(silent.contains(rule.id)) << rule.id << " is absent from no case";
  }
  // A misspelt rule in `absent` would always be met.
  for (const std::string& id : silent) EXPECT_TRUE(known.contains(id)) << id << " is no rule";
}

}  // namespace
}  // namespace vesper

// The project's own rules, and small ones of a test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "safety/check.h"

namespace vesper::testing {

inline files::SearchPath project() {
  files::SearchPath search;
  search.working_folder = VESPER_SOURCE_DIR;
  search.share = VESPER_SOURCE_DIR;
  return search;
}

// Read once; every test looks at the same.
inline const safety::Knowledge& knowledge() {
  static const Result<safety::Knowledge> read = safety::read_knowledge(project());
  if (!read) throw std::runtime_error(read.error().text());
  return *read;
}

inline files::Yaml yaml(const std::string& text) {
  const auto read = files::parse_yaml(files::Source("test.yaml", text));
  if (!read) throw std::runtime_error(read.error().text());
  return *read;
}

inline safety::Patient patient(const std::string& text) {
  const auto read = safety::parse_patient(yaml(text));
  if (!read) throw std::runtime_error(read.error().text());
  return *read;
}

inline safety::Regimen regimen(const std::string& text) {
  dosing::Catalogue catalogue(project());
  const auto read = safety::parse_regimen(yaml(text), catalogue, VESPER_SOURCE_DIR);
  if (!read) throw std::runtime_error(read.error().text());
  return *read;
}

inline safety::Date day(const std::string& text) {
  return files::parse_date(text).value();
}

inline const safety::Finding* found(const safety::Check& check, const std::string& rule) {
  for (const safety::Finding& one : check.findings) {
    if (one.rule == rule) return &one;
  }
  return nullptr;
}

// Vocabulary and rules of tests/safety/data.
inline safety::Vocabulary small_vocabulary() {
  const std::filesystem::path folder =
      std::filesystem::path(VESPER_SOURCE_DIR) / "tests/safety/data/vocabulary";
  const auto read = [&](const char* name) {
    return files::read_yaml(folder / (std::string(name) + ".yaml")).value();
  };
  auto words = safety::Vocabulary::parse(read("drugs"), read("conditions"), read("tests"));
  if (!words) throw std::runtime_error(words.error().text());
  return *words;
}

inline safety::Knowledge small_knowledge(const std::string& rules) {
  safety::Knowledge all;
  all.vocabulary = small_vocabulary();
  auto read = safety::parse_rules(yaml(rules), all.vocabulary, {"label"});
  if (!read) throw std::runtime_error(read.error().text());
  all.rules = *read;
  return all;
}

}  // namespace vesper::testing

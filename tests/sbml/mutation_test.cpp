// Small SBML texts, spoilt in a thousand ways that are the same in every run: each ends in a model
// or in one message, and what can be read can be built or is refused.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "equations/system.h"
#include "sbml/sbml.h"

namespace vesper {
namespace {

std::vector<std::string> seeds() {
  std::vector<std::string> list;
  const std::filesystem::path folder =
      std::filesystem::path(VESPER_SOURCE_DIR) / "tests" / "fuzz" / "seeds" / "sbml";
  for (const char* name : {"level1.xml", "level2.xml", "level3.xml", "submodels.xml"}) {
    std::ifstream stream(folder / name, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    list.push_back(text.str());
  }
  return list;
}

// A whole tag `<...>`, somewhere.
std::pair<std::size_t, std::size_t> some_tag(const std::string& text, std::mt19937& random) {
  std::size_t start = text.find('<', random() % text.size());
  if (start == std::string::npos) start = text.find('<');
  if (start == std::string::npos) return {0, 0};
  const std::size_t end = text.find('>', start);
  return {start, end == std::string::npos ? text.size() : end + 1};
}

// An element from its start to the end tag of that name that comes next.
std::pair<std::size_t, std::size_t> some_element(const std::string& text, std::mt19937& random) {
  auto [start, end] = some_tag(text, random);
  if (end <= start + 1 || text[start + 1] == '/' || text[end - 2] == '/') return {start, end};
  const std::size_t name_end = text.find_first_of(" \n>", start);
  if (name_end == std::string::npos) return {start, end};
  const std::string name = text.substr(start + 1, name_end - start - 1);
  const std::size_t close = text.find("</" + name + ">", end);
  if (close != std::string::npos) end = close + name.size() + 3;
  return {start, end};
}

// A value between quotes.
std::pair<std::size_t, std::size_t> some_value(const std::string& text, std::mt19937& random) {
  const std::size_t start = text.find('"', random() % text.size());
  if (start == std::string::npos) return {0, 0};
  const std::size_t end = text.find('"', start + 1);
  return {start + 1, end == std::string::npos ? text.size() : end};
}

std::string nested(const std::string& element, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += "<" + element + ">";
  out += "<cn>1</cn>";
  for (std::size_t i = 0; i < times; ++i) out += "</" + element + ">";
  return out;
}

std::string mutate(std::string text, std::mt19937& random) {
  const std::size_t rounds = 1 + random() % 3;
  for (std::size_t i = 0; i < rounds && text.size() > 1; ++i) {
    switch (random() % 9) {
      case 0:
        text[random() % text.size()] = static_cast<char>(random() % 256);
        break;
      case 1:
        text[random() % text.size()] ^= static_cast<char>(1u << (random() % 7));
        break;
      case 2: {
        const auto [start, end] = some_tag(text, random);
        text.erase(start, end - start);
        break;
      }
      case 3:
      case 4: {
        const auto [start, end] = some_element(text, random);
        text.erase(start, end - start);
        break;
      }
      case 5: {
        const auto [start, end] = some_element(text, random);
        text.insert(end, text.substr(start, end - start));
        break;
      }
      case 6: {
        const auto [from, from_end] = some_value(text, random);
        const std::string value = text.substr(from, from_end - from);
        const auto [to, to_end] = some_value(text, random);
        text.replace(to, to_end - to, value);
        break;
      }
      case 7: {
        static const std::vector<std::string> odd = {"",    "-1",  "NaN",   "INF",        "1e999",
                                                     "0",   "abc", "false", "4294967296", "&lt;",
                                                     "k k", "pi",  "-INF",  "0x10"};
        const auto [start, end] = some_value(text, random);
        text.replace(start, end - start, odd[random() % odd.size()]);
        break;
      }
      default: {
        const std::size_t at = text.find("<cn>");
        const std::size_t depth = random() % 400;
        if (at != std::string::npos) text.insert(at, nested(random() % 2 ? "apply" : "ci", depth));
      }
    }
  }
  return text;
}

TEST(Mutation, EndsInModelOrMessage) {
  std::mt19937 random(20241);
  const auto texts = seeds();
  int models = 0, systems = 0;
  constexpr int times = 1000;
  for (int i = 0; i < times; ++i) {
    const std::string text = mutate(texts[static_cast<std::size_t>(i) % texts.size()], random);
    SCOPED_TRACE(i);
    const auto source = files::check("/nowhere/mutant.xml", text);
    if (!source) {
      EXPECT_FALSE(source.error().message.empty());
      continue;
    }
    const auto model = sbml::parse_sbml(*source);
    if (!model) {
      EXPECT_FALSE(model.error().message.empty());
      EXPECT_EQ(model.error().exit_code(), 2);
      continue;
    }
    ++models;
    systems += equations::build(*model).has_value() ? 1 : 0;
  }
  // Otherwise the mutations break everything at once and nothing is tried.
  EXPECT_GT(models, times / 20);
  EXPECT_GT(systems, times / 40);
  EXPECT_LT(models, times);
}

TEST(Mutation, SeedsAreModels) {
  for (const std::string& text : seeds()) {
    const auto model = sbml::parse_sbml(files::Source("/nowhere/seed.xml", text));
    ASSERT_TRUE(model) << model.error().text();
    const auto system = equations::build(*model);
    EXPECT_TRUE(system) << system.error().text();
  }
}

TEST(Mutation, EveryPrefixIsRefused) {
  for (const std::string& text : seeds()) {
    for (std::size_t size = 0; size + 10 < text.size(); size += 97) {
      const auto model = sbml::parse_sbml(files::Source("/nowhere/cut.xml", text.substr(0, size)));
      EXPECT_FALSE(model) << size;
    }
  }
}

}  // namespace
}  // namespace vesper

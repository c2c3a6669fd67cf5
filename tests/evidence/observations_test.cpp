#include <gtest/gtest.h>

#include "evidence/evidence.h"
#include "evidence/folder.h"

namespace vesper::evidence {
namespace {

const char* const sources =
    "- id: label\n"
    "  citation: A label, pharmacokinetics section\n"
    "  locator: doi:10.1000/1\n"
    "- {id: scan-2008, citation: A scan}\n";

const char* const observations =
    "- id: tablet-cmax\n"
    "  says: peak after one tablet\n"
    "  module: kinetics\n"
    "  observed: {value: 13.3, unit: ng/mL, range: [10, 0.017 mg/L]}\n"
    "  source: label\n"
    "  use: fitted\n"
    "  predict: {protocol: tablet, arm: 50 mg, readout: \"max(plasma naltrexone)\"}\n"
    "  accept: {fold: 1.15}\n"
    "  notes: read in the label\n"
    "- id: occupancy-8h\n"
    "  says: occupancy at 8 h\n"
    "  module: receptors\n"
    "  observed: {value: 43, unit: \"%\"}\n"
    "  source: scan-2008\n"
    "  use: judged\n"
    "  predict:\n"
    "    protocol: tablet\n"
    "    readout: at(MOR occupancy, 8 h)\n"
    "  accept: {within: 12 %}\n";

Result<std::vector<Observation>> read(const std::string& text,
                                      const std::vector<std::string>& ids = {}) {
  Folder folder;
  folder.write("evidence/sources.yaml", sources);
  folder.write("evidence/observations/a.yaml", text);
  return read_observations(folder.search(), ids);
}

TEST(Sources, are_read_in_order) {
  Folder folder;
  folder.write("evidence/sources.yaml", sources);
  auto found = read_sources(folder.search());
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0].id, "label");
  EXPECT_EQ((*found)[0].citation, "A label, pharmacokinetics section");
  EXPECT_EQ((*found)[0].locator, "doi:10.1000/1");
  EXPECT_EQ((*found)[1].locator, "");
}

struct Bad {
  const char* from;
  const char* to;
  Code code;
  int line;
  const char* message;
  const char* mend;
};

TEST(Sources, that_are_wrong_are_refused) {
  const std::vector<Bad> table = {
      {"id: scan-2008", "id: label", Code::duplicate_id, 4, "source 'label' is listed twice", ""},
      {"citation", "cite", Code::unknown_key, 2, "'cite'", "citation"},
      {", citation: A scan", "", Code::missing_key, 4, "'citation' is missing", ""},
      {"A label, pharmacokinetics section", "''", Code::missing_key, 2, "'citation' is empty", ""},
      {"- {id", "- {od", Code::unknown_key, 4, "'od'", "id"},
      {"  citation: A label", " citation: A label", Code::yaml_syntax, 2, "", ""},
  };
  for (const Bad& bad : table) {
    Folder folder;
    folder.write("evidence/sources.yaml", replaced(sources, bad.from, bad.to));
    auto found = read_sources(folder.search());
    ASSERT_FALSE(found) << bad.to;
    EXPECT_EQ(info(found.error().code).number, info(bad.code).number) << found.error().text();
    EXPECT_NE(found.error().message.find(bad.message), std::string::npos) << found.error().text();
    EXPECT_NE(found.error().mend.find(bad.mend), std::string::npos) << found.error().text();
  }
}

TEST(Sources, say_where_they_were_looked_for) {
  Folder folder;
  auto found = read_sources(folder.search());
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::file_not_found);
  EXPECT_FALSE(found.error().notes.empty());
}

TEST(Observations, are_read_whole) {
  auto found = read(observations);
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->size(), 2u);
  const Observation& first = (*found)[0];
  EXPECT_EQ(first.id, "tablet-cmax");
  EXPECT_EQ(first.says, "peak after one tablet");
  EXPECT_EQ(first.module, "kinetics");
  EXPECT_EQ(first.value, 13.3);
  EXPECT_EQ(first.unit, "ng/mL");
  EXPECT_EQ(*first.low, 10);
  EXPECT_NEAR(*first.high, 17, 1e-9);  // 0.017 mg/L
  EXPECT_EQ(first.source, "label");
  EXPECT_EQ(first.use, Use::fitted);
  EXPECT_EQ(first.protocol, "tablet");
  EXPECT_EQ(first.arm, "50 mg");
  EXPECT_EQ(first.readout, "max(plasma naltrexone)");
  EXPECT_EQ(first.tree.output, "plasma naltrexone");
  EXPECT_EQ(*first.accept_fold, 1.15);
  EXPECT_FALSE(first.accept_within || first.accept_range);
  EXPECT_EQ(first.notes, "read in the label");
  EXPECT_EQ(first.place.line, 1);
  const Observation& second = (*found)[1];
  EXPECT_EQ(second.use, Use::judged);
  EXPECT_EQ(second.arm, "");
  EXPECT_NEAR(*second.accept_within, 12, 1e-12);  // points, not a fraction
  EXPECT_FALSE(second.low);
}

TEST(Observations, may_reproduce_a_published_run_with_its_values) {
  std::string text = replaced(observations, "use: judged", "use: reproduced");
  text = replaced(text, "    protocol: tablet\n",
                  "    protocol: tablet\n    set: {CL: 120 L/h, pk.ka: 2}\n");
  auto found = read(text);
  ASSERT_TRUE(found) << found.error().text();
  const Observation& second = (*found)[1];
  EXPECT_EQ(second.use, Use::reproduced);
  ASSERT_EQ(second.set.size(), 2u);
  EXPECT_EQ(second.set[0].name, "CL");
  EXPECT_EQ(second.set[0].value, 120);
  ASSERT_TRUE(second.set[0].unit);
  EXPECT_EQ(second.set[1].name, "pk.ka");
  EXPECT_FALSE(second.set[1].unit);
  EXPECT_EQ(second.set[1].place.line, 18);
  EXPECT_TRUE((*found)[0].set.empty());
}

TEST(Observations, take_bare_limits_in_the_observed_unit) {
  auto bare = read(replaced(observations, "within: 12 %", "range: [30, 55]"));
  ASSERT_TRUE(bare) << bare.error().text();
  EXPECT_EQ(*(*bare)[1].accept_range, (std::pair{30.0, 55.0}));
  auto percent = read(replaced(observations, "within: 12 %", "range: [30 %, 0.55 1]"));
  ASSERT_TRUE(percent) << percent.error().text();
  EXPECT_NEAR((*percent)[1].accept_range->first, 30, 1e-9);
  EXPECT_NEAR((*percent)[1].accept_range->second, 55, 1e-9);
  auto converted = read(replaced(observations, "fold: 1.15", "within: 0.002 mg/L"));
  ASSERT_TRUE(converted) << converted.error().text();
  EXPECT_NEAR(*(*converted)[0].accept_within, 2, 1e-12);
}

TEST(Observations, that_are_wrong_are_refused) {
  const std::vector<Bad> table = {
      {"says:", "say:", Code::unknown_key, 2, "'say'", "says"},
      {"  says: peak after one tablet\n", "", Code::missing_key, 1, "'says' is missing", "add"},
      {"id: tablet-cmax", "id: tablet cmax", Code::bad_observation, 1, "no single word", "letters"},
      {"  module: kinetics\n", "", Code::missing_key, 1, "'module' is missing", ""},
      {"value: 13.3", "value: nan", Code::bad_number, 4, "'nan' is not a number", ""},
      {"value: 13.3", "value: 13.3 ng/mL", Code::bad_number, 4, "is not a number", ""},
      {"value: 13.3", "vlaue: 13.3", Code::unknown_key, 4, "'vlaue'", "value"},
      {"unit: ng/mL", "unit: ng/mLL", Code::unknown_unit, 4, "'ng/mLL'", "ng/mL"},
      {", unit: ng/mL", "", Code::missing_key, 4, "'unit' is missing", ""},
      {"[10, 0.017 mg/L]", "[10]", Code::wrong_type, 4, "list of two values", "[10, 17]"},
      {"[10, 0.017 mg/L]", "[17, 10]", Code::out_of_range, 4, "17 to 10 is empty", "lower"},
      {"[10, 0.017 mg/L]", "[14, 20]", Code::bad_observation, 4, "outside its own range", ""},
      {"[10, 0.017 mg/L]", "[10, 17 h]", Code::wrong_dimension, 4, "", ""},
      {"source: label", "source: lable", Code::unknown_source, 5, "'lable'", "'label'"},
      {"source: label", "source: zzzzzzzzzzzz", Code::unknown_source, 5, "not in", "add it there"},
      {"use: fitted", "use: fited", Code::unknown_choice, 6, "'fited'", "fitted"},
      {"use: fitted", "use: predicted", Code::unknown_choice, 6, "'predicted'", "reproduced"},
      {"arm: 50 mg", "set: 50", Code::wrong_type, 7, "`set` is a mapping", "CL: 120 L/h"},
      {"arm: 50 mg", "set: {CL: fast}", Code::bad_quantity, 7, "'fast'", ""},
      {"arm: 50 mg", "set: {CL: 5 L/hh}", Code::unknown_unit, 7, "'L/hh'", "L/h"},
      {"arm: 50 mg", "arms: 50 mg", Code::unknown_key, 7, "'arms'", "arm"},
      {"protocol: tablet, ", "", Code::missing_key, 7, "'protocol' is missing", ""},
      {", readout: \"max(plasma naltrexone)\"", "", Code::missing_key, 7, "'readout' is missing",
       ""},
      {"\"max(plasma naltrexone)\"", "\"plasma naltrexone\"", Code::readout_syntax, 7,
       "does not say what is read", "max(plasma naltrexone)"},
      {"\"max(plasma naltrexone)\"", "at(plasma naltrexone, 8 h)", Code::readout_syntax, 7,
       "never closed", "needs quotes"},
      {"\"max(plasma naltrexone)\"", "\"2 h\"", Code::readout_syntax, 7, "reads no output", "max("},
      {"{fold: 1.15}", "{fold: 0.8}", Code::bad_acceptance, 8, "never below 1", "1.25"},
      {"{fold: 1.15}", "{fold: 15 %}", Code::bad_number, 8, "", ""},
      {"{fold: 1.15}", "{}", Code::bad_acceptance, 8, "holds 0 rules", "one of"},
      {"{fold: 1.15}", "{fold: 1.15, within: 2}", Code::bad_acceptance, 8, "holds 2 rules",
       "one of"},
      {"{fold: 1.15}", "{within: -1}", Code::bad_acceptance, 8, "never below 0", ""},
      {"{fold: 1.15}", "{within: 15 %}", Code::wrong_dimension, 8, "", "`fold: 1.25`"},
      {"{fold: 1.15}", "{range: [20, 10]}", Code::out_of_range, 8, "is empty", "lower"},
      {"{fold: 1.15}", "{folds: 1.15}", Code::unknown_key, 8, "'folds'", "fold"},
      {"{fold: 1.15}", "1.15", Code::wrong_type, 8, "mapping", ""},
      {"value: 13.3, unit: ng/mL, range: [10, 0.017 mg/L]", "value: 0, unit: ng/mL",
       Code::bad_acceptance, 4, "means nothing for the observed value 0", "within"},
      {"value: 43", "value: -43", Code::bad_acceptance, 0, "", ""},
      {"id: occupancy-8h", "id: tablet-cmax", Code::duplicate_id, 10,
       "'tablet-cmax' is given twice", "rename"},
  };
  for (const Bad& bad : table) {
    std::string text = replaced(observations, bad.from, bad.to);
    if (bad.line == 0) text = replaced(text, "  accept: {within: 12 %}\n", "");
    auto found = read(text);
    ASSERT_FALSE(found) << bad.to;
    const Diagnostic& error = found.error();
    EXPECT_EQ(info(error.code).number, info(bad.code).number) << bad.to << "\n" << error.text();
    if (bad.line > 0) {
      EXPECT_EQ(error.place.line, bad.line) << error.text();
    }
    EXPECT_NE(error.message.find(bad.message), std::string::npos) << error.text();
    EXPECT_NE(error.mend.find(bad.mend), std::string::npos) << error.text();
    EXPECT_EQ(error.exit_code(), 2);
  }
}

TEST(Observations, point_into_quoted_and_plain_readouts) {
  auto quoted = read(replaced(observations, "\"max(plasma naltrexone)\"", "\"max(a) + 2 ngx\""));
  ASSERT_FALSE(quoted);
  EXPECT_EQ(quoted.error().place.column,
            1 + static_cast<int>(quoted.error().place.line_text.find("ngx")));
  auto plain = read(replaced(observations, "at(MOR occupancy, 8 h)", "at(MOR occupancy, 8 hx)"));
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().place.column,
            1 + static_cast<int>(plain.error().place.line_text.find("hx")));
}

TEST(Observations, are_unique_over_files) {
  Folder folder;
  folder.write("evidence/sources.yaml", sources);
  folder.write("evidence/observations/a.yaml", observations);
  folder.write("evidence/observations/b.yaml", observations);
  auto found = read_observations(folder.search(), {});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::duplicate_id);
  ASSERT_EQ(found.error().notes.size(), 1u);
  EXPECT_NE(found.error().notes[0].find("a.yaml:1"), std::string::npos) << found.error().notes[0];
}

TEST(Observations, are_selected_by_id_module_and_file) {
  Folder folder;
  folder.write("evidence/sources.yaml", sources);
  folder.write("evidence/observations/tablet.yaml", observations);
  folder.write("evidence/observations/more.yaml",
               replaced(replaced(observations, "id: tablet-cmax", "id: capsule-cmax"),
                        "id: occupancy-8h", "id: occupancy-24h"));
  const auto ids = [&](const std::vector<std::string>& wanted) {
    auto found = read_observations(folder.search(), wanted);
    std::vector<std::string> all;
    if (!found) return std::vector<std::string>{found.error().message, found.error().mend};
    for (const Observation& one : *found) all.push_back(one.id);
    return all;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids({}), (Ids{"capsule-cmax", "occupancy-24h", "tablet-cmax", "occupancy-8h"}));
  EXPECT_EQ(ids({"occupancy-8h"}), (Ids{"occupancy-8h"}));
  EXPECT_EQ(ids({"occupancy-8h", "capsule-cmax", "occupancy-8h"}),
            (Ids{"capsule-cmax", "occupancy-8h"}));
  EXPECT_EQ(ids({"receptors"}), (Ids{"occupancy-24h", "occupancy-8h"}));
  EXPECT_EQ(ids({"tablet"}), (Ids{"tablet-cmax", "occupancy-8h"}));
  EXPECT_EQ(ids({"ocupancy-8h"}),
            (Ids{"no observation 'ocupancy-8h'", "did you mean 'occupancy-8h'?"}));
  EXPECT_EQ(ids({"tablet", "recepters"}),
            (Ids{"no observation 'recepters'", "did you mean 'receptors'?"}));
}

TEST(Observations, may_be_none) {
  Folder folder;
  folder.write("evidence/sources.yaml", sources);
  EXPECT_EQ(read_observations(folder.search(), {}).error().code, Code::no_observations);
  folder.write("evidence/observations/a.yaml", "[]\n");
  EXPECT_EQ(read_observations(folder.search(), {}).error().code, Code::no_observations);
  folder.write("evidence/observations/a.yaml", "id: x\n");
  EXPECT_EQ(read_observations(folder.search(), {}).error().code, Code::wrong_type);
  folder.write("evidence/observations/a.yaml", "");
  EXPECT_EQ(read_observations(folder.search(), {}).error().code, Code::empty_file);
}

}  // namespace
}  // namespace vesper::evidence

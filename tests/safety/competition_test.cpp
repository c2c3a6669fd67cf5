// What `vesper check --simulate` says of opioids and naltrexone, held against runs of protocols.
#include "safety/competition.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "evidence/text.h"
#include "safety/knowledge.h"
#include "simulate/protocol.h"
#include "temporary_folder.h"

namespace vesper {
namespace {

using safety::Competition;
using safety::Course;
using testing::day;
using testing::project;

const safety::Vocabulary& words() {
  static const Result<safety::Vocabulary> read = safety::Vocabulary::read(project());
  if (!read) throw std::runtime_error(read.error().text());
  return *read;
}

const std::string tablet_once = "{start: 2026-12-01, items: [{product: naltrexone-tablet-50mg}]}";
const std::string tablet_daily =
    "{start: 2026-12-01, items: [{product: naltrexone-tablet-50mg, every: 24 h}]}";
const std::string low_dose_once =
    "{start: 2026-12-01, items: [{product: naltrexone-solution-1mg-per-mL, dose: 4.5 mg}]}";
const std::string injections =
    "{start: 2026-12-01, items: [{product: naltrexone-injection-380mg, every: 28 days}]}";

// Compiled once for all tests.
std::filesystem::path code_cache() {
  static const testing::TemporaryFolder folder;
  return folder.path();
}

Competition simulated(const std::string& patient_text, const std::string& regimen_text,
                      unsigned draws = 0, unsigned days = 0, unsigned threads = 0) {
  const safety::Patient patient = testing::patient(patient_text);
  const safety::Regimen regimen = testing::regimen(regimen_text);
  simulate::Options engine;
  engine.threads = threads;
  engine.code_cache = code_cache();
  const safety::CompetitionRequest request{patient, regimen, words(), day("2026-11-23"),
                                           draws,   days,    1,       engine};
  auto result = safety::simulate_competition(request, project());
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(*result);
}

std::string patient_on(const std::string& medicine) {
  return "medicines: [" + medicine + "]";
}

const std::string methadone_80 =
    patient_on("{name: methadone, dose: 80 mg, every: 24 h, since: 2026-11-02, last: 2026-12-01}");

// ---- against runs of the shipped protocols -----------------------------------------------------

class Reference {
 public:
  explicit Reference(simulate::Protocol protocol) : study_(prepare(std::move(protocol))) {}

  // By the arm's name.
  double at(const std::string& arm, std::size_t hypothesis, const std::string& output, double hour,
            unsigned draw = 0) {
    return values(arm, hypothesis, output, hour, hour, draw).front();
  }
  double largest(const std::string& arm, std::size_t hypothesis, const std::string& output,
                 double from, double to, unsigned draw = 0) {
    return std::ranges::max(values(arm, hypothesis, output, from, to, draw));
  }

 private:
  static simulate::Study prepare(simulate::Protocol protocol) {
    simulate::Options options;
    options.code_cache = code_cache();
    auto study = simulate::Study::prepare(std::move(protocol), options, project());
    if (!study) throw std::runtime_error(study.error().text());
    return std::move(*study);
  }
  std::vector<double> values(const std::string& arm, std::size_t hypothesis,
                             const std::string& output, double from, double to, unsigned draw) {
    const auto& arms = study_.protocol().arms;
    const auto found = std::ranges::find(arms, arm, &simulate::Arm::name);
    const auto watched =
        std::ranges::find(study_.watched(), output, &simulate::WatchedOutput::label);
    if (found == arms.end() || watched == study_.watched().end()) throw std::runtime_error(arm);
    const auto index = static_cast<std::size_t>(found - arms.begin());
    auto& solution = solved_[{index, hypothesis, draw}];
    if (solution.values.empty()) solution = study_.solve(0, index, hypothesis, draw);
    std::vector<double> all;
    const std::size_t width = study_.watched().size();
    for (std::size_t k = 0; k < study_.grid().size(); ++k) {
      const double hour = study_.grid()[k];
      if (hour < from - 1e-6 || hour > to + 1e-6) continue;
      const auto column = static_cast<std::size_t>(watched - study_.watched().begin());
      all.push_back(solution.values[k * width + column]);
    }
    if (all.empty()) throw std::runtime_error("no output time there");
    return all;
  }

  simulate::Study study_;
  std::map<std::tuple<std::size_t, std::size_t, unsigned>, solve::Solution> solved_;
};

simulate::Protocol shipped(const std::string& id) {
  const auto path = project().find(id, "protocols", ".yaml", {}).value();
  auto protocol = simulate::read_protocol(path, project());
  if (!protocol) throw std::runtime_error(protocol.error().text());
  return std::move(*protocol);
}

simulate::Protocol written(const std::string& text) {
  auto protocol = simulate::parse_protocol(files::Source("written", text), project());
  if (!protocol) throw std::runtime_error(protocol.error().text());
  return std::move(*protocol);
}

TEST(Competition, agrees_with_the_protocol_of_methadone) {
  const Competition all = simulated(methadone_80, tablet_once, 0, 14);
  Reference reference(shipped("withdrawal-methadone-naltrexone"));
  constexpr double last = 704;  // [h] the last methadone of that protocol
  const std::map<unsigned, double> first = {{0, 706}, {1, 728},  {3, 776},  {5, 824},
                                            {7, 872}, {10, 944}, {14, 1040}};
  ASSERT_EQ(all.hypotheses, (std::vector<std::string>{"H1", "H2", "H3"}));
  for (const auto& [later, hour] : first) {
    ASSERT_EQ(all.first_doses.at(later).later, later);
    const std::string arm = fmt::format("50 mg day {}", later);
    for (std::size_t h = 0; h < 3; ++h) {
      const Course& one = all.first_doses[later].courses.at(h);
      SCOPED_TRACE(arm + " " + all.hypotheses[h]);
      EXPECT_NEAR(one.before, reference.at(arm, h, "COWS", hour), 0.02);
      // The protocol's output is by the hour after 760 h, which can miss the top.
      const double peak = reference.largest(arm, h, "COWS", hour, hour + 72);
      EXPECT_GE(one.peak, peak - 0.02);
      EXPECT_LE(one.peak, peak + 0.4);
      EXPECT_NEAR(one.tone_before, reference.at(arm, h, "MOR agonist tone", hour), 0.05);
      EXPECT_NEAR(one.held, reference.at(arm, h, "mu receptors held by agonists", hour), 0.05);
      EXPECT_NEAR(one.if_blocked,
                  reference.at(arm, h, "COWS if every receptor were blocked now", hour), 0.05);
      EXPECT_NEAR(one.alone, reference.largest("none", h, "COWS", hour, hour + 72), 0.05);
    }
  }
  EXPECT_DOUBLE_EQ(all.opioids.at(0).gap, first.at(0) - last);
  // As measured and written down: 14 just before, 22 at the worst a week after methadone.
  for (const Course& one : all.first_doses[7].courses) {
    EXPECT_NEAR(one.before, 14, 0.5);
    EXPECT_NEAR(one.peak, 22, 0.6);
  }
}

TEST(Competition, agrees_with_the_protocols_of_heroin_and_buprenorphine) {
  const auto compare = [](const std::string& medicine, const std::string& protocol, double last) {
    Reference reference(shipped(protocol));
    const Competition all = simulated(patient_on(medicine), low_dose_once, 0, 7);
    for (const unsigned later : {1u, 7u}) {
      const double hour = last + 24 * later;
      const std::string arm = fmt::format("4.5 mg day {}", later);
      for (std::size_t h = 0; h < 3; ++h) {
        SCOPED_TRACE(protocol + ", " + arm);
        const Course& one = all.first_doses.at(later).courses[h];
        EXPECT_NEAR(one.before, reference.at(arm, h, "COWS", hour), 0.05);
        EXPECT_NEAR(one.peak, reference.largest(arm, h, "COWS", hour, hour + 72), 0.4);
      }
    }
  };
  compare("{name: heroin, dose: 200 mg/day, every: 6 h, since: 2026-11-02, last: 2026-12-01}",
          "withdrawal-heroin-naltrexone", 714);
  compare("{name: Subutex, dose: 16 mg, every: 24 h, last: 2026-12-01}",
          "withdrawal-buprenorphine-naltrexone", 704);
}

TEST(Competition, the_band_is_the_lowest_and_highest_of_all_runs) {
  const Competition all = simulated(methadone_80, tablet_once, 2, 0);
  ASSERT_EQ(all.band.size(), all.hours.size());
  Reference reference(written(all.withdrawal_protocol));
  const double first = 29 * 24 + 2;
  for (const double after : {0.0, 2.0, 24.0}) {
    double low = 1e9, high = -1e9;
    for (unsigned draw = 0; draw <= 2; ++draw) {
      for (std::size_t h = 0; h < 3; ++h) {
        const double one = reference.at("day 0", h, "COWS", first + after, draw);
        low = std::min(low, one);
        high = std::max(high, one);
      }
    }
    const auto k =
        static_cast<std::size_t>(std::ranges::find(all.hours, after) - all.hours.begin());
    EXPECT_NEAR(all.band.at(k).low, low, 1e-6);
    EXPECT_NEAR(all.band.at(k).high, high, 1e-6);
  }
  EXPECT_LT(all.band[6].low, all.band[6].high - 1);  // draws differ
  EXPECT_TRUE(simulated(methadone_80, tablet_once).band.empty());
}

TEST(Competition, agrees_with_the_protocols_of_the_block) {
  const std::string prevented = "feeling of heroin 25 mg prevented";
  const std::string times = "times the dose that overcomes the block";
  const auto compare = [&](const std::string& regimen, const std::string& protocol,
                           const std::string& arm, double last) {
    const Competition all = simulated("{}", regimen);
    Reference reference(shipped(protocol));
    ASSERT_TRUE(all.block);
    for (std::size_t h = 0; h < 3; ++h) {
      const safety::Block::Under& one = all.block->under.at(h);
      for (std::size_t k = 0; k < all.block->at.size(); ++k) {
        const double hour = last + all.block->at[k];
        SCOPED_TRACE(fmt::format("{}, {:g} h", all.hypotheses[h], all.block->at[k]));
        EXPECT_NEAR(one.prevented[k], reference.at(arm, h, prevented, hour), 0.1);
        EXPECT_NEAR(one.times[k], reference.at(arm, h, times, hour), 0.01 * one.times[k]);
      }
      if (!one.ends) continue;
      EXPECT_LE(reference.largest(arm, h, prevented, last + *one.ends, last + all.block->at.back()),
                80.1);
      EXPECT_GE(reference.largest(arm, h, prevented, last + *one.ends - 7, last + *one.ends), 79.9);
    }
  };
  compare(tablet_daily, "blockade-missed-tablet", "50 mg a day", 13 * 24 + 8);
  compare(injections, "blockade-fading-injection", "injection", 56 * 24);
}

TEST(Competition, a_block_is_that_of_all_last_lines_together) {
  const Competition all = simulated("{}", R"({start: 2026-12-01, items: [
    {product: naltrexone-tablet-50mg, count: 2, every: 7 days},
    {product: naltrexone-tablet-50mg, count: 2, every: 7 days, from: day 3},
    {product: naltrexone-tablet-50mg, count: 3, every: 7 days, from: day 5}]})");
  ASSERT_TRUE(all.block);
  EXPECT_EQ(all.block->lines.size(), 3u);
  EXPECT_EQ(all.block->doses, 6);
  EXPECT_DOUBLE_EQ(all.block->over, 11 * 24);
  // What has ended before counts no more; what comes last does.
  const Competition stepped = simulated("{}", R"({start: 2026-12-01, items: [
    {product: ldn-capsule-1.5mg, every: 24 h, until: day 14},
    {product: ldn-capsule-4.5mg, every: 24 h, from: day 15}]})");
  ASSERT_EQ(stepped.block->lines.size(), 1u);
  EXPECT_NE(stepped.block->lines[0].find("4.5 mg"), std::string::npos);
  // Three days of tablets, then none: no more doses than were planned.
  const Competition brief =
      simulated("{}", "{items: [{product: naltrexone-tablet-50mg, every: 24 h, until: day 3}]}");
  EXPECT_EQ(brief.block->doses, 3);
}

// ---- what is not simulated
// -----------------------------------------------------------------------

TEST(Competition, says_what_it_does_not_simulate_and_why) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{name: kratom, dose: 5 g, every: 8 h}", "no model of it"},
      {"{name: hydrocodone, dose: 10 mg, every: 6 h}", "no model of it"},
      {"{name: levomethadone, dose: 40 mg, every: 24 h}", "no model of it"},
      {"{name: codeine/paracetamol, dose: 500 mg, every: 6 h}", "no model of it"},
      {"{name: methadone, every: 24 h}", "dose not given"},
      {"methadone", "dose not given"},
      {"{name: methadone, dose: 0 mg}", "nothing"},
      {"{name: oxycodone, dose: 2 tablets, every: 8 h}", "not a mass"},
      {"{name: Sublocade, dose: 300 mg, every: 28 days}", "depots"},
      {"{name: illicit fentanyl, dose: 1 mg, every: 4 h}", "not to be used for timing"},
      {"{name: Actiq, dose: 0.4 mg, every: 6 h}", "form of fentanyl"},
      {"{name: fentanyl, dose: 0.025 mg/h}", "name the patch"},
      {"{name: unheardofine, dose: 5 mg}", "not known"},
      {"{name: naltrexone, dose: 50 mg, every: 24 h}", "first dose is taken as the first of all"},
      {"{name: nalmefene, dose: 18 mg, every: 24 h}", "another opioid antagonist"},
      {"{name: methadone, dose: 80 mg, every: 24 h, last: 2026-06-01}", "more than 60 days"},
  };
  std::vector<std::string> medicines;
  for (const auto& [medicine, why] : cases) medicines.push_back(medicine);
  const Competition all = simulated(
      fmt::format("medicines: [sertraline, {}]", fmt::join(medicines, ", ")), tablet_once);
  EXPECT_TRUE(all.opioids.empty());
  EXPECT_TRUE(all.first_doses.empty());
  EXPECT_TRUE(all.block);  // the patient's product is simulated all the same
  ASSERT_EQ(all.left_out.size(), cases.size());
  for (std::size_t k = 0; k < cases.size(); ++k) {
    EXPECT_NE(all.left_out[k].why.find(cases[k].second), std::string::npos)
        << cases[k].first << ": " << all.left_out[k].why;
  }
  const std::string text = safety::competition_text(all, {}, false);
  EXPECT_NE(text.find("No opioid of the patient is simulated"), std::string::npos);
  EXPECT_EQ(text.find("COWS"), std::string::npos);
}

TEST(Competition, says_what_it_took_for_granted) {
  const Competition all = simulated(R"(medicines: [
    {name: methadone, dose: 80 mg},
    {name: Subutex, dose: 8 mg, every: 24 h, since: 2026-01-01, last: 2026-11-24},
    {name: heroin, dose: 0.2 g/day, last: 2026-12-01},
    {name: fentanyl patch, dose: 0.025 mg/h, every: 3 days, since: 2026-11-01, last: 2026-11-30}])",
                                    tablet_once);
  ASSERT_EQ(all.opioids.size(), 4u);
  const auto assumed = [&](std::size_t k) {
    return fmt::format("{}", fmt::join(all.opioids[k].assumed, "; "));
  };
  EXPECT_NE(assumed(0).find("still taken"), std::string::npos);
  EXPECT_NE(assumed(0).find("how often is not given"), std::string::npos);
  EXPECT_NE(assumed(0).find("30 days of use"), std::string::npos);
  EXPECT_DOUBLE_EQ(all.opioids[0].gap, 2);
  EXPECT_EQ(assumed(1), "under the tongue");
  EXPECT_EQ(all.opioids[1].days, 60);  // longer use adds nothing
  EXPECT_DOUBLE_EQ(all.opioids[1].gap, 7 * 24);
  EXPECT_NE(assumed(2).find("divided: 50 mg every 6 h"), std::string::npos);
  EXPECT_NE(assumed(2).find("both on one day"), std::string::npos);
  EXPECT_DOUBLE_EQ(all.opioids[2].dose, 50);
  EXPECT_NEAR(all.opioids[3].dose, 1.8, 1e-9);
  EXPECT_EQ(all.opioids[3].days, 30);
}

TEST(Competition, a_regimen_that_is_not_naltrexone_is_left_out) {
  const Competition all =
      simulated(methadone_80, "{items: [{product: magnesium-citrate-300mg, every: 24 h}]}");
  EXPECT_TRUE(all.first_doses.empty());
  EXPECT_FALSE(all.block);
  ASSERT_EQ(all.left_out.size(), 1u);
  EXPECT_EQ(all.left_out[0].why, "it is not in this model");
}

TEST(Competition, loperamide_brings_no_withdrawal_and_loses_its_effect) {
  const Competition all =
      simulated(patient_on("{name: Imodium, dose: 4 mg, every: 6 h}"), tablet_once);
  EXPECT_FALSE(all.withdrawal);
  EXPECT_FALSE(all.lost);
  const Course& one = all.first_doses.at(0).courses.at(0);
  EXPECT_GT(one.gut_before, 50);
  EXPECT_LT(one.gut_least, 20);
  EXPECT_LT(one.peak, 0.5);
}

// ---- properties
// ------------------------------------------------------------------------------------

TEST(Competition, waiting_longer_does_not_make_the_rise_larger) {
  for (const char* medicine : {"{name: heroin, dose: 50 mg, every: 6 h, last: 2026-12-01}",
                               "{name: methadone, dose: 60 mg, every: 24 h, last: 2026-12-01}"}) {
    const Competition all = simulated(patient_on(medicine), tablet_once, 0, 16);
    for (std::size_t later = 6; later < all.first_doses.size(); ++later) {
      for (std::size_t h = 0; h < 3; ++h) {
        const Course& before = all.first_doses[later - 1].courses[h];
        const Course& now = all.first_doses[later].courses[h];
        EXPECT_LE(now.peak - now.before, before.peak - before.before + 0.05)
            << medicine << ", day " << later;
        EXPECT_LE(now.peak, before.peak + 0.05) << medicine << ", day " << later;
      }
    }
  }
}

TEST(Competition, more_or_longer_use_brings_no_less_dependence) {
  const auto course = [](int mg, int used) {
    const std::string since =
        safety::text_of(safety::Date(day("2026-12-01")) - std::chrono::days(used - 1));
    return simulated(patient_on(fmt::format("{{name: methadone, dose: {} mg, every: 24 h, since: "
                                            "{}, last: 2026-12-01}}",
                                            mg, since)),
                     tablet_once)
        .first_doses.at(0)
        .courses.at(1);
  };
  const std::vector<std::pair<int, int>> ladder = {{5, 1}, {20, 5}, {60, 30}, {120, 60}};
  double dependence = 0, if_blocked = 0;
  for (const auto& [mg, used] : ladder) {
    const Course one = course(mg, used);
    EXPECT_GT(one.dependence, dependence) << mg << " mg, " << used << " days";
    EXPECT_GT(one.if_blocked, if_blocked - 0.01) << mg << " mg, " << used << " days";
    dependence = one.dependence;
    if_blocked = one.if_blocked;
  }
}

TEST(Competition, two_medicines_of_one_drug_are_both_taken) {
  const std::string one = "{name: methadone, dose: 40 mg, every: 24 h, last: 2026-12-01}";
  const Competition both = simulated(patient_on(one + ", " + one), tablet_once);
  const Competition together = simulated(
      patient_on("{name: methadone, dose: 80 mg, every: 24 h, last: 2026-12-01}"), tablet_once);
  ASSERT_EQ(both.opioids.size(), 2u);
  EXPECT_NEAR(both.first_doses[0].courses[1].dependence,
              together.first_doses[0].courses[1].dependence, 0.2);
}

// ---- beside the rules
// ------------------------------------------------------------------------------

safety::Finding finding(safety::Severity severity, const char* until) {
  safety::Finding one;
  one.severity = severity;
  if (until != nullptr) one.until = day(until);
  return one;
}

TEST(Competition, the_rules_stand_beside_each_day) {
  using safety::Severity;
  safety::Check check;
  EXPECT_EQ(safety::rules_on(check, day("2026-12-01")).text, "no finding");
  check.findings = {finding(Severity::contraindicated, "2026-12-08"),
                    finding(Severity::contraindicated, "2026-12-10"),
                    finding(Severity::serious, "2026-12-20"), finding(Severity::note, nullptr)};
  EXPECT_EQ(safety::rules_on(check, day("2026-12-01")).text, "contraindicated until 2026-12-10");
  EXPECT_EQ(safety::rules_on(check, day("2026-12-09")).gravest, Severity::contraindicated);
  EXPECT_EQ(safety::rules_on(check, day("2026-12-10")).gravest, Severity::serious);
  EXPECT_EQ(safety::rules_on(check, day("2026-12-20")).text, "note");
  check.findings.push_back(finding(Severity::contraindicated, nullptr));  // without an end
  EXPECT_EQ(safety::rules_on(check, day("2027-12-20")).gravest, Severity::contraindicated);
}

TEST(Competition, text_and_json_say_what_must_be_said) {
  const Competition all = simulated(
      "medicines: [{name: methadone, dose: 80 mg, every: 24 h, last: 2026-11-24}, kratom]",
      tablet_daily, 1, 2);
  safety::Check check;
  check.findings = {finding(safety::Severity::contraindicated, "2026-12-08")};
  const std::string text = safety::competition_text(all, check, false);
  std::string words;  // however the lines are broken
  for (const char c : text) {
    if (c != '\n' && (c != ' ' || words.empty() || words.back() != ' ')) words += c;
    if (c == '\n' && !words.empty() && words.back() != ' ') words += ' ';
  }
  for (const char* said :
       {safety::never_lowers, "contraindicated until 2026-12-08", "Not simulated: kratom",
        "COWS H1", "tone % H3", "one case report", "13 to 47 h", "A small rise is never safe",
        "surmountable", "Alcohol, benzodiazepines", "no amount to take", "the old dose can kill",
        "14 → 22", "the true ones can be worse"}) {
    EXPECT_NE(words.find(said), std::string::npos) << said;
  }
  std::size_t widest = 0;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    widest = std::max(widest, evidence::text_width(text.substr(from, end - from)));
    from = end + 1;
  }
  EXPECT_LE(widest, 100u);
  const auto json = nlohmann::json::parse(safety::competition_json(all, check));
  EXPECT_EQ(json["says"], safety::never_lowers);
  EXPECT_EQ(json["first_doses"].size(), 3u);
  EXPECT_EQ(json["first_doses"][0]["rules"], "contraindicated");
  EXPECT_NEAR(json["first_doses"][0]["typical"][1]["cows_worst"].get<double>(), 22, 0.6);
  EXPECT_EQ(json["not_simulated"][0]["what"], "kratom");
  EXPECT_EQ(json["band"]["cows"].size(), json["hours"].size());
  EXPECT_EQ(json["block"]["by_hypothesis"].size(), 3u);
}

TEST(Competition, threads_change_nothing) {
  const std::string once = patient_on(
      "{name: methadone, dose: 80 mg, every: 24 h, since: 2026-12-01, last: 2026-12-01}");
  const auto json = [&](unsigned threads) {
    return safety::competition_json(simulated(once, tablet_once, 2, 0, threads), {});
  };
  EXPECT_EQ(json(1), json(2));
}

}  // namespace
}  // namespace vesper

// Schedules by hand, what must hold for every schedule, refusals, and the prediction.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>

#include "engine_in_force.h"
#include "titration/predict.h"

namespace vesper {
namespace {

using namespace titration;

files::SearchPath project() {
  files::SearchPath search;
  search.working_folder = VESPER_SOURCE_DIR;
  search.share = VESPER_SOURCE_DIR;
  return search;
}

const Knowledge& knowledge() {
  static const Result<Knowledge> read = read_knowledge(project());
  if (!read) throw std::runtime_error(read.error().text());
  return *read;
}

const files::Date start = files::parse_date("2026-12-01").value();

ScheduleRequest request(const std::string& plan, const std::vector<std::string>& have) {
  ScheduleRequest one;
  one.plan = knowledge().plan(plan).value();
  auto strengths = read_strengths(have, knowledge(), project());
  if (!strengths) throw std::runtime_error(strengths.error().text());
  one.strengths = *strengths;
  one.usual = knowledge().target;
  one.start = start;
  one.at = "22:00";
  one.course = knowledge().course;
  return one;
}

std::string error_of(const ScheduleRequest& asked) {
  const auto made = make_schedule(asked);
  return made ? "made" : made.error().text();
}

TEST(Schedules, OfTheClinicWithItsCapsules) {
  const Schedule made = make_schedule(request("clinic", knowledge().have)).value();
  ASSERT_EQ(made.steps.size(), 3u);
  EXPECT_EQ(made.steps[0].first, 1);
  EXPECT_EQ(made.steps[1].first, 15);
  EXPECT_EQ(made.steps[2].first, 29);
  EXPECT_FALSE(made.steps[2].days);
  // 84 days: 14 of 1.5 mg, 14 of 3 mg, 56 of 4.5 mg; strengths stand from the largest.
  EXPECT_EQ(made.totals, (std::vector<double>{56, 14, 14, 0}));
  EXPECT_EQ(label_lines(made)[1],
            "From Tue 15 Dec 2026: 1 capsule of 3 mg each evening at 22:00, for 14 days.");
  EXPECT_EQ(label_lines(made)[2],
            "From Tue 29 Dec 2026: 1 capsule of 4.5 mg each evening at 22:00, from then on.");
}

// 2.5 mg of 2 and 0.5 mg is two capsules, of 1.5 and 0.5 mg three: the fewest are taken.
TEST(Schedules, TakeTheFewestUnits) {
  auto asked = request("slow", {"0.5mg", "1.5mg", "2mg"});
  const Schedule made = make_schedule(asked).value();
  ASSERT_EQ(made.steps.size(), 9u);
  EXPECT_EQ(made.steps[4].units, (std::vector<double>{1, 0, 1}));
  EXPECT_EQ(units_text(made, made.steps[4]), "1 capsule of 2 mg and 1 capsule of 0.5 mg");
  // The largest first would make 4.5 of 4 with two coins too many: 3 + 3 beats 4 + 1 + 1.
  asked = request("biweekly", {"1mg", "3mg", "4mg"});
  asked.target = 6;
  asked.nearest = true;
  EXPECT_EQ(make_schedule(asked).value().steps.back().units, (std::vector<double>{0, 2, 0}));
}

TEST(Schedules, AreLabelledInPlainWords) {
  auto asked = request("final", {"1.5mg"});
  asked.at = "8:00";
  const std::vector<std::string> lines = label_lines(make_schedule(asked).value());
  EXPECT_EQ(lines[0], "From Tue 1 Dec 2026: 1 capsule of 1.5 mg each morning at 8:00, for 7 days.");
  EXPECT_EQ(
      lines[3],
      "From Tue 22 Dec 2026: 4 capsules of 1.5 mg (6 mg) each morning at 8:00, from then on.");
}

// 84 days: 56 of 4.5 mg are 2 packs of 30 with 4 left; 14 of 3 mg leave 16 of one.
TEST(Schedules, CountPacksAndWhatIsLeft) {
  auto asked = request("clinic", knowledge().have);
  EXPECT_FALSE(packs_of(make_schedule(asked).value(), 0));
  asked.pack = 30;
  Schedule made = make_schedule(asked).value();
  EXPECT_EQ(totals_text(made),
            "56 × 4.5 mg capsule (2 packs of 30, 4 left over), "
            "14 × 3 mg capsule (1 pack of 30, 16 left over), "
            "14 × 1.5 mg capsule (1 pack of 30, 16 left over)");
  asked.pack = 14;  // 56 is four of them, and none is left
  made = make_schedule(asked).value();
  EXPECT_EQ(packs_of(made, 0)->count, 4);
  EXPECT_EQ(packs_of(made, 0)->left, 0);
  EXPECT_EQ(packs_of(made, 3)->count, 0);
  const auto json = nlohmann::json::parse(schedule_json(made, knowledge(), {}));
  EXPECT_EQ(json["totals"][0]["packs"], 4);
  EXPECT_EQ(json["totals"][0]["left_over"], 0);
}

TEST(Schedules, TakeClockTimesOnly) {
  for (const char* at : {"22:00", "8:05", "00:00", "23:59"}) EXPECT_TRUE(clock_hours(at)) << at;
  EXPECT_EQ(clock_hours("22:30").value(), 22.5);
  for (const char* at :
       {"", ":", "24:00", "22:60", "22", "22:0", "222:00", "-1:00", " 8:00", "22:00\"", "a8:00"}) {
    EXPECT_FALSE(clock_hours(at)) << at;
    auto asked = request("clinic", knowledge().have);
    asked.at = at;
    EXPECT_FALSE(make_schedule(asked)) << at;
  }
}

TEST(Schedules, OfALiquidAreMeasuredInTenthsOfAMillilitre) {
  const Schedule made =
      make_schedule(request("clinic", {"naltrexone-solution-1mg-per-mL"})).value();
  EXPECT_EQ(units_text(made, made.steps[0]), "1.5 mL of 1 mg/mL");
  // 14 days of 1.5, 14 of 3 and 56 of 4.5 mL
  EXPECT_NEAR(made.totals[0], 14 * 1.5 + 14 * 3 + 56 * 4.5, 1e-9);
}

TEST(Schedules, EndAtTheTarget) {
  auto asked = request("clinic", knowledge().have);
  asked.target = 3;
  Schedule made = make_schedule(asked).value();
  ASSERT_EQ(made.steps.size(), 2u);
  EXPECT_FALSE(made.steps[1].days);
  asked = request("final", knowledge().have);
  made = make_schedule(asked).value();
  EXPECT_EQ(made.target, 6);
  EXPECT_EQ(made.steps.back().first, 22);  // the fourth week
}

TEST(Schedules, AreRefusedWithAMend) {
  auto asked = request("clinic", {"1mg", "3mg"});
  EXPECT_NE(error_of(asked).find("1.5 mg cannot be made"), std::string::npos);
  EXPECT_NE(error_of(asked).find("1 mg and 2 mg can"), std::string::npos);
  asked = request("clinic", knowledge().have);
  asked.target = 6;
  EXPECT_NE(error_of(asked).find("ends at 4.5 mg"), std::string::npos);
  asked.target = 1;
  EXPECT_NE(error_of(asked).find("begins with 1.5 mg"), std::string::npos);
  asked.strengths.clear();
  EXPECT_NE(error_of(asked).find("V1302"), std::string::npos);
  EXPECT_FALSE(read_strengths({"naltrexone-injection-380mg"}, knowledge(), project()));
  EXPECT_FALSE(read_strengths({"magnesium-citrate-300mg"}, knowledge(), project()));
  EXPECT_FALSE(read_strengths({"-1mg"}, knowledge(), project()));
  EXPECT_NE(read_strengths({"0.5"}, knowledge(), project()).error().text().find("such as 0.5mg"),
            std::string::npos);
  EXPECT_NE(knowledge().plan("slo").error().text().find("did you mean 'slow'"), std::string::npos);
}

TEST(Schedules, SayWhatIsOnlyNear) {
  auto asked = request("clinic", {"1mg", "3mg"});
  asked.nearest = true;
  const Schedule made = make_schedule(asked).value();
  EXPECT_EQ(made.steps[0].mg, 1);
  EXPECT_EQ(made.steps[0].wanted, 1.5);
  EXPECT_NE(made.remarks[0].find("1.5 mg of the plan is taken as 1 mg"), std::string::npos);
  // What is headed by a dose is headed by the one that is taken: 4 mg, not 4.5.
  EXPECT_EQ(made.reached(), 4);
  EXPECT_EQ(schedule_text(made, knowledge(), {}).rfind("Low-dose naltrexone to 4 mg", 0), 0u);
}

// 50 mg is the nearest that a tablet makes of 1.5 mg, and is never taken for it.
TEST(Schedules, AreNeverRoundedAheadOfThePlan) {
  auto asked = request("clinic", {"naltrexone-tablet-50mg"});
  asked.nearest = true;
  EXPECT_NE(error_of(asked).find("50 mg is the least that can, too much here"), std::string::npos);
  EXPECT_EQ(error_of(asked).find("--nearest"), std::string::npos);
  asked = request("slow", {"1mg"});
  asked.nearest = true;  // 0.5 mg up to the next dose, 1 mg; 4.5 mg never up to 5
  const Schedule made = make_schedule(asked).value();
  EXPECT_EQ(made.steps.front().mg, 1);
  EXPECT_EQ(made.reached(), 4);
}

RC_GTEST_PROP(Schedules, AreNeverRoundedAboveTheNextDose, ()) {
  ScheduleRequest asked = request("slow", {"0.5mg"});
  asked.plan.by = Plan::By{*rc::gen::inRange(1, 30) / 4.0, *rc::gen::inRange(1, 12) / 4.0, 7};
  asked.target = *rc::gen::inRange(30, 60) / 4.0;
  asked.nearest = true;
  const Strength like = asked.strengths.front();
  asked.strengths.clear();
  for (int k = *rc::gen::inRange(1, 4); k > 0; --k) {
    Strength one = like;
    one.mg = one.product.strength = *rc::gen::inRange(1, 40) / 4.0;
    asked.strengths.push_back(one);
  }
  const auto made = make_schedule(asked);
  if (!made) return;
  double before = 0;
  for (const Step& step : made->steps) {
    RC_ASSERT(step.mg > before);
    const double next = std::min(*asked.target, step.wanted + asked.plan.by->add);
    RC_ASSERT(step.mg <= next + 1e-9);
    before = step.mg;
  }
}

RC_GTEST_PROP(Schedules, MakeEachDoseExactlyDayByDay, ()) {
  ScheduleRequest asked = request("slow", {"0.5mg"});
  asked.plan.by = Plan::By{*rc::gen::inRange(1, 8) / 2.0, *rc::gen::inRange(1, 6) / 2.0,
                           *rc::gen::inRange(1, 30)};
  asked.target = *rc::gen::inRange(8, 40) / 2.0;
  const Strength half = asked.strengths.front();
  for (int k = *rc::gen::inRange(0, 4); k > 0; --k) {
    Strength more = half;
    more.mg = more.product.strength = *rc::gen::inRange(2, 14) / 2.0;
    asked.strengths.push_back(more);
  }
  asked.course = *rc::gen::inRange(1, 400);
  const Schedule made = make_schedule(asked).value();
  int day = 1;
  double before = 0, taken = 0, made_of = 0;
  for (const Step& step : made.steps) {
    RC_ASSERT(step.first == day);
    day += step.days.value_or(0);
    double mg = 0;
    for (std::size_t k = 0; k < step.units.size(); ++k) {
      RC_ASSERT(step.units[k] == std::floor(step.units[k]));
      mg += step.units[k] * made.strengths[k].mg;
    }
    RC_ASSERT(std::abs(mg - step.mg) < 1e-9);
    RC_ASSERT(step.mg > before);
    before = step.mg;
    taken += step.mg * made.days_of(step);
  }
  RC_ASSERT(!made.steps.back().days.has_value());
  RC_ASSERT(std::abs(made.steps.back().mg - *asked.target) < 1e-9);
  for (std::size_t k = 0; k < made.totals.size(); ++k)
    made_of += made.totals[k] * made.strengths[k].mg;
  RC_ASSERT(std::abs(taken - made_of) < 1e-6);
}

// Against all ways there are, counted one by one.
RC_GTEST_PROP(Schedules, TakeNoUnitTooMany, ()) {
  ScheduleRequest asked = request("slow", {"0.5mg"});
  const Strength like = asked.strengths.front();
  asked.strengths.clear();
  std::vector<int> halves;  // strengths in half milligrams
  for (int k = *rc::gen::inRange(1, 4); k > 0; --k) {
    halves.push_back(*rc::gen::inRange(1, 10));
    Strength one = like;
    one.mg = one.product.strength = halves.back() / 2.0;
    asked.strengths.push_back(one);
  }
  const std::function<int(std::size_t, int)> fewest = [&](std::size_t k, int left) {
    if (left == 0) return 0;
    int least = 1000;
    for (int n = 0; k < halves.size() && n * halves[k] <= left; ++n) {
      least = std::min(least, n + fewest(k + 1, left - n * halves[k]));
    }
    return least;
  };
  for (int dose = 1; dose <= 24; ++dose) {
    asked.plan.by = Plan::By{dose / 2.0, 1, 7};
    asked.target = dose / 2.0;
    const auto made = make_schedule(asked);
    RC_ASSERT(made.has_value() == (fewest(0, dose) < 1000));
    if (!made) {
      RC_ASSERT(made.error().code == Code::unreachable_dose);
      continue;
    }
    const auto& units = made->steps.front().units;
    RC_ASSERT(std::accumulate(units.begin(), units.end(), 0.0) == fewest(0, dose));
  }
}

// Of a schedule: an event on the first day of each step, in order, each with an id of its own.
RC_GTEST_PROP(Output, HasACalendarThatIsWellFormed, ()) {
  ScheduleRequest asked = request("slow", {"0.5mg"});
  asked.target = *rc::gen::inRange(1, 30) / 2.0;
  asked.start = start + std::chrono::days(*rc::gen::inRange(-2000, 2000));
  const Schedule made = make_schedule(asked).value();
  const std::string text = schedule_calendar(made);
  RC_ASSERT(text == schedule_calendar(made));
  std::vector<std::string> days, ids;
  int open = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find("\r\n", at);
    RC_ASSERT(end != std::string::npos);
    const std::string line = text.substr(at, end - at);
    RC_ASSERT(line.size() <= 75u);
    RC_ASSERT(line.find_first_of("\r\n") == std::string::npos);
    open += line == "BEGIN:VEVENT" ? 1 : line == "END:VEVENT" ? -1 : 0;
    RC_ASSERT(open == 0 || open == 1);
    if (line.rfind("DTSTART;VALUE=DATE:", 0) == 0) days.push_back(line.substr(19));
    if (line.rfind("UID:", 0) == 0) ids.push_back(line);
    at = end + 2;
  }
  RC_ASSERT(days.size() == made.steps.size());
  for (std::size_t k = 0; k < days.size(); ++k) {
    RC_ASSERT(days[k] == files::compact_date(made.first_of(made.steps[k])));
  }
  std::ranges::sort(ids);
  RC_ASSERT(std::ranges::unique(ids).empty());
}

// A course of any length: days of the steps add up to it, unless the last begins after it.
RC_GTEST_PROP(Schedules, CountEveryDayOfTheCourse, ()) {
  ScheduleRequest asked = request("weekly", knowledge().have);
  asked.course = *rc::gen::inRange(1, 400);
  const Schedule made = make_schedule(asked).value();
  int days = 0;
  for (const Step& step : made.steps) days += made.days_of(step);
  RC_ASSERT(days == asked.course);
}

TEST(Plans, AreListedWithWhatNobodyCompared) {
  for (const std::string& text : {plans_text(knowledge()), plans_json(knowledge())}) {
    for (const Plan& one : knowledge().plans) {
      EXPECT_NE(text.find(one.id), std::string::npos) << one.id;
    }
    EXPECT_NE(text.find("No plan was compared"), std::string::npos);
    EXPECT_NE(text.find(simulate::disclaimer), std::string::npos);
  }
  EXPECT_EQ(nlohmann::json::parse(plans_json(knowledge()))["plans"].size(),
            knowledge().plans.size());
}

TEST(Plans, AreRefusedWithTheirPlace) {
  const std::string rest =
      "target: 4.5 mg\ntimes: [{id: evening, at: \"22:00\", source: label, grade: assumed}]\n"
      "capsule: x\ncourse: 12 weeks\nsteady: 14 days\nmodel: m\npopulation: p\n";
  const auto error = [&](const std::string& plan) {
    const auto yaml =
        files::parse_yaml(files::Source("t.yaml", "plans:\n  - " + plan + "\n" + rest));
    if (!yaml) return yaml.error().text();
    const auto read = parse_knowledge(*yaml, {"label"});
    return read ? std::string("read") : read.error().text();
  };
  const std::string head = "{id: a, name: A, source: label, grade: assumed, ";
  EXPECT_EQ(error(head + "steps: [{dose: 1 mg, days: 7}, {dose: 2 mg}]}"), "read");
  EXPECT_NE(error(head + "steps: [{dose: 1 mg}, {dose: 2 mg}]}").find("after one that is kept"),
            std::string::npos);
  EXPECT_NE(error(head + "steps: [{dose: 2 mg, days: 7}, {dose: 2 mg}]}").find("t.yaml:2:"),
            std::string::npos);
  EXPECT_NE(error(head + "steps: []}").find("V1301"), std::string::npos);
  EXPECT_NE(error(head + "by: {start: 1 mg, add: 0 mg, every: 7 days}}").find("no dose here"),
            std::string::npos);
  EXPECT_NE(error(head + "by: {start: 1 mg, add: 1 mg, every: 1.5 days}}").find("whole days"),
            std::string::npos);
  EXPECT_NE(
      error("{id: a, name: A, source: lable, grade: assumed, steps: [{dose: 1 mg}]}").find("lable"),
      std::string::npos);
}

// Before H1's binding saturates, plasma is linear in the dose; occupancy rises and never falls.
TEST(Prediction, IsLinearInPlasmaAndRisesInOccupancy) {
  auto asked = request("clinic", knowledge().have);
  const Schedule made = make_schedule(asked).value();
  const auto all = predict(made, knowledge(), 0, {}, project());
  ASSERT_TRUE(all) << all.error().text();
  ASSERT_EQ(all->exposures.size(), 3u);
  EXPECT_EQ(all->days, (std::vector<int>{14, 28, 42}));
  EXPECT_EQ(all->unit, "ng/mL");
  for (std::size_t h = 0; h < all->hypotheses.size(); ++h) {
    const Exposure &low = all->exposures[0][h], &high = all->exposures[2][h];
    EXPECT_NEAR(high.area.typical / low.area.typical, 3, 0.05);
    EXPECT_NEAR(high.peak.typical / low.peak.typical, 3, 0.1);
    EXPECT_GT(high.highest.typical, low.highest.typical);
    EXPECT_GE(high.lowest.typical, low.lowest.typical);
    EXPECT_GE(high.hours.typical, low.hours.typical);
    EXPECT_LE(high.hours.typical, 24 + 1e-9);
  }
}

TEST(Prediction, PutsTheMedianBetweenItsBounds) {
  const Schedule made = make_schedule(request("clinic", knowledge().have)).value();
  const auto all = predict(made, knowledge(), 20, {}, project());
  ASSERT_TRUE(all) << all.error().text();
  for (const auto& step : all->exposures) {
    for (const Exposure& one : step) {
      for (const Spread* spread : {&one.peak, &one.area, &one.highest, &one.lowest, &one.hours}) {
        EXPECT_LE(spread->low, spread->median);
        EXPECT_LE(spread->median, spread->high);
      }
      EXPECT_LT(one.area.low, one.area.high);
    }
  }
}

// What lies in the cupboard and is not taken needs no stand-in and stops no protocol.
TEST(Schedules, SayNothingOfStrengthsThatAreNotTaken) {
  const Schedule made = make_schedule(request("clinic", {"0.3mg", "1.5mg", "4.5mg"})).value();
  EXPECT_TRUE(made.remarks.empty());
  EXPECT_TRUE(protocol_text(made, knowledge()));
}

TEST(Prediction, OfBothEnginesIsTheSame) {
  const Schedule made = make_schedule(request("weekly", knowledge().have)).value();
  simulate::Options reference;
  reference.engine = simulate::Engine::reference;
  const auto a = predict(made, knowledge(), 2, {}, project());
  const auto b = predict(made, knowledge(), 2, reference, project());
  ASSERT_TRUE(a && b);
  for (std::size_t s = 0; s < a->exposures.size(); ++s) {
    for (std::size_t h = 0; h < a->hypotheses.size(); ++h) {
      EXPECT_NEAR(a->exposures[s][h].area.high / b->exposures[s][h].area.high, 1, 1e-4);
      EXPECT_NEAR(a->exposures[s][h].highest.typical, b->exposures[s][h].highest.typical, 0.01);
    }
  }
}

TEST(Output, IsOneJsonObjectAndAProtocolThatRuns) {
  const Schedule made = make_schedule(request("clinic", knowledge().have)).value();
  const auto json = nlohmann::json::parse(schedule_json(made, knowledge(), {}));
  EXPECT_EQ(json["steps"][2]["units"][0]["product"], "ldn-capsule-4.5mg");
  EXPECT_EQ(json["steps"][2]["from"], "2026-12-29");
  EXPECT_EQ(json["disclaimer"], simulate::disclaimer);
  const std::string calendar = schedule_calendar(made);
  EXPECT_NE(calendar.find("SUMMARY:Naltrexone 3 mg at 22:00"), std::string::npos);
  const auto text = protocol_text(made, knowledge());
  ASSERT_TRUE(text);
  EXPECT_NE(text->find(simulate::disclaimer), std::string::npos);
  auto protocol = simulate::parse_protocol(files::Source("steps.yaml", *text), project());
  ASSERT_TRUE(protocol) << protocol.error().text();
  EXPECT_EQ(protocol->arms[0].regimen.items.size(), 3u);
  EXPECT_TRUE(simulate::Study::prepare(*std::move(protocol), {}, project()));
  const Schedule odd = make_schedule(request("slow", {"0.5mg", "2mg"})).value();
  EXPECT_FALSE(protocol_text(odd, knowledge()));
}

}  // namespace
}  // namespace vesper

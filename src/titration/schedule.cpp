// Fewest units: with a(u) the least number of units that make u parts of the common measure,
//   a(0) = 0,  a(u) = 1 + min over strengths s <= u of a(u - s)
// (dynamic programming over the greatest common divisor of the strengths).
#include "titration/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>

namespace vesper::titration {

namespace {

constexpr double grain = 1e-4;               // [mg] doses and strengths are whole numbers of it
constexpr std::size_t most_parts = 2000000;  // of the common measure, in one dose
constexpr std::size_t most_steps = 1000;

std::int64_t grains(double mg) {
  return std::llround(mg / grain);
}

// [grains] of each strength; a part of what is measured out.
std::vector<std::int64_t> coins(const std::vector<Strength>& strengths) {
  std::vector<std::int64_t> all;
  for (const Strength& one : strengths) all.push_back(grains(one.mg * one.part()));
  return all;
}

// Ways to make every amount up to `most` parts of `measure` with the fewest coins.
class Maker {
 public:
  Maker(const std::vector<std::int64_t>& coins, std::int64_t measure, std::size_t most)
      : coins_(coins), measure_(measure), fewest_(most + 1, none), last_(most + 1, 0) {
    fewest_[0] = 0;
    for (std::size_t u = 1; u <= most; ++u) {
      for (std::size_t k = 0; k < coins.size(); ++k) {
        const auto size = static_cast<std::size_t>(coins[k] / measure);
        if (size > u || fewest_[u - size] == none || fewest_[u - size] + 1 >= fewest_[u]) continue;
        fewest_[u] = fewest_[u - size] + 1;
        last_[u] = k;
      }
    }
  }
  bool makes(std::size_t parts) const { return parts < fewest_.size() && fewest_[parts] != none; }
  std::vector<double> units(std::size_t parts) const {
    std::vector<double> all(coins_.size(), 0);
    while (parts > 0) {
      ++all[last_[parts]];
      parts -= static_cast<std::size_t>(coins_[last_[parts]] / measure_);
    }
    return all;
  }
  std::optional<std::size_t> below(std::size_t parts) const {
    for (std::size_t u = std::min(parts, fewest_.size() - 1); u > 0; --u) {
      if (makes(u)) return u;
    }
    return std::nullopt;
  }
  std::optional<std::size_t> above(std::size_t parts) const {
    for (std::size_t u = parts; u < fewest_.size(); ++u) {
      if (makes(u)) return u;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::uint32_t none = 0xffffffffu;
  const std::vector<std::int64_t>& coins_;
  std::int64_t measure_;
  std::vector<std::uint32_t> fewest_;
  std::vector<std::size_t> last_;
};

Result<std::vector<Stage>> stages_of(const Plan& plan, double target) {
  const double first = plan.by ? plan.by->start : plan.stages.front().mg;
  if (target < first - grain) {
    return fail(Code::bad_plan,
                fmt::format("plan '{}' begins with {:g} mg, above the target of {:g} mg", plan.id,
                            first, target),
                {}, "choose a plan that begins lower, or a higher --target");
  }
  std::vector<Stage> all;
  if (plan.by) {
    for (std::size_t k = 0; k < most_steps; ++k) {
      const double mg = std::min(target, first + static_cast<double>(k) * plan.by->add);
      const bool last = mg > target - grain;
      all.push_back({mg, last ? std::nullopt : std::optional(plan.by->every)});
      if (last) return all;
    }
    return fail(Code::bad_plan, fmt::format("more than {} steps to {:g} mg", most_steps, target));
  }
  if (target > plan.stages.back().mg + grain) {
    return fail(Code::bad_plan,
                fmt::format("plan '{}' ends at {:g} mg, below the target of {:g} mg", plan.id,
                            plan.stages.back().mg, target),
                {}, "choose a plan that rises by itself (slow, biweekly), or a lower --target");
  }
  for (const Stage& stage : plan.stages) {
    if (stage.mg < target - grain) all.push_back(stage);
  }
  all.push_back({target, std::nullopt});
  return all;
}

std::string amount(double units) {
  return fmt::format("{:.6g}", units);
}

// "each evening at 22:00"
std::string daily(const std::string& at) {
  const double hour = clock_hours(at).value_or(0);
  const char* part = hour < 5    ? "night"
                     : hour < 12 ? "morning"
                     : hour < 17 ? "afternoon"
                                 : "evening";
  return fmt::format("each {} at {}", part, at);
}

// "Tue 1 Dec 2026"
std::string spoken(files::Date date) {
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day day{date};
  return fmt::format("{} {} {} {}", files::weekday(date), static_cast<unsigned>(day.day()),
                     months[static_cast<unsigned>(day.month()) - 1], static_cast<int>(day.year()));
}

std::string doses_text(std::optional<std::size_t> low, std::optional<std::size_t> high,
                       double measure_mg) {
  std::vector<std::string> near;
  if (low) near.push_back(fmt::format("{:g} mg", static_cast<double>(*low) * measure_mg));
  if (high) near.push_back(fmt::format("{:g} mg", static_cast<double>(*high) * measure_mg));
  return fmt::format("{}", fmt::join(near, " and "));
}

// Parts of the measure for a stage: exact, or the nearest that is asked for.  The nearest is never
// above `most_mg`, the next dose of the plan: rounding up must not run ahead of it.
Result<std::size_t> parts_of(const Maker& maker, std::int64_t measure, double mg, double most_mg,
                             bool nearest) {
  const std::int64_t wanted = grains(mg);
  const auto parts = static_cast<std::size_t>(wanted / measure);
  const bool between = wanted % measure != 0;
  if (!between && maker.makes(parts)) return parts;
  const double measure_mg = static_cast<double>(measure) * grain;
  const auto low = maker.below(parts), high = maker.above(parts + (between ? 1 : 0));
  const bool up = high && static_cast<double>(*high) * measure_mg <= most_mg + grain;
  if (nearest && (low || up)) {
    const auto gap = [&](std::size_t u) {
      return std::abs(static_cast<double>(u) * measure_mg - mg);
    };
    return !low ? *high : !up || gap(*low) <= gap(*high) ? *low : *high;
  }
  const std::string near = doses_text(low, high, measure_mg);
  std::string mend = "add a smaller strength with --have";
  if (low || up) {
    mend = fmt::format("{} can: add a strength with --have, or --nearest", near);
  } else if (high) {
    mend = fmt::format("{} is the least that can, too much here: {}", near, mend);
  }
  return fail(Code::unreachable_dose, fmt::format("{:g} mg cannot be made of what is at hand", mg),
              {}, mend);
}

Step step_of(const Schedule& schedule, const Maker& maker, std::size_t parts, double measure_mg) {
  Step step;
  step.mg = static_cast<double>(parts) * measure_mg;
  step.units = maker.units(parts);
  for (std::size_t k = 0; k < step.units.size(); ++k) {
    step.units[k] *= schedule.strengths[k].part();
  }
  return step;
}

Result<void> fill(Schedule& schedule, const std::vector<Stage>& stages, bool nearest) {
  const std::vector<std::int64_t> sizes = coins(schedule.strengths);
  std::int64_t measure = 0;
  for (const std::int64_t one : sizes) measure = std::gcd(measure, one);
  const double largest = std::ranges::max(sizes) * grain;
  const double measure_mg = static_cast<double>(measure) * grain;
  const auto most = static_cast<std::size_t>(std::ceil((stages.back().mg + largest) / measure_mg));
  if (most > most_parts) {
    return fail(Code::unreachable_dose, "the strengths have no common measure to count with", {},
                "round them to a tenth of a milligram");
  }
  const Maker maker(sizes, measure, most);
  int day = 1;
  for (std::size_t k = 0; k < stages.size(); ++k) {
    const Stage& stage = stages[k];
    const double next = k + 1 < stages.size() ? stages[k + 1].mg : stage.mg;
    VESPER_TRY(const std::size_t parts, parts_of(maker, measure, stage.mg, next, nearest));
    Step step = step_of(schedule, maker, parts, measure_mg);
    step.wanted = stage.mg;
    step.first = day;
    step.days = stage.days;
    if (step.days) day += *step.days;
    // Two steps may come out as one dose.
    if (!schedule.steps.empty() && std::abs(schedule.steps.back().mg - step.mg) < grain) {
      Step& before = schedule.steps.back();
      before.days = step.days ? std::optional(*before.days + *step.days) : std::nullopt;
    } else {
      schedule.steps.push_back(step);
    }
    if (std::abs(step.mg - step.wanted) > grain) {
      schedule.remarks.push_back(
          fmt::format("{:g} mg of the plan is taken as {:g} mg, the nearest that can be made",
                      step.wanted, step.mg));
    }
  }
  return {};
}

void count(Schedule& schedule) {
  schedule.totals.assign(schedule.strengths.size(), 0);
  for (const Step& step : schedule.steps) {
    for (std::size_t k = 0; k < step.units.size(); ++k) {
      schedule.totals[k] += step.units[k] * schedule.days_of(step);
    }
  }
  if (schedule.steps.back().first > schedule.course) {
    schedule.remarks.push_back(
        fmt::format("the last step begins on day {}, after the {} days that are counted",
                    schedule.steps.back().first, schedule.course));
  }
}

bool holds(const std::string& text, const char* word) {
  return text.find(word) != std::string::npos;
}

}  // namespace

std::string Strength::noun() const {
  if (product.divisible && holds(product.id, "solution")) return "mL";
  if (holds(product.id, "capsule")) return "capsule";
  if (holds(product.id, "tablet")) return "tablet";
  return "unit";
}

std::string Strength::text() const {
  if (noun() == "mL") return fmt::format("{:g} mg/mL", mg);
  return fmt::format("{:g} mg {}", mg, noun());
}

double Strength::part() const {
  return noun() == "mL" ? 0.1 : 1;
}

bool Schedule::takes(std::size_t strength) const {
  return std::ranges::any_of(steps, [&](const Step& one) { return one.units[strength] > 0; });
}

int Schedule::days_of(const Step& step) const {
  const int left = std::max(0, course - (step.first - 1));
  return step.days ? std::min(*step.days, left) : left;
}

std::optional<Packs> packs_of(const Schedule& schedule, std::size_t strength) {
  if (!schedule.pack) return std::nullopt;
  const double total = schedule.totals[strength];
  const double count = std::ceil(total / *schedule.pack - 1e-9);
  return Packs{static_cast<int>(count), std::max(0.0, count * *schedule.pack - total)};
}

Result<double> clock_hours(const std::string& at) {
  const auto digit = [&](std::size_t k) { return at[k] >= '0' && at[k] <= '9'; };
  const std::size_t colon = at.find(':');
  if ((colon == 1 || colon == 2) && at.size() == colon + 3 && digit(0) && digit(colon - 1) &&
      digit(colon + 1) && digit(colon + 2)) {
    const int hour = std::stoi(at), minute = std::stoi(at.substr(colon + 1));
    if (hour < 24 && minute < 60) return hour + minute / 60.0;
  }
  return fail(Code::bad_argument, fmt::format("'{}' is no clock time", at), {}, "such as 22:00");
}

Result<Schedule> make_schedule(const ScheduleRequest& request) {
  VESPER_CHECK(clock_hours(request.at));
  assert(!request.pack || *request.pack > 0);
  Schedule schedule;
  schedule.plan = request.plan;
  schedule.target = request.target.value_or(request.plan.target.value_or(request.usual));
  schedule.strengths = request.strengths;
  schedule.start = request.start;
  schedule.at = request.at;
  schedule.course = request.course;
  schedule.pack = request.pack;
  if (schedule.strengths.empty()) {
    return fail(Code::no_strengths, "no strength is at hand", {}, "name one with --have");
  }
  std::ranges::stable_sort(schedule.strengths, std::greater(), &Strength::mg);
  for (const Strength& one : schedule.strengths) {
    if (grains(one.mg * one.part()) >= 1) continue;
    return fail(Code::no_strengths, fmt::format("a unit of {:g} mg is too small to count", one.mg));
  }
  VESPER_TRY(const std::vector<Stage> stages, stages_of(schedule.plan, schedule.target));
  VESPER_CHECK(fill(schedule, stages, request.nearest));
  count(schedule);
  for (std::size_t k = 0; k < schedule.strengths.size(); ++k) {
    const Strength& one = schedule.strengths[k];
    if (one.of_the_house || !schedule.takes(k)) continue;
    schedule.remarks.push_back(fmt::format(
        "no product holds {:g} mg: simulated as a capsule like {}", one.mg, one.product.id));
  }
  return schedule;
}

Result<std::vector<Strength>> read_strengths(const std::vector<std::string>& names,
                                             const Knowledge& knowledge,
                                             const files::SearchPath& search) {
  dosing::Catalogue catalogue(search);
  std::vector<Strength> all;
  VESPER_TRY(const units::Unit mg, units::Unit::parse("mg"));
  for (const std::string& name : names) {
    Strength one;
    const auto amount = units::parse_in(name, mg);
    if (amount) {
      if (!(*amount > 0 && *amount <= 1000)) {
        return fail(Code::no_strengths, fmt::format("'{}' is no strength of a capsule", name), {},
                    "above 0 and at most 1000 mg, such as 0.5mg");
      }
      const std::string house = fmt::format("ldn-capsule-{:g}mg", *amount);
      auto found = catalogue.product(house, {}, {});
      one.of_the_house = found.has_value();
      if (!found) found = catalogue.product(knowledge.capsule, {}, {});
      VESPER_TRY(one.product, std::move(found));
      one.product.strength = *amount;
    } else {
      auto found = catalogue.product(name, {}, {});
      if (!found && !name.empty() && name[0] >= '0' && name[0] <= '9') {
        return fail(Code::no_strengths, fmt::format("'{}' is no strength of a capsule", name), {},
                    "a number and a unit of mass, such as 0.5mg");
      }
      VESPER_TRY(one.product, std::move(found));
    }
    one.mg = one.product.strength;
    if (one.product.drug != "naltrexone" || one.product.route != "oral" ||
        one.product.form != "hydrochloride") {
      return fail(Code::no_strengths,
                  fmt::format("'{}' is no naltrexone that is stepped up by mouth", name), {},
                  "name capsules, tablets or a liquid of naltrexone hydrochloride");
    }
    const bool twice = std::ranges::any_of(all, [&](const Strength& other) {
      return other.product.id == one.product.id && other.mg == one.mg;
    });
    if (!twice) all.push_back(std::move(one));
  }
  return all;
}

std::string units_text(const Schedule& schedule, const Step& step) {
  std::vector<std::string> parts;
  for (std::size_t k = 0; k < step.units.size(); ++k) {
    if (step.units[k] == 0) continue;
    const Strength& one = schedule.strengths[k];
    const std::string noun = one.noun();
    const bool several = noun != "mL" && step.units[k] != 1;
    parts.push_back(noun == "mL" ? fmt::format("{} mL of {:g} mg/mL", amount(step.units[k]), one.mg)
                                 : fmt::format("{} {}{} of {:g} mg", amount(step.units[k]), noun,
                                               several ? "s" : "", one.mg));
  }
  return fmt::format("{}", fmt::join(parts, " and "));
}

std::string totals_text(const Schedule& schedule) {
  std::vector<std::string> totals;
  for (std::size_t k = 0; k < schedule.totals.size(); ++k) {
    if (schedule.totals[k] == 0) continue;
    const Strength& one = schedule.strengths[k];
    const bool liquid = one.noun() == "mL";
    std::string text = liquid
                           ? fmt::format("{} mL of {:g} mg/mL", amount(schedule.totals[k]), one.mg)
                           : fmt::format("{} × {}", amount(schedule.totals[k]), one.text());
    if (const auto packs = packs_of(schedule, k)) {
      text += fmt::format(" ({} pack{} of {}{}, {} left over)", packs->count,
                          packs->count == 1 ? "" : "s", amount(*schedule.pack), liquid ? " mL" : "",
                          amount(packs->left));
    }
    totals.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(totals, ", "));
}

std::vector<std::string> label_lines(const Schedule& schedule) {
  std::vector<std::string> lines;
  for (const Step& step : schedule.steps) {
    const double units = std::accumulate(step.units.begin(), step.units.end(), 0.0);
    lines.push_back(fmt::format(
        "From {}: {}{} {}, {}.", spoken(schedule.first_of(step)), units_text(schedule, step),
        units == 1 ? "" : fmt::format(" ({:g} mg)", step.mg), daily(schedule.at),
        step.days ? fmt::format("for {} day{}", *step.days, *step.days == 1 ? "" : "s")
                  : "from then on"));
  }
  return lines;
}

}  // namespace vesper::titration

// Readings of the model of withdrawal: nothing is computed here but maxima, ratios and times.
#include "safety/competition.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "safety/competition_scene.h"
#include "simulate/single.h"

namespace vesper::safety {

namespace {

constexpr double day = 24;       // [h]
constexpr double no_room = 999;  // the model's cap of "doses that halve breathing" is 1000
constexpr const char* all_hypotheses = "all";

// One run of a study: what was watched, over its times.
class Curves {
 public:
  Curves() = default;
  Curves(const simulate::Study& study, std::vector<double> values)
      : times_(&study.grid()), width_(study.watched().size()), values_(std::move(values)) {}

  bool there() const { return !values_.empty(); }
  // The output time nearest to `hour`.
  std::size_t row(double hour) const {
    const auto next = std::ranges::lower_bound(*times_, hour);
    if (next == times_->begin()) return 0;
    const auto k = static_cast<std::size_t>(next - times_->begin());
    if (k == times_->size()) return k - 1;
    return hour - (*times_)[k - 1] <= (*times_)[k] - hour ? k - 1 : k;
  }
  double time(std::size_t row) const { return (*times_)[row]; }
  double value(std::size_t output, std::size_t row) const { return values_[row * width_ + output]; }
  double at(std::size_t output, double hour) const { return value(output, row(hour)); }
  // The row of the largest (or least) value of [from, to].
  std::size_t largest(std::size_t output, double from, double to) const {
    std::size_t best = row(from);
    for (std::size_t k = best; k <= row(to); ++k) {
      if (value(output, k) > value(output, best)) best = k;
    }
    return best;
  }
  Curve curve(std::size_t output, double origin, const std::vector<double>& hours) const {
    Curve drawn{hours, {}};
    for (const double hour : hours) drawn.values.push_back(at(output, origin + hour));
    return drawn;
  }
  double least(std::size_t output, double from, double to) const {
    double low = at(output, from);
    for (std::size_t k = row(from); k <= row(to); ++k) low = std::min(low, value(output, k));
    return low;
  }

 private:
  const std::vector<double>* times_ = nullptr;
  std::size_t width_ = 0;
  std::vector<double> values_;
};

Result<simulate::Study> prepare(const std::string& text, const CompetitionRequest& request,
                                const files::SearchPath& search) {
  VESPER_TRY(const files::Source source, files::check("simulation of the check", text));
  VESPER_TRY(simulate::Protocol protocol, simulate::parse_protocol(source, search));
  simulate::Options options = request.engine;
  options.seed = request.seed;
  options.hypotheses = std::vector<std::string>{all_hypotheses};
  return simulate::Study::prepare(std::move(protocol), options, search);
}

// Every run over the threads; a failed one has no curves, and the first failure of the typical
// patient is the error.
struct Ran {
  std::vector<Curves> curves;
  std::size_t failed = 0;  // draws
};
Result<Ran> solve(const simulate::Study& study, const std::vector<simulate::Subject>& subjects,
                  const std::vector<simulate::Study::Run>& runs, unsigned threads) {
  Ran ran;
  ran.curves.resize(runs.size());
  std::vector<std::optional<solve::Failure>> failures(runs.size());
  tbb::task_arena arena(threads == 0 ? tbb::task_arena::automatic : static_cast<int>(threads));
  const auto workers = static_cast<std::size_t>(arena.max_concurrency());
  const std::size_t share = (runs.size() + workers - 1) / workers;
  const std::size_t some = std::clamp<std::size_t>(study.batch(), 1, share);
  const std::size_t parts = (runs.size() + some - 1) / some;
  const auto part = [&](std::size_t p) {
    const std::size_t from = p * some, to = std::min(runs.size(), from + some);
    study.solve_all(subjects, std::span(runs).subspan(from, to - from), 1e300, nullptr,
                    [&](std::size_t i, solve::Solution solution) {
                      failures[from + i] = solution.failure;
                      if (solution.failure) return;
                      ran.curves[from + i] = Curves(study, std::move(solution.values));
                    });
  };
  arena.execute([&] { tbb::parallel_for(std::size_t{0}, parts, part); });
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!failures[i]) continue;
    if (subjects[runs[i].subject].uncertainty_draw == 0) {
      return tl::unexpected(simulate::run_failure(*failures[i], "simulation of the check"));
    }
    ++ran.failed;
  }
  return ran;
}

// ---- Withdrawal
// ------------------------------------------------------------------------------------ In the order
// of `watch` in competition_plan.cpp.
enum Watched : std::size_t { cows, tone, held, if_blocked, dependence, gut, halves_free };

class Withdrawal {
 public:
  Withdrawal(const Scene& scene, const CompetitionData& data, const CompetitionRequest& request,
             Competition& result)
      : scene_(scene), data_(data), request_(request), result_(result) {
    days_ = std::min(request.days.value_or(data.days), most_competition_days);
    draws_ = std::min(request.draws.value_or(data.draws), most_competition_draws);
  }

  Result<void> run(const files::SearchPath& search) {
    plan_ = withdrawal_plan(scene_, data_, days_);
    result_.withdrawal_protocol = plan_.text;
    result_.hours = scene_.horizon.course;
    VESPER_TRY(const simulate::Study study, prepare(plan_.text, request_, search));
    hypotheses_ = study.hypotheses().size();
    for (const equations::Hypothesis& one : study.hypotheses()) {
      result_.hypotheses.push_back(one.id);
      result_.labels.push_back(one.label);
    }
    std::vector<simulate::Subject> subjects;
    std::vector<simulate::Study::Run> runs;
    set_runs(study, subjects, runs);
    VESPER_TRY(const Ran ran, solve(study, subjects, runs, request_.engine.threads));
    for (unsigned later = 0; later <= days_; ++later) first_dose(ran.curves, later);
    if (draws_ > 0) band(ran);
    tolerance(ran.curves);
    return {};
  }

 private:
  // The typical patient through every arm, then the draws through "day 0".
  void set_runs(const simulate::Study& study, std::vector<simulate::Subject>& subjects,
                std::vector<simulate::Study::Run>& runs) const {
    for (unsigned draw = 0; draw <= draws_; ++draw) subjects.push_back(study.subject(0, draw));
    for (std::size_t arm = 0; arm < days_ + 2; ++arm) {
      for (std::size_t h = 0; h < hypotheses_; ++h) runs.push_back({0, arm, h});
    }
    for (unsigned draw = 1; draw <= draws_; ++draw) {
      for (std::size_t h = 0; h < hypotheses_; ++h) runs.push_back({draw, 1, h});
    }
  }
  const Curves& arm(const std::vector<Curves>& all, std::size_t arm, std::size_t h) const {
    return all[arm * hypotheses_ + h];
  }

  void first_dose(const std::vector<Curves>& all, unsigned later) {
    FirstDose dose{later, scene_.start + std::chrono::days(later), {}};
    for (std::size_t h = 0; h < hypotheses_; ++h) {
      dose.courses.push_back(
          course(arm(all, later + 1, h), arm(all, 0, h), plan_.at(later), later == 0));
    }
    result_.first_doses.push_back(std::move(dose));
  }

  Course course(const Curves& with, const Curves& without, double first, bool whole) const {
    const double end = first + data_.window;
    Course one;
    const std::size_t worst = with.largest(cows, first, end);
    one.before = with.at(cows, first);
    one.peak = with.value(cows, worst);
    one.peak_at = with.time(worst) - first;
    one.alone = without.value(cows, without.largest(cows, first, end));
    one.tone_before = with.at(tone, first);
    one.tone_least = with.least(tone, first, end);
    one.tone_alone = without.least(tone, first, end);
    one.held = with.at(held, first);
    one.dependence = with.at(dependence, first);
    one.if_blocked = with.at(if_blocked, first);
    one.gut_before = with.at(gut, first);
    one.gut_least = with.least(gut, first, first + day);
    rise(with, first, end, one);
    if (!whole) return one;
    for (const double hour : result_.hours) {
      one.cows.push_back(with.at(cows, first + hour));
      one.tone.push_back(with.at(tone, first + hour));
    }
    const std::vector<double> drawn = drawn_hours();
    one.cows_curve = with.curve(cows, first, drawn);
    one.tone_curve = with.curve(tone, first, drawn);
    one.alone_curve = without.curve(cows, first, drawn);
    for (std::size_t k = with.row(first); k < with.row(first + result_.hours.back()); ++k) {
      if (with.value(cows, k) >= data_.moderate) one.moderate += with.time(k + 1) - with.time(k);
    }
    return one;
  }

  // From a day before the planned first dose, as far as the opioid's last dose allows.
  std::vector<double> drawn_hours() const {
    std::vector<double> hours;
    const double from = -std::min(day, plan_.first - plan_.last_opioid);
    for (double hour = from; hour <= data_.window; hour += 0.5) hours.push_back(hour);
    return hours;
  }

  void rise(const Curves& with, double first, double end, Course& one) const {
    for (std::size_t k = with.row(first); k <= with.row(end); ++k) {
      const double now = with.value(cows, k), hour = with.time(k);
      if (!one.onset && now >= one.before + data_.sudden) one.onset = hour - first;
      if (hour < first + 1) continue;
      one.steepest = std::max(one.steepest, now - with.at(cows, hour - 1));
    }
  }

  void band(const Ran& ran) {
    result_.draws = draws_;
    result_.failed_draws = static_cast<unsigned>(ran.failed);
    std::vector<const Curves*> all;
    for (std::size_t h = 0; h < hypotheses_; ++h) all.push_back(&arm(ran.curves, 1, h));
    for (std::size_t i = (days_ + 2) * hypotheses_; i < ran.curves.size(); ++i) {
      if (ran.curves[i].there()) all.push_back(&ran.curves[i]);
    }
    const auto range = [&](const auto& read) {
      Range found{read(*all.front()), read(*all.front())};
      for (const Curves* one : all) {
        found.low = std::min(found.low, read(*one));
        found.high = std::max(found.high, read(*one));
      }
      return found;
    };
    const double first = plan_.first, end = first + data_.window;
    for (const double hour : result_.hours) {
      result_.band.push_back(range([&](const Curves& one) { return one.at(cows, first + hour); }));
    }
    result_.band_hours = drawn_hours();
    for (const double hour : result_.band_hours) {
      result_.band_curve.push_back(
          range([&](const Curves& one) { return one.at(cows, first + hour); }));
    }
    const auto peak = [&](const Curves& one) {
      return one.value(cows, one.largest(cows, first, end));
    };
    result_.peak_band = range(peak);
    result_.rise_band = range([&](const Curves& one) { return peak(one) - one.at(cows, first); });
  }

  void tolerance(const std::vector<Curves>& all) {
    if (!scene_.central) return;
    ToleranceLost lost;
    lost.days = data_.tolerance_days;
    for (std::size_t h = 0; h < hypotheses_; ++h) {
      const Curves& with = arm(all, 1, h);
      const double then = with.at(halves_free, plan_.last_opioid);
      auto& factors = lost.factors.emplace_back();
      for (const double after : lost.days) {
        const double later = with.at(halves_free, plan_.last_opioid + after * day);
        const bool room = then < no_room && later < no_room;
        factors.push_back(room ? std::optional(then / later) : std::nullopt);
      }
    }
    result_.lost = std::move(lost);
  }

  const Scene& scene_;
  const CompetitionData& data_;
  const CompetitionRequest& request_;
  Competition& result_;
  WithdrawalPlan plan_;
  unsigned days_ = 0, draws_ = 0;
  std::size_t hypotheses_ = 0;
};

// ---- Block
// -----------------------------------------------------------------------------------------
enum WatchedBlock : std::size_t { prevented, times_dose, halves, halves_without };

Block::Under under(const Curves& curves, const BlockPlan& plan, const Block& block,
                   double blocked) {
  Block::Under one;
  const double end = plan.last + block.follow;
  one.highest = curves.value(prevented, curves.largest(prevented, plan.last, end));
  one.halves_most = curves.value(halves, curves.largest(halves, plan.last, end));
  for (std::size_t k = curves.row(plan.last); k <= curves.row(end); ++k) {
    if (!(curves.value(prevented, k) > blocked)) continue;
    one.blocked = true;
    one.ends = curves.time(std::min(k + 1, curves.row(end))) - plan.last;
  }
  if (one.blocked && curves.at(prevented, end) > blocked) one.ends.reset();
  if (plan.before > 0) {
    one.least_taken = curves.least(prevented, plan.last - plan.before, plan.last);
    one.times_least_taken = curves.least(times_dose, plan.last - plan.before, plan.last);
  }
  std::vector<double> drawn;
  for (int k = 0; k <= 200; ++k) drawn.push_back(block.follow * k / 200);
  one.curve = curves.curve(prevented, plan.last, drawn);
  for (const double after : block.at) {
    one.prevented.push_back(curves.at(prevented, plan.last + after));
    one.times.push_back(curves.at(times_dose, plan.last + after));
    one.halves.push_back(curves.at(halves, plan.last + after));
  }
  return one;
}

Result<void> run_block(const Scene& scene, const CompetitionData& data,
                       const CompetitionRequest& request, const files::SearchPath& search,
                       Competition& result) {
  const BlockPlan plan = block_plan(scene, data);
  result.block_protocol = plan.text;
  VESPER_TRY(const simulate::Study study, prepare(plan.text, request, search));
  Block block;
  for (const NaltrexoneLine* line : last_lines(scene)) block.lines.push_back(line->text());
  block.doses = plan.doses;
  block.over = plan.last;
  block.follow = scene.horizon.follow;
  block.at = scene.horizon.at;
  std::vector<simulate::Study::Run> runs;
  result.hypotheses.clear();
  result.labels.clear();
  for (std::size_t h = 0; h < study.hypotheses().size(); ++h) {
    runs.push_back({0, 0, h});
    result.hypotheses.push_back(study.hypotheses()[h].id);
    result.labels.push_back(study.hypotheses()[h].label);
  }
  VESPER_TRY(const Ran ran, solve(study, {study.subject(0)}, runs, request.engine.threads));
  for (const Curves& one : ran.curves) {
    block.under.push_back(under(one, plan, block, data.blocked));
    block.halves_open = one.at(halves_without, plan.end);
  }
  result.block = std::move(block);
  return {};
}

// The sentences whose subjects are all there.
void choose_sentences(const Scene& scene, const CompetitionData& data, Competition& result) {
  std::vector<std::string> there;
  if (result.withdrawal) there.push_back("withdrawal");
  if (result.block) there.push_back("block");
  if (result.lost) there.push_back("tolerance");
  if (scene.first_mg < 1) there.push_back("low dose");
  for (const OpioidTaken& one : scene.opioids) there.push_back(one.drug);
  for (const Sentence& one : data.say) {
    const bool fits = std::ranges::all_of(one.about, [&](const std::string& subject) {
      return std::ranges::find(there, subject) != there.end();
    });
    if (fits) result.say.push_back(one);
  }
}

}  // namespace

Result<Competition> simulate_competition(const CompetitionRequest& request,
                                         const files::SearchPath& search) {
  VESPER_TRY(const CompetitionData data, read_competition(search, request.vocabulary));
  VESPER_TRY(const Scene scene, set_scene(request, data, search));
  Competition result;
  result.start = scene.start;
  result.seed = request.seed;
  result.opioids = scene.opioids;
  result.left_out = scene.left_out;
  result.withdrawal = scene.central;
  result.window = data.window;
  result.sudden = data.sudden;
  result.mild = data.mild;
  result.moderate = data.moderate;
  result.blocked = data.blocked;
  for (const NaltrexoneLine& line : scene.lines) result.regimen.push_back(line.text());
  if (!scene.opioids.empty()) {
    VESPER_CHECK(Withdrawal(scene, data, request, result).run(search));
  }
  if (!scene.lines.empty()) {
    VESPER_CHECK(run_block(scene, data, request, search, result));
  }
  choose_sentences(scene, data, result);
  return result;
}

}  // namespace vesper::safety

#include "compounding/exposure.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "population/random.h"
#include "simulate/metrics.h"
#include "simulate/single.h"

namespace vesper::compounding {

namespace {

constexpr double day = 24;                                // [h]
constexpr double change = exposure_days * day + bedtime;  // [h] the first unit of the batch

// --- the units that are taken --------------------------------------------------------------------

Exposure::Batch drawn(const Assayed& assayed, std::uint64_t seed) {
  Exposure::Batch batch;
  batch.says = fmt::format("the {} assayed units, drawn at random", assayed.contents.size());
  const population::RandomKey key{seed, 100, 0, population::Stream::compounding};
  for (int i = 0; i < exposure_days; ++i) {
    const double at = population::uniform(key, static_cast<std::uint64_t>(i)) *
                      static_cast<double>(assayed.contents.size());
    batch.contents.push_back(assayed.contents[static_cast<std::size_t>(at)]);
  }
  return batch;
}

Exposure::Batch simulated(const Uniformity& uniformity, std::size_t number,
                          const std::string& which) {
  Exposure::Batch batch;
  batch.contents.resize(exposure_days);
  Batches(uniformity.variation, uniformity.seed).contents(number, 0, batch.contents);
  batch.says = fmt::format("simulated batch {}, {}", number + 1, which);
  return batch;
}

void choose(const Uniformity& uniformity, const std::optional<Assayed>& assayed, Exposure& found) {
  if (assayed) {
    found.batches.push_back(drawn(*assayed, uniformity.seed));
    found.failing = assayed->verdict.says == Verdict::Says::failed;
    return;
  }
  found.failing = !uniformity.failed.empty();
  if (!found.failing) {
    found.batches.push_back(
        simulated(uniformity, uniformity.worst, "the worst of them; none fails"));
    return;
  }
  found.batches.push_back(simulated(uniformity, uniformity.failed[uniformity.failed.size() / 2],
                                    "in the middle of those that fail"));
  found.batches.push_back(simulated(uniformity, uniformity.failed.back(), "the worst"));
}

// --- the study -----------------------------------------------------------------------------------

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

Result<simulate::Protocol> protocol(const Recipe& recipe, const Exposure& exposure,
                                    const files::SearchPath& search) {
  const double weeks = 2.0 * exposure_days / 7;
  const std::string text = fmt::format(
      "title: units of a batch\nmodel: naltrexone\nduration: {} weeks\nhypotheses: all\n"
      "watch: [plasma naltrexone in ng/mL, MOR occupancy in %]\narms:\n"
      "  label:\n    - {{product: {}, every: 24 h, at: \"{:02.0f}:00\"}}\n",
      weeks, quoted(recipe.product->id), bedtime);
  VESPER_TRY(const files::Source source, files::check(recipe.source.name(), text));
  VESPER_TRY(simulate::Protocol found, simulate::parse_protocol(source, search));
  const dosing::RegimenItem label = found.arms.front().regimen.items.front();
  for (const Exposure::Batch& batch : exposure.batches) {
    simulate::Arm arm{batch.says, {}, {}};
    arm.regimen.items.push_back(label);
    arm.regimen.items.back().until = change - 1e-6;
    for (std::size_t i = 0; i < batch.contents.size(); ++i) {
      dosing::RegimenItem one = label;
      one.count = batch.contents[i] / 100;
      one.first = change + static_cast<double>(i) * day;
      one.every = 0;
      one.until = std::numeric_limits<double>::infinity();
      arm.regimen.items.push_back(std::move(one));
    }
    found.arms.push_back(std::move(arm));
  }
  found.duration += day;  // to the end of the last dose's day
  found.grid = {{0, found.duration, day}};
  return found;
}

Spread spread(const std::vector<double>& days) {
  const auto [low, high] = std::minmax_element(days.begin(), days.end());
  double sum = 0;
  for (const double one : days) sum += one;
  return {sum / static_cast<double>(days.size()), *low, *high};
}

Exposure::Row row(const solve::Solution& solution, std::size_t width) {
  std::vector<double> plasma, occupancy;
  for (std::size_t i = 0; i < solution.trace.times.size(); ++i) {
    plasma.push_back(solution.trace.values[i * width]);
    occupancy.push_back(solution.trace.values[i * width + 1]);
  }
  const simulate::Curve drug{solution.trace.times, plasma};
  const simulate::Curve receptor{solution.trace.times, occupancy};
  std::vector<double> areas, peaks, hours;
  for (int i = 0; i < exposure_days; ++i) {
    const double from = change + i * day, to = from + day;
    areas.push_back(simulate::area(drug, from, to));
    peaks.push_back(simulate::maximum(drug, from, to).value);
    hours.push_back(simulate::hours_above(receptor, 50, from, to));
  }
  Exposure::Row found;
  found.area = spread(areas);
  found.peak = spread(peaks);
  found.hours = spread(hours);
  return found;
}

}  // namespace

Result<Exposure> exposure(const Recipe& recipe, const Uniformity& uniformity,
                          const std::optional<Assayed>& assayed, const simulate::Options& options,
                          const files::SearchPath& search) {
  if (!recipe.product) {
    return fail(Code::bad_recipe, "the recipe names no product, and only products are simulated",
                recipe.source.whole(), "add a line such as product: ldn-capsule-4.5mg");
  }
  Exposure found;
  found.product = recipe.product->name;
  choose(uniformity, assayed, found);
  VESPER_TRY(simulate::Protocol prepared, protocol(recipe, found, search));
  found.model = prepared.model.filename().string();
  VESPER_TRY(const simulate::Study study,
             simulate::Study::prepare(std::move(prepared), options, search));
  for (std::size_t h = 0; h < study.hypotheses().size(); ++h) {
    const equations::Hypothesis& hypothesis = study.hypotheses()[h];
    for (std::size_t arm = 0; arm <= found.batches.size(); ++arm) {
      const solve::Solution solution = study.solve(0, arm, h, 0, change);
      if (solution.failure) {
        return tl::unexpected(simulate::run_failure(*solution.failure, "the typical patient"));
      }
      Exposure::Row one = row(solution, study.watched().size());
      one.hypothesis =
          hypothesis.label.empty() ? hypothesis.id : hypothesis.id + " " + hypothesis.label;
      one.batch = arm;
      found.rows.push_back(std::move(one));
    }
  }
  return found;
}

}  // namespace vesper::compounding

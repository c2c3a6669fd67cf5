#include "compounding/exposure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "simulate/band.h"
#include "simulate/single.h"
#include "titration/plans.h"

namespace vesper::compounding {

namespace {

constexpr double day = 24, fine = 0.1;      // [h]
constexpr double level = 50;                // [%] of occupancy
constexpr int before = 14, most_read = 30;  // [d]
enum Watched : std::size_t { plasma, occupancy, watched };

using Figures = std::array<double, 5>;

Figures read(const std::vector<double>& times, const std::vector<double>& values, double from,
             double to) {
  const auto first =
      static_cast<std::size_t>(std::ranges::lower_bound(times, from - 1e-6) - times.begin());
  const auto last =
      static_cast<std::size_t>(std::ranges::upper_bound(times, to + 1e-6) - times.begin());
  Figures found = {0, 0, 0, 100, 0};
  for (std::size_t k = first; k < last; ++k) {
    const double c = values[k * watched + plasma], o = values[k * watched + occupancy];
    found[0] = std::max(found[0], c);
    found[2] = std::max(found[2], o);
    found[3] = std::min(found[3], o);
    if (k + 1 == last) break;
    const double c2 = values[(k + 1) * watched + plasma],
                 o2 = values[(k + 1) * watched + occupancy];
    const double width = times[k + 1] - times[k];
    found[1] += width * (c + c2) / 2;
    const double above = std::max(o, o2) - level, span = std::abs(o - o2);
    if (above > 0) found[4] += width * (std::min(o, o2) >= level ? 1 : above / span);
  }
  return found;
}

DaySpread spread(double label, std::vector<double> days) {
  std::ranges::sort(days);
  return {label, days.front(), simulate::quantile(days, 0.5), days.back()};
}

std::string protocol(const std::string& model, const std::string& product, int days) {
  const double read_from = before * day, end = (before + days) * day;
  std::string text = fmt::format(
      "title: Units of uneven content\nmodel: {}\nduration: {:.6g} h\narms:\n"
      "  label:\n    - {{product: {}, every: 24 h}}\n  units:\n",
      model, end + 1, product);
  for (int k = 0; k < before + days; ++k) {
    text += fmt::format("    - {{product: {}, from: {:.6g} h}}\n", product, k * day);
  }
  return text + fmt::format(
                    "hypotheses: all\nwatch: [plasma naltrexone, MOR occupancy in %]\noutput:\n"
                    "  - {{from: {:.6g} h, until: {:.6g} h, every: {} h}}\n",
                    read_from, end, fine);
}

}  // namespace

Result<Exposure> exposure_of(const Recipe& recipe, const std::vector<double>& percent,
                             const std::string& of, const simulate::Options& options,
                             const files::SearchPath& search) {
  if (!recipe.product || !recipe.counted()) {
    return fail(Code::bad_recipe, "an exposure needs a `product` that is counted",
                recipe.source.whole(),
                "name the product that these are, such as ldn-capsule-4.5mg");
  }
  VESPER_TRY(const titration::Knowledge knowledge, titration::read_knowledge(search));
  Exposure result;
  result.before = before;
  result.days = std::min<int>(static_cast<int>(percent.size()), most_read);
  result.model = knowledge.model;
  result.of = of;
  VESPER_TRY(const files::Source source,
             files::check("units of the batch",
                          protocol(knowledge.model, recipe.product->id, result.days)));
  VESPER_TRY(simulate::Protocol protocol, simulate::parse_protocol(source, search));
  auto& units = protocol.arms[1].regimen.items;
  for (std::size_t k = 0; k < units.size(); ++k) {
    units[k].product.strength *= percent[k % percent.size()] / 100;
  }
  simulate::Options chosen = options;
  chosen.hypotheses = std::vector<std::string>{"all"};
  VESPER_TRY(const simulate::Study study,
             simulate::Study::prepare(std::move(protocol), chosen, search));
  result.unit = study.watched()[plasma].unit;
  for (std::size_t h = 0; h < study.hypotheses().size(); ++h) {
    result.hypotheses.push_back(study.hypotheses()[h].id);
    result.labels.push_back(study.hypotheses()[h].label);
    const solve::Solution label = study.solve(0, 0, h, 0, 1e300);
    const solve::Solution uneven = study.solve(0, 1, h, 0, 1e300);
    for (const solve::Solution* one : {&label, &uneven}) {
      if (one->failure) {
        return tl::unexpected(simulate::run_failure(*one->failure, "units of the batch"));
      }
    }
    const double end = (before + result.days) * day;
    const Figures steady = read(study.grid(), label.values, end - day, end);
    std::array<std::vector<double>, 5> days;
    for (int k = 0; k < result.days; ++k) {
      const double from = (before + k) * day;
      const Figures one = read(study.grid(), uneven.values, from, from + day);
      for (std::size_t f = 0; f < one.size(); ++f) days[f].push_back(one[f]);
    }
    const auto figure = [&](std::size_t f) { return spread(steady[f], days[f]); };
    result.under.push_back({figure(0), figure(1), figure(2), figure(3), figure(4)});
  }
  return result;
}

}  // namespace vesper::compounding

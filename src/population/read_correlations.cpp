// Correlations and covariances: a pair that cannot be is named, with what it could be.
#include <fmt/format.h>

#include <cmath>
#include <map>

#include "population/read.h"

namespace vesper::population {

namespace {

using files::Yaml;

// The end of an admissible range, rounded into it.
std::string inward(double value, bool lower) {
  const double rounded = (lower ? std::ceil(value * 1000) : std::floor(value * 1000)) / 1000;
  return fmt::format("{:g}", rounded == 0 ? 0.0 : rounded);
}

}  // namespace

Result<Matrix> factor_or_refuse(
    const Matrix& correlation, const std::vector<std::string>& names,
    const std::function<Place(std::size_t row, std::size_t column)>& place) {
  Factored factored = factor(correlation);
  if (!factored.offence) return std::move(factored.factor);
  const auto& [row, column, range] = *factored.offence;
  const double r = correlation(row, column);
  return fail(
      Code::not_positive_definite,
      fmt::format("'{}' and '{}' cannot {} beside the other correlations", names[column],
                  names[row], r == 0 ? "be uncorrelated" : fmt::format("correlate by {:.4g}", r)),
      place(row, column),
      range ? fmt::format("with the others as they stand it must lie between {} and {}",
                          inward(range->first, true), inward(range->second, false))
            : "more than one correlation is too strong: weaken them");
}

Result<Matrix> read_correlations(const Yaml* list, const std::vector<std::string>& names,
                                 const std::function<Result<std::size_t>(const Yaml& name)>& find) {
  Matrix correlation = Matrix::identity(names.size());
  if (list == nullptr) return correlation;
  if (!list->is_list()) {
    return fail(Code::wrong_type, "correlations are a list of [name, name, number]", list->place());
  }
  std::map<std::pair<std::size_t, std::size_t>, Place> places;
  for (const Yaml& pair : list->items()) {
    if (!pair.is_list() || pair.items().size() != 3) {
      return fail(Code::bad_correlation, "a correlation is [name, name, number]", pair.place(),
                  "such as [age, weight, 0.3]");
    }
    VESPER_TRY(const std::size_t a, find(pair.items()[0]));
    VESPER_TRY(const std::size_t b, find(pair.items()[1]));
    const Yaml& number = pair.items()[2];
    VESPER_TRY(const double r, number.in(units::Unit()));
    if (a == b) {
      return fail(Code::bad_correlation, fmt::format("'{}' is correlated with itself", names[a]),
                  pair.place());
    }
    if (!(r > -1 && r < 1)) {
      return fail(Code::bad_correlation,
                  fmt::format("correlation '{}' must lie between -1 and 1", number.raw()),
                  number.place());
    }
    const auto key = std::pair(std::max(a, b), std::min(a, b));
    if (!places.emplace(key, pair.place()).second) {
      return fail(
          Code::bad_correlation,
          fmt::format("the correlation of '{}' and '{}' is given twice", names[a], names[b]),
          pair.place(), "keep one of them");
    }
    correlation(a, b) = correlation(b, a) = r;
  }
  return factor_or_refuse(correlation, names, [&](std::size_t row, std::size_t column) {
    const auto given = places.find({row, column});
    return given == places.end() ? list->place() : given->second;
  });
}

}  // namespace vesper::population

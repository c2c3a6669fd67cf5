// Taking two strengths together is ordinary (3 mg + 1.5 mg); the same product twice at one moment,
// or the last dose of one step on the evening of the first dose of the next, is a slip of the pen.
#include "dosing/overlap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace vesper::dosing {

namespace {

constexpr double same_moment = 1e-6;           // [h]
constexpr std::size_t most_looked_at = 10000;  // doses of one line; three a day for nine years

double last_dose(const RegimenItem& item) {
  if (item.every == 0) return item.first;
  if (std::isinf(item.until)) return item.until;
  return item.first + item.every * (std::ceil((item.until - item.first) / item.every - 1e-9) - 1);
}

bool gives_dose_at(const RegimenItem& item, double time) {
  if (time < item.first - same_moment || time > last_dose(item) + same_moment) return false;
  if (item.every == 0) return true;
  const double away = std::remainder(time - item.first, item.every);
  return std::abs(away) <= same_moment;
}

struct Common {
  std::size_t count = 0;
  double first = 0;  // [h]
};

// Doses of `a` that `b` gives as well, up to two.
Common common_doses(const RegimenItem& a, const RegimenItem& b) {
  Common common;
  const double last = std::min(last_dose(a), last_dose(b));
  const double start = std::max(a.first, b.first);
  const double skipped = a.every > 0 ? std::max(0.0, std::floor((start - a.first) / a.every)) : 0;
  for (std::size_t k = 0; k < most_looked_at && common.count < 2; ++k) {
    const double time = a.first + (skipped + static_cast<double>(k)) * a.every;
    if (time > last + same_moment) break;
    if (gives_dose_at(b, time)) {
      if (common.count++ == 0) common.first = time;
    }
    if (a.every == 0) break;
  }
  return common;
}

bool continues(const RegimenItem& earlier, const RegimenItem& later) {
  return earlier.every > 0 && earlier.first < later.first && last_dose(earlier) < last_dose(later);
}

std::string moment(double time) {
  const auto minutes = static_cast<long>(std::lround(time * 60));
  return fmt::format("day {} {:02}:{:02}", minutes / 1440 + 1, minutes / 60 % 24, minutes % 60);
}

}  // namespace

Result<void> check_overlap(const Regimen& regimen) {
  const auto& items = regimen.items;
  for (std::size_t j = 1; j < items.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      const RegimenItem& a = items[i];
      const RegimenItem& b = items[j];
      const bool same_product = a.product.file.name() == b.product.file.name();
      const bool same_entry =
          a.product.drug == b.product.drug && a.product.route == b.product.route;
      if (!same_product && !same_entry) continue;
      const Common common = common_doses(a, b);
      if (common.count == 0) continue;
      if (same_product) {
        return fail(Code::dose_given_twice,
                    fmt::format("'{}' is given twice at {}", b.product.id, moment(common.first)),
                    b.place, "say it in one line with `count`, or begin a day later");
      }
      if (common.count == 1 && (continues(a, b) || continues(b, a))) {
        const RegimenItem& earlier = continues(a, b) ? a : b;
        const RegimenItem& later = continues(a, b) ? b : a;
        return fail(Code::dose_given_twice,
                    fmt::format("the last '{}' and the first '{}' are both given at {}",
                                earlier.product.id, later.product.id, moment(common.first)),
                    later.place, "begin the second a day later, or end the first a day earlier");
      }
    }
  }
  return {};
}

}  // namespace vesper::dosing

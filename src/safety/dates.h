// Stretches of the calendar, as rules of safety count them.
#pragma once

#include <string>

#include "files/dates.h"

namespace vesper::safety {

using files::Date;
inline std::string text_of(Date date) {
  return files::date_text(date);
}

// [d] from `a` to `b`
inline double days_between(Date a, Date b) {
  return static_cast<double>((b - a).count());
}
// The first whole day that is `days` or more later.
Date after(Date date, double days);

// A stretch of the calendar: months are those of the calendar (the last day where a month is
// shorter), all else is days.
struct Span {
  int months = 0;
  double days = 0;
  std::string text;  // as written: "3 months"
  Date from(Date date) const;
  std::string each() const;  // as after "every": "3 months", but "month" for "1 month"
};
// "baseline" (nothing), "2 weeks", "3 months", "1 year", "30 days".
Result<Span> read_span(const files::Yaml& value);

// [d] "30 days", "2 weeks"
Result<double> read_days(const files::Yaml& value);

// Whole years between birth and a day.
int years_between(Date born, Date on);

}  // namespace vesper::safety

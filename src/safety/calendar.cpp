// Days of monitoring and days until which to wait.
#include "files/calendar.h"

#include <fmt/format.h>

#include <algorithm>

#include "safety/check.h"

namespace vesper::safety {

std::vector<Day> days_of(const Check& check) {
  std::vector<Day> days;
  for (const Due& due : check.calendar) {
    days.push_back({due.on,
                    due.what + (due.then_every ? ", then every " + due.then_every->each() : ""),
                    due.why, due.what, due.then_every});
  }
  for (const Finding& one : check.findings) {
    if (!one.until || *one.until < check.on) continue;
    days.push_back({*one.until, "ends: " + one.title, one.text, "Ends: " + one.title, {}});
  }
  std::ranges::stable_sort(days, {}, &Day::on);
  return days;
}

std::string check_calendar(const Check& check) {
  std::vector<files::CalendarEvent> events;
  for (const Day& day : days_of(check)) {
    files::CalendarEvent event{day.on, day.title, day.why, {}};
    event.text += (event.text.empty() ? "" : "\n") + std::string(disclaimer);
    if (day.then_every) {
      event.repeat = {day.then_every->months, static_cast<int>(day.then_every->days)};
    }
    events.push_back(std::move(event));
  }
  const std::string who = check.patient.empty() ? "patient" : check.patient;
  return files::calendar_text(fmt::format("Naltrexone: {}", who), check.on, events);
}

}  // namespace vesper::safety

// Calendars of whole days as text that calendar programs read (RFC 5545).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/dates.h"

namespace vesper::files {

struct CalendarEvent {
  Date on;
  std::string title, text;
  // From this day on again and again: every so many months and days (one of the two is 0).
  struct Repeat {
    int months = 0, days = 0;
  };
  std::optional<Repeat> repeat;
};

// `made`: the day that the events are stamped with, so that the same input gives the same bytes.
// Lines end in CRLF and are folded at 75 octets, never within a character.
std::string calendar_text(std::string_view name, Date made,
                          const std::vector<CalendarEvent>& events);

}  // namespace vesper::files

#include "files/calendar.h"

#include <fmt/format.h>

#include "files/hash.h"

namespace vesper::files {

namespace {

constexpr std::size_t longest_line = 75;  // octets, without the line's end

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      if (c == '\\' || c == ';' || c == ',') out += '\\';
      out += c;
    }
  }
  return out;
}

// A continued line begins with a space, which counts.
void add(std::string& out, std::string_view line) {
  std::size_t room = longest_line;
  while (line.size() > room) {
    std::size_t cut = room;
    while (cut > 1 && (static_cast<unsigned char>(line[cut]) & 0xC0u) == 0x80u) --cut;
    out.append(line.substr(0, cut)).append("\r\n ");
    line.remove_prefix(cut);
    room = longest_line - 1;
  }
  out.append(line).append("\r\n");
}

std::string rule_of(const CalendarEvent::Repeat& repeat) {
  if (repeat.months == 0) return fmt::format("RRULE:FREQ=DAILY;INTERVAL={}", repeat.days);
  if (repeat.months % 12 == 0) {
    return fmt::format("RRULE:FREQ=YEARLY;INTERVAL={}", repeat.months / 12);
  }
  return fmt::format("RRULE:FREQ=MONTHLY;INTERVAL={}", repeat.months);
}

}  // namespace

std::string calendar_text(std::string_view name, Date made,
                          const std::vector<CalendarEvent>& events) {
  std::string out;
  add(out, "BEGIN:VCALENDAR");
  add(out, "VERSION:2.0");
  add(out, "PRODID:-//Vesper//" VESPER_VERSION "//EN");
  add(out, fmt::format("X-WR-CALNAME:{}", escaped(name)));
  for (const CalendarEvent& event : events) {
    const std::string key = fmt::format("{}\n{}\n{}", name, date_text(event.on), event.title);
    add(out, "BEGIN:VEVENT");
    add(out, fmt::format("UID:{}@vesper", sha256(key).substr(0, 32)));
    add(out, fmt::format("DTSTAMP:{}T000000Z", compact_date(made)));
    add(out, fmt::format("DTSTART;VALUE=DATE:{}", compact_date(event.on)));
    add(out, fmt::format("DTEND;VALUE=DATE:{}", compact_date(event.on + std::chrono::days(1))));
    if (event.repeat) add(out, rule_of(*event.repeat));
    add(out, fmt::format("SUMMARY:{}", escaped(event.title)));
    if (!event.text.empty()) add(out, fmt::format("DESCRIPTION:{}", escaped(event.text)));
    add(out, "TRANSP:TRANSPARENT");
    add(out, "END:VEVENT");
  }
  add(out, "END:VCALENDAR");
  return out;
}

}  // namespace vesper::files

// Calendars as RFC 5545 wants them.
#include "files/calendar.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace vesper {
namespace {

using namespace files;

const Date some_day = parse_date("2026-12-01").value();

TEST(Calendar, IsWhatAProgramReads) {
  const std::string text = calendar_text(
      "Naltrexone", some_day,
      {{some_day, "ALT, AST; bilirubin", "first\nsecond", CalendarEvent::Repeat{12, 0}},
       {parse_date("2027-02-28").value(), "urine", "", CalendarEvent::Repeat{0, 7}}});
  EXPECT_TRUE(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
  EXPECT_TRUE(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
  for (const char* line : {"DTSTART;VALUE=DATE:20261201\r\n", "DTEND;VALUE=DATE:20261202\r\n",
                           "DTEND;VALUE=DATE:20270301\r\n", "DTSTAMP:20261201T000000Z\r\n",
                           "SUMMARY:ALT\\, AST\\; bilirubin\r\n", "DESCRIPTION:first\\nsecond\r\n",
                           "RRULE:FREQ=YEARLY;INTERVAL=1\r\n", "RRULE:FREQ=DAILY;INTERVAL=7\r\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST(Calendar, OfTheSameInputIsTheSameText) {
  const std::vector<CalendarEvent> events = {{some_day, "a", "b", {}}};
  EXPECT_EQ(calendar_text("x", some_day, events), calendar_text("x", some_day, events));
  EXPECT_NE(calendar_text("x", some_day, events), calendar_text("y", some_day, events));
}

// Unfolding gives the text back, no line is longer than 75 octets, and no character is cut.
RC_GTEST_PROP(Calendar, FoldsWithoutCuttingCharacters, ()) {
  std::string title;
  for (int k = *rc::gen::inRange(1, 200); k > 0; --k) {
    title += *rc::gen::element<std::string>("a", "é", "→", "β", "w");
  }
  const std::string text = calendar_text("x", some_day, {{some_day, title, "", {}}});
  std::string unfolded;
  std::size_t line = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "\r\n") == 0) {
      RC_ASSERT(line <= 75u);
      line = 0;
      if (at + 2 < text.size() && text[at + 2] == ' ') {
        const auto next = static_cast<unsigned char>(text[at + 3]);
        RC_ASSERT((next & 0xC0u) != 0x80u);
        at += 2;
        line = 1;
        continue;
      }
      unfolded += "\r\n";
      ++at;
      continue;
    }
    unfolded += text[at];
    ++line;
  }
  RC_ASSERT(unfolded.find("SUMMARY:" + title + "\r\n") != std::string::npos);
}

TEST(Dates, AreThoseOfTheCalendar) {
  EXPECT_FALSE(parse_date("2026-02-29"));
  EXPECT_TRUE(parse_date("2028-02-29"));
  for (const char* text :
       {"2026-2-01", "2026-13-01", "1799-12-31", "+026-01-01", "2026-01-0x", ""}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
  EXPECT_EQ(date_text(some_day), "2026-12-01");
  EXPECT_EQ(compact_date(some_day), "20261201");
  EXPECT_EQ(weekday(some_day), "Tue");
  EXPECT_EQ(date_text(plus_months(parse_date("2027-01-31").value(), 1)), "2027-02-28");
}

}  // namespace
}  // namespace vesper

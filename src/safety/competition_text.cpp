// The simulation for a terminal: what went in, withdrawal, later days, the block, after stopping,
// what must be said.
#include <fmt/format.h>

#include <algorithm>

#include "evidence/text.h"
#include "safety/competition.h"
#include "safety/competition_words.h"

namespace vesper::safety {

namespace {

using evidence::padded;
using evidence::padded_left;
using evidence::wrapped;

constexpr std::size_t columns = 100;

class Text {
 public:
  Text(const Competition& simulated, const Check& check, bool colour)
      : all_(simulated), check_(check), words_(words_of(simulated, check)), colour_(colour) {}

  std::string write() {
    section("SIMULATION of what competes at the receptor");
    line(never_lowers);
    lines(words_.went_in);
    if (!words_.planned_title.empty()) planned_day();
    if (!words_.later_title.empty()) later_days();
    if (!words_.gut.empty()) line(words_.gut);
    if (!words_.block_title.empty()) block();
    if (!words_.lost.empty()) {
      section("AFTER STOPPING: tolerance that is lost");
      lines(words_.lost);
    }
    if (!all_.say.empty()) section("TO BE SAID WITH THESE NUMBERS");
    for (const Sentence& one : all_.say) {
      out_ += wrapped(fmt::format("{} ({})", one.text, one.grade), columns, "  • ", "    ");
    }
    return std::move(out_);
  }

 private:
  void section(std::string_view title) {
    out_ += colour_ ? fmt::format("\n\x1b[1m{}\x1b[0m\n", title) : fmt::format("\n{}\n", title);
  }
  void heading(std::string title) {
    const std::size_t end = std::min(title.find(':'), title.find(' '));
    std::transform(
        title.begin(), title.begin() + static_cast<std::ptrdiff_t>(end), title.begin(),
        [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
    section(title);
  }
  void line(std::string_view text) { out_ += wrapped(text, columns, "  ", "    "); }
  void lines(const std::vector<std::string>& texts) {
    for (const std::string& one : texts) line(one);
  }
  void row(std::string_view label, std::size_t label_width, const std::vector<std::string>& cells,
           std::size_t width) {
    out_ += "  " + padded(label, label_width);
    for (const std::string& cell : cells) out_ += padded_left(cell, width);
    out_ += "\n";
  }

  void planned_day() {
    heading(words_.planned_title);
    line(words_.planned.front());
    const auto course_row = [&](const std::string& label, const std::vector<std::string>& cells) {
      row(label, 14, cells, 6);
    };
    const FirstDose& planned = all_.first_doses.front();
    std::vector<std::string> heads, band;
    for (const double hour : all_.hours) heads.push_back(short_text(hour));
    for (const Range& one : all_.band) band.push_back(whole(one.low) + "-" + whole(one.high));
    course_row("after the dose", heads);
    for (std::size_t h = 0; h < planned.courses.size(); ++h) {
      course_row("COWS " + all_.hypotheses[h], all_whole(planned.courses[h].cows));
    }
    if (!band.empty()) course_row("  band", band);
    for (std::size_t h = 0; h < planned.courses.size(); ++h) {
      course_row("tone % " + all_.hypotheses[h], all_whole(planned.courses[h].tone));
    }
    lines({words_.planned.begin() + 1, words_.planned.end()});
  }

  void later_days() {
    heading(words_.later_title);
    line(words_.later_before);
    std::vector<std::string> heads = all_.hypotheses;
    heads.push_back("without");
    heads.push_back("tone before");
    out_ += "  " + padded("first dose", 12) + padded("rules, that day", 17);
    for (const std::string& one : heads) out_ += padded_left(one, 12);
    out_ += "\n";
    for (const FirstDose& day : all_.first_doses) {
      const auto gravest = rules_on(check_, day.on).gravest;
      out_ += "  " + padded(text_of(day.on), 12) +
              padded(gravest ? safety::text_of(*gravest) : "no finding", 17);
      for (const Course& one : day.courses) {
        out_ += padded_left(whole(one.before) + " → " + whole(one.peak), 12);
      }
      out_ += padded_left(whole(day.courses.front().alone), 12);
      out_ += padded_left(whole(day.courses.front().tone_before) + " %", 12) + "\n";
    }
    line(words_.later_after);
  }

  void block() {
    heading(words_.block_title);
    lines(words_.block_before);
    const Block& block = *all_.block;
    std::vector<std::string> heads;
    for (const double at : block.at) heads.push_back(long_text(at));
    row("after the last", 16, heads, 11);
    for (std::size_t h = 0; h < block.under.size(); ++h) {
      std::vector<std::string> cells;
      for (const double one : block.under[h].prevented) cells.push_back(whole(one) + " %");
      row("prevented " + all_.hypotheses[h], 16, cells, 11);
    }
    lines(words_.block_after);
  }

  static std::vector<std::string> all_whole(const std::vector<double>& values) {
    std::vector<std::string> cells;
    for (const double one : values) cells.push_back(whole(one));
    return cells;
  }

  const Competition& all_;
  const Check& check_;
  const CompetitionWords words_;
  bool colour_;
  std::string out_;
};

}  // namespace

RulesOn rules_on(const Check& check, Date day) {
  const Finding* gravest = nullptr;
  for (const Finding& one : check.findings) {
    if (one.until && *one.until <= day) continue;
    const auto outlasts = [&] {
      return one.severity == gravest->severity && gravest->until &&
             (!one.until || *one.until > *gravest->until);
    };
    if (gravest == nullptr || one.severity < gravest->severity || outlasts()) gravest = &one;
  }
  if (gravest == nullptr) return {std::nullopt, "no finding"};
  std::string text(text_of(gravest->severity));
  if (gravest->until) {
    text += " until " + text_of(*gravest->until);
  } else if (!gravest->until_text.empty()) {
    text += " until " + gravest->until_text;
  }
  return {gravest->severity, text};
}

std::string competition_text(const Competition& simulated, const Check& check, bool colour) {
  return Text(simulated, check, colour).write();
}

}  // namespace vesper::safety

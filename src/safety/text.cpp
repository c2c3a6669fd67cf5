// The check for a terminal: the verdict first, then findings from the gravest, what was not known,
// the calendar, side effects, sources.
#include "evidence/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "safety/check.h"

namespace vesper::safety {

namespace {

using evidence::padded;
using evidence::padded_left;
using evidence::wrapped;

constexpr std::size_t columns = 100;

class Text {
 public:
  Text(const Check& check, const std::vector<evidence::SourceEntry>& sources, bool colour)
      : check_(check), sources_(sources), colour_(colour) {}

  std::string all() {
    head();
    for (const Finding& finding : check_.findings) this->finding(finding);
    missing();
    calendar();
    side_effects();
    worked_out();
    cited();
    out_ += "\n  " + std::string(disclaimer) + "\n";
    return std::move(out_);
  }

 private:
  std::string styled(std::string_view text, const char* code) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  static const char* code_of(Severity severity) {
    switch (severity) {
      case Severity::contraindicated:
        return "1;31";
      case Severity::serious:
        return "31";
      case Severity::not_checked:
        return "35";
      case Severity::caution:
        return "33";
      case Severity::note:
        return "36";
    }
    return "0";
  }
  void section(std::string_view title) { out_ += "\n" + styled(title, "1") + "\n"; }

  void head() {
    std::string who = check_.patient.empty() ? "Patient" : check_.patient;
    if (!check_.purpose.empty()) who += fmt::format(" · for {}", fmt::join(check_.purpose, ", "));
    out_ += wrapped(fmt::format("{} · {}", who,
                                check_.start_assumed
                                    ? fmt::format("first day taken as {}, the day of the check",
                                                  text_of(check_.start))
                                    : fmt::format("first day {}, checked for {}",
                                                  text_of(check_.start), text_of(check_.on))),
                    columns, "", "  ");
    for (const std::string& line : check_.regimen) out_ += wrapped(line, columns, "  ", "    ");
    out_ += "\n";
    const char* code = check_.findings.empty() ? "1" : code_of(check_.gravest());
    const std::string lines = wrapped(verdict(check_), columns, "", "");
    out_ += styled(std::string_view(lines).substr(0, lines.size() - 1), code) + "\n";
  }

  void finding(const Finding& one) {
    if (!group_ || *group_ != one.severity) {
      group_ = one.severity;
      std::string heading(text_of(one.severity));
      std::ranges::transform(heading, heading.begin(), [](char c) {
        return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      });
      out_ += "\n" + styled(heading, code_of(one.severity)) + "\n";
    } else if (one.severity != Severity::not_checked) {
      out_ += "\n";
    }
    if (one.severity == Severity::not_checked) {
      out_ += wrapped(one.title + ". " + one.text, columns, "  • ", "    ");
      return;
    }
    out_ += "  " + styled(one.title, "1") + "\n";
    out_ += wrapped(one.text, columns, "    ", "    ");
    if (!one.until_text.empty()) {
      out_ +=
          wrapped((one.until ? "until " : "until: ") + one.until_text, columns, "    ⏲ ", "      ");
    }
    for (const std::string& action : one.actions)
      out_ += wrapped(action, columns, "    → ", "      ");
    for (std::size_t k = 0; k < one.steps.size(); ++k) {
      out_ += wrapped(one.steps[k], columns, fmt::format("    {:>2}. ", k + 1), "        ");
    }
    if (!one.why.empty()) out_ += wrapped("Why: " + one.why, columns, "    ", "    ");
    if (!one.grounds.empty()) {
      out_ +=
          wrapped(fmt::format("Given: {}", fmt::join(one.grounds, "; ")), columns, "    ", "    ");
    }
    std::string marks;
    for (const std::string& source : one.sources) marks += fmt::format(" [{}]", mark(source));
    out_ += wrapped(fmt::format("{} ·{} {}", one.rule, marks, one.grade), columns, "    ", "    ");
  }

  void missing() {
    if (check_.missing.empty()) return;
    section("NOT KNOWN, and a rule asks for it");
    for (const Missing& one : check_.missing) {
      out_ += wrapped(fmt::format("{} ({})", one.what, fmt::join(one.rules, ", ")), columns, "  ? ",
                      "    ");
    }
  }

  void calendar() {
    const std::vector<Day> days = days_of(check_);
    if (days.empty()) return;
    section("CALENDAR");
    std::string before;
    for (const Day& one : days) {
      const std::string day = text_of(one.on);
      out_ +=
          wrapped(one.what, columns, "  " + padded(day == before ? "" : day, 12), "              ");
      before = day;
    }
  }

  static std::string share(const std::optional<double>& percent) {
    return percent ? fmt::format("{:g} %", *percent) : "-";
  }

  void side_effects() {
    section("SIDE EFFECTS seen with such a regimen");
    if (check_.side_effects.empty()) {
      out_ += "  None on record for these products: not the same as none.\n";
      return;
    }
    std::size_t width = 6;
    for (const SideEffect& one : check_.side_effects) {
      width = std::max(width, evidence::text_width(one.effect));
    }
    width = std::min<std::size_t>(width, 32);
    out_ += fmt::format("  {} {} {}  {}\n", padded("", width), padded_left("drug", 7),
                        padded_left("placebo", 7), "of whom");
    for (const SideEffect& one : check_.side_effects) {
      const std::string who = of_whom(one) + fmt::format(" [{}]", mark(one.source));
      out_ += wrapped(
          who, columns,
          fmt::format("  {} {} {}  ", padded(one.effect, width),
                      padded_left(share(one.incidence), 7), padded_left(share(one.placebo), 7)),
          std::string(width + 20, ' '));
    }
  }

  void worked_out() {
    if (check_.derived.empty() && check_.readings.empty()) return;
    section("READ AND WORKED OUT");
    for (const std::string& one : check_.derived) out_ += wrapped(one, columns, "  ", "    ");
    for (const std::string& one : check_.readings) out_ += wrapped(one, columns, "  ", "    ");
  }

  std::size_t mark(const std::string& source) {
    const auto found = std::ranges::find(marks_, source);
    if (found != marks_.end()) return static_cast<std::size_t>(found - marks_.begin()) + 1;
    marks_.push_back(source);
    return marks_.size();
  }

  void cited() {
    if (marks_.empty()) return;
    section("SOURCES");
    for (std::size_t k = 0; k < marks_.size(); ++k) {
      std::string text = marks_[k];
      for (const evidence::SourceEntry& one : sources_) {
        if (one.id == marks_[k]) text = fmt::format("{} ({})", one.citation, one.id);
      }
      out_ += wrapped(text, columns, fmt::format("  {:>3} ", fmt::format("[{}]", k + 1)), "      ");
    }
  }

  const Check& check_;
  const std::vector<evidence::SourceEntry>& sources_;
  bool colour_;
  std::optional<Severity> group_;
  std::vector<std::string> marks_;
  std::string out_;
};

}  // namespace

std::string check_text(const Check& check, const std::vector<evidence::SourceEntry>& sources,
                       bool colour) {
  return Text(check, sources, colour).all();
}

}  // namespace vesper::safety

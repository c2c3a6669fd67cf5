// The check and the comparison as pages: the same words as in the terminal.
#include "report/safety_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "files/write.h"
#include "report/evidence_document.h"
#include "report/format.h"

namespace vesper::report {

namespace {

using safety::Severity;
using Sources = std::vector<evidence::SourceEntry>;

// Findings are boxes with the severity as their edge, in colour and in words, and stay whole when
// printed.
constexpr std::string_view style = R"css(<style>
.finding { border: 1px solid var(--rule); border-left: 6px solid var(--faint); background: var(--card);
  padding: 12px 18px; margin: 14px 0; max-width: 78ch; break-inside: avoid; }
.finding h3 { margin: 0 0 6px; } .finding p { margin: 0 0 6px; } .finding ul, .finding ol { margin: 6px 0; }
.finding.contraindicated, .finding.serious { border-left-color: var(--warn); }
.finding.caution { border-left-color: var(--h5); } .finding.note { border-left-color: var(--h6); }
.finding.notchecked { border-left-color: var(--h4); }
.severity { font: 600 12px var(--sans); letter-spacing: .05em; text-transform: uppercase; }
.contraindicated .severity { color: var(--paper); background: var(--warn); padding: 1px 7px; border-radius: 2px; }
.until { font-weight: 600; } .quiet { color: var(--soft); font-size: 14px; }
p.verdict { font-size: 19px; font-weight: 600; max-width: 60ch; }
table.beside td { vertical-align: top; min-width: 15em; } table.beside th { text-align: left; vertical-align: top; }
table.beside ul { margin: 0; padding-left: 1.1em; }
@media print { .finding { border-color: #888; } h2 { margin-top: 24px; } .scroll { overflow: visible; } }
</style>
)css";

std::string css_class(Severity severity) {
  std::string name(safety::text_of(severity));
  std::erase(name, ' ');
  return name;
}

// What stands between two backticks is to be typed.
std::string prose(std::string_view text) {
  std::string out;
  for (std::size_t at = 0, part = 0; at <= text.size(); ++part) {
    const std::size_t end = std::min(text.find('`', at), text.size());
    const std::string piece = html(text.substr(at, end - at));
    out += part % 2 == 1 ? "<code>" + piece + "</code>" : piece;
    at = end + 1;
  }
  return out;
}

std::string list(const std::vector<std::string>& items, const char* tag) {
  if (items.empty()) return "";
  std::string out = fmt::format("<{}>", tag);
  for (const std::string& item : items) out += "<li>" + prose(item) + "</li>";
  return out + fmt::format("</{}>\n", tag);
}

// Numbers of sources in the order in which they are first named.
class Marks {
 public:
  std::string operator()(const std::vector<std::string>& ids) {
    std::string out;
    for (const std::string& id : ids) {
      auto found = std::ranges::find(ids_, id);
      if (found == ids_.end()) found = ids_.insert(found, id);
      out += fmt::format(" <a href=\"#source-{0}\">[{0}]</a>", found - ids_.begin() + 1);
    }
    return out;
  }
  std::string section(const Sources& sources) const {
    if (ids_.empty()) return "";
    std::string out = "<section id=\"sources\"><h2>Sources</h2>\n<ol>\n";
    for (std::size_t k = 0; k < ids_.size(); ++k) {
      out += fmt::format("<li id=\"source-{}\">{}</li>\n", k + 1, citation_html(ids_[k], sources));
    }
    return out + "</ol></section>\n";
  }

 private:
  std::vector<std::string> ids_;
};

std::string finding_html(const safety::Finding& one, Marks& marks) {
  std::string out = fmt::format(
      "<div class=\"finding {}\"><h3><span class=\"severity\">{}</span> {}</h3>\n<p>{}</p>\n",
      css_class(one.severity), safety::text_of(one.severity), html(one.title), prose(one.text));
  if (!one.until_text.empty()) {
    out += fmt::format("<p class=\"until\">Until {}</p>\n", html(one.until_text));
  }
  out += list(one.actions, "ul") + list(one.steps, "ol");
  if (!one.why.empty()) out += "<p>Why: " + prose(one.why) + "</p>\n";
  if (!one.grounds.empty()) {
    out += "<p class=\"quiet\">Given: " + html(join(one.grounds, "; ")) + "</p>\n";
  }
  out += fmt::format("<p class=\"quiet\"><code>{}</code>{} {}</p></div>\n", html(one.rule),
                     marks(one.sources), one.grade.empty() ? "" : grade_html(one.grade));
  return out;
}

std::string missing_html(const safety::Check& check) {
  if (check.missing.empty()) return "";
  std::string out =
      "<section id=\"not-known\"><h2>Not known, and a rule asks for it</h2>\n<table><thead>" +
      table_row({"what", "decides"}, "th") + "</thead><tbody>\n";
  for (const safety::Missing& one : check.missing) {
    out +=
        table_row({html(one.what),
                   html(fmt::format("{} ({})", join(one.rules), safety::text_of(one.severity)))});
  }
  return out + "</tbody></table></section>\n";
}

std::string calendar_html(const safety::Check& check) {
  const auto days = safety::days_of(check);
  if (days.empty()) return "";
  std::string out = "<section id=\"calendar\"><h2>Calendar</h2>\n<table><tbody>\n";
  std::string before;
  for (const safety::Day& one : days) {
    const std::string day = safety::text_of(one.on);
    out += table_row({day == before ? "" : day, html(one.what)});
    before = day;
  }
  return out + "</tbody></table></section>\n";
}

std::string share(const std::optional<double>& percent) {
  return percent ? fmt::format("{:g} %", *percent) : "–";
}

std::string side_effects_html(const safety::Check& check, Marks& marks) {
  std::string out = "<section id=\"side-effects\"><h2>Side effects seen with such a regimen</h2>\n";
  if (check.side_effects.empty()) {
    return out + "<p>None on record for these products: not the same as none.</p></section>\n";
  }
  out += "<div class=\"scroll\"><table><thead>" +
         table_row({"effect", "drug", "placebo", "of whom"}, "th") + "</thead><tbody>\n";
  for (const safety::SideEffect& one : check.side_effects) {
    out += table_row({html(one.effect), share(one.incidence), share(one.placebo),
                      html(safety::of_whom(one)) + marks({one.source})});
  }
  return out + "</tbody></table></div></section>\n";
}

std::string worked_out_html(const safety::Check& check) {
  if (check.derived.empty() && check.readings.empty()) return "";
  return "<section id=\"worked-out\"><h2>Read and worked out</h2>\n" + list(check.derived, "ul") +
         list(check.readings, "ul") + "</section>\n";
}

std::string regimen_html(const safety::Check& check) {
  std::string out = "<p class=\"summary\">";
  if (!check.purpose.empty()) out += "For " + html(join(check.purpose)) + ". ";
  out += check.start_assumed
             ? "First day taken as " + safety::text_of(check.start) + ", the day of the check."
             : "First day " + safety::text_of(check.start) + ", checked for " +
                   safety::text_of(check.on) + ".";
  return out + "</p>\n" + list(check.regimen, "ul") + "<p class=\"verdict\">" +
         html(safety::verdict(check)) + "</p>\n";
}

// --- the comparison ------------------------------------------------------------------------------

std::string against_html(const safety::Compared& row, bool for_patient, Marks& marks) {
  if (!for_patient) return list(row.always, "ul");
  if (row.against.empty() && row.not_known.empty()) return "nothing found";
  std::string out = "<ul>";
  for (const safety::Against& one : row.against) {
    out += fmt::format("<li><b>{}</b>: {}{}</li>", safety::text_of(one.severity), prose(one.text),
                       marks(one.sources));
  }
  for (const std::string& one : row.not_known) out += "<li>not known: " + html(one) + "</li>";
  return out + "</ul>";
}

std::string beside_html(const safety::Comparison& all, Marks& marks) {
  std::string out = "<div class=\"scroll\"><table class=\"beside\"><thead><tr><th></th>";
  for (const safety::Compared& row : all.rows) {
    const std::string stands = safety::standing(row, all.for_patient);
    out += fmt::format(
        "<th>{}{}</th>", html(row.what.name),
        stands.empty() ? "" : "<br><span class=\"severity\">" + html(stands) + "</span>");
  }
  out += "</tr></thead><tbody>\n";
  const auto line = [&](const char* name, const auto& cell) {
    out += fmt::format("<tr><th>{}</th>", name);
    for (const safety::Compared& row : all.rows) out += "<td>" + cell(row) + "</td>";
    out += "</tr>\n";
  };
  line("how it acts", [](const auto& row) { return html(row.what.mechanism); });
  line("dose", [](const auto& row) { return html(row.what.dose); });
  line("half-life", [](const auto& row) { return html(row.what.half_life); });
  line("acts", [](const auto& row) { return html(row.what.onset); });
  line("opioid-free first", [](const auto& row) { return html(row.what.needs_opioid_free); });
  line("evidence", [&](const auto& row) {
    std::string cell = "<ul>";
    for (const safety::Effect& one : row.what.effects) {
      cell += "<li>" + html(safety::effect_text(one)) + marks({one.source}) + "</li>";
    }
    return cell + "</ul>";
  });
  line(all.for_patient ? "against it in this patient" : "not with",
       [&](const auto& row) { return against_html(row, all.for_patient, marks); });
  line("watch", [](const auto& row) { return list(row.what.monitoring, "ul"); });
  line("grade",
       [&](const auto& row) { return grade_html(row.what.grade) + marks(row.what.sources); });
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string check_page(const safety::Check& check, const Sources& sources,
                       const std::string& more) {
  Marks marks;
  std::string body(style);
  body += "<section id=\"findings\"><h2>Findings</h2>\n";
  if (check.findings.empty()) body += "<p>None of the rules speaks against it.</p>\n";
  for (const safety::Finding& one : check.findings) body += finding_html(one, marks);
  body += "</section>\n" + missing_html(check) + more + calendar_html(check) +
          side_effects_html(check, marks) + worked_out_html(check) + marks.section(sources);
  const std::string who = check.patient.empty() ? "this patient" : check.patient;
  return evidence_document("safety check", "What speaks against it: " + who, regimen_html(check),
                           body);
}

std::string comparison_page(const safety::Comparison& all, const Sources& sources) {
  Marks marks;
  std::string body(style);
  body += beside_html(all, marks);
  for (const safety::NotChecked& one : all.not_checked) {
    body += fmt::format("<p>Not checked: {} ‘{}’: {}</p>\n", html(one.kind), html(one.what),
                        html(one.why));
  }
  body +=
      "<p class=\"note\">" + html(safety::comparison_caveat()) + "</p>\n" + marks.section(sources);
  std::string summary = "<p class=\"summary\">Medicines for the same use, side by side";
  if (all.for_patient) {
    summary += fmt::format(", for {}, first dose on {}",
                           all.patient.empty() ? "this patient" : html(all.patient),
                           safety::text_of(all.on));
  }
  return evidence_document("comparison", "For " + all.use + " dependence", summary + ".</p>\n",
                           body);
}

Result<void> write_check(const safety::Check& check, const Sources& sources,
                         const std::filesystem::path& file, const std::string& more) {
  return files::write_whole(file, check_page(check, sources, more));
}

Result<void> write_comparison(const safety::Comparison& comparison, const Sources& sources,
                              const std::filesystem::path& file) {
  return files::write_whole(file, comparison_page(comparison, sources));
}

}  // namespace vesper::report

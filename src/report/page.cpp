#include "report/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "report/assets.h"
#include "report/figures.h"
#include "report/format.h"
#include "report/tables.h"

namespace vesper::report {

namespace {

std::string disclaimer_html() {
  return fmt::format("<p class=\"disclaimer\">{}</p>\n", simulate::disclaimer);
}

std::string paragraph(const std::string& escaped, std::string_view css = "") {
  return css.empty() ? "<p>" + escaped + "</p>\n"
                     : fmt::format("<p class=\"{}\">{}</p>\n", css, escaped);
}

// A number and its per cent sign stay on one line.
std::string prose(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool before_sign = text.substr(i).starts_with(" %");
    out += before_sign ? "\u00a0" : std::string(1, text[i]);
  }
  return html(out);
}

// --- the top ---------------------------------------------------------------------------------

std::string who(const Story& story) {
  if (story.patients == 0) return "One typical patient was";
  if (story.patients == 1 && story.first_patient > 1) {
    return fmt::format("Patient {} of {} was", story.first_patient,
                       story.population.empty() ? "the population" : "“" + story.population + "”");
  }
  const std::string noun = story.noun.empty() ? "patients" : story.noun;
  const std::string population = story.population.empty() ? "" : " (“" + story.population + "”)";
  return fmt::format("{} simulated {}{} {}", story.patients, noun, population,
                     story.patients == 1 ? "was" : "were");
}

std::string summary(const Story& story) {
  std::vector<std::string> arms;
  for (const ArmStory& arm : story.arms) arms.push_back("“" + arm.name + "”");
  std::string text =
      fmt::format("{} followed for {} in {} ({})", who(story), duration(story.duration),
                  count(story.arms.size(), "arm", "arms"), join(arms));
  if (story.hypotheses.size() > 1) {
    std::vector<std::string> names;
    for (const HypothesisStory& hypothesis : story.hypotheses) names.push_back(hypothesis.name());
    text += fmt::format(", each under {} rival hypotheses: {}", spelt(names.size()), join(names));
  } else if (!story.hypotheses.front().id.empty()) {
    text += ", under hypothesis " + story.hypotheses.front().name();
  }
  text += fmt::format(
      ". Model {} ({}, {}), seed {}. Everything below is what a model predicts for "
      "people who do not exist; none of it was measured.",
      story.model_id, story.model, count(story.states, "state", "states"), story.seed);
  return paragraph(prose(text), "summary");
}

std::string warnings(const Story& story) {
  std::string out;
  if (story.summary.cancelled) {
    out +=
        "<div class=\"callout warn\"><p><b>This run was stopped before its end.</b> Figures and "
        "tables hold only the patients that were finished.</p></div>\n";
  }
  if (!story.failures.empty()) {
    out += fmt::format(
        "<div class=\"callout warn\"><p><b>{} failed</b> and {} left out of every figure and "
        "table: <a href=\"#patients\">who, when and why</a>.</p></div>\n",
        count(story.failures.size(), "patient run", "patient runs"),
        story.failures.size() == 1 ? "is" : "are");
  }
  return out;
}

std::string header(const Story& story) {
  return "<header class=\"top\">\n<p class=\"eyebrow\"><b>VESPER</b> · simulation "
         "report</p>\n<h1>" +
         html(story.title) + "</h1>\n" + disclaimer_html() + summary(story) + warnings(story) +
         "<nav aria-label=\"Contents\"><a href=\"#result\">Result</a><a "
         "href=\"#figures\">Figures</a>"
         "<a href=\"#uncertainty-section\">Uncertainty</a><a href=\"#tables\">Tables</a>"
         "<a href=\"#patients\">Patients</a><a href=\"#sources\">Sources</a>"
         "<a href=\"#doses\">Doses</a><a href=\"#provenance\">Provenance</a>"
         "<a href=\"#limits\">Limits</a></nav>\n</header>\n";
}

std::string result(const Story& story) {
  std::string out = "<section id=\"result\"><h2>Result</h2>\n" + key_tables(story);
  const std::string contrast = disagreement(story);
  if (!contrast.empty()) {
    out += "<div class=\"callout\">" + paragraph(prose(contrast));
    for (const std::string& remark : story.settled_by) {
      out += paragraph("<b>What would decide:</b> " + prose(remark) + ".");
    }
    out += "</div>\n";
  }
  return out + "</section>\n";
}

// --- figures ---------------------------------------------------------------------------------

std::string tools(const Figure& figure) {
  std::string out = "<div class=\"tools\">";
  if (figure.log_domain) {
    out += fmt::format(
        "<button type=\"button\" data-do=\"log\" aria-pressed=\"false\" data-domain=\"[{},{}]\">"
        "log scale</button>",
        figure.log_domain->first, figure.log_domain->second);
  }
  return out +
         "<button type=\"button\" data-do=\"svg\">SVG</button>"
         "<button type=\"button\" data-do=\"png\">PNG</button>"
         "<button type=\"button\" data-do=\"json\" title=\"the Vega-Lite specification, with its "
         "data\">"
         "Vega-Lite</button></div>";
}

std::string figure_html(const std::optional<Figure>& figure) {
  if (!figure) return "";
  return fmt::format(
      "<figure id=\"{0}\">{1}<h4>{2}</h4>\n<div class=\"plot\" role=\"img\" "
      "aria-label=\"{2}\"></div>\n"
      "<figcaption>{3}</figcaption>\n<script type=\"application/json\">{4}</script></figure>\n",
      figure->id, tools(*figure), html(figure->title), prose(figure->caption),
      json_in_script(figure->spec));
}

// What the shapes of the figures mean, drawn once.
std::string figure_key(const Story& story) {
  bool panels = false;  // of single arms, which have these shapes
  for (std::size_t output = 0; output < story.outputs.size(); ++output) {
    const std::size_t arms = drawn_arms(story, output).size();
    panels = panels || (arms > 0 && arms <= most_arms_as_rows);
  }
  if (story.patients < 2 || !panels) return "";
  const auto swatch = [](std::string_view shape, std::string_view text) {
    return fmt::format(
        "<span><svg width=\"34\" height=\"16\" aria-hidden=\"true\">{}</svg>{}</span>", shape,
        text);
  };
  return "<div class=\"key\">" +
         swatch("<rect width=\"34\" height=\"16\" fill=\"var(--h1)\" opacity=\".18\"/>",
                "5–95 % of patients") +
         swatch("<rect width=\"34\" height=\"16\" fill=\"var(--h1)\" opacity=\".42\"/>",
                "25–75 % of patients") +
         swatch("<path d=\"M0 8H34\" stroke=\"var(--h1)\" stroke-width=\"2\"/>", "median patient") +
         swatch("<path d=\"M0 8H34\" stroke=\"var(--ink)\" stroke-dasharray=\"4 3\"/>",
                "typical patient") +
         (story.hypotheses.size() > 1
              ? swatch("<path d=\"M0 8H34\" stroke=\"var(--faint)\"/>", "the other hypotheses")
              : "") +
         "</div>\n";
}

std::string figures(const Story& story) {
  std::string out = "<section id=\"figures\"><h2>Figures</h2>\n" + figure_key(story);
  bool any = false;
  for (std::size_t output = 0; output < story.outputs.size(); ++output) {
    const auto whole = whole_figure(story, output);
    if (!whole) continue;
    any = true;
    out += "<h3>" + html(story.outputs[output].label) + "</h3>\n" + figure_html(whole) +
           figure_html(detail_figure(story, output));
  }
  if (!any) {
    out += paragraph("No output is other than 0 in any arm: there is nothing to draw.");
  } else if (story.duration > 72 && !detail_range(story)) {
    out += paragraph(
        "The output grid of this protocol is too coarse for figures of single days. A line such as "
        "<code>- {from: week 12, every: 30 min}</code> under <code>output:</code> gives them.",
        "note");
  }
  const auto hours = hours_figure(story);
  if (hours) out += "<h3>How many hours a day</h3>\n" + figure_html(hours);
  return out + "</section>\n";
}

std::string uncertainty(const Story& story) {
  std::string out = "<section id=\"uncertainty-section\"><h2>Uncertainty</h2>\n";
  out += paragraph(
      "Three kinds are kept apart. <b>Between patients:</b> people differ; the shading above. "
      "<b>Of parameters:</b> a value of the model is known only so well, and the same for "
      "everyone. "
      "<b>Between hypotheses:</b> the rivals above are different accounts of how the drug works; "
      "no "
      "spread within one covers the others.");
  if (story.uncertainty_draws == 0) {
    out += paragraph(
        "This run drew no uncertain parameters (<code>uncertainty-draws</code> in the "
        "protocol), so that the second kind is not shown.",
        "note");
  }
  out += figure_html(uncertainty_figure(story));
  for (std::size_t output = 0; output < story.outputs.size(); ++output) {
    out += figure_html(parameters_figure(story, output));
  }
  return out + "</section>\n";
}

// --- the rest --------------------------------------------------------------------------------

std::string tables(const Story& story) {
  std::string note = story.patients > 1 ? "Median [5–95 % of patients]. " : "";
  if (story.patients > 0) note += "Typical: the patient with typical values of every parameter. ";
  if (story.uncertainty_draws > 0) {
    note += fmt::format("Draws: {} of the uncertain parameters, typical patient. ",
                        story.uncertainty_draws);
  }
  return "<section id=\"tables\"><h2>Tables</h2>\n" +
         paragraph(html(note + "Window: " + story.window + " (" +
                        stretch(story.window_from, story.duration) + ")."),
                   "note") +
         metrics_tables(story) + "</section>\n";
}

std::string patients(const Story& story) {
  std::string out = "<section id=\"patients\"><h2>Patients</h2>\n";
  if (story.patients == 0) {
    out += paragraph("One typical patient: every parameter at its typical value, no covariates.");
  } else {
    std::string text = fmt::format("{} drawn from “{}”",
                                   count(story.patients, "patient", "patients"), story.population);
    if (!story.covariates.empty()) text += " with " + join(story.covariates);
    if (!story.varying.empty()) {
      text += fmt::format("; {} {}: {}", story.varying.size(),
                          story.varying.size() == 1 ? "parameter varies" : "parameters vary",
                          join(story.varying));
    }
    out += paragraph(html(text + ". Each patient's values are in patients.csv."));
  }
  if (story.failures.empty()) {
    out += paragraph("Every patient run finished.");
  } else {
    out += "<ul>";
    for (const std::string& line : story.failures) out += "<li>" + html(line) + "</li>\n";
    out += "</ul>\n";
  }
  return out + "</section>\n";
}

std::string sources(const Story& story) {
  std::size_t unsourced = 0;
  for (const ParameterStory& parameter : story.parameters)
    unsourced += parameter.source.empty() && parameter.grade != Grade::derived;
  std::string out = "<section id=\"sources\"><h2>Sources</h2>\n";
  if (!story.hypotheses.front().id.empty())
    out += "<h3>Hypotheses</h3>\n" + hypotheses_table(story);
  out += "<h3>Parameters</h3>\n";
  std::string text =
      "Every value that the model uses, how sure anyone is of it, and where it comes from. "
      "What was fitted is never counted as predicted.";
  if (unsourced > 0) {
    text += fmt::format(" {} of {} {} no source.", unsourced, story.parameters.size(),
                        unsourced == 1 ? "names" : "name");
  }
  return out + paragraph(text) + parameters_table(story) + "</section>\n";
}

std::string limits(const Story& story) {
  std::size_t weak = 0;
  for (const ParameterStory& parameter : story.parameters) {
    weak += parameter.grade == Grade::hypothesis || parameter.grade == Grade::assumed ||
            parameter.grade == Grade::contradicted || parameter.grade == Grade::ungraded;
  }
  std::string model_hash;
  for (const simulate::InputFile& input : story.inputs) {
    if (input.role == "protocol") model_hash = input.sha256.substr(0, 12);
  }
  const std::string citation =
      fmt::format("Vesper {}, “{}”, model {}, seed {}{}.", story.version, story.title,
                  story.model_id, story.seed, model_hash.empty() ? "" : ", protocol " + model_hash);
  return "<section id=\"limits\"><h2>Limits, and how to cite</h2>\n<ul>\n" +
         fmt::format(
             "<li>{} of {} parameters are graded hypothesis, assumed or contradicted, or carry no "
             "grade.</li>\n",
             weak, story.parameters.size()) +
         "<li>Exposure and receptor occupancy are not effects on health. Where no controlled trial "
         "supports an effect, none is printed.</li>\n"
         "<li>Agreement of the hypotheses on a figure does not make it right: they share a "
         "model.</li>\n"
         "<li>Simulated patients vary in the ways that the population file lists, and in no "
         "others.</li>\n"
         "</ul>\n<p>To cite this run:</p>\n<pre>" +
         html(citation) + "</pre>\n</section>\n";
}

std::string body(const Story& story, const std::string& licences) {
  return header(story) + "<main>\n" + result(story) + figures(story) + uncertainty(story) +
         tables(story) + patients(story) + sources(story) +
         "<section id=\"doses\"><h2>Doses</h2>\n" + doses_table(story) + "</section>\n" +
         "<section id=\"provenance\"><h2>Provenance</h2>\n" + provenance_table(story) +
         cost_table(story) + "<p>To run it again:</p>\n<pre>" + html(story.command) +
         "</pre>\n</section>\n" + limits(story) + "</main>\n<footer>" + disclaimer_html() +
         "<p>Figures are Vega-Lite specifications, drawn by Vega, Vega-Lite and Vega-Embed "
         "(BSD-3-Clause) from within this file.</p>\n<details class=\"licences\"><summary>Licences "
         "of the "
         "programs in this file</summary><pre>" +
         html(licences) + "</pre></details></footer>\n";
}

}  // namespace

std::string page(const Story& story, const Bundle& bundle) {
  std::string out =
      "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src "
      "'unsafe-inline'; style-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"Vesper " +
      html(story.version) + "\">\n<title>" + html(story.title) + "</title>\n<style>";
  out += style();
  out += "</style>\n</head>\n<body>\n";
  out += body(story, bundle.licences);
  out += "<noscript><p>The figures need JavaScript; the tables do not.</p></noscript>\n";
  for (const std::string* program : {&bundle.vega, &bundle.vega_lite, &bundle.vega_embed}) {
    out += "<script>" + program_in_script(*program) + "</script>\n";
  }
  out += "<script>" + std::string(script()) + "</script>\n</body>\n</html>\n";
  return out;
}

}  // namespace vesper::report

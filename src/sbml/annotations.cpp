#include "sbml/annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

#include "language/distribution.h"

namespace vesper::sbml {
namespace {

using language::Annotation;
using language::Expression;
using language::ExpressionPtr;

// XML has no way to write most control characters.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += "&#9;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  }
  return out;
}

// 17 digits, so that the same number comes back.
std::string exact(double value) {
  return fmt::format("{}", value);
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// "https://identifiers.org/doi/10.1/x" of "doi:10.1/x", "https://doi.org/10.1/x"; "" of others.
std::string resource(const std::string& text) {
  const std::string small = lower(text);
  const auto after = [&](std::string_view prefix) -> std::string {
    return small.starts_with(prefix) ? text.substr(prefix.size()) : "";
  };
  const auto trimmed = [](std::string value) {
    value.erase(0, value.find_first_not_of(' ') == std::string::npos
                       ? value.size()
                       : value.find_first_not_of(' '));
    return value.find_first_of(" ;,\n\t\"<>") == std::string::npos ? value : std::string();
  };
  for (const char* prefix : {"doi:", "https://doi.org/", "http://doi.org/", "http://dx.doi.org/",
                             "https://identifiers.org/doi/"}) {
    const std::string rest = trimmed(after(prefix));
    if (rest.starts_with("10.")) return "https://identifiers.org/doi/" + rest;
  }
  for (const char* prefix : {"pmid:", "pubmed:", "https://identifiers.org/pubmed/",
                             "https://pubmed.ncbi.nlm.nih.gov/"}) {
    std::string rest = trimmed(after(prefix));
    if (!rest.empty() && rest.back() == '/') rest.pop_back();
    const bool digits = !rest.empty() && std::all_of(rest.begin(), rest.end(), [](unsigned char c) {
      return std::isdigit(c) != 0;
    });
    if (digits) return "https://identifiers.org/pubmed/" + rest;
  }
  return "";
}

// "doi:10.1/x" of the resource again.
std::string short_form(const std::string& uri) {
  const auto rest = [&](std::string_view mark) -> std::string {
    const auto found = uri.find(mark);
    return found == std::string::npos ? "" : uri.substr(found + mark.size());
  };
  if (const std::string doi = rest("identifiers.org/doi/"); !doi.empty()) return "doi:" + doi;
  if (const std::string doi = rest("miriam:doi:"); !doi.empty()) return "doi:" + doi;
  if (const std::string id = rest("identifiers.org/pubmed/"); !id.empty()) return "pmid:" + id;
  if (const std::string id = rest("miriam:pubmed:"); !id.empty()) return "pmid:" + id;
  return uri;
}

void collect_text(const XMLNode& node, std::string& text) {
  if (node.isText()) text += node.getCharacters();
  for (unsigned i = 0; i < node.getNumChildren(); ++i) collect_text(node.getChild(i), text);
}

std::string tidy(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// The children of our namespace in an element's annotation.
std::vector<const XMLNode*> ours(const SBase& element) {
  std::vector<const XMLNode*> found;
  const XMLNode* annotation = element.getAnnotation();
  if (annotation == nullptr) return found;
  for (unsigned i = 0; i < annotation->getNumChildren(); ++i) {
    const XMLNode& top = annotation->getChild(i);
    if (top.getURI() != vesper_namespace) continue;
    for (unsigned j = 0; j < top.getNumChildren(); ++j) found.push_back(&top.getChild(j));
  }
  return found;
}

std::optional<double> number(const XMLNode& node, const std::string& attribute) {
  const std::string text = node.getAttrValue(attribute);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  const bool whole = !text.empty() && end == text.c_str() + text.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

// <vesper:distribution name="lognormal" a="140" b="42"/>: arguments in order a, b, c, d.
constexpr const char* argument_names[] = {"a", "b", "c", "d"};

double value_of(const Expression& e) {
  if (e.kind == Expression::Kind::negate) return -value_of(*e.arguments[0]);
  return e.value;
}

std::string distribution_text(const Expression& call, const char* role) {
  std::string text = fmt::format("<vesper:{} name=\"{}\"", role, call.name);
  for (std::size_t i = 0; i < call.arguments.size() && i < std::size(argument_names); ++i) {
    text += fmt::format(" {}=\"{}\"", argument_names[i], exact(value_of(*call.arguments[i])));
  }
  return text + "/>";
}

Result<ExpressionPtr> read_distribution(const XMLNode& node, const Place& place) {
  const std::string name = node.getAttrValue("name");
  const language::DistributionShape* shape = language::find_distribution(name);
  std::vector<double> values;
  std::vector<ExpressionPtr> arguments;
  for (const char* argument : argument_names) {
    const auto value = number(node, argument);
    if (!value) break;
    values.push_back(*value);
    arguments.push_back(language::make_number(*value));
  }
  const std::size_t wanted = shape == nullptr ? 0 : shape->arguments.size();
  const bool fits = shape != nullptr &&
                    (values.size() == wanted || (shape->bounds && values.size() == wanted + 2));
  if (!fits) {
    return fail(Code::invalid_sbml,
                fmt::format("Vesper's annotation holds the distribution '{}' "
                            "with {} numbers",
                            name, values.size()),
                place);
  }
  VESPER_CHECK(language::typical_value(*shape, values, place));
  return language::make_call(name, std::move(arguments));
}

Result<language::Uncertainty> read_uncertainty(const XMLNode& node, const Place& place) {
  language::Uncertainty made;
  made.standard_deviation = number(node, "standardDeviation");
  made.coefficient_of_variation = number(node, "coefficientOfVariation");
  const auto low = number(node, "low"), high = number(node, "high");
  if (low && high) made.confidence_interval = {*low, *high};
  for (unsigned i = 0; i < node.getNumChildren(); ++i) {
    if (node.getChild(i).getName() != "distribution") continue;
    VESPER_TRY(made.distribution, read_distribution(node.getChild(i), place));
  }
  return made;
}

}  // namespace

std::vector<Annotation> annotations_of(const SBase& element) {
  std::vector<Annotation> list;
  bool written_here = false;
  for (const XMLNode* node : ours(element)) {
    if (node->getName() != "annotation") continue;
    written_here = true;
    list.push_back({node->getAttrValue("keyword"), node->getAttrValue("text"), {}});
  }
  if (written_here) return list;
  auto& open = const_cast<SBase&>(element);  // libSBML reads its terms lazily
  for (unsigned i = 0; i < open.getNumCVTerms(); ++i) {
    CVTerm& term = *open.getCVTerm(i);
    const bool describes = (term.getQualifierType() == BIOLOGICAL_QUALIFIER &&
                            term.getBiologicalQualifierType() == BQB_IS_DESCRIBED_BY) ||
                           (term.getQualifierType() == MODEL_QUALIFIER &&
                            term.getModelQualifierType() == BQM_IS_DESCRIBED_BY);
    if (!describes) continue;
    for (unsigned j = 0; j < term.getNumResources(); ++j) {
      list.push_back({"description", short_form(term.getResourceURI(j)), {}});
    }
  }
  if (const XMLNode* notes = element.getNotes()) {
    std::string text;
    collect_text(*notes, text);
    text = tidy(text);
    if (!text.empty()) list.push_back({"notes", text, {}});
  }
  return list;
}

Result<void> read_doubts(const SBase& element, language::Symbol& symbol, const Place& place) {
  for (const XMLNode* node : ours(element)) {
    if (node->getName() == "distribution") {
      VESPER_TRY(symbol.distribution, read_distribution(*node, place));
    } else if (node->getName() == "uncertainty") {
      VESPER_TRY(symbol.uncertainty, read_uncertainty(*node, place));
      symbol.uncertainty->span = symbol.span;
    }
  }
  return {};
}

Result<void> read_extras(const ::Model& sbml, language::Model& model, const Place& place) {
  for (const XMLNode* node : ours(sbml)) {
    if (node->getName() == "dose") {
      model.dose_targets.push_back({node->getAttrValue("route"),
                                    node->getAttrValue("drug"),
                                    node->getAttrValue("target"),
                                    {0, 0, 1}});
    } else if (node->getName() == "hypothesis") {
      language::Hypothesis made{
          node->getAttrValue("id"), node->getAttrValue("label"), {}, {0, 0, 1}};
      for (unsigned i = 0; i < node->getNumChildren(); ++i) {
        const XMLNode& set = node->getChild(i);
        if (set.getName() != "set") continue;
        const auto value = number(set, "value");
        if (!value) {
          return fail(Code::invalid_sbml,
                      fmt::format("hypothesis '{}' in Vesper's annotation sets '{}' to no number",
                                  made.id, set.getAttrValue("target")),
                      place);
        }
        made.settings.push_back({set.getAttrValue("target"), *value, {0, 0, 1}});
      }
      model.hypotheses.push_back(std::move(made));
    }
  }
  return {};
}

std::string doubts_text(const language::Symbol& symbol) {
  std::string text;
  if (symbol.distribution) text += distribution_text(*symbol.distribution, "distribution");
  if (!symbol.uncertainty) return text;
  const language::Uncertainty& doubt = *symbol.uncertainty;
  text += "<vesper:uncertainty";
  const auto attribute = [&](const char* name, double value) {
    text += fmt::format(" {}=\"{}\"", name, exact(value));
  };
  if (doubt.standard_deviation) attribute("standardDeviation", *doubt.standard_deviation);
  if (doubt.coefficient_of_variation) {
    attribute("coefficientOfVariation", *doubt.coefficient_of_variation);
  }
  if (doubt.confidence_interval) {
    attribute("low", doubt.confidence_interval->first);
    attribute("high", doubt.confidence_interval->second);
  }
  text += ">";
  if (doubt.distribution) text += distribution_text(*doubt.distribution, "distribution");
  return text + "</vesper:uncertainty>";
}

std::string extras_text(const language::Model& model, const SbmlId& id) {
  std::string text;
  for (const language::DoseTarget& dose : model.dose_targets) {
    text += fmt::format("<vesper:dose route=\"{}\" drug=\"{}\" target=\"{}\"/>",
                        escaped(dose.route), escaped(dose.drug), id(dose.target));
  }
  for (const language::Hypothesis& one : model.hypotheses) {
    text += fmt::format("<vesper:hypothesis id=\"{}\" label=\"{}\">", escaped(one.id),
                        escaped(one.label));
    for (const auto& setting : one.settings) {
      text += fmt::format("<vesper:set target=\"{}\" value=\"{}\"/>", id(setting.target),
                          exact(setting.value));
    }
    text += "</vesper:hypothesis>";
  }
  return text;
}

void write_annotations(SBase& element, const std::vector<Annotation>& annotations,
                       const std::string& metaid, const std::string& more) {
  if (annotations.empty() && more.empty()) return;
  element.setMetaId(metaid);
  std::string kept, notes;
  for (const Annotation& one : annotations) {
    kept += fmt::format("<vesper:annotation keyword=\"{}\" text=\"{}\"/>", escaped(one.keyword),
                        escaped(one.text));
    const std::string uri = one.keyword == "description" ? resource(one.text) : "";
    if (uri.empty()) {
      notes += fmt::format("<p>{}: {}</p>", escaped(one.keyword), escaped(one.text));
      continue;
    }
    CVTerm term(BIOLOGICAL_QUALIFIER);
    term.setBiologicalQualifierType(BQB_IS_DESCRIBED_BY);
    term.addResource(uri);
    element.addCVTerm(&term);
  }
  if (!notes.empty()) {
    element.setNotes("<body xmlns=\"http://www.w3.org/1999/xhtml\">" + notes + "</body>");
  }
  if (kept.empty() && more.empty()) return;
  element.appendAnnotation(fmt::format("<vesper:about xmlns:vesper=\"{}\">{}{}</vesper:about>",
                                       vesper_namespace, kept, more));
}

}  // namespace vesper::sbml

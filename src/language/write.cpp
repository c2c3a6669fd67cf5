// The flat model as Antimony text.
//
// Before:  Model with symbols ka, pk.CL, pk.Central
// After:   model pk_names            // what the submodel is called by, nothing else
//            formula CL; species Central;
//          end
//          model *main
//            formula ka;
//            pk: pk_names();
//            ka = 1;  pk.CL = 140 L_per_h;  ...
//          end
//
// so that the text is Antimony for every tool, names every symbol as the flat model does, and
// parses back to the same symbols in the same order.
#include <fmt/format.h>

#include <map>
#include <memory>
#include <set>

#include "language/antimony.h"

namespace vesper::language {
namespace {

std::string quoted(const std::string& text) {
  const bool plain = text.find_first_of("\"\n") == std::string::npos;
  if (plain) return "\"" + text + "\"";
  std::string fenced = text;
  for (auto at = fenced.find("```"); at != std::string::npos; at = fenced.find("```")) {
    fenced.replace(at, 3, "'''");
  }
  return "```" + fenced + "```";
}

std::string number(double value) {
  return text(*make_number(value));
}

std::string kind_word(const Symbol& symbol) {
  switch (symbol.kind) {
    case SymbolKind::species:
      return symbol.substance_only ? "substanceOnly species" : "species";
    case SymbolKind::compartment:
      return "compartment";
    default:
      return "formula";
  }
}

class Writer {
 public:
  explicit Writer(const Model& model) : model_(model) {
    for (const Rule& rule : model.rules) changed_.insert(rule.target);
    for (const Event& event : model.events) {
      for (const EventAssignment& one : event.assignments) changed_.insert(one.target);
    }
  }

  std::string run() {
    for (const Function& function : model_.functions) write(function);
    Names root;
    std::string body;
    for (const Symbol& symbol : model_.symbols) body += declaration(symbol, root);
    for (const auto& reaction : model_.reactions) body += submodels_of(reaction.id, root);
    for (const auto& event : model_.events) body += submodels_of(event.id, root);
    for (const auto& [label, inner] : root.inner) write_names(*inner);
    line("model *{}", model_.id);
    for (const Annotation& one : model_.annotations) write("model", one);
    write_directives();
    write_units();
    out_ += body;
    for (const Symbol& symbol : model_.symbols) write(symbol);
    for (const Rule& rule : model_.rules) {
      if (rule.kind == Rule::Kind::algebraic) {
        line("//@ algebraic 0 = {}", text(*rule.formula));
        continue;
      }
      line("  {}{} {};", rule.target,
           rule.kind == Rule::Kind::rate ? "' =" : " :=", text(*rule.formula));
    }
    for (const Reaction& reaction : model_.reactions) write(reaction);
    for (const Event& event : model_.events) write(event);
    line("end");
    if (!model_.display_name.empty()) line("{} is {};", model_.id, quoted(model_.display_name));
    return std::move(out_);
  }

 private:
  // The submodels that flat names point into, as far as they are told apart by dots.
  struct Names {
    std::map<std::string, std::unique_ptr<Names>> inner;
    std::string declarations;
    std::string module;
  };

  template <class... T>
  void line(fmt::format_string<T...> format, T&&... arguments) {
    out_ += fmt::format(format, std::forward<T>(arguments)...) + "\n";
  }

  // Finds or makes the submodel that `id` lies in.  Where the outermost is new, the statement that
  // makes it is returned.
  std::string reach(const std::string& id, Names& root, Names*& home, std::string& last) {
    home = &root;
    std::string statement, path;
    std::size_t start = 0;
    for (std::size_t dot = id.find('.'); dot != std::string::npos;
         start = dot + 1, dot = id.find('.', start)) {
      const std::string part = id.substr(start, dot - start);
      path += (path.empty() ? "" : "_") + part;
      auto& inner = home->inner[part];
      if (!inner) {
        inner = std::make_unique<Names>();
        inner->module = fresh_name(path + "_names");
        const std::string made = fmt::format("  {}: {}();\n", part, inner->module);
        (home == &root ? statement : home->declarations) += made;
      }
      home = inner.get();
    }
    last = id.substr(start);
    return statement;
  }

  std::string fresh_name(std::string name) {
    while (name == model_.id || !modules_.insert(name).second) name += "_";
    return name;
  }

  std::string declaration(const Symbol& symbol, Names& root) {
    Names* home = nullptr;
    std::string name;
    const std::string made = reach(symbol.id, root, home, name);
    const std::string text =
        fmt::format("  {} {}{};\n", kind_word(symbol), symbol.boundary ? "$" : "", name);
    if (home == &root) return made + text;
    home->declarations += text;
    return made;
  }

  std::string submodels_of(const std::string& id, Names& root) {
    Names* home = nullptr;
    std::string name;
    return reach(id, root, home, name);
  }

  // The innermost first: Antimony wants a model above the line that uses it.
  void write_names(const Names& names) {
    for (const auto& [label, inner] : names.inner) write_names(*inner);
    line("model {}", names.module);
    out_ += names.declarations;
    line("end\n");
  }

  void write(const Function& function) {
    std::string parameters;
    for (const std::string& one : function.parameters) {
      parameters += (parameters.empty() ? "" : ", ") + one;
    }
    line("function {}({})\n  {}\nend\n", function.id, parameters, text(*function.body));
  }

  void write(const std::string& target, const Annotation& one) {
    if (one.keyword == "sboTerm" && one.text.rfind("SBO:", 0) == 0) {
      line("  {}.sboTerm = {};", target, one.text);
    } else {
      line("  {} {} {};", target, one.keyword, quoted(one.text));
    }
  }

  void write_directives() {
    if (!model_.check_units) line("//@ units unchecked");
    for (const DoseTarget& one : model_.dose_targets) {
      line("//@ dose {}{}{} into {}", one.route, one.drug.empty() ? "" : " ", one.drug, one.target);
    }
    for (const Hypothesis& one : model_.hypotheses) {
      std::string settings;
      for (const auto& setting : one.settings) {
        settings += fmt::format("{}{} = {}", settings.empty() ? "" : ", ", setting.target,
                                number(setting.value));
      }
      line("//@ hypothesis {} {} {}", one.id, quoted(one.label), settings);
    }
  }

  void write_units() {
    for (const auto& [name, definition] : model_.unit_definitions) {
      line("  unit {} = {};", name, definition);
    }
  }

  void write(const Symbol& symbol) {
    if (!symbol.compartment.empty()) line("  {} in {};", symbol.id, symbol.compartment);
    const bool free = symbol.kind != SymbolKind::species && !symbol.constant;
    if (free && changed_.count(symbol.id) == 0) line("  var {};", symbol.id);
    if (symbol.distribution) {
      line("  {} = {};", symbol.id, text(*symbol.distribution));
    } else if (symbol.initial) {
      // SBML may give an amount where the symbol means a concentration.
      const bool divided =
          symbol.initial_is_amount && !symbol.compartment.empty() && !symbol.substance_only;
      line("  {} = {}{};", symbol.id,
           divided ? "(" + text(*symbol.initial) + ")" : text(*symbol.initial),
           divided ? " / " + symbol.compartment : "");
    }
    if (!symbol.conversion_factor.empty()) {
      line("//@ conversion of {} by {}", symbol.id, symbol.conversion_factor);
    }
    if (symbol.unit) line("  {} has {};", symbol.id, unit_text(*symbol.unit));
    if (!symbol.display_name.empty()) line("  {} is {};", symbol.id, quoted(symbol.display_name));
    for (const Annotation& one : symbol.annotations) write(symbol.id, one);
    if (symbol.uncertainty) write(symbol.id, *symbol.uncertainty);
  }

  // Antimony has no name for the unit one.
  static std::string unit_text(const units::Unit& unit) {
    const std::string text = unit.text();
    return text == "1" ? "dimensionless" : text;
  }

  void write(const std::string& id, const Uncertainty& one) {
    if (one.standard_deviation)
      line("  {}.standardDeviation = {};", id, number(*one.standard_deviation));
    if (one.coefficient_of_variation) {
      line("  {}.coefficientOfVariation = {};", id, number(*one.coefficient_of_variation));
    }
    if (one.confidence_interval) {
      line("  {}.confidenceInterval = {{{}, {}}};", id, number(one.confidence_interval->first),
           number(one.confidence_interval->second));
    }
    if (one.distribution) line("  {}.distribution = {};", id, text(*one.distribution));
  }

  static std::string side(const std::vector<SpeciesReference>& list) {
    std::string out;
    for (const SpeciesReference& one : list) {
      if (!out.empty()) out += " + ";
      if (!one.symbol.empty()) {
        out += one.symbol + " ";
      } else if (one.stoichiometry != 1) {
        out += number(one.stoichiometry) + " ";
      }
      out += one.species;
    }
    return out;
  }

  void write(const Reaction& one) {
    line("  {}: {} {} {}; {};", one.id, side(one.reactants), one.reversible ? "->" : "=>",
         side(one.products), text(*one.rate));
    if (!one.display_name.empty()) line("  {} is {};", one.id, quoted(one.display_name));
    for (const Annotation& annotation : one.annotations) write(one.id, annotation);
  }

  void write(const Event& one) {
    std::string changes;
    for (const EventAssignment& change : one.assignments) {
      changes += fmt::format("{}{} = {}", changes.empty() ? "" : ", ", change.target,
                             text(*change.formula));
    }
    std::string properties;
    if (one.priority) properties += ", priority = " + text(*one.priority);
    if (!one.initial_value) properties += ", t0 = false";
    if (!one.persistent) properties += ", persistent = false";
    if (!one.uses_trigger_values) properties += ", fromTrigger = false";
    const std::string delay = one.delay ? "(" + text(*one.delay) + ") after " : "";
    line("  {}: at {}({}){}: {};", one.id, delay, text(*one.trigger), properties, changes);
    for (const Annotation& annotation : one.annotations) write(one.id, annotation);
  }

  const Model& model_;
  std::set<std::string> changed_;  // by rules and events
  std::set<std::string> modules_;
  std::string out_;
};

}  // namespace

std::string to_antimony(const Model& model) {
  return Writer(model).run();
}

}  // namespace vesper::language

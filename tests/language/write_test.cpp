// to_antimony: the text reads back as the same model.
#include "language/parse.h"

namespace vesper::language {
namespace {

std::string annotations(const std::vector<Annotation>& list) {
  std::string out;
  for (const Annotation& one : list) out += " [" + one.keyword + "=" + one.text + "]";
  return out;
}

std::string unit(const std::optional<units::Unit>& one) {
  if (!one) return "";
  for (const char* base : {"L/h", "nmol", "h", "L", "mg/L", "1", "1/h", "mol", "m2", "m"}) {
    const units::Unit known = std::string(base) == "1" ? units::Unit() : *units::Unit::parse(base);
    if (one->same(known)) return std::string(" unit ") + base;
  }
  return " unit ?" + one->text();
}

std::string optional(const ExpressionPtr& tree) {
  return tree ? text(*tree) : "-";
}

std::string describe(const Symbol& s) {
  std::string out = "symbol " + s.id + " '" + s.display_name + "' kind " +
                    std::to_string(static_cast<int>(s.kind)) + (s.constant ? " constant" : "") +
                    (s.boundary ? " boundary" : "") + (s.substance_only ? " substance" : "") +
                    " in '" + s.compartment + "' = " + optional(s.initial) + " ~ " +
                    optional(s.distribution) + " by " + s.conversion_factor + unit(s.unit) +
                    annotations(s.annotations);
  if (s.uncertainty) {
    const Uncertainty& u = *s.uncertainty;
    out += " sd " + std::to_string(u.standard_deviation.value_or(-1)) + " cv " +
           std::to_string(u.coefficient_of_variation.value_or(-1)) + " ci " +
           (u.confidence_interval ? std::to_string(u.confidence_interval->first) + ".." +
                                        std::to_string(u.confidence_interval->second)
                                  : "-") +
           " ~ " + optional(u.distribution);
  }
  return out + "\n";
}

// Everything in a model but its places.
std::string describe(const Model& m) {
  std::string out = m.id + " '" + m.display_name + "'" + annotations(m.annotations) +
                    unit(m.time_unit) + unit(m.substance_unit) + unit(m.volume_unit) +
                    unit(m.area_unit) + unit(m.length_unit) + unit(m.extent_unit) +
                    (m.check_units ? "" : " unchecked") + "\n";
  for (const Symbol& one : m.symbols) out += describe(one);
  for (const Rule& one : m.rules) {
    out += "rule " + one.target + (one.kind == Rule::Kind::rate ? "'" : "") + text(*one.formula) +
           "\n";
  }
  for (const Reaction& one : m.reactions) {
    out += "reaction " + one.id + " '" + one.display_name + "' " + (one.reversible ? "<->" : "->");
    for (const auto& s : one.reactants)
      out += " -" + std::to_string(s.stoichiometry) + s.symbol + " " + s.species;
    for (const auto& s : one.products)
      out += " +" + std::to_string(s.stoichiometry) + s.symbol + " " + s.species;
    out += " " + text(*one.rate) + annotations(one.annotations) + "\n";
  }
  for (const Event& one : m.events) {
    out += "event " + one.id + " " + text(*one.trigger);
    if (one.delay) out += " after " + text(*one.delay);
    if (one.priority) out += " priority " + text(*one.priority);
    out += (one.persistent ? "" : " weak") + std::string(one.initial_value ? "" : " t0") +
           (one.uses_trigger_values ? "" : " late");
    for (const auto& a : one.assignments) out += ", " + a.target + "=" + text(*a.formula);
    out += annotations(one.annotations) + "\n";
  }
  for (const Function& one : m.functions) {
    out += "function " + one.id;
    for (const auto& p : one.parameters) out += " " + p;
    out += ": " + text(*one.body) + "\n";
  }
  for (const auto& [name, one] : m.units) out += "unit " + name + unit(one) + "\n";
  for (const DoseTarget& one : m.dose_targets) {
    out += "dose " + one.route + " " + one.drug + " " + one.target + "\n";
  }
  for (const Hypothesis& one : m.hypotheses) {
    out += "hypothesis " + one.id + " " + one.label;
    for (const auto& s : one.settings) out += " " + s.target + "=" + std::to_string(s.value);
    out += "\n";
  }
  return out;
}

void expect_round_trip(const std::string& text) {
  const Model model = parse(text);
  const std::string written = to_antimony(model);
  const Model again = parse(written);
  EXPECT_EQ(describe(again), describe(model)) << written;
  EXPECT_EQ(to_antimony(again), written);
}

TEST(Write, AWholeModelReadsBackTheSame) {
  expect_round_trip(
      "unit L_per_h = litre / (3600 second); unit hour = 3600 second\n"
      "function sat(c, k) c / (k + c) end\n"
      "model kinetics(CL)\n"
      "  unit time_unit = hour; unit substance = 1e-9 mole; unit volume = litre; unit extent = "
      "substance\n"
      "  unit area = metre^2; unit length = metre\n"
      "  compartment plasma = 192 L; substanceOnly species Gut in plasma\n"
      "  species Central in plasma, $Sink in plasma; Central = 2.5\n"
      "  CL = 140 L_per_h;  CL description \"Dunbar2007\"; CL notes ```established;\n \"94\"```\n"
      "  CL.coefficientOfVariation = 0.3; CL.confidenceInterval = {-94, 210}; CL.stdev = 0.1\n"
      "  CL.distribution = normal(3, 2, -1, 4)\n"
      "  ka = 1.2; ka has hour^-1; F = 0.2; F has dimensionless\n"
      "  absorption: 2 Gut -> 0.5 Central + Gut; F * ka * Gut\n"
      "  elimination: Central => $Sink; CL * Central; elimination is \"loss\"\n"
      "  elimination.sboTerm = 179; elimination description \"x\"\n"
      "  C := Central; C is \"plasma 'naltrexone'\"\n"
      "  E1: at time > 24 && C < 3: ka = 2, Gut = Gut + 100\n"
      "  E1 notes \"a dose\"\n"
      "  //@ dose oral 6-beta-naltrexol into Gut\n"
      "  //@ hypothesis H1 \"retained\" F = -0.3, ka = 1e-300\n"
      "  //@ units unchecked\n"
      "end\n"
      "model *main\n"
      "  a = 1; pk: kinetics(clear); b = 2; var free = 3; other: kinetics()\n"
      "  clear = 120 L_per_h; occ := sat(pk.C, 3) * piecewise(1, time > 3, 0)\n"
      "  x = 2 + a; x' = -pk.ka * x^2; Vmax = lognormal(140, 42); Vmax has L_per_h\n"
      "  other.absorption = 3 * other.Gut * Vmax; pk.extra: -> pk.Gut; b\n"
      "  const species K; species R := a + b; inverse := (a < b || a == b) && !(a < 2)\n"
      "  //@ dose oral 6-beta-naltrexol into pk.Gut\n"
      "  model notes \"all of it\"\n"
      "end\nmain is \"The \\main model\"");
}

TEST(Write, EventsStoichiometriesAndRulesReadBackTheSame) {
  expect_round_trip(
      "model m\n"
      "  species A = 1, B = 2; n = 2; d = 1; q = 3; f = 4; var rest = 0\n"
      "  J: n A + 2 B -> q $C + n B; 1;\n"
      "  E1: at d after (A > 3), priority = 2 * d, t0 = false, persistent = false: n = 2\n"
      "  E2: at 2 * d after A > 3 && B < 2, fromTrigger = false: q = 3, d = 2\n"
      "  E3: at A > 3, t0 = true, persistent = true, fromTrigger = true, priority = -1: f = 3\n"
      "  //@ conversion of A by f\n"
      "  //@ algebraic 0 = A + rest - n\n"
      "end");
  const Model model = parse("n = 2; n A -> m $B; 1; m = 3");
  EXPECT_EQ(model.reactions[0].reactants[0].symbol, "n");
  EXPECT_EQ(model.reactions[0].products[0].symbol, "m");
}

TEST(Write, NestedSubmodelsReadBackTheSame) {
  expect_round_trip(
      "model leaf\n species S = 1; J: S -> ; k * S; k = 2\nend\n"
      "model branch\n l: leaf(); m = 3; r: leaf(); l.S is r.S\nend\n"
      "model pk_names\n z = 1\nend\n"
      "model tree_names\n one: branch(); y := one.l.k; two: branch(); pk: pk_names()\nend");
}

TEST(Write, ATextThatIsNotOurs) {
  Model model;
  model.id = "m";
  Symbol cell;
  cell.id = "cell";
  cell.kind = SymbolKind::compartment;
  cell.initial = make_number(2);
  Symbol species;
  species.id = "S";
  species.kind = SymbolKind::species;
  species.constant = false;
  species.compartment = "cell";
  species.initial = make_number(6);
  species.initial_is_amount = true;  // as SBML may say it
  model.symbols = {cell, species};
  const Model again = parse(to_antimony(model));
  EXPECT_EQ(initial(again, "S"), "6 / cell");
}

}  // namespace
}  // namespace vesper::language

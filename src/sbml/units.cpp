// One unit of SBML: (multiplier * 10^scale * kind)^exponent; a definition is their product.
#include "sbml/units.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace vesper::sbml {
namespace {

std::optional<units::Unit> base_kind(UnitKind_t kind) {
  switch (kind) {
    case UNIT_KIND_AVOGADRO:
      return units::Unit().scaled(6.02214179e23).named("avogadro");
    case UNIT_KIND_CELSIUS:
    case UNIT_KIND_INVALID:
      return std::nullopt;
    case UNIT_KIND_LITER:
      return *units::Unit::parse("litre");
    case UNIT_KIND_METER:
      return *units::Unit::parse("metre");
    default: {
      const auto unit = units::Unit::parse(UnitKind_toString(kind));
      return unit ? std::optional(*unit) : std::nullopt;
    }
  }
}

std::optional<units::Unit> one(const ::Unit& unit) {
  const auto kind = base_kind(unit.getKind());
  if (!kind) return std::nullopt;
  const double factor = unit.getMultiplier() * std::pow(10.0, unit.getScale());
  if (!(factor > 0) || !std::isfinite(factor) || unit.getOffset() != 0) return std::nullopt;
  const double exponent = unit.getExponentAsDouble();
  constexpr double greatest = 30;
  if (!std::isfinite(exponent) || std::abs(exponent) > greatest) return std::nullopt;
  return (factor == 1 ? *kind : kind->scaled(factor)).power(exponent);
}

std::optional<units::Unit> definition(const UnitDefinition& defined) {
  units::Unit product;
  for (unsigned i = 0; i < defined.getNumUnits(); ++i) {
    const auto part = one(*defined.getUnit(i));
    if (!part) return std::nullopt;
    product = i == 0 ? *part : product * *part;
  }
  return product.named(defined.getId());
}

}  // namespace

std::optional<units::Unit> unit_of(const ::Model& model, const std::string& id) {
  if (id.empty()) return std::nullopt;
  if (const UnitDefinition* defined = model.getUnitDefinition(id)) return definition(*defined);
  if (UnitKind_isValidUnitKindString(id.c_str(), model.getLevel(), model.getVersion()) != 0) {
    return base_kind(UnitKind_forName(id.c_str()));
  }
  if (model.getLevel() >= 3) return std::nullopt;
  if (id == "substance") return units::Unit::parse("mole").value();
  if (id == "volume") return units::Unit::parse("litre").value();
  if (id == "area") return units::Unit::parse("metre").value().power(2);
  if (id == "length") return units::Unit::parse("metre").value();
  if (id == "time") return units::Unit::parse("second").value();
  return std::nullopt;
}

// Writing: a unit says what it measures and its scale, but not of what it is made.  The powers of
// base kinds with its dimension are searched, those with the smallest sum of exponents first: a
// clearance is litre/second before it is metre^3/second.
namespace {

constexpr std::array<const char*, 9> kinds = {"mole",   "litre",  "second",  "gram", "metre",
                                              "kelvin", "ampere", "candela", "volt"};
using Powers = std::array<int, kinds.size()>;

class Search {
 public:
  explicit Search(const units::Unit& wanted) : wanted_(wanted) {
    for (const char* kind : kinds) bases_.push_back(units::Unit::parse(kind).value());
  }

  std::optional<Powers> run() {
    constexpr int largest_sum = 6;
    for (int sum = 1; sum <= largest_sum; ++sum) {
      if (from(0, sum, units::Unit())) return powers_;
    }
    return std::nullopt;
  }
  const units::Unit& found() const { return found_; }

 private:
  bool from(std::size_t kind, int left, const units::Unit& made) {
    if (left == 0) {
      found_ = made;
      return made.same_dimension(wanted_);
    }
    if (kind == kinds.size()) return false;
    for (int size = left; size >= 0; --size) {
      for (const int exponent : {size, -size}) {
        if (size == 0 && exponent != size) continue;
        powers_[kind] = exponent;
        const bool same = size == 0
                              ? from(kind + 1, left, made)
                              : from(kind + 1, left - size, made * *bases_[kind].power(exponent));
        if (same) return true;
        if (size == 0) break;
      }
    }
    powers_[kind] = 0;
    return false;
  }

  const units::Unit& wanted_;
  std::vector<units::Unit> bases_;
  Powers powers_ = {};
  units::Unit found_;
};

// 3600.0000000000005 out of UDUNITS is 3600.
double rounded(double value) {
  return std::strtod(fmt::format("{:.13g}", value).c_str(), nullptr);
}

void add_unit(UnitDefinition& definition, const char* kind, int exponent, double multiplier) {
  ::Unit& unit = *definition.createUnit();
  unit.setKind(UnitKind_forName(kind));
  unit.setExponent(exponent);
  unit.setScale(0);
  unit.setMultiplier(multiplier);
}

// The scale goes to a kind that stands to the power 1 or -1: the one where it is the shorter text,
// so that a clearance in L/h has 3600 seconds and not 0.000277... litres.
void add_units(UnitDefinition& definition, const Powers& powers, double factor) {
  std::size_t scaled = kinds.size();
  std::string shortest;
  for (std::size_t i = 0; i < kinds.size() && factor != 1; ++i) {
    if (std::abs(powers[i]) != 1) continue;
    const std::string text = fmt::format("{}", rounded(powers[i] == 1 ? factor : 1 / factor));
    if (scaled == kinds.size() || text.size() < shortest.size()) {
      scaled = i;
      shortest = text;
    }
  }
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (powers[i] == 0) continue;
    add_unit(definition, kinds[i], powers[i],
             i == scaled ? std::strtod(shortest.c_str(), nullptr) : 1.0);
  }
  if (factor != 1 && scaled == kinds.size()) add_unit(definition, "dimensionless", 1, factor);
}

}  // namespace

std::string UnitWriter::fresh(const std::string& text) const {
  std::string id;
  for (const char c : text) {
    if (c == '/') {
      id += id.empty() ? "per_" : "_per_";
    } else {
      id += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    }
  }
  const bool starts_well =
      !id.empty() && (std::isalpha(static_cast<unsigned char>(id[0])) != 0 || id[0] == '_');
  if (!starts_well) id = "unit_" + id;
  while (model_.getUnitDefinition(id) != nullptr || id == "Celsius" ||
         UnitKind_isValidUnitKindString(id.c_str(), model_.getLevel(), model_.getVersion()) != 0) {
    id += "_";
  }
  return id;
}

std::string UnitWriter::id(const units::Unit& unit) {
  for (const auto& [known, id] : known_) {
    if (known.same(unit) && known.text() == unit.text()) return id;
  }
  std::string id;
  if (unit.same(units::Unit())) {
    id = "dimensionless";
  } else if (unit.dimensionless()) {
    id = fresh(unit.text());
    UnitDefinition& definition = *model_.createUnitDefinition();
    definition.setId(id);
    add_unit(definition, "dimensionless", 1, rounded(unit.factor_to(units::Unit())));
  } else {
    Search search(unit);
    const auto powers = search.run();
    if (powers) {
      const double factor = rounded(unit.factor_to(search.found()));
      int only = 0;
      std::string kind;
      for (std::size_t i = 0; i < kinds.size(); ++i) {
        only += std::abs((*powers)[i]);
        if ((*powers)[i] == 1) kind = kinds[i];
      }
      if (only == 1 && !kind.empty() && factor == 1) {
        id = kind;
      } else {
        id = fresh(unit.text());
        UnitDefinition& definition = *model_.createUnitDefinition();
        definition.setId(id);
        add_units(definition, *powers, factor);
      }
    }
  }
  known_.emplace_back(unit, id);
  return id;
}

}  // namespace vesper::sbml

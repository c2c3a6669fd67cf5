// The names of a protocol looked up in its model: outputs, hypotheses, settings, doses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "equations/system.h"
#include "simulate/protocol.h"
#include "simulate/study.h"

namespace vesper::simulate {

// A name for file headers: letters, digits and underscores, never starting with a digit.
std::string identifier(std::string_view text);
// A unit as the end of such a name: "ng/mL" is "ng_per_mL", "%" is "percent"; "" for none.
std::string unit_suffix(std::string_view unit);

// A unit as people write it: "ng/mL" for a model's own `ng_per_mL`, "" for none or a plain number.
std::string shown_unit(const std::optional<units::Unit>& unit);

Result<std::vector<WatchedOutput>> resolve_watch(const Protocol& protocol,
                                                 const equations::System& system);

// The hypotheses with these ids; all for {"all"}; one nameless for none.
Result<std::vector<equations::Hypothesis>> resolve_hypotheses(const std::vector<std::string>& ids,
                                                              const std::vector<Place>& places,
                                                              const equations::System& system);

// Parameter and value in the parameter's unit.
Result<std::pair<std::uint32_t, double>> resolve_setting(const Setting& setting,
                                                         const equations::System& system);

// Where the doses of one regimen line go: input amount = dose [nmol] * per_nmol [state's unit].
struct DoseRoute {
  std::uint32_t state = 0;
  double per_nmol = 1;
};
Result<DoseRoute> resolve_dose(const dosing::RegimenItem& item, const equations::System& system,
                               dosing::Catalogue& drugs);

// Ascending output times [h] of the parts together.
std::vector<double> output_times(const std::vector<GridPart>& parts);

// The absolute tolerance of each state, in its unit: `absolute` is meant in nmol, nM, ug or ug/L
// where the state is an amount, a mass or a concentration, and in the state's own unit otherwise.
std::vector<double> absolute_tolerances(const equations::System& system, double absolute);

}  // namespace vesper::simulate

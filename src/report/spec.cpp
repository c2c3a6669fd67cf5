#include "report/spec.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace vesper::report::spec {

Json base(const std::string& description) {
  return {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
          {"description", description},
          {"background", nullptr}};
}

std::string colour(std::size_t hypothesis) {
  return fmt::format("var(--h{})", hypothesis % 8 + 1);
}

double rounded(double value, int digits) {
  if (!std::isfinite(value)) return std::nan("");
  return std::strtod(fmt::format("{:.{}g}", value, digits).c_str(), nullptr);
}

std::string axis_title(const OutputStory& output) {
  return output.unit.empty() ? output.label : output.label + " (" + output.unit + ")";
}

double full_scale(const OutputStory& output) {
  return output.unit == "%" ? 100 : 1;
}

}  // namespace vesper::report::spec

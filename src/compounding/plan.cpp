#include "compounding/plan.h"

#include <fmt/format.h>

#include "titration/schedule.h"

namespace vesper::compounding {

namespace {

Result<titration::Schedule> schedule(const Recipe& recipe, const files::SearchPath& search) {
  VESPER_TRY(const titration::Knowledge known, titration::read_knowledge(search));
  titration::ScheduleRequest request;
  VESPER_TRY(request.plan, known.plan(recipe.plan));
  VESPER_TRY(request.strengths, titration::read_strengths({recipe.product->id}, known, search));
  request.usual = known.target;
  request.start = recipe.start.value_or(recipe.made);
  request.at = known.times.front().at;
  request.course = known.course;
  return titration::make_schedule(request);
}

}  // namespace

Result<void> add_plan(const Recipe& recipe, const files::SearchPath& search, Worksheet& sheet) {
  if (recipe.plan.empty()) return {};
  auto found = schedule(recipe, search);
  if (!found) {
    found.error().place = recipe.plan_place;
    return tl::unexpected(std::move(found).error());
  }
  // Name, quantity and directions come first.
  const auto after = sheet.label.begin() + (recipe.directions.empty() ? 2 : 3);
  const std::vector<std::string> lines = titration::label_lines(*found);
  sheet.label.insert(after, lines.begin(), lines.end());
  const double needed = found->totals.front();
  if (recipe.counted() && needed > recipe.quantity) {
    sheet.warnings.push_back(
        fmt::format("The plan takes {:g} {}s over {} days; this batch has {:g}.", needed,
                    recipe.form.unit, found->course, recipe.quantity));
  }
  return {};
}

}  // namespace vesper::compounding

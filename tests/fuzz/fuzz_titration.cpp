// Any bytes as plans of stepping up: plans or a Diagnostic, and of each plan a schedule or a
// Diagnostic, never a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "titration/schedule.h"

namespace {

using namespace vesper;

titration::Strength capsule(double mg) {
  titration::Strength one;
  one.mg = one.product.strength = mg;
  one.product.id = "capsule";
  return one;
}

// Steps that rise and follow each other day by day.
void look(const titration::Schedule& made) {
  int day = 1;
  double before = 0;
  for (const titration::Step& step : made.steps) {
    if (step.first != day || !(step.mg > before)) std::abort();
    day += step.days.value_or(0);
    before = step.mg;
  }
  if (label_lines(made).size() != made.steps.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = files::check("fuzz.yaml", text);
  if (!source) return 0;
  const auto root = files::parse_yaml(*source);
  if (!root) return 0;
  const auto read = titration::parse_knowledge(*root, {"label", "assumed"});
  if (!read) {
    if (read.error().text().empty()) std::abort();
    return 0;
  }
  for (const titration::Plan& plan : read->plans) {
    titration::ScheduleRequest request;
    request.plan = plan;
    request.usual = read->target;
    request.strengths = {capsule(0.5), capsule(3)};
    request.at = "22:00";
    request.course = read->course;
    request.nearest = true;
    const auto made = titration::make_schedule(request);
    if (made) {
      look(*made);
    } else if (made.error().text().empty()) {
      std::abort();
    }
  }
  return 0;
}

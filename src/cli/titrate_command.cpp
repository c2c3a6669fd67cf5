// `vesper titrate`: from strengths at hand to a schedule, with what each step does.
#include <fmt/format.h>

#include "cli/commands.h"
#include "files/write.h"
#include "report/titration_page.h"
#include "titration/predict.h"

namespace vesper::cli {

namespace {

Result<std::string> clock(const TitrateArguments& arguments,
                          const titration::Knowledge& knowledge) {
  if (arguments.at) return *arguments.at;
  if (!arguments.morning) return knowledge.times.front().at;
  VESPER_TRY(const titration::TimeOfDay morning, knowledge.time("morning"));
  return morning.at;
}

Result<files::Date> first_day(const std::optional<std::string>& start) {
  if (!start) return files::today();
  if (const auto date = files::parse_date(*start)) return *date;
  return fail(Code::bad_date, fmt::format("--start '{}' is no day of the calendar", *start), {},
              "year-month-day, such as --start 2026-12-01");
}

Result<titration::Schedule> schedule(const TitrateArguments& arguments,
                                     const titration::Knowledge& knowledge,
                                     const files::SearchPath& search) {
  titration::ScheduleRequest request;
  VESPER_TRY(request.plan, knowledge.plan(arguments.plan));
  VESPER_TRY(request.start, first_day(arguments.start));
  VESPER_TRY(request.at, clock(arguments, knowledge));
  VESPER_TRY(request.strengths,
             titration::read_strengths(arguments.have.empty() ? knowledge.have : arguments.have,
                                       knowledge, search));
  if (arguments.target) {
    VESPER_TRY(const units::Unit mg, units::Unit::parse("mg"));
    VESPER_TRY(request.target, units::parse_in(*arguments.target, mg));
  }
  request.usual = knowledge.target;
  request.course = arguments.weeks ? static_cast<int>(*arguments.weeks) * 7 : knowledge.course;
  if (arguments.pack) request.pack = *arguments.pack;
  request.nearest = arguments.nearest;
  return titration::make_schedule(request);
}

}  // namespace

Result<int> titrate(const TitrateArguments& arguments, const Context& context) {
  VESPER_TRY(const titration::Knowledge knowledge, titration::read_knowledge(context.search));
  if (arguments.list) {
    fmt::print(
        "{}", arguments.json ? titration::plans_json(knowledge) : titration::plans_text(knowledge));
    return 0;
  }
  VESPER_TRY(const titration::Schedule made, schedule(arguments, knowledge, context.search));
  std::optional<titration::Prediction> predicted;
  if (!arguments.no_prediction) {
    VESPER_TRY(simulate::Options chosen, options({}, {}, arguments.engine));
    chosen.threads = arguments.threads;
    chosen.seed = arguments.seed;
    VESPER_TRY(predicted,
               titration::predict(made, knowledge, arguments.patients, chosen, context.search));
  }
  std::string protocol;
  if (arguments.protocol) {
    VESPER_TRY(protocol, titration::protocol_text(made, knowledge));
    VESPER_CHECK(files::write_whole(*arguments.protocol, protocol));
  }
  if (arguments.ics) {
    VESPER_CHECK(files::write_whole(*arguments.ics, titration::schedule_calendar(made)));
  }
  if (arguments.html) {
    VESPER_CHECK(
        files::write_whole(*arguments.html, report::titration_page(made, knowledge, predicted)));
  }
  fmt::print("{}", arguments.json ? titration::schedule_json(made, knowledge, predicted)
                                  : titration::schedule_text(made, knowledge, predicted));
  return 0;
}

}  // namespace vesper::cli

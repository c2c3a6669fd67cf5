// `vesper check`: what speaks against a regimen in a patient.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "cli/commands.h"
#include "files/write.h"
#include "report/competition_page.h"
#include "report/safety_page.h"
#include "safety/check.h"
#include "safety/competition.h"
#include "safety/document.h"
#include "safety/fhir.h"

namespace vesper::cli {

namespace {

constexpr int exit_contraindicated = 3;

// One byte more than is allowed tells that there is too much.
Result<files::Source> standard_input() {
  std::string text;
  char buffer[65536];
  while (text.size() <= files::largest_source) {
    const std::size_t count = std::fread(buffer, 1, sizeof buffer, stdin);
    if (count == 0) break;
    text.append(buffer, count);
  }
  if (std::ferror(stdin) != 0) {
    return fail(Code::unreadable_file, "standard input cannot be read");
  }
  return files::check("standard input", std::move(text));
}

struct Asked {
  safety::Patient patient;
  safety::Regimen regimen;
};

// From --patient, --fhir or standard input; a --regimen stands before one that comes with them.
Result<Asked> read_asked(const CheckArguments& arguments, const safety::Vocabulary& vocabulary,
                         const files::SearchPath& search, files::Date on) {
  Asked asked;
  std::optional<safety::Regimen> regimen;
  const bool want = !arguments.regimen;
  if (arguments.input == "-") {
    VESPER_TRY(const files::Source source, standard_input());
    VESPER_TRY(safety::Document document, safety::read_document(source, vocabulary, search, want, on));
    asked.patient = std::move(document.patient);
    regimen = std::move(document.regimen);
  } else if (arguments.fhir) {
    VESPER_TRY(const files::Source source, files::read(*arguments.fhir));
    VESPER_TRY(safety::FhirRecord record, safety::read_fhir(source, vocabulary, search, want, on));
    asked.patient = std::move(record.patient);
    regimen = std::move(record.regimen);
  } else if (arguments.patient) {
    VESPER_TRY(asked.patient, safety::read_patient(*arguments.patient));
  } else {
    return fail(Code::bad_argument, "--patient is missing", {},
                "give --patient FILE, --fhir FILE, or - for JSON on standard input");
  }
  if (arguments.regimen) {
    dosing::Catalogue catalogue(search);
    VESPER_TRY(regimen, safety::read_regimen(*arguments.regimen, catalogue));
  }
  if (!regimen) {
    return fail(Code::no_regimen, "--regimen is missing", {}, "give --regimen FILE");
  }
  asked.regimen = std::move(*regimen);
  return asked;
}

// Beside the rules, never among them: findings and the exit code stay as they are.
Result<safety::Competition> simulation(const CheckArguments& arguments, const Asked& asked,
                                       const safety::Vocabulary& vocabulary, files::Date on,
                                       const files::SearchPath& search) {
  safety::CompetitionRequest request{asked.patient, asked.regimen, vocabulary, on, {}, {}, 1, {}};
  VESPER_TRY(request.engine, options({}, {}, arguments.engine));
  request.engine.threads = arguments.threads;
  request.draws = arguments.draws;
  request.days = arguments.days;
  request.seed = arguments.seed.value_or(1);
  return safety::simulate_competition(request, search);
}

void print(const safety::Check& done, const std::optional<safety::Competition>& simulated,
           const safety::Knowledge& knowledge, bool json) {
  if (json) {
    const std::string more = simulated ? safety::competition_json(*simulated, done) : "";
    fmt::print("{}", safety::check_json(done, knowledge.sources, more));
    return;
  }
  const bool colour = ::isatty(STDOUT_FILENO) == 1;
  fmt::print("{}", safety::check_text(done, knowledge.sources, colour));
  if (!simulated) return;
  fmt::print("{}\n  {}\n", safety::competition_text(*simulated, done, colour), safety::disclaimer);
}

}  // namespace

Result<files::Date> day_of(const std::optional<std::string>& on) {
  if (!on) return files::today();
  if (const auto date = files::parse_date(*on)) return *date;
  return fail(Code::bad_date, fmt::format("--on '{}' is no day of the calendar", *on), {},
              "year-month-day, such as --on 2026-12-01");
}

Result<int> check(const CheckArguments& arguments, const Context& context) {
  VESPER_TRY(const safety::Date on, day_of(arguments.on));
  VESPER_TRY(const safety::Knowledge knowledge, safety::read_knowledge(context.search));
  VESPER_TRY(const Asked asked, read_asked(arguments, knowledge.vocabulary, context.search, on));
  VESPER_CHECK(safety::possible(asked.patient, on, knowledge.vocabulary));
  const safety::Check done = safety::check(asked.patient, asked.regimen, knowledge, on);
  std::optional<safety::Competition> simulated;
  if (arguments.simulate) {
    VESPER_TRY(simulated, simulation(arguments, asked, knowledge.vocabulary, on, context.search));
  }
  if (arguments.html) {
    VESPER_CHECK(report::write_check(
        done, knowledge.sources, *arguments.html,
        simulated ? report::competition_section(*simulated, done, knowledge.sources) : ""));
  }
  if (arguments.ics) {
    VESPER_CHECK(files::write_whole(*arguments.ics, safety::check_calendar(done)));
  }
  print(done, simulated, knowledge, arguments.json);
  return done.contraindicated() ? exit_contraindicated : 0;
}

}  // namespace vesper::cli

// `vesper compare`: naltrexone beside the other medicines for the same use.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/commands.h"
#include "report/safety_page.h"
#include "safety/comparators.h"

namespace vesper::cli {

Result<int> compare(const CompareArguments& arguments, const Context& context) {
  VESPER_TRY(const files::Date on, day_of(arguments.on));
  VESPER_TRY(const safety::Knowledge knowledge, safety::read_knowledge(context.search));
  VESPER_TRY(const auto comparators,
             safety::read_comparators(context.search, knowledge.vocabulary, arguments.use));
  std::optional<safety::Patient> patient;
  if (arguments.patient) {
    VESPER_TRY(patient, safety::read_patient(*arguments.patient));
    VESPER_CHECK(safety::possible(*patient, on, knowledge.vocabulary));
  }
  const safety::Comparison done =
      safety::compare(arguments.use, comparators, patient, knowledge, on);
  if (arguments.html) {
    VESPER_CHECK(report::write_comparison(done, knowledge.sources, *arguments.html));
  }
  fmt::print("{}", arguments.json ? safety::comparison_json(done, knowledge.sources)
                                  : safety::comparison_text(done, knowledge.sources,
                                                            ::isatty(STDOUT_FILENO) == 1));
  return 0;
}

}  // namespace vesper::cli

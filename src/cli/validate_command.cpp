#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/progress.h"
#include "evidence/evidence.h"
#include "evidence/tables.h"
#include "report/evidence_pages.h"

namespace vesper::cli {

Result<int> validate(const ValidateArguments& arguments, const Context& context) {
  VESPER_TRY(simulate::Options chosen,
             options(arguments.hypotheses, arguments.settings, arguments.engine));
  chosen.threads = arguments.threads;
  ProgressBar bar("validating", "predictions");
  auto validated =
      evidence::validate(arguments.ids, chosen, context.search,
                         [&](std::size_t done, std::size_t total) { bar.update(done, total); });
  bar.finish();
  VESPER_TRY(const evidence::Validation validation, std::move(validated));
  if (arguments.html) {
    VESPER_TRY(const auto sources, evidence::read_sources(context.search));
    VESPER_CHECK(report::write_validation(validation, sources, *arguments.html));
  }
  if (arguments.json) {
    fmt::print("{}\n", evidence::validation_json(validation));
  } else {
    fmt::print("{}\n", evidence::validation_table(validation, ::isatty(STDOUT_FILENO) == 1));
  }
  const bool failed =
      std::any_of(validation.comparisons.begin(), validation.comparisons.end(),
                  [](const evidence::Comparison& one) { return !one.failure.empty(); });
  return failed ? 1 : 0;
}

}  // namespace vesper::cli

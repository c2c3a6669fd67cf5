// `vesper mechanisms`: which claimed mechanisms a regimen can reach.
#include <fmt/format.h>

#include "cli/commands.h"
#include "evidence/mechanisms.h"
#include "report/evidence_pages.h"

namespace vesper::cli {

Result<int> mechanisms(const MechanismsArguments& arguments, const Context& context) {
  VESPER_TRY(const simulate::Options chosen,
             options(arguments.hypotheses, arguments.settings, arguments.engine));
  VESPER_TRY(const evidence::Mechanisms found,
             evidence::mechanisms(arguments.regimen, chosen, context.search));
  if (arguments.html) {
    VESPER_TRY(const auto sources, evidence::read_sources(context.search));
    VESPER_CHECK(report::write_mechanisms(found, sources, *arguments.html));
  }
  fmt::print("{}",
             arguments.json ? evidence::mechanisms_json(found) : evidence::mechanisms_table(found));
  return 0;
}

}  // namespace vesper::cli

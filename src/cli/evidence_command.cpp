// `vesper evidence`: search, show, coverage.
#include <fmt/format.h>

#include "cli/commands.h"
#include "evidence/claims.h"
#include "evidence/library.h"

namespace vesper::cli {

Result<int> search_evidence(const EvidenceArguments& arguments, const Context& context) {
  VESPER_TRY(const evidence::Library library, evidence::read_library(context.search));
  if (arguments.words.empty()) {
    fmt::print("{}", evidence::library_text(library));
    return 0;
  }
  const auto hits = evidence::find(library, arguments.words);
  fmt::print("{}", arguments.json ? evidence::hits_json(hits) : evidence::hits_text(hits));
  return 0;
}

Result<int> show_evidence(const EvidenceArguments& arguments, const Context& context) {
  VESPER_TRY(const evidence::Library library, evidence::read_library(context.search));
  VESPER_TRY(const std::string text, arguments.json ? evidence::show_json(library, arguments.id)
                                                    : evidence::show_text(library, arguments.id));
  fmt::print("{}", text);
  return 0;
}

Result<int> evidence_coverage(const EvidenceArguments& arguments, const Context& context) {
  VESPER_TRY(const evidence::Coverage coverage, evidence::coverage(context.search));
  fmt::print("{}", arguments.json ? evidence::coverage_json(coverage)
                                  : evidence::coverage_table(coverage));
  for (const Diagnostic& offence : coverage.offences) {
    fmt::print(stderr, "{}\n", one_line(offence));
  }
  if (coverage.offences.empty()) return 0;
  fmt::print(stderr,
             "vesper: {} of {} claims have nothing that answers them, {} answers are not there\n",
             coverage.unanswered.size(), coverage.claims.size(), coverage.offences.size());
  return 2;
}

}  // namespace vesper::cli

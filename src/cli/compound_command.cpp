// `vesper compound`: a worksheet, the batch's uniformity, and what uneven units do.
#include <fmt/format.h>

#include "cli/commands.h"
#include "compounding/report.h"
#include "files/write.h"
#include "report/compound_page.h"

namespace vesper::cli {

namespace {

using namespace compounding;

Result<void> assay(const CompoundArguments& arguments, const Knowledge& knowledge,
                   Compounded& all) {
  if (!arguments.assays) return {};
  if (!all.recipe.counted()) {
    return fail(Code::bad_assays, "the test of uniformity is of units, and this is not counted", {},
                "leave out --assays");
  }
  VESPER_TRY(const files::Source source, files::read(*arguments.assays));
  VESPER_TRY(all.assays, read_assays(source, all.recipe, knowledge.test));
  all.assayed = judge(all.assays, knowledge.test);
  return {};
}

Result<void> expose(const CompoundArguments& arguments, const files::SearchPath& search,
                    Compounded& all) {
  if (!arguments.exposure) return {};
  VESPER_TRY(simulate::Options chosen, options({}, {}, arguments.engine));
  const bool assayed = !all.assays.empty();
  const std::vector<double>* percent = assayed          ? &all.assays
                                       : all.uniformity ? &all.uniformity->worst
                                                        : nullptr;
  if (percent == nullptr) {
    return fail(Code::bad_recipe, "an exposure is of units, and this is not counted",
                all.recipe.source.whole(), "leave out --exposure");
  }
  const std::string of = assayed ? "the assayed units"
                         : all.uniformity->worst_fails
                             ? "the worst failing batch of those simulated"
                             : "the least even batch of those simulated, which passes";
  VESPER_TRY(all.exposure, exposure_of(all.recipe, *percent, of, chosen, search));
  return {};
}

}  // namespace

Result<int> compound(const CompoundArguments& arguments, const Context& context) {
  VESPER_TRY(const Knowledge knowledge, read_knowledge(context.search));
  VESPER_TRY(const files::Source source, files::read(arguments.recipe));
  Compounded all;
  VESPER_TRY(all.recipe, read_recipe(source, knowledge, context.search, files::today()));
  VESPER_TRY(all.sheet, make_worksheet(all.recipe, knowledge, context.search));
  VESPER_CHECK(assay(arguments, knowledge, all));
  if (all.recipe.counted()) {
    all.uniformity = simulate_batches(all.recipe, all.sheet, knowledge, arguments.batches,
                                      arguments.seed, arguments.threads);
  }
  VESPER_CHECK(expose(arguments, context.search, all));
  if (arguments.html) {
    VESPER_CHECK(files::write_whole(*arguments.html, report::compound_page(all, knowledge)));
  }
  fmt::print("{}", arguments.json ? compound_json(all, knowledge) : compound_text(all, knowledge));
  return 0;
}

}  // namespace vesper::cli

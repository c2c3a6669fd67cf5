// `vesper compound`: a recipe to a worksheet.
#include <fmt/format.h>

#include "cli/commands.h"
#include "compounding/print.h"
#include "report/compound_page.h"

namespace vesper::cli {

Result<int> compound(const CompoundArguments& arguments, const Context& context) {
  VESPER_TRY(const compounding::Knowledge knowledge, compounding::read_knowledge(context.search));
  VESPER_TRY(const files::Source source, files::read(arguments.recipe));
  compounding::Findings all;
  VESPER_TRY(all.recipe,
             compounding::read_recipe(source, knowledge, context.search, files::today()));
  VESPER_TRY(all.sheet, compounding::work_out(all.recipe, knowledge));
  if (all.recipe.counted()) {
    all.uniformity =
        compounding::simulate_batches(compounding::variation(all.recipe, all.sheet), knowledge.test,
                                      arguments.batches, arguments.seed);
  } else if (arguments.assays || arguments.exposure) {
    return fail(Code::bad_argument,
                fmt::format("{} is for capsules and troches: a {} has no units to test",
                            arguments.assays ? "--assays" : "--exposure", all.recipe.form.id));
  }
  if (arguments.assays) {
    VESPER_TRY(const files::Source results, files::read(*arguments.assays));
    VESPER_TRY(all.assayed, compounding::read_assays(results, all.recipe.strength, knowledge.test));
  }
  if (arguments.exposure) {
    VESPER_TRY(const simulate::Options chosen, options({}, {}, arguments.engine));
    VESPER_TRY(all.exposure, compounding::exposure(all.recipe, *all.uniformity, all.assayed, chosen,
                                                   context.search));
  }
  if (arguments.html) {
    VESPER_CHECK(report::write_compound(all, knowledge, *arguments.html));
  }
  fmt::print("{}", arguments.json ? compounding::json_of(all, knowledge)
                                  : compounding::text_of(all, knowledge));
  return 0;
}

}  // namespace vesper::cli

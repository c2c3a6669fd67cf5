#include <fmt/format.h>

#include <filesystem>
#include <numeric>

#include "cli/commands.h"
#include "equations/system.h"
#include "kernels/kernels.h"
#include "language/antimony.h"
#include "solve/engine.h"

namespace vesper::cli {

namespace fs = std::filesystem;

namespace {

Result<language::Model> read_model(const std::string& name, const files::SearchPath& search) {
  VESPER_TRY(const fs::path path, search.find(name, "models", ".ant", {}));
  return language::read_antimony(path, search);
}

// The code that the fast engine runs, with all outputs of the model.
Result<std::string> code_text(equations::System system, const ShowArguments& arguments) {
  auto shared = std::make_shared<const equations::System>(std::move(system));
  std::vector<std::uint32_t> outputs(shared->outputs.size());
  std::iota(outputs.begin(), outputs.end(), 0U);
  const kernels::Request request{shared, solve::output_nodes(*shared, outputs),
                                 solve::condition_nodes(*shared)};
  if (!shared->ordinary()) {
    return fail(Code::engine_refused,
                fmt::format("this model has no compiled code: {}, which the reference engine does",
                            shared->delays.empty() ? "an algebraic rule is solved in every step"
                                                   : "it looks at its own past"),
                {}, "look at --stage equations");
  }
  auto text =
      kernels::text(request, {arguments.lanes, {}},
                    arguments.stage == "llvm" ? kernels::Stage::llvm : kernels::Stage::assembly);
  if (!text) {
    return fail(Code::engine_refused, text.error(), {},
                "leave --lanes out for the widest that this machine has");
  }
  return std::move(*text);
}

}  // namespace

Result<int> show_model(const ShowArguments& arguments, const Context& context) {
  const bool shows_code = arguments.stage == "llvm" || arguments.stage == "assembly";
  if (arguments.lanes != 0 && !shows_code) {
    return fail(Code::bad_argument, fmt::format("the stage '{}' has no lanes", arguments.stage), {},
                "--lanes goes with --stage llvm or --stage assembly");
  }
  VESPER_TRY(const language::Model model, read_model(arguments.model, context.search));
  if (arguments.stage == "parsed" && arguments.to == "text") {
    fmt::print("{}", language::to_antimony(model));
    return 0;
  }
  VESPER_TRY(const equations::System system, equations::build(model));
  if (arguments.to == "latex") {
    if (arguments.stage != "equations") {
      return fail(
          Code::bad_argument,
          fmt::format("--to latex shows the equations, not the stage '{}'", arguments.stage), {},
          "leave --stage out");
    }
    fmt::print("{}", equations::equations_latex(system));
  } else if (shows_code) {
    VESPER_TRY(const std::string code, code_text(system, arguments));
    fmt::print("{}", code);
  } else if (arguments.stage == "jacobian") {
    fmt::print("{}", equations::jacobian_text(system));
  } else {
    fmt::print("{}", equations::equations_text(system));
  }
  return 0;
}

}  // namespace vesper::cli

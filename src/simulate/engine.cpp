#include "simulate/engine.h"

#include <fmt/format.h>

namespace vesper::simulate {

std::string_view name_of(Engine engine) {
  return engine == Engine::fast ? "fast" : "reference";
}

std::string_view name_of(solve::Method method) {
  switch (method) {
    case solve::Method::rosenbrock:
      return "rosenbrock";
    case solve::Method::explicit_:
      return "explicit";
    case solve::Method::automatic:
      break;
  }
  return "auto";
}

Result<std::unique_ptr<solve::Compiled>> compile(std::shared_ptr<const equations::System> system,
                                                 std::vector<std::uint32_t> outputs,
                                                 const Options& options) {
  if (options.engine == Engine::reference) {
    const bool lanes = options.lanes != 0;
    if (lanes || options.method != solve::Method::automatic) {
      return fail(
          Code::engine_refused,
          fmt::format("the reference engine has no {}", lanes ? "lanes" : "choice of method"), {},
          fmt::format("leave {} out, or use the fast engine", lanes ? "--lanes" : "--method"));
    }
    return solve::compile_reference(std::move(system), std::move(outputs));
  }
  auto compiled = solve::compile_fast(std::move(system), std::move(outputs),
                                      {options.lanes, options.method, options.code_cache});
  if (!compiled) {
    return fail(Code::engine_refused, compiled.error(), {},
                "leave --lanes out for the widest that this machine has");
  }
  return std::move(*compiled);
}

std::size_t batch_of(Engine engine) {
  return engine == Engine::fast ? 128 : 1;
}

}  // namespace vesper::simulate

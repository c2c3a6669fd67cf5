// The engine that a study runs on.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "simulate/study.h"

namespace vesper::simulate {

std::string_view name_of(Engine engine);         // "fast", "reference"
std::string_view name_of(solve::Method method);  // "auto", "rosenbrock", "explicit"

// V0621 where this machine cannot run what the options ask for, or the reference engine is given an
// option of the fast one.
Result<std::unique_ptr<solve::Compiled>> compile(std::shared_ptr<const equations::System> system,
                                                 std::vector<std::uint32_t> outputs,
                                                 const Options& options);

// How many runs it likes to get at once: enough to keep all lanes busy, few enough that a wish to
// stop is heard soon.
std::size_t batch_of(Engine engine);

}  // namespace vesper::simulate

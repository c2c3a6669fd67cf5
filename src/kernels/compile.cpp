#include <fmt/format.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>

#include <algorithm>
#include <chrono>

#include "kernels/cache.h"
#include "kernels/emit.h"
#include "kernels/jit.h"
#include "kernels/kernels.h"
#include "kernels/routines.h"
#include "kernels/target.h"

namespace vesper::kernels {
namespace {

tl::expected<Target, std::string> target_for(unsigned lanes) {
  const std::vector<unsigned> known = widths();
  if (lanes == 0) lanes = known.front();
  if (std::find(known.begin(), known.end(), lanes) == known.end()) {
    return tl::unexpected(fmt::format("this machine has no vectors of {} doubles, only of {}",
                                      lanes, fmt::join(known, ", ")));
  }
  return host_target(lanes);
}

class Compiled final : public Code {
 public:
  Compiled(std::unique_ptr<Linked> linked, const CachedCode& code, unsigned lanes)
      : linked_(std::move(linked)) {
    functions_ = linked_->functions();
    counts_ = code.counts;
    lanes_ = lanes;
    time_dependent_ = code.time_dependent;
  }
  void came_from(bool cache, double seconds) {
    from_cache_ = cache;
    compile_seconds_ = seconds;
  }

 private:
  std::unique_ptr<Linked> linked_;
};

std::shared_ptr<Compiled> linked(const CachedCode& code, const Target& target) {
  auto linked = Linked::link(code.object, target);
  if (!linked) return nullptr;
  return std::make_shared<Compiled>(std::move(linked), code, target.lanes);
}

CachedCode make(const Request& request, const Target& target) {
  const Routines routines = make_routines(make_plan(request));
  llvm::LLVMContext context;
  context.setDiscardValueNames(true);
  const auto module = emit(context, routines, target);
  return {to_object(*module, target), routines.counts, routines.time_dependent};
}

// What the arrays hold, by the model's names where it has one.
Names names_in(const equations::System& system, const Plan& plan) {
  return [&](Array array, std::uint32_t index) -> std::string {
    switch (array) {
      case Array::y:
        return system.states[index].id;
      case Array::p:
        return system.parameters[index].id;
      case Array::c: {
        const equations::Node& node = plan.graph[plan.constants[index]];
        if (node.op == equations::Op::parameter) return system.parameters[node.index].id;
        return fmt::format("c{}", index);
      }
      case Array::g:
        return "g." + system.states[index].id;
      case Array::lu:
        return fmt::format("lu{}", index);
      default:
        return std::string(name(array));
    }
  };
}

}  // namespace

std::vector<unsigned> widths() {
  return host_widths();
}

tl::expected<std::shared_ptr<const Code>, std::string> compile(const Request& request,
                                                               const Options& options) {
  const auto target = target_for(options.lanes);
  if (!target) return tl::unexpected(target.error());
  const auto start = std::chrono::steady_clock::now();
  const auto finished = [&](std::shared_ptr<Compiled> code, bool from_cache) {
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    code->came_from(from_cache, seconds.count());
    return code;
  };
  const std::string key = options.cache.empty() ? std::string() : code_key(request, *target);
  if (!key.empty()) {
    if (const auto cached = read_cached(options.cache, key)) {
      if (auto code = linked(*cached, *target)) return finished(std::move(code), true);
    }
  }
  const CachedCode made = make(request, *target);
  auto code = linked(made, *target);
  if (!code)
    return tl::unexpected(std::string("this machine does not let a program make code for itself"));
  if (!key.empty()) write_cached(options.cache, key, made);
  return finished(std::move(code), false);
}

tl::expected<std::string, std::string> text(const Request& request, const Options& options,
                                            Stage stage) {
  const auto target = target_for(options.lanes);
  if (!target) return tl::unexpected(target.error());
  llvm::LLVMContext context;
  const Plan plan = make_plan(request);
  const auto module = emit(context, make_routines(plan), *target, names_in(*request.system, plan));
  if (stage == Stage::assembly) return to_assembly(*module, *target);
  std::string written;
  llvm::raw_string_ostream stream(written);
  module->print(stream, nullptr);
  return written;
}

}  // namespace vesper::kernels

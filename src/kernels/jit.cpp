#include "kernels/jit.h"

#include <llvm/Config/llvm-config.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>

#include <cassert>
#include <mutex>

#include "equations/graph.h"
#include "kernels/emit.h"
#include "kernels/maths.h"

namespace vesper::kernels {
namespace {

extern "C" double vesper_apply_bridge(std::uint32_t op, double a, double b) {
  return equations::apply(static_cast<equations::Op>(op), a, b);
}

void initialise_llvm() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
  });
}

std::unique_ptr<llvm::TargetMachine> machine_for(const Target& target) {
  initialise_llvm();
  std::string error;
  const llvm::Target* const kind = llvm::TargetRegistry::lookupTarget(target.triple, error);
  assert(kind != nullptr);
  llvm::TargetOptions options;
  return std::unique_ptr<llvm::TargetMachine>(
      kind->createTargetMachine(target.triple, target.cpu, target.features, options,
                                llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Default));
}

std::string generate(llvm::Module& module, const Target& target, llvm::CodeGenFileType type) {
  const auto machine = machine_for(target);
  module.setDataLayout(machine->createDataLayout());
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  [[maybe_unused]] const bool refused = machine->addPassesToEmitFile(passes, stream, nullptr, type);
  assert(!refused);
  passes.run(module);
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

std::string version_of_llvm() {
  return LLVM_VERSION_STRING;
}

std::string to_object(llvm::Module& module, const Target& target) {
  return generate(module, target, llvm::CodeGenFileType::ObjectFile);
}

std::string to_assembly(llvm::Module& module, const Target& target) {
  return generate(module, target, llvm::CodeGenFileType::AssemblyFile);
}

struct Linked::Jit {
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

Linked::Linked() : jit_(std::make_unique<Jit>()) {}
Linked::~Linked() = default;

namespace {

// True, and the value taken, when there is no error; an error is dropped.
template <class T>
bool take(llvm::Expected<T> expected, T& into) {
  if (!expected) {
    llvm::consumeError(expected.takeError());
    return false;
  }
  into = std::move(*expected);
  return true;
}

bool succeeded(llvm::Error error) {
  if (!error) return true;
  llvm::consumeError(std::move(error));
  return false;
}

llvm::orc::SymbolMap symbols(llvm::orc::LLJIT& jit, unsigned lanes) {
  llvm::orc::SymbolMap map;
  const auto add = [&](const std::string& name, void* address) {
    map[jit.mangleAndIntern(name)] = {
        llvm::orc::ExecutorAddr::fromPtr(address),
        llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  };
  for (const MathsFunction& function : maths_functions()) {
    add(maths_symbol(function.op), maths_address(function.op, lanes));
  }
  add(apply_symbol, reinterpret_cast<void*>(&vesper_apply_bridge));
  return map;
}

template <class Function>
bool find(llvm::orc::LLJIT& jit, const char* name, Function& function) {
  llvm::orc::ExecutorAddr address;
  if (!take(jit.lookup(name), address)) return false;
  function = address.toPtr<Function>();
  return true;
}

}  // namespace

std::unique_ptr<Linked> Linked::link(const std::string& object, const Target& target) {
  initialise_llvm();
  llvm::orc::JITTargetMachineBuilder machine{llvm::Triple(target.triple)};
  machine.setCPU(target.cpu);
  llvm::orc::LLJITBuilder builder;
  builder.setJITTargetMachineBuilder(std::move(machine))
      .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
      .setLinkProcessSymbolsByDefault(false);
  std::unique_ptr<Linked> linked(new Linked);
  if (!take(builder.create(), linked->jit_->jit)) return nullptr;
  llvm::orc::LLJIT& jit = *linked->jit_->jit;
  jit.getExecutionSession().setErrorReporter(
      [](llvm::Error error) { llvm::consumeError(std::move(error)); });
  llvm::orc::JITDylib& library = jit.getMainJITDylib();
  Functions& f = linked->functions_;
  const bool ready =
      succeeded(library.define(llvm::orc::absoluteSymbols(symbols(jit, target.lanes)))) &&
      succeeded(jit.addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(object, "vesper"))) &&
      find(jit, "prepare", f.prepare) && find(jit, "rates", f.rates) &&
      find(jit, "factor", f.factor) && find(jit, "stage", f.stage) &&
      find(jit, "outputs", f.outputs) && find(jit, "conditions", f.conditions);
  if (!ready) return nullptr;
  return linked;
}

}  // namespace vesper::kernels

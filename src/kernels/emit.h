// Routines to LLVM's intermediate representation: one function per routine, straight-line code on
// <lanes x double>.
//
// Before: load y[0], load c[0], multiply, store -> dydt[0]
// After:  %y0 = load <8 x double>, ptr %y    ...    store <8 x double> %2, ptr %dydt
//
// Products and sums may be contracted to fused multiply-adds; no other freedom is given.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kernels/routines.h"
#include "kernels/target.h"

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

namespace vesper::kernels {

// Names of what the arrays hold, for people; may be empty.
using Names = std::function<std::string(Array, std::uint32_t)>;

std::unique_ptr<llvm::Module> emit(llvm::LLVMContext& context, const Routines& routines,
                                   const Target& target, const Names& names = {});

// Symbols that the code calls: the elementary functions by name, and the scalar bridge.
std::string maths_symbol(equations::Op op);
inline constexpr const char* apply_symbol = "vesper_apply";

}  // namespace vesper::kernels

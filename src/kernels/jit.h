// From intermediate representation to object code, and from object code to functions in memory.
#pragma once

#include <memory>
#include <string>

#include "kernels/kernels.h"
#include "kernels/target.h"

namespace llvm {
class Module;
}  // namespace llvm

namespace vesper::kernels {

std::string version_of_llvm();

// An object file, as bytes.
std::string to_object(llvm::Module& module, const Target& target);
std::string to_assembly(llvm::Module& module, const Target& target);

// Linked code; lives as long as this does.
class Linked {
 public:
  // Null when the bytes are not an object file with the six functions.
  static std::unique_ptr<Linked> link(const std::string& object, const Target& target);
  ~Linked();
  const Functions& functions() const { return functions_; }

 private:
  struct Jit;
  Linked();
  std::unique_ptr<Jit> jit_;
  Functions functions_;
};

}  // namespace vesper::kernels

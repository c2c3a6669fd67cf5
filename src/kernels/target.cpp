#include "kernels/target.h"

#include <llvm/ADT/StringMap.h>
#include <llvm/TargetParser/Host.h>

#include <algorithm>

namespace vesper::kernels {
namespace {

bool has(const llvm::StringMap<bool>& features, const char* name) {
  const auto found = features.find(name);
  return found != features.end() && found->second;
}

// Sorted, so that the same machine gives the same text.
std::string text(const llvm::StringMap<bool>& features) {
  std::vector<std::string> list;
  for (const auto& feature : features) {
    list.push_back((feature.second ? "+" : "-") + feature.first().str());
  }
  std::sort(list.begin(), list.end());
  std::string joined;
  for (const std::string& feature : list) joined += (joined.empty() ? "" : ",") + feature;
  return joined;
}

}  // namespace

std::vector<unsigned> host_widths() {
#if defined(__x86_64__)
  const llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  std::vector<unsigned> widths;
  const bool avx2 = has(features, "avx2") && has(features, "fma");
  if (avx2 && has(features, "avx512f") && has(features, "avx512dq") && has(features, "avx512vl")) {
    widths.push_back(8);
  }
  if (avx2) widths.push_back(4);
  widths.push_back(2);
  return widths;
#else
  return {2};
#endif
}

Target host_target(unsigned lanes) {
  Target target;
  target.lanes = lanes;
  target.triple = llvm::sys::getProcessTriple();
#if defined(__x86_64__)
  target.fused = lanes > 2;
  target.rounding = lanes > 2;
  target.estimates = lanes == 8;
  // Narrower vectors are compiled as for the machines that have no wider ones.
  if (lanes == 8) {
    target.cpu = llvm::sys::getHostCPUName().str();
    target.features = text(llvm::sys::getHostCPUFeatures());
  } else if (lanes == 4) {
    target.cpu = "x86-64-v3";
  } else {
    target.cpu = "x86-64";
  }
#else
  target.fused = true;
  target.rounding = true;
  target.cpu = llvm::sys::getHostCPUName().str();
  target.features = text(llvm::sys::getHostCPUFeatures());
#endif
  return target;
}

}  // namespace vesper::kernels

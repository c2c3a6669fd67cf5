// The machine that code is made for.
#pragma once

#include <string>
#include <vector>

namespace vesper::kernels {

struct Target {
  unsigned lanes = 0;
  std::string triple, cpu, features;
  bool fused = false;      // a * b + c in one rounding
  bool rounding = false;   // floor and ceil in one instruction
  bool estimates = false;  // 1/x to 14 bits in one instruction
};

// Lanes that this machine can run, widest first.
std::vector<unsigned> host_widths();
// lanes: one of host_widths().
Target host_target(unsigned lanes);

}  // namespace vesper::kernels

// A long routine in pieces that are compiled one by one: the time that the code generator needs
// grows faster than the length of what it sees at once.
//
// What one piece makes and a later one uses goes through a scratch array; loads and literals are
// repeated instead.
#pragma once

#include <optional>
#include <vector>

#include "kernels/routine.h"

namespace vesper::kernels {

struct Pieces {
  std::vector<Value> end;  // of each piece: one past its last instruction
  std::vector<std::optional<std::uint32_t>> scratch;  // by value: its place, if it has one
  std::uint32_t scratch_size = 0;                     // in vectors
};

// At most `length` instructions each.
Pieces cut(const Routine& routine, std::size_t length);

}  // namespace vesper::kernels

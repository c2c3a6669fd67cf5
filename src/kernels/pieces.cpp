#include "kernels/pieces.h"

#include <algorithm>

namespace vesper::kernels {
namespace {

using Kind = Instruction::Kind;

bool is_repeated(const Instruction& instruction) {
  return instruction.kind == Kind::load || instruction.kind == Kind::literal;
}

}  // namespace

Pieces cut(const Routine& routine, std::size_t length) {
  Pieces pieces;
  const auto size = static_cast<Value>(routine.body.size());
  for (std::size_t end = length; end < size; end += length) {
    pieces.end.push_back(static_cast<Value>(end));
  }
  pieces.end.push_back(size);
  pieces.scratch.resize(size);
  if (pieces.end.size() == 1) return pieces;

  std::vector<Value> last_use(size);
  for (Value at = 0; at < size; ++at) {
    const Instruction& i = routine.body[at];
    const Value operands[] = {i.a, i.b, i.c};
    for (int k = 0; k < operand_count(i); ++k) last_use[operands[k]] = at;
  }
  std::vector<std::uint32_t> free;
  std::vector<std::vector<std::uint32_t>> freed_after(pieces.end.size());
  const auto piece_of = [&](Value at) { return static_cast<std::size_t>(at / length); };
  for (Value at = 0; at < size; ++at) {
    const std::size_t made = piece_of(at);
    if (made > 0 && at % length == 0) {
      const auto& freed = freed_after[made - 1];
      free.insert(free.end(), freed.begin(), freed.end());
    }
    if (is_repeated(routine.body[at]) || last_use[at] == 0) continue;
    const std::size_t used = piece_of(last_use[at]);
    if (used == made) continue;
    std::uint32_t place = pieces.scratch_size;
    if (free.empty()) {
      ++pieces.scratch_size;
    } else {
      place = free.back();
      free.pop_back();
    }
    pieces.scratch[at] = place;
    freed_after[used].push_back(place);
  }
  return pieces;
}

}  // namespace vesper::kernels

// What was measured, for people and for programs.
#pragma once

#include <span>
#include <string>

#include "baseline/baseline.h"
#include "study.h"

namespace vesper::bench {

std::string tables(std::span<const Row> rows);
std::string json(std::span<const Row> rows);  // a list of objects
std::string text(const Peak& peak);

}  // namespace vesper::bench

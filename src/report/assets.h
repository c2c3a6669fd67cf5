// What the page looks like and what makes its figures draw.
#pragma once

#include <string_view>

namespace vesper::report {

std::string_view style();   // CSS
std::string_view script();  // JavaScript; wants vega, vega-lite and vega-embed before it

}  // namespace vesper::report

// The page itself.
#pragma once

#include <string>

#include "report/story.h"

namespace vesper::report {

// The programs that draw, as found in web/vendor.
struct Bundle {
  std::string vega, vega_lite, vega_embed;
  std::string licences;  // of them and of what they contain, which must travel with them
};

// A whole HTML document that loads nothing: styles, programs, figures and data are in it, and its
// Content-Security-Policy forbids the rest.
std::string page(const Story& story, const Bundle& bundle);

}  // namespace vesper::report

// Text for terminals, in UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace vesper::evidence {

std::size_t text_width(std::string_view text);  // code points; our marks take one column each
std::string padded(std::string_view text, std::size_t columns);       // on the right
std::string padded_left(std::string_view text, std::size_t columns);  // on the left

// Words in lines of at most `columns`, each ending in a newline; the first begins with `first`, the
// others with `rest`.
std::string wrapped(std::string_view text, std::size_t columns, std::string_view first,
                    std::string_view rest);

// Three significant digits: "0.0123", "12.3", "3.8e+07"; "-" for no number.
std::string three_digits(double value);

// Two significant digits with thousands apart: "35,000", "8.2", "0.013".
std::string two_digits(double value);

}  // namespace vesper::evidence

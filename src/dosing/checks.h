// Ranges of numbers in the files of this room, refused with the place and the text as written.
#pragma once

#include <string_view>

#include "files/yaml.h"

namespace vesper::dosing {

enum class Range { positive, not_negative, fraction, positive_fraction };

Result<double> in_range(const files::Yaml& value, std::string_view what, const units::Unit& unit,
                        Range range);

// Units of this room, as shown in messages.
units::Unit hours();           // [h]
units::Unit per_hour();        // [/h]
units::Unit milligrams();      // [mg]
units::Unit nanomoles();       // [nmol]
units::Unit grams_per_mole();  // [g/mol]

}  // namespace vesper::dosing

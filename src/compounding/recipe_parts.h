// Parts of a recipe that are read by themselves.
#pragma once

#include "compounding/recipe.h"

namespace vesper::compounding {

// V1201 where a pharmacy cannot make it.
Result<void> compoundable(const dosing::Product& product, const Knowledge& knowledge,
                          const Place& place);
// V1201, or the form's name is unknown.
Result<void> form_is_made(const files::Yaml& form, const Knowledge& knowledge);

// One that may be used here: V1202 where it is refused or avoided, V1207 where it has none of the
// roles.
Result<const Excipient*> read_excipient(const files::Yaml& value,
                                        const std::vector<std::string>& roles,
                                        const std::set<std::string>& avoid,
                                        const Knowledge& knowledge);

Result<Prices> read_prices(const files::Yaml& entry);

}  // namespace vesper::compounding

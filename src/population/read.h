// The parts of the reader of a population file.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "files/yaml.h"
#include "population/data.h"

namespace vesper::population {

inline constexpr double largest_cv = 2;

// A spread: not negative, at most `most`; `key` is "cv" or "sd".
Result<double> read_spread(const files::Yaml& value, std::string_view key, const units::Unit& unit,
                           double most);

Result<void> read_covariates(const files::Yaml& root, Contents& contents);
Result<void> read_parameters(const files::Yaml& root, Contents& contents);
Result<std::vector<Effect>> read_effects(const files::Yaml& list, const Contents& contents);

// A list of [name, name, number] over variables; `find` gives a name's index or says what is wrong
// with it.  The Cholesky factor of the correlation matrix.
Result<Matrix> read_correlations(
    const files::Yaml* list, const std::vector<std::string>& names,
    const std::function<Result<std::size_t>(const files::Yaml& name)>& find);

// Factors a correlation matrix; `place(i, j)` is where the file gives that pair.
Result<Matrix> factor_or_refuse(
    const Matrix& correlation, const std::vector<std::string>& names,
    const std::function<Place(std::size_t row, std::size_t column)>& place);

}  // namespace vesper::population

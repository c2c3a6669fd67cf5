// What can be weighed, and how to weigh less.
//
// Least weighable quantity = sensitivity requirement * 100 / allowed error [%].  Below it a
// multiple is weighed, diluted, and a part (aliquot) of the dilution taken.  Source: aliquot-method
// in evidence/sources.yaml.
#pragma once

#include <optional>
#include <vector>

namespace vesper::compounding {

// [mg]; sensitivity [mg], error [%]
double minimum_weighable(double sensitivity, double error);

// One dilution: `drug` (the powder, or the aliquot before) and `diluent` make `total`; `aliquot` of
// it is a `factor`-th, and holds what is wanted.  All [mg].
struct Dilution {
  double drug = 0, diluent = 0, total = 0, aliquot = 0;
  int factor = 1;
};

// How to come by `wanted` [mg] where at least `least` [mg] can be weighed; empty where it can be
// weighed as it is.  Drug, diluent and aliquot are each at least `least`, and one dilution is
// `most_factor`-fold at most: what needs more is diluted again.  `aliquot`, where given, is the
// part that is taken each time, at least `least`.
inline constexpr int most_factor = 100;
std::vector<Dilution> dilutions(double wanted, double least,
                                std::optional<double> aliquot = std::nullopt);

// Doublings until `first` [mg] is `total` [mg]: as much diluent is added each time as there is.
int geometric_steps(double first, double total);

}  // namespace vesper::compounding

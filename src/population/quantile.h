// The normal distribution and its truncation, accurate in both tails.
#pragma once

namespace vesper::population {

double normal_cdf(double z);             // P(Z <= z)
double normal_quantile(double p);        // -+infinity at 0 and 1
double normal_mass(double a, double b);  // P(a < Z <= b), a <= b

// Bounds that leave less than this of a distribution are taken for a mistake.
inline constexpr double least_mass = 1e-6;

// The value x of a standard normal truncated to [a, b] that stands where z stands in the whole:
//   (F(x) - F(a)) / (F(b) - F(a)) = F(z)
// normal_mass(a, b) >= least_mass; either end may be infinite, with both x is z itself.
double truncate_normal(double z, double a, double b);

}  // namespace vesper::population

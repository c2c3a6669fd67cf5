#include "reference/vector_operations.h"

#include <nvector/nvector_serial.h>

#include <cmath>
#include <cstddef>

namespace vesper::reference {

namespace {

double* data(N_Vector vector) {
  return NV_DATA_S(vector);
}
std::size_t length(N_Vector vector) {
  return static_cast<std::size_t>(NV_LENGTH_S(vector));
}

// z = a x + b y
void linear_sum(double a, N_Vector x, double b, N_Vector y, N_Vector z) {
  const double *px = data(x), *py = data(y);
  double* pz = data(z);
  const std::size_t n = length(z);
  if (a == 1 && b == 1)
    for (std::size_t k = 0; k < n; ++k) pz[k] = px[k] + py[k];
  else if (a == 1 && b == -1)
    for (std::size_t k = 0; k < n; ++k) pz[k] = px[k] - py[k];
  else
    for (std::size_t k = 0; k < n; ++k) pz[k] = a * px[k] + b * py[k];
}

void constant(double c, N_Vector z) {
  double* pz = data(z);
  for (std::size_t k = 0, n = length(z); k < n; ++k) pz[k] = c;
}

void scale(double c, N_Vector x, N_Vector z) {
  const double* px = data(x);
  double* pz = data(z);
  for (std::size_t k = 0, n = length(z); k < n; ++k) pz[k] = c * px[k];
}

void absolute(N_Vector x, N_Vector z) {
  const double* px = data(x);
  double* pz = data(z);
  for (std::size_t k = 0, n = length(z); k < n; ++k) pz[k] = std::fabs(px[k]);
}

void inverse(N_Vector x, N_Vector z) {
  const double* px = data(x);
  double* pz = data(z);
  for (std::size_t k = 0, n = length(z); k < n; ++k) pz[k] = 1 / px[k];
}

// sqrt(mean((x w)^2))
double weighted_norm(N_Vector x, N_Vector w) {
  const double *px = data(x), *pw = data(w);
  const std::size_t n = length(x);
  double sum = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const double product = px[k] * pw[k];
    sum += product * product;
  }
  return std::sqrt(sum / static_cast<double>(n));
}

// z = sum_j c_j x_j
int linear_combination(int count, double* c, N_Vector* x, N_Vector z) {
  double* pz = data(z);
  const std::size_t n = length(z);
  const double* first = data(x[0]);
  for (std::size_t k = 0; k < n; ++k) pz[k] = c[0] * first[k];
  for (int j = 1; j < count; ++j) {
    const double* px = data(x[j]);
    for (std::size_t k = 0; k < n; ++k) pz[k] += c[j] * px[k];
  }
  return 0;
}

// z_j = a_j x + y_j
int scale_and_add(int count, double* a, N_Vector x, N_Vector* y, N_Vector* z) {
  const double* px = data(x);
  const std::size_t n = length(x);
  for (int j = 0; j < count; ++j) {
    const double* py = data(y[j]);
    double* pz = data(z[j]);
    for (std::size_t k = 0; k < n; ++k) pz[k] = a[j] * px[k] + py[k];
  }
  return 0;
}

}  // namespace

void use_own_operations(N_Vector vector) {
  vector->ops->nvlinearsum = linear_sum;
  vector->ops->nvconst = constant;
  vector->ops->nvscale = scale;
  vector->ops->nvabs = absolute;
  vector->ops->nvinv = inverse;
  vector->ops->nvwrmsnorm = weighted_norm;
  vector->ops->nvlinearcombination = linear_combination;
  vector->ops->nvscaleaddmulti = scale_and_add;
}

}  // namespace vesper::reference

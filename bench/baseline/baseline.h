// The engines that Vesper is measured against, hand-written for W1 and W2 as an expert would.
//
// They live in a shared library of their own, loaded with dlopen, that shows one symbol only: it
// carries a private SUNDIALS, and the program has the packaged one as well.  Compiled with
// -O3 -march=native.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vesper::bench {

// What differs between patients; the models say what it means.
struct Patient {
  double CL = 0, V2 = 0, ka = 0, koffs = 0, kouts = 0;
};

// Boluses into A1 at 0, interval, 2 interval, ... and one row an hour from 0 to `hours`, both
// included, with the values just after a dose where one falls.
struct Schedule {
  double dose = 13181;     // [nmol]
  unsigned interval = 24;  // [h]
  unsigned hours = 4320;
  std::size_t rows() const { return hours + std::size_t{1}; }
  unsigned doses() const { return hours / interval; }  // none at the end
};

enum class Model { W1, W2 };

struct Outcome {
  std::uint64_t steps = 0, evaluations = 0;
  std::string failure;  // empty: none
};

class Peer {
 public:
  virtual ~Peer() = default;
  // values: schedule.rows() x states, row by row.
  virtual Outcome solve(const Patient& patient, const Schedule& schedule, double* values) = 0;
};

// One core's physical limits.
struct Peak {
  unsigned lanes = 0;           // doubles in a vector register
  double fused_per_second = 0;  // multiply-adds of one double
  double bytes_per_second = 0;  // loaded from the first-level cache
};

class Baseline {
 public:
  virtual ~Baseline() = default;
  virtual std::size_t states(Model model) const = 0;
  virtual std::vector<double> initial(Model model) const = 0;
  virtual void derivatives(Model model, const Patient& patient, const double* y,
                           double* dydt) const = 0;
  // Dense, states x states, row by row, from the sparse one.
  virtual std::vector<double> jacobian(Model model, const Patient& patient,
                                       const double* y) const = 0;
  virtual std::unique_ptr<Peer> cvode(Model model, double relative, double absolute) const = 0;
  // W1 only: W2 is too stiff for an explicit method.
  virtual std::unique_ptr<Peer> dopri5(double relative, double absolute) const = 0;
  // Of CVode() as this library calls it, so that the caller can see whose it is.
  virtual const void* cvode_address() const = 0;
  virtual Peak peak() const = 0;
};

}  // namespace vesper::bench

// The one symbol of the library.
extern "C" __attribute__((visibility("default"))) const vesper::bench::Baseline* vesper_baseline();

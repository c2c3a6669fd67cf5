// Machine code for the formulas of one system, over vectors of patients.
//
// Every array is [item][lane], the lane fastest, aligned to a whole vector (lanes * 8 bytes): the
// value of item i in lane l is a[i * lanes + l].  A lane's results depend on that lane's arguments
// alone, to the last bit, whatever stands in the others: NaN and infinity stay in their lane.
//
// Numbers are data: the code depends on the structure of the graph alone.  What depends on
// parameters alone is computed once by prepare() into a table of constants c.
//
// The meaning of each operation is equations::apply.  Differences from it, all of rounding: a
// product and a sum may be fused; a/b may be a * (1/b); elementary functions are SLEEF's, whose
// errors are in maths.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "equations/system.h"

namespace vesper::kernels {

// Lanes of one vector: 8 with AVX-512, 4 with AVX2 and FMA, 2 with SSE2 or NEON.  Those that this
// machine can run, widest first; never empty.
std::vector<unsigned> widths();

struct Request {
  std::shared_ptr<const equations::System> system;
  std::vector<equations::NodeId> outputs;     // values wanted at output times
  std::vector<equations::NodeId> conditions;  // triggers and switches, looked at on the way
};

struct Options {
  unsigned lanes = 0;           // one of widths(); 0: the widest
  std::filesystem::path cache;  // folder of compiled code; empty: none is kept
};

// The matrix that a Rosenbrock step solves with, W = D - df/dy, D diagonal and equal in all rows of
// a lane.  Its LU factors have a pattern fixed at compile time, rows and columns in one
// fill-reducing order, no pivoting.  A zero pivot gives infinities or NaN in its lane.  The first
// vectors of lu, one per state, are the reciprocals of the pivots.
struct Functions {
  // c <- what depends on the parameters p alone.
  void (*prepare)(const double* p, double* c);
  // dydt <- f(t, y).  t is one vector.
  void (*rates)(const double* t, const double* y, const double* c, double* dydt);
  // lu <- factors of W with the diagonal d (one vector); dfdt <- the partial derivative by time.
  void (*factor)(const double* t, const double* y, const double* c, const double* d, double* lu,
                 double* dfdt);
  // k <- W^-1 (f(t, y) + g).  k may be g.
  void (*stage)(const double* t, const double* y, const double* c, const double* lu,
                const double* g, double* k);
  // w <- values of Request::outputs (conditions).
  void (*outputs)(const double* t, const double* y, const double* c, double* w);
  void (*conditions)(const double* t, const double* y, const double* c, double* w);
};

struct Counts {
  std::size_t constants = 0;  // vectors in c
  std::size_t factors = 0;    // vectors in lu
  std::size_t jacobian = 0;   // entries of df/dy, structurally non-zero
  std::size_t fill = 0;       // entries of L + U that df/dy + D does not have
  // Vector operations of one call (arithmetic, functions; no loads and stores).
  std::size_t rates_operations = 0, factor_operations = 0, stage_operations = 0,
              outputs_operations = 0;
};

// Compiled code: constant, shared by all threads.
class Code {
 public:
  virtual ~Code() = default;
  const Functions& call() const { return functions_; }
  const Counts& counts() const { return counts_; }
  unsigned lanes() const { return lanes_; }
  bool time_dependent() const { return time_dependent_; }  // may dfdt be other than 0?
  double compile_seconds() const { return compile_seconds_; }
  bool from_cache() const { return from_cache_; }

 protected:
  Functions functions_{};
  Counts counts_;
  unsigned lanes_ = 0;
  bool time_dependent_ = false, from_cache_ = false;
  double compile_seconds_ = 0;
};

// The reason why not, in words: a width that this machine cannot run, or a machine that forbids
// programs to make code for themselves.  Everything else is a bug.
tl::expected<std::shared_ptr<const Code>, std::string> compile(const Request& request,
                                                               const Options& options);

// What `vesper model show --stage llvm|assembly` prints.
enum class Stage { llvm, assembly };
tl::expected<std::string, std::string> text(const Request& request, const Options& options,
                                            Stage stage);

}  // namespace vesper::kernels

// The past of one solution, for values that come from it.
//
// Of every accepted step six points of its interpolant are kept, those of Chebyshev and Lobatto,
// and read by the barycentric formula: a polynomial of degree 5, exact for the interpolants of all
// orders up to that.  Berrut & Trefethen (2004) SIAM Review 46:501, section 5.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace vesper::solve {

class History {
 public:
  using Parameters = std::shared_ptr<const std::vector<double>>;
  // State (of as many as were begun with) at a time within the step.
  using Interpolant = std::function<void(double t, std::span<double> y)>;

  explicit History(std::size_t states) : states_(states) {}

  // The solution sets out from (t, y), with these parameters in the steps that follow.
  void begin(double t, std::span<const double> y, std::span<const double> parameters);
  // A step is accepted as far as `to`; `from` is where the one before ended.
  void add(double from, double to, const Interpolant& interpolant);

  bool empty() const { return parameters_ == nullptr; }

  // The state at t, of two at the same time the later, and the parameters that held.  Beyond the
  // last step the way from there to (`now`, `y_now`) is taken as straight: steps are to be shorter
  // than delays.  `t` is not before the first start, but for rounding; the history is not empty.
  Parameters at(double t, double now, std::span<const double> y_now, std::span<double> y) const;

 private:
  static constexpr std::size_t points = 6;
  struct Piece {
    double from = 0, to = 0;
    std::vector<double> values;  // points x states
    Parameters parameters;
  };
  void read(const Piece& piece, double t, std::span<double> y) const;

  std::size_t states_;
  std::vector<Piece> pieces_;  // ascending
  Parameters parameters_;
  double end_ = 0;  // of the last step, or where it sets out anew
  std::vector<double> y_end_;
};

}  // namespace vesper::solve

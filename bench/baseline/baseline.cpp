#include "baseline/baseline.h"

#include "baseline/cvode.h"
#include "baseline/dopri5.h"
#include "baseline/models.h"
#include "baseline/peak.h"

namespace vesper::bench {

namespace {

template <class M>
std::vector<double> dense_jacobian(const Patient& patient, const double* y) {
  std::vector<double> dense(std::size_t{M::states} * M::states, 0.0);
  M(patient).jacobian(y, [&](int row, int column, double value) {
    dense[static_cast<std::size_t>(row * M::states + column)] = value;
  });
  return dense;
}

class HandWritten final : public Baseline {
 public:
  std::size_t states(Model model) const override {
    return model == Model::W1 ? W1::states : W2::states;
  }
  std::vector<double> initial(Model model) const override {
    std::vector<double> y(states(model));
    if (model == Model::W1)
      W1::start(y.data());
    else
      W2::start(y.data());
    return y;
  }
  void derivatives(Model model, const Patient& patient, const double* y,
                   double* dydt) const override {
    if (model == Model::W1)
      W1(patient).derivatives(y, dydt);
    else
      W2(patient).derivatives(y, dydt);
  }
  std::vector<double> jacobian(Model model, const Patient& patient,
                               const double* y) const override {
    return model == Model::W1 ? dense_jacobian<W1>(patient, y) : dense_jacobian<W2>(patient, y);
  }
  std::unique_ptr<Peer> cvode(Model model, double relative, double absolute) const override {
    return make_cvode(model, relative, absolute);
  }
  std::unique_ptr<Peer> dopri5(double relative, double absolute) const override {
    return make_dopri5(relative, absolute);
  }
  const void* cvode_address() const override { return address_of_cvode(); }
  Peak peak() const override { return measure_peak(); }
};

}  // namespace

}  // namespace vesper::bench

const vesper::bench::Baseline* vesper_baseline() {
  static const vesper::bench::HandWritten baseline;
  return &baseline;
}

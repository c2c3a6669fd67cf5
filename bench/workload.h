// W1 and W2: the model, the patients, the reference values, read from the benchmarks folder.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "baseline/baseline.h"
#include "equations/system.h"
#include "solve/solve.h"

namespace vesper::bench {

template <class T>
using Expected = tl::expected<T, std::string>;  // the reason why not, in words

// A solution as it should be: of one patient, at some hours.
struct ReferenceValues {
  std::size_t patient = 0;  // index into Workload::patients
  std::vector<unsigned> hours;
  std::vector<double> values;  // hours x states, row by row
};

struct Workload {
  std::string name;
  Model model = Model::W1;
  Schedule schedule;
  std::vector<std::string> states;  // their names, in the order of every row
  std::vector<Patient> patients;
  std::vector<ReferenceValues> reference;
  std::shared_ptr<const equations::System> system;
  std::vector<std::uint32_t> outputs;  // of the system: the states, in the same order

  // The system's parameter vector of a patient.
  std::vector<double> parameters(const Patient& patient) const;
  std::vector<solve::Problem> problems(std::span<const std::size_t> patients, double relative,
                                       double absolute) const;
};

// $VESPER_BENCHMARKS, or shared/benchmarks beside the repository.
Expected<std::filesystem::path> benchmarks_folder();
Expected<Workload> read_workload(const std::filesystem::path& folder, Model model);

}  // namespace vesper::bench

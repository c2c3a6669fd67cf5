// A folder with small models, products and populations of our own, whose answers are known in
// closed form.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "engine_in_force.h"
#include "simulate/protocol.h"
#include "simulate/run.h"
#include "simulate/study.h"
#include "temporary_folder.h"

namespace vesper::simulate {

// One compartment with absorption; nmol, L, h.  CL is known to 30 %.
inline const std::string one_compartment = R"(
unit substance = 1e-9 mole;
unit extent = 1e-9 mole;
unit volume = litre;
unit time_unit = 3600 second;
unit nM = 1e-9 mole / litre;
unit L = litre;
unit L_per_h = litre / (3600 second);
unit per_hour = 1 / (3600 second);

model one
  species Gut, Central;
  Gut = 0; Central = 0;
  //@ dose oral into Gut
  //@ dose intravenous into Central
  ka = 1 per_hour;
  CL = 10 L_per_h;
  CL.coefficientOfVariation = 0.3;
  V = 50 L;
  EC50 = 20 nM;
  absorption:  Gut -> Central; ka * Gut;
  elimination: Central -> ;    CL * C;
  C := Central / V;            C has nM;  C is "plasma drug";
  occ := C / (EC50 + C);       occ has dimensionless;  occ is "target occupancy";
  //@ hypothesis slow "slow clearance" CL = 10
  //@ hypothesis fast "fast clearance" CL = 20
end
)";

// The same drug in mg and minutes: ke = 0.2 /h.
inline const std::string one_in_minutes = R"(
unit substance = 1e-3 gram;
unit extent = 1e-3 gram;
unit volume = litre;
unit time_unit = 60 second;
unit mg_per_L = 1e-3 gram / litre;
unit L = litre;
unit L_per_min = litre / (60 second);
unit per_min = 1 / (60 second);

model minutes
  species Gut, Central;
  Gut = 0; Central = 0;
  //@ dose oral into Gut
  //@ dose intravenous into Central
  ka = 0.016666666666666666 per_min;
  CL = 0.16666666666666666 L_per_min;
  V = 50 L;
  absorption:  Gut -> Central; ka * Gut;
  elimination: Central -> ;    CL * C;
  C := Central / V;            C has mg_per_L;  C is "plasma drug";
end
)";

inline constexpr double dose_nmol = 4000;  // 1 mg of the base

class Bench {
 public:
  Bench() {
    folder_.write("models/one.ant", one_compartment);
    folder_.write("models/minutes.ant", one_in_minutes);
    folder_.write("products/drugs.yaml",
                  "testine:\n  molar-mass: {base: 250 g/mol, hydrochloride: 300 g/mol}\n"
                  "  source: textbook\n");
    product("tablet", "oral");
    product("bolus", "intravenous");
    product("patch", "transdermal");
    product("infusion", "intravenous", "1 mg", "base",
            "release: [{fraction: 1, zero-order: 2 h}]\n");
    product("gamma", "intravenous", "1 mg", "base",
            "release:\n  - {fraction: 0.4, first-order: 0.5 /h}\n"
            "  - {fraction: 0.6, gamma: {shape: 1, scale: 3 h}}\n");
    product("salt", "oral", "1.2 mg", "hydrochloride");
    folder_.write("populations/adults.yaml", R"(title: Adults
noun: adults
covariates:
  weight: {log-normal: {mean: 80 kg, cv: 20 %}, from: 40 kg, to: 160 kg}
  sex: {choice: {female: 50 %, male: 50 %}}
parameters:
  CL:
    between-patient: {log-normal: {cv: 30 %}}
    effects: [{covariate: weight, power: 0.75, reference: 70 kg}]
  V: {between-patient: {log-normal: {cv: 20 %}}}
sources: [textbook]
)");
    search_.working_folder = folder_.path();
    search_.share = folder_.path();
  }

  void product(const std::string& id, const std::string& route, const std::string& amount = "1 mg",
               const std::string& form = "base", const std::string& more = "") {
    folder_.write("products/" + id + ".yaml",
                  "name: " + id + "\ncontent: {drug: testine, amount: " + amount + ", as: " + form +
                      "}\nroute: " + route + "\n" + more +
                      "compoundable: yes\nsources: [textbook]\n");
  }

  const files::SearchPath& search() const { return search_; }
  std::filesystem::path path() const { return folder_.path(); }
  std::filesystem::path out(const std::string& name = "out") const { return path() / name; }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    return folder_.write(name, text);
  }

  Result<Protocol> protocol(const std::string& text) const {
    return read_protocol(write("protocols/p.yaml", text), search_);
  }
  Result<Study> study(const std::string& text,
                      const Options& options = testing::options_in_force()) const {
    VESPER_TRY(Protocol read, protocol(text));
    return Study::prepare(std::move(read), options, search_);
  }
  // Prepares and runs into `out`; fails the test on an error.
  Summary run(const std::string& text, const Options& options, const std::filesystem::path& out,
              const Progress& progress = {}) const {
    auto prepared = study(text, options);
    EXPECT_TRUE(prepared) << prepared.error().text();
    if (!prepared) return {};
    auto summary = simulate::run(*prepared, options, out, progress);
    EXPECT_TRUE(summary) << summary.error().text();
    return summary ? *summary : Summary{};
  }

 private:
  testing::TemporaryFolder folder_;
  files::SearchPath search_;
};

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// Concentration [nM] after one oral dose into `one`.
inline double oral(double t, double dose = dose_nmol, double ka = 1, double ke = 0.2,
                   double volume = 50) {
  return dose * ka / (volume * (ka - ke)) * (std::exp(-ke * t) - std::exp(-ka * t));
}

}  // namespace vesper::simulate

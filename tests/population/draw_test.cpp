#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "population/population.h"
#include "population/quantile.h"

namespace vesper::population {
namespace {

constexpr std::size_t many = 20000;
const double kolmogorov = 1.63 / std::sqrt(static_cast<double>(many));  // 1 %

Population parse(const std::string& text) {
  const auto source = files::check("p.yaml", text);
  auto population = Population::parse(*source);
  if (!population) {
    ADD_FAILURE() << population.error().text();
    return *Population::parse(
        files::Source("none", "title: t\nparameters: {X: {between-patient: {normal: {sd: 1}}}}\n"));
  }
  return std::move(*population);
}

const char* const adults = R"(title: Healthy adults
noun: adults
covariates:
  sex:        {choice: {female: 60 %, male: 40 %}}
  age:        {uniform: {from: 18 years, to: 75 years}}
  weight:     {log-normal: {mean: 80 kg, cv: 20 %}}
  height:     {normal: {mean: 170 cm, sd: 0.09 m}}
  creatinine clearance: {normal: {mean: 100 mL/min, sd: 20 mL/min}, from: 90 mL/min, to: 120 mL/min}
  muscle:     {log-normal: {median: 30 kg, cv: 50 %}, from: 20 kg}
  child-pugh: {choice: {none: 97 %, A: 2 %, B: 0.7 %, C: 0.3 %}}
correlations:
  - [age, creatinine clearance, -0.6]
  - [weight, height, 0.5]
  - [sex, height, 0.4]
parameters:
  CL:
    between-patient: {log-normal: {cv: 30 %}}
    effects:
      - {covariate: weight, power: 0.75, reference: 70 kg}
      - {covariate: creatinine clearance, linear: 0.5, reference: 6 L/h}
      - {covariate: age, exponential: -0.01 /year, reference: 40 years}
      - {covariate: child-pugh, factors: {none: 1, A: 1, B: 1, C: 0.6}}
  F: {between-patient: {logit-normal: {sd: 0.66}}}
  baseline: {between-patient: {normal: {sd: 3}}}
  Vc: {between-patient: {log-normal: {cv: 60 %}}, from: 150, to: 400}
  ka: {effects: [{covariate: sex, factors: {female: 0.8, male: 1}}]}
parameter-correlations:
  - [CL, F, -0.3]
  - [CL, Vc, 0.7]
sources: [a, b]
)";

const std::vector<double> typical = {140, 0.11, 10, 192, 2};

struct Sample {
  std::vector<std::vector<double>> covariates, parameters;  // variable by variable
};

const Sample& sample() {
  static const Sample drawn = [] {
    const Population population = parse(adults);
    Sample all;
    all.covariates.resize(population.covariates().size());
    all.parameters.resize(population.parameters().size());
    for (std::uint64_t id = 1; id <= many; ++id) {
      const Patient patient = population.draw(1, 0, id, typical);
      EXPECT_EQ(patient.problem, "");
      for (std::size_t i = 0; i < patient.covariates.size(); ++i) {
        all.covariates[i].push_back(patient.covariates[i]);
      }
      for (std::size_t i = 0; i < patient.parameters.size(); ++i) {
        all.parameters[i].push_back(patient.parameters[i]);
      }
    }
    return all;
  }();
  return drawn;
}

double mean(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += value;
  return sum / static_cast<double>(x.size());
}

double correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const double mx = mean(x), my = mean(y);
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
  }
  return xy / std::sqrt(xx * yy);
}

double sd(const std::vector<double>& x) {
  const double m = mean(x);
  double sum = 0;
  for (const double value : x) sum += (value - m) * (value - m);
  return std::sqrt(sum / static_cast<double>(x.size() - 1));
}

std::vector<double> mapped(const std::vector<double>& x, const std::function<double(double)>& f) {
  std::vector<double> y(x.size());
  std::transform(x.begin(), x.end(), y.begin(), f);
  return y;
}

// Largest distance between the sample's distribution function and `cdf`.
double distance(std::vector<double> x, const std::function<double(double)>& cdf) {
  std::sort(x.begin(), x.end());
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double at = cdf(x[i]), n = static_cast<double>(x.size());
    worst = std::max({worst, std::abs(at - static_cast<double>(i) / n),
                      std::abs(at - static_cast<double>(i + 1) / n)});
  }
  return worst;
}

double share(const std::vector<double>& x, double value) {
  return static_cast<double>(std::count(x.begin(), x.end(), value)) / static_cast<double>(x.size());
}

// A standard normal score of a value whose margin has this distribution function.
std::vector<double> scores(const std::vector<double>& x, const std::function<double(double)>& cdf) {
  return mapped(x, [&](double value) { return normal_quantile(cdf(value)); });
}

double truncated_cdf(double z, double a, double b) {
  return normal_mass(a, z) / normal_mass(a, b);
}

double age_cdf(double x) {
  return (x - 18) / 57;
}
double clearance_cdf(double x) {
  return truncated_cdf((x - 100) / 20, -0.5, 1);
}

TEST(Draw, covariatesHaveTheirMargins) {
  const auto& x = sample().covariates;
  EXPECT_NEAR(share(x[0], 0), 0.6, 0.01);
  EXPECT_NEAR(share(x[6], 3), 0.003, 0.001);
  EXPECT_LT(distance(x[1], age_cdf), kolmogorov);
  EXPECT_NEAR(mean(x[2]), 80, 0.4);
  EXPECT_NEAR(sd(x[2]) / mean(x[2]), 0.2, 0.004);
  EXPECT_NEAR(mean(x[3]), 170, 0.3);
  EXPECT_NEAR(sd(x[3]), 9, 0.15);
}

TEST(Draw, truncationIsTheConditionalDistribution) {
  const auto& x = sample().covariates;
  EXPECT_GE(*std::min_element(x[4].begin(), x[4].end()), 90);
  EXPECT_LE(*std::max_element(x[4].begin(), x[4].end()), 120);
  EXPECT_LT(distance(x[4], clearance_cdf), kolmogorov);
  EXPECT_EQ(share(x[4], 90), 0);  // clipping would heap patients here
  const double sigma = std::sqrt(std::log(1.25));
  const double a = std::log(20.0 / 30) / sigma;
  EXPECT_LT(
      distance(x[5],
               [&](double v) { return truncated_cdf(std::log(v / 30) / sigma, a, INFINITY); }),
      kolmogorov);
}

TEST(Draw, covariatesHaveTheirCorrelations) {
  const auto& x = sample().covariates;
  EXPECT_NEAR(correlation(scores(x[1], age_cdf), scores(x[4], clearance_cdf)), -0.6, 0.02);
  const auto log_weight = mapped(x[2], [](double v) { return std::log(v); });
  EXPECT_NEAR(correlation(log_weight, x[3]), 0.5, 0.02);
  EXPECT_NEAR(correlation(x[1], x[3]), 0, 0.02);
  // A choice cuts its normal: the point-biserial correlation is r f(c) / sqrt(p (1 - p)).
  const double cut = normal_quantile(0.6);
  const double density = std::exp(-cut * cut / 2) / std::sqrt(2 * std::numbers::pi);
  EXPECT_NEAR(correlation(x[0], x[3]), 0.4 * density / std::sqrt(0.24), 0.02);
}

TEST(Draw, parametersFollowTheirEquations) {
  const auto& x = sample().covariates;
  const auto& p = sample().parameters;
  std::vector<double> eta(many);
  for (std::size_t i = 0; i < many; ++i) {
    const double clearance = x[4][i] * 0.06;  // mL/min in L/h
    const double expected = 140 * std::pow(x[2][i] / 70, 0.75) * (1 + 0.5 * (clearance / 6 - 1)) *
                            std::exp(-0.01 * (x[1][i] - 40)) * (x[6][i] == 3 ? 0.6 : 1);
    eta[i] = std::log(p[0][i] / expected);
    EXPECT_DOUBLE_EQ(p[4][i], x[0][i] == 0 ? 1.6 : 2);
  }
  const double omega = std::sqrt(std::log(1.09));
  EXPECT_LT(distance(eta, [&](double v) { return normal_cdf(v / omega); }), kolmogorov);

  const double centre = std::log(0.11 / 0.89);
  const auto logit = mapped(p[1], [](double f) { return std::log(f / (1 - f)); });
  EXPECT_LT(distance(logit, [&](double v) { return normal_cdf((v - centre) / 0.66); }), kolmogorov);
  EXPECT_LT(distance(p[2], [](double v) { return normal_cdf((v - 10) / 3); }), kolmogorov);

  const double spread = std::sqrt(std::log(1.36));
  const double a = std::log(150.0 / 192) / spread, b = std::log(400.0 / 192) / spread;
  const auto volume = [&](double v) { return truncated_cdf(std::log(v / 192) / spread, a, b); };
  EXPECT_LT(distance(p[3], volume), kolmogorov);
  EXPECT_NEAR(correlation(eta, logit), -0.3, 0.02);
  EXPECT_NEAR(correlation(eta, scores(p[3], volume)), 0.7, 0.02);
  EXPECT_NEAR(correlation(logit, scores(p[3], volume)), 0, 0.02);
  EXPECT_NEAR(correlation(eta, x[3]), 0, 0.02);
}

TEST(Draw, isAPureFunction) {
  const Population population = parse(adults);
  EXPECT_TRUE(rc::check([&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto replicate = *rc::gen::arbitrary<std::uint32_t>();
    const auto ids =
        *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::arbitrary<std::uint64_t>());
    std::vector<Patient> forward, backward;
    for (auto id = ids.begin(); id != ids.end(); ++id) {
      forward.push_back(population.draw(seed, replicate, *id, typical));
    }
    for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
      backward.push_back(population.draw(seed, replicate, *id, typical));
    }
    std::reverse(backward.begin(), backward.end());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      RC_ASSERT(forward[i].id == ids[i]);
      RC_ASSERT(forward[i].covariates == backward[i].covariates);
      RC_ASSERT(forward[i].parameters == backward[i].parameters);
    }
  }));
}

TEST(Draw, whatIsAddedAtTheEndLeavesTheRestAlone) {
  const char* const before =
      "title: t\ncovariates:\n  age: {normal: {mean: 50, sd: 9}}\n%parameters:\n"
      "  A: {between-patient: {log-normal: {cv: 30 %}}}\n";
  const auto with = [&](const std::string& covariate, const std::string& rest) {
    std::string text = before;
    text.replace(text.find('%'), 1, covariate);
    return parse(text + rest);
  };
  const Patient small = with("", "").draw(1, 0, 1, {1});
  const Patient large =
      with("  size: {normal: {mean: 5, sd: 1}}\ncorrelations: [[age, size, 0.5]]\n",
           "  B: {between-patient: {normal: {sd: 1}}}\n"
           "parameter-correlations: [[A, B, 0.9]]\n")
          .draw(1, 0, 1, {1, 1});
  EXPECT_EQ(small.covariates[0], large.covariates[0]);
  EXPECT_EQ(small.parameters[0], large.parameters[0]);
}

TEST(Draw, boundsAreRespectedWhateverTheTypicalValue) {
  const Population population = parse(
      "title: t\nparameters:\n"
      "  A: {between-patient: {log-normal: {cv: 100 %}}, from: 1, to: 3}\n"
      "  B: {between-patient: {logit-normal: {sd: 1}}, from: 0.2, to: 0.4}\n"
      "  C: {between-patient: {normal: {sd: 2}}, from: -1}\n"
      "parameter-correlations: [[A, B, 0.9], [B, C, -0.8], [A, C, -0.7]]\n");
  EXPECT_TRUE(rc::check([&] {
    const double a = *rc::gen::inRange(10, 1000) / 100.0;
    const double b = *rc::gen::inRange(5, 95) / 100.0;
    const double c = *rc::gen::inRange(-600, 600) / 100.0;
    const Patient patient = population.draw(1, 0, *rc::gen::arbitrary<std::uint64_t>(), {a, b, c});
    RC_ASSERT(patient.problem.empty());
    RC_ASSERT(patient.parameters[0] >= 1 && patient.parameters[0] <= 3);
    RC_ASSERT(patient.parameters[1] >= 0.2 && patient.parameters[1] <= 0.4);
    RC_ASSERT(patient.parameters[2] >= -1);
  }));
}

TEST(Draw, saysWhyThereIsNoValue) {
  const Population population = parse(
      "title: t\nparameters:\n"
      "  CL: {between-patient: {log-normal: {cv: 30 %}}, from: 20}\n"
      "  F: {between-patient: {logit-normal: {sd: 1}}}\n"
      "  k: {between-patient: {normal: {sd: 1}}, to: 5}\n");
  const auto problem = [&](double cl, double f, double k) {
    const Patient patient = population.draw(1, 0, 1, {cl, f, k});
    const bool all = std::all_of(patient.parameters.begin(), patient.parameters.end(),
                                 [](double value) { return std::isfinite(value); });
    EXPECT_EQ(all, patient.problem.empty());
    return patient.problem;
  };
  EXPECT_EQ(problem(140, 0.1, 3), "");
  EXPECT_EQ(problem(0, 0.1, 3), "'CL' is 0 for this patient, outside its bounds");
  EXPECT_EQ(problem(-4, 0.1, 3), "'CL' is log-normal, but its typical value is -4");
  EXPECT_EQ(problem(1, 0.1, 3), "'CL' is typically 1 for this patient, too far outside its bounds");
  EXPECT_EQ(problem(140, 3, 3), "'F' is a fraction, but its typical value is 3");
  EXPECT_EQ(problem(140, 0.1, 50),
            "'k' is typically 50 for this patient, too far outside its bounds");
  EXPECT_EQ(problem(INFINITY, 0.1, 3), "'CL' is not a finite number for this patient's covariates");
  EXPECT_EQ(problem(140, 1, 3), "");  // all of it, in every patient
}

TEST(Draw, covarianceGivesSpreadsAndCorrelations) {
  for (const char* matrix : {"[[0.09, -0.06], [-0.06, 0.25]]", "[[0.09], [-0.06, 0.25]]"}) {
    // Listed in another order than the parameters, with one between them that is not listed.
    const Population population = parse(
        "title: t\nparameters:\n"
        "  F: {between-patient: logit-normal}\n"
        "  ka: {between-patient: {log-normal: {cv: 20 %}}}\n"
        "  CL: {between-patient: log-normal}\n"
        "covariance:\n  parameters: [CL, F]\n  matrix: " +
        std::string(matrix) + "\n");
    std::vector<double> cl, f, ka;
    for (std::uint64_t id = 1; id <= many; ++id) {
      const Patient patient = population.draw(1, 0, id, {0.5, 1, 1});
      f.push_back(std::log(patient.parameters[0] / (1 - patient.parameters[0])));
      ka.push_back(std::log(patient.parameters[1]));
      cl.push_back(std::log(patient.parameters[2]));
    }
    EXPECT_NEAR(sd(cl), 0.3, 0.006);
    EXPECT_NEAR(sd(f), 0.5, 0.01);
    EXPECT_NEAR(sd(ka), std::sqrt(std::log(1.04)), 0.004);
    EXPECT_NEAR(correlation(cl, f), -0.4, 0.02);
    EXPECT_NEAR(correlation(cl, ka), 0, 0.02);
  }
}

TEST(Population, tellsWhatItHolds) {
  const Population population = parse(adults);
  EXPECT_EQ(population.title(), "Healthy adults");
  EXPECT_EQ(population.noun(), "adults");
  EXPECT_EQ(population.sources(), (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(population.covariates().size(), 7u);
  EXPECT_EQ(population.covariates()[2].name, "weight");
  EXPECT_EQ(population.covariates()[2].unit, "kg");
  EXPECT_EQ(population.covariates()[0].unit, "");
  EXPECT_EQ(population.covariates()[0].choices, (std::vector<std::string>{"female", "male"}));
  ASSERT_EQ(population.parameters().size(), 5u);
  EXPECT_EQ(population.parameters()[0].first, "CL");
  EXPECT_EQ(population.parameters()[0].second.line, 16);
  EXPECT_EQ(population.covariate_text(0, 1), "male");
  EXPECT_EQ(population.covariate_text(2, 81.2345), "81.23");
  EXPECT_EQ(population.source().name(), "p.yaml");
}

std::optional<units::Unit> unit(const char* text) {
  return *units::Unit::parse(text);
}

TEST(Population, takesTheUnitsOfTheModel) {
  const char* const text =
      "title: t\nparameters:\n"
      "  CL: {between-patient: {log-normal: {cv: 30 %}}, from: 2 L/min, to: 6 kL/day}\n"
      "  T: {between-patient: {normal: {sd: 60 min}}}\n";
  Population in_file = parse(text);
  Population in_model = parse(text);
  ASSERT_TRUE(in_model.use_units({unit("mL/h"), unit("s")}));
  for (std::uint64_t id = 1; id < 100; ++id) {
    const Patient file = in_file.draw(1, 0, id, {2.5, 300});
    const Patient model = in_model.draw(1, 0, id, {2.5 * 60000, 300 * 60});
    EXPECT_NEAR(model.parameters[0] / (file.parameters[0] * 60000), 1, 1e-12);
    EXPECT_NEAR(model.parameters[1] / (file.parameters[1] * 60), 1, 1e-12);
    EXPECT_GE(model.parameters[0], 2 * 60000);
  }
}

TEST(Population, refusesUnitsThatDoNotFit) {
  const auto code = [](const char* line, std::optional<units::Unit> model) {
    Population population = parse("title: t\nparameters:\n  X: " + std::string(line) + "\n");
    const auto result = population.use_units({std::move(model)});
    EXPECT_EQ(result ? 3 : result.error().place.line, 3);
    return result ? std::string() : std::string(info(result.error().code).number);
  };
  const char* const bounded = "{between-patient: {log-normal: {cv: 30 %}}, from: 2 L/h}";
  const char* const plain = "{between-patient: {log-normal: {cv: 30 %}}, from: 2}";
  const char* const fraction = "{between-patient: {logit-normal: {sd: 1}}}";
  EXPECT_EQ(code(bounded, unit("mL/min")), "");
  EXPECT_EQ(code(bounded, unit("mL")), "V0512");
  EXPECT_EQ(code(bounded, std::nullopt), "V0512");
  EXPECT_EQ(code(plain, unit("L/h")), "V0512");
  EXPECT_EQ(code(plain, std::nullopt), "");
  EXPECT_EQ(code(plain, units::Unit()), "");
  EXPECT_EQ(code(fraction, units::Unit()), "");
  EXPECT_EQ(code(fraction, unit("%")), "V0512");
  EXPECT_EQ(code(fraction, unit("h")), "V0512");
}

}  // namespace
}  // namespace vesper::population

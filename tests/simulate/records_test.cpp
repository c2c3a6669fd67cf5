// Doses from a data set through a one-compartment model, against the closed forms.  With
// a = absorption and k = CL / V = elimination [1/h], amounts a time t after a dose D are
//
//   bolus      D e^(-k t)
//   oral       D a / (a - k) (e^(-k t) - e^(-a t))
//   infusion   r / k (1 - e^(-k min(t, T))) e^(-k (t - min(t, T)))      for T hours at the rate r
//
// and add up over doses; a steady state is that sum over doses without beginning.
#include "simulate/records.h"

#include <cmath>
#include <functional>
#include <limits>

#include "simulate/simple_model.h"
#include "temporary_folder.h"

namespace vesper::simulate {
namespace {

constexpr double a = 1.3, k = 0.2;

const std::string one_compartment_text = R"(
unit time_unit = 3600 second
model pk
  substanceOnly species Gut, Central
  Gut = 0; Central = 0
  ka = 1.3; CL = 10; V = 50; WT = 70
  F1 = 0.6; ALAG = 0.5; R1 = 20; D1 = 5
  absorption: Gut -> Central; ka * Gut
  elimination: Central -> ; CL * (WT / 70) / V * Central
end
)";

const std::string plain_map = "compartments: {1: Gut, 2: Central}\n";
const std::string full_map =
    "compartments:\n"
    "  1: {state: Gut, bioavailability: F1, lag: ALAG}\n"
    "  2: {state: Central, bioavailability: F1, lag: ALAG, rate: R1, duration: D1}\n";

double bolus(double dose, double t) {
  return t < 0 ? 0 : dose * std::exp(-k * t);
}
double oral(double dose, double t) {
  return t < 0 ? 0 : dose * a / (a - k) * (std::exp(-k * t) - std::exp(-a * t));
}
double infusion(double rate, double length, double t) {
  if (t < 0) return 0;
  const double on = std::min(t, length);
  return rate / k * (1 - std::exp(-k * on)) * std::exp(-k * (t - on));
}

// One dose after another every `interval`, from the one at time 0 back to where nothing is left.
double since_ever(double interval, double t, const std::function<double(double)>& one) {
  double sum = 0;
  for (int dose = 0; dose * interval < 400; ++dose) sum += one(t + dose * interval);
  return sum;
}

using Curves = std::vector<std::vector<double>>;  // by patient and row

Result<std::vector<RecordResult>> simulate(const std::string& model, const std::string& data,
                                           const std::string& map, Engine engine) {
  const testing::TemporaryFolder folder;
  VESPER_TRY(const auto mapping, dosing::read_record_map(folder.write("map.yaml", map)));
  VESPER_TRY(const auto records, dosing::read_records(folder.write("data.csv", data), mapping));
  Columns columns;
  columns.variables = {"Central"};
  VESPER_TRY(const Watched watched, watch(model_of(model), columns, {}));
  VESPER_TRY(const RecordPlan plan, resolve_records(mapping, records, watched));
  const auto code = compiled(watched, engine);
  return simulate_records(watched, *code, records, plan, tight());
}

void expect_central(const std::string& data, const std::string& map, const Curves& expected,
                    const std::string& model = one_compartment_text) {
  for (const Engine engine : both_engines) {
    SCOPED_TRACE(::testing::Message() << name_of(engine) << "\n" << data);
    const auto results = simulate(model, data, map, engine);
    ASSERT_TRUE(results) << results.error().text();
    ASSERT_EQ(results->size(), expected.size());
    for (std::size_t patient = 0; patient < expected.size(); ++patient) {
      const RecordResult& result = (*results)[patient];
      ASSERT_FALSE(result.failure) << result.failure->reason;
      ASSERT_EQ(result.values.size(), expected[patient].size());
      for (std::size_t row = 0; row < result.values.size(); ++row) {
        const double wanted = expected[patient][row];
        EXPECT_NEAR(result.values[row], wanted, 1e-8 * std::abs(wanted) + 1e-9) << "row " << row;
      }
    }
  }
}

TEST(SimulateRecords, BolusOralAndInfusion) {
  expect_central("ID,TIME,AMT,CMT\n1,0,100,2\n1,1,.,.\n1,5,.,.\n", plain_map,
                 {{100, bolus(100, 1), bolus(100, 5)}});
  expect_central("ID,TIME,AMT,CMT\n1,0,100,1\n1,1,.,.\n1,5,.,.\n", plain_map,
                 {{0, oral(100, 1), oral(100, 5)}});
  expect_central("ID,TIME,AMT,CMT,RATE\n1,1,100,2,25\n1,3,.,.,.\n1,5,.,.,.\n1,9,.,.,.\n", plain_map,
                 {{0, infusion(25, 4, 2), infusion(25, 4, 4), infusion(25, 4, 8)}});
}

// CMT 0, or none, is the first compartment of the mapping.
TEST(SimulateRecords, WithoutACompartmentTheFirst) {
  expect_central("ID,TIME,AMT\n1,0,100\n1,2,.\n", plain_map, {{0, oral(100, 2)}});
  expect_central("ID,TIME,AMT\n1,0,100\n1,2,.\n", "compartments: {2: Central, 1: Gut}\n",
                 {{100, bolus(100, 2)}});
}

TEST(SimulateRecords, LagAndBioavailability) {
  expect_central("ID,TIME,AMT,CMT\n1,0,100,1\n1,0.25,.,.\n1,2,.,.\n", full_map,
                 {{0, 0, oral(60, 1.5)}});
  // What does not arrive shortens an infusion at a given rate.
  expect_central("ID,TIME,AMT,CMT,RATE\n1,0,100,2,25\n1,2,.,.,.\n1,8,.,.,.\n", full_map,
                 {{0, infusion(25, 2.4, 1.5), infusion(25, 2.4, 7.5)}});
}

TEST(SimulateRecords, TheModelsOwnRateAndDuration) {
  expect_central("ID,TIME,AMT,CMT,RATE\n1,0,100,2,-1\n1,2,.,.,.\n1,8,.,.,.\n", full_map,
                 {{0, infusion(20, 3, 1.5), infusion(20, 3, 7.5)}});
  expect_central("ID,TIME,AMT,CMT,RATE\n1,0,100,2,-2\n1,2,.,.,.\n1,8,.,.,.\n", full_map,
                 {{0, infusion(12, 5, 1.5), infusion(12, 5, 7.5)}});
}

TEST(SimulateRecords, AdditionalDoses) {
  const auto sum = [](double t) {
    return bolus(100, t) + bolus(100, t - 6) + bolus(100, t - 12) + bolus(100, t - 18);
  };
  expect_central(
      "ID,TIME,AMT,CMT,ADDL,II\n1,0,100,2,3,6\n1,5.5,.,.,.,.\n1,6,.,.,.,.\n1,17,.,.,.,.\n"
      "1,30,.,.,.,.\n",
      plain_map, {{100, sum(5.5), sum(6), sum(17), sum(30)}});
}

TEST(SimulateRecords, OtherEventsAndResets) {
  expect_central("ID,TIME,EVID,AMT,CMT\n1,0,1,100,2\n1,1,2,.,.\n1,2,0,.,.\n", plain_map,
                 {{100, bolus(100, 1), bolus(100, 2)}});
  // A reset forgets what is there and what was to come, and time may begin anew.
  expect_central(
      "ID,TIME,EVID,AMT,CMT,ADDL,II\n1,0,1,100,2,5,4\n1,2,3,.,.,.,.\n1,9,0,.,.,.,.\n"
      "1,0,4,50,2,.,.\n1,3,0,.,.,.,.\n",
      plain_map, {{100, 0, 0, 50, bolus(50, 3)}});
  expect_central("ID,TIME,EVID,AMT,CMT,ADDL,II\n1,0,1,100,2,5,4\n1,2,4,30,2,.,.\n1,9,0,.,.,.,.\n",
                 plain_map, {{100, 30, bolus(30, 7)}});
}

TEST(SimulateRecords, SteadyStates) {
  const auto boluses = [](double t) {
    return since_ever(12, t, [](double s) { return bolus(100, s); });
  };
  expect_central("ID,TIME,AMT,CMT,SS,II\n1,0,100,2,1,12\n1,3,.,.,.,.\n1,20,.,.,.,.\n", plain_map,
                 {{boluses(0), boluses(3), boluses(20)}});
  const auto tablets = [](double t) {
    return since_ever(12, t - 0.5, [](double s) { return oral(60, s); });
  };
  // At the dose the one before it, half an hour of lag less than an interval ago.
  expect_central("ID,TIME,AMT,CMT,SS,II\n1,0,100,1,1,12\n1,3,.,.,.,.\n", full_map,
                 {{tablets(0), tablets(3)}});
  // Infusions of 16 h every 12 h overlap.
  const auto infusions = [](double t) {
    return since_ever(12, t, [](double s) { return infusion(5, 16, s); });
  };
  expect_central("ID,TIME,AMT,CMT,RATE,SS,II\n1,0,80,2,5,1,12\n1,3,.,.,.,.,.\n1,14,.,.,.,.,.\n",
                 plain_map, {{infusions(0), infusions(3), infusions(14)}});
}

TEST(SimulateRecords, ASteadyStateForgetsOrAdds) {
  const double steady = since_ever(12, 0, [](double s) { return bolus(100, s); });
  const std::string rows = "1,0,500,2,.,.\n1,4,100,2,SS,12\n1,6,.,.,.,.\n";
  const auto with = [&](const std::string& kind) {
    std::string text = "ID,TIME,AMT,CMT,SS,II\n" + rows;
    return text.replace(text.find("SS,12"), 2, kind);
  };
  expect_central(with("1"), plain_map, {{500, steady, bolus(steady, 2)}});
  const double both = bolus(500, 4) + steady;
  expect_central(with("2"), plain_map, {{500, both, bolus(both, 2)}});
}

// The row is the end of an infusion since ever.
TEST(SimulateRecords, TheSteadyStateOfAConstantInfusion) {
  expect_central("ID,TIME,EVID,AMT,CMT,RATE,SS\n1,0,1,0,2,30,1\n1,2,0,.,.,.,.\n", plain_map,
                 {{30 / k, bolus(30 / k, 2)}});
}

TEST(SimulateRecords, CovariatesHoldForwardOrBackward) {
  const std::string data = "ID,TIME,AMT,CMT,WT\n1,0,100,2,70\n1,4,.,.,140\n1,6,.,.,35\n";
  const std::string map = plain_map + "covariates: [WT]\n";
  const auto after = [](double one, double other) {
    return std::vector<double>{100, 100 * std::exp(-k * 4 * one),
                               100 * std::exp(-k * (4 * one + 2 * other))};
  };
  expect_central(data, map + "carry: forward\n", {after(1, 2)});
  expect_central(data, map + "carry: backward\n", {after(2, 0.5)});
}

TEST(SimulateRecords, PatientsAreAlone) {
  expect_central("ID,TIME,AMT,CMT\nB,0,100,2\nB,1,.,.\nA,3,10,2\nA,3,10,2\nA,5,.,.\n", plain_map,
                 {{100, bolus(100, 1)}, {10, 20, bolus(20, 2)}});
}

// Rows at one time happen in their order: a sample before the dose is a trough.
TEST(SimulateRecords, RowsAtOneTimeInTheirOrder) {
  const double trough = bolus(100, 8), both = trough + 100;
  expect_central("ID,TIME,AMT,CMT\n1,0,100,2\n1,8,.,.\n1,8,100,2\n1,8,.,.\n1,8,50,2\n1,9,.,.\n",
                 plain_map, {{100, trough, both, both, both + 50, bolus(both + 50, 1)}});
  // Additional doses are given before the rows at their time.
  expect_central("ID,TIME,AMT,CMT,ADDL,II\n1,0,100,2,1,8\n1,8,.,.,.,.\n1,8,100,2,.,.\n", plain_map,
                 {{100, both, both + 100}});
}

TEST(SimulateRecords, TimesAreConvertedToTheModels) {
  expect_central("ID,TIME,AMT,CMT,RATE\n1,0,100,2,1\n1,30,.,.,.\n1,300,.,.,.\n",
                 plain_map + "time: min\n",
                 {{0, infusion(60, 100.0 / 60, 0.5), infusion(60, 100.0 / 60, 5)}});
  expect_central("ID,TIME,AMT,CMT,ADDL,II\n1,22:00,100,2,1,1\n1,23:30,.,.,.,.\n", plain_map,
                 {{100, bolus(100, 1.5) + bolus(100, 0.5)}});
}

// Without elimination an amount that is given again and again only grows.
TEST(SimulateRecords, APatientThatFailsIsNamedAndTheOthersFinish) {
  const std::string data =
      "ID,TIME,AMT,CMT,SS,II,WT\n1,0,100,2,1,12,70\n2,3,100,2,1,12,0\n3,0,100,2,.,.,70\n";
  for (const Engine engine : both_engines) {
    const auto results =
        simulate(one_compartment_text, data, plain_map + "covariates: [WT]\n", engine);
    ASSERT_TRUE(results) << results.error().text();
    EXPECT_FALSE((*results)[0].failure);
    ASSERT_TRUE((*results)[1].failure);
    EXPECT_EQ((*results)[1].failure->time, 3);
    EXPECT_EQ((*results)[1].failure->state, "Central");
    EXPECT_NE((*results)[1].failure->reason.find("no steady state (SS)"), std::string::npos)
        << (*results)[1].failure->reason;
    ASSERT_FALSE((*results)[2].failure);
    EXPECT_NEAR((*results)[2].values.at(0), 100, 1e-9);
  }
}

// Changes of events stay with the patient across rows that set covariates, until a reset.
TEST(SimulateRecords, WhatEventsChangeStaysUntilAReset) {
  const std::string model = R"(
unit time_unit = 3600 second
model pk
  substanceOnly species Central
  Central = 0; ke = 0.2; WT = 70
  elimination: Central -> ; ke * Central
  at Central < 50: ke = 0
end
)";
  const std::string data =
      "ID,TIME,EVID,AMT,WT\n1,0,1,100,70\n1,9,0,.,80\n1,12,0,.,90\n1,12,4,100,90\n1,13,0,.,90\n";
  for (const std::string carry : {"forward", "backward"}) {
    expect_central(data, "compartments: {1: Central}\ncovariates: [WT]\ncarry: " + carry + "\n",
                   {{100, 50, 50, 100, bolus(100, 1)}}, model);
  }
}

TEST(SimulateRecords, WhatDoesNotFitIsRefusedWithItsPlace) {
  struct Case {
    std::string data, map;
    Code code;
    int line;
    std::string message;
  };
  const std::string dose = "ID,TIME,AMT,CMT\n1,0,100,2\n";
  const std::vector<Case> table = {
      {dose, "compartments: {1: Gut, 2: Centrl}\n", Code::bad_record_map, 1, "no state 'Centrl'"},
      {dose, "compartments:\n  2: {state: Central, lag: LAG}\n", Code::unknown_parameter, 2,
       "no parameter 'LAG'"},
      {dose + "1,2,50,3\n", plain_map, Code::bad_record, 3, "a dose into CMT 3"},
      {"ID,TIME,AMT,CMT,RATE\n1,0,100,2,-1\n", plain_map, Code::bad_record, 2, "no rate for CMT 2"},
      {"ID,TIME,AMT,CMT,RATE\n1,0,9,2,3\n1,0,100,2,-2\n", plain_map, Code::bad_record, 3,
       "no duration for CMT 2"},
      {"ID,TIME,AMT,CMT,RATE,R1\n1,0,100,2,-1,0\n", full_map + "covariates: [R1]\n",
       Code::bad_record, 2, "RATE is -1, but 'R1' is 0"},
      {"ID,TIME,AMT,CMT,L\n1,0,9,2,0\n1,1,9,2,-1\n", full_map + "covariates: {ALAG: L}\n",
       Code::bad_record, 3, "lag 'ALAG' is -1"},
      {"ID,TIME,AMT,CMT,F1\n1,0,9,2,-0.5\n", full_map + "covariates: [F1]\n", Code::bad_record, 2,
       "bioavailability 'F1' is -0.5"},
      {dose, plain_map + "time: kg\n", Code::bad_record_map, 0, "no unit of time"},
  };
  for (const Case& one : table) {
    const auto results = simulate(one_compartment_text, one.data, one.map, Engine::reference);
    ASSERT_FALSE(results) << one.message;
    EXPECT_EQ(results.error().code, one.code) << results.error().text();
    EXPECT_EQ(results.error().place.line, one.line) << results.error().text();
    EXPECT_NE(results.error().message.find(one.message), std::string::npos)
        << results.error().text();
  }
}

TEST(SimulateRecords, EventsThatWouldBeLostBetweenRowsAreRefused) {
  for (const std::string event : {"at 2 after (Gut > 1): V = 2", "at Gut > 1, t0 = false: V = 2"}) {
    std::string model = one_compartment_text.substr(one_compartment_text.find("model"));
    model.insert(model.rfind("end"), event + "\n");
    const auto results = simulate(model, "ID,TIME,AMT\n1,0,1\n", plain_map, Engine::reference);
    ASSERT_FALSE(results) << event;
    EXPECT_EQ(results.error().code, Code::bad_record_map) << results.error().text();
  }
}

}  // namespace
}  // namespace vesper::simulate

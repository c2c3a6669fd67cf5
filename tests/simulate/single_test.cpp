#include "simulate/single.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "simulate/simple_model.h"

namespace vesper::simulate {
namespace {

// Decay with k = 0.5 from 8 (amount) in 4: S means the concentration, A the amount.
const std::string decay = R"(
model decay
  compartment c = 4
  species S in c = 2
  substanceOnly species A in c = 8
  species N = 3
  k = 0.5; p = 7; var switched = 1; z = 5; z' = -k * z
  JS: S -> ; c * k * S
  JA: A -> ; k * A
  double := 2 * S
  at time > 1: switched = 2
  S is "the substrate"
end
)";

struct Table {
  std::vector<double> grid, values;
  std::size_t width = 0;
  double at(std::size_t row, std::size_t column) const { return values.at(row * width + column); }
};

Result<Table> solve(Engine engine, const Columns& columns, const std::vector<Setting>& settings,
                    std::vector<double> grid, const std::string& text = decay) {
  VESPER_TRY(const Watched watched, watch(model_of(text), columns, settings));
  const auto code = compiled(watched, engine);
  VESPER_TRY(solve::Solution solution, solve_single(watched, *code, grid, tight()));
  return Table{std::move(grid), std::move(solution.values), watched.outputs.size()};
}

Columns of(std::vector<std::string> variables) {
  Columns columns;
  columns.variables = std::move(variables);
  return columns;
}

Setting setting(const std::string& text) {
  auto read = parse_setting(text);
  EXPECT_TRUE(read) << text;
  return *read;
}

TEST(Single, ClosedFormOnBothEngines) {
  for (const Engine engine : both_engines) {
    const auto table = solve(engine, of({"S", "JA", "double", "p"}), {}, even_grid(1, 4, 8));
    ASSERT_TRUE(table) << table.error().text();
    for (std::size_t row = 0; row < table->grid.size(); ++row) {
      const double left = std::exp(-0.5 * table->grid[row]);
      EXPECT_NEAR(table->at(row, 0), 2 * left, 1e-9);
      EXPECT_NEAR(table->at(row, 1), 4 * left, 1e-9);
      EXPECT_NEAR(table->at(row, 2), 4 * left, 1e-9);
      EXPECT_EQ(table->at(row, 3), 7);
    }
  }
}

// A grid from before 0 begins there with the initial values; one after 0 is reached from 0.
TEST(Single, BeginsAtZeroOrEarlier) {
  for (const Engine engine : both_engines) {
    const auto table = solve(engine, of({"S"}), {}, {-2, 0, 1});
    ASSERT_TRUE(table) << table.error().text();
    EXPECT_EQ(table->at(0, 0), 2);
    EXPECT_NEAR(table->at(1, 0), 2 * std::exp(-1.0), 1e-9);
    EXPECT_NEAR(table->at(2, 0), 2 * std::exp(-1.5), 1e-9);
  }
}

TEST(Single, AmountsAndConcentrations) {
  Columns columns = of({"S", "A", "N", "S"});
  const auto first_row = [&] { return solve(Engine::reference, columns, {}, {0}).value().values; };
  EXPECT_EQ(first_row(), (std::vector<double>{2, 8, 3, 2}));
  columns.amounts = {"S", "A"};
  EXPECT_EQ(first_row(), (std::vector<double>{8, 8, 3, 8}));
  columns.amounts = {"N"};
  columns.concentrations = {"A", "S"};
  EXPECT_EQ(first_row(), (std::vector<double>{2, 2, 3, 2}));
  columns.concentrations = {"N"};
  columns.amounts.clear();
  const auto refused = watch(model_of(decay), columns, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::no_concentration);
  columns.concentrations = columns.amounts = {"S"};
  const auto both = watch(model_of(decay), columns, {});
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().code, Code::bad_argument);
}

TEST(Single, WithoutNamesWhatChanges) {
  EXPECT_EQ(all_variables(model_of(decay)),
            (std::vector<std::string>{"S", "A", "N", "switched", "z", "double"}));
  const auto nothing = watch(model_of("model m\n k = 3\nend\n"), {}, {});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Code::nothing_to_watch);
}

TEST(Single, NamesByIdDisplayNameAndLastPart) {
  const std::string nested =
      "model part\n k = 2; only = 4; x = 1; x' = -k * x\nend\n"
      "model *whole\n a: part(); b: part(); c := a.x + b.x; delete_me = 0\n"
      " a.only is b.only\nend\n";
  const auto watched = watch(model_of(decay), of({"the substrate", "JS"}), {});
  ASSERT_TRUE(watched) << watched.error().text();
  EXPECT_EQ(watched->names, (std::vector<std::string>{"the substrate", "JS"}));
  EXPECT_TRUE(watch(model_of(nested), of({"only", "a.x"}), {}));
  const auto several = watch(model_of(nested), of({"x"}), {});
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().code, Code::unknown_variable);
  EXPECT_EQ(several.error().mend, "one of: a.x, b.x");
  const auto misspelt = watch(model_of(decay), of({"dubble"}), {});
  ASSERT_FALSE(misspelt);
  EXPECT_EQ(misspelt.error().code, Code::unknown_variable);
  EXPECT_EQ(misspelt.error().mend, "did you mean 'double'?");
}

TEST(Single, SettingsOfParametersAndOfValuesAtTheStart) {
  const std::vector<Setting> settings = {setting("k=1"), setting("S=10"), setting("A=6"),
                                         setting("z=2"), setting("switched=9")};
  for (const Engine engine : both_engines) {
    const auto table = solve(engine, of({"S", "A", "z", "switched", "k"}), settings, {0, 0.5, 2});
    ASSERT_TRUE(table) << table.error().text();
    const double left = std::exp(-0.5);
    EXPECT_EQ(table->at(0, 0), 10);
    EXPECT_NEAR(table->at(1, 0), 10 * left, 1e-9);
    EXPECT_NEAR(table->at(1, 1), 6 * left, 1e-9);
    EXPECT_NEAR(table->at(1, 2), 2 * left, 1e-9);
    EXPECT_EQ(table->at(1, 3), 9);
    EXPECT_EQ(table->at(2, 3), 2);  // the event has happened
    EXPECT_EQ(table->at(2, 4), 1);
  }
}

TEST(Single, SettingsThatCannotBe) {
  const std::vector<std::pair<std::string, Code>> table = {
      {"double=3", Code::bad_setting},   {"JS=3", Code::bad_setting},
      {"S=3 mol/L", Code::setting_unit}, {"k=3 h", Code::setting_unit},
      {"kk=3", Code::unknown_variable},
  };
  for (const auto& [text, code] : table) {
    const auto refused = watch(model_of(decay), of({"S"}), {setting(text)});
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, code) << refused.error().text();
  }
}

TEST(Single, ARunThatFailsSaysWhenAndWhy) {
  const std::string blow_up = "model m\n x = 1; x' = x^2\nend\n";  // x = 1 / (1 - t)
  for (const Engine engine : both_engines) {
    const auto failed = solve(engine, of({"x"}), {}, {0, 0.5, 2}, blow_up);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Code::run_failed);
    EXPECT_EQ(failed.error().exit_code(), 1);
    EXPECT_NE(failed.error().message.find("the run failed at time"), std::string::npos)
        << failed.error().message;
    EXPECT_NE(failed.error().message.find("'x'"), std::string::npos) << failed.error().message;
  }
}

TEST(Single, EvenGridsEndWhereTheyShould) {
  EXPECT_EQ(even_grid(-1, 2, 4), (std::vector<double>{-1, -0.5, 0, 0.5, 1}));
  for (const std::size_t steps : {std::size_t{3}, std::size_t{7}, std::size_t{1000}}) {
    const auto grid = even_grid(0.1, 0.7, steps);
    EXPECT_EQ(grid.size(), steps + 1);
    EXPECT_EQ(grid.back(), 0.1 + 0.7);
  }
}

TEST(Single, NumbersReadBackToTheSameBits) {
  for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 1e22}) {
    std::string text;
    append_number(text, value);
    const double back = std::strtod(text.c_str(), nullptr);
    EXPECT_EQ(back, value) << text;
    EXPECT_EQ(std::signbit(back), std::signbit(value)) << text;
  }
  std::string text;
  append_number(text, std::numeric_limits<double>::quiet_NaN());
  append_number(text += ' ', HUGE_VAL);
  append_number(text += ' ', -HUGE_VAL);
  EXPECT_EQ(text, "NaN INF -INF");
}

}  // namespace
}  // namespace vesper::simulate

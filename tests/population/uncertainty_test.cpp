#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "population/population.h"

namespace vesper::population {
namespace {

using Form = UncertainParameter::Form;
constexpr double upper = 0.975, score = 1.959963984540054;

TEST(Uncertainty, quantilesAreThoseOfTheDistribution) {
  EXPECT_NEAR(draw_uncertain({Form::normal, 10, 2}, upper), 10 + 2 * score, 1e-13);
  EXPECT_NEAR(draw_uncertain({Form::log_normal, 140, 0.3}, upper), 140 * std::exp(0.3 * score),
              1e-11);
  EXPECT_DOUBLE_EQ(draw_uncertain({Form::log_normal, 140, 0.3}, 0.5), 140);
  EXPECT_DOUBLE_EQ(draw_uncertain({Form::uniform, 0, 0, 94, 210}, 0.25), 123);
  // Mean 1/2 and variance 1/12: the uniform distribution.
  EXPECT_NEAR(draw_uncertain({Form::beta, 0.5, std::sqrt(1.0 / 12)}, 0.3), 0.3, 1e-12);
  // alpha 2, beta 1: F(x) = x^2, mean 2/3, variance 1/18.
  EXPECT_NEAR(draw_uncertain({Form::beta, 2.0 / 3, std::sqrt(1.0 / 18)}, 0.49), 0.7, 1e-12);
  EXPECT_EQ(draw_uncertain({Form::normal, 10, 0}, 0.9), 10);
}

TEST(Uncertainty, boundsTruncate) {
  // The median of the upper half of a normal is its 75 % quantile.
  EXPECT_NEAR(draw_uncertain({Form::normal, 0, 1, 0, INFINITY}, 0.5), 0.6744897501960817, 1e-14);
  EXPECT_NEAR(draw_uncertain({Form::log_normal, 1, 1, 1, INFINITY}, 0.5),
              std::exp(0.6744897501960817), 1e-14);
  EXPECT_NEAR(draw_uncertain({Form::beta, 0.5, std::sqrt(1.0 / 12), 0.2, 0.6}, 0.5), 0.4, 1e-12);
}

TEST(Uncertainty, drawsRiseWithTheirUniformAndStayWithinBounds) {
  EXPECT_TRUE(rc::check([] {
    const Form form = *rc::gen::element(Form::normal, Form::log_normal, Form::uniform, Form::beta);
    const UncertainParameter parameter{form, *rc::gen::inRange(10, 90) / 100.0,
                                       *rc::gen::inRange(1, 30) / 100.0, 0.05, 0.95};
    RC_PRE(problem_of(parameter).empty());
    const double u = *rc::gen::inRange(1, 999) / 1000.0;
    const double first = draw_uncertain(parameter, u),
                 second = draw_uncertain(parameter, u + 0.001);
    RC_ASSERT(first >= 0.05 && second <= 0.95 && first < second);
  }));
}

TEST(Uncertainty, saysWhatIsNoDistribution) {
  const auto refused = [](UncertainParameter parameter) {
    EXPECT_TRUE(std::isnan(draw_uncertain(parameter, 0.5)));
    return problem_of(parameter);
  };
  EXPECT_EQ(refused({Form::normal, NAN, 1}), "it is not finite");
  EXPECT_EQ(refused({Form::normal, 1, -1}), "its spread is negative");
  EXPECT_EQ(refused({Form::normal, 1, 1, 3, 2}),
            "its lower bound does not lie below its upper one");
  EXPECT_EQ(refused({Form::normal, 1, 1, 30, 31}), "its bounds leave next to nothing of it");
  EXPECT_EQ(refused({Form::normal, 1, 0, 2, 3}), "it lies outside its bounds");
  EXPECT_EQ(refused({Form::log_normal, 0, 1}), "a log-normal needs a value above 0");
  EXPECT_EQ(refused({Form::uniform, 0, 0}), "a uniform needs both its ends");
  EXPECT_EQ(refused({Form::beta, 1, 0.1}), "a beta needs a value between 0 and 1");
  EXPECT_EQ(refused({Form::beta, 0.5, 0.6}), "it is too wide for a beta");
}

}  // namespace
}  // namespace vesper::population

#include "simulate/variation.h"

#include <fmt/format.h>

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace vesper::simulate {
namespace {

using Form = population::UncertainParameter::Form;

// 2 * the 97.5 % point of the standard normal: the width of a 95 % interval in standard deviations.
constexpr double interval_width = 2 * 1.959963984540054;

Place place_of(const equations::System& system, const language::Span& span) {
  if (span.source >= system.sources.size()) return {};
  return system.sources[span.source].place(span.offset, span.length);
}

double log_sd(double coefficient_of_variation) {
  return std::sqrt(std::log1p(coefficient_of_variation * coefficient_of_variation));
}

Result<Spread> checked(population::UncertainParameter distribution, const equations::System& system,
                       std::uint32_t index, Code code, const Place& place) {
  const std::string problem = population::problem_of(distribution);
  if (!problem.empty()) {
    return fail(code, fmt::format("the spread of '{}': {}", system.parameters[index].id, problem),
                place);
  }
  return Spread{index, distribution};
}

// The language gives plain numbers in the parameter's unit.
std::optional<std::vector<double>> plain_numbers(const language::Expression& call) {
  using Kind = language::Expression::Kind;
  std::vector<double> values;
  for (const auto& argument : call.arguments) {
    const bool negative = argument->kind == Kind::negate;
    const language::Expression& number = negative ? *argument->arguments[0] : *argument;
    if (number.kind != Kind::number) return std::nullopt;
    values.push_back(negative ? -number.value : number.value);
  }
  return values;
}

// normal(mean, sd) and lognormal(mean, sd), each with bounds if any; uniform(from, to);
// gamma(shape, scale); exponential(rate).
Result<Spread> read_distribution(const equations::System& system, std::uint32_t index,
                                 const language::Expression& call) {
  const Place place = place_of(system, call.span);
  const auto values = plain_numbers(call);
  const std::size_t count = values ? values->size() : 0;
  const auto is = [&](std::string_view name, std::size_t arguments) {
    return call.kind == language::Expression::Kind::call && call.name == name && count == arguments;
  };
  if (is("gamma", 2) && (*values)[0] > 0 && (*values)[1] > 0) {
    return Spread{index, Spread::Gamma{(*values)[0], (*values)[1]}};
  }
  if (is("exponential", 1) && (*values)[0] > 0) {
    return Spread{index, Spread::Gamma{1, 1 / (*values)[0]}};
  }
  population::UncertainParameter distribution;
  if (is("uniform", 2)) {
    distribution.form = Form::uniform;
    distribution.low = (*values)[0];
    distribution.high = (*values)[1];
    return checked(distribution, system, index, Code::bad_distribution, place);
  }
  const bool normal = is("normal", 2) || is("normal", 4);
  if (!normal && !is("lognormal", 2) && !is("lognormal", 4)) {
    return fail(Code::bad_distribution,
                fmt::format("'{}' is not a distribution that Vesper draws from", text(call)), place,
                "one of: normal(mean, sd), lognormal(mean, sd), uniform(from, to), "
                "gamma(shape, scale), exponential(rate)");
  }
  distribution.form = normal ? Form::normal : Form::log_normal;
  distribution.typical = (*values)[0];
  distribution.spread = (*values)[1];
  if (!normal) {
    distribution.spread = log_sd((*values)[1] / (*values)[0]);
    // The mean of a log-normal is exp(omega^2 / 2) times its median.
    distribution.typical *= std::exp(-0.5 * distribution.spread * distribution.spread);
  }
  if (count == 4) {
    distribution.low = (*values)[2];
    distribution.high = (*values)[3];
  }
  return checked(distribution, system, index, Code::bad_distribution, place);
}

population::UncertainParameter spread_of(Form form, double typical, double spread) {
  population::UncertainParameter distribution;
  distribution.form = form;
  distribution.typical = typical;
  distribution.spread = spread;
  return distribution;
}

population::UncertainParameter around(double value, double sd) {
  return value > 0 ? spread_of(Form::log_normal, value, log_sd(sd / value))
                   : spread_of(Form::normal, value, sd);
}

Result<Spread> read_uncertainty(const equations::System& system, const std::vector<double>& typical,
                                std::uint32_t index) {
  const equations::Parameter& parameter = system.parameters[index];
  const language::Uncertainty& given = *parameter.uncertainty;
  const Place place = place_of(system, given.span);
  const double value = typical[index];
  const auto refuse = [&](std::string_view why) {
    return fail(Code::bad_uncertainty, fmt::format("the uncertainty of '{}' {}", parameter.id, why),
                place);
  };
  if (given.distribution) return read_distribution(system, index, *given.distribution);
  if (given.confidence_interval) {
    const auto [low, high] = *given.confidence_interval;
    if (!(low < high && low <= value && value <= high)) {
      return refuse(
          fmt::format("is {{{:g}, {:g}}}, which does not hold its value {:g}", low, high, value));
    }
    const auto distribution =
        low > 0 ? spread_of(Form::log_normal, value, std::log(high / low) / interval_width)
                : spread_of(Form::normal, value, (high - low) / interval_width);
    return checked(distribution, system, index, Code::bad_uncertainty, place);
  }
  const double sd = given.standard_deviation
                        ? *given.standard_deviation
                        : given.coefficient_of_variation.value_or(0) * std::abs(value);
  if (!(sd > 0 && std::isfinite(sd))) return refuse("is not positive");
  return checked(around(value, sd), system, index, Code::bad_uncertainty, place);
}

}  // namespace

double Spread::quantile(double uniform01) const {
  if (const auto* gamma = std::get_if<Gamma>(&distribution)) {
    return gamma->scale * boost::math::gamma_p_inv(gamma->shape, uniform01);
  }
  return population::draw_uncertain(std::get<population::UncertainParameter>(distribution),
                                    uniform01);
}

Result<std::vector<Spread>> patient_spreads(const equations::System& system) {
  std::vector<Spread> spreads;
  for (std::uint32_t index = 0; index < system.parameters.size(); ++index) {
    const auto& distribution = system.parameters[index].distribution;
    if (!distribution) continue;
    VESPER_TRY(auto spread, read_distribution(system, index, *distribution));
    spreads.push_back(std::move(spread));
  }
  return spreads;
}

Result<std::vector<Spread>> uncertainties(const equations::System& system,
                                          const std::vector<double>& typical) {
  std::vector<Spread> spreads;
  for (std::uint32_t index = 0; index < system.parameters.size(); ++index) {
    if (!system.parameters[index].uncertainty) continue;
    VESPER_TRY(auto spread, read_uncertainty(system, typical, index));
    spreads.push_back(std::move(spread));
  }
  return spreads;
}

}  // namespace vesper::simulate

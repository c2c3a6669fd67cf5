#include "language/words.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace vesper::language {
namespace {

using Kind = Expression::Kind;

constexpr FunctionWord call(std::string_view written, std::string_view name, int fewest, int most) {
  return {written, Kind::call, name, fewest, most};
}
constexpr FunctionWord plain(std::string_view name, int count = 1) {
  return call(name, name, count, count);
}
constexpr FunctionWord as_operator(std::string_view written, Kind kind, int fewest, int most) {
  return {written, kind, "", fewest, most};
}

// `log(x)` is the natural logarithm, as in libAntimony (it sets L3P_PARSE_LOG_AS_LN); `log(b, x)`
// has base b.  The parser turns the one-argument form into `ln`.
constexpr auto functions = std::to_array<FunctionWord>({
    plain("exp"),
    plain("ln"),
    plain("log10"),
    call("log", "log", 1, 2),
    plain("sqrt"),
    call("root", "root", 1, 2),
    plain("abs"),
    plain("floor"),
    plain("ceil"),
    call("ceiling", "ceil", 1, 1),
    plain("factorial"),
    plain("sin"),
    plain("cos"),
    plain("tan"),
    plain("sec"),
    plain("csc"),
    plain("cot"),
    plain("sinh"),
    plain("cosh"),
    plain("tanh"),
    plain("sech"),
    plain("csch"),
    plain("coth"),
    plain("asin"),
    plain("acos"),
    plain("atan"),
    plain("asec"),
    plain("acsc"),
    plain("acot"),
    plain("asinh"),
    plain("acosh"),
    plain("atanh"),
    plain("asech"),
    plain("acsch"),
    plain("acoth"),
    call("arcsin", "asin", 1, 1),
    call("arccos", "acos", 1, 1),
    call("arctan", "atan", 1, 1),
    call("arcsec", "asec", 1, 1),
    call("arccsc", "acsc", 1, 1),
    call("arccot", "acot", 1, 1),
    call("arcsinh", "asinh", 1, 1),
    call("arccosh", "acosh", 1, 1),
    call("arctanh", "atanh", 1, 1),
    call("arcsech", "asech", 1, 1),
    call("arccsch", "acsch", 1, 1),
    call("arccoth", "acoth", 1, 1),
    call("min", "min", 1, -1),
    call("max", "max", 1, -1),
    plain("quotient", 2),
    plain("rem", 2),
    call("piecewise", "piecewise", 1, -1),
    plain("rateOf"),
    plain("delay", 2),
    as_operator("pow", Kind::power, 2, 2),
    as_operator("power", Kind::power, 2, 2),
    as_operator("sqr", Kind::power, 1, 1),
    as_operator("plus", Kind::add, 1, -1),
    as_operator("minus", Kind::subtract, 1, 2),
    as_operator("times", Kind::multiply, 1, -1),
    as_operator("divide", Kind::divide, 2, 2),
    as_operator("eq", Kind::equal, 2, 2),
    as_operator("equals", Kind::equal, 2, 2),
    as_operator("neq", Kind::not_equal, 2, 2),
    as_operator("lt", Kind::less, 2, 2),
    as_operator("leq", Kind::less_equal, 2, 2),
    as_operator("gt", Kind::greater, 2, 2),
    as_operator("geq", Kind::greater_equal, 2, 2),
    as_operator("and", Kind::logical_and, 1, -1),
    as_operator("or", Kind::logical_or, 1, -1),
    as_operator("xor", Kind::logical_xor, 2, 2),
    as_operator("not", Kind::logical_not, 1, 1),
    as_operator("implies", Kind::implies, 2, 2),
});

constexpr auto constants = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"time", "time"},
    {"pi", "pi"},
    {"avogadro", "avogadro"},
    {"exponentiale", "exponentiale"},
    {"true", "true"},
    {"false", "false"},
    {"inf", "inf"},
    {"INF", "inf"},
    {"infinity", "inf"},
    {"nan", "nan"},
    {"NaN", "nan"},
    {"notanumber", "nan"},
});

constexpr auto distributions = std::to_array<std::string_view>({
    "normal",
    "lognormal",
    "uniform",
    "gamma",
    "exponential",
    "bernoulli",
    "binomial",
    "cauchy",
    "chisquare",
    "laplace",
    "poisson",
    "rayleigh",
});

constexpr auto keywords = std::to_array<std::string_view>({
    "DNA",      "after",    "at",      "compartment",   "const",    "constraint", "delete",
    "end",      "event",    "ext",     "formula",       "function", "gene",       "has",
    "import",   "in",       "is",      "maximize",      "minimize", "model",      "module",
    "operator", "reaction", "species", "substanceOnly", "unit",     "var",
});

const std::vector<std::string> annotations = {
    "description",     "notes",         "identity",       "biological_entity_is",
    "model_entity_is", "origin",        "hasPart",        "part",
    "isPartOf",        "parthood",      "isVersionOf",    "hypernym",
    "hasVersion",      "version",       "isHomologTo",    "homolog",
    "isDescribedBy",   "isEncodedBy",   "encoder",        "encodes",
    "encodement",      "occursIn",      "container",      "hasProperty",
    "property",        "isPropertyOf",  "propertyBearer", "hasTaxon",
    "taxon",           "isDerivedFrom", "hasInstance",    "isInstanceOf",
    "created",         "modified",      "creator",        "sboTerm",
};

const std::vector<std::string> uncertainty = {
    "standardDeviation", "coefficientOfVariation", "confidenceInterval", "distribution", "stdev",
    "variance"};

constexpr auto refused_uncertainty = std::to_array<std::string_view>({
    "mean",
    "median",
    "mode",
    "kurtosis",
    "skewness",
    "sampleSize",
    "standardError",
    "credibleInterval",
    "interquartileRange",
    "range",
    "externalParameter",
});

template <class Range, class Value>
bool holds(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

}  // namespace

const FunctionWord* find_function(std::string_view written) {
  const auto found = std::find_if(functions.begin(), functions.end(),
                                  [&](const FunctionWord& f) { return f.written == written; });
  return found == functions.end() ? nullptr : &*found;
}

const std::vector<std::string>& function_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const FunctionWord& f : functions) list.emplace_back(f.written);
    return list;
  }();
  return names;
}

std::string_view constant(std::string_view word) {
  const auto found = std::find_if(constants.begin(), constants.end(),
                                  [&](const auto& entry) { return entry.first == word; });
  return found == constants.end() ? std::string_view() : found->second;
}

bool is_distribution(std::string_view word) {
  return holds(distributions, word);
}
bool is_keyword(std::string_view word) {
  return holds(keywords, word);
}

bool is_reserved(std::string_view word) {
  return is_keyword(word) || find_function(word) != nullptr || !constant(word).empty();
}

bool is_annotation(std::string_view word) {
  std::string_view head = word.substr(0, word.find('.'));
  const bool numbered = head.rfind("creator", 0) == 0 || head.rfind("modified", 0) == 0;
  while (numbered && std::isdigit(static_cast<unsigned char>(head.back())) != 0) {
    head.remove_suffix(1);
  }
  return holds(annotations, head);
}

const std::vector<std::string>& annotation_words() {
  return annotations;
}

bool is_uncertainty(std::string_view word) {
  return holds(uncertainty, word) || holds(refused_uncertainty, word);
}

const std::vector<std::string>& supported_uncertainty() {
  return uncertainty;
}

const std::vector<std::string>& statement_words() {
  static const std::vector<std::string> words = {
      "species", "compartment", "var", "const", "formula",  "unit",   "model",
      "import",  "function",    "end", "at",    "reaction", "delete", "substanceOnly"};
  return words;
}

}  // namespace vesper::language

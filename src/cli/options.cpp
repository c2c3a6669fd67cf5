// What the commands share of their options.
#include <fmt/format.h>

#include <cstdlib>

#include "cli/commands.h"

namespace vesper::cli {

namespace fs = std::filesystem;

namespace {

Result<std::vector<std::string>> ids_of(const std::vector<std::string>& lists) {
  std::vector<std::string> ids;
  for (const std::string& list : lists) {
    std::string_view rest(list);
    while (true) {
      const std::size_t comma = rest.find(',');
      const std::string id(rest.substr(0, comma));
      if (id.empty()) {
        return fail(Code::bad_argument, fmt::format("--hypothesis '{}' has an empty name", list),
                    {}, "such as --hypothesis H1,H3 or --hypothesis all");
      }
      ids.push_back(id);
      if (comma == std::string_view::npos) break;
      rest = rest.substr(comma + 1);
    }
  }
  return ids;
}

void choose_engine(const EngineArguments& arguments, simulate::Options& options) {
  if (arguments.engine) {
    options.engine =
        *arguments.engine == "fast" ? simulate::Engine::fast : simulate::Engine::reference;
  }
  options.method = arguments.method == "rosenbrock" ? solve::Method::rosenbrock
                   : arguments.method == "explicit" ? solve::Method::explicit_
                                                    : solve::Method::automatic;
  options.lanes = arguments.lanes;
  options.code_cache = code_cache();
}

}  // namespace

fs::path code_cache() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value == nullptr ? "" : value);
  };
  if (const fs::path given = variable("VESPER_CACHE"); !given.empty()) {
    return given == "off" ? fs::path() : given;
  }
  // A relative folder there is to be ignored (XDG Base Directory Specification).
  if (const fs::path cache = variable("XDG_CACHE_HOME"); cache.is_absolute()) {
    return cache / "vesper";
  }
  const fs::path home = variable("HOME");
  return home.is_absolute() ? home / ".cache" / "vesper" : fs::path();
}

std::string one_line(const Diagnostic& offence) {
  const Place& place = offence.place;
  std::string at = place.file;
  if (place.line > 0) at += fmt::format(":{}:{}", place.line, place.column);
  return fmt::format("{}: {}{}{} [{}]", at, offence.message, offence.mend.empty() ? "" : "; ",
                     offence.mend, info(offence.code).number);
}

Result<simulate::Options> options(const std::vector<std::string>& hypotheses,
                                  const std::vector<std::string>& settings,
                                  const EngineArguments& engine) {
  simulate::Options options;
  VESPER_TRY(std::vector<std::string> ids, ids_of(hypotheses));
  if (!ids.empty()) options.hypotheses = std::move(ids);
  for (const std::string& text : settings) {
    VESPER_TRY(simulate::Setting setting, simulate::parse_setting(text));
    options.settings.push_back(std::move(setting));
  }
  choose_engine(engine, options);
  return options;
}

}  // namespace vesper::cli

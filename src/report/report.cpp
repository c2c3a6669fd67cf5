#include "report/report.h"

#include <utility>

#include "files/write.h"
#include "report/page.h"

namespace vesper::report {

namespace {

Result<std::string> find_program(const files::SearchPath& search, std::string_view name) {
  auto path = search.find(name, "web/vendor", ".min.js", {});
  if (!path) {
    Diagnostic missing = std::move(path).error();
    missing.message =
        "the report's figures need '" + std::string(name) + ".min.js', which is not in web/vendor";
    missing.mend = "run ./scripts/web-bundle once, with network";
    return tl::unexpected(std::move(missing));
  }
  VESPER_TRY(const files::Source source, files::read(*path));
  return std::string(source.text());
}

Result<Bundle> find_bundle(const files::SearchPath& search) {
  Bundle bundle;
  VESPER_TRY(bundle.vega, find_program(search, "vega"));
  VESPER_TRY(bundle.vega_lite, find_program(search, "vega-lite"));
  VESPER_TRY(bundle.vega_embed, find_program(search, "vega-embed"));
  return bundle;
}

}  // namespace

Result<void> check_bundle(const files::SearchPath& search) {
  VESPER_CHECK(find_bundle(search));
  return {};
}

Result<void> write_report(const Story& story, const files::SearchPath& search,
                          const std::filesystem::path& out) {
  VESPER_TRY(const Bundle bundle, find_bundle(search));
  return files::write_whole(out / "report.html", page(story, bundle));
}

Result<void> write_report(const simulate::Study& study, const simulate::Summary& summary,
                          const std::vector<evidence::SourceEntry>& sources,
                          const files::SearchPath& search, const std::filesystem::path& out) {
  return write_report(tell(study, summary, sources), search, out);
}

}  // namespace vesper::report

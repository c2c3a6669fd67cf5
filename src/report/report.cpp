#include "report/report.h"

#include <utility>

#include "files/write.h"
#include "report/page.h"

namespace vesper::report {

namespace {

Result<std::string> vendored(const files::SearchPath& search, std::string_view name,
                             std::string_view extension) {
  auto path = search.find(name, "web/vendor", extension, {});
  if (!path) {
    Diagnostic missing = std::move(path).error();
    missing.message = "the report's figures need '" + std::string(name) + std::string(extension) +
                      "', which is not in web/vendor";
    missing.mend = "run ./scripts/web-bundle once, with network";
    return tl::unexpected(std::move(missing));
  }
  VESPER_TRY(const files::Source source, files::read(*path));
  return std::string(source.text());
}

Result<Bundle> find_bundle(const files::SearchPath& search) {
  Bundle bundle;
  VESPER_TRY(bundle.vega, vendored(search, "vega", ".min.js"));
  VESPER_TRY(bundle.vega_lite, vendored(search, "vega-lite", ".min.js"));
  VESPER_TRY(bundle.vega_embed, vendored(search, "vega-embed", ".min.js"));
  VESPER_TRY(bundle.licences, vendored(search, "LICENCES", ".txt"));
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

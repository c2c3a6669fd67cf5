#include "report/page.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "report/report.h"
#include "report/sample.h"
#include "report/tables.h"
#include "temporary_folder.h"

namespace vesper::report {
namespace {

namespace fs = std::filesystem;

using testing::TemporaryFolder;

std::string read(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  std::vector<std::string> found;
  const std::regex regex(pattern);
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) {
    found.push_back((*it)[1].str());
  }
  return found;
}

// The page without its programs, whose texts are not ours.
std::string sample_page(const Story& story) {
  return page(story, {"'vega'", "'lite'", "'embed'", "none <of> theirs"});
}

TEST(Page, SaysTwiceThatItIsNoMedicalAdvice) {
  const std::string text = sample_page(sample::story());
  const std::string sentence = "For research and teaching; not medical advice.";
  const std::size_t first = text.find(sentence);
  ASSERT_NE(first, std::string::npos);
  EXPECT_LT(first, text.find("<nav"));
  EXPECT_GT(text.rfind(sentence), text.find("<footer>"));
}

TEST(Page, LoadsNothing) {
  const std::string text = sample_page(sample::story());
  EXPECT_EQ(matches(text, "(\\ssrc\\s*=)").size(), 0u);
  EXPECT_EQ(matches(text, "(<link\\b)").size(), 0u);
  EXPECT_EQ(matches(text, "(@import|[^_]url\\()").size(), 0u);
  EXPECT_NE(text.find("Content-Security-Policy\" content=\"default-src 'none'"), std::string::npos);
  // Addresses stand in links that a reader follows, and nowhere else.
  std::size_t links = 0;
  for (const std::string& tag : matches(text, "(<[a-zA-Z][^>]*\\shref=[^>]*>)")) {
    EXPECT_TRUE(tag.starts_with("<a ")) << tag;
    links += tag.find("https://") != std::string::npos;
  }
  EXPECT_EQ(links, 1u);  // the one citation
}

TEST(Page, PointsOnlyAtPlacesThatExist) {
  const std::string text = sample_page(sample::story());
  std::set<std::string> ids;
  for (const std::string& id : matches(text, "\\sid=\"([^\"]+)\"")) {
    EXPECT_TRUE(ids.insert(id).second) << id;
  }
  const auto targets = matches(text, "href=\"#([^\"]+)\"");
  EXPECT_GE(targets.size(), 9u);
  for (const std::string& target : targets) EXPECT_TRUE(ids.contains(target)) << target;
}

TEST(Page, CarriesItsFiguresAsJson) {
  const std::string text = sample_page(sample::story());
  std::size_t at = 0, n = 0;
  const std::string open = "<script type=\"application/json\">";
  while ((at = text.find(open, at)) != std::string::npos) {
    at += open.size();
    const auto spec = nlohmann::json::parse(text.substr(at, text.find("</script>", at) - at));
    EXPECT_TRUE(spec.contains("$schema"));
    ++n;
  }
  EXPECT_EQ(n, 8u);
}

TEST(Page, EscapesEveryNameThatAFileGives) {
  Story story = sample::story();
  const std::string evil = "<img src=x onerror=alert(1)>\"'</script>";
  story.title = story.model = story.model_id = story.population = story.noun = evil;
  story.window = story.command = story.version = evil;
  story.covariates = story.varying = story.settled_by = story.failures = {evil};
  story.inputs[0].path = story.inputs[0].role = evil;
  story.cited = {{evil, evil, evil}};
  for (ArmStory& arm : story.arms) arm.name = evil;
  for (DoseLine& line : story.arms[0].doses) {
    line = {0, evil, evil, evil, evil, evil, evil, {evil}};
  }
  for (HypothesisStory& hypothesis : story.hypotheses) {
    hypothesis.id = hypothesis.label = evil;
    hypothesis.settings = {{evil, evil, evil, 1}};
  }
  for (OutputStory& output : story.outputs) output.label = output.unit = evil;
  for (ParameterStory& parameter : story.parameters) {
    parameter.id = parameter.label = parameter.unit = parameter.uncertainty = evil;
    parameter.remarks = parameter.source = parameter.citation = parameter.formula = evil;
    parameter.locator = "doi:" + evil;
  }
  for (simulate::Metric& metric : story.summary.metrics) metric.unit = evil;
  const std::string text = sample_page(story);
  EXPECT_EQ(text.find("<img"), std::string::npos);
  EXPECT_EQ(text.find("=\"" + evil.substr(0, 1)), std::string::npos);
  // Only our own scripts end: four programs and a specification for each figure.
  EXPECT_EQ(matches(text, "(</script)").size(), 4 + matches(text, "(<figure )").size());
}

// With many arms a table holds them all; every figure stands in the row of its own arm.
TEST(Page, KeepsArmsApartInOneTable) {
  Story story = sample::story();
  const simulate::Summary first = story.summary;
  for (std::size_t arm = 2; arm < 6; ++arm) {
    story.arms.push_back(story.arms[0]);
    story.arms.back().name = "arm " + std::to_string(arm);
    for (simulate::Metric metric : first.metrics) {
      metric.arm = arm;
      // Arms that never reach 80 % beside one that does.
      if (metric.name == "hours a day above 80 %") metric.patients = sample::band(0, 0);
      if (metric.name == "highest") metric.patients.q50 = 10.0 + static_cast<double>(arm);
      if (metric.name == "Cmax") metric.patients.q50 = 1000.0 * static_cast<double>(arm);
      story.summary.metrics.push_back(metric);
    }
  }
  const std::string text = key_tables(story);
  const auto row = [&](const std::string& group, const std::string& arm) {
    const std::size_t start = text.find(">" + group + "</th>");
    EXPECT_NE(start, std::string::npos) << group;
    const std::size_t at = text.find(">" + arm + "</th>", start);
    return text.substr(at, text.find("</tr>", at) - at);
  };
  EXPECT_NE(row("MOR occupancy, highest", "arm 3").find(">13 %<"), std::string::npos);
  EXPECT_NE(row("MOR occupancy, hours a day above 80 %", "LDN").find(">11.0<"), std::string::npos);
  EXPECT_NE(row("MOR occupancy, hours a day above 80 %", "arm 5").find(">0.0<"), std::string::npos);
  EXPECT_NE(row("plasma naltrexone, Cmax", "arm 4").find(">4000 ng/mL<"), std::string::npos);
}

TEST(Page, NamesFailuresAndSaysThatTheyAreLeftOut) {
  Story story = sample::story();
  story.failures = {"patient 57, LDN, H1: stopped at day 3, 04:00: the step size fell to zero"};
  const std::string text = sample_page(story);
  EXPECT_NE(text.find("1 patient run failed"), std::string::npos);
  EXPECT_NE(text.find("patient 57, LDN, H1"), std::string::npos);
  EXPECT_EQ(text.find("Every patient run finished"), std::string::npos);
}

TEST(Page, TellsWhatModulesCostAndWhatAnArmSets) {
  Story story = sample::story();
  const std::string text = sample_page(story);
  EXPECT_NE(text.find("<th scope=\"row\">pk</th><td>2</td><td>10</td><td>1</td><td>4</td><td>75 %"),
            std::string::npos);
  EXPECT_NE(text.find("the model itself"), std::string::npos);
  EXPECT_NE(text.find("<code>taking_part = 0</code> in this arm alone"), std::string::npos);
  story.costs.resize(1);
  EXPECT_EQ(sample_page(story).find("What each module costs"), std::string::npos);
}

TEST(Page, SaysWhenARunWasStopped) {
  Story story = sample::story();
  story.summary.cancelled = true;
  EXPECT_NE(sample_page(story).find("stopped before its end"), std::string::npos);
  EXPECT_EQ(sample_page(sample::story()).find("stopped before its end"), std::string::npos);
}

TEST(Page, SaysHowFarSketchedQuantilesMayBeOff) {
  Story story = sample::story();
  EXPECT_EQ(sample_page(story).find("sketched"), std::string::npos);
  story.summary.quantile_error = 0.004;
  EXPECT_NE(sample_page(story).find("within 0.4"), std::string::npos);
}

TEST(Page, StandsWithoutAnyResult) {
  Story story = sample::story();
  story.summary = {};
  story.summary.cancelled = true;
  const std::string text = sample_page(story);
  EXPECT_NE(text.find("nothing to tabulate"), std::string::npos);
  EXPECT_EQ(matches(text, "(<figure )").size(), 0u);
}

TEST(Sources, BecomeLinksWhereTheyAreAddresses) {
  EXPECT_EQ(locator_html("doi:10.1/x"),
            "<a href=\"https://doi.org/10.1/x\" rel=\"noopener noreferrer\">doi:10.1/x</a>");
  EXPECT_NE(locator_html("pmid:123").find("pubmed.ncbi.nlm.nih.gov/123"), std::string::npos);
  EXPECT_EQ(locator_html("page 12 & 13"), "page 12 &amp; 13");
  EXPECT_EQ(
      locator_html("see doi:10.1/x, table 2"),
      "see <a href=\"https://doi.org/10.1/x\" rel=\"noopener noreferrer\">doi:10.1/x</a>, table 2");
  EXPECT_EQ(locator_html("javascript:alert(1)"), "javascript:alert(1)");
}

TEST(Report, SaysHowToFetchWhatDraws) {
  const TemporaryFolder empty;
  files::SearchPath search;
  search.working_folder = search.share = empty.path();
  const auto missing = check_bundle(search);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("vega.min.js"), std::string::npos);
  EXPECT_NE(missing.error().mend.find("./scripts/web-bundle"), std::string::npos);
  const auto written = write_report(sample::story(), search, empty.path() / "out");
  ASSERT_FALSE(written);
  EXPECT_FALSE(fs::exists(empty.path() / "out" / "report.html"));
}

TEST(Report, InlinesProgramsThatCannotEndTheirElement) {
  const TemporaryFolder folder;
  for (const char* name : {"vega", "vega-lite", "vega-embed"}) {
    folder.write(fs::path("web/vendor") / (std::string(name) + ".min.js"),
                 "const s = '</script><!--'; // " + std::string(name));
  }
  folder.write("web/vendor/LICENCES.txt", "as they ask");
  files::SearchPath search;
  search.working_folder = folder.path() / "elsewhere";
  search.share = folder.path();
  ASSERT_TRUE(check_bundle(search));
  const auto written = write_report(sample::story(), search, folder.path());
  ASSERT_TRUE(written) << written.error().text();
  const std::string text = read(folder.path() / "report.html");
  EXPECT_EQ(matches(text, "(</script><!--)").size(), 0u);
  EXPECT_EQ(matches(text, "(const s = '<\\\\/script><\\\\!--')").size(), 3u);
  EXPECT_LT(text.find("// vega<"), text.find("// vega-lite<"));
}

// --- in a browser ----------------------------------------------------------------------------

std::string browser() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    if (std::system((std::string("command -v ") + name + " >/dev/null 2>&1").c_str()) == 0)
      return name;
  }
  return "";
}

TEST(Report, DrawsEveryFigureInABrowser) {
  const std::string program = browser();
  if (program.empty()) GTEST_SKIP() << "no chromium on this machine: figures are not drawn";
  files::SearchPath search;
  search.working_folder = search.share = VESPER_SOURCE_DIR;
  if (!check_bundle(search)) {
    GTEST_SKIP() << "no web/vendor: run ./scripts/web-bundle to draw the figures";
  }
  const TemporaryFolder folder;
  ASSERT_TRUE(write_report(sample::story(), search, folder.path()));
  EXPECT_LT(fs::file_size(folder.path() / "report.html"), 4'000'000u);
  const std::string command =
      "timeout 100 " + program +
      " --headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
      " --disable-background-networking --disable-component-update --disable-sync"
      " --enable-logging=stderr --virtual-time-budget=60000 --user-data-dir=" +
      (folder.path() / "profile").string() + " --dump-dom file://" +
      (folder.path() / "report.html").string() + " >" + (folder.path() / "dom.html").string() +
      " 2>" + (folder.path() / "log").string();
  ASSERT_EQ(std::system(command.c_str()), 0) << read(folder.path() / "log");
  const std::string dom = read(folder.path() / "dom.html");
  EXPECT_NE(dom.find("data-figures=\"drawn\""), std::string::npos);
  EXPECT_EQ(dom.find("could not be drawn:"), dom.rfind("could not be drawn:"))
      << "more than the script's own text";
  EXPECT_GE(matches(dom, "(<svg [^>]*class=\"marks\")").size(), 8u);
  const std::string log = read(folder.path() / "log");
  EXPECT_EQ(log.find("CONSOLE"), std::string::npos) << log;
}

}  // namespace
}  // namespace vesper::report

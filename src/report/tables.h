// The parts of the page that are tables and lists, as HTML with every name escaped.
#pragma once

#include <string>

#include "report/story.h"

namespace vesper::report {

std::string key_tables(const Story& story);      // as the terminal's
std::string metrics_tables(const Story& story);  // every metric, by output
std::string doses_table(const Story& story);
std::string hypotheses_table(const Story& story);
std::string parameters_table(const Story& story);  // value, grade, source
std::string provenance_table(const Story& story);
std::string cost_table(const Story& story);  // empty for a model of one module

// With links where a word is "doi:...", "pmid:..." or an address; all else is text.
std::string locator_html(const std::string& locator);

}  // namespace vesper::report

// What is planned: lines of products, or of doses that a FHIR request gives without a product.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "dosing/dosing.h"
#include "safety/dates.h"
#include "safety/vocabulary.h"

namespace vesper::safety {

struct Line {
  std::string drug, route;
  std::string product;  // id; empty where only drug, route and dose are known
  std::string title;    // "LDN capsule", or as a request names it
  double mg = 0;        // [mg] one dose, as hydrochloride where the drug has one
  double labelled = 0;  // [mg] one dose as the label gives it; 0: as `mg`
  double every = 0;     // [h]; 0: once
  double first = 0;     // [h] since midnight of the first day
  double until = std::numeric_limits<double>::infinity();  // [h] no dose at or after this

  double daily() const;  // [mg/day]; a single dose counts as one day's
  Date first_day(Date start) const;
  std::optional<Date> last_day(Date start) const;  // none: goes on
  // The last dose on or before a day; none where the first comes later.
  std::optional<Date> dose_before(Date start, Date day) const;
  std::string text() const;  // "4.5 mg every 24 h at 22:00, oral"
};

// "once", "every 24 h", "every 3 days", "every 4 weeks".
std::string every_text(double hours);

struct Regimen {
  std::vector<Named> purpose;
  std::optional<Date> start;  // of day 1
  std::vector<Line> lines;
};

// The keys `purpose`, `start`, `items`.  `beside`: the folder of the file that names products.
Result<Regimen> parse_regimen(const files::Yaml& root, dosing::Catalogue& catalogue,
                              const std::filesystem::path& beside);
Result<Regimen> read_regimen(const std::filesystem::path& path, dosing::Catalogue& catalogue);

// [mg/day] the highest sum of lines that are taken at once.
double highest_daily(const std::vector<const Line*>& lines);
// The greatest number of lines that overlap in time.
std::size_t most_at_once(const std::vector<const Line*>& lines);

}  // namespace vesper::safety

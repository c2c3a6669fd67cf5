// Claims, sources, observations and targets together: what `vesper evidence` searches and shows.
#pragma once

#include <string>
#include <vector>

#include "evidence/claims.h"
#include "evidence/targets.h"

namespace vesper::evidence {

struct Library {
  std::vector<Claim> claims;
  std::vector<SourceEntry> sources;
  std::vector<Observation> observations;
  Targets targets;
};

Result<Library> read_library(const files::SearchPath& search);

struct Hit {
  std::string kind;   // "claim", "target", "observation", "source"
  std::string id;     //
  std::string label;  // its verdict, grade or use; empty for a source
  std::string text;   // what it says
};

// Everything that holds all of the words, case ignored, in its id or texts; an id that is one of
// the words comes first, then claims, targets, observations, sources in their order.
std::vector<Hit> find(const Library& library, const std::vector<std::string>& words);
std::string hits_text(const std::vector<Hit>& hits);
std::string hits_json(const std::vector<Hit>& hits);

// One entry by its id, with everything that cites it.  An unknown id is an error with the nearest.
Result<std::string> show_text(const Library& library, const std::string& id);
Result<std::string> show_json(const Library& library, const std::string& id);

// What there is of each, and how to go on.
std::string library_text(const Library& library);

}  // namespace vesper::evidence

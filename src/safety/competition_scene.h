// A patient's opioids and the regimen's naltrexone on one axis of time, and as text for the model:
// private to the files competition*.cpp.
#pragma once

#include <string>
#include <vector>

#include "dosing/dosing.h"
#include "safety/competition.h"

namespace vesper::safety {

struct NaltrexoneLine {
  dosing::Product product;
  double count = 0;          // units of the product a dose
  double first = 0;          // [h] after the first naltrexone of all
  double every = 0;          // [h]; 0: once
  double until = 0;          // [h] after the first of all; infinity: goes on
  double last() const;       // [h] of its last dose; infinity where it goes on
  std::string text() const;  // "Naltrexone 50 mg tablet, every 24 h"
};

struct Scene {
  Date start;                          // of the first naltrexone dose
  std::vector<OpioidTaken> opioids;    //
  std::vector<NaltrexoneLine> lines;   // by time; the first begins at 0
  std::vector<NotSimulated> left_out;  //
  bool central = false;                // one of the opioids acts on the brain
  double first_mg = 0;                 // [mg as hydrochloride] of the first dose
  Horizon horizon;                     // of the last lines

  // [h] from the first opioid dose to the first naltrexone dose.
  double lead() const;
  // [h] from the last opioid dose to it.
  double gap() const;
};

// What of patient and regimen is simulated, and what is not and why.
Result<Scene> set_scene(const CompetitionRequest& request, const CompetitionData& data,
                        const files::SearchPath& search);

// The lines that are still taken at the end of the regimen.
std::vector<const NaltrexoneLine*> last_lines(const Scene& scene);

// A protocol's text: the opioids, then naltrexone on the planned day and on each of `days` days
// later, and none at all.  Arms "none", "day 0", "day 1", ...
struct WithdrawalPlan {
  std::string text;
  double first = 0;                 // [h] of the first naltrexone dose of "day 0"
  double same_day = 0;              // [h] that it comes after an opioid of the same day
  double last_opioid = 0, end = 0;  // [h]
  // [h] of the first naltrexone dose so many whole days later.
  double at(unsigned later) const;
};
WithdrawalPlan withdrawal_plan(const Scene& scene, const CompetitionData& data, unsigned days);

// The last lines without any opioid, until some dose is the last.
struct BlockPlan {
  std::string text;
  double last = 0, end = 0;  // [h] of the last dose, of the run
  double before = 0;         // [h] from the dose before the last to it; 0: there was one
  int doses = 0;
};
BlockPlan block_plan(const Scene& scene, const CompetitionData& data);

}  // namespace vesper::safety

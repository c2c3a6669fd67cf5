// What is left of a patient's opioids when naltrexone comes, in numbers: agonist tone, withdrawal,
// how long a block holds, what overcomes it, and tolerance that is lost.  Model:
// models/withdrawal.ant (equations and their sources are there); data: evidence/competition.yaml.
//
// It stands beside the rules and never enters them: nothing here changes a Finding, a Severity or
// the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "safety/check.h"
#include "safety/competition_data.h"
#include "safety/patient.h"
#include "safety/regimen.h"
#include "simulate/study.h"

namespace vesper::safety {

inline constexpr unsigned most_competition_draws = 1000, most_competition_days = 60;

struct CompetitionRequest {
  const Patient& patient;
  const Regimen& regimen;
  const Vocabulary& vocabulary;
  Date on;                        // of the check; day 1 where the regimen has no start
  std::optional<unsigned> draws;  // of uncertain parameters; 0: no band; none: the data's default
  std::optional<unsigned> days;   // later first doses; none: the data's default
  std::uint64_t seed = 1;         // of the draws
  simulate::Options engine = {};  // engine, threads, cache of code
};

// An opioid of the patient as it was simulated.
struct OpioidTaken {
  std::string drug, written;         // of the vocabulary; as the patient's file has it
  std::string product;               // id
  double dose = 0;                   // [mg of the product's form] at a time
  double every = 0;                  // [h]
  int days = 0;                      // of use
  double gap = 0;                    // [h] from its last dose to the first naltrexone
  bool goes_on = false;              // still taken: its last dose is put just before naltrexone
  std::vector<std::string> assumed;  // what the file does not say, in short sentences
};

struct NotSimulated {
  std::string what, why;
};

struct Range {
  double low = 0, high = 0;
};

// For figures: values at times [h].
struct Curve {
  std::vector<double> hours, values;
};

// The typical patient under one hypothesis, from a first dose on.
struct Course {
  std::vector<double> cows, tone;  // by Competition::hours, of the planned day; tone [%]
  // Of the planned day, from a day before it; `alone_curve`: COWS without naltrexone.
  Curve cows_curve, tone_curve, alone_curve;
  double before = 0, peak = 0;             // COWS just before, and at its worst within the window
  double peak_at = 0;                      // [h] after the first dose
  double steepest = 0;                     // largest rise of COWS within one hour of the window
  std::optional<double> onset;             // [h] until COWS has risen by the data's `sudden`
  double moderate = 0;                     // [h] at the data's `moderate` or above, over `hours`
  double alone = 0;                        // COWS at its worst in the window without naltrexone
  double tone_before = 0, tone_least = 0;  // [%] just before, and the least within the window
  double tone_alone = 0;                   // [%] the least within the window without naltrexone
  double held = 0, dependence = 0;         // [%] receptors held by agonists; both just before
  double if_blocked = 0;                   // COWS if every receptor were blocked just before
  double gut_before = 0, gut_least = 0;    // [%] held back by loperamide
};

// The first dose on one day.
struct FirstDose {
  unsigned later = 0;  // [d] after the planned day
  Date on;
  std::vector<Course> courses;  // by hypothesis
};

// How long the last lines of the regimen hold back heroin 25 mg once no more is taken; of someone
// without tolerance.
struct Block {
  std::vector<std::string> lines;  // "50 mg every 24 h, oral"
  int doses = 0;                   // taken before it ends
  double over = 0;                 // [h] over which
  double follow = 0;               // [h] how far it was followed
  std::vector<double> at;          // [h] after the last dose
  struct Under {
    bool blocked = false;        // at some time after the last dose
    std::optional<double> ends;  // [h] after the last dose; none: later than `follow`, or never was
    double highest = 0;          // [%] of the feeling prevented, after the last dose
    std::optional<double> least_taken;        // [%] and the next: at the least in the last interval
    std::optional<double> times_least_taken;  // times the dose that overcomes the block
    std::vector<double> prevented;            // [%] by `at`
    std::vector<double> times;                // times the dose that overcomes the block, by `at`
    double halves_most = 0;      // heroin 25 mg that halve breathing, when the block is strongest
    std::vector<double> halves;  // by `at`
    Curve curve;                 // [%] of the feeling prevented, after the last dose
  };
  std::vector<Under> under;  // by hypothesis
  double halves_open = 0;    // heroin 25 mg that halve breathing without naltrexone
};

// How many times more a dose slows breathing than it did at the last dose of the opioid.
struct ToleranceLost {
  std::vector<double> days;  // after the last dose of the opioid
  // By hypothesis, then day; none while buprenorphine leaves other opioids no room.
  std::vector<std::vector<std::optional<double>>> factors;
};

struct Competition {
  std::vector<std::string> hypotheses, labels;  // "H1", "retained at the receptor"
  Date start;                                   // of the first naltrexone dose
  std::vector<std::string> regimen;             // lines that were simulated
  std::vector<OpioidTaken> opioids;
  std::vector<NotSimulated> left_out;
  bool withdrawal = false;  // an opioid that acts on the brain is among them
  double window = 0, sudden = 0, mild = 0, moderate = 0, blocked = 0;  // of the data
  std::vector<double> hours;           // of the courses, after the first dose; 0 is just before it
  std::vector<FirstDose> first_doses;  // the planned day first; empty without a modelled opioid
  unsigned draws = 0, failed_draws = 0;  // runs of the band that failed, of draws x hypotheses
  std::uint64_t seed = 0;
  std::vector<Range> band;         // COWS of the planned day over draws and hypotheses, by hours
  std::vector<double> band_hours;  // and the same, closer, for a figure
  std::vector<Range> band_curve;
  std::optional<Range> peak_band, rise_band;  // of the worst within the window
  std::optional<Block> block;
  std::optional<ToleranceLost> lost;
  std::vector<Sentence> say;  // what must be said with it, in the order of the data
  // The protocols of the runs, for `vesper run`; empty where there was none.
  std::string withdrawal_protocol, block_protocol;
};

// Errors: unreadable data, a run that fails (V0701), a wrong product.  Never an error: an opioid
// that is not modelled, has no dose or no mass; it is listed in `left_out`.
Result<Competition> simulate_competition(const CompetitionRequest& request,
                                         const files::SearchPath& search);

// What the rules say of one day: the severity of the gravest finding that still holds on it, with
// the day until which it does; "no finding" where none does.
struct RulesOn {
  std::optional<Severity> gravest;
  std::string text;  // "contraindicated until 2026-12-07"
};
RulesOn rules_on(const Check& check, Date day);

inline constexpr const char* never_lowers =
    "A simulation never lowers a rule: what is contraindicated above stays contraindicated.";

// A section for the terminal, to print after check_text().
std::string competition_text(const Competition& simulated, const Check& check, bool colour);
// One JSON object, to stand as "simulation" in check_json()'s.
std::string competition_json(const Competition& simulated, const Check& check);

}  // namespace vesper::safety

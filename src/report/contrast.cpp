// Where the hypotheses disagree, from the figures alone:
//   hours a day    size = (highest - lowest) / 24
//   occupancy      size = (highest - lowest) / full occupancy
//   concentration  size = 1 - lowest / highest
// so that 0 is agreement and 1 is as far apart as the readout can be.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/format.h"
#include "report/story.h"

namespace vesper::report {

namespace {

constexpr double agreement = 0.05;  // below this the hypotheses are said to agree
constexpr double worth_saying = 0.1;
constexpr double marked = 0.25;
constexpr double comparable = 0.75;  // a disagreement of so much of the largest may go first

double full(const OutputStory& output) {
  return output.unit == "%" ? 100 : 1;
}

double contrast_size(const Contrast& contrast, const OutputStory& output) {
  const double difference = contrast.high - contrast.low;
  if (contrast.readout == Readout::hours_above) return difference / 24;
  if (output.occupancy()) return difference / full(output);
  return contrast.high > 0 && contrast.low >= 0 ? difference / contrast.high : 0;
}

std::optional<Contrast> compare(const Story& story, std::size_t arm, std::size_t output,
                                Readout readout, double threshold) {
  Contrast contrast{arm, output, readout, threshold};
  for (std::size_t h = 0; h < story.hypotheses.size(); ++h) {
    const auto* metric = find_metric(story, readout, arm, h, output, threshold);
    if (metric == nullptr || !std::isfinite(middle(*metric))) return std::nullopt;
    const double value = middle(*metric);
    if (h == 0 || value < contrast.low) {
      contrast.low = value;
      contrast.lowest = h;
    }
    if (h == 0 || value > contrast.high) {
      contrast.high = value;
      contrast.highest = h;
    }
  }
  contrast.size = contrast_size(contrast, story.outputs[output]);
  return contrast;
}

std::string subject(const Story& story, const Contrast& contrast) {
  const OutputStory& output = story.outputs[contrast.output];
  const std::string unit = output.unit.empty() ? "" : " " + output.unit;
  if (contrast.readout == Readout::hours_above) {
    return fmt::format("hours a day above {}{} {}", exact(contrast.threshold), unit, output.label);
  }
  return output.occupancy() ? "the highest " + output.label : output.label + " Cmax";
}

std::string spread(const Story& story, const Contrast& contrast) {
  const OutputStory& output = story.outputs[contrast.output];
  const bool hours = contrast.readout == Readout::hours_above;
  const std::string unit = hours ? "h" : output.unit;
  const auto text = [&](double value) { return hours ? tenths(value) : rough(value); };
  return fmt::format("{} ({}) to {}{} ({})", text(contrast.low),
                     story.hypotheses[contrast.lowest].name(), text(contrast.high),
                     unit.empty() ? "" : " " + unit, story.hypotheses[contrast.highest].name());
}

// Which to name first: occupancy is what the hypotheses are about, so that it goes before a
// concentration unless it hardly differs; and among those of comparable size what is watched first.
const Contrast* leading(const Story& story, const std::vector<Contrast>& all) {
  const auto occupancy = std::find_if(all.begin(), all.end(), [&](const Contrast& contrast) {
    return story.outputs[contrast.output].occupancy() && contrast.size >= marked;
  });
  const Contrast& largest = occupancy != all.end() ? *occupancy : all.front();
  const Contrast* lead = &largest;
  for (const Contrast& contrast : all) {
    const bool of_a_kind =
        story.outputs[contrast.output].occupancy() == story.outputs[largest.output].occupancy();
    if (of_a_kind && contrast.size >= comparable * largest.size && contrast.output < lead->output) {
      lead = &contrast;
    }
  }
  return lead;
}

// Outputs on which every readout of every arm agrees.
std::vector<std::string> agreed_outputs(const Story& story, const std::vector<Contrast>& all) {
  std::vector<std::string> names;
  for (std::size_t output = 0; output < story.outputs.size(); ++output) {
    bool any = false, agree = true;
    for (const Contrast& contrast : all) {
      if (contrast.output != output) continue;
      any = true;
      agree = agree && contrast.size < agreement;
    }
    if (any && agree) names.push_back(story.outputs[output].label);
  }
  return names;
}

}  // namespace

std::vector<Contrast> contrasts(const Story& story) {
  std::vector<Contrast> all;
  if (story.hypotheses.size() < 2) return all;
  for (std::size_t arm = 0; arm < story.arms.size(); ++arm) {
    if (story.arms[arm].doses.empty()) continue;
    for (std::size_t output = 0; output < story.outputs.size(); ++output) {
      if (auto found = compare(story, arm, output, Readout::maximum, 0)) all.push_back(*found);
      for (const double threshold : story.outputs[output].thresholds) {
        if (auto found = compare(story, arm, output, Readout::hours_above, threshold)) {
          all.push_back(*found);
        }
      }
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Contrast& a, const Contrast& b) { return a.size > b.size; });
  return all;
}

std::string disagreement(const Story& story) {
  const std::vector<Contrast> all = contrasts(story);
  if (all.empty()) return "";
  if (all.front().size < agreement) {
    return fmt::format("The {} hypotheses agree within {} % on every figure compared here.",
                       spelt(story.hypotheses.size()), exact(100 * agreement));
  }
  const auto in_arm = [&](const Contrast& contrast) {
    return story.arms.size() > 1 ? " in " + story.arms[contrast.arm].name : std::string();
  };
  const Contrast* lead = leading(story, all);
  std::string text =
      fmt::format("The {} hypotheses disagree about {}: {}{}.", spelt(story.hypotheses.size()),
                  subject(story, *lead), spread(story, *lead), in_arm(*lead));
  // The largest disagreement about another output, since thresholds of one output go together.
  for (const Contrast& contrast : all) {
    if (contrast.output == lead->output || contrast.size < worth_saying) continue;
    text += fmt::format(" They also differ in {}: {}{}.", subject(story, contrast),
                        spread(story, contrast), in_arm(contrast));
    break;
  }
  const std::vector<std::string> agreed = agreed_outputs(story, all);
  if (!agreed.empty()) {
    text += fmt::format(" They agree within {} % on {}.", exact(100 * agreement), join(agreed));
  }
  return text;
}

}  // namespace vesper::report

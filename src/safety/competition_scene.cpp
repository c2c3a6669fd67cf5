// Which medicines become which doses.  Dates carry no clock times: the last dose of an opioid is
// taken at the clock time of the first naltrexone dose, so many whole days before.
#include "safety/competition_scene.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "equations/system.h"
#include "language/antimony.h"
#include "safety/facts.h"

namespace vesper::safety {

namespace {

constexpr double day = 24;               // [h]
constexpr double largest_dose = 1e6;     // [mg] beyond any dose of anything
constexpr double shortest_every = 0.25;  // [h]

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

bool shares(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::any_of(a, [&](const std::string& one) { return has(b, one); });
}

class Setting {
 public:
  Setting(const CompetitionRequest& request, const CompetitionData& data,
          const files::SearchPath& search)
      : request_(request), data_(data), search_(search), catalogue_(search) {}

  Result<Scene> set() {
    VESPER_CHECK(lines());
    if (scene_.lines.empty()) return std::move(scene_);
    for (const Medicine& one : request_.patient.medicines) {
      if (const auto why = medicine(one)) scene_.left_out.push_back({one.what.text, *why});
    }
    return std::move(scene_);
  }

 private:
  using Reason = std::optional<std::string>;  // why something is left out; none: it is in

  // ---- naltrexone
  // --------------------------------------------------------------------------------
  Result<void> lines() {
    VESPER_TRY(const auto path, search_.find(data_.model, "models", ".ant", {}));
    VESPER_TRY(const language::Model model, language::read_antimony(path, search_));
    VESPER_TRY(const equations::System system, equations::build(model));
    for (const Line& line : request_.regimen.lines) {
      NaltrexoneLine one;
      if (const Reason why = naltrexone(line, system, one)) {
        scene_.left_out.push_back({line.title, *why});
        continue;
      }
      scene_.lines.push_back(std::move(one));
    }
    std::ranges::stable_sort(scene_.lines, {}, &NaltrexoneLine::first);
    const Date start = request_.regimen.start.value_or(request_.on);
    scene_.start = start;
    if (scene_.lines.empty()) return {};
    const double first = scene_.lines.front().first;
    scene_.start = start + std::chrono::days(static_cast<int>(std::floor(first / day)));
    for (NaltrexoneLine& line : scene_.lines) {
      line.first -= first;
      line.until -= first;
    }
    for (const Line& line : request_.regimen.lines) {
      if (line.first == first && has(data_.naltrexone, line.drug)) scene_.first_mg += line.mg;
    }
    choose_horizon();
    return {};
  }

  Reason naltrexone(const Line& line, const equations::System& system, NaltrexoneLine& one) {
    if (!has(data_.naltrexone, line.drug)) return "it is not in this model";
    if (line.product.empty()) return "it names no product of Vesper, so its release is not known";
    if (!system.dose_state(line.route, line.drug)) {
      return fmt::format("the model has no {} naltrexone", line.route);
    }
    const auto product = catalogue_.product(line.product, {}, {});
    if (!product) return "its product is not in the working folder, VESPER_PATH or the share";
    const auto drug = catalogue_.drug(product->drug, product->file.whole());
    if (!drug) return "its drug is not in drugs.yaml";
    one.product = *product;
    // A line's mass is that of the hydrochloride, the product's that of its own form.
    double mg = line.mg;
    if (const auto salt = drug->molar_mass.find("hydrochloride"); salt != drug->molar_mass.end()) {
      mg /= product->nmol_per_mg * salt->second / 1e6;
    }
    one.count = mg / product->strength;
    if (!product->divisible) one.count = std::round(one.count);
    if (!(one.count > 0)) return "its dose is nothing";
    one.first = line.first;
    one.every = line.every;
    one.until = line.until;
    return std::nullopt;
  }

  void choose_horizon() {
    const std::vector<const NaltrexoneLine*> last = last_lines(scene_);
    const auto fits = [&](const Horizon& one, const NaltrexoneLine& line) {
      return (one.routes.empty() || has(one.routes, line.product.route)) &&
             (line.every == 0 || line.every >= one.least_interval);
    };
    for (const Horizon& one : data_.horizons) {
      if (!std::ranges::any_of(last, [&](const auto* line) { return fits(one, *line); })) continue;
      scene_.horizon = one;
      return;
    }
  }

  // ---- opioids
  // ----------------------------------------------------------------------------------- None also
  // for what is no business of this model.
  Reason medicine(const Medicine& one) {
    Patient alone;
    alone.medicines = {one};
    const Facts facts = gather(alone, {}, request_.vocabulary, request_.on);
    if (facts.medicines.empty()) return "its name is not known; it may be an opioid";
    for (const MedicineFact& fact : facts.medicines) {
      if (const Reason why = refused(one, *fact.term)) return why;
    }
    const bool opioid = std::ranges::any_of(facts.medicines, [&](const MedicineFact& fact) {
      return shares(fact.term->classes, data_.opioid_classes);
    });
    if (!opioid) return std::nullopt;
    if (facts.medicines.size() > 1)
      return "it holds several drugs, and whose dose is given is not known";
    const DrugTerm& term = *facts.medicines.front().term;
    const auto stands = std::ranges::find(data_.stands, term.name, &Stands::drug);
    if (stands == data_.stands.end()) return "there is no model of it here";
    return take(one, term, *stands);
  }

  Reason refused(const Medicine& one, const DrugTerm& term) const {
    const std::string written = folded(one.what.text);
    for (const Refused& refusal : data_.refused) {
      const bool named = std::ranges::any_of(refusal.written, [&](const std::string& name) {
        return written.find(name) != std::string::npos;
      });
      if (named || has(refusal.drugs, term.name) || shares(refusal.classes, term.classes)) {
        return refusal.why;
      }
    }
    return std::nullopt;
  }

  Reason take(const Medicine& one, const DrugTerm& term, const Stands& stands) {
    OpioidTaken taken;
    taken.drug = term.name;
    taken.written = one.what.text;
    taken.product = stands.product;
    if (!stands.says.empty()) taken.assumed.push_back(stands.says);
    if (const Reason why = dose(one, stands, taken)) return why;
    if (const Reason why = times(one, taken)) return why;
    scene_.central |= !stands.gut;
    scene_.opioids.push_back(std::move(taken));
    return std::nullopt;
  }

  static Reason dose(const Medicine& one, const Stands& stands, OpioidTaken& taken) {
    if (!one.dose) return "dose not given";
    const auto mg = units::Unit::parse("mg"), per_day = units::Unit::parse("mg/day");
    assert(mg && per_day);
    taken.every = one.every.value_or(stands.every);
    if (one.dose->unit.same_dimension(*mg)) {
      taken.dose = one.dose->in(*mg);
      if (!one.every) {
        taken.assumed.push_back(fmt::format("how often is not given: every {:g} h", taken.every));
      }
    } else if (one.dose->unit.same_dimension(*per_day)) {
      if (stands.single_doses) return "its dose is by time; name the patch, or give single doses";
      taken.dose = one.dose->in(*per_day) * taken.every / day;
      if (!one.every) {
        taken.assumed.push_back(fmt::format("the daily dose is divided: {:.4g} mg every {:g} h",
                                            taken.dose, taken.every));
      }
    } else {
      return fmt::format("its dose, {:g} {}, is not a mass", one.dose->value,
                         one.dose->unit.text());
    }
    if (!(taken.dose > 0)) return "its dose is nothing";
    if (taken.dose > largest_dose) return "its dose is more than 1 kg";
    if (taken.every < shortest_every) return "taken more often than every quarter of an hour";
    return std::nullopt;
  }

  Reason times(const Medicine& one, OpioidTaken& taken) {
    const Date first = scene_.start;
    if (one.since && *one.since > first) return "begun after the first naltrexone dose";
    if (one.last && *one.last > first) {
      return "still taken after the first naltrexone dose, which is not simulated";
    }
    taken.goes_on = !one.last;
    const double free = one.last ? days_between(*one.last, first) : 0;
    if (free > data_.forgotten) {
      return fmt::format("last taken more than {:g} days before naltrexone", data_.forgotten);
    }
    taken.gap = free > 0 ? free * day : data_.same_day;
    // Two lines of one product may not fall on one moment: a minute apart.
    taken.gap += static_cast<double>(
                     std::ranges::count(scene_.opioids, taken.product, &OpioidTaken::product)) /
                 60;
    if (taken.goes_on) {
      taken.assumed.push_back(fmt::format(
          "still taken: its last dose is put {:g} h before the first naltrexone", data_.same_day));
    } else if (free == 0) {
      taken.assumed.push_back(
          fmt::format("both on one day: naltrexone {:g} h after it", data_.same_day));
    }
    taken.days = data_.days_of_use;
    if (one.since) {
      const double used = days_between(*one.since, one.last.value_or(first)) + 1;
      taken.days = static_cast<int>(std::min<double>(used, data_.most_days_of_use));
    } else {
      taken.assumed.push_back(fmt::format("no first day is given: {} days of use", taken.days));
    }
    return std::nullopt;
  }

  const CompetitionRequest& request_;
  const CompetitionData& data_;
  const files::SearchPath& search_;
  dosing::Catalogue catalogue_;
  Scene scene_;
};

}  // namespace

double NaltrexoneLine::last() const {
  if (every == 0) return first;
  if (!std::isfinite(until)) return until;
  return first + std::max(0.0, std::ceil((until - first) / every - 1e-9) - 1) * every;
}

std::string NaltrexoneLine::text() const {
  const std::string times = count == 1 ? "" : fmt::format("{:.4g} × ", count);
  return times + product.name + ", " + every_text(every);
}

Result<Scene> set_scene(const CompetitionRequest& request, const CompetitionData& data,
                        const files::SearchPath& search) {
  return Setting(request, data, search).set();
}

std::vector<const NaltrexoneLine*> last_lines(const Scene& scene) {
  double end = 0;
  for (const NaltrexoneLine& line : scene.lines) end = std::max(end, line.last());
  std::vector<const NaltrexoneLine*> all;
  for (const NaltrexoneLine& line : scene.lines) {
    const bool runs = std::isfinite(end) ? line.last() > end - std::max(line.every, 1.0)
                                         : !std::isfinite(line.last());
    if (runs) all.push_back(&line);
  }
  return all;
}

}  // namespace vesper::safety

#include "cli/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <ctime>
#include <functional>

#include "cli/commands.h"
#include "safety/competition.h"

namespace vesper::cli {

namespace {

// Ctrl-C asks politely; another, a second or more later, ends the program at once.  (Some senders
// signal a process and its group, so that one wish arrives twice.)
std::atomic<bool>& interrupted() {
  static std::atomic<bool> flag{false};
  static_assert(std::atomic<bool>::is_always_lock_free);
  return flag;
}

void on_interrupt(int) {
  static std::atomic<std::time_t> first{0};
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (!interrupted().exchange(true)) {
    first = now.tv_sec;
  } else if (now.tv_sec > first + 1) {
    std::signal(SIGINT, SIG_DFL);
    std::raise(SIGINT);
  }
}

const std::atomic<bool>& interrupt_flag() {
  interrupted() = false;
  std::signal(SIGINT, on_interrupt);
  return interrupted();
}

struct Arguments {
  RunArguments run;
  SimulateArguments simulate;
  ValidateArguments validate;
  ShowArguments show;
  MechanismsArguments mechanisms;
  EvidenceArguments evidence;
  CheckArguments check;
  CompareArguments compare;
  TitrateArguments titrate;
  CompoundArguments compound;
  std::vector<std::string> models;
  std::string code, kind, shell;
};

constexpr const char* hypothesis_help = "Hypotheses to run side by side, such as H1,H3 or all";
constexpr const char* set_help =
    "A parameter's value in place of the model's: --set CL=120 or --set \"CL=2 L/min\"; repeat for "
    "more";

void add_engine(CLI::App& command, EngineArguments& engine,
                const std::vector<std::string>& engines = {"fast", "reference"}) {
  command
      .add_option("--engine", engine.engine,
                  "fast: compiled for this machine; reference: slow and simple, to compare with")
      ->check(CLI::IsMember(engines));
  command
      .add_option("--method", engine.method,
                  "How the fast engine steps: auto, rosenbrock (stiff models) or explicit")
      ->check(CLI::IsMember({"auto", "rosenbrock", "explicit"}));
  command
      .add_option("--lanes", engine.lanes,
                  "Patients in one vector of the fast engine: 8, 4 or 2; 0: as many as fit")
      ->check(CLI::IsMember({0, 2, 4, 8}));
}

void add_run(CLI::App& app, RunArguments& run) {
  CLI::App* command = app.add_subcommand("run", "Simulate a protocol and write its report");
  command->add_option("protocol", run.protocol, "A protocol file, or the name of one in protocols/")
      ->required();
  command->add_option("--patients", run.patients, "How many patients to draw from the population")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000'000}));
  command
      ->add_option("--patient", run.only_patient,
                   "Only the patient of this number, as in a full run")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000'000}));
  command->add_flag("--typical", run.typical, "One typical patient, no population");
  command->add_option("--seed", run.seed, "Seed of the random numbers");
  command->add_option("--threads", run.threads, "Threads to use; 0: all cores")
      ->check(CLI::Range(0u, 1024u));
  command->add_option("--out", run.out, "Folder for the results; runs/PROTOCOL when left out");
  command->add_option("--hypothesis", run.hypotheses, hypothesis_help);
  command->add_option("--set", run.settings, set_help)->allow_extra_args(false);
  command->add_option("--rtol", run.relative_tolerance, "Relative tolerance of the solver")
      ->check(CLI::Range(1e-13, 1e-2));
  command->add_option("--atol", run.absolute_tolerance, "Absolute tolerance, in each state's unit")
      ->check(CLI::Range(1e-20, 1.0));
  add_engine(*command, run.engine);
  command->add_flag("--no-timecourses", run.no_timecourses,
                    "No timecourses.nc: for huge runs whose tables and report are enough");
  command->footer(
      "Examples:\n"
      "  vesper run ldn-bedtime                          200 adults, three hypotheses\n"
      "  vesper run ldn-bedtime --typical                seconds: one typical patient\n"
      "  vesper run ldn-bedtime --patients 50 --seed 7 --out runs/small\n"
      "  vesper run tablet-50mg --hypothesis H1 --set \"CL=94 L/h\"\n"
      "  vesper run ldn-bedtime --patients 100000 --no-timecourses\n\n"
      "Compiled code is kept in $VESPER_CACHE, else in vesper/ of $XDG_CACHE_HOME or ~/.cache;\n"
      "VESPER_CACHE=off keeps none.");
}

void add_simulate(CLI::App& app, SimulateArguments& simulate) {
  CLI::App* command = app.add_subcommand(
      "simulate", "Simulate any Antimony or SBML model over time, to a table (CSV)");
  command->add_option("model", simulate.model, "A model file, or the name of one in models/")
      ->required();
  CLI::Option* start = command->add_option(
      "--start", simulate.start,
      "Time of the first row; the simulation itself begins at 0, or here if earlier");
  command->add_option("--duration", simulate.duration,
                      "From the first row to the last, in the model's time unit");
  CLI::Option* steps =
      command->add_option("--steps", simulate.steps, "Rows after the first, evenly spaced")
          ->capture_default_str()
          ->check(CLI::Range(std::size_t{1}, std::size_t{10'000'000}));
  const auto add_list = [&](const char* name, std::vector<std::string>& list, const char* help) {
    command->add_option(name, list, help)->delimiter(',')->allow_extra_args(false);
  };
  add_list("--variables", simulate.columns.variables,
           "Columns, such as a,b: species, compartments, parameters, reactions (their rates); when "
           "left out: all species, and compartments and parameters that change");
  add_list("--amounts", simulate.columns.amounts,
           "Species to report as amounts; others as their symbol means in the model");
  add_list("--concentrations", simulate.columns.concentrations,
           "Species to report as concentrations: amount over size of the compartment");
  command
      ->add_option("--set", simulate.settings,
                   "A value in place of the model's: of a parameter, or of a species at the start; "
                   "repeat for more")
      ->allow_extra_args(false);
  command->add_option("--rtol", simulate.relative_tolerance, "Relative tolerance of the solver")
      ->capture_default_str()
      ->check(CLI::Range(1e-13, 1e-2));
  command
      ->add_option("--atol", simulate.absolute_tolerance,
                   "Absolute tolerance, in each state's unit")
      ->capture_default_str()
      ->check(CLI::Range(1e-300, 1.0));
  CLI::Option* data =
      command->add_option("--data", simulate.data,
                          "A NONMEM-style data set (CSV): doses and covariates; a row of output "
                          "for each of its rows");
  start->excludes(data);
  steps->excludes(data);
  command->add_option("--map", simulate.map, "How the columns of --data belong to the model (YAML)")
      ->needs(data);
  add_engine(*command, simulate.engine, {"auto", "fast", "reference"});
  command->add_option(
      "--out", simulate.out,
      "File for the table, which appears when it is complete; else standard output");
  command->footer(
      "Without --engine, or with --engine auto, a single run takes the reference engine, which "
      "needs\nno compiling; a data set, --method and --lanes take the fast one.\n\n"
      "Examples:\n"
      "  vesper simulate model.xml --duration 24 --steps 240\n"
      "  vesper simulate model.xml --duration 10 --steps 50 --variables S1,J0 --amounts S1\n"
      "  vesper simulate kinetics --duration 24 --set \"CL=94 L/h\" --out kinetics.csv\n"
      "  vesper simulate pk.ant --data trial.csv --map trial.map.yaml --variables CP");
}

void add_validate(CLI::App& app, ValidateArguments& validate) {
  CLI::App* command = app.add_subcommand(
      "validate", "Hold the models against published figures: fitted, judged and reproduced apart");
  command->add_option("ids", validate.ids,
                      "Observations, modules or files of them; all when left out");
  command->add_flag("--json", validate.json, "A list of objects on standard output");
  command->add_option("--html", validate.html, "Write a report with figures to this file");
  command->add_option("--hypothesis", validate.hypotheses, hypothesis_help)
      ->allow_extra_args(false);
  command->add_option("--set", validate.settings, set_help)->allow_extra_args(false);
  command->add_option("--threads", validate.threads, "Threads to use; 0: all cores")
      ->check(CLI::Range(0u, 1024u));
  add_engine(*command, validate.engine);
  command->footer(
      "Examples:\n  vesper validate\n  vesper validate receptors --json\n"
      "  vesper validate --html validation.html\n"
      "  vesper validate kinetics --set \"CL=94 L/h\"");
}

void add_model(CLI::App& app, Arguments& arguments) {
  CLI::App* model = app.add_subcommand("model", "Check a model or look inside");
  model->require_subcommand(1);
  CLI::App* check =
      model->add_subcommand("check", "Read models, check their names, rules and units");
  check
      ->add_option("model", arguments.models,
                   "A model file, or the name of one in models/; of a folder, or of several, also "
                   "that every number has a unit, a known source and a grade")
      ->required();
  check->footer("Examples:\n  vesper model check naltrexone\n  vesper model check models/");
  CLI::App* show =
      model->add_subcommand("show", "Print a model at a stage of its way to the solver");
  show->add_option("model", arguments.show.model, "A model file, or the name of one in models/")
      ->required();
  show->add_option("--stage", arguments.show.stage,
                   "parsed (flat Antimony), equations, jacobian; of the fast engine's code: llvm, "
                   "assembly")
      ->check(CLI::IsMember({"parsed", "equations", "jacobian", "llvm", "assembly"}));
  show->add_option("--to", arguments.show.to, "text or latex")
      ->check(CLI::IsMember({"text", "latex"}));
  show->add_option("--lanes", arguments.show.lanes,
                   "Patients in one vector of that code: 8, 4 or 2; 0: as many as fit")
      ->check(CLI::IsMember({0, 2, 4, 8}));
  show->footer(
      "Examples:\n  vesper model show naltrexone\n  vesper model show naltrexone --stage jacobian\n"
      "  vesper model show kinetics --to latex > kinetics.tex\n"
      "  vesper model show naltrexone --stage assembly --lanes 2");
}

void add_mechanisms(CLI::App& app, MechanismsArguments& mechanisms) {
  CLI::App* command = app.add_subcommand(
      "mechanisms", "Which of the mechanisms that anyone claims a regimen can reach");
  evidence::Regimen& regimen = mechanisms.regimen;
  command->add_option("--product", regimen.product, "A product, such as ldn-capsule-4.5mg")
      ->required();
  command->add_option("--dose", regimen.dose, "Such as \"3 mg\"; one unit when left out");
  command->add_option("--every", regimen.every, "Such as \"24 h\" or \"28 days\"")->required();
  command->add_option("--at", regimen.at, "Clock time of the dose, such as 22:00");
  command
      ->add_option("--days", regimen.days,
                   "Days since the first dose; in the steady state when left out")
      ->check(CLI::Range(1u, 3650u));
  command->add_option("--hypothesis", mechanisms.hypotheses, hypothesis_help)
      ->allow_extra_args(false);
  command->add_option("--set", mechanisms.settings, set_help)->allow_extra_args(false);
  command->add_flag("--json", mechanisms.json, "An object on standard output");
  command->add_option("--html", mechanisms.html, "Write a page with all sources to this file");
  add_engine(*command, mechanisms.engine);
  command->footer(
      "Examples:\n"
      "  vesper mechanisms --product ldn-capsule-4.5mg --every \"24 h\" --at 22:00\n"
      "  vesper mechanisms --product naltrexone-injection-380mg --every \"28 days\" --html m.html");
}

void add_evidence(CLI::App& app, EvidenceArguments& evidence) {
  CLI::App* command = app.add_subcommand(
      "evidence", "Search claims, targets, observations and sources; show one; what answers them");
  command->add_option("words", evidence.words, "Words that must all stand in an entry");
  command->add_flag("--json", evidence.json, "Objects on standard output");
  CLI::App* show = command->add_subcommand("show", "One claim, target, observation or source");
  show->add_option("id", evidence.id, "Such as T0-03 or lee-1988")->required();
  show->add_flag("--json", evidence.json, "An object on standard output");
  CLI::App* coverage =
      command->add_subcommand("coverage", "What answers each claim; fails when one has nothing");
  coverage->add_flag("--json", evidence.json, "An object on standard output");
  command->footer(
      "Examples:\n  vesper evidence TLR4\n  vesper evidence show T0-03\n"
      "  vesper evidence coverage");
}

void add_check(CLI::App& app, CheckArguments& check) {
  CLI::App* command = app.add_subcommand(
      "check", "What speaks against a regimen in a patient: findings, dates, steps, monitoring");
  CLI::Option* input = command->add_option(
      "input", check.input,
      "- : one JSON document on standard input, with patient and regimen or a FHIR R4 Bundle");
  input->check(CLI::IsMember({"-"}));
  CLI::Option* patient = command->add_option("--patient", check.patient, "The patient (YAML)");
  command->add_option("--regimen", check.regimen, "What is planned (YAML)");
  CLI::Option* fhir =
      command->add_option("--fhir", check.fhir, "A FHIR R4 Bundle (JSON) with the patient");
  input->excludes(patient)->excludes(fhir);
  patient->excludes(fhir);
  command->add_option("--on", check.on, "Day of the check, such as 2026-12-01; today if left out");
  command->add_flag("--json", check.json, "An object on standard output");
  command->add_option("--html", check.html, "Write a page to print to this file");
  command->add_option("--ics", check.ics, "Write the calendar of monitoring to this file");
  CLI::Option* simulate = command->add_flag("--simulate", check.simulate,
                                            "Beside the rules: what is left of the patient's "
                                            "opioids when naltrexone comes, withdrawal by "
                                            "day, how long a block holds and what overcomes it");
  command
      ->add_option("--draws", check.draws,
                   "With --simulate: draws of uncertain parameters; 0: none")
      ->check(CLI::Range(0u, safety::most_competition_draws))
      ->needs(simulate);
  command->add_option("--days", check.days, "With --simulate: later first doses, one a day")
      ->check(CLI::Range(0u, safety::most_competition_days))
      ->needs(simulate);
  command->add_option("--seed", check.seed, "With --simulate: seed of the draws")->needs(simulate);
  command
      ->add_option("--threads", check.threads,
                   "With --simulate: at most so many; 0: as many as the machine has")
      ->needs(simulate);
  add_engine(*command, check.engine);
  command->footer(
      "Exit code 3: something is contraindicated.  0: nothing that the rules know is.\n\n"
      "Examples:\n"
      "  vesper check --patient patient.yaml --regimen regimen.yaml\n"
      "  vesper check --patient patient.yaml --regimen regimen.yaml --ics monitoring.ics\n"
      "  vesper check --patient patient.yaml --regimen regimen.yaml --simulate --html check.html\n"
      "  vesper check --fhir bundle.json --html check.html\n"
      "  vesper check - --json < both.json");
}

void add_compare(CLI::App& app, CompareArguments& compare) {
  CLI::App* command = app.add_subcommand(
      "compare", "Naltrexone beside the other medicines for the same use, for one patient");
  command->add_option("--for", compare.use, "alcohol or opioid dependence")
      ->required()
      ->check(CLI::IsMember({"alcohol", "opioid"}));
  command->add_option("--patient", compare.patient,
                      "The patient (YAML), to say what is contraindicated for whom");
  command->add_option("--on", compare.on,
                      "Day of the first dose, such as 2026-12-01; today if left out");
  command->add_flag("--json", compare.json, "An object on standard output");
  command->add_option("--html", compare.html, "Write a page to print to this file");
  command->footer(
      "Examples:\n"
      "  vesper compare --for alcohol\n"
      "  vesper compare --for opioid --patient patient.yaml --html compare.html");
}

void add_titrate(CLI::App& app, TitrateArguments& titrate) {
  CLI::App* command = app.add_subcommand(
      "titrate", "A schedule of steps from the strengths at hand, with what each step does");
  command->add_flag("--list", titrate.list, "The plans and times of day that are known");
  command->add_option("--plan", titrate.plan, "clinic, weekly, slow, biweekly, final; see --list")
      ->capture_default_str();
  command
      ->add_option("--have", titrate.have,
                   "Products or strengths at hand, such as 0.5mg,ldn-capsule-1.5mg")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--target", titrate.target, "The dose to reach, such as \"3 mg\"");
  command->add_option("--start", titrate.start, "Day of the first dose; today if left out");
  CLI::Option* at = command->add_option("--at", titrate.at, "Clock time of each dose");
  command->add_flag("--morning", titrate.morning, "In the morning: vivid dreams, poor sleep")
      ->excludes(at);
  command->add_flag("--nearest", titrate.nearest,
                    "Take the nearest dose that can be made where the plan's cannot");
  command->add_option("--weeks", titrate.weeks, "Count capsules for so many weeks")
      ->check(CLI::Range(1u, 520u));
  command
      ->add_option("--pack", titrate.pack,
                   "Capsules (mL) in a pack: count packs, and what is left over of them")
      ->check(CLI::Range(1u, 10000u));
  CLI::Option* patients = command
                              ->add_option("--patients", titrate.patients,
                                           "Of the population; 0: the typical one alone")
                              ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{100000}))
                              ->capture_default_str();
  CLI::Option* seed = command->add_option("--seed", titrate.seed, "Seed of the population");
  command->add_flag("--no-prediction", titrate.no_prediction, "The schedule alone")
      ->excludes(patients)
      ->excludes(seed);
  command->add_option("--threads", titrate.threads, "Threads to use; 0: all cores");
  command->add_flag("--json", titrate.json, "An object on standard output");
  command->add_option("--html", titrate.html, "Write a page to print to this file");
  command->add_option("--ics", titrate.ics, "Write a calendar of the steps to this file");
  command->add_option("--protocol", titrate.protocol,
                      "Write the schedule as a protocol for `vesper run` to this file");
  add_engine(*command, titrate.engine);
  command->footer(
      "Examples:\n"
      "  vesper titrate --start 2026-12-01\n"
      "  vesper titrate --plan slow --have 0.5mg,1.5mg --morning --html steps.html --ics "
      "steps.ics\n"
      "  vesper titrate --plan biweekly --target \"6 mg\" --have 1.5mg,3mg --json");
}

void add_compound(CLI::App& app, CompoundArguments& compound) {
  CLI::App* command = app.add_subcommand(
      "compound", "A recipe to a worksheet, a label and the chance that a batch is uniform");
  command->add_option("recipe", compound.recipe, "A recipe file")->required();
  command->add_option("--html", compound.html, "Write worksheet, label and batch record to print");
  command->add_flag("--json", compound.json, "An object on standard output");
  command->add_option("--assays", compound.assays,
                      "Assay results of 10 or 30 units (CSV, column percent or mg), judged");
  command->add_flag("--exposure", compound.exposure,
                    "Simulate what a batch that fails does to the patient's exposure");
  command->add_option("--batches", compound.batches, "Simulated batches")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{100}, std::size_t{10'000'000}));
  command->add_option("--seed", compound.seed, "Seed of the random numbers")
      ->capture_default_str();
  add_engine(*command, compound.engine);
  command->footer(
      "Examples:\n"
      "  vesper compound examples/recipes/ldn-capsules-1.5mg.yaml --html worksheet.html\n"
      "  vesper compound recipe.yaml --assays results.csv --exposure");
}

void add_rest(CLI::App& app, Arguments& arguments) {
  CLI::App* explain = app.add_subcommand("explain", "What an error code means and how to mend it");
  explain->add_option("code", arguments.code, "Such as V0103")->required();
  CLI::App* list =
      app.add_subcommand("list", "Models, products, populations and protocols at hand");
  list->add_option("kind", arguments.kind, "One kind only")
      ->check(CLI::IsMember({"models", "products", "populations", "protocols"}));
  CLI::App* completion = app.add_subcommand("completion", "Print a shell's completion script");
  completion->add_option("shell", arguments.shell, "bash, zsh or fish")->required();
  completion->footer("Example:\n  source <(vesper completion bash)");
}

Result<int> dispatch(const CLI::App& app, const Arguments& arguments) {
  const Context context{files::SearchPath::from_environment(), &interrupt_flag()};
  if (app.got_subcommand("run")) return run(arguments.run, context);
  if (app.got_subcommand("simulate")) return simulate_model(arguments.simulate, context);
  if (app.got_subcommand("validate")) return validate(arguments.validate, context);
  if (app.got_subcommand("mechanisms")) return mechanisms(arguments.mechanisms, context);
  if (app.got_subcommand("evidence")) {
    const CLI::App& evidence = *app.get_subcommand("evidence");
    if (evidence.got_subcommand("show")) return show_evidence(arguments.evidence, context);
    if (evidence.got_subcommand("coverage")) return evidence_coverage(arguments.evidence, context);
    return search_evidence(arguments.evidence, context);
  }
  if (app.got_subcommand("check")) return check(arguments.check, context);
  if (app.got_subcommand("compare")) return compare(arguments.compare, context);
  if (app.got_subcommand("titrate")) return titrate(arguments.titrate, context);
  if (app.got_subcommand("compound")) return compound(arguments.compound, context);
  if (app.got_subcommand("explain")) return explain(arguments.code);
  if (app.got_subcommand("list")) return list(arguments.kind, context);
  if (app.got_subcommand("completion")) return completion(arguments.shell);
  const CLI::App& model = *app.get_subcommand("model");
  return model.got_subcommand("check") ? check_models(arguments.models, context)
                                       : show_model(arguments.show, context);
}

// CLI11 knows the mistake but not the mend.
int wrong_arguments(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::vector<std::string> known;
  const std::function<void(const CLI::App&)> collect = [&](const CLI::App& at) {
    for (const CLI::App* one : at.get_subcommands([](const CLI::App*) { return true; })) {
      if (!at.parsed() || at.get_parent() == nullptr) known.push_back(one->get_name());
      if (one->parsed() || at.get_parent() != nullptr) collect(*one);
    }
    for (const CLI::Option* option : at.get_options()) {
      if (!option->get_lnames().empty()) known.push_back("--" + option->get_lnames()[0]);
    }
  };
  collect(app);
  std::string mend;
  for (int i = 1; i < argc && mend.empty(); ++i) {
    const std::string word(argv[i]);
    const std::string name = word.substr(0, word.find('='));
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (i > 1 && name.rfind('-', 0) != 0) continue;  // a value, or a file
    if (const std::string near = nearest(name, known); !near.empty()) {
      mend = fmt::format("did you mean '{}'?", near);
    }
  }
  if (mend.empty())
    mend = "`vesper --help` shows the commands, `vesper COMMAND --help` their options";
  std::string message = error.what();
  if (app.get_subcommands().empty() && argc > 1 && argv[1][0] != '-') {
    message = fmt::format("there is no command '{}'", argv[1]);
  }
  fmt::print(stderr, "vesper: {}\n", Diagnostic{Code::bad_argument, message, {}, mend, {}}.text());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Vesper: what a regimen of naltrexone does, in a patient or a population, and how sure "
      "anyone is.\n"
      "A research and teaching tool; not medical advice.",
      "vesper"};
  app.set_version_flag("--version", "vesper " VESPER_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  vesper run ldn-bedtime              the main job: curves, tables and an HTML report\n"
      "  vesper simulate model.xml --duration 24\n"
      "                                      any Antimony or SBML model, to a table\n"
      "  vesper validate                     the model against published figures\n"
      "  vesper mechanisms --product ldn-capsule-4.5mg --every \"24 h\"\n"
      "                                      what of the claims such a dose can reach\n"
      "  vesper evidence TLR4                who says what, and what answers it\n"
      "  vesper check --patient P.yaml --regimen R.yaml\n"
      "                                      what speaks against it, until when, what to do\n"
      "  vesper titrate --plan slow          steps, capsules, calendar, what each step does\n"
      "  vesper compound RECIPE.yaml         a worksheet: weighing, label, uniformity, cost\n"
      "  vesper model show naltrexone        its equations\n"
      "  vesper list protocols               what can be run\n"
      "  vesper explain V0103                what an error code means");
  Arguments arguments;
  add_run(app, arguments.run);
  add_simulate(app, arguments.simulate);
  add_validate(app, arguments.validate);
  add_mechanisms(app, arguments.mechanisms);
  add_evidence(app, arguments.evidence);
  add_check(app, arguments.check);
  add_compare(app, arguments.compare);
  add_titrate(app, arguments.titrate);
  add_compound(app, arguments.compound);
  add_model(app, arguments);
  add_rest(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return wrong_arguments(app, error, argc, argv);
  }
  const Result<int> result = dispatch(app, arguments);
  if (result) return *result;
  fmt::print(stderr, "{}\n", result.error().text());
  return result.error().exit_code();
}

}  // namespace vesper::cli

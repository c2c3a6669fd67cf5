#include "simulate/timecourses.h"

#include <fmt/format.h>
#include <netcdf.h>

#include <algorithm>
#include <array>
#include <limits>

namespace vesper::simulate {
namespace {

constexpr std::size_t times_in_chunk = 256;
// Of a value in single precision: within 1.6e-5 of it, which is what steps are exact to.  The rest
// would be two fifths of the file.
constexpr int significant_bits = 15;
constexpr std::size_t chunk_cache = 1u << 20;  // [bytes] of one variable

// A file in the making: the first error is kept and later calls do nothing.
class File {
 public:
  explicit File(std::string path) : path_(std::move(path)) {
    check(nc_create(path_.c_str(), NC_NETCDF4 | NC_CLOBBER, &id_));
    open_ = status_ == NC_NOERR;
  }
  ~File() {
    if (open_) nc_close(id_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int id() const { return id_; }
  void check(int status) const {
    if (status_ == NC_NOERR) status_ = status;
  }
  bool ok() const { return status_ == NC_NOERR; }
  Result<void> result() const {
    if (ok()) return {};
    return fail(Code::cannot_write,
                fmt::format("'{}' cannot be written: {}", path_, nc_strerror(status_)), {},
                "see whether the disk is full");
  }
  void close() {
    if (!open_) return;
    open_ = false;
    check(nc_close(id_));
  }

  int dimension(const char* name, std::size_t length) {
    int dimension = -1;
    if (ok()) check(nc_def_dim(id_, name, length, &dimension));
    return dimension;
  }
  int variable(const std::string& name, nc_type type, const std::vector<int>& dimensions) {
    int variable = -1;
    if (ok()) {
      check(nc_def_var(id_, name.c_str(), type, static_cast<int>(dimensions.size()),
                       dimensions.data(), &variable));
    }
    return variable;
  }
  void attribute(int variable, const char* name, std::string_view text) {
    if (ok()) check(nc_put_att_text(id_, variable, name, text.size(), text.data()));
  }
  void names(int variable, const std::vector<std::string>& texts) {
    std::vector<const char*> pointers;
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    if (ok()) check(nc_put_var_string(id_, variable, pointers.data()));
  }

 private:
  std::string path_;
  int id_ = -1;
  bool open_ = false;
  mutable int status_ = NC_NOERR;
};

struct EnsembleData {
  bool present = false;
  std::string prefix;
  int dimension = -1, coordinate = -1;
  std::vector<int> curves, metrics;  // variables, by output and by kind
  std::vector<UnitResult> block;     // appended, not yet written
  std::size_t written = 0;
};

}  // namespace

struct Timecourses::Data {
  Data(const std::filesystem::path& path, const Study& study, const std::vector<MetricKind>& kinds,
       const Limits& limits)
      : file(path.string()),
        study(study),
        kinds(kinds),
        limits(limits),
        shape(shape_of(study, kinds)) {
    const std::size_t unit_bytes =
        std::max<std::size_t>(1, shape.runs() * shape.outputs * shape.times * sizeof(double));
    block = std::clamp<std::size_t>(limits.block_bytes / unit_bytes, 1, limits.most_in_block);
    const double all = static_cast<double>(study.patients() + study.protocol().uncertainty_draws) *
                       static_cast<double>(unit_bytes);
    type = all > limits.largest_in_full ? NC_FLOAT : NC_DOUBLE;
  }

  File file;
  const Study& study;
  const std::vector<MetricKind>& kinds;
  Limits limits;
  Shape shape;
  std::size_t block = 1;
  nc_type type = NC_DOUBLE;
  int arm = -1, hypothesis = -1, time = -1;
  int arm_names = -1, hypothesis_names = -1, times = -1;
  std::vector<int> typical;
  std::array<EnsembleData, 2> ensembles;

  EnsembleData& at(Ensemble which) { return ensembles[static_cast<std::size_t>(which)]; }

  void define();
  void define_globals();
  void define_coordinates();
  void define_ensemble(EnsembleData& ensemble, const char* dimension, std::string prefix);
  int define_values(const std::string& name, const std::vector<int>& dimensions, bool with_time,
                    const std::string& unit, const std::string& long_name);
  void write_coordinates();
  void write_block(EnsembleData& ensemble);
};

int Timecourses::Data::define_values(const std::string& name, const std::vector<int>& dimensions,
                                     bool with_time, const std::string& unit,
                                     const std::string& long_name) {
  const int variable = file.variable(name, type, dimensions);
  if (!file.ok()) return variable;
  std::vector<std::size_t> chunk(dimensions.size(), 1);
  if (with_time) chunk.back() = std::min(shape.times, times_in_chunk);
  if (dimensions.size() > 3 || !with_time) chunk[2] = block;
  const float missing_float = std::numeric_limits<float>::quiet_NaN();
  const double missing_double = std::numeric_limits<double>::quiet_NaN();
  const void* missing = type == NC_FLOAT ? static_cast<const void*>(&missing_float)
                                         : static_cast<const void*>(&missing_double);
  file.check(nc_def_var_chunking(file.id(), variable, NC_CHUNKED, chunk.data()));
  file.check(nc_def_var_fill(file.id(), variable, NC_FILL, missing));
  file.check(nc_def_var_deflate(file.id(), variable, 1, 1, 1));
  if (type == NC_FLOAT && with_time) {
    file.check(nc_def_var_quantize(file.id(), variable, NC_QUANTIZE_BITROUND, significant_bits));
  }
  // Whole rows of chunks are written at once, so none has to wait in a cache; the default is 16 MB
  // a variable.
  file.check(nc_set_var_chunk_cache(file.id(), variable, chunk_cache, 7, 1));
  file.attribute(variable, "long_name", long_name);
  file.attribute(variable, "units", unit.empty() ? "1" : unit);
  return variable;
}

void Timecourses::Data::define_globals() {
  const Protocol& protocol = study.protocol();
  std::string hashes;
  for (const InputFile& input : study.inputs()) {
    hashes += fmt::format("{}sha256:{}  {}", hashes.empty() ? "" : "\n", input.sha256, input.path);
  }
  file.attribute(NC_GLOBAL, "title", protocol.title);
  file.attribute(NC_GLOBAL, "source", fmt::format("Vesper {}", VESPER_VERSION));
  file.attribute(NC_GLOBAL, "vesper_version", VESPER_VERSION);
  file.attribute(NC_GLOBAL, "protocol", protocol.path.string());
  file.attribute(NC_GLOBAL, "model", protocol.model.string());
  file.attribute(NC_GLOBAL, "seed", fmt::format("{}", study.seed()));
  file.attribute(NC_GLOBAL, "window",
                 fmt::format("{}: {:g} h to {:g} h", protocol.window_label, protocol.window_from,
                             protocol.duration));
  file.attribute(NC_GLOBAL, "inputs", hashes);
  file.attribute(NC_GLOBAL, "disclaimer", disclaimer);
}

void Timecourses::Data::define_coordinates() {
  arm = file.dimension("arm", shape.arms);
  hypothesis = file.dimension("hypothesis", shape.hypotheses);
  time = file.dimension("time", shape.times);
  arm_names = file.variable("arm", NC_STRING, {arm});
  file.attribute(arm_names, "long_name", "arm of the protocol");
  hypothesis_names = file.variable("hypothesis", NC_STRING, {hypothesis});
  file.attribute(hypothesis_names, "long_name", "hypothesis of the model; empty: as it stands");
  times = file.variable("time", NC_DOUBLE, {time});
  file.attribute(times, "long_name", "time since midnight of day 1");
  file.attribute(times, "units", "h");
}

void Timecourses::Data::define_ensemble(EnsembleData& ensemble, const char* dimension,
                                        std::string prefix) {
  ensemble.present = true;
  ensemble.prefix = std::move(prefix);
  ensemble.dimension = file.dimension(dimension, NC_UNLIMITED);
  ensemble.coordinate = file.variable(dimension, NC_INT, {ensemble.dimension});
  file.attribute(ensemble.coordinate, "long_name",
                 ensemble.prefix.empty() ? "number of the patient, from 1"
                                         : "number of the draw of uncertain parameters, from 1");
  for (const WatchedOutput& output : study.watched()) {
    ensemble.curves.push_back(define_values(ensemble.prefix + output.variable,
                                            {arm, hypothesis, ensemble.dimension, time}, true,
                                            output.unit, output.label));
  }
  for (const MetricKind& kind : kinds) {
    ensemble.metrics.push_back(define_values(ensemble.prefix + kind.variable,
                                             {arm, hypothesis, ensemble.dimension}, false,
                                             kind.unit, kind.meaning));
  }
}

void Timecourses::Data::define() {
  define_globals();
  define_coordinates();
  for (const WatchedOutput& output : study.watched()) {
    typical.push_back(define_values("typical_" + output.variable, {arm, hypothesis, time}, true,
                                    output.unit, output.label + ", typical patient"));
  }
  if (study.patients() > 0) define_ensemble(at(Ensemble::patients), "patient", "");
  if (study.protocol().uncertainty_draws > 0) {
    define_ensemble(at(Ensemble::draws), "draw", "uncertainty_");
  }
  if (file.ok()) file.check(nc_enddef(file.id()));
}

void Timecourses::Data::write_coordinates() {
  std::vector<std::string> arms, hypotheses;
  for (const Arm& one : study.protocol().arms) arms.push_back(one.name);
  for (const auto& one : study.hypotheses()) hypotheses.push_back(one.id);
  file.names(arm_names, arms);
  file.names(hypothesis_names, hypotheses);
  if (file.ok()) file.check(nc_put_var_double(file.id(), times, study.grid().data()));
}

// Curves and metrics of a block, one variable at a time, in the variable's order.
void Timecourses::Data::write_block(EnsembleData& ensemble) {
  const std::size_t count = ensemble.block.size();
  if (count == 0 || !file.ok()) return;
  std::vector<double> values;
  const auto gather = [&](std::size_t items, std::size_t item, std::size_t length,
                          std::vector<double> UnitResult::*field) {
    values.clear();
    for (std::size_t run = 0; run < shape.runs(); ++run) {
      for (const UnitResult& unit : ensemble.block) {
        const double* first = (unit.*field).data() + (run * items + item) * length;
        values.insert(values.end(), first, first + length);
      }
    }
  };
  const std::array<std::size_t, 4> start{0, 0, ensemble.written, 0};
  const std::array<std::size_t, 4> size{shape.arms, shape.hypotheses, count, shape.times};
  for (std::size_t output = 0; output < shape.outputs && file.ok(); ++output) {
    gather(shape.outputs, output, shape.times, &UnitResult::curves);
    file.check(nc_put_vara_double(file.id(), ensemble.curves[output], start.data(), size.data(),
                                  values.data()));
  }
  for (std::size_t kind = 0; kind < shape.kinds && file.ok(); ++kind) {
    gather(shape.kinds, kind, 1, &UnitResult::metrics);
    file.check(nc_put_vara_double(file.id(), ensemble.metrics[kind], start.data(), size.data(),
                                  values.data()));
  }
  std::vector<int> numbers;
  for (const UnitResult& unit : ensemble.block) {
    numbers.push_back(unit.draw > 0 ? static_cast<int>(unit.draw) : static_cast<int>(unit.patient));
  }
  if (file.ok()) {
    file.check(
        nc_put_vara_int(file.id(), ensemble.coordinate, &ensemble.written, &count, numbers.data()));
  }
  ensemble.written += count;
  ensemble.block.clear();
}

Result<Timecourses> Timecourses::create(const std::filesystem::path& path, const Study& study,
                                        const std::vector<MetricKind>& kinds,
                                        const Limits& limits) {
  auto data = std::make_unique<Data>(path, study, kinds, limits);
  if (data->file.ok()) data->define();
  if (data->file.ok()) data->write_coordinates();
  VESPER_CHECK(data->file.result());
  return Timecourses(std::move(data));
}

Result<void> Timecourses::write_typical(const UnitResult& unit) {
  const Shape& shape = data_->shape;
  for (std::size_t output = 0; output < shape.outputs; ++output) {
    std::vector<double> values;
    for (std::size_t run = 0; run < shape.runs(); ++run) {
      const double* first = unit.curves.data() + (run * shape.outputs + output) * shape.times;
      values.insert(values.end(), first, first + shape.times);
    }
    if (!data_->file.ok()) break;
    data_->file.check(nc_put_var_double(data_->file.id(), data_->typical[output], values.data()));
  }
  return data_->file.result();
}

Result<void> Timecourses::append(Ensemble ensemble, UnitResult unit) {
  EnsembleData& into = data_->at(ensemble);
  into.block.push_back(std::move(unit));
  if (into.block.size() == data_->block) data_->write_block(into);
  return data_->file.result();
}

Result<void> Timecourses::flush() {
  for (EnsembleData& ensemble : data_->ensembles) data_->write_block(ensemble);
  return data_->file.result();
}

Result<void> Timecourses::close() {
  data_->file.close();
  return data_->file.result();
}

Timecourses::Timecourses(std::unique_ptr<Data> data) : data_(std::move(data)) {}
Timecourses::Timecourses(Timecourses&&) noexcept = default;
Timecourses::~Timecourses() = default;

}  // namespace vesper::simulate

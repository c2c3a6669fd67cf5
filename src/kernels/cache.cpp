#include "kernels/cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sleef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <unordered_map>

#include "files/hash.h"
#include "kernels/jit.h"

namespace vesper::kernels {
namespace {

namespace fs = std::filesystem;
using equations::Graph;
using equations::Node;
using equations::NodeId;
using equations::Op;

// Raise it when the same formulas give other code, or when the file changes its form.
constexpr int format = 2;
constexpr std::string_view magic = "vesper code\n";
constexpr std::size_t digits = 64;

// Formulas as text in which every node has the number of its turn: the same for the same formulas,
// whatever else stands in the graph.
class Formulas {
 public:
  Formulas(const Graph& graph, std::string& text) : graph_(graph), text_(text) {}

  void add(NodeId root) {
    const auto known = [&](NodeId id) { return turn_.contains(id); };
    equations::visit_operands_first(graph_, root, known, [&](NodeId id) { write(id); });
    write_number(turn_.at(root));
    text_ += '\n';
  }

 private:
  void write(NodeId id) {
    const Node& node = graph_[id];
    write_number(static_cast<std::uint64_t>(node.op));
    const NodeId operands[] = {node.a, node.b, node.c};
    for (int k = 0; k < operand_count(node.op); ++k) write_number(turn_.at(operands[k]));
    if (node.op == Op::parameter || node.op == Op::state) write_number(node.index);
    if (node.op == Op::constant) write_number(std::bit_cast<std::uint64_t>(node.value));
    text_ += ';';
    turn_.emplace(id, turn_.size());
  }

  void write_number(std::uint64_t number) {
    fmt::format_to(std::back_inserter(text_), "{} ", number);
  }

  const Graph& graph_;
  std::string& text_;
  std::unordered_map<NodeId, std::uint64_t> turn_;
};

std::string content_of(const CachedCode& code) {
  const Counts& n = code.counts;
  return fmt::format("{} {} {} {} {} {} {} {} {}\n{}", n.constants, n.factors, n.jacobian, n.fill,
                     n.rates_operations, n.factor_operations, n.stage_operations,
                     n.outputs_operations, int{code.time_dependent}, code.object);
}

CachedCode parse(const std::string& content) {
  const std::size_t end = content.find('\n');
  CachedCode code;
  Counts& n = code.counts;
  std::istringstream line(content.substr(0, end));
  line >> n.constants >> n.factors >> n.jacobian >> n.fill >> n.rates_operations >>
      n.factor_operations >> n.stage_operations >> n.outputs_operations >> code.time_dependent;
  code.object = content.substr(end + 1);
  return code;
}

// The bytes of a regular file that this user alone can write.
std::optional<std::string> read_own(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  struct stat status {};
  const bool own = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                   status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  std::string bytes(own ? static_cast<std::size_t>(status.st_size) : 0, '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t part = ::read(file, bytes.data() + got, bytes.size() - got);
    if (part <= 0) break;
    got += static_cast<std::size_t>(part);
  }
  ::close(file);
  if (!own || got < bytes.size()) return std::nullopt;
  return bytes;
}

}  // namespace

std::string code_key(const Request& request, const Target& target) {
  const equations::System& system = *request.system;
  std::string text =
      fmt::format("{} {} {}.{}.{} {}\n{} {} {} {}\n", VESPER_VERSION, version_of_llvm(),
                  SLEEF_VERSION_MAJOR, SLEEF_VERSION_MINOR, SLEEF_VERSION_PATCHLEVEL, format,
                  target.lanes, target.triple, target.cpu, target.features);
  Formulas formulas(*system.graph, text);
  text += "rates\n";
  for (const equations::State& state : system.states) formulas.add(state.derivative);
  text += "jacobian\n";
  for (const std::uint32_t start : system.jacobian.column_start) text += fmt::format("{} ", start);
  for (const std::uint32_t row : system.jacobian.row) text += fmt::format("{} ", row);
  for (const NodeId entry : system.jacobian.value) formulas.add(entry);
  text += "outputs\n";
  for (const NodeId output : request.outputs) formulas.add(output);
  text += "conditions\n";
  for (const NodeId condition : request.conditions) formulas.add(condition);
  return files::sha256(text);
}

fs::path cached_path(const fs::path& folder, const std::string& key) {
  return folder / (key + ".vcode");
}

std::optional<CachedCode> read_cached(const fs::path& folder, const std::string& key) {
  const auto bytes = read_own(cached_path(folder, key));
  const std::size_t header = magic.size() + 2 * digits;
  if (!bytes || bytes->size() <= header) return std::nullopt;
  const std::string_view all = *bytes;
  const std::string_view content = all.substr(header);
  if (!all.starts_with(magic) || all.substr(magic.size(), digits) != key ||
      all.substr(magic.size() + digits, digits) != files::sha256(content)) {
    return std::nullopt;
  }
  return parse(std::string(content));
}

void write_cached(const fs::path& folder, const std::string& key, const CachedCode& code) {
  std::error_code error;
  fs::create_directories(folder, error);
  // A name of its own: two threads or processes may write the same code at once.
  std::string temporary = (folder / ("." + key + ".XXXXXX")).string();
  const int file = ::mkstemp(temporary.data());  // readable and writable by this user alone
  if (file < 0) return;
  ::close(file);
  const std::string content = content_of(code);
  {
    std::ofstream stream(temporary, std::ios::binary);
    stream << magic << key << files::sha256(content) << content;
    stream.flush();
    if (!stream) error = std::make_error_code(std::errc::io_error);
  }
  if (!error) fs::rename(temporary, cached_path(folder, key), error);
  if (error) fs::remove(temporary, error);
}

}  // namespace vesper::kernels

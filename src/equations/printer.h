// Formulas of the graph as people write them, as text or as LaTeX.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "equations/graph.h"
#include "equations/system.h"

namespace vesper::equations {

// How tightly the outermost operator of a piece binds.
enum class Rank {
  logical_or,
  logical_and,
  relational,
  additive,
  prefix,
  multiplicative,
  power,
  atom
};

struct Piece {
  std::string text;
  Rank rank = Rank::atom;
  std::string cases = {};  // of a piecewise: what stands between its brackets, to be continued
};

// One way of writing: everything that differs between text and LaTeX.
struct Notation {
  std::string (*number)(double value);
  std::string (*name)(std::string_view id);
  std::string (*amount)(std::string_view id);  // of a species whose name means a concentration
  Piece (*operation)(Op op, std::span<const Piece> operands);
};

const Notation& text_notation();
const Notation& latex_notation();

// Text for LaTeX's text mode, its special characters escaped.
std::string latex_escape(std::string_view text);

std::string in_parentheses_below(const Piece& piece, Rank least, std::string_view open = "(",
                                 std::string_view close = ")");

// Writes nodes of one system with its names; parts that several of the announced formulas share,
// and parts that are too deep to read, get names of their own.
class Printer {
 public:
  Printer(const System& system, const Notation& notation);

  // Announces the formulas that will be written, so that what they share can be named.
  void share(std::span<const NodeId> formulas);
  struct Shared {
    std::string name;
    NodeId node;
  };
  const std::vector<Shared>& shared() const { return shared_; }

  // A node by its name where it has one; its formula otherwise.
  std::string reference(NodeId node) { return piece(node).text; }
  // What a name stands for: the node's operation, whatever the node is called.
  std::string definition(NodeId node);
  // The definition of an output: that of its node, or the name of an earlier one with the same.
  std::string definition(const Output& output);
  std::string state_name(std::uint32_t state) const;
  std::string past_name(const Delay& delay) const;

 private:
  Piece piece(NodeId node);
  Piece operation(NodeId node);
  std::string fresh_name();

  const System& system_;
  const Notation& notation_;
  std::unordered_map<NodeId, Piece> written_;      // finished, or named
  std::unordered_map<NodeId, std::string> owner_;  // the id of the output that names a node
  std::vector<Shared> shared_;
  std::size_t next_name_ = 1;
};

}  // namespace vesper::equations

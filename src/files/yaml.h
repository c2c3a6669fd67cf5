// YAML as our readers want it: every value knows its place, unknown and duplicate keys are
// refused, numbers are finite, quantities carry units.  A thin skin over yaml-cpp.
//
//   VESPER_TRY(auto root, files::parse_yaml(source));
//   VESPER_CHECK(root.keys({"name", "content", "route"}));           // and no others
//   VESPER_TRY(auto name, root.text("name"));                          // required
//   VESPER_TRY(auto lag, root.quantity_or("lag", hour, 0));            // optional
//   for (const Yaml& item : root.items("release")) ...                 // [] when absent
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files/source.h"
#include "units/units.h"

namespace vesper::files {

class Yaml {
 public:
  enum class Kind { null, scalar, list, map };

  Kind kind() const { return kind_; }
  bool is_map() const { return kind_ == Kind::map; }
  bool is_list() const { return kind_ == Kind::list; }
  bool is_scalar() const { return kind_ == Kind::scalar; }
  bool is_null() const { return kind_ == Kind::null; }
  const Place& place() const { return place_; }

  // Mappings.
  bool has(std::string_view key) const;
  const Yaml* find(std::string_view key) const;  // null when absent
  Result<Yaml> at(std::string_view key) const;   // missing_key when absent
  const std::vector<std::pair<Yaml, Yaml>>& entries() const { return entries_; }  // in file order
  // Fails on the first key that is not listed, with the nearest that is.
  Result<void> keys(const std::vector<std::string>& known) const;

  // Lists.
  const std::vector<Yaml>& items() const { return items_; }
  std::vector<Yaml> items(
      std::string_view key) const;  // [] when absent; a lone value is a list of one

  // This value as a scalar.
  Result<std::string> text() const;
  Result<double> number() const;
  Result<long> integer() const;
  Result<bool> boolean() const;  // true/false/yes/no
  Result<units::Quantity> quantity() const;
  Result<double> in(const units::Unit& unit) const;  // converted to `unit`
  Result<std::string> choice(const std::vector<std::string>& known) const;
  const std::string& raw() const { return scalar_; }  // as written, unquoted

  // The value under a key.
  Result<std::string> text(std::string_view key) const;
  Result<double> number(std::string_view key) const;
  Result<double> in(std::string_view key, const units::Unit& unit) const;
  Result<std::string> text_or(std::string_view key, std::string fallback) const;
  Result<double> number_or(std::string_view key, double fallback) const;
  Result<double> in_or(std::string_view key, const units::Unit& unit, double fallback) const;
  Result<bool> boolean_or(std::string_view key, bool fallback) const;

 private:
  friend class YamlBuilder;
  Kind kind_ = Kind::null;
  Place place_;
  std::string scalar_;
  bool quoted_ = false;
  std::vector<std::pair<Yaml, Yaml>> entries_;
  std::vector<Yaml> items_;
};

// One document; errors for syntax, an empty file, duplicate keys, more than 64 levels.
Result<Yaml> parse_yaml(const Source& source);
Result<Yaml> read_yaml(const std::filesystem::path& path, const Place& named_at = {});

}  // namespace vesper::files

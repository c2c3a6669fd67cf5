// A skin over yaml-cpp: its tree is copied once into values that know their place and kind.
#include "files/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <set>
#include <sstream>

namespace vesper::files {

namespace {
constexpr int deepest = 64;           // levels of lists and mappings
constexpr std::size_t most = 200000;  // values, aliases expanded

const char* kind_name(Yaml::Kind kind) {
  switch (kind) {
    case Yaml::Kind::null:
      return "nothing";
    case Yaml::Kind::scalar:
      return "a single value";
    case Yaml::Kind::list:
      return "a list";
    case Yaml::Kind::map:
      return "a mapping";
  }
  return "";
}
}  // namespace

class YamlBuilder {
 public:
  explicit YamlBuilder(const Source& source) : source_(source) {}

  Result<Yaml> build(const YAML::Node& node, int depth) {
    Yaml value;
    value.place_ = place(node);
    if (depth > deepest || ++count_ > most) {
      return fail(Code::too_deep, "the file nests too deeply or repeats itself too often",
                  value.place_);
    }
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        value.kind_ = Yaml::Kind::null;
        break;
      case YAML::NodeType::Scalar:
        value.kind_ = Yaml::Kind::scalar;
        value.scalar_ = node.Scalar();
        value.quoted_ = node.Tag() == "!";
        break;
      case YAML::NodeType::Sequence:
        value.kind_ = Yaml::Kind::list;
        for (const YAML::Node& item : node) {
          VESPER_TRY(Yaml built, build(item, depth + 1));
          value.items_.push_back(std::move(built));
        }
        break;
      case YAML::NodeType::Map: {
        value.kind_ = Yaml::Kind::map;
        std::set<std::string> seen;
        for (const auto& entry : node) {
          VESPER_TRY(Yaml key, build(entry.first, depth + 1));
          if (!key.is_scalar()) return fail(Code::wrong_type, "a key must be a word", key.place());
          if (!seen.insert(key.raw()).second) {
            return fail(Code::duplicate_key, fmt::format("'{}' is given twice", key.raw()),
                        key.place(), "keep one of them");
          }
          VESPER_TRY(Yaml built, build(entry.second, depth + 1));
          if (built.is_null()) built.place_ = key.place_;
          value.entries_.emplace_back(std::move(key), std::move(built));
        }
        break;
      }
    }
    return value;
  }

 private:
  Place place(const YAML::Node& node) const {
    const YAML::Mark mark = node.Mark();
    if (mark.is_null()) return source_.whole();
    // yaml-cpp counts columns in characters; ours are bytes.
    Place place = source_.place(mark.line + 1, 1, 1);
    std::size_t byte = 0;
    for (int seen = 0; byte < place.line_text.size(); ++byte) {
      const bool starts = (static_cast<unsigned char>(place.line_text[byte]) & 0xC0u) != 0x80u;
      if (starts && seen++ == mark.column) break;
    }
    place.column = static_cast<int>(byte) + 1;
    place.length = 1;
    if (node.IsScalar()) {
      const bool quote = byte < place.line_text.size() &&
                         (place.line_text[byte] == '"' || place.line_text[byte] == '\'');
      const std::size_t line_end = node.Scalar().find('\n');
      const std::size_t size = line_end == std::string::npos ? node.Scalar().size() : 1;
      place.length = static_cast<int>(std::max<std::size_t>(1, size + (quote ? 2 : 0)));
    }
    return place;
  }

  const Source& source_;
  std::size_t count_ = 0;
};

namespace {

// Counts documents without building them.
class DocumentCounter : public YAML::EventHandler {
 public:
  int count = 0;
  void OnDocumentStart(const YAML::Mark&) override { ++count; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// Not more than two are looked for: at a stray `,` or `]` between documents yaml-cpp 0.7 makes
// empty ones for ever.
int documents(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentCounter counter;
  while (counter.count < 2 && parser.HandleNextDocument(counter)) {
  }
  return counter.count;
}

}  // namespace

Result<Yaml> parse_yaml(const Source& source) {
  try {
    const std::string text(source.text());
    if (documents(text) > 1) {
      return fail(Code::yaml_syntax, "the file holds more than one YAML document", source.whole(),
                  "keep one document to a file, without a second `---` or a stray `,` or bracket");
    }
    const YAML::Node document = YAML::Load(text);
    if (document.IsNull() || !document.IsDefined()) {
      return fail(Code::empty_file, "the file is empty", source.whole());
    }
    return YamlBuilder(source).build(document, 0);
  } catch (const YAML::DeepRecursion& error) {
    return fail(Code::too_deep, "the file nests too deeply",
                source.place(error.mark.line + 1, 1, 1));
  } catch (const YAML::Exception& error) {
    const bool placed = !error.mark.is_null();
    return fail(
        Code::yaml_syntax, fmt::format("not YAML: {}", error.msg),
        placed ? source.place(error.mark.line + 1, error.mark.column + 1, 1) : source.whole());
  }
}

Result<Yaml> read_yaml(const std::filesystem::path& path, const Place& named_at) {
  VESPER_TRY(const Source source, read(path, named_at));
  return parse_yaml(source);
}

const Yaml* Yaml::find(std::string_view key) const {
  for (const auto& [name, value] : entries_) {
    if (name.raw() == key) return &value;
  }
  return nullptr;
}

bool Yaml::has(std::string_view key) const {
  return find(key) != nullptr;
}

Result<Yaml> Yaml::at(std::string_view key) const {
  if (!is_map()) {
    return fail(Code::wrong_type,
                fmt::format("a mapping with '{}' is wanted here, not {}", key, kind_name(kind_)),
                place_);
  }
  if (const Yaml* value = find(key)) return *value;
  return fail(Code::missing_key, fmt::format("'{}' is missing", key), place_,
              fmt::format("add `{}: ...`", key));
}

Result<void> Yaml::keys(const std::vector<std::string>& known) const {
  if (!is_map()) {
    return fail(Code::wrong_type, fmt::format("a mapping is wanted here, not {}", kind_name(kind_)),
                place_, suggest("", known));
  }
  for (const auto& [key, value] : entries_) {
    if (std::find(known.begin(), known.end(), key.raw()) == known.end()) {
      return fail(Code::unknown_key, fmt::format("unknown key '{}'", key.raw()), key.place(),
                  suggest(key.raw(), known));
    }
  }
  return {};
}

std::vector<Yaml> Yaml::items(std::string_view key) const {
  const Yaml* value = find(key);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_list()) return value->items_;
  return {*value};
}

Result<std::string> Yaml::text() const {
  if (!is_scalar()) {
    return fail(Code::wrong_type,
                fmt::format("a single value is wanted here, not {}", kind_name(kind_)), place_);
  }
  return scalar_;
}

Result<double> Yaml::number() const {
  VESPER_TRY(const std::string text, this->text());
  double value = 0;
  const char* begin = text.data() + (text.rfind('+', 0) == 0 ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return fail(Code::bad_number, fmt::format("'{}' is not a number", text), place_);
  }
  return value;
}

Result<long> Yaml::integer() const {
  VESPER_TRY(const double value, number());
  if (value != std::floor(value) || std::abs(value) > 1e15) {
    return fail(Code::bad_number, fmt::format("'{}' is not a whole number", scalar_), place_);
  }
  return static_cast<long>(value);
}

Result<bool> Yaml::boolean() const {
  VESPER_TRY(const std::string text, this->text());
  if (text == "yes" || text == "true" || text == "Yes" || text == "True") return true;
  if (text == "no" || text == "false" || text == "No" || text == "False") return false;
  return fail(Code::wrong_type, fmt::format("'{}' is neither yes nor no", text), place_);
}

Result<units::Quantity> Yaml::quantity() const {
  VESPER_TRY(const std::string text, this->text());
  return units::parse_quantity(text, place_);
}

Result<double> Yaml::in(const units::Unit& unit) const {
  VESPER_TRY(const std::string text, this->text());
  return units::parse_in(text, unit, place_);
}

Result<std::string> Yaml::choice(const std::vector<std::string>& known) const {
  VESPER_TRY(std::string text, this->text());
  if (std::find(known.begin(), known.end(), text) == known.end()) {
    return fail(Code::unknown_choice, fmt::format("'{}' is not a choice here", text), place_,
                suggest(text, known));
  }
  return text;
}

Result<std::string> Yaml::text(std::string_view key) const {
  VESPER_TRY(const Yaml value, at(key));
  return value.text();
}

Result<double> Yaml::number(std::string_view key) const {
  VESPER_TRY(const Yaml value, at(key));
  return value.number();
}

Result<double> Yaml::in(std::string_view key, const units::Unit& unit) const {
  VESPER_TRY(const Yaml value, at(key));
  return value.in(unit);
}

Result<std::string> Yaml::text_or(std::string_view key, std::string fallback) const {
  const Yaml* value = find(key);
  return value == nullptr ? Result<std::string>(std::move(fallback)) : value->text();
}

Result<double> Yaml::number_or(std::string_view key, double fallback) const {
  const Yaml* value = find(key);
  return value == nullptr ? Result<double>(fallback) : value->number();
}

Result<double> Yaml::in_or(std::string_view key, const units::Unit& unit, double fallback) const {
  const Yaml* value = find(key);
  return value == nullptr ? Result<double>(fallback) : value->in(unit);
}

Result<bool> Yaml::boolean_or(std::string_view key, bool fallback) const {
  const Yaml* value = find(key);
  return value == nullptr ? Result<bool>(fallback) : value->boolean();
}

}  // namespace vesper::files

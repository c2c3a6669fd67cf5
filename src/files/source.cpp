#include "files/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>

namespace vesper::files {

namespace fs = std::filesystem;

struct Source::Data {
  std::string name, text;
  std::vector<std::size_t> line_starts;
};

Source::Source(std::string name, std::string text) {
  auto data = std::make_shared<Data>(Data{std::move(name), std::move(text), {0}});
  for (std::size_t i = 0; i < data->text.size(); ++i) {
    if (data->text[i] == '\n') data->line_starts.push_back(i + 1);
  }
  data_ = std::move(data);
}

const std::string& Source::name() const {
  static const std::string none;
  return data_ ? data_->name : none;
}

std::string_view Source::text() const {
  return data_ ? std::string_view(data_->text) : "";
}

Place Source::place(std::size_t offset, std::size_t length) const {
  if (!data_) return {};
  const auto& starts = data_->line_starts;
  offset = std::min(offset, data_->text.size());
  const auto after = std::upper_bound(starts.begin(), starts.end(), offset);
  const auto line = static_cast<int>(after - starts.begin());
  return place(line, static_cast<int>(offset - *(after - 1)) + 1, static_cast<int>(length));
}

Place Source::place(int line, int column, int length) const {
  Place place{name(), line, column, std::max(1, length), ""};
  if (!data_ || line < 1 || line > static_cast<int>(data_->line_starts.size())) return place;
  const std::size_t start = data_->line_starts[static_cast<std::size_t>(line - 1)];
  const bool last = static_cast<std::size_t>(line) == data_->line_starts.size();
  std::size_t end =
      last ? data_->text.size() : data_->line_starts[static_cast<std::size_t>(line)] - 1;
  if (end > start && data_->text[end - 1] == '\r') --end;
  // Models are full of places, and a program may write a file of 30 MB as one line.
  constexpr std::size_t longest = 1000;
  if (end - start > longest) {
    if (column > static_cast<int>(longest)) return place;
    end = start + longest;
    while (end > start && (static_cast<unsigned char>(data_->text[end]) & 0xC0u) == 0x80u) --end;
  }
  place.line_text = data_->text.substr(start, end - start);
  return place;
}

Place Source::whole() const {
  return Place{name(), 0, 0, 1, ""};
}

namespace {

// The offset of the first byte that is not well-formed UTF-8 (RFC 3629), or npos.
std::size_t first_bad_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  std::size_t i = 0;
  while (i < text.size()) {
    const unsigned c = byte(i);
    if (c < 0x80) {
      if (c == 0) return i;  // a NUL is no text
      i += 1;
    } else if (c >= 0xC2 && c <= 0xDF && continues(i + 1)) {
      i += 2;
    } else if (c >= 0xE0 && c <= 0xEF && continues(i + 1) && continues(i + 2) &&
               !(c == 0xE0 && byte(i + 1) < 0xA0) && !(c == 0xED && byte(i + 1) > 0x9F)) {
      i += 3;
    } else if (c >= 0xF0 && c <= 0xF4 && continues(i + 1) && continues(i + 2) && continues(i + 3) &&
               !(c == 0xF0 && byte(i + 1) < 0x90) && !(c == 0xF4 && byte(i + 1) > 0x8F)) {
      i += 4;
    } else {
      return i;
    }
  }
  return std::string_view::npos;
}

Diagnostic misplaced(Code code, std::string message, const fs::path& path, const Place& named_at,
                     std::string mend = {}) {
  Place place = named_at;
  if (place.file.empty()) place.file = path.string();
  return Diagnostic{code, std::move(message), std::move(place), std::move(mend), {}};
}

}  // namespace

Result<Source> check(std::string name, std::string text, std::size_t largest) {
  if (text.size() > largest) {
    return fail(Code::file_too_large, fmt::format("the text is larger than {} MB", largest >> 20),
                {name, 0, 0, 1, ""});
  }
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);  // a byte order mark is no content
  Source source(std::move(name), std::move(text));
  if (const std::size_t bad = first_bad_utf8(source.text()); bad != std::string_view::npos) {
    Place place = source.place(bad, 1);
    place.line_text.clear();
    return fail(Code::not_utf8,
                fmt::format("byte 0x{:02x} is not UTF-8 text",
                            static_cast<unsigned char>(source.text()[bad])),
                place, "save the file as UTF-8");
  }
  return source;
}

Result<Source> read(const fs::path& path, const Place& named_at, std::size_t largest) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    return tl::unexpected<Diagnostic>(
        misplaced(Code::file_not_found, fmt::format("file '{}' does not exist", path.string()),
                  path, named_at));
  }
  if (!fs::is_regular_file(status)) {
    return tl::unexpected<Diagnostic>(
        misplaced(Code::not_a_file,
                  fmt::format("'{}' is {}, not a file", path.string(),
                              fs::is_directory(status) ? "a folder" : "no regular file"),
                  path, named_at));
  }
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > largest) {
    return tl::unexpected<Diagnostic>(
        misplaced(Code::file_too_large,
                  fmt::format("'{}' has {} MB; at most {} MB are read", path.string(), size >> 20,
                              largest >> 20),
                  path, named_at, "check that this is the file you meant"));
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream && !stream.eof()) {
    return tl::unexpected<Diagnostic>(
        misplaced(Code::unreadable_file,
                  fmt::format("'{}' cannot be read: {}", path.string(), std::strerror(errno)), path,
                  named_at));
  }
  return check(path.string(), std::move(text), largest);
}

SearchPath SearchPath::from_environment() {
  SearchPath search;
  std::error_code error;
  search.working_folder = fs::current_path(error);
  if (const char* list = std::getenv("VESPER_PATH"); list != nullptr) {
    std::string_view rest(list);
    while (!rest.empty()) {
      const std::size_t colon = rest.find(':');
      if (const std::string_view one = rest.substr(0, colon); !one.empty()) {
        search.vesper_path.emplace_back(one);
      }
      rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
    }
  }
  // bin/vesper beside share/vesper when installed; build/<preset>/vesper in a source tree.
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (fs::path folder = program.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (fs::is_directory(folder / "share" / "vesper" / "models", error)) {
      search.share = folder / "share" / "vesper";
      break;
    }
    if (fs::is_directory(folder / "models", error) &&
        fs::is_directory(folder / "products", error)) {
      search.share = folder;
      break;
    }
  }
  return search;
}

namespace {

// The folder `protocols/` is no place for a population of the same name.
bool of_another_kind(const fs::path& folder, std::string_view wanted) {
  const std::string name = folder.filename().string();
  for (const char* kind : {"models", "products", "populations", "protocols", "evidence"}) {
    if (name == kind) return name != wanted;
  }
  return false;
}

std::vector<fs::path> roots(const SearchPath& search, const fs::path& beside,
                            std::string_view wanted) {
  std::vector<fs::path> all;
  const auto add = [&](const fs::path& folder) {
    if (!folder.empty() && std::find(all.begin(), all.end(), folder) == all.end())
      all.push_back(folder);
  };
  if (!beside.empty()) {
    if (!of_another_kind(beside, wanted)) add(beside);
    // A protocol in protocols/ names a product in the products/ next to it.
    add(beside.parent_path());
  }
  add(search.working_folder);
  for (const fs::path& folder : search.vesper_path) add(folder);
  add(search.share);
  return all;
}

std::vector<fs::path> candidates(const fs::path& root, std::string_view name,
                                 std::string_view folder, std::string_view extension) {
  const std::string with = std::string(name) + std::string(extension);
  std::vector<fs::path> paths;
  for (const fs::path& base : {root, root / folder}) {
    paths.push_back(base / fs::path(name));
    if (fs::path(name).extension() != extension) paths.push_back(base / with);
  }
  return paths;
}

}  // namespace

Result<fs::path> SearchPath::find(std::string_view name, std::string_view folder,
                                  std::string_view extension, const fs::path& beside,
                                  const Place& named_at) const {
  std::error_code error;
  if (name.empty()) return fail(Code::file_not_found, "an empty file name", named_at);
  if (name.find('\0') != std::string_view::npos || name.size() > 1024) {
    return fail(Code::file_not_found, "this is no file name", named_at);
  }
  const bool absolute = fs::path(name).is_absolute();
  std::vector<std::string> looked;
  std::optional<fs::path> something_else;
  for (const fs::path& root :
       absolute ? std::vector<fs::path>{"/"} : roots(*this, beside, folder)) {
    for (const fs::path& path : candidates(root, name, absolute ? "" : folder, extension)) {
      if (fs::is_regular_file(path, error)) return path;
      // A folder is only an answer where a name with an extension was asked for.
      if (fs::exists(path, error) &&
          (absolute || name.find('/') != std::string_view::npos || path.extension() == extension)) {
        something_else = something_else ? something_else : path;
      }
    }
    looked.push_back("looked in " + root.string() +
                     (absolute || folder.empty() ? "" : fmt::format(" and its {}/", folder)));
  }
  if (something_else) {
    return fail(Code::not_a_file,
                fmt::format("'{}' is not a regular file", something_else->string()), named_at);
  }
  std::vector<std::string> known;
  for (const fs::path& path : list(folder, extension)) known.push_back(path.stem().string());
  const std::string stem = fs::path(name).stem().string();
  const std::string near = nearest(stem, known);
  return fail(Code::file_not_found,
              fmt::format("no {} '{}'",
                          folder.empty() ? "file" : fmt::format("file in {}/ named", folder), name),
              named_at, near.empty() ? "" : fmt::format("did you mean '{}'?", near), looked);
}

std::vector<fs::path> SearchPath::list(std::string_view folder, std::string_view extension) const {
  std::map<std::string, fs::path> found;
  std::error_code error;
  for (const fs::path& root : roots(*this, {}, folder)) {
    for (fs::directory_iterator entry(root / folder, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().extension() == extension && entry->is_regular_file(error)) {
        found.emplace(entry->path().filename().string(), entry->path());
      }
    }
    error.clear();
  }
  std::vector<fs::path> paths;
  for (auto& [name, path] : found) paths.push_back(path);
  return paths;
}

}  // namespace vesper::files

#include "spec/parse/positions.h"

#include <cstdint>
#include <set>
#include <unordered_map>

#include "spec/diagnostics.h"
#include "third_party/rapidjson.h"

namespace oci::spec {
namespace {

// Follows the parser and reports path and offset of each token to `visitor`. The parser calls after
// a token, so its start is found by skipping the separators before it.
template <class Visitor>
class Walk {
 public:
  Walk(std::string_view text, const json::TextStream& stream, Visitor& visitor)
      : text_(text), stream_(stream), visitor_(visitor) {}

  // NOLINTBEGIN(readability-identifier-naming): the names are RapidJSON's.
  bool Null() { return scalar(); }
  bool Bool(bool) { return scalar(); }
  bool Int(int) { return scalar(); }
  bool Uint(unsigned) { return scalar(); }
  bool Int64(int64_t) { return scalar(); }
  bool Uint64(uint64_t) { return scalar(); }
  bool Double(double) { return scalar(); }
  bool RawNumber(const char*, json::Size, bool) { return scalar(); }
  bool String(const char*, json::Size, bool) { return scalar(); }
  bool StartObject() { return open(true); }
  bool StartArray() { return open(false); }
  bool EndObject(json::Size) { return close(); }
  bool EndArray(json::Size) { return close(); }

  bool Key(const char* text, json::Size size, bool) {
    const size_t start = next_token();
    end_ = stream_.Tell();
    const std::string_view key(text, size);
    frames_.back().member = child_path(frames_.back().path, key);
    visitor_.key(frames_.back().member, key, start);
    return true;
  }
  // NOLINTEND(readability-identifier-naming)

 private:
  struct Frame {
    std::string path;
    std::string member;  // of the next value; objects only
    bool is_object;
    size_t index = 0;
  };

  size_t next_token() const {
    const size_t found = text_.find_first_not_of(" \t\r\n,:", end_);
    return found == std::string_view::npos ? text_.size() : found;
  }

  std::string value_path() {
    if (frames_.empty()) return {};
    Frame& frame = frames_.back();
    return frame.is_object ? frame.member : child_path(frame.path, frame.index++);
  }

  bool scalar() {
    visitor_.value(value_path(), next_token());
    end_ = stream_.Tell();
    return true;
  }

  bool open(bool is_object) {
    if (frames_.size() >= kMaxDepth) return false;
    const size_t start = next_token();
    frames_.push_back({value_path(), {}, is_object});
    visitor_.value(frames_.back().path, start);
    visitor_.open();
    end_ = start + 1;
    return true;
  }

  bool close() {
    frames_.pop_back();
    visitor_.close();
    end_ = next_token() + 1;
    return true;
  }

  std::string_view text_;
  const json::TextStream& stream_;
  Visitor& visitor_;
  std::vector<Frame> frames_;
  size_t end_ = 0;  // of the last token
};

template <class Visitor>
void walk(std::string_view text, Visitor& visitor) {
  json::TextStream stream(text.data(), text.size());
  Walk<Visitor> handler(text, stream, visitor);
  json::TextReader reader;
  reader.Parse<json::kIterative>(stream, handler);
}

std::string_view parent_path(std::string_view path) {
  if (path.ends_with("\"]")) return path.substr(0, path.rfind("[\""));
  if (path.ends_with("]")) return path.substr(0, path.rfind('['));
  const size_t dot = path.rfind('.');
  return path.substr(0, dot == std::string_view::npos ? 0 : dot);
}

constexpr size_t kUnknown = SIZE_MAX;

struct Locator {
  std::unordered_map<std::string, size_t> offsets;  // of the wanted paths and their parents

  void want(std::string_view path) {
    while (offsets.emplace(path, kUnknown).second && !path.empty())
      path = parent_path(path);
  }

  // Of two members with one name, the parser reads the first.
  void value(const std::string& path, size_t offset) {
    const auto found = offsets.find(path);
    if (found != offsets.end() && found->second == kUnknown) found->second = offset;
  }

  void key(const std::string&, std::string_view, size_t) {}
  void open() {}
  void close() {}

  size_t closest(std::string_view path) const {
    for (;; path = parent_path(path)) {
      const size_t offset = offsets.at(std::string(path));
      if (offset != kUnknown) return offset;
      if (path.empty()) return 0;
    }
  }
};

struct DuplicateFinder {
  Diagnostics& diagnostics;
  std::vector<std::set<std::string, std::less<>>> seen = {};  // one for each open object or array

  void value(const std::string&, size_t) {}
  void open() { seen.emplace_back(); }
  void close() { seen.pop_back(); }

  void key(const std::string& path, std::string_view key, size_t offset) {
    if (!seen.back().emplace(key).second)
      diagnostics.add_at(offset, path, "duplicate key; keep only one of them", Code::kDuplicateKey);
  }
};

}  // namespace

std::vector<size_t> locate(std::string_view text, std::span<const std::string> paths) {
  Locator locator;
  for (const std::string& path : paths)
    locator.want(path);
  walk(text, locator);
  std::vector<size_t> offsets;
  offsets.reserve(paths.size());
  for (const std::string& path : paths)
    offsets.push_back(locator.closest(path));
  return offsets;
}

void report_duplicate_keys(std::string_view text, Diagnostics& diagnostics) {
  DuplicateFinder finder{diagnostics};
  walk(text, finder);
}

std::vector<Position> positions(std::string_view text, std::span<const size_t> offsets) {
  std::vector<Position> found;
  found.reserve(offsets.size());
  Position here;
  size_t at = 0;
  for (const size_t offset : offsets) {
    for (; at < offset && at < text.size(); ++at) {
      if (text[at] == '\n') {
        ++here.line;
        here.column = 1;
      } else if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80) {
        ++here.column;
      }
    }
    found.push_back(here);
  }
  return found;
}

}  // namespace oci::spec

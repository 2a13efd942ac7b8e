#include "spec/diagnostics.h"

#include <algorithm>
#include <cstddef>

#include "spec/parse/positions.h"

namespace oci::spec {
namespace {

constexpr size_t kLongestText = 80;
constexpr size_t kMostLines = 50;
constexpr size_t kMostProblems = 1000;

bool is_plain_key(std::string_view key) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !key.empty() && key.size() <= kLongestText && std::all_of(key.begin(), key.end(), is_word);
}

// Never cuts within a UTF-8 character.
std::string_view cut(std::string_view text) {
  if (text.size() <= kLongestText) return text;
  size_t size = kLongestText;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80)
    --size;
  return text.substr(0, size);
}

void append_escaped(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (byte < 0x20 || byte == 0x7f) {
    out += "\\x";
    out += kHex[byte >> 4];
    out += kHex[byte & 0xf];
  } else {
    out += c;
  }
}

// True if `path` is `outer` or lies within it.
bool is_within(std::string_view path, std::string_view outer) {
  if (!path.starts_with(outer)) return false;
  return outer.empty() || path.size() == outer.size() || path[outer.size()] == '.' ||
         path[outer.size()] == '[';
}

// "process.args[0]" below "process": "args[0]".
std::string path_below(std::string_view path, std::string_view root) {
  if (root.empty() || !is_within(path, root)) return std::string(path);
  path.remove_prefix(root.size());
  if (path.starts_with('.')) path.remove_prefix(1);
  return std::string(path);
}

}  // namespace

std::string quoted(std::string_view text) {
  const std::string_view shown = cut(text);
  std::string out = "\"";
  for (const char c : shown)
    append_escaped(out, c);
  if (shown.size() < text.size()) out += "...";
  out += '"';
  return out;
}

std::string child_path(std::string_view parent, std::string_view key) {
  if (!is_plain_key(key)) return cat(parent, "[", quoted(key), "]");
  return parent.empty() ? std::string(key) : cat(parent, ".", key);
}

std::string child_path(std::string_view parent, size_t index) {
  return cat(parent, "[", index, "]");
}

void Diagnostics::add(std::string path, std::string text, Code code) {
  keep({std::move(path), std::move(text), code, std::nullopt});
}

void Diagnostics::add_at(size_t offset, std::string path, std::string text, Code code) {
  keep({std::move(path), std::move(text), code, offset});
}

void Diagnostics::keep(Problem problem) {
  if (problems_.size() < kMostProblems) {
    problems_.push_back(std::move(problem));
  } else {
    ++dropped_;
  }
}

void Diagnostics::add_unrelated(const Diagnostics& other) {
  const size_t own = problems_.size();
  for (const Problem& problem : other.problems_) {
    const auto is_related = [&](const Problem& earlier) {
      return is_within(problem.path, earlier.path) || is_within(earlier.path, problem.path);
    };
    const auto own_end = problems_.begin() + static_cast<std::ptrdiff_t>(own);
    if (std::none_of(problems_.begin(), own_end, is_related)) keep(problem);
  }
  dropped_ += other.dropped_;
}

std::vector<Finding> Diagnostics::findings(std::string_view text, std::string_view root) const {
  std::vector<std::string> paths;
  paths.reserve(problems_.size());
  for (const Problem& problem : problems_)
    paths.push_back(path_below(problem.path, root));
  const std::vector<size_t> located = locate(text, paths);

  std::vector<Finding> all;
  all.reserve(problems_.size());
  for (size_t i = 0; i < problems_.size(); ++i) {
    const Problem& problem = problems_[i];
    all.push_back({.path = problem.path,
                   .text = problem.text,
                   .code = problem.code,
                   .offset = problem.offset.value_or(located[i])});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Finding& a, const Finding& b) { return a.offset < b.offset; });
  const auto is_same = [](const Finding& a, const Finding& b) {
    return a.offset == b.offset && a.path == b.path && a.text == b.text;
  };
  all.erase(std::unique(all.begin(), all.end(), is_same), all.end());
  std::vector<size_t> offsets;
  offsets.reserve(all.size());
  for (const Finding& finding : all)
    offsets.push_back(finding.offset);
  const std::vector<Position> found = positions(text, offsets);
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].line = found[i].line;
    all[i].column = found[i].column;
  }
  return all;
}

Status Diagnostics::to_status(std::string_view document_name, std::string_view text,
                              std::string_view root) const {
  if (problems_.empty()) return {};
  const std::vector<Finding> all = findings(text, root);
  std::string message;
  const size_t shown = std::min(all.size(), kMostLines);
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) message += '\n';
    message += cat(document_name, ":", all[i].line, ":", all[i].column, ": ", all[i].message());
  }
  const size_t more = all.size() - shown + dropped_;
  if (more > 0) message += cat("\nand ", more, " more");
  return Error(ErrorKind::kInvalidConfig, std::move(message));
}

Status Diagnostics::first() const {
  if (problems_.empty()) return {};
  return Error(ErrorKind::kInvalidConfig, Property{problems_.front().path}, problems_.front().text);
}

}  // namespace oci::spec

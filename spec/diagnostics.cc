#include "spec/diagnostics.h"

#include <algorithm>
#include <tuple>

#include "spec/parse/positions.h"

namespace oci::spec {
namespace {

constexpr size_t kLongestText = 80;
constexpr size_t kMostLines = 50;

bool is_plain_key(std::string_view key) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !key.empty() && key.size() <= kLongestText && std::all_of(key.begin(), key.end(), is_word);
}

// Cuts between characters, never within one.
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

void Diagnostics::add(std::string path, std::string text) {
  problems_.push_back({std::move(path), std::move(text), std::nullopt});
}

void Diagnostics::add_at(size_t offset, std::string path, std::string text) {
  problems_.push_back({std::move(path), std::move(text), offset});
}

Status Diagnostics::to_status(std::string_view document_name, std::string_view text) const {
  if (problems_.empty()) return {};

  std::vector<std::string> paths;
  for (const Problem& problem : problems_)
    paths.push_back(problem.path);
  const std::vector<size_t> located = locate(text, paths);

  struct Line {
    size_t offset;
    std::string text;
  };
  std::vector<Line> lines;
  for (size_t i = 0; i < problems_.size(); ++i) {
    const Problem& problem = problems_[i];
    lines.push_back({problem.offset.value_or(located[i]),
                     problem.path.empty() ? problem.text : cat(problem.path, ": ", problem.text)});
  }
  const auto key = [](const Line& line) { return std::tie(line.offset, line.text); };
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.offset < b.offset; });
  lines.erase(std::unique(lines.begin(), lines.end(),
                          [&](const Line& a, const Line& b) { return key(a) == key(b); }),
              lines.end());

  std::vector<size_t> offsets;
  for (const Line& line : lines)
    offsets.push_back(line.offset);
  const std::vector<Position> found = positions(text, offsets);

  std::string message;
  const size_t shown = std::min(lines.size(), kMostLines);
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) message += '\n';
    message += cat(document_name, ":", found[i].line, ":", found[i].column, ": ", lines[i].text);
  }
  if (shown < lines.size()) message += cat("\nand ", lines.size() - shown, " more");
  return Error(ErrorKind::kInvalidConfig, std::move(message));
}

}  // namespace oci::spec

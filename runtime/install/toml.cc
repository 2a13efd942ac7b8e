#include "runtime/install/toml.h"

#include <algorithm>
#include <charconv>

#include "runtime/install/toml_reader.h"
#include "spec/diagnostics.h"

namespace oci::install {
namespace {

// Scans line by line. Each statement ends with its line.
class Scanner {
 public:
  Scanner(std::string_view text, std::string_view name) : reader_(text), name_(name) {}

  Result<std::vector<TomlEntry>> run() {
    if (reader_.text().starts_with("\xef\xbb\xbf")) reader_.skip(3);
    while (!reader_.at_end()) {
      const size_t begin = reader_.place();
      reader_.skip_blanks();
      const bool blank = reader_.at_line_end() || reader_.peek() == '#';
      if (!blank && !statement(begin)) return problem(reader_.what());
      if (!blank) entries_.back().end = reader_.line_end();
      if (!reader_.rest_of_line()) return problem(reader_.what());
    }
    return std::move(entries_);
  }

 private:
  bool statement(size_t begin) {
    TomlEntry entry;
    entry.begin = begin;
    entry.table = reader_.peek() == '[';
    if (!(entry.table ? header(entry) : key_and_value(entry))) return false;
    entries_.push_back(std::move(entry));
    return true;
  }

  bool header(TomlEntry& entry) {
    const bool of_array = reader_.text().substr(reader_.place()).starts_with("[[");
    const std::string_view close = of_array ? "]]" : "]";
    reader_.skip(close.size());
    entry.value_begin = reader_.place();
    table_.clear();
    if (!reader_.dotted(table_)) return false;
    entry.value_end = reader_.place();
    if (!reader_.text().substr(reader_.place()).starts_with(close)) {
      return reader_.fail(of_array ? "expected ']]'" : "expected ']'");
    }
    reader_.skip(close.size());
    entry.path = table_;
    return true;
  }

  bool key_and_value(TomlEntry& entry) {
    entry.path = table_;
    if (!reader_.dotted(entry.path)) return false;
    if (reader_.peek() != '=') return reader_.fail("expected '=' after a key");
    reader_.skip(1);
    reader_.skip_blanks();
    entry.value_begin = reader_.place();
    if (!reader_.value()) return false;
    entry.value_end = reader_.place();
    return true;
  }

  Error problem(std::string_view what) const {
    return toml_problem(reader_.text(), name_, reader_.place(), std::string(what));
  }

  TomlReader reader_;
  std::string name_;
  TomlPath table_;
  std::vector<TomlEntry> entries_;
};

}  // namespace

Result<std::vector<TomlEntry>> scan_toml(std::string_view text, std::string_view name) {
  return Scanner(text, name).run();
}

Error toml_problem(std::string_view text, std::string_view name, size_t offset, std::string what) {
  spec::Diagnostics diagnostics;
  diagnostics.add_at(offset, "", std::move(what));
  return diagnostics.to_status(name, text).error();
}

const TomlEntry* find_entry(const std::vector<TomlEntry>& entries, const TomlPath& path) {
  const auto found = std::find_if(entries.rbegin(), entries.rend(),
                                  [&](const TomlEntry& entry) { return entry.path == path; });
  return found == entries.rend() ? nullptr : &*found;
}

bool starts_with(const TomlPath& path, const TomlPath& prefix) {
  return path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

std::optional<std::string> toml_string(std::string_view value) {
  TomlReader reader(value);
  std::string out;
  if (!reader.string(out) || !reader.at_end()) return std::nullopt;
  return out;
}

std::optional<long> toml_integer(std::string_view value) {
  long number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return number;
}

std::optional<TomlStrings> toml_strings(std::string_view value) {
  TomlStrings out;
  TomlReader reader(value);
  if (reader.peek() != '[') return std::nullopt;
  reader.skip(1);
  for (;;) {
    reader.skip_blank_lines();
    if (reader.peek() == ']') return out;
    if (reader.peek() == '{') {
      const size_t begin = reader.place();
      if (!reader.value()) return std::nullopt;
      std::string words(value.substr(begin, reader.place() - begin));
      std::erase_if(words, [](char c) { return c == ' ' || c == '\t'; });
      out.append = out.append || words == "{append=true}";
    } else {
      std::string item;
      if (!reader.string(item)) return std::nullopt;
      out.items.push_back(std::move(item));
    }
    reader.skip_blank_lines();
    if (reader.peek() == ',') {
      reader.skip(1);
    } else if (reader.peek() != ']') {
      return std::nullopt;
    }
  }
}

std::string toml_quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string toml_dotted(const TomlPath& path) {
  std::string out;
  for (const std::string& part : path) {
    const bool bare = !part.empty() && std::all_of(part.begin(), part.end(), is_bare_key);
    out += cat(out.empty() ? "" : ".", bare ? part : toml_quoted(part));
  }
  return out;
}

}  // namespace oci::install

#include "runtime/install/block.h"

#include <algorithm>

#include "spec/error.h"

namespace oci::install {
namespace {

constexpr std::string_view kBegin = "# >>> oci-rt install";
constexpr std::string_view kEnd = "# <<< oci-rt install";
constexpr std::string_view kHint = ": rewritten by it, removed by `oci-rt uninstall`";
constexpr std::string_view kNewFile = "; the file was made for it";
constexpr std::string_view kNoLineEnd = "; the line before had no end";
constexpr std::string_view kAdded = "  # added by oci-rt install";
constexpr std::string_view kBefore = "  # oci-rt install; before it: ";

std::string_view without_blanks(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

bool sets(std::string_view line, std::string_view key) {
  line = without_blanks(line);
  if (!line.starts_with(key)) return false;
  return without_blanks(line.substr(key.size())).starts_with('=');
}

// Goes through the lines once and drops those of oci-rt.
class Remover {
 public:
  explicit Remover(std::string_view default_key) : default_key_(default_key) {}

  void line(std::string_view line) {
    const bool has_end = line.ends_with('\n');
    std::string_view words = line.substr(0, line.size() - (has_end ? 1 : 0));
    const std::string_view end = line.substr(words.size() - (words.ends_with('\r') ? 1 : 0));
    words = line.substr(0, line.size() - end.size());
    if (inside_) {
      stripped.was_default = stripped.was_default || sets(words, default_key_);
      inside_ = !words.starts_with(kEnd);
    } else if (words.starts_with(kBegin)) {
      begin(words);
    } else if (words.ends_with(kAdded)) {
      single();
    } else if (const size_t before = words.find(kBefore); before != std::string_view::npos) {
      single();
      out += cat(words.substr(before + kBefore.size()), end);
    } else {
      out += line;
    }
  }

  Status finish(std::string_view name) {
    if (inside_) {
      return Error(ErrorKind::kInvalidConfig, cat(name, ": the line '", kEnd,
                                                  "' is missing; put it where oci-rt's lines end"));
    }
    // Text behind the block still starts on a line of its own.
    if (no_line_end_ && out.size() == stripped.at && out.ends_with('\n')) {
      out.pop_back();
      stripped.at = out.size();
    }
    return {};
  }

  std::string out;
  Stripped stripped;
  bool new_file = false;

 private:
  void begin(std::string_view words) {
    inside_ = true;
    stripped.ours = true;
    new_file = words.find(kNewFile) != std::string_view::npos;
    no_line_end_ = words.find(kNoLineEnd) != std::string_view::npos;
    stripped.at = out.size();
  }
  void single() {
    stripped.ours = true;
    stripped.was_default = true;  // single lines exist only for this key
  }

  std::string_view default_key_;
  bool inside_ = false;
  bool no_line_end_ = false;
};

}  // namespace

std::string with_block(const Stripped& stripped, std::string_view lines) {
  const std::string before = stripped.text.value_or("");
  const size_t at = stripped.ours ? std::min(stripped.at, before.size()) : before.size();
  std::string out = before.substr(0, at);
  const bool no_end = !out.empty() && !out.ends_with('\n');
  if (no_end) out += '\n';
  out += cat(kBegin, kHint, stripped.text ? "" : kNewFile, no_end ? kNoLineEnd : "", "\n");
  out += cat(lines, kEnd, "\n");
  return out += before.substr(at);
}

std::string replaced_line(std::string_view line, size_t value_begin, std::string_view value) {
  return cat(line.substr(0, value_begin), value, kBefore, line);
}

std::string added_line(std::string_view line) {
  return cat(line, kAdded);
}

Result<Stripped> without_ours(const Text& text, std::string_view name,
                              std::string_view default_key) {
  if (!text) return Stripped{};
  Remover remover(default_key);
  for (std::string_view rest = *text; !rest.empty();) {
    const size_t end = rest.find('\n');
    const size_t size = end == std::string_view::npos ? rest.size() : end + 1;
    remover.line(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  OCI_TRY(remover.finish(name));
  Stripped stripped = remover.stripped;
  if (!remover.new_file || !remover.out.empty()) stripped.text = std::move(remover.out);
  return stripped;
}

}  // namespace oci::install

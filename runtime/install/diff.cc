#include "runtime/install/diff.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "spec/error.h"

namespace oci::install {
namespace {

constexpr size_t kContext = 3;
constexpr size_t kMostCells = 16 << 20;  // of the table below. Larger texts are shown as replaced

using Lines = std::vector<std::string_view>;

struct Step {
  char mark;  // ' ', '-', '+'
  std::string_view line;
};

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// Compares the middle parts by their longest common subsequence.
void compare(std::span<const std::string_view> before, std::span<const std::string_view> after,
             std::vector<Step>& steps) {
  const size_t width = after.size() + 1;
  std::vector<uint32_t> longest;  // of the suffixes that begin at [i][j]
  if ((before.size() + 1) * width <= kMostCells) longest.resize((before.size() + 1) * width);
  for (size_t i = longest.empty() ? 0 : before.size(); i-- > 0;) {
    for (size_t j = after.size(); j-- > 0;) {
      longest[i * width + j] = before[i] == after[j] ? longest[(i + 1) * width + j + 1] + 1
                                                     : std::max(longest[(i + 1) * width + j],
                                                                longest[i * width + j + 1]);
    }
  }
  size_t i = 0, j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      steps.push_back({' ', before[i]});
      ++i, ++j;
    } else if (j == after.size() ||
               (i < before.size() &&
                (longest.empty() || longest[(i + 1) * width + j] >= longest[i * width + j + 1]))) {
      steps.push_back({'-', before[i++]});
    } else {
      steps.push_back({'+', after[j++]});
    }
  }
}

std::vector<Step> steps_between(const Lines& before, const Lines& after) {
  std::vector<Step> steps;
  const size_t least = std::min(before.size(), after.size());
  size_t head = 0, tail = 0;
  while (head < least && before[head] == after[head])
    steps.push_back({' ', before[head++]});
  while (tail < least - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  compare(std::span(before).subspan(head, before.size() - head - tail),
          std::span(after).subspan(head, after.size() - head - tail), steps);
  for (size_t i = before.size() - tail; i < before.size(); ++i)
    steps.push_back({' ', before[i]});
  return steps;
}

std::string range(size_t first, size_t count) {
  // An empty range has the number of the line before it.
  return cat(count == 0 ? first : first + 1, count == 1 ? "" : cat(",", count));
}

// `old_line` and `new_line`: the number of lines before `steps`.
std::string hunk(std::span<const Step> steps, size_t old_line, size_t new_line) {
  size_t old_count = 0, new_count = 0;
  std::string body;
  for (const Step& step : steps) {
    old_count += step.mark != '+';
    new_count += step.mark != '-';
    body += cat(step.mark, step.line);
    if (!step.line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
  }
  return cat("@@ -", range(old_line, old_count), " +", range(new_line, new_count), " @@\n", body);
}

}  // namespace

std::string unified_diff(std::string_view name, const Text& before, const Text& after) {
  if (before == after) return "";
  const std::string old_text = before.value_or(""), new_text = after.value_or("");
  const std::vector<Step> steps = steps_between(lines_of(old_text), lines_of(new_text));
  std::string out =
      cat("--- ", before ? name : "/dev/null", "\n+++ ", after ? name : "/dev/null", "\n");
  size_t old_line = 0, new_line = 0, at = 0;
  const auto advance = [&](size_t to) {
    for (; at < to; ++at) {
      old_line += steps[at].mark != '+';
      new_line += steps[at].mark != '-';
    }
  };
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].mark == ' ') continue;
    size_t last = i;  // the last change that shares its context with this one
    for (size_t j = i; j < steps.size() && j <= last + 2 * kContext + 1; ++j) {
      if (steps[j].mark != ' ') last = j;
    }
    const size_t begin = std::max(at, i - std::min(i, kContext));
    const size_t end = std::min(steps.size(), last + 1 + kContext);
    advance(begin);
    out += hunk(std::span(steps).subspan(begin, end - begin), old_line, new_line);
    advance(end);
    i = end - 1;
  }
  return out;
}

}  // namespace oci::install

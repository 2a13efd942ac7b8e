#include "conformance/harness/report.h"

#include <algorithm>
#include <cstdio>

#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

struct Style {
  Standing standing;
  const char* word;  // in the table
  bool good;         // "ok" of TAP
  const char* note;  // in TAP, before the reason
};

constexpr Style kStyles[] = {
    {Standing::kPassed, "pass", true, ""},
    {Standing::kFailed, "FAIL", false, ""},
    {Standing::kSkipped, "skip", true, " # SKIP "},
    {Standing::kKnown, "known", false, " # TODO known: "},
    {Standing::kUnexpectedPass, "PASS?", false, " # passed, but known/ says: "},
};

const Style& style(Standing standing) {
  return *std::ranges::find(kStyles, standing, &Style::standing);
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text.size() < 500 ? text : text.substr(0, 500) + " …";
}

void print_reasons(const Case& test, const std::vector<Column>& columns, size_t row) {
  for (const Column& column : columns) {
    const Judged& judged = column.results[row];
    if (judged.standing == Standing::kPassed) continue;
    const bool bad =
        judged.standing == Standing::kFailed || judged.standing == Standing::kUnexpectedPass;
    std::printf("%s %s, %s (%s): %s\n", bad ? "not ok -" : "#", test.name.c_str(),
                column.runtime.c_str(), test.clause.c_str(), one_line(judged.reason).c_str());
  }
}

}  // namespace

Judged judge(const Result& result, const std::string& case_name, const Known& known) {
  const std::optional<Known::Entry> entry = known.find(case_name);
  if (result.verdict == Verdict::kSkipped) {
    return {Standing::kSkipped, result.reason, result.seconds};
  }
  if (result.verdict == Verdict::kPassed) {
    if (!entry || entry->sometimes) return {Standing::kPassed, "", result.seconds};
    return {Standing::kUnexpectedPass, entry->reason, result.seconds};
  }
  if (!entry) return {Standing::kFailed, result.reason, result.seconds};
  return {Standing::kKnown, entry->reason + " [" + result.reason + "]", result.seconds};
}

Totals total(const std::vector<Column>& columns) {
  Totals sum;
  for (const Column& column : columns) {
    for (const Judged& judged : column.results) {
      switch (judged.standing) {
        case Standing::kPassed:
          ++sum.passed;
          break;
        case Standing::kSkipped:
          ++sum.skipped;
          break;
        case Standing::kKnown:
          ++sum.known;
          break;
        case Standing::kFailed:
        case Standing::kUnexpectedPass:
          ++sum.failed;
          break;
      }
    }
  }
  return sum;
}

void print_tap(const std::vector<const Case*>& cases, const std::vector<Column>& columns) {
  std::printf("1..%zu\n", cases.size() * columns.size());
  int number = 0;
  for (const Column& column : columns) {
    for (size_t row = 0; row < cases.size(); ++row) {
      const Judged& judged = column.results[row];
      const Style& how = style(judged.standing);
      std::printf("%s %d - %s: %s%s%s\n", how.good ? "ok" : "not ok", ++number,
                  column.runtime.c_str(), cases[row]->name.c_str(), how.note,
                  *how.note ? one_line(judged.reason).c_str() : "");
      if (judged.standing == Standing::kFailed) {
        std::printf("# %s (%s)\n", one_line(judged.reason).c_str(), cases[row]->clause.c_str());
      }
    }
  }
}

void print_table(const std::vector<const Case*>& cases, const std::vector<Column>& columns) {
  size_t width = 4;
  for (const Case* test : cases)
    width = std::max(width, test->name.size());
  std::printf("%-*s", static_cast<int>(width), "case");
  for (const Column& column : columns)
    std::printf("  %-8s", column.runtime.c_str());
  std::printf("\n");
  for (size_t row = 0; row < cases.size(); ++row) {
    std::printf("%-*s", static_cast<int>(width), cases[row]->name.c_str());
    for (const Column& column : columns) {
      std::printf("  %-8s", style(column.results[row].standing).word);
    }
    std::printf("\n");
  }
  for (size_t row = 0; row < cases.size(); ++row)
    print_reasons(*cases[row], columns, row);
}

}  // namespace oci::conformance

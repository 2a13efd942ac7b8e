#include "conformance/harness/report.h"

namespace oci::conformance {
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

}  // namespace oci::conformance

// Verdicts, and their output: a table over runtimes, TAP, JUnit, a summary by chapter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/harness/case.h"
#include "conformance/harness/known.h"

namespace oci::conformance {

enum class Verdict { kPassed, kFailed, kSkipped };

struct Result {
  Verdict verdict = Verdict::kFailed;
  std::string reason;
  double seconds = 0;
};

// A verdict combined with the known deviations.
enum class Standing { kPassed, kFailed, kSkipped, kKnown, kUnexpectedPass };
struct Judged {
  Standing standing = Standing::kFailed;
  std::string reason;
  double seconds = 0;
};
Judged judge(const Result& result, const std::string& case_name, const Known& known);

struct Column {
  std::string runtime;
  std::vector<Judged> results;  // one a case
};

struct Totals {
  int passed = 0, failed = 0, skipped = 0, known = 0;
};
Totals total(const std::vector<Column>& columns);

using Printer = void (*)(const std::vector<const Case*>& cases, const std::vector<Column>& columns);

// "table", "tap", "junit", "markdown"; nullptr for any other word.
Printer find_printer(std::string_view format);

}  // namespace oci::conformance

// Maps rules of the specification to the cases that prove them: reads coverage/*.txt and checks it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/harness/known.h"

namespace oci::conformance {

struct Rule {
  std::string id;                  // "mounts.order"
  std::string level;               // "MUST", "SHOULD" or "MAY"
  std::string clause;              // where the rule comes from
  std::string text;                // the rule, in our own words
  std::vector<std::string> cases;  // names or shell patterns of the cases that prove it
  std::string open;                // the reason, if no case proves it
};

// Parses lines of `id | LEVEL | clause | rule | cases`, or with `open: why` in place of the cases.
// Skips empty lines and comments (#). Throws std::runtime_error for any other line.
std::vector<Rule> parse_rules(std::string_view text);

// Returns one sentence for each problem: a duplicate id, a pattern that matches no name of `cases`,
// a case that no rule names. Empty when all is well.
std::vector<std::string> coverage_problems(const std::vector<Rule>& rules,
                                           const std::vector<std::string>& cases);

// Returns the patterns of `known` that match no name of `cases`.
std::vector<std::string> stale_deviations(const Known& known,
                                          const std::vector<std::string>& cases);

// Reads the rules of every .txt in `directory`, in the order of the file names.
std::vector<Rule> read_rules(const std::string& directory);

// Prints one line a rule, and a summary, to standard output.
void print_coverage(const std::vector<Rule>& rules);

}  // namespace oci::conformance

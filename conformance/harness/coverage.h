// Which case proves which rule of the specification: coverage/*.txt against the cases there are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/harness/known.h"

namespace oci::conformance {

struct Rule {
  std::string id;                  // "mounts.order"
  std::string level;               // "MUST", "SHOULD" or "MAY"
  std::string clause;              // where it is said
  std::string text;                // the rule, in our words
  std::vector<std::string> cases;  // names or shell patterns of the cases that prove it
  std::string open;                // why no case proves it, when none does
};

// Lines are `id | LEVEL | clause | rule | cases`, or `open: why` in place of the cases. Empty ones
// and those that begin with # say nothing. Any other line throws std::runtime_error.
std::vector<Rule> parse_rules(std::string_view text);

// What is wrong with `rules`, a sentence each: an id twice, a pattern that no name of `cases`
// matches, a case that no rule names. None when all is well.
std::vector<std::string> coverage_problems(const std::vector<Rule>& rules,
                                           const std::vector<std::string>& cases);

// The patterns of `known` that match no name of `cases`.
std::vector<std::string> stale_deviations(const Known& known,
                                          const std::vector<std::string>& cases);

// The rules of every .txt in `directory`, in the order of the files' names.
std::vector<Rule> read_rules(const std::string& directory);

// A line a rule, and a summary, on standard output.
void print_coverage(const std::vector<Rule>& rules);

}  // namespace oci::conformance

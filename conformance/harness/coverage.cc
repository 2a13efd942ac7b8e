#include "conformance/harness/coverage.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>
#include <stdexcept>

#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

constexpr std::string_view kOpen = "open:";
constexpr std::string_view kLevels[] = {"MUST", "SHOULD", "MAY"};

[[noreturn]] void refuse(const std::string& line, const char* why) {
  throw std::runtime_error("coverage: " + std::string(why) + ": '" + line + "'");
}

Rule parse_rule(const std::string& line) {
  std::vector<std::string> columns;
  for (size_t at = 0; at <= line.size();) {
    const size_t end = std::min(line.find('|', at), line.size());
    columns.push_back(trimmed(std::string_view(line).substr(at, end - at)));
    at = end + 1;
  }
  if (columns.size() != 5) refuse(line, "a rule has five columns");
  Rule rule{.id = columns[0], .level = columns[1], .clause = columns[2], .text = columns[3]};
  if (rule.id.empty() || rule.clause.empty() || rule.text.empty())
    refuse(line, "a column is empty");
  if (std::ranges::find(kLevels, rule.level) == std::end(kLevels)) refuse(line, "no such level");
  if (columns[4].starts_with(kOpen)) {
    rule.open = trimmed(columns[4].substr(kOpen.size()));
  } else {
    rule.cases = split(columns[4], ' ');
  }
  if (rule.open.empty() && rule.cases.empty()) refuse(line, "neither a case nor 'open: why'");
  return rule;
}

std::string shown_cases(const Rule& rule) {
  if (!rule.open.empty()) return "OPEN: " + rule.open;
  std::string all;
  for (const std::string& name : rule.cases)
    all += (all.empty() ? "" : " ") + name;
  return all;
}

}  // namespace

std::vector<Rule> parse_rules(std::string_view text) {
  std::vector<Rule> rules;
  for (const std::string& line : lines(text)) {
    if (!trimmed(line).empty() && line[0] != '#') rules.push_back(parse_rule(line));
  }
  return rules;
}

std::vector<std::string> coverage_problems(const std::vector<Rule>& rules,
                                           const std::vector<std::string>& cases) {
  std::vector<std::string> problems;
  std::set<std::string> ids, named;
  for (const Rule& rule : rules) {
    if (!ids.insert(rule.id).second) problems.push_back("the rule " + rule.id + " is there twice");
    for (const std::string& glob : rule.cases) {
      bool any = false;
      for (const std::string& name : cases) {
        if (!matches(glob, name)) continue;
        named.insert(name);
        any = true;
      }
      if (!any) problems.push_back("the rule " + rule.id + " names no case there is: " + glob);
    }
  }
  for (const std::string& name : cases) {
    if (!named.contains(name)) problems.push_back("no rule names the case " + name);
  }
  return problems;
}

std::vector<std::string> stale_deviations(const Known& known,
                                          const std::vector<std::string>& cases) {
  std::vector<std::string> globs;
  for (const Known::Entry& entry : known.entries()) {
    const bool any = std::ranges::any_of(
        cases, [&](const std::string& name) { return matches(entry.glob, name); });
    if (!any) globs.push_back(entry.glob);
  }
  return globs;
}

std::vector<Rule> read_rules(const std::string& directory) {
  std::vector<Rule> rules;
  for (const std::string& name : entries(directory)) {
    if (!name.ends_with(".txt")) continue;
    std::ranges::move(parse_rules(read_file(directory + "/" + name)), std::back_inserter(rules));
  }
  if (rules.empty()) throw std::runtime_error("coverage: no rules in " + directory);
  return rules;
}

void print_coverage(const std::vector<Rule>& rules) {
  int open = 0, open_must = 0;
  for (const Rule& rule : rules) {
    std::printf("%-36s %-6s %-72s  %s\n", rule.id.c_str(), rule.level.c_str(), rule.text.c_str(),
                shown_cases(rule).c_str());
    open += rule.open.empty() ? 0 : 1;
    open_must += rule.open.empty() || rule.level != "MUST" ? 0 : 1;
  }
  std::printf("%zu rules, %zu shown, %d open (%d MUST)\n", rules.size(),
              rules.size() - static_cast<size_t>(open), open, open_must);
}

}  // namespace oci::conformance

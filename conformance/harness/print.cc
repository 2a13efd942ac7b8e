// Output formats, one function each.
#include <algorithm>
#include <cstdio>
#include <map>

#include "conformance/harness/report.h"

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

bool is_failure(const Judged& judged) {
  return judged.standing == Standing::kFailed || judged.standing == Standing::kUnexpectedPass;
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text.size() < 500 ? text : text.substr(0, 500) + " …";
}

void print_reasons(const Case& test, const std::vector<Column>& columns, size_t row) {
  for (const Column& column : columns) {
    const Judged& judged = column.results[row];
    if (judged.standing == Standing::kPassed) continue;
    std::printf("%s %s, %s (%s): %s\n", is_failure(judged) ? "not ok -" : "#", test.name.c_str(),
                column.runtime.c_str(), test.clause.c_str(), one_line(judged.reason).c_str());
  }
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

// Escapes the characters that XML reserves, and drops those that it cannot represent.
std::string xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return out;
}

void print_junit(const std::vector<const Case*>& cases, const std::vector<Column>& columns) {
  std::printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
  for (const Column& column : columns) {
    const Totals sum = total({column});
    std::printf("<testsuite name=\"%s\" tests=\"%zu\" failures=\"%d\" skipped=\"%d\">\n",
                xml(column.runtime).c_str(), cases.size(), sum.failed, sum.skipped + sum.known);
    for (size_t row = 0; row < cases.size(); ++row) {
      const Judged& judged = column.results[row];
      std::printf("<testcase classname=\"%s\" name=\"%s\" time=\"%.3f\">",
                  xml(column.runtime).c_str(), xml(cases[row]->name).c_str(), judged.seconds);
      if (judged.standing != Standing::kPassed) {
        const Style& how = style(judged.standing);
        std::printf("<%s message=\"%s: %s (%s)\"/>", is_failure(judged) ? "failure" : "skipped",
                    how.word, xml(one_line(judged.reason)).c_str(),
                    xml(cases[row]->clause).c_str());
      }
      std::printf("</testcase>\n");
    }
    std::printf("</testsuite>\n");
  }
  std::printf("</testsuites>\n");
}

// One row a chapter (the case name up to the slash): "passed / deviates / skipped".
void print_markdown(const std::vector<const Case*>& cases, const std::vector<Column>& columns) {
  std::map<std::string, std::vector<Column>> chapters;
  for (size_t row = 0; row < cases.size(); ++row) {
    const std::string& name = cases[row]->name;
    std::vector<Column>& parts = chapters[name.substr(0, name.find('/'))];
    parts.resize(columns.size());
    for (size_t at = 0; at < columns.size(); ++at)
      parts[at].results.push_back(columns[at].results[row]);
  }
  std::printf("| chapter |");
  for (const Column& column : columns)
    std::printf(" %s |", column.runtime.c_str());
  std::printf("\n|---|");
  for (size_t at = 0; at < columns.size(); ++at)
    std::printf("---|");
  const auto print_row = [](const std::string& name, const std::vector<Column>& parts) {
    std::printf("\n| %s |", name.c_str());
    for (const Column& part : parts) {
      const Totals sum = total({part});
      std::printf(" %d / %d / %d |", sum.passed, sum.failed + sum.known, sum.skipped);
    }
  };
  for (const auto& [name, parts] : chapters)
    print_row(name, parts);
  print_row("all", columns);
  std::printf("\n");
}

struct Format {
  std::string_view name;
  Printer print;
};
constexpr Format kFormats[] = {{"table", print_table},
                               {"tap", print_tap},
                               {"junit", print_junit},
                               {"markdown", print_markdown}};

}  // namespace

Printer find_printer(std::string_view format) {
  for (const Format& one : kFormats) {
    if (one.name == format) return one.print;
  }
  return nullptr;
}

}  // namespace oci::conformance

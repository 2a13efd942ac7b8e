// The table of failures; failures.txt documents its format.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oci::conformance {

// One line of a row: a keyword and its argument.
struct Line {
  std::string keyword, rest;
  int number = 0;  // in the file
};

struct Row {
  std::string name;
  std::vector<Line> lines;
};

// Throws std::runtime_error with the line number of the mistake.
std::vector<Row> parse_table(std::string_view text);

}  // namespace oci::conformance

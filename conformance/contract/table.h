// The table of failures: failures.txt, which says what it may hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oci::conformance {

// One line of a row: a keyword and the rest.
struct Line {
  std::string keyword, rest;
  int number = 0;  // in the file
};

struct Row {
  std::string name;
  std::vector<Line> lines;
};

// Throws std::runtime_error, with the number of the line that is wrong.
std::vector<Row> parse_table(std::string_view text);

}  // namespace oci::conformance

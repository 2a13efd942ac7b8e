#include "runtime/cli/list_table.h"

#include <algorithm>
#include <array>

#include "spec/write/write_state.h"

namespace oci::cli {
namespace {

constexpr size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

Row row(const lifecycle::Listed& one) {
  // An unreadable record has a line, too, so that the user sees it and can delete it.
  if (!one.problem.empty()) return {one.id, "-", "corrupt", one.problem, "-", "-"};
  const spec::State& state = one.state;
  return {one.id,       cat(state.pid), std::string(spec::status_name(state.status)),
          state.bundle, state.created,  state.owner};
}

}  // namespace

std::string list_table(std::span<const lifecycle::Listed> containers) {
  // runc's columns: at least 12 wide, 3 blanks in between, nothing after the last.
  constexpr size_t kNarrowest = 12;
  constexpr size_t kGap = 3;
  std::vector<Row> rows = {{"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"}};
  for (const lifecycle::Listed& one : containers)
    rows.push_back(row(one));

  std::array<size_t, kColumns> widths;
  widths.fill(kNarrowest);
  for (const Row& cells : rows) {
    for (size_t i = 0; i < kColumns; ++i)
      widths[i] = std::max(widths[i], cells[i].size() + kGap);
  }
  std::string table;
  for (const Row& cells : rows) {
    for (size_t i = 0; i + 1 < kColumns; ++i) {
      table += cells[i];
      table.append(widths[i] - cells[i].size(), ' ');
    }
    table += cells.back();
    table += '\n';
  }
  return table;
}

}  // namespace oci::cli

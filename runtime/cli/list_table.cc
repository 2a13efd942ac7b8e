#include "runtime/cli/list_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "spec/write/write_state.h"

namespace oci::cli {
namespace {

constexpr size_t kColumns = 6;
using Row = std::array<std::string, kColumns>;

std::string shown(const std::string& time, std::optional<int64_t> now) {
  const std::optional<int64_t> seconds = now ? seconds_of(time) : std::nullopt;
  return seconds ? ago(*now - *seconds) : time;
}

Row row(const lifecycle::Listed& one, std::optional<int64_t> now) {
  // An unreadable record has a line, too, so that the user sees it and can delete it.
  if (!one.problem.empty()) return {one.id, "-", "corrupt", one.problem, "-", "-"};
  const spec::State& state = one.state;
  return {one.id,
          cat(state.pid),
          std::string(spec::status_name(state.status)),
          state.bundle,
          shown(state.created, now),
          state.owner};
}

}  // namespace

std::optional<int64_t> seconds_of(std::string_view time) {
  // YYYY-MM-DDTHH:MM:SS
  constexpr struct {
    size_t at, length;
  } kParts[] = {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}};
  if (time.size() < 20 || time[4] != '-' || time[10] != 'T' || !time.ends_with('Z')) return {};
  int parts[6] = {};
  for (size_t i = 0; i < 6; ++i) {
    const char* const begin = time.data() + kParts[i].at;
    const auto [end, error] = std::from_chars(begin, begin + kParts[i].length, parts[i]);
    if (error != std::errc() || end != begin + kParts[i].length) return {};
  }
  using namespace std::chrono;
  const year_month_day day{year(parts[0]), month(static_cast<unsigned>(parts[1])),
                           std::chrono::day(static_cast<unsigned>(parts[2]))};
  if (!day.ok()) return {};
  const int64_t days = sys_days(day).time_since_epoch().count();
  return ((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5];
}

std::string ago(int64_t seconds) {
  constexpr struct {
    int64_t seconds;
    std::string_view name;
  } kUnits[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
  for (const auto& unit : kUnits) {
    const int64_t count = seconds / unit.seconds;
    if (count > 0) return cat(count, " ", unit.name, count == 1 ? "" : "s", " ago");
  }
  return "now";
}

std::string list_table(std::span<const lifecycle::Listed> containers, std::optional<int64_t> now) {
  // runc's columns: at least 12 wide, 3 blanks in between, nothing after the last.
  constexpr size_t kNarrowest = 12;
  constexpr size_t kGap = 3;
  std::vector<Row> rows = {{"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"}};
  for (const lifecycle::Listed& one : containers)
    rows.push_back(row(one, now));

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

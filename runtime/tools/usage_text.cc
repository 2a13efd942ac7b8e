#include <algorithm>
#include <array>
#include <cstdio>

#include "runtime/cli/json_writer.h"
#include "runtime/tools/usage.h"
#include "spec/write/write_state.h"

namespace oci::tools {
namespace {

constexpr char kNone[] = "-";

std::string with_one_digit(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string size_or_none(uint64_t bytes) {
  return bytes == cgroup::kUnlimited ? "max" : short_size(bytes);
}

std::string time_of(uint64_t ns) {
  const uint64_t seconds = ns / 1'000'000'000;
  if (seconds < 60) return cat(with_one_digit(static_cast<double>(ns) / 1e9), "s");
  if (seconds < 3600) return cat(seconds / 60, "m", seconds % 60, "s");
  return cat(seconds / 3600, "h", seconds / 60 % 60, "m");
}

std::string pressure_of(const std::optional<cgroup::Pressure>& pressure) {
  return pressure && pressure->some ? pressure->some->avg10 : kNone;
}

uint64_t sum_of(const std::vector<cgroup::IoCount>& counts, bool writes) {
  uint64_t sum = 0;
  for (const cgroup::IoCount& count : counts)
    if (count.is_write == writes) sum += count.value;
  return sum;
}

// As `list` names it.
std::string_view status_of(const Usage& usage) {
  return usage.is_corrupt ? "corrupt" : spec::status_name(usage.status);
}

constexpr std::array<std::string_view, 12> kHeader = {
    "ID",    "STATUS", "CPU%",  "CPU TIME", "THROTTLED",  "MEMORY",
    "LIMIT", "READ",   "WRITE", "PIDS",     "PIDS LIMIT", "PRESSURE (CPU MEM IO)"};
using Cells = std::array<std::string, kHeader.size()>;

Cells cells_of(const Usage& usage) {
  Cells cells;
  cells.fill(kNone);
  cells[0] = usage.id;
  cells[1] = status_of(usage);
  if (!usage.stats) {
    cells.back() = usage.problem;
    return cells;
  }
  const cgroup::Stats& stats = *usage.stats;
  if (usage.cpu_percent) cells[2] = with_one_digit(*usage.cpu_percent);
  if (stats.cpu) {
    cells[3] = time_of(stats.cpu->total_ns);
    if (stats.cpu->throttling) cells[4] = time_of(stats.cpu->throttling->throttled_ns);
  }
  if (stats.memory && stats.memory->counts) {
    cells[5] = short_size(stats.memory->counts->memory.usage);
    cells[6] = size_or_none(stats.memory->counts->memory.limit);
  }
  if (stats.io) {
    cells[7] = short_size(sum_of(stats.io->bytes, false));
    cells[8] = short_size(sum_of(stats.io->bytes, true));
  }
  if (stats.pids) {
    cells[9] = cat(stats.pids->current);
    cells[10] = stats.pids->limit ? cat(*stats.pids->limit) : "max";
  }
  cells[11] = cat(pressure_of(stats.cpu ? stats.cpu->pressure : std::nullopt), " ",
                  pressure_of(stats.memory ? stats.memory->pressure : std::nullopt), " ",
                  pressure_of(stats.io ? stats.io->pressure : std::nullopt));
  return cells;
}

void pressure_json(cli::JsonWriter& out, const char* name,
                   const std::optional<cgroup::Pressure>& pressure) {
  if (!pressure || !pressure->some) return;
  out.begin_object(name);
  out.text("avg10", pressure->some->avg10);
  out.text("avg60", pressure->some->avg60);
  out.number("totalUsec", static_cast<int64_t>(pressure->some->total));
  out.end_object();
}

void limit_json(cli::JsonWriter& out, uint64_t limit) {
  if (limit == cgroup::kUnlimited) {
    out.null("limit");
  } else {
    out.number("limit", static_cast<int64_t>(limit));
  }
}

void cpu_json(cli::JsonWriter& out, const Usage& usage) {
  const cgroup::CpuStats& cpu = *usage.stats->cpu;
  out.begin_object("cpu");
  if (usage.cpu_percent) out.fraction("percent", *usage.cpu_percent);
  out.number("usageNsec", static_cast<int64_t>(cpu.total_ns));
  if (cpu.throttling) {
    out.number("periods", static_cast<int64_t>(cpu.throttling->periods));
    out.number("throttledPeriods", static_cast<int64_t>(cpu.throttling->throttled_periods));
    out.number("throttledNsec", static_cast<int64_t>(cpu.throttling->throttled_ns));
  }
  out.end_object();
}

void numbers_json(cli::JsonWriter& out, const Usage& usage) {
  const cgroup::Stats& stats = *usage.stats;
  if (stats.cpu) cpu_json(out, usage);
  if (stats.memory && stats.memory->counts) {
    const cgroup::MemoryUse& memory = stats.memory->counts->memory;
    out.begin_object("memory");
    out.number("usage", static_cast<int64_t>(memory.usage));
    if (memory.peak) out.number("peak", static_cast<int64_t>(*memory.peak));
    limit_json(out, memory.limit);
    out.end_object();
  }
  if (stats.io) {
    out.begin_object("io");
    out.number("readBytes", static_cast<int64_t>(sum_of(stats.io->bytes, false)));
    out.number("writeBytes", static_cast<int64_t>(sum_of(stats.io->bytes, true)));
    out.end_object();
  }
  if (stats.pids) {
    out.begin_object("pids");
    out.number("current", static_cast<int64_t>(stats.pids->current));
    limit_json(out, stats.pids->limit.value_or(cgroup::kUnlimited));
    out.end_object();
  }
  out.begin_object("pressure");
  if (stats.cpu) pressure_json(out, "cpu", stats.cpu->pressure);
  if (stats.memory) pressure_json(out, "memory", stats.memory->pressure);
  if (stats.io) pressure_json(out, "io", stats.io->pressure);
  out.end_object();
}

}  // namespace

std::string short_size(uint64_t bytes) {
  constexpr std::string_view kUnits = "KMGTP";
  if (bytes < 1024) return cat(bytes);
  auto value = static_cast<double>(bytes);
  char unit = ' ';
  for (size_t i = 0; i < kUnits.size() && value >= 1023.95; ++i) {
    value /= 1024;
    unit = kUnits[i];
  }
  return cat(with_one_digit(value), unit);
}

std::string usage_table(std::span<const Usage> all) {
  constexpr size_t kGap = 2;
  std::vector<Cells> rows(1);
  std::ranges::copy(kHeader, rows.front().begin());
  for (const Usage& usage : all)
    rows.push_back(cells_of(usage));
  std::array<size_t, kHeader.size()> widths = {};
  for (const Cells& cells : rows)
    for (size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], cells[i].size());
  std::string table;
  for (const Cells& cells : rows) {
    for (size_t i = 0; i + 1 < cells.size(); ++i) {
      const std::string blanks(widths[i] - cells[i].size(), ' ');
      // Numbers stand at the right.
      table += i < 2 ? cat(cells[i], blanks) : cat(blanks, cells[i]);
      table.append(kGap, ' ');
    }
    table += cat(cells.back(), "\n");
  }
  return table;
}

std::string usage_json(std::span<const Usage> all) {
  cli::JsonWriter out;
  out.begin_array();
  for (const Usage& usage : all) {
    out.begin_object();
    out.text("id", usage.id);
    out.text("status", status_of(usage));
    if (!usage.problem.empty()) out.text("problem", usage.problem);
    if (usage.stats) numbers_json(out, usage);
    out.end_object();
  }
  out.end_array();
  return out.finish();
}

}  // namespace oci::tools

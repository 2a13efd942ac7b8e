// oci-rt ps --execs: the programs that exec has started.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>

#include "runtime/cli/format.h"
#include "runtime/cli/json_writer.h"
#include "runtime/cli/output.h"
#include "runtime/cli/people_options.h"
#include "runtime/lifecycle/container.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"
#include "runtime/sys/proc.h"
#include "runtime/tools/commands.h"

namespace oci::tools {
namespace {

struct Process {
  pid_t pid = 0, parent = 0;
  pid_t inner = 0;  // in the pid namespace of the process
  uint32_t uid = 0;
  int64_t started = 0;  // seconds since the epoch
  std::vector<std::string> args;
};

// The last number of the line of a /proc/PID/status.
std::optional<int64_t> number_in(std::string_view status, std::string_view name) {
  const size_t at = status.find(cat("\n", name, ":\t"));
  if (at == status.npos) return std::nullopt;
  std::string_view line = status.substr(at + 1);
  line = line.substr(0, line.find('\n'));
  line.remove_prefix(line.find_last_of("\t ") + 1);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc() || end != line.data() + line.size()) return std::nullopt;
  return number;
}

int64_t start_of(uint64_t ticks) {
  timespec now = {}, up = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  ::clock_gettime(CLOCK_BOOTTIME, &up);
  return now.tv_sec - up.tv_sec + static_cast<int64_t>(ticks) / ::sysconf(_SC_CLK_TCK);
}

std::vector<std::string> words_of_cmdline(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\0'), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// Absent: it has ended meanwhile.
std::optional<Process> look_at(pid_t pid) {
  const std::string dir = cat("/proc/", pid, "/");
  const Result<std::string> status = sys::read_file_at(AT_FDCWD, cat(dir, "status"), 1 << 16);
  const Result<sys::ProcessStat> stat = sys::read_process_stat(pid);
  const Result<std::string> words = sys::read_file_at(AT_FDCWD, cat(dir, "cmdline"), 1 << 20);
  if (!status || !stat || stat.value().state == 'Z') return std::nullopt;
  Process process{.pid = pid};
  process.parent = static_cast<pid_t>(number_in(status.value(), "PPid").value_or(0));
  process.inner = static_cast<pid_t>(number_in(status.value(), "NSpid").value_or(pid));
  process.uid = static_cast<uint32_t>(number_in(status.value(), "Uid").value_or(0));
  process.started = start_of(stat.value().start_time);
  if (words) process.args = words_of_cmdline(words.value());
  return process;
}

// A program of exec has its parent outside the container. In a pid namespace that the container
// shares, so has a process that has lost its parent.
Result<std::vector<Process>> execs_of(const lifecycle::Context& context, const std::string& id) {
  const lifecycle::Container container =
      OCI_TRY(lifecycle::open_container(context, id, state::Lock::kNone));
  const std::vector<pid_t> members = OCI_TRY(lifecycle::processes(context, id));
  std::vector<Process> found;
  for (const pid_t pid : members) {
    if (pid == container.record.pid) continue;
    std::optional<Process> process = look_at(pid);
    if (!process || std::ranges::binary_search(members, process->parent)) continue;
    found.push_back(std::move(*process));
  }
  return found;
}

std::string json_of(const std::vector<Process>& all) {
  cli::JsonWriter out;
  out.begin_array();
  for (const Process& one : all) {
    out.begin_object();
    out.number("pid", one.pid);
    out.number("pidInContainer", one.inner);
    out.number("uid", one.uid);
    out.text("started", sys::utc_time(one.started));
    out.begin_array("args");
    for (const std::string& word : one.args)
      out.element(word);
    out.end_array();
    out.end_object();
  }
  out.end_array();
  return out.finish();
}

std::string table_of(const std::vector<Process>& all) {
  const auto cell = [](const std::string& text, size_t width) {
    return cat(text, std::string(width > text.size() ? width - text.size() : 1, ' '));
  };
  std::string table =
      cat(cell("PID", 10), cell("INSIDE", 10), cell("UID", 10), cell("STARTED", 22), "PROGRAM\n");
  for (const Process& one : all) {
    std::string words;
    for (const std::string& word : one.args)
      words += cat(words.empty() ? "" : " ", word);
    std::ranges::replace(words, '\n', ' ');  // a program may not add rows
    table += cat(cell(cat(one.pid), 10), cell(cat(one.inner), 10), cell(cat(one.uid), 10),
                 cell(sys::utc_time(one.started), 22), sys::printable(words), "\n");
  }
  return table;
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  OCI_TRY(cli::require_operands(cli::kPsSyntax, arguments.operands, 1, 1));
  const bool json_wanted = OCI_TRY(cli::wants_json(arguments));
  const std::vector<Process> all =
      OCI_TRY(execs_of(context, std::string(arguments.operands.front())));
  OCI_TRY(cli::print(json_wanted ? json_of(all) : table_of(all)));
  return 0;
}

}  // namespace

constinit const Command kPsCommand{.syntax = cli::kPsSyntax, .run = run};

}  // namespace oci::tools

#include "runtime/tools/exec_sessions.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <string_view>

#include "runtime/lifecycle/container.h"
#include "runtime/sys/file.h"
#include "runtime/sys/proc.h"

namespace oci::tools {
namespace {

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
std::optional<ExecSession> look_at(pid_t pid) {
  const std::string dir = cat("/proc/", pid, "/");
  const Result<std::string> status = sys::read_file_at(AT_FDCWD, cat(dir, "status"), 1 << 16);
  const Result<sys::ProcessStat> stat = sys::read_process_stat(pid);
  const Result<std::string> words = sys::read_file_at(AT_FDCWD, cat(dir, "cmdline"), 1 << 20);
  if (!status || !stat || stat.value().state == 'Z') return std::nullopt;
  ExecSession session{.pid = pid};
  session.parent = static_cast<pid_t>(number_in(status.value(), "PPid").value_or(0));
  session.inner = static_cast<pid_t>(number_in(status.value(), "NSpid").value_or(pid));
  session.uid = static_cast<uint32_t>(number_in(status.value(), "Uid").value_or(0));
  session.start_ticks = stat.value().start_time;
  session.started = start_of(session.start_ticks);
  if (words) session.args = words_of_cmdline(words.value());
  return session;
}

}  // namespace

// A program of exec has its parent outside the container. In a pid namespace that the container
// shares, so has a process that has lost its parent.
Result<std::vector<ExecSession>> exec_sessions(const lifecycle::Context& context,
                                               const std::string& id) {
  const lifecycle::Container container =
      OCI_TRY(lifecycle::open_container(context, id, state::Lock::kNone));
  const std::vector<pid_t> members = OCI_TRY(lifecycle::processes(context, id));
  std::vector<ExecSession> found;
  for (const pid_t pid : members) {
    if (pid == container.record.pid) continue;
    std::optional<ExecSession> session = look_at(pid);
    if (!session || std::ranges::binary_search(members, session->parent)) continue;
    found.push_back(std::move(*session));
  }
  return found;
}

}  // namespace oci::tools

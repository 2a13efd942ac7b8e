#include "runtime/lifecycle/memory_kill.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <charconv>
#include <cstdint>
#include <string_view>

#include "runtime/cgroup/layout.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"
#include "spec/error.h"

namespace oci::lifecycle {
namespace {

std::string content_of(const std::string& path) {
  constexpr size_t kLimit = 4096;
  Result<std::string> text = sys::read_file_at(AT_FDCWD, path, kLimit);
  return text ? std::move(text).value() : "";
}

// The line "oom_kill N" of memory.events.
uint64_t kills_in(std::string_view events) {
  constexpr std::string_view kName = "oom_kill ";
  size_t at = events.starts_with(kName) ? 0 : events.find("\noom_kill ");
  if (at == events.npos) return 0;
  at = events.find(kName, at) + kName.size();
  uint64_t number = 0;
  std::from_chars(events.data() + at, events.data() + events.size(), number);
  return number;
}

}  // namespace

void report_memory_kill(int wait_status, const std::string& cgroup_path) {
  if (!WIFSIGNALED(wait_status) || WTERMSIG(wait_status) != SIGKILL || cgroup_path.empty()) return;
  const Result<cgroup::Layout> layout = cgroup::find_layout();
  if (!layout) return;
  const std::string directory = cat(layout.value().mount_point, cgroup_path);
  const uint64_t kills = kills_in(content_of(cat(directory, "/memory.events")));
  if (kills == 0) return;
  std::string limit = content_of(cat(directory, "/memory.max"));
  while (limit.ends_with('\n'))
    limit.pop_back();
  const bool own = !limit.empty() && limit != "max";
  sys::log_failure(Error(
      ErrorKind::kProgram,
      cat("the program was killed by SIGKILL, and for memory the kernel has OOM-killed ", kills,
          kills == 1 ? " process" : " processes", " of the container: ",
          own ? cat("its limit is ", limit, " bytes; raise linux.resources.memory.limit")
              : std::string("it has no limit of its own, but a cgroup above it or the host has"))));
}

}  // namespace oci::lifecycle

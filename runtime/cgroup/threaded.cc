#include "runtime/cgroup/threaded.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <utility>

#include "runtime/cgroup/tree.h"
#include "runtime/sys/file.h"

namespace oci::cgroup {

Status make_threaded(int cgroup_fd) {
  std::vector<sys::UniqueFd> invalid;  // the lowest first
  sys::UniqueFd at = OCI_TRY(sys::open_at(cgroup_fd, ".", O_RDONLY | O_DIRECTORY));
  for (;;) {
    const Result<std::string> type = read_control(at.get(), "cgroup.type");  // the root has none
    if (!type || !type.value().starts_with("domain invalid")) break;
    sys::UniqueFd above = OCI_TRY(sys::open_at(at.get(), "..", O_RDONLY | O_DIRECTORY));
    invalid.push_back(std::exchange(at, std::move(above)));
  }
  if (invalid.empty()) {
    return Error(ErrorKind::kUnsupported, Property{"linux.cgroupsPath"},
                 "the cgroup takes no processes");
  }
  for (; !invalid.empty(); invalid.pop_back()) {
    OCI_TRY(sys::write_file_at(invalid.back().get(), "cgroup.type", "threaded")
                .during("make the cgroup threaded, as the one above it")
                .at({"linux.cgroupsPath"}));
  }
  return {};
}

Result<std::vector<pid_t>> processes_of_threads(int cgroup_fd) {
  constexpr size_t kLimit = 64U << 20;
  const sys::UniqueFd list = OCI_TRY(open_control(cgroup_fd, "cgroup.threads", O_RDONLY));
  const std::string text = OCI_TRY(sys::read_all(list.get(), "cgroup.threads", kLimit));
  std::vector<pid_t> pids;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    pid_t thread = 0;
    at = std::from_chars(at, end, thread).ptr + 1;
    // pidfd_open(2) accepts only the main thread of a process.
    const sys::UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, thread, 0)));
    if (process) pids.push_back(thread);
  }
  return pids;
}

}  // namespace oci::cgroup

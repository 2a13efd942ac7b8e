#include "runtime/explain/ended.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <vector>

#include "runtime/cgroup/layout.h"
#include "runtime/explain/paragraph.h"
#include "runtime/lifecycle/container.h"
#include "runtime/seccomp/blame.h"
#include "runtime/seccomp/names.h"
#include "runtime/state/record.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"
#include "runtime/sys/signals.h"
#include "runtime/sys/unique_fd.h"
#include "spec/load_config.h"
#include "spec/model/state.h"
#include "spec/parse/names.h"

namespace oci::explain {
namespace {

std::string content_of(const std::string& path) {
  constexpr size_t kLimit = size_t{1} << 16;
  Result<std::string> text = sys::read_file_at(AT_FDCWD, path, kLimit);
  if (!text) return "";
  std::string out = std::move(text).value();
  while (out.ends_with('\n'))
    out.pop_back();
  return out;
}

uint64_t number_of(std::string_view text, int base = 10) {
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

// "NAME N" as a line of a file of a cgroup.
uint64_t counter(const std::string& text, std::string_view name) {
  const std::string lines = cat("\n", text);
  const std::string wanted = cat("\n", name, " ");
  const size_t at = lines.find(wanted);
  return at == lines.npos ? 0 : number_of(std::string_view(lines).substr(at + wanted.size()));
}

// "KEY=" behind a blank.
std::string_view field(std::string_view line, std::string_view key) {
  const size_t at = line.find(cat(" ", key, "="));
  if (at == line.npos) return {};
  const std::string_view value = line.substr(at + key.size() + 2);
  return value.substr(0, value.find_first_of(" \n"));
}

// Only root may read it, and it forgets the oldest records.
std::optional<Blocked> last_block_of(uint64_t pid) {
  const sys::UniqueFd log(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  std::optional<Blocked> found;
  char record[8192];
  while (log) {
    const ssize_t size = ::read(log.get(), record, sizeof record);
    if (size < 0 && errno == EPIPE) continue;  // a record was overwritten meanwhile
    if (size <= 0) break;
    const auto one = blocked_in({record, static_cast<size_t>(size)});
    if (one && one->pid == pid) found = one;
  }
  return found;
}

std::string call_name(const Blocked& blocked) {
  const std::string_view name = seccomp::name_of_call(static_cast<uint32_t>(blocked.architecture),
                                                      static_cast<int64_t>(blocked.call));
  return name.empty() ? cat("the system call ", blocked.call) : cat(name, "(2)");
}

class Story {
 public:
  explicit Story(const lifecycle::Container& container)
      : container_(container), record_(container.record) {}

  std::string tell() {
    text_ = cat("container \"", record_.id, "\" is ",
                spec::name_of(spec::kStatusNames, container_.status), "\n\n");
    line("Bundle", record_.bundle);
    line("Created", record_.created);
    if (record_.pid != 0) line("Process", cat(record_.pid));
    if (const Result<cgroup::Layout> layout = cgroup::find_layout();
        layout && !record_.cgroup_path.empty()) {
      directory_ = cat(layout.value().mount_point, record_.cgroup_path);
      line("Cgroup", directory_);
    }
    text_ += '\n';
    using enum spec::ContainerStatus;
    switch (container_.status) {
      case kCreating:
        say(state::creator_alive(record_) ? "`create` is still at work."
                                          : "`create` was killed before it was done. oci-rt delete "
                                            "--force removes the rest.");
        break;
      case kCreated:
        say("Its program has not been executed yet: it waits for `oci-rt start`.");
        break;
      case kRunning:
        say("Its program runs.");
        break;
      case kPaused:
        say("Its processes are frozen. `oci-rt resume` lets them go on.");
        break;
      case kStopped:
        tell_end();
        break;
    }
    tell_limits();
    return std::move(text_);
  }

 private:
  void line(std::string_view name, const std::string& value) {
    std::string head = cat(name, ":");
    head.resize(10, ' ');
    text_ += cat(head, value, "\n");
  }
  void say(std::string_view sentence) { text_ += paragraph(sentence, 0); }

  void tell_end();
  void tell_filter(bool killed_by_it);
  void tell_limits();

  const lifecycle::Container& container_;
  const state::Record& record_;
  std::string directory_;
  std::string text_;
};

void Story::tell_end() {
  const auto status =
      exit_status_in(content_of(cat("/proc/", record_.pid, "/stat")), record_.start_time);
  if (!status) {
    say("Its program has ended. The kernel has given the exit code to the parent of the process, "
        "which is the engine, and keeps no copy.");
    tell_filter(false);
  } else if (WIFSIGNALED(*status)) {
    say(cat("Its program was killed by signal ", WTERMSIG(*status), " (",
            sys::signal_name(WTERMSIG(*status)), "); the exit code is ", 128 + WTERMSIG(*status),
            "."));
    tell_filter(WTERMSIG(*status) == SIGSYS);
  } else {
    say(cat("Its program ended with exit code ", WEXITSTATUS(*status), "."));
  }
}

// E_KILLED_BY_FILTER.
void Story::tell_filter(bool killed_by_it) {
  const auto blocked = last_block_of(static_cast<uint64_t>(record_.pid));
  if (!blocked && !killed_by_it) return;
  const Result<std::string> text = container_.dir.load_config();
  if (!text) return;
  const Result<spec::Config> config = spec::load_config(text.value(), "config.json");
  const bool has_filter = config && config.value().linux && config.value().linux->seccomp;
  std::string sentence = "E_KILLED_BY_FILTER: the seccomp filter killed it";
  if (blocked) sentence += cat(" for ", call_name(*blocked));
  if (has_filter) sentence += cat(", by ", seccomp::killers_of(*config.value().linux->seccomp));
  say(sentence + ".");
}

// E_KILLED_BY_MEMORY, and the other limits that the container has met.
void Story::tell_limits() {
  if (directory_.empty()) return;
  const uint64_t kills = counter(content_of(directory_ + "/memory.events"), "oom_kill");
  if (kills != 0) {
    say(cat("E_KILLED_BY_MEMORY: the kernel has killed ", kills,
            kills == 1 ? " process" : " processes", " of it for memory. memory.max is ",
            content_of(directory_ + "/memory.max"), " (linux.resources.memory.limit)."));
  }
  const uint64_t refused = counter(content_of(directory_ + "/pids.events"), "max");
  if (refused != 0) {
    say(cat("The limit on processes has refused a new one ", refused,
            refused == 1 ? " time" : " times", ". pids.max is ",
            content_of(directory_ + "/pids.max"), " (linux.resources.pids.limit)."));
  }
  const uint64_t throttled = counter(content_of(directory_ + "/cpu.stat"), "nr_throttled");
  if (throttled != 0) {
    say(cat("It had to wait for CPU time in ", throttled, " periods (linux.resources.cpu.quota)."));
  }
}

}  // namespace

std::optional<int> exit_status_in(std::string_view stat, uint64_t start_time) {
  const size_t name_end = stat.rfind(") ");
  if (name_end == stat.npos) return std::nullopt;
  std::vector<std::string_view> fields;  // from the third, proc_pid_stat(5)
  for (std::string_view rest = stat.substr(name_end + 2); !rest.empty();) {
    fields.push_back(rest.substr(0, rest.find_first_of(" \n")));
    rest.remove_prefix(std::min(fields.back().size() + 1, rest.size()));
  }
  constexpr size_t kState = 3 - 3, kStart = 22 - 3, kExit = 52 - 3;
  if (fields.size() <= kExit || fields[kState] != "Z" || number_of(fields[kStart]) != start_time)
    return std::nullopt;
  return static_cast<int>(number_of(fields[kExit]));
}

std::optional<Blocked> blocked_in(std::string_view line) {
  if (line.find("type=1326 ") == line.npos) return std::nullopt;
  Blocked found;
  found.pid = number_of(field(line, "pid"));
  found.signal = number_of(field(line, "sig"));
  found.architecture = number_of(field(line, "arch"), 16);
  found.call = number_of(field(line, "syscall"));
  if (found.signal != SIGSYS) return std::nullopt;
  return found;
}

Result<std::string> container_text(const lifecycle::Context& context, const std::string& id) {
  const lifecycle::Container container =
      OCI_TRY(lifecycle::open_container(context, id, state::Lock::kNone));
  return sys::printable(Story(container).tell());
}

}  // namespace oci::explain

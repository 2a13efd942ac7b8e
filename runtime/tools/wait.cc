// oci-rt wait
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>

#include "runtime/cli/duration.h"
#include "runtime/cli/json_writer.h"
#include "runtime/cli/output.h"
#include "runtime/cli/people_options.h"
#include "runtime/lifecycle/container.h"
#include "runtime/sys/file.h"
#include "runtime/sys/pidfd.h"
#include "runtime/sys/proc.h"
#include "runtime/sys/signals.h"
#include "runtime/tools/commands.h"

namespace oci::tools {
namespace {

// linux/pidfd.h since 6.13. The exit code is there since 6.15, once the process is reaped.
struct PidfdInfo {
  uint64_t mask = 0, cgroup = 0;
  uint32_t pid = 0, tgid = 0, ppid = 0;
  uint32_t ids[8] = {};
  int32_t exit_code = 0;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr uint64_t kInfoExit = 1 << 3;

struct Waiting {
  std::string id;
  pid_t pid = 0;
  uint64_t start_time = 0;
  std::optional<sys::Pidfd> init;  // absent: it was reaped before
  bool ended = false;
  std::optional<int> status;  // as of waitpid(2)
};

// proc_pid_stat(5): the last field is the exit code of a zombie.
std::optional<int> code_of_zombie(const Waiting& one) {
  const Result<std::string> text =
      sys::read_file_at(AT_FDCWD, cat("/proc/", one.pid, "/stat"), 4096);
  if (!text) return std::nullopt;
  const Result<sys::ProcessStat> stat = sys::parse_process_stat(text.value());
  std::string_view last = text.value();
  while (last.ends_with('\n'))
    last.remove_suffix(1);
  last.remove_prefix(last.rfind(' ') + 1);
  int code = 0;
  const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), code);
  if (!stat || stat.value().start_time != one.start_time) return std::nullopt;
  if (stat.value().state != 'Z' || error != std::errc()) return std::nullopt;
  return code;
}

std::optional<int> code_of_reaped(const Waiting& one) {
  PidfdInfo info;
  info.mask = kInfoExit;
  if (::ioctl(one.init->fd(), _IOWR(0xFF, 11, PidfdInfo), &info) != 0) return std::nullopt;
  return (info.mask & kInfoExit) != 0 ? std::optional<int>(info.exit_code) : std::nullopt;
}

// Absent: it is a zombie that this caller may not inspect, or the kernel is older. Its parent may
// reap it between the two looks.
std::optional<int> exit_status(const Waiting& one) {
  if (const std::optional<int> code = code_of_zombie(one)) return code;
  return code_of_reaped(one);
}

Result<Waiting> open(const lifecycle::Context& context, std::string id) {
  const lifecycle::Container container =
      OCI_TRY(lifecycle::open_container(context, id, state::Lock::kNone));
  if (container.status == spec::ContainerStatus::kCreating) {
    return Error(ErrorKind::kWrongState,
                 cat("container \"", id, "\": it is still being created; wait for create first"));
  }
  Waiting one{
      .id = std::move(id), .pid = container.record.pid, .start_time = container.record.start_time};
  one.init = OCI_TRY(sys::Pidfd::open(container.record.pid, container.record.start_time));
  one.ended = !one.init;
  return one;
}

std::string line_of(const Waiting& one) {
  if (!one.status) return cat(one.id, " unknown\n");
  const int status = *one.status;
  return cat(one.id, " ", WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), "\n");
}

std::string json_of(const std::vector<Waiting>& all) {
  cli::JsonWriter out;
  out.begin_array();
  for (const Waiting& one : all) {
    out.begin_object();
    out.text("id", one.id);
    if (!one.status) {
      out.null("exitCode");
    } else if (WIFSIGNALED(*one.status)) {
      out.number("exitCode", 128 + WTERMSIG(*one.status));
      out.text("signal", sys::signal_name(WTERMSIG(*one.status)));
    } else {
      out.number("exitCode", WEXITSTATUS(*one.status));
    }
    out.end_object();
  }
  out.end_array();
  return out.finish();
}

// Waits until one more has ended.
Result<size_t> wait_for_next(std::vector<Waiting>& all, std::optional<sys::Deadline> deadline) {
  std::vector<pollfd> polled;
  polled.reserve(all.size());
  for (const Waiting& one : all)
    polled.push_back({one.ended ? -1 : one.init->fd(), POLLIN, 0});
  const int ready =
      ::poll(polled.data(), polled.size(), deadline ? sys::poll_timeout(*deadline) : -1);
  if (ready < 0 && errno != EINTR) return Error::system(errno, "wait for containers");
  for (size_t i = 0; i < all.size(); ++i)
    if (ready > 0 && polled[i].fd >= 0 && polled[i].revents != 0) return i;
  if (!deadline || sys::poll_timeout(*deadline) > 0) return wait_for_next(all, deadline);
  std::string names;
  for (const Waiting& one : all)
    if (!one.ended) names += cat(names.empty() ? "" : ", ", one.id);
  return Error(ErrorKind::kBusy, cat("option --timeout: still running: ", names));
}

Result<int> run(const lifecycle::Context& context, const Arguments& arguments) {
  std::optional<sys::Deadline> deadline;
  if (const std::string_view text = arguments.value("timeout"); !text.empty()) {
    deadline = std::chrono::steady_clock::now() + OCI_TRY(cli::parse_duration("timeout", text));
  }
  const bool as_json = arguments.flag("json");
  std::vector<Waiting> all;
  for (const std::string_view id : arguments.operands)
    all.push_back(OCI_TRY(open(context, std::string(id))));
  size_t left = all.size();
  for (const Waiting& one : all) {
    left -= one.ended ? 1 : 0;
    if (one.ended && !as_json) OCI_TRY(cli::print(line_of(one)));
  }
  for (; left > 0; --left) {
    Waiting& one = all[OCI_TRY(wait_for_next(all, deadline))];
    one.ended = true;
    one.status = exit_status(one);
    if (!as_json) OCI_TRY(cli::print(line_of(one)));
  }
  if (as_json) OCI_TRY(cli::print(json_of(all)));
  return 0;
}

}  // namespace

constinit const Command kWaitCommand{.syntax = cli::kWaitSyntax, .run = run};

}  // namespace oci::tools

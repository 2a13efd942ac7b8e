// `events`: reports the resource usage of a container and its OOM kills.
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "runtime/cgroup/join.h"
#include "runtime/cgroup/layout.h"
#include "runtime/cgroup/watch.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/event_json.h"
#include "runtime/lifecycle/members.h"
#include "runtime/plan/plan.h"
#include "runtime/resctrl/stats.h"
#include "runtime/sys/deadline.h"
#include "runtime/sys/log.h"
#include "runtime/sys/pidfd.h"
#include "spec/load_config.h"
#include "spec/model/config.h"

namespace oci::lifecycle {
namespace {

using Clock = std::chrono::steady_clock;

// The resctrl class of a container. Both are absent without linux.intelRdt.
struct Class {
  std::optional<resctrl::Tree> tree;
  std::optional<wire::ResctrlGroup> group;
};

Result<Class> class_of(const Container& container) {
  const std::string text = OCI_TRY(container.dir.load_config());
  const spec::Config config = OCI_TRY(spec::load_config(text, "the container's config.json"));
  if (!config.linux || !config.linux->intel_rdt) return Class{};
  return Class{OCI_TRY(resctrl::open_tree()),
               plan::resctrl_group(*config.linux->intel_rdt, container.record.id)};
}

// The cgroup that counts the usage: the container's own, or the one that something on the host
// moved its init to. The latter may hold other processes.
struct Counted {
  cgroup::Watch watch;
  bool is_others = false;
};

Result<Counted> counted(const Container& container) {
  const state::Record& record = container.record;
  const cgroup::Layout layout = OCI_TRY(cgroup::find_layout());
  if (!OCI_TRY(has_left_its_cgroup(record, container.status))) {
    return Counted{OCI_TRY(cgroup::Watch::open(layout, record.cgroup_path))};
  }
  const std::string now = OCI_TRY(cgroup::cgroup_of(record.pid));
  if (now.empty()) return init_moved_error(record, "count its usage");
  return Counted{OCI_TRY(cgroup::Watch::open(layout, now)), true};
}

class Reporter {
 public:
  Reporter(const EventsOptions& options, Counted counted, Class rdt, sys::Pidfd init)
      : options_(options),
        watch_(std::move(counted.watch)),
        is_others_(counted.is_others),
        rdt_(std::move(rdt)),
        init_(std::move(init)) {}

  Status stats() {
    const cgroup::Stats counted = OCI_TRY(watch_.stats());
    if (!rdt_.group) return say(stats_event(options_.id, counted, nullptr));
    const resctrl::Stats rdt = OCI_TRY(resctrl::read_stats(*rdt_.tree, *rdt_.group));
    return say(stats_event(options_.id, counted, &rdt));
  }

  // Until the container has ended, or the reader has closed the output.
  Status follow();

 private:
  enum class Woken { kTimeout, kEvent, kReaderGone };

  Status say(const std::string& line) { return options_.say(line); }
  Result<Woken> wait(sys::Deadline deadline);
  Result<bool> ended();

  const EventsOptions& options_;
  cgroup::Watch watch_;
  const bool is_others_;
  Class rdt_;
  sys::Pidfd init_;
  bool init_ended_ = false;
};

// kReaderGone: the reader closed the output.
Result<Reporter::Woken> Reporter::wait(sys::Deadline deadline) {
  const auto [cgroup_events, memory_events] = watch_.wanted();
  // After init has exited its pidfd is always ready, but others may live on in the cgroup.
  pollfd polled[] = {cgroup_events,
                     memory_events,
                     {.fd = init_ended_ ? -1 : init_.fd(), .events = POLLIN, .revents = 0},
                     {.fd = options_.output, .events = 0, .revents = 0}};
  const int ready = ::poll(polled, std::size(polled), sys::poll_timeout(deadline));
  if (ready < 0 && errno != EINTR) return Error::system(errno, "wait for events");
  if (ready <= 0) return Woken::kTimeout;
  if (polled[3].revents != 0) return Woken::kReaderGone;
  init_ended_ = init_ended_ || polled[2].revents != 0;
  return Woken::kEvent;
}

// As runc: when the cgroup is empty, whether or not init has exited.
Result<bool> Reporter::ended() {
  if (is_others_) return init_ended_;
  return !OCI_TRY(watch_.populated());
}

Status Reporter::follow() {
  sys::Deadline next = Clock::now() + options_.interval;
  while (!OCI_TRY(ended())) {
    const Woken woken = OCI_TRY(wait(next));
    if (woken == Woken::kReaderGone) return {};
    // Report the OOM kill first: init may be the process that was killed.
    if (watch_.new_oom_kills() > 0) OCI_TRY(say(oom_event(options_.id)));
    if (Clock::now() < next) continue;
    const Status told = stats();
    if (!told && told.error().kind() == ErrorKind::kNotFound) return {};
    if (!told) return told.error();
    // A slow reader misses reports instead of getting them late all at once.
    next += ((Clock::now() - next) / options_.interval + 1) * options_.interval;
  }
  return {};
}

Result<Reporter> open_reporter(const Context& context, const EventsOptions& options) {
  const Container container = OCI_TRY(open_container(context, options.id, state::Lock::kNone));
  // The message of runc.
  const Error stopped(ErrorKind::kWrongState,
                      cat("container with id ", options.id, " is not running"));
  using enum spec::ContainerStatus;
  if (container.status == kStopped || container.status == kCreating) return stopped;
  const state::Record& record = container.record;
  if (record.cgroup_path.empty()) {
    return Error(ErrorKind::kUnsupported,
                 cat("container \"", options.id,
                     "\": has no cgroup that counts its usage; create it with a cgroup"));
  }
  std::optional<sys::Pidfd> init = OCI_TRY(sys::Pidfd::open(record.pid, record.start_time));
  Result<Counted> found = counted(container);
  if (!init || (!found && found.error().kind() == ErrorKind::kNotFound)) return stopped;
  return Reporter(options, OCI_TRY(std::move(found)), OCI_TRY(class_of(container)),
                  std::move(*init));
}

}  // namespace

Status events(const Context& context, const EventsOptions& options) {
  Reporter reporter = OCI_TRY(open_reporter(context, options));
  if (options.once) return reporter.stats();
  sys::log_success();
  Status told = reporter.follow();
  // The reader closed the output between poll(2) and write(2): end without an error, as in
  // follow().
  if (!told && told.error().sys_errno() == EPIPE) return {};
  return told;
}

}  // namespace oci::lifecycle

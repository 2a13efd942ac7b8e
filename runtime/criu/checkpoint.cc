// `checkpoint`: CRIU writes the images of a container.
//
// CRIU goes on if this process is killed. At its next notification it then finds no listener, and
// undoes its work: the container runs. After the last notification it ends the processes, and the
// images are complete.
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "runtime/cgroup/layout.h"
#include "runtime/criu/images.h"
#include "runtime/criu/mounts.h"
#include "runtime/criu/namespaces.h"
#include "runtime/criu/session.h"
#include "runtime/criu/streams.h"
#include "runtime/criu/verbs.h"
#include "runtime/lifecycle/container.h"
#include "runtime/lifecycle/destroy.h"
#include "runtime/lifecycle/transitions.h"
#include "runtime/sys/file.h"
#include "runtime/sys/inherited.h"
#include "runtime/sys/log.h"
#include "runtime/sys/signals.h"
#include "spec/load_config.h"

namespace oci::criu {
namespace {

constexpr char kLog[] = "dump.log";
constexpr size_t kLongestTable = size_t{16} << 20;

Status check_parent(const std::string& parent, int images) {
  if (parent.empty()) return {};
  if (parent.starts_with('/')) {
    return Error(ErrorKind::kUsage,
                 cat("option --parent-path: must be relative to the images, found '", parent, "'"));
  }
  const sys::UniqueFd directory(::openat(images, parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (directory) return {};
  return Error::system(errno, cat("option --parent-path: '", parent, "'"));
}

Status check_status_fd(const CheckpointOptions& options) {
  if (!options.status_fd) return {};
  const std::vector<int>& given = sys::inherited_descriptors();
  const int flags = ::fcntl(*options.status_fd, F_GETFL);
  if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY &&
      std::ranges::find(given, *options.status_fd) != given.end()) {
    return {};
  }
  return Error(ErrorKind::kUsage,
               cat("option --status-fd: ", *options.status_fd, " is not open for writing"));
}

// Where the kernel has processes of the container in cgroups below its own, CRIU must write these
// down. Otherwise it has nothing to do: `restore` makes the cgroup.
bool has_cgroups_below(const std::string& path) {
  struct stat info = {};
  // Without an entry below, a directory of cgroup2 has two links: itself, and that of its parent.
  return ::stat(path.c_str(), &info) == 0 && info.st_nlink > 2;
}

Status check_can_be_dumped(const state::Record& record) {
  if (record.listener_path.empty()) return {};
  return Error(ErrorKind::kUnsupported, Property{"linux.seccomp.listenerPath"},
               "CRIU cannot save the connection to a seccomp agent");
}

// One checkpoint of a running container.
class Dump {
 public:
  Dump(const CheckpointOptions& options, lifecycle::Container& container)
      : options_(options), container_(container) {}

  // Everything up to here changes nothing but the directories of the caller.
  Status prepare();
  Status run(sys::SignalStream& signals);

 private:
  Status find_mounts();
  Status find_cgroup();
  Status take(const Response& notified);
  void tell_ready();

  const CheckpointOptions& options_;
  lifecycle::Container& container_;
  Program program_;
  Directories directories_;
  spec::Config config_;
  Options request_;
  std::vector<std::string> streams_;
};

Status Dump::prepare() {
  OCI_TRY(check_can_be_dumped(container_.record));
  program_ = OCI_TRY(find_program());
  OCI_TRY(check_status_fd(options_));
  OCI_TRY(check_features(program_,
                         {.mem_track = options_.pre_dump || !options_.parent_path.empty(),
                          .lazy_pages = options_.lazy_pages},
                         options_.pre_dump ? "pre-dump" : "parent-path"));
  directories_ = OCI_TRY(open_directories(options_, true));
  OCI_TRY(check_parent(options_.parent_path, directories_.images.get()));
  const std::string text = OCI_TRY(container_.dir.load_config());
  config_ = OCI_TRY(spec::load_config(text, "the container's config.json"));
  OCI_TRY(check_keeps(program_, config_));
  request_ = common_options(options_, directories_, config_, kLog);
  request_.pid = container_.record.pid;
  request_.root = container_.record.rootfs;
  request_.leave_running = options_.leave_running;
  request_.parent_images = options_.parent_path;
  request_.track_mem = options_.pre_dump || !options_.parent_path.empty();
  request_.page_server = options_.page_server;
  if (is_network_empty(config_, options_.empty_network)) request_.empty_namespaces = CLONE_NEWNET;
  request_.external = OCI_TRY(external_namespaces(container_.record.pid, config_));
  OCI_TRY(find_cgroup());
  return find_mounts();
}

Status Dump::find_cgroup() {
  const std::string& path = container_.record.cgroup_path;
  if (!request_.cgroup_mode) request_.cgroup_mode = CgroupMode::kIgnore;
  if (path.empty()) return {};
  const std::string directory = cat(OCI_TRY(cgroup::find_layout()).mount_point, path);
  request_.freeze_cgroup = directory;
  if (!options_.cgroup_mode && (has_cgroups_below(directory) || owns_cgroup_namespace(config_))) {
    request_.cgroup_mode = CgroupMode::kSoft;
  }
  return {};
}

Status Dump::find_mounts() {
  const pid_t pid = container_.record.pid;
  const std::string inside =
      OCI_TRY(sys::read_file_at(AT_FDCWD, cat("/proc/", pid, "/mountinfo"), kLongestTable));
  const std::string outside =
      OCI_TRY(sys::read_file_at(AT_FDCWD, "/proc/self/mountinfo", kLongestTable));
  const std::vector<MountLine> mounts = parse_mountinfo(inside);
  request_.external_mounts = external_mounts(mounts, parse_mountinfo(outside), config_);
  streams_ = OCI_TRY(streams_of(pid, mounts));
  for (const std::string& name : streams_)
    if (is_external(name)) request_.external.push_back(name);
  return {};
}

void Dump::tell_ready() {
  if (!options_.status_fd) return;
  if (::write(*options_.status_fd, "", 1) != 1) {
    sys::log_warning(
        cat("option --status-fd: write to ", *options_.status_fd, ": ", reason_of(errno)));
  }
  ::close(*options_.status_fd);
}

Status Dump::take(const Response& notified) {
  sys::log_stage("checkpoint: CRIU is at ", notified.script);
  if (notified.script == "status-ready") tell_ready();
  return {};
}

Status Dump::run(sys::SignalStream& signals) {
  const int images = directories_.images.get();
  if (!options_.pre_dump) {
    // An older checkpoint in this directory is about to be overwritten.
    if (::unlinkat(images, kInventory, 0) != 0 && errno != ENOENT) {
      return Error::system(errno, cat("remove '", directories_.image_path, "/", kInventory, "'"));
    }
    const sys::UniqueFd file =
        OCI_TRY(sys::open_at(images, kStreamsFile, O_WRONLY | O_CREAT | O_TRUNC, 0600));
    OCI_TRY(sys::write_all(file.get(), streams_json(streams_), kStreamsFile));
    ::unlinkat(images, kCgroupsFile, 0);
    if (request_.cgroup_mode != CgroupMode::kIgnore) {
      (void)OCI_TRY(sys::open_at(images, kCgroupsFile, O_WRONLY | O_CREAT, 0600));
    }
  }
  // A server of memory waits for its client without a notification that could stop it.
  Swrk criu = OCI_TRY(Swrk::start({.program = program_.path,
                                   .silent = true,
                                   .dies_with_caller = options_.lazy_pages,
                                   .killed_by_signals = options_.lazy_pages},
                                  &signals)
                          .during("criu"));
  const std::string log = directories_.log(kLog);
  const Result<Response> answer = criu.ask(
      {.type = options_.pre_dump ? Type::kPreDump : Type::kDump, .options = &request_},
      [this](const Response& notified, const sys::UniqueFd&) { return take(notified); }, &signals);
  criu.finish();
  if (answer && answer.value().success) return {};
  // With --lazy-pages it is there before the memory.
  if (!options_.pre_dump) ::unlinkat(images, kInventory, 0);
  return answer ? failure_of(answer.value(), log) : with_log(answer.error(), log);
}

}  // namespace

Status checkpoint(const lifecycle::Context& context, const CheckpointOptions& options) {
  lifecycle::Container container =
      OCI_TRY(lifecycle::open_container(context, options.id, state::Lock::kExclusive));
  OCI_TRY(lifecycle::check_transition(lifecycle::Verb::kCheckpoint, container.status, options.id));
  sys::SignalStream signals = OCI_TRY(sys::SignalStream::open());
  Dump dump(options, container);
  OCI_TRY(dump.prepare());
  OCI_TRY(dump.run(signals));
  if (options.leave_running || options.pre_dump) return {};
  return lifecycle::destroy(container.dir, container.record);
}

}  // namespace oci::criu

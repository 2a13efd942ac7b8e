// Mounts, files of the host, policies of the kernel, grants and controllers.
#include <fcntl.h>
#include <linux/mempolicy.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "runtime/cgroup/controllers.h"
#include "runtime/explain/look.h"
#include "runtime/launch/failure.h"
#include "runtime/launch/id_maps.h"
#include "runtime/launch/scheduling.h"
#include "runtime/plan/mount_options.h"
#include "runtime/plan/namespaces.h"
#include "runtime/plan/paths.h"
#include "runtime/seccomp/compile.h"
#include "runtime/sys/file.h"
#include "runtime/sys/program.h"
#include "runtime/wire/message.h"
#include "spec/number_list.h"

namespace oci::explain {
namespace {

using spec::child_path;
using wire::Subject;

Error reported(Subject subject, size_t index, int error, std::string_view what,
               std::string_view note = "") {
  wire::Message message;
  message.type = wire::Type::kFailed;
  message.subject = subject;
  message.index = static_cast<uint16_t>(std::min<size_t>(index, wire::kNoIndex));
  message.sys_errno = error;
  const std::string text = cat("mount\n", what, "\n", note);
  message.length = static_cast<uint16_t>(std::min(text.size(), sizeof message.text));
  std::memcpy(message.text, text.data(), message.length);
  return launch::init_failure(message);
}

// "nodev\ttmpfs" and "\text4", a line each: proc_filesystems(5).
bool kernel_lists(std::string_view filesystems, std::string_view type) {
  const std::string line = cat("\t", type, "\n");
  return filesystems.find(line) != filesystems.npos;
}

// Whether the kernel could load a module for it: modprobe(8) looks for the alias fs-NAME.
bool has_module(std::string_view type) {
  struct utsname kernel = {};
  if (::uname(&kernel) != 0) return true;
  constexpr size_t kLimit = size_t{64} << 20;
  const std::string directory = cat("/lib/modules/", kernel.release, "/");
  const Result<std::string> aliases =
      sys::read_file_at(AT_FDCWD, cat(directory, "modules.alias"), kLimit);
  return aliases && aliases.value().find(cat("alias fs-", type, " ")) != std::string::npos;
}

void look_at_type(const spec::Mount& mount, size_t i, spec::Diagnostics& problems) {
  const std::string type = mount.type.value_or("");
  // cgroup stands for the version that the host has. Fuse has subtypes.
  if (type.empty() || type == "cgroup" || type == "bind" || type == "rbind" ||
      type.find('.') != std::string::npos)
    return;
  const Result<std::string> known =
      sys::read_file_at(AT_FDCWD, "/proc/filesystems", size_t{1} << 20);
  if (!known || kernel_lists(known.value(), type) || has_module(type)) return;
  add_error(reported(Subject::kMountSource, i, ENODEV, type), problems);
}

// A directory goes on a directory, and anything else on a file.
void look_at_target(const spec::Mount& mount, size_t i, const std::string& source,
                    const RootView& root, spec::Diagnostics& problems) {
  const std::string target = plan::clean_in_root(mount.destination);
  struct stat from = {}, to = {};
  if (::stat(source.c_str(), &from) != 0 || root.is_covered(target, i)) return;
  const sys::UniqueFd place = root.open(target);
  if (!place || ::fstat(place.get(), &to) != 0 || S_ISDIR(from.st_mode) == S_ISDIR(to.st_mode))
    return;
  const int error = S_ISDIR(from.st_mode) ? ENOTDIR : EISDIR;
  add_error(reported(Subject::kMountTarget, i, error, target, source), problems);
}

void look_at_namespaces(const spec::Config& config, spec::Diagnostics& problems) {
  const auto& namespaces = config.linux->namespaces;
  for (size_t i = 0; i < namespaces.size(); ++i) {
    if (!namespaces[i].path) continue;
    const sys::UniqueFd file(
        ::open(namespaces[i].path->c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) continue;
    const int type = ::ioctl(file.get(), NS_GET_NSTYPE);
    if (type >= 0 && static_cast<uint32_t>(type) == plan::flag_of(namespaces[i].type)) continue;
    problems.add(child_path(child_path("linux.namespaces", i), "path"),
                 cat("'", *namespaces[i].path, "' is not a namespace of this type"),
                 Code::kNamespace);
  }
}

void look_at_hooks(const std::vector<spec::Hook>& hooks, std::string_view list,
                   spec::Diagnostics& problems) {
  for (size_t i = 0; i < hooks.size(); ++i) {
    struct stat facts = {};
    if (::stat(hooks[i].path.c_str(), &facts) != 0 || sys::is_program(hooks[i].path)) continue;
    problems.add(child_path(child_path(list, i), "path"),
                 cat("'", hooks[i].path, "': ",
                     S_ISREG(facts.st_mode) ? "the file is not executable"
                                            : "expected a program, found no regular file"),
                 Code::kHookPath);
  }
}

// Runs `action` in a child, whose settings end with it. Returns the text of its error.
template <class Action>
std::string tried(Action action) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return "";
  const sys::UniqueFd reader(ends[0]);
  sys::UniqueFd writer(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);  // ioprio_set(2) is about the process group
    const Status done = action();
    if (!done) (void)sys::write_all(writer.get(), done.error().message(), "pipe");
    ::_exit(0);
  }
  writer.reset();
  if (child < 0) return "";
  const Result<std::string> said = sys::read_all(reader.get(), "pipe", 4096);
  int status = 0;
  ::waitpid(child, &status, 0);
  return said ? said.value() : "";
}

template <class Action>
void try_on_child(Action action, spec::Diagnostics& problems) {
  const std::string said = tried(action);
  if (!said.empty()) add_error(Error(ErrorKind::kUnsupported, said), problems);
}

Status set_memory_policy(const spec::MemoryPolicy& policy) {
  const auto nodes = spec::parse_number_list(policy.nodes, spec::kMostNodes);
  if (!nodes) return {};
  // The kernel uses one bit less than the given number: set_mempolicy(2), BUGS.
  const uint64_t bits = nodes->empty() ? 0 : nodes->size() * 64 + 1;
  const long rc = ::syscall(SYS_set_mempolicy, static_cast<unsigned>(policy.mode) | policy.flags,
                            nodes->empty() ? nullptr : nodes->data(), bits);
  if (rc == 0) return {};
  if (errno != EINVAL) return Error::system(errno, Property{"linux.memoryPolicy"}, "set it");
  return Error(ErrorKind::kUnsupported, Property{"linux.memoryPolicy"},
               "the kernel rejects this mode with these flags and nodes; nodes must have memory "
               "and be allowed by linux.resources.cpu.mems");
}

}  // namespace

void look_at_mounts(const spec::Config& config, std::string_view bundle, const RootView& root,
                    spec::Diagnostics& problems) {
  for (size_t i = 0; i < config.mounts.size(); ++i) {
    const spec::Mount& mount = config.mounts[i];
    const plan::MountOptions options =
        plan::fold_mount_options(mount.options, mount.type.value_or(""));
    if (options.remount) continue;
    if (!options.bind) {
      look_at_type(mount, i, problems);
    } else if (root && mount.source && !options.copy_symlink && !options.source_nofollow) {
      look_at_target(mount, i, plan::on_host(bundle, *mount.source), root, problems);
    }
  }
}

void look_at_files(const spec::Config& config, spec::Diagnostics& problems) {
  look_at_namespaces(config, problems);
  look_at_hooks(config.hooks.prestart, "hooks.prestart", problems);
  look_at_hooks(config.hooks.create_runtime, "hooks.createRuntime", problems);
  look_at_hooks(config.hooks.create_container, "hooks.createContainer", problems);
  look_at_hooks(config.hooks.poststart, "hooks.poststart", problems);
  look_at_hooks(config.hooks.poststop, "hooks.poststop", problems);
}

void look_at_kernel(const spec::Config& config, spec::Diagnostics& problems) {
  if (config.process) {
    const spec::Process& process = *config.process;
    if (process.scheduler) {
      try_on_child([&] { return launch::set_scheduler(0, *process.scheduler); }, problems);
    }
    if (process.io_priority) {
      try_on_child([&] { return launch::set_io_priority(0, *process.io_priority); }, problems);
    }
  }
  if (config.linux->memory_policy) {
    try_on_child([&] { return set_memory_policy(*config.linux->memory_policy); }, problems);
  }
  if (!config.linux->seccomp) return;
  const auto filter = seccomp::compile(*config.linux->seccomp, seccomp::Warnings::kSkip);
  if (!filter) add_error(filter.error(), problems);
}

void look_at_plan(const lifecycle::Prepared& prepared, spec::Diagnostics& problems) {
  const wire::LaunchPlan& plan = prepared.plan;
  if (const Status maps = launch::check_id_maps({plan.uid_mappings, plan.gid_mappings}); !maps) {
    add_error(maps.error(), problems);
  }
  if (!prepared.cgroup) return;
  const std::vector<cgroup::Write> writes = prepared.cgroup->writes.all();
  if (const Status there = cgroup::check_controllers(prepared.cgroup->layout, writes); !there) {
    add_error(there.error(), problems);
  }
}

}  // namespace oci::explain

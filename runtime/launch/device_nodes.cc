#include "runtime/launch/device_nodes.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>

#include "runtime/sys/log.h"

namespace oci::launch {
namespace {

constexpr int kNotMade = -1;

// Lives in the memory of the runtime, which waits meanwhile.
struct Work {
  int filesystem;
  const std::vector<wire::DeviceNode>* nodes;
  std::vector<std::string> names;  // names of the nodes in the filesystem
  std::vector<int> mounts;         // kNotMade, or a descriptor
};

int make_node(int filesystem, const wire::DeviceNode& node, const char* name) {
  if (!node.uid || !node.gid) return kNotMade;
  if (::mknodat(filesystem, name, node.mode, makedev(node.major, node.minor)) < 0 ||
      ::fchownat(filesystem, name, *node.uid, *node.gid, AT_SYMLINK_NOFOLLOW) < 0) {
    return kNotMade;
  }
  return ::open_tree(filesystem, name, unsigned{OPEN_TREE_CLONE} | OPEN_TREE_CLOEXEC);
}

// Before Linux 6.15, open_tree(2) copies part of a mount only if the mount is attached in the
// caller's mount namespace. So this process gets a namespace of its own. It shares the descriptors.
int make_all(void* argument) {
  Work& work = *static_cast<Work*>(argument);
  ::umask(0);
  if (::unshare(CLONE_NEWNS) < 0 ||
      ::mount(nullptr, "/", nullptr, unsigned{MS_REC} | MS_PRIVATE, nullptr) < 0 ||
      ::move_mount(work.filesystem, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0) {
    return 1;
  }
  for (size_t i = 0; i < work.nodes->size(); ++i)
    work.mounts[i] = make_node(work.filesystem, (*work.nodes)[i], work.names[i].c_str());
  return 0;
}

sys::UniqueFd make_filesystem() {
  const sys::UniqueFd context(::fsopen("tmpfs", FSOPEN_CLOEXEC));
  if (!context || ::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0) {
    return {};
  }
  return sys::UniqueFd(::fsmount(context.get(), FSMOUNT_CLOEXEC, 0));
}

void run(Work& work) {
  constexpr size_t kStack = size_t{64} << 10;
  const auto stack = std::make_unique<char[]>(kStack);
  const int flags = CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD;
  const pid_t pid = ::clone(make_all, stack.get() + kStack, flags, &work);
  while (pid > 0 && ::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Compares with the mode and owner that the program will see.
void warn_of_hosts(const wire::DeviceNode& node) {
  struct stat found = {};
  if (::stat(node.path.c_str(), &found) < 0) return;  // init reports it
  if (!node.owner_matters && (found.st_mode & 07777) == (node.mode & 07777)) return;
  sys::log_warning(cat("linux.devices[", node.index, "] ('", node.path,
                       "'): is bound from the host, because no device can be created in this user "
                       "namespace; its mode and owner are the host's"));
}

}  // namespace

Status make_device_nodes(wire::LaunchPlan& plan, std::vector<sys::UniqueFd>& opened) {
  const std::vector<wire::DeviceNode>& nodes = plan.device_nodes;
  if (nodes.empty()) return {};
  Work work{.filesystem = -1, .nodes = &nodes, .names = {}, .mounts = {}};
  for (size_t i = 0; i < nodes.size(); ++i)
    work.names.push_back(std::to_string(i));
  work.mounts.assign(nodes.size(), kNotMade);
  sys::UniqueFd filesystem;
  const bool wanted =
      std::ranges::any_of(nodes, [](const wire::DeviceNode& node) { return node.uid && node.gid; });
  if (wanted) filesystem = make_filesystem();
  work.filesystem = filesystem.get();
  if (filesystem) run(work);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (work.mounts[i] == kNotMade) {
      warn_of_hosts(nodes[i]);
      continue;
    }
    opened.emplace_back(work.mounts[i]);
    plan.set_fd(nodes[i].fd_offset, work.mounts[i]);
  }
  return {};
}

}  // namespace oci::launch

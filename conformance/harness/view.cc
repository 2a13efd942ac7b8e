#include "conformance/harness/view.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "conformance/harness/facts.h"
#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

constexpr char kCgroup[] = "/sys/fs/cgroup";

void check(int result, const std::string& what) {
  if (result != 0) throw std::runtime_error(what + ": " + std::strerror(errno));
}

struct Layout {
  std::string unified, hybrid_v2, v1;  // v1: the names of its controllers
};

Layout layout() {
  Layout found;
  for (const std::string& line : lines(read_file("/proc/self/mountinfo"))) {
    const Mounted mount = parse_mountinfo(line);
    if (mount.type == "cgroup2")
      (mount.target == kCgroup ? found.unified : found.hybrid_v2) = mount.target;
    if (mount.type == "cgroup") found.v1 += " " + mount.target.substr(mount.target.rfind('/') + 1);
  }
  return found;
}

std::string controllers(const std::string& directory) {
  return trimmed(read_file(directory + "/cgroup.controllers"));
}

// A private null device for this mount namespace. Cases chmod it, and crun chowns it to the root of
// user namespaces while other cases look at theirs. Without CAP_MKNOD, /dev/null stays the host's.
void cover_null_device() {
  constexpr char kPlace[] = "/tmp", kOwn[] = "/tmp/null";
  check(::mount("none", kPlace, "ramfs", 0, "mode=700"), kPlace);
  if (::mknod(kOwn, S_IFCHR | 0666, makedev(1, 3)) == 0) {
    check(::chmod(kOwn, 0666), kOwn);
    check(::mount(kOwn, "/dev/null", nullptr, MS_BIND, nullptr), "cover /dev/null");
  }
  check(::umount2(kPlace, MNT_DETACH), kPlace);
}

}  // namespace

void enter_view(std::string_view name) {
  check(::unshare(CLONE_NEWNS), "a private mount namespace");
  check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "private mounts");
  const Layout now = layout();
  if (name == "as-is") return;
  if (name == "unified") {
    if (now.unified.empty()) {
      check(::mount("none", kCgroup, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr),
            "mount cgroup2 at /sys/fs/cgroup");
    }
    return;
  }
  if (now.v1.empty()) throw std::runtime_error("this machine has no cgroup v1 hierarchies");
  if (name == "legacy") {
    if (!now.hybrid_v2.empty()) check(::umount(now.hybrid_v2.c_str()), "hide " + now.hybrid_v2);
    return;
  }
  if (name != "hybrid") throw std::runtime_error("no such view: " + std::string(name));
  if (now.hybrid_v2.empty()) throw std::runtime_error("this machine is not hybrid");
}

void enter_private_temporaries() {
  check(::unshare(CLONE_NEWNS), "a private mount namespace");
  check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "private mounts");
  cover_null_device();
  for (const char* directory : {"/tmp", "/dev/shm", "/run"}) {
    if (exists(directory)) check(::mount("tmpfs", directory, "tmpfs", 0, "mode=1777"), directory);
  }
}

std::string describe_cgroups() {
  const Layout now = layout();
  if (!now.unified.empty()) return "unified (" + controllers(now.unified) + ")";
  std::string text = now.v1.empty() ? "none" : "v1 (" + trimmed(now.v1) + ")";
  if (!now.hybrid_v2.empty())
    text += ", v2 at " + now.hybrid_v2 + " (" + controllers(now.hybrid_v2) + ")";
  return text;
}

}  // namespace oci::conformance

#include "runtime/cgroup/layout.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <cerrno>

#include "runtime/sys/file.h"

namespace oci::cgroup {
namespace {

constexpr char kUnified[] = "/sys/fs/cgroup";
constexpr char kHybrid[] = "/sys/fs/cgroup/unified";
constexpr size_t kMountinfoLimit = 64U << 20;

Result<bool> is_cgroup2(const char* path) {
  struct statfs fs = {};
  if (::statfs(path, &fs) == 0) return fs.f_type == CGROUP2_SUPER_MAGIC;
  // Do not guess on: "unified" below a v2 tree would be an ordinary cgroup.
  if (errno != ENOENT) return Error::system(errno, cat("look at '", path, "'"));
  return false;
}

// Takes the text up to `separator` off the front of `text`.
std::string_view take(std::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return front;
}

// proc_pid_mountinfo(5): blank, tab, newline and backslash are written as three octal digits.
std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                               (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

Result<Layout> layout_from_mountinfo(std::string_view mountinfo) {
  Layout layout;
  while (!mountinfo.empty()) {
    // "ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS [TAGS] - TYPE SOURCE SUPER_OPTIONS"
    std::string_view line = take(mountinfo, '\n');
    const size_t dash = line.find(" - ");
    if (dash == line.npos) continue;
    std::string_view after = line.substr(dash + 3);
    const std::string_view type = take(after, ' ');
    if (type == "cgroup") layout.hybrid = true;
    if (type != "cgroup2" || !layout.mount_point.empty()) continue;
    for (int skipped = 0; skipped < 4; ++skipped)
      take(line, ' ');
    layout.mount_point = unescape(take(line, ' '));
  }
  if (!layout.mount_point.empty()) return layout;
  if (layout.hybrid) {
    return Error(ErrorKind::kUnsupported,
                 "this host has cgroup v1 only, and cgroup v2 is needed; boot with "
                 "systemd.unified_cgroup_hierarchy=1, or use --cgroup-manager=disabled");
  }
  return Error(ErrorKind::kUnsupported,
               "no cgroup file system is mounted; mount cgroup2 on /sys/fs/cgroup, or use "
               "--cgroup-manager=disabled");
}

Result<Layout> find_layout() {
  if (OCI_TRY(is_cgroup2(kUnified))) return Layout{.mount_point = kUnified};
  if (OCI_TRY(is_cgroup2(kHybrid))) return Layout{.mount_point = kHybrid, .hybrid = true};
  const std::string mounts =
      OCI_TRY(sys::read_file_at(AT_FDCWD, "/proc/self/mountinfo", kMountinfoLimit));
  Layout layout = OCI_TRY(layout_from_mountinfo(mounts));
  if (OCI_TRY(is_cgroup2(layout.mount_point.c_str()))) return layout;
  return Error(
      ErrorKind::kUnsupported,
      cat("the cgroup v2 tree at '", layout.mount_point,
          "' is hidden by another mount; use --cgroup-manager=disabled to run without limits"));
}

std::string why_missing(std::string_view controller, std::string_view proc_cgroups) {
  // "NAME HIERARCHY NUMBER ENABLED", separated by tabs. The v1 name of io is blkio. The hierarchy
  // of every v2 controller is 0.
  const std::string_view name = controller == "io" ? "blkio" : controller;
  while (!proc_cgroups.empty()) {
    std::string_view line = take(proc_cgroups, '\n');
    if (take(line, '\t') != name) continue;
    const std::string_view hierarchy = take(line, '\t');
    take(line, '\t');
    if (line == "0") {
      return cat("the ", controller, " controller is disabled on the kernel command line");
    }
    if (hierarchy != "0") {
      return cat("the ", controller,
                 " controller is not in the cgroup v2 tree (a v1 hierarchy holds it)");
    }
    return cat("the ", controller, " controller is not enabled for this part of the cgroup tree");
  }
  return cat("this kernel has no ", controller, " controller");
}

}  // namespace oci::cgroup

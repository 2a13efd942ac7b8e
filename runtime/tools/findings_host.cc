#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "runtime/cgroup/join.h"
#include "runtime/cgroup/layout.h"
#include "runtime/launch/id_map_helper.h"
#include "runtime/launch/sub_ids.h"
#include "runtime/lifecycle/operations.h"
#include "runtime/sys/file.h"
#include "runtime/sys/program.h"
#include "runtime/sys/user_name.h"
#include "runtime/tools/findings.h"

namespace oci::tools {
namespace {

std::string first_line(const std::string& path) {
  const Result<std::string> text = sys::read_file_at(AT_FDCWD, path, 1 << 16);
  return text ? text.value().substr(0, text.value().find('\n')) : "";
}

bool has_word(std::string_view list, std::string_view word) {
  return cat(" ", list, " ").find(cat(" ", word, " ")) != std::string::npos;
}

void examine_controllers(const cgroup::Layout& layout, const std::string& dir, Findings& out) {
  const std::string controllers = first_line(cat(dir, "/cgroup.controllers"));
  const Result<std::string> hierarchies = sys::read_file_at(AT_FDCWD, "/proc/cgroups", 1 << 16);
  for (const char* const name : {"cpu", "cpuset", "memory", "pids", "io", "hugetlb"}) {
    const bool there = has_word(controllers, name);
    std::string fact = "yes";
    if (!there) {
      fact = dir == layout.mount_point
                 ? cgroup::why_missing(name, hierarchies ? hierarchies.value() : "")
                 : "not delegated to this user";
    }
    out.push_back({"cgroups", cat(name, " controller"), there ? Health::kGood : Health::kLimited,
                   std::move(fact), there ? "" : "limits of it are refused"});
  }
}

void examine_delegation(const cgroup::Layout& layout, Findings& out) {
  const Result<std::string> own = cgroup::cgroup_of(::getpid());
  const std::string path = own ? own.value() : "/";
  const std::string dir = cat(layout.mount_point, path == "/" ? "" : path);
  const bool may =
      ::access(dir.c_str(), W_OK) == 0 && ::access(cat(dir, "/cgroup.procs").c_str(), W_OK) == 0;
  out.push_back(
      {"cgroups", "delegation", may ? Health::kGood : Health::kLimited,
       may ? cat("'", path, "' is this user's") : cat("'", path, "' is not this user's"),
       may ? "" : "for limits: systemd-run --user --scope -p Delegate=yes oci-rt run ..."});
  if (may) examine_controllers(layout, dir, out);
}

void examine_systemd(Findings& out) {
  const bool runs = ::access("/run/systemd/system", F_OK) == 0;
  out.push_back({"cgroups", "systemd", runs ? Health::kGood : Health::kLimited,
                 runs ? "runs" : "does not run",
                 runs ? "" : "--cgroup-manager systemd is refused; cgroupfs needs no systemd"});
  if (!runs || ::geteuid() == 0) return;
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  const std::string bus = runtime == nullptr ? "" : cat(runtime, "/bus");
  const bool reached = !bus.empty() && ::access(bus.c_str(), F_OK) == 0;
  out.push_back({"cgroups", "bus of the user", reached ? Health::kGood : Health::kLimited,
                 reached ? bus : "missing",
                 reached ? "" : "log in with a session, or: loginctl enable-linger"});
}

std::string shown(const std::vector<launch::SubIds>& ranges) {
  std::string text;
  for (const launch::SubIds& one : ranges)
    text += cat(text.empty() ? "" : ", ", one.first, ":", one.count);
  return text;
}

}  // namespace

void examine_cgroups(const lifecycle::Context& context, Findings& out) {
  const Result<cgroup::Layout> layout = cgroup::find_layout();
  if (!layout) {
    out.push_back(
        {"cgroups", "cgroup v2", Health::kBad, layout.error().message(),
         "boot with systemd.unified_cgroup_hierarchy=1, or use --cgroup-manager disabled"});
  } else {
    out.push_back({"cgroups", "cgroup v2", layout.value().hybrid ? Health::kLimited : Health::kGood,
                   cat("at ", layout.value().mount_point,
                       layout.value().hybrid ? ", beside hierarchies of v1" : ""),
                   layout.value().hybrid ? "boot with systemd.unified_cgroup_hierarchy=1" : ""});
    if (context.rootless) {
      examine_delegation(layout.value(), out);
    } else {
      examine_controllers(layout.value(), layout.value().mount_point, out);
    }
  }
  examine_systemd(out);
}

void examine_modules(Findings& out) {
  const std::string list = first_line("/sys/kernel/security/lsm");
  out.push_back({"security modules", "in use", list.empty() ? Health::kLimited : Health::kGood,
                 list.empty() ? "unknown: /sys/kernel/security is not mounted" : list,
                 list.empty() ? "mount -t securityfs none /sys/kernel/security" : ""});
  const bool apparmor = first_line("/sys/module/apparmor/parameters/enabled") == "Y";
  out.push_back({"security modules", "AppArmor", Health::kGood,
                 apparmor ? "on" : "off: process.apparmorProfile is refused", ""});
  const bool selinux = ::access("/sys/fs/selinux/enforce", F_OK) == 0;
  out.push_back({"security modules", "SELinux", Health::kGood,
                 selinux ? "on" : "off: process.selinuxLabel is refused", ""});
}

void examine_ids(Findings& out) {
  if (::geteuid() == 0) return;
  const std::string user = sys::user_name(::getuid());
  for (const char* const file : {"/etc/subuid", "/etc/subgid"}) {
    const Result<std::string> text = sys::read_file_at(AT_FDCWD, file, size_t{16} << 20);
    const auto ranges =
        launch::sub_ids_of(text ? std::string_view(text.value()) : "", user, ::getuid());
    out.push_back({"ids", file, ranges.empty() ? Health::kLimited : Health::kGood,
                   ranges.empty() ? cat("no range for ", user) : shown(ranges),
                   ranges.empty() ? cat("add the line ", user, ":100000:65536 to ", file,
                                        "; without it a container has one id")
                                  : ""});
  }
  const bool helpers = launch::has_id_map_helpers();
  out.push_back({"ids", "newuidmap, newgidmap", helpers ? Health::kGood : Health::kLimited,
                 helpers ? "installed" : "not installed",
                 helpers ? "" : "install uidmap (Debian) or shadow-utils"});
}

void examine_programs(Findings& out) {
  const std::string runtime = sys::own_program();
  for (const char* const name :
       {"oci-rt-systemd", "oci-rt-explain", "oci-rt-help", "oci-rt-install", "oci-rt-criu"}) {
    const std::string path = sys::find_helper(runtime, name);
    out.push_back(
        {"programs", name, path.empty() ? Health::kLimited : Health::kGood,
         path.empty() ? "not installed" : path,
         path.empty() ? cat("install it beside oci-rt, or in ", sys::helper_directory()) : ""});
  }
  const char* const dirs = std::getenv("PATH");
  const std::string criu =
      sys::find_program("criu", cat(dirs == nullptr ? "" : dirs, ":/usr/sbin:/usr/bin"));
  const bool works = lifecycle::can_checkpoint();
  out.push_back(
      {"programs", "CRIU", works ? Health::kGood : Health::kLimited,
       criu.empty() ? "not installed" : cat(criu, works ? "" : ", which does not work here"),
       works ? "" : "checkpoint and restore need CRIU and a kernel that it supports"});
}

}  // namespace oci::tools

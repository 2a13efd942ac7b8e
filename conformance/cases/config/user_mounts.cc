// Mounts of containers with a user namespace: propagation to and from the host, and flags that must
// stay (config.md#mounts, mount_namespaces(7)).
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr unsigned kHostId = 100000;

Bundle mapped(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace(kHostId, 65536);
  return bundle;
}

// A filesystem of the host, shared as systemd mounts everything, and writable for mapped root. The
// case has a private mount namespace, so it need not unmount.
std::string shared_source(Sandbox& sandbox) {
  std::string source = sandbox.path("shared");
  make_dir(source);
  if (::mount("tmpfs", source.c_str(), "tmpfs", 0, "size=64k,mode=777") != 0 ||
      ::mount(nullptr, source.c_str(), nullptr, MS_SHARED, nullptr) != 0) {
    throw Skipped("no tmpfs to be had");
  }
  return source;
}

// A container that may mount.
Bundle& as_admin(Bundle& bundle) {
  for (const char* set : {"bounding", "effective", "permitted"}) {
    bundle.set_json("/process/capabilities/" + std::string(set), R"(["CAP_SYS_ADMIN"])");
  }
  return bundle;
}

void stays_inside(Sandbox& sandbox, Bundle& bundle) {
  const std::string source = shared_source(sandbox);
  as_admin(bundle);
  bundle.mount("/bound", "bind", source, {"rbind"})
      .args({"/bin/busybox", "sh", "-c",
             "mkdir /bound/below && mount -t tmpfs from-inside /bound/below && sleep 100"});
  sandbox.create_and_start(bundle);
  const auto mounted = [&](const std::string& mountinfo) {
    return read_file(mountinfo).find(" from-inside ") != std::string::npos;
  };
  const std::string inside = "/proc/" + std::to_string(sandbox.init_pid()) + "/mountinfo";
  const bool made = eventually([&] { return mounted(inside); });
  const bool outside = mounted("/proc/self/mountinfo");
  sandbox.stop_and_remove();
  ::umount2(source.c_str(), MNT_DETACH);
  expect(made, "the container could not mount anything");
  expect(!outside, "a mount of the container is on the host");
}

void private_by_default(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  stays_inside(sandbox, bundle);
}
const Case kPrivate("mounts/what-is-mounted-inside-stays-inside",
                    "config-linux.md#rootfs-mount-propagation", private_by_default);

void private_when_mapped(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  stays_inside(sandbox, bundle);
}
const Case kMappedPrivate("users/what-is-mounted-inside-stays-inside", "mount_namespaces(7)",
                          private_when_mapped);

// A filesystem with restrictive flags set by the host.
std::string restricted_source(Sandbox& sandbox) {
  std::string source = sandbox.path("shared");
  make_dir(source);
  if (::mount("tmpfs", source.c_str(), "tmpfs", MS_NODEV | MS_NOSUID | MS_NOEXEC,
              "size=64k,mode=777") != 0) {
    throw Skipped("no tmpfs to be had");
  }
  return source;
}

void kept_flags(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  const std::string source = restricted_source(sandbox);
  bundle.mount("/bound", "bind", source, {"bind"})
      .mount("/bound", "bind", source, {"bind", "remount", "ro"})
      .mount("/at-once", "bind", source, {"bind", "ro"});
  const Facts facts = sandbox.facts(bundle);
  ::umount2(source.c_str(), MNT_DETACH);
  for (const char* target : {"/bound", "/at-once"}) {
    for (const char* word : {"ro", "nosuid", "nodev", "noexec"}) {
      expect_contains(std::string("options of ") + target, facts.mount(target).options, word);
    }
  }
}
const Case kKept("users/a-bind-keeps-the-flags-of-the-host", "mount_namespaces(7)", kept_flags);

void hosts_sysfs(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bundle.without_namespace("network")
      .mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"})
      .shell(
          "ls /sys/class/net >/dev/null && touch /sys/fs/cgroup/x 2>/dev/null || echo refused;"
          "grep ' /sys' /proc/self/mountinfo");
  const Outcome ran = sandbox.run(bundle);
  expect_equal("exit code", ran.exit_code, 0);
  expect_contains("a write below", ran.out, "refused");
  int seen = 0;
  for (const std::string& line : lines(ran.out)) {
    if (line == "refused") continue;
    const Mounted mount = parse_mountinfo(line);
    ++seen;
    expect(mount.options.starts_with("ro,"), mount.target + " is " + mount.options);
  }
  expect(seen > 0, "nothing is mounted on /sys");
}
const Case kSysfs("users/without-a-network-of-its-own-sys-is-the-hosts-read-only",
                  "config-linux.md#default-filesystems", hosts_sysfs);

Bundle& with_cgroup_mount(Sandbox& sandbox, Bundle& bundle, const char* way) {
  require_cgroup2();
  return bundle.set("/linux/cgroupsPath", "/" + sandbox.id())
      .mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"})
      .mount("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", way});
}

void own_cgroup(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  with_cgroup_mount(sandbox, bundle.new_namespace("cgroup"), "ro");
  const Facts facts = sandbox.facts(bundle);
  const Mounted mount = facts.mount("/sys/fs/cgroup");
  expect_equal("root of the mount", mount.root, "/");
  expect_contains("options", mount.options, "ro");
}
const Case kOwnCgroup("users/a-cgroup-mount-shows-the-containers-own", "cgroup_namespaces(7)",
                      own_cgroup);

void hosts_cgroup(Sandbox& sandbox, Bundle bundle) {
  with_cgroup_mount(sandbox, bundle, "ro");
  bundle.shell(
      "cat /sys/fs/cgroup/" + sandbox.id() +
      "/cgroup.procs && { touch /sys/fs/cgroup/cgroup.procs 2>/dev/null || echo refused; }");
  const Outcome ran = sandbox.run(bundle);
  expect_equal("exit code", ran.exit_code, 0);
  expect_contains("its message", ran.out, "refused");
}

void hosts_cgroup_here(Sandbox& sandbox) {
  hosts_cgroup(sandbox, sandbox.bundle());
}
const Case kHosts("mounts/without-a-cgroup-namespace-the-mount-shows-the-hosts",
                  "cgroup_namespaces(7)", hosts_cgroup_here);

void hosts_cgroup_mapped(Sandbox& sandbox) {
  hosts_cgroup(sandbox, mapped(sandbox));
}
const Case kHostsMapped("users/without-a-cgroup-namespace-the-mount-shows-the-hosts",
                        "cgroup_namespaces(7)", hosts_cgroup_mapped);

void writable_cgroup(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  with_cgroup_mount(sandbox, bundle.new_namespace("cgroup"), "rw");
  bundle.shell("mkdir /sys/fs/cgroup/below && rmdir /sys/fs/cgroup/below && echo made");
  expect_equal("a cgroup below", sandbox.run(bundle).out, "made\n");
}
const Case kWritable("mounts/a-cgroup-mount-may-be-writable", "cgroup_namespaces(7)",
                     writable_cgroup);

}  // namespace
}  // namespace oci::conformance

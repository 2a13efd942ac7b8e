// Bind sources that include the container's root or lie below it: the host's "/", and paths in the
// root (config.md#mounts).
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "conformance/cases/command_line/rootless_user.h"

namespace oci::conformance {
namespace {

constexpr char kMounts[] = "config.md#mounts";

// `ro` is for the mount at "/" alone, and the directory of the case may be on another one.
bool is_on_the_root_mount(const std::string& path) {
  struct stat root = {}, there = {};
  return ::stat("/", &root) == 0 && ::stat(path.c_str(), &there) == 0 &&
         root.st_dev == there.st_dev;
}

// As used by node-exporter, cAdvisor, `kubectl debug node` and toolbox.
Bundle& bind_host(Sandbox& sandbox, Bundle& bundle, const std::string& source,
                  const std::string& propagation) {
  write_file(sandbox.path("only-on-the-host"), "");
  const std::string file = "/host" + sandbox.path("only-on-the-host");
  const std::string touched =
      is_on_the_root_mount(sandbox.path("only-on-the-host")) ? file : "/host/written-too";
  return bundle.mount("/host", "bind", source, {"rbind", "ro", propagation})
      .shell(
          "ls " + file + "; touch " + touched +
          " 2>/dev/null && echo written;"
          "touch /host/written 2>/dev/null && echo written; [ -e /host/bin/probe ] && echo image;"
          "readlink /host/proc/self > /dev/null && echo proc");
}

std::string wanted(const Sandbox& sandbox) {
  return "/host" + sandbox.path("only-on-the-host") + "\nproc\n";
}

void host_root(Sandbox& sandbox) {
  for (const char* propagation : {"rslave", "rprivate", "rshared"}) {
    Bundle bundle = sandbox.bundle(propagation);
    bind_host(sandbox, bundle, "/", propagation);
    const Outcome ran = sandbox.run(bundle);
    expect_equal(std::string("the host's root, ") + propagation, ran.out, wanted(sandbox));
  }
}
const Case kHostRoot("mounts/a-recursive-bind-of-the-hosts-root", kMounts, host_root);

void other_names(Sandbox& sandbox) {
  const std::string link = sandbox.path("link");
  if (::symlink("/", link.c_str()) != 0) throw Skipped("no symbolic links");
  int number = 0;
  for (const std::string& source : {std::string("/."), std::string("/tmp/.."), link,
                                    std::string("/proc/self/root"), std::string("//")}) {
    Bundle bundle = sandbox.bundle("bundle" + std::to_string(++number));
    bind_host(sandbox, bundle, source, "rslave");
    expect_equal("the host's root as " + source, sandbox.run(bundle).out, wanted(sandbox));
  }
}
const Case kOtherNames("mounts/a-recursive-bind-of-the-hosts-root-by-other-names", kMounts,
                       other_names);

void in_user_namespace(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace();
  bind_host(sandbox, bundle, "/", "rslave");
  expect_equal("the host's root", sandbox.run(bundle).out, wanted(sandbox));
}
const Case kMapped("users/a-recursive-bind-of-the-hosts-root", kMounts, in_user_namespace);

void rootless(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bind_host(sandbox, bundle, "/", "rslave");
  expect_equal("the host's root", user.run(bundle).out, wanted(sandbox));
}
const Case kRootless("rootless/a-recursive-bind-of-the-hosts-root", kMounts, rootless);

void without_pivot(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bind_host(sandbox, bundle, "/", "rslave");
  expect_equal("the host's root", sandbox.run(bundle, {"--no-pivot"}).out, wanted(sandbox));
}
const Case kNoPivot("mounts/a-recursive-bind-of-the-hosts-root-without-pivot", kMounts,
                    without_pivot);

void share_everything() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr) != 0) {
    throw Skipped("no shared mounts to be had");
  }
}

void shared_root(Sandbox& sandbox) {
  share_everything();
  const std::string before = read_file("/proc/self/mountinfo");
  Bundle bundle = sandbox.bundle();
  bundle.set("/linux/rootfsPropagation", "shared");
  bind_host(sandbox, bundle, "/", "rslave");
  expect_equal("the host's root", sandbox.run(bundle).out, wanted(sandbox));
  expect_equal("mounts of the host", read_file("/proc/self/mountinfo"), before);
}
const Case kShared("mounts/a-recursive-bind-of-the-hosts-root-with-a-shared-root",
                   "config-linux.md#rootfs-mount-propagation", shared_root);

// A rootfs that is a mount point, as engines make it, below a shared mount.
void shared_mount_point(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const std::string rootfs = bundle.rootfs();
  if (::mount(rootfs.c_str(), rootfs.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    throw Skipped("no bind mount to be had");
  }
  share_everything();
  const std::string before = read_file("/proc/self/mountinfo");
  for (const char* propagation : {"shared", "rshared", "slave", "private"}) {
    bundle.set("/linux/rootfsPropagation", propagation).shell("echo ran");
    expect_equal(propagation, sandbox.run(bundle).out, "ran\n");
    expect_equal("mounts of the host", read_file("/proc/self/mountinfo"), before);
  }
  ::umount2(rootfs.c_str(), MNT_DETACH);
}
const Case kMountPoint("root/a-mount-point-below-a-shared-mount",
                       "config-linux.md#rootfs-mount-propagation", shared_mount_point);

// The source is the place of an earlier mount.
Bundle& bind_below_root(Bundle& bundle) {
  return bundle.mount("/data", "tmpfs", "tmpfs", {"mode=0777"})
      .mount("/again", "bind", bundle.rootfs("data"), {"bind"})
      .shell("echo one > /data/file; cat /again/file");
}

void below_root(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_equal("the earlier mount",
               sandbox.output(bind_below_root(bundle),
                              "echo one > /data/file;"
                              "cat /again/file"),
               "one\n");
}
const Case kBelow("mounts/a-source-below-the-root-is-the-mount-that-is-there", kMounts, below_root);

void below_mapped_root(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace();
  expect_equal("the earlier mount", sandbox.run(bind_below_root(bundle)).out, "one\n");
}
const Case kBelowMapped("users/a-source-below-the-root-is-the-mount-that-is-there", kMounts,
                        below_mapped_root);

void below_users_root(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  expect_equal("the earlier mount", user.run(bind_below_root(bundle)).out, "one\n");
}
const Case kBelowRootless("rootless/a-source-below-the-root-is-the-mount-that-is-there", kMounts,
                          below_users_root);

// The image controls its links, so they must not lead to the host.
void link_below_root(Sandbox& sandbox) {
  const std::string secret = sandbox.path("secret");
  make_dir(secret);
  write_file(secret + "/file", "the host's\n");
  Bundle bundle = sandbox.bundle();
  bundle.file("plain/file", "plain\n");
  bundle.mount("/again", "bind", bundle.rootfs("plain"), {"bind"});
  expect_equal("the control", sandbox.output(bundle, "cat /again/file"), "plain\n");
  bundle.file(secret.substr(1) + "/file", "the image's\n");
  remove_tree(bundle.rootfs("plain"));
  if (::symlink(secret.c_str(), bundle.rootfs("plain").c_str()) != 0) throw Skipped("no links");
  expect_equal("the file", sandbox.output(bundle, "cat /again/file"), "the image's\n");
}
const Case kLink("threats/a-link-of-the-image-as-source-stays-in-the-image", kMounts,
                 link_below_root);

// The host's root itself as root.path. A separate /dev keeps default devices and links out of the
// host's.
void host_as_root(Sandbox& sandbox) {
  make_dir(sandbox.path("mnt"));
  write_file(sandbox.path("only-on-the-host"), "");
  Bundle bundle = sandbox.bundle();
  const std::string file = sandbox.path("mnt") + sandbox.path("only-on-the-host");
  bundle.set("/root/path", "/")
      .mount("/dev", "tmpfs", "tmpfs", {"mode=755"})
      .mount(sandbox.path("mnt"), "bind", "/", {"rbind", "ro"})
      .args({sandbox.parts().busybox, "sh", "-c",
             "B=" + sandbox.parts().busybox + "; $B ls " + file + "; $B touch " + file +
                 " 2>/dev/null && echo written; exit 0"});
  const Outcome ran = sandbox.run(bundle);
  expect_equal("the host's root (" + trimmed(ran.err) + ")", ran.out, file + "\n");
}
const Case kHostAsRoot("root/the-hosts-root-can-be-the-root", "config.md#root", host_as_root);

}  // namespace
}  // namespace oci::conformance

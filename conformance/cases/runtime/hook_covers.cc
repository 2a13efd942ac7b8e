// A mount over all of /proc or /sys: one of a hook, or a mask or a read-only path of the config
// that is the directory itself. The program sees that mount, so the masks hold in it.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

Bundle with_sys(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"});
  return bundle;
}

// Mounts a copy of the host's sysfs on that of the container, before the pivot.
void cover_sys(Sandbox& sandbox, Bundle& bundle) {
  const std::string& busybox = sandbox.parts().busybox;
  bundle.add("/hooks/createContainer",
             R"({"path": ")" + busybox + R"(", "args": ["busybox", "mount", "--rbind", "/sys", ")" +
                 bundle.rootfs("sys") + R"("]})");
}

constexpr const char* kLook =
    "ls /sys/kernel | wc -l; test -d /sys/class && echo sysfs || echo empty;"
    " test -e /proc/version && echo procfs || echo empty";

void masks_hold_in_the_cover(Sandbox& sandbox) {
  Bundle control = with_sys(sandbox);
  control.set_json("/linux/maskedPaths", R"(["/sys/kernel"])");
  expect_equal("without a hook", sandbox.output(control, kLook), "0\nsysfs\nprocfs\n");
  Bundle bundle = with_sys(sandbox);
  bundle.set_json("/linux/maskedPaths", R"(["/sys/kernel"])");
  cover_sys(sandbox, bundle);
  expect_equal("with a hook", sandbox.output(bundle, kLook), "0\nsysfs\nprocfs\n");
}
const Case kMasksHold("hooks/masks-hold-in-what-a-hook-mounts-on-sys",
                      "config-linux.md#masked-paths", masks_hold_in_the_cover);

void the_directory_itself(Sandbox& sandbox) {
  Bundle masked = with_sys(sandbox);
  masked.set_json("/linux/maskedPaths", R"(["/sys/kernel", "/sys"])");
  expect_equal("/sys masked", sandbox.output(masked, kLook), "0\nempty\nprocfs\n");
  Bundle readonly = with_sys(sandbox);
  readonly.set_json("/linux/readonlyPaths", R"(["/sys", "/proc"])")
      .set_json("/linux/maskedPaths", R"(["/sys/kernel"])");
  const std::string write =
      "; { echo x > /proc/self/comm; } 2>/dev/null && echo written || echo no";
  expect_equal("both read-only", sandbox.output(readonly, kLook + write), "0\nsysfs\nprocfs\nno\n");
}
const Case kItself("root/sys-and-proc-themselves-masked-or-read-only",
                   "config-linux.md#masked-paths", the_directory_itself);

// A mount of a hook may be a peer of the host's. The masks in it are the container's alone.
void shared_cover(Sandbox& sandbox) {
  const std::string host = sandbox.path("host");
  make_dir(host);
  if (::mount("tmpfs", host.c_str(), "tmpfs", 0, "") != 0 ||
      ::mount(nullptr, host.c_str(), nullptr, MS_SHARED, nullptr) != 0) {
    throw Skipped("no shared mount to be had");
  }
  for (const char* name : {"/masked", "/read-only"}) {
    make_dir(host + name);
    write_file(host + name + "/file", "x");
  }
  Bundle bundle = with_sys(sandbox);
  bundle.set("/linux/rootfsPropagation", "rshared")
      .set_json("/linux/maskedPaths", R"(["/sys/masked"])")
      .set_json("/linux/readonlyPaths", R"(["/sys/read-only"])");
  const std::string& busybox = sandbox.parts().busybox;
  bundle.add("/hooks/createContainer", R"({"path": ")" + busybox +
                                           R"(", "args": ["busybox", "mount", "--rbind", ")" +
                                           host + R"(", ")" + bundle.rootfs("sys") + R"("]})");
  const Outcome ran = sandbox.run(
      bundle.shell("ls /sys/masked; touch /sys/read-only/x 2>/dev/null || echo read-only"));
  const bool is_masked = !exists(host + "/masked/file");
  const bool is_writable = ::access((host + "/read-only/file").c_str(), W_OK) == 0;
  ::umount2(host.c_str(), MNT_DETACH);
  expect_equal("in the container", ran.out, "read-only\n");
  expect(!is_masked, "the mask is on the host");
  expect(is_writable, "the directory of the host is read-only");
}
const Case kShared("hooks/masks-in-a-shared-mount-of-a-hook-stay-inside",
                   "config-linux.md#masked-paths", shared_cover);

void through_a_link(Sandbox& sandbox) {
  Bundle bundle = with_sys(sandbox);
  ::symlink("sys", bundle.rootfs("link").c_str());
  bundle.set_json("/linux/readonlyPaths", R"(["/link"])")
      .set_json("/linux/maskedPaths", R"(["/sys/kernel"])");
  expect_equal("read-only by a link", sandbox.output(bundle, kLook), "0\nsysfs\nprocfs\n");
}
const Case kLink("root/sys-itself-read-only-by-a-link", "config-linux.md#readonly-paths",
                 through_a_link);

// A directory that is moved out of the rootfs for a moment looks like one that was unmounted.
void moved_out(Sandbox& sandbox) {
  Bundle bundle = with_sys(sandbox);
  const std::string root = bundle.rootfs(), away = sandbox.path("away");
  bundle.set_json("/linux/maskedPaths", R"(["/sys/kernel"])")
      .add("/hooks/createRuntime",
           hook_json(sandbox, {.kind = "createRuntime", .text = "mv " + root + "/sys " + away}))
      .add("/hooks/createContainer",
           hook_json(sandbox, {.kind = "createContainer", .text = "true"}))
      .shell("ls /sys/kernel 2>/dev/null");
  const Outcome ran = sandbox.run(bundle);
  if (exists(away)) std::filesystem::rename(away, root + "/sys");
  if (ran.exit_code != 0) return;  // refused: fine
  expect_equal("the masked directory", ran.out, "");
}
const Case kMovedOut("threats/sys-that-is-moved-out-of-the-root-is-no-way-around-masks",
                     "threats 2 (T8)", moved_out);

// As above, where the config has the host's sysfs as a bind.
void renamed_bind(Sandbox& sandbox) {
  Bundle control = sandbox.bundle("control");
  const auto with_bind = [](Bundle& bundle) {
    bundle.mount("/sys", "none", "/sys", {"rbind", "ro"})
        .set_json("/linux/maskedPaths", R"(["/sys/kernel"])");
  };
  with_bind(control);
  expect_equal("the masked directory", sandbox.output(control, "ls /sys/kernel"), "");
  Bundle bundle = sandbox.bundle();
  with_bind(bundle);
  bundle
      .add("/hooks/createRuntime",
           hook_json(sandbox, {.kind = "createRuntime",
                               .text = "cd " + bundle.rootfs() + "; mv sys moved; mkdir sys"}))
      .shell("ls /moved/kernel /sys/kernel 2>/dev/null");
  const Outcome ran = sandbox.run(bundle);
  if (ran.exit_code != 0) return;  // refused: fine
  expect_equal("the masked directory", ran.out, "/moved/kernel:\n");
}
const Case kRenamedBind("threats/a-bound-sys-that-is-moved-meanwhile-is-no-way-around-masks",
                        "threats 2 (T8)", renamed_bind);

// Another user of the rootfs renames a volume to /sys while the container is created. Either create
// notices it, or the mask holds in the sysfs under its new name.
void renamed_volume(Sandbox& sandbox) {
  Bundle bundle = with_sys(sandbox);
  const std::string volume = sandbox.path("volume");
  ::mkdir(volume.c_str(), 0755);
  const std::string root = bundle.rootfs();
  bundle.mount("/volume", "none", volume, {"rbind"})
      .set_json("/linux/maskedPaths", R"(["/sys/kernel"])")
      .add("/hooks/createRuntime",
           hook_json(sandbox, {.kind = "createRuntime",
                               .text = "cd " + root + "; mv sys moved; mv volume sys"}))
      .shell("ls /moved/kernel /sys/kernel 2>/dev/null");
  const Outcome ran = sandbox.run(bundle);
  if (ran.exit_code != 0) return;  // refused: fine
  expect_equal("the masked directory", ran.out, "/moved/kernel:\n");
}
const Case kRenamed("threats/a-volume-that-is-renamed-to-sys-is-no-way-around-masks",
                    "threats 2 (T8)", renamed_volume);

}  // namespace
}  // namespace oci::conformance

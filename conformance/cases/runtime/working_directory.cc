// process.cwd is missing in the image: it is created while the root filesystem is writable.
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kShow[] = "pwd; stat -c '%a %u:%g' . ..; touch x 2>/dev/null || echo refused";

// Kubernetes: workingDir and readOnlyRootFilesystem.
void readonly_root(Sandbox& sandbox) {
  for (const bool own_users : {false, true}) {
    for (const unsigned uid : {0U, 1000U}) {
      Bundle bundle = sandbox.bundle("b" + std::to_string(uid) + (own_users ? "u" : "p"));
      bundle.set("/root/readonly", true)
          .set("/process/cwd", "/srv/new/app/data")
          .set("/process/user/uid", uid)
          .set("/process/user/gid", uid);
      if (own_users) bundle.user_namespace();
      expect_equal(own_users ? "in a user namespace" : "without a user namespace",
                   sandbox.output(bundle, kShow), "/srv/new/app/data\n755 0:0\n755 0:0\nrefused\n");
    }
  }
}
const Case kReadonly("process/a-working-directory-is-made-in-a-read-only-root",
                     "config.md#process, config.md#root", readonly_root);

// In a mount of the config, and through dangling links.
void elsewhere(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/root/readonly", true)
      .mount("/scratch", "tmpfs", "tmpfs", {"ro", "size=64k"})
      .set("/process/cwd", "/scratch/one/two");
  expect_equal("in a read-only tmpfs", sandbox.output(bundle, "pwd; cd .. && ls"),
               "/scratch/one/two\ntwo\n");
  Bundle linked = sandbox.bundle("linked");
  make_dir(linked.rootfs("srv"));
  if (::symlink("../run/app", linked.rootfs("srv/app").c_str()) != 0) throw Failed("symlink");
  linked.set("/root/readonly", true).set("/process/cwd", "/srv/app/data");
  expect_equal("through a link", sandbox.output(linked, "pwd -P"), "/run/app/data\n");
}
const Case kElsewhere("process/a-working-directory-is-made-in-mounts-and-through-links",
                      "config.md#process", elsewhere);

// The control is the same directory on a writable mount.
void cannot_be_made(Sandbox& sandbox) {
  make_dir(sandbox.path("volume"));
  Bundle bundle = sandbox.bundle();
  bundle.mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"})
      .mount("/volume", "bind", sandbox.path("volume"), {"bind"})
      .set("/process/cwd", "/volume/new");
  expect_refusal(sandbox, bundle, {"process.cwd", {"/volume/new", "volume"}}, [&](Bundle& spoilt) {
    remove_tree(sandbox.path("volume/new"));
    spoilt.set_json("/mounts/2/options", R"(["bind", "ro"])");
  });
  expect(!exists(sandbox.path("volume/new")), "a read-only directory of the host's has changed");
}
const Case kCannot("process/a-working-directory-that-cannot-be-made-is-refused",
                   "runtime.md#errors", cannot_be_made);

// The program must not start in the hidden directory below the mask.
void masked(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"})
      .file("secret/file", "secret\n")
      .set("/process/cwd", "/secret");
  expect_equal("control", sandbox.output(bundle, "cat file"), "secret\n");
  bundle.set_json("/linux/maskedPaths", R"(["/secret"])");
  expect_equal("the working directory", sandbox.output(bundle, "ls; cat file 2>/dev/null; pwd"),
               "/secret\n");
}
const Case kMasked("threats/a-masked-working-directory-is-hidden", "config-linux.md#masked-paths",
                   masked);

}  // namespace
}  // namespace oci::conformance

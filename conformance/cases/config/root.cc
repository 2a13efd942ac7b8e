// The root filesystem: read-only, propagation, masked and read-only paths, and escapes from it.
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

void readonly(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/root/readonly", true).mount("/rw", "tmpfs", "tmpfs");
  const std::string script =
      "for f in /new /etc/new /rw/new; do"
      " touch $f 2>/dev/null && echo written || echo refused; done";
  expect_equal("writes", sandbox.output(bundle, script), "refused\nrefused\nwritten\n");
  bundle.set("/root/readonly", false);
  expect_equal("writes", sandbox.output(bundle, script), "written\nwritten\nwritten\n");
}
const Case kReadonly("root/readonly", "config.md#root", readonly);

void absolute(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/root/path", bundle.rootfs());
  sandbox.facts(bundle);
}
const Case kAbsolute("root/an-absolute-path", "config.md#root", absolute);

void missing(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"root.path", {"root", "missing"}},
                 [](Bundle& spoilt) { spoilt.set("/root/path", "missing"); });
}
const Case kMissing("root/a-missing-directory-is-refused", "config.md#root", missing);

void no_root(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"root", {"root"}},
                 [](Bundle& spoilt) { spoilt.remove("/root"); });
}
const Case kNoRoot("root/is-required", "config.md#root", no_root);

void a_file(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  write_file(bundle.directory() + "/plain", "");
  expect_refusal(sandbox, bundle, {"root.path", {"root", "plain", "not a directory"}},
                 [](Bundle& spoilt) { spoilt.set("/root/path", "plain"); });
}
const Case kFile("root/a-file-as-root-is-refused", "config.md#root", a_file);

void host_mounts(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const Facts facts = sandbox.facts(bundle);
  for (const Mounted& mount : facts.mounts()) {
    const bool expected = mount.target == "/" || mount.target.starts_with("/proc") ||
                          mount.target.starts_with("/dev");
    expect(expected, mount.type + " of the host is mounted at " + mount.target);
  }
  expect_contains("the root of the root mount", facts.mount("/").root + "/", "/rootfs/");
}
const Case kHostMounts("root/none-of-the-hosts-mounts-is-inside", "config-linux.md#namespaces",
                       host_mounts);

void escape(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/process/capabilities", R"({"bounding": ["CAP_SYS_CHROOT"],
      "effective": ["CAP_SYS_CHROOT"], "permitted": ["CAP_SYS_CHROOT"]})");
  bundle.file("only-here", "").args({"/bin/probe", "escape"});
  const Outcome ran = sandbox.run(bundle);
  expect_equal("exit code", ran.exit_code, 0);
  expect_contains("the names in / after the escape", ran.out, "only-here\n");
}
const Case kEscape("root/the-chroot-escape-stays-inside", "config.md#root", escape);

// The machine's shell, with the libraries listed by ldd.
void copied_bash(Sandbox& sandbox) {
  const std::string bash = require_program("bash");
  Bundle bundle = sandbox.bundle();
  copy_file(bash, bundle.rootfs("bin/bash"));
  const Outcome libraries =
      run_command({.argv = {require_program("ldd"), bash}}, sandbox.directory());
  for (const std::string& line : lines(libraries.out)) {
    const size_t slash = line.find('/');
    if (slash == line.npos) continue;
    const std::string library = line.substr(slash, line.find(' ', slash) - slash);
    make_dir(bundle.rootfs(library.substr(1, library.rfind('/') - 1)));
    copy_file(library, bundle.rootfs(library.substr(1)));
  }
  bundle.args({"/bin/bash", "-c", "echo $((6 * 7)) from bash as $$"});
  expect_equal("output", sandbox.run(bundle).out, "42 from bash as 1\n");
}
const Case kBash("root/copied-bash-and-its-libraries-run", "config.md#root", copied_bash);

// The optional fields of the mount at "/" as the container sees it.
std::string propagation(Sandbox& sandbox, const char* value) {
  Bundle bundle = sandbox.bundle();
  if (*value) bundle.set("/linux/rootfsPropagation", value);
  return sandbox.facts(bundle).mount("/").optional;
}

// The mount that holds the bundle must be shared, or the case would prove nothing. The case has a
// private mount namespace, so others do not see this change.
void share_everything() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr) != 0) {
    throw Skipped("no shared mounts to be had");
  }
}

void private_root(Sandbox& sandbox) {
  share_everything();
  expect_equal("private", propagation(sandbox, "private"), "");
  expect_lacks("the default", propagation(sandbox, ""), "shared:");
}
const Case kPrivate("root/propagation-private-and-the-default",
                    "config-linux.md#rootfs-mount-propagation", private_root);

void slave_root(Sandbox& sandbox) {
  share_everything();
  expect_contains("slave", propagation(sandbox, "slave"), "master:");
}
const Case kSlave("root/propagation-slave", "config-linux.md#rootfs-mount-propagation", slave_root);

void shared_root(Sandbox& sandbox) {
  share_everything();
  expect_contains("shared", propagation(sandbox, "shared"), "shared:");
}
const Case kShared("root/propagation-shared", "config-linux.md#rootfs-mount-propagation",
                   shared_root);

void unbindable_root(Sandbox& sandbox) {
  share_everything();
  expect_equal("unbindable", propagation(sandbox, "unbindable"), "unbindable");
}
const Case kUnbindable("root/propagation-unbindable", "config-linux.md#rootfs-mount-propagation",
                       unbindable_root);

void unknown_propagation(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"linux.rootfsPropagation", {"propagation"}},
                 [](Bundle& spoilt) { spoilt.set("/linux/rootfsPropagation", "sideways"); });
}
const Case kUnknownPropagation("root/an-unknown-propagation-is-refused",
                               "config-linux.md#rootfs-mount-propagation", unknown_propagation);

void mount_propagation(Sandbox& sandbox) {
  make_dir(sandbox.path("shared"));
  if (::mount("tmpfs", sandbox.path("shared").c_str(), "tmpfs", 0, "") != 0 ||
      ::mount(nullptr, sandbox.path("shared").c_str(), nullptr, MS_SHARED, nullptr) != 0) {
    throw Skipped("no shared mount to be had");
  }
  Bundle bundle = sandbox.bundle();
  const std::string source = sandbox.path("shared");
  bundle.mount("/a", "bind", source, {"rbind", "rprivate"})
      .mount("/b", "bind", source, {"rbind", "rslave"})
      .mount("/c", "bind", source, {"rbind", "rshared"})
      .mount("/d", "bind", source, {"rbind", "unbindable"})
      .set("/linux/rootfsPropagation", "shared");
  const Facts facts = sandbox.facts(bundle);
  ::umount2(source.c_str(), MNT_DETACH);
  expect_equal("rprivate", facts.mount("/a").optional, "");
  expect_contains("rslave", facts.mount("/b").optional, "master:");
  expect_contains("rshared", facts.mount("/c").optional, "shared:");
  expect_equal("unbindable", facts.mount("/d").optional, "unbindable");
}
const Case kMountPropagation("root/propagation-of-mounts", "config.md#linux-mount-options",
                             mount_propagation);

void masked(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("secret/file", "secret\n")
      .file("plain", "secret\n")
      .set_json("/linux/maskedPaths", R"(["/plain", "/secret", "/proc/kcore", "/no/such/path"])");
  const std::string said = sandbox.output(
      bundle,
      "wc -c < /plain; ls -A /secret | wc -l; touch /secret/x 2>/dev/null && echo written;"
      "echo x 2>/dev/null > /plain; wc -c < /plain; head -c 1 /proc/kcore | wc -c; [ ! -e /no ] && "
      "echo skipped");
  expect_equal("the view inside", said, "0\n0\n0\n0\nskipped\n");
  expect_equal("the file in the image", read_file(bundle.rootfs("plain")), "secret\n");
}
const Case kMasked("root/masked-paths-are-empty", "config-linux.md#masked-paths", masked);

void masked_links(Sandbox& sandbox) {
  write_file(sandbox.path("outside"), "outside\n");
  Bundle bundle = sandbox.bundle();
  ::symlink(sandbox.path("outside").c_str(), bundle.rootfs("link").c_str());
  bundle.set_json("/linux/maskedPaths", R"(["/link"])");
  sandbox.run(bundle);
  expect_equal("the file outside", read_file(sandbox.path("outside")), "outside\n");
}
const Case kMaskedLinks("root/a-masked-link-leads-nowhere-outside", "config-linux.md#masked-paths",
                        masked_links);

void readonly_paths(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("fixed/file", "fixed\n")
      .set_json("/linux/readonlyPaths", R"(["/fixed", "/proc/sys", "/no/such/path"])");
  const std::string said = sandbox.output(
      bundle,
      "for f in /fixed/new /fixed/file; do"
      " { echo x > $f; } 2>/dev/null && echo written || echo refused; done; cat /fixed/file");
  expect_equal("writes", said, "refused\nrefused\nfixed\n");
}
const Case kReadonlyPaths("root/readonly-paths", "config-linux.md#readonly-paths", readonly_paths);

void readonly_below(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/fixed/below", "tmpfs", "tmpfs").set_json("/linux/readonlyPaths", R"(["/fixed"])");
  expect_equal(
      "writes",
      sandbox.output(bundle, "touch /fixed/below/x 2>/dev/null && echo written || echo no"),
      "no\n");
}
const Case kReadonlyBelow("root/readonly-paths-reach-the-mounts-below",
                          "config-linux.md#readonly-paths", readonly_below);

void relative_paths(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"linux.maskedPaths[0]", {"masked", "absolute", "etc/x"}},
                 [](Bundle& spoilt) { spoilt.set_json("/linux/maskedPaths", R"(["etc/x"])"); });
}
const Case kRelativePaths("root/a-relative-masked-path-is-refused", "config-linux.md#masked-paths",
                          relative_paths);

}  // namespace
}  // namespace oci::conformance

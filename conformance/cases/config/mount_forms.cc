// Mount options that change an existing mount, or act through links and on submounts
// (config.md#mounts).
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

void remount(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/t", "tmpfs", "tmpfs", {"size=1m", "mode=755"})
      .mount("/t", "tmpfs", "tmpfs", {"remount", "ro", "size=2m"});
  const Facts facts = sandbox.facts(bundle);
  int seen = 0;
  for (const Mounted& mount : facts.mounts())
    seen += mount.target == "/t" ? 1 : 0;
  expect_equal("mounts at /t", seen, 1);
  expect_contains("options", facts.mount("/t").options + "," + facts.mount("/t").super_options,
                  "ro");
  expect_contains("file system options", facts.mount("/t").super_options, "size=2048k");
}
const Case kRemount("mounts/remount-changes-the-one-that-is-there", "config.md#linux-mount-options",
                    remount);

// Mounts and devices below it are made first. podman mounts /dev this way for --read-only.
void readonly_tmpfs(Sandbox& sandbox) {
  write_file(sandbox.path("file"), "bound\n");
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/mounts", "[]")
      .mount("/proc", "proc", "proc", {})
      .mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755", "ro"})
      .mount("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666"})
      .mount("/t", "tmpfs", "tmpfs", {"ro"})
      .mount("/t/below", "bind", sandbox.path("file"), {"bind"});
  expect_equal(
      "their contents",
      sandbox.output(bundle,
                     "echo x >/dev/null && ls /dev/ptmx /dev/pts/ptmx && cat /t/below\n"
                     "for file in /dev/x /t/x; do touch $file 2>/dev/null || echo no; done"),
      "/dev/ptmx\n/dev/pts/ptmx\nbound\nno\nno\n");
}
const Case kReadonlyTmpfs("mounts/a-read-only-tmpfs-has-what-is-mounted-in-it", "config.md#mounts",
                          readonly_tmpfs);

void remount_bind(Sandbox& sandbox) {
  make_dir(sandbox.path("shared"));
  Bundle bundle = sandbox.bundle();
  bundle.mount("/b", "bind", sandbox.path("shared"), {"bind"})
      .mount("/b", "bind", sandbox.path("shared"), {"bind", "remount", "ro", "nosuid"});
  const Facts facts = sandbox.facts(bundle);
  expect_contains("options", facts.mount("/b").options, "ro");
  expect_contains("options", facts.mount("/b").options, "nosuid");
}
const Case kRemountBind("mounts/remount-of-a-bind-changes-the-mount-alone",
                        "config.md#linux-mount-options", remount_bind);

// A link in the new filesystem, read through the mount.
std::string through_a_link(Sandbox& sandbox, const Words& options) {
  const std::string source = sandbox.path("linked");
  make_dir(source);
  write_file(source + "/file", "content\n");
  if (::symlink("file", (source + "/link").c_str()) != 0 && !exists(source + "/link")) {
    throw Skipped("no links to be had");
  }
  Bundle bundle = sandbox.bundle();
  bundle.mount("/x", "bind", source, options);
  return sandbox.output(bundle, "cat /x/link 2>/dev/null || echo refused");
}

void no_links(Sandbox& sandbox) {
  expect_equal("with nosymfollow", through_a_link(sandbox, {"bind", "nosymfollow"}), "refused\n");
  expect_equal("with symfollow", through_a_link(sandbox, {"bind", "nosymfollow", "symfollow"}),
               "content\n");
}
const Case kLinks("mounts/nosymfollow-and-symfollow", "config.md#linux-mount-options", no_links);

// A tree of two filesystems, bind-mounted with recursive `words`. Returns the facts of the
// container.
Facts tree_with(Sandbox& sandbox, Words words) {
  const std::string source = sandbox.path("source");
  make_dir(source + "/below");
  if (::mount("tmpfs", (source + "/below").c_str(), "tmpfs", 0, "size=64k") != 0) {
    throw Skipped("no tmpfs to be had");
  }
  words.insert(words.begin(), "rbind");
  Bundle bundle = sandbox.bundle();
  bundle.mount("/all", "bind", source, words);
  Facts facts = sandbox.facts(bundle);
  ::umount2((source + "/below").c_str(), MNT_DETACH);
  return facts;
}

void recursive_links(Sandbox& sandbox) {
  const Facts facts = tree_with(sandbox, {"rnosymfollow"});
  for (const char* target : {"/all", "/all/below"}) {
    expect_contains(std::string("options of ") + target, facts.mount(target).options,
                    "nosymfollow");
  }
}
const Case kRecursiveLinks("mounts/rnosymfollow-reaches-below", "config.md#linux-mount-options",
                           recursive_links);

void recursive_times(Sandbox& sandbox) {
  const Facts facts = tree_with(sandbox, {"rnoatime", "rnodiratime"});
  for (const char* target : {"/all", "/all/below"}) {
    const std::string options = facts.mount(target).options;
    expect_contains(std::string("options of ") + target, options, "noatime");
    expect_contains(std::string("options of ") + target, options, "nodiratime");
  }
}
const Case kRecursiveTimes("mounts/access-time-options-reach-below",
                           "config.md#linux-mount-options", recursive_times);

void kept_owners(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace().file("of-nobody", "x").write();
  struct stat before = {}, after = {};
  ::stat(bundle.rootfs("of-nobody").c_str(), &before);
  sandbox.output(bundle, "true");
  ::stat(bundle.rootfs("of-nobody").c_str(), &after);
  expect_equal("owner of a file in the rootfs", after.st_uid, before.st_uid);
  expect_equal("its group", after.st_gid, before.st_gid);
}
const Case kOwners("users/the-root-filesystem-keeps-its-owners",
                   "config-linux.md#user-namespace-mappings", kept_owners);

}  // namespace
}  // namespace oci::conformance

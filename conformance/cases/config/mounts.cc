// mounts: kinds, order, targets, options (config.md#mounts).
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// A directory of the host with a file and a submount. The case has a private mount namespace, so it
// need not unmount.
std::string tree(Sandbox& sandbox) {
  std::string source = sandbox.path("source");
  make_dir(source + "/below");
  write_file(source + "/file", "content\n");
  if (::mount("tmpfs", (source + "/below").c_str(), "tmpfs", 0, "size=64k") != 0) {
    throw Skipped("no tmpfs to be had");
  }
  write_file(source + "/below/deep", "deep\n");
  return source;
}

void away(Sandbox& sandbox) {
  ::umount2((sandbox.path("source") + "/below").c_str(), MNT_DETACH);
}

void bind(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/one", "bind", tree(sandbox), {"bind"})
      .mount("/all", "bind", sandbox.path("source"), {"rbind"});
  const std::string said =
      sandbox.output(bundle, "cat /one/file /all/file; ls /one/below /all/below");
  away(sandbox);
  expect_equal("the view inside", said, "content\ncontent\n/all/below:\ndeep\n\n/one/below:\n");
}
const Case kBind("mounts/bind-takes-one-file-system-and-rbind-all", "config.md#mounts", bind);

void bind_writes(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(sandbox.path("shared"));
  bundle.mount("/shared", "bind", sandbox.path("shared"), {"bind"});
  sandbox.output(bundle, "echo from-inside > /shared/x");
  expect_equal("file on the host", read_file(sandbox.path("shared/x")), "from-inside\n");
}
const Case kBindWrites("mounts/a-bind-is-the-hosts-directory", "config.md#mounts", bind_writes);

void readonly_bind(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/one", "bind", tree(sandbox), {"rbind", "ro"})
      .mount("/two", "bind", sandbox.path("source"), {"rbind", "rro"});
  const std::string said =
      sandbox.output(bundle,
                     "for f in /one/new /one/below/new /two/new /two/below/new; do"
                     " touch $f 2>/dev/null && echo written || echo refused; done");
  away(sandbox);
  expect_equal("writes", said, "refused\nwritten\nrefused\nrefused\n");
}
const Case kReadonly("mounts/ro-is-one-mount-and-rro-the-tree", "config.md#linux-mount-options",
                     readonly_bind);

void simple_readonly(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(sandbox.path("shared"));
  bundle.mount("/shared", "bind", sandbox.path("shared"),
               {"bind", "ro", "nosuid", "nodev", "noexec"});
  const Facts facts = sandbox.facts(bundle);
  for (const char* word : {"ro", "nosuid", "nodev", "noexec"}) {
    expect_contains("options", facts.mount("/shared").options, word);
  }
}
const Case kBindOptions("mounts/options-of-a-bind-hold", "config.md#linux-mount-options",
                        simple_readonly);

void later_wins(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/t", "tmpfs", "tmpfs", {"ro", "noexec", "nosuid", "rw", "exec", "suid"});
  const std::string options = sandbox.facts(bundle).mount("/t").options;
  expect_contains("options", options, "rw");
  for (const char* word : {"noexec", "nosuid"})
    expect_lacks("options", options, word);
}
const Case kLater("mounts/a-later-option-wins", "config.md#linux-mount-options", later_wins);

void times(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/a", "tmpfs", "tmpfs", {"noatime"})
      .mount("/b", "tmpfs", "tmpfs", {"strictatime"})
      .mount("/c", "tmpfs", "tmpfs", {"nodiratime", "relatime"});
  const Facts facts = sandbox.facts(bundle);
  expect_contains("options", facts.mount("/a").options, "noatime");
  expect_lacks("options", facts.mount("/b").options, "atime");
  expect_contains("options", facts.mount("/c").options, "nodiratime");
  expect_contains("options", facts.mount("/c").options, "relatime");
}
const Case kTimes("mounts/access-time-options", "config.md#linux-mount-options", times);

void superblock(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/a", "tmpfs", "tmpfs", {"sync", "dirsync", "lazytime"});
  const Mounted mount = sandbox.facts(bundle).mount("/a");
  for (const char* word : {"sync", "dirsync", "lazytime"}) {
    expect_contains("file system options", mount.super_options + "," + mount.options, word);
  }
}
const Case kSuper("mounts/sync-dirsync-lazytime", "config.md#linux-mount-options", superblock);

void quiet_words(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/a", "tmpfs", "tmpfs", {"silent", "loud", "iversion", "noiversion", "nolazytime"})
      .mount("/b", "tmpfs", "tmpfs",
             {"defaults", "async", "nostrictatime", "norelatime", "atime", "diratime", "dev",
              "mand", "nomand"});
  const Facts facts = sandbox.facts(bundle);
  expect(facts.mounted("/a") && facts.mounted("/b"), "one is not mounted");
}
const Case kWords("mounts/every-must-word-is-understood", "config.md#linux-mount-options",
                  quiet_words);

void defaults_on_bind(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(sandbox.path("shared"));
  bundle.mount("/shared", "bind", sandbox.path("shared"), {"bind", "defaults"});
  expect(sandbox.facts(bundle).mounted("/shared"), "nothing is mounted");
}
const Case kDefaults("mounts/defaults-on-a-bind", "config.md#linux-mount-options",
                     defaults_on_bind);

void recursive_attributes(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/all", "bind", tree(sandbox), {"rbind", "rnosuid", "rnoexec", "rnodev"});
  const Facts facts = sandbox.facts(bundle);
  away(sandbox);
  for (const char* target : {"/all", "/all/below"}) {
    for (const char* word : {"nosuid", "noexec", "nodev"}) {
      expect_contains(std::string("options of ") + target, facts.mount(target).options, word);
    }
  }
}
const Case kRecursive("mounts/recursive-attributes-reach-below", "config.md#linux-mount-options",
                      recursive_attributes);

void data(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/t", "tmpfs", "tmpfs", {"nosuid", "size=64k", "mode=1750", "nr_inodes=100"});
  const Facts facts = sandbox.facts(bundle);
  expect_contains("data", facts.mount("/t").super_options, "size=64k");
  expect_contains("data", facts.mount("/t").super_options, "mode=1750");
  expect_contains("data", facts.mount("/t").super_options, "nr_inodes=100");
}
const Case kData("mounts/other-words-go-to-the-file-system", "config.md#mounts", data);

void copied_up(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("/t/sub/file", "content\n", 0640).file("/t/script", "x", 0755);
  ::symlink("sub/file", (bundle.rootfs() + "/t/link").c_str());
  bundle.mount("/t", "tmpfs", "tmpfs", {"tmpcopyup", "ro"})
      .args({"/bin/busybox", "sh", "-c",
             "cat /t/link; stat -c %a /t/sub/file /t/script; touch /t/new || echo read-only"});
  expect_equal("contents of the tmpfs", sandbox.run(bundle).out, "content\n640\n755\nread-only\n");
}
const Case kCopiedUp("mounts/a-tmpfs-may-begin-as-a-copy", "config.md#linux-mount-options",
                     copied_up);

void bad_data(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/t", "tmpfs", "tmpfs", {"size=64k"});
  expect_refusal(sandbox, bundle, {"mounts[1]", {"/t", "tmpfs", "mount"}}, [](Bundle& spoilt) {
    spoilt.set_json("/mounts/1/options", R"(["nosuchoption=1"])");
  });
}
const Case kBadData("mounts/a-word-that-nobody-knows-is-refused", "config.md#mounts", bad_data);

void unknown_type(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/t", "tmpfs", "tmpfs");
  expect_refusal(sandbox, bundle, {"mounts[1].type", {"nosuchfs", "/t", "mount"}},
                 [](Bundle& spoilt) { spoilt.set("/mounts/1/type", "nosuchfs"); });
}
const Case kUnknownType("mounts/an-unknown-file-system-is-refused", "config.md#mounts",
                        unknown_type);

void no_source(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(sandbox.path("shared"));
  bundle.mount("/t", "bind", sandbox.path("shared"), {"bind"});
  expect_refusal(sandbox, bundle, {"mounts[1].source", {"missing-source", "/t"}},
                 [](Bundle& spoilt) { spoilt.set("/mounts/1/source", "/missing-source"); });
}
const Case kNoSource("mounts/a-missing-bind-source-is-refused", "config.md#mounts", no_source);

void order(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/a", "tmpfs", "first")
      .mount("/a/b", "tmpfs", "second")
      .mount("/a", "tmpfs", "third")
      .mount("/a/c", "tmpfs", "fourth");
  expect_equal("contents of /a", sandbox.output(bundle, "ls /a"), "c\n");
}
const Case kOrder("mounts/the-listed-order-is-kept", "config.md#mounts", order);

void relative(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(bundle.directory() + "/data");
  write_file(bundle.directory() + "/data/x", "relative\n");
  bundle.mount("mnt/x", "bind", "data", {"bind"});
  expect_equal("file", sandbox.output(bundle, "cat /mnt/x/x"), "relative\n");
}
const Case kRelative("mounts/relative-destination-and-bind-source", "config.md#mounts", relative);

void made(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  write_file(sandbox.path("file"), "bound\n");
  bundle.mount("/new/dir/a", "tmpfs", "tmpfs")
      .mount("/new/file/b", "bind", sandbox.path("file"), {"bind"});
  expect_equal("kinds and content",
               sandbox.output(bundle, "[ -d /new/dir/a ] && [ -f /new/file/b ] && cat /new/file/b"),
               "bound\n");
}
const Case kMade("mounts/missing-targets-are-made-as-their-source-is", "config.md#mounts", made);

void file_over_file(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  write_file(sandbox.path("hosts"), "bound\n");
  bundle.file("etc/hosts", "image\n")
      .mount("/etc/hosts", "bind", sandbox.path("hosts"), {"bind", "ro"});
  expect_equal("content", sandbox.output(bundle, "cat /etc/hosts"), "bound\n");
  expect_equal("content in the image", read_file(bundle.rootfs("etc/hosts")), "image\n");
}
const Case kFile("mounts/a-file-over-a-file", "config.md#mounts", file_over_file);

void kernel_ones(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"})
      .mount("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"})
      .mount("/dev/pts", "devpts", "devpts",
             {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"})
      .mount("/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"})
      .mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"});
  const Facts facts = sandbox.facts(bundle);
  expect_equal("type of /proc", facts.mount("/proc").type, "proc");
  expect_equal("type of /sys", facts.mount("/sys").type, "sysfs");
  expect_contains("options of /sys", facts.mount("/sys").options, "ro");
  expect_equal("type of /dev/pts", facts.mount("/dev/pts").type, "devpts");
  expect_contains("options of /dev/pts", facts.mount("/dev/pts").super_options, "gid=5");
  expect_equal("type of /dev/mqueue", facts.mount("/dev/mqueue").type, "mqueue");
}
const Case kKernel("mounts/proc-sys-dev-pts-shm-mqueue", "config-linux.md#default-filesystems",
                   kernel_ones);

void cgroup_mount(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("cgroup")
      .set("/linux/cgroupsPath", "/" + sandbox.id())
      .mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"})
      .mount("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "ro"});
  const Facts facts = sandbox.facts(bundle);
  expect(facts.mount("/sys/fs/cgroup").type == "cgroup2" ||
             facts.mount("/sys/fs/cgroup").type == "tmpfs",
         "its type is " + facts.mount("/sys/fs/cgroup").type);
  expect_contains("options", facts.mount("/sys/fs/cgroup").options, "ro");
  expect_equal("root of the mount", facts.mount("/sys/fs/cgroup").root, "/");
}
const Case kCgroup("mounts/cgroup-shows-the-containers-own", "cgroup_namespaces(7)", cgroup_mount);

}  // namespace
}  // namespace oci::conformance

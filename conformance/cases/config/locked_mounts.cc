// `ro` of a bind mount, in a container that may change its mounts: user_namespaces(7),
// mount_namespaces(7).
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/cases/command_line/mounts_verb.h"
#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "mount_namespaces(7)";

Bundle& as_admin(Bundle& bundle) {
  for (const char* set : {"bounding", "effective", "permitted"}) {
    bundle.set_json("/process/capabilities/" + std::string(set),
                    R"(["CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE", "CAP_SYS_CHROOT"])");
  }
  return bundle;
}

// Directories and a file of the host's that whoever reaches them may write to.
class Sources {
 public:
  explicit Sources(Sandbox& sandbox) : sandbox_(sandbox) {
    for (const char* name : {"kept", "tree", "tree/below", "writable"}) {
      make_dir(path(name));
      ::chmod(path(name).c_str(), 0777);
    }
    if (::mount("tmpfs", path("tree/below").c_str(), "tmpfs", 0, "size=64k,mode=777") != 0) {
      throw Skipped("no tmpfs to be had");
    }
    write_file(path("file"), "");
    ::chmod(path("file").c_str(), 0666);
  }
  Sources(const Sources&) = delete;
  Sources& operator=(const Sources&) = delete;
  ~Sources() { ::umount2(path("tree/below").c_str(), MNT_DETACH); }

  std::string path(const std::string& name) const { return sandbox_.path(name); }

  void bind_into(Bundle& bundle) const {
    make_dir(bundle.rootfs("place"));
    bundle.mount("/kept", "bind", path("kept"), {"bind", "ro"})
        .mount("/flags", "bind", path("kept"), {"rbind", "nosuid", "noexec", "ro", "rprivate"})
        .mount("/tree", "bind", path("tree"), {"rbind", "rro"})
        .mount("/file", "bind", path("file"), {"bind", "ro"})
        .mount("/writable", "bind", path("writable"), {"bind"});
  }

 private:
  Sandbox& sandbox_;
};

// Says which of the read-only ones could be written to; of a container that cannot be seen to
// change mounts nothing is learned.
constexpr char kAttack[] = R"(
clear() { mount -o remount,bind,rw $1 2>/dev/null; }
for at in /kept /flags /tree /tree/below; do
  clear $at; touch $at/new 2>/dev/null && echo wrote to $at
done
clear /file; echo x 2>/dev/null >/file && echo wrote to /file
mount -t tmpfs none /place && mkdir /place/copy && mount --bind /kept /place/copy
clear /place/copy; touch /place/copy/new 2>/dev/null && echo wrote to a copy
mount -o remount,bind,ro /writable && clear /writable && touch /writable/new && echo may clear it
umount /place/copy && umount /place && echo may unmount
true)";
constexpr char kHeld[] = "may clear it\nmay unmount\n";

void expect_held(const Outcome& ran) {
  expect_equal("exit code (" + trimmed(ran.err) + ")", ran.exit_code, 0);
  expect_equal("the container could do", ran.out, kHeld);
}

void in_own_user_namespace(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  const Sources sources(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace();
  sources.bind_into(as_admin(bundle));
  expect_equal("the container could do", sandbox.output(bundle, kAttack), kHeld);
}
const Case kOwn("users/a-read-only-bind-stays-so", kClause, in_own_user_namespace);

void of_ordinary_user(Sandbox& sandbox) {
  const User user(sandbox);
  const Sources sources(sandbox);
  Bundle bundle = user.bundle();
  sources.bind_into(as_admin(bundle));
  bundle.shell(kAttack);
  const Outcome ran = user.run(bundle);
  expect_held(ran);
}
const Case kUsers("rootless/a-read-only-bind-stays-so", kClause, of_ordinary_user);

void by_exec(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  const Sources sources(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace().shell("sleep 1000");
  sources.bind_into(as_admin(bundle));
  sandbox.create_and_start(bundle);
  const Outcome ran = exec(sandbox, {}, {"/bin/busybox", "sh", "-c", kAttack});
  sandbox.stop_and_remove();
  expect_equal("the program could do", ran.out, kHeld);
}
const Case kExec("users/a-read-only-bind-stays-so-for-exec", kClause, by_exec);

void in_joined_user_namespace(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  const Sources sources(sandbox);
  Bundle first = sandbox.bundle();
  first.user_namespace().shell("sleep 1000");
  sandbox.create_and_start(first);
  Bundle bundle = sandbox.bundle("joins");
  bundle.user_namespace()
      .without_namespace("user")
      .new_namespace("user", "/proc/" + std::to_string(sandbox.init_pid()) + "/ns/user")
      .shell(kAttack);
  sources.bind_into(as_admin(bundle));
  bundle.write();
  const Outcome ran =
      sandbox.call({"run", "--bundle", bundle.directory(), sandbox.id() + "-joins"});
  sandbox.stop_and_remove();
  expect_held(ran);
}
const Case kJoined("users/a-read-only-bind-stays-so-in-a-joined-user-namespace", kClause,
                   in_joined_user_namespace);

void added(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  Living living(sandbox);
  as_admin(living.bundle().user_namespace());
  living.begin();
  ::chmod(living.source().c_str(), 0777);
  done(sandbox, "add",
       "[" + living.bind("/kept", "", R"("bind", "ro")") + "," + living.bind("/free") + "]");
  const Outcome ran = exec(sandbox, {}, {"/bin/busybox", "sh", "-c", R"(
mount -o remount,bind,rw /kept 2>/dev/null; touch /kept/new 2>/dev/null && echo wrote to /kept
mount -o remount,bind,ro /free && mount -o remount,bind,rw /free && touch /free/new && echo may clear it)"});
  done(sandbox, "remove", "[" + destination("/kept") + "]");
  expect(!mounted_at(living.pid(), "/kept").has_value(), "an added mount cannot be removed");
  living.end();
  expect_equal("the program could do", ran.out, "may clear it\n");
}
const Case kAdded("mounts-verb/an-added-read-only-bind-stays-so", kClause, added);

// With mounts in the root, one of a hook's, and a mount in a mount.
Bundle& with_readonly_root(Sandbox& sandbox, Bundle& bundle) {
  make_dir(bundle.rootfs("hooked"));
  write_file(sandbox.path("ours"), "of a hook\n");
  ::chmod(sandbox.path("ours").c_str(), 0644);
  bundle.file("etc/x", "")
      .set("/root/readonly", true)
      .set_json("/linux/maskedPaths", R"(["/proc/timer_list"])")
      .mount("/outer", "tmpfs", "tmpfs")
      .mount("/outer/inner", "tmpfs", "tmpfs", {"ro"});
  const Words env = {"ROOT=" + bundle.rootfs(), "OURS=" + sandbox.path("ours")};
  bundle.add("/hooks/createContainer",
             hook_json(sandbox, {.kind = "createContainer",
                                 .text = "cd /; mount -o bind $OURS $ROOT/etc/x",
                                 .env = env,
                                 .input = Input::kUsed}));
  return bundle.shell(R"(
mount -o remount,bind,rw / 2>/dev/null; touch /new 2>/dev/null && echo wrote to the root
mount -t tmpfs none /hooked && mkdir /hooked/copy && mount --bind / /hooked/copy
mount -o remount,bind,rw /hooked/copy 2>/dev/null
touch /hooked/copy/new 2>/dev/null && echo wrote to a copy
cat /etc/x; cat /proc/timer_list; touch /outer/new && echo wrote to its own
touch /outer/inner/new 2>/dev/null || echo an inner one
umount /hooked/copy /hooked /outer/inner /outer && echo may unmount)");
}
constexpr char kRootHeld[] = "of a hook\nwrote to its own\nan inner one\nmay unmount\n";

void root_of_own_user_namespace(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  Bundle bundle = sandbox.bundle();
  with_readonly_root(sandbox, as_admin(bundle.user_namespace()));
  const Outcome ran = sandbox.run(bundle);
  expect_equal("exit code (" + trimmed(ran.err) + ")", ran.exit_code, 0);
  expect_equal("the container could do", ran.out, kRootHeld);
}
const Case kRoot("users/a-read-only-root-stays-so", kClause, root_of_own_user_namespace);

void root_without_pivot(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  Bundle bundle = sandbox.bundle();
  with_readonly_root(sandbox, as_admin(bundle.user_namespace()));
  const Outcome ran = sandbox.run(bundle, {"--no-pivot"});
  expect_equal("exit code (" + trimmed(ran.err) + ")", ran.exit_code, 0);
  expect_equal("the container could do", ran.out, kRootHeld);
}
const Case kRootWithoutPivot("users/a-read-only-root-stays-so-without-pivot", kClause,
                             root_without_pivot);

void root_of_ordinary_user(Sandbox& sandbox) {
  const User user(sandbox);
  Bundle bundle = user.bundle();
  with_readonly_root(sandbox, as_admin(bundle));
  const Outcome ran = user.run(bundle);
  expect_equal("exit code (" + trimmed(ran.err) + ")", ran.exit_code, 0);
  expect_equal("the container could do", ran.out, kRootHeld);
}
const Case kUsersRoot("rootless/a-read-only-root-stays-so", kClause, root_of_ordinary_user);

// Of several mounts at one place, as by a link of the image, the last is seen; then the others.
void root_with_covered_mounts(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  write_file(sandbox.path("first"), "the first\n");
  write_file(sandbox.path("second"), "the second\n");
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace().file("etc/x", "the image's\n");
  if (::symlink("x", bundle.rootfs("etc/link").c_str()) != 0) throw Skipped("no link to be had");
  bundle.set("/root/readonly", true)
      .mount("/twice", "tmpfs", "tmpfs", {"size=64k"})
      .mount("/twice", "tmpfs", "tmpfs", {"size=128k"})
      .mount("/twice", "tmpfs", "tmpfs", {"size=192k"})
      .mount("/etc/x", "bind", sandbox.path("first"), {"bind"})
      .mount("/etc/link", "bind", sandbox.path("second"), {"bind", "ro"})
      .shell(R"(
mount -o remount,bind,rw / 2>/dev/null; touch /new 2>/dev/null && echo wrote to the root
size() { stat -f -c %b /twice; }
size; umount /twice; size; umount /twice; size; umount /twice
cat /etc/x; umount /etc/x; cat /etc/x; umount /etc/x; cat /etc/x)");
  as_admin(bundle);
  const Outcome ran = sandbox.run(bundle);
  expect_equal("exit code (" + trimmed(ran.err) + ")", ran.exit_code, 0);
  expect_equal("the container's output", ran.out,
               "48\n32\n16\nthe second\nthe first\nthe image's\n");
}
const Case kTwice("users/a-read-only-root-stays-so-below-mounts-at-one-place", kClause,
                  root_with_covered_mounts);

// A host may allow no user namespace besides the container's own, as user.max_user_namespaces does.
void without_namespaces_to_spare(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  const std::string unshare = require_program("unshare");
  const Sources sources(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace(0, 1).shell("touch /kept/new 2>/dev/null || echo read-only");
  sources.bind_into(as_admin(bundle));
  bundle.write();
  Spawn run = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  Words words = {unshare,
                 "--user",
                 "--map-root-user",
                 "--mount",
                 "--propagation",
                 "private",
                 "sh",
                 "-c",
                 "echo 1 >/proc/sys/user/max_user_namespaces && exec \"$@\"",
                 "sh"};
  words.insert(words.end(), run.argv.begin(), run.argv.end());
  run.argv = words;
  const Outcome ran = sandbox.call(run);
  expect_equal("exit code (" + trimmed(ran.err) + ")", ran.exit_code, 0);
  expect_equal("the container's output", ran.out, "read-only\n");
}
const Case kToSpare("users/a-read-only-bind-takes-no-user-namespace-that-is-not-there",
                    "user_namespaces(7)", without_namespaces_to_spare);

// The container keeps the abilities that it has with every runtime. With locked masks it could not
// mount a new procfs, and with locked mounts below / it could not bind / alone.
constexpr char kMounts[] = R"(
mount -t proc proc /place && umount /place && echo a procfs
unshare -m -p -f sh -c 'mount -t proc proc /proc' && echo a procfs of other processes
mount --bind / /place && umount /place && echo a bind of /
umount /kept && echo unmounted)";

void mounts_go_on(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  const Sources sources(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace()
      .set_json("/linux/maskedPaths", R"(["/proc/timer_list", "/proc/scsi", "/proc/keys"])")
      .set_json("/linux/readonlyPaths", R"(["/proc/sys", "/proc/bus"])");
  sources.bind_into(as_admin(bundle));
  expect_equal("the container could do", sandbox.output(bundle, kMounts),
               "a procfs\na procfs of other processes\na bind of /\nunmounted\n");
}
const Case kMountsGoOn("users/one-that-may-mount-mounts-a-procfs-beside-its-masks", kClause,
                       mounts_go_on);

}  // namespace
}  // namespace oci::conformance

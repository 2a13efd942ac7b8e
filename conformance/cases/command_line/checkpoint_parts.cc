// checkpoint and restore: the parts of a container that come from the host, and failures.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "conformance/cases/command_line/checkpoint_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/facts.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {
namespace {

// The flags of each mount in the container, which decide who may change it.
std::map<std::string, std::string> flags_of_mounts(Saved& saved) {
  std::map<std::string, std::string> flags;
  for (const std::string& line : lines(saved.inside({"cat", "/proc/self/mountinfo"}))) {
    const Mounted mount = parse_mountinfo(line);
    flags[mount.target] = mount.options;
  }
  return flags;
}

void mounts(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  const std::string volume = sandbox.path("volume"), file = sandbox.path("single");
  make_dir(volume + "/below");
  write_file(volume + "/there", "old");
  write_file(file, "single");
  bundle.mount("/data", "bind", volume, {"rbind", "nodev"})
      .mount("/fixed", "bind", volume, {"rbind", "ro", "nosuid", "noexec"})
      .mount("/single", "bind", file, {"bind", "ro"})
      .mount("/data/below/deep", "bind", volume, {"bind"})
      .mount("/mem", "tmpfs", "tmpfs", {"size=1m", "noexec"})
      .set_json(
          "/process/capabilities",
          R"({"bounding": ["CAP_MKNOD"], "permitted": ["CAP_MKNOD"], "effective": ["CAP_MKNOD"]})")
      .set_json("/linux/maskedPaths", R"(["/proc/keys", "/proc/timer_list", "/proc/acpi"])")
      .set_json("/linux/readonlyPaths", R"(["/proc/sys", "/proc/bus"])");
  counter(bundle, "echo kept >/mem/file; mknod /mem/null c 1 3; echo new >/data/there; ");
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const std::string devices =
      "echo x >/dev/null && test -c /dev/zero && test -c /mem/null && echo 3";
  expect_equal("the devices", saved.inside({"sh", "-c", devices}), "3");
  const auto before = flags_of_mounts(saved);
  saved.checkpoint();
  saved.restore();
  saved.beyond(saved.number());
  const auto after = flags_of_mounts(saved);
  for (const auto& [target, flags] : before) {
    const auto found = after.find(target);
    expect(found != after.end(), "the mount at " + target + " is gone");
    expect_equal("the flags of " + target, found->second, flags);
  }
  expect_equal("mounts", after.size(), before.size());
  expect_equal("the tmpfs", saved.inside({"cat", "/mem/file"}), "kept");
  expect_equal("the volume", saved.inside({"cat", "/data/there"}), "new");
  expect_equal("the volume in the volume", saved.inside({"cat", "/data/below/deep/there"}), "new");
  expect_equal("the file", saved.inside({"cat", "/single"}), "single");
  const auto succeeds = [&](const std::string& script) {
    return sandbox.call({"exec", sandbox.id(), "sh", "-c", script}).exit_code == 0;
  };
  expect(succeeds("echo x >/data/more"), "the volume is read-only");
  expect(exists(volume + "/more"), "the volume is another one");
  expect(!succeeds("echo x >/fixed/more"), "a read-only volume is writable");
  expect(!succeeds("echo x >/single"), "a read-only file is writable");
  expect(!succeeds("echo x >/proc/sys/kernel/hostname"), "/proc/sys is writable");
  expect_equal("a masked file", saved.inside({"cat", "/proc/timer_list"}), "");
  expect(succeeds(devices), "the devices are gone");
  saved.end();
}
const Case kMounts("checkpoint/its-mounts-are-as-create-made-them", "config.md#mounts", mounts);

// The root and a volume get later mounts of the host, as engines have it whose storage is shared.
void propagation(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  const std::string volume = sandbox.path("volume"), root = bundle.rootfs("");
  make_dir(volume + "/first");
  make_dir(volume + "/second");
  const auto mount_on = [](const char* source, const std::string& target, unsigned long flags) {
    expect(::mount(source, target.c_str(), "tmpfs", flags, nullptr) == 0, "no mount at " + target);
  };
  struct Unmount {
    std::vector<std::string> places;
    ~Unmount() {
      for (const std::string& place : places)
        ::umount2(place.c_str(), MNT_DETACH);
    }
  } unmount{{root, volume}};
  for (const std::string& place : unmount.places) {
    mount_on(place.c_str(), place, MS_BIND);
    mount_on(nullptr, place, MS_SHARED);
  }
  bundle.mount("/data", "bind", volume, {"rbind", "rslave"})
      .set("/linux/rootfsPropagation", "rslave");
  make_dir(bundle.rootfs("late"));
  make_dir(bundle.rootfs("later"));
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const auto arrives = [&](const std::string& host, const std::string& inside) {
    mount_on("tmpfs", host, 0);
    write_file(host + "/there", "seen");
    const Outcome read = sandbox.call({"exec", sandbox.id(), "cat", inside + "/there"});
    expect_equal("a later mount at " + inside, trimmed(read.out + read.err), "seen");
    expect(::umount2(host.c_str(), MNT_DETACH) == 0, "it cannot be unmounted");
  };
  arrives(bundle.rootfs("late"), "/late");
  arrives(volume + "/first", "/data/first");
  saved.checkpoint();
  const int stopped = saved.number();
  saved.restore();
  saved.beyond(stopped);
  arrives(bundle.rootfs("later"), "/later");
  arrives(volume + "/second", "/data/second");
  saved.checkpoint();
  mount_on(nullptr, root, MS_PRIVATE);
  saved.restore();  // of images from where the root was shared
  saved.beyond(saved.number());
  saved.end();
}
const Case kPropagation("checkpoint/later-mounts-of-the-host-arrive-as-before",
                        "config-linux.md#rootfs-mount-propagation", propagation);

void hooks(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  counter(bundle);
  const std::string seen = sandbox.path("hooks");
  // startContainer hooks run in the container, where the file is not.
  for (const char* kind :
       {"prestart", "createRuntime", "createContainer", "poststart", "poststop"}) {
    bundle.set_json(std::string("/hooks/") + kind,
                    R"([{"path": "/bin/sh", "args": ["sh", "-c", "echo )" + std::string(kind) +
                        " >>" + seen + R"("]}])");
  }
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  write_file(seen, "");
  saved.checkpoint();
  expect_equal("hooks of checkpoint", shown(lines(read_file(seen))), "[poststop]");
  write_file(seen, "");
  saved.restore();
  saved.beyond(saved.number());
  expect_equal("hooks of restore", shown(lines(read_file(seen))), "[prestart createRuntime]");
  saved.end();
}
const Case kHooks("checkpoint/restore-runs-the-hooks-that-make-the-network", "cli-contract 4",
                  hooks);

void cgroup(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("cgroup");
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const auto place = [&] {
    const std::string text = read_file("/proc/" + std::to_string(saved.pid()) + "/cgroup");
    const size_t at = text.find("0::");
    return trimmed(text.substr(at, text.find('\n', at) - at));
  };
  const std::string before = place();
  saved.checkpoint();
  expect(!exists(cgroup2_mount() + before.substr(3)), "its cgroup is left");
  saved.restore();
  saved.beyond(saved.number());
  expect_equal("its cgroup", place(), before);
  expect_contains("its cgroup inside", saved.inside({"cat", "/proc/1/cgroup"}), "0::/");
  expect_lacks("its cgroup inside", saved.inside({"cat", "/proc/1/cgroup"}), sandbox.id());
  saved.end();
  expect(!exists(cgroup2_mount() + before.substr(3)), "its cgroup is left");
}
const Case kCgroup("checkpoint/it-is-restored-in-its-own-cgroup", "config-linux.md#control-groups",
                   cgroup);

// Its network namespace belongs to the engine, with its devices and addresses.
void joined_network(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  const NetworkNamespace space(sandbox);
  bundle.without_namespace("network").new_namespace("network", space.path());
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const auto inode = [&] {
    struct stat info = {};
    ::stat(("/proc/" + std::to_string(saved.pid()) + "/ns/net").c_str(), &info);
    return info.st_ino;
  };
  const ino_t before = inode();
  saved.checkpoint();
  saved.restore();
  saved.beyond(saved.number());
  expect_equal("its network namespace", inode(), before);
  saved.end();
}
const Case kJoinedNetwork("checkpoint/a-joined-network-namespace-is-joined-again",
                          "config-linux.md#namespaces", joined_network);

void failures(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  counter(bundle);
  Saved saved(sandbox, bundle);
  const auto refused = [&](const Outcome& outcome, const std::string& why) {
    expect(outcome.exit_code != 0, "a restore " + why + " succeeds");
    expect_equal("status", saved.status(), "none");
    expect_equal("entries of the state root", shown(entries(sandbox.state_root())), "[]");
  };
  refused(saved.try_restore(), "without images");
  make_dir(saved.images());
  refused(saved.try_restore(), "of an empty directory");
  saved.run();
  saved.beyond(3);
  saved.checkpoint();
  const std::string inventory = read_file(saved.images() + "/inventory.img");
  remove_tree(saved.images() + "/inventory.img");
  refused(saved.try_restore(), "of incomplete images");
  write_file(saved.images() + "/inventory.img", inventory.substr(0, 6));
  refused(saved.try_restore(), "of a damaged inventory");
  write_file(saved.images() + "/inventory.img", inventory);
  saved.restore();  // the control
  saved.beyond(3);
  const pid_t pid = saved.pid();
  expect(saved.try_restore().exit_code != 0, "an id was given twice");
  expect_equal("the pid after that", saved.pid(), pid);
  saved.end();
}
const Case kFailures("checkpoint/images-that-are-not-complete-are-refused", "cli-contract 4",
                     failures);

// Its standard output is a socket to a process outside.
void unsaved(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  counter(bundle);
  Saved saved(sandbox, bundle);
  int pair[2];
  expect(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "no sockets");
  saved.output = pair[0];
  saved.run();
  saved.beyond(3);
  const Outcome outcome = saved.try_checkpoint();
  expect(outcome.exit_code != 0, "a socket to another process was saved");
  expect_contains("the message", outcome.err, "dump.log");
  expect_equal("status", saved.status(), "running");
  saved.beyond(saved.number());
  saved.output = -1;
  saved.end();
  ::close(pair[0]);
  ::close(pair[1]);
}
const Case kUnsaved("checkpoint/a-failed-checkpoint-leaves-it-running", "cli-contract 4", unsaved);

}  // namespace
}  // namespace oci::conformance

// Filesystems that show a namespace, joined from outside the container's user namespace:
// user_namespaces(7). podman's `--uidmap … --ipc container:X` needs it.
#include <sys/stat.h>

#include <filesystem>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "config-linux.md#namespaces";
constexpr unsigned kHostId = 100000;

// A container in the host's user namespace.
class Other {
 public:
  explicit Other(Sandbox& sandbox) : sandbox_(sandbox) {
    require_file("/proc/self/ns/user");
    Bundle bundle = sandbox.bundle("other");
    bundle.new_namespace("cgroup")
        .mount("/dev/mqueue", "mqueue", "mqueue")
        .mount("/sys", "sysfs", "sysfs", {"ro"})
        .args({"/bin/probe", "sleep"});
    make_dir(bundle.rootfs("dev/mqueue"));
    sandbox.create_and_start(bundle);
    pid_ = sandbox.init_pid();
  }
  Other(const Other&) = delete;
  Other& operator=(const Other&) = delete;
  ~Other() { sandbox_.stop_and_remove(); }

  std::string ns(const std::string& file) const {
    return "/proc/" + std::to_string(pid_) + "/ns/" + file;
  }
  // The device number of the filesystem that it sees at `path`.
  std::string device(const std::string& path) const {
    struct stat about {};
    if (::stat(("/proc/" + std::to_string(pid_) + "/root" + path).c_str(), &about) != 0) return "-";
    return std::to_string(about.st_dev);
  }

 private:
  Sandbox& sandbox_;
  pid_t pid_ = 0;
};

std::string run(Sandbox& sandbox, Bundle& bundle) {
  bundle.write();
  const Outcome ran = sandbox.call({"run", "--bundle", bundle.directory(), sandbox.id() + "-j"});
  expect(ran.exit_code == 0, "run exits " + std::to_string(ran.exit_code) + ": " + ran.err);
  return ran.out;
}

Bundle mapped(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(bundle.rootfs("dev/mqueue"));
  bundle.user_namespace(kHostId, 65536);
  return bundle;
}

void queues(Sandbox& sandbox) {
  const Other other(sandbox);
  Bundle bundle = mapped(sandbox);
  bundle.new_namespace("ipc", other.ns("ipc"))
      .mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"})
      .shell("stat -c %d /dev/mqueue; grep ' /dev/mqueue ' /proc/self/mountinfo");
  const std::vector<std::string> said = lines(run(sandbox, bundle));
  expect_equal("the file system at /dev/mqueue", said.at(0), other.device("/dev/mqueue"));
  const Mounted mount = parse_mountinfo(said.at(1));
  expect_equal("its type", mount.type, "mqueue");
  for (const char* option : {"nosuid", "noexec", "nodev"})
    expect_contains("its options", mount.options, option);
}
const Case kQueues("namespaces/message-queues-of-a-joined-ipc-beside-a-new-user-namespace", kClause,
                   queues);

void processes(Sandbox& sandbox) {
  const Other other(sandbox);
  Bundle bundle = mapped(sandbox);
  bundle.new_namespace("pid", other.ns("pid"))
      .shell("cat /proc/1/comm; readlink /proc/self/ns/pid; ls /proc/self/fd >/dev/null");
  const std::string wanted = std::filesystem::read_symlink(other.ns("pid"));
  expect_equal("its view", run(sandbox, bundle), "probe\n" + wanted + "\n");
}
const Case kProcesses("namespaces/processes-of-a-joined-pid-beside-a-new-user-namespace", kClause,
                      processes);

void devices(Sandbox& sandbox) {
  const Other other(sandbox);
  Bundle bundle = mapped(sandbox);
  bundle.new_namespace("network", other.ns("net"))
      .mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"})
      .shell("stat -c %d /sys; grep ' /sys ' /proc/self/mountinfo");
  const std::vector<std::string> said = lines(run(sandbox, bundle));
  expect_equal("the file system at /sys", said.at(0), other.device("/sys"));
  expect_contains("its options", parse_mountinfo(said.at(1)).options, "ro");
}
const Case kDevices("namespaces/devices-of-a-joined-network-beside-a-new-user-namespace", kClause,
                    devices);

void all(Sandbox& sandbox) {
  require_cgroup2();
  const Other other(sandbox);
  Bundle bundle = mapped(sandbox);
  make_dir(bundle.rootfs("cg"));
  bundle.new_namespace("ipc", other.ns("ipc"))
      .new_namespace("pid", other.ns("pid"))
      .new_namespace("network", other.ns("net"))
      .new_namespace("cgroup", other.ns("cgroup"))
      .mount("/dev/mqueue", "mqueue", "mqueue")
      .mount("/sys", "sysfs", "sysfs", {"ro"})
      .mount("/cg", "cgroup", "cgroup", {"ro"});
  const Facts facts(run(sandbox, bundle));
  expect_equal("/proc", facts.mount("/proc").type, "proc");
  expect_equal("/dev/mqueue", facts.mount("/dev/mqueue").type, "mqueue");
  expect_equal("/sys", facts.mount("/sys").type, "sysfs");
  expect_equal("/cg", facts.mount("/cg").type, "cgroup2");
}
const Case kAll("namespaces/all-that-show-one-beside-a-new-user-namespace", kClause, all);

// Joins the user namespace of one container, and the ipc namespace of another in the host's user
// namespace.
void joined_user(Sandbox& sandbox) {
  const Other other(sandbox);
  Bundle pause = sandbox.bundle("user");
  pause.user_namespace(kHostId, 65536).args({"/bin/probe", "sleep"}).write();
  const std::string id = sandbox.id() + "-u", pid_file = sandbox.path("pid");
  const Outcome made =
      sandbox.call({"run", "--detach", "--bundle", pause.directory(), "--pid-file", pid_file, id});
  expect_equal("run --detach (" + made.err + ")", made.exit_code, 0);
  Bundle bundle = mapped(sandbox);
  bundle.new_namespace("user", "/proc/" + trimmed(read_file(pid_file)) + "/ns/user")
      .new_namespace("ipc", other.ns("ipc"))
      .mount("/dev/mqueue", "mqueue", "mqueue")
      .shell("stat -c %d /dev/mqueue");
  bundle.write();
  const Outcome ran = sandbox.call({"run", "--bundle", bundle.directory(), sandbox.id() + "-j"});
  sandbox.call({"delete", "--force", id});
  expect(ran.exit_code == 0, "run exits " + std::to_string(ran.exit_code) + ": " + ran.err);
  expect_equal("the file system at /dev/mqueue", trimmed(ran.out), other.device("/dev/mqueue"));
}
const Case kJoinedUser("namespaces/message-queues-of-a-joined-ipc-beside-a-joined-user-namespace",
                       kClause, joined_user);

}  // namespace
}  // namespace oci::conformance

// User namespaces and their id maps (config-linux.md#user-namespace-mappings).
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

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

void maps(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  const Facts facts = sandbox.facts(bundle);
  expect_equal("uid_map", shown(split(facts.words("/uid_map")[0], ' ')), "[0 100000 65536]");
  expect_equal("gid_map", shown(split(facts.words("/gid_map")[0], ' ')), "[0 100000 65536]");
  expect_equal("uid inside", facts.text("/uid"), "0\t0\t0\t0");
}
const Case kMaps("users/root-inside-is-mapped-outside", "config-linux.md#user-namespace-mappings",
                 maps);

void outside(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bundle.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(bundle);
  const std::string status = read_file("/proc/" + std::to_string(sandbox.init_pid()) + "/status");
  expect_contains("status as the host sees it", status, "Uid:\t100000\t100000\t100000\t100000");
  expect_contains("status as the host sees it", status, "Gid:\t100000\t100000\t100000\t100000");
  sandbox.stop_and_remove();
}
const Case kOutside("users/the-host-sees-the-mapped-ids", "config-linux.md#user-namespace-mappings",
                    outside);

void several_ranges(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bundle.user_namespace(200000)
      .set_json("/linux/uidMappings", R"([{"containerID": 0, "hostID": 200000, "size": 1},
                                          {"containerID": 1, "hostID": 300000, "size": 10},
                                          {"containerID": 1000, "hostID": 400000, "size": 5}])")
      .set("/process/user/uid", 1002);
  const Facts facts = sandbox.facts(bundle);
  expect_equal("lines of uid_map", facts.words("/uid_map").size(), 3U);
  expect_equal("uid", facts.text("/uid"), "1002\t1002\t1002\t1002");
}
const Case kRanges("users/several-ranges", "config-linux.md#user-namespace-mappings",
                   several_ranges);

void groups(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bundle.set_json("/process/user/additionalGids", "[7, 1000]");
  expect_equal("groups", shown(sandbox.facts(bundle).words("/groups")), "[7 1000]");
}
const Case kGroups("users/additional-groups-are-mapped", "config.md#posix-platform-user", groups);

void unmapped(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  expect_refusal(sandbox, bundle, {"process.user.uid", {"uid", "user", "map", "setresuid"}},
                 [](Bundle& spoilt) { spoilt.set("/process/user/uid", 70000); });
}
const Case kUnmapped("users/an-unmapped-uid-is-refused", "config.md#posix-platform-user", unmapped);

void no_maps(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  expect_refusal(sandbox, bundle, {"linux.uidMappings", {"uid", "map"}},
                 [](Bundle& spoilt) { spoilt.remove("/linux/uidMappings"); });
}
const Case kNoMaps("users/a-new-user-namespace-needs-maps",
                   "config-linux.md#user-namespace-mappings", no_maps);

void devices(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  const std::string said = sandbox.output(
      bundle,
      "for d in null zero full random urandom tty; do stat -c '%n %t:%T' /dev/$d; done;"
      "echo x > /dev/null && echo written; dd if=/dev/zero bs=4 count=1 2>/dev/null | wc -c");
  expect_contains("devices", said, "/dev/null 1:3");
  expect_contains("devices", said, "/dev/urandom 1:9");
  expect_contains("devices", said, "written\n4\n");
}
const Case kDevices("users/default-devices-work", "config-linux.md#default-devices", devices);

void mounts(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bundle.mount("/scratch", "tmpfs", "tmpfs", {"size=1m", "nosuid"})
      .mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"})
      .mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"});
  const std::string said = sandbox.output(bundle, "touch /scratch/x && stat -c %u:%g /scratch/x");
  expect_equal("owner of a file in a tmpfs", said, "0:0\n");
}
const Case kMounts("users/file-systems-mount-inside", "config.md#mounts", mounts);

void queues(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bundle.mount("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"});
  expect_equal(
      "owner",
      sandbox.output(bundle, "cd /dev/mqueue; stat -c '%u:%g %a' .; chmod 755 . && stat -c %a ."),
      "0:0 1777\n755\n");
}
const Case kQueues("users/the-message-queues-belong-to-its-root", "mq_overview(7)", queues);

void host_bind(Sandbox& sandbox) {
  const std::string source = sandbox.path("private/source");
  make_dir(source);
  write_file(source + "/x", "bound\n");
  ::chmod(sandbox.path("private").c_str(), 0700);  // mapped root cannot search it
  Bundle bundle = mapped(sandbox);
  bundle.mount("/bound", "bind", source, {"rbind", "ro"});
  expect_equal("file", sandbox.output(bundle, "cat /bound/x"), "bound\n");
}
const Case kBind("users/a-bind-source-that-mapped-root-cannot-reach", "config.md#mounts",
                 host_bind);

void sysctl(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bundle.set("/linux/sysctl/net.ipv4.ip_forward", "1").set("/hostname", "mapped");
  expect_equal("values", sandbox.output(bundle, "cat /proc/sys/net/ipv4/ip_forward; hostname"),
               "1\nmapped\n");
}
const Case kSysctl("users/sysctl-and-hostname", "config-linux.md#sysctl", sysctl);

// podman's --uidmap with --pid host: procfs for the host's pid namespace cannot be mounted inside.
void sysctl_beside_the_hosts_processes(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bundle.without_namespace("pid")
      .remove("/mounts/0")
      .mount("/proc", "bind", "/proc", {"rbind"})
      .set("/linux/sysctl/net.ipv4.ip_forward", "1");
  expect_equal("value", sandbox.output(bundle, "cat /proc/sys/net/ipv4/ip_forward"), "1\n");
  bundle.set("/linux/sysctl/net.ipv4.ip_forward", "0");
  expect_equal("another", sandbox.output(bundle, "cat /proc/sys/net/ipv4/ip_forward"), "0\n");
}
const Case kBesideTheHosts("users/sysctl-beside-the-hosts-processes", "config-linux.md#sysctl",
                           sysctl_beside_the_hosts_processes);

void joined(Sandbox& sandbox) {
  Bundle pause = mapped(sandbox);
  pause.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(pause);
  const std::string path = "/proc/" + std::to_string(sandbox.init_pid()) + "/ns/user";
  Bundle bundle = sandbox.bundle("joins");
  // Engines send the maps, too; here they also make mapped root the owner of the rootfs.
  bundle.user_namespace(kHostId, 65536).new_namespace("user", path).write();
  const Outcome ran = sandbox.call({"run", "--bundle", bundle.directory(), sandbox.id() + "-j"});
  expect_equal("exit code", ran.exit_code, 0);
  expect_equal("user namespace", Facts(ran.out).text("/namespaces/user"),
               std::string(std::filesystem::read_symlink(path)));
  sandbox.stop_and_remove();
}
const Case kJoined("users/a-user-namespace-is-joined", "config-linux.md#namespaces", joined);

void capabilities(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  for (const char* set : {"bounding", "effective", "permitted"}) {
    bundle.set_json("/process/capabilities/" + std::string(set), R"(["CAP_SYS_ADMIN"])");
  }
  expect_equal("effective", sandbox.facts(bundle).text("/CapEff"), "0000000000200000");
}
const Case kCapabilities("users/capabilities-hold-inside", "config.md#linux-process", capabilities);

}  // namespace
}  // namespace oci::conformance

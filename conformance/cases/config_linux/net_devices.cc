// linux.netDevices (config-linux.md#network-devices) and linux.intelRdt (#intelrdt). Each case uses
// a new network namespace as its host, and never touches the machine's devices.
#include <sched.h>
#include <unistd.h>

#include <csignal>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

std::string on_host(Sandbox& sandbox, const std::string& command) {
  return sandbox.call(Spawn{.argv = {"/bin/sh", "-c", command}}).out;
}

// A veth pair in a new network namespace. v0 has addresses and is up.
void make_wire(Sandbox& sandbox) {
  const std::string ip = require_program("ip");
  expect(::unshare(CLONE_NEWNET) == 0, "a case may have a network namespace");
  const Outcome made =
      sandbox.call(Spawn{.argv = {"/bin/sh", "-c",
                                  ip + " link add v0 type veth peer name v1 && " + ip +
                                      " addr add 10.9.8.7/24 dev v0 && " + ip +
                                      " addr add 169.254.7.7/16 scope link dev v0 && " + ip +
                                      " link set v0 mtu 1400 up && " + ip + " link set v1 up"}});
  if (made.exit_code != 0) throw Skipped("this kernel has no veth: " + made.err);
}

Bundle wired(Sandbox& sandbox, const std::string& devices) {
  make_wire(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/netDevices", devices);
  return bundle;
}

void moved(Sandbox& sandbox) {
  Bundle bundle = wired(sandbox, R"({"v0": {"name": "eth7"}})");
  const std::string said = sandbox.output(bundle, "ip addr show eth7");
  expect_contains("the device inside", said, "10.9.8.7/24");
  expect_contains("the device inside", said, "mtu 1400");
  expect_contains("the device inside", said, ",UP");
  expect_lacks("the device inside", said, "169.254.7.7");
  expect_equal("v0 on the host", on_host(sandbox, "ip -o link show v0 2>/dev/null"), "");
}
const Case kMoved("net-devices/one-is-moved-renamed-and-up-with-its-addresses",
                  "config-linux.md#network-devices", moved);

void same_name(Sandbox& sandbox) {
  Bundle bundle = wired(sandbox, R"({"v0": {}})");
  expect_contains("the device inside", sandbox.output(bundle, "ip addr show v0"), "10.9.8.7/24");
}
const Case kSameName("net-devices/without-a-name-it-keeps-its-own",
                     "config-linux.md#network-devices", same_name);

void before_hooks(Sandbox& sandbox) {
  Bundle bundle = wired(sandbox, R"({"v0": {"name": "eth7"}})");
  bundle.set("/linux/sysctl/net.ipv4.conf.eth7.forwarding", "1");
  expect_equal("forwarding of the device",
               sandbox.output(bundle, "cat /proc/sys/net/ipv4/conf/eth7/forwarding"), "1\n");
}
const Case kBeforeSysctl("net-devices/it-is-there-for-sysctl", "config-linux.md#sysctl",
                         before_hooks);

// A network namespace that outlives the container.
class Elsewhere {
 public:
  explicit Elsewhere(Sandbox& sandbox, const std::string& prepare)
      : process_({.argv = {"unshare", "-n", "sh", "-c", prepare + "; echo; exec sleep 60"}},
                 sandbox.directory()) {
    expect(eventually([&] { return read_file(process_.out_file()).ends_with("\n"); }),
           "a network namespace is made");
  }
  ~Elsewhere() {
    process_.signal(SIGKILL);
    process_.wait();
  }
  std::string path() const { return "/proc/" + std::to_string(process_.pid()) + "/ns/net"; }
  std::string links(Sandbox& sandbox) const {
    return on_host(sandbox, "nsenter --net=" + path() + " ip -o link");
  }

 private:
  Command process_;
};

void counted(Sandbox& sandbox) {
  Bundle bundle = wired(sandbox, R"({"v0": {"name": "eth%d"}, "v1": {"name": "eth%d"}})");
  const Elsewhere there(sandbox, "ip link add eth0 type bridge");
  bundle.without_namespace("network").new_namespace("network", there.path());
  const std::string said = sandbox.output(bundle, "ip -o link");
  expect_contains("the devices inside", said, "eth1");
  expect_contains("the devices inside", said, "eth2");
}
const Case kCounted("net-devices/a-template-gets-a-free-number", "config-linux.md#network-devices",
                    counted);

void no_return(Sandbox& sandbox) {
  Bundle bundle = wired(sandbox, R"({"v0": {"name": "eth7"}})");
  const Elsewhere there(sandbox, "true");
  bundle.without_namespace("network").new_namespace("network", there.path());
  sandbox.output(bundle, "true");
  expect_contains("the joined namespace after delete", there.links(sandbox), "eth7");
  expect_equal("v0 on the host", on_host(sandbox, "ip -o link show v0 2>/dev/null"), "");
}
const Case kNoReturn("net-devices/delete-does-not-move-it-back", "config-linux.md#network-devices",
                     no_return);

void rolled_back(Sandbox& sandbox) {
  Bundle bundle = wired(sandbox, R"({"v0": {"name": "eth7"}})");
  const Elsewhere there(sandbox, "true");
  bundle.without_namespace("network").new_namespace("network", there.path());
  bundle.add("/hooks/createRuntime", R"({"path": "/bin/false"})");
  expect(sandbox.try_create(bundle).exit_code != 0, "create succeeds in spite of its hook");
  const std::string seen = on_host(sandbox, "ip addr show v0");
  expect_contains("v0 on the host", seen, "10.9.8.7/24");
  expect_contains("v0 on the host", seen, ",UP");
}
const Case kRolledBack("net-devices/a-create-that-fails-brings-it-back", "runtime.md#errors",
                       rolled_back);

void killed(Sandbox& sandbox) {
  Bundle bundle = wired(sandbox, R"({"v0": {"name": "eth7"}})");
  const Elsewhere there(sandbox, "true");
  bundle.without_namespace("network").new_namespace("network", there.path());
  const std::string mark = sandbox.path("hook-runs");
  bundle.add("/hooks/createRuntime", R"({"path": "/bin/sh", "args": ["sh", "-c", "touch )" + mark +
                                         R"(; while [ -e )" + mark +
                                         R"( ]; do sleep 0.1; done"]})");
  bundle.write();
  Command creator(sandbox.invocation({"create", "--bundle", bundle.directory(), sandbox.id()}),
                  sandbox.directory());
  expect(eventually([&] { return exists(mark); }), "the hook runs");
  creator.signal(SIGKILL);
  ::unlink(mark.c_str());  // ends the hook
  creator.wait();
  expect_contains("the joined namespace", there.links(sandbox), "eth7");
  expect_equal("delete --force", sandbox.call({"delete", "--force", sandbox.id()}).exit_code, 0);
  expect_contains("v0 on the host", on_host(sandbox, "ip -o link show v0"), "v0");
}
const Case kKilled("net-devices/delete-brings-back-what-a-killed-create-has-moved", "reliability 4",
                   killed);

void refuse(Sandbox& sandbox, const char* path, const char* devices,
            const std::function<void(Bundle&)>& more = {}) {
  make_wire(sandbox);
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {path, {}}, [&](Bundle& spoilt) {
    spoilt.set_json("/linux/netDevices", devices);
    if (more) more(spoilt);
  });
  expect_contains("v0 on the host", on_host(sandbox, "ip addr show v0"), "10.9.8.7/24");
}

void taken(Sandbox& sandbox) {
  refuse(sandbox, "linux.netDevices.v0", R"({"v0": {"name": "lo"}})");
}
const Case kTaken("net-devices/a-name-that-is-taken-is-refused", "config-linux.md#network-devices",
                  taken);

void unknown(Sandbox& sandbox) {
  refuse(sandbox, "linux.netDevices.nope0", R"({"v0": {}, "nope0": {}})");
}
const Case kUnknown("net-devices/one-that-is-not-there-is-refused",
                    "config-linux.md#network-devices", unknown);

void without_namespace(Sandbox& sandbox) {
  refuse(sandbox, "linux.netDevices", R"({"v0": {}})",
         [](Bundle& bundle) { bundle.without_namespace("network"); });
}
const Case kWithout("net-devices/without-a-network-namespace-is-refused",
                    "config-linux.md#network-devices", without_namespace);

void no_resctrl(Sandbox& sandbox) {
  if (read_file("/proc/mounts").find(" resctrl ") != std::string::npos) {
    throw Skipped("resctrl is mounted");
  }
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"linux.intelRdt", {"rdt", "resctrl"}}, [](Bundle& spoilt) {
    spoilt.set_json("/linux/intelRdt", R"({"l3CacheSchema": "L3:0=f"})");
  });
}
const Case kNoResctrl("intel-rdt/without-resctrl-is-refused", "config-linux.md#intelrdt",
                      no_resctrl);

}  // namespace
}  // namespace oci::conformance

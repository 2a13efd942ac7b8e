// checkpoint and restore: the network of a container.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <csignal>

#include "conformance/cases/command_line/checkpoint_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {
namespace {

// The case gets a network namespace of its own, as its host. v0 has an address and is up.
void make_wire(Sandbox& sandbox, const std::string& peer = "v1") {
  const Outcome made =
      run_command({.argv = {"/bin/sh", "-c",
                            "ip link add v0 type veth peer name " + peer +
                                " && ip addr add 10.9.8.7/24 dev v0 && ip link set v0 up"}},
                  sandbox.directory());
  if (made.exit_code != 0) throw Skipped("no veth: " + made.err);
}

void leave_network() {
  require_program("ip");
  expect(::unshare(CLONE_NEWNET) == 0, "a case may have a network namespace");
}

// Its other end is on the host, and sees every line once.
void across(Sandbox& sandbox) {
  require_criu(sandbox);
  require_program("iptables-restore");  // CRIU holds packets back with it
  leave_network();
  make_wire(sandbox);
  const NetworkNamespace space(sandbox);
  space.give("v1");
  const Outcome ready = space.run("ip addr add 10.9.8.8/24 dev v1 && ip link set v1 up");
  expect(ready.exit_code == 0, "no address: " + ready.err);
  Bundle bundle = sandbox.bundle();
  bundle.without_namespace("network")
      .new_namespace("network", space.path())
      .set("/root/readonly", false)
      .shell(
          "i=0; while :; do i=$((i+1)); echo $i; echo $i >/tmp/n; sleep 0.1; done | "
          "busybox nc -l -p 9999");
  Saved saved(sandbox, bundle);
  saved.run();
  int open[2];  // at the end of its input, nc would close the connection
  expect(::pipe2(open, O_CLOEXEC) == 0, "no pipe");
  Command client({.argv = {require_program("busybox"), "sh", "-c",
                           "until nc 10.9.8.8 9999; do sleep 0.1; done"},
                  .before = [&open] { ::dup2(open[0], STDIN_FILENO); },
                  .seconds = 60},
                 sandbox.directory());
  const auto arrived = [&client] { return lines(read_file(client.out_file())); };
  const auto beyond = [&](size_t count) {
    expect(eventually([&] { return arrived().size() > count; }),
           "no line arrives after line " + std::to_string(count));
  };
  beyond(3);
  expect(saved.try_checkpoint().exit_code != 0, "a connection was saved without the option");
  beyond(arrived().size());
  saved.checkpoint({"--tcp-established"});
  const size_t stopped = arrived().size();
  saved.restore({"--tcp-established"});
  beyond(stopped + 5);
  const Words seen = arrived();
  for (size_t i = 0; i + 1 < seen.size(); ++i)
    expect_equal("line " + std::to_string(i), seen[i], std::to_string(i + 1));
  saved.end();
  client.signal(SIGKILL);
  client.wait();
  ::close(open[0]);
  ::close(open[1]);
}
const Case kAcross("checkpoint/a-connection-to-another-network-namespace-goes-on", "cli-contract 4",
                   across);

void devices(Sandbox& sandbox) {
  require_criu(sandbox);
  leave_network();
  make_wire(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/netDevices", R"({"v0": {"name": "eth7"}})");
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const auto address = [&] { return saved.inside({"busybox", "ip", "addr", "show", "eth7"}); };
  expect_contains("the device", address(), "10.9.8.7/24");
  saved.checkpoint();
  const int stopped = saved.number();
  expect(saved.try_restore().exit_code != 0, "it was restored without its device");
  expect_equal("status", saved.status(), "none");
  // The device has ended with its network namespace, and its peer with it.
  make_wire(sandbox, "v2");
  saved.restore();
  saved.beyond(stopped);
  expect_contains("the device then", address(), "10.9.8.7/24");
  saved.end();
}
const Case kDevices("checkpoint/restore-moves-network-devices-again",
                    "config-linux.md#network-devices", devices);

void empty(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const std::string space = "--net=/proc/" + std::to_string(saved.pid()) + "/ns/net";
  const Outcome made =
      run_command({.argv = {require_program("nsenter"), space, require_program("ip"), "link", "add",
                            "v8", "type", "veth", "peer", "name", "v9"}},
                  sandbox.directory());
  if (made.exit_code != 0) throw Skipped("no veth: " + made.err);
  const auto links = [&] { return saved.inside({"busybox", "ip", "link"}); };
  saved.checkpoint();
  saved.restore();
  expect_contains("its devices", links(), "v8");  // the control
  saved.checkpoint({"--empty-ns", "network"});
  const int stopped = saved.number();
  saved.restore({"--empty-ns", "network"});
  saved.beyond(stopped);
  expect_lacks("its devices then", links(), "v8");
  expect_contains("its devices then", links(), "lo:");
  saved.end();
}
const Case kEmpty("checkpoint/empty-ns-leaves-the-network-out", "cli-contract 4", empty);

// The server is stopped before it takes the connection.
void in_flight(Sandbox& sandbox) {
  require_criu(sandbox);
  require_program("iptables-restore");  // CRIU holds packets back with it
  require_option(sandbox, "checkpoint", "tcp-skip-in-flight");
  Bundle bundle = sandbox.bundle();
  counter(
      bundle,
      "seen() { until cat /proc/net/tcp /proc/net/tcp6 | grep -q \"$1\"; do sleep 0.1; done; }; "
      "busybox ip link set lo up; busybox nc -l -p 9999 & seen ':270F 0*:0000 0A'; "
      "kill -STOP $!; until grep -q 'State:.T' /proc/$!/status; do sleep 0.1; done; busybox sleep "
      "1000 | busybox nc 127.0.0.1 9999 & seen ':270F 01'; ");
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  expect(saved.try_checkpoint({"--tcp-established"}).exit_code != 0,
         "a connection that waits was saved");
  saved.beyond(saved.number());
  saved.checkpoint({"--tcp-established", "--tcp-skip-in-flight"});
  const int stopped = saved.number();
  saved.restore({"--tcp-established", "--tcp-skip-in-flight"});
  saved.beyond(stopped);
  saved.end();
}
const Case kInFlight("checkpoint/connections-that-wait-may-be-skipped", "cli-contract 4",
                     in_flight);

void closed(Sandbox& sandbox) {
  require_criu(sandbox);
  require_program("iptables-restore");
  require_option(sandbox, "restore", "tcp-close");
  Bundle bundle = sandbox.bundle();
  counter(
      bundle,
      "busybox ip link set lo up; busybox mkfifo /tmp/open; busybox nc -l -p 9999 <>/tmp/open & "
      "until busybox nc 127.0.0.1 9999 <>/tmp/open; do sleep 0.1; done & "
      "until grep -q ':270F 01' /proc/net/tcp; do sleep 0.1; done; ");
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const auto connected = [&] {
    return saved.inside({"cat", "/proc/net/tcp"}).find(":270F 01") != std::string::npos;
  };
  saved.checkpoint({"--tcp-established"});
  saved.restore({"--tcp-established"});
  expect(connected(), "the connection is gone in spite of --tcp-established");  // the control
  saved.checkpoint({"--tcp-established"});
  const int stopped = saved.number();
  saved.restore({"--tcp-close"});
  saved.beyond(stopped);
  expect(!connected(), "the connection is there in spite of --tcp-close");
  saved.end();
}
const Case kClosed("checkpoint/tcp-close-restores-no-connection", "cli-contract 4", closed);

}  // namespace
}  // namespace oci::conformance

// checkpoint and restore: options and containers that need more of CRIU.
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/cases/command_line/checkpoint_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {
namespace {

void expect_refused(Saved& saved, const Words& options, const std::string& about) {
  const Outcome outcome = saved.try_checkpoint(options);
  expect(outcome.exit_code != 0, about + " was saved");
  expect_equal("status after the refusal", saved.status(), "running");
  saved.beyond(saved.number());
}

// Both ends are in the container, and its second program counts the lines that arrive. The server
// takes one connection only, and its input never ends: CRIU may end a sleep early.
void connection(Sandbox& sandbox) {
  require_criu(sandbox);
  require_program("iptables-restore");  // CRIU holds packets back with it
  Bundle bundle = sandbox.bundle();
  bundle.set("/root/readonly", false)
      .shell(
          "busybox ip link set lo up; busybox mkfifo /tmp/open; "
          "busybox nc -l -p 9999 <>/tmp/open >/tmp/got & "
          "while :; do (while :; do echo x; sleep 0.1; done) | busybox nc 127.0.0.1 9999; "
          "sleep 0.1; done & while :; do busybox wc -l </tmp/got >/tmp/n; sleep 0.1; done");
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  saved.checkpoint({"--tcp-established"});
  const int stopped = saved.number();
  saved.restore({"--tcp-established"});
  saved.beyond(stopped + 5);
  saved.end();
}
const Case kConnection("checkpoint/a-tcp-connection-goes-on", "cli-contract 4", connection);

// The name of an open file is removed, and another name of it is left.
constexpr char kRemoved[] =
    "echo kept >/tmp/a; busybox ln /tmp/a /tmp/b; exec 8<>/tmp/b; busybox rm /tmp/b; ";

void expect_kept(Saved& saved) {
  expect_equal("the removed file", saved.inside({"cat", "/proc/1/fd/8"}), "kept");
}

void link_remap(Sandbox& sandbox) {
  require_criu(sandbox);
  require_option(sandbox, "checkpoint", "link-remap");
  Bundle bundle = sandbox.bundle();
  counter(bundle, kRemoved);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  expect_refused(saved, {}, "a removed name without --link-remap");
  saved.checkpoint({"--link-remap"});
  const int stopped = saved.number();
  saved.restore();
  saved.beyond(stopped);
  expect_kept(saved);
  saved.end();
}
const Case kLinkRemap("checkpoint/a-removed-name-of-an-open-file-is-linked-again", "cli-contract 4",
                      link_remap);

void config_file(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  const std::string file = sandbox.path("criu.conf");
  write_file(file, "link-remap\n");
  bundle.set_json("/annotations", R"({"org.criu.config": ")" + file + R"("})");
  counter(bundle, kRemoved);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  saved.checkpoint();
  const int stopped = saved.number();
  saved.restore();
  saved.beyond(stopped);
  expect_kept(saved);
  saved.end();
}
const Case kConfigFile("checkpoint/an-annotation-names-the-configuration-of-criu", "cli-contract 4",
                       config_file);

// CRIU opens the images as root of the container.
void user_namespace(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace().new_namespace("cgroup");
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const auto place = [&] { return read_file("/proc/" + std::to_string(saved.pid()) + "/cgroup"); };
  const std::string cgroups = place();
  const std::string map = saved.inside({"cat", "/proc/1/uid_map"});
  const std::string devices = "echo x >/dev/null && test -c /dev/zero && echo good";
  expect_equal("the devices", saved.inside({"sh", "-c", devices}), "good");
  saved.checkpoint();
  const int stopped = saved.number();
  expect_equal("chmod", ::chmod(saved.images().c_str(), 0700), 0);
  expect(saved.try_restore().exit_code != 0, "images that its root cannot reach were restored");
  expect_equal("status", saved.status(), "none");
  expect_equal("chmod", ::chmod(saved.images().c_str(), 0711), 0);
  saved.restore();
  saved.beyond(stopped);
  expect_equal("its map", saved.inside({"cat", "/proc/1/uid_map"}), map);
  expect_equal("its cgroup", place(), cgroups);
  expect_equal("the devices", saved.inside({"sh", "-c", devices}), "good");
  expect_contains("its cgroup inside", saved.inside({"cat", "/proc/1/cgroup"}), "0::/");
  expect_lacks("its cgroup inside", saved.inside({"cat", "/proc/1/cgroup"}), sandbox.id());
  saved.end();
}
const Case kUserNamespace("checkpoint/a-user-namespace-is-restored", "config-linux.md#namespaces",
                          user_namespace);

void cgroups_below(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("cgroup").mount("/sys/fs/cgroup", "cgroup2", "cgroup");
  counter(bundle, "mkdir /sys/fs/cgroup/below; echo $$ >/sys/fs/cgroup/below/cgroup.procs; ");
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const auto place = [&] {
    const std::string text = read_file("/proc/" + std::to_string(saved.pid()) + "/cgroup");
    const size_t at = text.find("0::");
    return trimmed(text.substr(at, text.find('\n', at) - at));
  };
  const std::string before = place();
  expect(before.ends_with("/below"), "it is in the cgroup " + before);
  saved.checkpoint();
  saved.restore();
  saved.beyond(saved.number());
  expect_equal("its cgroup", place(), before);
  expect_contains("its cgroup inside", saved.inside({"cat", "/proc/1/cgroup"}), "0::/below");
  expect_contains("processes of the container",
                  sandbox.call({"ps", "--format", "json", sandbox.id()}).out,
                  std::to_string(saved.pid()));
  saved.end();
  expect(!exists(cgroup2_mount() + before.substr(3)), "its cgroup is left");
}
const Case kCgroupsBelow("checkpoint/cgroups-below-its-own-are-restored",
                         "config-linux.md#control-groups", cgroups_below);

}  // namespace
}  // namespace oci::conformance

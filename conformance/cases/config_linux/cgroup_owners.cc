// Ownership of cgroups by containers and by users (config-linux.md#control-groups,
// #cgroup-ownership).
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

std::string shared_path(const Sandbox& sandbox) {
  return "/" + sandbox.id() + "-shared";
}

Bundle placed(Sandbox& sandbox, const std::string& name = "bundle") {
  require_cgroup2();
  Bundle bundle = sandbox.bundle(name);
  bundle.set("/linux/cgroupsPath", shared_path(sandbox)).args({"/bin/probe", "sleep"});
  return bundle;
}

// The id of a second container, which the sandbox does not track.
std::string other_id(const Sandbox& sandbox) {
  return sandbox.id() + "-next";
}

void successor(Sandbox& sandbox) {
  Bundle ended = placed(sandbox, "ended");
  ended.args({"/bin/busybox", "true"});
  sandbox.create_and_start(ended);
  sandbox.wait_stopped();
  Bundle next = placed(sandbox, "next");
  next.write();
  const std::string id = other_id(sandbox);
  const Outcome created = sandbox.call({"create", "--bundle", next.directory(), id});
  if (created.exit_code != 0) {
    // A runtime may also refuse a cgroup that another container has not released.
    sandbox.remove();
    return;
  }
  expect_equal("start of the next one", sandbox.call({"start", id}).exit_code, 0);
  const Outcome deleted = sandbox.call({"delete", sandbox.id()});
  const std::string state = sandbox.call({"state", id}).out;
  sandbox.call({"delete", "--force", id});
  sandbox.call({"delete", "--force", sandbox.id()});
  expect_contains("state of the next one after the first is deleted", state, "running");
  expect_equal("delete of the first one", deleted.exit_code, 0);
  expect(!exists(cgroup2_mount() + shared_path(sandbox)), "the cgroup is still there");
}
const Case kSuccessor("cgroups/delete-spares-who-has-moved-in-since", "runtime.md#delete",
                      successor);

void populated(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  const std::string used = cgroup2_mount() + shared_path(sandbox);
  ::mkdir(used.c_str(), 0755);
  Command stranger({.argv = {"sleep", "30"}}, sandbox.directory());
  write_file(used + "/cgroup.procs", std::to_string(stranger.pid()));
  const Outcome outcome = sandbox.try_create(bundle);
  if (outcome.exit_code == 0) sandbox.call({"delete", "--force", sandbox.id()});
  const bool alive = stranger.running();
  stranger.signal(SIGKILL);
  stranger.wait();
  eventually([&] { return ::rmdir(used.c_str()) == 0 || !exists(used); });
  expect(outcome.exit_code != 0, "create takes a cgroup with a process in it");
  expect(alive, "the stranger was killed");
  expect_contains("the message", outcome.err, "cgroup is not empty");
}
const Case kPopulated("cgroups/one-that-somebody-lives-in-is-refused",
                      "config-linux.md#control-groups", populated);

// A container may change the user attributes (xattr(7)) of a delegated cgroup. This must not put
// the cgroup out of the runtime's reach.
void attributes(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  sandbox.create_and_start(bundle);
  const std::string own = cgroup2_mount() + shared_path(sandbox);
  char names[1024];
  const ssize_t size = ::listxattr(own.c_str(), names, sizeof names);
  for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(std::strlen(names + at)) + 1) {
    if (std::strncmp(names + at, "user.", 5) == 0) ::removexattr(own.c_str(), names + at);
  }
  ::setxattr(own.c_str(), "user.oci-rt.owner", "1.1", 3, 0);
  sandbox.call({"kill", "--all", sandbox.id(), "KILL"});
  sandbox.wait_stopped();
  sandbox.remove();
  expect(!exists(own), "the cgroup is still there");
}
const Case kAttributes("cgroups/attributes-that-the-container-may-change-hide-nothing",
                       "config-linux.md#cgroup-ownership", attributes);

unsigned owner_of(const std::string& path) {
  struct stat status = {};
  expect(::stat(path.c_str(), &status) == 0, path + " is not there");
  return status.st_uid;
}

Bundle delegated(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  bundle.new_namespace("cgroup")
      .mount("/sys", "sysfs", "sysfs", {"ro"})
      .mount("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid"});
  return bundle;
}

void to_the_user(Sandbox& sandbox) {
  Bundle bundle = delegated(sandbox);
  bundle.user_namespace(100000).set("/process/user/uid", 7).set("/process/user/gid", 7);
  sandbox.create_and_start(bundle);
  const std::string directory = cgroup2_mount() + shared_path(sandbox);
  expect_equal("owner of the cgroup", owner_of(directory), 100007U);
  for (const char* file : {"/cgroup.procs", "/cgroup.subtree_control", "/cgroup.threads"}) {
    expect_equal(file, owner_of(directory + file), 100007U);
  }
  for (const char* file : {"/cgroup.kill", "/cgroup.freeze", "/cgroup.max.descendants"}) {
    expect_equal(file, owner_of(directory + file), 0U);
  }
  sandbox.stop_and_remove();
}
const Case kToUser("cgroups/a-writable-mount-gives-it-to-the-user",
                   "config-linux.md#cgroup-ownership", to_the_user);

void to_nobody(Sandbox& sandbox) {
  const std::string directory = cgroup2_mount() + shared_path(sandbox);
  Bundle read_only = delegated(sandbox);
  read_only.user_namespace(100000).add(
      "/mounts/" + std::to_string(find(read_only.config(), "/mounts")->Size() - 1) + "/options",
      R"("ro")");
  sandbox.create(read_only);
  expect_equal("owner where the mount is read-only", owner_of(directory), 0U);
  sandbox.remove();
  Bundle shared = delegated(sandbox);
  shared.user_namespace(100000).without_namespace("cgroup");
  if (sandbox.try_create(shared).exit_code != 0) return;  // some need the namespace for the mount
  expect_equal("owner without a cgroup namespace", owner_of(directory), 0U);
  sandbox.remove();
}
const Case kToNobody("cgroups/otherwise-it-stays-the-hosts", "config-linux.md#cgroup-ownership",
                     to_nobody);

void unknown_rdma(Sandbox& sandbox) {
  require_controller("rdma");
  Bundle bundle = placed(sandbox);
  bundle.args({"/bin/busybox", "true"});
  expect_refusal(sandbox, bundle, {"linux.resources.rdma", {"rdma"}}, [](Bundle& spoilt) {
    spoilt.set_json("/linux/resources/rdma", R"({"no-such-device": {"hcaHandles": 3}})");
  });
}
const Case kRdma("cgroups/an-rdma-device-there-is-not-is-refused", "config-linux.md#rdma",
                 unknown_rdma);

void keep_groups(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/annotations/run.oci.keep_original_groups", "1")
      .set("/process/user/uid", 1000)
      .write();
  const std::string setpriv = require_program("setpriv");
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.argv.insert(spawn.argv.begin(), {setpriv, "--groups", "998,999"});
  expect_equal("groups", shown(Facts(sandbox.call(spawn).out).words("/groups")), "[998 999]");
}
const Case kKeepGroups("annotations/keep-original-groups", "cli-contract 9", keep_groups);

}  // namespace
}  // namespace oci::conformance

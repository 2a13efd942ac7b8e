// checkpoint and restore: the process of a restored container, and the other verbs for it.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>

#include "conformance/cases/command_line/checkpoint_case.h"
#include "conformance/cases/config/apparmor_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {
namespace {

// Its attributes are read from the host. Times, sizes and pids change with a restore.
std::string attributes_of(pid_t pid) {
  const std::string place = "/proc/" + std::to_string(pid);
  std::string found;
  for (const std::string& line : lines(read_file(place + "/status")))
    for (const char* name :
         {"Umask", "Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp:", "Cap", "SigIgn"})
      if (line.starts_with(name)) found += line + "\n";
  return found + read_file(place + "/limits") + read_file(place + "/oom_score_adj");
}

void attributes(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle
      .set_json("/process/user", R"({"uid": 0, "gid": 0, "additionalGids": [9, 11], "umask": 18})")
      .set_json("/process/rlimits", R"([{"type": "RLIMIT_NOFILE", "soft": 111, "hard": 222}])")
      .set("/process/oomScoreAdj", 77)
      .set("/process/noNewPrivileges", true)
      .set_json("/linux/seccomp",
                R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"],
                    "action": "SCMP_ACT_ERRNO", "errnoRet": 95}]})");
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const std::string before = attributes_of(saved.pid());
  expect_contains("its limits", before, "111");
  const Outcome tried = saved.try_checkpoint();
  if (tried.exit_code != 0) {
    // CRIU before 3.19 loses a protection.
    expect_contains("the refusal", tried.err, "process.noNewPrivileges");
    saved.beyond(saved.number());
    saved.end();
    throw Skipped(trimmed(tried.err));
  }
  const int stopped = saved.number();
  saved.restore();
  saved.beyond(stopped);
  expect_equal("its attributes", attributes_of(saved.pid()), before);
  const Outcome filtered = sandbox.call({"exec", sandbox.id(), "mkdir", "/tmp/made"});
  expect_contains("mkdir in exec", filtered.err, "not supported");
  saved.end();
}
const Case kAttributes("checkpoint/its-process-has-the-attributes-that-it-had", "config.md#process",
                       attributes);

void other_verbs(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  saved.checkpoint();
  saved.restore();
  const std::string place =
      trimmed(read_file("/proc/" + std::to_string(saved.pid()) + "/cgroup")).substr(3);
  const std::string file = sandbox.path("limits");
  write_file(file, R"({"unified": {"cgroup.max.depth": "7"}})");
  const Outcome updated = sandbox.call({"update", "--resources", file, sandbox.id()});
  expect(updated.exit_code == 0, "update: " + updated.err);
  const size_t at = place.find("0::");
  const std::string cgroup =
      cgroup2_mount() + (at == place.npos ? place.substr(place.find('/')) : place.substr(at + 3));
  expect_equal("cgroup.max.depth", trimmed(read_file(cgroup + "/cgroup.max.depth")), "7");
  const Outcome told = sandbox.call({"events", "--stats", sandbox.id()});
  expect_contains("events", told.out, R"("type":"stats")");
  const Outcome stopped = sandbox.call({"exec", sandbox.id(), "sh", "-c", "exit 7"});
  expect_equal("exit code of exec", stopped.exit_code, 7);
  const json::Document state = parse_json("the state", sandbox.call({"state", sandbox.id()}).out);
  expect_equal("its pid", find(state, "/pid")->GetInt(), saved.pid());
  expect_contains("list", sandbox.call({"list"}).out, sandbox.id());
  saved.beyond(saved.number());
  saved.end();
}
const Case kOtherVerbs("checkpoint/a-restored-container-is-updated-watched-and-entered",
                       "cli-contract 4", other_verbs);

// A datagram socket of the host, as that of a system log.
void unix_socket(Sandbox& sandbox) {
  require_criu(sandbox);
  const std::string directory = sandbox.path("log");
  make_dir(directory);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  (directory + "/socket").copy(address.sun_path, sizeof address.sun_path - 1);
  const int server = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  expect(::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
         "no socket");
  Bundle bundle = sandbox.bundle();
  // CRIU looks for the other end in the network namespace, and connects to the name that it has.
  bundle.without_namespace("network").mount(directory, "bind", directory, {"bind"});
  counter(bundle, "busybox ln -s " + directory +
                      "/socket /dev/log; (while :; do echo word; busybox sleep 0.1; done) | "
                      "busybox logger & ");
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  char text[256];
  const auto arrives = [&] {
    while (::recv(server, text, sizeof text, 0) > 0) {
    }
    return eventually([&] { return ::recv(server, text, sizeof text, 0) > 0; });
  };
  expect(arrives(), "it sends nothing");
  expect(saved.try_checkpoint().exit_code != 0, "a socket of the host was saved");
  saved.checkpoint({"--ext-unix-sk"});
  const int stopped = saved.number();
  saved.restore({"--ext-unix-sk"});
  saved.beyond(stopped);
  expect(arrives(), "it sends nothing after restore");
  saved.end();
  ::close(server);
}
const Case kUnixSocket("checkpoint/a-socket-of-the-host-is-used-again", "cli-contract 4",
                       unix_socket);

void pid_namespace(Sandbox& sandbox) {
  require_criu(sandbox);
  // Its init reaps: a pid stays in use while it is the session of a dead process.
  const Words program = {
      require_program("unshare"),   "--pid", "--fork", "--kill-child", "sh", "-c",
      "while :; do sleep 0.1; done"};
  const Command holder({.argv = program, .seconds = 120}, sandbox.directory());
  const std::string children = "/proc/" + std::to_string(holder.pid()) + "/task/" +
                               std::to_string(holder.pid()) + "/children";
  expect(eventually([&] { return !trimmed(read_file(children)).empty(); }), "no namespace");
  const std::string path = "/proc/" + trimmed(read_file(children)) + "/ns/pid";
  const auto space_of = [](const std::string& file) {
    char name[64] = {};
    expect(::readlink(file.c_str(), name, sizeof name - 1) > 0, "no link " + file);
    return std::string(name);
  };
  Bundle bundle = sandbox.bundle();
  bundle.without_namespace("pid").new_namespace("pid", path);
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const pid_t before = saved.pid();
  saved.checkpoint();
  expect(wait_child(before, 5000).has_value(), "its init still runs, or is not our child");
  ::usleep(500000);
  const int stopped = saved.number();
  saved.restore();
  saved.beyond(stopped);
  expect_equal("its pid namespace", space_of("/proc/" + std::to_string(saved.pid()) + "/ns/pid"),
               space_of(path));
  saved.end();
}
const Case kPidNamespace("checkpoint/a-joined-pid-namespace-is-joined-again",
                         "config-linux.md#namespaces", pid_namespace);

void cgroup_modes(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("cgroup");
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const auto place = [&] { return read_file("/proc/" + std::to_string(saved.pid()) + "/cgroup"); };
  const std::string before = place();
  Words modes = {"ignore", "soft"};
  // Of other hierarchies CRIU would restore the limits as well, also of their roots.
  if (lines(read_file("/proc/self/cgroup")).size() == 1) modes.push_back("full");
  for (const std::string& mode : modes) {
    saved.checkpoint({"--manage-cgroups-mode", mode});
    const int stopped = saved.number();
    saved.restore({"--manage-cgroups-mode", mode});
    saved.beyond(stopped);
    expect_equal("its cgroup with " + mode, place(), before);
  }
  saved.checkpoint();
  expect(saved.try_restore({"--manage-cgroups-mode", "strict"}).exit_code != 0,
         "strict takes the cgroup that restore has made");
  expect_equal("status", saved.status(), "none");
  expect(saved.try_restore({"--manage-cgroups-mode", "other"}).exit_code != 0,
         "an unknown mode was taken");
  saved.restore();
  saved.beyond(saved.number());
  saved.end();
}
const Case kCgroupModes("checkpoint/every-mode-of-cgroups-keeps-its-own", "cli-contract 4",
                        cgroup_modes);

// Without a cgroup namespace, CRIU knows the whole path of the saved cgroup.
void another_cgroup(Sandbox& sandbox) {
  require_criu(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.set("/linux/cgroupsPath", "/" + sandbox.id() + "-first");
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  saved.checkpoint({"--manage-cgroups-mode", "soft"});
  const int stopped = saved.number();
  bundle.set("/linux/cgroupsPath", "/" + sandbox.id() + "-second");
  bundle.write();
  saved.restore({"--manage-cgroups-mode", "soft"});
  saved.beyond(stopped);
  expect_contains("its cgroup", read_file("/proc/" + std::to_string(saved.pid()) + "/cgroup"),
                  "0::/" + sandbox.id() + "-second\n");
  saved.end();
  expect(!exists(cgroup2_mount() + "/" + sandbox.id() + "-first"), "the saved cgroup was made");
}
const Case kAnotherCgroup("checkpoint/another-cgroup-takes-the-place-of-the-saved-one",
                          "config-linux.md#cgroups-path", another_cgroup);

void profile(Sandbox& sandbox) {
  require_criu(sandbox);
  const Profile confined(sandbox, "network, unix, ptrace, signal, ");  // CRIU works in the process
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/apparmorProfile", confined.name());
  counter(bundle);
  Saved saved(sandbox, bundle);
  saved.run();
  saved.beyond(3);
  const auto current = [&] {
    return trimmed(read_file("/proc/" + std::to_string(saved.pid()) + "/attr/current"));
  };
  const std::string before = current();
  expect_contains("its profile", before, confined.name());
  saved.checkpoint();
  const int stopped = saved.number();
  saved.restore();
  saved.beyond(stopped);
  expect_equal("its profile then", current(), before);
  saved.checkpoint();
  expect(saved.try_restore({"--lsm-profile", "apparmor:missing-" + sandbox.id()}).exit_code != 0,
         "a profile that is not loaded was taken");
  expect_equal("status", saved.status(), "none");
  saved.restore({"--lsm-profile", "apparmor:unconfined"});
  expect_equal("with --lsm-profile", current(), "unconfined");
  saved.end();
}
const Case kProfile("checkpoint/its-profile-is-as-before-or-that-of-the-option", "cli-contract 4",
                    profile);

}  // namespace
}  // namespace oci::conformance

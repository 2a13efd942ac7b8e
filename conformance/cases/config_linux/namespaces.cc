// linux.namespaces: new ones, joined ones, inherited ones (config-linux.md#namespaces).
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

struct Kind {
  const char* type;  // in config.json
  const char* file;  // below /proc/PID/ns
};
constexpr Kind kKinds[] = {{"pid", "pid"},   {"mount", "mnt"},    {"uts", "uts"},
                           {"ipc", "ipc"},   {"network", "net"},  {"user", "user"},
                           {"time", "time"}, {"cgroup", "cgroup"}};

std::string own(const std::string& file) {
  return std::filesystem::read_symlink("/proc/self/ns/" + file);
}

std::string of(const Facts& facts, const std::string& file) {
  return facts.text("/namespaces/" + file);
}

void all_eight(Sandbox& sandbox) {
  require_file("/proc/self/ns/time");
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace();
  for (const Kind& kind : kKinds)
    bundle.new_namespace(kind.type);
  const Facts facts = sandbox.facts(bundle);
  for (const Kind& kind : kKinds) {
    expect(of(facts, kind.file) != own(kind.file), std::string(kind.type) + " is the host's");
  }
}
const Case kEight("namespaces/all-eight-differ-from-the-hosts", "config-linux.md#namespaces",
                  all_eight);

void seven(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  for (const Kind& kind : kKinds) {
    if (kind.file != std::string("user") && kind.file != std::string("time")) {
      bundle.new_namespace(kind.type);
    }
  }
  const Facts facts = sandbox.facts(bundle);
  for (const char* file : {"pid", "mnt", "uts", "ipc", "net", "cgroup"}) {
    expect(of(facts, file) != own(file), std::string(file) + " is the host's");
  }
  expect_equal("user namespace", of(facts, "user"), own("user"));
}
const Case kSix("namespaces/new-ones-differ-from-the-hosts", "config-linux.md#namespaces", seven);

void inherited(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  for (const char* type : {"uts", "ipc", "network"})
    bundle.without_namespace(type);
  const Facts facts = sandbox.facts(bundle);
  for (const char* file : {"uts", "ipc", "net", "user", "cgroup"}) {
    expect_equal(file, of(facts, file), own(file));
  }
}
const Case kInherited("namespaces/those-not-listed-are-the-runtimes", "config-linux.md#namespaces",
                      inherited);

void hosts_pids(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.without_namespace("pid");
  const Facts facts = sandbox.facts(bundle);
  expect_equal("pid namespace", of(facts, "pid"), own("pid"));
  expect(facts.number("/pid") != 1, "the pid is 1");
}
const Case kHostPids("namespaces/without-a-pid-namespace-pids-are-the-hosts",
                     "config-linux.md#namespaces", hosts_pids);

// A process in new namespaces, for the lifetime of the object.
class Holder {
 public:
  explicit Holder(int flags) : pid_(::fork()) {
    if (pid_ == 0) {
      if (::unshare(flags) != 0) ::_exit(1);
      if ((flags & CLONE_NEWPID) && ::fork() > 0) ::pause();  // the child is the namespace's init
      for (;;)
        ::pause();
    }
    const std::string file = "/proc/" + std::to_string(pid_) + "/ns/";
    for (const Kind& kind : kKinds) {
      if (kind.file == std::string("time")) continue;
      eventually([&] { return differs(file, kind.file) || !wanted(flags, kind.file); });
    }
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::string path(const std::string& file) const {
    return "/proc/" + std::to_string(pid_) + "/ns/" + file;
  }
  pid_t pid() const { return pid_; }

 private:
  static bool wanted(int flags, const std::string& file) {
    return (file == "uts" && (flags & CLONE_NEWUTS)) || (file == "ipc" && (flags & CLONE_NEWIPC)) ||
           (file == "net" && (flags & CLONE_NEWNET)) || (file == "mnt" && (flags & CLONE_NEWNS)) ||
           (file == "cgroup" && (flags & CLONE_NEWCGROUP)) ||
           (file == "user" && (flags & CLONE_NEWUSER));
  }
  static bool differs(const std::string& directory, const std::string& file) {
    std::error_code gone;
    return std::filesystem::read_symlink(directory + file, gone) != own(file);
  }
  pid_t pid_;
};

void joined(Sandbox& sandbox) {
  const Holder holder(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET);
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("uts", holder.path("uts"))
      .new_namespace("ipc", holder.path("ipc"))
      .new_namespace("network", holder.path("net"));
  const Facts facts = sandbox.facts(bundle);
  for (const char* file : {"uts", "ipc", "net"}) {
    expect_equal(file, of(facts, file),
                 std::string(std::filesystem::read_symlink(holder.path(file))));
  }
}
const Case kJoined("namespaces/a-path-is-joined", "config-linux.md#namespaces", joined);

void joined_pids(Sandbox& sandbox) {
  Bundle pause = sandbox.bundle("pause");
  pause.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(pause);
  const std::string path = "/proc/" + std::to_string(sandbox.init_pid()) + "/ns/";
  const std::string wanted = std::filesystem::read_symlink(path + "pid");
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("pid", path + "pid").write();
  const Outcome ran =
      sandbox.call({"run", "--bundle", bundle.directory(), sandbox.id() + "-joins"});
  expect_equal("exit code", ran.exit_code, 0);
  const Facts facts(ran.out);
  expect_equal("pid namespace", of(facts, "pid"), wanted);
  expect(facts.number("/pid") > 1, "the pid is 1 although another is there first");
  sandbox.stop_and_remove();
}
const Case kJoinedPids("namespaces/a-pid-namespace-is-joined", "config-linux.md#namespaces",
                       joined_pids);

void joined_stays(Sandbox& sandbox) {
  const Holder holder(CLONE_NEWNET);
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("network", holder.path("net"));
  sandbox.facts(bundle);
  expect(exists(holder.path("net")), "the joined namespace is gone");
  expect_equal("holder", ::kill(holder.pid(), 0), 0);
}
const Case kStays("namespaces/a-joined-one-outlives-the-container", "runtime.md#delete",
                  joined_stays);

void only_loopback(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const std::string links = sandbox.output(bundle, "ip -o link");
  expect_equal("links", lines(links).size(), 1U);
  expect_contains("the link", links, ": lo:");
}
const Case kLoopback("namespaces/a-new-network-has-only-lo", "network_namespaces(7)",
                     only_loopback);

void joined_network(Sandbox& sandbox) {
  const std::string ip = require_program("ip");
  const std::string name = "oc" + std::to_string(::getpid());
  const auto run = [&](const Words& words) {
    Words argv = {ip};
    argv.insert(argv.end(), words.begin(), words.end());
    const Outcome outcome = run_command({.argv = argv}, sandbox.directory());
    if (outcome.exit_code != 0) throw Skipped("ip " + words[0] + ": " + trimmed(outcome.err));
  };
  run({"netns", "add", name});
  std::string problem;
  try {
    run({"link", "add", name + "h", "type", "veth", "peer", "name", "veth-in", "netns", name});
    Bundle bundle = sandbox.bundle();
    bundle.new_namespace("network", "/run/netns/" + name);
    expect_contains("links inside", sandbox.output(bundle, "ip -o link"), "veth-in");
  } catch (const Failed& why) {
    problem = why.what();
  }
  run({"netns", "delete", name});
  ::umount2("/run/netns", MNT_DETACH);
  ::rmdir("/run/netns");
  run_command({.argv = {ip, "link", "delete", name + "h"}}, sandbox.directory());
  expect(problem.empty(), problem);
}
const Case kVeth("namespaces/a-network-made-by-ip-netns-shows-its-veth", "network_namespaces(7)",
                 joined_network);

void cgroup_root(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("cgroup").set("/linux/cgroupsPath", "/" + sandbox.id());
  const Facts facts = sandbox.facts(bundle);
  for (const std::string& line : facts.words("/cgroup")) {
    if (line.starts_with("0::")) expect_equal("cgroup v2 path inside", line, "0::/");
  }
}
const Case kCgroup("namespaces/a-cgroup-namespace-begins-at-the-container",
                   "config-linux.md#namespaces", cgroup_root);

void refuse(Sandbox& sandbox, const Words& any_of, const std::function<void(Bundle&)>& spoil) {
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"linux.namespaces", any_of}, spoil);
}

void wrong_type(Sandbox& sandbox) {
  refuse(sandbox, {"namespace", "setns", "uts"},
         [](Bundle& bundle) { bundle.new_namespace("network", "/proc/self/ns/uts"); });
}
const Case kWrongType("namespaces/a-path-to-another-type-is-refused", "config-linux.md#namespaces",
                      wrong_type);

void no_namespace(Sandbox& sandbox) {
  refuse(sandbox, {"namespace", "setns", "config.json", "NSFS"}, [](Bundle& bundle) {
    bundle.write();
    bundle.new_namespace("network", bundle.directory() + "/config.json");
  });
}
const Case kNoNamespace("namespaces/a-path-to-a-plain-file-is-refused",
                        "config-linux.md#namespaces", no_namespace);

void missing_path(Sandbox& sandbox) {
  refuse(sandbox, {"namespace", "/missing"},
         [](Bundle& bundle) { bundle.new_namespace("ipc", "/missing/ipc"); });
}
const Case kMissingPath("namespaces/a-missing-path-is-refused", "config-linux.md#namespaces",
                        missing_path);

void relative_path(Sandbox& sandbox) {
  refuse(sandbox, {"namespace", "absolute", "ns/net"},
         [](Bundle& bundle) { bundle.new_namespace("network", "proc/self/ns/net"); });
}
const Case kRelativePath("namespaces/a-relative-path-is-refused", "config-linux.md#namespaces",
                         relative_path);

void twice(Sandbox& sandbox) {
  refuse(sandbox, {"namespace", "dupl"},
         [](Bundle& bundle) { bundle.add("/linux/namespaces", R"({"type": "uts"})"); });
}
const Case kTwice("namespaces/the-same-type-twice-is-refused", "config-linux.md#namespaces", twice);

void names(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/hostname", "conformance").set("/domainname", "example.org");
  const Facts facts = sandbox.facts(bundle);
  expect_equal("hostname", facts.text("/hostname"), "conformance");
  expect_equal("domainname", facts.text("/domainname"), "example.org");
}
const Case kDomain("namespaces/hostname-and-domainname", "config.md#domainname", names);

void hostname(Sandbox& sandbox) {
  std::array<char, 256> before = {}, after = {};
  ::gethostname(before.data(), before.size());
  Bundle bundle = sandbox.bundle();
  bundle.set("/hostname", "conformance");
  expect_equal("hostname", sandbox.facts(bundle).text("/hostname"), "conformance");
  ::gethostname(after.data(), after.size());
  expect_equal("the host's name", after.data(), before.data());
}
const Case kHostname("namespaces/hostname-is-the-configured-one", "config.md#hostname", hostname);

void needs_uts(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/hostname", "conformance");
  expect_refusal(sandbox, bundle, {"hostname", {"hostname", "uts"}},
                 [](Bundle& spoilt) { spoilt.without_namespace("uts"); });
}
const Case kNeedsUts("namespaces/hostname-without-a-uts-namespace-is-refused", "config.md#hostname",
                     needs_uts);

}  // namespace
}  // namespace oci::conformance

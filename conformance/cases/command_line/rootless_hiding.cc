// A rootless container runs as the caller, so it may change its cgroup and the attributes of it
// (cgroups(7) "Delegation", xattr(7)). It must not hide from ps, kill --all and delete --force that
// way.
#include <csignal>
#include <cstdlib>

#include "conformance/cases/command_line/rootless_cgroup.h"
#include "conformance/cases/command_line/rootless_user.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "runtime.md#delete";
constexpr char kOwn[] = "/sys/fs/cgroup";

std::string on_mark(const std::string& change) {
  return "probe xattr " + std::string(kOwn) + " user.oci-rt.owner" + change + "; ";
}

// Each script closes or changes something the container owns, then creates the file "ready".
const struct {
  const char* name;
  std::string script;
} kTricks[] = {
    {"a-changed-mark", on_mark(" 1.1")},
    {"a-mark-of-another-container", on_mark(" '1.1 made in 1:/run/oci-rt/other'")},
    {"a-removed-mark", on_mark("")},
    {"a-huge-mark", on_mark(" $(head -c 20000 /dev/zero | tr '\\0' x)")},
    {"a-closed-cgroup", "chmod 000 /sys/fs/cgroup; "},
    {"closed-files",
     "cd /sys/fs/cgroup; chmod 000 cgroup.procs cgroup.kill cgroup.events "
     "cgroup.threads .; "},
    {"a-closed-cgroup-inside",
     "cd /sys/fs/cgroup; mkdir -p a/b; sh -c 'echo $$ > a/b/cgroup.procs; exec sleep 1000' & "
     "while ! grep -q . a/b/cgroup.procs; do :; done; chmod 000 a/b/cgroup.* a/b; chmod 000 a .; "},
};

class Hidden {
 public:
  Hidden(Sandbox& sandbox, const std::string& script, bool own_pids, bool ranges = false)
      : sandbox_(sandbox), user_(sandbox), tree_(sandbox), bundle_(user_.bundle()) {
    bundle_.new_namespace("cgroup")
        .mount("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev"})
        .shell("PATH=/bin; " + script + "echo hidden > /ready; " +
               (own_pids ? "exec sleep 1000" : "sleep 1000 & exec sleep 1000"));
    if (!own_pids) {
      bundle_.without_namespace("pid")
          .remove("/mounts/0")
          .mount("/proc", "bind", "/proc", {"rbind"});
    }
    if (ranges) map_ranges(bundle_);
    bundle_.write();
  }

  // Returns the pid of init.
  pid_t run() {
    const Outcome ran = sandbox_.call(
        tree_.from_inside(user_.invocation({"run", "-d", "--bundle", bundle_.directory(),
                                            "--pid-file", sandbox_.path("pid"), sandbox_.id()})));
    expect_equal("run (" + trimmed(ran.err) + ") exits with", ran.exit_code, 0);
    cgroup_ = cgroup2_mount() + cgroup_of_init(sandbox_.path("pid"));
    expect(eventually([&] { return exists(bundle_.rootfs("ready")); }), "it hides nothing");
    return std::atoi(read_file(sandbox_.path("pid")).c_str());
  }
  std::vector<std::string> processes() const { return lines(read_file(cgroup_ + "/cgroup.procs")); }
  void expect_nothing_left(const std::string& after) const {
    expect(!exists(cgroup_), after + " leaves the cgroup, with " +
                                 std::to_string(exists(cgroup_) ? processes().size() : 0) +
                                 " processes");
  }
  const User& user() const { return user_; }

 private:
  Sandbox& sandbox_;
  const User user_;
  const Delegated tree_;
  Bundle bundle_;
  std::string cgroup_;
};

void deleted(Sandbox& sandbox, const std::string& script, bool own_pids) {
  Hidden hidden(sandbox, script, own_pids);
  const pid_t init = hidden.run();
  hidden.user().good({"delete", "--force", sandbox.id()});
  expect(wait_child(init, 5000).has_value(), "delete leaves its init");
  hidden.expect_nothing_left("delete");
  hidden.user().good({"delete", "--force", sandbox.id()});
}

void listed_and_killed(Sandbox& sandbox, const std::string& script) {
  Hidden hidden(sandbox, script, true);
  const pid_t init = hidden.run();
  expect_contains("ps", hidden.user().good({"ps", "-f", "json", sandbox.id()}),
                  std::to_string(init));
  hidden.user().good({"kill", "--all", sandbox.id(), "KILL"});
  expect(wait_child(init, 5000).has_value(), "kill --all leaves its init");
  hidden.user().good({"delete", sandbox.id()});
  hidden.expect_nothing_left("delete");
}

// Without a pid namespace, other processes survive init.
void outlived(Sandbox& sandbox, const std::string& script) {
  Hidden hidden(sandbox, script, false);
  const pid_t init = hidden.run();
  ::kill(init, SIGKILL);
  expect(wait_child(init, 5000).has_value(), "its init goes on");
  hidden.user().good({"delete", "--force", sandbox.id()});
  hidden.expect_nothing_left("delete");
}

// The container maps more users than the caller, and gives the cgroup to one of them. Root in a
// user namespace may do that.
void given_away(Sandbox& sandbox, bool own_pids, bool ended) {
  Etc etc(sandbox);
  etc.grant_ids();
  Hidden hidden(sandbox,
                "cd /sys/fs/cgroup; mkdir -p a/b; chown -R 7:7 .; chmod 000 a/b/cgroup.* a/b; "
                "chmod 000 a; chmod 000 cgroup.* .; ",
                own_pids, true);
  const pid_t init = hidden.run();
  if (ended) {
    ::kill(init, SIGKILL);
    expect(wait_child(init, 5000).has_value(), "its init goes on");
  }
  hidden.user().good({"delete", "--force", sandbox.id()});
  if (!ended) expect(wait_child(init, 5000).has_value(), "delete leaves its init");
  hidden.expect_nothing_left("delete");
}
const Case kGivenAway("rootless/a-cgroup-given-away-hides-nothing-from-delete", kClause,
                      [](Sandbox& sandbox) { given_away(sandbox, true, false); });
const Case kGivenAwayEnded("rootless/a-cgroup-given-away-hides-nothing-once-it-ended", kClause,
                           [](Sandbox& sandbox) { given_away(sandbox, true, true); });
const Case kGivenAwayOutlived("rootless/a-cgroup-given-away-hides-nothing-that-outlives-init",
                              kClause, [](Sandbox& sandbox) { given_away(sandbox, false, true); });

std::vector<Case> all() {
  std::vector<Case> cases;
  cases.reserve(3 * std::size(kTricks));  // cases register their address
  for (const auto& trick : kTricks) {
    const std::string name = trick.name, script = trick.script;
    cases.emplace_back("rootless/" + name + "-hides-nothing-from-delete", kClause,
                       [script](Sandbox& sandbox) { deleted(sandbox, script, true); });
    cases.emplace_back("rootless/" + name + "-hides-nothing-from-ps-and-kill", kClause,
                       [script](Sandbox& sandbox) { listed_and_killed(sandbox, script); });
    cases.emplace_back("rootless/" + name + "-hides-nothing-that-outlives-init", kClause,
                       [script](Sandbox& sandbox) { outlived(sandbox, script); });
  }
  return cases;
}
const std::vector<Case> kAll = all();

}  // namespace
}  // namespace oci::conformance

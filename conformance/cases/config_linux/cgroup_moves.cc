// Something on the host has moved a container's processes to another cgroup. Also: cgroups below a
// threaded one (cgroups(7)).
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/leaks.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "config-linux.md#control-groups";

// An extra cgroup of the case, beside the container's.
class Place {
 public:
  // Not named by the sandbox's id: the leak check searches for that.
  explicit Place(const std::string& name)
      : name_("moves-" + std::to_string(::getpid()) + name), path_(cgroup2_mount() + "/" + name_) {
    if (::mkdir(path_.c_str(), 0755) != 0) throw Skipped("no cgroup can be made");
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { remove_cgroups(name_); }
  const std::string& path() const { return path_; }
  const std::string& name() const { return name_; }

  void take(const std::string& from) const {
    for (const std::string& pid : lines(read_file(from + "/cgroup.procs")))
      write_file(path_ + "/cgroup.procs", pid);
  }

 private:
  std::string name_, path_;
};

// Moves two processes out of the cgroup that create made, and removes that cgroup.
void move_away(Sandbox& sandbox, Bundle& bundle, const Place& place) {
  bundle.shell("sleep 100 & exec sleep 101");
  sandbox.create_and_start(bundle);
  const std::string first = cgroup_directory(sandbox);
  eventually([&] { return lines(read_file(first + "/cgroup.procs")).size() == 2; });
  place.take(first);
  const bool gone = eventually([&] { return ::rmdir(first.c_str()) == 0; });
  expect(gone, "the first cgroup stays");
}

void moved(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  const Place place("-moved");
  move_away(sandbox, bundle, place);
  const pid_t init = sandbox.init_pid();
  const Outcome ran = exec(sandbox, {}, {"/bin/sh", "-c", "cat /proc/self/cgroup"});
  const Outcome ps = sandbox.call({"ps", "--format", "json", sandbox.id()});
  const Outcome pause = sandbox.call({"pause", sandbox.id()});
  const Outcome killed = sandbox.call({"kill", "--all", sandbox.id(), "KILL"});
  sandbox.wait_stopped();
  sandbox.remove();
  expect_equal("exec (" + ran.err + ")", ran.exit_code, 0);
  expect_contains("the cgroup of exec", ran.out, place.name());
  expect_contains("ps (" + ps.err + ")", ps.out, std::to_string(init));
  expect(std::ranges::count(ps.out, ',') == 1, "ps shows not both: " + ps.out);
  expect(pause.exit_code != 0, "a cgroup that others may be in is frozen");
  expect_equal("kill --all (" + killed.err + ")", killed.exit_code, 0);
}
const Case kMoved("cgroups/processes-that-were-moved-away-are-still-the-containers", kClause,
                  moved);

// The first cgroup still exists, and is empty.
void moved_and_left(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  const Place place("-moved");
  sandbox.create_and_start(bundle);
  place.take(cgroup_directory(sandbox));
  const Outcome ps = sandbox.call({"ps", "--format", "json", sandbox.id()});
  const pid_t init = sandbox.init_pid();
  const Outcome killed = sandbox.call({"kill", "--all", sandbox.id(), "KILL"});
  sandbox.wait_stopped();
  sandbox.remove();
  expect_contains("ps (" + ps.err + ")", ps.out, std::to_string(init));
  expect_equal("kill --all (" + killed.err + ")", killed.exit_code, 0);
}
const Case kLeft("cgroups/processes-that-were-moved-out-of-one-that-stays", kClause,
                 moved_and_left);

// The container's processes can no longer be told from the host's. The verbs report that, and no
// other process is killed.
void moved_without_pids(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  bundle.without_namespace("pid");
  const Place place("-moved");
  move_away(sandbox, bundle, place);
  const Outcome ps = sandbox.call({"ps", sandbox.id()});
  const Outcome all = sandbox.call({"kill", "--all", sandbox.id(), "KILL"});
  const Outcome ran = exec(sandbox, {}, {"/bin/true"});
  write_file(place.path() + "/cgroup.kill", "1");
  sandbox.wait_stopped();
  sandbox.remove();
  expect(ps.exit_code != 0, "ps shows a part of them");
  expect(all.exit_code != 0, "kill --all says that it has reached them");
  expect_equal("exec (" + ran.err + ")", ran.exit_code, 0);
}
const Case kWithoutPids("cgroups/moved-processes-without-a-pid-namespace-are-not-guessed", kClause,
                        moved_without_pids);

void counted(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  const Place place("-moved");
  move_away(sandbox, bundle, place);
  const Outcome events = sandbox.call({"events", "--stats", sandbox.id()});
  sandbox.stop_and_remove();
  expect_equal("events --stats (" + events.err + ")", events.exit_code, 0);
  expect_contains("events --stats", events.out, "\"stats\"");
}
const Case kCounted("events/of-a-container-that-was-moved-away", kClause, counted);

class Threaded : public Place {
 public:
  Threaded() : Place("-threads") {
    const std::string inner = path() + "/threaded";
    if (::mkdir(inner.c_str(), 0755) != 0) throw Skipped("no cgroup can be made");
    write_file(inner + "/cgroup.type", "threaded");
    if (trimmed(read_file(inner + "/cgroup.type")) != "threaded") {
      ::rmdir(inner.c_str());
      throw Skipped("no threaded cgroup can be made");
    }
  }
};

void threaded(Sandbox& sandbox) {
  require_cgroup2();
  const Threaded place;
  Bundle bundle = placed(sandbox);
  bundle.set("/linux/cgroupsPath", "/" + place.name() + "/threaded/a/b")
      .shell("sleep 100 & exec sleep 101");
  sandbox.create_and_start(bundle);
  const std::string of_init = cgroup_of(sandbox.init_pid());
  std::string ps;
  eventually([&] {
    ps = sandbox.call({"ps", "--format", "json", sandbox.id()}).out;
    return std::ranges::count(ps, ',') == 1;
  });
  const Outcome ran = exec(sandbox, {}, {"/bin/true"});
  const Outcome paused = sandbox.call({"pause", sandbox.id()});
  const Outcome resumed = sandbox.call({"resume", sandbox.id()});
  const Outcome killed = sandbox.call({"kill", "--all", sandbox.id(), "KILL"});
  sandbox.wait_stopped();
  sandbox.remove();
  expect(of_init.ends_with("/threaded/a/b"), "init is in " + of_init);
  expect(std::ranges::count(ps, ',') == 1, "ps shows not both: " + ps);
  expect_equal("exec (" + ran.err + ")", ran.exit_code, 0);
  expect_equal("pause (" + paused.err + ")", paused.exit_code, 0);
  expect_equal("resume (" + resumed.err + ")", resumed.exit_code, 0);
  expect_equal("kill --all (" + killed.err + ")", killed.exit_code, 0);
  expect(!exists(place.path() + "/threaded/a"), "delete leaves the cgroup");
}
const Case kThreaded("cgroups/below-a-threaded-one", kClause, threaded);

// The kernel accounts huge pages by process, so a threaded cgroup cannot limit them.
void threaded_limit(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  require_controller("hugetlb");
  const Threaded place;
  Bundle bundle = placed(sandbox);
  bundle.set("/linux/cgroupsPath", "/" + place.name() + "/threaded/a")
      .args({"/bin/probe", "facts"});
  expect_refusal(sandbox, bundle,
                 {"linux.resources.hugepageLimits", {"hugetlb", "domain", "threaded"}},
                 [](Bundle& spoilt) {
                   spoilt.set_json("/linux/resources",
                                   R"({"hugepageLimits": [{"pageSize": "2MB", "limit": 0}]})");
                 });
}
const Case kThreadedLimit("cgroups/a-limit-of-processes-below-a-threaded-one-is-refused", kClause,
                          threaded_limit);

}  // namespace
}  // namespace oci::conformance

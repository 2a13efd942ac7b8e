// A process in the container with CAP_SYS_PTRACE seizes processes that exec puts into its pid
// namespace (ptrace(2)). It must gain exactly the requested privileges: CVE-2016-9962.
#include <functional>
#include <sstream>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "threats 3 (CVE-2016-9962)";
constexpr int kTries = 8;

// In the same format as `probe ride`.
const Words kTellsRights = {
    "/bin/busybox", "sh", "-c",
    "grep -E '^(Uid|Gid|Cap[A-Z][a-z]*|NoNewPrivs|Seccomp):' /proc/self/status | tr '\\n' ' '"};

void let_ride(Bundle& bundle) {
  for (const char* set : {"bounding", "effective", "permitted"})
    bundle.set_json("/process/capabilities/" + std::string(set),
                    R"(["CAP_SYS_PTRACE", "CAP_CHOWN"])");
  bundle.args({"/bin/probe", "ride"});
}

// A filter for acct(2) alone.
void filter(Bundle& bundle) {
  bundle.set_json("/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
      {"names": ["acct"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]})");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);)
    lines.push_back(trimmed(line));
  return lines;
}

// `said`: the output of the rider so far.
void expect_no_ride(const std::string& asked, const std::string& said) {
  int caught = 0;
  std::vector<std::string> rides;
  for (const std::string& line : lines_of(said)) {
    if (line == "waiting") continue;
    ++caught;
    if (line != trimmed(asked)) rides.push_back(line);
  }
  // The control: a long-running program is always caught.
  expect(caught >= kTries, "the rider has caught " + std::to_string(caught) + " of " +
                               std::to_string(kTries) + " programs");
  expect(rides.empty(), std::to_string(rides.size()) + " were caught with other rights than '" +
                            trimmed(asked) + "': '" + (rides.empty() ? "" : rides.front()) + "'");
}

// Each program stays until the rider has caught it.
void let_catch(Sandbox& sandbox, const std::function<pid_t()>& start) {
  for (int i = 0; i < kTries; ++i) {
    const size_t before = lines_of(sandbox.said()).size();
    const pid_t pid = start();
    sandbox.said(before + 1);
    end(pid);
  }
}

pid_t detached(Sandbox& sandbox, Words words) {
  const std::string pid_file = sandbox.path("pid");
  words.insert(words.begin() + 1, {"--detach", "--pid-file", pid_file});
  const Outcome begun = sandbox.call(words);
  expect_equal("exit code of " + words.front() + " (" + begun.err + ")", begun.exit_code, 0);
  return std::stoi(read_file(pid_file));
}

void exec_often(Sandbox& sandbox, const Words& options) {
  let_catch(sandbox, [&] {
    return detached(sandbox, exec_of(sandbox, options, {"/bin/busybox", "sleep", "1000"}));
  });
}

std::string rights_of_exec(Sandbox& sandbox, const Words& options) {
  const Outcome ran = exec(sandbox, options, kTellsRights);
  expect_equal("exit code of exec (" + ran.err + ")", ran.exit_code, 0);
  return ran.out;
}

void begin_rider(Sandbox& sandbox, Bundle& rider) {
  sandbox.create_and_start(rider);
  expect_equal("the rider", sandbox.said(1), "waiting\n");
}

// A bundle in the pid namespace of the rider, which is another container.
Bundle in_pod_of_rider(Sandbox& sandbox) {
  Bundle rider = sandbox.bundle("rider");
  let_ride(rider);
  begin_rider(sandbox, rider);
  Bundle bundle = sandbox.bundle();
  filter(bundle);
  bundle.new_namespace("pid", "/proc/" + std::to_string(sandbox.init_pid()) + "/ns/pid");
  return bundle;
}

void ridden(Sandbox& sandbox, Bundle& bundle, const Words& options) {
  begin_rider(sandbox, bundle);
  exec_often(sandbox, options);
  const std::string said = sandbox.said();
  const std::string asked = rights_of_exec(sandbox, options);
  sandbox.stop_and_remove();
  expect_no_ride(asked, said);
}

void plain(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  let_ride(bundle);
  ridden(sandbox, bundle, {});
}
const Case kPlain("threats/exec-cannot-be-ridden", kClause, plain);

// Loading a filter takes CAP_SYS_ADMIN or no_new_privs: seccomp(2).
void filtered(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  let_ride(bundle);
  filter(bundle);
  bundle.set("/process/noNewPrivileges", false);
  ridden(sandbox, bundle, {});
}
const Case kFiltered("threats/exec-cannot-be-ridden-before-its-filter-is-loaded", kClause,
                     filtered);

void user(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  let_ride(bundle);
  filter(bundle);
  // Otherwise execve(2) would drop the requested capabilities of a user: capabilities(7).
  for (const char* set : {"inheritable", "ambient"})
    bundle.set_json("/process/capabilities/" + std::string(set),
                    R"(["CAP_SYS_PTRACE", "CAP_CHOWN"])");
  bundle.set("/process/noNewPrivileges", true)
      .set_json("/process/rlimits", R"([{"type": "RLIMIT_NPROC", "soft": 900, "hard": 1000}])");
  ridden(sandbox, bundle, {"--user", "61234:61234"});
}
const Case kUser("threats/exec-as-a-user-cannot-be-ridden", kClause, user);

// The pid namespace is that of a pod, and the rider is in another container of it.
void pod(Sandbox& sandbox) {
  Bundle bundle = in_pod_of_rider(sandbox);
  bundle.shell("sleep 1000").write();
  const std::string id = sandbox.id() + "-x";
  const pid_t pid = detached(sandbox, {"run", "--bundle", bundle.directory(), id});
  const auto in_it = [&](const Words& program) {
    Words words = {"exec", id};
    words.insert(words.end(), program.begin(), program.end());
    return words;
  };
  sandbox.said(2);  // the container itself
  const size_t before = sandbox.said().size();
  let_catch(sandbox, [&] { return detached(sandbox, in_it({"/bin/busybox", "sleep", "1000"})); });
  const std::string said = sandbox.said().substr(before);
  const std::string asked = sandbox.call(in_it(kTellsRights)).out;
  sandbox.call({"delete", "--force", id});
  wait_child(pid, 5000);  // init of a pid namespace does not end before the others
  sandbox.stop_and_remove();
  expect_no_ride(asked, said);
}
const Case kPod("threats/exec-cannot-be-ridden-from-elsewhere-in-the-pod", kClause, pod);

// The rider waits in the pod while another container is created there.
void created(Sandbox& sandbox, bool no_new_privileges) {
  require_kernel(6, 17, "a procfs of a pid namespace that the process is not in");
  Bundle bundle = in_pod_of_rider(sandbox);
  bundle.set("/process/noNewPrivileges", no_new_privileges);
  const std::string id = sandbox.id() + "-x";
  bundle.args({"/bin/busybox", "sleep", "1000"}).write();
  for (int i = 0; i < kTries; ++i) {
    const size_t before = lines_of(sandbox.said()).size();
    const pid_t pid = detached(sandbox, {"run", "--bundle", bundle.directory(), id});
    sandbox.said(before + 1);
    sandbox.call({"delete", "--force", id});
    wait_child(pid, 5000);
  }
  const std::string said = sandbox.said();
  bundle.args(kTellsRights).write();
  const std::string asked = sandbox.call({"run", "--bundle", bundle.directory(), id}).out;
  sandbox.stop_and_remove();
  expect_no_ride(asked, said);
}

void created_without(Sandbox& sandbox) {
  created(sandbox, false);
}
const Case kCreated("threats/run-cannot-be-ridden-from-elsewhere-in-the-pod", kClause,
                    created_without);

void created_with(Sandbox& sandbox) {
  created(sandbox, true);
}
const Case kCreatedWith("threats/run-with-no-new-privileges-cannot-be-ridden-from-the-pod", kClause,
                        created_with);

}  // namespace
}  // namespace oci::conformance

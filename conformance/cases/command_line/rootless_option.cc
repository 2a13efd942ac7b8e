// --rootless: when a runtime continues without a cgroup, and when it fails (cli-contract 3, 8.3).
#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/cases/config_linux/cgroup_case.h"

namespace oci::conformance {
namespace {

// Makes cgroups read-only, even for root, for the lifetime of the object.
class ReadOnlyCgroups {
 public:
  explicit ReadOnlyCgroups(std::string mount) : mount_(std::move(mount)) {
    if (!remount(MS_RDONLY)) throw Skipped("the cgroup v2 tree cannot be made read-only");
  }
  ReadOnlyCgroups(const ReadOnlyCgroups&) = delete;
  ReadOnlyCgroups& operator=(const ReadOnlyCgroups&) = delete;
  ~ReadOnlyCgroups() { remount(0); }

 private:
  // Only this mount, which is private to the case, not the whole tree.
  bool remount(unsigned long flag) const {
    const unsigned long flags = MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOEXEC | flag;
    return ::mount(nullptr, mount_.c_str(), nullptr, flags, nullptr) == 0;
  }
  std::string mount_;
};

Outcome run_with(Sandbox& sandbox, const std::string& option, Bundle& bundle) {
  bundle.write();
  return sandbox.call({option, "run", "--bundle", bundle.directory(), sandbox.id()});
}

void root_without_cgroups(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  const ReadOnlyCgroups tree(cgroup2_mount());
  Bundle bundle = sandbox.bundle();
  bundle.shell("cat /proc/self/cgroup; exit 7");
  const Outcome refused = run_with(sandbox, "--rootless=false", bundle);
  expect(refused.exit_code != 0 && refused.exit_code != 7, "without a cgroup it goes on unasked");
  expect_contains("the message", refused.err, "cgroup");
  const Outcome ran = run_with(sandbox, "--rootless=true", bundle);
  expect_equal("exit code with --rootless=true (" + trimmed(ran.err) + ")", ran.exit_code, 7);
  expect_contains("its cgroups", ran.out, "0::" + cgroup_of(::getpid()) + "\n");

  sandbox.always("--rootless=true");
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  expect_equal("exec", sandbox.call({"exec", sandbox.id(), "id", "-u"}).out, "0\n");
  sandbox.stop_and_remove();
}
const Case kRootWithout("rootless/true-lets-root-go-on-where-no-cgroup-can-be-made",
                        "cli-contract 3", root_without_cgroups);

// A requested limit is not dropped silently.
void root_with_a_limit(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  const ReadOnlyCgroups tree(cgroup2_mount());
  Bundle bundle = sandbox.bundle();
  sandbox.always("--rootless=true");
  expect_refusal(sandbox, bundle, {"linux.resources.pids.limit", {"cgroup"}},
                 [](Bundle& spoilt) { spoilt.set("/linux/resources/pids/limit", 10); });
}
const Case kRootLimit("rootless/true-leaves-out-no-limit", "cli-contract 3", root_with_a_limit);

void user_with_false(Sandbox& sandbox) {
  require_cgroup2();
  const User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.shell("exit 7").write();
  const auto run = [&](const std::string& option) {
    return user.call({option, "run", "--bundle", bundle.directory(), sandbox.id()});
  };
  const Outcome control = run("--rootless=auto");
  expect_equal("exit code with --rootless=auto (" + trimmed(control.err) + ")", control.exit_code,
               7);
  const Outcome refused = run("--rootless=false");
  expect(refused.exit_code != 7, "it runs without the cgroup that --rootless=false demands");
  user.says(refused, {"linux.cgroupsPath", {"cgroup"}});
}
const Case kUserFalse("rootless/false-takes-a-cgroup-from-an-ordinary-user", "cli-contract 3",
                      user_with_false);

}  // namespace
}  // namespace oci::conformance

// The caller's seccomp filter, as an outer engine sets it, returns EPERM for some queries. A failed
// query must not count as a passed check.
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>
#include <vector>

#include "conformance/cases/command_line/callers_filter.h"
#include "conformance/cases/command_line/mounts_verb.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr Answered kStatfs{SYS_fstatfs, 0, 0, 0, EPERM};
constexpr Answered kMountIds{SYS_statx, 3, STATX_MNT_ID, STATX_MNT_ID, EPERM};
constexpr Answered kSetgroups{SYS_setgroups, 0, 0, 0, EPERM};
constexpr Answered kPidfdOpen{SYS_pidfd_open, 0, 0, 0, ENOSYS};
constexpr Answered kDumpable{SYS_prctl, 0, ~0U, PR_SET_DUMPABLE, EPERM};

Outcome run_below(Sandbox& sandbox, const Answered& refused, Bundle& bundle) {
  bundle.write();
  return call_below(sandbox, refused,
                    sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()}));
}

// Skips if the runtime cannot run anything under the filter: refusals would prove nothing.
void require_to_run_below(Sandbox& sandbox, const Answered& refused, Bundle& bundle) {
  const Outcome ran = run_below(sandbox, refused, bundle.shell("echo ran"));
  if (sandbox.runtime().json_paths) expect_equal("the control (" + ran.err + ")", ran.exit_code, 0);
  if (ran.exit_code != 0) throw Skipped(sandbox.runtime().name + " runs nothing below the filter");
}

void link_in(const Bundle& bundle, const std::string& target, const std::string& name) {
  const std::string at = bundle.rootfs(name);
  if (::symlink(target.c_str(), at.c_str()) != 0) throw Failed("symlink " + at);
}

void expect_refused(Sandbox& sandbox, const Outcome& ran, const std::string& property) {
  expect(ran.exit_code != 0, "it runs, and says '" + trimmed(ran.out) + "'");
  if (sandbox.runtime().json_paths) expect_contains("the message", ran.err, property);
}

// The image redirects the mount into procfs. With fstatfs refused, the destination passed for a
// harmless one.
void into_procfs(Sandbox& sandbox) {
  Bundle plain = sandbox.bundle("plain");
  require_to_run_below(sandbox, kStatfs, plain);
  Bundle bundle = sandbox.bundle();
  link_in(bundle, "proc/sys", "innocent");
  bundle.mount("/innocent", "tmpfs", "tmpfs", {"mode=755"}).shell("ls /proc/sys");
  expect_refused(sandbox, run_below(sandbox, kStatfs, bundle), "mounts[1].destination");
}
const Case kIntoProcfs("caller/a-filter-of-fstatfs-opens-no-way-into-procfs",
                       "threats 1 (D, F), CVE-2019-16884", into_procfs);

// A link in the image that points to the root itself.
void onto_the_root(Sandbox& sandbox, const std::string& property,
                   const std::function<void(Bundle&)>& spoil) {
  Bundle plain = sandbox.bundle("plain");
  require_to_run_below(sandbox, kMountIds, plain.remove("/mounts"));
  Bundle bundle = sandbox.bundle();
  bundle.remove("/mounts");
  link_in(bundle, "/", "top");
  spoil(bundle);
  expect_refused(sandbox, run_below(sandbox, kMountIds, bundle.shell("ls /")), property);
}

void mount_onto_the_root(Sandbox& sandbox) {
  onto_the_root(sandbox, "mounts[0].destination", [](Bundle& bundle) {
    bundle.set_json("/mounts", "[" + tmpfs("/top", R"("mode=755")") + "]");
  });
}
const Case kMountOnRoot("caller/a-filter-of-statx-lets-no-mount-onto-the-root", "threats 1 (D, F)",
                        mount_onto_the_root);

void mask_the_root(Sandbox& sandbox) {
  onto_the_root(sandbox, "linux.maskedPaths[0]",
                [](Bundle& bundle) { bundle.set_json("/linux/maskedPaths", R"(["/top"])"); });
}
const Case kMaskRoot("caller/a-filter-of-statx-lets-no-mask-onto-the-root", "threats 1 (D, F)",
                     mask_the_root);

void readonly_root(Sandbox& sandbox) {
  onto_the_root(sandbox, "linux.readonlyPaths[0]",
                [](Bundle& bundle) { bundle.set_json("/linux/readonlyPaths", R"(["/top"])"); });
}
const Case kReadonlyRoot("caller/a-filter-of-statx-lets-no-read-only-path-onto-the-root",
                         "threats 1 (D, F)", readonly_root);

// `mounts` in a container that was created without the filter.
void mounts_verb(Sandbox& sandbox) {
  Living living(sandbox);
  living.bundle().file("hidden/x", "").file("kept/x", "");
  living.bundle().set_json("/linux/maskedPaths", R"(["/hidden"])");
  living.bundle().set_json("/linux/readonlyPaths", R"(["/kept"])");
  living.begin();
  const auto below = [&](const std::string& word, const std::string& json) {
    return call_below(sandbox, kMountIds, mounts_call(sandbox, word, "[" + json + "]"));
  };
  expect_refused(sandbox, below("add", tmpfs("/hidden", R"("mode=755")")), "mounts[0].destination");
  expect_refused(sandbox, below("add", tmpfs("/kept", R"("mode=755")")), "mounts[0].destination");
  expect_refused(sandbox, below("remove", destination("/hidden")), "mounts[0].destination");
  expect_refused(sandbox, below("remove", destination("/kept")), "mounts[0].destination");
  done(sandbox, "add", "[" + tmpfs("/free", R"("mode=755")") + "]");
  living.end();
}
const Case kMountsVerb("caller/a-filter-of-statx-uncovers-nothing-by-mounts", "threats 1 (D, F)",
                       mounts_verb);

// The runtime stops if it cannot make itself untraceable.
void dumpable(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ran");
  expect_equal("the control", sandbox.run(bundle).exit_code, 0);
  const Outcome ran = run_below(sandbox, kDumpable, bundle);
  expect_refused(sandbox, ran, "PR_SET_DUMPABLE");
  expect_equal("the program's output", trimmed(ran.out), "");
  bundle.shell("sleep 1000");
  sandbox.create_and_start(bundle);
  const auto exec = [&] { return sandbox.invocation({"exec", sandbox.id(), "/bin/true"}); };
  expect_equal("the control of exec", sandbox.call(exec()).exit_code, 0);
  expect_refused(sandbox, call_below(sandbox, kDumpable, exec()), "PR_SET_DUMPABLE");
  sandbox.stop_and_remove();
}
const Case kDumpableCase("caller/a-filter-of-dumpable-is-a-refusal", "CVE-2016-9962", dumpable);

// A user namespace that denies setgroups(2) would keep the caller's groups, if they were not left
// before it is joined.
void groups(Sandbox& sandbox) {
  Bundle pause = sandbox.bundle("pause");
  pause.user_namespace(100000, 65536).args({"/bin/probe", "sleep"});
  sandbox.create_and_start(pause);
  const std::string path = "/proc/" + std::to_string(sandbox.init_pid()) + "/ns/user";
  Bundle bundle = sandbox.bundle("joins");
  bundle.user_namespace(100000, 65536).new_namespace("user", path).shell("echo ran").write();
  const auto run = [&](const std::string& id) {
    return sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id() + id});
  };
  const Outcome control = sandbox.call(run("-c"));
  const Outcome ran = call_below(sandbox, kSetgroups, run("-f"));
  sandbox.stop_and_remove();
  expect_equal("the control (" + control.err + ")", control.exit_code, 0);
  expect_refused(sandbox, ran, "process.user");
}
const Case kGroups("caller/a-filter-of-setgroups-leaves-no-groups-of-the-caller",
                   "user_namespaces(7)", groups);

// Docker before 20.10 knows no pidfd_open(2).
void pidfd(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_equal("the control", sandbox.run(bundle.shell("exit 7")).exit_code, 7);
  const Outcome ran = run_below(sandbox, kPidfdOpen, bundle);
  const Outcome state = sandbox.call({"state", sandbox.id()});
  if (state.exit_code == 0) (void)sandbox.call({"delete", "--force", sandbox.id()});
  expect(state.exit_code != 0, "after run (" + trimmed(ran.err) + ") there is " + state.out);
  if (sandbox.runtime().json_paths) expect_equal("run exits with", ran.exit_code, 7);
}
const Case kPidfd("caller/a-filter-of-pidfd-open-leaves-no-container", "reliability 1", pidfd);

// Linux before 6.15 has no open_tree_attr(2), and an outer engine may answer for it. The mounts and
// their options are the same, and so are masks and read-only paths.
void mounts_without_the_new_call(Sandbox& sandbox) {
  constexpr uint32_t kOpenTreeAttr = 467;
  Bundle bundle = sandbox.bundle();
  bundle.mount("/bound", "bind", "/usr", {"bind", "ro", "nosuid"})
      .mount("/tree", "bind", "/usr", {"rbind", "nodev", "rprivate"})
      .mount("/both", "bind", "/usr", {"rbind", "ro", "noexec", "rslave"})
      .shell(
          "while read -r id parent device root point options rest; do echo $root $point $options; "
          "done < /proc/self/mountinfo");
  const Outcome control = sandbox.run(bundle);
  expect_equal("the control (" + control.err + ")", control.exit_code, 0);
  expect_contains("the mounts", control.out, " /bound ro,nosuid");
  for (const uint32_t error : {ENOSYS, EPERM}) {
    const Outcome ran = run_below(sandbox, {kOpenTreeAttr, 0, 0, 0, error}, bundle);
    expect_equal("with errno " + std::to_string(error) + " (" + ran.err + "), the exit code",
                 ran.exit_code, 0);
    expect_equal("with errno " + std::to_string(error) + ", the mounts", ran.out, control.out);
  }
}
const Case kOlderMounts("caller/a-filter-of-open-tree-attr-changes-no-mount",
                        "open_tree_attr(2), threats 1 (F)", mounts_without_the_new_call);

}  // namespace
}  // namespace oci::conformance

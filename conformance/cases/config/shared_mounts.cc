// A shared mount namespace: that of the runtime, when the config lists none, or a joined one
// (config-linux.md#namespaces). Mounts of others must not change, and no mount may remain.
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "conformance/cases/command_line/exec_case.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "config-linux.md#namespaces";

std::string own_mounts() {
  return std::filesystem::read_symlink("/proc/self/ns/mnt");
}

// Targets, propagation and options of all mounts.
std::vector<std::string> mounts_of(const std::string& process) {
  std::vector<std::string> seen;
  for (const std::string& line : lines(read_file("/proc/" + process + "/mountinfo"))) {
    const Mounted mount = parse_mountinfo(line);
    seen.push_back(mount.target + " " + mount.optional + " " + mount.options);
  }
  std::ranges::sort(seen);
  return seen;
}

void none(Sandbox& sandbox) {
  const auto before = mounts_of("self");
  Bundle bundle = sandbox.bundle();
  bundle.without_namespace("mount")
      .mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"})
      .mount("/srv", "tmpfs", "tmpfs", {"ro"})
      .shell(
          "readlink /proc/self/ns/mnt; ls -d /bin /etc/shadow 2>/dev/null; ls /dev/null; cd ..; "
          "pwd; "
          "touch /srv/x 2>/dev/null || echo refused; exec sleep 100");
  sandbox.create_and_start(bundle);
  const std::string said = sandbox.said(5);
  const Outcome ran = exec(sandbox, {}, {"/bin/sh", "-c", "ls -d /bin/probe; ls /dev/null"});
  sandbox.stop_and_remove();
  expect_equal("its view", said, own_mounts() + "\n/bin\n/dev/null\n/\nrefused\n");
  expect_equal("exec (" + ran.err + ")", ran.out, "/bin/probe\n/dev/null\n");
  expect_equal("mounts after delete", shown(mounts_of("self")), shown(before));
}
const Case kNone("namespaces/without-one-of-mounts-they-are-the-callers", kClause, none);

void masks(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.without_namespace("mount")
      .set("/root/readonly", true)
      .set_json("/linux/maskedPaths", R"(["/proc/uptime"])")
      .set_json("/linux/readonlyPaths", R"(["/proc/sys"])")
      .shell(
          "cat /proc/uptime; touch /x 2>/dev/null || echo refused; grep ' /proc/sys ' /proc/mounts "
          "| cut -d' ' -f4 | cut -c1-2");
  const Outcome ran = sandbox.run(bundle);
  expect_equal("run (" + ran.err + ")", ran.exit_code, 0);
  expect_contains("its permissions", ran.out, "refused\n");
}
const Case kMasks("namespaces/masks-and-a-read-only-root-without-a-mount-namespace", kClause,
                  masks);

void failing(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.without_namespace("mount");
  expect_refusal(sandbox, bundle, {"/missing", {"missing"}},
                 [](Bundle& spoilt) { spoilt.args({"/missing"}); });
}
const Case kFailing("namespaces/a-create-that-fails-leaves-none-of-the-callers-mounts", kClause,
                    failing);

// A process in a copy of this mount namespace.
class Holder {
 public:
  explicit Holder() : pid_(::fork()) {
    if (pid_ == 0) {
      if (::unshare(CLONE_NEWNS) != 0) ::_exit(1);
      ::mount(nullptr, "/", nullptr, MS_PRIVATE | MS_REC, nullptr);
      for (;;)
        ::pause();
    }
    const std::string before = own_mounts();
    eventually([&] {
      std::error_code gone;
      return std::filesystem::read_symlink(path(), gone) != before;
    });
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::string process() const { return std::to_string(pid_); }
  std::string path() const { return "/proc/" + process() + "/ns/mnt"; }

 private:
  pid_t pid_;
};

void joined(Sandbox& sandbox) {
  const Holder holder;
  eventually([&] {
    return read_file("/proc/" + holder.process() + "/mountinfo").find("shared:") ==
           std::string::npos;
  });
  const auto before = mounts_of(holder.process());
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("mount", holder.path());
  const Facts facts = sandbox.facts(bundle);
  expect_equal("the mount namespace", facts.text("/namespaces/mnt"),
               std::string(std::filesystem::read_symlink(holder.path())));
  expect_equal("mounts of the holder", shown(mounts_of(holder.process())), shown(before));
}
const Case kJoined("namespaces/a-joined-mount-namespace-stays-as-it-is", kClause, joined);

void own(Sandbox& sandbox) {
  const auto before = mounts_of("self");
  Bundle bundle = sandbox.bundle();
  bundle.new_namespace("mount", "/proc/self/ns/mnt");
  const Facts facts = sandbox.facts(bundle);
  expect_equal("the mount namespace", facts.text("/namespaces/mnt"), own_mounts());
  expect_equal("our mounts", shown(mounts_of("self")), shown(before));
}
const Case kOwn("namespaces/a-path-to-the-runtimes-mount-namespace-leaves-it-as-it-is", kClause,
                own);

void beside_user(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace(100000, 65536);
  expect_refusal(sandbox, bundle, {"linux.namespaces", {"mount", "namespace"}},
                 [](Bundle& spoilt) { spoilt.without_namespace("mount"); });
}
const Case kBesideUser("namespaces/a-user-namespace-without-a-mount-namespace-is-refused", kClause,
                       beside_user);

}  // namespace
}  // namespace oci::conformance

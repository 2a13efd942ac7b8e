// --verify: the kernel is asked whether all is as it was planned. A call can succeed without having
// done anything where a seccomp filter answers it with errno 0 (seccomp(2)), as those do that let
// packages be installed without privileges.
#include <fcntl.h>
#include <sys/prctl.h>

#include <algorithm>
#include <functional>

#include "conformance/cases/command_line/callers_filter.h"
#include "conformance/cases/command_line/exec_case.h"
#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "oci-rt --help";

void require_verify(Sandbox& sandbox) {
  const Outcome help = sandbox.call({"--help"});
  if ((help.out + help.err).find("--verify") == std::string::npos) {
    throw Skipped(sandbox.runtime().name + " has no --verify");
  }
}

// A global option of this call alone.
Spawn verified(Sandbox& sandbox, const std::string& word, const Words& arguments) {
  Spawn spawn = sandbox.invocation(arguments);
  if (!word.empty()) spawn.argv.insert(spawn.argv.begin() + 1, "--verify=" + word);
  return spawn;
}

Words run_of(const Sandbox& sandbox, Bundle& bundle) {
  bundle.write();
  return {"run", "--bundle", bundle.directory(), sandbox.id()};
}

void words(Sandbox& sandbox) {
  require_verify(sandbox);
  Bundle bundle = sandbox.bundle();
  const Words run = run_of(sandbox, bundle.shell("echo ran"));
  for (const std::string word : {"fast", "full", "off", ""}) {
    const Outcome ran = sandbox.call(verified(sandbox, word, run));
    expect_equal("run with '" + word + "' (" + trimmed(ran.err) + ")", ran.out, "ran\n");
  }
  for (const std::string word : {"slow", "FULL", "fast,full"}) {
    const Outcome ran = sandbox.call(verified(sandbox, word, run));
    expect(ran.exit_code != 0, word + " is accepted");
    expect_contains("the message", ran.err,
                    "option --verify: expected one of fast, full, off, found '" + word + "'");
  }
}
const Case kWords("verify/words-are-fast-full-and-off", kClause, words);

// Something of each kind that is read back.
Bundle& fill(const Sandbox& sandbox, Bundle& bundle) {
  make_dir(sandbox.path("source"));
  ::chmod(sandbox.path("source").c_str(), 0755);
  return bundle.file("secret", "x")
      .file("kept/x", "x")
      .mount("/data", "tmpfs", "tmpfs", {"ro", "nosuid", "noexec", "mode=755"})
      .mount("/data", "tmpfs", "tmpfs", {"nodev", "mode=755"})
      .mount("/bound", "bind", sandbox.path("source"), {"rbind", "ro", "nosuid"})
      .mount("/dev/shm", "tmpfs", "shm", {"nosuid", "nodev", "mode=1777", "size=64k"})
      .set_json("/linux/maskedPaths", R"(["/secret", "/proc/keys", "/proc/acpi", "/nothing"])")
      .set_json("/linux/readonlyPaths", R"(["/kept", "/proc/sys", "/nothing"])")
      .set("/root/readonly", true)
      .set("/hostname", "verified")
      .set("/domainname", "example.org")
      .set("/process/noNewPrivileges", true)
      .set("/process/user/umask", 7)
      .set_json("/linux/personality", R"({"domain": "LINUX32"})")
      .set_json("/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW",
          "syscalls": [{"names": ["swapon"], "action": "SCMP_ACT_ERRNO"}]})");
}

// Runs it, and another program in it.
void passes(Sandbox& sandbox, Bundle& bundle, const Words& of_create = {}) {
  bundle.shell("echo ready; sleep 1000");
  sandbox.create_and_start(bundle, of_create);
  sandbox.said(1);
  const Outcome ran = exec(sandbox, {}, {"/bin/busybox", "hostname"});
  const Outcome user = exec(sandbox, {"--user", "7:8", "--cwd", "/bound"}, {"/bin/probe", "facts"});
  sandbox.stop_and_remove();
  expect_equal("exec (" + trimmed(ran.err) + ")", trimmed(ran.out), "verified");
  expect_equal("exec as a user (" + trimmed(user.err) + ")", user.exit_code, 0);
  expect_equal("its cwd", Facts(user.out).text("/cwd"), "/bound");
}

void plain(Sandbox& sandbox) {
  require_verify(sandbox);
  sandbox.always("--verify=full");
  Bundle bundle = sandbox.bundle();
  fill(sandbox, bundle).new_namespace("cgroup").set_json("/process/user/additionalGids", "[7, 8]");
  passes(sandbox, bundle);
}
const Case kPlain("verify/full-accepts-all-kinds-of-properties", kClause, plain);

void user_namespace(Sandbox& sandbox) {
  require_verify(sandbox);
  require_file("/proc/self/ns/time");
  sandbox.always("--verify=full");
  Bundle bundle = sandbox.bundle();
  fill(sandbox, bundle).user_namespace(100000, 65536).new_namespace("cgroup").new_namespace("time");
  passes(sandbox, bundle);
}
const Case kUserNamespace("verify/full-accepts-a-user-namespace", kClause, user_namespace);

// A pid namespace that is joined is entered by the last clone.
void joined(Sandbox& sandbox) {
  require_verify(sandbox);
  sandbox.always("--verify=full");
  Bundle first = sandbox.bundle("first");
  first.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(first);
  const std::string path = "/proc/" + std::to_string(sandbox.init_pid()) + "/ns/";
  Bundle second = sandbox.bundle("second");
  fill(sandbox, second).shell("hostname");
  for (const char* type : {"pid", "ipc"})
    second.new_namespace(type, path + type);
  second.new_namespace("network", path + "net").write();
  const Outcome ran =
      sandbox.call({"run", "--bundle", second.directory(), sandbox.id() + "-second"});
  sandbox.stop_and_remove();
  expect_equal("run (" + trimmed(ran.err) + ")", trimmed(ran.out), "verified");
}
const Case kJoined("verify/full-accepts-joined-namespaces", kClause, joined);

void rootless(Sandbox& sandbox) {
  require_verify(sandbox);
  sandbox.always("--verify=full");
  const User user(sandbox);
  Bundle bundle = user.bundle();
  fill(sandbox, bundle).shell("sleep 1000");
  user.create(bundle);
  user.good({"start", sandbox.id()});
  const Outcome ran = user.call({"exec", sandbox.id(), "/bin/busybox", "hostname"});
  user.good({"delete", "--force", sandbox.id()});
  expect_equal("exec (" + trimmed(ran.err) + ")", trimmed(ran.out), "verified");
}
const Case kRootless("verify/full-accepts-an-ordinary-users-container", kClause, rootless);

// That is what hooks are for (config.md#posix-platform-hooks). The read-only root and the masks
// come after them, and hold.
void hooks(Sandbox& sandbox) {
  require_verify(sandbox);
  sandbox.always("--verify=full");
  Bundle bundle = sandbox.bundle();
  fill(sandbox, bundle);
  const std::string root = bundle.rootfs();
  const std::string change = "umount " + root + "/dev/shm && mount -o remount,bind,rw " + root +
                             "/bound && mount -o remount,bind,rw " + root;
  bundle.add("/hooks/createContainer",
             hook_json(sandbox, {.kind = "createContainer", .text = change, .env = {}}));
  const std::string seen = sandbox.output(
      bundle,
      "grep -c ' /dev/shm ' /proc/mounts; touch /bound/x && echo bound; cat /secret; "
      "touch /x 2>/dev/null || echo readonly");
  expect_equal("what the program sees", seen, "0\nbound\nreadonly\n");
}
const Case kHooks("verify/full-accepts-what-hooks-change", kClause, hooks);

// A call that does nothing, and what comes of it.
struct Pretence {
  Answered call;
  std::function<void(Bundle&)> want;  // of the config
  std::string script, truth, lie;     // what the program prints
  std::string property;               // that is named when it is seen
};

void expect_seen(Sandbox& sandbox, const Pretence& pretence, const std::string& word) {
  require_verify(sandbox);
  Bundle bundle = sandbox.bundle();
  pretence.want(bundle);
  const Words run = run_of(sandbox, bundle.shell(pretence.script));
  const auto call = [&](const std::string& how, bool pretends) {
    Spawn spawn = verified(sandbox, how, run);
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    spawn.fds.emplace_back(null, 7);
    const Outcome ran = pretends ? call_below(sandbox, pretence.call, spawn) : sandbox.call(spawn);
    ::close(null);
    return ran;
  };
  const Outcome control = call(word, false);
  expect_equal("the control (" + control.err + ")", trimmed(control.out), pretence.truth);
  const Outcome off = call("off", true);
  expect_equal("with --verify=off (" + off.err + ")", trimmed(off.out), pretence.lie);
  const Outcome caught = call(word, true);
  expect(caught.exit_code != 0, pretence.property + " is not read back");
  expect_equal("the program's output", trimmed(caught.out), "");
  expect_contains("the message", caught.err, pretence.property);
  expect_contains("the message", caught.err, "read back");
}

std::string yes_if(const std::string& condition) {
  return "if " + condition + "; then echo yes; else echo no; fi";
}

// What nobody asked for is fast.
void by_default(Sandbox& sandbox) {
  const auto as_user = [](Bundle& bundle) {
    bundle.set("/process/user/uid", 1000).set("/process/user/gid", 1000);
    bundle.set_json("/process/user/additionalGids", "[7, 8]");
  };
  const auto nothing_new = [](Bundle& bundle) { bundle.set("/process/noNewPrivileges", true); };
  const auto inheritable = [](Bundle& bundle) {
    for (const char* set : {"bounding", "permitted", "effective", "inheritable"})
      bundle.set_json("/process/capabilities/" + std::string(set), R"(["CAP_CHOWN"])");
  };
  const Pretence all[] = {
      {{SYS_setresuid, 0, 0, 0, 0}, as_user, "id -u", "1000", "0", "process.user ('uid')"},
      {{SYS_setresgid, 0, 0, 0, 0}, as_user, "id -g", "1000", "0", "process.user ('gid')"},
      {{SYS_setgroups, 0, 0, 0, 0},
       as_user,
       yes_if("id -G | grep -q ' 7 8'"),
       "yes",
       "no",
       "process.user ('additionalGids')"},
      {{SYS_prctl, 0, ~0U, PR_SET_NO_NEW_PRIVS, 0},
       nothing_new,
       yes_if("grep -q 'NoNewPrivs:.*1' /proc/self/status"),
       "yes",
       "no",
       "process.noNewPrivileges"},
      {{SYS_capset, 0, 0, 0, 0},
       inheritable,
       yes_if("grep -q 'CapInh:.*1$' /proc/self/status"),
       "yes",
       "no",
       "process.capabilities"},
  };
  for (const Pretence& pretence : all)
    expect_seen(sandbox, pretence, "");
}
const Case kByDefault("verify/fast-sees-privileges-that-are-not-given-up", kClause, by_default);

void in_full(Sandbox& sandbox) {
  const Pretence all[] = {
      {{SYS_mount_setattr, 0, 0, 0, 0},
       [](Bundle& bundle) { bundle.set("/root/readonly", true); },
       yes_if("touch /x 2>/dev/null"),
       "no",
       "yes",
       "root.path ('readonly')"},
      {{SYS_sethostname, 0, 0, 0, 0},
       [](Bundle& bundle) { bundle.set("/hostname", "verified"); },
       yes_if("[ $(hostname) = verified ]"),
       "yes",
       "no",
       "hostname"},
      {{SYS_unshare, 0, ~0U, CLONE_NEWCGROUP, 0},
       [](Bundle& bundle) { bundle.new_namespace("cgroup"); },
       yes_if("grep -q '^0::/$' /proc/self/cgroup"),
       "yes",
       "no",
       "linux.namespaces ('cgroup')"},
      {{SYS_close_range, 0, 0, 0, 0},
       [](Bundle&) {},
       yes_if("[ -e /proc/self/fd/7 ]"),
       "no",
       "yes",
       "open descriptors"},
  };
  for (const Pretence& pretence : all)
    expect_seen(sandbox, pretence, "full");
}
const Case kInFull("verify/full-sees-what-was-only-said-to-be-done", kClause, in_full);

void of_exec(Sandbox& sandbox) {
  require_verify(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(bundle);
  struct {
    Answered call;
    std::string word, script, truth, lie, property;
  } const rows[] = {
      {{SYS_setresuid, 0, 0, 0, 0}, "", "id -u", "1000", "0", "process.user ('uid')"},
      // Without it the program is one of the host's.
      {{SYS_setns, 0, 0, 0, 0},
       "full",
       yes_if("[ -e /bin/probe ]"),
       "yes",
       "no",
       "linux.namespaces"},
  };
  for (const auto& row : rows) {
    const auto call = [&](const std::string& word) {
      return verified(
          sandbox, word,
          exec_of(sandbox, {"--user", "1000:1000", "--cwd", "/"}, {"/bin/sh", "-c", row.script}));
    };
    const Outcome control = sandbox.call(call(row.word));
    expect_equal("the control (" + control.err + ")", trimmed(control.out), row.truth);
    const Outcome off = call_below(sandbox, row.call, call("off"));
    expect_equal("with --verify=off (" + off.err + ")", trimmed(off.out), row.lie);
    const Outcome caught = call_below(sandbox, row.call, call(row.word));
    expect(caught.exit_code != 0, row.property + " is not read back");
    expect_equal("the program's output", trimmed(caught.out), "");
    expect_contains("the message", caught.err, row.property);
  }
  sandbox.stop_and_remove();
}
const Case kOfExec("verify/a-program-of-exec-is-read-back-too", kClause, of_exec);

}  // namespace
}  // namespace oci::conformance

// linux.seccomp: results of system calls inside (config-linux.md#seccomp).
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kAllowAll[] = R"({"defaultAction": "SCMP_ACT_ALLOW",
    "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": []})";

Bundle filtered(Sandbox& sandbox, const std::string& rule = "") {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/seccomp", kAllowAll);
  if (!rule.empty()) bundle.add("/linux/seccomp/syscalls", rule);
  return bundle;
}

// The errno of one call made inside.
int answer(Sandbox& sandbox, Bundle& bundle, long number, const Words& arguments = {}) {
  Words words = {"/bin/probe", "syscall", std::to_string(number)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return std::atoi(sandbox.run(bundle.args(words)).out.c_str());
}

void mode(Sandbox& sandbox) {
  Bundle bundle = filtered(sandbox);
  expect_equal("Seccomp of status", sandbox.facts(bundle).text("/seccomp"), "2");
  bundle.remove("/linux/seccomp");
  expect_equal("without the property", sandbox.facts(bundle).text("/seccomp"), "0");
}
const Case kMode("seccomp/a-filter-is-loaded", "config-linux.md#seccomp", mode);

void errors(Sandbox& sandbox) {
  Bundle bundle = filtered(sandbox, R"({"names": ["getpriority"], "action": "SCMP_ACT_ERRNO"})");
  expect_equal("the default errno", answer(sandbox, bundle, SYS_getpriority), EPERM);
  bundle.set("/linux/seccomp/syscalls/0/errnoRet", 95);
  expect_equal("errnoRet", answer(sandbox, bundle, SYS_getpriority), 95);
  expect_equal("another call", answer(sandbox, bundle, SYS_getppid), 0);
}
const Case kErrno("seccomp/errno-and-errno-ret", "config-linux.md#seccomp", errors);

void default_errno(Sandbox& sandbox) {
  Bundle bundle = filtered(sandbox);
  bundle.set("/process/noNewPrivileges", true)
      .set("/linux/seccomp/defaultAction", "SCMP_ACT_ERRNO")
      .set("/linux/seccomp/defaultErrnoRet", 77)
      .add("/linux/seccomp/syscalls", R"({"action": "SCMP_ACT_ALLOW", "names": ["execve",
        "exit_group", "exit", "write", "writev", "read", "close", "brk", "mmap", "munmap", "mprotect",
        "arch_prctl", "fstat", "newfstatat", "set_tid_address", "set_robust_list", "rseq", "prlimit64",
        "readlink", "readlinkat", "getrandom", "uname", "setresuid", "setresgid", "setgroups", "capset",
        "prctl", "chdir", "fchdir", "getppid", "openat", "futex", "epoll_pwait", "epoll_ctl",
        "nanosleep", "rt_sigreturn", "sigaltstack", "rt_sigprocmask", "getpid", "gettid", "tgkill",
        "setuid", "setgid", "fcntl", "getcwd", "stat", "lstat", "faccessat", "faccessat2", "getuid", "geteuid",
        "fstatfs", "capget", "statfs", "madvise", "clone", "clone3", "pread64", "lseek", "getdents64"]})");
  expect_equal("a call that is not listed", answer(sandbox, bundle, SYS_getpriority), 77);
  expect_equal("a listed one", answer(sandbox, bundle, SYS_getppid), 0);
}
const Case kDefault("seccomp/default-errno-ret", "config-linux.md#seccomp", default_errno);

void kills(Sandbox& sandbox) {
  Bundle bundle =
      filtered(sandbox, R"({"names": ["getpriority"], "action": "SCMP_ACT_KILL_PROCESS"})");
  bundle.shell("probe syscall " + std::to_string(SYS_getpriority) + "; echo code $?");
  expect_equal("how it ended", sandbox.run(bundle).out,
               "code " + std::to_string(128 + SIGSYS) + "\n");
}
const Case kKill("seccomp/kill-process", "config-linux.md#seccomp", kills);

void traps(Sandbox& sandbox) {
  Bundle bundle = filtered(sandbox, R"({"names": ["getpriority"], "action": "SCMP_ACT_TRAP"})");
  bundle.shell("probe syscall " + std::to_string(SYS_getpriority) + "; echo code $?");
  expect_equal("how it ended", sandbox.run(bundle).out,
               "code " + std::to_string(128 + SIGSYS) + "\n");
}
const Case kTrap("seccomp/trap", "config-linux.md#seccomp", traps);

struct Comparison {
  const char* op;
  const char* value;
  const char* value_two;
  const char* hit;   // an argument that matches the rule
  const char* miss;  // an argument that does not match
};
constexpr Comparison kComparisons[] = {
    {"SCMP_CMP_EQ", "5", "0", "5", "6"},
    {"SCMP_CMP_NE", "5", "0", "6", "5"},
    {"SCMP_CMP_LT", "5", "0", "4", "5"},
    {"SCMP_CMP_LE", "5", "0", "5", "6"},
    {"SCMP_CMP_GE", "5", "0", "5", "4"},
    {"SCMP_CMP_GT", "5", "0", "6", "5"},
    {"SCMP_CMP_MASKED_EQ", "12", "4", "7", "8"},
    {"SCMP_CMP_GT", "4294967296", "0", "4294967297", "4294967296"},
    {"SCMP_CMP_EQ", "4294967301", "0", "4294967301", "5"},
};

void comparisons(Sandbox& sandbox) {
  for (const Comparison& one : kComparisons) {
    Bundle bundle =
        filtered(sandbox, R"({"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77,
          "args": [{"index": 1, "value": )" +
                              std::string(one.value) + R"(, "valueTwo": )" + one.value_two +
                              R"(, "op": ")" + one.op + R"("}]})");
    const std::string what = std::string(one.op) + " " + one.value + " with ";
    expect_equal(what + one.hit, answer(sandbox, bundle, SYS_getpriority, {"0", one.hit}), 77);
    expect(answer(sandbox, bundle, SYS_getpriority, {"0", one.miss}) != 77,
           what + one.miss + " is caught");
  }
}
const Case kComparison("seccomp/arguments-are-compared", "config-linux.md#seccomp", comparisons);

void several_arguments(Sandbox& sandbox) {
  Bundle bundle =
      filtered(sandbox, R"({"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77,
        "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"},
                 {"index": 1, "value": 2, "op": "SCMP_CMP_EQ"}]})");
  expect_equal("both", answer(sandbox, bundle, SYS_getpriority, {"1", "2"}), 77);
  expect(answer(sandbox, bundle, SYS_getpriority, {"1", "3"}) != 77, "one of two is enough");
}
const Case kSeveral("seccomp/comparisons-of-different-arguments-must-all-hold",
                    "config-linux.md#seccomp", several_arguments);

void same_argument(Sandbox& sandbox) {
  Bundle bundle =
      filtered(sandbox, R"({"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77,
        "args": [{"index": 1, "value": 2, "op": "SCMP_CMP_EQ"},
                 {"index": 1, "value": 5, "op": "SCMP_CMP_EQ"}]})");
  expect_equal("the first", answer(sandbox, bundle, SYS_getpriority, {"0", "2"}), 77);
  expect_equal("the second", answer(sandbox, bundle, SYS_getpriority, {"0", "5"}), 77);
  expect(answer(sandbox, bundle, SYS_getpriority, {"0", "3"}) != 77, "another value is caught");
}
const Case kSame("seccomp/comparisons-of-one-argument-are-alternatives", "config-linux.md#seccomp",
                 same_argument);

void unknown_names(Sandbox& sandbox) {
  Bundle bundle = filtered(
      sandbox, R"({"names": ["no_such_call", "getpriority"], "action": "SCMP_ACT_ERRNO"})");
  expect_equal("the known one", answer(sandbox, bundle, SYS_getpriority), EPERM);
}
const Case kUnknownNames("seccomp/names-that-nobody-knows-are-skipped", "cli-contract 6",
                         unknown_names);

void newer_calls(Sandbox& sandbox) {
  Bundle bundle = filtered(sandbox);
  bundle.set("/process/noNewPrivileges", true)
      .set("/linux/seccomp/defaultAction", "SCMP_ACT_ERRNO")
      .set_json("/linux/seccomp/syscalls", R"([{"action": "SCMP_ACT_ALLOW", "names": []}])");
  Words all;
  // All calls up to clone3, as in an old profile.
  for (const char* name : {"execve",          "exit_group",   "exit",
                           "write",           "writev",       "read",
                           "close",           "brk",          "mmap",
                           "munmap",          "mprotect",     "arch_prctl",
                           "fstat",           "newfstatat",   "set_tid_address",
                           "set_robust_list", "rseq",         "prlimit64",
                           "readlink",        "readlinkat",   "getrandom",
                           "uname",           "setresuid",    "setresgid",
                           "setgroups",       "capset",       "prctl",
                           "chdir",           "fchdir",       "openat",
                           "futex",           "epoll_pwait",  "epoll_ctl",
                           "nanosleep",       "rt_sigreturn", "sigaltstack",
                           "rt_sigprocmask",  "getpid",       "gettid",
                           "tgkill",          "setuid",       "setgid",
                           "fcntl",           "getcwd",       "stat",
                           "lstat",           "faccessat",    "getuid",
                           "geteuid",         "fstatfs",      "capget",
                           "statfs",          "madvise",      "clone",
                           "pread64",         "lseek",        "getdents64",
                           "pidfd_open"}) {
    all.emplace_back(name);
  }
  bundle.set("/linux/seccomp/syscalls/0/names", all);
  expect_equal("an older call that is not listed", answer(sandbox, bundle, SYS_getpriority), EPERM);
  expect_equal("a call newer than the profile", answer(sandbox, bundle, 451), ENOSYS);
}
const Case kNewer("seccomp/calls-newer-than-the-profile-do-not-exist", "threats 3", newer_calls);

void little_allowed(Sandbox& sandbox) {
  Bundle bundle = filtered(sandbox);
  bundle.set("/process/noNewPrivileges", true)
      .set("/linux/seccomp/defaultAction", "SCMP_ACT_ERRNO")
      .set_json("/linux/seccomp/syscalls", R"([{"action": "SCMP_ACT_ALLOW", "names": ["execve",
        "exit_group", "exit", "write", "writev", "read", "close", "brk", "mmap", "munmap", "mprotect",
        "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "readlink",
        "readlinkat", "getrandom", "getppid", "fstat", "newfstatat", "futex", "poll"]}])");
  expect_equal("the program runs", answer(sandbox, bundle, SYS_getppid), 0);
}
const Case kLittle("seccomp/with-no-new-privileges-nothing-but-execve-is-needed", "threats 3",
                   little_allowed);

void unprivileged(Sandbox& sandbox) {
  for (const bool forbidden : {true, false}) {
    Bundle bundle = filtered(sandbox, R"({"names": ["getpriority"], "action": "SCMP_ACT_ERRNO"})");
    bundle.set("/process/user/uid", 1000).set("/process/noNewPrivileges", forbidden);
    expect_equal("a user's call", answer(sandbox, bundle, SYS_getpriority), EPERM);
  }
}
const Case kUnprivileged("seccomp/for-a-user-with-and-without-no-new-privileges",
                         "config.md#linux-process", unprivileged);

void flags(Sandbox& sandbox) {
  Bundle bundle = filtered(sandbox);
  bundle.set_json("/linux/seccomp/flags",
                  R"(["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"])");
  expect_equal("Seccomp of status", sandbox.facts(bundle).text("/seccomp"), "2");
}
const Case kFlags("seccomp/flags", "config-linux.md#seccomp", flags);

struct Refused {
  const char* name;
  const char* path;
  const char* word;
  const char* pointer;
  const char* value;
};
constexpr Refused kRefused[] = {
    {"action", "linux.seccomp.syscalls[0].action", "action", "/linux/seccomp/syscalls/0/action",
     "\"SCMP_ACT_MAYBE\""},
    {"default-action", "linux.seccomp.defaultAction", "action", "/linux/seccomp/defaultAction",
     "\"ALLOW\""},
    {"architecture", "linux.seccomp.architectures", "arch", "/linux/seccomp/architectures",
     "[\"SCMP_ARCH_ABACUS\"]"},
    {"flag", "linux.seccomp.flags", "flag", "/linux/seccomp/flags",
     "[\"SECCOMP_FILTER_FLAG_NO_SUCH\"]"},
    {"operator", "linux.seccomp.syscalls[0].args[0].op", "op", "/linux/seccomp/syscalls/0/args",
     "[{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_LIKE\"}]"},
    {"argument", "linux.seccomp.syscalls[0].args[0].index", "index",
     "/linux/seccomp/syscalls/0/args", "[{\"index\": 6, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}]"},
};

std::vector<Case> refusals() {
  std::vector<Case> cases;
  cases.reserve(std::size(kRefused));  // cases register their address
  for (const Refused& one : kRefused) {
    cases.emplace_back(
        std::string("seccomp/an-unknown-") + one.name + "-is-refused", "config-linux.md#seccomp",
        [&one](Sandbox& sandbox) {
          Bundle bundle =
              filtered(sandbox, R"({"names": ["getpriority"], "action": "SCMP_ACT_ERRNO"})");
          expect_refusal(sandbox, bundle, {one.path, {one.word, "seccomp"}},
                         [&](Bundle& spoilt) { spoilt.set_json(one.pointer, one.value); });
        });
  }
  return cases;
}
const std::vector<Case> kRefusals = refusals();

}  // namespace
}  // namespace oci::conformance

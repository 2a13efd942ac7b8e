// Profiles beyond a filter that refuses: other actions, architectures, an unused listener, and the
// set of filtered processes (config-linux.md#seccomp).
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>

#include "conformance/cases/runtime/hook_json.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

Bundle with_profile(Sandbox& sandbox, const std::string& profile) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/seccomp", profile);
  return bundle;
}

// The result of getpriority(2) under a profile with this `action` for it.
std::string answer_under(Sandbox& sandbox, const std::string& action) {
  Bundle bundle = with_profile(sandbox, R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
      {"names": ["getpriority"], "action": ")" +
                                            action + R"("}]})");
  return sandbox.output(bundle, "probe syscall " + std::to_string(SYS_getpriority) +
                                    "; code=$?; [ $code -lt 128 ] || echo killed $code");
}

void log(Sandbox& sandbox) {
  // The raw call returns 20 minus the nice value, which is not an error.
  expect_equal("SCMP_ACT_LOG", answer_under(sandbox, "SCMP_ACT_LOG"), "0 ok\n");
}
const Case kLog("seccomp/log-lets-the-call-through", "config-linux.md#seccomp", log);

void trace(Sandbox& sandbox) {
  expect_contains("SCMP_ACT_TRACE", answer_under(sandbox, "SCMP_ACT_TRACE"),
                  std::to_string(ENOSYS) + " ");
}
const Case kTrace("seccomp/trace-without-a-tracer-is-enosys", "config-linux.md#seccomp", trace);

void kill_words(Sandbox& sandbox) {
  for (const char* action : {"SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD"}) {
    expect_equal(action, answer_under(sandbox, action),
                 "killed " + std::to_string(128 + SIGSYS) + "\n");
  }
}
const Case kKillWords("seccomp/kill-and-kill-thread", "config-linux.md#seccomp", kill_words);

void all_architectures(Sandbox& sandbox) {
  Bundle bundle = with_profile(sandbox, R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": [
      "SCMP_ARCH_X86", "SCMP_ARCH_X86_64", "SCMP_ARCH_X32", "SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64",
      "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL",
      "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64",
      "SCMP_ARCH_PPC64LE", "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_PARISC",
      "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K",
      "SCMP_ARCH_SH", "SCMP_ARCH_SHEB"],
      "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77}]})");
  expect_contains("getpriority", sandbox.output(bundle, "probe syscall 140; true"), "77 ");
}
const Case kArchitectures("seccomp/all-architectures-have-names", "config-linux.md#seccomp",
                          all_architectures);

void tsync(Sandbox& sandbox) {
  Bundle bundle = with_profile(
      sandbox, R"({"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_TSYNC"]})");
  expect_equal("Seccomp of status", sandbox.facts(bundle).text("/seccomp"), "2");
}
const Case kTsync("seccomp/the-flag-tsync-is-harmless", "config-linux.md#seccomp", tsync);

void unused_listener(Sandbox& sandbox) {
  Bundle bundle = with_profile(
      sandbox, R"({"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/no/such/socket"})");
  expect_equal("Seccomp of status", sandbox.facts(bundle).text("/seccomp"), "2");
}
const Case kListener("seccomp/a-listener-without-notify-is-ignored", "config-linux.md#seccomp",
                     unused_listener);

// A startContainer hook is a program of the image: it must be restricted like the program.
void hooks_too(Sandbox& sandbox) {
  for (const bool forbidden : {false, true}) {
    Bundle bundle = with_profile(sandbox, R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
      {"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77}]})");
    make_dir(sandbox.path("log"));
    write_file(sandbox.path("log/hook"), "");
    bundle.set("/process/noNewPrivileges", forbidden)
        .mount("/log", "bind", sandbox.path("log"), {"bind"})
        .add("/hooks/startContainer",
             hook_json(sandbox,
                       {.kind = "startContainer", .text = "probe syscall 140 > /log/hook; true"}));
    expect_contains("the program's call", sandbox.output(bundle, "probe syscall 140; true"), "77 ");
    expect_contains("the hook's call", read_file(sandbox.path("log/hook")), "77 ");
  }
}
const Case kHooks("seccomp/hooks-of-the-image-are-under-the-filter", "threats 3", hooks_too);

}  // namespace
}  // namespace oci::conformance

// `check`: all mistakes in a bundle, before anything is made. Only oci-rt has the verb.
#include <unistd.h>

#include <filesystem>

#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/json.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

std::string text_at(const json::Document& document, const char* pointer) {
  const json::Value* const found = find(document, pointer);
  return found != nullptr && found->IsString() ? found->GetString() : "";
}

Outcome check(Sandbox& sandbox, Bundle& bundle, const Words& options = {}) {
  bundle.write();
  Words words = {"check"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(bundle.directory());
  return sandbox.call(words);
}

void expect_clean(Sandbox& sandbox, Bundle& bundle) {
  const Outcome clean = check(sandbox, bundle);
  expect_equal("exit code for a right bundle (" + trimmed(clean.out) + ")", clean.exit_code, 0);
  expect_equal("report of it", clean.out, "config.json: no mistakes found\n");
}

void clean(Sandbox& sandbox) {
  require_option(sandbox, "check", "--format");
  Bundle bundle = sandbox.bundle();
  expect_clean(sandbox, bundle);
  expect_equal("exit code of run", sandbox.run(bundle).exit_code, 0);
}
const Case kClean("check/a-bundle-that-runs-has-no-findings", "oci-rt check --help", clean);

void all(Sandbox& sandbox) {
  require_option(sandbox, "check", "--format");
  Bundle bundle = sandbox.bundle();
  expect_clean(sandbox, bundle);
  bundle.set("/process/user/uid", "1000")
      .set_json("/linux/resourcez", "{}")
      .set_json("/windows", "{}")
      .set_json("/process/args", R"(["/bin/nope"])")
      .mount("/a", "bind", "/nowhere/a", {"bind"})
      .mount("/b", "nosuchfs", "x", {});
  const Outcome found = check(sandbox, bundle);
  expect_equal("exit code", found.exit_code, 2);
  for (const char* part :
       {"error E_TYPE: process.user.uid: ", "error E_PROGRAM_MISSING: process.args[0]: ",
        "error E_MOUNT_SOURCE: mounts[1].source: ", "error E_FILESYSTEM: mounts[2].type: ",
        "warning W_UNKNOWN_PROPERTY: linux.resourcez: ", "did you mean \"resources\"?",
        "note W_OTHER_PLATFORM: windows: ", "4 errors, 1 warning"})
    expect_contains("the report", found.out, part);
  expect_equal("stderr", found.err, "");
}
const Case kAll("check/tells-the-document-and-the-host-at-once", "oci-rt check --help", all);

// The specification says to ignore them: the bundle runs.
void unknown(Sandbox& sandbox) {
  require_option(sandbox, "check", "--format");
  Bundle bundle = sandbox.bundle();
  expect_clean(sandbox, bundle);
  bundle.set_json("/process/arg", "[]").set_json("/mounts/0/option", R"(["ro"])");
  const Outcome found = check(sandbox, bundle);
  expect_equal("exit code", found.exit_code, 1);
  expect_contains("the report", found.out, "process.arg: unknown property");
  expect_contains("the report", found.out, "did you mean \"args\"?");
  expect_contains("the report", found.out, "mounts[0].option: unknown property");
  expect_contains("the report", found.out, "did you mean \"options\"?");
  expect_equal("exit code of run", sandbox.run(bundle).exit_code, 0);
}
const Case kUnknown("check/an-unknown-property-is-a-warning", "glossary.md", unknown);

void formats(Sandbox& sandbox) {
  require_option(sandbox, "check", "--format");
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/cwd", "tmp");
  const Outcome as_json = check(sandbox, bundle, {"--format", "json"});
  expect_equal("exit code", as_json.exit_code, 2);
  const json::Document report = parse_json("the report", as_json.out);
  expect_equal("code", text_at(report, "/findings/0/code"), "E_FORM");
  expect_equal("property", text_at(report, "/findings/0/property"), "process.cwd");
  expect(!text_at(report, "/findings/0/cure").empty(), "the finding has no cure");
  const Outcome as_sarif = check(sandbox, bundle, {"--format", "sarif"});
  expect_equal("exit code", as_sarif.exit_code, 2);
  const json::Document sarif = parse_json("the report", as_sarif.out);
  expect_equal("version", text_at(sarif, "/version"), "2.1.0");
  expect_equal("rule", text_at(sarif, "/runs/0/results/0/ruleId"), "E_FORM");
  expect_equal("rule with a text", text_at(sarif, "/runs/0/tool/driver/rules/0/id"), "E_FORM");
  const std::string moved = sandbox.path("a bundle%");
  std::filesystem::rename(bundle.directory(), moved);
  const Outcome of_moved = sandbox.call({"check", "--format", "sarif", moved});
  std::filesystem::rename(moved, bundle.directory());
  expect_equal("exit code", of_moved.exit_code, 2);
  const json::Document escaped = parse_json("the report", of_moved.out);
  expect_equal(
      "uri",
      text_at(escaped, "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri"),
      "file://" + sandbox.path("a%20bundle%25/config.json"));
}
const Case kFormats("check/has-forms-for-programs", "oci-rt check --help", formats);

// A report names at most 1000 mistakes of a kind of check, and says how many more there are.
void very_many(Sandbox& sandbox) {
  require_option(sandbox, "check", "--format");
  Bundle bundle = sandbox.bundle();
  expect_clean(sandbox, bundle);
  std::string env = R"(["A=b")";
  for (int i = 0; i < 1200; ++i)
    env += ", 1";
  bundle.set_json("/process/env", env + "]");
  expect_contains("the report", check(sandbox, bundle).out,
                  "config.json: there are more findings; ");
  const Outcome as_json = check(sandbox, bundle, {"--format", "json"});
  expect_contains("the report", as_json.out, "\"truncated\": true");
  const Outcome as_sarif = check(sandbox, bundle, {"--format", "sarif"});
  expect_contains("the report", as_sarif.out, "\"truncated\": true");
}
const Case kVeryMany("check/says-how-many-findings-it-does-not-name", "oci-rt check --help",
                     very_many);

void no_bundle(Sandbox& sandbox) {
  require_option(sandbox, "check", "--format");
  Bundle bundle = sandbox.bundle();
  expect_clean(sandbox, bundle);
  const Outcome none = sandbox.call({"check", sandbox.path("none")});
  expect_equal("exit code", none.exit_code, 2);
  expect_contains("the report", none.out, "error E_BUNDLE: ");
  for (const Words& wrong :
       {Words{"--bogus"}, Words{"--format", "bogus"}, Words{bundle.directory(), "more"}}) {
    Words words = {"check"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    expect_equal("exit code of " + shown(words), sandbox.call(words).exit_code, 1);
  }
}
const Case kNoBundle("check/a-missing-bundle-is-a-finding", "oci-rt check --help", no_bundle);

// A mistake that only a step of create or start would notice. `check` tells it before.
struct Foreseen {
  const char* name;
  const char* code;
  void (*spoil)(Bundle& bundle);
};

const Foreseen kForeseen[] = {
    {"a-program-that-is-a-loop-of-links", "E_PROGRAM",
     [](Bundle& bundle) {
       expect(::symlink("loop", bundle.rootfs("bin/loop").c_str()) == 0, "a link cannot be made");
       bundle.args({"/bin/loop"});
     }},
    {"a-program-that-is-no-file", "E_PROGRAM_MISSING",
     [](Bundle& bundle) { bundle.args({"nosuch"}); }},
    {"a-program-without-permission", "E_PROGRAM_DENIED",
     [](Bundle& bundle) { bundle.file("bin/x", "#!/bin/sh\n").args({"/bin/x"}); }},
    {"a-directory-as-program", "E_PROGRAM_DENIED", [](Bundle& bundle) { bundle.args({"/bin"}); }},
    {"a-cwd-that-is-a-file", "E_CWD",
     [](Bundle& bundle) { bundle.file("etc/x", "").set("/process/cwd", "/etc/x"); }},
    {"a-directory-on-a-file", "E_MOUNT_TARGET",
     [](Bundle& bundle) { bundle.file("etc/x", "").mount("/etc/x", "bind", "/usr", {"bind"}); }},
    {"a-hook-without-permission", "E_HOOK_PATH",
     [](Bundle& bundle) {
       write_file(bundle.directory() + "/hook", "#!/bin/sh\n", 0644);
       bundle.set_json("/hooks/createRuntime",
                       R"([{"path": ")" + bundle.directory() + R"(/hook"}])");
     }},
    {"a-namespace-of-another-type", "E_NAMESPACE",
     [](Bundle& bundle) { bundle.new_namespace("uts", "/proc/self/ns/ipc"); }},
    {"a-network-device-that-is-not-there", "E_NET_DEVICE",
     [](Bundle& bundle) {
       bundle.new_namespace("network").set_json("/linux/netDevices", R"({"nosuch0": {}})");
     }},
    {"an-agent-that-is-not-there", "E_SECCOMP_AGENT",
     [](Bundle& bundle) {
       bundle.set_json("/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW",
           "listenerPath": "/nowhere/agent", "syscalls": [{"names": ["sync"],
           "action": "SCMP_ACT_NOTIFY"}]})");
     }},
};

void foresee(Sandbox& sandbox, const Foreseen& row) {
  require_option(sandbox, "check", "--format");
  Bundle bundle = sandbox.bundle();
  expect_clean(sandbox, bundle);
  expect_equal("exit code of the control", sandbox.run(bundle).exit_code, 0);
  row.spoil(bundle);
  const Outcome found = check(sandbox, bundle);
  expect_equal("exit code", found.exit_code, 2);
  expect_contains("the report", found.out, std::string("error ") + row.code + ": ");
  expect_contains("the report", found.out, ": 1 error, 0 warnings");
  expect(sandbox.run(bundle).exit_code != 0, "the bundle runs");
}

std::vector<Case> from_table() {
  std::vector<Case> cases;
  cases.reserve(std::size(kForeseen));
  for (const Foreseen& row : kForeseen) {
    cases.emplace_back(std::string("check/foresees-") + row.name, "oci-rt check --help",
                       [&row](Sandbox& sandbox) { foresee(sandbox, row); });
  }
  return cases;
}
const std::vector<Case> kFromTable = from_table();

// A mount of the config may hide the place, so that the bundle alone does not tell.
void covered(Sandbox& sandbox) {
  require_option(sandbox, "check", "--format");
  Bundle bundle = sandbox.bundle();
  expect_clean(sandbox, bundle);
  make_dir(bundle.directory() + "/tools");
  copy_file(bundle.rootfs("bin/busybox"), bundle.directory() + "/tools/true");
  bundle.mount("/tools", "bind", "tools", {"bind"}).args({"/tools/true"});
  expect_clean(sandbox, bundle);
  expect_equal("exit code of run", sandbox.run(bundle).exit_code, 0);
}
const Case kCovered("check/a-program-in-a-mount-is-no-mistake", "config.md#mounts", covered);

// These are told, and the container starts.
void warnings(Sandbox& sandbox) {
  require_option(sandbox, "check", "--format");
  Bundle bundle = sandbox.bundle();
  expect_clean(sandbox, bundle);
  bundle.mount("/i", "tmpfs", "tmpfs", {"iversion"})
      .set_json("/process/capabilities", R"({"bounding": ["CAP_NO_SUCH"]})");
  const Outcome found = check(sandbox, bundle);
  expect_equal("exit code (" + trimmed(found.out) + ")", found.exit_code, 1);
  expect_contains("the report", found.out, "warning W_CAPABILITY: process.capabilities");
  expect_contains("the report", found.out, "warning W_NOT_AS_ASKED: mounts[1].options: ");
  expect_equal("exit code of run", sandbox.run(bundle).exit_code, 0);
}
const Case kWarnings("check/a-setting-that-is-left-out-is-a-warning", "config.md#linux-process",
                     warnings);

// More ids than the user has, and no line of /etc/subuid: newuidmap(1) would refuse it.
void grants(Sandbox& sandbox) {
  require_option(sandbox, "check", "--format");
  User user(sandbox);
  Bundle bundle = user.bundle();
  bundle.write();
  const auto checked = [&] { return sandbox.call(user.invocation({"check", bundle.directory()})); };
  const Outcome control = checked();
  expect_equal("exit code of the control (" + trimmed(control.out + control.err) + ")",
               control.exit_code, 0);
  const std::string maps = R"([{"containerID": 0, "hostID": 4000000000, "size": 65536}])";
  bundle.set_json("/linux/uidMappings", maps).set_json("/linux/gidMappings", maps).write();
  const Outcome found = checked();
  expect_equal("exit code (" + trimmed(found.out + found.err) + ")", found.exit_code, 2);
  expect_contains("the report", found.out, "error E_SUBIDS: linux.uidMappings");
}
const Case kGrants("check/foresees-ids-that-the-user-may-not-map", "oci-rt check --help", grants);

void text_plan(Sandbox& sandbox) {
  require_option(sandbox, "plan", "--format");
  Bundle bundle = sandbox.bundle();
  bundle.mount("/data", "tmpfs", "tmpfs", {"nosuid", "size=1m"})
      .set_json("/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
          [{"names": ["sync"], "action": "SCMP_ACT_ERRNO"}]})");
  bundle.write();
  const Outcome said = sandbox.call({"plan", "--format", "text", "--bundle", bundle.directory()});
  expect_equal("exit code (" + trimmed(said.err) + ")", said.exit_code, 0);
  for (const char* part : {"namespaces ", "/data ", "nosuid,size=1m", "capabilities\n",
                           "SCMP_ACT_ALLOW by default, SCMP_ACT_ERRNO for 1 call"})
    expect_contains("the plan", said.out, part);
}
const Case kTextPlan("check/plan-has-a-form-for-people", "oci-rt plan --help", text_plan);

}  // namespace
}  // namespace oci::conformance

// Mistakes in configs: each is refused by name before anything is created. Every row has a control
// (refusal.cc). Rows marked T11 are those of threats 2.
#include "conformance/contract/texts.h"
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

struct Row {
  const char* name;
  const char* clause;
  const char* path;     // its name in oci-rt's message
  const char* word;     // required in the message of any runtime; "": none
  const char* pointer;  // place of the mistake
  const char* value;
};

// clang-format off
constexpr Row kRows[] = {
    // Wrong types: ignoring a quoted number or boolean would weaken the container silently (T11).
    {"uid-in-quotes", "threats 2 (T11)", "process.user.uid", "uid", "/process/user/uid", R"("1000")"},
    {"no-new-privileges-in-quotes", "threats 2 (T11)", "process.noNewPrivileges", "noNewPrivileges", "/process/noNewPrivileges", R"("true")"},
    {"readonly-in-quotes", "threats 2 (T11)", "root.readonly", "readonly", "/root/readonly", R"("true")"},
    {"masked-paths-as-a-string", "threats 2 (T11)", "linux.maskedPaths", "maskedPaths", "/linux/maskedPaths", R"("/proc/uptime")"},
    {"seccomp-as-an-array", "threats 2 (T11)", "linux.seccomp", "seccomp", "/linux/seccomp", "[]"},
    {"namespaces-as-an-object", "config-linux.md#namespaces", "linux.namespaces", "namespaces", "/linux/namespaces", "{}"},
    {"capabilities-as-an-array", "config.md#linux-process", "process.capabilities", "capabilities", "/process/capabilities", R"(["CAP_KILL"])"},
    {"args-as-a-string", "config.md#process", "process.args", "args", "/process/args", R"("/bin/true")"},
    {"mounts-as-an-object", "config.md#mounts", "mounts", "mounts", "/mounts", "{}"},
    {"a-number-among-args", "config.md#process", "process.args[1]", "args", "/process/args", R"(["/bin/true", 7])"},
    // Ranges.
    {"a-negative-uid", "config.md#posix-platform-user", "process.user.uid", "uid", "/process/user/uid", "-1"},
    {"a-uid-of-more-than-32-bits", "CVE-2024-40635", "process.user.uid", "uid", "/process/user/uid", "4294967296"},
    {"a-uid-with-a-fraction", "config.md#posix-platform-user", "process.user.uid", "uid", "/process/user/uid", "1.5"},
    {"a-group-of-more-than-32-bits", "config.md#posix-platform-user", "process.user.additionalGids[0]", "additionalGids", "/process/user/additionalGids", "[4294967296]"},
    {"an-oom-score-out-of-range", "config.md#linux-process", "process.oomScoreAdj", "oom", "/process/oomScoreAdj", "2000"},
    // Unknown values.
    {"an-unknown-namespace", "config-linux.md#namespaces", "linux.namespaces[0].type", "namespace", "/linux/namespaces/0/type", R"("foo")"},
    {"an-unknown-rlimit", "config.md#posix-process", "process.rlimits[0].type", "rlimit", "/process/rlimits", R"([{"type": "RLIMIT_NO_SUCH", "soft": 1, "hard": 1}])"},
    {"an-rlimit-twice", "config.md#posix-process", "process.rlimits[1].type", "rlimit", "/process/rlimits", R"([{"type": "RLIMIT_NOFILE", "soft": 9, "hard": 9}, {"type": "RLIMIT_NOFILE", "soft": 8, "hard": 8}])"},
    {"an-rlimit-with-soft-over-hard", "getrlimit(2)", "process.rlimits[0].soft", "limit", "/process/rlimits", R"([{"type": "RLIMIT_NOFILE", "soft": 10, "hard": 9}])"},
    {"an-unknown-scheduler-policy", "config.md#linux-process", "process.scheduler.policy", "policy", "/process/scheduler", R"({"policy": "SCHED_EXT"})"},
    {"an-unknown-scheduler-flag", "config.md#linux-process", "process.scheduler.flags[0]", "flag", "/process/scheduler", R"({"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_NO_SUCH"]})"},
    {"a-nice-value-out-of-range", "config.md#linux-process", "process.scheduler.nice", "nice", "/process/scheduler", R"({"policy": "SCHED_OTHER", "nice": 30})"},
    {"a-realtime-priority-out-of-range", "config.md#linux-process", "process.scheduler.priority", "sched", "/process/scheduler", R"({"policy": "SCHED_FIFO", "priority": 100})"},
    {"a-deadline-before-its-runtime", "config.md#linux-process", "process.scheduler.deadline", "sched", "/process/scheduler", R"({"policy": "SCHED_DEADLINE", "runtime": 2000000, "deadline": 1000000, "period": 3000000})"},
    {"sched-iso", "config.md#valid-values", "process.scheduler.policy", "sched", "/process/scheduler", R"({"policy": "SCHED_ISO"})"},
    {"an-unknown-io-class", "config.md#linux-process", "process.ioPriority.class", "io", "/process/ioPriority", R"({"class": "IOPRIO_CLASS_NO_SUCH", "priority": 1})"},
    {"an-io-priority-out-of-range", "config.md#linux-process", "process.ioPriority.priority", "io", "/process/ioPriority", R"({"class": "IOPRIO_CLASS_BE", "priority": 8})"},
    {"an-affinity-that-is-no-list", "config.md#linux-process", "process.execCPUAffinity.initial", "", "/process/execCPUAffinity", R"({"initial": "0-x"})"},
    {"an-unknown-personality", "config-linux.md#personality", "linux.personality.domain", "", "/linux/personality", R"({"domain": "SOLARIS"})"},
    {"a-personality-flag", "config-linux.md#personality", "linux.personality.flags", "", "/linux/personality", R"({"domain": "LINUX", "flags": ["ADDR_NO_RANDOMIZE"]})"},
    {"an-unknown-memory-policy", "config-linux.md#memory-policy", "linux.memoryPolicy.mode", "", "/linux/memoryPolicy", R"({"mode": "MPOL_NO_SUCH", "nodes": "0"})"},
    {"an-unknown-memory-policy-flag", "config-linux.md#memory-policy", "linux.memoryPolicy.flags[0]", "", "/linux/memoryPolicy", R"({"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_NO_SUCH"]})"},
    {"a-memory-policy-with-nodes-it-takes-not", "config-linux.md#memory-policy", "linux.memoryPolicy.nodes", "", "/linux/memoryPolicy", R"({"mode": "MPOL_DEFAULT", "nodes": "0"})"},
    {"a-memory-policy-without-nodes-it-needs", "config-linux.md#memory-policy", "linux.memoryPolicy.nodes", "", "/linux/memoryPolicy", R"({"mode": "MPOL_BIND", "nodes": ""})"},
    {"a-memory-policy-of-a-node-there-is-not", "config-linux.md#memory-policy", "linux.memoryPolicy", "", "/linux/memoryPolicy", R"({"mode": "MPOL_BIND", "nodes": "1000"})"},
    // Missing and empty.
    {"no-args", "config.md#process", "process.args", "args", "/process/args", "[]"},
    {"no-cwd", "config.md#process", "process.cwd", "cwd", "/process/cwd", R"("")"},
    {"a-relative-cwd", "config.md#process", "process.cwd", "cwd", "/process/cwd", R"("tmp")"},
    {"a-mount-without-destination", "config.md#mounts", "mounts[1].destination", "destination", "/mounts/-", R"({"type": "tmpfs", "source": "tmpfs"})"},
    {"a-mount-without-type-or-bind", "config.md#mounts", "mounts[1].type", "", "/mounts/-", R"({"destination": "/x", "source": "/tmp"})"},
    {"an-empty-annotation-key", "config.md#annotations", "annotations", "annotation", "/annotations", R"({"": "x"})"},
    // NUL bytes would cut strings short.
    {"a-nul-in-args", "threats 6", "process.args[0]", "", "/process/args", R"(["/bin/true\u0000x"])"},
    {"a-nul-in-env", "threats 6", "process.env[0]", "", "/process/env", R"(["A=1\u0000B=2"])"},
    {"a-nul-in-a-destination", "threats 6", "mounts[1].destination", "", "/mounts/-", R"({"destination": "/x\u0000y", "type": "tmpfs", "source": "tmpfs"})"},
    // Conflicting properties.
    {"maps-without-a-user-namespace", "config-linux.md#user-namespace-mappings", "linux.uidMappings", "", "/linux/uidMappings", R"([{"containerID": 0, "hostID": 100000, "size": 1}])"},
    {"domainname-without-uts", "config.md#domainname", "domainname", "", "/domainname", R"("x")"},
    {"a-version-of-the-future", "config.md#specification-version", "ociVersion", "version", "/ociVersion", R"("2.0.0")"},
    {"a-version-that-is-none", "config.md#specification-version", "ociVersion", "version", "/ociVersion", R"("one")"},
    {"listener-metadata-without-a-path", "config-linux.md#seccomp", "linux.seccomp.listenerMetadata", "", "/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "listenerMetadata": "x"})"},
    {"a-console-size-without-height", "config.md#process", "process.consoleSize.height", "consoleSize", "/process/consoleSize", R"({"width": 80})"},
    {"a-console-size-without-width", "config.md#process", "process.consoleSize.width", "consoleSize", "/process/consoleSize", R"({"height": 24})"},
    {"an-unknown-clock", "config-linux.md#offset-for-time-namespace", "linux.timeOffsets", "realtime", "/linux", R"({"namespaces": [{"type": "mount"}, {"type": "pid"}, {"type": "time"}], "timeOffsets": {"realtime": {"secs": 1}}})"},
    {"an-offset-of-more-nanoseconds-than-a-second", "config-linux.md#offset-for-time-namespace", "linux.timeOffsets.boottime.nanosecs", "", "/linux", R"({"namespaces": [{"type": "mount"}, {"type": "pid"}, {"type": "time"}], "timeOffsets": {"boottime": {"secs": 1, "nanosecs": 1000000000}}})"},
    {"the-uid-that-means-none", "setresuid(2)", "process.user.uid", "uid", "/process/user/uid", "4294967295"},
    {"the-gid-that-means-none", "setresgid(2)", "process.user.gid", "gid", "/process/user/gid", "4294967295"},
    {"a-default-errno-of-an-action-that-has-none", "config-linux.md#seccomp", "linux.seccomp.defaultErrnoRet", "errno", "/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 1})"},
    {"an-errno-of-an-action-that-has-none", "config-linux.md#seccomp", "linux.seccomp.syscalls[0].errnoRet", "errno", "/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_KILL", "errnoRet": 1}]})"},
    {"a-seccomp-entry-without-names", "config-linux.md#seccomp", "linux.seccomp.syscalls[0].names", "", "/linux/seccomp", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": [], "action": "SCMP_ACT_ERRNO"}]})"},
    {"a-relative-read-only-path", "config-linux.md#readonly-paths", "linux.readonlyPaths[0]", "", "/linux/readonlyPaths", R"(["etc/x"])"},
    {"the-root-as-a-read-only-path", "config-linux.md#readonly-paths", "linux.readonlyPaths[0]", "", "/linux/readonlyPaths", R"(["/"])"},
    {"the-root-as-a-masked-path", "config-linux.md#masked-paths", "linux.maskedPaths[0]", "", "/linux/maskedPaths", R"(["/"])"},
    {"a-mount-of-type-bind-alone", "config.md#linux-mount-options", "mounts[1].options", "", "/mounts/-", R"({"destination": "/x", "type": "bind", "source": "/tmp"})"},
    {"a-mount-of-the-whole-root", "config.md#mounts", "mounts[1].destination", "", "/mounts/-", R"({"destination": "/", "type": "tmpfs", "source": "tmpfs"})"},
    {"time-offsets-without-the-namespace", "config-linux.md#offset-for-time-namespace", "linux.timeOffsets", "time", "/linux/timeOffsets", R"({"boottime": {"secs": 100, "nanosecs": 0}})"},
};
// clang-format on

// Other runtimes phrase their messages in their own way.
void expect_words(const Sandbox& sandbox, const std::string& name, const std::string& said) {
  if (!sandbox.runtime().json_paths) return;
  std::string line;
  for (const std::string& one : lines(said))
    line += (line.empty() ? "" : "; ") + one;
  expect_text("config/" + name, line);
}

// The same mistake in the report of `check`.
void expect_check(Sandbox& sandbox, const Bundle& bundle, const std::string& name) {
  if (!sandbox.runtime().json_paths) return;
  const Outcome checked = sandbox.call({"check", bundle.directory()});
  expect_equal("exit code of check", checked.exit_code, 2);
  expect_text("check/config/" + name, error_lines(checked.out));
}

void refuse(Sandbox& sandbox, const Row& row) {
  Bundle bundle = sandbox.bundle();
  const bool without_uts = row.name == std::string("domainname-without-uts");
  if (without_uts) bundle.without_namespace("uts");
  Words words;
  if (*row.word) words.emplace_back(row.word);
  const std::string said = expect_refusal(sandbox, bundle, {row.path, words}, [&](Bundle& spoilt) {
    spoilt.set_json(row.pointer, row.value);
  });
  expect_words(sandbox, row.name, said);
  expect_check(sandbox, bundle, row.name);
}

std::vector<Case> from_table() {
  std::vector<Case> cases;
  cases.reserve(std::size(kRows));  // cases register their address
  for (const Row& row : kRows) {
    cases.emplace_back(std::string("config/") + row.name + "-is-refused", row.clause,
                       [&row](Sandbox& sandbox) { refuse(sandbox, row); });
  }
  return cases;
}
const std::vector<Case> kFromTable = from_table();

// Malformed documents.
struct Document {
  const char* name;
  const char* clause;
  const char* says;  // required in oci-rt's message
  std::string (*spoil)(const std::string& good);
};

std::string nested(const std::string& good) {
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  return R"({"x": )" + deep + "," + good.substr(1);
}

const Document kDocuments[] = {
    {"an-empty-file", "config.md", "config.json",
     [](const std::string&) { return std::string(" "); }},
    {"a-cut-off-file", "config.md", "config.json",
     [](const std::string& good) { return good.substr(0, good.size() / 2); }},
    {"text-after-the-document", "threats 6", "config.json",
     [](const std::string& good) { return good + " x"; }},
    {"a-key-given-twice", "glossary.md", "root",
     [](const std::string& good) { return R"({"root": {"path": "rootfs"},)" + good.substr(1); }},
    {"five-thousand-nested-arrays", "reliability 2b", "config.json", nested},
    {"an-array", "config.md", "config.json", [](const std::string&) { return std::string("[]"); }},
};

void refuse_document(Sandbox& sandbox, const Document& document) {
  Bundle bundle = sandbox.bundle();
  const std::string said =
      expect_refusal(sandbox, bundle, {document.says, {}},
                     [&](Bundle& spoilt) { spoilt.text(document.spoil(spoilt.text())); });
  expect_words(sandbox, document.name, said);
  expect_check(sandbox, bundle, document.name);
}

std::vector<Case> from_documents() {
  std::vector<Case> cases;
  cases.reserve(std::size(kDocuments));
  for (const Document& document : kDocuments) {
    cases.emplace_back(std::string("config/") + document.name + "-is-refused", document.clause,
                       [&document](Sandbox& sandbox) { refuse_document(sandbox, document); });
  }
  return cases;
}
const std::vector<Case> kFromDocuments = from_documents();

// Go writes null for a property that was not given, but never for a user-defined key.
void nulls(Sandbox& sandbox) {
  Bundle given = sandbox.bundle();
  for (const char* absent : {"/annotations", "/linux/sysctl", "/linux/resources/unified",
                             "/linux/netDevices", "/process/rlimits", "/hooks", "/hostname"}) {
    given.set_json(absent, "null");
  }
  given.remove("/hostname").args({"/bin/true"});
  const Outcome control = sandbox.run(given);
  expect_equal("exit code (" + trimmed(control.err) + ")", control.exit_code, 0);
  const struct {
    const char *pointer, *path;
  } keys[] = {{"/annotations/a", "annotations.a"},
              {"/linux/sysctl/net.ipv4.ip_forward", "linux.sysctl[\"net.ipv4.ip_forward\"]"},
              {"/linux/resources/unified/memory.high", "linux.resources.unified[\"memory.high\"]"},
              {"/linux/netDevices/eth0", "linux.netDevices.eth0"}};
  for (const auto& key : keys) {
    Bundle bundle = sandbox.bundle();
    expect_refusal(sandbox, bundle, {key.path, {}},
                   [&](Bundle& spoilt) { spoilt.set_json(key.pointer, "null"); });
  }
}
const Case kNulls("config/a-key-of-the-users-without-a-value-is-refused", "schema/defs.json",
                  nulls);

void no_mounts(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.remove("/mounts");
  expect_equal("output", sandbox.output(bundle, "echo ran"), "ran\n");
}
const Case kNoMounts("config/mounts-may-be-absent", "config.md#mounts", no_mounts);

void unknown_properties(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/x-unknown", R"({"deep": [1, 2, {"a": null}]})")
      .set("/process/unknown", 1)
      .set("/linux/unknown", true)
      .set_json("/windows", R"({"layerFolders": ["c:"]})")
      .set("/mounts/0/unknown", "x");
  sandbox.facts(bundle);
}
const Case kUnknown("config/unknown-properties-are-ignored", "config.md#extensibility",
                    unknown_properties);

void every_mistake(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/user/uid", "x")
      .set("/root/readonly", 7)
      .set("/linux/namespaces/0/type", "y");
  const Outcome refused = sandbox.try_create(bundle);
  expect(refused.exit_code != 0, "create exits 0");
  for (const char* path : {"process.user.uid", "root.readonly", "linux.namespaces[0].type"}) {
    expect_contains("the message", refused.err, path);
  }
}
const Case kEvery("config/all-mistakes-are-told-at-once", "spec/README.md", every_mistake);

}  // namespace
}  // namespace oci::conformance

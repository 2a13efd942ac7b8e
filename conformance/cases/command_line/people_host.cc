// doctor and seccomp: verbs of oci-rt alone that look at this host and at a profile.
#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/json.h"
#include "conformance/harness/sandbox.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

Outcome ask(Sandbox& sandbox, Spawn spawn) {
  if (!sandbox.runtime().json_paths) throw Skipped("the verb is oci-rt's own");
  return sandbox.call(std::move(spawn));
}

std::string good(Sandbox& sandbox, const Words& words) {
  const Outcome outcome = ask(sandbox, sandbox.invocation(words));
  expect_equal(words[0] + " (" + trimmed(outcome.err) + ") exits with", outcome.exit_code, 0);
  return outcome.out;
}

std::string at(const json::Value& document, const std::string& pointer) {
  const json::Value* value = find(document, pointer);
  if (value == nullptr) return "(absent)";
  return value->IsString() ? std::string(value->GetString()) : to_text(*value);
}

// The finding of this name: "HEALTH FACT; CURE".
std::string finding(const json::Document& all, const std::string& name) {
  for (const json::Value& one : all.GetArray()) {
    if (at(one, "/name") != name) continue;
    return at(one, "/health") + " " + at(one, "/fact") + "; " + at(one, "/cure");
  }
  return "(absent)";
}

// Containers run here, so nothing that they need is bad.
void doctor(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  sandbox.facts(bundle);
  Spawn spawn = sandbox.invocation({"doctor", "--json"});
  const std::string home = sandbox.path("home");
  for (const char* const dir : {"", "/.config", "/.config/containers"})
    make_dir(home + dir);
  spawn.env = {"HOME=" + home};
  const Outcome before = ask(sandbox, spawn);
  expect_equal("doctor (" + before.err + ") exits with", before.exit_code, 0);
  const json::Document all = parse_json("doctor", before.out);
  expect(finding(all, "Linux").starts_with("good "), "Linux is " + finding(all, "Linux"));
  expect(finding(all, "openat2(2)").starts_with("good yes"), "openat2(2) is missing");
  // A file that mentions it in a comment alone does not know it.
  const std::string conf = home + "/.config/containers/containers.conf";
  write_file(conf, "[engine]\n# runtime = \"oci-rt\"\n");
  const std::string unknown = finding(parse_json("doctor", ask(sandbox, spawn).out), "podman");
  expect_lacks("podman with a comment", unknown, conf);
  write_file(conf, "[engine]\nruntime = \"oci-rt\"\n");
  expect_contains("podman", finding(parse_json("doctor", ask(sandbox, spawn).out), "podman"),
                  "good knows oci-rt by ");
  expect_contains("the table", good(sandbox, {"doctor"}), "kernel\n  ok    Linux");
}
const Case kDoctor("cli/doctor-looks-at-the-host", "oci-rt doctor --help", doctor);

// On a terminal the marks are coloured, in a pipe they are not.
void colours(Sandbox& sandbox) {
  expect_lacks("the table in a pipe", ask(sandbox, sandbox.invocation({"doctor"})).out, "\033[");
  Terminal terminal = Terminal::open_new();
  Spawn spawn = sandbox.invocation({"doctor"});
  spawn.terminal = terminal.slave();
  Command command(std::move(spawn), sandbox.directory());
  terminal.close_slave();
  expect_contains("on a terminal", terminal.read_all(), "\033[32mok");
  expect_equal("exit code", command.wait().exit_code, 0);
}
const Case kColours("cli/doctor-is-green-on-a-terminal", "oci-rt doctor --help", colours);

void profiles_of_engines(Sandbox& sandbox) {
  const std::string profile = sandbox.path("engine.json");
  const auto said = [&](const std::string& more, const std::string& rule) {
    write_file(profile, R"({"defaultAction": "SCMP_ACT_ERRNO")" + more +
                            R"(, "syscalls": [{"names": ["bpf"], "action": "SCMP_ACT_ALLOW")" +
                            rule + "}]}");
    return ask(sandbox, sandbox.invocation({"seccomp", "explain", profile, "bpf"}));
  };
  expect_contains("the control", said("", "").out, "SCMP_ACT_ALLOW");
  expect_contains("the control", said("", R"(, "includes": {}, "excludes": {})").out,
                  "SCMP_ACT_ALLOW");
  constexpr const char* kMembers[][2] = {{"", R"(, "includes": {"caps": ["CAP_BPF"]})"},
                                         {"", R"(, "excludes": {"caps": ["CAP_BPF"]})"},
                                         {R"(, "archMap": [])", ""}};
  for (const auto& [more, rule] : kMembers) {
    const Outcome refused = said(more, rule);
    expect_equal("exit code", refused.exit_code, 1);
    expect_contains("the message", refused.err, "is a profile for an engine");
  }
}
const Case kEngines("seccomp/explain-knows-the-profile-of-an-engine", "oci-rt seccomp --help",
                    profiles_of_engines);

void seccomp(Sandbox& sandbox) {
  const std::string profile = sandbox.path("profile.json");
  write_file(profile, R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
    {"names": ["chroot"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5},
    {"names": ["setuid"], "action": "SCMP_ACT_ERRNO",
     "args": [{"index": 0, "value": 7, "op": "SCMP_CMP_EQ"}]}]})");
  const auto decision = [&](const Words& call) {
    Words words = {"seccomp", "explain", "--json", profile};
    words.insert(words.end(), call.begin(), call.end());
    const json::Document all = parse_json("seccomp", good(sandbox, words));
    return at(all, "/0/action") + " " + at(all, "/0/errno") + " " + at(all, "/0/by");
  };
  expect_equal("chroot", decision({"chroot"}), "SCMP_ACT_ERRNO 5 linux.seccomp.syscalls[0]");
  expect_equal("setuid of 7", decision({"setuid", "7"}),
               "SCMP_ACT_ERRNO 1 linux.seccomp.syscalls[1]");
  expect_equal("setuid of 8", decision({"setuid", "8"}),
               "SCMP_ACT_ALLOW (absent) linux.seccomp.defaultAction");
  expect_equal("setuid of any", decision({"setuid"}), "(absent) (absent) (absent)");
  // The container sees the same.
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/seccomp", read_file(profile));
  expect_contains("chroot inside", sandbox.output(bundle, "chroot / true 2>&1 || true"),
                  "Input/output error");
  expect_equal("of the bundle's config",
               good(sandbox, {"seccomp", "explain", bundle.directory() + "/config.json", "chroot"}),
               good(sandbox, {"seccomp", "explain", profile, "chroot"}));
  expect_contains("dump", good(sandbox, {"seccomp", "dump", profile}),
                  "; SCMP_ACT_ERRNO (errno 5)");
  for (const Words& wrong :
       {Words{"explain", profile, "no_such_call"}, Words{"explain", "/no/file"},
        Words{"guess", profile}, Words{"explain", profile, "setuid", "x"},
        Words{"explain", "--json", profile}, Words{"dump", "--json", profile}}) {
    Words words = {"seccomp"};
    words.insert(words.end(), wrong.begin(), wrong.end());
    const Outcome outcome = ask(sandbox, sandbox.invocation(words));
    expect_equal(shown(words) + " exits with", outcome.exit_code, 1);
    expect_equal("lines of its message", lines(outcome.err).size(), 1U);
  }
}
const Case kSeccomp("seccomp/explain-names-the-rule-that-decides", "oci-rt seccomp --help",
                    seccomp);

}  // namespace
}  // namespace oci::conformance

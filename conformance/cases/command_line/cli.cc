// The command line: documents, listings, parsing (cli-contract sections 1, 2, 5).
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

Outcome bare(Sandbox& sandbox, const Words& words) {
  Spawn spawn;
  spawn.argv = {sandbox.runtime().path};
  spawn.argv.insert(spawn.argv.end(), words.begin(), words.end());
  return run_command(spawn, sandbox.directory());
}

void version(Sandbox& sandbox) {
  for (const char* option : {"--version", "-v"}) {
    const Outcome said = bare(sandbox, {option});
    expect_equal("exit code", said.exit_code, 0);
    const std::vector<std::string> all = lines(said.out);
    expect(!all.empty(), "nothing is printed");
    expect_contains("the first line", all[0], " version ");
    for (size_t at = 1; at < all.size(); ++at)
      expect_lacks("a later line", all[at], "version");
    expect_contains("the text", said.out, "spec: 1.");
    expect_equal("stderr", said.err, "");
  }
}
const Case kVersion("cli/version", "cli-contract 5.5", version);

void features(Sandbox& sandbox) {
  const Outcome said = bare(sandbox, {"features"});
  expect_equal("exit code", said.exit_code, 0);
  expect_equal("stderr", said.err, "");
  const json::Document document = parse_json("stdout", said.out);
  for (const char* field : {"/ociVersionMin", "/ociVersionMax", "/hooks", "/mountOptions",
                            "/linux/namespaces", "/linux/capabilities", "/linux/cgroup/v2",
                            "/linux/seccomp/enabled", "/linux/seccomp/actions"}) {
    expect(find(document, field), std::string("there is no ") + field);
  }
  expect_equal("kinds of hooks", find(document, "/hooks")->Size(), 6U);
  expect(to_text(*find(document, "/linux/namespaces")).find("\"pid\"") != std::string::npos,
         "there are no pid namespaces");
}
const Case kFeatures("cli/features", "features.md", features);

void features_1_3(Sandbox& sandbox) {
  const json::Document document = parse_json("stdout", bare(sandbox, {"features"}).out);
  for (const char* field :
       {"/linux/seccomp/knownFlags", "/linux/seccomp/supportedFlags", "/linux/seccomp/operators",
        "/linux/seccomp/archs", "/linux/mountExtensions/idmap/enabled", "/linux/netDevices/enabled",
        "/linux/intelRdt/enabled", "/linux/apparmor/enabled", "/linux/selinux/enabled",
        "/linux/memoryPolicy/modes", "/linux/memoryPolicy/flags", "/linux/intelRdt/monitoring",
        "/potentiallyUnsafeConfigAnnotations"}) {
    expect(find(document, field), std::string("there is no ") + field);
  }
  expect(to_text(*find(document, "/linux/namespaces")).find("\"time\"") != std::string::npos,
         "there are no time namespaces");
}
const Case kFeatures13("cli/features-of-version-1.3", "features-linux.md", features_1_3);

void spec(Sandbox& sandbox) {
  const std::string directory = sandbox.path("made");
  make_dir(directory);
  expect_equal("exit code", bare(sandbox, {"spec", "--bundle", directory}).exit_code, 0);
  const std::string first = read_file(directory + "/config.json");
  parse_json("the default config", first);
  const Outcome again = bare(sandbox, {"spec", "--bundle", directory});
  expect(again.exit_code != 0, "it overwrites");
  expect_contains("the message", again.err, "config.json");
  expect_equal("the file", read_file(directory + "/config.json"), first);
}
const Case kSpec("cli/spec-writes-once", "cli-contract 5.8", spec);

void spec_runs(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  Spawn spawn;
  spawn.argv = {sandbox.runtime().path, "spec"};
  spawn.cwd = bundle.directory();
  expect_equal("exit code", run_command(spawn, sandbox.directory()).exit_code, 0);
  bundle.text(read_file(bundle.directory() + "/config.json"));
  json::Document config = parse_json("the default config", bundle.text());
  place(config, "/process/terminal").SetBool(false);
  place(config, "/process/args") = make_value(config, Words{"sh", "-c", "echo $$ $(hostname)"});
  remove(config, "/linux/resources");  // device rules need features that some machines lack
  bundle.text(to_text(config));
  const Outcome ran = sandbox.run(bundle);
  expect_equal("exit code", ran.exit_code, 0);
  expect(ran.out.starts_with("1 "), "the output is " + ran.out);
}
const Case kSpecRuns("cli/the-config-of-spec-runs", "cli-contract 5.8", spec_runs);

void spec_rootless(Sandbox& sandbox) {
  const std::string directory = sandbox.path("made");
  make_dir(directory);
  const Outcome said = bare(sandbox, {"spec", "--rootless", "--bundle", directory});
  expect_equal("exit code", said.exit_code, 0);
  const json::Document config = parse_json("it", read_file(directory + "/config.json"));
  expect(find(config, "/linux/uidMappings/0"), "it has no uidMappings");
  expect(to_text(*find(config, "/linux/namespaces")).find("\"user\"") != std::string::npos,
         "it has no user namespace");
}
const Case kRootless("cli/spec-rootless", "cli-contract 4", spec_rootless);

void help(Sandbox& sandbox) {
  for (const Words& words :
       {Words{"--help"}, Words{"-h"}, Words{"create", "--help"}, Words{"run", "--help"},
        Words{"start", "-h"}, Words{"state", "--help"}, Words{"kill", "--help"},
        Words{"delete", "--help"}, Words{"list", "--help"}, Words{"spec", "--help"}}) {
    const Outcome said = bare(sandbox, words);
    expect_equal("exit code of " + shown(words), said.exit_code, 0);
    expect(!said.out.empty(), shown(words) + " prints nothing");
  }
}
const Case kHelp("cli/help-everywhere", "cli-contract 2.11", help);

void usage_errors(Sandbox& sandbox) {
  for (const Words& words :
       {Words{"no-such-verb"}, Words{"--no-such-option"}, Words{"state", "--no-such-option", "x"},
        Words{"start", "a", "b"}, Words{"state", "a", "b"}, Words{"create", "--bundle"}}) {
    const Outcome said = bare(sandbox, words);
    expect(said.exit_code != 0, shown(words) + " exits 0");
    expect(!trimmed(said.err + said.out).empty(), shown(words) + " says nothing");
  }
}
const Case kUsage("cli/usage-errors", "cli-contract 7", usage_errors);

void missing_value(Sandbox& sandbox) {
  const Outcome said = bare(sandbox, {"create", "x", "--bundle"});
  const std::string all = said.out + said.err;
  expect(said.exit_code != 0, "it exits 0");
  expect(all.find("flag needs an argument") != all.npos ||
             all.find("requires an argument") != all.npos,
         "podman's probe looks for other words than '" + trimmed(all) + "'");
}
const Case kMissingValue("cli/a-missing-value-is-told-as-engines-expect", "cli-contract 2.10",
                         missing_value);

void forms(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ran").write();
  const std::string dir = bundle.directory();
  for (const Words& words :
       {Words{"run", "--bundle=" + dir}, Words{"run", "-b", dir}, Words{"run", "-bundle", dir},
        Words{"run", "--bundle", "/missing", "--bundle", dir},
        Words{"run", "--detach=false", "--bundle", dir}, Words{"run", "--bundle", dir, "--"}}) {
    Words all = words;
    all.push_back(sandbox.id());
    expect_equal("output of " + shown(words), sandbox.call(all).out, "ran\n");
  }
}
const Case kForms("cli/forms-of-options", "cli-contract 2", forms);

void root_forms(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("echo ran").write();
  Spawn spawn;
  const std::string root = sandbox.state_root();
  for (const Words& global : {Words{"--root=" + root}, Words{"-root", root},
                              Words{"--root=/nowhere", "--systemd-cgroup=false", "--root", root}}) {
    Words words = global;
    words.insert(words.end(), {"run", "--bundle", bundle.directory(), sandbox.id()});
    expect_equal("output with " + shown(global), bare(sandbox, words).out, "ran\n");
  }
}
const Case kRootForms("cli/forms-of-global-options", "cli-contract 2", root_forms);

Bundle sleeper(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"});
  return bundle;
}

void list_table(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create(bundle);
  const std::vector<std::string> table = lines(sandbox.call({"list"}).out);
  expect_equal("lines", table.size(), 2U);
  expect_equal("heading", shown(split(table[0], ' ')), "[ID PID STATUS BUNDLE CREATED OWNER]");
  const std::vector<std::string> row = split(table[1], ' ');
  expect_equal("columns", row.size(), 6U);
  expect_equal("id", row[0], sandbox.id());
  expect_equal("pid", row[1], std::to_string(sandbox.init_pid()));
  expect_equal("status", row[2], "created");
  expect_equal("bundle", row[3], bundle.directory());
  sandbox.remove();
}
const Case kListTable("cli/list-table", "cli-contract 5.2", list_table);

void list_json(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create_and_start(bundle);
  const std::string text = sandbox.call({"list", "--format", "json"}).out;
  expect_equal("lines", lines(text).size(), 1U);
  const json::Document list = parse_json("the list", text);
  expect(list.IsArray() && list.Size() == 1, "it is " + text);
  expect_equal("id", to_text(*find(list, "/0/id")), "\"" + sandbox.id() + "\"");
  expect_equal("status", to_text(*find(list, "/0/status")), "\"running\"");
  for (const char* field : {"/0/pid", "/0/bundle", "/0/created", "/0/owner"}) {
    expect(find(list, field), std::string("there is no ") + field);
  }
  sandbox.stop_and_remove();
}
const Case kListJson("cli/list-json", "cli-contract 5.2", list_json);

void list_quiet(Sandbox& sandbox) {
  expect_equal("ids of none", sandbox.call({"list", "-q"}).out, "");
  Bundle bundle = sandbox.bundle();
  bundle.args({"/bin/probe", "sleep"}).write();
  for (const char* name : {"-b", "-c", "-a"}) {
    const Words words = {"create", "--bundle", bundle.directory(), sandbox.id() + name};
    expect_equal("create", sandbox.call(words).exit_code, 0);
  }
  const std::string all = sandbox.call({"list", "-q"}).out;
  expect_equal("ids", all, sandbox.id() + "-a\n" + sandbox.id() + "-b\n" + sandbox.id() + "-c\n");
  sandbox.clean_up();
}
const Case kListQuiet("cli/list-quiet-is-sorted", "cli-contract 5.2", list_quiet);

void list_unknown_format(Sandbox& sandbox) {
  expect(sandbox.call({"list", "--format", "nosuch"}).exit_code != 0, "it exits 0");
}
const Case kListFormat("cli/list-with-an-unknown-format-is-refused", "cli-contract 5.2",
                       list_unknown_format);

void pid_file(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  bundle.write();
  Spawn spawn = sandbox.invocation(
      {"create", "--bundle", bundle.directory(), "--pid-file", "relative.pid", sandbox.id()});
  spawn.cwd = sandbox.directory();
  expect_equal("exit code", sandbox.call(spawn).exit_code, 0);
  const json::Document state = sandbox.state();
  expect_equal("the file", read_file(sandbox.path("relative.pid")),
               to_text(*find(state, "/pid")));  // no line break: engines parse the file as it is
  expect_equal("delete", sandbox.call({"delete", "--force", sandbox.id()}).exit_code, 0);
}
const Case kPidFile("cli/pid-file-is-the-number-alone", "cli-contract 5.7", pid_file);

void bad_pid_file(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  bundle.write();
  const Outcome refused = sandbox.call(
      {"create", "--bundle", bundle.directory(), "--pid-file", "/missing/dir/pid", sandbox.id()});
  expect(refused.exit_code != 0, "create exits 0");
}
const Case kBadPidFile("cli/a-pid-file-that-cannot-be-written-fails-create", "cli-contract 5.7",
                       bad_pid_file);

void json_log(Sandbox& sandbox) {
  const std::string log = sandbox.path("log.json");
  const Outcome refused =
      sandbox.call({"--log", log, "--log-format", "json", "state", sandbox.id()});
  expect(refused.exit_code != 0, "it exits 0");
  const std::vector<std::string> records = lines(read_file(log));
  expect_equal("records", records.size(), 1U);
  const json::Document record = parse_json("the record", records[0]);
  for (const char* field : {"/level", "/msg", "/time"}) {
    expect(find(record, field), std::string("there is no ") + field);
  }
  expect_equal("level", to_text(*find(record, "/level")), "\"error\"");
  expect_contains("msg", to_text(*find(record, "/msg")), "does not exist");
  expect_contains("time", to_text(*find(record, "/time")), "T");
  expect_contains("stderr", refused.err, "does not exist");
}
const Case kJsonLog("cli/a-failure-is-one-record-of-the-json-log", "cli-contract 5.6", json_log);

void appended_log(Sandbox& sandbox) {
  const std::string log = sandbox.path("log.txt");
  write_file(log, "was here\n");
  sandbox.call({"--log", log, "state", sandbox.id()});
  expect(read_file(log).starts_with("was here\n"), "the log was written over");
  expect_contains("the log", read_file(log), "level=error");
}
const Case kTextLog("cli/the-log-is-appended-to", "cli-contract 5.6", appended_log);

void silent(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.shell("true");
  const Outcome created = sandbox.try_create(bundle);
  expect_equal("stdout and stderr of create", created.out + created.err, "");
  const Outcome started = sandbox.call({"start", sandbox.id()});
  expect_equal("stdout and stderr of start", started.out + started.err, "");
  sandbox.wait_stopped();
  const Outcome removed = sandbox.call({"delete", sandbox.id()});
  expect_equal("stdout and stderr of delete", removed.out + removed.err, "");
}
const Case kSilent("cli/success-is-silent", "cli-contract 1.1", silent);

void plan(Sandbox& sandbox) {
  require_option(sandbox, "plan", "--bundle");
  Bundle bundle = sandbox.bundle();
  bundle.write();
  const Outcome said = sandbox.call({"plan", "--bundle", bundle.directory()});
  expect_equal("exit code", said.exit_code, 0);
  parse_json("the plan", said.out);
  expect_equal("entries of the state root", shown(entries(sandbox.state_root())), "[]");
}
const Case kPlan("cli/plan-prints-and-touches-nothing", "oci-rt plan --help", plan);

}  // namespace
}  // namespace oci::conformance

// Options, output and exit codes of the verbs, line by line of cli-contract 2, 4, 7 and 9.
#include <csignal>

#include "conformance/cases/command_line/engine.h"
#include "conformance/cases/config_linux/cgroup_case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"

namespace oci::conformance {
namespace {

Outcome bare(Sandbox& sandbox, const Words& words) {
  Engine person(sandbox, {});
  return run_command(person.spawn(words), sandbox.directory());
}

std::string said(const Outcome& outcome) {
  return outcome.out + outcome.err;
}

void exec_words(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  sandbox.create_and_start(bundle);
  expect_equal("arguments behind the id",
               sandbox.call({"exec", id, "echo", "--cwd", "/tmp", "-e", "--", "x"}).out,
               "--cwd /tmp -e -- x\n");
  expect_equal("behind --", sandbox.call({"exec", "--", id, "echo", "-d"}).out, "-d\n");
  expect_equal("the last of a repeated option",
               sandbox.call({"exec", "--cwd", "/", "--cwd=/tmp", id, "pwd"}).out, "/tmp\n");
  expect_equal(
      "an option that may be repeated",
      sandbox.call({"exec", "-e", "A=1,2", "-e", "B=x y", id, "/bin/sh", "-c", "echo $A $B"}).out,
      "1,2 x y\n");
  expect_equal(
      "a variable that the container has",
      sandbox.call({"exec", "-e", "PATH=/mine:/bin", id, "/bin/sh", "-c", "echo $PATH"}).out,
      "/mine:/bin\n");
  expect_equal("=false", sandbox.call({"exec", "--detach=false", id, "echo", "x"}).out, "x\n");
  sandbox.stop_and_remove();
}
const Case kExecWords("cli/exec-hands-on-what-follows-the-id", "cli-contract 2.5", exec_words);

void exec_users(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  sandbox.create_and_start(bundle);
  expect_equal("ids", sandbox.call({"exec", "-u", "7:8", id, "sh", "-c", "id -u; id -g"}).out,
               "7\n8\n");
  expect_contains("groups",
                  sandbox.call({"exec", "-u", "7:8", "-g", "9", "-g", "10", id, "id", "-G"}).out,
                  "9 10");
  sandbox.stop_and_remove();
}
const Case kExecUsers("cli/exec-users-and-groups-are-numbers", "cli-contract 2.9", exec_users);

void exec_cgroups(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  const std::string& id = sandbox.id();
  sandbox.create_and_start(bundle);
  make_dir(cgroup_directory(sandbox) + "/sub");
  for (const char* form : {"sub", "/sub"}) {
    const Outcome inside = sandbox.call({"exec", "--cgroup", form, id, "cat", "/proc/self/cgroup"});
    expect_equal("exit code (" + trimmed(inside.err) + ")", inside.exit_code, 0);
    expect_contains(std::string("its cgroup by ") + form, inside.out, "/sub\n");
  }
  const Outcome outside = sandbox.call({"exec", "--cgroup", "../" + id + "x", id, "true"});
  expect(outside.exit_code != 0, "it left the cgroup of the container");
  expect_contains("its message", outside.err, "bad sub cgroup path");
  sandbox.stop_and_remove();
}
const Case kExecCgroups("cli/exec-in-a-cgroup-below", "cli-contract 4", exec_cgroups);

void exec_controllers(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  const std::string& id = sandbox.id();
  sandbox.create_and_start(bundle);
  make_dir(cgroup_directory(sandbox) + "/sub");
  const Outcome inside =
      sandbox.call({"exec", "--cgroup", "cpu,memory:/sub", id, "cat", "/proc/self/cgroup"});
  expect_equal("exit code (" + trimmed(inside.err) + ")", inside.exit_code, 0);
  expect_contains("its cgroup", inside.out, "/sub\n");
  const Outcome unknown = sandbox.call({"exec", "--cgroup", "nosuch:/sub", id, "true"});
  expect(unknown.exit_code != 0, "a controller that is none was taken");
  expect_contains("its message", unknown.err, "unknown controller ");
  sandbox.stop_and_remove();
}
const Case kExecControllers("cli/exec-in-a-cgroup-by-controller", "cli-contract 4",
                            exec_controllers);

void exec_codes(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  expect_equal("of no container", sandbox.call({"exec", id, "true"}).exit_code, 255);
  sandbox.create_and_start(bundle);
  expect_equal("of a program", sandbox.call({"exec", id, "sh", "-c", "exit 42"}).exit_code, 42);
  expect_equal("of a signal", sandbox.call({"exec", id, "sh", "-c", "kill -9 $$"}).exit_code,
               128 + SIGKILL);
  expect_equal("of a missing program", sandbox.call({"exec", id, "/bin/none"}).exit_code, 255);
  expect_equal("of no program", sandbox.call({"exec", id}).exit_code, 255);
  sandbox.stop_and_remove();
}
const Case kExecCodes("cli/exec-codes", "cli-contract 7", exec_codes);

void signals(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  // Each signal writes to a file, so the case needs no fixed waits.
  bundle.shell(
      "for s in TERM USR1 HUP 35; do trap \"echo $s\" $s; done; echo ready; "
      "while :; do sleep 0.05; done");
  const std::string& id = sandbox.id();
  sandbox.create_and_start(bundle);
  sandbox.said(1);
  std::string wanted = "ready\n";
  size_t count = 1;
  const auto sent = [&](const Words& more, const char* name) {
    Words words = {"kill"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = sandbox.call(words);
    expect_equal("exit code of " + shown(words) + " (" + trimmed(outcome.err) + ")",
                 outcome.exit_code, 0);
    wanted += std::string(name) + "\n";
    expect_equal("the program's output", sandbox.said(++count), wanted);
  };
  sent({id}, "TERM");
  sent({id, "USR1"}, "USR1");
  sent({id, "SIGHUP"}, "HUP");
  sent({id, "10"}, "USR1");
  sent({id, "sigusr1"}, "USR1");
  sent({"--", id, "TERM"}, "TERM");
  sent({id, "SIGRTMIN+1"}, "35");
  for (const char* none : {"NOSUCH", "-1", "1x", "99"}) {
    expect(sandbox.call({"kill", id, none}).exit_code != 0, std::string("it sends ") + none);
  }
  expect_equal("the program's output", sandbox.said(), wanted);
  sandbox.stop_and_remove();
}
const Case kSignals("cli/signals-by-every-name", "cli-contract 2.7", signals);

void kill_codes(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  const Outcome none = sandbox.call({"kill", id, "KILL"});
  expect(none.exit_code != 0, "no process was signalled");
  expect_contains("its message", none.err, "does not exist");
  sandbox.create_and_start(bundle);
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  expect(sandbox.call({"kill", id, "KILL"}).exit_code != 0, "a stopped one was signalled");
  // Old engines end every container this way, running or not, and expect success.
  expect_equal("exit code of kill --all", sandbox.call({"kill", "--all", id, "KILL"}).exit_code, 0);
  sandbox.remove();
}
const Case kKillCodes("cli/kill-all-of-a-stopped-container-succeeds", "cli-contract 7", kill_codes);

void delete_codes(Sandbox& sandbox) {
  const std::string& id = sandbox.id();
  const Outcome plain = sandbox.call({"delete", id});
  expect(plain.exit_code != 0, "nothing was deleted");
  expect_contains("its message", plain.err, "does not exist");
  const Outcome forced = sandbox.call({"delete", "--force", id});
  expect_equal("exit code of delete --force", forced.exit_code, 0);
  expect_equal("its message", said(forced), "");
}
const Case kDeleteCodes("cli/delete-force-of-nothing-succeeds", "cli-contract 7", delete_codes);

void list_roots(Sandbox& sandbox) {
  expect_equal("ids of the default root", bare(sandbox, {"list", "-q"}).out, "");
  expect_equal("exit code", bare(sandbox, {"list"}).exit_code, 0);
  const std::string json = trimmed(bare(sandbox, {"list", "-f", "json"}).out);
  expect(json == "[]" || json == "null", "as JSON it is '" + json + "'");
  expect(bare(sandbox, {"--root", sandbox.path("none"), "list"}).exit_code != 0,
         "a root that is missing was listed");
}
const Case kListRoots("cli/list-of-a-root-that-is-missing", "cli-contract 5.2", list_roots);

void update_values(Sandbox& sandbox) {
  require_limits_in_v2(sandbox);
  for (const char* name : {"memory", "cpu", "pids"})
    require_controller(name);
  Bundle bundle = placed(sandbox);
  const std::string& id = sandbox.id();
  sandbox.create_and_start(bundle);
  const auto updated = [&](const Words& options) {
    Words words = {"update"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(id);
    const Outcome outcome = sandbox.call(words);
    expect_equal("exit code of " + shown(words) + " (" + trimmed(outcome.err) + ")",
                 outcome.exit_code, 0);
  };
  const auto value = [&](const char* file) {
    return trimmed(read_file(cgroup_directory(sandbox) + "/" + file));
  };
  updated({"--cpu-quota", "20000", "--cpu-period", "50000", "--memory", "67108864"});
  expect_equal("cpu.max", value("cpu.max"), "20000 50000");
  updated({"--cpu-quota", "-1", "--pids-limit=-1"});
  expect(value("cpu.max").starts_with("max "), "cpu.max is " + value("cpu.max"));
  updated({"--memory", "134217728", "--memory-swap", "-1", "--memory-reservation", "33554432"});
  expect_equal("memory.max", value("memory.max"), "134217728");
  expect_equal("memory.low", value("memory.low"), "33554432");
  updated({"--cpu-share", "1024"});
  sandbox.stop_and_remove();
}
const Case kUpdateValues("cli/update-takes-values-below-0", "cli-contract 2.6", update_values);

void update_classes(Sandbox& sandbox) {
  Bundle bundle = placed(sandbox);
  const std::string& id = sandbox.id();
  sandbox.create_and_start(bundle);
  for (const char* option : {"--l3-cache-schema", "--mem-bw-schema"}) {
    const Outcome refused = sandbox.call({"update", option, "L3:0=1", id});
    expect(refused.exit_code != 0, std::string(option) + " changes a limit that does not exist");
    expect_lacks("its message", refused.err, "unknown");
    expect_lacks("its message", refused.err, "not defined");
  }
  sandbox.stop_and_remove();
}
const Case kUpdateClasses("cli/update-of-a-class-of-service-that-there-is-not", "cli-contract 4",
                          update_classes);

void accepted(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  const std::string& id = sandbox.id();
  for (const Words& more : {Words{"--no-new-keyring"}, Words{"--no-new-keyring=true"},
                            Words{"--preserve-fds", "0"}, Words{"--preserve-fds=0"}}) {
    sandbox.create(bundle, more);
    sandbox.kill("KILL");
    sandbox.wait_stopped();
    sandbox.remove();
  }
  Engine old(sandbox, {"--root", sandbox.state_root(), "--rootless=false", "--criu", "criu"});
  expect_contains("its message", said(old.call({"state", id})), "does not exist");
}
const Case kAccepted("cli/options-of-old-shims-are-accepted", "cli-contract 2.12", accepted);

void detach(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create(bundle, {"--detach"});
  expect_equal("status", sandbox.status(), "created");
  sandbox.stop_and_remove();
}
const Case kDetach("cli/create-may-be-told-to-detach", "cli-contract 4", detach);

void gates(Sandbox& sandbox) {
  const json::Document features = parse_json("the features", said(bare(sandbox, {"features"})));
  const auto listed = [&](const char* where, const std::string& what) {
    const json::Value* list = find(features, where);
    return list != nullptr && to_text(*list).find("\"" + what + "\"") != std::string::npos;
  };
  expect(listed("/mountOptions", "rro"), "CRI knows no recursive read-only mounts");
  expect(listed("/linux/namespaces", "user"), "CRI knows no user namespaces");
  const json::Value* idmap = find(features, "/linux/mountExtensions/idmap/enabled");
  expect(idmap != nullptr && idmap->IsBool() && idmap->GetBool(), "CRI maps no mounts");
}
const Case kGates("cli/the-probes-of-containerd", "cli-contract 9", gates);

// crutils of podman: reads the help, and the message about a missing value. These must agree with
// `features` and with the runtime's behaviour.
void checkpoint_probes(Sandbox& sandbox) {
  const json::Document features = parse_json("the features", bare(sandbox, {"features"}).out);
  const json::Value* annotation =
      find(features, "/annotations/org.opencontainers.runc.checkpoint.enabled");
  const bool can = annotation != nullptr && to_text(*annotation) == "\"true\"";
  const auto claimed = [&](const Words& words) { return bare(sandbox, words).exit_code == 0; };
  expect_equal("checkpoint --help", claimed({"checkpoint", "--help"}), can);
  expect_equal("restore --help", claimed({"restore", "--help"}), can);
  const std::string text = said(bare(sandbox, {"restore", "--lsm-mount-context"}));
  const bool pods = text.find("flag needs an argument") != text.npos ||
                    text.find("requires an argument") != text.npos;
  expect_equal("the support of pods that podman finds in '" + trimmed(text) + "'", pods, can);
  if (!can) {
    expect_contains("its message", said(bare(sandbox, {"checkpoint", "--help"})), "CRIU");
  }
}
const Case kCheckpointProbes("cli/the-probes-of-podman", "cli-contract 1.5", checkpoint_probes);

void require_checkpoint(Sandbox& sandbox) {
  if (said(sandbox.call({"checkpoint", "none"})).find("unknown command") != std::string::npos) {
    throw Skipped("there is no verb checkpoint");
  }
}

void checkpoints(Sandbox& sandbox) {
  require_checkpoint(sandbox);
  Bundle bundle = sleeper(sandbox);
  const std::string &id = sandbox.id(), images = sandbox.path("images");
  make_dir(images);
  const Outcome none = sandbox.call({"checkpoint", "--image-path", images, id});
  expect(none.exit_code != 0, "nothing was written down");
  expect_contains("its message", none.err, "does not exist");
  expect(sandbox.call({"checkpoint", "--no-such-option", id}).exit_code != 0,
         "an unknown option was taken");
  sandbox.create(bundle);
  const Outcome early = sandbox.call({"checkpoint", "--image-path", images, id});
  expect(early.exit_code != 0, "a container that does not run was written down");
  sandbox.kill("KILL");
  sandbox.wait_stopped();
  expect(sandbox.call({"checkpoint", "--image-path", images, id}).exit_code != 0,
         "a container that ended was written down");
  sandbox.remove();
}
const Case kCheckpoints("cli/checkpoint-of-what-does-not-run-is-refused", "cli-contract 4",
                        checkpoints);

// Where CRIU is missing: one sentence, and no effect.
void without_criu(Sandbox& sandbox) {
  require_checkpoint(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.shell("sleep 1000");
  const std::string &id = sandbox.id(), images = sandbox.path("images");
  sandbox.create_and_start(bundle);
  const auto refused = [&](Words words) {
    Spawn spawn = sandbox.invocation(words);
    spawn.env = {"PATH=/nowhere"};
    const Outcome outcome = sandbox.call(std::move(spawn));
    expect(outcome.exit_code != 0, words.front() + " succeeds without CRIU");
    return outcome.err;
  };
  const std::string message = refused({"checkpoint", "--image-path", images, "--leave-running",
                                       "--tcp-established", "--file-locks", id});
  expect_contains("its message", message, "criu");
  expect_equal("status", sandbox.status(), "running");
  sandbox.stop_and_remove();
  refused({"restore", "--image-path", images, "--detach", "-no-subreaper", "--bundle",
           bundle.directory(), id});
  expect_equal("entries of the state root", shown(entries(sandbox.state_root())), "[]");
}
const Case kWithoutCriu("cli/checkpoints-that-cannot-be-had-are-refused", "cli-contract 4",
                        without_criu);

void spec_name(Sandbox& sandbox) {
  require_option(sandbox, "spec", "--file");
  const std::string directory = sandbox.path("made");
  make_dir(directory);
  const Outcome made = bare(sandbox, {"spec", "-b", directory, "-f", directory + "/other.json"});
  expect_equal("exit code (" + trimmed(made.err) + ")", made.exit_code, 0);
  parse_json("the config", read_file(directory + "/other.json"));
  expect(!exists(directory + "/config.json"), "it has the usual name as well");
}
const Case kSpecName("cli/spec-may-have-another-name", "cli-contract 4", spec_name);

}  // namespace
}  // namespace oci::conformance

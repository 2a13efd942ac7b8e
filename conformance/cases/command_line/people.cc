// Verbs for people, which are oci-rt's own: stats, top, wait, ps --execs, and several ids at once.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "conformance/harness/case.h"
#include "conformance/harness/command.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/json.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

void only_own(Sandbox& sandbox) {
  if (!sandbox.runtime().json_paths) throw Skipped("the verb is oci-rt's own");
}

Bundle sleeper(Sandbox& sandbox, const std::string& script = "sleep 1000") {
  only_own(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.shell(script).write();
  return bundle;
}

std::string good(Sandbox& sandbox, const Words& words) {
  const Outcome outcome = sandbox.call(words);
  expect_equal(words[0] + " (" + trimmed(outcome.err) + ") exits with", outcome.exit_code, 0);
  return outcome.out;
}

// The other ids of a case begin with its own: its cgroups and records are found.
Words others(const Sandbox& sandbox, int count) {
  Words ids;
  for (int i = 0; i < count; ++i)
    ids.push_back(sandbox.id() + "-" + std::to_string(i));
  return ids;
}

std::string plain(const json::Value& value) {
  return value.IsString() ? std::string(value.GetString()) : to_text(value);
}

std::string at(const json::Document& document, const std::string& pointer) {
  const json::Value* value = find(document, pointer);
  return value == nullptr ? "(absent)" : plain(*value);
}

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void several(Sandbox& sandbox) {
  const Bundle bundle = sleeper(sandbox);
  const Words ids = others(sandbox, 2);
  const auto status = [&](const std::string& id) {
    return at(parse_json("state", good(sandbox, {"state", id})), "/status");
  };
  for (const std::string& id : ids)
    good(sandbox, {"create", "--bundle", bundle.directory(), id});
  good(sandbox, with({"start"}, ids));
  for (const std::string& id : ids)
    expect_equal("status after start", status(id), "running");
  good(sandbox, with({"pause"}, ids));
  for (const std::string& id : ids)
    expect_equal("status after pause", status(id), "paused");
  good(sandbox, with({"resume"}, ids));
  // One that is unknown keeps no other from its turn.
  const Outcome some = sandbox.call({"kill", "--signal", "KILL", ids[0], "no-such-id", ids[1]});
  expect_equal("exit code with an unknown id", some.exit_code, 1);
  expect_equal("the message", some.err, "oci-rt: container \"no-such-id\" does not exist\n");
  const Outcome both = sandbox.call({"start", "no-a", "no-b"});
  expect_equal("the message of two", both.err,
               "oci-rt: container \"no-a\" does not exist; container \"no-b\" does not exist\n");
  good(sandbox, with({"wait"}, ids));
  good(sandbox, with({"delete"}, ids));
  expect_equal("containers left", good(sandbox, {"list", "--quiet"}), "");
  // An engine's form: the last of two operands is a signal.
  const Outcome engine = sandbox.call({"kill", ids[0], ids[1]});
  expect_contains("the message of kill ID WORD", engine.err, "signal");
  expect_equal("exit code of an empty signal", sandbox.call({"kill", ids[0], ""}).exit_code, 1);
}
const Case kSeveral("cli/several-ids-at-once", "oci-rt kill --help", several);

// `oci-rt wait` has found its container once it holds a pidfd.
bool holds_pidfd(pid_t pid) {
  const std::string descriptors = "/proc/" + std::to_string(pid) + "/fd/";
  for (const std::string& name : entries(descriptors)) {
    char target[64];
    const ssize_t size = ::readlink((descriptors + name).c_str(), target, sizeof target);
    if (size > 0 && std::string_view(target, static_cast<size_t>(size)).find("pidfd") !=
                        std::string_view::npos) {
      return true;
    }
  }
  return false;
}

void waits(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox, "read word < /wait; exit 7");
  expect_equal("mkfifo", ::mkfifo(bundle.rootfs("wait").c_str(), 0666), 0);
  sandbox.create_and_start(bundle);
  const std::string& id = sandbox.id();
  const Outcome early = sandbox.call({"wait", "--timeout", "50ms", id});
  expect_equal("exit code at the time limit", early.exit_code, 1);
  expect_contains("the message", early.err, "still running: " + id);
  Command waiting(sandbox.invocation({"wait", id}), sandbox.directory());
  expect(eventually([&] { return holds_pidfd(waiting.pid()); }), "wait does not open init");
  write_file(bundle.rootfs("wait"), "go\n");
  // The harness is its parent and reaps it, as an engine's shim does.
  expect_equal("exit code of the program", sandbox.wait_stopped(), 7);
  const Outcome done = waiting.wait();
  expect_equal("exit code of wait", done.exit_code, 0);
  expect(done.out == id + " 7\n" || done.out == id + " unknown\n", "wait says " + done.out);
  require_kernel(6, 15, "tells the exit code of a reaped process");
  expect_equal("wait", done.out, id + " 7\n");
  expect_equal("wait for one that was reaped before", good(sandbox, {"wait", id}),
               id + " unknown\n");
  expect_contains("as JSON", good(sandbox, {"wait", "--json", id}), "\"exitCode\":null");
  sandbox.remove();
}
const Case kWaits("cli/wait-tells-the-exit-code", "oci-rt wait --help", waits);

void zombie(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create_and_start(bundle);
  sandbox.kill("KILL");
  // Nothing has reaped it yet.
  expect_contains("wait --json", good(sandbox, {"wait", "--json", sandbox.id()}),
                  "\"exitCode\":137,\"signal\":\"SIGKILL\"");
  sandbox.wait_stopped();
  sandbox.remove();
}
const Case kZombie("cli/wait-knows-the-code-of-a-zombie", "oci-rt wait --help", zombie);

void stats(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sleeper(sandbox, "while :; do :; done");
  sandbox.create_and_start(bundle);
  const std::string& id = sandbox.id();
  const json::Document all = parse_json("stats", good(sandbox, {"stats", "--json", id}));
  expect_equal("id", at(all, "/0/id"), id);
  expect_equal("status", at(all, "/0/status"), "running");
  expect(std::stod(at(all, "/0/cpu/percent")) > 0, "it uses no processor");
  expect(std::stoll(at(all, "/0/cpu/usageNsec")) > 0, "it has used no processor");
  const std::vector<std::string> table = lines(good(sandbox, {"stats"}));
  expect_equal("lines of the table", table.size(), 2U);
  expect(table[0].starts_with("ID ") && table[1].starts_with(id + " "), "the table is " + table[1]);
  expect_equal("top --once --json",
               at(parse_json("top", good(sandbox, {"top", "--once", "--json"})), "/0/id"), id);
  sandbox.stop_and_remove();
  expect_equal("stats of none", good(sandbox, {"stats", "--json"}), "[]\n");
  const std::string broken = sandbox.path("state/broken-record");
  make_dir(broken);
  write_file(broken + "/state.json", "{");
  expect_contains("stats of a broken record", good(sandbox, {"stats"}), "broken-record  corrupt");
  good(sandbox, {"delete", "--force", "broken-record"});
  const Outcome unknown = sandbox.call({"stats", "no-such-id"});
  expect_equal("exit code for an unknown id", unknown.exit_code, 1);
  expect_contains("the message", unknown.err, "does not exist");
}
const Case kStats("cli/stats-counts-the-usage", "oci-rt stats --help", stats);

void memory_and_pids(Sandbox& sandbox) {
  require_controller("memory");
  require_controller("pids");
  Bundle bundle = sleeper(sandbox);
  bundle.set("/linux/resources/memory/limit", 64 << 20).set("/linux/resources/pids/limit", 40);
  sandbox.create_and_start(bundle);
  const json::Document all = parse_json("stats", good(sandbox, {"stats", "--json", sandbox.id()}));
  expect_equal("memory limit", at(all, "/0/memory/limit"), "67108864");
  expect_equal("pids limit", at(all, "/0/pids/limit"), "40");
  expect_equal("processes", at(all, "/0/pids/current"), "1");
  sandbox.stop_and_remove();
}
const Case kMemory("cli/stats-shows-the-limits", "oci-rt stats --help", memory_and_pids);

// The user's session: a table that refreshes, until q is typed.
void top(Sandbox& sandbox) {
  require_cgroup2();
  Bundle bundle = sleeper(sandbox);
  sandbox.create_and_start(bundle);
  Terminal terminal = Terminal::open_new();
  terminal.resize(10, 60);
  Spawn spawn = sandbox.invocation({"top", "--interval", "100ms"});
  spawn.terminal = terminal.slave();
  Command command(std::move(spawn), sandbox.directory());
  terminal.close_slave();
  for (int reports = 0; reports < 3; ++reports)
    expect_contains("a report", terminal.read_until("q: quit"), sandbox.id());
  terminal.type("q");
  expect_contains("at the end the screen", terminal.read_all(), "\033[?1049l");
  expect_equal("exit code", command.wait().exit_code, 0);
  sandbox.stop_and_remove();
}
const Case kTop("cli/top-refreshes-on-a-terminal", "oci-rt top --help", top);

void list_terminal(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox);
  sandbox.create_and_start(bundle);
  Terminal terminal = Terminal::open_new();
  Spawn spawn = sandbox.invocation({"list"});
  spawn.terminal = terminal.slave();
  Command command(std::move(spawn), sandbox.directory());
  terminal.close_slave();
  const std::string seen = terminal.read_all();
  expect_equal("exit code", command.wait().exit_code, 0);
  expect(seen.find(" ago") != seen.npos || seen.find("now") != seen.npos,
         "on a terminal list shows " + seen);
  const std::string piped = good(sandbox, {"list"});
  expect_lacks("in a pipe", piped, " ago");
  expect_contains("in a pipe", piped, "Z");
  expect_equal("a template", good(sandbox, {"list", "--format", "{{.ID}}={{.Status}}"}),
               sandbox.id() + "=running\n");
  const Outcome wrong = sandbox.call({"list", "--format", "{{.Image}}"});
  expect_equal("exit code for an unknown field", wrong.exit_code, 1);
  expect_contains("the message", wrong.err, "{{.Image}}");
  sandbox.stop_and_remove();
}
const Case kList("cli/list-for-people", "oci-rt list --help", list_terminal);

void execs(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox, "sleep 500 & sleep 1000");
  sandbox.create_and_start(bundle);
  const std::string& id = sandbox.id();
  expect_equal("execs of none", good(sandbox, {"ps", "--execs", "--format", "json", id}), "[]\n");
  good(sandbox, {"exec", "--detach", "--user", "7", "--pid-file", sandbox.path("exec.pid"), id,
                 "sh", "-c", "sleep 300; true"});
  const std::string pid = trimmed(read_file(sandbox.path("exec.pid")));
  // Its child is no session of its own.
  json::Document all;
  expect(eventually([&] {
           all = parse_json("execs", good(sandbox, {"ps", "--execs", "--format", "json", id}));
           return find(all, "/0/args/2") != nullptr;
         }),
         "the exec is not listed");
  expect_equal("pid", at(all, "/0/pid"), pid);
  expect_equal("uid", at(all, "/0/uid"), "7");
  expect_equal("words", at(all, "/0/args/2"), "sleep 300; true");
  expect(find(all, "/1") == nullptr, "more than the exec is listed");
  expect_contains("the table", good(sandbox, {"ps", "--execs", id}), "sh -c sleep 300; true");
  // Init of a pid namespace ends after all others in it are reaped: pid_namespaces(7).
  sandbox.kill("KILL");
  expect(wait_child(std::stoi(pid), 5000).has_value(), "the exec does not end");
  sandbox.wait_stopped();
  sandbox.remove();
}
// The others go on.
void kill_exec(Sandbox& sandbox) {
  Bundle bundle = sleeper(sandbox, "sleep 1000");
  sandbox.create_and_start(bundle);
  const std::string& id = sandbox.id();
  Words pids;
  for (const char* seconds : {"301", "302"}) {
    good(sandbox,
         {"exec", "--detach", "--pid-file", sandbox.path("exec.pid"), id, "sleep", seconds});
    pids.push_back(trimmed(read_file(sandbox.path("exec.pid"))));
  }
  good(sandbox, {"kill", "--exec", pids[0], id, "KILL"});
  expect(wait_child(std::stoi(pids[0]), 5000).has_value(), "the first program does not end");
  const auto listed = [&] {
    return at(parse_json("execs", good(sandbox, {"ps", "--execs", "--format", "json", id})),
              "/0/pid");
  };
  expect_equal("the program that is left", listed(), pids[1]);
  expect_equal("status", sandbox.status(), "running");
  for (const std::string& wrong :
       {std::to_string(sandbox.init_pid()), pids[0], std::string("1"), std::string("x")}) {
    const Outcome outcome = sandbox.call({"kill", "--exec", wrong, id, "KILL"});
    expect_equal("exit code for " + wrong, outcome.exit_code, 1);
    expect_contains("the message", outcome.err,
                    "option --exec: '" + wrong + "' is no program that exec runs in '");
  }
  good(sandbox, {"kill", "--exec", pids[1], "--signal", "TERM", id});
  expect(wait_child(std::stoi(pids[1]), 5000).has_value(), "the second program does not end");
  sandbox.stop_and_remove();
}
const Case kKillExec("cli/one-exec-can-be-killed", "oci-rt kill --help", kill_exec);

const Case kExecs("ps/execs-are-told-from-the-rest", "oci-rt ps --help", execs);

}  // namespace
}  // namespace oci::conformance

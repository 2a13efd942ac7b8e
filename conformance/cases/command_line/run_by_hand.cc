// `run` of a program in a tree or in a bundle, and `spec` with a program: forms for people, which
// are oci-rt's own.
#include <filesystem>
#include <memory>
#include <vector>

#include "conformance/cases/command_line/rootless_user.h"
#include "conformance/harness/case.h"
#include "conformance/harness/command.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "oci-rt run --help";

// A directory with a root filesystem and nothing beside it.
std::string tree(Sandbox& sandbox) {
  if (!sandbox.runtime().json_paths) throw Skipped("these forms are oci-rt's own");
  const Bundle bundle = sandbox.bundle();
  const std::string place = sandbox.path(sandbox.id());
  std::filesystem::rename(bundle.rootfs(), place);
  write_file(place + "/etc/passwd", "root:x:0:0::/root:/bin/sh\nweb:x:33:34::/var/www:/bin/sh\n");
  write_file(place + "/etc/group", "root:x:0:\nadm:x:4:web,root\n");
  return place;
}

std::string good(const Outcome& outcome) {
  expect_equal("run (" + trimmed(outcome.err) + ") exits with", outcome.exit_code, 0);
  return outcome.out;
}

void from_tree(Sandbox& sandbox) {
  const std::string place = tree(sandbox);
  const Facts facts(good(sandbox.call({"run", "--rootfs", place, "/bin/probe", "facts"})));
  expect_equal("working directory", facts.text("/cwd"), "/");
  expect_equal("uid", facts.text("/uid"), "0\t0\t0\t0");
  expect_equal("network interfaces but lo", facts.words("/interfaces").size(), 3U);
  expect_lacks("options of the root", facts.mount("/").options, "ro,");
  expect(facts.mounted("/proc") && facts.mounted("/dev") && facts.mounted("/sys"),
         "a usual filesystem is missing");
  expect_equal("no_new_privs", facts.text("/no_new_privs"), "1");
  const Outcome code = sandbox.call({"run", "--rootfs", place, "sh", "-c", "echo out; exit 7"});
  expect_equal("exit code", code.exit_code, 7);
  expect_equal("output", code.out, "out\n");
  expect_equal("containers left", sandbox.call({"list", "--quiet"}).out, "");
}
const Case kFromTree("run/a-tree-needs-no-config", kClause, from_tree);

void options(Sandbox& sandbox) {
  const std::string place = tree(sandbox);
  const std::string shared = sandbox.path("shared");
  make_dir(shared);
  write_file(shared + "/file", "of the host\n");
  Spawn spawn = sandbox.invocation(
      {"run",         "--rootfs", place,          "-u",         "web",
       "-w",          "/tmp",     "-e",           "ONE=1",      "-e",
       "FROM_CALLER", "-v",       "shared:/data", "-v",         shared + ":/fixed:ro",
       "--read-only", "--net",    "host",         "/bin/probe", "facts"});
  spawn.env = {"FROM_CALLER=yes"};
  spawn.cwd = sandbox.directory();
  const Facts facts(good(sandbox.call(spawn)));
  expect_equal("uid", facts.text("/uid"), "33\t33\t33\t33");
  expect_equal("gid", facts.text("/gid"), "34\t34\t34\t34");
  expect_equal("groups", shown(facts.words("/groups")), "[4]");
  expect_equal("working directory", facts.text("/cwd"), "/tmp");
  expect_equal("-e", facts.variable("ONE"), "1");
  expect_equal("-e without a value", facts.variable("FROM_CALLER"), "yes");
  expect_equal("HOME", facts.variable("HOME"), "/var/www");
  expect_contains("options of a volume", facts.mount("/data").options, "rw");
  expect_contains("options of one with :ro", facts.mount("/fixed").options, "ro");
  expect_contains("options of the root", facts.mount("/").options, "ro");
  expect(exists(place + "/fixed"), "the target of a volume was not made");
}
const Case kOptions("run/options-describe-a-container", kClause, options);

void limits(Sandbox& sandbox) {
  require_controller("pids");
  require_controller("memory");
  const std::string place = tree(sandbox);
  const std::string said =
      good(sandbox.call({"run", "--rootfs", place, "--memory", "64m", "--pids", "50", "--detach",
                         "--id", sandbox.id(), "sleep", "100"}));
  const std::string cgroup = cgroup2_mount() + "/" + sandbox.id();
  expect_equal("memory.max", trimmed(read_file(cgroup + "/memory.max")), "67108864");
  expect_equal("pids.max", trimmed(read_file(cgroup + "/pids.max")), "50");
  sandbox.remove_forced();
}
const Case kLimits("run/limits-of-a-program-are-options", kClause, limits);

void from_bundle(Sandbox& sandbox) {
  tree(sandbox);
  Bundle bundle = sandbox.bundle("other");
  bundle.args({"/bin/false"}).set("/hostname", "mine").write();
  const Words run = {"run", "--id", sandbox.id()};
  const auto call = [&](const Words& more) {
    Words words = run;
    words.insert(words.end(), more.begin(), more.end());
    return sandbox.call(words);
  };
  expect_equal("the config's own program", call({bundle.directory()}).exit_code, 1);
  expect_equal("another program",
               good(call({"-e", "A=b", bundle.directory(), "sh", "-c", "hostname; echo $A"})),
               "mine\nb\n");
  expect_equal(
      "with --bundle and an id",
      good(sandbox.call({"run", "--bundle", bundle.directory(), sandbox.id(), "echo", "x"})),
      "x\n");
  // A mistake of the file has its place in the file.
  std::string text = bundle.text();
  text.insert(text.find('{') + 1, "\n\"hooks\": 7,");
  write_file(bundle.directory() + "/config.json", text);
  const Outcome wrong = call({bundle.directory(), "echo", "x"});
  expect_equal("exit code for a wrong config", wrong.exit_code, 1);
  expect_contains("the message", wrong.err, "config.json:2:10: hooks: ");
}
const Case kFromBundle("run/a-bundle-with-another-program", kClause, from_bundle);

void wrong_words(Sandbox& sandbox) {
  const std::string place = tree(sandbox);
  good(sandbox.call({"run", "--rootfs", place, "true"}));
  const struct {
    Words words;
    std::string says;
  } rows[] = {
      {{"--rootfs", place + "/none", "true"}, "option --rootfs: there is no directory '"},
      {{"--rootfs", place + "/etc/passwd", "true"}, "option --rootfs: '"},
      {{"--rootfs", place, "-v", "/a", "true"}, "option --volume: expected SRC:DST[:ro]"},
      {{"--rootfs", place, "-v", "ro", "true"}, "option --volume: expected SRC:DST[:ro]"},
      {{"--rootfs", place, "-v", "/a:b", "true"}, "option --volume: expected SRC:DST[:ro]"},
      {{"--rootfs", place, "-v", "/no/such:/b", "true"}, "option --volume: '/no/such' does not"},
      {{"--rootfs", place, "-v", "/etc://", "true"}, "option --volume: expected a DST below '/'"},
      {{"--rootfs", place, "-e", "A=\xff", "true"}, "option --env: expected text in UTF-8"},
      {{"--rootfs", place, "true", "\xff"}, "PROGRAM: expected text in UTF-8"},
      {{"--rootfs", place, "-e", "=x", "true"}, "option --env: expected NAME[=VALUE]"},
      {{"--rootfs", place, "-e", "UNSET_HERE", "true"}, "has no variable 'UNSET_HERE'"},
      {{"--rootfs", place, "-u", "ghost", "true"}, "/etc/passwd has no user 'ghost'"},
      {{"--rootfs", place, "-w", "tmp", "true"}, "option --workdir: expected an absolute path"},
      {{"--rootfs", place, "--memory", "lots", "true"}, "option --memory: expected a number"},
      {{"--rootfs", place, "--pids", "0", "true"}, "option --pids: expected a number above 0"},
      {{"--rootfs", place, "--net", "bridge", "true"}, "option --net: expected one of host, none"},
      {{"--rootfs", place, "--bundle", place, "true"}, "option --rootfs: it needs no config.json"},
      {{"--rootfs", place, "no-such-program"}, "exec: \"no-such-program\": executable file not"},
      {{place, "true"}, "bundle: there is no '"},
      {{place, "--detach"}, "options come before the id"},
      {{}, "\"run\" requires exactly 1 argument(s)"},
  };
  for (const auto& row : rows) {
    Words words = {"run"};
    words.insert(words.end(), row.words.begin(), row.words.end());
    const Outcome outcome = sandbox.call(words);
    expect_equal(shown(words) + " exits with", outcome.exit_code, 1);
    expect_contains(shown(words) + " says", outcome.err, row.says);
    expect_equal(shown(words) + ": lines", lines(outcome.err).size(), 1U);
  }
  expect_equal("containers left", sandbox.call({"list", "--quiet"}).out, "");
}
const Case kWrongWords("run/a-wrong-option-of-a-program-is-named", kClause, wrong_words);

// Each takes the next free id, though all look for one at the same time.
void at_once(Sandbox& sandbox) {
  const std::string place = tree(sandbox);
  std::vector<std::unique_ptr<Command>> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(std::make_unique<Command>(
        sandbox.invocation({"run", "--rootfs", place, "sh", "-c", "echo ran"}),
        sandbox.directory()));
  }
  for (const std::unique_ptr<Command>& one : all)
    expect_equal("output", good(one->wait()), "ran\n");
  expect_equal("containers left", sandbox.call({"list", "--quiet"}).out, "");
}
const Case kAtOnce("run/many-at-once-in-a-tree-have-ids-of-their-own", kClause, at_once);

// The user's session: a shell on a terminal in a tree.
void session(Sandbox& sandbox) {
  const std::string place = tree(sandbox);
  Terminal terminal = Terminal::open_new();
  Spawn spawn = sandbox.invocation({"run", "--rootfs", place, "sh"});
  spawn.terminal = terminal.slave();
  spawn.env = {"TERM=vt220"};
  Command command(std::move(spawn), sandbox.directory());
  terminal.close_slave();
  terminal.type("tty; echo \"<$TERM>\"; pwd\n");
  const std::string seen = terminal.read_until("<vt220>");
  expect_contains("the terminal", seen, "/dev/");
  terminal.type("exit 5\n");
  expect_equal("exit code", command.wait().exit_code, 5);
}
const Case kSession("run/a-shell-in-a-tree-has-the-terminal", kClause, session);

// Descriptors, umask and the caller's options outlive the two programs in between.
void inherited(Sandbox& sandbox) {
  const std::string place = tree(sandbox);
  write_file(sandbox.path("given"), "from descriptor 4\n");
  const int file = ::open(sandbox.path("given").c_str(), O_RDONLY | O_CLOEXEC);
  Spawn spawn = sandbox.invocation({"run", "--preserve-fds", "2", "--rootfs", place, "sh", "-c",
                                    "cat <&4; umask; ls /proc/self/fd | wc -l"});
  spawn.fds = {{file, 3}, {file, 4}};
  spawn.umask = 027;
  const Outcome outcome = sandbox.call(spawn);
  ::close(file);
  // 0 to 4, and that of ls.
  expect_equal("output", good(outcome), "from descriptor 4\n0027\n6\n");
}
const Case kInherited("run/a-program-inherits-as-with-a-config", kClause, inherited);

void exec_by_name(Sandbox& sandbox) {
  const std::string place = tree(sandbox);
  write_file(sandbox.path("secret"), "web:x:77:77::/:/bin/sh\n");
  good(sandbox.call({"run", "--rootfs", place, "--detach", "--id", sandbox.id(), "sleep", "100"}));
  const auto ids = [&](const Words& user) {
    Words words = {"exec", "-u"};
    words.insert(words.end(), user.begin(), user.end());
    for (const char* word : {"sh", "-c", "echo $(id -u):$(id -g) $(id -G) $HOME"})
      words.emplace_back(word);
    return sandbox.call(words);
  };
  const std::string& id = sandbox.id();
  expect_equal("numbers, the control", good(ids({"1:2", id})), "1:2 2 /\n");
  expect_equal("a name", good(ids({"web", id})), "33:34 34 4 /var/www\n");
  expect_equal("a name and a group", good(ids({"web:adm", id})), "33:4 4 /var/www\n");
  expect_equal("with another option", good(ids({"web", "-g", "9", "-e", "A=b", id})),
               "33:34 34 4 9 /var/www\n");
  const Outcome unknown = ids({"ghost", id});
  expect_equal("exit code for an unknown name", unknown.exit_code, 255);
  expect_contains("the message", unknown.err, "/etc/passwd has no user 'ghost'");
  // The image's link does not lead to a file of the host.
  std::filesystem::remove(place + "/etc/passwd");
  std::filesystem::create_symlink(sandbox.path("secret"), place + "/etc/passwd");
  expect_equal("exit code with a link out of the root", ids({"web", id}).exit_code, 255);
  std::filesystem::remove(place + "/etc/passwd");
  expect(::mkfifo((place + "/etc/passwd").c_str(), 0644) == 0, "no fifo");
  const Outcome fifo = ids({"web", id});
  expect_equal("exit code with a fifo", fifo.exit_code, 255);
  expect_contains("the message", fifo.err, "is no regular file");
  sandbox.remove_forced();
}
const Case kExecByName("exec/a-user-by-name", "cli-contract 2.9", exec_by_name);

void spec_program(Sandbox& sandbox) {
  const std::string place = tree(sandbox);
  Words words = {"spec", "--bundle", sandbox.directory(), "--rootfs", place, "-e", "A=b", "sh",
                 "-c",   "echo $A"};
  good(sandbox.call(words));
  Spawn run = sandbox.invocation({"run", "--bundle", sandbox.directory(), sandbox.id()});
  expect_contains("the program of spec", good(sandbox.call(run)), "b");
  const Outcome again = sandbox.call(words);
  expect_equal("over an existing file", again.exit_code, 1);
  expect_contains("the message", again.err, "already exists");
}
const Case kSpecProgram("cli/spec-takes-a-program", "oci-rt spec --help", spec_program);

void spec_minimal(Sandbox& sandbox) {
  tree(sandbox);
  const Bundle bundle = sandbox.bundle("small");
  good(sandbox.call({"spec", "--bundle", bundle.directory(), "--file", "min.json", "--minimal",
                     "sh", "-c", "echo pid $$"}));
  const std::string text = read_file(bundle.directory() + "/min.json");
  expect(lines(text).size() < 40, "it has " + std::to_string(lines(text).size()) + " lines");
  expect_equal("output",
               good(sandbox.call({"run", "--bundle", bundle.directory(), "--config",
                                  bundle.directory() + "/min.json", sandbox.id()})),
               "pid 1\n");
}
const Case kSpecMinimal("cli/spec-minimal-runs", "oci-rt spec --help", spec_minimal);

void users_tree(Sandbox& sandbox) {
  const std::string place = tree(sandbox);
  const User user(sandbox);
  const Facts own(user.good({"run", "--rootfs", place, "/bin/probe", "facts"}));
  expect_equal("uid_map", shown(split(own.words("/uid_map")[0], ' ')), "[0 12345 1]");
  expect_equal("maps", own.words("/uid_map").size(), 1U);
  expect_equal("network interfaces but lo", own.words("/interfaces").size(), 3U);
  user.good({"run", "--rootfs", place, "--net", "host", "true"});
  Etc etc(sandbox);
  etc.grant_ids();
  const Facts granted(user.good({"run", "--rootfs", place, "-u", "web", "/bin/probe", "facts"}));
  expect_equal("uid_map", shown(split(granted.words("/uid_map")[1], ' ')), "[1 300000 65536]");
  expect_equal("uid", granted.text("/uid"), "33\t33\t33\t33");
  etc.put("subgid", "nobody:1:1\n");
  const Facts half(user.good({"run", "--rootfs", place, "/bin/probe", "facts"}));
  expect_equal("maps with a grant of uids alone", half.words("/uid_map").size(), 1U);
}
const Case kUsersTree("rootless/a-tree-needs-no-config", kClause, users_tree);

}  // namespace
}  // namespace oci::conformance

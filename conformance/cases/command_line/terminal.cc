// process.terminal: the console socket, the pty inside, and `run` in the foreground (cli-contract
// 6).
#include <csignal>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"
#include "conformance/harness/terminal.h"

namespace oci::conformance {
namespace {

Bundle with_terminal(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.set("/process/terminal", true)
      .mount("/dev/pts", "devpts", "devpts",
             {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"});
  return bundle;
}

void received(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell("tty; echo out; echo err >&2; read word; echo \"<$word>\"");
  ConsoleSocket socket(sandbox.path("console.sock"));
  sandbox.create(bundle, {"--console-socket", socket.path()});
  Terminal terminal = socket.receive();
  sandbox.start();
  terminal.type("typed\n");
  const std::string seen = terminal.read_until("<typed>");
  expect_contains("the terminal's output", seen, "out");
  expect_contains("the terminal's output", seen, "err");
  expect_equal("exit code", sandbox.wait_stopped(), 0);
  sandbox.remove();
}
const Case kReceived("terminal/the-master-comes-over-the-console-socket", "cli-contract 6",
                     received);

void inside(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.set_json("/process/consoleSize", R"({"height": 31, "width": 97})");
  ConsoleSocket socket(sandbox.path("console.sock"));
  sandbox.create(bundle, {"--console-socket", socket.path()});
  Terminal terminal = socket.receive();
  sandbox.start();
  const std::string text = terminal.read_all();
  const Facts facts(text.substr(text.find('{')));
  expect_equal("streams that are terminals", facts.number("/tty"), 3);
  expect_equal("window size", facts.text("/winsize"), "31 97");
  expect_equal("session", facts.number("/sid"), facts.number("/pid"));
  expect(facts.text("/fds/0").starts_with("/dev/pts/") || facts.text("/fds/0") == "/dev/console",
         "standard input is " + facts.text("/fds/0"));
  sandbox.wait_stopped();
  sandbox.remove();
}
const Case kInside("terminal/inside-there-are-three-with-the-size-wanted", "config.md#process",
                   inside);

void console(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell("echo by-console > /dev/console; echo by-tty > /dev/tty; stat -c %t /dev/console");
  ConsoleSocket socket(sandbox.path("console.sock"));
  sandbox.create(bundle, {"--console-socket", socket.path()});
  Terminal terminal = socket.receive();
  sandbox.start();
  const std::string seen = terminal.read_all();
  expect_contains("the terminal's output", seen, "by-console");
  expect_contains("the terminal's output", seen, "by-tty");
  expect_contains("the terminal's output", seen, "88");  // major 136
  sandbox.wait_stopped();
  sandbox.remove();
}
const Case kConsole("terminal/dev-console-and-dev-tty-are-it", "config-linux.md#default-devices",
                    console);

void interrupt(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell("trap 'echo caught; exit 4' INT; echo ready; while :; do sleep 0.05; done");
  ConsoleSocket socket(sandbox.path("console.sock"));
  sandbox.create(bundle, {"--console-socket", socket.path()});
  Terminal terminal = socket.receive();
  sandbox.start();
  terminal.read_until("ready");
  terminal.type("\x03");
  expect_contains("the terminal's output", terminal.read_until("caught"), "caught");
  expect_equal("exit code", sandbox.wait_stopped(), 4);
  sandbox.remove();
}
const Case kInterrupt("terminal/control-c-is-a-signal", "threats 5", interrupt);

void owner(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.set("/process/user/uid", 1000).shell("stat -L -c 'owner %u mode %a' /proc/self/fd/0");
  ConsoleSocket socket(sandbox.path("console.sock"));
  sandbox.create(bundle, {"--console-socket", socket.path()});
  Terminal terminal = socket.receive();
  sandbox.start();
  expect_contains("the terminal's output", terminal.read_all(), "owner 1000 mode 620");
  sandbox.wait_stopped();
  sandbox.remove();
}
const Case kOwner("terminal/belongs-to-the-user", "cli-contract 6", owner);

void long_path(Sandbox& sandbox) {
  const std::string directory = sandbox.path(std::string(120, 'd'));
  make_dir(directory);
  Bundle bundle = with_terminal(sandbox);
  ConsoleSocket socket(directory + "/console.sock");
  sandbox.create(bundle, {"--console-socket", socket.path()});
  Terminal terminal = socket.receive();
  sandbox.start();
  terminal.read_all();
  sandbox.wait_stopped();
  sandbox.remove();
}
const Case kLong("terminal/a-console-socket-with-a-long-path", "cli-contract 6", long_path);

void nobody_listens(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  write_file(sandbox.path("plain"), "");
  for (const char* name : {"missing.sock", "plain"}) {
    const Outcome refused = sandbox.try_create(bundle, {"--console-socket", sandbox.path(name)});
    expect(refused.exit_code != 0, std::string("create with ") + name + " exits 0");
    const bool named = refused.err.find("onsole") != std::string::npos ||
                       refused.err.find(name) != std::string::npos;
    expect(named, "the message does not name the socket: " + refused.err);
  }
}
const Case kNobody("terminal/a-console-socket-where-nobody-listens-is-refused", "reliability 4",
                   nobody_listens);

void without_socket(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  const Outcome refused = sandbox.try_create(bundle);
  expect(refused.exit_code != 0, "create exits 0");
  expect_contains("the message", refused.err, "onsole");
}
const Case kWithout("terminal/create-without-a-console-socket-is-refused", "cli-contract 6",
                    without_socket);

void without_terminal(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  ConsoleSocket socket(sandbox.path("console.sock"));
  const Outcome refused = sandbox.try_create(bundle, {"--console-socket", socket.path()});
  expect(refused.exit_code != 0, "create exits 0");
}
const Case kUnasked("terminal/a-console-socket-without-a-terminal-is-refused", "cli-contract 6",
                    without_terminal);

// `run` in the foreground, with a pty of the harness as its controlling terminal.
Spawn foreground(Sandbox& sandbox, Bundle& bundle, const Terminal& terminal) {
  bundle.write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.terminal = terminal.slave();
  return spawn;
}

void relayed(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell("echo hello; read word; echo \"<$word>\"; exit 6");
  Terminal terminal = Terminal::open_new();
  Command running(foreground(sandbox, bundle, terminal), sandbox.directory());
  terminal.read_until("hello");
  terminal.type("typed\n");
  expect_contains("the output", terminal.read_until("<typed>"), "<typed>");
  expect_equal("exit code", running.wait().exit_code, 6);
}
const Case kRelayed("terminal/run-relays-and-ends-with-the-programs-code", "cli-contract 6",
                    relayed);

// Standard input is a terminal and the output a file, which must not get carriage returns.
void to_a_file(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell("echo one; echo two >&2; printf 'three\\r\\n'; [ -t 1 ] && echo terminal");
  Terminal terminal = Terminal::open_new();
  Spawn spawn = foreground(sandbox, bundle, terminal);
  const std::string file = sandbox.path("written");
  spawn.argv.insert(spawn.argv.begin(), {"/bin/sh", "-c", "exec \"$@\" >" + file, "sh"});
  Command running(std::move(spawn), sandbox.directory());
  expect_equal("exit code", running.wait().exit_code, 0);
  expect_equal("contents of the file", read_file(file), "one\ntwo\nthree\r\nterminal\n");
}
const Case kToAFile("terminal/run-writes-plain-lines-to-a-file", "cli-contract 6", to_a_file);

// The owner of the master decides on the conversion.
void as_sent(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell("echo one");
  ConsoleSocket socket(sandbox.path("console.sock"));
  sandbox.create(bundle, {"--console-socket", socket.path()});
  Terminal terminal = socket.receive();
  sandbox.start();
  expect_equal("data on the socket", terminal.read_all(), "one\r\n");
  sandbox.wait_stopped();
  sandbox.remove();
}
const Case kAsSent("terminal/over-the-console-socket-it-is-as-the-kernel-makes-it",
                   "cli-contract 6", as_sent);

void to_a_terminal(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell("echo one");
  Terminal terminal = Terminal::open_new();
  Command running(foreground(sandbox, bundle, terminal), sandbox.directory());
  expect_contains("the output", terminal.read_until("one\r\n"), "one\r\n");
  expect_equal("exit code", running.wait().exit_code, 0);
}
const Case kToATerminal("terminal/run-shows-whole-lines-on-a-terminal", "cli-contract 6",
                        to_a_terminal);

void sized(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell(
      "echo ready; i=0; while [ \"$(stty size)\" != '40 132' ] && [ $i -lt 60 ]; do sleep 0.05; "
      "i=$((i+1)); done; "
      "[ $i -lt 60 ] && echo resized");
  Terminal terminal = Terminal::open_new();
  terminal.resize(24, 80);
  Command running(foreground(sandbox, bundle, terminal), sandbox.directory());
  terminal.read_until("ready");
  terminal.resize(40, 132);
  running.signal(SIGWINCH);
  expect_contains("the output", terminal.read_until("resized"), "resized");
  expect_equal("exit code", running.wait().exit_code, 0);
}
const Case kSized("terminal/run-passes-the-window-size-on", "cli-contract 1.3", sized);

void restored(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell("echo done");
  Terminal terminal = Terminal::open_new();
  Command running(foreground(sandbox, bundle, terminal), sandbox.directory());
  terminal.read_until("done");
  running.wait();
  Command stty({.argv = {"stty", "-a"}, .terminal = terminal.slave()}, sandbox.directory());
  const std::string after = terminal.read_until("echoke");
  stty.wait();
  for (const char* raw : {"-icanon", "-isig", "-opost", "-echo "}) {
    expect_lacks("settings afterwards", after, raw);
  }
}
const Case kRestored("terminal/run-leaves-the-callers-terminal-as-it-was", "cli-contract 6",
                     restored);

void line_editing(Sandbox& sandbox) {
  Bundle bundle = with_terminal(sandbox);
  bundle.shell("trap 'echo int; exit 5' INT; echo ready; while :; do sleep 0.05; done");
  Terminal terminal = Terminal::open_new();
  Command running(foreground(sandbox, bundle, terminal), sandbox.directory());
  terminal.read_until("ready");
  terminal.type("\x03");
  terminal.read_until("int");
  expect_equal("exit code", running.wait().exit_code, 5);
}
const Case kRaw("terminal/control-c-in-run-reaches-the-program", "cli-contract 6", line_editing);

}  // namespace
}  // namespace oci::conformance

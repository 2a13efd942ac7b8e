// Runs a program with a timeout and captures its output.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oci::conformance {

struct Outcome {
  int exit_code = -1;  // 128 + N for a signal
  std::string out;
  std::string err;
};

// Options for starting a program. Its output goes to files, so a container that outlives the
// runtime cannot block the harness.
struct Spawn {
  std::vector<std::string> argv;
  std::vector<std::string> env;          // "NAME=value", added to the harness's environment
  std::vector<std::string> unset;        // names removed from that environment
  std::string input;                     // its standard input
  std::string cwd;                       // "": the harness's
  std::string out_file, err_file;        // "": created below `scratch`
  std::vector<std::pair<int, int>> fds;  // our descriptor, and its number in the child
  std::optional<int> terminal;  // a pty slave: becomes 0, 1, 2 and the controlling terminal
  std::optional<unsigned> umask;
  std::vector<std::pair<int, unsigned long>> soft_limits;  // RLIMIT_*, in the child only
  std::function<void()> before;  // runs in the child just before exec, for other set-up
  int seconds = 15;              // timeout; the program is killed, and the case fails
  bool held = false;             // stops itself (SIGSTOP) before exec, for a tracer
};

// A started program, to be waited for.
class Command {
 public:
  Command(Spawn spawn, const std::string& scratch);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command();  // kills the program if it still runs

  pid_t pid() const { return pid_; }
  bool running();
  void signal(int number) const;
  // Throws Failed at the timeout, and when the program changed the flags of an open file that it
  // shares with the harness: O_NONBLOCK left on a caller's stream breaks the caller.
  Outcome wait();
  const std::string& out_file() const { return spawn_.out_file; }

 private:
  // An open file that the harness shares with the program.
  struct Shared {
    int ours, theirs;
    int flags;  // F_GETFL, before the start
    bool owned;
  };

  void share(int ours, int theirs, bool owned);
  void open_stream(const std::string& path, int flags, int as);
  std::string changed_flags() const;
  void close_shared();
  [[noreturn]] void exec_program() const;

  Spawn spawn_;
  std::vector<Shared> shared_;
  pid_t pid_ = -1;
  std::optional<int> code_;  // set after the exit
};

Outcome run_command(Spawn spawn, const std::string& scratch);

// Waits for a child for at most `milliseconds` times patience(). Returns its exit code as in
// Outcome, or nullopt.
std::optional<int> wait_child(pid_t pid, int milliseconds);

// Searches PATH, then /usr/sbin:/sbin. Returns the path, or "".
std::string find_program(std::string_view name);

}  // namespace oci::conformance

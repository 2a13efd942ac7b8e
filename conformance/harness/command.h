// Runs a program with a deadline and keeps what it said.
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

// How a program is started. Its output goes to files, so that a container that outlives the
// runtime cannot hold the harness up.
struct Spawn {
  std::vector<std::string> argv;
  std::vector<std::string> env;          // "NAME=value", added to the harness's own
  std::vector<std::string> unset;        // names to leave out of it
  std::string input;                     // its standard input
  std::string cwd;                       // "": the harness's
  std::string out_file, err_file;        // "": made below `scratch`
  std::vector<std::pair<int, int>> fds;  // descriptors of ours to hand over, and as which number
  std::optional<int> terminal;           // a pty slave: becomes 0, 1, 2 and controls it
  std::optional<unsigned> umask;
  std::vector<std::pair<int, unsigned long>> soft_limits;  // RLIMIT_*, in the child only
  std::function<void()> before;  // in the child, last of all: other things from a caller
  int seconds = 15;              // then it is killed, and that is a failure
  bool held = false;  // stops itself (SIGSTOP) before it becomes the program: for a tracer
};

// A program that was started and not yet waited for.
class Command {
 public:
  Command(Spawn spawn, const std::string& scratch);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command();  // kills what still runs

  pid_t pid() const { return pid_; }
  bool running();
  void signal(int number) const;
  // Throws Failed when the time limit passes, and when the program changed the flags of an open
  // file that it shares with us: a caller's stream that no longer blocks breaks the caller.
  Outcome wait();
  const std::string& out_file() const { return spawn_.out_file; }

 private:
  // An open file that the program has, too.
  struct Shared {
    int ours, theirs;
    int flags;  // F_GETFL, before
    bool owned;
  };

  void share(int ours, int theirs, bool owned);
  void open_stream(const std::string& path, int flags, int as);
  std::string changed_flags() const;
  void forget_shared();
  [[noreturn]] void become() const;

  Spawn spawn_;
  std::vector<Shared> shared_;
  pid_t pid_ = -1;
  std::optional<int> code_;  // once it ended
};

Outcome run_command(Spawn spawn, const std::string& scratch);

// Waits for a child, for at most `milliseconds` times patience(); its exit code as Outcome has it,
// or nothing.
std::optional<int> wait_child(pid_t pid, int milliseconds);

// The path of a program in PATH or in /usr/sbin:/sbin; "" when there is none.
std::string find_program(std::string_view name);

}  // namespace oci::conformance

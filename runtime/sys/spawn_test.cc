#include "runtime/sys/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "runtime/sys/file.h"
#include "runtime/sys/unique_fd.h"
#include "third_party/boost_test.h"

namespace oci::sys {
namespace {

Command shell(std::string script) {
  return {.path = "/bin/sh", .argv = {"sh", "-c", std::move(script)}};
}

Finished ran(const Command& command) {
  Result<Finished> result = run_program(command);
  if (!result) BOOST_FAIL(result.error().message());
  return std::move(result).value();
}

// A file that is removed at the end of the test.
struct TempFile {
  explicit TempFile(std::string_view text, mode_t mode) {
    const UniqueFd fd(mkostemp(path, O_CLOEXEC));
    BOOST_REQUIRE(bool(fd));
    BOOST_REQUIRE(bool(write_all(fd.get(), text, path)));
    BOOST_REQUIRE(fchmod(fd.get(), mode) == 0);
  }
  ~TempFile() { unlink(path); }
  char path[64] = "/tmp/oci-rt-spawn-XXXXXX";
};

BOOST_AUTO_TEST_CASE(input_and_output_pass_through) {
  Command command = shell("cat; echo err >&2");
  command.input = "state\n";
  const Finished finished = ran(command);
  BOOST_TEST(finished.wait_status == 0);
  BOOST_TEST(finished.output == "state\nerr\n");
  BOOST_TEST(!finished.timed_out);
}

BOOST_AUTO_TEST_CASE(the_exit_status_is_as_wait_gives_it) {
  BOOST_TEST(WEXITSTATUS(ran(shell("exit 3")).wait_status) == 3);
  BOOST_TEST(WTERMSIG(ran(shell("kill -TERM $$")).wait_status) == SIGTERM);
}

BOOST_AUTO_TEST_CASE(the_environment_is_exactly_what_is_given) {
  Command command{.path = "/usr/bin/env", .argv = {"env"}, .env = {"A=b", "C="}};
  BOOST_TEST(ran(command).output == "A=b\nC=\n");
}

BOOST_AUTO_TEST_CASE(it_runs_in_the_given_directory_and_in_a_session_of_its_own) {
  Command command = shell("pwd; ps -o sid= -o pgid= -p $$ | tr -d '\\n'; echo; echo $$ $$");
  command.cwd = "/usr";
  command.env = {"PATH=/usr/bin:/bin"};
  const std::string output = ran(command).output;
  BOOST_TEST(output.substr(0, 5) == "/usr\n");
  const std::string rest = output.substr(5);
  const size_t half = rest.find('\n');
  std::string ids;
  for (const char c : rest.substr(0, half)) {
    if (c != ' ' || (!ids.empty() && ids.back() != ' ')) ids += c;
  }
  BOOST_TEST(cat(ids, "\n") == rest.substr(half + 1));
}

BOOST_AUTO_TEST_CASE(only_three_descriptors_are_inherited) {
  const UniqueFd leaked(open("/dev/null", O_RDONLY));  // NOLINT(android-cloexec-open): the point
  // ls also opens the directory: one descriptor more.
  Command command{.path = "/bin/ls", .argv = {"ls", "/proc/self/fd"}};
  BOOST_TEST(ran(command).output == "0\n1\n2\n3\n");
}

// As main() does: before the first look at the signals that are ignored.
[[maybe_unused]] const auto kBefore = signal(SIGPIPE, SIG_IGN);

BOOST_AUTO_TEST_CASE(signals_are_neither_blocked_nor_ignored) {
  sigset_t block;
  sigset_t mask;
  sigemptyset(&block);
  sigaddset(&block, SIGTERM);
  sigprocmask(SIG_BLOCK, &block, &mask);

  Command command{.path = "/bin/grep",
                  .argv = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}};
  const std::string output = ran(command).output;

  sigprocmask(SIG_SETMASK, &mask, nullptr);
  BOOST_TEST(output == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

BOOST_AUTO_TEST_CASE(a_program_that_does_not_read_its_input_is_no_trouble) {
  const std::string big(1 << 20, 'x');
  Command command = shell("exec <&-; exit 0");
  command.input = big;
  BOOST_TEST(ran(command).wait_status == 0);
}

BOOST_AUTO_TEST_CASE(nobody_can_change_the_input) {
  Command command = shell("echo tampered 2>&1 1<>/proc/self/fd/0; cat");
  command.input = "the state";
  const std::string output = ran(command).output;
  BOOST_TEST(output.ends_with("the state"));
}

BOOST_AUTO_TEST_CASE(ten_megabytes_of_output_do_not_block_and_the_end_is_kept) {
  Command command = shell("head -c 10000000 /dev/zero | tr '\\0' x; printf END");
  command.env = {"PATH=/usr/bin:/bin"};
  const Finished finished = ran(command);
  BOOST_TEST(finished.wait_status == 0);
  BOOST_TEST(finished.output.size() == 4096);
  BOOST_TEST(finished.output.ends_with("xEND"));
}

BOOST_AUTO_TEST_CASE(a_descendant_that_holds_the_output_open_is_not_waited_for) {
  // It prints its pid, so that the test can kill it.
  Command command = shell("sleep 100 & echo $!");
  command.env = {"PATH=/usr/bin:/bin"};
  const Finished finished = ran(command);
  const pid_t left = static_cast<pid_t>(std::atoi(finished.output.c_str()));
  BOOST_REQUIRE(left > 1);
  BOOST_TEST(kill(left, SIGKILL) == 0);
  BOOST_TEST(finished.elapsed_ms < 5000);
}

BOOST_AUTO_TEST_CASE(at_the_deadline_the_whole_group_is_killed) {
  Command command = shell("sleep 100 & echo $!; wait");
  command.env = {"PATH=/usr/bin:/bin"};
  command.timeout_seconds = 1;
  const Finished finished = ran(command);
  BOOST_TEST(finished.timed_out);
  BOOST_TEST(WTERMSIG(finished.wait_status) == SIGKILL);
  BOOST_TEST(finished.elapsed_ms >= 1000);
  BOOST_TEST(finished.elapsed_ms < 20000);
  // The grandchild was killed as well, perhaps a moment later.
  const UniqueFd grandchild(
      static_cast<int>(syscall(SYS_pidfd_open, std::atoi(finished.output.c_str()), 0)));
  pollfd ended{grandchild.get(), POLLIN, 0};
  if (grandchild) BOOST_TEST(poll(&ended, 1, 5000) == 1);
}

BOOST_AUTO_TEST_CASE(a_signal_that_asks_to_end_kills_the_whole_group) {
  SignalStream signals = std::move(SignalStream::open()).value();
  int ends[2];
  BOOST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  // The grandchild also has the pipe as standard output, so its end of file shows that the group is
  // gone.
  Command command = shell(cat("exec >/proc/", getpid(), "/fd/", writer.get(), "; sleep 100; :"));
  command.signals = &signals;
  kill(getpid(), SIGUSR2);  // not a terminating signal
  kill(getpid(), SIGINT);
  const Result<Finished> finished = run_program(command);
  BOOST_REQUIRE(!finished);
  BOOST_TEST(finished.error().message() == "interrupted by SIGINT");
  writer.reset();
  pollfd closed = {reader.get(), POLLIN, 0};
  BOOST_TEST(poll(&closed, 1, 5000) == 1);
}

BOOST_AUTO_TEST_CASE(a_timeout_that_is_not_reached_changes_nothing) {
  Command command = shell("exit 0");
  command.timeout_seconds = INT64_MAX;
  BOOST_TEST(!ran(command).timed_out);
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_executed_says_why_without_an_errno) {
  const TempFile plain("echo hi\n", 0644);
  const TempFile text("echo hi\n", 0755);
  const TempFile script("#!/no/such/interpreter\n", 0755);
  const struct {
    std::string path;
    std::string message;
  } cases[] = {
      {"/no/such/file", "the file is missing"},
      {"/etc/passwd/x", "the file is missing"},
      {"/usr", "the path names a directory"},
      {plain.path, "the file is not executable"},
      {text.path, "neither a program for this machine nor a script with a #! line"},
      {script.path, "its interpreter or loader is missing"},
  };
  for (const auto& one : cases) {
    const Result<Finished> result = run_program({.path = one.path, .argv = {"x"}});
    BOOST_REQUIRE(!result);
    BOOST_TEST(result.error().message() == one.message);
    BOOST_TEST((result.error().kind() == ErrorKind::kProgram));
  }
}

BOOST_AUTO_TEST_CASE(a_missing_directory_is_told_apart_from_a_missing_program) {
  Command command = shell("exit 0");
  command.cwd = "/no/such/dir";
  BOOST_TEST(run_program(command).error().message() ==
             "its working directory '/no/such/dir' cannot be entered (errno 2)");
}

BOOST_AUTO_TEST_CASE(nothing_stays_open_and_no_child_is_left) {
  const int probe = dup(0);
  close(probe);
  static_cast<void>(ran(shell("exit 0")));
  static_cast<void>(run_program({.path = "/no/such/file", .argv = {"x"}}));
  const UniqueFd next(dup(0));
  BOOST_TEST(next.get() == probe);
  BOOST_TEST(waitpid(-1, nullptr, WNOHANG) == -1);
  BOOST_TEST(errno == ECHILD);
}

}  // namespace
}  // namespace oci::sys

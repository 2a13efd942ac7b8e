#include "conformance/harness/runner.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <map>

#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/interrupt.h"
#include "conformance/harness/leaks.h"
#include "conformance/harness/view.h"

namespace oci::conformance {
namespace {

using Clock = std::chrono::steady_clock;

struct Running {
  size_t row = 0;
  pid_t pid = -1;
  int pipe = -1;
  Clock::time_point began;
  std::string said;  // the verdict, then the reason
};

Result judge_body(const Case& test, Sandbox& sandbox) {
  try {
    test.body(sandbox);
    return {.verdict = Verdict::kPassed, .reason = {}};
  } catch (const Skipped& why) {
    return {.verdict = Verdict::kSkipped, .reason = why.what()};
  } catch (const std::exception& why) {
    return {.verdict = Verdict::kFailed, .reason = why.what()};
  }
}

Result run_one(const Case& test, Sandbox& sandbox) {
  // Orphans of the runtime become children of this process.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::umask(022);
  enter_private_temporaries();
  const Snapshot before = Snapshot::take();
  Result result = judge_body(test, sandbox);
  try {
    sandbox.clean_up();
    const std::vector<std::string> left = before.leaks(sandbox);
    if (result.verdict == Verdict::kPassed && !left.empty()) {
      result = {.verdict = Verdict::kFailed, .reason = "left behind: " + shown(left)};
    }
  } catch (const std::exception& why) {
    if (result.verdict == Verdict::kPassed) {
      result = {.verdict = Verdict::kFailed, .reason = why.what()};
    }
  }
  return result;
}

[[noreturn]] void become_case(const Case& test, Sandbox sandbox, int pipe) {
  Result result{.verdict = Verdict::kFailed, .reason = {}};
  try {
    result = run_one(test, sandbox);
    kill_descendants(::getpid());
    remove_cgroups(sandbox.id());
  } catch (const std::exception& why) {
    result.reason = why.what();
  }
  const std::string line =
      static_cast<char>('0' + static_cast<int>(result.verdict)) + result.reason.substr(0, 4000);
  [[maybe_unused]] const ssize_t written = ::write(pipe, line.data(), line.size());
  ::_exit(0);
}

Result result_of(const Running& done, const Case& test) {
  const double seconds = std::chrono::duration<double>(Clock::now() - done.began).count();
  if (done.said.empty()) {
    const std::string why = seconds >= test.seconds
                                ? "took longer than " + std::to_string(test.seconds) + " s"
                                : std::string("the case died");
    return {Verdict::kFailed, why, seconds};
  }
  return {static_cast<Verdict>(done.said[0] - '0'), done.said.substr(1), seconds};
}

class Pool {
 public:
  Pool(const Run& run, const Runtime& runtime, const std::vector<const Case*>& cases)
      : run_(run), runtime_(runtime), cases_(cases), results_(cases.size()) {}

  std::vector<Result> work();

 private:
  std::string directory(size_t row) const;
  std::string id(size_t row) const;
  void launch(size_t row);
  void step();
  void finish(Running& one);
  void end_all();

  const Run& run_;
  const Runtime& runtime_;
  const std::vector<const Case*>& cases_;
  std::vector<Result> results_;
  std::vector<Running> running_;
};

std::vector<Result> Pool::work() {
  for (size_t next = 0; next < cases_.size() || !running_.empty();) {
    while (next < cases_.size() && running_.size() < static_cast<size_t>(run_.jobs)) {
      launch(next++);
    }
    step();
    if (interrupted() == 0) continue;
    end_all();
    throw std::runtime_error("interrupted");
  }
  return results_;
}

std::string Pool::directory(size_t row) const {
  return run_.work + "/" + runtime_.name + "-" + std::to_string(row);
}

// Ends in a letter, so that no id is a prefix of another.
std::string Pool::id(size_t row) const {
  return "oc" + std::to_string(::getpid()) + "-" + runtime_.name + std::to_string(row) + "x";
}

void Pool::launch(size_t row) {
  std::array<int, 2> ends = {};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  std::fflush(nullptr);
  const std::string name = id(row);  // with the process id of this process: finish() needs the same
  const pid_t pid = ::fork();
  if (pid == 0) {
    default_interrupts();
    make_dir(directory(row));
    become_case(*cases_[row], Sandbox(runtime_, directory(row), name, run_.parts), ends[1]);
  }
  ::close(ends[1]);
  running_.push_back({.row = row, .pid = pid, .pipe = ends[0], .began = Clock::now(), .said = {}});
}

// False at the end. A container that the case leaked cannot keep the pipe open: it is
// close-on-exec.
bool read_more(Running& one) {
  std::array<char, 4096> buffer = {};
  const ssize_t got = ::read(one.pipe, buffer.data(), buffer.size());
  if (got > 0) one.said.append(buffer.data(), static_cast<size_t>(got));
  return got > 0;
}

// Waits briefly for output or the end of any case, and ends those that timed out.
void Pool::step() {
  std::vector<pollfd> waiting;
  for (const Running& one : running_) {
    waiting.push_back({.fd = one.pipe, .events = POLLIN, .revents = 0});
  }
  ::poll(waiting.data(), waiting.size(), 100);
  for (size_t at = waiting.size(); at-- > 0;) {
    Running& one = running_[at];
    const bool late = Clock::now() - one.began > std::chrono::seconds(cases_[one.row]->seconds);
    if (!late && (waiting[at].revents == 0 || read_more(one))) continue;
    finish(one);
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

void Pool::finish(Running& one) {
  kill_descendants(one.pid);
  ::kill(one.pid, SIGKILL);
  ::waitpid(one.pid, nullptr, 0);
  ::close(one.pipe);
  results_[one.row] = result_of(one, *cases_[one.row]);
  remove_cgroups(id(one.row));
  if (run_.keep && results_[one.row].verdict == Verdict::kFailed) {
    results_[one.row].reason += " [kept in " + directory(one.row) + "]";
  } else {
    remove_tree(directory(one.row));
  }
}

// The signal may have reached the cases, too. What they leave is a child of this process then.
void Pool::end_all() {
  for (const Running& one : running_)
    ::kill(one.pid, SIGKILL);
  kill_descendants(::getpid());
  for (const Running& one : running_) {
    ::close(one.pipe);
    remove_cgroups(id(one.row));
    if (!run_.keep) remove_tree(directory(one.row));
  }
  running_.clear();
}

}  // namespace

std::vector<Result> run_cases(const Run& run, const Runtime& runtime,
                              const std::vector<const Case*>& cases) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  return Pool(run, runtime, cases).work();
}

}  // namespace oci::conformance

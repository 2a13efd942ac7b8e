// A child process for a test. It waits to be killed, and the destructor kills and reaps it.
#pragma once

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

namespace oci::testing {

class Child {
 public:
  // Forks a process that pauses forever.
  Child() : pid_(::fork()) {
    if (pid_ == 0) {
      for (;;)
        ::pause();
    }
  }
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      reap();
    }
  }

  pid_t pid() const { return pid_; }

  // Waits for its exit. Returns the status of waitpid(2).
  int reap() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
};

}  // namespace oci::testing

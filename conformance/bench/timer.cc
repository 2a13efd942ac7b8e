// Runs commands and measures them, for `bench`. It is small, because the kernel counts the memory
// of the parent in the peak of a child (getrusage(2), ru_maxrss), and it is a subreaper, as an
// engine's monitor is: it waits for containers.
//
//   timer ERRORS    appends the stderr of all commands to the file ERRORS
//
// Requests on stdin, and one answer each on stdout, "NANOSECONDS CPU-MICROSECONDS PEAK-KIB STATUS":
//   seq N           then N lines: the commands are run one after another, with an answer for each
//   par P N         then N lines: P at a time. One answer: total time, total CPU time, greatest
//   peak, number of failures
// A command is its words, with tabs between. "@wait FILE" waits for the end of the process in a pid
// file, "@kill FILE" kills it before.
#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

namespace {

struct Measured {
  long long nanoseconds = 0, cpu = 0;  // cpu: microseconds
  long peak = 0;                       // KiB
  int status = 0;                      // exit code, or 128 + signal
};

struct Command {
  std::string text;
  std::vector<char*> argv;
};

posix_spawn_file_actions_t streams;

long long now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

long long microseconds(const timeval& time) {
  return time.tv_sec * 1000000LL + time.tv_usec;
}

Measured measured(int status, const rusage& usage) {
  return {0, microseconds(usage.ru_utime) + microseconds(usage.ru_stime), usage.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
}

// With pid -1, for any child. Sets pid to the process that ended, to -1 without one.
Measured wait_for(pid_t& pid) {
  int status = 0;
  rusage usage{};
  pid_t ended;
  while ((ended = wait4(pid, &status, 0, &usage)) < 0 && errno == EINTR) {
  }
  pid = ended;
  return ended < 0 ? Measured{0, 0, 0, 255} : measured(status, usage);
}

pid_t start(Command& command) {
  pid_t pid = -1;
  return posix_spawn(&pid, command.argv[0], &streams, nullptr, command.argv.data(), environ) == 0
             ? pid
             : -1;
}

pid_t read_pid(const char* path) {
  char text[32] = "";
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const bool there = read(file, text, sizeof text - 1) > 0;
  close(file);
  return there ? static_cast<pid_t>(strtol(text, nullptr, 10)) : 0;
}

Measured run(Command& command) {
  const long long began = now();
  pid_t pid;
  if (command.argv[0][0] == '@') {
    pid = read_pid(command.argv[1]);
    if (pid <= 0) return {0, 0, 0, 255};
    if (strcmp(command.argv[0], "@kill") == 0) kill(pid, SIGKILL);
  } else {
    pid = start(command);
    if (pid < 0) return {0, 0, 0, 127};
  }
  Measured result = wait_for(pid);
  result.nanoseconds = now() - began;
  return result;
}

// Children other than the commands are inits of containers: an engine's monitor reaps those too.
Measured run_parallel(std::vector<Command>& commands, size_t width) {
  const long long began = now();
  Measured total;
  std::vector<pid_t> running;
  for (size_t next = 0; next < commands.size() || !running.empty();) {
    if (next < commands.size() && running.size() < width) {
      const pid_t pid = start(commands[next++]);
      if (pid < 0) {
        total.status++;
      } else {
        running.push_back(pid);
      }
      continue;
    }
    pid_t pid = -1;
    const Measured one = wait_for(pid);
    if (pid < 0) break;
    if (std::erase(running, pid) == 0) continue;
    total.cpu += one.cpu;
    total.peak = one.peak > total.peak ? one.peak : total.peak;
    total.status += one.status != 0;
  }
  total.nanoseconds = now() - began;
  return total;
}

void answer(const Measured& one) {
  printf("%lld %lld %ld %d\n", one.nanoseconds, one.cpu, one.peak, one.status);
}

bool read_line(std::string& line) {
  line.clear();
  int byte;
  while ((byte = getchar()) != EOF && byte != '\n')
    line.push_back(static_cast<char>(byte));
  return byte != EOF;
}

bool read_command(Command& command) {
  if (!read_line(command.text) || command.text.empty()) return false;
  char* rest = command.text.data();
  while (char* words = strsep(&rest, "\t"))
    command.argv.push_back(words);
  command.argv.push_back(nullptr);
  return true;
}

bool serve(const std::string& request) {
  unsigned width = 0, count = 0;
  const bool parallel = sscanf(request.c_str(), "par %u %u", &width, &count) == 2;
  if (!parallel && sscanf(request.c_str(), "seq %u", &count) != 1) return false;
  std::vector<Command> commands(count);
  for (Command& command : commands)
    if (!read_command(command)) return false;
  if (parallel) {
    answer(run_parallel(commands, width));
  } else {
    for (Command& command : commands)
      answer(run(command));
  }
  fflush(stdout);
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fputs("usage: timer ERRORS\n", stderr);
    return 2;
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  posix_spawn_file_actions_init(&streams);
  posix_spawn_file_actions_addopen(&streams, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&streams, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&streams, 2, argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::string request;
  while (read_line(request))
    if (!serve(request)) return 1;
  return 0;
}

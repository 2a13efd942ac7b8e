#include "conformance/probe/facts.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

extern char** environ;

namespace oci::conformance::probe {
namespace {

bool first = true;

void key(const char* name) {
  std::printf("%s\n  \"%s\": ", first ? "{" : ",", name);
  first = false;
}

void print_text(const std::string& text) {
  std::putchar('"');
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\') {
      std::printf("\\%c", c);
    } else if (c < 0x20 || c >= 0x7f) {
      std::printf("\\u%04x", c);
    } else {
      std::putchar(c);
    }
  }
  std::putchar('"');
}

void fact(const char* name, const std::string& text) {
  key(name);
  print_text(text);
}

void fact(const char* name, long long number) {
  key(name);
  std::printf("%lld", number);
}

void fact(const char* name, const std::vector<std::string>& words) {
  key(name);
  const char* before = "[";
  for (const std::string& word : words) {
    std::fputs(before, stdout);
    print_text(word);
    before = ", ";
  }
  std::fputs(words.empty() ? "[]" : "]", stdout);
}

std::string read_all(const char* path) {
  std::string text;
  char page[4096];
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  for (ssize_t got = 0; fd >= 0 && (got = ::read(fd, page, sizeof page)) > 0;) {
    text.append(page, static_cast<size_t>(got));
  }
  if (fd >= 0) ::close(fd);
  return text;
}

std::vector<std::string> read_lines(const char* path) {
  std::vector<std::string> found;
  const std::string text = read_all(path);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    found.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return found;
}

std::string link_of(const std::string& path) {
  char target[4096];
  const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
  return size < 0 ? "" : std::string(target, static_cast<size_t>(size));
}

std::vector<std::string> names_in(const char* directory) {
  std::vector<std::string> names;
  DIR* open = ::opendir(directory);
  while (const dirent* entry = open ? ::readdir(open) : nullptr) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  if (open) ::closedir(open);
  std::sort(names.begin(), names.end());
  return names;
}

// The value of a line of /proc/self/status.
std::string status_of(const std::string& name) {
  for (const std::string& line : read_lines("/proc/self/status")) {
    if (line.compare(0, name.size() + 1, name + ":") != 0) continue;
    const size_t begin = line.find_first_not_of(" \t", name.size() + 1);
    return begin == line.npos ? "" : line.substr(begin);
  }
  return "";
}

void identity() {
  fact("pid", ::getpid());
  fact("ppid", ::getppid());
  fact("sid", ::getsid(0));
  fact("pgid", ::getpgid(0));
  fact("uid", status_of("Uid"));
  fact("gid", status_of("Gid"));
  gid_t groups[1024];
  const int count = ::getgroups(1024, groups);
  std::vector<std::string> words;
  for (int i = 0; i < count; ++i)
    words.push_back(std::to_string(groups[i]));
  fact("groups", words);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  fact("umask", mask);
  fact("cwd", link_of("/proc/self/cwd"));
  fact("uid_map", read_lines("/proc/self/uid_map"));
  fact("gid_map", read_lines("/proc/self/gid_map"));
  fact("setgroups", read_lines("/proc/self/setgroups"));
}

void privileges() {
  for (const char* name : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    fact(name, status_of(name));
  }
  fact("no_new_privs", status_of("NoNewPrivs"));
  fact("signals", status_of("SigBlk") + " " + status_of("SigIgn"));
  fact("seccomp", status_of("Seccomp"));
  fact("dumpable", ::access("/proc/self/environ", R_OK) == 0 ? 1 : 0);
  fact("oom_score_adj", std::atoll(read_all("/proc/self/oom_score_adj").c_str()));
  fact("loginuid", read_all("/proc/self/loginuid"));
  fact("personality", ::personality(0xffffffff));
}

void limits() {
  static constexpr struct {
    const char* name;
    __rlimit_resource which;
  } kLimits[] = {
      {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
      {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
      {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
      {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
      {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
      {"stack", RLIMIT_STACK}};
  key("limits");
  const char* before = "{";
  for (const auto& one : kLimits) {
    rlimit limit = {};
    ::getrlimit(one.which, &limit);
    std::printf("%s\"%s\": \"%llu %llu\"", before, one.name,
                static_cast<unsigned long long>(limit.rlim_cur),
                static_cast<unsigned long long>(limit.rlim_max));
    before = ", ";
  }
  std::putchar('}');
}

void namespaces() {
  key("namespaces");
  const char* before = "{";
  for (const char* name : {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}) {
    std::printf("%s\"%s\": \"%s\"", before, name,
                link_of(std::string("/proc/self/ns/") + name).c_str());
    before = ", ";
  }
  std::putchar('}');
  timespec monotonic = {}, boot = {};
  ::clock_gettime(CLOCK_MONOTONIC, &monotonic);
  ::clock_gettime(CLOCK_BOOTTIME, &boot);
  fact("monotonic", monotonic.tv_sec);
  fact("boottime", boot.tv_sec);
}

void descriptors() {
  key("fds");
  const char* before = "{";
  const int own = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::string self = std::to_string(own);
  DIR* open = ::fdopendir(own);
  while (const dirent* entry = open ? ::readdir(open) : nullptr) {
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || name == self) continue;
    std::printf("%s\"%s\": ", before, name.c_str());
    print_text(link_of("/proc/self/fd/" + name));
    before = ", ";
  }
  std::fputs(*before == '{' ? "{}" : "}", stdout);
  if (open) ::closedir(open);
  winsize size = {};
  fact("tty", ::isatty(0) + ::isatty(1) + ::isatty(2));
  const bool sized = ::ioctl(0, TIOCGWINSZ, &size) == 0;
  fact("winsize", sized ? std::to_string(size.ws_row) + " " + std::to_string(size.ws_col) : "");
}

void surroundings(int argc, char** argv) {
  utsname name = {};
  ::uname(&name);
  fact("hostname", std::string(name.nodename));
  fact("domainname", std::string(name.domainname));
  std::vector<std::string> words;
  for (char** variable = environ; *variable; ++variable)
    words.emplace_back(*variable);
  fact("env", words);
  words.assign(argv, argv + argc);
  fact("words", words);
  fact("comm", status_of("Name"));
  fact("mountinfo", read_lines("/proc/self/mountinfo"));
  fact("root", names_in("/"));
  fact("interfaces", names_in("/proc/sys/net/ipv4/conf"));
  fact("cgroup", read_lines("/proc/self/cgroup"));
}

// struct sched_attr of <linux/sched/types.h>, a header that conflicts with <sched.h>.
struct Scheduled {
  unsigned size, policy;
  unsigned long long flags;
  int nice;
  unsigned priority;
  unsigned long long runtime, deadline, period;
};

// "POLICY NICE PRIORITY RUNTIME DEADLINE PERIOD FLAGS" of sched_getattr(2), "CLASS LEVEL" of
// ioprio_get(2), and "MODE NODES" of get_mempolicy(2) with the nodes as a bit mask.
void scheduling() {
  fact("policy", ::sched_getscheduler(0));
  fact("nice", ::getpriority(PRIO_PROCESS, 0));
  Scheduled seen = {};
  ::syscall(SYS_sched_getattr, 0, &seen, sizeof seen, 0);
  std::string text = std::to_string(seen.policy) + " " + std::to_string(seen.nice) + " " +
                     std::to_string(seen.priority);
  for (const unsigned long long value : {seen.runtime, seen.deadline, seen.period, seen.flags})
    text.append(1, ' ').append(std::to_string(value));
  fact("scheduler", text);
  const long io = ::syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, 0);
  fact("io_priority", std::to_string(io >> 13) + " " + std::to_string(io & 7));
  int mode = -1;
  unsigned long nodes[16] = {};
  ::syscall(SYS_get_mempolicy, &mode, nodes, sizeof nodes * 8, nullptr, 0);
  fact("memory_policy", std::to_string(mode) + " " + std::to_string(nodes[0]));
  fact("machine", [] {
    utsname name = {};
    ::uname(&name);
    return std::string(name.machine);
  }());
  fact("apparmor", read_all("/proc/self/attr/apparmor/current"));
  fact("cpus", status_of("Cpus_allowed_list"));
}

}  // namespace

void print_names(const char* directory) {
  for (const std::string& name : names_in(directory))
    std::printf("%s\n", name.c_str());
}

int print_facts(int count, char** words) {
  identity();
  privileges();
  limits();
  namespaces();
  descriptors();
  surroundings(count, words);
  scheduling();
  std::printf("\n}\n");
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace oci::conformance::probe

#include "runtime/sys/trace.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include "runtime/sys/deadline.h"
#include "runtime/sys/file.h"
#include "runtime/sys/log.h"
#include "runtime/sys/self_status.h"
#include "runtime/sys/unique_fd.h"

namespace oci::sys {

class Trace {
 public:
  Trace(UniqueFd opened, std::string of) : file(std::move(opened)), name(std::move(of)) {}

  UniqueFd file;
  std::string name;    // for errors: "--trace: 'FILE'"
  std::string events;  // in JSON, with a comma between two
};

namespace detail {
// Never destroyed, as the log.
constinit Trace* the_trace = nullptr;
}  // namespace detail

namespace {

constexpr std::string_view kHead = "[\n";
constexpr std::string_view kTail = "\n]\n";
constexpr std::string_view kBetween = ",\n";
// Another process holds the lock for one write.
constexpr std::chrono::seconds kPatience{5};

// The whole file is one JSON array at any time that nobody writes to it.
Status check_content(int file, const std::string& name, off_t size) {
  char head[kHead.size()];
  char tail[kTail.size()];
  const bool is_trace =
      size >= off_t{kHead.size() + kTail.size()} &&
      ::pread(file, head, sizeof head, 0) == ssize_t{sizeof head} &&
      ::pread(file, tail, sizeof tail, size - off_t{sizeof tail}) == ssize_t{sizeof tail} &&
      std::string_view(head, sizeof head) == kHead && std::string_view(tail, sizeof tail) == kTail;
  if (size == 0 || is_trace) return {};
  return Error(ErrorKind::kUsage, cat(name, " holds something else than a trace; name a new file"));
}

Status lock(int file, const std::string& name) {
  const Deadline deadline = deadline_in(kPatience);
  while (::flock(file, LOCK_EX | LOCK_NB) < 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return Error::system(errno, cat(name, ": lock it"));
    if (poll_timeout(deadline) == 0) {
      return Error(ErrorKind::kBusy, cat(name, ": another process keeps it locked"));
    }
    ::poll(nullptr, 0, 1);
  }
  return {};
}

// The size of the file, under the lock: another process may be in the middle of its write.
Result<off_t> locked_size(int file, const std::string& name) {
  OCI_TRY(lock(file, name));
  const off_t size = ::lseek(file, 0, SEEK_END);
  OCI_TRY(check_content(file, name, size));
  return size;
}

Status append(const Trace& trace) {
  const int file = trace.file.get();
  const off_t size = OCI_TRY(locked_size(file, trace.name));
  const off_t at = size == 0 ? 0 : size - off_t{kTail.size()};
  const std::string text = cat(size == 0 ? kHead : kBetween, trace.events, kTail);
  ::lseek(file, at, SEEK_SET);
  Status written = write_all(file, text, trace.name);
  if (written) return {};
  // A full disk: the spans of earlier commands stay readable.
  ::lseek(file, at, SEEK_SET);
  if (size != 0) (void)write_all(file, kTail, trace.name);
  [[maybe_unused]] const int cut = ::ftruncate(file, size);
  return written;
}

// Microseconds with all their digits.
std::string micros(uint64_t nanoseconds) {
  const uint64_t rest = nanoseconds % 1000;
  return cat(nanoseconds / 1000, rest < 10 ? ".00" : rest < 100 ? ".0" : ".", rest);
}

void add_event(std::string_view event) {
  std::string& events = detail::the_trace->events;
  if (!events.empty()) events += kBetween;
  events += event;
}

pid_t pid_or_own(pid_t pid) {
  return pid != 0 ? pid : own_pid();
}

}  // namespace

Status open_trace(std::string_view said_by, const std::string& file) {
  const std::string name = cat(said_by, ": '", file, "'");
  UniqueFd opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644));
  if (!opened) return cannot_open_for_appending(errno, said_by, file);
  struct stat info = {};
  if (::fstat(opened.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return Error(ErrorKind::kUsage, cat(name, " is not a regular file; name a new file"));
  }
  OCI_TRY(locked_size(opened.get(), name));
  ::flock(opened.get(), LOCK_UN);
  delete std::exchange(detail::the_trace, new Trace(std::move(opened), name));
  return {};
}

Status write_trace() {
  const Trace* const trace = std::exchange(detail::the_trace, nullptr);
  if (trace == nullptr) return {};
  Status written = trace->events.empty() ? Status() : append(*trace);
  delete trace;
  return written;
}

void write_trace_before(std::string_view program) {
  if (!tracing()) return;
  const uint64_t now = trace_clock();
  add_interval({.name = "execute", .about = program, .begin = now, .end = now});
  (void)write_trace();
}

uint64_t trace_clock() {
  timespec now = {};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

void name_process(pid_t pid, std::string_view name) {
  if (!tracing()) return;
  std::string event =
      cat(R"({"ph":"M","name":"process_name","pid":)", pid_or_own(pid), R"(,"args":{"name":")");
  append_quoted(event, name);
  add_event(cat(event, "\"}}"));
}

void add_interval(const Interval& one) {
  if (!tracing()) return;
  const pid_t pid = pid_or_own(one.pid);
  std::string event = R"({"ph":"X","name":")";
  append_quoted(event, one.name);
  event += cat("\",\"pid\":", pid, ",\"tid\":", pid, ",\"ts\":", micros(one.begin),
               ",\"dur\":", micros(one.end < one.begin ? 0 : one.end - one.begin));
  if (!one.about.empty()) {
    event += R"(,"args":{"about":")";
    append_quoted(event, one.about);
    event += "\"}";
  }
  add_event(cat(event, "}"));
}

void Span::begin(std::string_view name, std::string_view about) {
  name_ = name;
  about_ = about;
  begin_ = trace_clock();
}

void Span::end() {
  add_interval({.name = name_, .about = about_, .begin = begin_, .end = trace_clock()});
}

}  // namespace oci::sys

// The trace of `--trace`: spans of time in the trace event format, which Perfetto and Chrome read
// (runtime/docs/tracing.md).
//
// Without a trace a Span is a test of one pointer: no system call, no memory.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "spec/error.h"

namespace oci::sys {

class Trace;
namespace detail {
extern constinit Trace* the_trace;  // none: off
}

inline bool tracing() {
  return detail::the_trace != nullptr;
}

// Opens `file` for the spans of this process, and creates it if it is missing. `said_by`: the
// option or variable that names it, for the error.
Status open_trace(std::string_view said_by, const std::string& file);

// Appends the spans to the file and ends the trace. Other processes may do the same meanwhile.
Status write_trace();
// The same before this process executes another program, which opens a trace of its own.
void write_trace_before(std::string_view program);

// CLOCK_MONOTONIC in nanoseconds.
uint64_t trace_clock();

// The name of a process in the trace. 0: this one.
void name_process(pid_t pid, std::string_view name);

struct Interval {
  pid_t pid = 0;  // 0: this process
  std::string_view name;
  std::string_view about = {};  // the object, such as a path. Empty: none
  uint64_t begin = 0;
  uint64_t end = 0;
};
void add_interval(const Interval& one);

// A step of this process, from here to the end of the scope. `name` and `about` outlive it.
class [[nodiscard]] Span {
 public:
  explicit Span(std::string_view name, std::string_view about = {}) {
    if (tracing()) begin(name, about);
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;
  ~Span() {
    if (begin_ != 0) end();
  }

 private:
  void begin(std::string_view name, std::string_view about);
  void end();

  uint64_t begin_ = 0;
  std::string_view name_, about_;
};

}  // namespace oci::sys

#include "runtime/sys/proc.h"

#include <fcntl.h>

#include <array>
#include <charconv>
#include <span>

#include "runtime/sys/file.h"
#include "runtime/sys/short_file.h"

namespace oci::sys {
namespace {

Result<std::string_view> read_small(const std::string& path, std::span<char> buffer) {
  const UniqueFd fd = OCI_TRY(open_at(AT_FDCWD, path, O_RDONLY));
  return read_short(fd.get(), path, buffer);
}

// The blank-separated field `index` of `text`, counted from 0. "" past the end.
std::string_view field(std::string_view text, int index) {
  for (; index > 0; --index) {
    const size_t blank = text.find(' ');
    if (blank == text.npos) return {};
    text.remove_prefix(blank + 1);
  }
  return text.substr(0, text.find_first_of(" \n"));
}

}  // namespace

Result<ProcessStat> parse_process_stat(std::string_view text) {
  // "PID (NAME) STATE PPID ...": the name may contain parentheses, so search the last one.
  const size_t name_end = text.rfind(") ");
  if (name_end == text.npos) return Error::system(EPROTO, "read a process's stat");
  const std::string_view rest = text.substr(name_end + 2);
  constexpr int kStartTime = 22 - 3;  // proc_pid_stat(5) counts from 1. The state is number 3
  const std::string_view state = field(rest, 0);
  const std::string_view start = field(rest, kStartTime);

  ProcessStat stat;
  const auto [end, bad] =
      std::from_chars(start.data(), start.data() + start.size(), stat.start_time);
  if (state.size() != 1 || bad != std::errc() || end != start.data() + start.size()) {
    return Error::system(EPROTO, "read a process's stat");
  }
  stat.state = state[0];
  return stat;
}

Result<ProcessStat> read_process_stat(pid_t pid) {
  std::array<char, 2048> buffer;
  Result<std::string_view> text = read_small(cat("/proc/", pid, "/stat"), buffer);
  if (!text) {
    // ESRCH: it was reaped between open and read.
    const int err = text.error().sys_errno();
    if (err == ENOENT || err == ESRCH) {
      return Error(ErrorKind::kNotFound, cat("process ", pid, " has ended"));
    }
    return std::move(text).error();
  }
  return parse_process_stat(text.value()).during(cat("process ", pid));
}

std::string wait_channel(pid_t pid) {
  std::array<char, 2048> buffer;
  const Result<std::string_view> text = read_small(cat("/proc/", pid, "/wchan"), buffer);
  if (!text || text.value() == "0") return {};
  return std::string(text.value());
}

Result<std::string> boot_id() {
  constexpr size_t kLength = 36;
  static std::string known;  // it stays the same as long as this process lives
  if (!known.empty()) return known;
  std::array<char, 128> buffer;
  const std::string_view text = OCI_TRY(read_small("/proc/sys/kernel/random/boot_id", buffer));
  if (text.size() < kLength) return Error::system(EPROTO, "read the boot id");
  known = text.substr(0, kLength);
  return known;
}

}  // namespace oci::sys

#include "runtime/sys/self_status.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>

#include "runtime/sys/unique_fd.h"

namespace oci::sys {
namespace {

// Once it was read.
constinit const SelfStatus* known_status = nullptr;

// The mask of a line such as "SigIgn:\t0000000000001000".
std::optional<uint64_t> mask(std::string_view text, std::string_view line) {
  const size_t at = text.find(line);
  if (at == text.npos) return std::nullopt;
  text.remove_prefix(at + line.size());
  uint64_t bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits, 16);
  const bool whole = error == std::errc() && end != text.data() + text.size() && *end == '\n';
  return whole ? std::optional(bits) : std::nullopt;
}

// The last number of "NSpid:\t4321\t12": the number in the innermost pid namespace.
pid_t own_number(std::string_view text) {
  constexpr std::string_view kLine = "\nNSpid:";
  const size_t at = text.find(kLine);
  if (at == text.npos) return 0;
  const std::string_view line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  const std::string_view digits = line.substr(line.rfind('\t') + 1);
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  return error == std::errc() && end == digits.data() + digits.size() ? pid : 0;
}

SelfStatus read_self_status() {
  std::array<char, 8192> buffer;  // the list of groups may make it longer: then nothing is known
  const UniqueFd fd(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  const ssize_t got = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : 0;
  return parse_self_status({buffer.data(), got > 0 ? static_cast<size_t>(got) : 0});
}

std::optional<bool> look_at_user_namespace() {
  constexpr ino_t kInitial = 0xeffffffd;  // PROC_USER_INIT_INO of the kernel's proc_ns.h
  struct stat info = {};
  if (::stat("/proc/self/ns/user", &info) != 0) return std::nullopt;
  return info.st_ino == kInitial;
}

}  // namespace

SelfStatus parse_self_status(std::string_view text) {
  SelfStatus status;
  status.pid = own_number(text);
  if (const auto bits = mask(text, "\nSigIgn:\t")) status.ignored_signals = *bits;
  status.permitted = mask(text, "\nCapPrm:\t");
  status.bounding = mask(text, "\nCapBnd:\t");
  status.has_ids_of_root = text.find("\nUid:\t0\t0\t0\t0\n") != text.npos &&
                           text.find("\nGid:\t0\t0\t0\t0\n") != text.npos;
  return status;
}

const SelfStatus& self_status() {
  static const SelfStatus status = read_self_status();
  known_status = &status;
  return status;
}

uid_t own_uid() {
  static const uid_t uid = ::geteuid();
  return uid;
}

gid_t own_gid() {
  static const gid_t gid = ::getegid();
  return gid;
}

pid_t own_pid() {
  static const pid_t pid =
      known_status != nullptr && known_status->pid != 0 ? known_status->pid : ::getpid();
  return pid;
}

void keep_children_waitable() {
  if ((self_status().ignored_signals >> (SIGCHLD - 1) & 1) != 0) ::signal(SIGCHLD, SIG_DFL);
}

std::optional<bool> in_initial_user_namespace() {
  static const std::optional<bool> initial = look_at_user_namespace();
  return initial;
}

}  // namespace oci::sys

#include "runtime/criu/streams.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>

#include "runtime/sys/file.h"
#include "third_party/rapidjson.h"

namespace oci::criu {
namespace {

constexpr int kStreams = 3;
constexpr std::string_view kExternal[] = {"file[", "tty["};
constexpr unsigned kFirstPtySlave = 136, kLastPtySlave = 143;  // devices.txt of the kernel

std::string hexadecimal(uint64_t number) {
  char digits[16];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof digits, number, 16);
  return {digits, end.ptr};
}

// proc_pid_fdinfo(5). "": the kernel does not tell.
std::string mount_of(pid_t pid, int fd) {
  const Result<std::string> info =
      sys::read_file_at(AT_FDCWD, cat("/proc/", pid, "/fdinfo/", fd), size_t{1} << 16);
  if (!info) return {};
  constexpr std::string_view kKey = "mnt_id:";
  const std::string_view text = info.value();
  const size_t at = text.find(kKey);
  if (at == text.npos) return {};
  std::string_view value = text.substr(at + kKey.size());
  value = value.substr(0, value.find('\n'));
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  return std::string(value);
}

bool is_terminal(const struct stat& info) {
  const unsigned type = major(info.st_rdev);
  return S_ISCHR(info.st_mode) && type >= kFirstPtySlave && type <= kLastPtySlave;
}

// Absent: the descriptor is closed.
Result<std::string> name_of(pid_t pid, int fd, const std::vector<MountLine>& inside) {
  const std::string link = cat("/proc/", pid, "/fd/", fd);
  char target[PATH_MAX];
  const ssize_t length = ::readlink(link.c_str(), target, sizeof target);
  if (length < 0 && errno == ENOENT) return std::string();
  if (length < 0) return Error::system(errno, cat("read '", link, "'"));
  std::string name(target, static_cast<size_t>(length));
  if (!name.starts_with('/')) return name;
  const std::string mount = mount_of(pid, fd);
  const bool reachable =
      std::ranges::any_of(inside, [&mount](const MountLine& line) { return line.id == mount; });
  struct stat info = {};
  if (mount.empty() || reachable || ::stat(link.c_str(), &info) != 0) return name;
  if (is_terminal(info)) {
    return cat("tty[", hexadecimal(info.st_rdev), ":", hexadecimal(info.st_dev), "]");
  }
  uint64_t number = 0;
  std::from_chars(mount.data(), mount.data() + mount.size(), number);
  return cat("file[", hexadecimal(number), ":", hexadecimal(info.st_ino), "]");
}

}  // namespace

Result<std::vector<std::string>> streams_of(pid_t pid, const std::vector<MountLine>& inside) {
  std::vector<std::string> names;
  for (int fd = 0; fd < kStreams; ++fd)
    names.push_back(OCI_TRY(name_of(pid, fd, inside)));
  return names;
}

bool is_external(std::string_view name) {
  return std::ranges::any_of(kExternal, [name](auto prefix) { return name.starts_with(prefix); });
}

bool can_be_inherited(std::string_view name) {
  return name.starts_with("pipe:") || is_external(name);
}

std::string streams_json(const std::vector<std::string>& names) {
  rapidjson::StringBuffer text;
  rapidjson::Writer<rapidjson::StringBuffer> writer(text);
  writer.StartArray();
  for (const std::string& name : names)
    writer.String(name.data(), static_cast<json::Size>(name.size()));
  writer.EndArray();
  return text.GetString();
}

Result<std::vector<std::string>> parse_streams(std::string text) {
  json::Document document;
  document.Parse(text.data(), text.size());
  if (document.HasParseError() || !document.IsArray()) {
    return Error(ErrorKind::kInvalidConfig, cat(kStreamsFile, ": it is no JSON array of texts"));
  }
  std::vector<std::string> names;
  for (const json::Value& name : document.GetArray())
    names.emplace_back(name.IsString() ? name.GetString() : "");
  return names;
}

}  // namespace oci::criu

#include "runtime/tools/users.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

#include "runtime/sys/file.h"
#include "runtime/sys/unique_fd.h"

namespace oci::tools {
namespace {

constexpr size_t kMostBytes = size_t{16} << 20;

Result<std::string> read_below(int root, const char* path) {
  open_how how = {};
  how.flags = O_PATH | O_CLOEXEC;  // opening a device can have effects
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const sys::UniqueFd found(static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how)));
  if (!found && (errno == ENOENT || errno == ENOTDIR)) return std::string();
  if (!found) return Error::system(errno, cat("open the container's '/", path, "'"));
  struct stat info = {};
  struct statfs filesystem = {};
  if (::fstat(found.get(), &info) != 0 || ::fstatfs(found.get(), &filesystem) != 0) {
    return Error::system(errno, cat("inspect the container's '/", path, "'"));
  }
  // Reading some files of procfs has effects.
  if (!S_ISREG(info.st_mode) || filesystem.f_type == PROC_SUPER_MAGIC) {
    return Error(ErrorKind::kUnsupported,
                 cat("the container's '/", path, "' is no regular file; give numbers"));
  }
  const sys::UniqueFd fd =
      OCI_TRY(sys::open_at(AT_FDCWD, cat("/proc/self/fd/", found.get()), O_RDONLY));
  return sys::read_all(fd.get(), cat("the container's '/", path, "'"), kMostBytes);
}

// Calls `visit` with the fields of each line. Lines with fewer fields are skipped.
template <size_t kFields, class Visit>
void for_each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    std::array<std::string_view, kFields> fields;
    size_t count = 0;
    for (; count < kFields; ++count) {
      const size_t end = count + 1 == kFields ? line.size() : line.find(':');
      if (end == line.npos) break;
      fields[count] = line.substr(0, end);
      line.remove_prefix(std::min(end + 1, line.size()));
    }
    if (count == kFields && !fields[0].empty()) visit(fields);
  }
}

// 4294967295 is not a valid id: setresuid(2).
std::optional<uint32_t> number_of(std::string_view text) {
  uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id == UINT32_MAX) return {};
  return id;
}

struct Line {
  std::string name;
  uint32_t uid = 0, gid = 0;
};

// name:password:uid:gid:... The first line that fits counts.
std::optional<Line> passwd_line(std::string_view passwd, std::string_view user) {
  const std::optional<uint32_t> wanted = number_of(user);
  std::optional<Line> found;
  for_each_line<5>(passwd, [&](const auto& fields) {
    const std::optional<uint32_t> uid = number_of(fields[2]), gid = number_of(fields[3]);
    if (found || !uid || !gid) return;
    if (wanted ? *uid == *wanted : fields[0] == user) {
      found = Line{std::string(fields[0]), *uid, *gid};
    }
  });
  return found;
}

bool lists(std::string_view members, std::string_view user) {
  while (!members.empty()) {
    const std::string_view one = members.substr(0, members.find(','));
    members.remove_prefix(std::min(one.size() + 1, members.size()));
    if (one == user) return true;
  }
  return false;
}

// name:password:gid:member,member
std::optional<uint32_t> group_of(std::string_view group, std::string_view name) {
  if (const std::optional<uint32_t> number = number_of(name)) return number;
  std::optional<uint32_t> found;
  for_each_line<4>(group, [&](const auto& fields) {
    if (!found && fields[0] == name) found = number_of(fields[2]);
  });
  return found;
}

void add_groups(std::string_view group, UserIds& ids, std::string_view user) {
  for_each_line<4>(group, [&](const auto& fields) {
    const std::optional<uint32_t> gid = number_of(fields[2]);
    if (gid && *gid != ids.gid && lists(fields[3], user)) ids.groups.push_back(*gid);
  });
  std::ranges::sort(ids.groups);
  ids.groups.erase(std::unique(ids.groups.begin(), ids.groups.end()), ids.groups.end());
}

Error unknown(std::string_view option, std::string_view kind, std::string_view name,
              std::string_view file) {
  return Error(ErrorKind::kUsage, cat("option --", option, ": the container's ", file, " has no ",
                                      kind, " '", name, "'; use a number"));
}

}  // namespace

Result<UserFiles> read_user_files(int root) {
  std::string passwd = OCI_TRY(read_below(root, "etc/passwd"));
  std::string group = OCI_TRY(read_below(root, "etc/group"));
  return UserFiles{.passwd = std::move(passwd), .group = std::move(group)};
}

Result<UserIds> find_user(const UserFiles& files, std::string_view option, std::string_view text) {
  const size_t colon = text.find(':');
  const std::string_view user = text.substr(0, colon);
  const std::optional<uint32_t> number = number_of(user);
  const std::optional<Line> line = passwd_line(files.passwd, user);
  if (!number && !line) return unknown(option, "user", user, "/etc/passwd");
  UserIds ids{.uid = line ? line->uid : *number, .gid = line ? line->gid : 0};
  if (colon == text.npos) {
    if (line) add_groups(files.group, ids, line->name);
    return ids;
  }
  const std::string_view group = text.substr(colon + 1);
  const std::optional<uint32_t> gid = group_of(files.group, group);
  if (!gid) return unknown(option, "group", group, "/etc/group");
  ids.gid = *gid;
  return ids;
}

}  // namespace oci::tools

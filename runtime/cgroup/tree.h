// Operations on the cgroup v2 tree by descriptor. Internal to this folder.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cgroup/layout.h"
#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::cgroup {

// Marks a parent directory made by some create(): the last container that leaves it removes it.
inline constexpr char kMadeMark[] = "user.oci-rt";

// The cgroup for a caller that must leave its own: own.h.
inline constexpr char kCallerCgroup[] = "oci-rt.caller";

struct Events {
  bool populated = false;  // a process lives in or below it
  bool frozen = false;
};

Result<sys::UniqueFd> open_mount(const Layout& layout);

// `path`: from resolve_cgroups_path(). "" is the mount itself. Never leaves the tree.
Result<sys::UniqueFd> open_cgroup(int mount, std::string_view path);

// Opens a control file, or a directory in or below a container's cgroup. If its owner has closed it
// with chmod(2), and the caller is the owner (as the container may be), reopens it first.
Result<sys::UniqueFd> open_control(int dir, const char* file, int flags);
Result<sys::UniqueFd> open_closed(int top, std::string_view path);

// Whether an error of open_cgroup() or of a control file means that the directory was removed.
bool is_gone(const Error& error);

// "/a/b": 2.
unsigned depth_of(std::string_view path);
// The first `count` components: prefix_of("/a/b/c", 2) is "/a/b".
std::string_view prefix_of(std::string_view path, unsigned count);

// Reads the whole file, of any length.
Result<std::string> read_control(int dir, const char* file);
Events parse_events(std::string_view text);
uint64_t oom_kills_in(std::string_view memory_events);
// Is `word` one of the blank-separated words of `list`?
bool has_word(std::string_view list, std::string_view word);

// The path in the text of a /proc/PID/cgroup. cgroups(7): "0::PATH" is the line of the v2 tree.
std::string_view v2_path(std::string_view text);

// The names of directories inside, at most `limit`.
Result<std::vector<std::string>> children_of(int dir, size_t limit);

// The page sizes in the names of its hugetlb files: "2MB".
Result<std::vector<std::string>> page_sizes_of(int dir);

// The pids in and below `dir`, ascending. None if the directory vanishes meanwhile.
Result<std::vector<pid_t>> processes_below(int dir);

}  // namespace oci::cgroup

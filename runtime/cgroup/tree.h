// Steps in the cgroup v2 tree, by descriptor. For this folder alone.
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

// Marks a parent directory that some create() made, so that whoever leaves it last removes it.
inline constexpr char kMadeMark[] = "user.oci-rt";

// Where a caller goes that must leave its own cgroup: own.h.
inline constexpr char kAside[] = "oci-rt.caller";

// Whose a container's cgroup is, kept with the cgroup itself: its path says nothing, once it was
// removed and made again, or taken over by another container after this one had ended.
// A Location's owner, with kMadeSuffix where some create() made it, so that the last owner removes
// it.
inline constexpr std::string_view kMadeSuffix = " made";
Result<std::optional<std::string>> read_mark(int dir);
Status write_mark(int dir, std::string_view mark);  // "": removes it

struct Events {
  bool populated = false;  // a process lives in or below it
  bool frozen = false;
};

Result<sys::UniqueFd> open_mount(const Layout& layout);

// `path` as place() makes it; "" is the mount itself. Never leaves the tree.
Result<sys::UniqueFd> open_cgroup(int mount, std::string_view path);

// An error of open_cgroup() or of a control file that says that the directory was removed.
bool is_gone(const Error& error);

// "/a/b": 2.
unsigned depth_of(std::string_view path);
// The first `count` components: prefix_of("/a/b/c", 2) is "/a/b".
std::string_view prefix_of(std::string_view path, unsigned count);

// Whole, whatever its length.
Result<std::string> read_control(int dir, const char* file);
Events parse_events(std::string_view text);
uint64_t oom_kills_in(std::string_view memory_events);
// Is `word` one of the blank-separated words of `list`?
bool has_word(std::string_view list, std::string_view word);

// Of the text of a /proc/PID/cgroup: cgroups(7) has "0::PATH" as the line of the v2 tree.
std::string_view v2_path(std::string_view text);

// The names of directories inside; at most `limit`.
Result<std::vector<std::string>> children_of(int dir, size_t limit);

// Of the hugetlb files that it has, as their names have it: "2MB".
Result<std::vector<std::string>> page_sizes_of(int dir);

// The pids in and below `dir`, ascending. A directory that vanishes meanwhile has none.
Result<std::vector<pid_t>> processes_below(int dir);

}  // namespace oci::cgroup

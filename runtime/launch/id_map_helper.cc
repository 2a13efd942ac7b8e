#include "runtime/launch/id_map_helper.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/launch/sub_ids.h"
#include "runtime/sys/file.h"
#include "runtime/sys/program.h"
#include "runtime/sys/spawn.h"
#include "runtime/sys/trace.h"
#include "runtime/sys/user_name.h"

namespace oci::launch {
namespace {

constexpr int64_t kPatienceSeconds = 10;

// Searches the caller's PATH, because only the caller's own rights are at stake, and then the usual
// directories.
std::string find_helper(std::string_view name) {
  const char* const path = std::getenv("PATH");
  return sys::find_program(name, cat(path == nullptr ? "" : path,
                                     ":/usr/bin:/bin:/usr/sbin:/usr/local/bin:/run/wrappers/bin"));
}

// The last line of its output.
std::string last_line(std::string_view output) {
  while (output.ends_with('\n'))
    output.remove_suffix(1);
  return std::string(output.substr(output.rfind('\n') + 1));
}

std::string why_refused(IdKind kind, std::span<const spec::IdMapping> mappings,
                        const std::string& property) {
  const bool is_uid = kind == IdKind::kUid;
  const char* const file = is_uid ? "/etc/subuid" : "/etc/subgid";
  const Result<std::string> text = sys::read_file_at(AT_FDCWD, file, size_t{16} << 20);
  std::string user = sys::user_name(::getuid());
  if (user.starts_with('#')) user.erase(0, 1);  // a line may name a uid by its number
  return missing_grants({.property = property,
                         .file = file,
                         .text = text ? std::string_view(text.value()) : "",
                         .user = std::move(user),
                         .uid = ::getuid(),
                         .own_id = is_uid ? ::getuid() : ::getgid(),
                         .mappings = mappings});
}

// The path of newuidmap(1) or newgidmap(1).
Result<std::string> helper_of(IdKind kind, const std::string& property) {
  const std::string_view name = kind == IdKind::kUid ? "newuidmap" : "newgidmap";
  std::string path = find_helper(name);
  if (!path.empty()) return path;
  return Error(ErrorKind::kUnsupported, Property{property},
               cat("an ordinary user maps more than their own id with ", name,
                   ", which is not installed; install it (Debian: uidmap, others: shadow-utils), "
                   "or map your own id only: oci-rt spec --rootless"));
}

}  // namespace

bool has_id_map_helpers() {
  return !find_helper("newuidmap").empty() && !find_helper("newgidmap").empty();
}

Status check_id_map_helper(IdKind kind, std::span<const spec::IdMapping> mappings,
                           const std::string& property) {
  OCI_TRY(helper_of(kind, property));
  std::string why = why_refused(kind, mappings, property);
  if (why.empty()) return {};
  return Error(ErrorKind::kInvalidConfig, std::move(why));
}

Status run_id_map_helper(IdKind kind, pid_t pid, std::span<const spec::IdMapping> mappings,
                         const std::string& property) {
  const std::string_view name = kind == IdKind::kUid ? "newuidmap" : "newgidmap";
  const std::string path = OCI_TRY(helper_of(kind, property));
  sys::Command command{.path = path, .argv = {std::string(name), std::to_string(pid)}};
  for (const spec::IdMapping& mapping : mappings) {
    for (const uint32_t number : {mapping.container_id, mapping.host_id, mapping.size})
      command.argv.push_back(std::to_string(number));
  }
  command.env = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
  command.timeout_seconds = kPatienceSeconds;
  const sys::Span span("run the helper for id maps", path);
  const sys::Finished finished = OCI_TRY(sys::run_program(command).during(path).at({property}));
  if (finished.timed_out) {
    return Error(ErrorKind::kSystem, Property{property},
                 cat(path, " did not end within ", kPatienceSeconds, " s"));
  }
  if (finished.wait_status == 0) return {};
  if (std::string why = why_refused(kind, mappings, property); !why.empty()) {
    return Error(ErrorKind::kInvalidConfig, std::move(why));
  }
  std::string said = last_line(finished.output);
  if (said.empty()) said = cat("it ends with status ", finished.wait_status);
  return Error(ErrorKind::kSystem, Property{property}, cat(path, " fails: ", said));
}

}  // namespace oci::launch

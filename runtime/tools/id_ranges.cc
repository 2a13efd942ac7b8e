#include "runtime/tools/id_ranges.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/launch/id_map_helper.h"
#include "runtime/launch/sub_ids.h"
#include "runtime/sys/file.h"
#include "runtime/sys/user_name.h"

namespace oci::tools {
namespace {

// The largest range, and at most as many ids as fit beside root.
void add_grant(const char* file, const std::string& user, IdRange& range) {
  const Result<std::string> text = sys::read_file_at(AT_FDCWD, file, size_t{16} << 20);
  if (!text) return;
  for (const launch::SubIds& one : launch::sub_ids_of(text.value(), user, ::getuid())) {
    if (one.count <= range.count || one.first > UINT32_MAX) continue;
    range.first = one.first;
    range.count = std::min({one.count, uint64_t{UINT32_MAX} - one.first, uint64_t{UINT32_MAX} - 1});
  }
}

}  // namespace

UserNamespace granted_ids() {
  UserNamespace ids = {.uids = {.own = ::geteuid()}, .gids = {.own = ::getegid()}};
  if (!launch::has_id_map_helpers()) return ids;
  const std::string user = sys::user_name(::getuid());
  add_grant("/etc/subuid", user, ids.uids);
  add_grant("/etc/subgid", user, ids.gids);
  // One of the two alone is a mistake of the administrator: nothing could use it.
  if (ids.uids.count == 0 || ids.gids.count == 0) ids.uids.count = ids.gids.count = 0;
  return ids;
}

}  // namespace oci::tools

// Id mappings of the user namespace and of mounts. The ids of the process must be mapped:
// config-linux.md#user-namespace-mappings, user_namespaces(7).
#include <limits>
#include <span>

#include "spec/validate/checks.h"
#include "spec/validate/lexical.h"

namespace oci::spec {
namespace {

using Mappings = std::vector<IdMapping>;

// The last id is (uid_t)-1, which means "none" and is never mapped.
constexpr uint64_t kIds = std::numeric_limits<uint32_t>::max();
constexpr size_t kMostMappings = 340;  // UID_GID_MAP_MAX_EXTENTS of the kernel

struct Side {
  const char* key;
  uint32_t IdMapping::*first;
};
constexpr Side kSides[] = {{"containerID", &IdMapping::container_id},
                           {"hostID", &IdMapping::host_id}};

void check_overlaps(const Mappings& mappings, const std::string& path, const Side& side,
                    Diagnostics& out) {
  std::vector<size_t> order(mappings.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto first = [&](size_t i) -> uint64_t { return mappings[i].*side.first; };
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return first(a) < first(b); });
  for (size_t k = 1; k < order.size(); ++k) {
    const size_t before = order[k - 1];
    if (first(before) + mappings[before].size <= first(order[k])) continue;
    out.add(child_path(child_path(path, std::max(before, order[k])), side.key),
            cat("expected ranges that do not overlap, found an overlap with [",
                std::min(before, order[k]), "]"),
            Code::kIdMap);
  }
}

void check_mappings(const Mappings& mappings, const std::string& path, Diagnostics& out) {
  if (mappings.size() > kMostMappings) {
    out.add(path, cat("expected at most ", kMostMappings, " mappings, found ", mappings.size()),
            Code::kIdMap);
    return;
  }
  for (size_t i = 0; i < mappings.size(); ++i) {
    const IdMapping& mapping = mappings[i];
    if (mapping.size == 0) {
      out.add(child_path(child_path(path, i), "size"), "expected at least 1, found 0",
              Code::kIdMap);
    }
    for (const Side& side : kSides) {
      if (uint64_t{mapping.*side.first} + mapping.size <= kIds) continue;
      out.add(child_path(child_path(path, i), side.key),
              cat("expected ids below ", kIds, ", found ", mapping.*side.first, " and a size of ",
                  mapping.size),
              Code::kIdMap);
    }
  }
  for (const Side& side : kSides)
    check_overlaps(mappings, path, side, out);
}

bool is_mapped(uint32_t id, const Mappings& mappings) {
  return std::any_of(mappings.begin(), mappings.end(), [id](const IdMapping& mapping) {
    return id >= mapping.container_id && id - mapping.container_id < mapping.size;
  });
}

void check_mapped(uint32_t id, const Mappings& mappings, std::string_view list,
                  const std::string& path, Diagnostics& out) {
  if (mappings.empty() || is_mapped(id, mappings)) return;
  out.add(path, cat("expected an id of ", list, ", found ", id), Code::kIdMap);
}

// To setresuid(2), (uid_t)-1 means "do not change": such a user would stay root.
void check_is_id(uint32_t id, const std::string& path, Diagnostics& out) {
  if (id != UINT32_MAX) return;
  out.add(path, "expected an id below 4294967295, which means 'no id', found 4294967295",
          Code::kRange);
}

void check_user_is_one(const User& user, Diagnostics& out) {
  check_is_id(user.uid, "process.user.uid", out);
  check_is_id(user.gid, "process.user.gid", out);
  for (size_t i = 0; i < user.additional_gids.size(); ++i)
    check_is_id(user.additional_gids[i], child_path("process.user.additionalGids", i), out);
}

void check_user(const User& user, const Linux& linux_section, Diagnostics& out) {
  constexpr char kGidMappings[] = "linux.gidMappings";
  check_mapped(user.uid, linux_section.uid_mappings, "linux.uidMappings", "process.user.uid", out);
  check_mapped(user.gid, linux_section.gid_mappings, kGidMappings, "process.user.gid", out);
  for (size_t i = 0; i < user.additional_gids.size(); ++i) {
    check_mapped(user.additional_gids[i], linux_section.gid_mappings, kGidMappings,
                 child_path("process.user.additionalGids", i), out);
  }
}

void check_presence(const Mappings& mappings, const char* path, const Namespace* user,
                    Diagnostics& out) {
  if (user == nullptr && !mappings.empty()) {
    out.add(path, "needs a user namespace in linux.namespaces", Code::kNeedsNamespace);
  }
  // A joined namespace already has mappings, which engines repeat here.
  if (user != nullptr && !user->path && mappings.empty()) {
    out.add(path, "expected a mapping for the new user namespace, found none", Code::kIdMap);
  }
}

}  // namespace

void check_ids(const Config& config, Diagnostics& out) {
  if (config.process) check_user_is_one(config.process->user, out);
  for (size_t i = 0; i < config.mounts.size(); ++i) {
    const Mount& mount = config.mounts[i];
    if (mount.uid_mappings.empty() && mount.gid_mappings.empty()) continue;
    const std::string path = child_path("mounts", i);
    check_mappings(mount.uid_mappings, child_path(path, "uidMappings"), out);
    check_mappings(mount.gid_mappings, child_path(path, "gidMappings"), out);
  }
  if (!config.linux) return;
  const Namespace* const user = find_namespace(config, NamespaceType::kUser);
  check_presence(config.linux->uid_mappings, "linux.uidMappings", user, out);
  check_presence(config.linux->gid_mappings, "linux.gidMappings", user, out);
  check_mappings(config.linux->uid_mappings, "linux.uidMappings", out);
  check_mappings(config.linux->gid_mappings, "linux.gidMappings", out);
  if (user != nullptr && !user->path && config.process) {
    check_user(config.process->user, *config.linux, out);
  }
}

}  // namespace oci::spec

// Makes and changes the text of a config.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/tools/container_options.h"
#include "runtime/tools/users.h"
#include "spec/error.h"

namespace oci::tools {

// Ids of the host for a user namespace: the caller's are root inside, the others follow.
struct IdRange {
  uint32_t own = 0;
  uint64_t first = 0, count = 0;  // of subuid(5) or subgid(5). 0: none
};

struct UserNamespace {
  IdRange uids, gids;
};

// The config of `spec`. `own`: absent for root.
std::string default_text(const std::optional<UserNamespace>& own);

// The config for `--rootfs`: the default one with a writable root, the capabilities that podman
// gives, and all granted ids.
std::string rootfs_text(const std::optional<UserNamespace>& own, Net net);

// The program in the directory `rootfs` with /proc, in namespaces of its own.
std::string minimal_text(const std::optional<UserNamespace>& own);

struct Changes {
  ContainerOptions options;
  std::optional<UserIds> user;
  std::optional<bool> terminal;
};

// `text` must be a valid config. Returns it with the changes, four spaces a level.
Result<std::string> changed_text(std::string_view text, const Changes& changes);

// `text` with a filter that sends every call to the agent at `listener_path`, in place of its own.
// `killable`: with WAIT_KILLABLE_RECV.
std::string notifying_text(std::string_view text, std::string_view listener_path, bool killable);

}  // namespace oci::tools

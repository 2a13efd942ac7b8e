// The state of a container: runtime.md#state, and the extra keys that engines expect.
#pragma once

#include <string>

#include "spec/model/config.h"

namespace oci::spec {

// The version of the specification that this runtime implements.
inline constexpr char kOciVersion[] = "1.3.0";

enum class ContainerStatus { kCreating, kCreated, kRunning, kPaused, kStopped };

struct State {
  std::string id;
  ContainerStatus status{};
  int pid = 0;  // 0: not running
  std::string bundle;
  std::string rootfs;
  std::string created;  // RFC 3339, UTC
  Annotations annotations;
  std::string owner;
};

}  // namespace oci::spec

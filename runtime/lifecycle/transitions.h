// Which verb is legal in which status: runtime.md#operations. A table.
#pragma once

#include <cstdint>
#include <string_view>

#include "spec/error.h"
#include "spec/model/state.h"

namespace oci::lifecycle {

enum class Verb : uint8_t {
  kStart,
  kKill,
  kDelete,
  kExec,
  kPause,
  kResume,
  kPs,
  kUpdate,
  kMounts,
  kCheckpoint
};

// Ok: go on. kWrongState: the text says why, in the words that engines search for.
Status check_transition(Verb verb, spec::ContainerStatus status, std::string_view id);

}  // namespace oci::lifecycle

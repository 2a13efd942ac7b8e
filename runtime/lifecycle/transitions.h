// The table of verbs that are legal in each status: runtime.md#operations.
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

// kWrongState: the message gives the reason in the words that engines search for.
Status check_transition(Verb verb, spec::ContainerStatus status, std::string_view id);

}  // namespace oci::lifecycle

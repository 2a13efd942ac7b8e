// Pages mapped by both init and the runtime: they exchange data there without a system call.
//
// Once a filter is loaded, the profile may refuse any call or send it to the agent. So init stores
// the number of its listener here and spins, and the runtime fetches the descriptor with
// pidfd_getfd(2).
//
// `exec` has two pages (kPages): one only for the stage, and one that the process cloned by the
// stage has as well. The container may write to the memory of the second one.
#pragma once

#include <cstdint>

namespace oci::wire {

struct HandoverPage {
  uint32_t listener_plus_one = 0;  // set by init: its descriptor of the listener. 0: none yet
  uint32_t go_on = 0;  // set by the runtime: 1 once it has the listener and everything else is done
  uint32_t pid = 0;    // set by the kernel: the process that the stage has cloned. 0: none yet
};

inline constexpr uint64_t kPageSize = 4096;
enum Page : uint8_t { kOfStage, kOfProgram, kPages };

inline uint32_t load(const uint32_t& word) {
  return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}
inline void store(uint32_t& word, uint32_t value) {
  __atomic_store_n(&word, value, __ATOMIC_RELEASE);
}

}  // namespace oci::wire

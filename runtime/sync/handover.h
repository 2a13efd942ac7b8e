// What init and the runtime tell each other without a system call: in a page that both have mapped.
//
// Once a filter is loaded, the profile may refuse any call, or send it to the agent. So init leaves
// the number of its listener here and spins, and the runtime fetches the file with pidfd_getfd(2).
//
// `exec` has two such pages, kPages: the stage's own, which the process that it clones does not
// have, and that process's. The container may write into the memory of the latter.
#pragma once

#include <cstdint>

namespace oci::sync {

struct HandoverPage {
  uint32_t listener_plus_one = 0;  // by init: its descriptor of the listener; 0: none yet
  uint32_t go_on = 0;  // by the runtime: 1 once it has the listener and all else is done
  uint32_t pid = 0;    // by the kernel: of the process that the stage has cloned; 0: none yet
};

inline constexpr uint64_t kPageSize = 4096;
enum Page : uint8_t { kOfStage, kOfProgram, kPages };

inline uint32_t load(const uint32_t& word) {
  return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}
inline void store(uint32_t& word, uint32_t value) {
  __atomic_store_n(&word, value, __ATOMIC_RELEASE);
}

}  // namespace oci::sync

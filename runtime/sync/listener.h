// How the listener of a seccomp filter gets from init to the runtime: a page that both have mapped.
//
// Between loading the filter and the agent's having its listener init makes no system call: the
// profile may send any of them to the agent. So init leaves the number here and spins, and the
// runtime fetches the file with pidfd_getfd(2).
#pragma once

#include <cstdint>

namespace oci::sync {

struct ListenerPage {
  uint32_t number_plus_one = 0;  // by init: its descriptor of the listener; 0: none yet
  uint32_t delivered = 0;        // by the runtime: 1 once the agent has it
};

inline constexpr uint64_t kListenerPageSize = 4096;

inline uint32_t load(const uint32_t& word) {
  return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}
inline void store(uint32_t& word, uint32_t value) {
  __atomic_store_n(&word, value, __ATOMIC_RELEASE);
}

}  // namespace oci::sync

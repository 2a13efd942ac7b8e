// The records that getdents64(2) writes into a buffer.
#pragma once

#include <cstdint>

namespace oci::init {

struct DirectoryEntry {
  uint64_t d_ino;
  int64_t d_off;
  uint16_t d_reclen;  // to the next
  uint8_t d_type;
  char d_name[1];
};

}  // namespace oci::init

// Common code of all fuzz targets: the entry point, helpers to take values from an input, and a
// function to report a mistake.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Called by libFuzzer. Returns 0; a mistake ends the process.
// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace oci::fuzz {

// Ends the process with SIGABRT unless `holds`. `claim` is the expected property, `found` the
// actual value.
void demand(bool holds, std::string_view claim, std::string_view found = {});

inline std::string_view text_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Takes numbers and texts from the front of an input. Behind its end, numbers are 0 and texts are
// empty.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : left_(text_of(data, size)) {}

  bool empty() const { return left_.empty(); }
  uint8_t byte();
  bool flip() { return (byte() & 1) != 0; }
  size_t below(size_t limit) { return byte() % limit; }  // limit: 1 to 256
  uint64_t number();                                     // 8 bytes, or a value at an edge
  std::string_view rest();

  template <class T, size_t N>
  const T& one_of(const T (&table)[N]) {
    return table[below(N)];
  }

 private:
  std::string_view left_;
};

}  // namespace oci::fuzz

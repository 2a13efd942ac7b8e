// Writes the names of capabilities at build time, from libcap's own table: capability_names.inc, in
// the order of their numbers. A libcap older than the kernel's headers has fewer.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string>
#include <string_view>

#include "third_party/libcap.h"

namespace {

// "CAP_CHOWN", or "" for a number that libcap has no name for.
std::string name_of(cap_value_t capability) {
  char* text = cap_to_name(capability);
  std::string name = text == nullptr ? "" : text;
  cap_free(text);
  if (!std::string_view(name).starts_with("cap_")) return "";
  std::ranges::transform(name, name.begin(), [](unsigned char letter) {
    return static_cast<char>(std::toupper(letter));
  });
  return name;
}

}  // namespace

int main(int argc, char** argv) {
  FILE* out = argc == 2 ? std::fopen(argv[1], "w") : nullptr;
  if (out == nullptr) return 1;
  int count = 0;
  for (; count <= CAP_LAST_CAP; ++count) {
    const std::string name = name_of(count);
    if (name.empty()) break;
    std::fprintf(out, "\"%s\",\n", name.c_str());
  }
  const bool complete = count > CAP_CHECKPOINT_RESTORE;
  return std::fclose(out) == 0 && complete ? 0 : 1;
}

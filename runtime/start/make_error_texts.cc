// Build-time program: writes error_texts.inc, the texts of strerror(3) in the C locale.
#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

constexpr int kLargestErrno = 4095;  // the kernel's MAX_ERRNO

bool known(int number) {
  return !std::string_view(std::strerror(number)).starts_with("Unknown error");
}

}  // namespace

int main(int argc, char** argv) {
  std::FILE* const out = argc == 2 ? std::fopen(argv[1], "we") : nullptr;
  if (out == nullptr) return 1;
  int last = kLargestErrno;
  while (!known(last))
    --last;
  for (int number = 0; number <= last; ++number)
    std::fprintf(out, "    \"%s\",\n", known(number) ? std::strerror(number) : "");
  return std::fclose(out) == 0 ? 0 : 1;
}

// The main of a target built without libFuzzer: runs every seed, the seed truncated, and the seed
// with bytes changed. The variants are deterministic.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/product/fuzz/target.h"

namespace {

constexpr size_t kVariants = 40;  // of each kind
constexpr size_t kLargest = 64 << 10;

char current[300];  // for the handler: the current input

void tell(int signal) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, current, std::strlen(current));
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void run(const std::string& name, const char* change, size_t at, std::string_view text) {
  std::snprintf(current, sizeof current, "input: %s %s %zu\n", name.c_str(), change, at);
  // Exactly sized, so that a sanitizer notices each byte read beyond it.
  const auto data = std::make_unique<uint8_t[]>(text.size());
  std::copy(text.begin(), text.end(), data.get());
  LLVMFuzzerTestOneInput(data.get(), text.size());
}

void run_seed(const std::string& name, const std::string& text) {
  run(name, "as it is", 0, text);
  const size_t variants = std::min(kVariants, text.size());
  for (size_t i = 0; i < variants; ++i) {
    const size_t size = text.size() * i / variants;
    run(name, "cut to", size, std::string_view(text).substr(0, size));
  }
  std::mt19937 random(1);
  for (size_t i = 0; i < variants; ++i) {
    std::string changed = text;
    changed[random() % changed.size()] = static_cast<char>(random());
    run(name, "with a byte changed, round", i, changed);
  }
}

std::vector<std::string> seeds_of(const char* path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    const bool is_answer = entry.path().extension() == ".expected";
    if (entry.is_regular_file() && !is_answer && entry.file_size() <= kLargest)
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL})
    ::signal(signal, tell);
  size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const std::string& name : seeds_of(argv[i])) {
      std::ifstream file(name, std::ios::binary);
      if (!file) return std::perror(name.c_str()), 1;
      run_seed(name, {std::istreambuf_iterator<char>(file), {}});
      ++count;
    }
  }
  std::printf("%zu seeds\n", count);
  return count == 0 ? 1 : 0;
}

// Helpers for the tests of this folder.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "runtime/sys/file.h"
#include "third_party/boost_test.h"

namespace oci::install {

template <class T>
T good(Result<T> result) {
  if (!result) BOOST_FAIL(result.error().message());
  return std::move(result).value();
}

template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "no error" : result.error().message();
}

inline std::string read_test_file(const std::string& path) {
  return good(sys::read_file_at(AT_FDCWD, path, 1 << 20));
}

inline void write_test_file(const std::string& path, const std::string& text) {
  const sys::UniqueFd file = good(sys::open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644));
  BOOST_REQUIRE(sys::write_all(file.get(), text, path));
}

// The id of a process that has ended.
inline pid_t dead_process() {
  static const pid_t pid = [] {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    return child;
  }();
  return pid;
}

}  // namespace oci::install

// A temporary directory for a test, removed with its content by the destructor.
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace oci::testing {

class TempDir {
 public:
  TempDir() {
    char name[] = "/tmp/oci-rt-test-XXXXXX";
    if (::mkdtemp(name) == nullptr) std::abort();
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    ::nftw(
        path_.c_str(),
        [](const char* path, const struct stat*, int, FTW*) { return ::remove(path); }, 16,
        FTW_DEPTH | FTW_PHYS);
  }

  const std::string& path() const { return path_; }
  std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }

  // Makes a directory inside. Its parent must exist.
  void make_dir(std::string_view name) const {
    if (::mkdir(path(name).c_str(), 0755) < 0) std::abort();
  }

  // Creates or replaces a file inside.
  void write(std::string_view name, std::string_view text) const {
    const int fd = ::open(path(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
      std::abort();
    }
    ::close(fd);
  }

  // "" if it does not exist.
  std::string read(std::string_view name) const {
    std::string text(65536, '\0');
    const int fd = ::open(path(name).c_str(), O_RDONLY | O_CLOEXEC);
    const ssize_t got = fd < 0 ? 0 : ::read(fd, text.data(), text.size());
    if (fd >= 0) ::close(fd);
    text.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return text;
  }

  bool exists(std::string_view name) const { return ::access(path(name).c_str(), F_OK) == 0; }

 private:
  std::string path_;
};

}  // namespace oci::testing

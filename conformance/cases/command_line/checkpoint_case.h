// A container that is saved by CRIU and restored, for the cases of `checkpoint` and `restore`.
#pragma once

#include <string>

#include "conformance/harness/sandbox.h"

namespace oci::conformance {

// Skips where the runtime has no CRIU support, or CRIU does not run on this host.
void require_criu(Sandbox& sandbox);

// One container with the verbs about it. Its streams are /dev/null, unless `output` is set: runc
// and crun save no file that only the host has.
class Saved {
 public:
  Saved(Sandbox& sandbox, Bundle& bundle);
  Saved(const Saved&) = delete;
  Saved& operator=(const Saved&) = delete;
  ~Saved();

  void run(const Words& options = {});  // run --detach
  Outcome try_checkpoint(const Words& options = {});
  void checkpoint(const Words& options = {});
  Outcome try_restore(const Words& options = {});
  void restore(const Words& options = {});
  void end();  // kill, delete

  pid_t pid() const;
  std::string status();
  // Output of `exec`, which must succeed.
  std::string inside(const Words& command);
  // The number in /tmp/n of the rootfs, which the script of counter() counts up.
  int number() const;
  // Waits until it is greater than `passed`, and returns it.
  int beyond(int passed) const;

  const std::string& images() const { return images_; }
  std::string log(const std::string& name) const;

  int output = -1;  // a descriptor for standard output and error

 private:
  Outcome call(const Words& words);
  Words with_paths(const std::string& verb, const Words& options) const;
  std::string message() const;  // of the last call(), whose standard error the container has

  Sandbox& sandbox_;
  Bundle& bundle_;
  std::string images_, work_;
};

// A network namespace at a path, which outlives the container. Needs ip(8) and nsenter(1).
class NetworkNamespace {
 public:
  explicit NetworkNamespace(Sandbox& sandbox);
  NetworkNamespace(const NetworkNamespace&) = delete;
  NetworkNamespace& operator=(const NetworkNamespace&) = delete;
  ~NetworkNamespace();

  const std::string& path() const { return path_; }
  Outcome run(const std::string& script) const;
  void give(const std::string& device) const;  // of the caller's network namespace

 private:
  Sandbox& sandbox_;
  std::string path_;
};

// A bundle with a program that counts in /tmp/n.
void counter(Bundle& bundle, const std::string& before = "");

}  // namespace oci::conformance

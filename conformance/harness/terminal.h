// Terminals: the engine's end of --console-socket, and a pty for a runtime in the foreground.
#pragma once

#include <string>
#include <string_view>

namespace oci::conformance {

// A pty master, used like a person at a terminal.
class Terminal {
 public:
  explicit Terminal(int master) : master_(master) {}
  Terminal(Terminal&& other) noexcept;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal();

  static Terminal open_new();  // a fresh pty; slave() is open
  int master() const { return master_; }
  int slave() const { return slave_; }
  void close_slave();
  void type(std::string_view text) const;
  void resize(int rows, int columns) const;
  std::string size() const;  // "rows columns"

  // Returns all output until `wanted` appears or the other side closes. Throws Failed at the
  // timeout.
  std::string read_until(std::string_view wanted);
  std::string read_all() { return read_until(""); }

 private:
  int master_;
  int slave_ = -1;
  std::string seen_;
};

// Listens as conmon and containerd do.
class ConsoleSocket {
 public:
  explicit ConsoleSocket(std::string path);
  ConsoleSocket(const ConsoleSocket&) = delete;
  ConsoleSocket& operator=(const ConsoleSocket&) = delete;
  ~ConsoleSocket();

  const std::string& path() const { return path_; }
  // Returns the received pty master. Demands one message with data and exactly one descriptor.
  Terminal receive();

 private:
  std::string path_;
  int listener_;
};

}  // namespace oci::conformance

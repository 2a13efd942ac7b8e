// A disposable bundle for one case: a small root filesystem and a config to edit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/harness/json.h"

namespace oci::conformance {

// Files that every root filesystem shares.
struct Template {
  std::string busybox;  // a static busybox
  std::string probe;    // the static program that reports from inside the container
};

class Bundle {
 public:
  // Makes DIRECTORY/rootfs with bin/{busybox,probe} and the usual applets and directories, and a
  // config that runs `probe facts` as root in new pid, mount, uts, ipc and network namespaces.
  Bundle(std::string directory, const Template& parts);

  // Edits config.json by JSON pointer: set("/hostname", "box"). "-" appends to an array.
  template <class T>
  Bundle& set(const std::string& pointer, T value) {
    place(config_, pointer) = make_value(config_, value);
    return *this;
  }
  Bundle& set_json(const std::string& pointer, std::string_view json);
  Bundle& add(const std::string& pointer, std::string_view json);  // to the end of an array
  Bundle& remove(const std::string& pointer);

  Bundle& args(const std::vector<std::string>& words);
  Bundle& shell(const std::string& script);  // busybox sh -c SCRIPT
  Bundle& mount(const std::string& destination, const std::string& type, const std::string& source,
                const std::vector<std::string>& options = {});
  Bundle& new_namespace(const std::string& type, const std::string& path = "");
  Bundle& without_namespace(const std::string& type);
  // Maps [0, size) to [host_id, …) and gives the directories of the rootfs to mapped root.
  Bundle& user_namespace(unsigned host_id = 100000, unsigned size = 65536);

  // Raw text in place of the edited config: malformed documents, for example.
  Bundle& text(std::string json);
  std::string text() const;
  Bundle& write();  // config.json

  const json::Document& config() const { return config_; }
  const std::string& directory() const { return directory_; }
  std::string rootfs(const std::string& below = "") const;
  Bundle& file(const std::string& path, std::string_view content, unsigned mode = 0644);

 private:
  std::string directory_;
  json::Document config_;
  std::string raw_;
  unsigned owner_ = 0;
};

}  // namespace oci::conformance

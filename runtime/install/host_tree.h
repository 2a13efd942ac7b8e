// The root directory of a machine that is mounted in a pod, such as /host, and the programs of
// oci-rt in it.
#pragma once

#include <string>
#include <vector>

#include "runtime/sys/unique_fd.h"
#include "spec/error.h"

namespace oci::install {

// The directory in the tree. A node's /usr may be read-only, its /opt is not.
inline constexpr std::string_view kProgramDirectory = "/opt/oci-rt";

struct Program {
  std::string name;
  sys::UniqueFd file;
};

// The programs of oci-rt that exist beside `runtime` or in libexecdir. To be opened before
// enter_tree().
Result<std::vector<Program>> open_programs(const std::string& runtime);

// Makes `directory` the root of this process: chroot(2). A link in the tree, absolute or with "..",
// stays in it.
Status enter_tree(const std::string& directory);

// Writes the programs into kProgramDirectory. Refuses a directory that oci-rt did not make. Returns
// whether one of them has changed.
Result<bool> copy_programs(const std::vector<Program>& programs);

// Remembers that the configuration of the engine was removed, in a file whose time tells when. Does
// nothing without the directory.
Status mark_removal();
// That file, or "".
Result<std::string> removal_mark();

// Removes them, and the directory. Returns false, and keeps all, if oci-rt did not make it.
Result<bool> remove_programs();

// Containers of oci-rt that containerd or CRI-O keep: they need the program until they are deleted.
size_t containers_left();

}  // namespace oci::install

#include "conformance/harness/data.h"

#include <unistd.h>

#include <climits>

namespace oci::conformance {

std::string data(const std::string& name) {
  static const std::string directory = [] {
    char program[PATH_MAX];
    const ssize_t size = ::readlink("/proc/self/exe", program, sizeof program);
    const std::string path(program, size > 0 ? static_cast<size_t>(size) : 0);
    const std::string installed = path.substr(0, path.rfind('/') + 1) + "../share/oci-conformance";
    return ::access((installed + "/known").c_str(), R_OK) == 0 ? installed : OCI_CONFORMANCE_TREE;
  }();
  return directory + "/" + name;
}

}  // namespace oci::conformance

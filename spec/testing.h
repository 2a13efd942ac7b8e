// What the tests of spec/ share: the files beside them.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "spec/error.h"

namespace oci::spec::testing {

// Relative to spec/testdata. OCI_SPEC_TESTDATA is given by meson.build.
inline std::string testdata_path(const std::string& name) {
  return cat(OCI_SPEC_TESTDATA, "/", name);
}

// The bytes of a file, or an empty string if there is none.
inline std::string testdata(const std::string& name) {
  std::ifstream file(testdata_path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace oci::spec::testing

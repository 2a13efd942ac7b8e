// Shared by the tests of spec/: access to their data files.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "spec/error.h"

namespace oci::testing {

// The top of the tree, for tests that read its files. Defined in runtime/testing/source_tree.cc.
extern const char* const kSourceTree;

}  // namespace oci::testing

namespace oci::spec::testing {

// Relative to spec/testdata.
inline std::string testdata_path(const std::string& name) {
  return cat(oci::testing::kSourceTree, "/spec/testdata/", name);
}

// The bytes of a file, or an empty string if there is none.
inline std::string testdata(const std::string& name) {
  std::ifstream file(testdata_path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace oci::spec::testing

#include "spec/testing.h"

namespace oci::testing {

const char* const kSourceTree = OCI_SOURCE_TREE;

}  // namespace oci::testing

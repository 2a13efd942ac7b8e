// Test profiles, and the calls to check.
#pragma once

#include <linux/seccomp.h>

#include <random>
#include <string>
#include <vector>

#include "spec/model/seccomp.h"

namespace oci::seccomp {

// Reads the file at `path`, which has the content of linux.seccomp.
spec::Seccomp load_profile(const std::string& path);

enum class Kind {
  kAny,
  // Profiles that libseccomp 2.5 compiles as documented: one rule a call, or several with
  // equalities, or several with one equality or lower bound each, or several with masks and one
  // action.
  kSound,
};

spec::Seccomp random_profile(std::mt19937& random, Kind kind);

// Every number of every ABI with plain arguments, and calls with arguments at the edges of all
// conditions.
std::vector<seccomp_data> interesting_calls(const spec::Seccomp& profile, std::mt19937& random);

}  // namespace oci::seccomp

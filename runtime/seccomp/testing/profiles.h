// Profiles to test with, and the calls to ask about.
#pragma once

#include <linux/seccomp.h>

#include <random>
#include <string>
#include <vector>

#include "spec/model/seccomp.h"

namespace oci::seccomp {

// The file at `path`, which holds what linux.seccomp would.
spec::Seccomp load_profile(const std::string& path);

enum class Kind {
  kAny,
  // What libseccomp 2.5 compiles as it documents: one rule a call; or several of equalities; or
  // several of one equality or lower bound each; or several of masks with one action.
  kSound,
};

spec::Seccomp random_profile(std::mt19937& random, Kind kind);

// Every number of every ABI, with plain arguments; and with arguments at the edges of all the
// profile's conditions.
std::vector<seccomp_data> interesting_calls(const spec::Seccomp& profile, std::mt19937& random);

}  // namespace oci::seccomp

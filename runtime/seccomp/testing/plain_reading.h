// Evaluates a profile directly, rule by rule, with libseccomp's resolver: the expected results of a
// filter.
#pragma once

#include <linux/seccomp.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "spec/model/seccomp.h"

namespace oci::seccomp {

class PlainReading {
 public:
  explicit PlainReading(const spec::Seccomp& profile);

  // For a filter that equals libseccomp's.
  uint32_t action(const seccomp_data& data) const;

  // Whether the call is newer than all calls in the profile: ENOSYS, the difference from
  // libseccomp.
  bool is_newer(const seccomp_data& data) const;

 private:
  struct Rule {
    uint32_t number = 0;
    uint32_t action = 0;
    std::vector<spec::SeccompArg> conditions;
  };
  struct Abi {
    uint32_t scmp = 0;
    uint32_t audit = 0;
    bool wide = false;
    int64_t newest = -1;      // none is named
    std::vector<Rule> rules;  // in the order they are tried
  };

  const Abi* abi_of(const seccomp_data& data) const;
  static void insert(Abi& abi, const Rule& rule);
  void add(const spec::SeccompSyscall& from, const std::string& name);
  void add(Abi& abi, const spec::SeccompSyscall& from, const std::string& name) const;

  uint32_t default_action_ = 0;
  bool newer_is_unknown_ = false;
  std::vector<Abi> abis_;
};

}  // namespace oci::seccomp

// For tests: a valid config, and the problems after a change to it.
#pragma once

#include <initializer_list>
#include <string>

#include "spec/parse/parse_config.h"
#include "spec/validate/validate.h"
#include "spec/write/default_config.h"
#include "third_party/boost_test.h"

namespace oci::spec::sample {

inline Config config() {
  Diagnostics diagnostics;
  Config config = parse_config(default_config(), diagnostics);
  BOOST_TEST_REQUIRE(diagnostics.empty());
  config.linux->resources.emplace();
  return config;
}

// A new user namespace that maps 0..999 to 100000..100999.
inline void map_users(Config& config) {
  config.linux->namespaces.push_back({NamespaceType::kUser, {}});
  config.linux->uid_mappings = {{0, 100000, 1000}};
  config.linux->gid_mappings = {{0, 100000, 1000}};
}

inline void drop_namespace(Config& config, NamespaceType type) {
  std::erase_if(config.linux->namespaces, [type](const Namespace& ns) { return ns.type == type; });
}

// One line "PATH: TEXT" for each problem.
inline std::string problems(const Config& config) {
  Diagnostics diagnostics;
  validate(config, diagnostics);
  const Status status = diagnostics.to_status("c", "{}");
  if (status) return {};
  std::string lines = status.error().message();
  const std::string place = "c:1:1: ";
  for (size_t at = 0; (at = lines.find(place, at)) != lines.npos;)
    lines.erase(at, place.size());
  return lines;
}

struct Case {
  const char* problem;  // all problems; "": none
  void (*change)(Config&);
};

inline void check(std::initializer_list<Case> cases) {
  for (const Case& each : cases) {
    Config changed = config();
    each.change(changed);
    BOOST_TEST(problems(changed) == each.problem);
  }
}

}  // namespace oci::spec::sample

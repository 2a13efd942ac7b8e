#include "conformance/harness/case.h"

#include <algorithm>
#include <utility>

#include "conformance/harness/files.h"

namespace oci::conformance {
namespace {

std::vector<const Case*>& registry() {
  static std::vector<const Case*> cases;
  return cases;
}

}  // namespace

Case::Case(std::string name_in, std::string clause_in, Body body_in, int seconds_in)
    : name(std::move(name_in)),
      clause(std::move(clause_in)),
      body(std::move(body_in)),
      seconds(seconds_in * patience()) {
  registry().push_back(this);
}

std::vector<const Case*> all_cases() {
  std::vector<const Case*> cases = registry();
  std::ranges::sort(cases, {}, [](const Case* one) { return one->name; });
  return cases;
}

}  // namespace oci::conformance

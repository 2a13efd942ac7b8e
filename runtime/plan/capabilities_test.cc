#include "runtime/plan/capabilities.h"

#include <linux/capability.h>

#include <algorithm>

#include "spec/error.h"
#include "third_party/boost_test.h"
#include "third_party/libcap.h"

namespace oci::plan {
namespace {

constexpr uint64_t kChown = uint64_t{1} << CAP_CHOWN;
constexpr uint64_t kKill = uint64_t{1} << CAP_KILL;
constexpr uint64_t kMknod = uint64_t{1} << CAP_MKNOD;
constexpr HostCapabilities kAll{~uint64_t{0}, ~uint64_t{0}, 40};

using Names = std::vector<std::string>;

Names warnings_of(const spec::Capabilities& wanted, const HostCapabilities& host) {
  return plan_capabilities(wanted, host).warnings;
}

BOOST_AUTO_TEST_SUITE(capabilities)

BOOST_AUTO_TEST_CASE(absent_means_none_at_all) {
  const CapabilityPlan plan = plan_capabilities(std::nullopt, kAll);
  BOOST_TEST((plan.sets.bounding | plan.sets.permitted | plan.sets.effective |
              plan.sets.inheritable | plan.sets.ambient) == 0U);
  BOOST_TEST(plan.warnings.empty());
}

BOOST_AUTO_TEST_CASE(each_set_gets_its_own) {
  const CapabilityPlan plan =
      plan_capabilities(spec::Capabilities{.bounding = {"CAP_CHOWN", "CAP_KILL", "CAP_MKNOD"},
                                           .effective = {"CAP_KILL"},
                                           .inheritable = {"CAP_CHOWN"},
                                           .permitted = {"CAP_CHOWN", "CAP_KILL"},
                                           .ambient = {"CAP_CHOWN"}},
                        kAll);
  BOOST_TEST(plan.sets.bounding == (kChown | kKill | kMknod));
  BOOST_TEST(plan.sets.effective == kKill);
  BOOST_TEST(plan.sets.inheritable == kChown);
  BOOST_TEST(plan.sets.permitted == (kChown | kKill));
  BOOST_TEST(plan.sets.ambient == kChown);
  BOOST_TEST(plan.warnings.empty());
}

BOOST_AUTO_TEST_CASE(case_does_not_matter) {
  BOOST_TEST(plan_capabilities(spec::Capabilities{.bounding = {"cap_chown"}}, kAll).sets.bounding ==
             kChown);
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_one_warning_and_left_out_everywhere) {
  const std::pair<std::string, std::string> rows[] = {
      {"CAP_FLY", ""},
      {"CHOWN", "; did you mean CAP_CHOWN?"},
      {"CAP_NET_ADMN", "; did you mean CAP_NET_ADMIN?"},
      {"cap_sys_chrot", "; did you mean CAP_SYS_CHROOT?"},
      {"0", ""},
      {"CAP_CHOWN ", "; did you mean CAP_CHOWN?"},
      {"CAP_CHOWN,CAP_KILL", ""},
      {"", ""}};
  for (const auto& [name, guess] : rows) {
    const spec::Capabilities wanted{.bounding = {name}, .permitted = {name, "CAP_KILL"}};
    const Names expected = {"process.capabilities: unknown capability '" + name + "', left out" +
                            guess};
    BOOST_TEST(warnings_of(wanted, kAll) == expected, boost::test_tools::per_element());
    BOOST_TEST(plan_capabilities(wanted, kAll).sets.bounding == 0U);
    BOOST_TEST(plan_capabilities(wanted, kAll).sets.permitted == kKill);
  }
}

BOOST_AUTO_TEST_CASE(what_the_runtime_has_not_it_cannot_grant) {
  const spec::Capabilities wanted{.bounding = {"CAP_MKNOD", "CAP_KILL"},
                                  .effective = {"CAP_MKNOD"},
                                  .permitted = {"CAP_MKNOD"}};
  const HostCapabilities host{kKill, kKill, 40};
  const Names expected = {
      "process.capabilities: CAP_MKNOD is not the runtime's to grant, left out"};
  BOOST_TEST(warnings_of(wanted, host) == expected, boost::test_tools::per_element());
  const auto sets = plan_capabilities(wanted, host).sets;
  BOOST_TEST(sets.bounding == kKill);
  BOOST_TEST((sets.effective | sets.permitted) == 0U);
}

BOOST_AUTO_TEST_CASE(a_capability_newer_than_the_kernel_is_a_warning) {
  const HostCapabilities old{~uint64_t{0}, ~uint64_t{0}, 37};
  const Names expected = {"process.capabilities: CAP_BPF is unknown to this kernel, left out"};
  BOOST_TEST(warnings_of({.bounding = {"CAP_BPF"}}, old) == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(effective_is_cut_to_permitted_and_inheritable_to_bounding) {
  const spec::Capabilities wanted{
      .bounding = {}, .effective = {"CAP_KILL"}, .inheritable = {"CAP_CHOWN"}};
  const CapabilityPlan plan = plan_capabilities(wanted, kAll);
  BOOST_TEST((plan.sets.effective | plan.sets.inheritable) == 0U);
  const Names expected = {
      "process.capabilities.effective: CAP_KILL is not permitted, left out",
      "process.capabilities.inheritable: CAP_CHOWN is not in the bounding set, left out"};
  BOOST_TEST(plan.warnings == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ambient_needs_permitted_and_inheritable) {
  const spec::Capabilities wanted{
      .bounding = {"CAP_KILL"}, .permitted = {"CAP_KILL"}, .ambient = {"CAP_KILL"}};
  const CapabilityPlan plan = plan_capabilities(wanted, kAll);
  BOOST_TEST(plan.sets.ambient == 0U);
  const Names expected = {
      "process.capabilities.ambient: can't raise ambient capability CAP_KILL: it is not both "
      "permitted and inheritable"};
  BOOST_TEST(plan.warnings == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(of_many_unknown_ones_the_first_have_a_hint) {
  spec::Capabilities wanted;
  for (int i = 0; i < 100'000; ++i)
    wanted.bounding.push_back(
        cat("CAP_CHOWN_", std::string(1, static_cast<char>('A' + i % 26)), i));
  wanted.permitted = wanted.bounding;
  const CapabilityPlan plan = plan_capabilities(wanted, kAll);
  BOOST_TEST(plan.warnings.size() == 100'000u);
  BOOST_TEST(plan.warnings.front().ends_with("left out; did you mean CAP_CHOWN?"));
  BOOST_TEST(plan.warnings.back().ends_with("left out"));
}

BOOST_AUTO_TEST_CASE(the_names_are_libcaps) {
  const auto names = capability_names();
  BOOST_TEST(names.size() == size_t{CAP_LAST_CAP} + 1);
  for (size_t i = 0; i < names.size(); ++i) {
    char* theirs = cap_to_name(static_cast<cap_value_t>(i));
    std::string upper = theirs;
    cap_free(theirs);
    std::ranges::transform(upper, upper.begin(), [](char letter) {
      return letter == '_' ? letter : static_cast<char>(letter - 'a' + 'A');
    });
    BOOST_TEST(names[i] == upper);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan

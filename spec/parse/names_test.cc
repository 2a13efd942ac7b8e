#include "spec/parse/names.h"

#include "third_party/boost_test.h"

namespace oci::spec {
namespace {

template <class E, size_t N>
void check_unique(const Name<E> (&table)[N]) {
  for (size_t i = 0; i < N; ++i) {
    const E* found = find_name(table, table[i].name);
    BOOST_TEST_REQUIRE(found != nullptr);
    BOOST_TEST((found == &table[i].value), table[i].name << " is there twice");
  }
}

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(no_name_is_there_twice) {
  check_unique(kHookNames);
  check_unique(kStatusNames);
  check_unique(kNamespaceNames);
  check_unique(kDeviceTypeNames);
  check_unique(kDeviceRuleTypeNames);
  check_unique(kPropagationNames);
  check_unique(kRlimitNames);
  check_unique(kSchedulerPolicyNames);
  check_unique(kSchedulerFlagNames);
  check_unique(kIoPriorityClassNames);
  check_unique(kMemoryPolicyModeNames);
  check_unique(kMemoryPolicyFlagNames);
  check_unique(kPersonalityNames);
  check_unique(kSeccompActionNames);
  check_unique(kSeccompOperatorNames);
  check_unique(kSeccompFlagNames);
  check_unique(kSeccompArchitectureNames);
}

BOOST_AUTO_TEST_CASE(every_value_of_an_enumeration_has_a_name) {
  for (int i = 0; i < 8; ++i)
    BOOST_TEST(name_of(kNamespaceNames, static_cast<NamespaceType>(i)) == kNamespaceNames[i].name);
  for (int i = 0; i < 9; ++i)
    BOOST_TEST(name_of(kSeccompActionNames, static_cast<SeccompAction>(i)) ==
               kSeccompActionNames[i].name);
  for (int i = 0; i < 7; ++i)
    BOOST_TEST(name_of(kSeccompOperatorNames, static_cast<SeccompOperator>(i)) ==
               kSeccompOperatorNames[i].name);
  for (int i = 0; i < 6; ++i)
    BOOST_TEST(name_of(kHookNames, static_cast<HookKind>(i)) == kHookNames[i].name);
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(name_of(kStatusNames, static_cast<ContainerStatus>(i)) == kStatusNames[i].name);
}

BOOST_AUTO_TEST_CASE(the_specification_has_as_many_names) {
  BOOST_TEST(std::size(kSeccompArchitectureNames) == 23u);
  BOOST_TEST(std::size(kRlimitNames) == 16u);
  BOOST_TEST(std::size(kSchedulerPolicyNames) == 7u);
  BOOST_TEST(std::size(kSchedulerFlagNames) == 7u);
  BOOST_TEST(std::size(kMemoryPolicyModeNames) == 7u);
  BOOST_TEST(std::size(kMemoryPolicyFlagNames) == 3u);
}

BOOST_AUTO_TEST_CASE(an_unbuffered_device_is_a_character_device) {
  BOOST_TEST((*find_name(kDeviceTypeNames, "u") == DeviceType::kChar));
  BOOST_TEST(name_of(kDeviceTypeNames, DeviceType::kChar) == "c");
  BOOST_TEST((find_name(kDeviceTypeNames, "a") == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec

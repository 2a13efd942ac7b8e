#include "runtime/seccomp/names.h"

#include <cstdlib>
#include <string>

#include "third_party/boost_test.h"
#include "third_party/libseccomp.h"

namespace oci::seccomp {
namespace {

std::string libseccomps_name(const Abi& abi, uint32_t number) {
  char* text = seccomp_syscall_resolve_num_arch(abi.scmp, static_cast<int>(number));
  std::string name = text == nullptr ? "" : text;
  free(text);
  return name;
}

BOOST_AUTO_TEST_SUITE(seccomp_names)

BOOST_AUTO_TEST_CASE(every_number_of_every_abi_is_found_by_its_name) {
  for (const Abi& abi : kAbis) {
    size_t calls = 0;
    for (uint32_t number = 0; number < kPlainNumbers; ++number) {
      const std::string name = libseccomps_name(abi, number | abi.number_bit);
      if (name.empty()) continue;
      const Row* row = find_name(name);
      BOOST_REQUIRE_MESSAGE(row != nullptr, name);
      BOOST_TEST(name_of(*row) == name);
      BOOST_TEST(number_of(*row, abi) == static_cast<int>(number));
      ++calls;
    }
    BOOST_TEST(calls > 300U);
    BOOST_TEST((seccomp_arch_resolve_name(std::string(abi.name).c_str()) == abi.scmp));
  }
}

BOOST_AUTO_TEST_CASE(arms_own_calls_are_known) {
  const Row* row = find_name("set_tls");
  BOOST_REQUIRE(row != nullptr);
  BOOST_TEST(number_of(*row, *find_abi("SCMP_ARCH_ARM")) == 0x0f0005);
  BOOST_TEST(number_of(*row, *find_abi("SCMP_ARCH_X86_64")) == kNoNumber);
}

BOOST_AUTO_TEST_CASE(what_libseccomp_does_not_know_is_not_found) {
  for (const char* name : {"", "no_such_call", "READ", "read "}) {
    BOOST_TEST((find_name(name) == nullptr));
  }
}

BOOST_AUTO_TEST_CASE(calls_behind_socketcall_and_ipc_say_which) {
  BOOST_TEST(find_name("socket")->multiplexed == 101);
  BOOST_TEST(find_name("shmctl")->multiplexed == 224);
  BOOST_TEST(find_name("read")->multiplexed == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::seccomp

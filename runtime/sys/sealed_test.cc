#include "runtime/sys/sealed.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/sys/file.h"
#include "third_party/boost_test.h"

namespace oci::sys {
namespace {

BOOST_AUTO_TEST_CASE(sealed_bytes_are_read_from_the_beginning_and_cannot_change) {
  const Result<UniqueFd> fd = seal("some-bytes", "content", Executable::kNo);
  BOOST_REQUIRE(bool(fd));
  BOOST_TEST(read_all(fd.value().get(), "some-bytes", 100).value() == "content");
  BOOST_TEST(::pwrite(fd.value().get(), "x", 1, 0) == -1);
  BOOST_TEST(errno == EPERM);
  BOOST_TEST(::ftruncate(fd.value().get(), 0) == -1);
  BOOST_TEST(::fcntl(fd.value().get(), F_ADD_SEALS, 0) == -1);
}

}  // namespace
}  // namespace oci::sys

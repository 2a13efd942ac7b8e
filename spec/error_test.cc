#include "spec/error.h"

#include <cerrno>

#include "third_party/boost_test.h"

namespace oci {
namespace {

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(a_property_comes_first_and_is_known_by_itself) {
  const Error plain(ErrorKind::kInvalidConfig, Property{"mounts[2].source"}, "no luck");
  BOOST_TEST(plain.message() == "mounts[2].source: no luck");
  BOOST_TEST(plain.property() == "mounts[2].source");
  const Error valued(ErrorKind::kInvalidConfig, {"root.path", "/x"}, "no luck");
  BOOST_TEST(valued.message() == "root.path ('/x'): no luck");
  BOOST_TEST(valued.property() == "root.path");
  BOOST_TEST(Error(ErrorKind::kBusy, "no luck").property() == "");
}

BOOST_AUTO_TEST_CASE(a_property_may_stand_alone_before_the_reason) {
  const Error error = Error::system(EPERM, Property{"process.ioPriority"});
  BOOST_TEST(error.message() == "process.ioPriority: the kernel does not permit it");
  BOOST_TEST(error.property() == "process.ioPriority");
  BOOST_TEST(error.sys_errno() == EPERM);
}

BOOST_AUTO_TEST_CASE(a_caller_adds_the_property_or_its_own_act) {
  Error error = Error::system(EBUSY, "open 'x'").at({"root.path"}).during("exec");
  BOOST_TEST(error.message() == "exec: root.path: open 'x': Device or resource busy");
  BOOST_TEST(error.property() == "root.path");
  Status status = Status(Error(ErrorKind::kBusy, "no luck")).at({"hostname"});
  BOOST_TEST(status.error().property() == "hostname");
  BOOST_TEST(bool(Status().at({"hostname"})));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci

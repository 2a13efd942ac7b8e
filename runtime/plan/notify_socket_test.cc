#include "runtime/plan/notify_socket.h"

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

spec::Mount tmpfs(const char* destination, std::vector<std::string> options = {}) {
  spec::Mount mount;
  mount.destination = destination;
  mount.type = "tmpfs";
  mount.options = std::move(options);
  return mount;
}

// The directory of the socket inside.
std::string place_of(std::vector<spec::Mount> mounts) {
  spec::Config config = some_config();
  config.mounts = std::move(mounts);
  BOOST_REQUIRE(add_notify_socket(config, "/run/oci-rt/web1"));
  const spec::Mount& added = config.mounts.back();
  BOOST_TEST(added.source.value_or("") == "/run/oci-rt/web1/notify");
  BOOST_TEST(config.process->env.back() ==
             cat("NOTIFY_SOCKET=", added.destination, "/notify.sock"));
  return added.destination;
}

BOOST_AUTO_TEST_SUITE(notify_socket)

BOOST_AUTO_TEST_CASE(its_place_leaves_no_file_behind_if_there_is_one) {
  BOOST_TEST(place_of({tmpfs("/dev"), tmpfs("/run")}) == "/run/notify");
  BOOST_TEST(place_of({tmpfs("/dev"), tmpfs("/run", {"ro"})}) == "/dev/notify");
  BOOST_TEST(place_of({}) == "/run/notify");
  BOOST_TEST(place_of({tmpfs("/run", {"ro"})}) == "/notify");
}

BOOST_AUTO_TEST_CASE(an_engine_that_sets_its_own_keeps_it) {
  spec::Config config = some_config();
  config.process->env = {"NOTIFY_SOCKET=/run/engine.sock"};
  BOOST_TEST(!add_notify_socket(config, "/run/oci-rt/web1"));
  BOOST_TEST(config.mounts.empty());
  config.process.reset();
  BOOST_TEST(!add_notify_socket(config, "/run/oci-rt/web1"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan

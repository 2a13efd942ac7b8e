#include "runtime/lifecycle/transitions.h"

#include <string>

#include "third_party/boost_test.h"

namespace oci::lifecycle {
namespace {

using spec::ContainerStatus;

std::string verdict(Verb verb, ContainerStatus status) {
  const Status checked = check_transition(verb, status, "web1");
  return checked ? "ok" : checked.error().message();
}

BOOST_AUTO_TEST_SUITE(lifecycle_transitions)

BOOST_AUTO_TEST_CASE(only_a_created_container_is_started) {
  BOOST_TEST(verdict(Verb::kStart, ContainerStatus::kCreated) == "ok");
  BOOST_TEST(verdict(Verb::kStart, ContainerStatus::kRunning) ==
             "container \"web1\": cannot start an already running container");
  BOOST_TEST(verdict(Verb::kStart, ContainerStatus::kStopped) ==
             "container \"web1\": cannot start a container that has stopped");
}

BOOST_AUTO_TEST_CASE(what_has_a_process_is_killed) {
  BOOST_TEST(verdict(Verb::kKill, ContainerStatus::kCreated) == "ok");
  BOOST_TEST(verdict(Verb::kKill, ContainerStatus::kRunning) == "ok");
  BOOST_TEST(verdict(Verb::kKill, ContainerStatus::kStopped) ==
             "container \"web1\": container not running");
}

BOOST_AUTO_TEST_CASE(a_running_container_is_not_deleted) {
  BOOST_TEST(verdict(Verb::kDelete, ContainerStatus::kStopped) == "ok");
  BOOST_TEST(verdict(Verb::kDelete, ContainerStatus::kCreated) == "ok");
  BOOST_TEST(verdict(Verb::kDelete, ContainerStatus::kRunning).find("that is not stopped") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_status_that_it_is_about) {
  for (const Verb verb : {Verb::kStart, Verb::kDelete, Verb::kExec, Verb::kPause}) {
    BOOST_TEST(verdict(verb, ContainerStatus::kPaused).find("paused") != std::string::npos);
  }
  BOOST_TEST(verdict(Verb::kResume, ContainerStatus::kCreated) ==
             "container \"web1\": container not paused: it is not started yet");
}

BOOST_AUTO_TEST_CASE(nobody_is_seen_in_what_has_stopped) {
  BOOST_TEST(verdict(Verb::kPs, ContainerStatus::kStopped) == "ok");
  BOOST_TEST(verdict(Verb::kPs, ContainerStatus::kCreating) != "ok");
}

BOOST_AUTO_TEST_CASE(what_has_not_stopped_has_mounts) {
  for (const auto status :
       {ContainerStatus::kCreated, ContainerStatus::kRunning, ContainerStatus::kPaused}) {
    BOOST_TEST(verdict(Verb::kMounts, status) == "ok");
  }
  BOOST_TEST(verdict(Verb::kMounts, ContainerStatus::kStopped) ==
             "container \"web1\": container not running");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::lifecycle

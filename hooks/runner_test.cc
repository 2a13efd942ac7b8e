#include "hooks/runner.h"

#include <csignal>

#include "third_party/boost_test.h"

namespace oci::hooks {
namespace {

constexpr std::string_view kState = R"({"id":"web1"})";

// A Launch that returns prepared exits and records the hooks it was asked to start.
struct Script {
  std::vector<Result<Exit>> ends;
  std::vector<Invocation> asked;
  std::vector<std::string> warnings;

  Status run(spec::HookKind kind, const std::vector<spec::Hook>& list) {
    return run_hooks(
        {.kind = kind, .state_json = kState, .cwd = "/bundle"}, list,
        [this](const Invocation& hook) {
          asked.push_back(hook);
          return ends.at(asked.size() - 1);
        },
        [this](std::string_view text) { warnings.emplace_back(text); });
  }
};

constexpr int exited(int code) {
  return code << 8;
}

spec::Hook hook(std::string path) {
  return {.path = std::move(path)};
}

BOOST_AUTO_TEST_CASE(a_hook_gets_the_state_its_own_environment_and_the_bundle) {
  Script script{.ends = {Exit{}}};
  spec::Hook one = hook("/bin/one");
  one.args = {"one", "-x"};
  one.env = std::vector<std::string>{"A=b"};
  one.timeout = 7;

  BOOST_TEST(bool(script.run(spec::HookKind::kPrestart, {one})));

  const Invocation& asked = script.asked.at(0);
  BOOST_TEST(asked.path == "/bin/one");
  BOOST_TEST(asked.argv == (std::vector<std::string>{"one", "-x"}),
             boost::test_tools::per_element());
  BOOST_TEST(asked.env.value() == std::vector<std::string>{"A=b"},
             boost::test_tools::per_element());
  BOOST_TEST(asked.stdin_text == kState);
  BOOST_TEST(*asked.timeout_seconds == 7);
  BOOST_TEST(asked.cwd == "/bundle");
}

BOOST_AUTO_TEST_CASE(without_args_a_hook_is_called_by_its_path) {
  const Invocation made = invocation(hook("/bin/one"), kState, "/");
  BOOST_TEST(made.argv == std::vector<std::string>{"/bin/one"}, boost::test_tools::per_element());
  BOOST_TEST(!made.env.has_value());
  BOOST_TEST(!made.timeout_seconds.has_value());
}

BOOST_AUTO_TEST_CASE(hooks_run_in_listed_order) {
  Script script{.ends = {Exit{}, Exit{}, Exit{}}};
  BOOST_TEST(bool(script.run(spec::HookKind::kPoststart, {hook("/a"), hook("/b"), hook("/c")})));
  BOOST_TEST(script.asked.size() == 3);
  BOOST_TEST(script.asked.at(0).path == "/a");
  BOOST_TEST(script.asked.at(2).path == "/c");
}

BOOST_AUTO_TEST_CASE(the_first_failure_stops_the_list_and_tells_all) {
  Script script{
      .ends = {
          Exit{},
          Exit{.wait_status = exited(3), .elapsed_ms = 12, .output = "no bridge\nretry\x1b[1m\n\n"},
          Exit{}}};

  const Status ran =
      script.run(spec::HookKind::kCreateRuntime, {hook("/a"), hook("/b"), hook("/c")});

  BOOST_TEST(script.asked.size() == 2);
  BOOST_TEST((ran.error().kind() == ErrorKind::kHook));
  BOOST_TEST(
      ran.error().message() ==
      "hooks.createRuntime[1]: error running createRuntime hook #1: /b: exit status 3 after 12 ms, "
      "stderr: no bridge\\nretry [1m");
}

BOOST_AUTO_TEST_CASE(a_signal_and_a_timeout_are_told_apart) {
  Script killed{.ends = {Exit{.wait_status = SIGKILL, .elapsed_ms = 5}}};
  BOOST_TEST(
      killed.run(spec::HookKind::kPoststart, {hook("/a")}).error().message() ==
      "hooks.poststart[0]: error running poststart hook #0: /a: killed by signal 9 after 5 ms");

  Script slow{.ends = {Exit{.wait_status = SIGKILL, .timed_out = true, .elapsed_ms = 1001}}};
  BOOST_TEST(
      slow.run(spec::HookKind::kPrestart, {hook("/a")}).error().message() ==
      "hooks.prestart[0]: error running prestart hook #0: /a: timed out, killed after 1001 ms");
}

BOOST_AUTO_TEST_CASE(a_timeout_is_a_failure_even_if_the_hook_then_exits_with_0) {
  Script slow{.ends = {Exit{.timed_out = true}}};
  BOOST_TEST(!slow.run(spec::HookKind::kPrestart, {hook("/a")}));
}

BOOST_AUTO_TEST_CASE(a_hook_that_cannot_be_started_names_its_path) {
  Script script{.ends = {Error(ErrorKind::kProgram, "the file is missing")}};
  BOOST_TEST(
      script.run(spec::HookKind::kCreateRuntime, {hook("/no/hook")}).error().message() ==
      "hooks.createRuntime[0]: error running createRuntime hook #0: /no/hook: the file is missing");
}

BOOST_AUTO_TEST_CASE(a_failing_poststop_hook_is_a_warning_and_the_next_one_runs) {
  Script script{.ends = {Exit{.wait_status = exited(1)},
                         Error(ErrorKind::kProgram, "the file is missing"), Exit{}}};

  const Status ran = script.run(spec::HookKind::kPoststop, {hook("/a"), hook("/b"), hook("/c")});

  BOOST_TEST(bool(ran));
  BOOST_TEST(script.asked.size() == 3);
  const std::vector<std::string> expected = {
      "hooks.poststop[0]: error running poststop hook #0: /a: exit status 1 after 0 ms",
      "hooks.poststop[1]: error running poststop hook #1: /b: the file is missing",
  };
  BOOST_TEST(script.warnings == expected, boost::test_tools::per_element());
}

}  // namespace
}  // namespace oci::hooks

#include "runtime/plan/environment.h"

#include <sys/resource.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

using Strings = std::vector<std::string>;

std::string candidates(const wire::LaunchPlan& plan) {
  std::string out;
  for (const wire::Text candidate : items(plan, plan.init().candidates)) {
    if (!out.empty()) out += ' ';
    out += text(plan, candidate);
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(environment)

BOOST_AUTO_TEST_CASE(the_last_of_a_name_stays_in_its_place) {
  const std::vector<std::string_view> given = {"A=1", "B=1", "A=2", "AB=1", "A", "B=2", "C"};
  const std::vector<std::string_view> expected = {"AB=1", "A", "B=2", "C"};
  BOOST_TEST(unique_environment(given) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(home_is_looked_for_where_it_is_absent_or_empty) {
  spec::Config config = some_config();
  config.process->env = {"A=1"};
  BOOST_TEST(plan_of(config).init().find_home);
  config.process->env = {"HOME=/root", "A=1"};
  const wire::LaunchPlan given = plan_of(config);
  BOOST_TEST(!given.init().find_home);
  BOOST_TEST(texts(given, given.init().env) == (Strings{"HOME=/root", "A=1"}),
             boost::test_tools::per_element());
  config.process->env = {"HOME=/root", "HOME=", "A=1"};
  const wire::LaunchPlan empty = plan_of(config);
  BOOST_TEST(empty.init().find_home);
  BOOST_TEST(texts(empty, empty.init().env) == Strings{"A=1"}, boost::test_tools::per_element());
  BOOST_TEST(empty.init().env.slots == 4u);
}

BOOST_AUTO_TEST_CASE(passed_sockets_are_announced_and_kept_open) {
  spec::Config config = some_config();
  config.process->env = {"HOME=/", "LISTEN_FDS=9"};
  Request request = some_request();
  request.listen_fds = 2;
  request.preserved = {3, 4, 9};
  const wire::LaunchPlan plan = plan_of(config, some_host(), request);
  BOOST_TEST(texts(plan, plan.init().env) == (Strings{"HOME=/", "LISTEN_FDS=2", "LISTEN_PID=1"}),
             boost::test_tools::per_element());
  BOOST_TEST(items(plan, plan.init().preserved) == (std::vector<int32_t>{3, 4, 9}),
             boost::test_tools::per_element());
  request.listen_names = "web:admin";
  const wire::LaunchPlan named = plan_of(config, some_host(), request);
  BOOST_TEST(texts(named, named.init().env) ==
                 (Strings{"HOME=/", "LISTEN_FDS=2", "LISTEN_PID=1", "LISTEN_FDNAMES=web:admin"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_program_is_looked_for_as_execvp_does) {
  spec::Config config = some_config();
  config.process->cwd = "/work/";
  BOOST_TEST(candidates(plan_of(config)) == "/bin/sh /usr/bin/sh");
  config.process->env = {"PATH=/bin:rel:/usr/bin/:"};
  BOOST_TEST(candidates(plan_of(config)) == "/bin/sh /work/rel/sh /usr/bin/sh /work/sh");
  config.process->env = {"PATH=/bin", "PATH="};
  BOOST_TEST(candidates(plan_of(config)) == "/work/sh");
  config.process->args = {"", "sh"};
  BOOST_TEST(error_of(config) == "exec: \"\": executable file not found in $PATH");
  config.process->args = {"./sh"};
  BOOST_TEST(candidates(plan_of(config)) == "/work/./sh");
  config.process->args = {"/bin/sh", "-c", "x"};
  const wire::LaunchPlan absolute = plan_of(config);
  BOOST_TEST(candidates(absolute) == "/bin/sh");
  BOOST_TEST(texts(absolute, absolute.init().args) == (Strings{"/bin/sh", "-c", "x"}),
             boost::test_tools::per_element());
  BOOST_TEST(text(absolute, absolute.init().cwd) == "/work");
}

BOOST_AUTO_TEST_CASE(a_container_without_a_process_has_no_program) {
  spec::Config config = some_config();
  config.process.reset();
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_TEST(plan.init().args.count == 0u);
  BOOST_TEST(plan.init().candidates.count == 0u);
  BOOST_TEST(!plan.init().cwd);
  BOOST_TEST(plan.init().capabilities.bounding == 0u);
}

BOOST_AUTO_TEST_CASE(what_execve_cannot_take_is_refused_by_its_path) {
  spec::Config config = some_config();
  config.process->args = {"sh", std::string(131'071, 'x')};
  plan_of(config);
  config.process->args[1] += 'x';
  BOOST_TEST(
      error_of(config) ==
      "process.args[1]: has 131072 bytes, and the kernel takes at most 131071 in one string");
  config.process->args = {"sh"};
  config.process->env.assign(20, std::string(120'000, 'x'));
  BOOST_TEST(error_of(config).starts_with("process.args: takes 2400191 bytes together"));
  config.process->rlimits = {{.resource = RLIMIT_STACK, .soft = RLIM_INFINITY}};
  plan_of(config);
}

BOOST_AUTO_TEST_CASE(the_limit_of_execve_is_a_quarter_of_the_stack_within_bounds) {
  BOOST_TEST(exec_limit(8u << 20) == 2u << 20);
  BOOST_TEST(exec_limit(4096) == 128u << 10);
  BOOST_TEST(exec_limit(RLIM_INFINITY) == 6u << 20);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan

#include "runtime/plan/plan.h"

#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

BOOST_AUTO_TEST_SUITE(plans)

BOOST_AUTO_TEST_CASE(the_root_is_relative_to_the_bundle) {
  spec::Config config = some_config();
  config.root->readonly = true;
  config.linux->rootfs_propagation = spec::Propagation::kShared;
  config.linux->rootfs_propagation_recursive = true;
  Request request = some_request();
  request.no_pivot = true;
  const wire::LaunchPlan plan = plan_of(config, some_host(), request);
  BOOST_TEST(text(plan, plan.init().rootfs) == "/bundle/rootfs");
  BOOST_TEST(plan.init().root_readonly);
  BOOST_TEST(plan.init().no_pivot);
  BOOST_TEST(plan.init().propagation == uint64_t{MS_SHARED});
  BOOST_TEST(plan.init().propagation_recursive);
  BOOST_TEST(plan_of(some_config()).init().propagation == 0u);
}

BOOST_AUTO_TEST_CASE(masked_and_readonly_paths_keep_their_place_and_are_cleaned) {
  spec::Config config = some_config();
  config.linux->masked_paths = {"/proc/kcore", "/sys/../proc//keys"};
  config.linux->readonly_paths = {"/proc/sys"};
  const wire::LaunchPlan plan = plan_of(config);
  const auto masked = items(plan, plan.init().masked_paths);
  BOOST_REQUIRE(masked.size() == 2u);
  BOOST_TEST(text(plan, masked[1].path) == "/proc/keys");
  BOOST_TEST(masked[1].index == 1u);
  BOOST_TEST(text(plan, items(plan, plan.init().readonly_paths)[0].path) == "/proc/sys");
}

BOOST_AUTO_TEST_CASE(a_terminal_needs_somebody_to_take_it) {
  spec::Config config = some_config();
  config.process->terminal = true;
  config.process->console_size = spec::ConsoleSize{.height = 24, .width = 80};
  BOOST_TEST(
      error_of(config).starts_with("process.terminal: cannot allocate tty if oci-rt will "
                                   "detach without setting console socket"));
  Request with_socket = some_request();
  with_socket.console_socket = true;
  const wire::LaunchPlan plan = plan_of(config, some_host(), with_socket);
  BOOST_TEST(plan.init().terminal);
  BOOST_TEST(plan.init().rows == 24u);
  BOOST_TEST(plan.init().columns == 80u);
  Request foreground = some_request();
  foreground.detached = false;
  BOOST_TEST(plan_of(config, some_host(), foreground).init().terminal);
  config.process->terminal = false;
  BOOST_TEST(plan_of(config).init().rows == 0u);
  BOOST_TEST(error_of(config, some_host(), with_socket).starts_with("--console-socket: "));
}

BOOST_AUTO_TEST_CASE(hooks_in_the_container_get_complete_vectors_and_the_state) {
  spec::Config config = some_config();
  config.hooks.create_runtime = {{.path = "/host"}};
  config.hooks.create_container = {
      {.path = "/a", .args = {}, .env = std::vector<std::string>{"K=V"}, .timeout = 5},
      {.path = "/b", .args = {"b", "x"}},
      {.path = "/c", .args = {}, .env = std::vector<std::string>()}};
  config.hooks.start_container = {{.path = "/d"}};
  Request request = some_request();
  request.callers_environment = {"PATH=/bin"};
  request.creating_head = "{\"pid\":";
  request.creating_tail = "}";
  const wire::LaunchPlan plan = plan_of(config, some_host(), request);
  const auto hooks = items(plan, plan.init().create_container_hooks);
  BOOST_REQUIRE(hooks.size() == 3u);
  BOOST_TEST(text(plan, hooks[0].path) == "/a");
  BOOST_TEST(texts(plan, hooks[0].args) == std::vector<std::string>{"/a"},
             boost::test_tools::per_element());
  BOOST_TEST(texts(plan, hooks[0].env) == std::vector<std::string>{"K=V"},
             boost::test_tools::per_element());
  BOOST_TEST(hooks[0].timeout == 5u);
  BOOST_TEST((texts(plan, hooks[1].args) == std::vector<std::string>{"b", "x"}));
  BOOST_TEST(texts(plan, hooks[1].env) == std::vector<std::string>{"PATH=/bin"},
             boost::test_tools::per_element());
  BOOST_TEST(hooks[2].env.slots == 1u);  // an empty environment is still a vector
  BOOST_TEST(items(plan, plan.init().start_container_hooks)[0].env.slots == 0u);
  BOOST_TEST(hooks[1].index == 1u);
  BOOST_TEST(text(plan, plan.init().creating_state.head) == "{\"pid\":");
  BOOST_TEST(plan.init().host_hooks);
}

BOOST_AUTO_TEST_CASE(the_other_hooks_are_not_init_s) {
  spec::Config config = some_config();
  config.hooks.poststart = config.hooks.poststop = {{.path = "/a"}};
  BOOST_TEST(!plan_of(config).init().host_hooks);
  config.hooks.prestart = {{.path = "/a"}};
  BOOST_TEST(plan_of(config).init().host_hooks);
}

BOOST_AUTO_TEST_CASE(exec_clones_last_and_waits_only_for_what_a_clone_does_not_pass_on) {
  spec::Config config = some_config();
  const auto exec_plan = [&] {
    return make_exec_plan(config, some_host(), some_request()).value();
  };
  config.process->scheduler = spec::Scheduler{.policy = SCHED_FIFO, .priority = 7};
  wire::LaunchPlan plan = exec_plan();
  BOOST_TEST(plan.init().clones_last);
  BOOST_TEST(!plan.init().staged);
  BOOST_TEST(!plan.init().waits);
  BOOST_TEST(wire::outlives_fork(*plan.scheduler, plan.init()));
  for (const spec::Scheduler& reset :
       {spec::Scheduler{.policy = SCHED_FIFO, .priority = 7, .flags = SCHED_FLAG_RESET_ON_FORK},
        spec::Scheduler{.policy = SCHED_DEADLINE}}) {
    config.process->scheduler = reset;
    plan = exec_plan();
    BOOST_TEST(plan.init().waits);
    BOOST_TEST(!wire::outlives_fork(reset, plan.init()));
    BOOST_TEST(wire::outlives_fork(reset, plan_of(config).init()));
  }
}

BOOST_AUTO_TEST_CASE(a_limit_on_processes_is_lowered_once_the_stage_is_gone) {
  spec::Config config = some_config();
  const auto limit = [&](uint64_t soft) {
    config.process->rlimits = {{.resource = RLIMIT_NPROC, .soft = soft, .hard = soft}};
    return make_exec_plan(config, some_host(), some_request()).value().init().process_limit;
  };
  BOOST_TEST(limit(5).soft == 5u);
  BOOST_TEST(limit(5).meanwhile == 7u);
  BOOST_TEST(limit(RLIM_INFINITY).meanwhile == 0u);
}

BOOST_AUTO_TEST_CASE(the_names_of_the_machine_are_absent_unless_given) {
  spec::Config config = some_config();
  BOOST_TEST(!plan_of(config).init().hostname);
  config.hostname = "web1";
  config.domainname = "example.org";
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_TEST(text(plan, plan.init().hostname) == "web1");
  BOOST_TEST(text(plan, plan.init().domainname) == "example.org");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan

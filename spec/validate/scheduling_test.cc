// Rules of scheduling and memory policy.
#include <linux/mempolicy.h>
#include <linux/sched.h>

#include "spec/parse/names.h"
#include "spec/validate/sample.h"

namespace oci::spec {
namespace {

using sample::check;

BOOST_AUTO_TEST_SUITE(scheduling)

BOOST_AUTO_TEST_CASE(every_policy_can_be_asked_for) {
  check(
      {{"",
        [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_NORMAL, .nice = -20}; }},
       {"",
        [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_FIFO, .priority = 99}; }},
       {"", [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_RR, .priority = 1}; }},
       {"", [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_BATCH, .nice = 19}; }},
       {"", [](Config& c) { c.process->scheduler = Scheduler{.policy = kSchedIso}; }},
       {"", [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_IDLE}; }},
       {"", [](Config& c) {
          c.process->scheduler =
              Scheduler{.policy = SCHED_DEADLINE, .runtime = 1024, .deadline = 1024};
        }}});
}

BOOST_AUTO_TEST_CASE(what_the_kernel_would_cut_or_ignore_is_refused) {
  check(
      {{"process.scheduler.nice: expected -20 to 19, found 20",
        [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_NORMAL, .nice = 20}; }},
       {"process.scheduler.nice: expected -20 to 19, found -21",
        [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_BATCH, .nice = -21}; }},
       {"process.scheduler.priority: applies to SCHED_FIFO and SCHED_RR only",
        [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_NORMAL, .priority = 1}; }},
       {"process.scheduler.priority: expected 1 to 99 for SCHED_RR, found 0",
        [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_RR}; }},
       {"process.scheduler.priority: expected 1 to 99 for SCHED_FIFO, found 100",
        [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_FIFO, .priority = 100}; }},
       {"process.scheduler.runtime: applies to SCHED_DEADLINE only\n"
        "process.scheduler.period: applies to SCHED_DEADLINE only",
        [](Config& c) {
          c.process->scheduler = Scheduler{.policy = SCHED_IDLE, .runtime = 1, .period = 1};
        }}});
}

BOOST_AUTO_TEST_CASE(the_times_of_a_deadline_are_in_order) {
  check({{"process.scheduler.runtime: expected at least 1024 (nanoseconds), found 0",
          [](Config& c) { c.process->scheduler = Scheduler{.policy = SCHED_DEADLINE}; }},
         {"process.scheduler.deadline: expected at least runtime (5000), found 4999",
          [](Config& c) {
            c.process->scheduler =
                Scheduler{.policy = SCHED_DEADLINE, .runtime = 5000, .deadline = 4999};
          }},
         {"process.scheduler.period: expected at least deadline (5000), found 4999", [](Config& c) {
            c.process->scheduler = Scheduler{
                .policy = SCHED_DEADLINE, .runtime = 5000, .deadline = 5000, .period = 4999};
          }}});
}

BOOST_AUTO_TEST_CASE(a_deadline_process_cannot_run_hooks_unless_they_lose_the_policy) {
  check({{"process.scheduler.flags: expected SCHED_FLAG_RESET_ON_FORK, without which a "
          "SCHED_DEADLINE process cannot run hooks.startContainer",
          [](Config& c) {
            c.process->scheduler =
                Scheduler{.policy = SCHED_DEADLINE, .runtime = 5000, .deadline = 5000};
            c.hooks.start_container = {{.path = "/hook"}};
          }},
         {"", [](Config& c) {
            c.process->scheduler = Scheduler{.policy = SCHED_DEADLINE,
                                             .flags = SCHED_FLAG_RESET_ON_FORK,
                                             .runtime = 5000,
                                             .deadline = 5000};
            c.hooks.start_container = {{.path = "/hook"}};
          }}});
}

BOOST_AUTO_TEST_CASE(an_io_priority_is_0_to_7) {
  check(
      {{"process.ioPriority.priority: expected 0 to 7, found 8",
        [](Config& c) { c.process->io_priority = IoPriority{.io_class = 1, .priority = 8}; }},
       {"process.ioPriority.priority: expected 0 to 7, found -1",
        [](Config& c) { c.process->io_priority = IoPriority{.io_class = 1, .priority = -1}; }},
       {"", [](Config& c) { c.process->io_priority = IoPriority{.io_class = 3, .priority = 7}; }}});
}

BOOST_AUTO_TEST_CASE(cpu_affinity_of_exec_is_judged_at_create) {
  check({{"process.execCPUAffinity.initial: expected a list of CPUs such as 0-3,7, found \"x\"",
          [](Config& c) { c.process->exec_cpu_affinity = {.initial = "x", .final_ = "0"}; }},
         {"process.execCPUAffinity.final: expected a list of CPUs such as 0-3,7, found \"1-0\"",
          [](Config& c) { c.process->exec_cpu_affinity = {.initial = "", .final_ = "1-0"}; }},
         {"process.execCPUAffinity.final: expected a list of CPUs such as 0-3,7, found \",\"",
          [](Config& c) { c.process->exec_cpu_affinity = {.initial = "", .final_ = ","}; }},
         {"",
          [](Config& c) { c.process->exec_cpu_affinity = {.initial = "0-3,7", .final_ = "4"}; }}});
}

BOOST_AUTO_TEST_CASE(a_memory_policy_has_the_nodes_that_its_mode_takes) {
  const auto with = [](MemoryPolicy policy) {
    Config config = sample::config();
    config.linux->memory_policy = std::move(policy);
    return sample::problems(config);
  };
  for (const auto& mode : kMemoryPolicyModeNames) {
    const bool none = mode.value == MPOL_DEFAULT || mode.value == MPOL_LOCAL;
    BOOST_TEST_CONTEXT(mode.name) {
      BOOST_TEST(with({.mode = mode.value, .nodes = none ? "" : "0-1,3"}) == "");
    }
  }
  BOOST_TEST(with({.mode = MPOL_DEFAULT, .nodes = "0-2"}) ==
             "linux.memoryPolicy.nodes: MPOL_DEFAULT mode requires 0 nodes but got 3");
  BOOST_TEST(with({.mode = MPOL_BIND}) ==
             "linux.memoryPolicy.nodes: MPOL_BIND mode requires at least 1 node but got 0");
  BOOST_TEST(with({.mode = MPOL_PREFERRED}) == "");
  BOOST_TEST(with({.mode = MPOL_BIND, .nodes = "0-"}) ==
             "linux.memoryPolicy.nodes: invalid memory policy node: expected a list such as "
             "0-3,7, found \"0-\"");
}

BOOST_AUTO_TEST_CASE(the_flags_of_a_memory_policy_go_together) {
  check({{"linux.memoryPolicy.flags: expected one of MPOL_F_STATIC_NODES and "
          "MPOL_F_RELATIVE_NODES, found both",
          [](Config& c) {
            c.linux->memory_policy =
                MemoryPolicy{.mode = MPOL_BIND,
                             .nodes = "0",
                             .flags = MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES};
          }},
         {"linux.memoryPolicy.flags: MPOL_LOCAL without nodes cannot have flags about nodes",
          [](Config& c) {
            c.linux->memory_policy =
                MemoryPolicy{.mode = MPOL_LOCAL, .nodes = "", .flags = MPOL_F_STATIC_NODES};
          }},
         {"linux.memoryPolicy.flags: MPOL_DEFAULT has no flags", [](Config& c) {
            c.linux->memory_policy =
                MemoryPolicy{.mode = MPOL_DEFAULT, .nodes = "", .flags = 1U << 13};
          }}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec

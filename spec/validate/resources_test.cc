// Rules of limits and of the syscall filter.
#include "spec/validate/sample.h"

namespace oci::spec {
namespace {

using sample::check;

BOOST_AUTO_TEST_SUITE(validate_resources)

BOOST_AUTO_TEST_CASE(swap_is_counted_with_memory) {
  check({{"linux.resources.memory.swap: limits memory and swap together, so it needs memory.limit",
          [](Config& c) { c.linux->resources->memory = {.swap = 1024}; }},
         {"linux.resources.memory.swap: expected at least memory.limit (2048), found 1024",
          [](Config& c) { c.linux->resources->memory = {.limit = 2048, .swap = 1024}; }},
         {"", [](Config& c) { c.linux->resources->memory = {.swap = -1}; }},
         {"", [](Config& c) { c.linux->resources->memory = {.limit = 2048, .swap = 0}; }},
         {"", [](Config& c) { c.linux->resources->memory = {.limit = 2048, .swap = 2048}; }},
         {"linux.resources.memory.limit: expected -1 or more, found -2",
          [](Config& c) { c.linux->resources->memory = {.limit = -2}; }},
         {"linux.resources.memory.swappiness: expected 0 to 100, found 101",
          [](Config& c) { c.linux->resources->memory = {.swappiness = 101}; }}});
}

BOOST_AUTO_TEST_CASE(cpu_and_pids_are_in_their_ranges) {
  check({{"linux.resources.cpu.burst: expected at most cpu.quota (1000), found 1001",
          [](Config& c) { c.linux->resources->cpu = {.quota = 1000, .burst = 1001}; }},
         {"", [](Config& c) { c.linux->resources->cpu = {.quota = -1, .burst = 1001}; }},
         {"linux.resources.cpu.idle: expected 0 or 1, found 2",
          [](Config& c) { c.linux->resources->cpu = {.idle = 2}; }},
         {"linux.resources.pids.limit: expected -1 or more, found -2",
          [](Config& c) { c.linux->resources->pids = {.limit = -2}; }},
         {"", [](Config& c) { c.linux->resources->pids = {.limit = 0}; }}});
}

BOOST_AUTO_TEST_CASE(limits_of_no_document_are_checked_alike_and_told_without_a_position) {
  BOOST_TEST(bool(validate_completed({.memory = MemoryResources{.limit = 10, .swap = 10}})));
  const Status below = validate_completed({.memory = MemoryResources{.limit = 10, .swap = 5}});
  BOOST_REQUIRE(!below);
  BOOST_TEST(below.error().property() == "linux.resources.memory.swap");
  BOOST_TEST(below.error().message() ==
             "linux.resources.memory.swap: expected at least memory.limit (10), found 5");
  const Status two = validate_completed(
      {.cpu = CpuResources{.quota = 1000, .burst = 1001}, .pids = PidsResources{.limit = -2}});
  BOOST_REQUIRE(!two);
  BOOST_TEST(two.error().message() ==
             "linux.resources.cpu.burst: expected at most cpu.quota (1000), found 1001");
}

BOOST_AUTO_TEST_CASE(weights_and_devices_of_block_io_are_in_their_ranges) {
  check({{"linux.resources.blockIO.weight: expected 10 to 1000, found 9",
          [](Config& c) { c.linux->resources->block_io = {.weight = 9}; }},
         {"", [](Config& c) { c.linux->resources->block_io = {.weight = 0}; }},
         {"linux.resources.blockIO.weightDevice[0]: expected weight or leafWeight, found neither",
          [](Config& c) {
            c.linux->resources->block_io = {.weight_device = {{8, 0, {}, {}}}};
          }},
         {"linux.resources.blockIO.weightDevice[0].leafWeight: expected 10 to 1000, found 1001",
          [](Config& c) {
            c.linux->resources->block_io = {.weight_device = {{8, 0, {}, 1001}}};
          }},
         {"linux.resources.blockIO.throttleReadIOPSDevice[1].minor: expected a device number, "
          "found -1",
          [](Config& c) {
            c.linux->resources->block_io = {.throttle_read_iops_device = {{8, 0, 1}, {8, -1, 1}}};
          }}});
}

BOOST_AUTO_TEST_CASE(page_sizes_are_written_as_the_kernel_does) {
  const auto with = [](const char* size) {
    Config config = sample::config();
    config.linux->resources->hugepage_limits = {{size, 0}};
    return sample::problems(config);
  };
  for (const char* const size : {"2MB", "64KB", "1GB", "1024KB"})
    BOOST_TEST(with(size) == "");
  BOOST_TEST(with("2MiB") ==
             "linux.resources.hugepageLimits[0].pageSize: expected a size such as 2MB, found "
             "\"2MiB\"");
  for (const char* const size : {"", "MB", "02MB", "0MB", "2TB", "2", "2MB ", "-2MB"})
    BOOST_TEST(with(size) != "", size);
}

BOOST_AUTO_TEST_CASE(a_device_rule_names_accesses_of_devices) {
  constexpr auto kFifo = DeviceType::kFifo;
  check({{"linux.resources.devices[0].access: expected letters of rwm, found \"rx\"",
          [](Config& c) { c.linux->resources->devices = {{.access = "rx"}}; }},
         {"linux.resources.devices[0].access: expected letters of rwm, found \"\"",
          [](Config& c) { c.linux->resources->devices = {{.access = ""}}; }},
         {"linux.resources.devices[0].type: expected one of a, b, c, found \"p\"",
          [](Config& c) { c.linux->resources->devices = {{.type = kFifo}}; }},
         {"linux.resources.devices[0].major: expected a device number, found -2",
          [](Config& c) { c.linux->resources->devices = {{.major = -2, .minor = -1}}; }},
         {"", [](Config& c) { c.linux->resources->devices = {{.access = "mr"}}; }}});
}

BOOST_AUTO_TEST_CASE(entries_by_name_have_one_and_a_content) {
  check(
      {{"linux.resources.network.priorities[0].name: expected a network device, found \"\"",
        [](Config& c) {
          c.linux->resources->network = {.priorities = {{"", 1}}};
        }},
       {"linux.resources.rdma.mlx5_1: expected hcaHandles or hcaObjects, found neither",
        [](Config& c) {
          c.linux->resources->rdma = {{"mlx5_1", {}, {}}};
        }},
       {"linux.resources.unified[\"../memory.max\"]: expected the name of a cgroup v2 file, found "
        "\"../memory.max\"",
        [](Config& c) {
          c.linux->resources->unified = {{"../memory.max", "1"}};
        }},
       {"linux.resources.rdma: expected the name of an RDMA device, found \"a b\"",
        [](Config& c) {
          c.linux->resources->rdma = {{"a b", 1, {}}};
        }},
       {"linux.resources.unified: expected at most 1024 limits, found 1025",
        [](Config& c) {
          for (int i = 0; i < 1025; ++i)
            c.linux->resources->unified.emplace_back(cat("a.", i), "1");
        }},
       {"linux.resources.hugepageLimits: expected at most 1024 limits, found 1025",
        [](Config& c) {
          c.linux->resources->hugepage_limits.resize(1025, {"2MB", 0});
        }},
       {"",
        [](Config& c) {
          for (int i = 0; i < 1023; ++i)
            c.linux->resources->unified.emplace_back(cat("a.", i), "1");
          c.linux->resources->unified.emplace_back("memory.high", "1");
        }},
       {"", [](Config& c) {
          c.linux->resources->unified = {{"memory.high", "1"}};
          c.linux->resources->rdma = {{"mlx5_1", 1, {}}};
        }}});
}

void filter(Config& config, Seccomp seccomp) {
  config.linux->seccomp = std::move(seccomp);
}

constexpr auto kAllow = SeccompAction::kAllow;
constexpr auto kErrno = SeccompAction::kErrno;
constexpr auto kNotify = SeccompAction::kNotify;

BOOST_AUTO_TEST_CASE(a_number_is_returned_by_actions_that_can) {
  constexpr auto kTrace = SeccompAction::kTrace;
  check(
      {{"linux.seccomp.defaultErrnoRet: applies to SCMP_ACT_ERRNO and SCMP_ACT_TRACE only; other "
        "actions return no number",
        [](Config& c) { filter(c, {.default_action = kAllow, .default_errno_ret = 1}); }},
       {"linux.seccomp.syscalls[0].errnoRet: applies to SCMP_ACT_ERRNO and SCMP_ACT_TRACE only; "
        "other actions return no number",
        [](Config& c) {
          filter(c, {.default_action = kAllow,
                     .syscalls = {{.names = {"read"}, .action = kAllow, .errno_ret = 1}}});
        }},
       {"linux.seccomp.defaultErrnoRet: expected 0 to 4095, found 4096",
        [](Config& c) { filter(c, {.default_action = kErrno, .default_errno_ret = 4096}); }},
       {"", [](Config& c) { filter(c, {.default_action = kTrace, .default_errno_ret = 65535}); }}});
}

BOOST_AUTO_TEST_CASE(a_rule_has_names_and_arguments_that_exist) {
  check(
      {{"linux.seccomp.syscalls[0].names: expected at least one, found an empty list",
        [](Config& c) { filter(c, {.default_action = kAllow, .syscalls = {{.action = kErrno}}}); }},
       {"linux.seccomp.syscalls[0].names[1]: expected a system call, found \"\"",
        [](Config& c) {
          filter(c, {.default_action = kAllow,
                     .syscalls = {{.names = {"read", ""}, .action = kErrno}}});
        }},
       {"linux.seccomp.syscalls[0].args[0].index: expected 0 to 5, found 6",
        [](Config& c) {
          filter(c, {.default_action = kAllow,
                     .syscalls = {{.names = {"read"}, .action = kErrno, .args = {{.index = 6}}}}});
        }},
       {"linux.seccomp.listenerMetadata: needs listenerPath; the metadata is sent there",
        [](Config& c) { filter(c, {.default_action = kAllow, .listener_metadata = "x"}); }}});
}

BOOST_AUTO_TEST_CASE(notifying_needs_an_agent) {
  check(
      {{"linux.seccomp.listenerPath: missing: SCMP_ACT_NOTIFY needs an agent's socket",
        [](Config& c) {
          filter(c,
                 {.default_action = kAllow, .syscalls = {{.names = {"read"}, .action = kNotify}}});
        }},
       {"linux.seccomp.listenerPath: expected an absolute path, found \"a.sock\"",
        [](Config& c) { filter(c, {.default_action = kNotify, .listener_path = "a.sock"}); }},
       {"", [](Config& c) { filter(c, {.default_action = kAllow, .listener_path = "a.sock"}); }}});
}

BOOST_AUTO_TEST_CASE(a_class_of_service_is_named_by_one_directory_and_set_by_lines) {
  check({{"linux.intelRdt.closID: expected a name without '/', or \"/\" alone, found \"a/b\"",
          [](Config& c) { c.linux->intel_rdt = IntelRdt{.clos_id = "a/b"}; }},
         {"linux.intelRdt.closID: expected a name without '/', or \"/\" alone, found \"..\"",
          [](Config& c) { c.linux->intel_rdt = IntelRdt{.clos_id = ".."}; }},
         {"linux.intelRdt.closID: expected a name that resctrl does not use itself, found \"info\"",
          [](Config& c) { c.linux->intel_rdt = IntelRdt{.clos_id = "info"}; }},
         {"linux.intelRdt.memBwSchema: expected one line that begins with MB:, found \"L3:0=f\"",
          [](Config& c) { c.linux->intel_rdt = IntelRdt{.mem_bw_schema = "L3:0=f"}; }},
         {"linux.intelRdt.schemata[1]: expected one line, found \"a\\nb\"",
          [](Config& c) {
            c.linux->intel_rdt = IntelRdt{.schemata = {"L3:0=f", "a\nb"}};
          }},
         {"", [](Config& c) {
            c.linux->intel_rdt = IntelRdt{.clos_id = "/",
                                          .schemata = {"L2:0=f"},
                                          .l3_cache_schema = "L3:0=f",
                                          .mem_bw_schema = "MB:0=50",
                                          .enable_monitoring = true};
          }}});
}

BOOST_AUTO_TEST_CASE(what_asks_for_nothing_is_accepted) {
  check({{"", [](Config& c) {
            c.linux->mount_label = "";
            c.process->apparmor_profile = "";
            c.process->selinux_label = "";
            c.process->exec_cpu_affinity.emplace();
            filter(c, {.default_action = kAllow, .listener_path = "/unused"});
          }}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec

// Every property of spec/testdata/good/complete.json ends up in its field.
#include "spec/parse/parse_config.h"
#include "spec/testing.h"
#include "third_party/boost_test.h"

namespace oci::spec {
namespace {

using Strings = std::vector<std::string>;

struct CompleteConfig {
  Config config = parse_config(testing::testdata("good/complete.json"), "config.json").value();
  const Process& process = *config.process;
  const Linux& linux = *config.linux;
};

BOOST_FIXTURE_TEST_SUITE(complete_config, CompleteConfig)

BOOST_AUTO_TEST_CASE(the_top_level) {
  BOOST_TEST(config.oci_version == "1.3.0");
  BOOST_TEST(config.root->path == "rootfs");
  BOOST_TEST(config.root->readonly);
  BOOST_TEST(*config.hostname == "web1");
  BOOST_TEST(*config.domainname == "example.org");
  const Annotations annotations = {{"org.example/a.b", "1"}, {"org.example.empty", ""}};
  BOOST_TEST((config.annotations == annotations));
}

BOOST_AUTO_TEST_CASE(mounts_in_order) {
  BOOST_TEST_REQUIRE(config.mounts.size() == 2u);
  const Mount& proc = config.mounts[0];
  BOOST_TEST(proc.destination == "/proc");
  BOOST_TEST(*proc.type == "proc");
  BOOST_TEST(*proc.source == "proc");
  BOOST_TEST(proc.options.empty());
  const Mount& data = config.mounts[1];
  BOOST_TEST((data.options == Strings{"bind", "ro", "idmap"}));
  BOOST_TEST_REQUIRE(data.uid_mappings.size() == 1u);
  BOOST_TEST(data.uid_mappings[0].container_id == 0u);
  BOOST_TEST(data.uid_mappings[0].host_id == 100000u);
  BOOST_TEST(data.uid_mappings[0].size == 65536u);
  BOOST_TEST_REQUIRE(data.gid_mappings.size() == 1u);
  BOOST_TEST(data.gid_mappings[0].container_id == 1u);
  BOOST_TEST(data.gid_mappings[0].size == 4294967295u);
}

BOOST_AUTO_TEST_CASE(six_lists_of_hooks) {
  const Hooks& hooks = config.hooks;
  const std::vector<Hook>* const lists[] = {&hooks.prestart,         &hooks.create_runtime,
                                            &hooks.create_container, &hooks.start_container,
                                            &hooks.poststart,        &hooks.poststop};
  char number = '1';
  for (const std::vector<Hook>* list : lists) {
    BOOST_TEST_REQUIRE(!list->empty());
    BOOST_TEST(list->front().path == cat("/bin/h", number));
    BOOST_TEST(list->front().args.front() == cat("h", number));
    BOOST_TEST((list->front().env.value() == Strings{cat("A=", number)}));
    ++number;
  }
  BOOST_TEST(*hooks.prestart[0].timeout == 3);
  BOOST_TEST(*hooks.create_runtime[0].timeout == INT64_MAX);
  BOOST_TEST_REQUIRE(hooks.poststop.size() == 2u);
  BOOST_TEST(hooks.poststop[1].args.empty());
  BOOST_TEST(!hooks.poststop[1].timeout.has_value());
}

BOOST_AUTO_TEST_CASE(process_and_its_user) {
  BOOST_TEST(process.terminal);
  BOOST_TEST(process.console_size->height == 25);
  BOOST_TEST(process.console_size->width == 65535);
  BOOST_TEST(process.user.uid == 1u);
  BOOST_TEST(process.user.gid == 4294967294u);
  BOOST_TEST(*process.user.umask == 077u);
  BOOST_TEST((process.user.additional_gids == std::vector<uint32_t>{5, 6}));
  BOOST_TEST((process.args == Strings{"sh", "-c", "true"}));
  BOOST_TEST((process.env == Strings{"PATH=/bin", "TERM=xterm"}));
  BOOST_TEST(process.cwd == "/work");
  BOOST_TEST(process.no_new_privileges);
  BOOST_TEST(*process.oom_score_adj == -500);
  BOOST_TEST(*process.apparmor_profile == "container-default");
  BOOST_TEST(*process.selinux_label == "system_u:system_r:container_t:s0");
}

BOOST_AUTO_TEST_CASE(five_sets_of_capabilities) {
  BOOST_TEST((process.capabilities->bounding == Strings{"CAP_CHOWN", "CAP_KILL"}));
  BOOST_TEST((process.capabilities->effective == Strings{"CAP_CHOWN"}));
  BOOST_TEST((process.capabilities->inheritable == Strings{"CAP_KILL"}));
  BOOST_TEST((process.capabilities->permitted == Strings{"CAP_CHOWN"}));
  BOOST_TEST((process.capabilities->ambient == Strings{"CAP_NET_RAW"}));
}

// Literal numbers from the kernel's headers.
BOOST_AUTO_TEST_CASE(limits_and_priorities) {
  BOOST_TEST_REQUIRE(process.rlimits.size() == 2u);
  BOOST_TEST(process.rlimits[0].resource == 7);
  BOOST_TEST(process.rlimits[0].soft == 1024u);
  BOOST_TEST(process.rlimits[0].hard == 4096u);
  BOOST_TEST(process.rlimits[1].resource == 4);
  BOOST_TEST(process.rlimits[1].hard == UINT64_MAX);
  BOOST_TEST(process.io_priority->io_class == 3);
  BOOST_TEST(process.io_priority->priority == 7);
  BOOST_TEST(process.scheduler->policy == 6u);
  BOOST_TEST(process.scheduler->nice == -20);
  BOOST_TEST(process.scheduler->priority == 3);
  BOOST_TEST(process.scheduler->flags == 0x05u);
  BOOST_TEST(process.scheduler->runtime == 10u);
  BOOST_TEST(process.scheduler->deadline == 20u);
  BOOST_TEST(process.scheduler->period == UINT64_MAX);
  BOOST_TEST(process.exec_cpu_affinity->initial == "0-3");
  BOOST_TEST(process.exec_cpu_affinity->final_ == "7");
}

BOOST_AUTO_TEST_CASE(namespaces_and_ids) {
  BOOST_TEST_REQUIRE(linux.namespaces.size() == 8u);
  int expected = 0;
  for (const Namespace& each : linux.namespaces)
    BOOST_TEST(static_cast<int>(each.type) == expected++);
  BOOST_TEST(!linux.namespaces[0].path.has_value());
  BOOST_TEST(*linux.namespaces[1].path == "/run/netns/a");
  BOOST_TEST(linux.uid_mappings.at(0).host_id == 1000u);
  BOOST_TEST(linux.gid_mappings.at(0).host_id == 1001u);
  BOOST_TEST(linux.gid_mappings.at(0).size == 2u);
  BOOST_TEST(linux.time_offset_boottime->secs == -7);
  BOOST_TEST(linux.time_offset_boottime->nanosecs == 8u);
  BOOST_TEST(linux.time_offset_monotonic->secs == 9);
  BOOST_TEST(linux.time_offset_monotonic->nanosecs == 999999999u);
}

BOOST_AUTO_TEST_CASE(devices_of_both_kinds) {
  BOOST_TEST_REQUIRE(linux.devices.size() == 4u);
  const Device& fuse = linux.devices[0];
  BOOST_TEST((fuse.type == DeviceType::kChar));
  BOOST_TEST(fuse.path == "/dev/fuse");
  BOOST_TEST(*fuse.major == 10);
  BOOST_TEST(*fuse.minor == 229);
  BOOST_TEST(*fuse.file_mode == 0666u);
  BOOST_TEST(*fuse.uid == 1u);
  BOOST_TEST(*fuse.gid == 2u);
  BOOST_TEST((linux.devices[1].type == DeviceType::kBlock));
  BOOST_TEST((linux.devices[2].type == DeviceType::kChar));
  BOOST_TEST((linux.devices[3].type == DeviceType::kFifo));
  BOOST_TEST(!linux.devices[3].major.has_value());
  BOOST_TEST_REQUIRE(linux.net_devices.size() == 2u);
  BOOST_TEST(linux.net_devices[0].host_name == "eth0");
  BOOST_TEST(*linux.net_devices[0].name == "ctr0");
  BOOST_TEST(linux.net_devices[1].host_name == "eth1");
  BOOST_TEST(!linux.net_devices[1].name.has_value());
}

BOOST_AUTO_TEST_CASE(what_the_container_may_use) {
  BOOST_TEST(*linux.cgroups_path == "/pods/a");
  const Resources& resources = *linux.resources;
  BOOST_TEST_REQUIRE(resources.devices.size() == 3u);
  BOOST_TEST(!resources.devices[0].allow);
  BOOST_TEST((resources.devices[0].type == DeviceType::kAll));
  BOOST_TEST(resources.devices[0].access == "rwm");
  BOOST_TEST(resources.devices[1].allow);
  BOOST_TEST(*resources.devices[1].minor == 3);
  BOOST_TEST(resources.devices[1].access == "rw");
  BOOST_TEST((resources.devices[2].type == DeviceType::kBlock));
  BOOST_TEST(*resources.devices[2].major == -1);
  BOOST_TEST(*resources.pids->limit == 0);
  BOOST_TEST(resources.hugepage_limits.at(0).page_size == "2MB");
  BOOST_TEST(resources.hugepage_limits.at(0).limit == 9223372036854775808u);
  BOOST_TEST(*resources.network->class_id == 1048577u);
  BOOST_TEST(resources.network->priorities.at(0).name == "eth0");
  BOOST_TEST(resources.network->priorities.at(0).priority == 500u);
  BOOST_TEST_REQUIRE(resources.rdma.size() == 2u);
  BOOST_TEST(resources.rdma[0].device == "mlx5_1");
  BOOST_TEST(*resources.rdma[0].hca_handles == 3u);
  BOOST_TEST(*resources.rdma[0].hca_objects == 10000u);
  BOOST_TEST(!resources.rdma[1].hca_handles.has_value());
  BOOST_TEST(resources.unified.at(0).first == "memory.high");
  BOOST_TEST(resources.unified.at(1).second == "8:0 rbps=1");
}

BOOST_AUTO_TEST_CASE(memory_and_cpu) {
  const MemoryResources& memory = *linux.resources->memory;
  BOOST_TEST(*memory.limit == 536870912);
  BOOST_TEST(*memory.reservation == 1024);
  BOOST_TEST(*memory.swap == -1);
  BOOST_TEST(*memory.kernel == 4);
  BOOST_TEST(*memory.kernel_tcp == 5);
  BOOST_TEST(*memory.swappiness == 60u);
  BOOST_TEST(*memory.disable_oom_killer);
  BOOST_TEST(!*memory.use_hierarchy);
  BOOST_TEST(*memory.check_before_update);
  const CpuResources& cpu = *linux.resources->cpu;
  BOOST_TEST(*cpu.shares == 1024u);
  BOOST_TEST(*cpu.quota == -1);
  BOOST_TEST(*cpu.period == 100000u);
  BOOST_TEST(*cpu.burst == 6u);
  BOOST_TEST(*cpu.realtime_runtime == 7);
  BOOST_TEST(*cpu.realtime_period == 8u);
  BOOST_TEST(*cpu.cpus == "0-1");
  BOOST_TEST(*cpu.mems == "0");
  BOOST_TEST(*cpu.idle == 1);
}

BOOST_AUTO_TEST_CASE(limits_of_block_devices) {
  const BlockIoResources& io = *linux.resources->block_io;
  BOOST_TEST(*io.weight == 10);
  BOOST_TEST(*io.leaf_weight == 11);
  BOOST_TEST(io.weight_device.at(0).major == 8);
  BOOST_TEST(*io.weight_device.at(0).weight == 500);
  BOOST_TEST(*io.weight_device.at(0).leaf_weight == 300);
  BOOST_TEST(io.throttle_read_bps_device.at(0).minor == 1);
  BOOST_TEST(io.throttle_read_bps_device.at(0).rate == 600u);
  BOOST_TEST(io.throttle_write_bps_device.at(0).rate == 601u);
  BOOST_TEST(io.throttle_read_iops_device.at(0).rate == 602u);
  BOOST_TEST(io.throttle_write_iops_device.at(0).rate == UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(intel_rdt_memory_policy_and_personality) {
  BOOST_TEST(*linux.intel_rdt->clos_id == "guaranteed");
  BOOST_TEST((linux.intel_rdt->schemata == Strings{"L3:0=f", "MB:0=20"}));
  BOOST_TEST(*linux.intel_rdt->l3_cache_schema == "L3:0=f");
  BOOST_TEST(*linux.intel_rdt->mem_bw_schema == "MB:0=20");
  BOOST_TEST(linux.intel_rdt->enable_monitoring);
  BOOST_TEST(linux.memory_policy->mode == 6);
  BOOST_TEST(linux.memory_policy->nodes == "0-1");
  BOOST_TEST(linux.memory_policy->flags == 0xa000u);
  BOOST_TEST(linux.personality->domain == 8u);
}

BOOST_AUTO_TEST_CASE(the_syscall_filter) {
  const Seccomp& seccomp = *linux.seccomp;
  BOOST_TEST((seccomp.default_action == SeccompAction::kErrno));
  BOOST_TEST(*seccomp.default_errno_ret == 38u);
  const Strings architectures = {"SCMP_ARCH_X86_64", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_SHEB"};
  BOOST_TEST((seccomp.architectures == architectures));
  BOOST_TEST(seccomp.flags == 0x22u);
  BOOST_TEST(*seccomp.listener_path == "/run/agent.sock");
  BOOST_TEST(*seccomp.listener_metadata == "{}");
  BOOST_TEST_REQUIRE(seccomp.syscalls.size() == 2u);
  BOOST_TEST((seccomp.syscalls[0].names == Strings{"read", "write"}));
  BOOST_TEST(!seccomp.syscalls[0].errno_ret.has_value());
  BOOST_TEST((seccomp.syscalls[1].action == SeccompAction::kTrace));
  BOOST_TEST(*seccomp.syscalls[1].errno_ret == 1u);
  const SeccompArg& arg = seccomp.syscalls[1].args.at(0);
  BOOST_TEST(arg.index == 5u);
  BOOST_TEST(arg.value == UINT64_MAX);
  BOOST_TEST(arg.value_two == 2114060288u);
  BOOST_TEST((arg.op == SeccompOperator::kMaskedEqual));
}

BOOST_AUTO_TEST_CASE(paths_labels_and_sysctl) {
  BOOST_TEST((*linux.rootfs_propagation == Propagation::kSlave));
  BOOST_TEST(linux.rootfs_propagation_recursive);
  BOOST_TEST((linux.masked_paths == Strings{"/proc/kcore", "/proc/keys"}));
  BOOST_TEST((linux.readonly_paths == Strings{"/proc/sys"}));
  BOOST_TEST(*linux.mount_label == "system_u:object_r:container_file_t:s0");
  const std::pair<std::string, std::string> first = {"net.ipv4.ip_forward", "1"};
  BOOST_TEST((linux.sysctl.at(0) == first));
  BOOST_TEST(linux.sysctl.at(1).second == "2");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::spec

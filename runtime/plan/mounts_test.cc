#include <sys/mount.h>

#include "runtime/plan/test_plan.h"

namespace oci::plan {
namespace {

using spec::NamespaceType;
using wire::MountKind;
using wire::MountOp;

std::string parameters(const wire::LaunchPlan& plan, const MountOp& op) {
  std::string out;
  for (const wire::Parameter& parameter : items(plan, op.parameters)) {
    if (!out.empty()) out += ' ';
    out += text(plan, parameter.key);
    if (parameter.value) out += cat("=", text(plan, parameter.value));
  }
  return out;
}

spec::Mount cgroup_mount() {
  return {.destination = "/sys/fs/cgroup",
          .type = "cgroup",
          .source = "cgroup",
          .options = {"nosuid", "noexec", "nodev", "relatime", "ro"}};
}

BOOST_AUTO_TEST_SUITE(mounts)

BOOST_AUTO_TEST_CASE(a_filesystem_gets_its_attributes_and_its_own_options) {
  const wire::LaunchPlan plan =
      plan_of(with_mount({.destination = "dev/",
                          .type = "tmpfs",
                          .source = "tmpfs",
                          .options = {"nosuid", "strictatime", "mode=755", "sync"}}));
  const MountOp op = only_mount(plan);
  BOOST_TEST((op.kind == MountKind::kFilesystem));
  BOOST_TEST(text(plan, op.target) == "/dev");
  BOOST_TEST(text(plan, op.type) == "tmpfs");
  BOOST_TEST(text(plan, op.source) == "tmpfs");
  BOOST_TEST(op.attr_set == uint64_t{MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME});
  BOOST_TEST(parameters(plan, op) == "sync mode=755");
  BOOST_TEST(plan.trees.empty());
}

BOOST_AUTO_TEST_CASE(only_a_filesystem_of_its_own_device_is_read_only_itself) {
  const wire::LaunchPlan shared = plan_of(with_mount({"/sys", "sysfs", "sysfs", {"ro"}, {}, {}}));
  BOOST_TEST(parameters(shared, only_mount(shared)) == "");
  BOOST_TEST(only_mount(shared).attr_set == uint64_t{MOUNT_ATTR_RDONLY});
  const wire::LaunchPlan own = plan_of(with_mount({"/data", "ext4", "/dev/vda", {"ro"}, {}, {}}));
  BOOST_TEST(parameters(own, only_mount(own)) == "ro");
  BOOST_TEST(only_mount(own).attr_set == uint64_t{MOUNT_ATTR_RDONLY});
}

BOOST_AUTO_TEST_CASE(iversion_is_a_word_of_ext4_and_a_warning_elsewhere) {
  const wire::LaunchPlan ext4 =
      plan_of(with_mount({"/data", "ext4", "/dev/vda", {"iversion"}, {}, {}}));
  BOOST_TEST(parameters(ext4, only_mount(ext4)) == "i_version");
  BOOST_TEST(ext4.warnings.empty());
  const wire::LaunchPlan xfs =
      plan_of(with_mount({"/data", "xfs", "/dev/vda", {"iversion"}, {}, {}}));
  BOOST_TEST(parameters(xfs, only_mount(xfs)) == "");
  BOOST_REQUIRE(xfs.warnings.size() == 1u);
  BOOST_TEST(xfs.warnings[0].text.starts_with("mounts[0].options: iversion"));
}

BOOST_AUTO_TEST_CASE(a_tmpfs_has_the_mode_that_is_said_or_that_of_its_directory) {
  const auto of_target = [](spec::Mount mount) {
    const wire::LaunchPlan plan = plan_of(with_mount(std::move(mount)));
    return only_mount(plan).mode_of_target;
  };
  BOOST_TEST(of_target({"/t", "tmpfs", "t", {"size=1m", "uid=5"}, {}, {}}));
  BOOST_TEST(of_target({"/t", "tmpfs", "t", {"tmpcopyup"}, {}, {}}));
  BOOST_TEST(!of_target({"/t", "tmpfs", "t", {"size=1m,mode=755"}, {}, {}}));
  BOOST_TEST(!of_target({"/t", "ramfs", "t", {}, {}, {}}));
  BOOST_TEST(!of_target({"/t", "tmpfs", "t", {"remount"}, {}, {}}));
  BOOST_TEST(!of_target({"/t", "tmpfs", "/data", {"bind"}, {}, {}}));
}

BOOST_AUTO_TEST_CASE(a_bind_source_is_absolute_or_relative_to_the_bundle) {
  const wire::LaunchPlan relative =
      plan_of(with_mount({"/a", "none", "data", {"bind", "ro"}, {}, {}}));
  BOOST_TEST(text(relative, only_mount(relative).source) == "/bundle/data");
  BOOST_TEST((only_mount(relative).kind == MountKind::kBind));
  BOOST_TEST(!only_mount(relative).recursive);
  BOOST_TEST(!only_mount(relative).type);
  const wire::LaunchPlan absolute =
      plan_of(with_mount({"/a", {}, "/data", {"rbind", "rslave"}, {}, {}}));
  BOOST_TEST(text(absolute, only_mount(absolute).source) == "/data");
  BOOST_TEST(only_mount(absolute).recursive);
  BOOST_TEST(only_mount(absolute).propagation == uint64_t{MS_SLAVE});
}

BOOST_AUTO_TEST_CASE(a_bind_mount_has_no_options_for_a_filesystem) {
  BOOST_TEST(error_of(with_mount({"/a", {}, "/data", {"bind", "ro", "size=1m"}, {}, {}})) ==
             "mounts[0].options[2]: 'size=1m' is a filesystem option, but a bind mount makes no "
             "filesystem");
  BOOST_TEST(error_of(with_mount({"/a", {}, "/data", {"bind", "sync"}, {}, {}})) ==
             "mounts[0].options[1]: 'sync' is an option of a whole filesystem, but a bind mount "
             "makes no filesystem");
  plan_of(with_mount({"/a", {}, "/data", {"bind", "async", "mand", "sync", "async"}, {}, {}}));
}

BOOST_AUTO_TEST_CASE(a_remount_may_name_the_root_and_anything_in_proc) {
  const wire::LaunchPlan plan =
      plan_of(with_mount({"/", {}, {}, {"remount", "ro", "nosuid"}, {}, {}}));
  BOOST_TEST((only_mount(plan).kind == MountKind::kRemount));
  BOOST_TEST(only_mount(plan).attr_set == uint64_t{MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID});
  BOOST_TEST(only_mount(plan).parameters.count == 0u);
  const wire::LaunchPlan data =
      plan_of(with_mount({"/tmp", {}, {}, {"remount", "size=1m", "async"}, {}, {}}));
  BOOST_TEST(parameters(data, only_mount(data)) == "async size=1m");
  BOOST_TEST(plan_of(with_mount({"/proc/sys", {}, {}, {"remount", "ro"}, {}, {}})).init().size >
             0u);
}

BOOST_AUTO_TEST_CASE(nothing_is_mounted_over_the_root) {
  BOOST_TEST(error_of(with_mount({"/a/..", "tmpfs", "tmpfs", {}, {}, {}})) ==
             "mounts[0].destination: a mount on '/' would hide the root filesystem; set root.path "
             "instead");
}

BOOST_AUTO_TEST_CASE(only_what_says_so_may_land_in_proc) {
  const auto allowed = [](spec::Mount mount) {
    const wire::LaunchPlan plan = plan_of(with_mount(std::move(mount)));
    return only_mount(plan).allowed_on_proc;
  };
  BOOST_TEST(allowed({"/proc", "proc", "proc", {}, {}, {}}));
  BOOST_TEST(allowed({"/a/../proc/meminfo", {}, "/lxcfs/meminfo", {"bind"}, {}, {}}));
  BOOST_TEST(allowed({"/anywhere", {}, {}, {"remount", "ro"}, {}, {}}));
  BOOST_TEST(!allowed({"/processes", "tmpfs", "tmpfs", {}, {}, {}}));
  BOOST_TEST(!allowed({"/other", "proc", "proc", {}, {}, {}}));
}

BOOST_AUTO_TEST_CASE(proc_and_sys_want_a_target_without_links) {
  BOOST_TEST(
      only_mount(plan_of(with_mount({"/proc", "proc", "proc", {}, {}, {}}))).target_is_plain);
  BOOST_TEST(only_mount(plan_of(with_mount({"/sys", "sysfs", "s", {}, {}, {}}))).target_is_plain);
  BOOST_TEST(!only_mount(plan_of(with_mount({"/tmp", "tmpfs", "t", {}, {}, {}}))).target_is_plain);
}

BOOST_AUTO_TEST_CASE(a_cgroup_namespace_gets_a_cgroup2_of_its_own) {
  for (const char* type : {"cgroup", "cgroup2"}) {
    spec::Mount mount = cgroup_mount();
    mount.type = type;
    const wire::LaunchPlan plan =
        plan_of(with_namespace(with_mount(mount), {.type = NamespaceType::kCgroup}));
    const MountOp op = only_mount(plan);
    BOOST_TEST((op.kind == MountKind::kFilesystem));
    BOOST_TEST(text(plan, op.type) == "cgroup2");
    BOOST_TEST(op.parameters.count == 0u);
  }
}

BOOST_AUTO_TEST_CASE(without_a_cgroup_namespace_the_host_s_cgroup_mount_is_bound) {
  const wire::LaunchPlan plan = plan_of(with_mount(cgroup_mount()));
  const MountOp op = only_mount(plan);
  BOOST_TEST((op.kind == MountKind::kBind));
  BOOST_TEST(!op.recursive);
  BOOST_TEST(text(plan, op.source) == "/sys/fs/cgroup");
  BOOST_TEST((op.attr_set & MOUNT_ATTR_RDONLY) != 0u);
  Host without = some_host();
  without.cgroup2_mount_point.clear();
  BOOST_TEST(error_of(with_mount(cgroup_mount()), without)
                 .starts_with("mounts[0].type: this host has no cgroup v2 hierarchy"));
}

BOOST_AUTO_TEST_CASE(options_of_the_whole_hierarchy_are_left_to_it) {
  spec::Mount mount = cgroup_mount();
  mount.options.insert(mount.options.end(),
                       {"seclabel", "nsdelegate,favordynmods", "memory_localevents",
                        "memory_recursiveprot", "memory_hugetlb_accounting", "pids_localevents"});
  for (const bool own : {true, false}) {
    spec::Config config = with_mount(mount);
    if (own) config = with_namespace(config, {.type = NamespaceType::kCgroup});
    // Remounts of the existing mount: the second gives no type.
    config.mounts.push_back(mount);
    config.mounts.back().options.push_back("remount");
    config.mounts.push_back({"/sys/fs/cgroup/", {}, {}, {"remount", "nsdelegate"}, {}, {}});
    const wire::LaunchPlan plan = plan_of(config);
    const auto ops = items(plan, plan.init().mounts);
    BOOST_TEST((ops[0].kind == (own ? MountKind::kFilesystem : MountKind::kBind)));
    for (const MountOp& op : ops)
      BOOST_TEST(op.parameters.count == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_cgroup_mount_takes_no_other_options_of_the_filesystem) {
  constexpr const char* kOthers[] = {"mode=755", "nsdelegate=1", "pids_localevents,cpu", "sync"};
  constexpr const char* kNames[] = {"mode", "nsdelegate", "cpu", "sync"};
  for (size_t i = 0; i < std::size(kOthers); ++i) {
    spec::Mount mount = cgroup_mount();
    mount.options.insert(mount.options.end(), {"nsdelegate", kOthers[i]});
    BOOST_TEST(error_of(with_mount(mount))
                   .starts_with(cat("mounts[0].options[6]: '", kNames[i], "' is ")));
    spec::Config remounted = with_mount(cgroup_mount());
    remounted.mounts.push_back({"/sys/fs/cgroup", {}, {}, {"remount", kOthers[i]}, {}, {}});
    BOOST_TEST(error_of(remounted).starts_with(cat("mounts[1].options[1]: '", kNames[i], "' is ")));
  }
}

BOOST_AUTO_TEST_CASE(the_initial_cgroup_namespace_is_not_the_containers_own) {
  Host host = some_host();
  host.joins_initial_cgroup_namespace = true;
  const spec::Config config = with_namespace(
      with_mount(cgroup_mount()), {.type = NamespaceType::kCgroup, .path = "/proc/1/ns/cgroup"});
  BOOST_TEST((only_mount(plan_of(config, host)).kind == MountKind::kBind));
  BOOST_TEST((only_mount(plan_of(config)).kind == MountKind::kFilesystem));
}

BOOST_AUTO_TEST_CASE(sysfs_of_the_host_s_network_is_bound_in_a_user_namespace) {
  spec::Config config = with_mount({"/sys", "sysfs", "sysfs", {"nosuid", "ro"}, {}, {}});
  config = with_namespace(config, {.type = NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  const wire::LaunchPlan plan = plan_of(config);
  const MountOp op = only_mount(plan);
  BOOST_TEST((op.kind == MountKind::kBind));
  BOOST_TEST(op.recursive);
  BOOST_TEST(text(plan, op.source) == "/sys");
  // CVE-2023-25809: mounts below it, such as /sys/fs/cgroup, must not stay writable.
  BOOST_TEST(op.tree_set == uint64_t{MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID});
  const wire::LaunchPlan own = plan_of(with_namespace(config, {.type = NamespaceType::kNetwork}));
  BOOST_TEST((only_mount(own).kind == MountKind::kFilesystem));
}

BOOST_AUTO_TEST_CASE(the_hosts_sysfs_is_read_only_whatever_is_asked) {
  spec::Config config = with_mount({"/sys", "sysfs", "sysfs", {"rw", "suid", "nodev"}, {}, {}});
  config = with_namespace(config, {.type = NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  const wire::LaunchPlan plan = plan_of(config);
  const MountOp op = only_mount(plan);
  BOOST_TEST((op.kind == MountKind::kBind));
  BOOST_TEST(op.tree_set == uint64_t{MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV});
  BOOST_TEST(op.tree_clear == 0u);
  BOOST_REQUIRE(plan.warnings.size() == 1u);
  BOOST_TEST(
      plan.warnings[0].text.starts_with("mounts[0].type: the host's sysfs is shown, read-only"));
}

BOOST_AUTO_TEST_CASE(for_a_user_namespace_the_parent_opens_root_and_bind_sources) {
  spec::Config config = with_mount({"/a", {}, "data", {"rbind"}, {}, {}});
  config.mounts.push_back({"/proc", "proc", "proc", {}, {}, {}});
  config.mounts.push_back({"/b", {}, "/host", {"bind"}, {}, {}});
  config = with_namespace(config, {.type = NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  wire::LaunchPlan plan = plan_of(config);
  BOOST_REQUIRE(plan.trees.size() == 3u);
  BOOST_TEST(plan.trees[0].path == "/bundle/rootfs");
  BOOST_TEST((plan.trees[0].subject == wire::Subject::kRoot));
  BOOST_TEST(plan.trees[0].recursive);
  BOOST_TEST(plan.trees[1].path == "/bundle/data");
  BOOST_TEST(plan.trees[1].recursive);
  BOOST_TEST(plan.trees[2].path == "/host");
  for (const wire::Tree& tree : plan.trees)
    BOOST_TEST(tree.propagation == uint64_t{MS_SLAVE});
  BOOST_TEST(plan.trees[2].index == 2u);
  for (int fd = 0; fd < 3; ++fd)
    plan.set_fd(plan.trees[static_cast<size_t>(fd)].fd_offset, 40 + fd);
  const auto mounts = items(plan, plan.init().mounts);
  BOOST_TEST(plan.init().rootfs_fd == 40);
  BOOST_TEST(mounts[0].source_fd == 41);
  BOOST_TEST(mounts[1].source_fd == -1);
  BOOST_TEST(mounts[2].source_fd == 42);
}

BOOST_AUTO_TEST_CASE(in_a_joined_mount_namespace_host_paths_mean_something_else) {
  spec::Config config = with_mount({"/a", {}, "/data", {"rbind"}, {}, {}});
  config.linux->namespaces = {{.type = NamespaceType::kMount, .path = "/proc/7/ns/mnt"}};
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_TEST(plan.trees.size() == 2u);
  BOOST_TEST((plan.init().root_place == wire::RootPlace::kAmongOthers));
}

BOOST_AUTO_TEST_CASE(the_stage_walks_to_the_root_of_a_user_namespace) {
  spec::Config config = some_config();
  BOOST_TEST((plan_of(config).init().root_place == wire::RootPlace::kOwnPath));
  config = with_namespace(config, {.type = NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  BOOST_TEST((plan_of(config).init().root_place == wire::RootPlace::kWorkingDirectory));
}

BOOST_AUTO_TEST_CASE(a_source_in_the_root_is_bound_by_init_there) {
  spec::Config config = with_mount({"/a", {}, "rootfs/data", {"rbind"}, {}, {}});
  config = with_namespace(config, {.type = NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  const wire::LaunchPlan plan = plan_of(config);
  BOOST_TEST(plan.trees.size() == 1u);
  BOOST_TEST(only_mount(plan).source_in_root);
  BOOST_TEST(
      !only_mount(plan_of(with_mount({"/a", {}, "rootfs2", {"bind"}, {}, {}}))).source_in_root);
}

BOOST_AUTO_TEST_CASE(init_is_told_of_trees_that_it_copies_itself) {
  BOOST_TEST(plan_of(with_mount({"/a", {}, "/", {"rbind"}, {}, {}})).init().recursive_sources);
  BOOST_TEST(!plan_of(with_mount({"/a", {}, "/", {"bind"}, {}, {}})).init().recursive_sources);
}

BOOST_AUTO_TEST_CASE(only_a_namespace_of_equal_rights_is_shared_with_the_host) {
  spec::Config config = some_config();
  config.linux->rootfs_propagation = spec::Propagation::kShared;
  BOOST_TEST(plan_of(config).init().hosts_propagation == uint64_t{MS_SHARED});
  config.linux->rootfs_propagation = spec::Propagation::kUnbindable;
  BOOST_TEST(plan_of(config).init().hosts_propagation == uint64_t{MS_PRIVATE});
  config = with_namespace(config, {.type = NamespaceType::kUser});
  config.linux->uid_mappings = config.linux->gid_mappings = {{0, 100000, 65536}};
  config.linux->rootfs_propagation = spec::Propagation::kShared;
  BOOST_TEST(plan_of(config).init().hosts_propagation == uint64_t{MS_SLAVE});
}

BOOST_AUTO_TEST_CASE(more_mounts_than_the_kernel_allows_are_refused_by_its_name) {
  spec::Config config = some_config();
  config.mounts.resize(3, {"/a", "tmpfs", "tmpfs", {}, {}, {}});
  Host host = some_host();
  host.mount_max = 2;
  BOOST_TEST(error_of(config, host) ==
             "mounts: has 3 entries, more than the 2 mounts that fs.mount-max allows");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::plan

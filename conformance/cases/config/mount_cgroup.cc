// Mount options of the cgroup hierarchy, which are global to the machine, in a container's mount of
// it (config.md#mounts, cgroups(7)).
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>

#include "conformance/cases/config_linux/cgroup_case.h"

namespace oci::conformance {
namespace {

// As shown by every mount of the hierarchy: "rw,nsdelegate,memory_recursiveprot".
std::string hierarchy_options() {
  for (const std::string& line : lines(read_file("/proc/self/mountinfo"))) {
    if (line.find(" - cgroup2 ") != line.npos) return line.substr(line.rfind(' ') + 1);
  }
  throw Skipped("no cgroup v2 tree is mounted");
}

void set_hierarchy_options(const std::string& shown) {
  const std::string data = shown.size() > 3 ? shown.substr(3) : "";  // after "rw,"
  ::mount("none", cgroup2_mount().c_str(), "", MS_REMOUNT, data.c_str());
}

// Gives the hierarchy an option that could get lost, and restores the options at the end. Locked: a
// parallel case would see the changes.
class KeptHierarchy {
 public:
  KeptHierarchy() : lock_(::open(cgroup2_mount().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (lock_ < 0 || ::flock(lock_, LOCK_EX) != 0) throw Skipped("no cgroup v2 tree is mounted");
    before_ = hierarchy_options();
    if (before_ == "rw") set_hierarchy_options("rw,memory_recursiveprot");
    wanted_ = hierarchy_options();
  }
  KeptHierarchy(const KeptHierarchy&) = delete;
  KeptHierarchy& operator=(const KeptHierarchy&) = delete;
  ~KeptHierarchy() {
    if (hierarchy_options() != before_) set_hierarchy_options(before_);
    ::close(lock_);
  }
  void expect_unchanged() const { expect_equal("the hierarchy", hierarchy_options(), wanted_); }

 private:
  int lock_;
  std::string before_, wanted_;
};

Words with_options(const Words& more) {
  Words options = {"nosuid", "noexec", "nodev", "relatime", "rw"};
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

Bundle with_cgroups(Sandbox& sandbox, const Words& options) {
  require_limits_in_v2(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.set("/linux/cgroupsPath", "/" + sandbox.id())
      .mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev"})
      .mount("/sys/fs/cgroup", "cgroup", "cgroup", with_options(options));
  return bundle;
}

void expect_mounted(Sandbox& sandbox, Bundle& bundle) {
  const Mounted mount = sandbox.facts(bundle).mount("/sys/fs/cgroup");
  expect(mount.type == "cgroup2" || mount.type == "tmpfs", "its type is " + mount.type);
  for (const char* option : {"nosuid", "noexec", "nodev"}) {
    expect_contains("options", mount.options, option);
  }
}

// All options of this kernel.
void in_a_namespace(Sandbox& sandbox) {
  Words options = lines(read_file("/sys/kernel/cgroup/features"));
  std::erase_if(options, [](const std::string& name) { return name.empty() || name == "xattr"; });
  const KeptHierarchy hierarchy;
  Bundle bundle = with_cgroups(sandbox, options);
  bundle.new_namespace("cgroup");
  expect_mounted(sandbox, bundle);
  hierarchy.expect_unchanged();
}
const Case kOwn("mounts/cgroup-with-options-of-the-hierarchy", "config.md#mounts", in_a_namespace);

// containerd's options for a privileged pod.
void in_the_hosts(Sandbox& sandbox) {
  const KeptHierarchy hierarchy;
  Bundle bundle = with_cgroups(sandbox, {"nsdelegate", "memory_recursiveprot"});
  expect_mounted(sandbox, bundle);
  hierarchy.expect_unchanged();
}
const Case kHosts("mounts/cgroup-of-the-host-with-options-of-the-hierarchy", "config.md#mounts",
                  in_the_hosts);

void initial_namespace(Sandbox& sandbox) {
  const KeptHierarchy hierarchy;
  Bundle bundle = with_cgroups(sandbox, {});
  bundle.new_namespace("cgroup", "/proc/" + std::to_string(::getpid()) + "/ns/cgroup");
  expect_mounted(sandbox, bundle);
  hierarchy.expect_unchanged();
}
const Case kInitial("mounts/cgroup-in-the-initial-namespace-keeps-the-hierarchy",
                    "config-linux.md#namespaces", initial_namespace);

void remounted(Sandbox& sandbox) {
  const KeptHierarchy hierarchy;
  Bundle bundle = with_cgroups(sandbox, {});
  bundle.mount("/sys/fs/cgroup", "cgroup", "cgroup", {"remount", "ro", "nsdelegate"});
  const Mounted mount = sandbox.facts(bundle).mount("/sys/fs/cgroup");
  expect_contains("options", mount.options, "ro");
  hierarchy.expect_unchanged();
}
const Case kRemounted("mounts/a-remount-of-cgroups-keeps-the-hierarchy",
                      "config.md#linux-mount-options", remounted);

void unknown(Sandbox& sandbox) {
  Bundle bundle = with_cgroups(sandbox, {"nsdelegate"});
  bundle.new_namespace("cgroup");
  const size_t last = bundle.config()["mounts"].Size() - 1;
  expect_refusal(sandbox, bundle,
                 {"mounts[" + std::to_string(last) + "].options[6]", {"nosuchoption", "cgroup"}},
                 [last](Bundle& spoiled) {
                   spoiled.add("/mounts/" + std::to_string(last) + "/options", "\"nosuchoption\"");
                 });
}
const Case kUnknown("mounts/cgroup-with-an-unknown-option-is-refused", "config.md#mounts", unknown);

}  // namespace
}  // namespace oci::conformance

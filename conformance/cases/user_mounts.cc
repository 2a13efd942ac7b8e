// Mounts of containers with a user namespace: what crosses the border, and what must not
// (config.md#mounts, mount_namespaces(7)).
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr unsigned kHostId = 100000;

Bundle mapped(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace(kHostId, 65536);
  return bundle;
}

// A file system of the host's, shared as systemd makes them all, that mapped root may write to. The
// case has a mount namespace of its own, so nothing has to be unmounted.
std::string shared_source(Sandbox& sandbox) {
  std::string source = sandbox.path("shared");
  make_dir(source);
  if (::mount("tmpfs", source.c_str(), "tmpfs", 0, "size=64k,mode=777") != 0 ||
      ::mount(nullptr, source.c_str(), nullptr, MS_SHARED, nullptr) != 0) {
    throw Skipped("no tmpfs to be had");
  }
  return source;
}

void stays_inside(Sandbox& sandbox, Bundle& bundle) {
  const std::string source = shared_source(sandbox);
  for (const char* set : {"bounding", "effective", "permitted"}) {
    bundle.set_json("/process/capabilities/" + std::string(set), R"(["CAP_SYS_ADMIN"])");
  }
  bundle.mount("/bound", "bind", source, {"rbind"})
      .args({"/bin/busybox", "sh", "-c",
             "mkdir /bound/below && mount -t tmpfs from-inside /bound/below && sleep 100"});
  sandbox.create_and_start(bundle);
  const auto mounted = [&](const std::string& mountinfo) {
    return read_file(mountinfo).find(" from-inside ") != std::string::npos;
  };
  const std::string inside = "/proc/" + std::to_string(sandbox.init_pid()) + "/mountinfo";
  const bool made = eventually([&] { return mounted(inside); });
  const bool outside = mounted("/proc/self/mountinfo");
  sandbox.stop_and_remove();
  ::umount2(source.c_str(), MNT_DETACH);
  expect(made, "the container could not mount anything");
  expect(!outside, "what the container mounted is on the host");
}

void private_by_default(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  stays_inside(sandbox, bundle);
}
const Case kPrivate("mounts/what-is-mounted-inside-stays-inside",
                    "config-linux.md#rootfs-mount-propagation", private_by_default);

void private_when_mapped(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  stays_inside(sandbox, bundle);
}
const Case kMappedPrivate("users/what-is-mounted-inside-stays-inside", "mount_namespaces(7)",
                          private_when_mapped);

}  // namespace
}  // namespace oci::conformance

// Attacks by a container on the host's procfs, on a file that changes while it is copied, and on
// devices that no rule forbids.
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/race.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// Creates a user namespace in the container, and mounts procfs or sysfs in it.
std::string nested_mount(const std::string& type) {
  return "/bin/busybox unshare -U -r -m -p -n -f /bin/busybox mount -o ro -t " + type +
         " none /tmp && echo whole";
}

Bundle nesting(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  for (const char* set : {"bounding", "effective", "permitted"})
    bundle.set_json(std::string("/process/capabilities/") + set, R"(["CAP_SETFCAP"])");
  bundle.mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"});
  return bundle;
}

Bundle masked(Sandbox& sandbox) {
  Bundle bundle = nesting(sandbox);
  bundle.set_json("/linux/maskedPaths", R"(["/proc/kcore", "/sys/firmware"])")
      .set_json("/linux/readonlyPaths", R"(["/proc/sys", "/sys/kernel"])");
  return bundle;
}

// user_namespaces(7): such a mount needs a fully visible one in the mount namespace. A masked one
// does not count, so all of the host's must be gone.
void no_pivot(Sandbox& sandbox) {
  require_option(sandbox, "create", "no-pivot");
  for (const std::string type : {"proc", "sysfs"}) {
    Bundle open = nesting(sandbox);
    expect_contains("the control, without masks", sandbox.run(open.shell(nested_mount(type))).out,
                    "whole");
    Bundle bundle = masked(sandbox);
    bundle.shell(nested_mount(type));
    expect_equal(type + " of a pivoted root", trimmed(sandbox.run(bundle).out), "");
    expect_equal(type + " without pivot_root", trimmed(sandbox.run(bundle, {"--no-pivot"}).out),
                 "");
  }
}
const Case kNoPivot("threats/without-pivot-root-no-whole-procfs-can-be-mounted",
                    "threats 5, user_namespaces(7)", no_pivot);

// The host's procfs is mounted several times, covered and uncovered, and mounts are shared: none of
// them may vanish outside.
void no_pivot_among_many(Sandbox& sandbox) {
  require_option(sandbox, "create", "no-pivot");
  const std::string top = sandbox.path("host");
  for (const char* name : {"/a", "/a b", "/c/d"})
    make_dir(top + name);
  const auto mount = [](const std::string& type, const std::string& at) {
    if (::mount(type.c_str(), at.c_str(), type.c_str(), 0, nullptr) != 0)
      throw Skipped("cannot mount " + type);
  };
  mount("proc", top + "/a");
  mount("proc", top + "/a");
  mount("proc", top + "/a b");
  mount("proc", top + "/c/d");
  mount("tmpfs", top + "/c");
  const std::string before = read_file("/proc/self/mountinfo");
  for (const char* propagation : {"private", "rslave", "rshared"}) {
    Bundle bundle = masked(sandbox);
    bundle.set("/linux/rootfsPropagation", propagation).shell(nested_mount("proc"));
    const Outcome ran = sandbox.run(bundle, {"--no-pivot"});
    expect_equal(std::string("a nested procfs, ") + propagation + " (" + ran.err + ")",
                 trimmed(ran.out), "");
    expect_equal("the mounts of the host", read_file("/proc/self/mountinfo"), before);
  }
  for (const char* name : {"/c", "/c/d", "/a b", "/a", "/a"})
    ::umount2((top + name).c_str(), MNT_DETACH);
}
const Case kAmongMany("threats/without-pivot-root-a-covered-procfs-is-gone-as-well",
                      "threats 5, user_namespaces(7)", no_pivot_among_many);

// The result must not have the mode of one file and the content of another: that would disclose it.
void copy_race(Sandbox& sandbox) {
  Race race;
  race.prepare = [&] {
    remove_tree(sandbox.path("bundle"));
    Bundle bundle = sandbox.bundle();
    bundle.file("t/copied-file", "secret\n").file("the-other", "open\n");
    ::chmod(bundle.rootfs("t/copied-file").c_str(), 0600);
    ::chmod(bundle.rootfs("the-other").c_str(), 0644);
    bundle.mount("/t", "tmpfs", "tmpfs", {"tmpcopyup"})
        .shell("stat -c %a /t/copied-file; cat /t/copied-file")
        .write();
    sandbox.call({"delete", "--force", sandbox.id()});
    return sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  };
  Bundle bundle = sandbox.bundle();
  race.here = bundle.rootfs("t/copied-file");
  race.there = bundle.rootfs("the-other");
  race.judge = [](const Outcome& ran) {
    expect(ran.out.find("644\nsecret") == ran.out.npos, "the secret is for everybody: " + ran.out);
  };
  expect_safe(sandbox, race);
}
const Case kCopyRace("threats/race-of-a-copied-file-keeps-its-own-mode", "threats 7.2", copy_race,
                     120);

void require_no_cgroups(Sandbox& sandbox) {
  const Outcome help = sandbox.call({"--help"});
  if ((help.out + help.err).find("--cgroup-manager") == std::string::npos)
    throw Skipped(sandbox.runtime().name + " has no --cgroup-manager");
  sandbox.always("--cgroup-manager=disabled");
}

void give(Bundle& bundle, const std::string& capability) {
  for (const char* set : {"bounding", "effective", "permitted"})
    bundle.set_json(std::string("/process/capabilities/") + set, "[\"" + capability + "\"]");
}

constexpr char kDenyAll[] = R"([{"allow": false, "access": "rwm"}])";
constexpr char kAllowAll[] =
    R"([{"allow": false, "access": "rwm"}, {"allow": true, "access": "rwm"}])";

void any_device(Sandbox& sandbox) {
  require_no_cgroups(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/resources/devices", kDenyAll).shell("true");
  give(bundle, "CAP_CHOWN");
  expect_refusal(sandbox, bundle, {"process.capabilities", {"MKNOD"}},
                 [](Bundle& spoiled) { give(spoiled, "CAP_MKNOD"); });
  // The capability is requested by name.
  bundle.set_json("/linux/resources/devices", kAllowAll).shell("mknod /tmp/n b 8 0 && echo made");
  give(bundle, "CAP_MKNOD");
  expect_equal("with a rule that allows all", trimmed(sandbox.run(bundle).out), "made");
}
const Case kAnyDevice("devices/without-rules-nobody-makes-any",
                      "config-linux.md#allowed-device-list", any_device);

// podman of Debian 12 gives the capability to every container, and `run --cgroups=disabled` must
// work.
void podmans(Sandbox& sandbox) {
  require_no_cgroups(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/annotations", R"({"io.container.manager": "libpod"})")
      .set_json("/linux/resources/devices", kDenyAll)
      .shell("mknod /tmp/n b 8 0 || echo refused");
  give(bundle, "CAP_MKNOD");
  const Outcome ran = sandbox.run(bundle);
  expect_equal("exit code (" + ran.err + ")", ran.exit_code, 0);
  expect_equal("a node of a disk", trimmed(ran.out), "refused");
}
const Case kPodmans("devices/podman-without-cgroups-loses-mknod", "config.md#linux-process",
                    podmans);

// Neither the first program nor a later one may.
void any_device_by_exec(Sandbox& sandbox) {
  require_no_cgroups(sandbox);
  require_option(sandbox, "exec", "--cap");
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/resources/devices", kDenyAll).args({"/bin/probe", "sleep"});
  give(bundle, "CAP_CHOWN");
  sandbox.create_and_start(bundle);
  const auto exec = [&](const char* capability) {
    return sandbox.call({"exec", "--cap", capability, sandbox.id(), "/bin/true"});
  };
  expect_equal("the control", exec("CAP_KILL").exit_code, 0);
  const Outcome refused = exec("CAP_MKNOD");
  expect(refused.exit_code != 0, "exec gives CAP_MKNOD");
  expect_contains("the message", refused.err, "MKNOD");
  sandbox.stop_and_remove();
}
const Case kByExec("devices/without-rules-exec-makes-none", "config-linux.md#allowed-device-list",
                   any_device_by_exec);

}  // namespace
}  // namespace oci::conformance

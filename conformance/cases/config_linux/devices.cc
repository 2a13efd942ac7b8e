// Devices and links in /dev, device rules (config-linux.md#devices, runtime-linux.md).
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kDefaults[] =
    "for d in null zero full random urandom tty; do"
    " stat -c '%n %F %t:%T %a %u:%g' /dev/$d; done";

void defaults(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_equal("devices", sandbox.output(bundle, kDefaults),
               "/dev/null character special file 1:3 666 0:0\n"
               "/dev/zero character special file 1:5 666 0:0\n"
               "/dev/full character special file 1:7 666 0:0\n"
               "/dev/random character special file 1:8 666 0:0\n"
               "/dev/urandom character special file 1:9 666 0:0\n"
               "/dev/tty character special file 5:0 666 0:0\n");
}
const Case kDefault("devices/the-default-ones", "config-linux.md#default-devices", defaults);

void on_tmpfs(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"})
      .mount("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666"});
  const std::string said = sandbox.output(
      bundle,
      "echo x > /dev/null && echo null; head -c 3 /dev/zero | wc -c;"
      " readlink /dev/ptmx; stat -L -c %t:%T /dev/ptmx; (: < /dev/ptmx) && echo opens");
  expect_contains("/dev/null", said, "null\n3\n");
  expect_contains("/dev/ptmx", said, "5:2\nopens\n");
  expect_equal("names left in the image's /dev", shown(entries(bundle.rootfs("dev"))), "[]");
}
const Case kTmpfs("devices/on-a-tmpfs-with-ptmx", "config-linux.md#default-devices", on_tmpfs);

void links(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const std::string said = sandbox.output(
      bundle, "for l in fd stdin stdout stderr; do echo $l $(readlink /dev/$l); done");
  expect_equal("links", said,
               "fd /proc/self/fd\nstdin /proc/self/fd/0\nstdout /proc/self/fd/1\n"
               "stderr /proc/self/fd/2\n");
}
const Case kLinks("devices/links-to-the-standard-streams", "runtime-linux.md#dev-symbolic-links",
                  links);

void listed(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle
      .set_json("/linux/devices", R"([
      {"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 416,
       "uid": 7, "gid": 8},
      {"path": "/dev/sub/dir/disk", "type": "b", "major": 7, "minor": 1, "fileMode": 384},
      {"path": "/srv/pipe", "type": "p", "fileMode": 438},
      {"path": "/dev/raw", "type": "u", "major": 1, "minor": 3}])")
      .shell("stat -c '%n %F %t:%T %a %u:%g' /dev/fuse /dev/sub/dir/disk /srv/pipe /dev/raw")
      .write();
  Spawn spawn = sandbox.invocation({"run", "--bundle", bundle.directory(), sandbox.id()});
  spawn.umask = 0077;  // the mode is that of the config, for any caller
  const Outcome ran = sandbox.call(spawn);
  expect_contains("devices", ran.out, "/dev/fuse character special file a:e5 640 7:8\n");
  expect_contains("devices", ran.out, "/dev/sub/dir/disk block special file 7:1 600 0:0\n");
  expect_contains("devices", ran.out, "/srv/pipe fifo 0:0 666 0:0\n");
  expect_contains("devices", ran.out, "/dev/raw character special file 1:3");
}
const Case kListed("devices/those-listed-with-mode-and-owner", "config-linux.md#devices", listed);

void already_there(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  ::mknod(bundle.rootfs("dev/fuse").c_str(), S_IFCHR | 0600, makedev(10, 229));
  bundle.set_json("/linux/devices",
                  R"([{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229}])");
  expect_equal("device", sandbox.output(bundle, "stat -c %t:%T /dev/fuse"), "a:e5\n");
}
const Case kThere("devices/the-same-device-may-be-there", "config-linux.md#devices", already_there);

void something_else(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("dev/extra", "a file\n");
  expect_refusal(sandbox, bundle, {"linux.devices[0]", {"extra"}}, [](Bundle& spoilt) {
    spoilt.set_json("/linux/devices",
                    R"([{"path": "/dev/extra", "type": "c", "major": 1, "minor": 3}])");
  });
}
const Case kElse("devices/another-file-in-its-place-is-refused", "config-linux.md#devices",
                 something_else);

void unknown_type(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"linux.devices[0].type", {"device", "type"}},
                 [](Bundle& spoilt) {
                   spoilt.set_json("/linux/devices",
                                   R"([{"path": "/dev/x", "type": "z", "major": 1, "minor": 3}])");
                 });
}
const Case kUnknownType("devices/an-unknown-type-is-refused", "config-linux.md#devices",
                        unknown_type);

void no_major(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"linux.devices[0].major", {"major", "/dev/x"}},
                 [](Bundle& spoilt) {
                   spoilt.set_json("/linux/devices", R"([{"path": "/dev/x", "type": "c"}])");
                 });
}
const Case kNoMajor("devices/a-device-without-major-is-refused", "config-linux.md#devices",
                    no_major);

// Returns the results of opening devices under a list of rules. No driver has major 240, so an
// allowed open fails with ENXIO, and a denied one with EPERM.
std::string opened(Sandbox& sandbox, const std::string& rules) {
  require_cgroup2();
  Bundle bundle = sandbox.bundle();
  bundle.set_json("/linux/devices", R"([
      {"path": "/dev/one", "type": "c", "major": 240, "minor": 5, "fileMode": 438},
      {"path": "/dev/two", "type": "c", "major": 240, "minor": 7, "fileMode": 438}])");
  bundle.set_json("/linux/resources/devices", rules).set("/linux/cgroupsPath", "/" + sandbox.id());
  const std::string said = sandbox.output(
      bundle, "for d in one two; do probe read /dev/$d; probe write /dev/$d x; done; true");
  std::string answers;
  for (const std::string& line : lines(said)) {
    const int number = std::atoi(line.c_str());
    answers += number == ENXIO ? "allowed " : number == EPERM ? "denied " : line;
  }
  return trimmed(answers);
}

void deny_all(Sandbox& sandbox) {
  expect_equal("read and write of both", opened(sandbox, R"([{"allow": false, "access": "rwm"},
      {"allow": true, "type": "c", "major": 240, "minor": 5, "access": "rw"}])"),
               "allowed allowed denied denied");
}
const Case kDenyAll("devices/rules-allow-what-is-listed", "config-linux.md#allowed-device-list",
                    deny_all);

void deny_one(Sandbox& sandbox) {
  expect_equal("read and write of both", opened(sandbox, R"([{"allow": true, "access": "rwm"},
      {"allow": false, "type": "c", "major": 240, "minor": 7, "access": "w"}])"),
               "allowed allowed allowed denied");
}
const Case kDenyOne("devices/rules-deny-one-access", "config-linux.md#allowed-device-list",
                    deny_one);

void in_order(Sandbox& sandbox) {
  expect_equal("read and write of both", opened(sandbox, R"([{"allow": true, "access": "rwm"},
      {"allow": false, "type": "c", "major": 240, "access": "rwm"},
      {"allow": true, "type": "c", "major": 240, "minor": 5, "access": "r"}])"),
               "allowed denied denied denied");
}
const Case kInOrder("devices/the-last-rule-that-matches-decides",
                    "config-linux.md#allowed-device-list", in_order);

// A bundle with a /dev like that of engines.
Bundle with_dev(Sandbox& sandbox, bool own_users) {
  Bundle bundle = sandbox.bundle(own_users ? "users" : "plain");
  bundle.mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"})
      .mount("/dev/pts", "devpts", "devpts", {"newinstance", "ptmxmode=0666"});
  if (own_users) bundle.user_namespace();
  return bundle;
}

// `--volume /dev/urandom:/dev/random`
void mount_on_default(Sandbox& sandbox) {
  write_file(sandbox.path("file"), "bound\n");
  for (const bool own_users : {false, true}) {
    Bundle bundle = with_dev(sandbox, own_users);
    bundle.mount("/dev/random", "bind", "/dev/urandom", {"bind"})
        .mount("/dev/full", "bind", sandbox.path("file"), {"bind", "ro"})
        .mount("/dev/stdin", "bind", sandbox.path("file"), {"bind", "ro"});
    expect_equal("contents",
                 sandbox.output(bundle,
                                "stat -c '%n %t:%T' /dev/random /dev/zero;"
                                "head -c 6 /dev/full; head -c 6 /dev/stdin"),
                 "/dev/random 1:9\n/dev/zero 1:5\nbound\nbound\n");
  }
}
const Case kMountOnDefault("devices/a-mount-on-a-default-one-stays", "config.md#mounts",
                           mount_on_default);

// A later mount of /dev hides the mount, and the default device is supplied.
void covered_mount(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/dev/random", "bind", "/dev/urandom", {"bind"})
      .mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"});
  expect_equal("device", sandbox.output(bundle, "stat -c %t:%T /dev/random"), "1:8\n");
}
const Case kCoveredMount("devices/a-mount-that-is-covered-is-no-device",
                         "config-linux.md#default-devices", covered_mount);

// Engines list the host's ptmx for privileged containers. A bind mount of it would offer no
// terminals of the container.
void listed_multiplexer(Sandbox& sandbox) {
  for (const bool own_users : {false, true}) {
    Bundle bundle = with_dev(sandbox, own_users);
    bundle.set_json("/linux/devices",
                    R"([{"path": "/dev/ptmx", "type": "c", "major": 5, "minor": 2}])");
    expect_equal(
        "/dev/ptmx",
        sandbox.output(bundle, "stat -L -c %t:%T /dev/ptmx; (: < /dev/ptmx) && echo opens"),
        "5:2\nopens\n");
  }
}
const Case kMultiplexer("devices/a-listed-ptmx-is-the-containers-own",
                        "config-linux.md#default-devices", listed_multiplexer);

void no_devpts(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/dev", "tmpfs", "tmpfs", {"nosuid", "mode=755"});
  expect_equal("/dev/ptmx", sandbox.output(bundle, "readlink /dev/ptmx"), "pts/ptmx\n");
}
const Case kNoDevpts("devices/ptmx-is-there-without-a-devpts", "config-linux.md#default-devices",
                     no_devpts);

// A directory cannot become the link, and the runtime must not remove its contents.
void occupied_multiplexer(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  expect_refusal(sandbox, bundle, {"default device ('/dev/ptmx')", {"ptmx"}}, [](Bundle& spoilt) {
    ::unlink(spoilt.rootfs("dev/ptmx").c_str());
    spoilt.file("dev/ptmx/file", "x");
  });
}
const Case kOccupied("devices/a-directory-in-the-place-of-ptmx-is-refused", "runtime.md#errors",
                     occupied_multiplexer);

// No process in a user namespace may create device nodes. This host has no /dev/of-the-config.
void listed_for_users(Sandbox& sandbox) {
  Bundle bundle = with_dev(sandbox, true);
  bundle.set_json("/linux/devices", R"([
      {"path": "/dev/of-the-config", "type": "c", "major": 1, "minor": 5, "fileMode": 420,
       "uid": 7, "gid": 8},
      {"path": "/dev/kmsg", "type": "c", "major": 1, "minor": 11, "fileMode": 384}])");
  expect_equal("devices",
               sandbox.output(bundle,
                              "stat -c '%n %t:%T %a %u:%g' /dev/of-the-config /dev/kmsg;"
                              "head -c 3 /dev/of-the-config | wc -c"),
               "/dev/of-the-config 1:5 644 7:8\n/dev/kmsg 1:b 600 0:0\n3\n");
}
const Case kListedForUsers("users/listed-devices-have-their-mode-and-owner",
                           "config-linux.md#devices", listed_for_users);

}  // namespace
}  // namespace oci::conformance

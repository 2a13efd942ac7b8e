// Mounts with mapped ids (config.md#mounts, config.md#linux-mount-options: idmap, ridmap).
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

constexpr char kOptions[] = "config.md#linux-mount-options";
constexpr char kUids[] = R"([{"containerID": 0, "hostID": 5000, "size": 1000}])";
constexpr char kGids[] = R"([{"containerID": 0, "hostID": 6000, "size": 1000}])";

// source/file of 0:0 and source/of-7 of 7:8. source/below/deep of 0:0 is in another mount of the
// same filesystem, since not every kernel can idmap a tmpfs.
std::string owned_files(Sandbox& sandbox) {
  std::string source = sandbox.path("source");
  make_dir(source + "/below");
  write_file(source + "/file", "content\n");
  write_file(source + "/of-7", "content\n");
  ::chmod(source.c_str(), 0777);
  if (::chown((source + "/of-7").c_str(), 7, 8) != 0) throw Skipped("chown does not work");
  make_dir(sandbox.path("other"));
  write_file(sandbox.path("other/deep"), "deep\n");
  if (::mount(sandbox.path("other").c_str(), (source + "/below").c_str(), nullptr, MS_BIND,
              nullptr) != 0) {
    throw Skipped("no bind mount to be had");
  }
  return source;
}

void away(Sandbox& sandbox) {
  ::umount2((sandbox.path("source") + "/below").c_str(), MNT_DETACH);
}

// Adds the mount at /m that shows owned_files() with these options and maps.
Bundle& bind(Bundle& bundle, const std::string& source, const std::vector<std::string>& options,
             bool own_maps = true) {
  bundle.mount("/m", "bind", source, options);
  const std::string last = "/mounts/" + std::to_string(bundle.config()["mounts"].Size() - 1) + "/";
  if (!own_maps) return bundle;
  return bundle.set_json(last + "uidMappings", kUids).set_json(last + "gidMappings", kGids);
}

constexpr char kOwners[] = "stat -c '%u:%g' /m/file /m/of-7 /m/below/deep";

void own_maps(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bind(bundle, owned_files(sandbox), {"bind", "idmap"});
  const std::string said = sandbox.output(bundle, "stat -c '%u:%g' /m/file /m/of-7");
  away(sandbox);
  expect_equal("owners", said, "5000:6000\n5007:6008\n");
}
const Case kOwn("mounts/idmap-applies-the-mounts-own-maps", kOptions, own_maps);

void one_mount(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bind(bundle, owned_files(sandbox), {"rbind", "idmap"});
  const std::string said = sandbox.output(bundle, kOwners);
  away(sandbox);
  expect_equal("owners", said, "5000:6000\n5007:6008\n0:0\n");
}
const Case kOne("mounts/idmap-is-about-one-mount", kOptions, one_mount);

void whole_tree(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bind(bundle, owned_files(sandbox), {"rbind", "ridmap"});
  const std::string said = sandbox.output(bundle, kOwners);
  away(sandbox);
  expect_equal("owners", said, "5000:6000\n5007:6008\n5000:6000\n");
}
const Case kTree("mounts/ridmap-is-about-the-tree", kOptions, whole_tree);

void without_the_word(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bind(bundle, owned_files(sandbox), {"bind"});
  const std::string said = sandbox.output(bundle, "stat -c '%u:%g' /m/file");
  away(sandbox);
  expect_equal("owner", said, "5000:6000\n");
}
const Case kNoWord("mounts/maps-without-idmap-are-applied", "config.md#mounts", without_the_word);

void writes(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const std::string source = owned_files(sandbox);
  bind(bundle, source, {"bind", "idmap"}).set("/process/user/uid", 5007);
  bundle.set("/process/user/gid", 6008);
  sandbox.output(bundle, "echo x > /m/new && echo more >> /m/of-7");
  struct stat made = {};
  expect(::stat((source + "/new").c_str(), &made) == 0, "there is no new file on the host");
  away(sandbox);
  expect_equal("uid on the host", made.st_uid, 7U);
  expect_equal("gid on the host", made.st_gid, 8U);
}
const Case kWrites("mounts/what-is-written-through-idmap-has-the-hosts-ids", kOptions, writes);

void with_other_options(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bind(bundle, owned_files(sandbox), {"rbind", "idmap", "ro", "nosuid", "rnodev"});
  const Facts facts = sandbox.facts(bundle);
  away(sandbox);
  for (const char* word : {"ro", "nosuid", "nodev", "idmapped"}) {
    expect_contains("options", facts.mount("/m").options, word);
  }
}
const Case kOthers("mounts/idmap-beside-other-options", kOptions, with_other_options);

void filesystem(Sandbox& sandbox) {
  require_kernel(6, 3, "can map the ids of a tmpfs");
  Bundle bundle = sandbox.bundle();
  bundle.mount("/t", "tmpfs", "tmpfs", {"mode=0755", "idmap"})
      .set_json("/mounts/1/uidMappings", kUids)
      .set_json("/mounts/1/gidMappings", kGids);
  expect_equal("owner", sandbox.output(bundle, "stat -c '%u:%g' /t"), "5000:6000\n");
}
const Case kFilesystem("mounts/idmap-of-a-file-system", kOptions, filesystem);

void half_of_the_maps(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(sandbox.path("plain"));
  bind(bundle, sandbox.path("plain"), {"bind", "idmap"});
  expect_refusal(sandbox, bundle, {"mounts[1].gidMappings", {"gidMappings", "idmap"}},
                 [](Bundle& spoilt) { spoilt.remove("/mounts/1/gidMappings"); });
}
const Case kHalf("mounts/maps-come-both-or-neither", "config.md#mounts", half_of_the_maps);

void no_maps(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(sandbox.path("plain"));
  bind(bundle, sandbox.path("plain"), {"bind", "idmap"});
  expect_refusal(sandbox, bundle, {"mounts[1].options", {"idmap", "apping"}}, [](Bundle& spoilt) {
    spoilt.remove("/mounts/1/uidMappings").remove("/mounts/1/gidMappings");
  });
}
const Case kNoMaps("mounts/idmap-without-maps-or-user-namespace-is-refused", kOptions, no_maps);

void cannot_be_mapped(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  make_dir(sandbox.path("plain"));
  bind(bundle, sandbox.path("plain"), {"bind", "idmap"});
  expect_refusal(sandbox, bundle, {"mounts[1].options", {"idmap", "mount_setattr"}},
                 [](Bundle& spoilt) { spoilt.set("/mounts/1/source", "/proc/sys"); });
}
const Case kCannot("mounts/idmap-of-what-cannot-be-mapped-is-refused", kOptions, cannot_be_mapped);

// A container with a user namespace that maps 0 to 100000.
Bundle mapped(Sandbox& sandbox) {
  require_file("/proc/self/ns/user");
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace(100000, 65536);
  return bundle;
}

void the_containers_maps(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bind(bundle, owned_files(sandbox), {"rbind", "idmap"}, false);
  const std::string said = sandbox.output(bundle, kOwners);
  away(sandbox);
  expect_equal("owners inside", said, "0:0\n7:8\n65534:65534\n");
}
const Case kContainers("users/idmap-takes-the-containers-maps", kOptions, the_containers_maps);

void the_containers_maps_below(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bind(bundle, owned_files(sandbox), {"rbind", "ridmap"}, false);
  const std::string said = sandbox.output(bundle, kOwners);
  away(sandbox);
  expect_equal("owners inside", said, "0:0\n7:8\n0:0\n");
}
const Case kContainersBelow("users/ridmap-takes-the-containers-maps", kOptions,
                            the_containers_maps_below);

void other_maps(Sandbox& sandbox) {
  Bundle bundle = mapped(sandbox);
  bind(bundle, owned_files(sandbox), {"bind", "idmap"})
      .set_json("/mounts/1/uidMappings", R"([{"containerID": 0, "hostID": 101000, "size": 1000}])")
      .set_json("/mounts/1/gidMappings", R"([{"containerID": 0, "hostID": 102000, "size": 1000}])");
  const std::string said = sandbox.output(bundle, "stat -c '%u:%g' /m/file /m/of-7");
  away(sandbox);
  expect_equal("owners inside", said, "1000:2000\n1007:2008\n");
}
const Case kOther("users/idmap-with-other-maps-than-the-containers", kOptions, other_maps);

void joined_maps(Sandbox& sandbox) {
  Bundle pause = mapped(sandbox);
  pause.args({"/bin/probe", "sleep"});
  sandbox.create_and_start(pause);
  const std::string path = "/proc/" + std::to_string(sandbox.init_pid()) + "/ns/user";
  Bundle bundle = sandbox.bundle("joins");
  bundle.user_namespace(100000, 65536).new_namespace("user", path);
  bind(bundle, owned_files(sandbox), {"bind", "idmap"}, false)
      .shell("stat -c '%u:%g' /m/file /m/of-7")
      .write();
  const Outcome ran = sandbox.call({"run", "--bundle", bundle.directory(), sandbox.id() + "-j"});
  sandbox.stop_and_remove();
  away(sandbox);
  expect_equal("owners inside", ran.out, "0:0\n7:8\n");
}
const Case kJoined("users/idmap-takes-the-maps-of-a-joined-namespace", kOptions, joined_maps);

}  // namespace
}  // namespace oci::conformance

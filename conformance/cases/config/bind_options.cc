// Options of bind mounts from crun(1) that the specification lacks: copy-symlink, src-nofollow,
// dest-nofollow, and idmap with explicit maps.
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

constexpr char kClause[] = "crun(1)";

// SANDBOX/file with content, SANDBOX/link to it, and SANDBOX/broken, a dangling link.
struct Sources {
  explicit Sources(Sandbox& sandbox)
      : file(sandbox.path("file")), link(sandbox.path("link")), broken(sandbox.path("broken")) {
    write_file(file, "content\n");
    if (::symlink(file.c_str(), link.c_str()) != 0 ||
        ::symlink("to/nothing", broken.c_str()) != 0) {
      throw Skipped("no links to be had");
    }
  }
  std::string file, link, broken;
};

Bundle bundle_of(Sandbox& sandbox, bool users) {
  Bundle bundle = sandbox.bundle();
  if (users) bundle.user_namespace();
  return bundle;
}

template <bool kUsers>
void copied(Sandbox& sandbox) {
  const Sources sources(sandbox);
  Bundle bundle = bundle_of(sandbox, kUsers);
  bundle.mount("/a/new/link", "bind", sources.broken, {"rbind", "copy-symlink", "ro"})
      .mount("/file", "bind", sources.file, {"bind", "copy-symlink", "ro"})
      .mount("/there", "bind", sources.link, {"bind", "copy-symlink"});
  ::symlink(sources.file.c_str(), bundle.rootfs("there").c_str());
  const std::string script =
      "readlink /a/new/link; cat /file; readlink /there; "
      "grep -c ' /a/new/link \\| /there ' /proc/self/mountinfo; touch /file 2>/dev/null || echo ro";
  const std::string wanted = "to/nothing\ncontent\n" + sources.file + "\n0\nro\n";
  // In the second round, the links exist already.
  for (int round = 0; round < 2; ++round)
    expect_equal("contents", sandbox.output(bundle, script), wanted);
}
const Case kCopied("mounts/copy-symlink-makes-the-link", kClause, copied<false>);
const Case kCopiedUsers("users/copy-symlink-makes-the-link", kClause, copied<true>);

void copied_over(Sandbox& sandbox) {
  const Sources sources(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.mount("/place", "bind", sources.link, {"bind", "copy-symlink"});
  expect_refusal(sandbox, bundle, {"mounts[1].destination", {"symlink", "place"}},
                 [](Bundle& spoilt) {
                   ::unlink(spoilt.rootfs("place").c_str());
                   spoilt.file("place", "of the image\n");
                 });
  expect_equal("the image's file", read_file(bundle.rootfs("place")), "of the image\n");
}
const Case kCopiedOver("mounts/copy-symlink-where-a-file-is-is-refused", kClause, copied_over);

// Each of the two alone, and both: the result is the content of the target, or the link itself.
template <bool kUsers>
void not_followed(Sandbox& sandbox) {
  const Sources sources(sandbox);
  Bundle bundle = bundle_of(sandbox, kUsers);
  for (const char* name : {"dest", "both", "plain"})
    ::symlink("point-to-nowhere", bundle.rootfs(name).c_str());
  bundle.mount("/dest", "bind", sources.link, {"bind", "dest-nofollow"})
      .mount("/both", "bind", sources.broken, {"bind", "dest-nofollow", "src-nofollow"})
      .mount("/plain", "bind", sources.file, {"bind", "dest-nofollow", "src-nofollow"})
      .file("src", "");
  bundle.mount("/src", "bind", sources.broken, {"bind", "src-nofollow"});
  expect_equal("contents",
               sandbox.output(bundle,
                              "cat /dest; readlink /both; cat /plain; readlink /src; "
                              "grep -c ' /\\(dest\\|both\\|plain\\|src\\) ' /proc/self/mountinfo"),
               "content\nto/nothing\ncontent\nto/nothing\n4\n");
  expect(!exists(bundle.rootfs("point-to-nowhere")), "the link of the image was followed");
}
const Case kNotFollowed("mounts/src-nofollow-and-dest-nofollow-are-about-the-link", kClause,
                        not_followed<false>);
const Case kNotFollowedUsers("users/src-nofollow-and-dest-nofollow-are-about-the-link", kClause,
                             not_followed<true>);

void together(Sandbox& sandbox) {
  const Sources sources(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.mount("/place", "bind", sources.file, {"bind", "copy-symlink"});
  expect_refusal(sandbox, bundle, {"mounts[1].options[1]", {"copy-symlink", "exclusive"}},
                 [](Bundle& spoilt) { spoilt.add("/mounts/1/options", "\"src-nofollow\""); });
}
const Case kTogether("mounts/copy-symlink-beside-src-nofollow-is-refused", kClause, together);

void in_sysfs(Sandbox& sandbox) {
  const Sources sources(sandbox);
  Bundle bundle = sandbox.bundle();
  bundle.mount("/sys", "sysfs", "sysfs", {"nosuid"})
      .mount("/file", "bind", sources.file, {"bind", "src-nofollow"});
  expect_refusal(sandbox, bundle, {"mounts[2].destination", {"sysfs", "not allowed"}},
                 [](Bundle& spoilt) {
                   spoilt.set("/mounts/2/destination", "/sys/class/net/lo")
                       .add("/mounts/2/options", "\"dest-nofollow\"");
                 });
}
const Case kInSysfs("mounts/dest-nofollow-in-sysfs-is-refused", kClause, in_sysfs);

void for_a_bind(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.mount("/t", "tmpfs", "tmpfs", {"ro"});
  expect_refusal(sandbox, bundle, {"mounts[1].options[1]", {"nofollow", "bind"}},
                 [](Bundle& spoilt) { spoilt.add("/mounts/1/options", "\"src-nofollow\""); });
}
const Case kForABind("mounts/src-nofollow-of-a-file-system-is-refused", kClause, for_a_bind);

// A file owned by 0:0 and one by 7:8, seen through a mount with this option.
std::string owners(Sandbox& sandbox, Bundle& bundle, const std::string& option) {
  const std::string source = sandbox.path("owned");
  make_dir(source);
  for (const char* name : {"/a", "/b"})
    write_file(source + name, "");
  ::chmod(source.c_str(), 0777);
  if (::chown((source + "/b").c_str(), 7, 8) != 0) throw Skipped("chown does not work");
  bundle.mount("/m", "bind", source, {"bind", option});
  return sandbox.output(bundle, "stat -c '%u:%g' /m/a /m/b");
}

void maps(Sandbox& sandbox) {
  for (const char* option : {"idmap=uids=0-5000-5#5-6005-5;gids=0-7000-10",
                             "ridmap=gids=0-7000-10;uids=5-6005-5#0-5000-1"}) {
    Bundle bundle = sandbox.bundle(std::string("bundle-") + option[0]);
    expect_equal(option, owners(sandbox, bundle, option), "5000:7000\n6007:7008\n");
  }
}
const Case kMaps("mounts/idmap-option-has-maps-of-its-own", kClause, maps);

// The container's map is 0 100000 65536.
void relative_maps(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.user_namespace();
  expect_equal("owners inside",
               owners(sandbox, bundle, "idmap=uids=@0-0-1#@7-1007-1;gids=@0-20-10"),
               "0:20\n1007:28\n");
}
const Case kRelative("users/idmap-option-relative-to-the-containers-maps", kClause, relative_maps);

void broken_maps(Sandbox& sandbox) {
  for (const char* option :
       {"idmap=uids=0-1;gids=0-1-1", "idmap=uids=@0-0-1;gids=0-1-1", "idmap=pids=0-0-1"}) {
    Bundle bundle = sandbox.bundle();
    bundle.mount("/m", "bind", sandbox.directory(), {"bind", "ro"});
    expect_refusal(sandbox, bundle, {"mounts[1].options[1]", {"idmap", "map", "invalid option"}},
                   [option](Bundle& spoilt) { spoilt.set("/mounts/1/options/1", option); });
  }
}
const Case kBroken("mounts/idmap-option-that-is-no-map-is-refused", kClause, broken_maps);

}  // namespace
}  // namespace oci::conformance

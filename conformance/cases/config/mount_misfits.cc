// Mounts with a source and a destination of different kinds: the message names both and tells them
// apart.
#include <sys/mount.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

void expect_both_named(Sandbox& sandbox, Bundle& bundle, const std::string& source,
                       const std::string& problem) {
  const Outcome refused = sandbox.try_create(bundle);
  expect(refused.exit_code != 0, "the mount is accepted");
  if (!sandbox.runtime().json_paths) return;
  expect_contains("the message", refused.err, "mounts[2].destination ('/etc/place')");
  expect_contains("the message", refused.err, "'" + source + "'");
  expect_contains("the message", refused.err, problem);
  expect_lacks("the message", refused.err, "part of the path");
}

void kinds(Sandbox& sandbox) {
  const std::string file = sandbox.path("file"), directory = sandbox.path("directory");
  write_file(file, "x");
  make_dir(directory);
  Bundle onto_file = sandbox.bundle("onto-file");
  onto_file.mount("/dev", "tmpfs", "tmpfs", {"mode=755"}).file("etc/place", "");
  onto_file.mount("/etc/place", "bind", file, {"bind"}).shell("true");
  expect_equal("a file on a file exits with", sandbox.run(onto_file).exit_code, 0);
  for (const char* option : {"bind", "rbind"}) {
    onto_file.set("/mounts/2/source", directory).set("/mounts/2/options/0", option);
    expect_both_named(sandbox, onto_file, directory, "not a directory, as its source");
  }
  for (const char* options : {R"(["size=64k"])", R"(["size=64k", "tmpcopyup"])"}) {
    onto_file.set("/mounts/2/type", "tmpfs").set("/mounts/2/source", "tmpfs");
    onto_file.set_json("/mounts/2/options", options);
    expect_both_named(sandbox, onto_file, "tmpfs", "not a directory, as its source");
  }
  Bundle onto_directory = sandbox.bundle("onto-directory");
  make_dir(onto_directory.rootfs("etc/place"));
  onto_directory.mount("/dev", "tmpfs", "tmpfs", {"mode=755"});
  onto_directory.mount("/etc/place", "bind", directory, {"bind"}).shell("true");
  expect_equal("a directory on a directory exits with", sandbox.run(onto_directory).exit_code, 0);
  onto_directory.set("/mounts/2/source", file);
  expect_both_named(sandbox, onto_directory, file, "is a file, not a directory");
}
const Case kKinds("mounts/a-source-of-another-kind-is-refused-with-both-names", "runtime.md#errors",
                  kinds);

// The host's file was unlinked, and only its mount is left.
void deleted(Sandbox& sandbox) {
  const std::string file = sandbox.path("file"), mount = sandbox.path("mount");
  write_file(file, "x");
  write_file(mount, "");
  if (::mount(file.c_str(), mount.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    throw Skipped("no bind mount to be had");
  }
  Bundle bundle = sandbox.bundle();
  bundle.mount("/dev", "tmpfs", "tmpfs", {"mode=755"})
      .mount("/etc/place", "bind", mount, {"bind"})
      .shell("true");
  expect_refusal(sandbox, bundle, {"mounts[2].source ('" + mount + "'): has been deleted", {mount}},
                 [&](Bundle&) { ::unlink(file.c_str()); });
  ::umount2(mount.c_str(), MNT_DETACH);
}
const Case kDeleted("mounts/a-source-that-was-deleted-is-named", "runtime.md#errors", deleted);

}  // namespace
}  // namespace oci::conformance

// Mode and owner of a tmpfs (config.md#mounts, tmpfs(5)). Of what the options do not say, runtimes
// keep the mode of the directory that is covered; its owner is the container's root.
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// A tmpfs, and how its root shall look: "MODE UID GID".
struct Row {
  const char* target;
  unsigned covered;  // the mode of the directory in the image; 0: there is none
  Words options;
  const char* wanted;
};

const std::vector<Row> kCovered = {
    {"/d/700", 0700, {}, "700 0 0"},
    {"/d/755", 0755, {"size=1m"}, "755 0 0"},
    {"/d/711", 0711, {"nosuid", "nodev"}, "711 0 0"},
    {"/d/2775", 02775, {}, "2775 0 0"},
    {"/d/1777", 01777, {}, "1777 0 0"},
    {"/d/ro", 0750, {"ro"}, "750 0 0"},
    {"/d/copied", 0710, {"tmpcopyup"}, "710 0 0"},
    {"/d/copied-ro", 0701, {"tmpcopyup", "ro"}, "701 0 0"},
    {"/d/owned", 0770, {"uid=5", "gid=6"}, "770 5 6"},
};

const std::vector<Row> kNew = {
    {"/new", 0, {}, "1777 0 0"},
    {"/deep/new", 0, {"ro"}, "1777 0 0"},
    {"/new-copied", 0, {"tmpcopyup"}, "1777 0 0"},
    {"/new-owned", 0, {"uid=5", "gid=6", "tmpcopyup"}, "1777 5 6"},
};

const std::vector<Row> kSaid = {
    {"/d/said", 0700, {"mode=755"}, "755 0 0"},
    {"/d/said-long", 0700, {"size=1m,mode=01777,nr_inodes=9"}, "1777 0 0"},
    {"/d/nothing", 0700, {"mode=0"}, "0 0 0"},
    {"/d/said-twice", 0700, {"mode=700", "mode=711"}, "711 0 0"},
    {"/d/said-copied", 0711, {"tmpcopyup", "mode=751"}, "751 0 0"},
    {"/said-new", 0, {"mode=750", "ro"}, "750 0 0"},
};

// The directories of the image belong to somebody else on purpose.
void make_covered(const Bundle& bundle, const std::vector<Row>& rows) {
  make_dir(bundle.rootfs("d"));
  for (const Row& row : rows) {
    if (row.covered == 0) continue;
    const std::string path = bundle.rootfs() + row.target;
    make_dir(path);
    if (::chown(path.c_str(), 100033, 100044) != 0) throw Skipped("owners cannot be given");
    ::chmod(path.c_str(), row.covered);
  }
}

void expect_rows(Sandbox& sandbox, Bundle& bundle, const std::vector<Row>& rows) {
  make_covered(bundle, rows);
  std::string script, wanted;
  for (const Row& row : rows) {
    bundle.mount(row.target, "tmpfs", "tmpfs", row.options);
    script += std::string("stat -c '%n %a %u %g' ") + row.target + "\n";
    wanted += std::string(row.target) + " " + row.wanted + "\n";
  }
  expect_equal("mode and owner", sandbox.output(bundle, script), wanted);
}

template <const std::vector<Row>& kRows, bool kUsers>
void rows_hold(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  if (kUsers) bundle.user_namespace();
  expect_rows(sandbox, bundle, kRows);
}
const Case kCoveredCase("mounts/a-tmpfs-has-the-mode-of-its-directory", "config.md#mounts",
                        rows_hold<kCovered, false>);
const Case kNewCase("mounts/a-tmpfs-where-there-was-nothing-is-everybodys", "config.md#mounts",
                    rows_hold<kNew, false>);
const Case kSaidCase("mounts/a-tmpfs-has-the-mode-that-is-said", "config.md#mounts",
                     rows_hold<kSaid, false>);
const Case kCoveredUsers("users/a-tmpfs-has-the-mode-of-its-directory", "config.md#mounts",
                         rows_hold<kCovered, true>);
const Case kNewUsers("users/a-tmpfs-where-there-was-nothing-is-everybodys", "config.md#mounts",
                     rows_hold<kNew, true>);

// Through a link, over /dev/shm, over another mount, in a root filesystem that is read-only.
void elsewhere(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  const Row link = {"/d/real", 0705, {}, "705 0 0"};
  make_covered(bundle, {link});
  ::symlink("/d/real", bundle.rootfs("link").c_str());
  bundle.set("/root/readonly", true)
      .mount("/dev", "tmpfs", "tmpfs", {"mode=755"})
      .mount("/dev/shm", "tmpfs", "shm", {"size=64k"})
      .mount("/link", "tmpfs", "tmpfs", {})
      .mount("/twice", "tmpfs", "tmpfs", {"mode=704"})
      .mount("/twice", "tmpfs", "tmpfs", {"ro"});
  expect_equal("modes",
               sandbox.output(bundle, "for i in /dev/shm /d/real /twice; do stat -c %a $i; done"),
               "1777\n705\n704\n");
}
const Case kElsewhere("mounts/a-tmpfs-has-the-mode-of-what-is-there", "config.md#mounts",
                      elsewhere);

// A later remount that says nothing of ro leaves what the first said.
void read_only(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("/t/file", "content\n")
      .mount("/t", "tmpfs", "tmpfs", {"tmpcopyup", "ro"})
      .mount("/t", "tmpfs", "tmpfs", {"remount", "nosuid"});
  expect_equal("what is in it",
               sandbox.output(bundle, "cat /t/file; touch /t/new 2>/dev/null || echo read-only"),
               "content\nread-only\n");
}
const Case kReadOnly("mounts/a-read-only-copy-stays-so-when-remounted",
                     "config.md#linux-mount-options", read_only);

void mapped(Sandbox& sandbox) {
  require_kernel(6, 3, "can map the ids of a tmpfs");
  Bundle bundle = sandbox.bundle();
  make_covered(bundle, {{"/d/mapped", 0750, {}, ""}});
  bundle.mount("/d/mapped", "tmpfs", "tmpfs", {"idmap"})
      .set_json("/mounts/1/uidMappings", R"([{"containerID":0,"hostID":7000,"size":10}])")
      .set_json("/mounts/1/gidMappings", R"([{"containerID":0,"hostID":8000,"size":10}])");
  expect_equal("mode", sandbox.output(bundle, "stat -c '%a' /d/mapped"), "750\n");
}
const Case kMapped("mounts/idmap-of-a-tmpfs-keeps-the-mode-of-its-directory", "config.md#mounts",
                   mapped);

}  // namespace
}  // namespace oci::conformance

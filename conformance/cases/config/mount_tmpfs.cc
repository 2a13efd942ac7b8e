// tmpfs: mode, owner and initial content (config.md#mounts, tmpfs(5)). Without a mode option,
// runtimes keep that of the covered directory. The owner is the container's root.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "conformance/harness/case.h"
#include "conformance/harness/expect.h"
#include "conformance/harness/files.h"
#include "conformance/harness/requires.h"
#include "conformance/harness/sandbox.h"

namespace oci::conformance {
namespace {

// A tmpfs, and the expected attributes of its root: "MODE UID GID".
struct Row {
  const char* target;
  unsigned covered;  // mode of the directory in the image; 0: there is none
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

// The directories of the image belong to another user on purpose.
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

// Through a link, over /dev/shm, over another mount, and in a read-only root filesystem.
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

// A later remount without "ro" keeps the read-only flag of the first mount.
void read_only(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("/t/file", "content\n")
      .mount("/t", "tmpfs", "tmpfs", {"tmpcopyup", "ro"})
      .mount("/t", "tmpfs", "tmpfs", {"remount", "nosuid"});
  expect_equal("its contents",
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

// A node of each kind that a directory may hold; all must be copied.
void copied_kinds(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("/t/file", "x", 0640);
  const std::string top = bundle.rootfs("t");
  ::mkfifo((top + "/fifo").c_str(), 0600);
  ::symlink("file", (top + "/link").c_str());
  ::mknod((top + "/socket").c_str(), S_IFSOCK | 0666, 0);
  ::chmod((top + "/socket").c_str(), 0666);
  ::lchown((top + "/socket").c_str(), 3, 4);
  bundle.mount("/t", "tmpfs", "tmpfs", {"tmpcopyup"});
  expect_equal("copied files",
               sandbox.output(bundle, "cd /t; stat -c '%n %F %a %u %g' fifo file link socket"),
               "fifo fifo 600 0 0\nfile regular file 640 0 0\nlink symbolic link 777 0 0\n"
               "socket socket 666 3 4\n");
}
const Case kCopiedKinds("mounts/a-copy-has-sockets-fifos-and-links",
                        "config.md#linux-mount-options", copied_kinds);

// 200 MB that occupy 12 KiB, in a tmpfs of 1 MiB: data at the front and in the middle, and a hole
// at the end.
void copied_holes(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("/t/sparse", "front").file("/t/empty", "").file("/t/dense", std::string(9000, 'd'));
  const std::string path = bundle.rootfs("t/sparse");
  constexpr off_t kSize = 200'000'000;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (::pwrite(fd, "middle", 6, kSize / 2) != 6 || ::ftruncate(fd, kSize) != 0) {
    throw Skipped("no file with holes to be had");
  }
  ::close(fd);
  ::truncate(bundle.rootfs("t/empty").c_str(), kSize);
  bundle.mount("/t", "tmpfs", "tmpfs", {"tmpcopyup", "size=1m"});
  expect_equal("copied files",
               sandbox.output(bundle,
                              "cd /t; stat -c '%n %s' *; head -c 5 sparse; "
                              "dd if=sparse bs=1000000 skip=100 count=1 2>/dev/null | head -c 6; "
                              "tr -d d <dense | wc -c; tail -c 3 sparse | od -An -tx1"),
               "dense 9000\nempty 200000000\nsparse 200000000\nfrontmiddle0\n 00 00 00\n");
}
const Case kCopiedHoles("mounts/a-copy-keeps-holes", "config.md#linux-mount-options", copied_holes);

// An access list. Without it, the group bits of the mode would mean the mask's rights.
void copied_attributes(Sandbox& sandbox) {
  Bundle bundle = sandbox.bundle();
  bundle.file("/t/guarded", "x", 0640).file("/t/below/x", "");
  // Version 2: user::rw- user:7:rwx group::--- mask::rwx other::---, as system.posix_acl_access.
  constexpr unsigned char kList[] = {2,   0,   0,   0,   1,   0,   6,  0,   255, 255, 255,
                                     255, 2,   0,   7,   0,   7,   0,  0,   0,   4,   0,
                                     0,   0,   255, 255, 255, 255, 16, 0,   7,   0,   255,
                                     255, 255, 255, 32,  0,   0,   0,  255, 255, 255, 255};
  // VFS_CAP_REVISION_2 with CAP_NET_RAW, permitted and effective.
  constexpr unsigned char kCapability[] = {1, 0, 0, 2, 0, 32, 0, 0, 0, 0,
                                           0, 0, 0, 0, 0, 0,  0, 0, 0, 0};
  const auto set = [&bundle](const char* file, const char* name, const auto& value) {
    if (::setxattr(bundle.rootfs(file).c_str(), name, value, sizeof value, 0) != 0) {
      throw Skipped(std::string("the file system takes no ") + name);
    }
  };
  set("t/guarded", "system.posix_acl_access", kList);
  set("t/below", "system.posix_acl_access", kList);
  set("t/below/x", "security.capability", kCapability);
  bundle.mount("/t", "tmpfs", "tmpfs", {"tmpcopyup"}).args({"/bin/probe", "sleep"});
  sandbox.create_and_start(bundle);
  const std::string inside = "/proc/" + std::to_string(sandbox.init_pid()) + "/root/";
  const auto size = [&inside](const char* file, const char* name) {
    return ::getxattr((inside + file).c_str(), name, nullptr, 0);
  };
  const ssize_t sizes[] = {size("t/guarded", "system.posix_acl_access"),
                           size("t/below", "system.posix_acl_access"),
                           size("t/below/x", "security.capability")};
  sandbox.stop_and_remove();
  expect_equal("size of the file's list", sizes[0], ssize_t{sizeof kList});
  expect_equal("size of the directory's list", sizes[1], ssize_t{sizeof kList});
  expect_equal("size of the capabilities", sizes[2], ssize_t{sizeof kCapability});
}
const Case kCopiedAttributes("mounts/a-copy-keeps-access-lists-and-capabilities",
                             "config.md#linux-mount-options", copied_attributes);

}  // namespace
}  // namespace oci::conformance

// Tests cgroups made by others, as systemd does, in a private mount of the machine's tree.
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "runtime/cgroup/freeze.h"
#include "runtime/cgroup/fs_v2.h"
#include "runtime/cgroup/remove.h"
#include "runtime/cgroup/snapshot.h"
#include "runtime/cgroup/update.h"
#include "runtime/sys/file.h"
#include "runtime/testing/child.h"
#include "runtime/testing/requires.h"
#include "third_party/boost_test.h"

namespace oci::cgroup {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Layout kLayout{.mount_point = "/sys/fs/cgroup"};

// Plays systemd: makes the cgroup, and removes it at the end.
struct Scope {
  Scope()
      : path(cat("/oci-rt-scope-", ::getpid(), "-", ++count)), full(cat("/sys/fs/cgroup", path)) {
    BOOST_REQUIRE(::mkdir(full.c_str(), 0755) == 0);
  }
  ~Scope() {
    (void)kill_and_remove(kLayout, {.path = path}, sys::deadline_in(seconds(10)));
    (void)::rmdir(full.c_str());
    BOOST_TEST(::access(full.c_str(), F_OK) != 0);
  }
  Location location(const std::string& owner = "1.2") const {
    return {.path = path, .existed = 0, .owner = owner};
  }
  Removal end(const std::string& owner = "1.2", milliseconds patience = milliseconds(50)) const {
    const Result<Removal> ended =
        kill_and_await_removal(kLayout, location(owner), patience, sys::deadline_in(seconds(10)));
    BOOST_REQUIRE(bool(ended));
    return ended.value();
  }
  pid_t spawn() const {
    const sys::UniqueFd dir = sys::open_at(AT_FDCWD, full, O_RDONLY | O_DIRECTORY).value();
    clone_args args = {};
    args.flags = CLONE_INTO_CGROUP;
    args.exit_signal = SIGCHLD;
    args.cgroup = static_cast<uint64_t>(dir.get());
    const long pid = ::syscall(SYS_clone3, &args, sizeof args);
    while (pid == 0)
      ::pause();
    return static_cast<pid_t>(pid);
  }

  static inline int count = 0;
  std::string path, full;
};

#define ON_CGROUP2 *boost::unit_test::precondition(testing::cgroup2_view)

BOOST_AUTO_TEST_SUITE(scopes_on_the_kernel, ON_CGROUP2)

BOOST_FIXTURE_TEST_CASE(an_adopted_one_is_killed_and_then_waited_for, Scope) {
  Result<Cgroup> adopted = Cgroup::adopt(kLayout, path, {}, "1.2");
  BOOST_REQUIRE(bool(adopted));
  adopted.value().keep();
  BOOST_TEST(!adopted.value().existed());
  testing::Child inside(spawn());
  BOOST_TEST((end() == Removal::kPending));
  BOOST_TEST(WTERMSIG(inside.reap()) == SIGKILL);
  // If systemd does not remove it, kill_and_remove() does.
  BOOST_TEST(!!kill_and_remove(kLayout, location(), sys::deadline_in(seconds(10))));
  BOOST_TEST(::access(full.c_str(), F_OK) != 0);
  BOOST_TEST((end() == Removal::kDone));
}

BOOST_FIXTURE_TEST_CASE(its_removal_by_another_process_ends_the_wait, Scope) {
  Result<Cgroup> adopted = Cgroup::adopt(kLayout, path, {}, "1.2");
  BOOST_REQUIRE(bool(adopted));
  adopted.value().keep();
  testing::Child inside(spawn());
  const pid_t pid = ::fork();
  if (pid == 0) {
    while (::rmdir(full.c_str()) != 0 && errno == EBUSY) {
    }
    ::_exit(0);
  }
  testing::Child remover(pid);
  BOOST_TEST((end("1.2", seconds(10)) == Removal::kDone));
  remover.reap();
}

BOOST_FIXTURE_TEST_CASE(who_lives_in_one_of_another_owner_is_left_alone, Scope) {
  Result<Cgroup> adopted = Cgroup::adopt(kLayout, path, {}, "7.8");
  BOOST_REQUIRE(bool(adopted));
  adopted.value().keep();
  const testing::Child inside(spawn());
  BOOST_TEST((end("1.2") == Removal::kNotOurs));
  BOOST_TEST(::kill(inside.pid(), 0) == 0);
}

BOOST_FIXTURE_TEST_CASE(one_without_a_mark_is_waited_for_and_left_alone, Scope) {
  const testing::Child inside(spawn());
  BOOST_TEST((end() == Removal::kNotOurs));
  BOOST_TEST(::kill(inside.pid(), 0) == 0);
}

BOOST_FIXTURE_TEST_CASE(a_guard_that_is_not_kept_removes_it, Scope) {
  { BOOST_REQUIRE(bool(Cgroup::adopt(kLayout, path, {}, "1.2"))); }
  BOOST_TEST(::access(full.c_str(), F_OK) != 0);
}

BOOST_FIXTURE_TEST_CASE(what_files_hold_can_be_written_back, Scope) {
  const Write limit[] = {{.file = "cgroup.max.depth", .value = "3", .property = "x"}};
  const auto depth = [&] {
    return sys::read_file_at(AT_FDCWD, full + "/cgroup.max.depth", 4096).value();
  };
  const Snapshot before = Snapshot::take(kLayout, path, limit).value();
  BOOST_TEST(!!before.restore());
  BOOST_TEST(depth() == "max\n");
  BOOST_TEST(!!update(kLayout, path, limit));
  BOOST_TEST(depth() == "3\n");
  BOOST_TEST(!!before.restore());
  BOOST_TEST(depth() == "max\n");
}

BOOST_FIXTURE_TEST_CASE(many_cgroups_are_asked_whether_they_are_frozen, Scope) {
  const std::string boxes[] = {path + "/a/1", path + "/a/2", path + "/b/1"};
  for (const std::string& one : {path + "/a", path + "/b", boxes[0], boxes[1], boxes[2]})
    BOOST_REQUIRE(::mkdir(cat("/sys/fs/cgroup", one).c_str(), 0755) == 0);
  for (const std::string& by : {boxes[0], path + "/b", path}) {
    BOOST_REQUIRE(!!sys::write_file_at(AT_FDCWD, cat("/sys/fs/cgroup", by, "/cgroup.freeze"), "1"));
    FrozenCgroups frozen;
    for (const std::string& one : boxes)
      BOOST_TEST(frozen.contain(one) == (one.starts_with(by)), one << " with " << by);
    BOOST_TEST(!frozen.contain(path + "/none"));
    BOOST_REQUIRE(!!sys::write_file_at(AT_FDCWD, cat("/sys/fs/cgroup", by, "/cgroup.freeze"), "0"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::cgroup

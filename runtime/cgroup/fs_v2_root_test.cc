// Runs in the machine's cgroup v2 tree, in a private mount of it, below unique names.
#include "runtime/cgroup/fs_v2.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/sched.h>
#include <cerrno>
#include <csignal>

#include "runtime/cgroup/remove.h"
#include "runtime/sys/file.h"
#include "runtime/testing/child.h"
#include "runtime/testing/requires.h"
#include "third_party/boost_test.h"

namespace oci::cgroup {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Layout kLayout{.mount_point = "/sys/fs/cgroup"};

std::string full(std::string_view path) {
  return cat(kLayout.mount_point, path);
}
bool exists(std::string_view path) {
  return ::access(full(path).c_str(), F_OK) == 0;
}
void write_control(std::string_view path, std::string_view value) {
  BOOST_TEST_REQUIRE(!!sys::write_file_at(AT_FDCWD, full(path), value), full(path));
}

// A unique name. The destructor removes it, with everything below.
struct Place {
  Place() : path(cat("/oci-rt-test-", ::getpid(), "-", ++count)) {}
  ~Place() {
    (void)kill_and_remove(kLayout, {.path = path}, sys::deadline_in(seconds(10)));
    BOOST_TEST(!exists(path));
  }

  Result<Cgroup> create(std::string_view below = "", std::span<const Write> writes = {},
                        const std::string& owner = "") {
    return Cgroup::create(
        kLayout, cat(path, below), writes, [](const Location&) { return Status(); }, owner);
  }

  static Status end(const Location& location) {
    return kill_and_remove(kLayout, location, sys::deadline_in(seconds(10)));
  }

  static inline int count = 0;
  std::string path;
};

// Starts a process in the cgroup that pauses.
pid_t spawn_in(int cgroup) {
  clone_args args = {};
  args.flags = CLONE_INTO_CGROUP;
  args.exit_signal = SIGCHLD;
  args.cgroup = static_cast<uint64_t>(cgroup);
  const long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) {
    for (;;)
      ::pause();
  }
  return static_cast<pid_t>(pid);
}

#define ON_CGROUP2 *boost::unit_test::precondition(testing::cgroup2_view)

BOOST_AUTO_TEST_SUITE(on_the_kernel, ON_CGROUP2)

BOOST_AUTO_TEST_CASE(the_tree_is_found_where_it_is_mounted) {
  const Result<Layout> layout = find_layout();
  BOOST_REQUIRE(layout);
  BOOST_TEST(layout.value().mount_point == "/sys/fs/cgroup");
  BOOST_TEST(!layout.value().hybrid);
}

BOOST_FIXTURE_TEST_CASE(a_guard_kills_and_removes_all_that_it_made, Place) {
  pid_t pid = 0;
  {
    Result<Cgroup> made = create("/pod/box");
    BOOST_REQUIRE(made);
    BOOST_TEST(made.value().location().existed == 0u);
    pid = spawn_in(made.value().fd());
    BOOST_REQUIRE(pid > 0);
  }
  BOOST_TEST(!exists(path));
  BOOST_TEST(WTERMSIG(testing::Child(pid).reap()) == SIGKILL);
}

BOOST_FIXTURE_TEST_CASE(a_kept_cgroup_is_removed_later_from_its_path_alone, Place) {
  Location location;
  pid_t pid = 0;
  {
    Result<Cgroup> made = create("/box");
    BOOST_REQUIRE(made);
    pid = spawn_in(made.value().fd());
    made.value().keep();
    location = made.value().location();
  }
  testing::Child child(pid);
  BOOST_TEST(exists(location.path));
  const Result<std::vector<pid_t>> inside = processes(kLayout, location);
  BOOST_TEST(inside.value() == std::vector<pid_t>{pid}, boost::test_tools::per_element());

  BOOST_TEST(!!end(location));
  BOOST_TEST(!exists(path));
  BOOST_TEST(WTERMSIG(child.reap()) == SIGKILL);
  BOOST_TEST(!!end(location));  // again
  BOOST_TEST(processes(kLayout, location).value().empty());
}

BOOST_FIXTURE_TEST_CASE(nested_frozen_cgroups_end_like_any_other, Place) {
  Result<Cgroup> made = create("/box");
  BOOST_REQUIRE(made);
  made.value().keep();
  for (const char* below : {"/box/a", "/box/a/b", "/box/c"}) {
    BOOST_REQUIRE(::mkdir(full(path + below).c_str(), 0755) == 0);
  }
  const sys::UniqueFd b(::open(full(path + "/box/a/b").c_str(), O_DIRECTORY | O_CLOEXEC));
  testing::Child outer(spawn_in(made.value().fd()));
  testing::Child inner(spawn_in(b.get()));
  write_control(path + "/box/a/cgroup.freeze", "1");

  BOOST_TEST(!!end(made.value().location()));
  BOOST_TEST(!exists(path));
  BOOST_TEST(WTERMSIG(inner.reap()) == SIGKILL);
  BOOST_TEST(WTERMSIG(outer.reap()) == SIGKILL);
}

BOOST_FIXTURE_TEST_CASE(very_deep_trees_are_removed_with_few_descriptors, Place) {
  Result<Cgroup> made = create();
  BOOST_REQUIRE(made);
  const std::string name(200, 'd');
  sys::UniqueFd here(::open(full(path).c_str(), O_DIRECTORY | O_CLOEXEC));
  constexpr int kDepth = 40;  // 8,000 characters: longer than any path
  for (int i = 0; i < kDepth; ++i) {
    BOOST_REQUIRE(::mkdirat(here.get(), name.c_str(), 0755) == 0);
    here.reset(::openat(here.get(), name.c_str(), O_DIRECTORY | O_CLOEXEC));
  }
  testing::Child child(spawn_in(here.get()));
  made.value().keep();
  BOOST_TEST(!!end(made.value().location()));
  BOOST_TEST(!exists(path));
}

BOOST_FIXTURE_TEST_CASE(a_passed_deadline_names_what_is_left_and_a_later_call_ends_it, Place) {
  Result<Cgroup> made = create();
  BOOST_REQUIRE(made);
  made.value().keep();
  testing::Child child(spawn_in(made.value().fd()));
  // A tracer stops it at its exit: it is killed, but still there.
  BOOST_REQUIRE(::ptrace(PTRACE_SEIZE, child.pid(), nullptr, PTRACE_O_TRACEEXIT) == 0);

  const Status late =
      kill_and_remove(kLayout, made.value().location(), sys::deadline_in(milliseconds(100)));
  BOOST_REQUIRE(!late);
  BOOST_TEST((late.error().kind() == ErrorKind::kBusy));
  BOOST_TEST(late.error().message().starts_with(cat(
      "cgroup '", path, "' still holds processes after the kill: PID ", child.pid(), " (state t")));

  int status = 0;
  BOOST_REQUIRE(::waitpid(child.pid(), &status, 0) == child.pid());
  BOOST_REQUIRE(::ptrace(PTRACE_DETACH, child.pid(), nullptr, nullptr) == 0);
  BOOST_TEST(!!end(made.value().location()));
  BOOST_TEST(!exists(path));
  BOOST_TEST(WTERMSIG(child.reap()) == SIGKILL);
}

BOOST_FIXTURE_TEST_CASE(a_cgroup_that_was_there_stays, Place) {
  BOOST_REQUIRE(::mkdir(full(path).c_str(), 0755) == 0);
  {
    Result<Cgroup> made = create();
    BOOST_REQUIRE(made);
    BOOST_TEST(made.value().location().existed == 1u);
    testing::Child child(spawn_in(made.value().fd()));
    BOOST_TEST(child.pid() > 0);
    BOOST_REQUIRE(::mkdir(full(path + "/inner").c_str(), 0755) == 0);
    const Location location = made.value().location();
    made.value().keep();
    BOOST_TEST(!!end(location));
    BOOST_TEST(WTERMSIG(child.reap()) == SIGKILL);
  }
  BOOST_TEST(exists(path));
  BOOST_TEST(!exists(path + "/inner"));
}

BOOST_FIXTURE_TEST_CASE(a_cgroup_in_use_is_neither_taken_nor_harmed, Place) {
  Result<Cgroup> made = create();
  BOOST_REQUIRE(made);
  testing::Child child(spawn_in(made.value().fd()));
  const Result<Cgroup> second = create();
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().kind() == ErrorKind::kBusy));
  BOOST_TEST(second.error().message().starts_with(
      cat("container's cgroup is not empty: 1 process(es) found: PID ", child.pid())));
  BOOST_TEST(::kill(child.pid(), 0) == 0);
  BOOST_TEST(processes(kLayout, {.path = path}).value().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(an_ended_container_leaves_its_cgroup_to_the_next_one_in_it, Place) {
  Result<Cgroup> first = create("", {}, "first");
  BOOST_REQUIRE(first);
  first.value().keep();
  Result<Cgroup> second = create("", {}, "second");
  BOOST_REQUIRE(second);
  second.value().keep();
  testing::Child child(spawn_in(second.value().fd()));

  BOOST_TEST(!!kill_all(kLayout, first.value().location(), SIGKILL));
  BOOST_TEST(processes(kLayout, first.value().location()).value().empty());
  BOOST_TEST(!!end(first.value().location()));
  BOOST_TEST(::kill(child.pid(), 0) == 0);
  BOOST_TEST(processes(kLayout, second.value().location()).value().size() == 1u);

  // The last container in it removes the cgroup that the first one made.
  BOOST_TEST(second.value().location().existed == 1u);
  BOOST_TEST(!!end(second.value().location()));
  BOOST_TEST(WTERMSIG(child.reap()) == SIGKILL);
  BOOST_TEST(!exists(path));
}

BOOST_FIXTURE_TEST_CASE(a_create_that_fails_gives_a_cgroup_back, Place) {
  Result<Cgroup> first = create("", {}, "first");
  BOOST_REQUIRE(first);
  first.value().keep();
  { BOOST_REQUIRE(create("", {}, "second")); }
  BOOST_TEST(exists(path));
  BOOST_TEST(!!end(first.value().location()));
  BOOST_TEST(!exists(path));
}

BOOST_FIXTURE_TEST_CASE(a_cgroup_made_anew_by_a_stranger_is_left_alone, Place) {
  Result<Cgroup> first = create("", {}, "first");
  BOOST_REQUIRE(first);
  first.value().keep();
  BOOST_REQUIRE(::rmdir(full(path).c_str()) == 0);
  BOOST_REQUIRE(::mkdir(full(path).c_str(), 0755) == 0);
  const sys::UniqueFd anew(::open(full(path).c_str(), O_DIRECTORY | O_CLOEXEC));
  testing::Child child(spawn_in(anew.get()));
  BOOST_TEST(!!end(first.value().location()));
  BOOST_TEST(::kill(child.pid(), 0) == 0);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_made_below_a_frozen_parent, Place) {
  BOOST_REQUIRE(::mkdir(full(path).c_str(), 0755) == 0);
  write_control(path + "/cgroup.freeze", "1");
  const Result<Cgroup> made = create("/a/box");
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().message() == "container's cgroup unexpectedly frozen");
  BOOST_TEST(!exists(path + "/a"));
}

BOOST_FIXTURE_TEST_CASE(a_shared_parent_goes_with_the_last_one_in_it, Place) {
  Result<Cgroup> first = create("/pod/one");
  Result<Cgroup> second = create("/pod/two");
  BOOST_REQUIRE((first && second));
  BOOST_TEST(second.value().location().existed == 2u);
  first.value().keep();
  second.value().keep();
  const auto remove = [](const Cgroup& cgroup) { return end(cgroup.location()); };
  BOOST_TEST(!!remove(first.value()));
  BOOST_TEST(exists(path + "/pod/two"));
  BOOST_TEST(!!remove(second.value()));
  BOOST_TEST(!exists(path));
}

BOOST_FIXTURE_TEST_CASE(a_parent_that_others_made_stays, Place) {
  BOOST_REQUIRE(::mkdir(full(path).c_str(), 0755) == 0);
  { BOOST_REQUIRE(create("/box")); }
  BOOST_TEST(exists(path));
  BOOST_TEST(!exists(path + "/box"));
}

BOOST_FIXTURE_TEST_CASE(a_parent_that_vanishes_meanwhile_is_made_again, Place) {
  BOOST_REQUIRE(::mkdir(full(path).c_str(), 0755) == 0);
  std::vector<unsigned> existed;
  const Result<Cgroup> made =
      Cgroup::create(kLayout, path + "/box", {}, [&](const Location& location) {
        if (existed.empty()) BOOST_TEST(::rmdir(full(path).c_str()) == 0);
        existed.push_back(location.existed);
        return Status();
      });
  BOOST_REQUIRE(made);
  BOOST_TEST(existed == (std::vector<unsigned>{1, 0}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_cgroup_that_appears_meanwhile_is_left_to_its_maker, Place) {
  testing::Child stranger;
  const Result<Cgroup> made = Cgroup::create(kLayout, path, {}, [&](const Location&) {
    BOOST_TEST(::mkdir(full(path).c_str(), 0755) == 0);
    return Status();
  });
  BOOST_REQUIRE(!made);
  BOOST_TEST((made.error().kind() == ErrorKind::kExists));
  BOOST_TEST(exists(path));
}

BOOST_FIXTURE_TEST_CASE(a_limit_holds_in_the_kernel, Place) {
  const std::string available =
      sys::read_file_at(AT_FDCWD, full("/cgroup.subtree_control"), 4096).value();
  if (available.find("hugetlb") == std::string::npos) {
    BOOST_TEST_MESSAGE("skipped: the tree passes no hugetlb controller on");
    return;
  }
  const Result<Writes> writes = v2_writes({.hugepage_limits = {{"2MB", 4U << 20}}});
  BOOST_REQUIRE(writes);
  const Result<Cgroup> made = create("/pod/box", writes.value().before_clone);
  BOOST_REQUIRE(made);
  BOOST_TEST(!!made.value().apply(writes.value().before_clone));
  for (const char* file : {"/pod/box/hugetlb.2MB.max", "/pod/box/hugetlb.2MB.rsvd.max"}) {
    BOOST_TEST(sys::read_file_at(AT_FDCWD, full(path + file), 64).value() == "4194304\n");
  }
}

BOOST_FIXTURE_TEST_CASE(a_huge_page_size_that_does_not_exist_is_named, Place) {
  const std::string available =
      sys::read_file_at(AT_FDCWD, full("/cgroup.subtree_control"), 4096).value();
  if (available.find("hugetlb") == std::string::npos) {
    BOOST_TEST_MESSAGE("skipped: the tree passes no hugetlb controller on");
    return;
  }
  const Result<Writes> writes = v2_writes({.hugepage_limits = {{"3MB", 4U << 20}}});
  const Result<Cgroup> made = create("", writes.value().before_clone);
  BOOST_REQUIRE(made);
  BOOST_TEST(made.value().apply(writes.value().before_clone).error().message() ==
             "linux.resources.hugepageLimits[0].limit: this kernel has no cgroup file "
             "'hugetlb.3MB.max'");
}

BOOST_FIXTURE_TEST_CASE(a_controller_that_v1_holds_is_named_with_a_way_out, Place) {
  const std::string available =
      sys::read_file_at(AT_FDCWD, full("/cgroup.controllers"), 4096).value();
  if (available.find("memory") != std::string::npos) {
    BOOST_TEST_MESSAGE("skipped: the tree has a memory controller");
    return;
  }
  const Result<Writes> writes = v2_writes({.memory = spec::MemoryResources{.limit = 1 << 20}});
  const Result<Cgroup> made = create("/pod/box", writes.value().before_clone);
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().message().starts_with("linux.resources.memory.limit: "));
  BOOST_TEST(
      made.error().message().ends_with("; use --cgroup-manager=disabled to run without limits"));
  BOOST_TEST(!exists(path));
}

BOOST_FIXTURE_TEST_CASE(a_name_of_the_kernels_is_no_cgroup, Place) {
  BOOST_REQUIRE(::mkdir(full(path).c_str(), 0755) == 0);
  const Result<Cgroup> made = create("/cpu.stat/box");
  BOOST_REQUIRE(!made);
  BOOST_TEST(made.error().message().ends_with("uses a name that the kernel reserves"));
}

BOOST_FIXTURE_TEST_CASE(a_signal_reaches_every_process_inside_and_none_outside, Place) {
  Result<Cgroup> made = create();
  BOOST_REQUIRE(made);
  BOOST_REQUIRE(::mkdir(full(path + "/inner").c_str(), 0755) == 0);
  const sys::UniqueFd inner(::open(full(path + "/inner").c_str(), O_DIRECTORY | O_CLOEXEC));
  testing::Child one(spawn_in(made.value().fd()));
  testing::Child two(spawn_in(inner.get()));
  testing::Child outside;
  BOOST_TEST(!!kill_all(kLayout, {.path = path}, SIGTERM));
  BOOST_TEST(WTERMSIG(one.reap()) == SIGTERM);
  BOOST_TEST(WTERMSIG(two.reap()) == SIGTERM);
  BOOST_TEST(::kill(outside.pid(), 0) == 0);
  BOOST_TEST(!!kill_all(kLayout, {.path = path + "/nobody"}, SIGKILL));
}

BOOST_AUTO_TEST_CASE(nothing_outside_the_tree_is_ever_removed) {
  for (const char* path : {"", "/", "/../x", "relative", "/a//b", "/cgroup.procs"}) {
    BOOST_TEST(!kill_and_remove(kLayout, {.path = path}, sys::Deadline()));
    BOOST_TEST(!kill_all(kLayout, {.path = path}, SIGKILL));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::cgroup

// Tests reads, writes and messages on ordinary directories that look like a cgroup v2 tree.
// fs_v2_root_test.cc tests the kernel's reactions.
#include "runtime/cgroup/fs_v2.h"

#include <fcntl.h>

#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"

namespace oci::cgroup {
namespace {

constexpr char kCalm[] = "populated 0\nfrozen 0\n";

struct FakeTree {
  // "/box" exists and is empty. The root has controllers, none of them enabled.
  FakeTree() {
    dir.write("cgroup.controllers", "cpu memory pids\n");
    dir.write("cgroup.subtree_control", "");
    dir.make_dir("box");
    dir.write("box/cgroup.events", kCalm);
    dir.write("box/cgroup.procs", "");
  }

  Result<Cgroup> create(std::span<const Write> writes) {
    Result<Cgroup> made =
        Cgroup::create({.mount_point = dir.path()}, "/box", writes, [this](const Location& place) {
          remembered.push_back(place.path + " " + std::to_string(place.existed));
          return Status();
        });
    if (made) made.value().keep();
    return made;
  }

  testing::TempDir dir;
  std::vector<std::string> remembered;
};

std::string message_of(const Result<Cgroup>& made) {
  return made ? "" : made.error().message();
}

BOOST_FIXTURE_TEST_CASE(an_empty_cgroup_that_was_there_is_used, FakeTree) {
  BOOST_REQUIRE(create({}));
  BOOST_REQUIRE(remembered.size() == 1u);
  BOOST_TEST(remembered[0] == "/box 1");
  BOOST_TEST(dir.read("cgroup.subtree_control") == "");
}

BOOST_FIXTURE_TEST_CASE(a_cgroup_with_processes_is_refused_before_anything_is_remembered,
                        FakeTree) {
  dir.write("box/cgroup.events", "populated 1\nfrozen 0\n");
  dir.write("box/cgroup.procs", "1073741824\n1073741825\n");
  BOOST_TEST(message_of(create({})) ==
             "container's cgroup is not empty: 2 process(es) found: PID 1073741824, 1073741825");
  BOOST_TEST(remembered.empty());
}

BOOST_FIXTURE_TEST_CASE(a_limit_on_processes_is_looked_for_all_the_way_up, FakeTree) {
  const sys::UniqueFd box(::open(dir.path("box").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  BOOST_TEST(!pids_exhausted(box.get()));  // no pids controller
  dir.write("box/pids.max", "max\n");
  dir.write("box/pids.current", "3\n");
  BOOST_TEST(!pids_exhausted(box.get()));
  dir.write("pids.max", "5\n");
  dir.write("pids.current", "4\n");
  BOOST_TEST(!pids_exhausted(box.get()));
  dir.write("pids.current", "5\n");
  BOOST_TEST(pids_exhausted(box.get()));
  dir.write("pids.max", "max\n");
  dir.write("box/pids.max", "3\n");
  BOOST_TEST(pids_exhausted(box.get()));
}

BOOST_FIXTURE_TEST_CASE(deaths_for_memory_are_counted, FakeTree) {
  const sys::UniqueFd box(::open(dir.path("box").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  BOOST_TEST(oom_kills(box.get()) == 0u);
  dir.write("box/memory.events", "low 0\noom 4\noom_kill 3\noom_group_kill 9\n");
  BOOST_TEST(oom_kills(box.get()) == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_frozen_cgroup_is_refused, FakeTree) {
  dir.write("box/cgroup.events", "populated 0\nfrozen 1\n");
  BOOST_TEST(message_of(create({})) == "container's cgroup unexpectedly frozen");
}

BOOST_FIXTURE_TEST_CASE(an_error_of_remembering_stops_everything, FakeTree) {
  const Result<Cgroup> made =
      Cgroup::create({.mount_point = dir.path()}, "/new/box", {},
                     [](const Location&) { return Status(Error(ErrorKind::kSystem, "no space")); });
  BOOST_TEST(message_of(made) == "no space");
  BOOST_TEST(!dir.exists("new"));
}

BOOST_FIXTURE_TEST_CASE(only_missing_controllers_are_enabled, FakeTree) {
  const Write writes[] = {{.file = "memory.max", .value = "1"}, {.file = "pids.max", .value = "1"}};
  dir.write("cgroup.subtree_control", "memory");
  BOOST_REQUIRE(create(writes));
  // A real file returns the set of controllers. This one keeps the old text behind the written one.
  BOOST_TEST(dir.read("cgroup.subtree_control") == "+pidsy");
}

BOOST_FIXTURE_TEST_CASE(limits_are_written_in_order, FakeTree) {
  for (const char* file : {"memory.max", "io.weight"})
    dir.write(cat("box/", file), "");
  const Write writes[] = {
      {.file = "memory.max", .value = "4096"},
      {.file = "memory.swap.max", .value = "max", .if_missing = IfMissing::kNothing},
      {.file = "io.bfq.weight",
       .value = "500",
       .if_missing = IfMissing::kInstead,
       .instead_file = "io.weight",
       .instead = "4950"},
  };
  const Result<Cgroup> made = create({});
  BOOST_REQUIRE(made);
  BOOST_TEST(!!made.value().apply(writes));
  BOOST_TEST(dir.read("box/memory.max") == "4096");
  BOOST_TEST(dir.read("box/io.weight") == "4950");
}

BOOST_FIXTURE_TEST_CASE(a_file_that_the_kernel_lacks_is_named_without_its_error_text, FakeTree) {
  const Write writes[] = {
      {.file = "memory.oops", .value = "1", .property = "linux.resources.unified.memory.oops"}};
  const Result<Cgroup> made = create({});
  BOOST_REQUIRE(made);
  const Status applied = made.value().apply(writes);
  BOOST_REQUIRE(!applied);
  BOOST_TEST(applied.error().message() ==
             "linux.resources.unified.memory.oops: this kernel has no cgroup file 'memory.oops'");
}

BOOST_FIXTURE_TEST_CASE(a_limit_below_the_usage_is_rejected_when_asked_for, FakeTree) {
  dir.write("box/memory.max", "max");
  dir.write("box/memory.current", "5000\n");
  const Result<Cgroup> made = create({});
  BOOST_REQUIRE(made);
  Write write{.file = "memory.max",
              .value = "4999",
              .property = "linux.resources.memory.limit",
              .usage_file = "memory.current"};
  const Status refused = made.value().apply({&write, 1});
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().message() ==
             "linux.resources.memory.limit: rejecting memory limit 4999: 5000 bytes are in use "
             "(memory.current)");
  BOOST_TEST(dir.read("box/memory.max") == "max");

  write.value = "5000";
  BOOST_TEST(!!made.value().apply({&write, 1}));
  BOOST_TEST(dir.read("box/memory.max") == "5000");
}

BOOST_FIXTURE_TEST_CASE(oom_kills_are_counted, FakeTree) {
  const Result<Cgroup> made = create({});
  BOOST_REQUIRE(made);
  BOOST_TEST(oom_kills(made.value().fd()) == 0u);
  dir.write("box/memory.events", "low 0\nhigh 0\nmax 9\noom 4\noom_kill 3\noom_group_kill 1\n");
  BOOST_TEST(oom_kills(made.value().fd()) == 3u);
}

}  // namespace
}  // namespace oci::cgroup

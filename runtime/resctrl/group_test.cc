// Uses plain directories that look like resctrl, because few machines have such a processor.
#include "runtime/resctrl/group.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

#include "runtime/sys/file.h"
#include "runtime/testing/temp_dir.h"
#include "third_party/boost_test.h"

namespace oci::resctrl {
namespace {

constexpr char kDefault[] = "L3:0=ff;1=ff\nMB:0=100;1=100\n";

void put(int dir, const std::string& file, std::string_view text) {
  const auto fd = sys::open_at(dir, file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  BOOST_REQUIRE(fd);
  BOOST_REQUIRE(sys::write_all(fd.value().get(), text, file));
}

// The kernel fills a new group with files, and removes them with the group.
int make(int parent, const char* name) {
  if (::mkdirat(parent, name, 0755) < 0) return -1;
  const auto dir = sys::open_at(parent, name, O_RDONLY | O_DIRECTORY);
  put(dir.value().get(), "schemata", kDefault);
  put(dir.value().get(), "tasks", "");
  ::mkdirat(dir.value().get(), "mon_groups", 0755);
  return 0;
}

int remove_all(int parent, const char* name) {
  const auto dir = sys::open_at(parent, name, O_RDONLY | O_DIRECTORY);
  if (!dir) return (errno = dir.error().sys_errno(), -1);
  for (const char* file : {"schemata", "tasks"})
    ::unlinkat(dir.value().get(), file, 0);
  ::unlinkat(dir.value().get(), "mon_groups", AT_REMOVEDIR);
  return ::unlinkat(parent, name, AT_REMOVEDIR);
}

int make_nothing(int, const char*) {
  errno = ENOSPC;
  return -1;
}

const wire::ResctrlGroup kOwn = {.path = "web1", .is_own = true};

struct Fake {
  Fake() {
    put(root(), "schemata", kDefault);
    put(root(), "tasks", "");
    ::mkdirat(root(), "mon_groups", 0755);
    ::mkdirat(root(), "info", 0755);
    put(root(), "info/last_cmd_status", "ok\n");
  }

  int root() {
    if (!dir) dir = sys::open_at(AT_FDCWD, temp.path(), O_RDONLY | O_DIRECTORY).value();
    return dir.get();
  }
  Tree tree() {
    return {.root = sys::open_at(AT_FDCWD, temp.path(), O_RDONLY | O_DIRECTORY).value(),
            .make = make,
            .remove = remove_all};
  }
  Result<Group> create(const wire::ResctrlGroup& wanted) {
    return Group::create(tree(), wanted, [this](const Trace& trace) {
      remembered = trace;
      return Status();
    });
  }
  std::string error_of(const wire::ResctrlGroup& wanted) {
    const Result<Group> group = create(wanted);
    BOOST_REQUIRE(!group);
    return group.error().message();
  }
  std::string text(const std::string& file) {
    const auto read = sys::read_file_at(root(), file, 4096);
    return read ? read.value() : "(none)";
  }
  bool exists(const std::string& path) { return ::faccessat(root(), path.c_str(), F_OK, 0) == 0; }

  testing::TempDir temp;
  sys::UniqueFd dir;
  Trace remembered;
};

BOOST_AUTO_TEST_SUITE(groups)

BOOST_FIXTURE_TEST_CASE(without_a_name_a_group_of_the_containers_own_is_made_and_goes_with_it,
                        Fake) {
  Result<Group> group = create({.path = "web1", .schemata = "L3:0=f\n", .is_own = true});
  if (!group) BOOST_FAIL(group.error().message());
  BOOST_TEST(remembered.group == "web1");
  BOOST_TEST(text("web1/schemata").starts_with("L3:0=f\n"));
  BOOST_TEST(!!group.value().add(1234));
  BOOST_TEST(text("web1/tasks") == "1234");
  const Trace kept = group.value().own();
  group.value().keep();
  BOOST_TEST(kept.group == "web1");
  BOOST_TEST(!!remove(tree(), kept));
  BOOST_TEST(!exists("web1"));
  BOOST_TEST(!!remove(tree(), kept));
}

BOOST_FIXTURE_TEST_CASE(a_class_gets_other_schemata_and_its_old_ones_back, Fake) {
  Result<Group> group = create({.path = "web1", .schemata = "L3:0=f\n", .is_own = true});
  BOOST_REQUIRE(group);
  const std::string first = text("web1/schemata");
  const Result<std::string> before = change(tree(), "web1", "L3:0=3\n");
  BOOST_REQUIRE(before);
  BOOST_TEST(before.value() == first);
  BOOST_TEST(text("web1/schemata").starts_with("L3:0=3\n"));
  BOOST_TEST(!!change(tree(), "web1", before.value()));
  BOOST_TEST(text("web1/schemata") == first);
  BOOST_TEST(!change(tree(), "web2", "L3:0=3\n"));
}

BOOST_FIXTURE_TEST_CASE(an_empty_object_asks_for_a_group_and_writes_nothing, Fake) {
  Result<Group> group = create(kOwn);
  BOOST_REQUIRE(group);
  BOOST_TEST(text("web1/schemata") == kDefault);
  BOOST_TEST(group.value().own().group == "web1");
}

BOOST_FIXTURE_TEST_CASE(a_named_class_is_made_where_it_is_missing_and_never_removed, Fake) {
  Result<Group> group = create({.path = "gold", .schemata = "MB:0=50\n"});
  BOOST_REQUIRE(group);
  BOOST_TEST(remembered.group == "gold");
  BOOST_TEST(group.value().own().group == "");
  group.value().keep();
  BOOST_TEST(exists("gold"));
}

BOOST_FIXTURE_TEST_CASE(a_create_that_fails_takes_back_what_it_made, Fake) {
  {
    BOOST_REQUIRE(
        create({.path = "gold", .schemata = "MB:0=50\n", .monitor = "gold/mon_groups/web1"}));
  }
  BOOST_TEST(!exists("gold"));
  make(root(), "there");
  { BOOST_REQUIRE(create({.path = "there", .monitor = "there/mon_groups/web1"})); }
  BOOST_TEST(exists("there"));
  BOOST_TEST(!exists("there/mon_groups/web1"));
}

BOOST_FIXTURE_TEST_CASE(a_class_that_exists_is_compared_not_written, Fake) {
  make(root(), "gold");
  BOOST_TEST(error_of({.path = "gold", .schemata = "MB:0=50\n"}) ==
             "linux.intelRdt: the class of service exists, and its schemata has another MB for "
             "domain 0");
  Result<Group> group = create({.path = "gold", .schemata = "L3:0=00ff\n"});
  BOOST_REQUIRE(group);
  BOOST_TEST(text("gold/schemata") == kDefault);
  BOOST_TEST(remembered.group == "");
}

BOOST_FIXTURE_TEST_CASE(a_named_class_without_schemata_must_exist, Fake) {
  BOOST_TEST(error_of({.path = "gold"}) ==
             "linux.intelRdt.closID: there is no class of service 'gold', and no schemata to make "
             "it with");
  make(root(), "gold");
  Result<Group> group = create({.path = "gold"});
  BOOST_REQUIRE(group);
  BOOST_TEST(!!group.value().add(7));
  BOOST_TEST(text("gold/tasks") == "7");
}

BOOST_FIXTURE_TEST_CASE(a_slash_is_the_class_of_the_root, Fake) {
  Result<Group> group = create({.path = ".", .monitor = "./mon_groups/web1"});
  BOOST_REQUIRE(group);
  BOOST_TEST(!!group.value().add(9));
  BOOST_TEST(text("tasks") == "9");
  BOOST_TEST(text("mon_groups/web1/tasks") == "9");
  const Trace kept = group.value().own();
  group.value().keep();
  BOOST_TEST(kept.group == "");
  BOOST_TEST(!!remove(tree(), kept));
  BOOST_TEST(!exists("mon_groups/web1"));
  BOOST_TEST(exists("tasks"));
}

BOOST_FIXTURE_TEST_CASE(a_monitoring_group_that_cannot_be_made_is_an_error, Fake) {
  make(root(), "gold");
  make(root(), "gold/mon_groups/web1");
  put(root(), "info/last_cmd_status", "no more RMIDs\nmore\n");
  BOOST_TEST(error_of({.path = "gold", .monitor = "gold/mon_groups/web1"}) ==
             "linux.intelRdt.enableMonitoring: make monitoring group 'gold/mon_groups/web1': no "
             "more RMIDs: File exists");
  BOOST_TEST(exists("gold/mon_groups/web1"));
}

BOOST_FIXTURE_TEST_CASE(too_many_classes_are_told_so, Fake) {
  Tree full = tree();
  full.make = make_nothing;
  const auto group = Group::create(std::move(full), kOwn, [](const Trace&) { return Status(); });
  BOOST_REQUIRE(!group);
  BOOST_TEST(group.error().message() ==
             "linux.intelRdt: the processor has no more classes of service (num_closids)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace oci::resctrl
